"""The simulator over HTTP: `POST /v1/chat/completions`, and its own pages under `/simulator`.

A call that its client gives up ends at once, and the log says so."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

from aiohttp import web

from generation.core.outcomes import TokenUsage
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Kind, Stage
from generation.simulator import latency, wire
from generation.simulator.asks import Ask, BadAsk, read_ask
from generation.simulator.calls import Call, CallLog
from generation.simulator.content import REFUSAL, ContentWriter, Subject
from generation.simulator.faults import Fault, FaultDraw, FaultScript, Rule, parse_faults
from generation.simulator.fill import CannotFill
from generation.simulator.limits import RateLimits
from generation.simulator.prefixes import Prefixes
from generation.simulator.settings import SimulatorSettings
from generation.simulator.wire import Completion, WireResponse

MARK = {"x-coursewright-simulator": "1"}
BAD_KEY_PREFIX = "sk-bad"
MAX_REQUEST_BYTES = 16_000_000
SHUTDOWN_S = 0.5
IN_FLIGHT_RETRY_S = 1.0
BACKLOG = 1_024      # a burst of a thousand connections must not be refused by the kernel

_AT_ONCE = frozenset({
    Fault.RATE_LIMIT, Fault.INSUFFICIENT_QUOTA, Fault.BAD_KEY, Fault.FORBIDDEN, Fault.SERVER_ERROR,
    Fault.UNAVAILABLE, Fault.BAD_REQUEST, Fault.HTML, Fault.ERROR_WITHIN, Fault.DROP, Fault.HANG,
})


class Simulator:
    """The state of one simulated provider, and its handlers."""

    def __init__(self, settings: SimulatorSettings, kinds: Mapping[str, Kind] | None) -> None:
        self.settings = settings
        self.log = CallLog(settings.call_log)
        self._writer = ContentWriter(kinds, settings.seed)
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
        key = request.headers.get("Authorization", "").partition(" ")[2].strip()
        try:
            ask = read_ask(await request.read())
        except BadAsk as wrong:
            call = self.log.start(model="", schema_name="", task="", cache_key="", request_hash="")
            answer = wire.error("bad_request", 400, str(wrong), type_="invalid_request_error")
            return await self._send(request, call, answer)
        call = self.log.start(
            model=ask.model, schema_name=ask.schema_name, task=ask.task, cache_key=ask.cache_key,
            request_hash=ask.digest[:16],
        )
        rule = self._faults.choose(
            task=ask.task, schema=ask.schema_name, cache_key=ask.cache_key, now_s=started_s, is_repair=ask.is_repair)
        self._in_flight += 1
        try:
            if not key or key.startswith(BAD_KEY_PREFIX):
                return await self._send(request, call, wire.bad_key(key))
            if rule is not None and rule.fault in _AT_ONCE:
                return await self._fail(request, call, rule, key)
            return await self._generate(request, call, ask, rule, started_s)
        except CannotFill as wrong:
            answer = wire.error(
                "bad_request", 400, f"Invalid schema for response_format '{ask.schema_name}': {wrong}",
                type_="invalid_request_error", code="invalid_json_schema")
            return await self._send(request, call, answer)
        except asyncio.CancelledError:
            self.log.end(call, rule.fault if rule else "client_gone", None, client_gone=True)
            raise
        finally:
            self._in_flight -= 1
            self.log.end(call, "crashed", None)      # only if nothing ended it

    async def _fail(self, request: web.Request, call: Call, rule: Rule, key: str) -> web.StreamResponse:
        """A fault that needs no text to be written first."""
        if rule.fault is not Fault.RATE_LIMIT and rule.delay_s:
            await asyncio.sleep(rule.delay_s)
        if rule.fault in (Fault.DROP, Fault.HANG):
            await self._drop(request, call, rule.fault)
        answer = wire.faulty(rule.fault, key, self._headers(call), rule.delay_s)
        return await self._send(request, call, answer)

    async def _generate(
        self, request: web.Request, call: Call, ask: Ask, rule: Rule | None, started_s: float
    ) -> web.StreamResponse:
        fault = rule.fault if rule else None
        delay_s = rule.delay_s if rule else 0.0
        rng = self._writer.rng(ask)
        subject = self._writer.subject(ask)
        text, finish_reason = self._writer.write(ask, subject, fault, rng, defect=rule.defect if rule else None)
        warm_tokens, digests = self._prefixes.read(ask.prompt_bytes, ask.cache_key, started_s)
        usage = TokenUsage(
            input_tokens=ask.input_tokens,
            cached_input_tokens=min(warm_tokens, ask.input_tokens),
            output_tokens=estimated_tokens(REFUSAL if fault is Fault.REFUSE else text),
        )
        refusal = self._over_limit(call, usage)
        if refusal is not None:
            return await self._send(request, call, refusal)
        stage, units = _size(subject)
        whole_s = latency.answer_s(self.settings, stage, units, usage, rng)
        whole_s *= latency.crowding(self.settings, self._in_flight)
        read_s = latency.prefill_s(self.settings, whole_s, usage)
        self._prefixes.remember(digests, warm_from_s=started_s + read_s)
        # What was written while we waited belongs to the latency, so that 0.8 s are 0.8 s.
        until_s = started_s + whole_s + (0.0 if fault is Fault.DRIP else delay_s)
        head = {
            "id": f"chatcmpl-simulated-{call.seq}", "created": int(call.started_at), "model": ask.model,
            "service_tier": "default", "system_fingerprint": "simulator",
        }
        completion = Completion(head, text, finish_reason, usage, fault)
        if ask.is_stream and fault not in (Fault.NULL_CHOICES, Fault.SERVER_ERROR_AFTER_GENERATION):
            return await self._stream(request, call, completion, until_s, includes_usage=ask.includes_usage)
        await asyncio.sleep(max(0.0, until_s - time.monotonic()))
        call.bill(usage)
        if fault is Fault.SERVER_ERROR_AFTER_GENERATION:
            return await self._send(request, call, wire.faulty(fault, "", self._headers(call), 0.0))
        drip_s = delay_s if fault is Fault.DRIP else 0.0
        return await self._send(
            request, call, WireResponse(completion.outcome, 200, completion.body(), self._headers(call), drip_s))

    async def _stream(
        self, request: web.Request, call: Call, completion: Completion, until_s: float, *, includes_usage: bool
    ) -> web.StreamResponse:
        """The same answer as server-sent events: a few pieces, spread over the latency."""
        response = web.StreamResponse(headers={**self._headers(call), "Content-Type": "text/event-stream"})
        await response.prepare(request)
        deltas = completion.deltas()
        for left in range(len(deltas), 0, -1):
            await response.write(deltas[-left])
            await asyncio.sleep(max(0.0, until_s - time.monotonic()) / left)
        call.bill(completion.usage)
        for event in completion.ending(includes_usage=includes_usage):
            await response.write(event)
        await response.write_eof()
        self.log.end(call, completion.outcome, 200)
        return response

    async def _send(self, request: web.Request, call: Call, answer: WireResponse) -> web.StreamResponse:
        """Send `answer` to its end, and log how that went: written whole, or to a client that left."""
        if answer.drip_s:
            response = web.StreamResponse(status=answer.status, headers=answer.headers)
            response.content_length = len(answer.body)
        else:
            response = web.Response(status=answer.status, body=answer.body, headers=answer.headers)
        try:
            await response.prepare(request)
            if answer.drip_s:
                for position in range(len(answer.body)):
                    await response.write(answer.body[position:position + 1])
                    await asyncio.sleep(answer.drip_s / len(answer.body))
            await response.write_eof()
        except ConnectionError:
            self.log.end(call, answer.outcome, answer.status, client_gone=True)
            raise
        is_gone = request.transport is None or request.transport.is_closing()
        self.log.end(call, answer.outcome, answer.status, client_gone=is_gone)
        return response

    async def _drop(self, request: web.Request, call: Call, fault: Fault) -> NoReturn:
        self.log.end(call, fault, None)
        if request.transport is not None:
            request.transport.abort()
        await asyncio.Event().wait()      # the lost connection cancels this handler
        raise AssertionError("an aborted connection cancels its handler")

    def _over_limit(self, call: Call, usage: TokenUsage) -> WireResponse | None:
        most = self.settings.max_in_flight
        if most is not None and self._in_flight > most:
            return wire.rate_limited(
                "in_flight", "concurrent requests", IN_FLIGHT_RETRY_S, self._headers(call), most)
        over = self._limits.admit(usage.input_tokens + usage.output_tokens)
        if over is None:
            return None
        return wire.rate_limited("rate_limited", over.noun, over.wait_s, self._headers(call), over.limit)

    def _headers(self, call: Call) -> dict[str, str]:
        took_ms = round((time.time() - call.started_at) * 1_000)
        return {
            **wire.JSON, "x-request-id": f"req_simulated_{call.seq}", "openai-processing-ms": str(max(1, took_ms)),
            **self._limits.headers(),
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
        if request.content_type != "application/json":      # which a page of another origin cannot send unasked
            raise web.HTTPUnsupportedMediaType
        try:
            script = parse_faults(json.loads(await request.read()))
        except ValueError as wrong:
            return _json({"error": {"message": str(wrong)}}, 400)
        self.set_faults(script)
        return _json(script.as_json())


async def _mark(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(MARK)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=wire.encoded(value), content_type="application/json")


def _size(subject: Subject | None) -> tuple[Stage, int]:
    return (subject.stage, subject.unit_count) if subject else (Stage.UNIT, 1)


# --- running --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Running:
    """A simulator that listens.  `url` is the base URL for a client, with its `/v1`."""

    url: str
    simulator: Simulator
    runner: web.AppRunner

    async def stop(self) -> None:
        """Close every connection and the log."""
        await self.runner.cleanup()
        self.simulator.log.close()


async def start(settings: SimulatorSettings, kinds: Mapping[str, Kind] | None = None) -> Running:
    """Listen in the running event loop.  `kinds` are all of ours unless told otherwise."""
    simulator = Simulator(settings, kinds)
    runner = web.AppRunner(
        simulator.application(), access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG)
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
