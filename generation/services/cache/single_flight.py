"""Single flight: of several requests for the same part one is asked, and the others wait for it.

A flight is no row of its own.  The chunk that leads it says so, a partial unique index lets one do so at a
time, and a chunk that ends leads no longer.  Nobody waits in a thread: those that wait are parked chunks.

Note [Twins]: who parks and who ends both look, after their commit, for chunks that wait without a leader.
Whichever commits last sees the other's row, so none is overlooked; should its process die just then, the
parked one looks again by itself after a lease's time."""

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.compiled import Bound, Insertion
from generation import queue
from generation.core.reasons import Reason
from generation.models import Chunk, Flight, clock
from generation.services.cache import cache_entries

_leading, _chunks = Insertion(Chunk, unless_there=True), Insertion(Chunk)


def led(keys: Collection[str]) -> set[str]:
    """Those of `keys` that somebody leads."""
    return set(Chunk.objects.filter(flight=Flight.LEADS, cache_key__in=keys).values_list("cache_key", flat=True))


def board(chunk: Chunk, key: str, now: dt.datetime) -> bool:
    """Let `chunk`, whose job is locked, lead the flight of `key`; False if another does, or the cache has it.

    Both in one look: whoever stops leading has stored what it made in the same transaction."""
    leader = Chunk.objects.filter(flight=Flight.LEADS, cache_key=key)
    rows = Chunk.objects.filter(~Exists(leader), ~Exists(cache_entries.usable().filter(key=key)))
    freed = {"ready_at": now, "reason": "", "reason_detail": ""} if chunk.flight == Flight.WAITS else {}
    try:
        with transaction.atomic():
            return _write(rows, chunk, flight=Flight.LEADS, cache_key=key, **freed)
    except IntegrityError:      # somebody was faster
        return False


def insertion(chunk: Chunk) -> Bound[bool]:
    """The statement that writes `chunk`, which is new, as it is."""
    return _chunks.bound(chunk)


def leading_insertion(chunk: Chunk) -> Bound[bool]:
    """That writes `chunk` as the leader of the flight of its key; False, and nothing written, if another leads."""
    chunk.flight = Flight.LEADS
    return _leading.bound(chunk)


def insert_alone(chunk: Chunk) -> None:
    """Write `chunk`, which is new, as one that was not looked up yet; it may have been written as a leader."""
    chunk.flight, chunk.cache_key = Flight.NONE, ""
    if chunk.pk is None:
        insertion(chunk).run()
    else:
        Chunk.objects.filter(pk=chunk.pk).update(flight=chunk.flight, cache_key=chunk.cache_key)


def park(chunk: Chunk, key: str, now: dt.datetime) -> None:
    """Let `chunk`, whose job is locked, wait for the twin that leads the flight of `key`."""
    _write(Chunk.objects.all(), chunk, cache_key=key, **parked(now))
    wake([key])


def _write(rows: "QuerySet[Chunk]", chunk: Chunk, **values: Any) -> bool:     # Any: column values
    """Into the row of `chunk`, if it is among `rows`, and into `chunk`, which is shown."""
    if not rows.filter(pk=chunk.pk).update(**values):
        return False
    for name, value in values.items():
        setattr(chunk, name, value)
    return True


def parked(now: dt.datetime) -> dict[str, object]:
    """The column values of a chunk that waits for its twin."""
    return {
        "flight": Flight.WAITS, "ready_at": now + dt.timedelta(seconds=settings.LEASE_S),
        "reason": Reason.WAITS_FOR_TWIN.value, "reason_detail": "",
    }


def park_those_with_a_leader(now: dt.datetime) -> None:
    """Let those that are due, and whose leader still goes, wait on."""
    leader = Chunk.objects.filter(flight=Flight.LEADS, cache_key=OuterRef("cache_key"))
    _move(Chunk.objects.due_twins(now).filter(Exists(leader)), now + dt.timedelta(seconds=settings.LEASE_S))


def wake(keys: Iterable[str]) -> None:
    """Once this transaction is over: those look again that wait for a flight without a leader."""
    wanted = sorted({key for key in keys if key})
    if not wanted:
        return
    leader = Chunk.objects.filter(flight=Flight.LEADS, cache_key=OuterRef("cache_key"))
    waiting = Chunk.objects.filter(flight=Flight.WAITS, cache_key__in=wanted).filter(~Exists(leader))

    def look() -> None:
        if waiting.exists() and _move(waiting, clock.now()):      # mostly nobody waits, and a look is cheap
            queue.ring()

    transaction.on_commit(look, robust=True)


def _move(waiting: "QuerySet[Chunk]", until: dt.datetime) -> int:
    """Rows that somebody has locked are looked at by them: waiting for those here could be a deadlock."""
    with transaction.atomic():
        ids = list(waiting.select_for_update(skip_locked=True, of=("self",), no_key=True).values_list("pk", flat=True))
        return Chunk.objects.filter(pk__in=ids, flight=Flight.WAITS).update(ready_at=until) if ids else 0
