"""The job as its chunks make it.  Called inside the transaction that moved a chunk, with the job locked."""

import datetime as dt
import logging
from typing import Any

from django.db.models import Count, Max, Q, Sum

from generation.core.findings import Severity, error
from generation.core.pricing import dollars
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import TERMINAL_JOB_STATES, ChunkState, JobState
from generation.core.states import derive as derived_state
from generation.kinds import all_kinds
from generation.models import Chunk, Job, LogLevel
from generation.services import quotas
from generation.services.chunks.assembly import assembled
from generation.services.chunks.attempts import Bill
from generation.services.outbox import deliveries
from generation.telemetry import job_spans, journal

_logger = logging.getLogger(__name__)
_LOSSES = {JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED}


def derive(job: Job, now: dt.datetime, bill: Bill | None = None, *, reason: Reason | None = None) -> JobState:
    """Set state, counters and `revision + 1` from the chunks, and add `bill` to the sums; settle with the ledger
    if that ends the job.

    `reason` explains a loss; without one it is taken from the first chunk that was lost."""
    state = derive_unsettled(job, now, bill, reason=reason)
    if job.is_terminal:
        quotas.settle_jobs([job], now)
    return state


def derive_unsettled(
    job: Job, now: dt.datetime, bill: Bill | None = None, *, reason: Reason | None = None
) -> JobState:
    """`derive`, for callers who settle several jobs with the ledger at once."""
    rows = (
        Chunk.objects.filter(job=job).order_by().values_list("stage", "state")
        .annotate(
            Count("id"), Max("attempts"), Max("reason"),
            cached=Count("id", filter=Q(from_cache=True)), saved=Sum("saved_usd_micros"),
        )
    )
    plan, units, cached_parts, saved_usd_micros = None, {}, 0, 0
    for stage, chunk_state, count, attempts, chunk_reason, cached, saved in rows:
        cached_parts, saved_usd_micros = cached_parts + cached, saved_usd_micros + saved
        if stage == Stage.UNIT:
            units[ChunkState(chunk_state)] = count
        else:
            plan = (chunk_state, attempts, chunk_reason)      # there is one of it
    assert plan is not None, "every job has its chunk 0"
    before = JobState(job.state)
    state = derived_state(ChunkState(plan[0]), plan[1], units)
    is_terminal = state in TERMINAL_JOB_STATES
    values: dict[str, Any] = {
        "state": state.value,
        "is_planned": plan[0] == ChunkState.DONE,
        "unit_done": units.get(ChunkState.DONE, 0),
        "unit_failed": units.get(ChunkState.FAILED, 0) + units.get(ChunkState.CANCELLED, 0),
        "cached_parts": cached_parts, "saved_usd_micros": saved_usd_micros,
        "finished_at": (job.finished_at or now) if is_terminal else None,
        "reason": "", "reason_detail": "",
        "is_counted": is_terminal and job.is_counted,      # when it ends again, that is counted again
        "revision": job.revision + 1,
    }
    if state in _LOSSES:
        values |= _loss(job, state, reason, plan[2])
    if state is JobState.COMPLETED and before is not state:
        values["findings"] = _document_findings(job)
    for name, value in values.items():
        setattr(job, name, value)
    Job.objects.filter(pk=job.pk).update(**values, **(bill.columns if bill else {}))
    if is_terminal and before is not state:
        job_spans.job_ended(job, state)
    if is_terminal and before is not state and state is not JobState.CANCELLED:
        _tell_end(job, state)
    if is_terminal and before is not state:
        deliveries.tell_of_job(job, state, now)
    return state


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


def _document_findings(job: Job) -> list[dict[str, str]]:
    kind = all_kinds()[job.kind]
    try:
        findings = kind.check_document(kind.brief(job.brief), assembled(job))
    except Exception as problem:      # a bug in a check must not lose the document that it was to check
        _logger.exception("the document of job %s could not be checked", job.pk, extra={"job_id": job.pk})
        findings = [error(
            "internal", "", measured=type(problem).__name__, limit="a check that runs",
            message="The document could not be checked.", advice="Tell an administrator.", severity=Severity.WARNING,
        )]
    return [finding.as_json() for finding in findings]


def _tell_end(job: Job, state: JobState) -> None:
    took = (job.finished_at - job.created_at).total_seconds() if job.finished_at else 0.0
    missing = f", {job.unit_total - job.unit_done} missing" if state is not JobState.COMPLETED else ""
    cost: int = Job.objects.values_list("cost_usd_micros", flat=True).get(pk=job.pk)
    cached = f", {job.cached_parts} parts from the cache saved {dollars(job.saved_usd_micros)}"
    journal.write(
        job, state.value,
        f"{state.value}: {job.unit_done} of {job.unit_total} done{missing}, {took:.1f} s, "
        f"{dollars(cost)}{cached if job.cached_parts else ''}",
        reason=Reason(job.reason) if job.reason else None, cost_usd_micros=cost,
        level=LogLevel.INFO if state is JobState.COMPLETED else LogLevel.ERROR,
    )
