"""Take runnable chunks, fairly, so that no two workers ever hold the same one.

One transaction claims a batch: for each route its breaker and limit, then the fairest chunks (see fair_order),
then the guarded UPDATE with a new fencing token, and an attempt row for each.  The route's lock makes limit and
fairness exact.  While a route is paused its fallback takes its chunks, too, as one line with the fallback's own."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, Exists, F, Min, Q, Sum
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts import policies
from accounts.compiled import Change, Given, GivenMany, IsOneOf, Selection
from generation.core.breaker import Admission
from generation.core.prompting import Stage
from generation.core.states import ChunkState, Event, JobState
from generation.models import Attempt, AttemptState, Chunk, Job, Origin, Route, clock
from generation.models.bulk import RowsInsert
from generation.models.chunk import changes
from generation.services.chunks import backlog
from generation.services.chunks.claim import Claim, StoredReply
from generation.services.chunks.fair_order import DueChunks, Revisions, fairest, known
from generation.services.routing import route_health

MAX_BATCH = 32      # keeps the transaction short
MINUTE = dt.timedelta(minutes=1)
USUAL_TOKENS = 4_000      # of a call, until the route's own are known
_insert_attempts = RowsInsert(Attempt, (
    "job", "chunk", "errand", "fence", "route", "why_route", "model", "worker", "origin", "started_at", "is_repair",
), returning=("chunk", "id"))


@dataclass(frozen=True)
class Batch:
    claims: tuple[Claim, ...]
    may_have_more: bool         # the batch was full: another claim is worth its while


def claim(*, worker: str, slots: int, revisions: Mapping[str, int]) -> Batch:
    """Up to `slots` chunks for `worker`, of kinds and revisions that it knows."""
    found: list[Claim] = []
    is_full, known_ones = False, backlog.revisions_of(revisions)
    for route_id, paused in _routes_with_work(known_ones).items():
        room = min(slots - len(found), MAX_BATCH)
        if room <= 0:
            return Batch(tuple(found), may_have_more=True)
        try:
            claims, route_is_full = _claim_on(route_id, worker, room, known_ones, paused)
        except DatabaseError:
            if found:      # what is claimed must reach its worker; the next claim meets the trouble
                return Batch(tuple(found), may_have_more=True)
            raise
        found += claims
        is_full = is_full or route_is_full
    return Batch(tuple(found), is_full)


_earliest = Selection(lambda: Chunk.objects.filter(state=ChunkState.PENDING.value, ready_at__isnull=False).order_by(
    "ready_at").annotate(db_now=Now()).values_list("ready_at", "db_now")[:1])


def due_in() -> dt.timedelta | None:
    """How long until the next part is due to be asked or looked for, or since when it has been; None: none waits.

    One look at an index.  What has long been due may wait for its route."""
    return clock.until(_earliest.first())


class _Wanted(NamedTuple):
    """Of due chunks: their own route and their job's, and until when each is paused."""

    own: int | None
    own_until: dt.datetime | None
    of_job: int
    job_until: dt.datetime | None


@cache
def _wanted(revisions: Revisions) -> Selection[tuple[Any, ...]]:     # Any: of _Wanted
    return Selection(
        lambda: Chunk.objects.runnable(clock.placed(Given("now"))).filter(known(revisions))
        .filter(~Exists(backlog.beyond_short(clock.placed(Given("now"))))).of_jobs_at_work().order_by().values_list(
            "route_id", "route__open_until", "job__route_id", "job__route__open_until").distinct())


def _routes_with_work(revisions: Revisions) -> dict[int, tuple[int, ...]]:
    """Routes with a due chunk, each with the paused routes that it stands in for.  Without a lock."""
    is_paused = _wanted_routes(revisions)
    found = list(is_paused)
    random.shuffle(found)      # with few slots, no route shall always come first
    visits: dict[int, tuple[int, ...]] = dict.fromkeys(found, ())
    paused = [route_id for route_id in found if is_paused[route_id]]
    if paused:
        now = clock.now()
        for route in Route.objects.filter(pk__in=paused):
            instead = route_health.stand_in_for(route, now)
            if instead is not None:
                visits[instead.pk] = (*visits.get(instead.pk, ()), route.pk)
            elif route.is_hard_open or route.is_held:
                _send_home(route)
    return visits


def _wanted_routes(revisions: Revisions) -> dict[int, bool]:
    """Routes with a due chunk, and whether each is paused; all due chunks are looked at while they are few."""
    waiting = backlog.current(revisions)
    if waiting is not None:
        waiting.catch_up()
    else:
        rows = list(map(_Wanted._make, _wanted(revisions).all(now=timezone.now())))
        waiting = None if rows else backlog.look(revisions)
        if waiting is None:
            return {row.own or row.of_job: (row.own_until if row.own else row.job_until) is not None for row in rows}
    return {route_id: until is not None for route_id, until in _paused_until.all(routes=waiting.routes)}


_paused_until = Selection(
    lambda: Route.objects.filter(IsOneOf("pk", GivenMany("routes"))).order_by().values_list("pk", "open_until"))


def _send_home(route: Route) -> None:
    """Parts of jobs of other routes do not wait here for a person: their jobs' own routes make them."""
    away = Chunk.objects.filter(state=ChunkState.PENDING.value, route=route).exclude(job__route=route)
    away.update(route=None, why_route="")


_lock_route = Selection(lambda: Route.objects.select_for_update(no_key=True).annotate(
    locked_at=Now()).filter(pk=Given("route")))
_lock_chunks = Selection(lambda: Chunk.objects.select_for_update(
    skip_locked=True, of=("self",), no_key=True).runnable(Given("now")).filter(IsOneOf("pk", GivenMany("ids")))
    .order_by("job_id", "position").select_related("job").defer("job__brief", "job__brief_text", "job__findings"))


def _claim_on(
    route_id: int, worker: str, room: int, revisions: Revisions, paused: tuple[int, ...]
) -> tuple[list[Claim], bool]:
    """Claims on one route: its own chunks and, in the same line, those of the `paused` routes that it stands in
    for, of users who may use it.  And whether there may be more."""
    with transaction.atomic(durable=True):
        [route] = _lock_route.all(route=route_id)
        now = clock.of_row(route.locked_at)
        running = _running_by_user(route)
        room = min(room, _admitted(route, now, running.total()))
        if room <= 0:
            return [], False
        due = DueChunks(route, revisions)
        if paused:
            due = DueChunks(route, revisions, paused, tuple(policies.roles_that_may_use(route.slug)))
        waiting = backlog.current(revisions) if route.open_until is None else None      # a trial call may take long
        if waiting is not None:
            ids = backlog.fairest(waiting, due, worker=worker, now=now, room=room)
        else:
            ids = fairest(due, worker=worker, now=now, room=room, running=running)
        chunks = _lock_chunks.all(now=now, ids=ids)
        if not chunks:
            return [], False
        is_probe = route.breaker.admission(now) is Admission.PROBE
        if is_probe:
            route_health.reserve_probe(route, now)
        claims = _take(chunks, route, worker, now, is_probe=is_probe)
        return claims, len(chunks) == room and not is_probe


def _running_by_user(route: Route) -> Counter[int]:
    return Counter(dict(_running.all(route=route.pk)))


_running = Selection(
    lambda: Chunk.objects.running_on(Given("route")).order_by().values_list("job__user_id").annotate(Count("id")))


def _admitted(route: Route, now: dt.datetime, running: int) -> int:
    """How many more calls the route takes now."""
    if route.throttled_until is not None and route.throttled_until > now:
        return 0
    match route.breaker.admission(now):
        case Admission.OPEN_ROAD:
            return min(route.carries - running, _left_of_minute(route, now))
        case Admission.PROBE:
            return 1
        case Admission.NONE:
            return 0


def _left_of_minute(route: Route, now: dt.datetime) -> int:
    """Calls that the declared limits still allow; a spent minute rests the route until its oldest call is over a
    minute old.  Asks nothing where nothing is declared."""
    if route.requests_per_minute is None and route.tokens_per_minute is None:
        return MAX_BATCH
    lately = Attempt.objects.filter(route=route, started_at__gt=now - MINUTE, origin=Origin.PROVIDER).aggregate(
        calls=Count("id"), oldest=Min("started_at"), known=Count("id", filter=Q(output_tokens__gt=0)),
        tokens=Coalesce(Sum(F("input_tokens") + F("output_tokens"), filter=Q(output_tokens__gt=0)), 0),
    )
    left = MAX_BATCH
    if route.requests_per_minute is not None:
        left = min(left, route.requests_per_minute - lately["calls"])
    if route.tokens_per_minute is not None:
        each = max(1, lately["tokens"] // lately["known"] if lately["known"] else USUAL_TOKENS)
        # A call whose tokens are not known yet counts as a usual one.
        spent = lately["tokens"] + each * (lately["calls"] - lately["known"])
        left = min(left, max((route.tokens_per_minute - spent) // each, 0 if lately["calls"] else 1))
    if left <= 0:
        route_health.throttle(route, lately["oldest"] + MINUTE)
    return left


_take_chunks = Change(lambda: (
    Chunk.objects.filter(IsOneOf("pk", GivenMany("ids"))).accepting(Event.CLAIM), changes(
        Event.CLAIM, Given("now"), lease_until=Given("lease_until"), worker=Given("worker"), fence=F("fence") + 1,
        attempts=F("attempts") + 1, ready_at=None, reason="", reason_detail="",
        started_at=Coalesce(F("started_at"), Given("now")), written_tokens=0,
    )))


def _take(
    chunks: list[Chunk], route: Route, worker: str, now: dt.datetime, *, is_probe: bool
) -> list[Claim]:
    ids = [chunk.pk for chunk in chunks]
    elsewhere = {chunk.pk for chunk in chunks if chunk.asked_on_id != route.pk}
    taken = _take_chunks.make(ids=ids, now=now, lease_until=now + dt.timedelta(seconds=settings.LEASE_S), worker=worker)
    assert taken == len(ids), "the rows were locked when they were read"
    if elsewhere:
        Chunk.objects.filter(pk__in=elsewhere).update(stand_in=route)
    why = {chunk.pk: _why(chunk, route, is_stand_in=chunk.pk in elsewhere) for chunk in chunks}
    stored = _stored_replies([chunk for chunk in chunks if chunk.fence > 0])
    truncated = _truncated([chunk.pk for chunk in chunks if chunk.attempts > 0])
    attempts: dict[int, int] = dict(_insert_attempts([
        (
            chunk.job_id, chunk.pk, chunk.errand_id, chunk.fence + 1, route.pk, why[chunk.pk], route.model, worker,
            (Origin.STORED if chunk.pk in stored else Origin.PROVIDER).value, now, bool(chunk.findings),
        )
        for chunk in chunks
    ]))
    _show(chunks, now)
    wire = route.wire
    return [
        Claim(
            chunk_id=chunk.pk, job_id=chunk.job_id, position=chunk.position, stage=Stage(chunk.stage),
            fence=chunk.fence + 1, attempt_id=attempts[chunk.pk], errand_id=chunk.errand_id,
            attempts=chunk.attempts + 1, repairs=chunk.repairs, findings=tuple(chunk.findings), draft=chunk.draft,
            instruction=chunk.instruction,
            kind=chunk.job.kind, kind_revision=chunk.job.kind_revision, strategy=chunk.job.strategy,
            unit_total=chunk.job.unit_total, job_key=str(chunk.job.public_id), route_id=route.pk,
            why_route=why[chunk.pk], is_stand_in=chunk.pk in elsewhere, endpoint=route.endpoint, model=route.model,
            prices=route.prices, wire=wire, deadline_s=route.patience_s, max_in_flight=route.max_in_flight,
            max_output_tokens=route.longest_reply, context_tokens=route.room,
            was_truncated=chunk.pk in truncated, route_is_suspect=route.breaker_failures > 0,
            is_probe=is_probe, stored_reply=stored.get(chunk.pk),
        )
        for chunk in chunks
    ]


def _why(chunk: Chunk, route: Route, *, is_stand_in: bool) -> str:
    """The sentence on the attempt: why it is asked on this route."""
    if is_stand_in:
        return f"its own route is paused, and {route.slug} is the fallback"
    return chunk.why_route if chunk.route_id is not None else chunk.job.why_route


def _stored_replies(chunks: list[Chunk]) -> dict[int, StoredReply]:
    """By chunk: the newest reply that was stored and never judged."""
    if not chunks:
        return {}
    rows = Attempt.objects.filter(chunk__in=chunks, state=AttemptState.REPLIED).order_by("fence")
    return {
        row.chunk_id: StoredReply(row.pk, row.request_fingerprint, row.reply, row.cost_usd_micros) for row in rows
    }


def _truncated(chunk_ids: list[int]) -> set[int]:
    """Chunks that once ended at the length limit: their next call gets a larger one."""
    if not chunk_ids:
        return set()
    return set(
        Attempt.objects.filter(chunk_id__in=chunk_ids, code="truncated").values_list("chunk_id", flat=True)
    )


_lock_jobs = Selection(
    lambda: Job.objects.select_for_update(skip_locked=True, no_key=True).filter(
        IsOneOf("pk", GivenMany("ids"))).values_list("pk"))
_show_jobs = Change(lambda: (
    Job.objects.filter(IsOneOf("pk", GivenMany("ids"))), {"revision": F("revision") + 1}))
_show_planning = Change(lambda: (
    Job.objects.filter(IsOneOf("pk", GivenMany("ids")), state=JobState.QUEUED.value),
    {"state": JobState.PLANNING.value, "started_at": Coalesce(F("started_at"), Given("now"))}))


def _show(chunks: list[Chunk], now: dt.datetime) -> None:
    """Let the jobs show that they move.  A job that somebody else has locked is about to be shown anyway."""
    jobs = [job_id for job_id, in _lock_jobs.all(ids={chunk.job_id for chunk in chunks})]
    _show_jobs.make(ids=jobs)
    planning = {chunk.job_id for chunk in chunks if chunk.position == 0}.intersection(jobs)
    if planning:
        _show_planning.make(ids=planning, now=now)
