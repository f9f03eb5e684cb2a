import datetime as dt

import pytest
from django.db import connection
from django.utils import timezone

from generation.core.states import MAX_CRASHES
from generation.models import Attempt, AttemptState, Chunk, Job, Origin, clock
from generation.services.chunks import leases
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.worker.job_context import JobContexts
from generation.worker.judging import request_for
from tests.invariants import assert_invariants
from tests.support import PROGRAM, chunk, claim_all, finish, let_leases_run_out, store, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_expired_chunk_runs_again_and_the_attempt_is_spent(job):
    claim_all("dies")
    let_leases_run_out()
    assert leases.expire() == 1
    again, = claim_all("lives")
    assert (again.attempts, again.fence) == (2, 2)
    lost = Attempt.objects.get(fence=1)
    assert (lost.state, lost.code, lost.is_estimated) == (AttemptState.LOST, "lost", True)
    assert_invariants()


def test_lease_that_runs_is_left_alone(job):
    claim_all()
    assert leases.expire() == 0


def test_renewed_lease_outlives_its_first_term(job):
    claim, = claim_all("w1")
    let_leases_run_out()
    assert leases.renew(worker="w1", held={claim.chunk_id: claim.fence}) == set()
    assert leases.expire() == 0


def test_renewal_tells_what_is_no_longer_ours(job):
    claim, = claim_all("w1")
    control.cancel(job, by=None)
    assert leases.renew(worker="w1", held={claim.chunk_id: claim.fence}) == {claim.chunk_id}


def test_chunk_that_kills_its_workers_ends_failed(job):
    for _ in range(MAX_CRASHES):
        claim_all("dies")
        let_leases_run_out()
        leases.expire()
    job.refresh_from_db()
    assert (chunk(job, 0).reason, job.state) == ("crashes_worker", "failed")
    assert_invariants()


def test_two_sweepers_take_back_once(job):
    claim_all("dies")
    let_leases_run_out()
    assert sum(at_once(leases.expire, leases.expire, leases.expire)) == 1
    assert chunk(job, 0).crashes == 1


def test_stored_reply_is_used_after_a_crash_and_not_paid_again(job):
    claim, = claim_all("dies")
    store(claim)
    let_leases_run_out()
    leases.expire()
    again, = claim_all("lives")
    assert again.stored_reply is not None
    context = JobContexts().of(again)
    assert again.stored_reply.request_fingerprint == request_for(again, context).fingerprint
    assert Attempt.objects.get(pk=again.attempt_id).origin == Origin.STORED


def test_late_reply_of_a_lost_worker_is_kept_for_the_next(job):
    claim, = claim_all("slow")
    let_leases_run_out()
    leases.expire()
    assert not finish(claim).is_ours
    again, = claim_all("next")
    assert again.stored_reply is not None
    assert again.stored_reply.attempt_id == claim.attempt_id


def test_late_reply_after_the_chunk_is_done_is_booked_and_closed(job):
    slow, = claim_all("slow")
    let_leases_run_out()
    leases.expire()
    finish(*claim_all("fast"))
    finish(slow)
    assert not Attempt.objects.filter(state=AttemptState.REPLIED).exists()
    work_off(job)
    assert job.state == "completed"
    assert_invariants()


def test_workers_of_dead_processes_are_relieved_at_once(job):
    claim_all("here:123:abc")
    assert leases.release_dead("here:123:") == 1
    assert chunk(job, 0).state == "pending"


def test_sweeper_rings_for_forgotten_work(job, bell):
    rings = bell.rings
    assert sweeper.sweep().rang
    assert bell.rings == rings + 1


def test_only_one_sweeper_gets_the_turn(db):
    turns = at_once(*(lambda name=name: sweeper.take_turn(name) for name in ("a", "b", "c")))
    assert turns.count(None) == 2
    assert sweeper.take_turn("d") is None


def test_forgotten_attempt_is_closed_when_its_deadline_is_long_over(job):
    claim, = claim_all()
    control.cancel(job, by=None)
    Attempt.objects.filter(pk=claim.attempt_id).update(started_at=clock.now() - dt.timedelta(hours=1))
    assert sweeper.sweep().lost_attempts == 1
    assert Attempt.objects.get(pk=claim.attempt_id).state == AttemptState.LOST


def test_chunk_that_kills_its_workers_takes_no_neighbour_with_it(ann, route):
    """Claims are batches: whoever waits beside it dies with it, and must not be blamed for ever."""
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(6)]
    poison = chunk(made[2], 0).pk
    for turn in range(200):
        claims = claim_all(f"w{turn}")
        if not claims:
            break
        if poison in {claim.chunk_id for claim in claims}:
            let_leases_run_out()
            leases.expire()
        else:
            for claim in claims:
                finish(claim)
    states = [(job.state, job.reason) for job in Job.objects.order_by("pk")]
    assert states == [("failed", "crashes_worker") if job == made[2] else ("completed", "") for job in made]
    assert_invariants()


def test_worker_that_holds_a_last_chance_takes_no_other(ann, route):
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(3)]
    Chunk.objects.filter(job__in=made[:2]).update(crashes=MAX_CRASHES - 1)
    one, other = claim_all("w1"), claim_all("w1")
    assert {claim.job_id for claim in one} == {made[0].pk, made[2].pk}
    assert other == []
    assert [claim.job_id for claim in claim_all("w2")] == [made[1].pk]


@pytest.mark.parametrize("hours", [1, -1])
def test_worker_whose_clock_is_an_hour_off_takes_no_lease_early_and_keeps_none_longer(job, monkeypatch, hours):
    """Leases are compared with the database's clock; on SQLite that is the one machine's, whichever process asks."""
    claim, = claim_all()
    if connection.vendor != "sqlite":
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + dt.timedelta(hours=hours))
    assert leases.expire() == 0
    Chunk.objects.filter(pk=claim.chunk_id).update(lease_until=clock.now() - dt.timedelta(seconds=1))
    assert leases.expire() == 1


def test_worker_holds_few_that_have_died_twice(ann, route):
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(7)]
    Chunk.objects.filter(job__in=made[:6]).update(crashes=MAX_CRASHES - 2)
    assert {claim.job_id for claim in claim_all("w1")} == {*(job.pk for job in made[:4]), made[6].pk}
