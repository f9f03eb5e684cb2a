"""Replies that keep to the schema, or not even that, and are wrong: asked again a few times, then explained."""

import json

import pytest
from django.conf import settings

from accounts.models import Reservation
from generation.core.outcomes import Reply
from generation.core.states import ChunkState
from generation.models import Attempt, Chunk
from generation.worker.job_context import JobContexts
from tests.invariants import assert_invariants
from tests.support import USAGE, answering, chunk, claim_all, finish, whole_content_for, work_off

pytestmark = pytest.mark.django_db


def good(claim) -> dict:
    return whole_content_for(claim, JobContexts().of(claim))


def without_weeks(plan):
    return {**plan, "weeks": []}


def with_five_hundred(plan):
    return {**plan, "weeks": [{**plan["weeks"][0], "number": number} for number in range(1, 501)]}


def with_one_twice(plan):
    return {**plan, "weeks": [plan["weeks"][0], *plan["weeks"][:-1]]}


def with_one_missing(plan):
    return {**plan, "weeks": plan["weeks"][:-1]}


@pytest.mark.parametrize(
    "spoilt", [without_weeks, with_five_hundred, with_one_twice, with_one_missing], ids=lambda spoilt: spoilt.__name__)
def test_plan_for_another_number_of_weeks_makes_no_units_and_takes_no_more_than_was_reserved(job, spoilt):
    before = Reservation.objects.get().units
    for _ in range(2):
        claim, = claim_all()
        finish(claim, answering(claim, spoilt(good(claim))))
    job.refresh_from_db()
    assert (job.state, job.reason, job.chunks.count()) == ("failed", "invalid_content", 1)
    assert job.explanation.next_step
    reservation = Reservation.objects.get()
    assert (before, reservation.units, reservation.used_units) == (3, 3, 0)
    assert_invariants()


def test_content_that_stays_wrong_ends_with_the_list_of_what_is_wrong(job):
    """Each draft is wrong in another way, so only the number of repairs ends it."""
    finish(*claim_all())
    claim = next(claim for claim in claim_all() if claim.position == 1)
    for turn in range(settings.MAX_REPAIRS + 1):
        week = good(claim)
        week["workouts"][0]["exercises"][0]["sets"] = 40 + turn
        week["workouts"][0]["exercises"][0]["rest_s"] = 9_000 + turn
        finish(claim, answering(claim, week))
        if turn < settings.MAX_REPAIRS:
            waiting = chunk(job, 1)
            assert (waiting.state, waiting.reason, waiting.repairs) == ("pending", "repairing", turn + 1)
            claim, = claim_all()
            assert claim.findings, "the next call is told what was wrong"
    lost = chunk(job, 1)
    assert (lost.state, lost.reason, lost.content) == ("failed", "invalid_content", None)
    assert {finding["measured"] for finding in lost.findings} >= {str(40 + settings.MAX_REPAIRS)}
    assert "no repair is left" in lost.reason_detail
    assert Attempt.objects.filter(chunk=lost).count() == settings.MAX_REPAIRS + 1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_reply_that_was_cut_off_is_asked_again_and_nothing_of_it_is_content(job, share):
    finish(*claim_all())
    for claim in claim_all():
        whole = json.dumps(good(claim))
        finish(claim, Reply(whole[: int(len(whole) * share)], USAGE))
    units = Chunk.objects.filter(job=job).units()
    assert {unit.state for unit in units} == {ChunkState.PENDING.value}
    assert not units.filter(content__isnull=False).exists()
    work_off(job)
    assert job.state == "completed"
    assert_invariants()
