"""The span of a job: from its acceptance to its end, around the calls of all its workers."""

from django.db import transaction

from generation.core.states import TERMINAL_JOB_STATES, Event, JobState
from generation.models import Job, LogEntry
from generation.telemetry import tracing

_ENDS = [*(state.value for state in TERMINAL_JOB_STATES), Event.CANCEL.value]


def job_ended(job: Job, state: JobState) -> None:
    """Record the span once the end is committed; before the end's own line is in the log.

    A job that ends again, after a retry or for a unit written anew, gets a span inside its first one, from when
    it went on."""
    if not tracing.is_on():
        return
    itself = tracing.job_span(job.public_id)
    ended_before = LogEntry.objects.filter(job=job, code__in=_ENDS).exists()
    assert job.finished_at is not None, "it has ended"
    started_ns, ended_ns = (round(at.timestamp() * 1_000_000) * 1_000 for at in (job.active_since, job.finished_at))
    attributes: dict[str, tracing.Value] = {
        "coursewright.job.id": str(job.public_id), "coursewright.kind": job.kind,
        "coursewright.strategy": job.strategy, "coursewright.state": state.value,
        "coursewright.units": job.unit_total, "coursewright.units_done": job.unit_done,
    }
    if job.reason:
        attributes["coursewright.reason"] = job.reason
    transaction.on_commit(robust=True, func=lambda: tracing.record(
        f"job {job.kind}" if not ended_before else f"job {job.kind} again",
        started_ns=started_ns, ended_ns=ended_ns, attributes=attributes,
        itself=None if ended_before else itself, parent=itself if ended_before else None,
        error=job.reason if state is JobState.FAILED else "",
    ))
