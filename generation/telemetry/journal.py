"""One call, two logs: a row in the transaction of the change it tells of, and, once that is committed, a line
of the process log.

The row may quote what people and models wrote: reading it takes a permission, and erasure finds it.  The
process log goes to places where neither is so, and quotes nothing."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts.compiled import Bound, Insertion
from generation.core.reasons import EXPLANATIONS, Reason
from generation.kinds import all_kinds
from generation.models import Job, LogEntry, LogLevel
from generation.models.bulk import RowsInsert
from generation.telemetry import request_id
from generation.telemetry.redaction import clean, clean_data

if TYPE_CHECKING:
    from accounts.models import User

_logger = logging.getLogger("generation.journal")
_COLUMNS = (
    "job_id", "chunk_id", "attempt_id", "user_id", "by_id", "code", "level", "message", "advice", "request_id", "trace",
    "data",
)
_insert = RowsInsert(LogEntry, _COLUMNS)
_one = Insertion(LogEntry)


def entry(
    job: Job | None, code: str, message: str, *, chunk_id: int | None = None, attempt_id: int | None = None,
    unit: int | None = None, by: "User | None" = None, level: LogLevel = LogLevel.INFO, reason: Reason | None = None,
    advice: str = "", trace: str = "", quoting: Sequence[str] = (), **data: Any,     # Any: what json can write
) -> LogEntry:
    """A line that is not written yet: for transactions that write several at once.  `job` is None for what
    concerns the installation: a route, a worker, a setting.

    `reason` brings the advice of the catalogue; `quoting` are the parts of `message` that people or a model wrote."""
    line = LogEntry(
        job=job, user_id=job.user_id if job else None, chunk_id=chunk_id, attempt_id=attempt_id, by=by, code=code,
        level=level, message=clean(message), advice=advice or (EXPLANATIONS[reason].next_step if reason else ""),
        request_id=request_id.current(), trace=clean(trace), data=clean_data(data),
    )
    line.unit, line.quoting = unit, tuple(filter(None, quoting))
    return line


def write(job: Job | None, code: str, message: str, **more: Any) -> None:     # Any: what `entry` takes
    write_all([entry(job, code, message, **more)])


def writing(job: Job | None, code: str, message: str, **more: Any) -> Bound[bool]:     # Any: as above
    """The statement that does what `write` does, for whoever executes it together with others."""
    line = entry(job, code, message, **more)
    transaction.on_commit(lambda: _say([line]), robust=True)
    return _one.bound(line)


def write_all(lines: Sequence[LogEntry]) -> None:
    """Into the table now, and into the process log when this transaction is committed."""
    _insert([tuple(getattr(line, name) for name in _COLUMNS) for line in lines])
    transaction.on_commit(lambda: _say(lines), robust=True)


@contextmanager
def kept_from_the_process_log() -> Iterator[None]:
    """Meanwhile lines only go into the table: somebody shows them from there.

    A filter, because a level does not stay: the embedded worker's Celery sets Django's logging up once more."""
    def no(_record: logging.LogRecord) -> bool:
        return False

    _logger.addFilter(no)
    try:
        yield
    finally:
        _logger.removeFilter(no)


def _say(lines: Sequence[LogEntry]) -> None:
    for line in lines:
        message = line.message
        for words in line.quoting:
            message = message.replace(clean(words), "…")
        _logger.log(LogLevel(line.level).number, "%s", message, extra={"line": {
            "event": line.code, "job": str(line.job.public_id) if line.job else None, "unit": line.unit,
            "attempt": line.attempt_id, "by": line.by_id, "request_id": line.request_id or None,
            "advice": line.advice, "trace": line.trace,
            "data": {name: value for name, value in line.data.items() if isinstance(value, int | float | bool)},
        }})


def name_of(job: Job, position: int) -> str:
    """`week 3 of 12`, or `plan`; also of a job whose kind this installation no longer has."""
    return f"{noun_of(job)} {position} of {job.unit_total}" if position else "plan"


def noun_of(job: Job) -> str:
    kind = all_kinds().get(job.kind)
    return kind.unit_noun if kind is not None else "unit"
