"""Two administrators at one form, and one who presses "Save" twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import Group
from django.contrib.messages import get_messages
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiToken, Limit, LimitOverride, Override, Pause, Policy, User, create_token
from generation.admin.editing import EditableAdmin
from generation.admin.records import RecordAdmin
from generation.admin.rendering import url_of
from generation.models import AlertRule, Channel, Job, Rehearsal, Route, SentForm, WebhookEndpoint, clock
from generation.services import sent_forms
from generation.services.outbox import channels, webhooks
from generation.services.routing import route_health
from generation.testbed.page_forms import Forms, gathered
from tests.admin.forms import errors_of, form_at, main_form, names, save, with_changes
from tests.model_servers import llama_cpp, serving
from tests.support import limited
from tests.threads import at_once

HOOK = "https://hooks.example.com/t/SECRET-PATH"


def _policy(ann: User) -> Model:
    return _limited(usd_micros=1_000_000, jobs=3)


def _limited(**limits: int) -> Policy:
    """The only policy: what the migrations made is not there in every database of a test."""
    Policy.objects.all().delete()
    return limited(**limits)


def _rule(ann: User) -> Model:
    return AlertRule.objects.create(name="Late", condition="sweeper_late", threshold=60, remind_after_s=14_400)


def _channel(ann: User) -> Model:
    channels.save(Channel(name="ops", kind="slack", url=HOOK), by=ann)
    return Channel.objects.get()


def _endpoint(ann: User) -> Model:
    return webhooks.create(user=ann, url=HOOK, events=["job.failed"], description="old").endpoint


def _route(ann: User) -> Model:
    return Route.objects.create(
        slug="mini", model="m", input_usd_micros=400_000, cached_input_usd_micros=100_000, output_usd_micros=1_600_000)


# What is made, what the first types and what the second, and how the second reads of it.
FORMS: dict[str, tuple[Callable[[User], Model], dict[str, Any], dict[str, Any], str]] = {
    "policy": (_policy, {"weight": 5}, {"weight": 7}, "weight: “1” when you opened the page, “5” now"),
    "limit": (
        _policy, names(limits__0__limit="2.50"), {"weight": 7},
        "$1.00 a day: limit: “1.00” when you opened the page, “2.50” now"),
    "override": (
        lambda ann: Override.objects.create(user=ann, reason="exams"), {"reason": "trip"}, {"reason": "flu"},
        "“exams” when you opened the page, “trip” now"),
    "pause": (
        lambda ann: Pause.objects.get_or_create(id=1)[0], {"is_on": "on", "reason": "Exams."}, {"reason": "Later."},
        "paused: no when you opened the page, yes now"),
    "rule": (
        _rule, {"remind_after_s": "1 d"}, {"threshold": 90},
        "remind after: “4 h” when you opened the page, “1 d” now"),
    "channel": (_channel, {"name": "ops 2"}, {"name": "ops 3"}, "“ops” when you opened the page, “ops 2” now"),
    "endpoint": (
        _endpoint, {"events": ["job.failed", "job.partial"]}, {"description": "new"},
        "“it failed” when you opened the page, “it failed”, “parts of it are missing” now"),
    "route": (
        _route, {"input_usd_micros": "0.55"}, {"priority": 3},
        "input price: “0.40” when you opened the page, “0.55” now"),
    "user": (
        lambda ann: ann, {"role": "teacher"}, {"email": "ann@example.com"},
        "role: “student” when you opened the page, “teacher” now"),
    "group": (
        lambda ann: Group.objects.create(name="Helpers"), {"name": "Aides"}, {"name": "Hands"},
        "“helpers” when you opened the page, “aides” now"),
    "token": (
        lambda ann: create_token(ann, "laptop")[0], {"name": "desk"}, {"name": "bag"},
        "“laptop” when you opened the page, “desk” now"),
}


@pytest.fixture
def both(adam: User, root: User, client_of: Callable[..., Client]) -> tuple[Client, Client]:
    """Two who may change everything; the first is called adam."""
    adam.is_superuser = True
    adam.save()
    return client_of(adam), client_of(root)


@pytest.mark.parametrize("what", FORMS)
def test_second_of_two_reads_what_the_first_changed(what: str, ann: User, both: tuple[Client, Client]) -> None:
    make, first_types, second_types, told = FORMS[what]
    row, (first, second) = make(ann), both
    forms = [form_at(client, url_of(row)) for client in both]

    assert errors_of(first.post(url_of(row), with_changes(forms[0], first_types))) == []
    saved = type(row).objects.values().get(pk=row.pk)
    answer = second.post(url_of(row), with_changes(forms[1], second_types))

    said = " ".join(errors_of(answer))
    assert told in said.lower(), said
    assert "by adam at" in said
    assert type(row).objects.values().get(pk=row.pk) == saved
    again = main_form(answer.content.decode())
    for name, value in second_types.items():
        assert again[name] == ([str(value)] if not isinstance(value, list) else value), "what was typed is kept"
    assert errors_of(second.post(url_of(row), again)) == []
    assert type(row).objects.values().get(pk=row.pk) != saved or what == "limit"


def test_every_page_with_a_form_is_guarded_and_no_list_is_a_form() -> None:
    for model, its in admin.site._registry.items():
        assert not its.list_editable, model
        assert isinstance(its, EditableAdmin | RecordAdmin), model


def test_what_the_engine_moves_makes_no_form_stale(ann: User, both: tuple[Client, Client]) -> None:
    client = both[1]
    rows = [_route(ann), _channel(ann), _endpoint(ann), ann]
    forms = [form_at(client, url_of(row)) for row in rows]
    route_health.hold(rows[0], by=ann, because="being mended")
    Route.objects.update(concurrency_limit=3, learned={"left_out": ["seed"]}, outcomes=[[1, 2, 3]])
    Channel.objects.update(failures=3, last_at=timezone.now(), last_result="503")
    WebhookEndpoint.objects.update(failures=3, paused_until=timezone.now())
    User.objects.update(last_login=timezone.now())

    assert [errors_of(client.post(url_of(row), form)) for row, form in zip(rows, forms, strict=True)] == [[]] * 4
    assert Channel.objects.get().failures == 3, "who changed nothing has mended nothing"


def test_address_that_is_a_key_was_changed_and_is_not_told(ann: User, both: tuple[Client, Client]) -> None:
    row, (first, second) = _channel(ann), both
    form = form_at(second, url_of(row))
    save(first, url_of(row), address="https://other.example.com/NEW-SECRET")

    answer = second.post(url_of(row), with_changes(form, {"name": "mine"}))

    assert "Address: it is another one now." in errors_of(answer)
    for secret in ("SECRET-PATH", "NEW-SECRET"):
        assert secret not in answer.content.decode()


def test_rows_of_a_table_that_came_and_went_are_told_and_stand_in_the_form(
    ann: User, both: tuple[Client, Client]
) -> None:
    policy, (first, second) = _limited(requests=9, units=20), both
    form = form_at(second, url_of(policy))
    requests, units = Limit.objects.order_by("metric")
    new = names(limits__TOTAL_FORMS=3, limits__2__metric="usd_micros", limits__2__window="month",
                limits__2__limit="10", limits__2__burst="0")
    save(first, url_of(policy), **names(limits__0__DELETE="on"), **new)

    answer = second.post(url_of(policy), with_changes(form, names(limits__1__limit="25")))

    said = errors_of(answer)
    assert "9 requests a day: it was taken out." in said
    assert "$10.00 a month: it was added." in said
    again = main_form(answer.content.decode())
    assert (again["limits-INITIAL_FORMS"], again["limits-TOTAL_FORMS"]) == (["2"], ["2"])
    assert errors_of(second.post(url_of(policy), again)) == []
    assert {(limit.metric, limit.limit) for limit in policy.limits.all()} == {
        ("units", 25), ("usd_micros", 10_000_000)}
    assert not Limit.objects.filter(pk=requests.pk).exists()
    assert Limit.objects.filter(pk=units.pk).exists()


def test_row_that_was_taken_out_while_somebody_typed_in_it_comes_back(
    ann: User, both: tuple[Client, Client]
) -> None:
    override, (first, second) = Override.objects.create(user=ann, reason="exams"), both
    LimitOverride.objects.create(override=override, metric="units", window="day", limit=20)
    form = form_at(second, url_of(override))
    save(first, url_of(override), **names(limits__0__DELETE="on"))

    answer = second.post(url_of(override), with_changes(form, names(limits__0__limit="30")))

    assert errors_of(answer)
    assert errors_of(second.post(url_of(override), main_form(answer.content.decode()))) == []
    assert LimitOverride.objects.get().limit == 30


@pytest.mark.parametrize("mark", [None, "", "garbage", "of another page"])
def test_form_that_does_not_say_what_it_was_made_from_is_refused(
    mark: str | None, ann: User, bob: User, both: tuple[Client, Client]
) -> None:
    client, before = both[1], ann.email
    form = with_changes(form_at(client, url_of(ann)), {"email": "new@example.com"})
    if mark == "of another page":
        mark = form_at(client, url_of(bob))["page_mark"][0]

    answer = client.post(url_of(ann), with_changes(form, {"page_mark": mark}))

    assert "did not say what it was made from" in " ".join(errors_of(answer))
    assert User.objects.get(pk=ann.pk).email == before
    assert errors_of(client.post(url_of(ann), main_form(answer.content.decode()))) == []


def test_what_was_changed_meanwhile_is_not_deleted_unseen(ann: User, both: tuple[Client, Client]) -> None:
    override, (first, second) = Override.objects.create(user=ann, reason="exams"), both
    address = reverse("admin:accounts_override_delete", args=[override.pk])
    form = _deletion(second, address)
    save(first, url_of(override), reason="trip")

    answer = second.post(address, form, follow=True)

    assert "“trip” now" in " ".join(str(message) for message in answer.context["messages"])
    assert Override.objects.exists()
    second.post(address, _deletion(second, address))
    assert not Override.objects.exists()


@pytest.mark.parametrize("what", [what for what in FORMS if what not in {"user", "token", "pause"}])
def test_what_was_changed_meanwhile_is_not_deleted_unseen_from_a_list(
    what: str, ann: User, both: tuple[Client, Client]
) -> None:
    make, first_types, _second_types, told = FORMS[what]
    row, (first, second) = make(ann), both
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
    chosen = {"action": "delete_selected", "index": "0", ACTION_CHECKBOX_NAME: [row.pk]}
    asked = _question(second.post(address, chosen))
    save(first, url_of(row), **first_types)

    answer = second.post(address, asked, follow=True)

    said = " ".join(str(message) for message in answer.context["messages"]).lower()
    assert told in said and "by adam at" in said and "nothing was deleted" in said
    assert type(row).objects.filter(pk=row.pk).exists()
    answer = second.post(address, {**asked, "page_mark": ""}, follow=True)
    assert "did not say what it was made from" in " ".join(map(str, answer.context["messages"]))
    second.post(address, _question(second.post(address, chosen)))
    assert not type(row).objects.filter(pk=row.pk).exists()


def _question(response: HttpResponse) -> dict[str, list[str]]:
    """What "Yes, delete them" sends."""
    shown = Forms(response.content.decode()).forms
    return next(gathered(entries) for _given, entries in shown if ("action", "delete_selected") in entries)


def _deletion(client: Client, address: str) -> dict[str, str]:
    return {"post": "yes", "page_mark": client.get(address).context["page_mark"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["policy", "route", "override", "rule", "user"])
def test_of_two_at_the_same_instant_one_wins_and_the_other_reads_what_changed(
    what: str, ann: User, both: tuple[Client, Client]
) -> None:
    make, first_types, second_types, _told = FORMS[what]
    row = make(ann)
    sent = [
        (client, with_changes(form_at(client, url_of(row)), types))
        for client, types in zip(both, (first_types, second_types), strict=True)
    ]

    answers = at_once(*(lambda client=client, form=form: client.post(url_of(row), form) for client, form in sent))

    assert sorted(answer.status_code for answer in answers) == [200, 302], answers
    [lost] = [answer for answer in answers if answer.status_code == 200]
    assert "when you opened the page" in " ".join(errors_of(lost))


# --- Twice ------------------------------------------------------------------------------------------


ADDED: dict[str, tuple[type[Model], Callable[[User], dict[str, Any]]]] = {
    "accounts_apitoken": (ApiToken, lambda ann: {"user": ann.pk, "name": "laptop"}),
    "accounts_override": (Override, lambda ann: {
        "user": ann.pk, "reason": "exams", **names(limits__TOTAL_FORMS=1, limits__0__metric="usd_micros",
        limits__0__window="day", limits__0__limit="1.00", limits__0__burst="0")}),
    "generation_webhookendpoint": (WebhookEndpoint, lambda ann: {"user": ann.pk, "url": HOOK}),
    "generation_channel": (Channel, lambda ann: {
        "name": "ops", "kind": "webhook", "address": HOOK, "is_enabled": "on"}),
    "generation_alertrule": (AlertRule, lambda ann: {"name": "Late", "condition": "sweeper_late", "threshold": "60"}),
    "generation_route": (Route, lambda ann: {
        "slug": "new", "model": "m", "input_usd_micros": "0.40", "cached_input_usd_micros": "0.10",
        "output_usd_micros": "1.60"}),
    "accounts_user": (User, lambda ann: {
        "username": "eve", "role": "student", "password1": "correct-horse-battery",
        "password2": "correct-horse-battery"}),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ADDED)
def test_save_pressed_five_times_at_once_makes_one(what: str, ann: User, adam: User, client_of: Any) -> None:
    model, typed = ADDED[what]
    address, clients = reverse(f"admin:{what}_add"), [client_of(adam) for _ in range(5)]
    before = model.objects.count()
    form = with_changes(form_at(clients[0], address), typed(ann))

    answers = at_once(*(lambda client=client: client.post(address, form) for client in clients))

    assert model.objects.count() == before + 1, [errors_of(answer) for answer in answers]
    made = model.objects.latest("pk")
    told = [" ".join(map(str, get_messages(answer.wsgi_request))) for answer in answers]
    again = [answer for answer, sentence in zip(answers, told, strict=True) if "sent before" in sentence]
    assert len(again) == 4, [(answer.status_code, *errors_of(answer)) for answer in answers]
    [first] = [answer for answer in answers if answer not in again]
    has_secret = first.status_code == 200
    assert {answer["Location"] for answer in again} == {url_of(made) if has_secret else first["Location"]}
    assert sum("shown once" in sentence for sentence in told) == 4 * has_secret


def test_who_goes_back_and_types_something_else_makes_another(ann: User, adam: User, client_of: Any) -> None:
    client, address = client_of(adam), reverse("admin:accounts_apitoken_add")
    form = with_changes(form_at(client, address), {"user": ann.pk, "name": "laptop"})
    client.post(address, form)
    client.post(address, with_changes(form, {"name": "desk"}))

    assert set(ApiToken.objects.values_list("name", flat=True)) == {"laptop", "desk"}


def test_form_that_was_refused_can_be_sent_again(ann: User, adam: User, client_of: Any) -> None:
    client, address = client_of(adam), reverse("admin:accounts_apitoken_add")
    form = with_changes(form_at(client, address), {"user": ann.pk, "name": ""})

    for _ in range(2):
        assert "required" in " ".join(errors_of(client.post(address, form)))
    assert not SentForm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_change_pressed_five_times_at_once_is_made_once_and_nobody_is_called_late(
    ann: User, adam: User, client_of: Any
) -> None:
    policy = _limited(requests=9)
    clients = [client_of(adam) for _ in range(5)]
    form = with_changes(form_at(clients[0], url_of(policy)), names(
        limits__TOTAL_FORMS=2, limits__1__metric="units", limits__1__window="day", limits__1__limit="20",
        limits__1__burst="0"))

    answers = at_once(*(lambda client=client: client.post(url_of(policy), form) for client in clients))

    assert {answer.status_code for answer in answers} == {302}
    assert policy.limits.count() == 2


@pytest.mark.django_db(transaction=True)
def test_document_asked_for_five_times_at_once_is_one_job(route: Route, adam: User, client_of: Any) -> None:
    address = f"{reverse('admin:generation_job_add')}?kind=course&example=1"
    clients = [client_of(adam) for _ in range(5)]
    page = clients[0].get(address)
    form = {name: value for name, value in page.context["form"].initial.items() if value not in (None, [], "")}
    form |= {"strategy": "parallel"}

    answers = at_once(*(lambda client=client: client.post(address, form) for client in clients))

    [job] = Job.objects.all()
    assert [answer["Location"] for answer in answers] == [url_of(job)] * 5


@pytest.mark.django_db(transaction=True)
def test_rehearsal_started_five_times_at_once_is_one_and_all_see_it(
    adam: User, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    launched: list[Rehearsal] = []
    monkeypatch.setattr("generation.admin.rehearsals.launch", launched.append)
    form = {"scenario": "provider_down", "users": "2", "jobs": "4"}
    clients = [client_of(adam) for _ in range(5)]

    answers = at_once(*(
        lambda client=client: client.post(reverse("admin:generation_rehearsal_start"), form) for client in clients))

    [row] = Rehearsal.objects.all()
    assert launched == [row]
    assert [answer["Location"] for answer in answers] == [url_of(row)] * 5


@pytest.mark.django_db(transaction=True)
def test_local_model_added_five_times_at_once_is_one_route(root: User, client_of: Any) -> None:
    before = Route.objects.count()
    clients = [client_of(root) for _ in range(5)]
    with serving(llama_cpp(), name="llama.cpp") as server:
        form = {"address": server.root, "key_name": "", "model": "", "is_default": "on"}
        answers = at_once(*(
            lambda client=client: client.post(reverse("admin:generation_route_local"), form) for client in clients))

    assert Route.objects.count() == before + 1
    assert [answer["Location"] for answer in answers] == [url_of(Route.objects.latest("pk"))] * 5


def test_forms_that_were_sent_are_forgotten_after_a_day(ann: User, adam: User, client_of: Any) -> None:
    client = client_of(adam)
    save(client, reverse("admin:accounts_apitoken_add"), user=ann.pk, name="laptop")
    assert SentForm.objects.count() == 1

    assert sent_forms.prune(clock.now()) == 0
    assert sent_forms.prune(clock.now() + sent_forms.KEEP) == 1
