"""What streaming costs: CPU of this process for a call whose reply comes whole, and for the same reply token by token.

    python tests/benchmarks/streaming.py [--calls 200] [--tokens 700]

The server is a process of its own and sends bytes that it has ready.  Ratios are of one run; the SDK's own
`create(stream=True)` is measured beside them."""

import argparse
import asyncio
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import openai

from generation.core.dialects import Wire
from generation.core.outcomes import Reply
from generation.core.prompting import Request
from generation.llm.client import Provider

SCHEMA = {
    "type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"], "additionalProperties": False,
}
REQUEST = Request(({"role": "user", "content": "Write."},), "bench", SCHEMA, 1)
AT_ONCE = 8


def whole(tokens: int) -> bytes:
    text = json.dumps({"text": "word " * tokens})
    body = json.dumps({
        "id": "c", "model": "m", "choices": [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": tokens, "total_tokens": tokens + 9},
    }).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def pieces(tokens: int) -> list[bytes]:
    def event(**fields: object) -> bytes:
        said = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", **fields}
        data = b"data: " + json.dumps(said).encode() + b"\n\n"
        return f"{len(data):x}\r\n".encode() + data + b"\r\n"

    def delta(text: str, ending: str | None = None) -> bytes:
        return event(choices=[{"index": 0, "delta": {"content": text} if text else {}, "finish_reason": ending}])

    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    usage = {"prompt_tokens": 9, "completion_tokens": tokens, "total_tokens": tokens + 9}
    done = b"data: [DONE]\n\n"
    return [
        head, delta('{"text": "'), *[delta("word ")] * tokens, delta('"}'), delta("", "stop"),
        event(choices=[], usage=usage), f"{len(done):x}\r\n".encode() + done + b"\r\n0\r\n\r\n",
    ]


def serve(port: "multiprocessing.SimpleQueue[int]", tokens: int) -> None:
    answer, stream = whole(tokens), pieces(tokens)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                if b'"stream":true' in body.replace(b" ", b""):
                    for piece in stream:
                        writer.write(piece)
                        await writer.drain()
                        await asyncio.sleep(0)      # one write for each token, as servers do
                else:
                    writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def run() -> None:
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def cpu_ms(calls: int, call: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of CPU of this process for one call, after a few to warm up."""
    async def one_of_many(todo: list[None]) -> None:
        while todo:
            todo.pop()
            await call()

    await asyncio.gather(*(one_of_many([None] * 2) for _ in range(AT_ONCE)))
    todo = [None] * calls
    began = time.process_time()
    await asyncio.gather(*(one_of_many(todo) for _ in range(AT_ONCE)))
    return 1_000 * (time.process_time() - began) / calls


async def measure(port: int, calls: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}/v1"
    provider = Provider(url, "sk-bench", connect_timeout_s=2)
    sdk = openai.AsyncOpenAI(
        base_url=url, api_key="sk-bench", max_retries=0, http_client=openai.DefaultAioHttpClient(trust_env=False))

    async def ours(wire: Wire) -> None:
        answer = await provider.ask(
            REQUEST, model="m", max_output_tokens=9_000, deadline_s=60, cache_key="k", wire=wire)
        assert isinstance(answer, Reply), answer

    async def theirs() -> None:
        stream = await sdk.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Write."}], stream=True)
        async for _event in stream:
            pass

    found = {
        "whole": await cpu_ms(calls, lambda: ours(Wire())),
        "streamed": await cpu_ms(calls, lambda: ours(Wire(streams=True))),
        "streamed by the SDK": await cpu_ms(max(20, calls // 4), theirs),
    }
    await provider.close()
    await sdk.close()
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--calls", type=int, default=200)
    arguments.add_argument("--tokens", type=int, default=700, help="of a reply: a week has about so many")
    given = arguments.parse_args()
    port: multiprocessing.SimpleQueue[int] = multiprocessing.SimpleQueue()
    server = multiprocessing.Process(target=serve, args=(port, given.tokens), daemon=True)
    server.start()
    found = asyncio.run(measure(port.get(), given.calls))
    server.terminate()
    print(f"{given.calls} calls of {given.tokens} tokens, {AT_ONCE} at once; CPU of the caller alone")
    for name, took_ms in found.items():
        print(f"{name:<22} {took_ms:7.2f} ms a call   {took_ms / found['whole']:6.1f} x")


if __name__ == "__main__":
    main()
