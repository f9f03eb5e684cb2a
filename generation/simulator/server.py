"""The simulator over HTTP: `POST /v1/chat/completions`, and its own `/simulator` pages.

A call that its client gives up ends at once, and the log says so."""

import asyncio
import json
import random
import resource
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from aiohttp import web

from generation.core.outcomes import Usage
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Kind, Stage
from generation.simulator import content, latency
from generation.simulator.asks import Ask, BadAsk, read_ask
from generation.simulator.calls import Call, CallLog
from generation.simulator.content import Writer
from generation.simulator.faults import Fault, FaultDraw, FaultScript, Rule, parse_faults
from generation.simulator.limits import Exceeded, RateLimits
from generation.simulator.prefixes import Prefixes
from generation.simulator.settings import SimulatorSettings

MARK = {"x-coursewright-simulator": "1"}
BAD_KEY_PREFIX = "sk-bad"
MAX_REQUEST_BYTES = 16_000_000
STREAM_PIECES = 8
SHUTDOWN_S = 0.5
IN_FLIGHT_RETRY_S = 1.0
HTML_PAGE = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>"

_SUM_UP = {
    Fault.INSUFFICIENT_QUOTA: (
        429, "insufficient_quota", "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details."),
    Fault.FORBIDDEN: (403, "permission_error", "forbidden", "You are not allowed to use this model."),
    Fault.SERVER_ERROR: (500, "server_error", None, "The server had an error while processing your request."),
    Fault.SERVER_ERROR_AFTER_GENERATION: (
        500, "server_error", None, "The server had an error while sending your completion."),
    Fault.UNAVAILABLE: (
        503, "server_error", "server_is_overloaded", "The engine is currently overloaded, please try again later."),
    Fault.BAD_REQUEST: (
        400, "invalid_request_error", "invalid_value", "Invalid schema for response_format: simulated rejection."),
}
_AT_ONCE = frozenset(_SUM_UP) - {Fault.SERVER_ERROR_AFTER_GENERATION} | {
    Fault.RATE_LIMIT, Fault.BAD_KEY, Fault.HTML, Fault.DROP, Fault.HANG}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, and what the log calls it."""

    outcome: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    drip_s: float = 0.0


class Simulator:
    """The state of one simulated provider, and its handlers."""

    def __init__(self, settings: SimulatorSettings, kinds: Mapping[str, Kind] | None) -> None:
        self.settings = settings
        self.log = CallLog(settings.call_log)
        self._writer = Writer(kinds, settings.seed)
        self._prefixes = Prefixes()
        self._limits = RateLimits(settings.rpm, settings.tpm, time.monotonic)
        self._faults = FaultDraw(settings.faults, time.monotonic())
        self._in_flight = 0

    def set_faults(self, script: FaultScript) -> None:
        """Replace the script.  Its counts and windows start now."""
        self._faults = FaultDraw(script, time.monotonic())

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_get("/v1/models", self.list_models)
        app.router.add_get("/healthz", self.report_health)
        app.router.add_get("/simulator/calls", self.list_calls)
        app.router.add_delete("/simulator/calls", self.clear_calls)
        app.router.add_post("/simulator/faults", self.change_faults)
        app.on_response_prepare.append(_mark)
        return app

    # --- the provider -------------------------------------------------------------------------

    async def complete(self, request: web.Request) -> web.StreamResponse:
        started_s = time.monotonic()
        body = await request.read()
        key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        try:
            ask = read_ask(body)
        except BadAsk as error:
            call = self.log.start(model="", schema_name="", task="", cache_key="", request_hash="")
            answer = self._error("bad_request", 400, "invalid_request_error", None, str(error))
            return await self._send(request, call, answer)
        call = self.log.start(
            model=ask.model, schema_name=ask.schema_name, task=ask.task, cache_key=ask.cache_key,
            request_hash=ask.digest[:16],
        )
        rule = None
        self._in_flight += 1
        try:
            rule = self._faults.choose(
                task=ask.task, schema=ask.schema_name, cache_key=ask.cache_key, now_s=started_s)
            if not key or key.startswith(BAD_KEY_PREFIX):
                return await self._send(request, call, self._bad_key(key))
            if rule is not None and rule.fault in _AT_ONCE:
                return await self._refuse(request, call, rule, key)
            return await self._generate(request, call, ask, rule, started_s)
        except asyncio.CancelledError:
            self.log.end(call, rule.fault if rule else "client_gone", None, client_gone=True)
            raise
        finally:
            self._in_flight -= 1

    async def _refuse(self, request: web.Request, call: Call, rule: Rule, key: str) -> web.StreamResponse:
        """A fault that needs no answer to be written first."""
        fault = rule.fault
        if fault is not Fault.RATE_LIMIT and rule.delay_s:
            await asyncio.sleep(rule.delay_s)
        if fault in (Fault.DROP, Fault.HANG):
            await self._drop(request, call, fault)
        if fault is Fault.BAD_KEY:
            return await self._send(request, call, self._bad_key(key))
        if fault is Fault.HTML:
            return await self._send(
                request, call, Answer(fault, 200, HTML_PAGE, {"Content-Type": "text/html; charset=utf-8"}))
        if fault is Fault.RATE_LIMIT:
            return await self._send(request, call, self._rate_limited(fault, "requests", rule.delay_s))
        return await self._send(request, call, self._error(fault, *_SUM_UP[fault]))

    async def _generate(
        self, request: web.Request, call: Call, ask: Ask, rule: Rule | None, started_s: float
    ) -> web.StreamResponse:
        fault = rule.fault if rule else None
        rng = self._writer.rng(ask)
        subject = self._writer.subject(ask)
        text = self._writer.write(ask, subject, fault, rng)
        text, finish_reason = _damaged(text, fault, ask.max_tokens, rng)
        warm_tokens, digests = self._prefixes.read(ask.prompt_bytes, ask.cache_key, started_s)
        usage = Usage(
            input_tokens=ask.input_tokens,
            cached_input_tokens=min(warm_tokens, ask.input_tokens),
            output_tokens=estimated_tokens(content.REFUSAL if fault is Fault.REFUSE else text),
        )
        exceeded = self._exceeded(usage)
        if exceeded is not None:
            return await self._send(request, call, exceeded)
        whole_s = latency.answer_s(
            self.settings, subject.stage if subject else Stage.UNIT, subject.unit_count if subject else 1, usage, rng)
        self._prefixes.remember(
            digests, warm_from_s=started_s + latency.prefill_s(self.settings, whole_s, usage))
        if rule is not None and fault is not Fault.DRIP:
            whole_s += rule.delay_s
        if ask.is_stream and fault not in (Fault.NULL_CHOICES, Fault.SERVER_ERROR_AFTER_GENERATION):
            return await self._stream(request, call, ask, text, finish_reason, usage, fault, whole_s)
        await asyncio.sleep(max(0.0, started_s + whole_s - time.monotonic()))
        call.input_tokens, call.cached_input_tokens = usage.input_tokens, usage.cached_input_tokens
        call.output_tokens = usage.output_tokens
        if fault is Fault.SERVER_ERROR_AFTER_GENERATION:
            return await self._send(request, call, self._error(fault, *_SUM_UP[fault]))
        refusal = content.REFUSAL if fault is Fault.REFUSE else None
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": None if refusal else text, "refusal": refusal},
            "logprobs": None,
            "finish_reason": finish_reason,
        }
        completion = {
            **self._head(call, ask, "chat.completion"),
            "choices": None if fault is Fault.NULL_CHOICES else [choice],
            "usage": _usage(usage),
        }
        answer = Answer(
            fault or ("ok" if finish_reason == "stop" else "truncate"), 200, _encoded(completion), self._headers(call),
            rule.delay_s if rule and fault is Fault.DRIP else 0.0,
        )
        return await self._send(request, call, answer)

    async def _stream(
        self, request: web.Request, call: Call, ask: Ask, text: str, finish_reason: str, usage: Usage,
        fault: Fault | None, whole_s: float,
    ) -> web.StreamResponse:
        """The same answer as server-sent events: a few pieces, spread over the latency."""
        response = web.StreamResponse(headers={**self._headers(call), "Content-Type": "text/event-stream"})
        await response.prepare(request)
        head = self._head(call, ask, "chat.completion.chunk")
        size = max(1, -(-len(text) // STREAM_PIECES))
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if fault is Fault.REFUSE:
            deltas.append({"refusal": content.REFUSAL})
        else:
            deltas += [{"content": text[start:start + size]} for start in range(0, len(text), size)]
        for delta in deltas:
            await _send_event(response, {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            await asyncio.sleep(whole_s / len(deltas))
        await _send_event(response, {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": finish_reason}]})
        call.input_tokens, call.cached_input_tokens = usage.input_tokens, usage.cached_input_tokens
        call.output_tokens = usage.output_tokens
        if ask.includes_usage:
            await _send_event(response, {**head, "choices": [], "usage": _usage(usage)})
        await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
        self.log.end(call, fault or ("ok" if finish_reason == "stop" else "truncate"), 200)
        return response

    # --- answers ------------------------------------------------------------------------------

    async def _send(self, request: web.Request, call: Call, answer: Answer) -> web.StreamResponse:
        """Send `answer` to its end, and log how that went: written whole, or to a client that left."""
        try:
            if answer.drip_s:
                response: web.StreamResponse = await _drip(request, answer)
            else:
                response = web.Response(status=answer.status, body=answer.body, headers=answer.headers)
                await response.prepare(request)
                await response.write_eof()
        except ConnectionError:
            self.log.end(call, answer.outcome, answer.status, client_gone=True)
            raise
        transport = request.transport
        is_gone = transport is None or transport.is_closing()
        self.log.end(call, answer.outcome, answer.status, client_gone=is_gone)
        return response

    async def _drop(self, request: web.Request, call: Call, fault: Fault) -> NoReturn:
        self.log.end(call, fault, None)
        if request.transport is not None:
            request.transport.abort()
        await asyncio.Event().wait()      # the lost connection cancels this handler
        raise AssertionError("an aborted connection cancels its handler")

    def _exceeded(self, usage: Usage) -> Answer | None:
        most = self.settings.max_in_flight
        if most is not None and self._in_flight > most:
            return self._rate_limited("in_flight", "concurrent requests", IN_FLIGHT_RETRY_S, most)
        found: Exceeded | None = self._limits.admit(usage.input_tokens + usage.output_tokens)
        if found is None:
            return None
        return self._rate_limited("rate_limited", found.noun, found.wait_s, found.limit)

    def _rate_limited(self, outcome: str, noun: str, wait_s: float, limit: int | None = None) -> Answer:
        of = "" if limit is None else f": Limit {limit}"
        message = f"Rate limit reached on {noun}{of}. Please try again in {wait_s:.3g}s."
        answer = self._error(outcome, 429, noun, "rate_limit_exceeded", message)
        # Whole seconds for everybody, milliseconds for those who read them, as OpenAI sends both.
        wait = {"retry-after": str(max(1, -(-int(wait_s * 1000) // 1000))), "retry-after-ms": str(int(wait_s * 1000))}
        return Answer(outcome, 429, answer.body, {**answer.headers, **wait})

    def _bad_key(self, key: str) -> Answer:
        if not key:
            return self._error(
                "unauthorized", 401, "invalid_request_error", None, "You didn't provide an API key.")
        return self._error(
            "unauthorized", 401, "invalid_request_error", "invalid_api_key", f"Incorrect API key provided: {key}. "
            "You can find your API key at https://platform.openai.com/account/api-keys.")

    def _error(self, outcome: str, status: int, type_: str, code: str | None, message: str) -> Answer:
        body = _encoded({"error": {"message": message, "type": type_, "param": None, "code": code}})
        return Answer(outcome, status, body, {"Content-Type": "application/json", **self._limits.headers()})

    def _headers(self, call: Call) -> dict[str, str]:
        return {
            "Content-Type": "application/json", "x-request-id": f"req_simulated_{call.seq}", **self._limits.headers()}

    def _head(self, call: Call, ask: Ask, object_: str) -> dict[str, Any]:
        return {
            "id": f"chatcmpl-simulated-{call.seq}", "object": object_, "created": int(call.started_at),
            "model": ask.model, "service_tier": "default", "system_fingerprint": "simulator",
        }

    # --- beside the provider ------------------------------------------------------------------

    async def list_models(self, request: web.Request) -> web.Response:
        model = {"id": "simulator", "object": "model", "created": 0, "owned_by": "coursewright"}
        return _json({"object": "list", "data": [model]})

    async def report_health(self, request: web.Request) -> web.Response:
        return _json({"ok": True, "in_flight": self._in_flight})

    async def list_calls(self, request: web.Request) -> web.Response:
        return _json(self.log.as_json())

    async def clear_calls(self, request: web.Request) -> web.Response:
        self.log.clear()
        return web.Response(status=204)

    async def change_faults(self, request: web.Request) -> web.Response:
        try:
            script = parse_faults(json.loads(await request.read()))
        except ValueError as error:
            return _json({"error": {"message": str(error)}}, 400)
        self.set_faults(script)
        return _json(script.as_json())


async def _mark(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(MARK)


def _damaged(text: str, fault: Fault | None, max_tokens: int | None, rng: random.Random) -> tuple[str, str]:
    """Content and finish reason, after what `fault` and the caller's own limit do to them."""
    match fault:
        case Fault.TRUNCATE:
            return content.cut(text, rng), "length"
        case Fault.FILTER:
            return content.cut(text, rng), "content_filter"
        case Fault.INVALID_JSON:
            return content.cut(text, rng), "stop"
        case Fault.EMPTY_CONTENT:
            return "", "stop"
        case _ if max_tokens is not None and estimated_tokens(text) > max_tokens:
            return text[: max_tokens * 4], "length"
        case _:
            return text, "stop"


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens, "audio_tokens": 0},
    }


def _encoded(value: Any) -> bytes:     # Any: whatever json can write
    return content.compact(value).encode("utf-8", "replace")


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=_encoded(value), content_type="application/json")


async def _send_event(response: web.StreamResponse, value: dict[str, Any]) -> None:
    await response.write(b"data: " + _encoded(value) + b"\n\n")


async def _drip(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    pause_s = answer.drip_s / len(answer.body)
    for position in range(len(answer.body)):
        await response.write(answer.body[position:position + 1])
        await asyncio.sleep(pause_s)
    await response.write_eof()
    return response


# --- running --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Running:
    """A simulator that listens.  `url` is the base URL for a client, with its `/v1`."""

    url: str
    simulator: Simulator
    _runner: web.AppRunner

    async def stop(self) -> None:
        """Close every connection and the log."""
        await self._runner.cleanup()
        self.simulator.log.close()


async def start(settings: SimulatorSettings, kinds: Mapping[str, Kind] | None = None) -> Running:
    """Listen in the running event loop.  `kinds` are all of ours unless told otherwise."""
    simulator = Simulator(settings, kinds)
    runner = web.AppRunner(
        simulator.application(), access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, backlog=1024)
    await site.start()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return Running(f"http://{host}:{site.port}/v1", simulator, runner)


@asynccontextmanager
async def running(
    settings: SimulatorSettings, kinds: Mapping[str, Kind] | None = None
) -> AsyncIterator[Running]:
    """A simulator for as long as the block lasts."""
    started = await start(settings, kinds)
    try:
        yield started
    finally:
        await started.stop()


def serve(settings: SimulatorSettings, *, until_closed: int | None = None) -> None:
    """Run until SIGTERM or SIGINT, or until the file descriptor `until_closed` is at its end."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))      # a connection is a file
    asyncio.run(_serve(settings, until_closed))


async def _serve(settings: SimulatorSettings, until_closed: int | None) -> None:
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if until_closed is not None:
        _watch(loop, until_closed, over)
    async with running(settings) as started:
        print(f"simulator ready at {started.url}", flush=True)
        await over.wait()


def _watch(loop: asyncio.AbstractEventLoop, descriptor: int, over: asyncio.Event) -> None:
    """Set `over` when the other end of the pipe is gone, for whatever reason."""

    def _read() -> None:
        if not _has_more(descriptor):
            loop.remove_reader(descriptor)
            over.set()

    loop.add_reader(descriptor, _read)


def _has_more(descriptor: int) -> bool:
    import os

    return bool(os.read(descriptor, 4096))
