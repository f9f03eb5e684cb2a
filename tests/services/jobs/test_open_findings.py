"""A document that has open findings says so wherever it is read, counted or told of."""

import pytest

from generation.core.findings import Finding, Severity
from generation.core.outcomes import CallCode, Failure
from generation.kinds import all_kinds
from generation.models import Chunk, Delivery, Job, Review, WebhookEndpoint
from generation.services.jobs import control, documents, open_findings, progress, reviews
from generation.services.maintenance import erasure
from tests.support import claim_all, finish, work_off

pytestmark = pytest.mark.django_db(transaction=True)

KIND = all_kinds()["training_program"]


def found(severity: Severity, pointer: str, message: str) -> Finding:
    return Finding("TP-X99", severity, pointer, "1", "2", message, "Mend it.")


OF_WEEK = found(Severity.WARNING, "/workouts/1", "The day is long.")
OF_WHOLE = found(Severity.ERROR, "/weeks/0/workouts/0", "The load falls <b>here</b>.")
OF_PLAN = found(Severity.WARNING, "/phases/0/focus", "The focus says little.")
NEWS = found(Severity.INFO, "", "Nothing to see.")
GRAVE = found(Severity.HUMAN, "/safety", "The brief speaks of chest pain.")


@pytest.fixture
def checks(monkeypatch):
    """What the three checks find, by name; week 2 has findings only."""
    finds: dict[str, list[Finding]] = {"plan": [], "week 2": [], "document": []}
    kind = type(KIND)
    monkeypatch.setattr(kind, "check_plan", lambda *_: list(finds["plan"]))
    monkeypatch.setattr(
        kind, "check_unit", lambda _k, _b, _p, at, _u: list(finds["week 2"]) if at == 2 else [])
    monkeypatch.setattr(kind, "check_document", lambda *_: list(finds["document"]))
    return finds


@pytest.fixture
def faulty(job, checks) -> Job:
    checks |= {"plan": [OF_PLAN, NEWS], "week 2": [OF_WEEK], "document": [OF_WHOLE, NEWS]}
    return work_off(job)


def test_errors_stand_under_the_title_and_warnings_at_the_end(faulty):
    text = documents.markdown(faulty)
    front, back = text[: text.index("\n## ")], text[text.index("## What checks found"):]
    assert "**What checks found: 1 point needs correction.**" in front
    assert "- **Week 1, workout 1**: The load falls \\<b>here\\</b>." in front
    assert back.splitlines()[2:] == [
        "2 more points that a careful reader should look at:", "",
        "- **Plan, phase 1**: The focus says little.", "- **Week 2, workout 2**: The day is long.",
    ]
    assert "TP-X99" not in text
    assert "Nothing to see" not in text
    assert "Mend it" not in text
    assert "<h2>What checks found</h2>" in documents.html(faulty)


def test_json_lists_them_with_their_places(faulty):
    listed = documents.document(faulty)["findings"]
    assert [(one["unit"], one["place"], one["severity"], one["rule"]) for one in listed] == [
        (0, "Plan, phase 1", "warning", "TP-X99"), (2, "Week 2, workout 2", "warning", "TP-X99"),
        (None, "Week 1, workout 1", "error", "TP-X99")]


def test_clean_document_speaks_of_no_findings(job, checks):
    work_off(job)
    assert "What checks found" not in documents.markdown(job)
    assert documents.document(job)["findings"] == []
    assert progress.snapshot(job)["findings"] == {"errors": 0, "warnings": 0, "humans": 0}


def test_many_are_counted_after_twenty(job, checks):
    checks["document"] = [found(Severity.WARNING, "", f"Point {number}.") for number in range(27)]
    text = documents.markdown(work_off(job))
    assert text.count("- **The whole document**: Point") == open_findings.MOST_LINES == 20
    assert text.endswith("- and 7 more.\n")


def test_unit_alone_says_what_was_found_in_it(faulty):
    text = documents.unit(faulty, 2).markdown
    assert text.endswith("- **Week 2, workout 2**: The day is long.\n")
    assert "### What checks found" in text
    assert "What checks found" not in documents.unit(faulty, 1).markdown


def test_counts_are_on_the_job_and_told_to_those_who_wait_for_it(job, checks):
    WebhookEndpoint.objects.create(user=job.user, url="https://hooks.example.com", events=["job.completed"])
    checks |= {"plan": [OF_PLAN], "week 2": [OF_WEEK], "document": [OF_WHOLE, NEWS]}
    work_off(job)
    counts = {"errors": 1, "warnings": 2, "humans": 0}
    assert progress.snapshot(job)["findings"] == counts
    assert Delivery.objects.get().payload["data"]["findings"] == counts


def test_rewritten_unit_takes_its_findings_with_it(faulty, checks):
    control.regenerate(faulty, 2, by=faulty.user, instruction="")
    assert "The day is long." in documents.markdown(faulty), "the old version is still what is shown"
    checks["week 2"] = []
    work_off(faulty)
    assert "The day is long." not in documents.markdown(faulty)
    assert progress.snapshot(faulty)["findings"] == {"errors": 1, "warnings": 1, "humans": 0}


def test_partial_document_says_what_was_found_in_what_there_is(job, checks):
    checks["week 2"] = [OF_WEEK]
    finish(*claim_all())
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, "no") if claim.position == 3 else None)
    job.refresh_from_db()
    assert (job.state, job.open_warnings) == ("partial", 1)
    text = documents.markdown(job)
    assert text.index("What is missing, and why") < text.index("The day is long.")


def test_erased_job_counts_nothing(faulty):
    erasure.erase_jobs(Job.objects.all())
    faulty.refresh_from_db()
    assert (faulty.open_errors, faulty.open_warnings) == (0, 0)


# --- What people decided ---------------------------------------------------------------------------


@pytest.fixture
def held(job, checks) -> Job:
    checks["plan"] = [GRAVE]
    return work_off(job)


def test_held_document_says_what_it_waits_for(held):
    text = documents.markdown(held)
    assert "It waits for a person to decide whether it is handed out." in text
    assert "**What checks found: 1 point waits for a person's decision.**" in text
    assert "- **Plan, safety**: The brief speaks of chest pain." in text
    assert held.open_humans == 1


def test_released_document_says_by_whom_and_when_and_no_longer_warns(held, rita):
    reviews.release(held, by=rita, reason="fine")
    held.refresh_from_db()
    day = f"{Review.objects.get().decided_at:%-d %B %Y}"
    role = rita.get_role_display().lower()
    text = documents.markdown(held)
    assert f"A language model wrote this. A person ({role}) released it after review on {day}." in text
    assert rita.username not in text
    assert "No person has reviewed it" not in text
    assert "What checks found" not in text
    assert held.open_humans == 0
    assert documents.document(held)["review"]["decision"] == "released"


def test_what_was_written_after_the_release_is_told_apart(held, rita):
    reviews.release(held, by=rita, reason="fine")
    held.refresh_from_db()
    assert "written since then" not in documents.markdown(held)
    control.regenerate(held, 2, by=held.user, instruction="")
    work_off(held)
    assert held.state == "completed"
    assert "Parts of it were written since then; no person has reviewed these." in documents.markdown(held)


def test_rejected_document_says_so_to_those_who_may_read_it(held, rita):
    reviews.reject(held, by=rita, reason="no")
    held.refresh_from_db()
    assert "rejected it after review" in documents.markdown(held)


def test_review_that_was_overtaken_is_none(held, checks):
    control.regenerate(held, 2, by=held.user, instruction="")
    checks["plan"] = []
    Chunk.objects.filter(job=held, position=0).update(findings=[])
    work_off(held)
    assert "No person has reviewed it." in documents.markdown(held)
