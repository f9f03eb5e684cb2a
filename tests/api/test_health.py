"""`/healthz` says that the process lives, `/readyz` that jobs can be done."""

import datetime as dt
import socket
import time
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.db import OperationalError
from django.test import Client

from generation.models import Pulse
from generation.services import clock, health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def broker_in_process(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"


def pulse(name: str, *, seconds_ago: float = 0, **detail: Any) -> None:
    beat_at = clock.now() - dt.timedelta(seconds=seconds_ago)
    Pulse.objects.create(name=name, beat_at=beat_at, started_at=beat_at, detail=detail)


def ask() -> tuple[int, dict[str, bool], dict[str, str]]:
    response = Client().get("/readyz")
    checks = response.json()["checks"]
    return (
        response.status_code,
        {name: check["ok"] for name, check in checks.items()},
        {name: check["line"] for name, check in checks.items()},
    )


def test_alive_asks_nobody(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert "no-store" in response["Cache-Control"]


def test_ready_when_everything_works():
    pulse("host:1:a", in_flight=3)
    pulse("host:2:b", in_flight=1)
    pulse("sweeper", seconds_ago=2)
    status, verdicts, lines = ask()
    assert (status, set(verdicts.values())) == (200, {True})
    assert lines == {
        "database": "answers", "broker": "in process", "worker": "2 workers, 4 calls in flight",
        "sweeper": "ran 2 s ago",
    }


@pytest.mark.parametrize(("worker", "line"), [
    (None, "no worker runs"),
    ({"seconds_ago": 60}, "no worker takes work; the last sign of life was 60 s ago"),
    ({"is_draining": True}, "no worker takes work; the last sign of life was 0 s ago"),
])
def test_not_ready_without_a_worker(worker, line):
    pulse("sweeper")
    if worker is not None:
        pulse("host:1:a", **worker)
    status, verdicts, lines = ask()
    assert (status, verdicts["worker"], lines["worker"]) == (503, False, line)


@pytest.mark.parametrize(("seconds_ago", "line"), [
    (None, "has never run"), (300, "ran 300 s ago, which is too long"),
])
def test_not_ready_without_a_sweeper(seconds_ago, line):
    pulse("host:1:a")
    if seconds_ago is not None:
        pulse("sweeper", seconds_ago=seconds_ago)
    status, verdicts, lines = ask()
    assert (status, verdicts["sweeper"], lines["sweeper"]) == (503, False, line)


def test_sweeper_is_no_worker():
    pulse("sweeper")
    assert ask()[1]["worker"] is False


def test_database_that_is_away_is_said_and_nothing_else_is_guessed(monkeypatch):
    def fail() -> None:
        raise OperationalError("no route to db.internal")

    monkeypatch.setattr(clock, "now", fail)
    status, verdicts, lines = ask()
    assert (status, verdicts) == (503, {"database": False, "broker": True, "worker": False, "sweeper": False})
    assert "db.internal" not in str(lines)


def test_broker_that_refuses_is_said(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.CELERY_BROKER_URL = f"redis://:hush@127.0.0.1:{port}/0"
    status, verdicts, lines = ask()
    assert (status, verdicts["broker"]) == (503, False)
    assert "hush" not in lines["broker"]


def test_broker_that_hangs_is_given_two_seconds(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        began = time.monotonic()
        assert ask()[1]["broker"] is False
        assert time.monotonic() - began < 2.5


@pytest.mark.skipif(not real_settings.CELERY_BROKER_URL.startswith("redis"), reason="no Redis in this profile")
def test_broker_that_answers(monkeypatch, settings):
    settings.CELERY_BROKER_URL = settings.CACHES["default"]["LOCATION"]
    assert health.checks()[1] == health.Check("broker", True, "answers")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nothing_can_be_posted(path):
    assert Client().post(path).status_code == 405
