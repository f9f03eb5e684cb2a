"""Lines that people read, written in the transaction of the change they tell of."""

from typing import TYPE_CHECKING, Any

from generation.kinds import all_kinds
from generation.models import Job, LogEntry, LogLevel

if TYPE_CHECKING:
    from accounts.models import User


def entry(
    job: Job | None, code: str, message: str, *, chunk_id: int | None = None, attempt_id: int | None = None,
    by: "User | None" = None, level: LogLevel = LogLevel.INFO, **data: Any,     # Any: what json can write
) -> LogEntry:
    """A line that is not written yet: for transactions that write several at once.  `job` is None for what
    concerns the installation: a route, a worker, a setting."""
    return LogEntry(
        job=job, chunk_id=chunk_id, attempt_id=attempt_id, by=by, code=code, level=level, message=message,
        data=data,
    )


def write(job: Job | None, code: str, message: str, **more: Any) -> None:     # Any: what `entry` takes
    entry(job, code, message, **more).save(force_insert=True)


def name_of(job: Job, position: int) -> str:
    """`week 3 of 12`, or `plan`; also of a job whose kind this installation no longer has."""
    return f"{noun_of(job)} {position} of {job.unit_total}" if position else "plan"


def noun_of(job: Job) -> str:
    kind = all_kinds().get(job.kind)
    return kind.unit_noun if kind is not None else "unit"
