"""What the tests of the dialects share: how an answer is read, written down in one line."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

from generation.core.dialects import Dialect, Learned, Streaming, Wire, wire_of
from generation.core.outcomes import Answer, CallCode, Failure, Reply
from generation.llm.client import Provider
from tests.llm.conftest import KEY, SMALL
from tests.llm.dialects.server import Answering, Asked, Sent, serving

VALID = json.dumps({"title": "A title of more than twenty", "steps": ["Breathe slowly and count what you do."] * 6})
EVERYTHING = wire_of(Dialect.AUTOMATIC)      # of an address that says nothing: all that OpenAI knows
STREAMED = wire_of(Dialect.AUTOMATIC, streaming=Streaming.ON)


@dataclass(frozen=True)
class Failed:
    """A failure: its code, what it teaches, and the wait that it states; `...` where the wait depends on the clock."""

    code: CallCode
    without: frozenset[str] = frozenset()
    context: int | None = None
    cap: int | None = None
    wait_s: float | EllipsisType | None = None
    output_tokens: int = 0


@dataclass(frozen=True)
class Replied:
    """The valid reply; `usage` is input and output tokens, None where they are only estimated."""

    usage: tuple[int, int] | None = None


def without(*names: str) -> Failed:
    """The server does not know `names`."""
    return Failed(CallCode.FIELD_REFUSED, frozenset(names))


def asked(script: Sequence[Sent] | Answering, wire: Wire, **options: Any) -> tuple[Answer, list[Asked]]:
    """The answer to one small request over HTTP, and what the server saw of it."""
    with serving(script, lambda _body: VALID) as server:

        async def once() -> Answer:
            provider = Provider(server.url, KEY, connect_timeout_s=2)
            try:
                return await provider.ask(SMALL, **{
                    "model": "m", "max_output_tokens": 4_000, "deadline_s": 10, "cache_key": "job-7", "wire": wire,
                    **options,
                })
            finally:
                await provider.close()

        answer = asyncio.run(once())
    return answer, server.asked


def check(sent: Sent, wire: Wire, wanted: Failed | Replied) -> Answer:
    """One call was made, and read as `wanted`."""
    answer, calls = asked([sent], wire)
    assert len(calls) == 1, "every answer is an answer, and asked for once"
    match wanted:
        case Replied(usage=usage):
            assert isinstance(answer, Reply), answer
            assert VALID in answer.text or json.loads(VALID) == json.loads(answer.text), "the whole document came"
            assert answer.usage.output_tokens > 0, "what was written is never free"
            assert answer.usage.is_estimated == (usage is None)
            assert usage in {None, (answer.usage.input_tokens, answer.usage.output_tokens)}
        case Failed():
            assert isinstance(answer, Failure), answer
            assert (answer.code, answer.lesson) == (
                wanted.code, Learned(wanted.without, wanted.context, wanted.cap)), answer.message
            if wanted.wait_s is not ...:
                assert answer.retry_after_s == wanted.wait_s
            assert answer.usage.output_tokens == wanted.output_tokens
            assert KEY not in answer.message
    return answer


def request_of(wire: Wire) -> dict[str, Any]:
    """The body of a request as it went over the wire."""
    _answer, [call] = asked([Sent(200, {})], wire)
    assert call.path == "/v1/chat/completions"
    return call.body
