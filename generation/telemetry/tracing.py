"""OpenTelemetry spans: a job is one trace, whoever works on it; the calls are spans in it.

A job's trace id is its public id, so nothing has to be stored or passed on for all workers to agree on it.  Spans are
recorded when they are over.  Without OTEL_EXPORTER_OTLP_ENDPOINT nothing of the SDK is imported here, and `is_on` is
all that a call costs."""

import contextvars
import hashlib
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext

Value = str | int | float | bool
Parent = tuple[int, int]            # trace id, span id
SERVICE = "coursewright"
FLUSH_MS = 5_000

_root: "contextvars.ContextVar[Parent | None]" = contextvars.ContextVar("root", default=None)


def is_on() -> bool:
    return settings.OTEL_EXPORTER_OTLP_ENDPOINT is not None


def now_ns() -> int:
    return time.time_ns()


def job_span(public_id: UUID | str) -> Parent:
    """Trace and span id of a job: the same in every process."""
    trace = UUID(str(public_id))
    return trace.int, int.from_bytes(hashlib.sha256(trace.bytes).digest()[:8], "big") or 1


def trace_id(public_id: UUID | str) -> str:
    """As tracing tools and the W3C's `traceparent` write it."""
    return UUID(str(public_id)).hex


def parsed(traceparent: str) -> Parent | None:
    """The caller's span, from a `traceparent` header; None if it is none."""
    parts = traceparent.split("-")
    if len(parts) < 4 or [len(part) for part in parts[:4]] != [2, 32, 16, 2] or parts[0] == "ff":
        return None
    try:
        trace, span = int(parts[1], 16), int(parts[2], 16)
    except ValueError:
        return None
    return (trace, span) if trace and span else None


def record(
    name: str, *, started_ns: int, ended_ns: int, attributes: Mapping[str, Value], kind: str = "INTERNAL",
    parent: Parent | None = None, itself: Parent | None = None, error: str = "",
) -> None:
    """Record a span that is over, on its way in the background.  `itself` gives it ids of its own; `error` is a
    code, and its status."""
    from opentelemetry import trace
    from opentelemetry.trace import NonRecordingSpan, SpanKind, Status, StatusCode

    token = _root.set(itself)
    try:
        context = trace.set_span_in_context(NonRecordingSpan(_context(parent))) if parent else None
        span = provider().get_tracer(SERVICE).start_span(
            name, context=context, kind=SpanKind[kind], start_time=started_ns, attributes=dict(attributes),
        )
    finally:
        _root.reset(token)
    if error:
        span.set_attribute("error.type", error)
        span.set_status(Status(StatusCode.ERROR))
    span.end(ended_ns)


def flush() -> bool:
    """Send what waits; a process that ends does it by itself."""
    return provider().force_flush(FLUSH_MS)


@cache
def provider() -> "TracerProvider":
    """The SDK, made when the first span is recorded."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            given = _root.get()
            return given[0] if given else super().generate_trace_id()

        def generate_span_id(self) -> int:
            given = _root.get()
            return given[1] if given else super().generate_span_id()

    made = TracerProvider(resource=Resource.create({"service.name": SERVICE}), id_generator=Ids())
    endpoint = f"{settings.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces"
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return made


def _context(parent: Parent) -> "SpanContext":
    from opentelemetry.trace import SpanContext, TraceFlags

    return SpanContext(parent[0], parent[1], is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def call_attributes(      # the GenAI semantic conventions
    *, provider_name: str, model: str, max_output_tokens: int, answered_by: str, finish_reason: str,
    input_tokens: int, cached_input_tokens: int, output_tokens: int, **more: Any,     # Any: Value; named as they are
) -> dict[str, Value]:
    found: dict[str, Value] = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": provider_name, "gen_ai.request.model": model,
        "gen_ai.request.max_tokens": max_output_tokens, "gen_ai.output.type": "json",
        "gen_ai.usage.input_tokens": input_tokens, "gen_ai.usage.output_tokens": output_tokens,
        "gen_ai.usage.cache_read.input_tokens": cached_input_tokens,
    }
    if answered_by:
        found["gen_ai.response.model"] = answered_by
    if finish_reason:
        found["gen_ai.response.finish_reasons"] = finish_reason
    return found | {f"coursewright.{name}": value for name, value in more.items() if value not in (None, "")}
