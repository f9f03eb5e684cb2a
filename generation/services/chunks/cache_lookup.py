"""Look in the cache before anybody is asked: when a part becomes due, and when the twin that it waited for is over.

What is served needs no worker, no route and no call, so it also comes while the provider is away."""

import datetime as dt
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Min, Q

from accounts.compiled import Bound, together
from generation import queue
from generation.core.cache_key import Scope, Sought
from generation.core.kind import JsonObject
from generation.core.prompting import Kind, Stage
from generation.core.states import OPEN_CHUNK_STATES, ChunkState
from generation.kinds import all_kinds
from generation.models import Chunk, Flight, Job, Strategy, clock
from generation.services.cache import cache_entries, single_flight
from generation.services.cache.cache_entries import Seeker
from generation.services.chunks.fan_out import serve
from generation.services.chunks.job_state import derive
from generation.services.job_spec import JobSpec

if TYPE_CHECKING:
    from accounts.models import User

BATCH = 20      # jobs that one look serves, so that claiming does not wait for it

_logger = logging.getLogger(__name__)


def insert_first(job: Job, chunk: Chunk, spec: JobSpec, now: dt.datetime, line: Bound[bool]) -> int:
    """Write `chunk`, the first part of a new job that was made from `spec`, and `line`, which tells of it, and look
    the job up; how many parts were served.

    Mostly the cache has nothing and nobody asks for the same: then the chunk leads its flight from the beginning."""
    seeker = Seeker.of(job, spec)
    if seeker is not None:
        chunk.cache_key = seeker.first(Stage(chunk.stage)).key
    if seeker is None or chunk.is_fresh:
        together(line, single_flight.insertion(chunk))
        return 0
    # In this order: whoever led the flight until a moment ago has stored what it made before that.
    _written, leads, found = together(
        line, single_flight.leading_insertion(chunk), cache_entries.with_key(chunk.cache_key))
    if leads and not found:
        return 0
    single_flight.insert_alone(chunk)
    return look_up(job, now, [chunk], spec)


def look_up(job: Job, now: dt.datetime, due: list[Chunk] | None = None, spec: JobSpec | None = None) -> int:
    """Serve what the cache has of the job's parts that are due to be looked for; how many were served.

    The others lead their flight, or wait for the twin that does.  The job is locked; or new, and `due` its parts,
    `spec` what it was made from."""
    if cache_entries.scope() is Scope.OFF:
        return 0
    keys, seeker = list[str](), None
    while chunks := due or _to_look_up(job, now):
        due = None
        seeker = seeker or Seeker.of(job, spec)
        if seeker is None:
            break
        keys += [key for chunk in chunks if (key := _look_up_one(job, seeker, chunk, now))]
        if job.strategy != Strategy.SEQUENTIAL:
            break      # where one does not follow on another, nothing has become due
    cache_entries.note_hits(keys)
    return len(keys)


def _to_look_up(job: Job, now: dt.datetime) -> list[Chunk]:
    chunks = list(
        Chunk.objects.filter(job=job, state=ChunkState.PENDING.value, instruction="").filter(
            Q(cache_key="", ready_at__isnull=False) | Q(flight=Flight.WAITS, ready_at__lte=now)
        ).order_by("position")
    )
    if job.strategy != Strategy.SEQUENTIAL:
        return chunks
    # What comes before is part of the question, and has to stand still.
    open_before = Chunk.objects.filter(job=job, state__in=[state.value for state in OPEN_CHUNK_STATES])
    return [chunk for chunk in chunks[:1] if not open_before.filter(position__lt=chunk.position).exists()]


def _look_up_one(job: Job, seeker: Seeker, chunk: Chunk, now: dt.datetime) -> str:
    """The key of what it was served with, if it was."""
    sought = seeker.first(Stage(chunk.stage)) if chunk.position == 0 else _unit_sought(job, seeker, chunk)
    if chunk.is_fresh:
        Chunk.objects.filter(pk=chunk.pk).update(cache_key=sought.key)
        return ""
    for _ in range(2):      # an entry that cannot be read is gone after the first look
        if single_flight.board(chunk, sought.key, now):
            return ""
        found = _one(sought)
        if found is not None:
            serve(job, chunk, found, now)
            return sought.key
    single_flight.park(chunk, sought.key, now)
    return ""


def _unit_sought(job: Job, seeker: Seeker, chunk: Chunk) -> Sought:
    plan = Chunk.objects.values_list("content", flat=True).get(job=job, position=0)
    assert plan is not None, "the plan comes first"
    is_sequential = job.strategy == Strategy.SEQUENTIAL
    so_far = digests_before(job.pk, chunk.position, seeker.spec.kind, plan) if is_sequential else []
    return seeker.unit(chunk.position, plan, so_far)


def _let_go_by_themselves(job: Job, now: dt.datetime) -> None:
    """The cache was switched off while they waited."""
    Chunk.objects.filter(job=job, flight=Flight.WAITS).update(
        flight=Flight.NONE, cache_key="", ready_at=now, reason="", reason_detail=""
    )


def digests_before(job_id: int, position: int, kind: Kind, plan: JsonObject) -> list[str]:
    """`sequential`: a line or two about each done unit before this one."""
    done = (
        Chunk.objects.filter(job=job_id, position__lt=position, state=ChunkState.DONE.value)
        .units().order_by("position").values_list("position", "content")
    )
    typed = kind.plan(plan)
    return [
        f"{kind.unit_noun} {before}: {kind.digest(typed, before, kind.unit(content))}"
        for before, content in done if content is not None
    ]


def serve_due() -> bool:
    """Let parts whose twin is over look again, each job in a transaction of its own; whether there may be more.

    A look at an index where nothing waits.  Those whose worker died least often come first: one of them leads."""
    if not Chunk.objects.due_twins(clock.in_statement()).exists():
        return False
    now = clock.now()
    if cache_entries.scope() is not Scope.OFF:
        single_flight.park_those_with_a_leader(now)
    known = Q(pk__in=[])
    for slug, kind in all_kinds().items():
        known |= Q(job__kind=slug, job__kind_revision=kind.revision)
    due = Chunk.objects.due_twins(now).filter(known).order_by().values_list("job_id")
    jobs = list(due.annotate(crashed=Min("crashes")).order_by("crashed", "job_id")[:BATCH])
    for job_id, _crashed in jobs:
        try:
            _serve_job(job_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            _logger.exception("job %s could not be looked up", job_id)
    return len(jobs) == BATCH


def _serve_job(job_id: int) -> None:
    with transaction.atomic(durable=True):
        # Somebody who has locked it looks for its parts, or it is looked at again.
        free = Job.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(pk=job_id)
        job = free.select_related("user", "route").first()
        if job is None:
            return
        now = clock.now()
        if cache_entries.scope() is Scope.OFF:
            _let_go_by_themselves(job, now)
        elif look_up(job, now):
            derive(job, now)
        if Chunk.objects.runnable(now).filter(job=job).exists():
            queue.ring()


@dataclass(frozen=True)
class Foreseen:
    """What the cache has of a request that nobody has made."""

    has_plan: bool = False
    units: int = 0
    saved_usd_micros: int = 0


def foresee(user: "User", spec: JobSpec) -> Foreseen:
    """Reads, and serves nothing."""
    seeker, kind = Seeker(user, spec), spec.kind
    first = _one(seeker.first(spec.strategy.first_stage))
    if first is None:
        return Foreseen()
    saved, found, so_far = first.saved_usd_micros, sum(unit is not None for unit in first.whole), list[str]()
    typed, plan = kind.plan(first.content), first.content
    missing = [n for n in range(1, spec.units + 1) if n > len(first.whole) or first.whole[n - 1] is None]
    if spec.strategy != Strategy.SEQUENTIAL:
        served = cache_entries.find(seeker.unit(position, plan) for position in missing)
        return Foreseen(True, found + len(served), saved + sum(one.saved_usd_micros for one in served.values()))
    for position in missing:
        unit = _one(seeker.unit(position, plan, so_far))
        if unit is None:
            break
        digest = kind.digest(typed, position, kind.unit(unit.content))
        so_far.append(f"{kind.unit_noun} {position}: {digest}")
        saved, found = saved + unit.saved_usd_micros, found + 1
    return Foreseen(True, found, saved)


def _one(sought: Sought) -> cache_entries.Served | None:
    return cache_entries.find([sought]).get(sought.key)
