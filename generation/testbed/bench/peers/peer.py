"""What a measurement wants of another engine that is up, and a process of one."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from generation.testbed.installation.processes import cpu_s, peak_mb
from generation.testbed.installation.reaper import Reaper

PROGRAMS_S = 300      # the longest that anybody waits for programs
READY_S = 30


class Peer(Protocol):
    """Makes programs for as long as its block lasts.  CPU is in seconds so far."""

    name: str

    def __enter__(self) -> Self: ...

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def run(self, programs: int) -> list[float]:
        """Make `programs` programs at once; the seconds from the first request to the end of each."""

    def cpu_s(self) -> float:
        """Of the processes that make programs."""

    def servers_cpu_s(self) -> float:
        """Of the servers that keep their state."""

    def peak_mb(self) -> float:
        """Of all processes that the engine brings; PostgreSQL is not among them."""


class PeerProcess:
    """A process of another engine.  What it says goes to the file `log`; it ends with us, whatever happens."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log: Path, reaper: Reaper, **pipes: Any
    ) -> None:     # Any: `Popen`'s own
        self._log, self._reaper = log, reaper
        with log.open("ab") as file:
            # Not in `cwd`, where .env files lie.
            self.child = subprocess.Popen(
                list(command), cwd=log.parent, env=dict(environment), start_new_session=True,
                **{"stdin": subprocess.DEVNULL, "stdout": file, "stderr": file, **pipes})
        reaper.watch(self.child.pid)

    def check_alive(self) -> None:
        """RuntimeError with its last line if it has ended."""
        if self.child.poll() is not None:
            lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no word"]
            raise RuntimeError(f"{self._log.stem} ended with {self.child.returncode}: {lines[-1]}")

    def kill(self) -> None:
        """`kill -9`: nothing of it runs any more when this returns."""
        self.child.kill()
        self.child.wait()
        self._reaper.forget(self.child.pid)

    def cpu_s(self) -> float:
        return cpu_s(self.child.pid)

    def peak_mb(self) -> float:
        return peak_mb(self.child.pid)
