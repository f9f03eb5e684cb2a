"""The job as its chunks make it.  Called inside the transaction that moved a chunk, with the job locked."""

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, Sum

from accounts.compiled import Given, GivenMany, IsOneOf, Selection
from generation.core.findings import Counts, Finding, Severity, error
from generation.core.kind import JsonObject
from generation.core.pricing import dollars
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import TERMINAL_JOB_STATES, ChunkState, JobState
from generation.core.states import derive as derived_state
from generation.kinds import all_kinds
from generation.models import Chunk, Job, LogEntry, LogLevel
from generation.models.bulk import Row, RowsUpdate
from generation.services import quotas
from generation.services.chunks import holding, second_look
from generation.services.chunks.assembly import assembled
from generation.services.chunks.attempts import AMOUNTS, Bill
from generation.services.outbox import deliveries
from generation.telemetry import job_spans, journal

_logger = logging.getLogger(__name__)
MOVED = (
    "state", "is_planned", "unit_done", "unit_failed", "cached_parts", "saved_usd_micros", "finished_at", "reason",
    "reason_detail", "is_counted", "revision",
)
_move = RowsUpdate(
    Job, MOVED,
    given={"more_calls": "calls", **{f"more_{name}": name for name in AMOUNTS}, "was_simulated": "is_simulated"},
    also=(
        "calls = t.calls + v.more_calls", *(f"{name} = t.{name} + v.more_{name}" for name in AMOUNTS),
        "is_simulated = t.is_simulated OR v.was_simulated",
    ), returning=("cost_usd_micros",))
_find = RowsUpdate(Job, ("findings", "open_errors", "open_warnings", "open_humans"))
_LOSSES = {JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED}
_LEVELS = {JobState.COMPLETED: LogLevel.INFO, JobState.IN_REVIEW: LogLevel.WARNING}
_READABLE = {JobState.COMPLETED, JobState.PARTIAL}


def derive(job: Job, now: dt.datetime, bill: Bill | None = None, *, reason: Reason | None = None) -> JobState:
    """Set state, counters and `revision + 1` from the chunks, and add `bill` to the sums; settle with the ledger
    if that ends the job.

    `reason` explains a loss; without one it is taken from the first chunk that was lost."""
    derive_together([job], now, {job.pk: bill} if bill else {}, reason=reason)
    if job.is_terminal:
        quotas.settle_jobs([job], now)
    return JobState(job.state)


def derive_together(
    jobs: Sequence[Job], now: dt.datetime, bills: Mapping[int, Bill], *, reason: Reason | None = None
) -> None:
    """`derive` for all `jobs`, in one look at their chunks and one statement for what is moved.  The caller settles
    those that ended with the ledger, together."""
    if not jobs:
        return
    before = {job.pk: JobState(job.state) for job in jobs}
    _take_on(jobs, now, reason)
    ended = [job for job in jobs if job.is_terminal and before[job.pk] != job.state]
    if sent_back := _look_over([job for job in ended if job.state in _READABLE], now):
        _take_on(sent_back, now, reason)
        ended = [job for job in ended if job.is_terminal]
    held = _hold([job for job in ended if job.state in _READABLE])
    rows = list[Row]()
    for job in jobs:
        bill = bills.get(job.pk) or Bill()
        rows.append((
            job.pk, *(getattr(job, name) for name in MOVED), bill.calls, *(bill.amounts[name] for name in AMOUNTS),
            bill.is_simulated,
        ))
    cost: dict[int, int] = dict(_move(rows))
    holding.note(held, now)
    _end(ended, cost, now)


def _take_on(jobs: Sequence[Job], now: dt.datetime, reason: Reason | None) -> None:
    """Put into the rows what their chunks make of them; nothing is written."""
    counts = _counts_of(jobs)
    for job in jobs:
        for name, value in _derived(job, counts[job.pk], now, reason).items():
            setattr(job, name, value)


def _look_over(ended: Sequence[Job], now: dt.datetime) -> list[Job]:
    """Check the documents of jobs that are about to end; those of which a part is mended first do not end yet."""
    sent_back = []
    for job in ended:
        job.findings = []
        if job.state == JobState.COMPLETED:
            document, found = _checked(job)
            job.findings = [finding.as_json() for finding in found]
            if second_look.send_back(job, document, found, now):
                sent_back.append(job)
    return sent_back


def _hold(ended: Sequence[Job]) -> holding.Held:
    """Keep back the documents that a person has to decide about; what for, by job."""
    if not ended:
        return {}
    found = holding.findings_of(ended)
    held = holding.held_among(found)
    for job in ended:
        counts = Counts.of(found[job.pk])      # of those left to a person, what was released is no longer open
        job.open_errors, job.open_warnings, job.open_humans = (
            counts.errors, counts.warnings, len(held.get(job.pk, ())))
    _find([(job.pk, job.findings, job.open_errors, job.open_warnings, job.open_humans) for job in ended])
    for job in ended:
        if job.pk in held:
            first = held[job.pk][0]
            job.state, job.reason = JobState.IN_REVIEW.value, Reason.WAITS_FOR_REVIEW.value
            job.reason_detail = first["message"]
    return held


@dataclass(frozen=True)
class _Count:
    """Of chunks of one job, stage and state."""

    stage: str
    state: ChunkState
    chunks: int
    attempts: int           # most of any
    reason: str
    cached: int
    saved_usd_micros: int


_count = Selection(
    lambda: Chunk.objects.filter(IsOneOf("job_id", GivenMany("jobs"))).order_by()
    .values_list("job_id", "stage", "state").annotate(
        Count("id"), Max("attempts"), Max("reason"),
        cached=Count("id", filter=Q(from_cache=True)), saved=Sum("saved_usd_micros"),
    ))


def _counts_of(jobs: Sequence[Job]) -> dict[int, list[_Count]]:
    counts: dict[int, list[_Count]] = {job.pk: [] for job in jobs}
    for job_id, stage, state, *sums in _count.all(jobs=[job.pk for job in jobs]):
        counts[job_id].append(_Count(stage, ChunkState(state), *sums))
    return counts


def _derived(job: Job, counts: list[_Count], now: dt.datetime, reason: Reason | None) -> dict[str, Any]:
    """The column values MOVED of `job`, as its chunks make it.     Any: column values"""
    units = {count.state: count.chunks for count in counts if count.stage == Stage.UNIT}
    plan = next((count for count in counts if count.stage != Stage.UNIT), None)      # there is one of it
    assert plan is not None, "every job has its chunk 0"
    state = derived_state(plan.state, plan.attempts, units)
    is_terminal = state in TERMINAL_JOB_STATES
    values: dict[str, Any] = {      # Any: column values
        "state": state.value,
        "is_planned": plan.state is ChunkState.DONE,
        "unit_done": units.get(ChunkState.DONE, 0),
        "unit_failed": units.get(ChunkState.FAILED, 0) + units.get(ChunkState.CANCELLED, 0),
        "cached_parts": sum(count.cached for count in counts),
        "saved_usd_micros": sum(count.saved_usd_micros for count in counts),
        "finished_at": (job.finished_at or now) if is_terminal else None,
        "reason": "", "reason_detail": "",
        # When it ends again, that is counted again.
        "is_counted": is_terminal and job.is_counted and job.state != JobState.IN_REVIEW,
        "revision": job.revision + 1,
    }
    return values | _loss(job, state, reason, plan.reason) if state in _LOSSES else values


def _end(jobs: Sequence[Job], cost_usd_micros: Mapping[int, int], now: dt.datetime) -> None:
    """What comes with the end of `jobs`, which are written; each with what it has cost by now."""
    for job in jobs:
        job_spans.job_ended(job, JobState(job.state))
    journal.write_all([
        _line_of_end(job, cost_usd_micros[job.pk]) for job in jobs if job.state != JobState.CANCELLED])
    deliveries.tell_of_jobs(jobs, now)


def missing_units(job: Job) -> int:
    """How many units of `job` are not done."""
    return job.unit_total - Chunk.objects.filter(job=job, state=ChunkState.DONE.value).units().count()


def _loss(job: Job, state: JobState, reason: Reason | None, plan_reason: str) -> dict[str, str]:
    if reason is not None and state is JobState.CANCELLED:
        return {"reason": reason.value, "reason_detail": ""}
    if plan_reason and state is not JobState.PARTIAL:
        detail = Chunk.objects.filter(job=job, position=0).values_list("reason_detail", flat=True).get()
        return {"reason": plan_reason, "reason_detail": detail}
    lost = (
        Chunk.objects.filter(job=job, state__in=[ChunkState.FAILED.value, ChunkState.CANCELLED.value])
        .order_by("position").values_list("reason", "reason_detail")
    )
    if state is JobState.CANCELLED:
        return {"reason": Reason.CANCELLED_BY_USER.value, "reason_detail": ""}
    first = lost[0]
    if state is JobState.FAILED and all(row[0] == first[0] for row in lost):
        return {"reason": first[0], "reason_detail": first[1]}
    return {"reason": Reason.UNITS_MISSING.value, "reason_detail": EXPLANATIONS[Reason(first[0])].sentence}


_brief = Selection(lambda: Job.objects.filter(pk=Given("job")).values_list("brief"))


def _checked(job: Job) -> tuple[JsonObject, Sequence[Finding]]:
    """Its document, and what the checks find there."""
    kind = all_kinds()[job.kind]
    if "brief" in job.get_deferred_fields():      # it was not read with the lock
        [(job.brief,)] = _brief.all(job=job.pk)
    document = assembled(job)
    try:
        return document, kind.check_document(kind.brief(job.brief), document)
    except Exception as problem:      # a bug in a check must not lose the document that it was to check
        _logger.exception("the document of job %s could not be checked", job.pk, extra={"job_id": job.pk})
        return document, [error(
            "internal", "", measured=type(problem).__name__, limit="a check that runs",
            message="The document could not be checked.", advice="Tell an administrator.", severity=Severity.WARNING,
        )]


def _line_of_end(job: Job, cost_usd_micros: int) -> LogEntry:
    assert job.finished_at is not None, "it has ended"
    state = JobState(job.state)
    took = job.worked(job.finished_at).total_seconds()
    missing = f", {job.unit_total - job.unit_done} missing" if job.unit_done < job.unit_total else ""
    cached = f", {job.cached_parts} parts from the cache saved {dollars(job.saved_usd_micros)}"
    waits = f"; {EXPLANATIONS[Reason.WAITS_FOR_REVIEW].sentence}" if state is JobState.IN_REVIEW else ""
    return journal.entry(
        job, state.value,
        f"{state.value.replace('_', ' ')}: {job.unit_done} of {job.unit_total} done{missing}, {took:.1f} s, "
        f"{dollars(cost_usd_micros)}{cached if job.cached_parts else ''}{waits}",
        reason=Reason(job.reason) if job.reason else None, cost_usd_micros=cost_usd_micros,
        level=_LEVELS.get(state, LogLevel.ERROR),
    )
