"""A refusal that says nothing about the part is about it after all: the others are answered, or nobody ever was."""

import datetime as dt

import pytest

from generation.core.dialects import STORE, Learned
from generation.core.outcomes import CallCode, Failure
from generation.models import Attempt, Chunk, clock
from generation.services.chunks.claim import Claim
from generation.services.jobs import control, submission
from tests.invariants import assert_invariants
from tests.support import PROGRAM, chunk, claim_all, finish, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone")]

SLOWER = Failure(CallCode.RATE_LIMITED, "slower, please")
MOST = 5      # MAX_ATTEMPTS


@pytest.fixture
def lonely(ann, route):
    """The job whose plan is turned away."""
    return put_off(submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": "hypertrophy"}).job)


@pytest.fixture
def others(ann):
    """Each call makes one more document, of four calls, and leaves the lonely one alone."""
    def answered(times: int) -> None:
        for _ in range(times):
            job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, fresh=True).job
            assert work_off(job).state == "completed"
    return answered


def put_off(job):
    Chunk.objects.filter(job=job, state="pending").update(ready_at=clock.now() + dt.timedelta(hours=1))
    return job


def claim_now(job) -> list[Claim]:
    Chunk.objects.filter(job=job, state="pending").update(ready_at=clock.now())
    return claim_all()


def turned_away(job, failure: Failure = SLOWER, *, times: int = 1) -> Chunk:
    """The plan of `job`, after so many more calls for it."""
    for _ in range(times):
        claim, = claim_now(job)
        finish(claim, failure)
        put_off(job)
    return chunk(job, 0)


def test_part_that_alone_is_turned_away_ends_with_its_last_attempt(lonely, others):
    turned_away(lonely)
    others(2)
    assert turned_away(lonely, times=MOST - 2).state == "pending"
    others(1)
    ended = turned_away(lonely)
    assert (ended.state, ended.reason) == ("failed", "always_refused")
    assert (Attempt.objects.filter(chunk=ended).count(), SLOWER.message in ended.reason_detail) == (MOST, True)
    assert_invariants()


def test_others_that_were_answered_before_say_nothing_about_now(lonely, others):
    others(2)
    assert turned_away(lonely, times=MOST + 3).state == "pending"


def test_others_that_are_turned_away_too_make_it_the_load(lonely, others, ann):
    others(1)
    too = put_off(submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": "endurance"}).job)
    for _ in range(MOST):
        turned_away(lonely)
        turned_away(too)
        others(1)
    assert (chunk(lonely, 0).state, chunk(too, 0).state) == ("pending", "pending")


def test_one_lucky_call_of_another_is_not_enough(lonely, others, ann):
    others(1)
    turned_away(lonely, times=MOST - 1)
    late = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": "endurance"}).job
    work_off(late, stop_after=1)
    put_off(late)
    assert turned_away(lonely).state == "pending"


def test_route_that_never_answered_a_call_and_speaks_of_load_has_none(lonely):
    ended = turned_away(lonely, times=MOST)
    assert (ended.state, ended.reason) == ("failed", "always_refused")


def test_first_calls_that_are_under_way_may_be_answered_yet(lonely, ann):
    first = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    claim, = claim_all()
    assert turned_away(lonely, times=MOST).state == "pending"
    finish(claim)
    work_off(first)


def test_who_asks_again_starts_again(lonely):
    turned_away(lonely, times=MOST)
    control.retry(lonely, by=None)
    assert turned_away(lonely, times=MOST - 1).state == "pending"
    assert turned_away(lonely).state == "failed"


def test_lesson_is_heeded_however_often_a_part_was_asked_for_before(lonely, route):
    turned_away(lonely, times=MOST)
    control.retry(lonely, by=None)
    refused = Failure(CallCode.FIELD_REFUSED, "unknown field", lesson=Learned(frozenset({STORE})))
    assert turned_away(lonely, refused).reason == "learned"
    assert [claim.wire.sends(STORE) for claim in claim_now(lonely)] == [False]
