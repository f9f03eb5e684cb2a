"""A database of one's own: made, migrated, used and dropped, while the installation's is left alone."""

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection


@contextlib.contextmanager
def scratch_database() -> Iterator[str]:
    """Point this process at a new, migrated database; its URL.  It is dropped at the end."""
    usual = connection.settings_dict["NAME"]
    name = f"{Path(str(usual)).stem[:40]}_scratch_{secrets.token_hex(4)}"
    connection.close()
    try:      # from here on: whoever is stopped while it is being made leaves none behind
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
            _forget_pool()
        else:
            name = str(Path(settings.LOCAL_DIR) / f"{name}.sqlite3")
        connection.settings_dict["NAME"] = name
        call_command("migrate", verbosity=0, interactive=False)
        yield database_url()
    finally:
        connection.close()
        _forget_pool()
        connection.settings_dict["NAME"] = usual
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        else:
            for suffix in ("", "-wal", "-shm"):
                Path(name + suffix).unlink(missing_ok=True)


def _forget_pool() -> None:
    """The pool belongs to the database that it was opened for."""
    connection.close()
    close_pool = getattr(connection, "close_pool", None)
    if close_pool is not None:
        close_pool()


def database_url() -> str:
    """Where this process is connected to, for the environment of another."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    password = f":{at['PASSWORD']}" if at["PASSWORD"] else ""
    return f"postgresql://{at['USER']}{password}@{at['HOST'] or '127.0.0.1'}:{at['PORT'] or 5432}/{at['NAME']}"
