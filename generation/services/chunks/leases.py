"""Leases: renewed while their worker lives, taken back when it does not."""

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Set
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from generation import queue
from generation.core.outcomes import CallCode
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import MAX_CRASHES, ChunkState, Event
from generation.models import Attempt, AttemptState, Chunk, Flight, Job, LogLevel, clock
from generation.models.chunk import changes
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


def expire() -> int:
    """Take back the chunks whose lease ran out; how many.  Any number of callers may run at once."""
    overdue = list(
        Chunk.objects.filter(state=ChunkState.RUNNING.value, lease_until__lt=clock.now())
        .order_by("lease_until").values_list("pk", "job_id", "fence")[:BATCH]
    )
    return each(lambda row: _expire_one(*row), overdue)


def release_dead(worker_prefix: str) -> int:
    """Take back at once what workers named `worker_prefix…` held, because they are known to be dead."""
    held = list(
        Chunk.objects.filter(state=ChunkState.RUNNING.value, worker__startswith=worker_prefix)
        .values_list("pk", "job_id", "fence")
    )
    return each(lambda row: _expire_one(*row, even_if_fresh=True), held)


def each(mend: Callable[[Row], object], rows: Iterable[Row]) -> int:
    """How many of `rows` were mended.  One that cannot be must not stop the others."""
    mended = 0
    for row in rows:
        try:
            mended += bool(mend(row))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _logger.exception("could not be put right: %s", row)
    return mended


def _expire_one(chunk_id: int, job_id: int, fence: int, *, even_if_fresh: bool = False) -> bool:
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        now = clock.now()
        stale = Chunk.objects.select_for_update(no_key=True).filter(pk=chunk_id, fence=fence).accepting(Event.EXPIRE)
        if not even_if_fresh:
            stale = stale.filter(lease_until__lt=now)
        chunk = stale.first()
        if chunk is None:
            return False
        chunk.job = job
        route_id = chunk.asked_on_id
        bill = _lose_attempts(chunk, now)
        has_reply = Attempt.objects.filter(chunk=chunk, state=AttemptState.REPLIED).exists()
        crashes = chunk.crashes + 1
        name = journal.name_of(job, chunk.position)
        if crashes >= MAX_CRASHES or (chunk.attempts >= settings.MAX_ATTEMPTS and not has_reply):
            detail = f"its worker died {crashes} times"
            event = end_without_content(
                chunk, Event.GIVE_UP, now, reason=Reason.CRASHES_WORKER, detail=detail, crashes=crashes)
            unblock_next(job, now)
            message = f"{name} failed: {EXPLANATIONS[Reason.CRASHES_WORKER].sentence}"
            level = LogLevel.ERROR
        else:
            event = Event.EXPIRE
            Chunk.objects.filter(pk=chunk_id).update(
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
            job, event, message, chunk_id=chunk_id, unit=chunk.position, level=level, worker=chunk.worker,
            reason=Reason.WORKER_LOST if event is Event.EXPIRE else Reason.CRASHES_WORKER,
        )
        if chunk.flight == Flight.LEADS:
            single_flight.wake([chunk.cache_key])
        derive(job, now, bill)
        queue.ring()
    route_health.release_probe(route_id)      # if it was one; the next must not wait for a dead worker's
    return True


def _lose_attempts(chunk: Chunk, now: dt.datetime) -> Bill:
    """Close the calls whose end nobody saw.  Stored replies are booked and stay open: the next claim uses them."""
    bill = Bill()
    bill.book(Attempt.objects.filter(chunk=chunk, state=AttemptState.REPLIED))
    Attempt.objects.filter(chunk=chunk, state=AttemptState.ASKING).update(
        state=AttemptState.LOST, code=CallCode.LOST.value, settled_at=now, is_estimated=True,
        message="its worker stopped answering; whether the provider answered, and billed, is not known",
    )
    return bill


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
