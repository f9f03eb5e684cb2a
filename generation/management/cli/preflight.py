"""What an installation needs before it can work, and whether it is there: database, tables, an
administrator, a folder to write to, a worker."""

import datetime as dt
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

from accounts.models import User
from generation.core.prompting import Kind
from generation.core.text import counted
from generation.management.cli.base import BadInput, one_line
from generation.models import Pulse, clock

ALIVE_S = 5.0
CONNECT_S = 3
# No characters that look alike; 20 of them are 98 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class Administrator:
    """`password` is known only in the moment in which the account is made."""

    user: User
    password: str | None = None


def is_embedded_database() -> bool:
    """SQLite, which belongs to this machine: a command may prepare it by itself."""
    return connection.vendor == "sqlite"


def has_database_file() -> bool:
    """Whether SQLite's file is there: opening it would make it."""
    name = str(connection.settings_dict["NAME"])
    return ":memory:" in name or "mode=memory" in name or Path(name).exists()


def make_ready() -> None:
    """A database with all its tables: made where it is this machine's own, BadInput elsewhere."""
    reach_database()
    pending = pending_migrations()
    if pending and not is_embedded_database():
        raise BadInput(f"The database lacks {counted(pending, 'migration')}: run python manage.py migrate.")
    if pending:
        migrate()


def reach_database() -> None:
    """BadInput with the reason, within `CONNECT_S`, unless the database answers.

    Past the pool, which would take 10 s and hide the reason."""
    plain = {**connection.settings_dict, "OPTIONS": dict(connection.settings_dict["OPTIONS"])}
    if connection.vendor == "postgresql":
        plain["OPTIONS"].pop("pool", None)
        plain["OPTIONS"]["connect_timeout"] = CONNECT_S
    trial = type(connections[DEFAULT_DB_ALIAS])(plain, DEFAULT_DB_ALIAS)
    try:
        trial.ensure_connection()
    except OperationalError as error:
        raise BadInput(
            f"The database {database_name()} cannot be opened: {one_line(error)}."
        ) from error
    finally:
        trial.close()


def database_name() -> str:
    """For people; without user or password."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(found["NAME"])
    port = f":{found['PORT']}" if found["PORT"] else ""
    return f"{found['NAME']} at {found['HOST'] or 'the local socket'}{port}"


def pending_migrations() -> int:
    """How many migrations of this version the database does not have yet."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate() -> int:
    """Bring the database to this version; how many migrations that took."""
    pending = pending_migrations()
    if pending:
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    return pending


def administrator() -> Administrator:
    """The first active superuser; made, with a password of its own, where there is none."""
    user = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if user is not None:
        return Administrator(user)
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    taken = set(User.objects.filter(username__startswith="admin").values_list("username", flat=True))
    name = next(name for name in ["admin", *(f"admin{n}" for n in range(2, 1_000))] if name not in taken)
    return Administrator(User.objects.create_superuser(name, password=password), password)


def check_local_folder() -> None:
    """BadInput unless `LOCAL_DIR` can be written."""
    try:
        settings.LOCAL_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=settings.LOCAL_DIR):
            pass
    except OSError as error:
        raise BadInput(f"LOCAL_DIR {settings.LOCAL_DIR} cannot be written: {error.strerror}.") from error


def is_worked_on(kind: Kind) -> bool:
    """Whether a worker that knows `kind` as it is here lives and takes work."""
    patience = dt.timedelta(seconds=max(ALIVE_S, 3 * settings.PULSE_S))
    fresh = Pulse.objects.filter(beat_at__gt=clock.now() - patience)
    return any(
        pulse.detail.get("revisions", {}).get(kind.slug) == kind.revision
        for pulse in fresh if not pulse.detail.get("is_draining")
    )
