"""Where a page used to lead nowhere, or said what is not so."""

import html
import logging
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import Limit, Usage
from generation.admin.records import Page
from generation.core.remedies import MEANS, Remedy
from generation.models import Incident, Job, Route
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from tests.admin.forms import press
from tests.support import PROGRAM, chunk, work_off

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


def address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def text(client, where, **options):
    return html.unescape(client.get(where, **options).content.decode())


# --- Forms and selections ----------------------------------------------------------------------


def test_no_add_form_shows_what_only_python_understands(rows, root, client_of):
    client = client_of(root)
    for model in MODELS:
        if client.get(address(model, "add")).status_code == 200:
            seen = text(client, address(model, "add"))
            assert re.findall(r"\w+ object(?: at 0x|\b.{0,3}<)|DatabaseDefault|&lt;\w+[.:]", seen) == [], model


@pytest.mark.parametrize("selected", ["abc", "", "1.5", "9" * 30, "9" * 5_000, "-1", "\0", "1,2", "nan", "²"])
def test_odd_selection_selects_nothing(selected, rows, root, client_of):
    client, states = client_of(root), dict(Job.objects.values_list("pk", "state"))
    for model in MODELS:
        assert isinstance(admin.site._registry[model], Page)
        for action in ("delete_selected", "retry_selected", "purge_selected"):
            response = client.post(address(model, "changelist"), {
                "action": action, ACTION_CHECKBOX_NAME: selected, "confirmed": "yes", "index": "0"})
            assert response.status_code in {200, 302}, (model, action)
    assert dict(Job.objects.values_list("pk", "state")) == states


# --- Names -------------------------------------------------------------------------------------


def test_sidebar_title_and_path_call_a_list_by_one_name(rows, root, client_of):
    client = client_of(root)
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]
    for item in [item for group in groups for item in group["items"]][1:-1]:
        seen = text(client, item["link"])
        path = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", seen.split("header-inner", 1)[1][:6_000]))
        title = seen.split("<title>", 1)[1].split(" |", 1)[0].split("]")[-1].strip()
        assert title == item["title"]
        assert f" {item['title']} " in path, item["title"]


def test_limit_in_words_has_its_article():
    assert str(Limit(limit=20, metric="requests", window="hour")) == "20 requests an hour"
    assert str(Limit(limit=3, metric="units", window="day")) == "3 units a day"


@pytest.mark.parametrize(("more", "words"), [(0, "1 row"), (1, "2 rows")])
def test_what_has_no_plural_is_counted_in_rows(more, words, rows, bob, root, client_of):
    for number in range(more):
        Usage.objects.create(user=bob, metric="units", window="day", period_start=timezone.now(), limit=number + 3)

    assert re.search(rf"\b{words}\b", text(client_of(root), address(Usage, "changelist")))


@pytest.mark.parametrize(("query", "words"), [("?q=nobody-has-this", "No jobs match what you look for."),
                                              ("", "There are no jobs yet.")])
def test_empty_list_says_why_it_is_empty(query, words, route, root, client_of):
    seen = text(client_of(root), f"{address(Job, 'changelist')}{query}")

    assert words in seen
    assert "yielded" not in seen


def test_history_of_what_the_engine_wrote_claims_nothing_about_the_admin(route, root, client_of):
    seen = text(client_of(root), address(Route, "history", route.pk))

    assert "Nobody has changed it in the admin." in seen
    assert "probably" not in seen


# --- What is not for everybody -----------------------------------------------------------------


def test_refusal_is_a_page_that_says_whom_to_ask_and_no_error_in_the_log(rows, rita, adam, client_of, caplog):
    with caplog.at_level(logging.DEBUG):
        response = client_of(rita).get(address(Usage, "changelist"))

    assert response.status_code == 403
    assert "Ask an administrator: adam" in response.content.decode()
    assert 'id="nav-sidebar' in response.content.decode()
    assert [record for record in caplog.records if record.exc_info or record.levelno >= logging.ERROR] == []


def test_superuser_is_told_that_nobody_changes_a_record(done, root, client_of):
    response = client_of(root).get(address(Job, "delete", done.pk))

    assert response.status_code == 403
    assert "Nobody changes this by hand" in response.content.decode()


def test_browsers_find_the_icon_that_they_ask_for(client):
    response = client.get("/favicon.ico", follow=False)

    assert (response.status_code, response["Location"]) == (302, "/static/generation/admin.svg")


def test_reviewer_is_told_whom_to_ask_for_what_only_administrators_do(ann, route, rita, adam, client_of):
    incident = Incident.objects.create(cause="timeout", route=route, key="t", **_seen())

    seen = text(client_of(rita), address(Incident, "change", incident.pk))

    assert reverse("admin:generation_incident_take", args=[incident.pk, Remedy.ROUTE.value]) not in seen
    assert f"“{MEANS[Remedy.ROUTE].label}”. Ask an administrator: adam." in seen
    assert reverse("admin:generation_incident_take", args=[incident.pk, Remedy.ROUTE.value]) in text(
        client_of(adam), address(Incident, "change", incident.pk))


def _seen():
    return {"opened_at": timezone.now(), "last_seen_at": timezone.now()}


# --- Asking with another brief -----------------------------------------------------------------


def test_another_brief_begins_with_that_of_the_job(partial, rita, client_of):
    sweeper.keep_up("incidents")
    incident, client = Incident.objects.get(), client_of(rita)
    button = reverse("admin:generation_incident_take", args=[incident.pk, Remedy.ASK_AGAIN.value])
    assert f"?kind=training_program&from={partial.public_id}" in text(client, address(Job, "change", partial.pk))

    led = client.post(button)["Location"]
    form = client.get(led).context["form"]

    assert parse_qs(urlsplit(led).query) == {"kind": ["training_program"], "from": [str(partial.public_id)]}
    assert {name: form.get_initial_for_field(form.fields[f"brief-{name}"], f"brief-{name}") for name in PROGRAM} == {
        name: partial.brief[name] for name in PROGRAM}
    assert "which ann asked for. The new document is yours" in text(client, led)


def test_form_that_was_filled_in_is_accepted_as_it_is(partial, rita, client_of):
    client = client_of(rita)
    where = f"{address(Job, 'add')}?kind=training_program&from={partial.public_id}"
    form = client.get(where).context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "", False)}

    response = client.post(where, sent)

    made = Job.objects.get(user=rita)
    assert (response.status_code, made.brief) == (302, partial.brief)


def test_own_brief_is_nobody_elses(failed, rita, client_of):
    own = submission.submit(user=rita, kind="training_program", brief=PROGRAM).job

    assert "Filled in with the brief of" in text(client_of(rita), f"{address(Job, 'add')}?from={own.public_id}")
    assert "asked for. The new document" not in text(client_of(rita), f"{address(Job, 'add')}?from={own.public_id}")


@pytest.mark.parametrize("wanted", ["abc", "", "\u00b2", "00000000-0000-0000-0000-000000000000"])
def test_brief_of_no_job_fills_nothing(wanted, route, rita, client_of):
    response = client_of(rita).get(address(Job, "add"), {"kind": "training_program", "from": wanted})

    assert response.status_code == 200
    assert "Filled in with" not in response.content.decode()


def test_brief_that_one_may_not_see_is_not_filled_in(partial, nick, client_of):
    nick.user_permissions.add(Permission.objects.get(codename="add_job"))

    seen = text(client_of(nick), f"{address(Job, 'add')}?kind=training_program&from={partial.public_id}")

    assert "Filled in with" not in seen
    assert str(partial) not in seen


def test_erased_brief_is_not_filled_in(partial, rita, client_of):
    Job.objects.filter(pk=partial.pk).update(erased_at=timezone.now())

    assert "Filled in with" not in text(client_of(rita), f"{address(Job, 'add')}?from={partial.public_id}")


# --- A part that failed ------------------------------------------------------------------------


def test_failed_part_shows_what_was_refused_and_is_retried_on_its_page(partial, rita, client_of):
    week, client = chunk(partial, 2), client_of(rita)
    seen = text(client, address(type(week), "change", week.pk))

    assert "of no week" in seen.split("rejected-heading", 1)[1]
    assert "findings-heading" in seen
    address_of_retry = reverse("admin:generation_chunk_retry", args=[week.pk])
    response = press(client, address(type(week), "change", week.pk), address_of_retry)
    week.refresh_from_db()
    assert (response["Location"], week.state) == (address(type(week), "change", week.pk), "pending")
    assert reverse("admin:generation_chunk_retry", args=[week.pk]) not in text(client, response["Location"])


def test_who_may_not_retry_has_no_button_for_it(partial, vera, client_of):
    week, client = chunk(partial, 2), client_of(vera)
    button = reverse("admin:generation_chunk_retry", args=[week.pk])

    assert button not in text(client, address(type(week), "change", week.pk))
    assert client.post(button).status_code == 403


def test_part_that_is_done_shows_no_rejected_text(done, root, client_of):
    week = chunk(done, 1)

    assert "rejected-heading" not in text(client_of(root), address(type(week), "change", week.pk))


def test_each_wish_stands_beside_the_version_that_it_made(done, rita, client_of):
    control.regenerate(done, 2, instruction="heavier still", by=rita)
    work_off(done)
    week = chunk(done, 2)

    seen = text(client_of(rita), address(type(week), "change", week.pk))
    newer, older = re.findall(r"<summary>(.*?)</summary>", seen)

    assert "Version 2, written anew for rita: <q>more variety</q>" in newer
    assert "Version 1, the first" in older and "<q>" not in older
    assert "who wanted: <q>heavier still</q>" in seen.split("text-heading", 1)[1]


def test_page_of_a_part_carries_what_its_script_needs(job, root, client_of):
    client, plan = client_of(root), chunk(job, 0)
    seen = text(client, address(type(plan), "change", plan.pk))
    moving = text(client, reverse("admin:generation_chunk_parts", args=[plan.pk]))

    def parts(page):
        return re.findall(r'data-part="(\w+)" data-version="([^"]*)"', page)

    assert f'data-events="/api/v1/jobs/{job.public_id}/events"' in seen and 'data-ended="no"' in seen
    assert parts(seen) == parts(moving) != []
    assert "<html" not in moving


