import datetime as dt
from collections import Counter

import pytest

from generation.core.states import ChunkState
from generation.models import Attempt, Chunk, Job, Route, clock
from generation.services.chunks import claiming
from generation.services.jobs import submission
from tests.support import PROGRAM, REVISIONS, chunk, claim_all, finish, limited
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_second_worker_claims_nothing(job):
    assert len(claim_all("w1")) == 1
    assert claim_all("w2") == []


def test_two_workers_at_the_same_instant_never_hold_the_same_chunk(job):
    finish(*claim_all())
    claims = at_once(*(lambda name=name: claim_all(name, slots=2) for name in ("w1", "w2", "w3")))
    taken = Counter(claim.chunk_id for one in claims for claim in one)
    assert len(taken) == 3
    assert set(taken.values()) == {1}


def test_claim_writes_the_ledger_before_the_call(job):
    claim, = claim_all("w1")
    attempt = Attempt.objects.get(pk=claim.attempt_id)
    assert (attempt.state, attempt.worker, attempt.fence, attempt.code) == ("asking", "w1", 1, "")


def test_claim_takes_no_more_than_the_slots(job):
    finish(*claim_all())
    batch = claiming.claim(worker="w1", slots=2, revisions=REVISIONS)
    assert (len(batch.claims), batch.may_have_more) == (2, True)


def test_route_ceiling_holds_over_all_workers(job, route):
    finish(*claim_all())
    Route.objects.filter(pk=route.pk).update(max_in_flight=2)
    results = at_once(*(lambda name=name: claim_all(name) for name in ("w1", "w2", "w3", "w4")))
    assert sum(map(len, results)) == 2


def test_user_with_one_program_is_served_before_the_other_users_fifth(ann, bob, route):
    for _ in range(5):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    owners = [Job.objects.get(pk=claim.job_id).user for claim in claim_all(slots=2)]
    assert sorted(user.username for user in owners) == ["ann", "bob"]


def test_user_with_running_chunks_yields_to_one_without(ann, bob, route):
    for _ in range(4):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    claim_all(slots=2)
    submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    claim, = claim_all(slots=1)
    assert Job.objects.get(pk=claim.job_id).user == bob


def test_older_job_of_a_user_comes_first(ann, route):
    first, _second = (submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(2))
    assert [claim.job_id for claim in claim_all(slots=1)] == [first.pk]


def test_chunk_is_not_claimed_before_it_is_due(job):
    Chunk.objects.filter(job=job).update(ready_at=clock.now() + dt.timedelta(minutes=1))
    assert claim_all() == []


def test_closed_route_lets_nothing_through(job, route):
    until = clock.now() + dt.timedelta(minutes=1)
    Route.objects.filter(pk=route.pk).update(open_until=until, breaker_reason="provider_unavailable")
    assert claim_all() == []


def test_throttled_route_lets_nothing_through(job, route):
    Route.objects.filter(pk=route.pk).update(throttled_until=clock.now() + dt.timedelta(seconds=7))
    assert claim_all() == []


def test_after_the_pause_exactly_one_probe_goes(ann, route):
    for _ in range(10):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    over = clock.now() - dt.timedelta(seconds=1)
    Route.objects.filter(pk=route.pk).update(
        open_until=over, breaker_reason="provider_unavailable", breaker_failures=5
    )
    results = at_once(*(lambda name=name: claim_all(name) for name in ("w1", "w2", "w3")))
    assert sum(map(len, results)) == 1
    assert claim_all("w4") == []


def test_job_of_another_revision_waits_for_its_worker(job):
    Job.objects.filter(pk=job.pk).update(kind_revision=999)
    assert claim_all() == []
    assert chunk(job, 0).state == ChunkState.PENDING


def test_claim_shows_on_the_job(job):
    claim_all()
    job.refresh_from_db()
    assert (job.state, job.revision) == ("planning", 2)
    assert job.started_at is not None


def test_single_program_is_claimed_next_although_forty_came_before(ann, bob, route):
    for _ in range(40):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    claim_all(slots=10)
    single = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    assert claim_all(slots=1)[0].job_id == single.pk


def test_weight_of_a_role_is_its_share_of_the_calls(ann, bob, route):
    for role, weight in (("student", 1), ("teacher", 3)):
        policy = limited(role)
        policy.weight = weight
        policy.save()
    for user in (ann, bob):
        for _ in range(8):
            submission.submit(user=user, kind="training_program", brief=PROGRAM)
    claims = claim_all(slots=8)
    users = Counter(Job.objects.get(pk=claim.job_id).user.username for claim in claims)
    assert users == {"ann": 2, "bob": 6}


def test_single_program_takes_every_free_call_although_forty_are_under_way(ann, bob, route):
    """Waiting for calls that run cannot be avoided; beyond that, nothing of the forty goes before it."""
    Route.objects.filter(pk=route.pk).update(max_in_flight=4)
    for _ in range(40):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    for _ in range(10):
        for claim in claim_all():
            finish(claim)
    running = claim_all()
    single = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    finish(running.pop())
    plan, = claim_all()
    assert plan.job_id == single.pk
    for claim in (plan, *running):
        finish(claim)
    assert Counter(claim.job_id for claim in claim_all())[single.pk] == 3, "all three weeks go at once"


def test_lag_is_bounded_so_that_who_comes_late_does_not_shut_out_the_others(ann, bob, route):
    for _ in range(2):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    Job.objects.filter(user=ann).update(calls=1_000)
    for _ in range(60):
        submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    users = [Job.objects.get(pk=claim.job_id).user.username for claim in claim_all(slots=30)]
    assert Counter(users) == {"bob": 28, "ann": 2}
