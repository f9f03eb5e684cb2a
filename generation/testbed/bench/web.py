"""A web process of its own, as production runs it, which a benchmark may load."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from generation.testbed.installation.processes import ROOT, cpu_s, free_port, serves
from generation.testbed.installation.waiting import wait_until

READY_S = 30.0
STOP_S = 10.0


class WebServer:
    """uvicorn with `processes` processes on a free port of this machine, from `with` to its end."""

    def __init__(self, environment: Mapping[str, str], *, processes: int = 1) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "uvicorn", "config.asgi:application", "--http", "config.http:Http",
                "--host", "127.0.0.1", "--port", str(port), "--workers", str(processes), "--log-level", "error",
                "--no-access-log", "--lifespan", "off",
            ],
            cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, start_new_session=True,
        )

    def __enter__(self) -> "WebServer":
        wait_until("the web server answers", self._answers, READY_S)
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def cpu_s(self) -> float:
        """User and system seconds of all its processes so far."""
        return sum(cpu_s(pid) for pid in [self._process.pid, *_children(self._process.pid)])

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(f"the web server ended with {self._process.returncode} before it answered")
        return serves(self.url)


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found
