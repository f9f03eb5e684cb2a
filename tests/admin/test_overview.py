"""What the first page, the worker list and the route list say."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from generation.admin.navigation import environment
from generation.models import Job, Pulse, Route
from generation.services.jobs import submission
from tests.support import PROGRAM


def cards(client):
    return {card.title: card.value for card in client.get(reverse("admin:index")).context["cards"]}


def test_cards_count_what_is_now_and_today(done, failed, worker, bob, root, client_of):
    submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    Job.objects.filter(pk=done.pk).update(cost_usd_micros=12_300)
    Job.objects.filter(pk=failed.pk).update(cost_usd_micros=700)

    assert cards(client_of(root)) == {
        "Active jobs": "1", "Waiting jobs": "1", "Failed today": "1", "Cost today": "$0.0130",
        "Workers alive": "1",
    }


def test_what_was_yesterday_is_not_today(done, failed, root, client_of):
    Job.objects.filter(pk__in=[done.pk, failed.pk]).update(
        created_at=timezone.now() - dt.timedelta(days=1), finished_at=timezone.now() - dt.timedelta(days=1))

    found = cards(client_of(root))

    assert (found["Failed today"], found["Cost today"]) == ("0", "$0.0000")


@pytest.mark.parametrize(("age_s", "draining", "state"), [
    (1, False, "alive"), (1, True, "draining"), (60, False, "silent"), (60, True, "silent"),
])
def test_worker_list_says_who_lives(age_s, draining, state, root, client_of):
    now = timezone.now()
    Pulse.objects.create(
        name="host:1:ab", beat_at=now - dt.timedelta(seconds=age_s), started_at=now - dt.timedelta(hours=1),
        detail={"in_flight": 3, "slots": 8, "is_draining": draining})

    text = client_of(root).get(reverse("admin:generation_pulse_changelist")).content.decode()

    assert f'data-state="{state}"' in text
    assert "3 of 8" in text


@pytest.mark.parametrize(("changes", "words"), [
    ({}, "flowing"),
    ({"throttled_until": dt.timedelta(minutes=1)}, "slowed down until"),
    ({"throttled_until": -dt.timedelta(minutes=1)}, "flowing"),
    ({"open_until": dt.timedelta(minutes=1), "breaker_reason": "auth"}, "paused until"),
])
def test_route_list_says_whether_calls_flow(changes, words, route, root, client_of):
    now = timezone.now()
    values = {
        name: now + value if isinstance(value, dt.timedelta) else value for name, value in changes.items()
    }
    Route.objects.filter(pk=route.pk).update(**values)

    assert words in client_of(root).get(reverse("admin:generation_route_changelist")).content.decode()


@pytest.mark.parametrize(("key", "address", "expected"), [
    (None, None, "Simulated provider"), (None, "http://127.0.0.1:1/v1", "Provider without a key"),
    ("sk-real", None, None), ("sk-real", "https://provider.example/v1", None),
])
def test_label_tells_when_the_provider_is_not_real(key, address, expected, settings, rf):
    settings.OPENAI_API_KEY = key
    settings.ENV = settings.ENV.model_copy(update={"openai_base_url": address})

    label = environment(rf.get("/admin/"))

    assert (label[0] if label else None) == expected
