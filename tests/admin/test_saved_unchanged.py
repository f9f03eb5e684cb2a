"""Every form of the admin saves what the product itself has made: opened and saved, it changes nothing."""

import datetime as dt
import importlib
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry as SavedByHand
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.test import Client

from accounts.models import Limit, LimitOverride, Override, Pause, Policy, create_token, revoke_token
from generation.admin.rendering import url_of
from generation.core.outcomes import CallCode, Failure
from generation.kinds import all_kinds
from generation.models import AlertRule, Channel, Job, Route, RouteUse, SentForm
from generation.models import LogEntry as Line
from generation.services import rehearsals
from generation.services.alerts import evaluation
from generation.services.jobs import submission
from generation.services.maintenance import sweeper
from generation.services.outbox import channels, deliveries, webhooks
from generation.services.routing import route_health
from tests.admin.forms import errors_of, form_at
from tests.support import PROGRAM, FakeProvider
from tests.waiting import wait_until

# What saving must write.  The session holds the sentence that it worked.
WRITTEN = (SavedByHand, SentForm, Session)


def _made_by(migration: str) -> Any:     # Any: a module
    return importlib.import_module(migration)


@pytest.fixture
def fresh(db: None) -> None:
    """What the migrations make, also after a test that emptied the tables."""
    _made_by("accounts.migrations.0002_default_policies").create(apps, None)
    _made_by("generation.migrations.0002_default_routes").create(apps, None)
    for name, condition, threshold, window_s, severity in _made_by(
        "generation.migrations.0003_default_alert_rules"
    ).RULES:
        AlertRule.objects.get_or_create(name=name, defaults={
            "condition": condition, "threshold": threshold, "window_s": window_s, "severity": severity})
    _made_by("generation.migrations.0009_limit_low_rule").create(apps, None)


def rows() -> dict[str, list[dict[str, Any]]]:     # Any: column values
    """Every row of every table, but for what saving must write."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models(include_auto_created=True) if not issubclass(model, WRITTEN)
    }


def editable(client: Client) -> list[Model]:
    """Every object whose page has a form for who looks."""
    found = []
    for model in sorted(admin.site._registry, key=lambda model: model._meta.label):
        for row in model._base_manager.order_by("pk"):
            response = client.get(url_of(row))
            if response.status_code == 200 and response.context["has_change_permission"]:
                found.append(row)
    return found


def saved_as_found(client: Client) -> dict[str, list[str]]:
    """Open and save every object there is; what was wrong with which."""
    wrong = {}
    for row in editable(client):
        before = rows()
        response = client.post(url_of(row), form_at(client, url_of(row)))
        after = rows()
        changed = [label for label in before if before[label] != after[label]]
        problems = errors_of(response) + [f"{label} changed" for label in changed]
        if problems:
            wrong[f"{row._meta.label} {row}"] = problems
    return wrong


@pytest.mark.parametrize("who", ["adam", "root"])
def test_every_object_of_a_fresh_installation_is_saved_as_it_is(
    who: str, fresh: None, adam: Any, root: Any, client_of: Callable[..., Client]
) -> None:
    client = client_of({"adam": adam, "root": root}[who])

    kinds = {type(row) for row in editable(client)}

    assert {Policy, Pause, Route, AlertRule, type(adam)} <= kinds
    assert saved_as_found(client) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick")
def test_every_object_of_one_with_data_is_saved_as_it_is(
    fresh: None, ann: Any, bob: Any, adam: Any, rita: Any, root: Any, client_of: Callable[..., Client], start: Any
) -> None:
    full(ann, bob, adam, start)
    client = client_of(root)

    kinds = {type(row) for row in editable(client)}

    assert {Policy, Pause, Route, AlertRule, Channel, Override, type(adam)} <= kinds
    assert saved_as_found(client) == {}


def full(ann: Any, bob: Any, adam: Any, start: Any) -> None:     # Any: people, and the engine's starter
    """An installation in use: odd values in every setting that has any, and a row of everything that happens."""
    lost = Failure(CallCode.REFUSED, "I would rather not.")
    provider = FakeProvider(lambda request: lost)
    submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    engine = start(provider)
    wait_until("the refused job ends", lambda: not Job.objects.active().exists(), 30)
    provider.answers = None
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    submission.submit(user=ann, kind="course", brief={**all_kinds()["course"].example, "modules": 2})
    engine.wake()
    wait_until("the jobs end", lambda: not Job.objects.active().exists(), 60)
    engine.drain(0)

    mini, big = Route.objects.order_by("priority")
    Route.objects.filter(pk=mini.pk).update(
        input_usd_micros=1, cached_input_usd_micros=75_000, output_usd_micros=2_147_483_647, languages=["de", "pt-BR"],
        deadline_s=90, silence_s=3_661, requests_per_minute=500, dialect="vllm", streaming="on",
        base_url="http://127.0.0.1:8080/v1", learned={"left_out": ["seed"]}, key_name="SECOND")
    RouteUse.objects.create(route=mini, kind="course", stage="unit", weight=3)
    RouteUse.objects.create(route=mini, weight=0)
    route_health.hold(big, by=adam, because="being mended")
    policy = Policy.objects.get(role="student")
    policy.kinds, policy.strategies, policy.routes = ["course", "novel"], ["single"], ["gone-route"]
    policy.save()
    Limit.objects.filter(policy=policy, metric="usd_micros", window="day").update(limit=1_234_567, burst=1)
    override = Override.objects.create(
        user=ann, author=adam, reason="exam week", expires_at=_with_microseconds(), max_running_jobs=0)
    LimitOverride.objects.create(override=override, metric="usd_micros", window="month", limit=0, burst=250_000)
    LimitOverride.objects.create(override=override, metric="requests", window="hour", limit=10**15, burst=0)
    Pause.objects.filter(pk=1).update(is_on=True, reason="Exams.\tUntil “noon”, or later.")
    for kind, where in (
        ("slack", {"url": "https://chat.example.com/T/1"}), ("webhook", {"url": "https://hooks.example.com/1"}),
        ("email", {"addresses": "a@example.com, b@example.com"}),
    ):
        channels.save(Channel(name=f"by {kind}", kind=kind, **where), by=adam)
    Channel.objects.filter(kind="slack").update(failures=4, last_at=_with_microseconds(), last_result="503")
    rule = AlertRule.objects.get(name="Many jobs fail")
    rule.threshold, rule.window_s, rule.remind_after_s, rule.time_zone = 0.1 + 0.2, 3_601, 0, "Europe/Berlin"
    rule.quiet_from, rule.quiet_until = _with_microseconds().time(), _with_microseconds().time().replace(hour=3)
    rule.save()
    rule.channels.set(Channel.objects.all()[:2])
    endpoint = webhooks.create(user=ann, url="https://hooks.example.com/x", events=["job.failed"]).endpoint
    webhooks.ping(endpoint, by=ann)
    deliveries.disable(endpoint, "It answered with 410.", _with_microseconds())
    webhooks.create(user=bob, url="https://hooks.example.com/y", events=["job.completed"], description="school")
    create_token(ann, "laptop", expires_at=_with_microseconds())
    revoke_token(create_token(bob, "old")[0])
    rehearsals.begin(scenario="provider_down", users=2, jobs=4, seed=1, by=adam)
    sweeper.keep_up("incidents")
    evaluation.evaluate()
    assert Line.objects.exists()


def _with_microseconds() -> dt.datetime:
    return dt.datetime(2031, 3, 4, 22, 6, 7, 891_011, tzinfo=dt.UTC)


def test_text_that_came_in_lines_is_saved_as_it_is_kept(ann: Any, root: Any, client_of: Callable[..., Client]) -> None:
    """A browser takes line breaks out of a field of one line."""
    endpoint = webhooks.create(
        user=ann, url="https://hooks.example.com/", events=["job.failed"], description="two\nlines").endpoint
    client = client_of(root)
    before = rows()

    assert errors_of(client.post(url_of(endpoint), form_at(client, url_of(endpoint)))) == []
    assert rows() == before
