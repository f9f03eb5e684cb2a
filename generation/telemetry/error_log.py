"""Unexpected errors reach the log table, too: a handler for our loggers at ERROR and above.

Out of band: a thread with a connection of its own writes them, from a bounded queue.  It never fails or delays
whoever met the error, and never listens to itself."""

import logging
import threading
import time
import traceback
from collections import deque
from dataclasses import dataclass, field

MOST_WAITING = 200
QUIET_S = 60.0           # the same surprise again within this time is counted, not written
PERSIST_S = 60.0         # how long a row is kept while the database is away
IDLE_S = 5.0             # then the thread ends and gives its connection back
LONGEST_TRACE = 20_000
ADVICE = "Read the stack trace; if it is not about this installation's settings, report it to the developers."


@dataclass
class Surprise:
    logger: str
    level: str
    message: str
    trace: str
    request_id: str
    chunk_id: int | None = None
    job_id: int | None = None
    attempt_id: int | None = None
    repeated: int = 0
    first_tried: float = field(default_factory=time.monotonic)


class ErrorRowWriter:
    """Takes surprises at once and writes them when it can; what does not fit is dropped: the process log has it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: deque[Surprise] = deque()
        self._is_writing = False
        self._thread: threading.Thread | None = None
        self._seen: dict[tuple[str, str], tuple[float, int]] = {}

    def put(self, surprise: Surprise, same: tuple[str, str]) -> None:
        """`same` tells which surprises are one and the same: logger and place."""
        with self._condition:
            if threading.current_thread() is self._thread or len(self._waiting) >= MOST_WAITING:
                return
            now = time.monotonic()
            since, times = self._seen.get(same, (-QUIET_S, 0))
            if now - since < QUIET_S:
                self._seen[same] = (since, times + 1)
                return
            if len(self._seen) > MOST_WAITING:
                self._seen.clear()
            self._seen[same] = (now, 0)
            surprise.repeated = times
            self._waiting.append(surprise)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="surprises", daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Wait until all is written; False if that took longer."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._waiting and not self._is_writing, timeout_s)

    def _run(self) -> None:
        from django.db import connection

        while True:
            with self._condition:
                self._is_writing = False
                self._condition.notify_all()
                if not self._condition.wait_for(lambda: self._waiting, IDLE_S):
                    self._thread = None
                    connection.close()
                    return
                surprise = self._waiting.popleft()
                self._is_writing = True
            try:
                _store(surprise)
            except Exception:      # the database is away: later, unless it is too late
                connection.close()
                if time.monotonic() - surprise.first_tried < PERSIST_S:
                    with self._condition:
                        self._waiting.appendleft(surprise)
                        self._condition.wait(1.0)


def _store(surprise: Surprise) -> None:
    from django.db import transaction

    from generation.models import Attempt, Chunk, Job, LogEntry
    from generation.telemetry.redaction import clean

    with transaction.atomic(durable=True):
        # What is gone by now is left out.
        chunk = Chunk.objects.filter(pk=surprise.chunk_id or 0).only("job_id").first()
        job_id = chunk.job_id if chunk else surprise.job_id
        job = Job.objects.filter(pk=job_id or 0).only("user_id").first()
        LogEntry.objects.create(
            job=job, user_id=job.user_id if job else None, chunk=chunk,
            attempt=Attempt.objects.filter(pk=surprise.attempt_id or 0).only("pk").first(),
            code="surprise", level=surprise.level, message=clean(surprise.message), advice=ADVICE,
            request_id=surprise.request_id, trace=clean(surprise.trace),
            data={"logger": surprise.logger, "repeated_before": surprise.repeated},
        )


class TableHandler(logging.Handler):
    """For the loggers `generation`, `accounts` and `django.request`; the journal's own lines are rows already."""

    def emit(self, record: logging.LogRecord) -> None:
        from generation.telemetry import request_id

        is_only_an_answer = record.name == "django.request" and not record.exc_info      # a 503 on purpose
        if hasattr(record, "line") or is_only_an_answer:
            return
        try:
            trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
            error = record.exc_info[1] if record.exc_info else None
            said = f"{record.getMessage()}: {type(error).__name__}: {error}" if error else record.getMessage()
            surprise = Surprise(
                record.name, "critical" if record.levelno >= logging.CRITICAL else "error", said[:2_000],
                trace[-LONGEST_TRACE:], request_id.current(), getattr(record, "chunk_id", None),
                getattr(record, "job_id", None), getattr(record, "attempt_id", None),
            )
            writer.put(surprise, (record.name, f"{record.pathname}:{record.lineno} {type(error).__name__}"))
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        """At the end of the process: a moment for the last rows."""
        writer.flush(2.0)


writer = ErrorRowWriter()
