"""Processes under a supervisor that starts them again whenever they end, as in production."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from generation.testbed.installation.processes import ROOT
from generation.testbed.installation.reaper import Reaper

LOOK_S = 0.1
STOP_S = 15.0


@dataclass(frozen=True)
class End:
    """One process ended.  `cause` is what we did to it, or empty: it ended by itself."""

    name: str
    pid: int
    at: float              # seconds since 1970
    code: int
    cause: str


@dataclass
class Member:
    """One place in the crew.  `process` is who holds it now; `cause` and `sent` are what we did to them last."""

    name: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    cause: str = ""
    sent: int = 0
    done_at: float = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process is not None else 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments, cwd=ROOT, env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )


class Supervisor:
    """`add` members, `signal` them; whoever ends is replaced until `stop`."""

    def __init__(self, folder: Path, guard: Reaper, on_end: Callable[[End], None] = lambda end: None) -> None:
        self._guard = guard
        self.members: dict[str, Member] = {}
        self.ends: list[End] = []
        self._folder = folder
        self._on_end = on_end
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def add(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> Member:
        member = Member(name, arguments, dict(environment), self._folder / f"{name}.log")
        with self._lock:
            self.members[name] = member
            self._start(member)
        if not self._watch.is_alive():
            self._watch.start()
        return member

    def signal(self, name: str, number: signal.Signals, cause: str) -> int:
        """Send `number` to whoever holds `name`; its pid, or 0 if nobody does at the moment."""
        with self._lock:
            member = self.members[name]
            if member.process is None or member.process.poll() is not None:
                return 0
            if number not in {signal.SIGSTOP, signal.SIGCONT}:
                member.cause, member.sent, member.done_at = cause, number, time.time()
            os.killpg(member.pid, number)
            return member.pid

    def stop(self) -> None:
        """End all, at once: what they were at is thrown away anyway."""
        self._stopping.set()
        if self._watch.is_alive():
            self._watch.join(STOP_S)
        for member in self.members.values():
            if member.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(member.pid, signal.SIGKILL)
                member.process.wait()

    def logs(self) -> str:
        """All that the members wrote."""
        paths = (member.log for member in self.members.values())
        return "\n".join(path.read_text("utf-8", "replace") for path in paths if path.exists())

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for member in list(self.members.values()):
                self._look(member)

    def _look(self, member: Member) -> None:
        process = member.process
        code = process.poll() if process is not None else None
        if process is None or code is None:
            return
        with self._lock:
            # Who was asked to end, and was killed on the way, was killed by something else.
            cause = "" if code == -signal.SIGKILL and member.sent != signal.SIGKILL else member.cause
            at = member.done_at if cause and code == -signal.SIGKILL else time.time()
            end = End(member.name, process.pid, at, code, cause)
            member.cause = ""
        self.ends.append(end)
        self._on_end(end)      # before its successor: what it held can still be seen
        with self._lock:
            self._guard.forget(end.pid)
            if not self._stopping.is_set():
                self._start(member)

    def _start(self, member: Member) -> None:
        member.start()
        self._guard.watch(member.pid)
