"""Two administrators at one button of a route, an alert or a target: the second reads what the first decided, and one
page's button is taken once."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from generation.admin.rendering import url_of
from generation.core.outcomes import CallCode
from generation.models import Alert, Channel, Delivery, Election, Incident, LogEntry, Route, WebhookEndpoint, clock
from generation.services.alerts import handling
from generation.services.jobs import submission
from generation.services.maintenance import sweeper
from generation.services.outbox import channels, webhooks
from generation.services.routing import route_health
from tests.admin.forms import at, button_at, press, said
from tests.support import PROGRAM
from tests.threads import at_once

HOOK = "https://hooks.example.com/t/SECRET-PATH"


def test_pause_of_another_is_not_ended_from_a_page_that_showed_an_older_one(
    route: Route, adam: User, second: Client
) -> None:
    route_health.hold(route, by=adam, because="first")
    button = button_at(second, url_of(route), at(route, "resume"))
    route_health.resume(route, by=adam)
    route_health.hold(route, by=adam, because="second: DO NOT RESUME")

    refused = second.post(at(route, "resume"), button)

    assert "paused by adam: second: DO NOT RESUME" in said(refused)
    route.refresh_from_db()
    assert (route.is_held, route.breaker_detail) == (True, "second: DO NOT RESUME")
    assert "Calls flow again." in said(press(second, url_of(route), at(route, "resume"))), "who has read it may"
    route.refresh_from_db()
    assert not route.is_held


@pytest.mark.parametrize("pause", ["breaker", "rest"])
def test_pause_of_a_person_is_not_ended_from_a_page_that_showed_a_pause_of_the_engine(
    pause: str, route: Route, adam: User, second: Client
) -> None:
    if pause == "breaker":
        route_health.note_call(route.pk, CallCode.AUTH, "401")
    else:
        route_health.throttle(route, clock.now() + dt.timedelta(minutes=5))
    button = button_at(second, url_of(route), at(route, "resume"))
    route_health.hold(route, by=adam, because="being mended")

    assert "being mended" in said(second.post(at(route, "resume"), button))
    route.refresh_from_db()
    assert route.is_held


def test_route_that_another_resumed_is_not_paused_from_an_older_page(
    route: Route, adam: User, second: Client
) -> None:
    button = button_at(second, url_of(route), at(route, "hold"))
    route_health.hold(route, by=adam, because="mending")
    route_health.resume(route, by=adam)

    refused = second.post(at(route, "hold"), {**button, "because": "it is broken"})

    assert "adam: gpt-4-1-mini: a person resumed it." in said(refused)
    route.refresh_from_db()
    assert not route.is_held


def test_what_the_engine_does_meanwhile_makes_no_button_stale(route: Route, second: Client) -> None:
    route_health.note_call(route.pk, CallCode.AUTH, "401")
    button = button_at(second, url_of(route), at(route, "resume"))
    Route.objects.update(open_until=clock.now(), breaker_detail="401 again", breaker_failures=2)

    assert "Calls flow again." in said(second.post(at(route, "resume"), button))


def test_remedy_of_a_failure_does_not_end_the_pause_of_a_person(
    route: Route, ann: User, adam: User, second: Client
) -> None:
    route_health.note_call(route.pk, CallCode.AUTH, "Incorrect API key.")
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    Election.objects.update(won_at=clock.now() - dt.timedelta(hours=1))
    sweeper.keep_up("incidents")
    incident = Incident.objects.get()
    take = reverse("admin:generation_incident_take", args=[incident.pk, "resume"])
    button = button_at(second, url_of(incident), take)
    route_health.hold(route, by=adam, because="being mended")

    assert "paused by adam: being mended" in said(second.post(take, button))
    route.refresh_from_db()
    assert route.is_held


def test_what_no_person_asks_for_leaves_the_pause_of_a_person(route: Route, adam: User) -> None:
    route_health.hold(route, by=adam, because="being mended")

    assert not route_health.resume(route)
    route.refresh_from_db()
    assert route.is_held


def test_alert_that_another_took_on_is_not_resolved_unseen(alert: Alert, adam: User, second: Client) -> None:
    button = button_at(second, url_of(alert), at(alert, "resolve"))
    handling.acknowledge(alert, by=adam, note="mine, leave it open")

    refused = second.post(at(alert, "resolve"), {**button, "note": "gone"})

    assert "adam" in said(refused) and "mine, leave it open" in said(refused)
    alert.refresh_from_db()
    assert alert.state == "acknowledged"
    press(second, url_of(alert), at(alert, "resolve"), note="gone")
    alert.refresh_from_db()
    assert alert.state == "resolved"


@pytest.mark.parametrize("what", ["channel", "endpoint"])
def test_secret_that_another_made_is_not_replaced_unseen(what: str, adam: User, second: Client, root: User) -> None:
    target = _target(what, root)
    button = button_at(second, url_of(target), at(target, "rotate"))
    (channels if isinstance(target, Channel) else webhooks).rotate(target, by=adam)

    refused = second.post(at(target, "rotate"), button)

    assert "adam" in said(refused) and "has a new secret" in said(refused)
    target.refresh_from_db()
    assert target.secret_version == 2
    assert press(second, url_of(target), at(target, "rotate")).context["secret"].startswith("whsec_")


def _target(what: str, owner: User) -> Channel | WebhookEndpoint:
    if what == "endpoint":
        return webhooks.create(user=owner, url=HOOK, events=["job.failed"]).endpoint
    channels.save(Channel(name="ops", kind="webhook", url=HOOK), by=owner)
    return Channel.objects.get()


@pytest.mark.parametrize("mark", ["", "garbage", "of another route"])
def test_button_that_does_not_say_what_its_page_was_made_from_does_nothing(
    mark: str, route: Route, adam: User, second: Client
) -> None:
    route_health.hold(route, by=adam, because="being mended")
    if mark == "of another route":
        other = Route.objects.create(
            slug="other", model="m", input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
        [mark] = button_at(second, url_of(other), at(other, "hold"))["page_mark"]

    refused = second.post(at(route, "resume"), {"page_mark": mark})

    assert "did not say what it was made from" in said(refused)
    route.refresh_from_db()
    assert route.is_held


@pytest.mark.django_db(transaction=True)
def test_pause_pressed_five_times_at_once_is_one(route: Route, adam: User, client_of: Callable[..., Client]) -> None:
    clients = [client_of(adam) for _ in range(5)]
    button = {**button_at(clients[0], url_of(route), at(route, "hold")), "because": "being mended"}

    answers = at_once(*(lambda client=client: client.post(at(route, "hold"), button) for client in clients))

    assert sum("taken once" in said(answer) for answer in answers) == 4
    assert LogEntry.objects.filter(code="breaker_open").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["channel", "endpoint"])
def test_new_secret_pressed_five_times_at_once_is_one(
    what: str, root: User, client_of: Callable[..., Client]
) -> None:
    target, clients = _target(what, root), [client_of(root) for _ in range(5)]
    button = button_at(clients[0], url_of(target), at(target, "rotate"))

    answers = at_once(*(lambda client=client: client.post(at(target, "rotate"), button) for client in clients))

    assert sorted(answer.status_code for answer in answers) == [200, 302, 302, 302, 302]
    assert sum("shown once" in said(answer) for answer in answers) == 4
    target.refresh_from_db()
    assert target.secret_version == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("what", "trial"), [("channel", "test"), ("endpoint", "ping")])
def test_trial_pressed_five_times_at_once_sends_one_and_another_page_another(
    what: str, trial: str, root: User, client_of: Callable[..., Client]
) -> None:
    target, clients = _target(what, root), [client_of(root) for _ in range(5)]
    button = button_at(clients[0], url_of(target), at(target, trial))

    at_once(*(lambda client=client: client.post(at(target, trial), button) for client in clients))

    assert Delivery.objects.count() == 1
    press(clients[0], url_of(target), at(target, trial))
    assert Delivery.objects.count() == 2
