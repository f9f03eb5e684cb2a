"""Where all is quiet looks are seldom; what is due, and who rings, is heard in time."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.models import Chunk, Delivery, clock
from generation.services.outbox import webhooks
from generation.telemetry import heartbeats
from generation.worker import looks
from generation.worker.claim_loop import ClaimLoop, WorkerProfile
from generation.worker.holdings import Holdings
from generation.worker.looks import Looks
from generation.worker.notifier import Notifier
from tests.services.outbox.test_deliveries import endpoint_of
from tests.support import REVISIONS
from tests.waiting import wait_until
from tests.worker.test_worker_parts import Begun, Inline

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


@pytest.fixture
def at(monkeypatch) -> list[float]:
    """The monotonic clock of looks and of the heartbeat, in seconds."""
    now = [1_000.0]
    monkeypatch.setattr(looks.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def heard(settings) -> None:
    """An installation whose processes hear each other's doorbells."""
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"


def look_at(now: list[float], seen: Looks, due_in: dt.timedelta | None = None) -> float:
    """How long the next look waits after this one."""
    seen.begin()
    seen.end(due_in)
    return seen.wait_s


@pytest.mark.parametrize(("often_s", "seldom_s"), [(1, 4), (0.2, 0.8), (3, 4), (10, 10)])
def test_quiet_makes_looks_seldom_and_a_lost_doorbell_costs_seconds(at, heard, often_s, seldom_s):
    quiet = Looks(often_s)
    assert look_at(at, quiet) == pytest.approx(often_s)
    at[0] += looks.QUIET_AFTER_S
    assert look_at(at, quiet) == pytest.approx(seldom_s)


def test_looks_stay_frequent_where_nobody_else_can_ring(at, settings):
    settings.CELERY_BROKER_URL = "memory://"
    alone = Looks(1)
    at[0] += HOUR.total_seconds()
    assert look_at(at, alone) == pytest.approx(1)


def test_what_is_known_to_be_due_is_looked_for_on_the_moment(at, heard):
    quiet = Looks(1)
    at[0] += HOUR.total_seconds()
    assert look_at(at, quiet, dt.timedelta(seconds=0.3)) == pytest.approx(0.3)
    assert look_at(at, quiet, dt.timedelta(seconds=2)) == pytest.approx(2)
    assert look_at(at, quiet, HOUR) == pytest.approx(4), "for what nobody has announced"
    assert look_at(at, quiet, -MINUTE) == pytest.approx(1), "what could not be taken may be free in a moment"


def test_doorbell_ends_the_quiet_and_rings_that_follow_are_one_look(at, heard):
    quiet = Looks(1)
    at[0] += HOUR.total_seconds()
    look_at(at, quiet)
    at[0] += 3
    quiet.wake()
    assert quiet.wait_s == 0
    assert look_at(at, quiet) == pytest.approx(1)
    quiet.wake()
    assert quiet.wait_s == pytest.approx(1)


def test_doorbell_that_rings_during_a_look_is_not_forgotten_at_its_end(at, heard):
    quiet = Looks(1)
    at[0] += HOUR.total_seconds()
    quiet.begin()
    quiet.wake()
    quiet.end(None)
    assert quiet.wait_s == pytest.approx(1)


def test_look_that_told_nothing_is_repeated_soon(at, heard):
    broken = Looks(1)
    at[0] += HOUR.total_seconds()
    broken.begin()
    assert broken.wait_s == pytest.approx(1)


# --- Claiming -------------------------------------------------------------------------------------


@pytest.fixture
def claims(settings, heard) -> ClaimLoop:
    settings.PULSE_S = 1
    return ClaimLoop(WorkerProfile("w1", 2, REVISIONS), Holdings(Inline()), Begun(), Inline())


@pytest.mark.django_db(transaction=True)
def test_idle_look_is_one_statement(claims):
    claims.look()
    with CaptureQueriesContext(connection) as asked:
        claims._looks.hurry()
        claims.look()
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        claims.look()
    assert len(asked) == 0, "it is not time yet"


@pytest.mark.django_db(transaction=True)
def test_retry_is_asked_when_it_is_due(claims, job):
    Chunk.objects.update(ready_at=clock.now() + dt.timedelta(seconds=0.4))
    claims.look()
    assert 0 < claims.looks_in_s <= 0.4
    assert claims._executor.begun == []
    wait_until("its time", lambda: not claims.looks_in_s, 5)
    claims.look()
    assert [claim.job_id for claim in claims._executor.begun] == [job.pk]


@pytest.mark.django_db(transaction=True)
def test_quiet_worker_finds_what_nobody_has_announced(claims, job, monkeypatch):
    monkeypatch.setattr(looks, "QUIET_AFTER_S", 0)
    claims.look()
    assert [claim.job_id for claim in claims._executor.begun] == [job.pk]


# --- Telling --------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_notifier_that_hears_the_doorbell_takes_out_at_once_however_quiet_it_was(
    ann, receiver, heard, settings, monkeypatch,
):
    settings.WEBHOOK_LOOPBACK = True
    monkeypatch.setattr(looks, "QUIET_AFTER_S", 0)
    notifier = Notifier(name="c1")
    notifier._looks = Looks(0.01)
    notifier._looks._seldom_s = HOUR.total_seconds()
    notifier.start()
    try:
        wait_until("the quiet", lambda: notifier._looks.wait_s > MINUTE.total_seconds(), 10)
        webhooks.ping(endpoint_of(ann, receiver.url).endpoint, by=ann)
        assert notifier._looks.wait_s > MINUTE.total_seconds()
        notifier.wake()
        wait_until("the ping", lambda: receiver.got, 10)
    finally:
        notifier.stop()


@pytest.mark.django_db(transaction=True)
def test_delivery_rings(ann, bell, settings):
    settings.WEBHOOK_LOOPBACK = True
    endpoint, rings = endpoint_of(ann).endpoint, bell.rings
    webhooks.ping(endpoint, by=ann)
    assert (Delivery.objects.count(), bell.rings) == (1, rings + 1)


# --- Signs of life --------------------------------------------------------------------------------


@pytest.mark.parametrize("pulse_s", [1, 4, 10])
def test_quiet_worker_says_that_it_lives_long_before_it_seems_dead(settings, pulse_s):
    settings.PULSE_S = pulse_s
    late_s = max(pulse_s, heartbeats.repeated_after_s()) + pulse_s      # beats are whole pulses
    assert late_s < heartbeats.silent_after_s()
