"""A place of their own for measurements and rehearsals: a scratch database, worker processes that can be
killed, and what they use.  Everything it starts ends with it."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.utils import OperationalError

from generation.models import Pulse
from generation.services.pulses import SWEEPER

ROOT = Path(__file__).resolve().parents[3]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def wait_until(what: str, claim: Callable[[], object], timeout_s: float, every_s: float = 0.05) -> None:
    """Return when `claim` holds; TimeoutError naming `what` if it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {timeout_s:g} s")
        time.sleep(every_s)


@contextlib.contextmanager
def scratch_database() -> Iterator[str]:
    """Point this process at a new, migrated database; its URL.  It is dropped at the end."""
    name = f"coursewright_bench_{secrets.token_hex(4)}"
    usual = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
        _forget_pool()
    else:
        name = str(Path(settings.LOCAL_DIR) / f"{name}.sqlite3")
    connection.settings_dict["NAME"] = name
    try:
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


class Worker:
    """A Celery worker in a process of its own, which may be killed."""

    def __init__(self, environment: Mapping[str, str], *, log: Path | None = None) -> None:
        self._log = log.open("ab") if log is not None else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "2",
                "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
                "--hostname", f"w{secrets.token_hex(3)}@%h",
            ],
            cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=self._log, start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_ready(self, timeout_s: float = 30) -> "Worker":
        """Return when its engine beats."""
        wait_until(f"worker {self.pid} is ready", self._beats, timeout_s)
        return self

    def kill(self) -> None:
        """`kill -9`: nothing of it runs any more when this returns."""
        self.process.kill()
        self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self, timeout_s: float = 30) -> int:
        """SIGTERM and wait; by force if it does not end."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill()
        self.close()
        return self.process.returncode

    def close(self) -> None:
        if not isinstance(self._log, int):
            self._log.close()

    def cpu_s(self) -> float:
        return cpu_s(self.pid)

    def peak_mb(self) -> float:
        """The largest resident memory so far."""
        return peak_mb(self.pid)

    def _beats(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"the worker ended with {self.process.returncode} before it was ready")
        try:
            return Pulse.objects.exclude(name=SWEEPER).filter(name__contains=f":{self.pid}:").exists()
        except OperationalError:
            connection.close()
            return False


def cpu_s(pid: int) -> float:
    """User and system seconds of a process so far, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def servers_cpu_s() -> float:
    """CPU seconds of PostgreSQL's and Redis's processes on this machine, as far as they can be read."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                name = (folder / "comm").read_text().strip()
                if name.startswith(("postgres", "redis-server")):
                    total += cpu_s(int(folder.name))
    return total
