"""Whether this installation can do its work: database, broker, a worker that lives and takes what is due, a sweeper.

Lines are for operators and say nothing that a stranger could use: no hosts, no errors' texts."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Min
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from generation.core.text import counted
from generation.models import Chunk, Election, Pulse, Route, clock
from generation.models.election import SWEEPER
from generation.telemetry import gauges
from generation.telemetry.heartbeats import SILENT_AFTER_S, living

BROKER_TIMEOUT_S = 1.0          # to connect, and again to answer: two seconds at the most
STALLED_AFTER_S = 30.0          # due work that nobody takes for so long is not just waiting for its turn
SWEEPS_MISSED = 6               # a sweeper this many rounds late is not just busy


@dataclass(frozen=True)
class Check:
    name: str
    is_ok: bool
    line: str


def checks() -> list[Check]:
    """Every check, in the order in which one depends on another."""
    try:
        now = clock.now()
        pulses = list(Pulse.objects.all())
        swept_at = Election.objects.won_at(SWEEPER)
    except (DatabaseError, InterfaceError):
        unknown = "not known, because the database does not answer"
        return [
            Check("database", False, "does not answer"), _broker(),
            Check("worker", False, unknown), Check("progress", False, unknown), Check("sweeper", False, unknown),
        ]
    return [
        Check("database", True, "answers"), _broker(),
        _worker(pulses, now), _progress(pulses, now), _sweeper(swept_at, now),
    ]


def _broker() -> Check:
    url = settings.CELERY_BROKER_URL
    if url.startswith("memory://"):
        return Check("broker", True, "in process")
    client = Redis.from_url(
        url, socket_connect_timeout=BROKER_TIMEOUT_S, socket_timeout=BROKER_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),      # the client's own ten retries would make this half a minute
    )
    try:
        client.ping()
    except (RedisError, OSError):
        return Check("broker", False, "does not answer; jobs are accepted, and workers find them by themselves")
    finally:
        client.close()
    return Check("broker", True, "answers")


def _worker(pulses: list[Pulse], now: dt.datetime) -> Check:
    working = living(now)
    if working:
        calls = sum(pulse.detail.get("in_flight", 0) for pulse in working)
        return Check("worker", True, f"{counted(len(working), 'worker')}, {counted(calls, 'call')} in flight")
    if pulses:
        silence = min(now - pulse.beat_at for pulse in pulses).total_seconds()
        return Check("worker", False, f"no worker takes work; the last sign of life was {silence:.0f} s ago")
    return Check("worker", False, "no worker runs")


def _progress(pulses: list[Pulse], now: dt.datetime) -> Check:
    """Health is progress, not that a process is up: work that could be done is taken."""
    alive = {pulse.name for pulse in living(now)}
    idle = [
        pulse for pulse in pulses
        if pulse.name in alive and pulse.detail.get("in_flight", 0) < pulse.detail.get("slots", 1)
    ]
    waited_s = _could_have_begun_s(idle, now)
    if waited_s is None:
        return Check("progress", True, "nothing that could begin is waiting")
    claimed_s = gauges.claim_age_s(now)
    patience_s = max(STALLED_AFTER_S, 5 * settings.PULSE_S)
    if waited_s <= patience_s or (claimed_s is not None and claimed_s <= patience_s):
        return Check("progress", True, f"work waits since {waited_s:.0f} s, and workers take work")
    taken = "nothing was ever taken" if claimed_s is None else f"the last was taken {claimed_s:.0f} s ago"
    return Check("progress", False, f"work that could begin waits since {waited_s:.0f} s, but {taken}")


def _could_have_begun_s(idle: list[Pulse], now: dt.datetime) -> float | None:
    """How long the oldest part waits that somebody of `idle` knows and whose route takes calls; None if none does."""
    known = {(kind, revision) for pulse in idle for kind, revision in pulse.detail.get("revisions", {}).items()}
    if not known:
        return None
    rows = (
        Chunk.objects.runnable(now).order_by().values_list("job__route", "route", "job__kind", "job__kind_revision")
        .annotate(oldest=Min("ready_at"))
    )
    waits = [(own or of_job, oldest) for of_job, own, kind, revision, oldest in rows if (kind, revision) in known]
    if not waits:
        return None
    routes = Route.objects.in_bulk({route_id for route_id, _oldest in waits})
    free = {
        route_id for route_id, route in routes.items()
        if route.waits_until(now) is None
        and Chunk.objects.running_on(route_id).count() < (route.concurrency_limit or route.max_in_flight)
    }
    return max(((now - oldest).total_seconds() for route_id, oldest in waits if route_id in free), default=None)


def _sweeper(swept_at: dt.datetime | None, now: dt.datetime) -> Check:
    if swept_at is None:
        return Check("sweeper", False, "has never run")
    age_s = (now - swept_at).total_seconds()
    is_late = age_s > max(SILENT_AFTER_S, SWEEPS_MISSED * settings.SWEEP_S)
    verdict = ", which is too long" if is_late else ""
    return Check("sweeper", not is_late, f"ran {max(age_s, 0):.0f} s ago{verdict}")
