"""Restate: a server that keeps every step of a workflow, and processes that it asks to take the steps.

Each process has a service of its own and gets every program in turn, so that all have the same to do; one address for
several would leave it to chance who gets how many."""

import asyncio
import json
import secrets
import urllib.request
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from generation.testbed.bench.peers.environments import PINNED, bare_environment, python_for, restate_server
from generation.testbed.bench.peers.peer import PROGRAMS_S, READY_S, PeerProcess
from generation.testbed.installation.processes import free_port
from generation.testbed.installation.reaper import Reaper
from generation.testbed.installation.redis import quiet_port
from generation.testbed.installation.waiting import wait_until

REQUEST_S = 10.0


class Restate:
    """A server with its data in `folder`, and `processes` processes that handle programs, made of the calls in the file
    `calls`.  PeerMissing if it cannot be installed."""

    name = "Restate"

    def __init__(self, folder: Path, calls: Path, base_url: str, reaper: Reaper, *, processes: int) -> None:
        self._program, self._python = restate_server(), python_for(self.name, "restate.txt")
        self._folder, self._calls, self._base_url, self._reaper = folder, calls, base_url, reaper
        self._ports = [quiet_port() for _ in range(processes)]
        self._handlers: list[PeerProcess] = []
        self._ingress, self._admin = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"

    def __enter__(self) -> Self:
        self._server = PeerProcess([str(self._program), "--no-logo"], bare_environment(
            RESTATE_BASE_DIR=str(self._folder / "restate"), RESTATE_INGRESS__BIND_ADDRESS=self._ingress,
            RESTATE_ADMIN__BIND_ADDRESS=self._admin, RESTATE_BIND_ADDRESS=f"127.0.0.1:{free_port()}",
            RESTATE_LISTEN_MODE="tcp", RESTATE_ADMIN__DISABLE_WEB_UI="true", RESTATE_LOG_FILTER="error",
            RESTATE_DISABLE_TELEMETRY="true", DO_NOT_TRACK="1",
        ), self._folder / "restate-server.log", self._reaper)
        try:
            self.start_handlers()
            wait_until("Restate's admin answers", lambda: self._answers(f"http://{self._admin}/health"), READY_S)
            for port in self._ports:
                wait_until("Restate knows its handlers", partial(self._registers, port), READY_S)
            wait_until("Restate's ingress answers", lambda: self._answers(f"http://{self._ingress}/restate/health"),
                       READY_S)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, type_: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill_handlers()
        self._server.kill()

    def start_handlers(self) -> None:
        """On the ports that the server knows them by."""
        self._handlers = [
            PeerProcess(
                [str(self._python), str(PINNED / "restate_handlers.py"), _service(n), str(port), str(self._calls)],
                bare_environment(OPENAI_BASE_URL=self._base_url), self._folder / f"restate-handlers-{n}.log",
                self._reaper)
            for n, port in enumerate(self._ports)
        ]

    def kill_handlers(self) -> None:
        for handler in self._handlers:
            handler.kill()
        self._handlers = []

    def run(self, programs: int) -> list[float]:
        try:
            return asyncio.run(self._run(programs))
        except aiohttp.ClientError as error:
            raise RuntimeError(f"Restate's ingress gives no answer: {error}") from error

    async def _run(self, programs: int) -> list[float]:
        name = secrets.token_hex(4)
        timeout = aiohttp.ClientTimeout(total=PROGRAMS_S)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
            loop = asyncio.get_running_loop()
            began_s = loop.time()

            async def one(number: int) -> float:
                service = _service(number % len(self._ports))
                url = f"http://{self._ingress}/{service}/{name}-{number}/run"
                async with session.post(url, skip_auto_headers=["Content-Type"]) as response:
                    said = await response.text()
                    if response.status != 200:
                        raise RuntimeError(f"Restate answers {response.status}: {said}")
                    return loop.time() - began_s

            return await asyncio.gather(*(one(number) for number in range(programs)))

    def cpu_s(self) -> float:
        return sum(handler.cpu_s() for handler in self._handlers)

    def servers_cpu_s(self) -> float:
        return self._server.cpu_s()

    def peak_mb(self) -> float:
        return self._server.peak_mb() + sum(handler.peak_mb() for handler in self._handlers)

    def _registers(self, port: int) -> bool:
        """Tell the server where a process listens; False while that is not so yet."""
        return self._answers(f"http://{self._admin}/deployments", {"uri": f"http://127.0.0.1:{port}"})

    def _answers(self, url: str, body: Any = None) -> bool:     # Any: JSON
        for process in (self._server, *self._handlers):
            process.check_alive()
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, sent, {"Content-Type": "application/json"})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=REQUEST_S):
                return True
        except OSError:      # also what urllib raises
            return False


def _service(number: int) -> str:
    return f"program_{number}"
