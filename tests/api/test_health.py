"""`/healthz` says that the process lives, `/readyz` that jobs can be done."""

import datetime as dt
import re
import socket
import time
from typing import Any

import pytest
from django.conf import settings as real_settings
from django.db import OperationalError
from django.test import Client

from generation.models import Attempt, Chunk, Election, Job, Pulse, Route, clock
from generation.services.jobs import submission
from generation.telemetry import health
from tests.support import PROGRAM, REVISIONS, claim_all

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def broker_in_process(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "memory://"


def pulse(name: str, *, seconds_ago: float = 0, **detail: Any) -> None:
    beat_at = clock.now() - dt.timedelta(seconds=seconds_ago)
    Pulse.objects.create(name=name, beat_at=beat_at, started_at=beat_at, detail=detail)


def swept(*, seconds_ago: float = 0) -> None:
    Election.objects.create(name="sweeper", won_at=clock.now() - dt.timedelta(seconds=seconds_ago))


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
    swept(seconds_ago=2)
    status, verdicts, lines = ask()
    assert (status, set(verdicts.values())) == (200, {True})
    assert lines == {
        "database": "answers", "broker": "in process", "worker": "2 workers, 4 calls in flight",
        "progress": "nothing that could begin is waiting", "sweeper": "ran 2 s ago",
    }


@pytest.mark.parametrize(("worker", "line"), [
    (None, "no worker runs"),
    ({"seconds_ago": 60}, "no worker takes work; the last sign of life was 60 s ago"),
    ({"is_draining": True}, "no worker takes work; the last sign of life was 0 s ago"),
])
def test_not_ready_without_a_worker(worker, line):
    swept()
    if worker is not None:
        pulse("host:1:a", **worker)
    status, verdicts, lines = ask()
    said = re.sub(r"\b(60|[0-5]) s ago", lambda age: f"{int(age[1]) // 60 * 60} s ago", lines["worker"])
    assert (status, verdicts["worker"], said) == (503, False, line)


@pytest.mark.parametrize(("seconds_ago", "line"), [
    (None, "has never run"), (300, "ran 300 s ago, which is too long"),
])
def test_not_ready_without_a_sweeper(seconds_ago, line):
    pulse("host:1:a")
    if seconds_ago is not None:
        swept(seconds_ago=seconds_ago)
    status, verdicts, lines = ask()
    assert (status, verdicts["sweeper"], lines["sweeper"]) == (503, False, line)


def test_sweeper_is_no_worker():
    swept()
    assert ask()[1]["worker"] is False


def test_database_that_is_away_is_said_and_nothing_else_is_guessed(monkeypatch):
    def fail() -> None:
        raise OperationalError("no route to db.internal")

    monkeypatch.setattr(clock, "now", fail)
    status, verdicts, lines = ask()
    assert status == 503
    assert verdicts == {"database": False, "broker": True, "worker": False, "progress": False, "sweeper": False}
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


# --- Progress ---------------------------------------------------------------------------------------


def test_worker_that_lives_and_takes_nothing_is_not_healthy(job):
    swept()
    pulse("host:1:a", in_flight=0, slots=8, revisions=REVISIONS)
    assert ask()[0] == 200, "it has only just become due"
    Chunk.objects.update(ready_at=clock.now() - dt.timedelta(minutes=2))
    status, verdicts, lines = ask()
    assert (status, verdicts["worker"], verdicts["progress"]) == (503, True, False)
    assert lines["progress"] == "work that could begin waits since 120 s, but nothing was ever taken"
    claim_all()
    assert ask()[0] == 200


@pytest.mark.parametrize("reason", ["full worker", "full route", "closed route", "unknown revision", "not due"])
def test_work_that_cannot_begin_is_nobodys_fault(ann, job, route, reason):
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    claim_all(slots=1)
    long_ago = clock.now() - dt.timedelta(minutes=2)
    Chunk.objects.filter(state="pending").update(ready_at=long_ago)
    Attempt.objects.update(started_at=long_ago)
    match reason:
        case "full worker":
            pulse("host:1:a", in_flight=8, slots=8, revisions=REVISIONS)
        case "full route":
            Route.objects.update(concurrency_limit=1)
        case "closed route":
            Route.objects.update(
                open_until=clock.now() + dt.timedelta(minutes=1), breaker_reason="provider_unavailable")
        case "unknown revision":
            Job.objects.update(kind_revision=999)
        case "not due":
            Chunk.objects.filter(state="pending").update(ready_at=clock.now() + dt.timedelta(minutes=1))
    swept()
    if reason != "full worker":
        assert not ask()[1]["worker"]
        pulse("host:1:a", in_flight=1, slots=8, revisions=REVISIONS)
    assert ask()[1]["progress"] is True
