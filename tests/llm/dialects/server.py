"""A provider over real HTTP that says what a script tells it, byte for byte, and remembers what it was asked.

It runs on a thread of its own, so that a test, an engine or both may ask it.  `asked` is the witness of the calls that
were made: whoever claims another number is wrong."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from generation.simulator.asks import read_ask
from generation.simulator.content import ContentWriter

EVENTS = (b"data:", b"event:", b":", b"id:")
DOCUMENT = "<JSON>"                  # in a body: the text of a valid reply, as a JSON string has it
HALVES = ("<JS", "ON>")              # the same in two pieces
USAGE = {"prompt_tokens": 2_203, "completion_tokens": 534, "total_tokens": 2_737}


@dataclass(frozen=True)
class Sent:
    """One answer.  `body` is JSON, a text or bytes; a list of bytes goes out in as many chunks."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def pieces(self, document: str) -> list[bytes]:
        if isinstance(self.body, bytes):
            return [self.body]
        if isinstance(self.body, list) and self.body and isinstance(self.body[0], bytes):
            return self.body
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)
        escaped = json.dumps(document)[1:-1]
        middle = escaped.index(" ") + 1 if " " in escaped else 1
        for mark, written in zip((DOCUMENT, *HALVES), (escaped, escaped[:middle], escaped[middle:]), strict=True):
            text = text.replace(mark, written)
        return [text.encode()]


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


Answering = Callable[[dict[str, Any]], Sent]


@dataclass
class ScriptedServer:
    """Answers by `script`: one after the other, the last for ever; or as a function of the request says."""

    script: Sequence[Sent] | Answering
    document: Callable[[dict[str, Any]], str]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, body: dict[str, Any]) -> Sent:
        if callable(self.script):
            return self.script(body)
        return self.script[min(len(self.asked), len(self.script)) - 1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await self._exchange(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass      # they have closed, or the test is over
        finally:
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))))
        self.asked.append(Asked(head[0].split(" ")[1], headers, body))
        sent = self.answer(body)
        pieces = sent.pieces(self.document(body))
        is_stream = len(pieces) > 1 or pieces[0].lstrip().startswith(EVENTS)
        kind = "text/event-stream" if is_stream else "application/json"
        stated = {"content-type": kind, **sent.headers}
        length = ("transfer-encoding", "chunked") if is_stream else ("content-length", str(len(pieces[0])))
        lines = [f"HTTP/1.1 {sent.status} So", *(f"{name}: {value}" for name, value in (*stated.items(), length))]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        for piece in pieces:
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if is_stream else piece)
            await writer.drain()
        if is_stream:
            writer.write(b"0\r\n\r\n")
            await writer.drain()


@contextmanager
def serving(
    script: Sequence[Sent] | Answering, document: Callable[[dict[str, Any]], str] | None = None
) -> Iterator[ScriptedServer]:
    """A server at `url`, until the block ends.  `document` makes the valid reply to a request."""
    server = ScriptedServer(script, document or simulated)
    loop, is_up = asyncio.new_event_loop(), threading.Event()
    ended = asyncio.Event()

    async def run() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        is_up.set()
        await ended.wait()
        listening.close()
        talking = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    assert is_up.wait(10), "it listens"
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()


def simulated(body: dict[str, Any]) -> str:
    """The reply that a kind of ours simulates for the request."""
    ask = read_ask(json.dumps(body).encode())
    writer = ContentWriter(None, 0)
    return writer.write(ask, writer.subject(ask), None, writer.rng(ask))[0]


def completion(content: Any = DOCUMENT, ending: Any = "stop", usage: Any = USAGE, **message: Any) -> dict[str, Any]:
    """A completion as OpenAI's reference has it, but for what is said otherwise."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": ending}
    return {"id": "c1", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}


def good(body: dict[str, Any] | None = None) -> Sent:
    """A valid reply."""
    return Sent(200, completion())
