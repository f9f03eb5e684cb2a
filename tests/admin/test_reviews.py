"""Staff look at what a check left to a person, and release or reject it."""

import pytest
from django.urls import reverse

from generation.admin.rendering import url_of
from generation.core.findings import Finding, Severity
from generation.kinds import all_kinds
from generation.models import Review
from tests.admin.forms import at, button_at, press, said, words_of
from tests.support import work_off

pytestmark = pytest.mark.django_db

KIND = all_kinds()["training_program"]


@pytest.fixture
def held(job, monkeypatch):
    monkeypatch.setattr(type(KIND), "check_plan", lambda *_: [
        Finding("TP-C06", Severity.HUMAN, "", "chest pain", "none", "The brief speaks of chest pain.", "See to it.")])
    return work_off(job)


def test_page_shows_what_it_is_about_and_the_document(held, as_rita):
    page = words_of(as_rita.get(url_of(held)).content.decode())
    assert "A person decides about this document" in page
    assert "The brief speaks of chest pain." in page
    assert "Week 1" in page


@pytest.mark.parametrize(("button", "state", "review"), [
    ("release", "completed", "released"), ("reject", "failed", "rejected")])
def test_decision_is_taken_with_its_reason(held, as_rita, rita, button, state, review):
    press(as_rita, url_of(held), at(held, button), note="I asked her.")
    held.refresh_from_db()
    assert held.state == state
    assert list(Review.objects.values_list("state", "reason", "decided_by")) == [(review, "I asked her.", rita.pk)]
    assert "I asked her." in words_of(as_rita.get(url_of(held)).content.decode())


def test_without_a_reason_nothing_is_decided(held, as_rita):
    assert "Say why" in said(press(as_rita, url_of(held), at(held, "release"), note=" "))
    assert Review.objects.get().state == "open"


def test_who_may_not_decide_is_offered_nothing_and_refused(held, vera, client_of):
    client = client_of(vera)
    assert button_at(client, url_of(held), at(held, "release")) == {}
    assert client.post(at(held, "release"), {"note": "x"}).status_code == 403
    assert Review.objects.get().state == "open"


def test_second_of_two_reads_what_the_first_decided(held, as_rita, second):
    button = button_at(second, url_of(held), at(held, "reject"))
    press(as_rita, url_of(held), at(held, "release"), note="fine")
    assert "rita" in said(second.post(at(held, "reject"), {**button, "note": "no"}))
    assert Review.objects.get().state == "released"


def test_list_badge_and_overview_count_it(held, as_rita):
    listed = words_of(as_rita.get(reverse("admin:generation_review_changelist")).content.decode())
    assert "The brief speaks of chest pain." in listed
    assert "Waiting for a person" in words_of(as_rita.get(reverse("admin:index")).content.decode())
    assert as_rita.get(url_of(Review.objects.get())).status_code == 200
