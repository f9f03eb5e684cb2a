"""The simulator as a child process: what a rehearsal, a benchmark or `manage.py up` starts.

The child holds the reading end of a pipe whose writing end is ours alone.  When we die, however that
happens, the pipe closes and the child ends."""

import json
import select
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from generation.simulator.faults import FaultScript, parse_faults
from generation.simulator.serving import READY
from generation.simulator.settings import SimulatorSettings, as_arguments

ROOT = Path(__file__).resolve().parents[2]
STOP_S = 5.0
REQUEST_S = 10.0


class SimulatorProcess:
    """A simulator in a child process, from `start` (or `with`) to `stop`."""

    def __init__(self, settings: SimulatorSettings | None = None, *, ready_s: float = 20.0) -> None:
        self._settings = settings or SimulatorSettings()
        self._ready_s = ready_s
        self._child: subprocess.Popen[str] | None = None
        self._url = ""
        # Never through a proxy: it is on this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """For a client: with its `/v1`."""
        assert self._url, "the simulator is not started"
        return self._url

    @property
    def pid(self) -> int:
        assert self._child is not None, "the simulator is not started"
        return self._child.pid

    def start(self) -> None:
        """Start, and return when it listens.  RuntimeError with its last words if it does not."""
        assert self._child is None, "the simulator is started already"
        self._child = subprocess.Popen(
            [sys.executable, "-m", __package__, "--until-stdin-closes", *as_arguments(self._settings)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        line = self._first_line(self._child)
        if not line.startswith(READY):
            self.stop()
            said = line.strip() or "no word"
            raise RuntimeError(f"the simulator did not start within {self._ready_s:g} s: {said}")
        self._url = line.removeprefix(READY).strip()

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def restart(self) -> None:
        """Start again where it was, after it died: whoever asks it need not be told."""
        if self._url:
            self._settings = replace(self._settings, port=urlsplit(self._url).port or 0)
        self.stop()
        self.start()

    def stop(self) -> None:
        """End it, by force if it does not go.  Stopping twice does no harm."""
        child, self._child, self._url = self._child, None, ""
        if child is None:
            return
        assert child.stdin is not None
        assert child.stdout is not None
        child.terminate()
        try:
            child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdin.close()
        child.stdout.close()

    def set_faults(self, faults: FaultScript | Any) -> None:     # Any: what `parse_faults` takes
        """Replace the script; ValueError if it is none.  Counts and windows start now."""
        script = faults if isinstance(faults, FaultScript) else parse_faults(faults)
        self._request("POST", "/simulator/faults", json.dumps(script.as_json()).encode())

    def calls(self) -> list[dict[str, Any]]:
        """The log of its calls, in order of their start."""
        found: list[dict[str, Any]] = json.loads(self._request("GET", "/simulator/calls"))
        return found

    def clear_calls(self) -> None:
        self._request("DELETE", "/simulator/calls")

    def _request(self, method: str, path: str, body: bytes | None = None) -> bytes:
        url = self.base_url.removesuffix("/v1") + path
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
        with self._opener.open(request, timeout=REQUEST_S) as response:
            found: bytes = response.read()
        return found

    def _first_line(self, child: subprocess.Popen[str]) -> str:
        assert child.stdout is not None
        until = time.monotonic() + self._ready_s
        # A line is written in one go, so once there is something to read there is a line, or the end.
        readable, _, _ = select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))
        return child.stdout.readline() if readable else ""
