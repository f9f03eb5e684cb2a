"""Our command line in processes of its own, in a folder and with a database of its own."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from config.environment import Environment
from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]
MANAGE = [sys.executable, str(ROOT / "manage.py")]
OURS = {name.upper() for name in Environment.model_fields}
# Short, so that tests are; a lease long enough that nothing here is ever healed by its end.
QUICK = {"PULSE_S": "0.2", "SWEEP_S": "0.3", "BACKOFF_BASE_S": "0.1", "BACKOFF_CAP_S": "0.3", "DRAIN_S": "20"}
SIMULATOR_IS_GONE_S = 5


def clean_environment(**ours: str) -> dict[str, str]:
    """This process's environment with none of our settings but `ours`."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | ours


class Running:
    """A command that runs."""

    def __init__(self, arguments: list[str], environment: dict[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as out, log.with_suffix(".err").open("wb") as err:
            self.process = subprocess.Popen(
                arguments, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)

    @property
    def output(self) -> str:
        return self._log.read_text()

    @property
    def errors(self) -> str:
        return self._log.with_suffix(".err").read_text()

    @property
    def address(self) -> str:
        """Where it serves, once it says so."""
        found = re.search(r"Admin\s+(http://\S+)/admin/", self.output)
        assert found is not None
        return found[1]

    def wait_for(self, pattern: str, timeout_s: float = 40) -> "Running":
        def is_said() -> bool:
            has_ended = self.process.poll() is not None      # before the look: nothing is said after the end
            found = re.search(pattern, self.output) is not None
            assert found or not has_ended, f"ended without “{pattern}”: {self.output}{self.errors}"
            return found

        wait_until(f"“{pattern}” is said", is_said, timeout_s)
        return self

    def wait(self, timeout_s: float = 60) -> int:
        return self.process.wait(timeout_s * PATIENCE)

    def stop(self, number: int = signal.SIGTERM, timeout_s: float = 40) -> int:
        self.process.send_signal(number)
        return self.wait(timeout_s)

    def simulator(self) -> psutil.Process:
        """The simulator that is its child."""
        children = psutil.Process(self.process.pid).children()
        [found] = [child for child in children if "generation.simulator" in child.cmdline()]
        return found

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


class Product:
    """`manage.py` with its state in `folder` and `settings` in its environment."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self._settings = {**QUICK, "LOCAL_DIR": str(folder), **settings}
        self._started: list[Running] = []

    def run(self, *arguments: str, stdin: str = "", timeout_s: float = 90, **settings: str) -> Any:
        return subprocess.run(
            [*MANAGE, *arguments], cwd=ROOT, env=clean_environment(**{**self._settings, **settings}),
            input=stdin, capture_output=True, text=True, timeout=timeout_s * PATIENCE, check=False,
        )

    def start(self, *arguments: str, **settings: str) -> Running:
        log = self.folder.parent / f"{self.folder.name}-{len(self._started)}.out"
        running = Running([*MANAGE, *arguments], clean_environment(**{**self._settings, **settings}), log)
        self._started.append(running)
        return running

    def shell(self, script: str, **settings: str) -> Any:
        """`script` in plain `sh`, with the product's environment; what its commands say is ours to look at."""
        return subprocess.run(
            ["sh", "-eu", "-c", script], cwd=ROOT, env=clean_environment(**{**self._settings, **settings}),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180 * PATIENCE, check=False,
        )

    def serve(self, *arguments: str, **settings: str) -> Running:
        """`up` on a free port, when it serves."""
        return self.start("up", "--port", "0", *arguments, **settings).wait_for("Sign in")

    def rows(self, sql: str) -> list[Any]:
        """What the SQLite database has."""
        connection = sqlite3.connect(self.folder / "coursewright.sqlite3", timeout=20)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def states(self, table: str) -> set[str]:
        return {row[0] for row in self.rows(f"SELECT DISTINCT state FROM generation_{table}")}

    def documents(self) -> list[Path]:
        return sorted((self.folder / "documents").glob("*"))

    def end(self) -> None:
        for running in self._started:
            running.end()


@contextmanager
def product(folder: Path, **settings: str) -> Iterator[Product]:
    made = Product(folder, **settings)
    try:
        yield made
    finally:
        made.end()


def get(url: str, **headers: str) -> Any:
    """The answer to a GET, never through a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(urllib.request.Request(url, headers=headers), timeout=20 * PATIENCE)


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
