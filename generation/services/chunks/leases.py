"""Leases: renewed while their worker lives, taken back when it does not."""

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from generation import queue
from generation.core.outcomes import CallCode
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import MAX_CRASHES, ChunkState, Event
from generation.models import Attempt, AttemptState, Chunk, Flight, Job, LogLevel, clock
from generation.models.chunk import ChunkQuerySet, changes
from generation.services.cache import single_flight
from generation.services.chunks.attempts import MOST_TOKENS, Bill
from generation.services.chunks.endings import end_without_content
from generation.services.chunks.fan_out import unblock_next
from generation.services.chunks.job_state import derive
from generation.services.routing import route_health
from generation.telemetry import heartbeats, journal

Row = TypeVar("Row")
_logger = logging.getLogger(__name__)

BATCH = 200


def renew(*, worker: str, held: dict[int, int]) -> set[int]:
    """Extend the leases of the chunks in `held` (id to fence); the ids that are lost.

    Rows that somebody has locked are being settled or cancelled: waiting for them here, in another
    order than theirs, would be a deadlock."""
    if not held:
        return set()
    now = clock.now()
    mine = Chunk.objects.filter(state=ChunkState.RUNNING.value, worker=worker, pk__in=held)
    with transaction.atomic(durable=True):
        free = list(mine.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
        renewed = mine.filter(pk__in=free).update(lease_until=now + dt.timedelta(seconds=settings.LEASE_S))
    if renewed == len(held):
        return set()
    fences = dict(mine.values_list("pk", "fence"))
    return {chunk_id for chunk_id, fence in held.items() if fences.get(chunk_id) != fence}


def show_written(written: Mapping[int, tuple[int, int]]) -> None:
    """Let people see how far streamed calls are: by chunk, the fence and the tokens so far.

    For display alone: what somebody else has locked is shown in the next pulse."""
    with transaction.atomic(durable=True):
        rows = list(
            Chunk.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(pk__in=written, state=ChunkState.RUNNING.value).only("fence", "job_id")
        )
        mine = [chunk for chunk in rows if chunk.fence == written[chunk.pk][0]]
        for chunk in mine:
            chunk.written_tokens = min(written[chunk.pk][1], MOST_TOKENS)
        Chunk.objects.bulk_update(mine, ["written_tokens"])
        jobs = Job.objects.select_for_update(skip_locked=True, no_key=True).filter(
            pk__in={chunk.job_id for chunk in mine})
        Job.objects.filter(pk__in=list(jobs.values_list("pk", flat=True))).update(revision=F("revision") + 1)


def overdue(now: Any) -> ChunkQuerySet:     # Any: a datetime or the place of one
    return Chunk.objects.filter(state=ChunkState.RUNNING.value, lease_until__lt=now)


def expire() -> int:
    """Take back the chunks whose lease ran out; how many.  Any number of callers may run at once."""
    oldest_first = overdue(clock.now()).order_by("lease_until")
    return _take_back(oldest_first.values_list("job_id", "pk", "fence")[:BATCH])


def release_dead(worker_prefix: str) -> int:
    """Take back at once what workers named `worker_prefix…` held, because they are known to be dead."""
    held = Chunk.objects.filter(state=ChunkState.RUNNING.value, worker__startswith=worker_prefix)
    return _take_back(held.values_list("job_id", "pk", "fence"), even_if_fresh=True)


def _take_back(rows: Iterable[tuple[int, int, int]], *, even_if_fresh: bool = False) -> int:
    """Chunks by job, id and fence; those of one job together."""
    fences: dict[int, dict[int, int]] = {}
    for job_id, chunk_id, fence in rows:
        fences.setdefault(job_id, {})[chunk_id] = fence
    return each(lambda job_id: _expire(job_id, fences[job_id], even_if_fresh=even_if_fresh), fences)


def each(mend: Callable[[Row], int | None], rows: Iterable[Row]) -> int:
    """How much was mended, as `mend` says of each of `rows`.  One that cannot be must not stop the others."""
    mended = 0
    for row in rows:
        try:
            mended += mend(row) or 0
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _logger.exception("could not be put right: %s", row)
    return mended


def _expire(job_id: int, fences: Mapping[int, int], *, even_if_fresh: bool) -> int:
    """Take back those chunks of a job that still are whose they were, and overdue; how many."""
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        now = clock.now()
        stale = Chunk.objects.select_for_update(no_key=True).filter(pk__in=fences).accepting(Event.EXPIRE)
        if not even_if_fresh:
            stale = stale.filter(lease_until__lt=now)
        chunks = [chunk for chunk in stale.order_by("position") if chunk.fence == fences[chunk.pk]]
        if not chunks:
            return 0
        bill, asked_on = Bill(), set[int]()
        for chunk in chunks:
            chunk.job = job
            asked_on.add(chunk.asked_on_id)
            _lose_attempts(chunk, now, bill)
            _expire_one(chunk, now)
        single_flight.wake([chunk.cache_key for chunk in chunks if chunk.flight == Flight.LEADS])
        derive(job, now, bill)
        queue.ring()
    for route_id in asked_on:      # if one was a probe; the next must not wait for a dead worker's
        route_health.release_probe(route_id)
    return len(chunks)


def _expire_one(chunk: Chunk, now: dt.datetime) -> None:
    """`chunk` runs again, or ends; it and its job are locked."""
    job, crashes = chunk.job, chunk.crashes + 1
    name = journal.name_of(job, chunk.position)
    has_reply = Attempt.objects.filter(chunk=chunk, state=AttemptState.REPLIED).exists()
    if crashes >= MAX_CRASHES or (chunk.attempts >= settings.MAX_ATTEMPTS and not has_reply):
        detail = f"its worker died {crashes} times"
        event = end_without_content(
            chunk, Event.GIVE_UP, now, reason=Reason.CRASHES_WORKER, detail=detail, crashes=crashes)
        unblock_next(job, now)
        message = f"{name} failed: {EXPLANATIONS[Reason.CRASHES_WORKER].sentence}"
        level = LogLevel.ERROR
    else:
        event = Event.EXPIRE
        Chunk.objects.filter(pk=chunk.pk).update(
            **changes(
                event, now, ready_at=now, crashes=F("crashes") + 1, reason=Reason.WORKER_LOST.value,
                reason_detail=chunk.worker,
                # Whoever waited for it may take over, unless its answer is here already.
                **({"flight": Flight.WAITS} if chunk.flight == Flight.LEADS and not has_reply else {}),
            )
        )
        message = f"{name} was taken back: worker {chunk.worker} stopped answering"
        level = LogLevel.WARNING
    journal.write(
        job, event, message, chunk_id=chunk.pk, unit=chunk.position, level=level, worker=chunk.worker,
        reason=Reason.WORKER_LOST if event is Event.EXPIRE else Reason.CRASHES_WORKER,
    )


def _lose_attempts(chunk: Chunk, now: dt.datetime, bill: Bill) -> None:
    """Close the calls whose end nobody saw.  Stored replies are booked and stay open: the next claim uses them."""
    bill.book(Attempt.objects.filter(chunk=chunk, state=AttemptState.REPLIED))
    Attempt.objects.filter(chunk=chunk, state=AttemptState.ASKING).update(
        state=AttemptState.LOST, code=CallCode.LOST.value, settled_at=now, is_estimated=True,
        message="its worker stopped answering; whether the provider answered, and billed, is not known",
    )


def take_over_from_the_dead(alive_here: Set[str]) -> None:
    """At start: chunks of processes of this machine that no longer exist run again at once, not after
    their lease.  Names are `place:pid:random`; a namesake with our own pid is an earlier life of ours,
    unless it is one of `alive_here`."""
    place = next(iter(alive_here)).rsplit(":", 2)[0]
    workers = (
        Chunk.objects.filter(state=ChunkState.RUNNING.value, worker__startswith=f"{place}:")
        .order_by().values_list("worker", flat=True).distinct()
    )
    for worker in list(workers):
        pid = worker.rsplit(":", 2)[1]
        if worker not in alive_here and pid.isdigit() and (int(pid) == os.getpid() or not _is_alive(int(pid))):
            release_dead(worker)
            heartbeats.forget(worker)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
