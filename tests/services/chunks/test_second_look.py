"""What checks of the whole document find in one part is mended there, once, before the job ends."""

import json

import pytest

from generation.core.findings import error
from generation.core.outcomes import CallCode, Failure, Reply
from generation.kinds import all_kinds
from generation.models import Attempt, Delivery, Errand, Job, LogEntry, UnitVersion, WebhookEndpoint
from generation.services.jobs import control, documents, submission
from generation.worker.job_context import JobContexts
from generation.worker.judging import request_for
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, chunk, claim_all, finish, limited, used, work_off

pytestmark = pytest.mark.django_db(transaction=True)

KIND = all_kinds()["training_program"]
AT = "/weeks/1/workouts/0/exercises/0"


@pytest.fixture
def second_week(monkeypatch):
    """The document is wrong in week 2 as long as the list says so."""
    wrong = [AT]
    monkeypatch.setattr(type(KIND), "check_document", lambda *_: [
        error("TP-P01", at, measured=1, limit=2, message="The load falls.", advice="Raise it.") for at in wrong])
    return wrong


def begun(user, **more) -> Job:
    return submission.submit(user=user, kind="training_program", brief=PROGRAM, **more).job


def until_it_is_whole(job: Job) -> None:
    """Each part has its first reply; what the whole makes of it is settled."""
    finish(claim_all()[0])
    for claim in claim_all():
        finish(claim)
    job.refresh_from_db()


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
def test_part_is_mended_and_the_job_ends_once(ann, route, second_week, strategy):
    WebhookEndpoint.objects.create(user=ann, url="https://hooks.example.com", events=["job.completed"])
    job = begun(ann, strategy=strategy)
    claims = claim_all()
    while claims and not UnitVersion.objects.exists():
        for claim in claims:
            finish(claim)
        claims = [] if UnitVersion.objects.exists() else claim_all()
    job.refresh_from_db()
    assert job.state == "generating"
    assert not Delivery.objects.exists()
    claim, = claim_all()
    request = request_for(claim, JobContexts().of(claim))
    assert (claim.position, request.schema_name) == (2, "training_program_repair")
    now = json.loads(claim.draft)["workouts"][0]["exercises"][0]
    second_week.clear()
    finish(claim, Reply(json.dumps({"place_1": {**now, "note": "Mended."}}), USAGE))
    job.refresh_from_db()
    assert (job.state, job.findings) == ("completed", [])
    assert chunk(job, 2).content["workouts"][0]["exercises"][0]["note"] == "Mended."
    assert Delivery.objects.count() == LogEntry.objects.filter(code="completed").count() == 1
    assert_invariants()


def test_part_is_sent_back_once_and_the_finding_stays_in_front(ann, route, second_week):
    job = work_off(begun(ann))
    assert job.state == "completed"
    assert [finding["rule"] for finding in job.findings] == ["TP-P01"]
    assert chunk(job, 2).second_looks == 1
    assert Attempt.objects.filter(chunk__position=2).count() == 2
    assert_invariants()


def test_old_text_stays_where_mending_fails(ann, route, second_week):
    job = begun(ann)
    until_it_is_whole(job)
    before = UnitVersion.objects.get().content
    claim, = claim_all()
    finish(claim, Failure(CallCode.REFUSED, "I would rather not."))
    job.refresh_from_db()
    assert (job.state, chunk(job, 2).content) == ("completed", before)
    assert not UnitVersion.objects.exists()
    assert_invariants()


def test_it_can_be_read_meanwhile(ann, route, second_week):
    job = begun(ann)
    until_it_is_whole(job)
    assert documents.unit(job, 2).content["workouts"]
    assert len(documents.document(job)["weeks"]) == 3


def test_mended_part_is_one_unit_of_the_limit(ann, route, second_week):
    limited(requests=9, units=9, usd_micros=10**9)
    job = work_off(begun(ann))
    assert UnitVersion.objects.filter(chunk__job=job, is_draft=True).count() == 1
    assert used("units", ann) == (3, 0)
    assert_invariants()


def test_what_is_wrong_everywhere_sends_nothing_back(ann, route, second_week):
    second_week[:] = ["/weeks", "", "/phases/0", "/missing"]
    job = work_off(begun(ann))
    assert (job.state, len(job.findings)) == ("completed", 4)
    assert not UnitVersion.objects.exists()


def test_who_asks_for_a_rewrite_does_not_pay_for_what_is_wrong_elsewhere(ann, rita, route, second_week):
    second_week.clear()
    job = work_off(begun(ann))
    second_week.append(AT)
    control.regenerate(job, 1, instruction="", by=rita)
    job = work_off(job)
    assert job.state == "completed"
    assert (Errand.objects.count(), chunk(job, 2).second_looks) == (1, 0)


def test_cancelled_amid_mending_the_old_text_stays(ann, route, second_week):
    job = begun(ann)
    until_it_is_whole(job)
    control.cancel(job, by=ann)
    job.refresh_from_db()
    assert chunk(job, 2).state == "done"
    assert_invariants()
