"""The provider fails in every way it can, and the engine with its real threads lives through it.

Time is made short: a cool-down is fifteen seconds, so the tests end it themselves."""

import asyncio
import datetime as dt
import threading

import pytest

from generation.core.call_reports import Timed
from generation.core.outcomes import CallCode, Failure, Reply, TokenUsage
from generation.core.routing import Endpoint
from generation.kinds import get_kind
from generation.models import Attempt, AttemptState, Chunk, Job, LogEntry, Route, clock
from generation.services.jobs import progress, submission
from generation.services.routing import route_health
from generation.simulator import SimulatorSettings, running
from generation.simulator.content import write
from generation.worker.provider import Providers, key_of
from tests.invariants import assert_invariants
from tests.llm.conftest import SMALL
from tests.support import PROGRAM, USAGE, FakeProvider, chunk
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick", "alone")]
UNHEALTHY = [CallCode.SERVER_ERROR, CallCode.CONNECTION, CallCode.MALFORMED]


class Outage:
    """Fails with `code` until it `ends`."""

    def __init__(self, code: CallCode) -> None:
        self._code, self._is_over = code, threading.Event()

    def __call__(self, request):
        if self._is_over.is_set():
            return Reply(write(request), USAGE)
        return Failure(self._code, "as scripted")

    def ends(self) -> None:
        self._is_over.set()


def let_pauses_run_out() -> None:
    now = clock.now()
    Route.objects.filter(open_until__gt=now).update(open_until=now)


def has_ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_terminal


@pytest.mark.parametrize("code", UNHEALTHY)
def test_outage_of_any_length_costs_a_lone_job_no_more_attempts_than_it_has(code, job, route, start):
    """Five attempts, and a breaker that opens at five failures: the fifth must not be the job's end."""
    outage = Outage(code)
    start(FakeProvider(outage))
    wait_until("calls are paused", lambda: Route.objects.get(pk=route.pk).open_until is not None, 20)
    for probes in (1, 2, 3):
        let_pauses_run_out()
        made = 5 + probes
        wait_until("a probe failed", lambda made=made: Attempt.objects.filter(code=code).count() >= made, 20)
    wait_until("it is said", lambda: progress.waiting(Job.objects.get(pk=job.pk)) is not None, 5)
    held = progress.waiting(Job.objects.get(pk=job.pk))
    assert held is not None
    assert (held.reason, held.until is not None) == ("provider_unavailable", True)
    wait_until("the attempt is given back", lambda: chunk(job, 0).attempts <= 4, 10)
    outage.ends()
    let_pauses_run_out()
    wait_until("the job ends", lambda: has_ended(job), 30)
    assert job.state == "completed"
    assert_invariants()


def test_outage_on_the_fallback_too_costs_nothing_more(job, route, start):
    other = Route.objects.create(
        slug="other", model="other", key_name="OTHER", input_usd_micros=1, cached_input_usd_micros=1,
        output_usd_micros=1, context_tokens=128_000)
    Route.objects.filter(pk=route.pk).update(fallback=other)
    outage = Outage(CallCode.SERVER_ERROR)
    start(FakeProvider(outage))
    wait_until("both are paused", lambda: Route.objects.filter(open_until__isnull=False).count() == 2, 30)
    wait_until("the attempt is given back", lambda: chunk(job, 0).attempts <= 4, 10)
    outage.ends()
    let_pauses_run_out()
    wait_until("the job ends", lambda: has_ended(job), 30)
    assert job.state == "completed"
    assert_invariants()


def test_fallback_is_asked_with_its_own_model_and_endpoint(job, route, start):
    other = Route.objects.create(
        slug="other", model="other-model", key_name="OTHER", base_url="https://models.example/v1", input_usd_micros=1,
        cached_input_usd_micros=1, output_usd_micros=1, context_tokens=128_000)
    Route.objects.filter(pk=route.pk).update(fallback=other)
    route_health.hold(Route.objects.get(pk=route.pk), by=None, because="a test")
    seen = []

    class Watched(FakeProvider):
        async def ask(self, request, **options):
            seen.append((options["model"], options["endpoint"]))
            return await super().ask(request, **options)

    start(Watched())
    wait_until("the job ends", lambda: has_ended(job), 20)
    assert set(seen) == {("other-model", Endpoint("https://models.example/v1", "OTHER"))}
    assert job.state == "completed"


def test_chunk_that_alone_brings_the_provider_down_ends_when_others_show_that_it_is_well(ann, route, start):
    """Poison: as long as it is alone it looks like an outage; the probe of another chunk tells them apart."""
    poison = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": "endurance"}).job

    def answers(request):
        is_poison = any('"endurance"' in message["content"] for message in request.messages)
        return Failure(CallCode.SERVER_ERROR, "500") if is_poison else Reply(write(request), USAGE)

    start(FakeProvider(answers))
    wait_until("calls are paused", lambda: Route.objects.get(pk=route.pk).open_until is not None, 20)
    good = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    let_pauses_run_out()
    wait_until("the good one ends", lambda: has_ended(good), 20)
    wait_until("the poison ends", lambda: let_pauses_run_out() or has_ended(poison), 20)
    assert (good.state, poison.state, poison.reason) == ("completed", "failed", "provider_error")
    assert poison.explanation.next_step
    assert_invariants()


def test_lone_poison_ends_after_its_claims(job, route, start):
    start(FakeProvider(Outage(CallCode.SERVER_ERROR)))
    wait_until("calls are paused", lambda: Route.objects.get(pk=route.pk).open_until is not None, 20)
    plan = Chunk.objects.get(job=job)
    Attempt.objects.bulk_create(
        Attempt(
            job=job, chunk=plan, fence=fence, route=route, worker="w0", state=AttemptState.SETTLED, is_booked=True,
            code=CallCode.SERVER_ERROR.value, settled_at=clock.now(),
        ) for fence in range(plan.fence + 1, 60)
    )
    Chunk.objects.filter(job=job).update(fence=59, attempts=4)
    let_pauses_run_out()
    wait_until("it ends", lambda: has_ended(job), 20)
    assert (job.state, job.reason) == ("failed", "provider_error")


@pytest.mark.parametrize(("code", "reason", "calls"), [
    (CallCode.BAD_REQUEST, "bad_request", 1), (CallCode.REFUSED, "refused", 1),
    (CallCode.FILTERED, "content_filtered", 1), (CallCode.TRUNCATED, "truncated", 2),
])
def test_failure_that_the_same_request_would_meet_again_ends_at_once_with_advice(code, reason, calls, job, start):
    start(FakeProvider(lambda request: Failure(code, "as scripted", usage=TokenUsage(input_tokens=9))))
    wait_until("the job ends", lambda: has_ended(job), 20)
    assert (job.state, job.reason, Attempt.objects.filter(job=job).count()) == ("failed", reason, calls)
    assert job.explanation.next_step
    assert job.input_tokens == 9 * calls, "what was paid is on the bill"


def test_request_that_is_longer_than_the_context_is_never_sent(job, route, start):
    Route.objects.update(context_tokens=1_200)
    provider = FakeProvider()
    start(provider)
    wait_until("the job ends", lambda: has_ended(job), 20)
    assert (job.reason, provider.asked, job.cost_usd_micros) == ("too_long", [], 0)


def test_worker_without_the_jobs_revision_leaves_it_and_says_so_and_the_next_one_does_it(job, monkeypatch, start):
    kind = get_kind("training_program")
    monkeypatch.setattr(type(kind), "revision", kind.revision + 1)      # what a deployment does
    newer = start(FakeProvider())

    def reason():
        held = progress.waiting(Job.objects.get(pk=job.pk))
        return held.reason if held is not None else None

    wait_until("it is said", lambda: reason() == "revision_missing", 10)
    assert not Attempt.objects.exists()
    newer.drain(1)
    monkeypatch.undo()
    start(FakeProvider())
    wait_until("the job ends", lambda: has_ended(job), 20)
    assert (job.state, job.kind_revision) == ("completed", kind.revision)


def test_pulse_reports_what_calls_did_and_how_long_they_took(job, route, start):
    start(FakeProvider(delay_s=0.05))
    wait_until("the job ends", lambda: has_ended(job), 20)
    wait_until("it is reported", lambda: sum(
        row.answered for row in route_health.history(route, clock.now() - dt.timedelta(hours=1))) == 4, 10)
    wait_until("the cohorts are over", lambda: len(Route.objects.get(pk=route.pk).limit.paces) == 2, 10)
    known = Route.objects.get(pk=route.pk).limit
    assert set(known.paces) == {Timed("training_program/plan"), Timed("training_program/unit")}
    assert known.latency_s >= 0.03, "of 0.05 s, as far as the loop was not late"


def test_provider_that_keeps_three_calls_at_once_is_asked_no_more_for_long(ann, route, start):
    """A refusal costs a wait, no attempt; the limit goes to what is kept, and everything completes."""
    now, lock, refused = [0], threading.Lock(), []

    class Narrow(FakeProvider):
        async def ask(self, request, **options):
            with lock:
                now[0] += 1
                is_over = now[0] > 3
            try:
                if is_over:
                    refused.append(clock_s())
                    return Failure(CallCode.RATE_LIMITED, "too many at once", retry_after_s=0.1)
                await asyncio.sleep(0.1)
                return await super().ask(request, **options)
            finally:
                with lock:
                    now[0] -= 1

    def clock_s() -> float:
        return asyncio.get_running_loop().time()

    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(6)]
    start(Narrow())
    wait_until("all end", lambda: all(has_ended(job) for job in made), 40)
    assert {job.state for job in made} == {"completed"}
    assert Route.objects.get(pk=route.pk).carries <= 4
    assert Chunk.objects.filter(attempts__gt=1).count() == 0, "being refused costs no attempt"
    assert LogEntry.objects.filter(code="concurrency_limit").exists()
    assert_invariants()


# --- several providers ----------------------------------------------------------------------------


def test_each_endpoint_gets_its_own_key_and_no_other(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = "https://own.example/v1", "own-key"
    settings.PROVIDER_KEYS = {"SECOND": "second-key", "LOOSE": "loose-key"}
    settings.PROVIDER_URLS = {"SECOND": ["https://second.example/v1"]}
    assert key_of(Endpoint()) == "own-key"
    assert key_of(Endpoint("https://own.example/v1/")) == "own-key"
    assert key_of(Endpoint("https://second.example/v1", "SECOND")) == "second-key"
    assert key_of(Endpoint("https://second.example/v1", "THIRD")) is None
    assert key_of(Endpoint("https://elsewhere.example/v1", "SECOND")) is None
    assert key_of(Endpoint("https://second.example/v1", "LOOSE")) is None, "it is bound to no address"
    assert key_of(Endpoint("https://somebody.example/v1")) == "no-key-set", "our key is nobody else's business"


def test_calls_go_where_their_route_says(settings):
    settings.PROVIDER_KEYS = {"SECOND": "second-key", "BAD": "sk-bad-key"}

    async def ask_all():
        options = {"model": "m", "max_output_tokens": 500, "deadline_s": 5, "cache_key": "k"}
        async with running(SimulatorSettings(unit_s=0), kinds={}) as one, running(
                SimulatorSettings(unit_s=0), kinds={}) as two:
            settings.OPENAI_BASE_URL = one.url
            settings.PROVIDER_URLS = {"SECOND": [two.url], "BAD": [two.url]}
            providers = Providers()
            answers = [
                await providers.ask(SMALL, **options, endpoint=endpoint)
                for endpoint in (
                    Endpoint(), Endpoint(two.url, "SECOND"), Endpoint(two.url, "BAD"), Endpoint(two.url, "MISSING"))
            ]
            await providers.close()
            return answers, two.url, len(one.simulator.log.as_json()), len(two.simulator.log.as_json())

    answers, two_url, at_one, at_two = asyncio.run(ask_all())
    assert [type(answer).__name__ for answer in answers] == ["Reply", "Reply", "Failure", "Failure"]
    assert (at_one, at_two) == (1, 2), "a key that is not there is not tried"
    assert (answers[2].code, answers[3].code) == (CallCode.AUTH, CallCode.KEY_UNBOUND)
    assert answers[3].message == (
        "PROVIDER_KEY_MISSING is not set in the environment of the worker. Set it and "
        f"PROVIDER_URL_MISSING={two_url} for web and workers.")
    assert "sk-bad-key" not in answers[2].message
