"""LangGraph with its checkpoints in PostgreSQL: one process that makes all programs."""

import json
import select
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from generation.testbed.bench.peers.environments import PINNED, PeerMissing, bare_environment, python_for
from generation.testbed.bench.peers.peer import PROGRAMS_S, PeerProcess
from generation.testbed.installation.processes import servers_cpu_s
from generation.testbed.installation.reaper import Reaper


class LangGraph:
    """A process that makes programs of the calls in the file `calls`, with its tables in the database at
    `database_url`.  PeerMissing if it cannot be installed, or that database is not PostgreSQL's."""

    name = "LangGraph"

    def __init__(self, folder: Path, calls: Path, base_url: str, reaper: Reaper, *, database_url: str) -> None:
        if not database_url.startswith("postgresql:"):
            raise PeerMissing(
                f"{self.name} is left out: its checkpoints need PostgreSQL, and DATABASE_URL names another.")
        self._python = python_for(self.name, "langgraph.txt")
        self._folder, self._calls, self._base_url, self._reaper = folder, calls, base_url, reaper
        self._database_url = database_url

    def __enter__(self) -> Self:
        self._process = PeerProcess(
            [str(self._python), str(PINNED / "langgraph_programs.py"), str(self._calls)],
            bare_environment(
                OPENAI_BASE_URL=self._base_url, DATABASE_URL=self._database_url, LANGSMITH_TRACING="false"),
            self._folder / "langgraph.log", self._reaper, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.kill()
        for pipe in (self._process.child.stdin, self._process.child.stdout):
            assert pipe is not None, "it was made with pipes"
            pipe.close()

    def run(self, programs: int) -> list[float]:
        child = self._process.child
        assert child.stdin is not None and child.stdout is not None, "it was made with pipes"
        self._process.check_alive()
        child.stdin.write(f"{programs}\n".encode())
        child.stdin.flush()
        # A line is written in one go, so once there is something to read there is a line, or the end.
        readable, _, _ = select.select([child.stdout], [], [], PROGRAMS_S)
        line = child.stdout.readline() if readable else b""
        if not line:
            if readable:
                child.wait()
            self._process.check_alive()
            raise TimeoutError(f"LangGraph made no {programs} programs within {PROGRAMS_S} s")
        walls: list[float] = json.loads(line)["walls_s"]
        return walls

    def cpu_s(self) -> float:
        return self._process.cpu_s()

    def servers_cpu_s(self) -> float:
        return servers_cpu_s()

    def peak_mb(self) -> float:
        return self._process.peak_mb()
