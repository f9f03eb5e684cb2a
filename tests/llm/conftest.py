"""What the tests of the provider edge share: one small request, and a way to ask it once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from generation.core.dialects import USUAL, Wire
from generation.core.outcomes import Answer
from generation.core.prompting import Request
from generation.llm.client import Provider
from generation.simulator import SimulatorSettings, parse_faults, running

KEY = "sk-test-CANARY-0123456789"
SCHEMA = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "minLength": 20, "maxLength": 60},
        "steps": {"type": "array", "items": {"type": "string", "minLength": 40}, "minItems": 6},
    },
    "required": ["title", "steps"],
    "additionalProperties": False,
}
SMALL = Request(
    (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Task: unit 3 of 12\n\nWrite it."},
    ),
    "note_unit", SCHEMA, revision=1,
)

Ask = Callable[..., tuple[Answer, list[dict[str, Any]]]]


@pytest.fixture
def small() -> Request:
    return SMALL


@pytest.fixture
def ask() -> Ask:
    """Ask a fresh simulator once; the answer, and what the simulator saw."""

    def once(
        faults: Any = (), *, key: str = KEY, deadline_s: float = 5, request: Request = SMALL,
        max_output_tokens: int = 4_000, times: int = 1, **settings: Any,
    ) -> tuple[Answer, list[dict[str, Any]]]:
        async def run() -> tuple[Answer, list[dict[str, Any]]]:
            wanted = SimulatorSettings(**{"unit_s": 0, "faults": parse_faults(list(faults)), **settings})
            async with running(wanted, kinds={}) as simulator, asyncio.timeout(20):
                provider = Provider(simulator.url, key, connect_timeout_s=2)
                for _ in range(times):
                    answer = await provider.ask(
                        request, model="gpt-test", max_output_tokens=max_output_tokens, deadline_s=deadline_s,
                        cache_key="job-7")
                await provider.close()
                log = simulator.simulator.log
                while any(call["ended_at"] is None for call in log.as_json()):
                    await asyncio.sleep(0.01)
                return answer, log.as_json()

        return asyncio.run(run())

    return once


@pytest.fixture
def ask_raw() -> Callable[..., Answer]:
    """Ask a server that is one coroutine over the bare connection; the answer."""

    def once(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
             *, deadline_s: float = 5, wire: Wire = USUAL) -> Answer:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            try:
                await serve(reader, writer)
            except ConnectionError:
                pass
            finally:
                writer.close()

        async def run() -> Answer:
            server = await asyncio.start_server(connected, "127.0.0.1", 0)
            async with server, asyncio.timeout(20):
                port = server.sockets[0].getsockname()[1]
                provider = Provider(f"http://127.0.0.1:{port}/v1", KEY, connect_timeout_s=2)
                answer = await provider.ask(
                    SMALL, model="gpt-test", max_output_tokens=100, deadline_s=deadline_s, cache_key="job-7", wire=wire)
                await provider.close()
                return answer

        return asyncio.run(run())

    return once
