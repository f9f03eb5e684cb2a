"""What a check leaves to a person is not handed out before somebody with the permission has decided."""

import pytest

from generation.core.findings import Finding, Severity
from generation.kinds import all_kinds
from generation.models import Delivery, Job, LogEntry, Review, WebhookEndpoint
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import control, reviews, submission
from generation.services.maintenance import erasure
from tests.invariants import assert_invariants
from tests.support import PROGRAM, claim_all, finish, limited, used, work_off

pytestmark = pytest.mark.django_db(transaction=True)

KIND = all_kinds()["training_program"]
GRAVE = Finding(
    "TP-C06", Severity.HUMAN, "", "chest pain", "none", "The brief speaks of chest pain.", "A physician decides.")


@pytest.fixture
def grave(monkeypatch):
    """Plans are left to a person, until a test puts something else into the list."""
    found = [GRAVE]
    monkeypatch.setattr(type(KIND), "check_plan", lambda *_: list(found))
    return found


@pytest.fixture
def held(job, grave) -> Job:
    return work_off(job)


def of_unit(monkeypatch, *, position: int) -> None:
    def check(_kind, _brief, _plan, here, _unit):
        return [GRAVE] if here == position else []

    monkeypatch.setattr(type(KIND), "check_unit", check)


def test_job_with_such_a_finding_waits_and_says_why(ann, route, grave):
    limited(requests=9, jobs=1)
    held = work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    assert (held.state, held.reason, held.reason_detail) == ("in_review", "waits_for_review", GRAVE.message)
    review = Review.objects.get()
    assert (review.job, review.state, review.findings) == (held, "open", [GRAVE.as_json()])
    assert (used("requests", ann), used("jobs", ann)) == ((1, 0), (0, 0)), "what it cost is known"
    assert LogEntry.objects.get(code="in_review").level == "warning"
    assert_invariants()


def test_others_are_handed_out_at_once(job):
    assert work_off(job).state == "completed"
    assert not Review.objects.exists()


def test_finding_in_one_unit_is_enough(job, monkeypatch):
    of_unit(monkeypatch, position=2)
    assert work_off(job).state == "in_review"


def test_owner_does_not_read_it_and_staff_with_the_permission_do(held, rita):
    with pytest.raises(Refusal) as refused:
        reviews.check_readable(held, held.user)
    assert refused.value.code is RefusalCode.IN_REVIEW
    assert GRAVE.message in refused.value.message
    reviews.check_readable(held, rita)


def test_it_is_not_read_while_it_is_written_either(job, grave):
    claim, = claim_all()
    finish(claim)
    job.refresh_from_db()
    assert job.state == "generating"
    with pytest.raises(Refusal, match="waits for a person"):
        reviews.check_readable(job, job.user)


def test_release_completes_it_and_tells_its_owner_once(held, rita):
    WebhookEndpoint.objects.create(user=held.user, url="https://hooks.example.com", events=["job.completed"])
    reviews.release(held, by=rita, reason="The physician agrees.")
    held.refresh_from_db()
    assert (held.state, held.reason) == ("completed", "")
    reviews.check_readable(held, held.user)
    review = Review.objects.get()
    assert (review.state, review.decided_by, review.reason) == ("released", rita, "The physician agrees.")
    assert list(Delivery.objects.values_list("event", flat=True)) == ["job.completed"]
    assert_invariants()


def test_halt_is_told_to_those_who_asked_for_it(job, grave):
    WebhookEndpoint.objects.create(user=job.user, url="https://hooks.example.com", events=["job.in_review"])
    work_off(job)
    assert Delivery.objects.get().payload["data"]["reason"] == "waits_for_review"


def test_rejection_fails_it_and_its_owner_reads_why(held, rita):
    reviews.reject(held, by=rita, reason="See a physician first.")
    held.refresh_from_db()
    assert (held.state, held.reason, held.reason_detail) == ("failed", "review_rejected", "See a physician first.")
    with pytest.raises(Refusal, match="See a physician first") as refused:
        reviews.check_readable(held, held.user)
    assert refused.value.code is RefusalCode.REVIEW_REJECTED
    assert_invariants()


@pytest.mark.parametrize("decide", [reviews.release, reviews.reject])
@pytest.mark.parametrize("reason", ["", "   ", "x" * 1_001])
def test_decision_has_a_reason(held, rita, decide, reason):
    with pytest.raises(Refusal, match="Say why"):
        decide(held, by=rita, reason=reason)
    assert Review.objects.get().state == "open"


def test_second_decision_is_refused(held, rita):
    reviews.release(held, by=rita, reason="fine")
    with pytest.raises(Refusal) as refused:
        reviews.reject(held, by=rita, reason="no")
    assert refused.value.code is RefusalCode.REVIEW_DECIDED
    assert Review.objects.get().state == "released"


def test_what_was_released_is_not_asked_about_again(held, rita):
    reviews.release(held, by=rita, reason="fine")
    control.regenerate(held, 2, instruction="", by=rita)
    assert work_off(held).state == "completed"
    assert Review.objects.count() == 1


def test_something_new_is_asked_about(held, rita, monkeypatch):
    reviews.release(held, by=rita, reason="fine")
    monkeypatch.setattr(type(KIND), "check_unit", lambda *_: [
        Finding("TP-T02", Severity.HUMAN, "/summary", "cure", "none", "It promises a cure.", "Leave it out.")])
    control.regenerate(held, 2, instruction="", by=rita)
    assert work_off(held).state == "in_review"
    assert [finding["rule"] for finding in Review.objects.get(state="open").findings] == ["TP-T02"]


def test_unit_written_anew_takes_the_review_with_it(job, rita, monkeypatch):
    of_unit(monkeypatch, position=2)
    work_off(job)
    of_unit(monkeypatch, position=0)
    control.regenerate(job, 2, instruction="", by=rita)
    assert work_off(job).state == "completed"
    review = Review.objects.get()
    assert (review.state, review.decided_by) == ("released", None)


def test_document_from_the_cache_waits_too(ann, route, grave, cached):
    for _ in range(2):
        job = work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
        assert job.state == "in_review"
    assert job.cached_parts == 4


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
def test_every_strategy_waits(ann, route, grave, strategy):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy=strategy).job
    assert work_off(job).state == "in_review"


def test_finding_on_the_whole_document_is_enough(job, monkeypatch):
    monkeypatch.setattr(type(KIND), "check_document", lambda *_: [GRAVE])
    assert work_off(job).state == "in_review"


def test_erasure_takes_the_words(held, rita):
    reviews.release(held, by=rita, reason="Ann told me about her heart.")
    erasure.erase_user(held.user, by=None)
    review = Review.objects.get()
    assert (review.findings, review.reason) == ([], "")


