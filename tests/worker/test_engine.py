"""The engine with its real threads, and a provider that answers by script."""


import threading

import pytest

from generation.core.outcomes import CallCode, Failure, Reply, TokenUsage
from generation.models import Attempt, Chunk, Job, LogEntry, Pulse, Route
from generation.services.jobs import control, progress, submission
from generation.services.routing import route_health
from generation.simulator.content import write
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, FakeProvider, chunk
from tests.waiting import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick"),
]


def ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_terminal


def test_lost_doorbell_delays_work_and_loses_none(job, start):
    start(FakeProvider())      # the silent bell of the tests never rings
    wait_until("the job ends", lambda: ended(job), 20)
    assert job.state == "completed"
    assert_invariants()


def test_five_doorbells_at_once_ask_once(job, start):
    provider = FakeProvider(delay_s=0.2)
    engine = start(provider)
    for _ in range(5):
        engine.wake()
    wait_until("the job ends", lambda: ended(job), 20)
    assert len(provider.asked) == 4


def test_two_engines_share_the_work(ann, route, start):
    one, two = FakeProvider(delay_s=0.05), FakeProvider(delay_s=0.05)
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(6)]
    start(one, slots=2)
    start(two, slots=2)
    wait_until("all end", lambda: not Job.objects.active().exists(), 30)
    assert len(one.asked) + len(two.asked) == 4 * len(made)
    assert one.asked
    assert two.asked
    assert_invariants()


def test_shared_prefix_is_the_same_bytes_for_all_units(job, start):
    provider = FakeProvider()
    start(provider)
    wait_until("the job ends", lambda: ended(job), 20)
    units = [request for request in provider.asked if request.schema_name.endswith("_unit")]
    assert len({request.messages[:2] == units[0].messages[:2] for request in units}) == 1
    assert len({request.messages[2]["content"] for request in units}) == 3


def test_cancelled_job_drops_its_calls(job, ann, start):
    engine = start(FakeProvider(delay_s=60))
    wait_until("the plan is asked for", lambda: engine.in_flight == 1, 10)
    control.cancel(job, by=ann)
    wait_until("the call is dropped", lambda: engine.in_flight == 0, 2)
    attempt = Attempt.objects.get(job=job)
    assert (attempt.state, attempt.code, attempt.is_estimated) == ("settled", "abandoned", True)
    assert attempt.input_tokens > 100
    assert_invariants()


def test_drain_lets_calls_finish(job, start):
    provider = FakeProvider(delay_s=0.3)
    engine = start(provider)
    wait_until("the plan is asked for", lambda: provider.asked, 10)
    assert engine.drain(10) == 0
    assert chunk(job, 0).state == "done"
    assert not Pulse.objects.exists()


def test_drain_gives_back_what_does_not_finish_without_counting_it(job, start):
    provider = FakeProvider(delay_s=60)
    engine = start(provider)
    wait_until("the plan is asked for", lambda: provider.asked, 10)
    assert engine.drain(0.1) == 1
    given_back = chunk(job, 0)
    assert (given_back.state, given_back.attempts, given_back.reason) == ("pending", 0, "worker_stopped")
    assert_invariants()


def test_engine_claims_no_more_than_its_slots(ann, route, start):
    for _ in range(5):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    engine = start(FakeProvider(delay_s=60), slots=2)
    wait_until("it is full", lambda: engine.in_flight == 2, 10)
    engine.wake()
    wait_until("it beat again", lambda: Pulse.objects.filter(detail__in_flight=2).exists(), 5)
    assert Chunk.objects.filter(state="running").count() == 2


def test_surprise_in_the_client_fails_the_chunk_and_not_the_engine(job, ann, start):
    class Broken(FakeProvider):
        is_mended = False

        async def ask(self, request, **options):
            if not self.is_mended:
                raise RuntimeError("a bug of ours")
            return await super().ask(request, **options)

    provider = Broken()
    start(provider)
    wait_until("the job ends", lambda: ended(job), 10)
    assert (job.state, job.reason) == ("failed", "internal")
    assert "a bug of ours" in chunk(job, 0).reason_detail
    provider.is_mended = True
    control.retry(job, by=ann)
    wait_until("the job ends", lambda: ended(job), 20)
    assert job.state == "completed"


def test_outage_ends_and_the_job_completes(job, start):
    is_down = threading.Event()
    is_down.set()

    def answers(request):
        if is_down.is_set():
            return Failure(CallCode.SERVER_ERROR, "down for maintenance")
        return Reply(write(request), USAGE)

    start(FakeProvider(answers))
    wait_until("it was tried twice", lambda: Attempt.objects.filter(code="server_error").count() >= 2, 10)
    is_down.clear()
    wait_until("the job ends", lambda: ended(job), 20)
    assert job.state == "completed"


def test_refused_key_parks_the_job_until_a_person_resumes(job, route, start):
    is_bad = threading.Event()
    is_bad.set()

    def answers(request):
        if is_bad.is_set():
            return Failure(CallCode.AUTH, "the key was refused", usage=TokenUsage())
        return Reply(write(request), USAGE)

    provider = FakeProvider(answers)
    start(provider)
    def next_step():
        held = progress.waiting(Job.objects.get(pk=job.pk))
        return held.as_json()["next_step"] if held is not None else ""

    wait_until("the job waits for a key", lambda: "OPENAI_API_KEY" in next_step(), 10)
    assert len(provider.asked) == 1, "nothing else is asked while the key is bad"
    is_bad.clear()
    route_health.resume(Route.objects.get(pk=route.pk))
    wait_until("the job ends", lambda: ended(job), 20)
    assert (job.state, chunk(job, 0).attempts) == ("completed", 1)


def test_throttled_provider_is_left_alone_for_as_long_as_it_said(job, route, start):
    said = []

    def answers(request):
        if not said:
            said.append(True)
            return Failure(CallCode.RATE_LIMITED, "slow down", retry_after_s=0.5)
        return Reply(write(request), USAGE)

    start(FakeProvider(answers))
    wait_until("the job ends", lambda: ended(job), 20)
    first, second = Attempt.objects.filter(job=job).order_by("id")[:2]
    assert (second.started_at - first.started_at).total_seconds() >= 0.5


def test_log_tells_every_transition(job, start):
    start(FakeProvider())
    wait_until("the job ends", lambda: ended(job), 20)
    codes = list(LogEntry.objects.filter(job=job).order_by("id").values_list("code", flat=True))
    assert codes == ["submit", "finish", "finish", "finish", "finish", "completed"]


def test_claim_that_outlived_its_lease_before_the_call_asks_nobody(job, start):
    """As in a process that was stopped between claim and call: by now another may have finished the chunk."""
    provider = FakeProvider()
    engine = start(provider)
    starter = engine._claims._executor._starter
    real = starter._begin

    def stopped_for_long(question):
        engine._holdings.of(question.claim).renewed_at -= 100
        real(question)
        starter._begin = real

    starter._begin = stopped_for_long
    wait_until("the job ends", lambda: ended(job), 20)
    assert job.state == "completed"
    first = Attempt.objects.get(chunk=chunk(job, 0), fence=1)
    assert (first.code, len(provider.asked)) == ("abandoned", 4)
    assert_invariants()


def test_worker_whose_pulse_stalls_stops_claiming(job, start):
    """It could not keep what it claims."""
    provider = FakeProvider()
    engine = start(provider)
    wait_until("the job ends", lambda: ended(job), 20)
    stalls = threading.Event()
    engine._heartbeat._beat = stalls.set
    assert stalls.wait(20), "the last real beat is over"
    engine._holdings._renewed_at -= 100
    submission.submit(user=job.user, kind="training_program", brief=PROGRAM)
    asked = len(provider.asked)
    engine._claims._claim_more()
    assert len(provider.asked) == asked
    assert Chunk.objects.filter(state="running").count() == 0
