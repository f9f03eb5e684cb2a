"""One POST to one provider, with a total deadline.

The SDK says where and as whom (its address, its headers) and has the transport; bytes go through that directly.  The
same authentication, connections and errors as `chat.completions.create`, without walking the types of the request,
building each request anew out of options and models of the reply, which cost twice as much CPU as all the rest."""

import asyncio
import datetime as dt
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import aiohttp
import httpx2
import openai
from openai._vendor.httpx_aiohttp import AiohttpTransport  # the SDK's own: otherwise it is given no connector

from generation.core.addresses import NamedHosts, base_url_problem, origin_of
from generation.core.dialects import STREAM, USUAL, Wire
from generation.core.outcomes import CallCode, Failure, OnProgress, Reply, unheard
from generation.core.prompting import Request
from generation.llm import answers, sockets
from generation.llm.bodies import Bodies
from generation.llm.completions import storable
from generation.llm.streaming import Pieces
from generation.llm.usage import read_usage

OPENAI_URL = "https://api.openai.com/v1"      # stated, or the SDK would look into the environment
KEEPALIVE_S = 20.0      # shorter than any server's: a connection must not close while we write to it
PIECE_BYTES = 1 << 18       # that are unpacked at a time
TRAILER_S = 5.0             # after the last word: for counts, and the end
STREAM_TIMES = 8            # of a stream that was asked for: an event for each token is some fifty times as long


class Provider:
    """One endpoint and one key.  Belongs to the event loop in which it is first asked, until closed."""

    def __init__(
        self, base_url: str | None, api_key: str, connect_timeout_s: float, most_bytes: int = 8 << 20,
        most_connections: int = 100, hosts: NamedHosts = sockets.EMBEDDED,
    ) -> None:
        assert api_key, "give a placeholder: without a key the SDK looks for one in the environment"
        self._base_url = base_url or OPENAI_URL
        self._api_key = api_key
        self._connect_timeout_s = connect_timeout_s
        self._most_bytes = most_bytes
        self._most_connections = most_connections      # a call that waits for one has its deadline, too
        self._hosts = hosts
        self._problem = base_url_problem(self._base_url)
        self._line: _Line | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bodies = Bodies()

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        wire: Wire = USUAL, on_progress: OnProgress = unheard,
    ) -> Reply | Failure:
        """The provider's answer to `request`: exactly one POST, over within `deadline_s`.

        A streamed call is given up, too, when nothing came for the wire's `silence_s`, or when the model repeats
        itself.  Cancelling the task closes the connection at once, so that nobody goes on paying."""
        if self._problem is not None:
            return Failure(CallCode.ADDRESS_REFUSED, f"The address {self._problem}, so nothing is sent there.")
        body = self._bodies.of(request, model, max_output_tokens, cache_key, wire)
        secrets = (self._api_key,)
        headers = {"Accept-Encoding": "gzip, deflate", **({"api-key": self._api_key} if wire.api_key_header else {})}
        pieces = Pieces() if wire.sends(STREAM) else None
        is_silent = False
        head: Mapping[str, str] = {}

        def asked_now() -> answers.Asked:
            return answers.Asked(model, dt.datetime.now(dt.UTC), secrets, wire, request.keys, request.messages)

        def broken_off(failure: Failure) -> Reply | Failure:
            return failure if pieces is None else _what_came(failure, pieces, head, asked_now())

        try:
            async with asyncio.timeout(deadline_s) as deadline:
                if pieces is None:
                    response = await self._sent(body, headers, may_stream=False)
                    arrived = _arrived(response, await _whole(response))
                else:
                    latest = deadline.when()
                    assert latest is not None, "it was given a time"

                    def hear() -> None:
                        """Something came: the silence is over, the total deadline stays."""
                        nonlocal is_silent
                        longest = TRAILER_S if pieces is not None and pieces.has_ended else wire.silence_s
                        if longest is not None:
                            until = asyncio.get_running_loop().time() + longest
                            is_silent = until < latest
                            deadline.reschedule(min(until, latest))

                    hear()
                    response = await self._sent(body, headers, may_stream=True)
                    if response.status_code >= 300:
                        arrived = _arrived(response, await _whole(response))
                    else:
                        arrived = _arrived(response, b"")
                        head = arrived.headers
                        hear()
                        await self._listen(response, pieces, hear, on_progress)
        except (
            openai.APIConnectionError, aiohttp.ClientError, httpx2.HTTPError, answers.TooMuch, sockets.Forbidden,
        ) as error:
            return broken_off(answers.unanswered(error, model=model, secrets=secrets))
        except TimeoutError as error:
            if not deadline.expired():
                return broken_off(answers.unanswered(error, model=model, secrets=secrets))
            late = answers.too_late(deadline_s, model=model)
            if is_silent and wire.silence_s is not None:
                late = replace(late, message=f"Nothing came for {wire.silence_s:g} s.")
            return broken_off(late)
        asked = asked_now()
        if pieces is None or arrived.status >= 300:
            return answers.read_asked(arrived, asked)
        return answers.read_pieces(arrived, pieces, asked)

    async def _listen(
        self, response: httpx2.Response, pieces: Pieces, hear: Callable[[], None], on_progress: OnProgress
    ) -> None:
        """Hear the stream to its end, or to where nothing good will follow."""
        told = 0
        try:
            async for piece in cast(httpx2.AsyncByteStream, response.stream):
                pieces.feed(piece)
                hear()
                if pieces.tokens != told:
                    told = pieces.tokens
                    on_progress(told)
                if pieces.is_over or pieces.is_looping:
                    break
            pieces.end()
        finally:
            await response.aclose()

    async def _sent(self, body: bytes, headers: Mapping[str, str], *, may_stream: bool) -> httpx2.Response:
        """The head of the answer to `body`, whose stream is bounded, whatever it is unpacked to; close that.

        A server that calls its answer a stream, though none was asked for or it is an error, gets no more room."""
        line = self._connected()
        request = httpx2.Request(
            "POST", line.url, headers={**line.headers, **headers}, content=body,
            extensions={"timeout": {"connect": self._connect_timeout_s}},      # the rest is the total deadline's
        )
        try:
            response = await line.transport.handle_async_request(request)
        except TimeoutError:
            raise
        except Exception as error:      # as the SDK has it: whatever it was, there is no answer
            raise openai.APIConnectionError(request=request) from error
        encoding = response.headers.get("content-encoding", "")
        is_called_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        is_stream = may_stream and is_called_stream and response.status_code < 300
        most_bytes = self._most_bytes * (STREAM_TIMES if is_stream else 1)
        response.stream = _Bounded(cast(httpx2.AsyncByteStream, response.stream), encoding, most_bytes)
        return response

    async def close(self) -> None:
        """Close every connection.  The next `ask` opens new ones, in whatever loop it runs."""
        line, self._line = self._line, None
        if line is not None:
            await line.transport.aclose()

    def _connected(self) -> "_Line":
        loop = asyncio.get_running_loop()
        if self._line is None:
            self._line, self._loop = self._new_line(), loop
        assert self._loop is loop, "a Provider belongs to one event loop; close it there before using another"
        return self._line

    def _new_line(self) -> "_Line":
        is_tls = origin_of(self._base_url)[0] == "https"
        tls = httpx2.create_ssl_context(verify=is_tls)      # loading the certificates takes 35 ms
        proxy = sockets.proxy_of(self._base_url, self._hosts)

        def session() -> aiohttp.ClientSession:
            return aiohttp.ClientSession(connector=sockets.connector(
                self._base_url, self._hosts, limit=self._most_connections, keepalive_s=KEEPALIVE_S, tls=tls))

        transport = AiohttpTransport(verify=tls, client=session, proxy=httpx2.Proxy(proxy) if proxy else None)
        # Only asked what it would send.
        sdk = openai.AsyncOpenAI(
            base_url=self._base_url, api_key=self._api_key, http_client=httpx2.AsyncClient(transport=transport))
        said = {**sdk.default_headers, **sdk.auth_headers}
        url = sdk.base_url.copy_with(raw_path=sdk.base_url.raw_path + b"chat/completions")
        headers = {name: value for name, value in said.items() if isinstance(value, str)}
        return _Line(transport, httpx2.URL(str(url)), headers)


@dataclass(frozen=True)
class _Line:
    """Where and as whom requests go, as the SDK has it, and what carries them."""

    transport: AiohttpTransport
    url: httpx2.URL
    headers: Mapping[str, str]


class _Bounded(httpx2.AsyncByteStream):
    """`inner`, unpacked, with no more than `most_bytes`."""

    def __init__(self, inner: httpx2.AsyncByteStream, encoding: str, most_bytes: int) -> None:
        self._inner = inner
        self._encoding = encoding.strip().lower()
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        room = self._most_bytes
        unpack = _unpacker(self._encoding)
        async for packed in self._inner:
            rest = packed
            while rest:
                piece, rest = unpack(rest)
                room -= len(piece)
                if room < 0:
                    raise answers.TooMuch(self._most_bytes)
                if piece:
                    yield piece

    async def aclose(self) -> None:
        await self._inner.aclose()


Unpack = Callable[[bytes], tuple[bytes, bytes]]      # a piece of the content, and what is left packed


def _unpacker(encoding: str) -> Unpack:
    """For what we say that we take; DecodingError for anything else, and for what is not what it says."""
    if encoding in {"", "identity"}:
        return lambda packed: (packed, b"")
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise httpx2.DecodingError(f"it is packed as {encoding[:20]}, which was not asked for")
    inflating = zlib.decompressobj(zlib.MAX_WBITS | 32)      # either header

    def inflate(packed: bytes) -> tuple[bytes, bytes]:
        try:
            return inflating.decompress(packed, PIECE_BYTES), inflating.unconsumed_tail
        except zlib.error as error:
            raise httpx2.DecodingError(str(error)) from error

    return inflate


async def _whole(response: httpx2.Response) -> bytes:
    try:
        stream = cast(httpx2.AsyncByteStream, response.stream)
        return b"".join([piece async for piece in stream])
    finally:
        await response.aclose()


def _arrived(response: httpx2.Response, body: bytes) -> answers.HttpAnswer:
    headers = dict[str, str]()
    for name, value in response.headers.raw:
        key, said = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        headers[key] = f"{headers[key]}, {said}" if key in headers else said
    return answers.HttpAnswer(response.status_code, headers, body)


def _what_came(failure: Failure, pieces: Pieces, head: Mapping[str, str], asked: answers.Asked) -> Reply | Failure:
    """What a stream brought that ended as `failure`: a whole document is one, and of the rest all that came is counted,
    and kept for people to read."""
    if not pieces.characters:
        return failure
    pieces.end()
    whole = answers.read_pieces(answers.HttpAnswer(200, head, b""), pieces, asked)
    if isinstance(whole, Reply):
        return whole
    usage = replace(read_usage(pieces.completion, pieces.all_text), is_estimated=True)
    is_ours = failure.code is CallCode.TIMEOUT
    said = f"{failure.message} About {pieces.tokens:,} tokens had come." if is_ours else failure.message
    return replace(failure, message=said, usage=usage, text=storable(pieces.text))
