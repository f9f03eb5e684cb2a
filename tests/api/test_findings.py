"""How many findings are open is on the job, in its events and in the list, without a query for each."""

import pytest

from generation.core.findings import Finding, Severity
from generation.kinds import all_kinds
from tests.api.calls import of
from tests.support import work_off

pytestmark = pytest.mark.django_db

KIND = all_kinds()["training_program"]
COUNTS = {"errors": 0, "warnings": 3, "humans": 0}


@pytest.fixture
def faulty(job, monkeypatch):
    monkeypatch.setattr(type(KIND), "check_unit", lambda *_: [
        Finding("TP-X98", Severity.WARNING, "/workouts/1", "1", "2", "The day is long.", "Cut it.")])
    monkeypatch.setattr(type(KIND), "check_document", lambda *_: [])
    return work_off(job)


def test_job_its_events_and_the_list_count_them(faulty, ann_api):
    job = ann_api.send("GET", of(faulty)).json()
    assert (job["findings"], job["document_findings"]) == (COUNTS, [])
    assert ann_api.send("GET", "/jobs").json()["items"][0]["findings"] == COUNTS
    assert '"warnings":3' in ann_api.send("GET", of(faulty, "/events")).content.decode().replace(" ", "")


def test_document_lists_them(faulty, ann_api):
    listed = ann_api.send("GET", of(faulty, "/document?format=json")).json()["findings"]
    assert [one["place"] for one in listed] == [f"Week {number}, workout 2" for number in (1, 2, 3)]
    assert "What checks found" in ann_api.send("GET", of(faulty, "/document?format=html")).content.decode()
