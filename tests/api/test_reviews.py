"""A document that waits for a person, as its owner and a program meet it."""

import pytest

from generation.core.findings import Finding, Severity
from generation.kinds import all_kinds
from generation.services.jobs import reviews
from tests.api.calls import Caller, of, problem
from tests.support import work_off

pytestmark = pytest.mark.django_db

KIND = all_kinds()["training_program"]


@pytest.fixture
def held(job, monkeypatch):
    monkeypatch.setattr(type(KIND), "check_plan", lambda *_: [
        Finding("TP-C06", Severity.HUMAN, "", "chest pain", "none", "The brief speaks of chest pain.", "See to it.")])
    return work_off(job)


@pytest.mark.parametrize("tail", ["/document", "/document?format=markdown", "/document?format=html", "/units/1"])
def test_nothing_of_it_is_handed_out(held, tail):
    answer = Caller(held.user).get(f"/api/v1{of(held, tail)}")
    told = problem(answer, 409, "in_review")
    assert "The brief speaks of chest pain." in told["detail"]
    assert answer["Retry-After"] == "300"


def test_job_says_what_it_waits_for(held):
    told = Caller(held.user).get(f"/api/v1{of(held)}").json()
    assert told["state"] == "in_review"
    assert told["reason"] == "waits_for_review"
    assert Caller(held.user).get("/api/v1/jobs?state=in_review").json()["items"][0]["id"] == str(held.public_id)


def test_who_decides_may_read_it(held, rita):
    assert Caller(rita).get(f"/api/v1{of(held, '/document')}").status_code == 200


def test_released_it_is_read_and_rejected_it_is_not(held, rita):
    reviews.release(held, by=rita, reason="fine")
    assert Caller(held.user).get(f"/api/v1{of(held, '/document')}").status_code == 200


def test_rejected_its_owner_reads_why(held, rita):
    reviews.reject(held, by=rita, reason="See a physician first.")
    told = problem(Caller(held.user).get(f"/api/v1{of(held, '/document')}"), 409, "review_rejected")
    assert "See a physician first." in told["detail"]
    assert Caller(held.user).get(f"/api/v1{of(held)}").json()["reason"] == "review_rejected"
