"""Processes of the product that may be killed, and what they use."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from django.db import connection
from django.db.utils import OperationalError

from generation.models import Pulse
from generation.testbed.installation.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def celery_arguments() -> list[str]:
    """The command line of a worker, as production runs it."""
    return [
        sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "2",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING",
        "--hostname", f"w{secrets.token_hex(3)}@%h",
    ]


class Worker:
    """A Celery worker in a process of its own, which may be killed."""

    def __init__(self, environment: Mapping[str, str], *, log: Path | None = None) -> None:
        self._log = log.open("ab") if log is not None else subprocess.DEVNULL
        self.process = subprocess.Popen(
            celery_arguments(), cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=self._log,
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
            return Pulse.objects.filter(name__contains=f":{self.pid}:").exists()
        except OperationalError:
            connection.close()
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def serves(url: str) -> bool:
    """Whether the web process at `url` answers and is well."""
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{url}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:      # also what urllib raises
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
