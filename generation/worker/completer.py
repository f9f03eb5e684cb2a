"""Finished calls on their way to the database, those that wait together.

A calm call is settled at once.  Under load a few threads settle and the others leave theirs to them: what finishes
while a transaction commits goes into the next one, of whichever jobs it is, which is a fraction of the statements."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace

from django.db import connection

from generation.core.outcomes import CallCode, Failure, GiveUp
from generation.core.reasons import Reason
from generation.services.chunks import settling
from generation.services.chunks.claim import Claim
from generation.services.chunks.finishing import Finished
from generation.worker import failpoints
from generation.worker.database import AWAY, guarded, persistently
from generation.worker.naming import ids_of, named

_logger = logging.getLogger(__name__)

MAX_TOGETHER = 32      # keeps the transaction short
AT_ONCE = 2            # one commits while another is made; more would only wait for each other's locks


class Completer:
    """`put` settles, or leaves it to the threads that are settling.

    `let_go` is told of every claim that is over, settled or not; `on_runnable` when chunks may start."""

    def __init__(self, let_go: Callable[[Claim], None], on_runnable: Callable[[], None]) -> None:
        self._let_go = let_go
        self._on_runnable = on_runnable
        self._lock = threading.Lock()
        self._waiting: list[Finished] = []
        self._at_work = 0
        self._busy: set[int] = set()      # jobs in a transaction of ours: a second one would wait for their locks

    def put(self, finished: Finished) -> None:
        with self._lock:
            self._waiting.append(finished)
            if self._at_work >= AT_ONCE:
                return
            self._at_work += 1
        while batch := self._next_batch():
            try:
                self._settle(batch)
            except BaseException:
                self._drop_all()
                raise
            finally:
                with self._lock:
                    self._busy.difference_update(one.claim.job_id for one in batch)

    def _next_batch(self) -> list[Finished]:
        """What waits and can go now; nothing if this thread is to stop."""
        with self._lock:
            batch, rest = list[Finished](), list[Finished]()
            for one in self._waiting:
                can_go = one.claim.job_id not in self._busy and len(batch) < MAX_TOGETHER
                (batch if can_go else rest).append(one)
            self._waiting = rest
            if batch:
                self._busy.update(one.claim.job_id for one in batch)
            else:
                self._at_work -= 1      # what is left is of the jobs of another thread, which looks again
            return batch

    def _drop_all(self) -> None:
        """The database stayed away: their leases run out, and stored replies are used then."""
        with self._lock:
            dropped, self._waiting = self._waiting, []
            self._at_work -= 1
        for one in dropped:
            self._let_go(one.claim)

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
