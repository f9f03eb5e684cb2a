"""What a worker says after its lease is over, or says twice, neither wastes nor misnames what was paid for."""

import uuid

import pytest

from accounts.models import Reservation
from generation.core.outcomes import CallCode
from generation.models import Attempt, AttemptState, Job
from generation.services import quotas
from generation.services.chunks import leases, settling
from generation.services.chunks.claim import Claim
from generation.services.chunks.finishing import Finished
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.worker.executor import policy
from generation.worker.job_context import JobContexts
from generation.worker.judging import outcome_of
from tests.invariants import assert_invariants
from tests.support import PROGRAM, chunk, claim_all, finish, let_leases_run_out, store, work_off

pytestmark = pytest.mark.django_db(transaction=True)


def finish_with_the_stored_reply(claim: Claim) -> settling.Settled:
    assert claim.stored_reply is not None
    outcome, code, findings = outcome_of(claim, JobContexts().of(claim), claim.stored_reply.text, policy())
    return settling.settle(Finished(claim, outcome, None, code, claim.stored_reply.request_fingerprint, findings))[0]


def taken_back() -> None:
    let_leases_run_out()
    leases.expire()


def test_stored_reply_outlives_a_worker_that_comes_too_late_with_it(job):
    """One dies, one sleeps with the reply in its hands, and the third uses it: it was paid for once."""
    store(*claim_all("dies"))
    taken_back()
    sleeper, = claim_all("sleeps")
    taken_back()
    assert not finish_with_the_stored_reply(sleeper).is_ours
    last, = claim_all("works")
    assert last.stored_reply is not None, "a stored reply is never paid for again"
    assert finish_with_the_stored_reply(last).is_ours
    assert work_off(job).state == "completed"
    assert Attempt.objects.filter(chunk=chunk(job, 0), origin="provider").count() == 1
    assert not Attempt.objects.filter(state=AttemptState.ASKING).exists()
    assert_invariants()


def test_call_that_is_settled_twice_is_not_called_late_afterwards(job):
    """As it happens when the connection is cut after the commit: nobody knew that it had come through."""
    claim, = claim_all()
    assert finish(claim).is_ours
    before = Attempt.objects.filter(pk=claim.attempt_id).values().get()
    assert not finish(claim).is_ours
    assert Attempt.objects.filter(pk=claim.attempt_id).values().get() == before
    assert (before["message"], before["code"]) == ("", CallCode.OK)


def test_reply_that_somebody_else_has_used_is_not_called_late(job):
    """Its own worker only slept, and comes when the next one has made the chunk of it."""
    sleeper, = claim_all("sleeps")
    store(sleeper)
    taken_back()
    assert finish_with_the_stored_reply(*claim_all("works")).is_ours
    assert not finish(sleeper).is_ours
    used = Attempt.objects.get(pk=sleeper.attempt_id)
    assert (used.state, used.message) == (AttemptState.SETTLED, "")
    assert_invariants()


def test_reservation_that_was_left_behind_is_found_behind_any_number_of_older_ones(ann, route, monkeypatch):
    """Jobs may wait for days; what is younger than they must not wait with them."""
    monkeypatch.setattr(quotas, "BATCH", 5)
    for _ in range(8):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    left = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    control.cancel(left, by=ann)
    Reservation.objects.filter(reference=str(left.public_id)).update(settled_at=None)
    Reservation.objects.create(user=ann, reference=str(uuid.uuid4()), requests=1, units=3, usd_micros=7)
    for _ in range(4):
        sweeper.sweep()
    still_open = Reservation.objects.filter(settled_at__isnull=True).values_list("reference", flat=True)
    assert set(still_open) == {str(key) for key in Job.objects.active().values_list("public_id", flat=True)}
