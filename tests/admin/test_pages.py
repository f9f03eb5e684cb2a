"""Every page of every model opens for whom it is meant, and for nobody else."""

import itertools
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.groups import ADMINISTRATORS
from accounts.models import Pause, Usage
from generation.models import (
    Alert,
    Attempt,
    CacheEntry,
    Chunk,
    Delivery,
    Incident,
    Job,
    LogEntry,
    Pulse,
    Rehearsal,
    Review,
    UnitVersion,
)
from tests.admin.forms import words_of

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
READ_ONLY = (
    Alert, Attempt, CacheEntry, Chunk, Delivery, Incident, LogEntry, Pulse, Rehearsal, Review, UnitVersion, Usage,
)
RECORDS = (*READ_ONLY, Job)


def page(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def newest(model):
    row = model._default_manager.order_by("-pk").first()
    assert row is not None, "the fixture makes one of each"
    return row


def opened(client, *names, models=MODELS):
    """The status of each page of each model."""
    return {
        model._meta.label: [
            client.get(page(model, name, *([newest(model).pk] if name in {"change", "delete"} else []))).status_code
            for name in names
        ]
        for model in models
    }


def test_superuser_opens_list_and_row(rows, root, client_of):
    assert opened(client_of(root), "changelist", "change") == {model._meta.label: [200, 200] for model in MODELS}


def test_add_page_opens_where_rows_are_made_by_hand(rows, root, client_of):
    assert opened(client_of(root), "add") == {
        model._meta.label: [403 if model in (*READ_ONLY, Pause) else 200] for model in MODELS}


def test_reviewer_opens_what_reviewers_may_see(rows, rita, client_of):
    assert opened(client_of(rita), "changelist", "change") == {
        model._meta.label: [200 if model._meta.app_label == "generation" else 403] * 2 for model in MODELS}


def test_administrator_opens_everything_but_groups(rows, adam, client_of):
    others = [model for model in MODELS if model is not Group]
    client = client_of(adam)

    assert client.get(page(Group, "changelist")).status_code == 403
    assert opened(client, "changelist", "change", models=others) == {
        model._meta.label: [200, 200] for model in others}


def test_staff_without_permissions_opens_nothing(rows, nick, client_of):
    assert opened(client_of(nick), "changelist", "add", "change") == {
        model._meta.label: [403] * 3 for model in MODELS}


def test_others_are_sent_to_the_sign_in_page(rows, ann, client_of):
    for client, model in itertools.product((client_of(ann), Client()), MODELS):
        response = client.get(page(model, "changelist"))

        assert response.status_code == 302
        assert response["Location"].startswith(reverse("admin:login"))


def test_nobody_deletes_or_edits_a_record(rows, root, client_of):
    client = client_of(root)

    assert opened(client, "delete", models=RECORDS) == {model._meta.label: [403] for model in RECORDS}
    for model in RECORDS:
        row = newest(model)
        assert client.post(page(model, "change", row.pk), {}).status_code == 403, model
        assert client.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403, model


def test_record_says_why_it_is_read_only(rows, root, client_of):
    client = client_of(root)
    for model in RECORDS:
        text = client.get(page(model, "change", newest(model).pk)).content.decode()

        assert 'class="cw-why"' in text, model
        assert admin.site._registry[model].why.split(".")[0] in text


def test_sign_in_leads_to_the_first_page(root):
    client = Client()

    response = client.post(reverse("admin:login"), {"username": "root", "password": "correct-horse"})

    assert (response.status_code, response["Location"]) == (302, reverse("admin:index"))


def test_first_page_shows_the_cards_to_those_who_see_jobs(rows, rita, nick, client_of):
    seen = client_of(rita).get(reverse("admin:index")).content.decode()
    blank = client_of(nick).get(reverse("admin:index")).content.decode()

    for title in ("Active jobs", "Waiting jobs", "Failed today", "Cost today", "Workers alive"):
        assert title in seen
        assert title not in blank
    assert "Simulated provider" in seen


def test_links_of_the_cards_open(rows, root, client_of):
    client = client_of(root)
    cards = client.get(reverse("admin:index")).context["cards"]

    assert [client.get(card.url).status_code for card in cards] == [200] * 6


def test_sidebar_shows_only_what_may_be_opened(rows, rita, client_of):
    text = client_of(rita).get(reverse("admin:index")).content.decode()

    assert reverse("admin:generation_route_changelist") in text
    assert "API tokens" not in text


def test_every_link_of_the_sidebar_opens(rows, root, client_of):
    client = client_of(root)
    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]

    links = [item["link"] for group in groups for item in group["items"]]
    assert len(links) == 25
    assert {client.get(link).status_code for link in links} == {200}


def test_palette_finds_jobs_for_those_who_see_them(rows, rita, nick, client_of, done):
    address = f"{reverse('admin:search')}?extended=1&s={done.title[:12]}"

    assert done.title in client_of(rita).get(address).content.decode()
    assert done.title not in client_of(nick).get(address).content.decode()


def test_administrators_group_exists(adam):
    assert adam.groups.get().name == ADMINISTRATORS


@pytest.mark.parametrize(
    ("query", "status"),
    [("q=strength", 200), ("q=%00", 400), ("state__exact=%00", 400), ("state__in=queued,planning", 200), ("p=99", 200)])
def test_odd_queries_are_no_errors(query, status, rows, root, client_of):
    response = client_of(root).get(f"{page(Job, 'changelist')}?{query}", follow=True)

    assert response.status_code == status


@pytest.mark.parametrize("term", ["title", "user", "public_id"])
def test_search_finds_by_title_user_and_id(term, done, failed, root, bob, client_of):
    terms = {"title": done.title, "user": "ann", "public_id": str(done.public_id)}

    found = client_of(root).get(page(Job, "changelist"), {"q": terms[term]}).context["cl"].result_list

    assert done in list(found)
    assert (failed in list(found)) == (term == "user")


FILTERS = ["state__exact=completed", "kind__exact=training_program", "strategy__exact=parallel",
           "user__role__exact=student", "is_simulated__exact=0"]


@pytest.mark.parametrize("query", FILTERS)
def test_filters_narrow_the_list(query, done, root, client_of):
    client = client_of(root)
    field, _, value = query.partition("=")
    other = "1" if value == "0" else {"completed": "failed", "training_program": "course", "parallel": "single",
                                      "student": "admin"}[value]

    assert list(client.get(f"{page(Job, 'changelist')}?{query}").context["cl"].result_list) == [done]
    assert not client.get(f"{page(Job, 'changelist')}?{field}={other}").context["cl"].result_list


@pytest.mark.parametrize("model", [Attempt, Chunk, LogEntry], ids=lambda model: model._meta.label_lower)
def test_parts_of_one_job_say_whose_they_are(model, done, failed, root, client_of):
    response = client_of(root).get(f"{page(model, 'changelist')}?job__id__exact={done.pk}")

    assert {row.job_id for row in response.context["cl"].result_list} == {done.pk}
    assert "Only those of <a" in response.content.decode()


MACHINE_WORDS = re.compile(r"usd.micros|micro-?dollars|\b1970\b|\[\]|DatabaseDefault", re.IGNORECASE)


def test_no_page_speaks_as_the_database_does(rows, root, client_of):
    client, found = client_of(root), {}
    for model in MODELS:
        pages = [page(model, "changelist"), *([] if model in (*READ_ONLY, Pause) else [page(model, "add")])]
        for address in [*pages, *(page(model, "change", row.pk) for row in model._default_manager.order_by("-pk")[:3])]:
            words = MACHINE_WORDS.findall(words_of(client.get(address).content.decode()))
            if words:
                found[address] = sorted(set(words))

    assert found == {}
