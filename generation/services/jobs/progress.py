"""How far a job is, what it waits for, and when it should end: the small snapshot that is streamed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField
from django.db.models.functions import Now

from accounts import policies
from accounts.compiled import Given, Selection
from generation.core.reasons import EXPLANATIONS, NEEDS_A_PERSON, PAUSES_ROUTE, Reason
from generation.core.states import ChunkState
from generation.core.text import time_in_words
from generation.models import Chunk, Job, Route, clock
from generation.services.jobs import queue_position
from generation.services.routing import route_health
from generation.telemetry import journal, tracing


@dataclass(frozen=True)
class Waiting:
    """Why nothing moves at the moment, and until when; None: until somebody acts."""

    reason: Reason
    until: dt.datetime | None
    detail: str = ""
    seen_at: dt.datetime | None = None      # whose day is today

    @property
    def line(self) -> str:
        """`waiting for the provider, next try at 12:04 UTC`"""
        if self.until is None:
            return "waiting for the provider, until a person resumes it"
        if self.reason in NEEDS_A_PERSON:
            return f"waiting for the provider, next try when a person resumes it, or at {self.until_when()}"
        return f"waiting for the provider, next try at {self.until_when()}"

    def until_when(self, style: str = "%H:%M") -> str:
        """`12:04 UTC`, with the day unless that is today; empty while only a person can end it."""
        return time_in_words(self.until, self.seen_at or self.until, style=style) if self.until else ""

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        explanation = EXPLANATIONS[self.reason].as_json(self.reason.value, self.detail)
        return {**explanation, "until": self.until.isoformat() if self.until else None}


def waiting(job: Job) -> Waiting | None:
    """What an active job waits for; None while it runs, and when it ended."""
    return None if job.is_terminal else _waiting_of(job, _lines_of(job), clock.now())


def _lines_of(job: Job) -> list[Chunk]:
    """The job's chunks without their texts, each with the time by the database's clock."""
    return list(_lines.all(job_id=job.pk))


_lines = Selection(
    lambda: Chunk.objects.filter(job=Given("job_id", BigIntegerField())).order_by("position").annotate(db_now=Now())
    .only(
        "job_id", "position", "title", "state", "headline", "attempts", "reason", "reason_detail",
        "ready_at", "route_id", "from_cache", "written_tokens",
    )
)


def _waiting_of(job: Job, chunks: Sequence[Chunk], now: dt.datetime) -> Waiting | None:
    if job.is_terminal:
        return None
    if any(chunk.state == ChunkState.RUNNING for chunk in chunks):
        # Whose workers are all gone is not being made, whatever its row says: nobody is left to take it back.
        return None if queue_position.is_anybody_at_work(now) else Waiting(Reason.NO_WORKER, None)
    paused = _paused(job, chunks, now)
    if paused is not None:
        return paused
    late = [
        (chunk.ready_at, chunk) for chunk in chunks
        if chunk.state == ChunkState.PENDING and chunk.reason
        and chunk.ready_at is not None and chunk.ready_at > now
    ]
    if not late:
        return _waiting_for_worker(job, now)
    until, first = min(late, key=lambda pair: pair[0])
    return Waiting(Reason(first.reason), until, first.reason_detail, now)


def _paused(job: Job, chunks: Sequence[Chunk], now: dt.datetime) -> Waiting | None:
    """The wait for the provider: every route that could go on with the job is closed, and so are their fallbacks."""
    elsewhere = {chunk.route_id for chunk in chunks if chunk.state == ChunkState.PENDING and chunk.route_id}
    goes_on_here = not chunks or any(chunk.state == ChunkState.PENDING and not chunk.route_id for chunk in chunks)
    asked = [job.route] if goes_on_here or not elsewhere else []
    asked += Route.objects.filter(pk__in=elsewhere) if elsewhere else []
    waits: list[Waiting] = []
    for route in asked:
        closed = route.waits_until(now)
        if closed is None:
            return None
        instead = route_health.stand_in_for(route) if route.open_until is not None else None
        if instead is not None and instead.waits_until(now) is None and policies.may_use_routes(job.user.role)(
                instead.slug):
            return None
        waits.append(Waiting(closed[1], closed[0], route.breaker_detail, now))
    return min(waits, key=lambda wait: (wait.until is None, wait.until or now))


def _waiting_for_worker(job: Job, now: dt.datetime) -> Waiting | None:
    """Its work is due: either somebody is about to take it, or nobody can."""
    workers = queue_position.living_workers(now)
    if not workers:
        return Waiting(Reason.NO_WORKER, None)
    if all(worker.detail.get("revisions", {}).get(job.kind) != job.kind_revision for worker in workers):
        return Waiting(Reason.REVISION_MISSING, None, f"{job.kind}, revision {job.kind_revision}")
    return None


@dataclass(frozen=True)
class Place:
    """Where an active job stands: due chunks of other jobs that are claimed before its own, and when it should end.

    Nobody promises an end while nobody can do the work: then it is None."""

    ahead: int
    finish_at: dt.datetime | None

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        return {"ahead": self.ahead, "finish_at": self.finish_at and self.finish_at.isoformat()}


def outside(job: Job) -> tuple[object, ...]:
    """What an active job's snapshot shows although the job did not move: its place, and until when its route is closed.

    One query for the clock; the rest is remembered for all jobs of a route."""
    now = clock.now()
    works = bool(queue_position.living_workers(now)), queue_position.is_anybody_at_work(now)
    return queue_position.ahead_of(job, now), job.route.waits_until(now), works


def _place_of(job: Job, chunks: Sequence[Chunk], held: Waiting | None, now: dt.datetime) -> Place | None:
    """None once the job has ended.  Counts, in one query, only while nothing of the job is being made."""
    if job.is_terminal:
        return None
    is_moving = any(chunk.state == ChunkState.RUNNING for chunk in chunks)
    ahead = 0 if is_moving else queue_position.ahead_of(job, now)
    rest_s = job.expected_s * (100 - job.percent) / 100
    # As many calls as the route carries are made at the same time; each takes about half of a short document's time.
    wait_s = ahead // job.route.carries * job.expected_s / 2
    begins = now
    if held is not None:
        if held.until is None or held.reason in WAITS_FOR_PROVIDER:
            return Place(ahead, None)
        begins = max(now, held.until)
    return Place(ahead, begins + dt.timedelta(seconds=round(rest_s + wait_s)))


def explained(job: Job) -> dict[str, Any] | None:     # Any: JSON
    """Why a job ended without all its units, and what to do next."""
    return job.explanation.as_json(job.reason, job.reason_detail) if job.explanation else None


def snapshot(job: Job, chunks: Sequence[Chunk] | None = None) -> dict[str, Any]:     # Any: JSON
    """Everything that a progress display needs, small and whole, keyed by `revision`.

    One query; others, which are remembered for a moment, only while nothing of the job is being made.  `chunks`
    are those of a job that was made just now."""
    if chunks is None:
        chunks = _lines_of(job)
        now = job.finished_at or chunks[0].db_now     # type: ignore[attr-defined]    # annotated; there is chunk 0
    else:
        now = job.created_at
    units = [
        {
            "position": chunk.position, "title": chunk.title, "state": chunk.state, "headline": chunk.headline,
            "attempts": chunk.attempts, "reason": chunk.reason or None, "from_cache": chunk.from_cache,
            "written_tokens": _written([chunk]),
        }
        for chunk in chunks if chunk.position > 0
    ]
    held = _waiting_of(job, chunks, now)
    place = _place_of(job, chunks, held, now)
    written = _written(chunks)
    return {
        "id": str(job.public_id), "trace_id": tracing.trace_id(job.public_id), "revision": job.revision,
        "state": job.state, "percent": job.percent,
        "title": job.title, "units_done": job.unit_done, "units_total": job.unit_total, "units": units,
        "phase": phase_line(job, held, written), "written_tokens": written, "waiting": held.as_json() if held else None,
        "queue": place.as_json() if place else None,
        "input_tokens": job.input_tokens, "output_tokens": job.output_tokens,
        "cost_usd_micros": job.cost_usd_micros, "is_simulated": job.is_simulated,
        "from_cache": job.from_cache, "cached_parts": job.cached_parts, "saved_usd_micros": job.saved_usd_micros,
        "reason": job.reason or None, "explanation": explained(job), "findings": job.open_findings.as_json(),
        "elapsed_s": round(job.worked(now).total_seconds(), 1),
    }


WAITS_FOR_PROVIDER = PAUSES_ROUTE | {Reason.RATE_LIMITED}


def _written(chunks: Sequence[Chunk]) -> int:
    """About how many tokens the calls that run have brought so far, as far as they are streamed."""
    return sum(chunk.written_tokens for chunk in chunks if chunk.state == ChunkState.RUNNING)


def written_tokens(job: Job) -> int:
    """Likewise, of all calls of `job`."""
    return _written(list(Chunk.objects.filter(job=job, state=ChunkState.RUNNING.value).only("state", "written_tokens")))


def phase_line(job: Job, held: "Waiting | None" = None, written: int = 0) -> str:
    """One short line on what is going on: `generating: 7 of 12 weeks done`, or what it waits for."""
    noun = journal.noun_of(job)
    if held is not None and held.reason in WAITS_FOR_PROVIDER:
        return held.line
    so_far = f", about {written:,} tokens more written" if written else ""
    if job.state == "generating":
        return f"generating: {job.unit_done} of {job.unit_total} {noun}s done{so_far}"
    state = job.state.replace("_", " ")
    return f"{state}{so_far}" if not job.is_terminal else state


def elapsed_s(job: Job) -> float:
    """Seconds that the job has been at work: from when it was accepted to its end, and from each retry to the next."""
    return job.worked(job.finished_at or clock.now()).total_seconds()


def latest_revision_of(job_ids: list[int]) -> dict[int, int]:
    """The revisions of many jobs in one query: the event stream's poller."""
    return dict(Job.objects.filter(pk__in=job_ids).values_list("pk", "revision"))
