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
class ProcessEnd:
    """One process ended.  `cause` is what we did to it, or empty: it ended by itself."""

    name: str
    pid: int
    at: float              # seconds since 1970
    code: int
    cause: str


@dataclass
class Child:
    """One name that is kept alive.  `process` is who bears it now; `cause` and `sent` are what we did to them last."""

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
    """`add` processes, `signal` them; whichever of them ends is replaced until `stop`."""

    def __init__(self, folder: Path, reaper: Reaper, on_end: Callable[[ProcessEnd], None] = lambda end: None) -> None:
        self._reaper = reaper
        self.children: dict[str, Child] = {}
        self.ends: list[ProcessEnd] = []
        self._folder = folder
        self._on_end = on_end
        self._lock = threading.RLock()
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def add(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> Child:
        child = Child(name, arguments, dict(environment), self._folder / f"{name}.log")
        with self._lock:
            self.children[name] = child
            self._start(child)
        if not self._watch.is_alive():
            self._watch.start()
        return child

    def signal(self, name: str, number: signal.Signals, cause: str) -> int:
        """Send `number` to whoever bears `name`; its pid, or 0 if nobody does at the moment."""
        with self._lock:
            child = self.children[name]
            if child.process is None or child.process.poll() is not None:
                return 0
            if number not in {signal.SIGSTOP, signal.SIGCONT}:
                child.cause, child.sent, child.done_at = cause, number, time.time()
            os.killpg(child.pid, number)
            return child.pid

    def stop(self) -> None:
        """End all, at once: what they were at is thrown away anyway."""
        self._stopping.set()
        if self._watch.is_alive():
            self._watch.join(STOP_S)
        for child in self.children.values():
            if child.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.process.wait()

    def logs(self) -> str:
        """All that they wrote."""
        paths = (child.log for child in self.children.values())
        return "\n".join(path.read_text("utf-8", "replace") for path in paths if path.exists())

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_S):
            for child in list(self.children.values()):
                self._look(child)

    def _look(self, child: Child) -> None:
        process = child.process
        code = process.poll() if process is not None else None
        if process is None or code is None:
            return
        with self._lock:
            # Who was asked to end, and was killed on the way, was killed by something else.
            cause = "" if code == -signal.SIGKILL and child.sent != signal.SIGKILL else child.cause
            at = child.done_at if cause and code == -signal.SIGKILL else time.time()
            end = ProcessEnd(child.name, process.pid, at, code, cause)
            child.cause = ""
        self.ends.append(end)
        self._on_end(end)      # before its successor: what it held can still be seen
        with self._lock:
            self._reaper.forget(end.pid)
            if not self._stopping.is_set():
                self._start(child)

    def _start(self, child: Child) -> None:
        child.start()
        self._reaper.watch(child.pid)
