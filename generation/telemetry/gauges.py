"""How the installation stands at this moment, in a handful of queries that read only what is open.

Remembered for a few seconds in each process, so that any number of scrapers costs what one does.  Every process tells
the same, because all of it is read off the database."""

import datetime as dt
import threading
import time
from dataclasses import dataclass

from django.db.models import Count, Min, Q

from accounts import ledger
from generation.core.states import ACTIVE_JOB_STATES, ChunkState
from generation.kinds import all_kinds
from generation.models import Attempt, Chunk, Election, Job, Review, ReviewState, Route, clock
from generation.models.election import SWEEPER
from generation.telemetry import counters, heartbeats

REMEMBERED_S = 3.0


@dataclass(frozen=True)
class RouteGauge:
    slug: str
    running: int
    due: int                     # could be claimed now
    waiting: int                 # for a later time, or for the unit before
    oldest_due_s: float
    limit: int                   # calls at once, as it stands
    ceiling: int
    breaker: str                 # closed, open, half_open
    is_throttled: bool
    is_enabled: bool


@dataclass(frozen=True)
class Gauges:
    now: dt.datetime
    jobs: dict[tuple[str, str], int]          # active ones, by kind and state
    routes: list[RouteGauge]
    workers: int
    in_flight: int
    slots: int
    kept_after_s: float | None                # of the slowest worker; None: no reply has come yet
    sweeper_age_s: float | None               # None: it has never run
    claim_age_s: float | None                 # None: nothing was ever claimed
    reviews: int                              # documents that wait for a person
    oldest_review_s: float
    reservations: int
    reserved_usd_micros: int
    totals: dict[str, dict[str, int]]


_lock = threading.Lock()
_remembered: tuple[float, Gauges] | None = None


def gauges() -> Gauges:
    """As of `REMEMBERED_S` ago at most."""
    global _remembered
    with _lock:      # whoever comes meanwhile waits for the one look instead of taking another
        if _remembered is not None and time.monotonic() - _remembered[0] < REMEMBERED_S:
            return _remembered[1]
        found = look()
        _remembered = (time.monotonic(), found)
        return found


def look() -> Gauges:
    now = clock.now()
    living = heartbeats.living(now)
    swept_at = Election.objects.won_at(SWEEPER)
    open_count, open_usd_micros = ledger.open_reservations()
    waiting, oldest = Review.objects.filter(state=ReviewState.OPEN).aggregate(Count("id"), Min("opened_at")).values()
    return Gauges(
        now=now,
        jobs=_jobs(),
        routes=_routes(now),
        workers=len(living),
        in_flight=sum(pulse.detail.get("in_flight", 0) for pulse in living),
        slots=sum(pulse.detail.get("slots", 0) for pulse in living),
        kept_after_s=max(filter(None, (pulse.detail.get("kept_after_s") for pulse in living)), default=None),
        sweeper_age_s=None if swept_at is None else max(0.0, (now - swept_at).total_seconds()),
        claim_age_s=claim_age_s(now),
        reviews=waiting,
        oldest_review_s=0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        reservations=open_count,
        reserved_usd_micros=open_usd_micros,
        totals=counters.totals(),
    )


def claim_age_s(now: dt.datetime) -> float | None:
    """Since anything was claimed, anywhere: the newest row of the ledger tells."""
    newest = Attempt.objects.order_by("-id").values_list("started_at", flat=True).first()
    return None if newest is None else max(0.0, (now - newest).total_seconds())


def _jobs() -> dict[tuple[str, str], int]:
    rows = Job.objects.active().order_by().values_list("kind", "state").annotate(Count("id"))
    found = {(kind, state.value): 0 for kind in all_kinds() for state in ACTIVE_JOB_STATES}
    return found | {(kind, state): count for kind, state, count in rows}


def _routes(now: dt.datetime) -> list[RouteGauge]:
    is_pending = Q(state=ChunkState.PENDING.value)
    is_due = is_pending & Q(ready_at__lte=now)
    rows = (
        Chunk.objects.filter(Q(state=ChunkState.RUNNING.value) | is_pending).of_jobs_at_work().order_by()
        .values_list("job__route", "route", "stand_in", "state")
        .annotate(count=Count("id"), due=Count("id", filter=is_due), oldest=Min("ready_at", filter=is_due))
    )
    sums: dict[int, tuple[int, int, int, dt.datetime | None]] = {}
    for of_job, own, stand_in, state, count, due, oldest in rows:
        is_running = state == ChunkState.RUNNING.value
        route_id = (stand_in if is_running else None) or own or of_job
        running, all_due, waiting, first = sums.get(route_id, (0, 0, 0, None))
        sums[route_id] = (
            running + count * is_running, all_due + due, waiting + (0 if is_running else count - due),
            min((time for time in (first, oldest) if time is not None), default=None),
        )
    return [_route(route, now, *sums.get(route.pk, (0, 0, 0, None))) for route in Route.objects.order_by("slug")]


def _route(
    route: Route, now: dt.datetime, running: int, due: int, waiting: int, oldest: dt.datetime | None
) -> RouteGauge:
    if route.open_until is None:
        breaker = "closed"
    else:
        breaker = "open" if route.open_until > now and route.probe_until is None else "half_open"
    return RouteGauge(
        route.slug, running, due, waiting, 0.0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
        route.concurrency_limit or route.max_in_flight, route.max_in_flight, breaker,
        route.throttled_until is not None and route.throttled_until > now, route.is_enabled,
    )
