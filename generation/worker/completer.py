"""Finished calls on their way to the database, those of one job together.

A job's calls queue for its row's lock anyway; those that wait are settled in one transaction instead.
Under load that is a fraction of the statements, and calm calls are settled at once."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from django.db import connection

from generation.core.outcomes import CallCode, Failure, GiveUp
from generation.core.reasons import Reason
from generation.services.chunks import settling
from generation.services.chunks.claim import Claim
from generation.services.chunks.settling import Finished
from generation.worker import failpoints
from generation.worker.database import AWAY, guarded, persistently
from generation.worker.naming import ids_of, named

_logger = logging.getLogger(__name__)

MAX_TOGETHER = 16      # keeps the transaction short


class Completer:
    """`put` settles, or leaves it to the thread that is settling the same job.

    `let_go` is told of every claim that is over, settled or not; `on_runnable` when chunks may start."""

    def __init__(self, let_go: Callable[[Claim], None], on_runnable: Callable[[], None]) -> None:
        self._let_go = let_go
        self._on_runnable = on_runnable
        self._lock = threading.Lock()
        self._waiting: dict[int, list[Finished]] = {}
        self._at_work: set[int] = set()

    def put(self, finished: Finished) -> None:
        job_id = finished.claim.job_id
        with self._lock:
            self._waiting.setdefault(job_id, []).append(finished)
            if job_id in self._at_work:
                return
            self._at_work.add(job_id)
        try:
            while batch := self._next_batch(job_id):
                self._settle(batch)
        except BaseException:
            with self._lock:
                dropped = self._waiting.pop(job_id, [])
                self._at_work.discard(job_id)
            for one in dropped:
                self._let_go(one.claim)      # their leases run out; stored replies are used then
            raise

    def _next_batch(self, job_id: int) -> list[Finished]:
        with self._lock:
            waiting = self._waiting.pop(job_id, [])
            if len(waiting) > MAX_TOGETHER:
                self._waiting[job_id] = waiting[MAX_TOGETHER:]
            if not waiting:
                self._at_work.discard(job_id)
        return waiting[:MAX_TOGETHER]

    def _settle(self, batch: list[Finished]) -> None:
        try:
            settled = persistently(settling.settle, *batch)
            failpoints.reach("after_settle")
        except AWAY:
            raise
        except Exception as error:
            connection.close()
            self._settle_apart(batch, error)
            return
        finally:
            for one in batch:
                self._let_go(one.claim)
        if any(one.runnable for one in settled):
            self._on_runnable()

    def _settle_apart(self, batch: list[Finished], error: Exception) -> None:
        """One of `batch` is to blame, and only that one shall pay."""
        if len(batch) > 1:
            for one in batch:
                guarded(self._settle, [one])
            return
        one = batch[0]
        _logger.error(
            "chunk %s could not be settled", one.claim.chunk_id, exc_info=error, extra=ids_of(one.claim))
        given_up = replace(one, outcome=GiveUp(Reason.INTERNAL, named(error)), code=CallCode.INTERNAL, findings=())
        if not guarded(settling.settle, given_up) and given_up.answer is not None:
            # Something in the answer itself: its bill is told without it.
            bare = Failure(CallCode.INTERNAL, named(error), usage=given_up.answer.usage)
            guarded(settling.settle, replace(given_up, answer=bare))
