"""Who may do what to jobs, units, routes and tokens; and that a page which is only opened changes nothing."""

import datetime as dt

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generation.admin import actions
from generation.admin.rendering import url_of
from generation.core.call_reports import CallReport
from generation.core.reasons import Reason
from generation.models import Chunk, Job, LogEntry, Route
from generation.services.jobs import control, submission
from generation.services.routing import route_health
from tests.admin.forms import button_at, confirm, mark_of, press, save
from tests.support import PROGRAM, chunk, work_off

PEOPLE = ("nick", "vera", "rita", "adam", "root")
WORKERS = {"rita", "adam", "root"}
BLIND = {"nick"}                        # they do not even see the row
JOBS = reverse("admin:generation_job_changelist")


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def person(request):
    return request.getfixturevalue(request.param)


for_everybody = pytest.mark.parametrize("person", PEOPLE, indirect=True)


def expected_status(person):
    return 302 if person.username in WORKERS else 404 if person.username in BLIND else 403


@for_everybody
def test_who_may_retry(person, failed, client_of):
    response = press(client_of(person), url_of(failed), reverse("admin:generation_job_retry", args=[failed.pk]))

    failed.refresh_from_db()
    assert response.status_code == expected_status(person)
    assert failed.state == ("queued" if person.username in WORKERS else "failed")


@for_everybody
def test_who_may_cancel(person, job, client_of):
    response = press(client_of(person), url_of(job), reverse("admin:generation_job_cancel", args=[job.pk]))

    job.refresh_from_db()
    assert response.status_code == expected_status(person)
    assert job.state == ("cancelled" if person.username in WORKERS else "queued")


@for_everybody
def test_who_may_regenerate(person, done, client_of):
    unit = chunk(done, 1)

    response = press(
        client_of(person), url_of(unit), reverse("admin:generation_chunk_regenerate", args=[unit.pk]),
        instruction="shorter")

    unit.refresh_from_db()
    assert response.status_code == expected_status(person)
    assert unit.state == ("pending" if person.username in WORKERS else "done")


@for_everybody
def test_who_may_ask(person, route, client_of):
    address = f"{reverse('admin:generation_job_add')}?kind=training_program"

    response = client_of(person).post(address, {
        "strategy": "parallel", "brief-goal": "strength", "brief-weeks": "3", "brief-days_per_week": "2",
    })

    assert response.status_code == (302 if person.username in WORKERS else 403)
    assert Job.objects.filter(user=person).count() == (person.username in WORKERS)


@for_everybody
@pytest.mark.parametrize(("name", "fixture", "before", "after"), [
    ("retry_selected", "failed", "failed", "queued"), ("cancel_selected", "job", "queued", "cancelled"),
])
def test_who_may_act_on_the_list(person, name, fixture, before, after, request, client_of):
    row = request.getfixturevalue(fixture)

    response = confirm(client_of(person), JOBS, {"action": name, "index": "0", ACTION_CHECKBOX_NAME: [row.pk]})

    row.refresh_from_db()
    assert row.state == (after if person.username in WORKERS else before)
    # Who may no action is shown the list again, as if nothing had been sent.
    assert response.status_code == {"nick": 403, "vera": 200}.get(person.username, 302)


@pytest.mark.parametrize("kept", ["retry_job", "cancel_job", "regenerate_unit"])
def test_one_permission_gives_one_action(kept, vera, failed, job, done, client_of):
    from django.contrib.auth.models import Permission

    vera.user_permissions.add(Permission.objects.get(codename=kept))
    client = client_of(vera)

    statuses = {
        "retry_job": client.post(reverse("admin:generation_job_retry", args=[failed.pk])).status_code,
        "cancel_job": client.post(reverse("admin:generation_job_cancel", args=[job.pk])).status_code,
        "regenerate_unit": client.post(
            reverse("admin:generation_chunk_regenerate", args=[chunk(done, 1).pk])).status_code,
    }

    assert statuses == {name: 302 if name == kept else 403 for name in statuses}


@pytest.mark.parametrize("may", ["vera", "rita"])
def test_buttons_stand_where_they_may_be_pressed(may, failed, job, done, request, client_of):
    client, offered = client_of(request.getfixturevalue(may)), may == "rita"

    def page(row):
        address = reverse(f"admin:generation_{row._meta.model_name}_change", args=[row.pk])
        return client.get(address).content.decode()

    assert ("/retry/" in page(failed)) == offered
    assert ("/cancel/" in page(failed)) is False
    assert ("/regenerate/" in page(chunk(done, 1))) == offered
    assert ("/regenerate/" in page(chunk(done, 0))) is False


def mutating(done, failed, job, token, route):
    return [
        reverse("admin:generation_job_retry", args=[failed.pk]),
        reverse("admin:generation_job_cancel", args=[job.pk]),
        reverse("admin:generation_chunk_regenerate", args=[chunk(done, 1).pk]),
        reverse("admin:generation_route_resume", args=[route.pk]),
        reverse("admin:accounts_apitoken_revoke", args=[token.pk]),
    ]


@pytest.fixture
def job_of_bob(bob, route):
    return submission.submit(user=bob, kind="training_program", brief=PROGRAM).job


def state_of_everything():
    return (
        list(Job.objects.order_by("pk").values_list("state", "revision")),
        list(Chunk.objects.order_by("pk").values_list("state", "fence")),
        list(Route.objects.order_by("pk").values_list("open_until")), LogEntry.objects.count(),
    )


def test_opening_an_address_changes_nothing(done, failed, job_of_bob, token, route, root, client_of):
    client, before = client_of(root), state_of_everything()

    for address in mutating(done, failed, job_of_bob, token, route):
        assert client.get(address).status_code == 302
    client.get(JOBS, {"action": "cancel_selected", ACTION_CHECKBOX_NAME: job_of_bob.pk, "confirmed": "yes"})

    token.refresh_from_db()
    assert state_of_everything() == before
    assert token.revoked_at is None


def test_nothing_is_done_without_a_csrf_token(done, failed, job_of_bob, token, route, root, client_of):
    client, before = client_of(root, enforce_csrf_checks=True), state_of_everything()
    asking = f"{reverse('admin:generation_job_add')}?kind=training_program"

    statuses = {
        client.post(address).status_code
        for address in [*mutating(done, failed, job_of_bob, token, route), JOBS, asking,
                        reverse("admin:accounts_apitoken_add"), reverse("admin:accounts_user_add")]
    }

    token.refresh_from_db()
    assert statuses == {403}
    assert state_of_everything() == before
    assert token.revoked_at is None


def test_strangers_are_sent_to_sign_in(done, failed, job_of_bob, token, route):
    before = state_of_everything()

    for address in mutating(done, failed, job_of_bob, token, route):
        assert Client().post(address)["Location"].startswith(reverse("admin:login"))

    assert state_of_everything() == before


# --- Sentences --------------------------------------------------------------------------------


def write_anew(client, unit, instruction):
    return press(
        client, url_of(unit), reverse("admin:generation_chunk_regenerate", args=[unit.pk]), instruction=instruction)


def test_refused_cancel_is_a_sentence(job, root, client_of):
    address = reverse("admin:generation_job_cancel", args=[job.pk])
    button = button_at(client_of(root), url_of(job), address)
    work_off(job)

    response = client_of(root).post(address, button)

    assert said(response) == [
        "The job is completed; there is nothing to cancel. Read what is done, or retry what is missing."]


def test_refused_retry_is_a_sentence(failed, rita, root, client_of):
    """What state the job is in is told rather than who brought it there."""
    address = reverse("admin:generation_job_retry", args=[failed.pk])
    button = button_at(client_of(root), url_of(failed), address)
    control.retry(failed, by=rita)
    work_off(failed)

    assert said(client_of(root).post(address, button)) == [
        "Everything in this job is done. To change a unit, have it written anew."]


@pytest.mark.parametrize(("instruction", "words"), [
    ("x" * 2_001, "is too long"), ("a\u202eb", "U+202E"), ("a\x00b", "U+0000"),
])
def test_refused_instruction_says_what_is_wrong(instruction, words, done, root, client_of):
    [sentence] = said(write_anew(client_of(root), chunk(done, 1), instruction))
    assert words in sentence
    assert chunk(done, 1).state == "done"


def test_pasted_instruction_is_kept_without_what_came_along_unseen(done, root, client_of):
    write_anew(client_of(root), chunk(done, 1), "\ufeffkürz\u00ader\u200b, שלום\u200f!")

    assert chunk(done, 1).instruction == "kürzer, שלום\u200f!"


def test_instruction_of_several_lines_is_accepted(done, root, client_of):
    write_anew(client_of(root), chunk(done, 1), "shorter\r\nand kinder")

    assert chunk(done, 1).instruction == "shorter\nand kinder"


def test_plan_is_not_written_anew(done, root, client_of):
    response = write_anew(client_of(root), chunk(done, 0), "shorter")

    assert said(response) == [actions.NO_MARK], "its page has no such form"
    assert chunk(done, 0).state == "done"


def test_who_acted_stands_in_the_log(failed, rita, client_of):
    press(client_of(rita), url_of(failed), reverse("admin:generation_job_retry", args=[failed.pk]))

    assert failed.log.get(code="restart").by == rita


# --- List actions -----------------------------------------------------------------------------


def test_list_action_asks_before_it_acts(failed, root, client_of):
    response = client_of(root).post(JOBS, {
        "action": "retry_selected", "index": "0", ACTION_CHECKBOX_NAME: [failed.pk]})

    failed.refresh_from_db()
    assert response.status_code == 200
    assert failed.title in response.content.decode()
    assert 'name="confirmed"' in response.content.decode()
    assert failed.state == "failed"


def test_list_action_sums_up_what_it_did_and_what_not(failed, done, root, client_of):
    response = confirm(client_of(root), JOBS, {
        "action": "retry_selected", "index": "0", ACTION_CHECKBOX_NAME: [failed.pk, done.pk]})

    assert said(response) == [
        "Retry started for 1 job.",
        f"Not possible for 1: {done.title}: Everything in this job is done.",
    ]


def test_list_action_takes_no_more_than_its_limit(failed, done, job_of_bob, root, client_of, monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 2)

    response = client_of(root).post(JOBS, {
        "action": "retry_selected", "index": "0", "confirmed": "yes", "select_across": "1",
        ACTION_CHECKBOX_NAME: [failed.pk]})

    failed.refresh_from_db()
    assert said(response) == ["At most 2 jobs at once. Select fewer."]
    assert failed.state == "failed"


# --- Routes -----------------------------------------------------------------------------------


REST_OF_ROUTE = {
    "context_tokens": "64000", "strength": "10", "schema_support": "2", "languages": "en, de",
    "trip_after": "5", "trip_percent": "50", "trip_calls": "20", "uses-TOTAL_FORMS": "1", "uses-INITIAL_FORMS": "0",
    "uses-0-kind": "course", "uses-0-stage": "plan", "uses-0-weight": "3",
}


@pytest.fixture
def paused(route):
    Route.objects.filter(pk=route.pk).update(
        open_until=timezone.now() + dt.timedelta(minutes=3), breaker_reason=Reason.AUTH.value,
        breaker_detail="401: the key is wrong", breaker_failures=1)
    route.refresh_from_db()
    return route


@pytest.mark.parametrize(("name", "status"), [("vera", 403), ("rita", 403), ("adam", 302), ("root", 302)])
def test_who_may_resume_a_route(name, status, paused, request, client_of):
    client = client_of(request.getfixturevalue(name))

    response = press(client, url_of(paused), reverse("admin:generation_route_resume", args=[paused.pk]))

    paused.refresh_from_db()
    assert response.status_code == status
    assert (paused.open_until is None) == (status == 302)


def test_paused_route_says_why_and_offers_to_resume(paused, rita, adam, client_of):
    address = reverse("admin:generation_route_change", args=[paused.pk])

    text = client_of(adam).get(address).content.decode()

    assert "The provider refused the key." in text
    assert "401: the key is wrong" in text
    assert "/resume/" in text
    assert "/resume/" not in client_of(rita).get(address).content.decode()


def test_resuming_what_flows_is_a_sentence(route, root, client_of):
    route_health.throttle(route, timezone.now() + dt.timedelta(minutes=5))
    address = reverse("admin:generation_route_resume", args=[route.pk])
    button = button_at(client_of(root), url_of(route), address)
    Route.objects.update(throttled_until=None)

    response = client_of(root).post(address, button)

    assert said(response) == ["The route was not paused; nothing to resume."]


def test_administrator_changes_a_route_but_not_its_breaker(paused, adam, client_of):
    address = reverse("admin:generation_route_change", args=[paused.pk])

    response = client_of(adam).post(address, {
        **mark_of(client_of(adam), address),
        "slug": paused.slug, "model": "gpt-5", "is_enabled": "on", "priority": "7", "input_usd_micros": "1",
        "cached_input_usd_micros": "1", "output_usd_micros": "1", "max_output_tokens": "4000",
        "max_in_flight": "9", "open_until": "", "breaker_failures": "0", "breaker_reason": "", **REST_OF_ROUTE,
    })

    paused.refresh_from_db()
    assert response.status_code == 302
    assert (paused.model, paused.max_in_flight) == ("gpt-5", 9)
    assert (paused.breaker_failures, paused.breaker_reason) == (1, "auth")
    assert paused.open_until is not None
    assert [(use.kind, use.stage, use.weight) for use in paused.uses.all()] == [("course", "plan", 3)]


def test_saving_a_route_does_not_write_over_what_workers_write_meanwhile(route, adam, client_of, monkeypatch):
    from generation.admin.routes import RouteAdmin
    real = RouteAdmin.save_model

    def late(self, request, obj, form, change):
        Route.objects.filter(pk=obj.pk).update(concurrency_limit=7, breaker_failures=3)
        real(self, request, obj, form, change)

    monkeypatch.setattr(RouteAdmin, "save_model", late)
    address = reverse("admin:generation_route_change", args=[route.pk])
    response = client_of(adam).post(address, {
        **mark_of(client_of(adam), address),
        "slug": route.slug, "model": "gpt-5", "is_enabled": "on", "priority": "7", "input_usd_micros": "1",
        "cached_input_usd_micros": "1", "output_usd_micros": "1", "max_output_tokens": "4000", "max_in_flight": "9",
        **REST_OF_ROUTE,
    })
    route.refresh_from_db()
    assert response.status_code == 302
    assert (route.model, route.concurrency_limit, route.breaker_failures) == ("gpt-5", 7, 3)


@pytest.mark.parametrize(("name", "status"), [("vera", 403), ("rita", 403), ("adam", 302)])
def test_who_may_pause_a_route_and_why_is_said(name, status, route, request, client_of):
    client = client_of(request.getfixturevalue(name))
    address = reverse("admin:generation_route_hold", args=[route.pk])
    response = press(client, url_of(route), address, because="they bill twice")
    route.refresh_from_db()
    assert response.status_code == status
    assert route.is_held == (status == 302)
    if route.is_held:
        page = client.get(reverse("admin:generation_route_change", args=[route.pk])).content.decode()
        assert "A person did it: they bill twice" in page
        assert "paused by a person" in client.get(reverse("admin:generation_route_changelist")).content.decode()


def test_route_shows_its_limit_its_history_and_lets_it_be_found_anew(route, adam, client_of):
    route_health.report(route.pk, CallReport(answered=20, refused=10, peak=30, kept=20))
    address = reverse("admin:generation_route_change", args=[route.pk])
    page = client_of(adam).get(address).content.decode()
    assert "Now 19 of 2000. It moved last because: 10 calls refused beside 20 that were kept." in page
    assert page.count("<canvas") == 2
    assert "20 answered, 0 failed" in client_of(adam).get(reverse("admin:generation_route_changelist")).content.decode()
    press(client_of(adam), address, reverse("admin:generation_route_forget", args=[route.pk]))
    route.refresh_from_db()
    assert (route.concurrency_limit, route.carries) == (None, 2_000)


def test_new_route_page_opens_and_saves(root, client_of):
    response = client_of(root).post(reverse("admin:generation_route_add"), {
        "slug": "local", "model": "llama", "is_enabled": "on", "priority": "7", "input_usd_micros": "0",
        "cached_input_usd_micros": "0", "output_usd_micros": "0", "max_output_tokens": "4000",
        "max_in_flight": "2", **REST_OF_ROUTE,
    })

    assert response.status_code == 302
    assert Route.objects.filter(slug="local").exists()


def test_work_goes_on_after_a_retry_from_the_admin(failed, root, client_of):
    press(client_of(root), url_of(failed), reverse("admin:generation_job_retry", args=[failed.pk]))

    assert work_off(failed).state == "completed"


@pytest.mark.parametrize("values", [{}, {"learned": {"refused": ["store"]}, "dialect": "vllm", "silence_s": 30}])
def test_routes_that_stand_in_for_each_other_are_saved_as_they_are(route, adam, client_of, values):
    """As those of a new installation do."""
    other = Route.objects.create(
        slug="other", model="o", fallback=route, input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    Route.objects.filter(pk=route.pk).update(fallback=other, **values)
    before = Route.objects.values().get(pk=route.pk)
    address = reverse("admin:generation_route_change", args=[route.pk])
    response = save(client_of(adam), address)
    assert response.status_code == 302, response.context["errors"]
    assert Route.objects.values().get(pk=route.pk) == before


def test_what_was_learned_of_another_server_is_forgotten_with_its_address(route, root, client_of):
    Route.objects.filter(pk=route.pk).update(learned={"refused": ["store"]})
    address = reverse("admin:generation_route_change", args=[route.pk])
    page = client_of(root).get(address)
    assert "without store" in page.content.decode()
    save(client_of(root), address, base_url="https://models.example/v1")
    route.refresh_from_db()
    assert (route.base_url, route.learned) == ("https://models.example/v1", {})


def test_person_has_a_route_ask_with_everything_again(route, adam, client_of):
    Route.objects.filter(pk=route.pk).update(learned={"refused": ["store"]})
    client = client_of(adam)
    assert "Ask with everything again" in client.get(
        reverse("admin:generation_route_change", args=[route.pk])).content.decode()
    press(client, url_of(route), reverse("admin:generation_route_unlearn", args=[route.pk]))
    route.refresh_from_db()
    assert route.learned == {}
