"""One POST to one provider, with a total deadline.

The SDK's client and transport are used through `client.post` with bytes and `cast_to=Response`: the
same authentication, connections and errors as `chat.completions.create`, without walking the types of
the request and building models of the reply, which cost as much CPU as everything else together."""

import asyncio
import datetime as dt
import json
from urllib.parse import urlsplit

import aiohttp
import httpx2
import openai

from generation.core.outcomes import Failure, Reply
from generation.core.prompting import Request
from generation.core.schema import Schema
from generation.llm import answers

OPENAI_URL = "https://api.openai.com/v1"      # stated, or the SDK would look into the environment
MAX_CONNECTIONS = 1_000
KEEPALIVE_S = 20.0      # shorter than any server's: a connection must not close while we write to it
MAX_SCHEMAS = 64
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Provider:
    """One endpoint and one key.  Belongs to the event loop in which it is first asked, until closed."""

    def __init__(self, base_url: str | None, api_key: str, connect_timeout_s: float) -> None:
        assert api_key, "give a placeholder: without a key the SDK looks for one in the environment"
        self._base_url = base_url or OPENAI_URL
        self._api_key = api_key
        self._connect_timeout_s = connect_timeout_s
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._schemas: dict[int, tuple[Schema, str]] = {}

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str
    ) -> Reply | Failure:
        """The provider's answer to `request`: exactly one POST, over within `deadline_s`.

        Cancelling the task closes the connection at once, so that nobody goes on paying."""
        body = self._body(request, model, max_output_tokens, cache_key)
        secrets = (self._api_key,)
        try:
            async with asyncio.timeout(deadline_s) as deadline:
                client = self._connected()
                response = await client.post("/chat/completions", content=body, cast_to=httpx2.Response)
        except openai.APIStatusError as error:
            response = error.response
        except (openai.APIConnectionError, aiohttp.ClientError) as error:
            # The transport lets some of aiohttp's errors through, for example of an answer that is not HTTP.
            return answers.unanswered(error, model=model, secrets=secrets)
        except TimeoutError as error:
            if deadline.expired():
                return answers.too_late(deadline_s, model=model)
            return answers.unanswered(error, model=model, secrets=secrets)
        http = answers.HttpAnswer(response.status_code, dict(response.headers), response.content)
        return answers.read(http, model=model, now=dt.datetime.now(dt.UTC), secrets=secrets)

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
            ),
        )

    def _body(self, request: Request, model: str, max_output_tokens: int, cache_key: str) -> bytes:
        fields = {
            "model": model,
            "messages": request.messages,
            "max_completion_tokens": max_output_tokens,
            "prompt_cache_key": cache_key,
            "store": False,
        }
        format_ = (
            '{"type":"json_schema","json_schema":{"name":' + json.dumps(request.schema_name)
            + ',"strict":true,"schema":' + self._encoded(request.schema) + "}}"
        )
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        # The schema text is spliced in: encoding it for every call would cost as much as the messages.
        return f'{text[:-1]},"response_format":{format_}}}'.encode("utf-8", "replace")

    def _encoded(self, schema: Schema) -> str:
        """`schema` as JSON, encoded once for each object.  Holding the object keeps its id its own."""
        known = self._schemas.get(id(schema))
        if known is not None:
            return known[1]
        if len(self._schemas) >= MAX_SCHEMAS:
            self._schemas.pop(next(iter(self._schemas)))
        text = json.dumps(schema, separators=(",", ":"))
        self._schemas[id(schema)] = (schema, text)
        return text
