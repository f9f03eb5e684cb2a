"""Streamed calls through the whole engine, over real HTTP."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from generation.models import Attempt, Chunk, Job, Route
from generation.services.jobs import control, progress
from generation.simulator import SimulatorSettings, running
from generation.worker.provider import Providers
from tests.invariants import assert_invariants
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick", "alone")]


@contextmanager
def in_a_thread(serve) -> Iterator[str]:
    """The address of a server; `serve` is an asynchronous context manager that gives it."""
    address, over, ready = list[str](), threading.Event(), threading.Event()

    async def run() -> None:
        async with serve() as url:
            address.append(url)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert ready.wait(10)
    try:
        yield address[0]
    finally:
        over.set()
        thread.join(10)


def simulator(**settings):
    @asynccontextmanager
    async def serve():
        async with running(SimulatorSettings(**settings)) as started:
            yield started.url

    return serve


def has_ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_terminal


def streamed_from(url: str, **values) -> None:
    Route.objects.update(base_url=url, streaming="on", **values)


def test_streamed_document_is_whole_and_counted_as_the_provider_counts(job, route, start):
    with in_a_thread(simulator(plan_s=0, unit_s=0)) as url:
        streamed_from(url)
        start(Providers())
        wait_until("the job ends", lambda: has_ended(job), 20)
    assert job.state == "completed"
    assert not Attempt.objects.filter(is_estimated=True).exists()
    assert Attempt.objects.filter(output_tokens=0).count() == 0
    assert_invariants()


def writing(*pieces: str, pause_s: float = 0.0, then: bytes = b""):
    """A server that streams `pieces` as the text of every reply, and ends with `then`."""
    async def connected(reader, writer):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            for piece in pieces:
                event = {"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
                writer.write(b"data: " + json.dumps(event).encode() + b"\n\n")
                await writer.drain()
                await asyncio.sleep(pause_s)
            writer.write(then)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            await writer.wait_closed()

    @asynccontextmanager
    async def serve():
        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        async with server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"

    return serve


def test_progress_of_a_long_call_is_seen_while_it_runs(job, route, start):
    with in_a_thread(writing(*["some words "] * 2_000, pause_s=0.02)) as url:
        streamed_from(url)
        start(Providers())
        wait_until("tokens are seen", lambda: progress.snapshot(Job.objects.get(pk=job.pk))["written_tokens"] > 20, 20)
        wait_until(
            "and more of them", lambda: progress.snapshot(Job.objects.get(pk=job.pk))["written_tokens"] > 60, 20)
        control.cancel(Job.objects.get(pk=job.pk), by=None)
        wait_until("the job ends", lambda: has_ended(job), 20)


def test_model_that_says_one_thing_over_and_over_is_cut_and_its_words_are_kept(job, route, start):
    with in_a_thread(writing(*['{"title": "'], *["again and again "] * 100_000)) as url:
        streamed_from(url)
        start(Providers())
        wait_until("the job ends", lambda: has_ended(job), 30)
    assert (job.state, job.reason) == ("failed", "unusable_reply")
    calls = list(Attempt.objects.order_by("pk"))
    assert len(calls) == 5
    for call in calls:
        assert (call.code, call.is_estimated) == ("unusable", True)
        assert 1_000 < call.output_tokens < 10_000, "cut soon, and what came is paid"
        assert "again and again" in call.reply
    assert Route.objects.get(pk=route.pk).open_until is None
    assert_invariants()


def test_stream_that_falls_silent_is_given_up_before_the_deadline(job, route, start):
    with in_a_thread(writing('{"title": "so far', pause_s=60)) as url:
        streamed_from(url, silence_s=1, deadline_s=50)
        start(Providers())
        wait_until("the first call ends", lambda: Attempt.objects.filter(code="timeout").exists(), 15)
    call = Attempt.objects.filter(code="timeout").first()
    assert call.message.startswith("Nothing came for 1 s.")
    assert (call.reply, call.is_estimated, call.output_tokens > 0) == ('{"title": "so far', True, True)
    assert Chunk.objects.filter(job=job, position=0, state__in=["pending", "running"]).exists()


def test_error_in_the_middle_of_a_stream_keeps_its_words_and_the_bill_of_what_came(job, route, start):
    error = b'data: {"error": {"message": "CUDA out of memory", "code": 500}}\n\n'
    with in_a_thread(writing('{"title": "half', then=error)) as url:
        streamed_from(url)
        start(Providers())
        wait_until("a call ends", lambda: Attempt.objects.exclude(code="").exists(), 15)
    call = Attempt.objects.exclude(code="").first()
    assert (call.code, call.reply) == ("server_error", '{"title": "half')
    assert "CUDA out of memory" in call.message
    assert call.output_tokens > 0


@pytest.mark.parametrize("left_out", [
    ["json_schema"], ["json_schema", "json_object"], ["bounds"], ["lengths"], ["roles"],
    ["store", "prompt_cache_key", "strict", "max_completion_tokens", "stream_options"],
])
def test_document_is_made_however_little_its_server_knows(job, route, start, left_out):
    with in_a_thread(simulator(plan_s=0, unit_s=0)) as url:
        streamed_from(url, learned={"refused": left_out})
        start(Providers())
        wait_until("the job ends", lambda: has_ended(job), 20)
    assert job.state == "completed"
    assert Attempt.objects.count() == 4
    assert not Attempt.objects.filter(input_tokens=0).exists()
