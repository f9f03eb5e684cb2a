"""What is put right every few seconds, by whichever worker gets to it first.

Every step is harmless when two sweepers run it at once."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts import ledger
from accounts.compiled import Given, Presence
from generation import queue
from generation.core.outcomes import CallCode
from generation.core.states import OPEN_CHUNK_STATES, ChunkState
from generation.models import Attempt, AttemptState, Chunk, Job, Pulse, clock
from generation.models.election import SWEEPER
from generation.services import elections, incidents, quotas
from generation.services.alerts import handling
from generation.services.cache import cache_entries
from generation.services.chunks import attempts
from generation.services.chunks.fan_out import unblock_next
from generation.services.chunks.job_state import derive
from generation.services.chunks.leases import each, expire, overdue
from generation.services.elections import Term
from generation.services.maintenance import retention
from generation.services.outbox import deliveries
from generation.services.routing import route_health
from generation.telemetry import counters, journal

FORGET_PULSE_AFTER = dt.timedelta(days=1)
_UNBOOKED = Q(state=AttemptState.REPLIED, is_booked=False)
_OF_NO_END = Q(state=AttemptState.ASKING) | _UNBOOKED


@dataclass(frozen=True)
class Swept:
    expired: int
    unstuck: int
    lost_attempts: int
    billed: int
    rang: bool


@dataclass(frozen=True)
class Turn:
    """The right to sweep now.  `may_expire` is False right after nobody could renew a lease."""

    may_expire: bool
    now: dt.datetime


def take_turn(by: str, patience: elections.Patience | None = None) -> Turn | None:
    """Win the right to sweep: at most one caller in `SWEEP_S`.

    After a gap in the sweeping the database, or everybody, was away, so every lease may be overdue
    although its worker lives: for one more round nothing is taken back, and the living renew."""
    term = elections.win(SWEEPER, dt.timedelta(seconds=settings.SWEEP_S), by=by, patience=patience)
    if term is None:
        return None
    longest = dt.timedelta(seconds=max(settings.LEASE_S / 2, 2 * settings.SWEEP_S))
    return Turn(may_expire=term.last_at is None or term.now - term.last_at < longest, now=term.now)


# One statement says what there is to do: mostly nothing, and where all is quiet twenty looks would be most of the load.
_amiss = Presence(lambda: {
    "overdue": overdue(Given("now")),
    "stuck": _without_open_parts(),
    "blocked": _without_moving_parts(),
    "forgotten": _forgotten_calls(Given("calls_before")).filter(_OF_NO_END),
    "paused": route_health.paused_long_enough(Given("now")),
    # In the order of its index: PostgreSQL takes one of these for easily found, and would read all jobs for none.
    "unbilled": Job.objects.filter(pk__in=quotas.billed_too_early().order_by("pk").values("pk")[:1]),
    "reserved": ledger.unsettled(),
    "old pulses": _pulses_before(Given("pulses_before")),
    "due": Chunk.objects.runnable(Given("now")),
    "due twins": Chunk.objects.due_twins(Given("now")),
})


def sweep(*, may_expire: bool = True, now: dt.datetime | None = None) -> Swept:
    """Expired leases, stuck jobs, forgotten attempts, pauses of idle routes, incomplete bills, lost doorbells, old
    pulses.  `now`: the database's, where it is known."""
    now = now or clock.now()
    amiss = _amiss.found(now=now, calls_before=now - _call_patience(), pulses_before=now - FORGET_PULSE_AFTER)
    expired = _step(expire) if may_expire and "overdue" in amiss else 0
    unstuck = _step(lambda: each(_unstick, stuck_jobs())) if "stuck" in amiss else 0
    unstuck += _step(lambda: each(_unblock, blocked_jobs())) if "blocked" in amiss else 0
    lost = _step(_close_lost_attempts) if "forgotten" in amiss else 0
    if "paused" in amiss:
        _step(route_health.rest_idle)
    billed = 0
    if amiss & {"unbilled", "reserved", "forgotten"}:      # what was forgotten is booked by now, and its job is not
        billed = _step(lambda: each(quotas.settle_late, quotas.unbilled())) + _step(quotas.release_orphans)
    if "old pulses" in amiss:
        _step(_forget_old_pulses)
    rang = bool(amiss & {"due", "due twins"}) or expired + unstuck > 0
    if rang:
        queue.ring()
    return Swept(expired, unstuck, lost, billed, rang)


def _step(work: Callable[[], int]) -> int:
    """What `work` says that it did.  One that cannot be done must not stop the others; a database that is away does."""
    return each(lambda one: one(), [work])


def _pulses_before(cutoff: Any) -> QuerySet[Pulse]:     # Any: a datetime or the place of one
    return Pulse.objects.filter(beat_at__lt=cutoff)


def _forget_old_pulses() -> int:
    return _pulses_before(clock.now() - FORGET_PULSE_AFTER).delete()[0]


@dataclass(frozen=True)
class Periodic:
    """Upkeep in a slower time of its own: at most once in `every`, whichever of all processes does it."""

    every: dt.timedelta
    work: Callable[[Term], object]


PERIODIC = {
    "incidents": Periodic(dt.timedelta(seconds=5), incidents.bring_up_to_date),
    "retention": Periodic(dt.timedelta(seconds=10), lambda term: retention.let_go(term.now)),
    "cache": Periodic(dt.timedelta(seconds=30), lambda _term: cache_entries.prune()),
}
_old = Presence(lambda: {
    "calls": counters.uncounted_calls(), "jobs": counters.uncounted_jobs(),
    "stale deliveries": deliveries.stale(Given("stale_before")),
    "old deliveries": deliveries.ended_before(Given("deliveries_before")),
    "alerts": handling.ended_before(Given("alerts_before")),
    "minutes": route_health.minutes_before(Given("minutes_before")),
    **retention.old_things(),
})
# Beside what they are for, as `_old` names it.
EACH_TIME: Mapping[Callable[[], int | None], frozenset[str]] = {
    counters.count_ended: frozenset({"calls", "jobs"}),
    deliveries.prune: frozenset({"stale deliveries", "old deliveries"}),
    handling.prune: frozenset({"alerts"}),
    route_health.forget_old_minutes: frozenset({"minutes"}),
}
_OF_EACH_TIME = frozenset[str]().union(*EACH_TIME.values())


def upkeep(now: dt.datetime | None = None, patience: Mapping[str, elections.Patience] | None = None) -> None:
    """Figures, failures as incidents, what is kept too long, the cache's surplus.  No worker's lease waits for it.

    `now`: as for `sweep`.  `patience`: of who asks again and again, for each of `PERIODIC`."""
    now = now or clock.now()
    old = _old.found(
        now=now, stale_before=now - deliveries.STALE_AFTER,
        deliveries_before=now - dt.timedelta(days=settings.DELIVERY_KEEP_DAYS),
        alerts_before=now - handling.KEEP_FOR, minutes_before=now - route_health.KEEP_MINUTES,
        **retention.cut_offs(now),
    )
    each(lambda step: step(), [step for step, things in EACH_TIME.items() if old & things])
    names = [name for name in PERIODIC if name != "retention" or old - _OF_EACH_TIME]
    each(lambda name: keep_up(name, (patience or {}).get(name)), names)


def keep_up(name: str, patience: elections.Patience | None = None) -> bool:
    """Do the periodic work called `name`, if it is due and nobody else does; whether it was done."""
    one = PERIODIC[name]
    term = elections.win(name, one.every, patience=patience)
    if term is None:
        return False
    one.work(term)
    return True


def stuck_jobs() -> list[int]:
    """Active jobs none of whose chunks is open: a state that no transaction of ours leaves behind."""
    return list(_without_open_parts().order_by("pk").values_list("pk", flat=True)[:100])


def _without_open_parts() -> QuerySet[Job]:
    open_chunks = Chunk.objects.filter(
        job=OuterRef("pk"), state__in=[state.value for state in OPEN_CHUNK_STATES]
    )
    return Job.objects.active().filter(~Exists(open_chunks))


def blocked_jobs() -> list[int]:
    """Active jobs whose open units all wait for each other: no transaction of ours leaves that behind either."""
    return list(_without_moving_parts().order_by("pk").values_list("pk", flat=True)[:100])


def _without_moving_parts() -> QuerySet[Job]:
    moving = Chunk.objects.filter(job=OuterRef("pk")).filter(
        Q(state=ChunkState.RUNNING.value) | Q(state=ChunkState.PENDING.value, ready_at__isnull=False)
    )
    waiting = Chunk.objects.filter(job=OuterRef("pk"), state=ChunkState.PENDING.value)
    return Job.objects.active().filter(~Exists(moving), Exists(waiting))


def _unblock(job_id: int) -> bool:
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        return bool(unblock_next(job, clock.now()))


def _unstick(job_id: int) -> bool:
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        before = job.state
        after = derive(job, clock.now())
        if after != before:
            journal.write(job, "unstick", f"the job was {before} although nothing of it was open; now {after}")
    return after != before


def _call_patience() -> dt.timedelta:
    return dt.timedelta(seconds=settings.LLM_DEADLINE_S + 2 * settings.LEASE_S)


def _forgotten_calls(cutoff: Any) -> QuerySet[Attempt]:     # Any: a datetime or the place of one
    return Attempt.objects.filter(started_at__lt=cutoff).exclude(
        chunk__state=ChunkState.RUNNING.value, chunk__fence=F("fence")
    )


def _close_lost_attempts() -> int:
    """Calls that nobody will ever settle: their chunk moved on, and their deadline is long over."""
    now = clock.now()
    forgotten = _forgotten_calls(now - _call_patience())
    unbooked = forgotten.filter(_UNBOOKED).values_list("job_id", "pk")
    each(lambda row: attempts.book_forgotten(*row), list(unbooked[:100]))
    return forgotten.filter(state=AttemptState.ASKING).update(
        state=AttemptState.LOST, code=CallCode.LOST.value, settled_at=now, is_estimated=True,
        message="nobody heard of it again",
    )
