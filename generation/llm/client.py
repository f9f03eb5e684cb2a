"""One POST to one provider, with a total deadline.

The SDK's client and transport are used through `client.post` with bytes and `cast_to=Response`: the
same authentication, connections and errors as `chat.completions.create`, without walking the types of
the request and building models of the reply, which cost as much CPU as everything else together."""

import asyncio
import datetime as dt
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai

from generation.core.dialects import STREAM, USUAL, Wire
from generation.core.outcomes import CallCode, Failure, OnProgress, Reply, unheard
from generation.core.prompting import Request
from generation.llm import answers
from generation.llm.bodies import Bodies
from generation.llm.completions import storable
from generation.llm.streaming import Pieces
from generation.llm.usage import read_usage

OPENAI_URL = "https://api.openai.com/v1"      # stated, or the SDK would look into the environment
MAX_CONNECTIONS = 1_000
KEEPALIVE_S = 20.0      # shorter than any server's: a connection must not close while we write to it
PIECE_BYTES = 1 << 18       # that are unpacked at a time
TRAILER_S = 5.0             # after the last word: for counts, and the end
STREAM_TIMES = 8            # an event for each token is some fifty times as long as the token
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Provider:
    """One endpoint and one key.  Belongs to the event loop in which it is first asked, until closed."""

    def __init__(
        self, base_url: str | None, api_key: str, connect_timeout_s: float, most_bytes: int = 8 << 20
    ) -> None:
        assert api_key, "give a placeholder: without a key the SDK looks for one in the environment"
        self._base_url = base_url or OPENAI_URL
        self._api_key = api_key
        self._connect_timeout_s = connect_timeout_s
        self._most_bytes = most_bytes
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bodies = Bodies()

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        wire: Wire = USUAL, on_progress: OnProgress = unheard,
    ) -> Reply | Failure:
        """The provider's answer to `request`: exactly one POST, over within `deadline_s`.

        A streamed call is given up, too, when nothing came for the wire's `silence_s`, or when the model repeats
        itself.  Cancelling the task closes the connection at once, so that nobody goes on paying."""
        body = self._bodies.of(request, model, max_output_tokens, cache_key, wire)
        secrets = (self._api_key,)
        headers = {"Accept-Encoding": "gzip, deflate", **({"api-key": self._api_key} if wire.api_key_header else {})}
        pieces = Pieces() if wire.sends(STREAM) else None
        is_silent = False
        head: dict[str, str] = {}

        def asked_now() -> answers.Asked:
            return answers.Asked(model, dt.datetime.now(dt.UTC), secrets, wire, request.keys, request.messages)

        def broken_off(failure: Failure) -> Reply | Failure:
            return failure if pieces is None else _what_came(failure, pieces, head, asked_now())

        try:
            async with asyncio.timeout(deadline_s) as deadline:
                client = self._connected()
                if pieces is None:
                    response = await client.post(
                        "/chat/completions", content=body, cast_to=httpx2.Response, options={"headers": headers})
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
                    # Of a raw response the SDK makes no stream of its own.
                    response = cast(httpx2.Response, await client.post(
                        "/chat/completions", content=body, cast_to=httpx2.Response, options={"headers": headers},
                        stream=True, stream_cls=openai.AsyncStream[object]))
                    head = dict(response.headers)
                    hear()
                    await self._listen(response, pieces, hear, on_progress)
        except openai.APIStatusError as error:
            response = error.response
        except (openai.APIConnectionError, aiohttp.ClientError, httpx2.HTTPError, answers.TooMuch) as error:
            # The transport lets some of aiohttp's errors through, for example of an answer that is not HTTP.
            return broken_off(answers.unanswered(error, model=model, secrets=secrets))
        except TimeoutError as error:
            if not deadline.expired():
                return broken_off(answers.unanswered(error, model=model, secrets=secrets))
            late = answers.too_late(deadline_s, model=model)
            if is_silent and wire.silence_s is not None:
                late = replace(late, message=f"Nothing came for {wire.silence_s:g} s.")
            return broken_off(late)
        asked = asked_now()
        if pieces is None or response.status_code >= 300:
            return answers.read_asked(_arrived(response, response.content), asked)
        return answers.read_pieces(_arrived(response, b""), pieces, asked)

    async def _listen(
        self, response: httpx2.Response, pieces: Pieces, hear: Callable[[], None], on_progress: OnProgress
    ) -> None:
        """Hear the stream to its end, or to where nothing good will follow."""
        told = 0
        try:
            arriving: AsyncIterator[bytes] = response.aiter_bytes()
            async for piece in arriving:
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

    async def _bound(self, response: httpx2.Response) -> None:
        """Let no answer grow without end, whatever it is unpacked to."""
        encoding = response.headers.get("content-encoding", "")
        if encoding:
            del response.headers["content-encoding"]      # it is unpacked here, a piece at a time
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        most_bytes = self._most_bytes * (STREAM_TIMES if is_stream else 1)
        response.stream = _Bounded(cast(httpx2.AsyncByteStream, response.stream), encoding, most_bytes)

    async def close(self) -> None:
        """Close every connection.  The next `ask` opens new ones, in whatever loop it runs."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _connected(self) -> openai.AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if self._client is None:
            self._client, self._loop = self._new_client(), loop
        assert self._loop is loop, "a Provider belongs to one event loop; close it there before using another"
        return self._client

    def _new_client(self) -> openai.AsyncOpenAI:
        url = urlsplit(self._base_url)
        timeout = httpx2.Timeout(None, connect=self._connect_timeout_s)      # the rest is the total deadline's
        return openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key,
            max_retries=0,      # attempts have one owner, and it is not the SDK
            timeout=timeout,
            http_client=openai.DefaultAioHttpClient(
                timeout=timeout,
                limits=httpx2.Limits(
                    max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS,
                    keepalive_expiry=KEEPALIVE_S,
                ),
                follow_redirects=False,                     # a prompt goes where it was sent, once
                trust_env=url.hostname not in LOOPBACK,     # no proxy between us and ourselves
                verify=url.scheme == "https",               # loading the certificates takes 35 ms
                event_hooks={"response": [self._bound]},
            ),
        )


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


def _arrived(response: httpx2.Response, body: bytes) -> answers.HttpAnswer:
    return answers.HttpAnswer(response.status_code, dict(response.headers), body)


def _what_came(failure: Failure, pieces: Pieces, head: dict[str, str], asked: answers.Asked) -> Reply | Failure:
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
