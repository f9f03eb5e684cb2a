"""The units of a job: made when its plan is done, let go one after another where they are sequential, and
served where the cache has them.

Everything here runs inside a transaction that holds the job."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Coalesce

from generation.core.kind import JsonObject
from generation.core.outcomes import Done, Repair
from generation.core.pricing import dollars
from generation.core.prompting import Stage
from generation.core.reasons import Reason
from generation.core.states import OPEN_CHUNK_STATES, ChunkState, Event
from generation.kinds import all_kinds
from generation.models import Chunk, Flight, Job, Strategy
from generation.models.bulk import RowsInsert
from generation.models.chunk import changes
from generation.services.cache import cache_entries, single_flight
from generation.services.cache.cache_entries import Seeker, Served
from generation.services.chunks import attempts
from generation.telemetry import journal

RACES = 3      # lost one after another; then the units go by themselves
_COLUMNS = [field.attname for field in Chunk._meta.local_concrete_fields if not field.primary_key]
_insert_chunks = RowsInsert(Chunk, _COLUMNS, returning=("position", "id"))


def create_units(
    job: Job, plan: JsonObject, now: dt.datetime, units: Sequence[Done | Repair | None] = (), *, errand_id: int | None,
    is_cached: bool = False,
) -> int:
    """The unit chunks of a plan that was finished for an errand, or for the request; how many can run now.

    Those in `units` that are done come with their content, which `is_cached`, and the cache may have others."""
    kind = all_kinds()[job.kind]
    typed = kind.plan(plan)
    is_sequential = job.strategy == Strategy.SEQUENTIAL
    rows = []
    for position in range(1, job.unit_total + 1):
        row = Chunk(
            job=job, position=position, stage=Stage.UNIT.value, title=kind.unit_title(typed, position)[:200],
            ready_at=now, is_fresh=job.is_fresh, errand_id=errand_id,
        )
        made = units[position - 1] if position <= len(units) else None
        if isinstance(made, Done):
            _fill(row, made, now)
            row.from_cache = is_cached
        elif isinstance(made, Repair):
            row.draft, row.findings = made.draft, [finding.as_json() for finding in made.findings]
            row.reason = Reason.REPAIRING.value
        elif is_sequential and position > 1:
            row.ready_at, row.reason = None, Reason.WAITS_FOR_PREVIOUS.value
        rows.append(row)
    # One after another they are looked for one after another: what is sought depends on what was found before.
    seeker = None if is_sequential else Seeker.of(job)
    if seeker is None:
        _write(rows)
    else:
        _insert(job, seeker, plan, rows, now)
    job.title = kind.plan_title(typed)[:200]
    Job.objects.filter(pk=job.pk).update(title=job.title)
    return sum(row.ready_at is not None and row.flight != Flight.WAITS for row in rows)


def _write(rows: Sequence[Chunk]) -> None:
    ids: dict[int, int] = dict(_insert_chunks([tuple(getattr(row, name) for name in _COLUMNS) for row in rows]))
    for row in rows:
        row.pk = ids[row.position]


def _insert(job: Job, seeker: Seeker, plan: JsonObject, rows: list[Chunk], now: dt.datetime) -> None:
    """Write `rows`: those that the cache has are done, of the others each leads its flight or waits for its twin."""
    open_rows = [row for row in rows if row.content is None]
    sought = [seeker.unit(row.position, plan) for row in open_rows]
    for row, one in zip(open_rows, sought, strict=True):
        row.cache_key = one.key
    if job.is_fresh:
        _write(rows)
        return
    found = cache_entries.find(sought)
    for row in open_rows:
        if served := found.get(row.cache_key):
            _fill(row, Done(served.content, served.headline), now, served)
    missing = [row for row in open_rows if row.content is None]
    _insert_leading(rows, missing, now)
    hits = [(row, found[row.cache_key]) for row in open_rows if row.from_cache]
    _note_served(job, hits)
    cache_entries.note_hits(served.key for _row, served in hits)
    # Whoever led a flight until a moment ago has stored what we looked for before that.
    leading = {row.cache_key: row for row in missing if row.flight == Flight.LEADS}
    for key, served in cache_entries.find(one for one in sought if one.key in leading).items():
        serve(job, leading[key], served, now)
        leading[key].ready_at = None
        single_flight.wake([key])
        cache_entries.note_hits([key])


def _insert_leading(rows: list[Chunk], missing: list[Chunk], now: dt.datetime) -> None:
    """In the order of the positions: two jobs with the same plan so never wait for each other."""
    for _ in range(RACES):
        led = single_flight.led([row.cache_key for row in missing])
        for row in missing:
            columns = single_flight.parked(now) if row.cache_key in led else {"flight": Flight.LEADS}
            for name, value in columns.items():
                setattr(row, name, value)
        try:
            with transaction.atomic():
                _write(rows)
        except IntegrityError:      # somebody was faster
            for row in rows:
                row.pk = None
            for row in missing:
                row.ready_at, row.reason = now, ""
            continue
        single_flight.wake(led)
        return
    for row in missing:
        row.cache_key, row.flight = "", Flight.NONE
    _write(rows)


def _fill(row: Chunk, made: Done, now: dt.datetime, served: Served | None = None) -> None:
    row.state, row.finished_at, row.started_at, row.ready_at = ChunkState.DONE.value, now, now, None
    row.content, row.headline = made.content, made.headline[:200]
    row.findings = served.findings if served else [finding.as_json() for finding in made.findings]
    row.draft, row.reason, row.flight = "", "", Flight.NONE
    if served is not None:
        row.from_cache, row.saved_usd_micros = True, served.saved_usd_micros


def serve(job: Job, chunk: Chunk, served: Served, now: dt.datetime) -> None:
    """Give `chunk`, which waits, what the cache has; of a plan also the units, and the next may start.

    The caller counts the hit."""
    columns: dict[str, Any] = {      # Any: column values
        "content": served.content, "headline": served.headline, "findings": served.findings, "draft": "",
        "reason": "", "reason_detail": "", "ready_at": None, "cache_key": served.key, "from_cache": True,
        "saved_usd_micros": served.saved_usd_micros, "started_at": Coalesce("started_at", now),
    }
    moved = Chunk.objects.filter(pk=chunk.pk).accepting(Event.SERVE).update(**changes(Event.SERVE, now, **columns))
    assert moved, "the job is locked, and a chunk that waits is nobody's"
    if chunk.fence > 0 and (bill := attempts.close_unused(chunk.pk, now)).calls:
        Job.objects.filter(pk=job.pk).update(**bill.columns)
    _note_served(job, [(chunk, served)])
    if chunk.position == 0:
        Job.objects.filter(pk=job.pk).update(started_at=Coalesce("started_at", now))
        create_units(job, served.content, now, served.whole, errand_id=chunk.errand_id, is_cached=True)
    else:
        unblock_next(job, now)


def _note_served(job: Job, parts: list[tuple[Chunk, Served]]) -> None:
    if not parts:
        return
    journal.write_all([
        journal.entry(
            job, Event.SERVE,
            f"{journal.name_of(job, chunk.position)} from the cache, saved {dollars(served.saved_usd_micros)}",
            chunk_id=chunk.pk, unit=chunk.position, saved_usd_micros=served.saved_usd_micros,
        )
        for chunk, served in parts
    ])
    if any(served.is_simulated for _chunk, served in parts):
        Job.objects.filter(pk=job.pk).update(is_simulated=True)


def unblock_next(job: Job, now: Any) -> int:     # Any: a datetime
    """`sequential`: the first waiting unit may start when all before it are done or lost; how many may."""
    if job.strategy != Strategy.SEQUENTIAL:
        return 0
    units = Chunk.objects.filter(job=job).units()
    waiting = units.filter(state=ChunkState.PENDING.value, ready_at__isnull=True).order_by("position").first()
    if waiting is None:
        return 0
    before = units.filter(position__lt=waiting.position, state__in=[state.value for state in OPEN_CHUNK_STATES])
    if before.exists():
        return 0
    return Chunk.objects.filter(pk=waiting.pk).update(ready_at=now, reason="")
