"""What is put right every few seconds, by whichever worker gets to it first.

Every step is harmless when two sweepers run it at once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

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
from generation.services.chunks.leases import each, expire
from generation.services.elections import Term
from generation.services.maintenance import retention
from generation.services.outbox import deliveries
from generation.services.routing import route_health
from generation.telemetry import counters, journal

FORGET_PULSE_AFTER = dt.timedelta(days=1)


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


def take_turn(by: str) -> Turn | None:
    """Win the right to sweep: at most one caller in `SWEEP_S`.

    After a gap in the sweeping the database, or everybody, was away, so every lease may be overdue
    although its worker lives: for one more round nothing is taken back, and the living renew."""
    term = elections.win(SWEEPER, dt.timedelta(seconds=settings.SWEEP_S), by=by)
    if term is None:
        return None
    longest = dt.timedelta(seconds=max(settings.LEASE_S / 2, 2 * settings.SWEEP_S))
    return Turn(may_expire=term.last_at is None or term.now - term.last_at < longest)


def sweep(*, may_expire: bool = True) -> Swept:
    """Expired leases, stuck jobs, forgotten attempts, pauses of idle routes, incomplete bills, lost doorbells, old
    pulses."""
    expired = expire() if may_expire else 0
    unstuck = each(_unstick, stuck_jobs()) + each(_unblock, blocked_jobs())
    lost = _close_lost_attempts()
    route_health.rest_idle()
    billed = each(quotas.settle_late, quotas.unbilled()) + quotas.release_orphans()
    rang = has_due_work()
    if rang:
        queue.ring()
    Pulse.objects.filter(beat_at__lt=clock.now() - FORGET_PULSE_AFTER).delete()
    return Swept(expired, unstuck, lost, billed, rang)


@dataclass(frozen=True)
class Periodic:
    """Upkeep in a slower time of its own: at most once in `every`, whichever of all processes does it."""

    every: dt.timedelta
    work: Callable[[Term], object]


EACH_TIME: tuple[Callable[[], object], ...] = (
    counters.count_ended, deliveries.prune, handling.prune, route_health.forget_old_minutes,
)
PERIODIC = {
    "incidents": Periodic(dt.timedelta(seconds=5), incidents.bring_up_to_date),
    "retention": Periodic(dt.timedelta(seconds=10), lambda term: retention.let_go(term.now)),
    "cache": Periodic(dt.timedelta(seconds=30), lambda _term: cache_entries.prune()),
}


def upkeep() -> None:
    """Figures, failures as incidents, what is kept too long, the cache's surplus.  No worker's lease waits for it."""
    each(lambda step: step(), EACH_TIME)
    each(keep_up, PERIODIC)


def keep_up(name: str) -> bool:
    """Do the periodic work called `name`, if it is due and nobody else does; whether it was done."""
    one = PERIODIC[name]
    term = elections.win(name, one.every)
    if term is None:
        return False
    one.work(term)
    return True


def has_due_work() -> bool:
    now = clock.now()
    return Chunk.objects.runnable(now).exists() or Chunk.objects.due_twins(now).exists()


def stuck_jobs() -> list[int]:
    """Active jobs none of whose chunks is open: a state that no transaction of ours leaves behind."""
    open_chunks = Chunk.objects.filter(
        job=OuterRef("pk"), state__in=[state.value for state in OPEN_CHUNK_STATES]
    )
    return list(Job.objects.active().filter(~Exists(open_chunks)).order_by("pk").values_list("pk", flat=True)[:100])


def blocked_jobs() -> list[int]:
    """Active jobs whose open units all wait for each other: no transaction of ours leaves that behind either."""
    moving = Chunk.objects.filter(job=OuterRef("pk")).filter(
        Q(state=ChunkState.RUNNING.value) | Q(state=ChunkState.PENDING.value, ready_at__isnull=False)
    )
    waiting = Chunk.objects.filter(job=OuterRef("pk"), state=ChunkState.PENDING.value)
    found = Job.objects.active().filter(~Exists(moving), Exists(waiting)).order_by("pk")
    return list(found.values_list("pk", flat=True)[:100])


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


def _close_lost_attempts() -> int:
    """Calls that nobody will ever settle: their chunk moved on, and their deadline is long over."""
    now = clock.now()
    patience = dt.timedelta(seconds=settings.LLM_DEADLINE_S + 2 * settings.LEASE_S)
    forgotten = Attempt.objects.filter(started_at__lt=now - patience).exclude(
        chunk__state=ChunkState.RUNNING.value, chunk__fence=F("fence")
    )
    unbooked = forgotten.filter(state=AttemptState.REPLIED, is_booked=False).values_list("job_id", "pk")
    each(lambda row: attempts.book_forgotten(*row), list(unbooked[:100]))
    return forgotten.filter(state=AttemptState.ASKING).update(
        state=AttemptState.LOST, code=CallCode.LOST.value, settled_at=now, is_estimated=True,
        message="nobody heard of it again",
    )
