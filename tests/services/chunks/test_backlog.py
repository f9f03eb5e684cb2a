"""More wait than a claim looks at: the order is the same, and nobody is overlooked."""

import datetime as dt
from collections import Counter

import pytest
from django.db.models import F

from accounts.models import Policy
from generation.core.states import MAX_CRASHES
from generation.kinds import get_kind
from generation.models import Chunk, Job, Route, clock
from generation.services.chunks import backlog, fair_order, leases
from generation.services.chunks.fair_order import DueChunks
from generation.services.jobs import submission
from tests.support import PROGRAM, REVISIONS, claim_all, let_leases_run_out

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN = backlog.revisions_of(REVISIONS)
UNITS = 50      # of each job


def wait(user, route, chunks, **columns):
    """Jobs of `user` whose `chunks` units are due."""
    now, count = clock.now(), -(-chunks // UNITS)
    jobs = Job.objects.bulk_create([
        Job(
            user=user, kind="training_program", kind_revision=get_kind("training_program").revision, brief={},
            title="Strength", route=route, state="generating", is_planned=True, unit_total=UNITS,
            request_fingerprint="f" * 64, started_at=now, **columns)
        for _ in range(count)
    ])
    Chunk.objects.bulk_create([
        Chunk(job=job, position=0, stage="plan", state="done", content={}, finished_at=now) for job in jobs])
    Chunk.objects.bulk_create([
        Chunk(job=jobs[n // UNITS], position=n % UNITS + 1, stage="unit", ready_at=now) for n in range(chunks)])
    return jobs


@pytest.fixture
def crowd(ann, bob, cy, route):
    """Due are 700 chunks of ann, 300 of bob, who weighs twice as much and was served lately, and 60 of cy."""
    Policy.objects.create(role="student", weight=1)
    Policy.objects.create(role="teacher", weight=2)
    wait(ann, route, 700)
    wait(bob, route, 300, calls=3)
    wait(cy, route, 60, calls=1)
    return backlog.look(KNOWN)


def owners(claims):
    return Counter(Job.objects.get(pk=claim.job_id).user.username for claim in claims)


def remembered(route, room):
    return backlog.fairest(
        backlog.current(KNOWN), DueChunks(route, KNOWN), worker="w1", now=clock.now(), room=room)


def looked_at(route, room, running=None):
    return fair_order.fairest(
        DueChunks(route, KNOWN), worker="w1", now=clock.now(), room=room, running=running or Counter())


@pytest.mark.parametrize("room", [1, 7, 32])
def test_order_is_that_of_a_claim_that_looks_at_all(crowd, route, room):
    assert remembered(route, room) == looked_at(route, room)


def test_order_follows_what_was_claimed_since(crowd, route):
    claims = claim_all("w2", slots=9)
    running = Counter(Job.objects.get(pk=claim.job_id).user_id for claim in claims)
    assert remembered(route, 20) == looked_at(route, 20, running)


def test_calls_that_ended_since_the_look_count_like_those_that_run(crowd, route):
    for claim in claim_all(slots=9):
        Chunk.objects.filter(pk=claim.chunk_id).update(
            state="done", content={}, lease_until=None, worker="", finished_at=clock.now())
        Job.objects.filter(pk=claim.job_id).update(calls=F("calls") + 1)
    assert remembered(route, 20) == looked_at(route, 20)


def test_few_who_wait_are_not_remembered(ann, route):
    wait(ann, route, 60)
    assert backlog.look(KNOWN) is None
    assert len(claim_all(slots=7)) == 7


def test_whoever_comes_new_is_claimed_next(crowd, rita, route):
    claim_all(slots=10)
    submission.submit(user=rita, kind="training_program", brief=PROGRAM)
    assert owners(claim_all(slots=1)) == {"rita": 1}


def test_user_whose_chunks_others_have_claimed_is_passed_over(crowd, cy, route):
    Chunk.objects.filter(job__user=cy).update(ready_at=clock.now() + dt.timedelta(hours=1))
    assert owners(claim_all(slots=20)).keys() == {"ann", "bob"}


def test_every_chunk_is_claimed_once_also_what_was_taken_back(crowd, route):
    claim_all("w2", slots=5)
    let_leases_run_out()
    assert leases.expire() == 5
    claimed = Counter(claim.chunk_id for _ in range(40) for claim in claim_all(slots=32))
    assert (len(claimed), set(claimed.values())) == (700 + 300 + 60, {1})


def test_chunks_that_killed_their_workers_do_not_shut_out_the_others(crowd, cy, route):
    Chunk.objects.filter(job__user=cy).update(crashes=MAX_CRASHES - 1)
    assert owners(claim_all(slots=20))["cy"] == 1
    assert len(claim_all(slots=20)) == 20


def test_fallback_makes_what_waits_for_a_paused_route(crowd, route):
    fallback = Route.objects.create(
        slug="other", model="other", input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    until = clock.now() + dt.timedelta(hours=1)
    Route.objects.filter(pk=route.pk).update(
        fallback=fallback, open_until=until, breaker_reason="provider_unavailable")
    claims = claim_all(slots=5)
    assert [claim.is_stand_in for claim in claims] == [True] * 5
