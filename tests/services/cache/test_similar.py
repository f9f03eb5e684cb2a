"""Similar documents: offered to those who may see them, adapted by the model, never served as they are."""

import json

import pytest

from generation.core.outcomes import Reply
from generation.models import CacheEntry, Job
from generation.services.cache import similar
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.jobs import control, quotes, submission
from generation.worker.job_context import JobContexts
from generation.worker.judging import request_for
from tests.invariants import assert_invariants
from tests.support import PROGRAM as ANY_PROGRAM
from tests.support import USAGE, chunk, claim_all, finish, work_off

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cached")]

NOTE = "Back squat 120 kg for one repetition by the end of spring; I am at 105 kg now."
SIMILAR = "Back squat 125 kg for one repetition by the end of summer; I am at 105 kg today."
OTHER = "Lose some weight before the wedding of my sister."

# What is compared are the words of each test alone.
PROGRAM = {name: value for name, value in ANY_PROGRAM.items() if name != "preferences"}


def ask(user, note=NOTE, **more) -> Job:
    brief = {**PROGRAM, "goal_note": note, **more.pop("brief", {})}
    return submission.submit(user=user, kind="training_program", brief=brief, **more).job


def offered(user, note=SIMILAR, **brief) -> list[Job]:
    quote = quotes.quote(
        user=user, kind="training_program", brief={**PROGRAM, "goal_note": note, **brief}, strategy="parallel")
    return [one.job for one in quote.similar]


def prompt(claim) -> str:
    context = JobContexts().of(claim)
    return request_for(claim, context).messages[-1]["content"]


def test_quote_offers_a_similar_document_and_no_other(ann, route):
    job = work_off(ask(ann))
    assert ask(ann).from_cache
    assert offered(ann) == [job], "and not its copy"
    assert offered(ann, OTHER) == []
    found, = similar.similar(ann, _request(SIMILAR))
    assert 0.3 < found.similarity < 1


def _request(note):
    return JobSpec.understood("training_program", {**PROGRAM, "goal_note": note}, "parallel")


def test_most_similar_comes_first_and_few_are_offered(ann, route):
    near = work_off(ask(ann))
    for week in range(4):
        work_off(ask(ann, f"{NOTE} I train in a small garage with a friend, {week} times in the morning."))
    found = offered(ann)
    assert found[0] == near
    assert len(found) == similar.MOST


@pytest.mark.parametrize("brief", [
    {"weeks": 4}, {"goal": "hypertrophy"}, {"level": "advanced"}, {"equipment": ["barbell"]}, {"language": "de"},
])
def test_structured_fields_must_match_exactly(ann, route, brief):
    work_off(ask(ann))
    assert offered(ann, **brief) == []


def test_only_completed_documents_are_offered(ann, route):
    job = ask(ann)
    assert offered(ann) == []
    control.cancel(job, by=ann)
    assert offered(ann) == []


@pytest.mark.parametrize(("scope", "readers"), [
    ("user", {"ann"}), ("role", {"ann"}), ("installation", {"ann", "rita"}), ("off", set()),
])
def test_nobody_is_offered_what_they_may_not_see(ann, bob, cy, rita, route, settings, scope, readers):
    settings.CACHE_SCOPE = scope
    work_off(ask(ann))
    assert {user.username for user in (ann, bob, cy, rita) if offered(user)} == readers


def test_same_words_that_are_no_longer_cached_are_most_similar(ann, route):
    job = work_off(ask(ann))
    assert offered(ann, NOTE) == [], "it would be served"
    CacheEntry.objects.all().delete()
    assert offered(ann, NOTE) == [job]
    assert similar.similar(ann, _request(NOTE))[0].similarity == 1


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
def test_adapted_document_is_drafted_from_the_other_and_checked(ann, route, strategy):
    source = work_off(ask(ann))
    job = ask(ann, SIMILAR, adapt=source.public_id, strategy=strategy)
    assert (job.adapted_from, job.state) == (source, "queued")
    plan, = claim_all()
    assert chunk(source, 0).content["title"] in prompt(plan)
    assert "<earlier>" in prompt(plan)
    finish(plan, Reply(json.dumps({"not": "a plan"}), USAGE))      # it is checked like any other
    again, = claim_all()
    finish(again)
    if strategy != "single":
        claims = claim_all()
        week = next(claim for claim in claims if claim.position == 1)
        block = prompt(week).split("<earlier>\n")[1].split("\n</earlier>")[0]
        assert json.loads(block) == chunk(source, 1).content
        for claim in claims:
            finish(claim)
    assert work_off(job).state == "completed"
    assert_invariants()


def test_adapted_document_neither_reads_nor_writes_the_cache(ann, route):
    source = work_off(ask(ann))
    kept = CacheEntry.objects.count()
    job = work_off(ask(ann, NOTE, adapt=source.public_id))
    assert (job.cached_parts, job.calls, CacheEntry.objects.count()) == (0, 4, kept)
    twins = [ask(ann, SIMILAR, adapt=source.public_id) for _ in range(2)]
    assert {claim.job_id for claim in claim_all()} == {twin.pk for twin in twins}, "nor does it wait for a twin"


def test_adapting_another_document_with_the_same_key_is_another_request(ann, route):
    source = work_off(ask(ann))
    ask(ann, SIMILAR, idempotency_key="k")
    with pytest.raises(Refusal) as refusal:
        ask(ann, SIMILAR, idempotency_key="k", adapt=source.public_id)
    assert refusal.value.code is RefusalCode.KEY_REUSED


def test_what_cannot_be_adapted_is_refused_without_telling_more(ann, cy, route):
    source = ask(ann)
    for user, note, brief in ((ann, SIMILAR, {}), (cy, SIMILAR, {})):
        with pytest.raises(Refusal) as refusal:
            ask(user, note, adapt=source.public_id, brief=brief)
        assert refusal.value.code is RefusalCode.NOT_ADAPTABLE
    work_off(source)
    with pytest.raises(Refusal, match="more than its free text"):
        ask(ann, SIMILAR, adapt=source.public_id, brief={"weeks": 4})
    with pytest.raises(Refusal, match="may not see"):
        ask(cy, SIMILAR, adapt=source.public_id)
    assert Job.objects.count() == 1


def test_adapted_job_goes_on_when_its_source_is_gone(ann, route):
    source = work_off(ask(ann))
    job = ask(ann, SIMILAR, adapt=source.public_id)
    finish(*claim_all())
    source.delete()
    job.refresh_from_db()
    assert (job.adapted_from, work_off(job).state) == (None, "completed")
