"""Lines that people read, written in the transaction of the change they tell of."""

from typing import TYPE_CHECKING, Any

from generation.models import Chunk, Job, LogEntry, LogLevel

if TYPE_CHECKING:
    from accounts.models import User


def entry(
    job: Job, code: str, message: str, *, chunk_id: int | None = None, attempt_id: int | None = None,
    by: "User | None" = None, level: LogLevel = LogLevel.INFO, **data: Any,     # Any: what json can write
) -> LogEntry:
    """A line that is not written yet: for transactions that write several at once."""
    return LogEntry(
        job=job, chunk_id=chunk_id, attempt_id=attempt_id, by=by, code=code, level=level, message=message,
        data=data,
    )


def write(job: Job, code: str, message: str, **more: Any) -> None:     # Any: what `entry` takes
    entry(job, code, message, **more).save(force_insert=True)


def name_of(job: Job, chunk: Chunk | int, noun: str) -> str:
    """`week 3 of 12`, or `plan`."""
    position = chunk if isinstance(chunk, int) else chunk.position
    return f"{noun} {position} of {job.unit_total}" if position else "plan"


