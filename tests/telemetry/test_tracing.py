"""Spans, received by a small collector of our own: OTLP over HTTP, as any tracing tool takes it."""

import gzip
import os
import subprocess
import sys
import threading
import timeit
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from accounts.models import create_token
from generation.api.spans import request_spans
from generation.core.outcomes import CallCode, Failure
from generation.models import Job
from generation.services.jobs import control
from generation.telemetry import tracing
from generation.worker.engine import Engine
from tests.places import ROOT
from tests.support import PROGRAM, FakeProvider, claim_all, finish
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Collector:
    """What it was sent, as (span, attributes)."""

    def __init__(self):
        collector = self
        self.spans = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):      # the base class's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.take(self.path, body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def take(self, path, body):
        assert path == "/v1/traces"
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.spans += [(span, {a.key: value_of(a.value) for a in span.attributes}) for span in scope.spans]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def value_of(value):
    return getattr(value, value.WhichOneof("value"))


@pytest.fixture
def collector(settings):
    made = Collector()
    settings.OTEL_EXPORTER_OTLP_ENDPOINT = made.url
    tracing.provider.cache_clear()
    yield made
    tracing.provider().shutdown()
    tracing.provider.cache_clear()
    made.close()


def of(collector, prefix):
    assert tracing.flush()
    return [(span, attributes) for span, attributes in collector.spans if span.name.startswith(prefix)]


def work(job, provider):
    engine = Engine(provider, slots=8).start()
    try:
        def has_ended():
            job.refresh_from_db()
            return job.is_terminal

        wait_until("the job ends", has_ended, 20)
    finally:
        engine.drain(5)


def test_all_calls_of_a_job_are_spans_in_its_one_trace(job, collector):
    work(job, FakeProvider())
    (whole, about_it), = of(collector, "job ")
    calls = of(collector, "chat ")
    assert len(calls) == 4
    assert {span.trace_id.hex() for span, _ in [*calls, (whole, {})]} == {job.public_id.hex}
    assert {span.parent_span_id for span, _ in calls} == {whole.span_id}
    assert (about_it["coursewright.state"], about_it["coursewright.units_done"]) == ("completed", 3)
    assert whole.start_time_unix_nano // 1_000 == round(job.created_at.timestamp() * 1_000_000)
    span, attributes = calls[0]
    assert (span.kind, span.name) == (3, "chat gpt-4.1-mini")
    assert span.end_time_unix_nano > span.start_time_unix_nano
    expected = {
        "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4.1-mini",
        "gen_ai.response.finish_reasons": "stop", "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 500, "gen_ai.usage.cache_read.input_tokens": 400,
        "coursewright.job.id": str(job.public_id),
    }
    assert expected.items() <= attributes.items()


def test_failed_call_and_job_are_errors_with_their_codes(job, collector):
    work(job, FakeProvider(answers=lambda _request: Failure(CallCode.REFUSED, "no")))
    (call, about_call), = of(collector, "chat ")
    (whole, about_it), = of(collector, "job ")
    assert (call.status.code, whole.status.code) == (2, 2)
    assert about_call["error.type"] == "refused"
    assert about_it["error.type"] == about_it["coursewright.reason"]


def test_job_that_ends_again_is_a_span_inside_the_first(ann, job, collector):
    control.cancel(job, by=ann)
    control.retry(job, by=ann)
    for _ in range(2):
        for claim in claim_all():
            finish(claim)
    first, again = of(collector, "job ")
    assert again[0].name.endswith("again")
    assert again[0].parent_span_id == first[0].span_id
    assert again[0].trace_id == first[0].trace_id


@pytest.mark.parametrize("traceparent", ["", "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01", "nonsense", "00-x-y-01"])
def test_requests_are_spans_in_the_callers_trace(ann, route, collector, settings, traceparent):
    settings.MIDDLEWARE = [f"{request_spans.__module__}.request_spans", *settings.MIDDLEWARE]
    client = Client(headers={"Authorization": f"Bearer {create_token(ann, 'x')[1]}"})
    made = client.post(
        "/api/v1/jobs", {"kind": "training_program", "brief": PROGRAM}, content_type="application/json",
        headers={"traceparent": traceparent} if traceparent else {},
    ).json()
    assert made["trace_id"] == Job.objects.get().public_id.hex
    client.get(f"/api/v1/jobs/{made['id']}")
    (post, about_it), = of(collector, "POST ")
    (get, about_get), = of(collector, "GET ")
    assert (post.kind, about_it["http.response.status_code"]) == (2, 202)
    assert about_it["http.route"] == "/api/v1/jobs"
    assert about_get["coursewright.job.id"] == made["id"]
    assert (post.trace_id.hex() == "ab" * 16) == traceparent.startswith("00-ab")
    assert get.trace_id != post.trace_id


def test_without_an_endpoint_no_exporter_is_imported_and_a_call_costs_nothing(job):
    assert not tracing.is_on()
    work(job, FakeProvider())
    script = (
        "import sys, django; django.setup(); from generation.worker import engine; from config import urls; "
        "sys.exit(any(name.startswith('opentelemetry.exporter') for name in sys.modules))"      # redis has the rest
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60, env=environment, cwd=ROOT)
    each_s = timeit.timeit(tracing.is_on, number=10_000) / 10_000
    assert each_s < 0.000_05
