"""Failures explain and act: the list, the page, the boxes, and who may press what."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from generation.core.outcomes import CallCode, Failure
from generation.models import Election, Incident, Job, Occurrence, Treatment, TreatmentOutcome, clock
from generation.services.jobs import submission
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from tests.admin.forms import button_at, press, question_in
from tests.support import PROGRAM, claim_all, finish, work_off

LIST = reverse("admin:generation_incident_changelist")


def look():
    Election.objects.update(won_at=clock.now() - dt.timedelta(hours=1))
    sweeper.keep_up("incidents")


def take(incident, remedy):
    return reverse("admin:generation_incident_take", args=[incident.pk, remedy])


def page(incident):
    return reverse("admin:generation_incident_change", args=[incident.pk])


@pytest.fixture
def incident(failed):
    look()
    return Incident.objects.get()


def test_page_says_why_whom_it_affects_and_what_to_do(incident, failed, rita, client_of):
    text = client_of(rita).get(page(incident)).content.decode()

    for words in ("The model declined to write this.", "Change the wording of the brief.",
                  "Affects 1 job of 1 user, 1 part in all.",
                  "I would rather not.", failed.title, "Ask with another brief",
                  "Retry the affected jobs", "not tried here yet"):
        assert words in text


def test_button_retries_the_affected_jobs_and_its_success_is_told(incident, failed, rita, client_of):
    client = client_of(rita)
    response = press(client, page(incident), take(incident, "retry"))

    assert "Retry started for 1 job." in client.get(response["Location"]).content.decode()
    assert work_off(failed).state == "completed"
    look()
    text = client.get(page(incident)).content.decode()
    assert "Worked" in text and "by rita" in text
    assert Incident.objects.get().resolution == "gone"


def test_next_one_reads_how_often_it_has_worked_here(incident, failed, rita, client_of):
    for outcome in [TreatmentOutcome.WORKED] * 7 + [TreatmentOutcome.FAILED] * 2 + [TreatmentOutcome.UNKNOWN]:
        Treatment.objects.create(
            incident=incident, remedy="retry", at=clock.now(), outcome=outcome, decided_at=clock.now())

    assert "worked in 7 of 9 cases here" in client_of(rita).get(page(incident)).content.decode()


def test_first_page_shows_open_failures_with_the_recommended_button(incident, failed, rita, nick, client_of):
    text = client_of(rita).get(reverse("admin:index")).content.decode()

    assert "The model declined to write this. (training program)" in text
    assert take(incident, "ask_again") in text
    assert "The model declined" not in client_of(nick).get(reverse("admin:index")).content.decode()


def test_page_of_a_failed_job_shows_the_same_box(incident, failed, rita, client_of):
    text = client_of(rita).get(reverse("admin:generation_job_change", args=[failed.pk])).content.decode()
    assert take(incident, "ask_again") in text
    assert page(incident) in text


def test_first_page_says_when_no_worker_runs(root, worker, client_of):
    client = client_of(root)
    assert "No worker is running." not in client.get(reverse("admin:index")).content.decode()

    worker.delete()
    assert "No worker is running." in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize(
    ("remedy", "leads_to"), [("ask_again", "?kind=training_program"), ("read_log", "code=surprise")])
def test_button_that_only_leads_somewhere_leads_there(remedy, leads_to, incident, rita, client_of):
    response = client_of(rita).post(take(incident, remedy))

    assert leads_to in response["Location"]
    assert client_of(rita).get(response["Location"]).status_code == 200
    assert not Treatment.objects.exists()


def test_route_that_is_paused_is_resumed_from_the_failure(ann, route, adam, rita, client_of):
    route_health.note_call(route.pk, CallCode.AUTH, "Incorrect API key.")
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    look()
    incident = Incident.objects.get()

    assert client_of(rita).post(take(incident, "resume")).status_code == 403
    assert take(incident, "resume") not in client_of(rita).get(page(incident)).content.decode()
    button = button_at(client_of(adam), page(incident), take(incident, "resume"))
    response = client_of(adam).post(take(incident, "resume"), button, follow=True)

    assert "Calls flow again." in response.content.decode()
    route.refresh_from_db()
    assert route.open_until is None
    assert client_of(adam).post(take(incident, "route"))["Location"] == reverse(
        "admin:generation_route_change", args=[route.pk])


def test_many_jobs_are_listed_and_confirmed_first(ann, route, rita, client_of):
    made = [submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 1}).job for _ in range(22)]
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, "no"))
    look()
    incident = Incident.objects.get()
    client = client_of(rita)

    asked = client.post(take(incident, "retry"))
    assert "Yes, all 22" in asked.content.decode()
    assert set(Job.objects.values_list("state", flat=True)) == {"failed"}
    done = client.post(take(incident, "retry"), question_in(asked), follow=True)

    assert "Retry started for 22 jobs." in done.content.decode()
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}
    assert Treatment.objects.count() == len(made)


def test_page_asks_as_much_for_many_jobs_as_for_few(incident, ann, root, client_of, django_assert_max_num_queries):
    client = client_of(root)
    for _ in range(5):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, "no"))
    look()
    assert Incident.objects.get().jobs == 6
    with django_assert_max_num_queries(24):
        client.get(page(incident))


def test_person_says_that_it_is_over(incident, rita, vera, client_of):
    address = reverse("admin:generation_incident_resolve", args=[incident.pk])
    assert client_of(vera).post(address).status_code in {403, 404}
    assert client_of(rita).get(address).status_code == 302
    assert Incident.objects.get().is_open

    client_of(rita).post(address)
    assert (Incident.objects.get().resolution, Incident.objects.get().resolved_by) == ("person", rita)


@pytest.mark.parametrize("remedy", ["retry", "cancel", "ask_again", "nonsense"])
def test_nothing_happens_by_get_without_permission_or_without_token(remedy, incident, failed, rita, vera, client_of):
    address = take(incident, remedy)
    expected = 404 if remedy == "nonsense" else 302
    assert client_of(rita).get(address).status_code == expected
    assert client_of(vera).post(address).status_code in {403, 404}
    assert Client().post(address).status_code == 302      # to the sign-in page
    strict = client_of(rita, enforce_csrf_checks=True)
    assert strict.post(address).status_code == 403
    failed.refresh_from_db()
    assert (failed.state, Treatment.objects.count()) == ("failed", 0)


def test_filters_narrow_the_list(incident, rita, client_of):
    client = client_of(rita)

    def listed(**query):
        return list(client.get(LIST, query).context["cl"].result_list)

    assert listed(state="open") == listed(cause="refused") == listed() == [incident]
    assert listed(state="over") == listed(cause="auth") == []


def test_open_ones_come_first(incident, rita, client_of):
    over = Incident.objects.create(
        key="x", cause="timeout", opened_at=clock.now(), last_seen_at=clock.now() + dt.timedelta(hours=1),
        resolved_at=clock.now(), resolution="gone")
    assert list(client_of(rita).get(LIST).context["cl"].result_list) == [incident, over]


def test_who_may_not_see_a_job_of_others_reads_nothing_of_it(incident, failed, nick, client_of):
    from django.contrib.auth.models import Permission

    nick.user_permissions.add(Permission.objects.get(codename="view_incident"))
    text = client_of(nick).get(page(incident)).content.decode()
    assert failed.title not in text
    assert Occurrence.objects.exists()
