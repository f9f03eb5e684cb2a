"""What the first page, the worker list and the route list say."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Pause
from generation.admin.navigation import environment
from generation.models import Channel, Job, Pulse, Route
from generation.services.jobs import submission
from tests.admin.forms import save
from tests.support import PROGRAM, claim_all, work_off


def cards(client):
    return {card.title: card.value for card in client.get(reverse("admin:index")).context["cards"]}


def test_cards_count_what_is_now_and_today(done, failed, worker, bob, root, client_of):
    submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    Job.objects.filter(pk=done.pk).update(cost_usd_micros=12_300)
    Job.objects.filter(pk=failed.pk).update(cost_usd_micros=700)

    assert cards(client_of(root)) == {
        "Active jobs": "1", "Waiting jobs": "1", "Failed today": "1", "Cost today": "$0.0130",
        "Workers alive": "1", "Waiting for a person": "0",
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
def test_label_tells_when_the_provider_is_not_real(key, address, expected, route, settings, rf):
    settings.OPENAI_API_KEY = key
    settings.ENV = settings.ENV.model_copy(update={"openai_base_url": address})

    label = environment(rf.get("/admin/"))

    assert (label[0] if label else None) == expected


def test_no_simulator_is_named_where_only_a_local_model_is_asked(route, settings, rf):
    settings.OPENAI_API_KEY = None
    Route.objects.update(base_url="http://127.0.0.1:11434/v1")

    assert environment(rf.get("/admin/")) is None


# --- What stands in the way -------------------------------------------------------------------


def obstacles(client):
    return {one.title: one for one in client.get(reverse("admin:index")).context["obstacles"]}


def test_pause_is_told_with_its_reason_since_when_and_by_whom(job, worker, adam, rita, client_of):
    pause, _made = Pause.objects.get_or_create(id=1)
    address = reverse("admin:accounts_pause_change", args=[pause.pk])
    assert save(client_of(adam), address, is_on="on", reason="Exam week").status_code == 302
    now = timezone.now()

    told = obstacles(client_of(rita))["Requests are paused."]

    assert "“Exam week” Since" in told.sentence
    assert f"{now:%-d %b}" in told.sentence and "by adam." in told.sentence
    assert told.url == "", "a reviewer may not open the switch"
    assert obstacles(client_of(adam))["Requests are paused."].url == address


def test_jobs_that_wait_for_a_paused_route_are_counted_and_told(job, worker, rita, client_of):
    work_off(job, stop_after=2)
    Route.objects.update(open_until=timezone.now() + dt.timedelta(hours=1), breaker_reason="provider_unavailable")
    client = client_of(rita)

    assert job.state == "generating"
    assert cards(client)["Waiting jobs"] == "1"
    assert "Calls on gpt-4-1-mini are paused; 1 job waits." in obstacles(client)
    [card] = [card for card in client.get(reverse("admin:index")).context["cards"] if card.title == "Waiting jobs"]
    assert list(client.get(card.url).context["cl"].result_list) == [job]


def test_job_whose_call_runs_waits_for_nothing(job, worker, rita, client_of):
    claim_all()
    Route.objects.update(open_until=timezone.now() + dt.timedelta(hours=1), breaker_reason="provider_unavailable")

    assert cards(client_of(rita))["Waiting jobs"] == "0"
    assert not any("Calls on" in title for title in obstacles(client_of(rita)))


def test_overview_tells_that_nobody_works_and_that_alerts_reach_nobody(job, rita, client_of):
    Channel.objects.all().delete()

    assert {"No worker is running.", "Alerts reach nobody."} <= set(obstacles(client_of(rita)))


def test_overview_of_an_installation_that_is_well_tells_of_no_obstacle(job, worker, rita, client_of):
    Channel.objects.create(name="ops", kind="slack", url="https://chat.example.com/x")

    assert obstacles(client_of(rita)) == {}
