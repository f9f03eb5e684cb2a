"""`kill -9` at every point of a chunk's life, on real processes."""

import signal

import pytest

from generation.core.states import MAX_CRASHES
from generation.models import Attempt, AttemptState, Chunk, Job, Origin
from generation.services.jobs import submission
from generation.testbed.installation.provider_log import place_of_call
from tests.invariants import assert_invariants
from tests.support import PROGRAM, chunk
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def wait_for_end(job: Job) -> None:
    def ended() -> bool:
        job.refresh_from_db()
        return job.is_terminal

    wait_until("the job ends", ended, 40)


def test_killed_before_the_call_the_chunk_runs_again(job, doomed, worker, simulator):
    assert doomed("before_call").wait(20 * PATIENCE) == -signal.SIGKILL
    assert simulator.calls() == []
    worker()
    wait_for_end(job)
    assert job.state == "completed"
    assert Attempt.objects.get(chunk=chunk(job, 0), fence=1).state == AttemptState.LOST
    assert_invariants()


def test_killed_during_the_call_the_chunk_runs_again_and_both_calls_are_in_the_ledger(job, worker, simulator):
    simulator.set_faults({"script": [{"fault": "hang", "times": 1, "seconds": 30}]})
    victim = worker()
    wait_until("the call is at the provider", simulator.calls, 20)
    victim.kill()
    worker()
    wait_for_end(job)
    assert job.state == "completed"
    plans = [call for call in simulator.calls() if call["schema_name"].endswith("_plan")]
    ledger = Attempt.objects.filter(chunk=chunk(job, 0)).order_by("fence")
    assert (len(plans), [row.state for row in ledger]) == (2, ["lost", "settled"])
    assert_invariants()


@pytest.mark.parametrize("point", ["before_store", "after_store"])
def test_killed_with_the_reply_in_its_hands_it_is_used_and_not_paid_again(job, doomed, worker, simulator, point):
    assert doomed(point).wait(20 * PATIENCE) == -signal.SIGKILL
    worker()
    wait_for_end(job)
    assert job.state == "completed"
    plans = [call for call in simulator.calls() if call["schema_name"].endswith("_plan")]
    assert len(plans) == 1
    assert Attempt.objects.filter(chunk=chunk(job, 0), origin=Origin.STORED).count() == 1
    assert_invariants()


def test_killed_amid_many_units_no_job_is_lost_and_none_is_paid_after_it_was_done(ann, route, worker, simulator):
    made = [submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 6}).job for _ in range(4)]
    victim, witness = worker(), worker()
    wait_until("some units are done", lambda: Chunk.objects.filter(position__gt=0, state="done").count() >= 4, 30)
    victim.kill()
    for job in made:
        wait_for_end(job)
        assert job.state == "completed"
    done = {
        (str(key), position): at.timestamp()
        for key, position, at in Chunk.objects.values_list("job__public_id", "position", "finished_at")
    }
    for call in simulator.calls():
        assert call["started_at"] <= done[place_of_call(call)]
    assert witness.process.poll() is None
    assert_invariants()


def test_worker_that_slept_through_its_lease_writes_nothing(job, worker, simulator):
    simulator.set_faults({"script": [{"fault": "hang", "times": 1, "seconds": 1}]})
    sleeper = worker()
    wait_until("the call is at the provider", simulator.calls, 20)
    sleeper.signal(signal.SIGSTOP)
    worker()
    wait_for_end(job)
    before = Job.objects.filter(pk=job.pk).values().get()
    sleeper.signal(signal.SIGCONT)
    first = Attempt.objects.filter(chunk=chunk(job, 0), fence=1)
    wait_until("the sleeper books its call", lambda: first.get().state == AttemptState.SETTLED, 20)
    after = Job.objects.filter(pk=job.pk).values().get()
    assert (after["state"], after["revision"]) == (before["state"], before["revision"])
    assert_invariants()


def test_sigterm_lets_calls_finish_and_leaves_nothing_running(job, worker, simulator):
    simulator.set_faults({"script": [{"fault": "slow", "times": 1, "seconds": 1}]})
    draining = worker()
    wait_until("the call is at the provider", simulator.calls, 20)
    assert draining.stop() == 0
    assert (chunk(job, 0).state, chunk(job, 0).attempts) == ("done", 1)
    assert not Chunk.objects.filter(state="running").exists()
    assert_invariants()


def test_sigterm_gives_back_what_outlasts_the_grace(job, worker, simulator):
    simulator.set_faults({"script": [{"fault": "hang", "times": 1, "seconds": 60}]})
    draining = worker(DRAIN_S="0.5")
    wait_until("the call is at the provider", simulator.calls, 20)
    assert draining.stop() == 0
    given_back = chunk(job, 0)
    assert (given_back.state, given_back.attempts, given_back.reason) == ("pending", 0, "worker_stopped")
    wait_until("the provider sees it gone", lambda: simulator.calls()[0]["client_gone"], 5)


def test_poison_that_kills_every_worker_ends_failed(job, doomed):
    for _ in range(MAX_CRASHES):
        doomed("before_call").wait(20 * PATIENCE)
    doomed("never")
    wait_for_end(job)
    assert (job.state, job.reason) == ("failed", "crashes_worker")
    assert_invariants()


def test_killed_leader_of_a_flight_is_followed_by_one_waiter(cached, ann, route, worker, simulator, settings):
    """The same from three requests: one is asked, its worker dies, one of the others is asked, all are served."""
    settings.PROVIDER = simulator.base_url      # what the worker processes are told
    settings.LEASE_S = 2
    simulator.set_faults({"script": [{"fault": "hang", "times": 1, "seconds": 30}]})
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(3)]
    victim = worker(CACHE_SCOPE="user")
    wait_until("the call is at the provider", simulator.calls, 20)
    victim.kill()
    worker(CACHE_SCOPE="user")
    for job in made:
        wait_for_end(job)
        assert job.state == "completed"
    plans = [call["cache_key"] for call in simulator.calls() if call["schema_name"].endswith("_plan")]
    assert (len(plans), len(set(plans))) == (2, 2), "the lost one, and one of a waiter"
    assert len(simulator.calls()) == 2 + 3
    assert_invariants()
