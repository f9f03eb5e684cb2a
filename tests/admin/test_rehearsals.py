"""The page of rehearsals: who may start one, what it says, and what it compares."""

import pytest
from django.urls import reverse

from generation.models import Rehearsal, RehearsalState
from generation.services import rehearsals

pytestmark = pytest.mark.django_db

FORM = {"scenario": "provider_down", "users": 3, "jobs": 6}
START = "admin:generation_rehearsal_start"


@pytest.fixture
def launched(monkeypatch):
    """Rows for which a process would have been started."""
    rows = []
    monkeypatch.setattr("generation.admin.rehearsals.launch", rows.append)
    return rows


def ended(report, scenario="provider_down"):
    row = rehearsals.begin(scenario=scenario, users=2, jobs=4, seed=1, by=None)
    rehearsals.end(row.pk, RehearsalState.DONE, report=report)
    return row


def page(row):
    return reverse("admin:generation_rehearsal_change", args=[row.pk])


@pytest.mark.django_db(transaction=True)
def test_administrator_starts_one_and_is_led_to_it(adam, client_of, launched):
    response = client_of(adam).post(reverse(START), FORM, follow=True)
    row = Rehearsal.objects.get()
    assert launched == [row]
    assert (row.scenario, row.users, row.jobs, row.by) == ("provider_down", 3, 6, adam)
    assert response.redirect_chain[-1][0] == page(row)
    assert 'data-reload="2"' in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_second_one_is_refused_with_a_sentence(adam, client_of, launched):
    client = client_of(adam)
    client.post(reverse(START), FORM)
    text = client.post(reverse(START), FORM, follow=True).content.decode()
    assert "A rehearsal is running already." in text
    assert len(launched) == 1


@pytest.mark.parametrize("changes", [{"scenario": "meteorite"}, {"users": "0"}, {"jobs": "many"}])
def test_nonsense_starts_nothing(changes, adam, client_of, launched):
    response = client_of(adam).post(reverse(START), {**FORM, **changes}, follow=True)
    assert (response.status_code, launched) == (200, [])


def test_only_who_may_run_them_starts_and_cancels(rita, nick, client_of, launched):
    row = ended({"completed": 4})
    for who in (rita, nick):
        client = client_of(who)
        assert client.post(reverse(START), FORM).status_code == 403
        assert client.post(reverse("admin:generation_rehearsal_cancel", args=[row.pk])).status_code == 403
    assert launched == []
    text = client_of(rita).get(reverse("admin:generation_rehearsal_changelist")).content.decode()
    assert "Rehearse an outage" in text
    assert "Start the rehearsal" not in text


def test_looking_starts_nothing(adam, client_of, launched):
    client_of(adam).get(reverse(START))
    assert (launched, Rehearsal.objects.count()) == ([], 0)


@pytest.mark.django_db(transaction=True)
def test_running_one_can_be_cancelled(adam, client_of):
    row = rehearsals.begin(**FORM, seed=1, by=adam)
    rehearsals.beat(row.pk, "3 of 6 documents ended")
    client = client_of(adam)
    assert "3 of 6 documents ended" in client.get(page(row)).content.decode()
    client.post(reverse("admin:generation_rehearsal_cancel", args=[row.pk]))
    assert not rehearsals.beat(row.pk, "")
    assert "Tidying up." in client.get(page(row)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_report_is_compared_with_the_last_run(rita, client_of):
    ended({"completed": 3, "asked": 4, "all_ended_s": 31.5})
    row = ended({
        "completed": 4, "asked": 4, "all_ended_s": 12.25, "users_saw": {"<b>Calls are paused.</b>": 9.5},
        "reasons": {"The model declined.": 2}, "violations": [],
    })
    text = client_of(rita).get(page(row)).content.decode()
    assert "4 of 4 complete, no invariant broken" in text
    assert "12.25 s" in text
    assert "31.5 s" in text
    assert "&lt;b&gt;Calls are paused." in text
    assert "The model declined." in text


@pytest.mark.django_db(transaction=True)
def test_broken_promise_stands_out(rita, client_of):
    row = ended({"completed": 4, "asked": 4, "violations": ["I2: paid twice"]})
    text = client_of(rita).get(page(row)).content.decode()
    assert "Promises were broken." in text
    assert "I2: paid twice" in text


def test_page_says_that_nothing_real_is_touched(adam, client_of, settings):
    settings.IS_PRODUCTION = True
    text = client_of(adam).get(reverse("admin:generation_rehearsal_changelist")).content.decode()
    assert "the real provider is not called" in text
    assert "This is a production machine." in text
