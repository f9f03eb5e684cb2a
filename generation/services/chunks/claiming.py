"""Take runnable chunks, fairly, so that no two workers ever hold the same one.

One transaction claims a batch: for each route its breaker and limit, then the fairest chunks (see fair_order),
then the guarded UPDATE with a new fencing token, and an attempt row for each.  The route's lock makes limit and
fairness exact.  While a route is paused its fallback takes its chunks, too, as one line with the fallback's own."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import Coalesce

from accounts import policies
from generation.core.breaker import Admission
from generation.core.prompting import Stage
from generation.core.states import ChunkState, Event, JobState
from generation.models import Attempt, AttemptState, Chunk, Job, Origin, Route, clock
from generation.models.chunk import changes
from generation.services.chunks.claim import Claim, StoredReply
from generation.services.chunks.fair_order import fairest
from generation.services.routing import route_health

MAX_BATCH = 32      # keeps the transaction short
MINUTE = dt.timedelta(minutes=1)
USUAL_TOKENS = 4_000      # of a call, until the route's own are known


@dataclass(frozen=True)
class Batch:
    claims: tuple[Claim, ...]
    may_have_more: bool         # the batch was full: another claim is worth its while


def claim(*, worker: str, slots: int, revisions: Mapping[str, int]) -> Batch:
    """Up to `slots` chunks for `worker`, of kinds and revisions that it knows."""
    found: list[Claim] = []
    is_full = False
    for route_id, paused in _routes_with_work(revisions).items():
        room = min(slots - len(found), MAX_BATCH)
        if room <= 0:
            return Batch(tuple(found), may_have_more=True)
        try:
            claims, route_is_full = _claim_on(route_id, worker, room, revisions, paused)
        except DatabaseError:
            if found:      # what is claimed must reach its worker; the next claim meets the trouble
                return Batch(tuple(found), may_have_more=True)
            raise
        found += claims
        is_full = is_full or route_is_full
    return Batch(tuple(found), is_full)


def _known(revisions: Mapping[str, int]) -> Q:
    condition = Q(pk__in=[])
    for kind, revision in revisions.items():
        condition |= Q(job__kind=kind, job__kind_revision=revision)
    return condition


def _routes_with_work(revisions: Mapping[str, int]) -> dict[int, tuple[int, ...]]:
    """Routes with a due chunk, each with the paused routes that it stands in for.

    Without a lock, and in one query while nothing is paused: most wake-ups find nothing."""
    due = Chunk.objects.runnable(clock.now()).filter(_known(revisions)).order_by()
    rows = due.values_list("route_id", "route__open_until", "job__route_id", "job__route__open_until").distinct()
    is_paused = {
        (own or of_job): (own_until if own else job_until) is not None for own, own_until, of_job, job_until in rows
    }
    found = list(is_paused)
    random.shuffle(found)      # with few slots, no route shall always come first
    visits: dict[int, tuple[int, ...]] = dict.fromkeys(found, ())
    paused = [route_id for route_id in found if is_paused[route_id]]
    if paused:
        for route in Route.objects.filter(pk__in=paused):
            instead = route_health.stand_in_for(route)
            if instead is not None:
                visits[instead.pk] = (*visits.get(instead.pk, ()), route.pk)
            elif route.is_hard_open or route.is_held:
                _send_home(route)
    return visits


def _send_home(route: Route) -> None:
    """Parts of jobs of other routes do not wait here for a person: their jobs' own routes make them."""
    away = Chunk.objects.filter(state=ChunkState.PENDING.value, route=route).exclude(job__route=route)
    away.update(route=None, why_route="")


def _claim_on(
    route_id: int, worker: str, room: int, revisions: Mapping[str, int], paused: tuple[int, ...]
) -> tuple[list[Claim], bool]:
    """Claims on one route: its own chunks and, in the same line, those of the `paused` routes that it stands in
    for, of users who may use it.  And whether there may be more."""
    with transaction.atomic(durable=True):
        route = Route.objects.select_for_update(no_key=True).get(pk=route_id)
        now = clock.now()
        running = _running_by_user(route)
        room = min(room, _admitted(route, now, running.total()))
        if room <= 0:
            return [], False
        due = Chunk.objects.runnable(now).filter(_known(revisions))
        mine = due.preferring(route.pk)
        if paused and route.open_until is None:
            mine |= due.preferring(*paused).filter(job__user__role__in=policies.roles_that_may_use(route.slug))
        ids = fairest(mine, route=route, paused=paused, worker=worker, now=now, room=room, running=running)
        chunks = list(
            Chunk.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
            .runnable(now).filter(pk__in=ids).order_by("job_id", "position")
            .select_related("job").defer("job__brief", "job__brief_text", "job__findings")
        )
        if not chunks:
            return [], False
        is_probe = route.breaker.admission(now) is Admission.PROBE
        if is_probe:
            route_health.reserve_probe(route, now)
        claims = _take(chunks, route, worker, now, is_probe=is_probe)
        return claims, len(chunks) == room and not is_probe


def _running_by_user(route: Route) -> Counter[int]:
    users = Chunk.objects.running_on(route.pk).order_by()
    return Counter(users.values_list("job__user_id", flat=True))


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


def _take(
    chunks: list[Chunk], route: Route, worker: str, now: dt.datetime, *, is_probe: bool
) -> list[Claim]:
    ids = [chunk.pk for chunk in chunks]
    elsewhere = {chunk.pk for chunk in chunks if chunk.asked_on_id != route.pk}
    taken = Chunk.objects.filter(pk__in=ids).accepting(Event.CLAIM).update(
        **changes(
            Event.CLAIM, now, lease_until=now + dt.timedelta(seconds=settings.LEASE_S), worker=worker,
            fence=F("fence") + 1, attempts=F("attempts") + 1, ready_at=None, reason="", reason_detail="",
            started_at=Coalesce(F("started_at"), now), written_tokens=0,
        )
    )
    assert taken == len(ids), "the rows were locked when they were read"
    if elsewhere:
        Chunk.objects.filter(pk__in=elsewhere).update(stand_in=route)
    why = {chunk.pk: _why(chunk, route, is_stand_in=chunk.pk in elsewhere) for chunk in chunks}
    stored = _stored_replies([chunk for chunk in chunks if chunk.fence > 0])
    truncated = _truncated([chunk.pk for chunk in chunks if chunk.attempts > 0])
    attempts = Attempt.objects.bulk_create(
        Attempt(
            job_id=chunk.job_id, chunk=chunk, fence=chunk.fence + 1, route=route, why_route=why[chunk.pk],
            model=route.model, worker=worker,
            origin=Origin.STORED if chunk.pk in stored else Origin.PROVIDER, started_at=now,
        )
        for chunk in chunks
    )
    _show(chunks, now)
    wire = route.wire
    return [
        Claim(
            chunk_id=chunk.pk, job_id=chunk.job_id, position=chunk.position, stage=Stage(chunk.stage),
            fence=chunk.fence + 1, attempt_id=attempt.pk, attempts=chunk.attempts + 1, repairs=chunk.repairs,
            findings=tuple(chunk.findings), draft=chunk.draft, instruction=chunk.instruction,
            kind=chunk.job.kind, kind_revision=chunk.job.kind_revision, strategy=chunk.job.strategy,
            unit_total=chunk.job.unit_total, job_key=str(chunk.job.public_id), route_id=route.pk,
            why_route=why[chunk.pk], is_stand_in=chunk.pk in elsewhere, endpoint=route.endpoint, model=route.model,
            prices=route.prices, wire=wire, deadline_s=route.patience_s, max_in_flight=route.max_in_flight,
            max_output_tokens=route.longest_reply, context_tokens=route.room,
            was_truncated=chunk.pk in truncated, route_is_suspect=route.breaker_failures > 0,
            is_probe=is_probe, stored_reply=stored.get(chunk.pk),
        )
        for chunk, attempt in zip(chunks, attempts, strict=True)
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


def _show(chunks: list[Chunk], now: dt.datetime) -> None:
    """Let the jobs show that they move.  A job that somebody else has locked is about to be shown anyway."""
    jobs = list(
        Job.objects.select_for_update(skip_locked=True, no_key=True)
        .filter(pk__in={chunk.job_id for chunk in chunks}).values_list("pk", flat=True)
    )
    planning = {chunk.job_id for chunk in chunks if chunk.position == 0}
    Job.objects.filter(pk__in=jobs).update(revision=F("revision") + 1)
    Job.objects.filter(pk__in=planning & set(jobs), state=JobState.QUEUED.value).update(
        state=JobState.PLANNING.value, started_at=Coalesce(F("started_at"), now)
    )
