"""A Redis server of one's own, to be killed and frozen: the machine's is never touched."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from generation.testbed.installation.reaper import Reaper
from generation.testbed.installation.waiting import wait_until


class OwnRedis:
    """A server on a free port, without persistence: when it restarts it is empty."""

    def __init__(self, folder: Path | None = None, reaper: Reaper | None = None) -> None:
        self._reaper = reaper
        self._folder = folder or Path(tempfile.gettempdir())
        self.port = quiet_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def is_installed() -> bool:
        return shutil.which("redis-server") is not None

    def start(self) -> "OwnRedis":
        self._process = subprocess.Popen(
            [
                "redis-server", "--dir", str(self._folder), "--port", str(self.port), "--bind", "127.0.0.1",
                "--save", "", "--appendonly", "no",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        if self._reaper is not None:
            self._reaper.watch(self._process.pid)
        wait_until("redis answers", self._answers, 10)
        return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            if self._reaper is not None:
                self._reaper.forget(self._process.pid)
            self._process = None

    def stop(self) -> None:
        """End it, frozen or not."""
        self.kill()

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process is not None:
            os.kill(self.pid, signal.SIGCONT)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def quiet_port() -> int:
    """A free port that the system gives nobody who asks for any: it is still free after a restart."""
    while True:
        port = secrets.randbelow(12_000) + 20_000
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
