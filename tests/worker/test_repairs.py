"""A draft with a defect is mended in the place that is wrong: what is asked, what is taken, what stays."""

import json
from typing import Any

import pytest

from generation.core.outcomes import CallCode, Failure, Reply
from generation.core.prompting import Request
from generation.kinds import all_kinds
from generation.models import Attempt, Job
from generation.services.chunks.claim import Claim
from generation.services.jobs import control, submission
from generation.simulator.content import write
from generation.worker.job_context import JobContexts
from generation.worker.judging import request_for
from tests.invariants import assert_invariants
from tests.support import USAGE, chunk, claim_all, finish, places_in

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = "/workouts/0/exercises/0"


def asked(claim: Claim) -> Request:
    return request_for(claim, JobContexts().of(claim))


def reply(content: Any) -> Reply:     # Any: JSON
    return Reply(json.dumps(content), USAGE)


@pytest.fixture
def claims(ann, route) -> dict[int, Claim]:
    """Of both weeks of a program whose plan is done, by position."""
    brief = {**all_kinds()["training_program"].example, "weeks": 2}
    submission.submit(user=ann, kind="training_program", brief=brief)
    finish(claim_all()[0])
    return {claim.position: claim for claim in claim_all()}


@pytest.fixture
def draft(claims) -> dict[str, Any]:
    """Of week 1: a load beyond all bounds in its first exercise.  It was rejected for that."""
    unit = json.loads(write(asked(claims[1])))
    unit["workouts"][0]["exercises"][0]["load"] = 3_000.0
    finish(claims[1], reply(unit))
    return unit


@pytest.fixture
def repair(draft) -> Claim:
    claim, = claim_all()
    return claim


def test_only_the_place_is_asked_for_in_a_schema_of_its_own(claims, draft, repair):
    request = asked(repair)
    assert request.schema_name == "training_program_repair"
    assert {name: sorted(schema["properties"]) for name, schema in request.schema["properties"].items()} == {
        "place_1": sorted(draft["workouts"][0]["exercises"][0])}
    assert request.messages[:2] == asked(claims[2]).messages[:2], "the beginning is that of the other weeks"
    assert "3000" in request.messages[-1]["content"]


def test_the_rest_stays_byte_for_byte(draft, repair):
    good = {**draft["workouts"][0]["exercises"][0], "load": 3.0}
    finish(repair, reply({"place_1": good}))
    done = chunk(Job.objects.get(), 1)
    draft["workouts"][0]["exercises"][0] = good
    assert done.state == "done"
    assert json.dumps(done.content, sort_keys=True) == json.dumps(draft, sort_keys=True)


def test_ledger_tells_a_repair_from_the_first_call(draft, repair):
    finish(repair, reply({"place_1": {**draft["workouts"][0]["exercises"][0], "load": 3.0}}))
    of_week = Attempt.objects.filter(chunk__position=1).order_by("id")
    assert list(of_week.values_list("is_repair", "code")) == [(False, "invalid"), (True, "ok")]
    assert not Attempt.objects.filter(chunk__position=2, is_repair=True).exists()


def test_same_finding_again_ends_it(draft, repair):
    finish(repair, reply({"place_1": draft["workouts"][0]["exercises"][0]}))
    lost = chunk(Job.objects.get(), 1)
    assert (lost.state, lost.reason) == ("failed", "invalid_content")
    assert "the same findings came back" in lost.reason_detail
    assert_invariants()


@pytest.mark.parametrize("answer", [
    {"place_1": {"load": 3}}, {}, {"place_2": 1}, [], "no", {"place_1": None},
], ids=json.dumps)
def test_repair_that_breaks_something_is_not_taken_and_the_next_is_whole(draft, repair, answer):
    finish(repair, reply(answer))
    waiting = chunk(Job.objects.get(), 1)
    assert (waiting.state, waiting.repairs) == ("pending", 2)
    assert json.loads(waiting.draft) == draft
    again, = claim_all()
    assert asked(again).schema_name == "training_program_unit"
    finish(again)
    assert chunk(Job.objects.get(), 1).state == "done"
    assert_invariants()


def test_repair_that_is_cut_off_leaves_the_draft(draft, repair):
    finish(repair, Failure(CallCode.TRUNCATED, "cut off", usage=USAGE, text='{"place_1": {"na'))
    waiting = chunk(Job.objects.get(), 1)
    assert json.loads(waiting.draft) == draft
    assert waiting.state == "pending"
    waiting.__class__.objects.filter(pk=waiting.pk).update(ready_at=waiting.job.created_at)
    again, = claim_all()
    assert asked(again).schema_name == "training_program_repair"


def test_half_a_repair_is_kept_and_the_rest_asked_again(claims):
    unit = json.loads(write(asked(claims[1])))
    for day in (0, 1):
        unit["workouts"][day]["exercises"][0]["load"] = 3_000.0
    finish(claims[1], reply(unit))
    first, = claim_all()
    rows = {place["place"]: place["now"] for place in places_in(asked(first))}
    assert len(rows) == 2
    finish(first, reply({**rows, "place_1": {**rows["place_1"], "load": 3.0}}))
    second, = claim_all()
    assert [place["at"] for place in places_in(asked(second))] == ["/workouts/1/exercises/0"]
    assert json.loads(second.draft)["workouts"][0]["exercises"][0]["load"] == 3.0


def test_plan_is_mended_in_places_too(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=all_kinds()["training_program"].example).job
    claim, = claim_all()
    plan = json.loads(write(asked(claim)))
    good = dict(plan["weeks"][3])
    plan["weeks"][3]["sets_per_workout"] = 99
    finish(claim, reply(plan))
    again, = claim_all()
    assert [place["at"] for place in places_in(asked(again))] == ["/weeks/3"]
    finish(again, reply({"place_1": good}))
    assert chunk(job, 0).content["weeks"][4:] == plan["weeks"][4:]


def test_wish_that_did_not_come_true_stands_with_the_new_text(claims, ann):
    finish(claims[1])
    finish(claims[2])
    job = Job.objects.get()
    lift = chunk(job, 1).content["workouts"][0]["exercises"][0]["name"]
    control.regenerate(job, 1, instruction=f"no {lift.lower()}", by=ann)
    again, = claim_all()
    old = job.chunks.get(position=1).versions.get().content
    finish(again, reply(old))
    done = chunk(job, 1)
    assert done.state == "done"
    assert "WISH" in {finding["rule"] for finding in done.findings}
