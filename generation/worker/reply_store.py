"""Replies are stored the moment they arrive, before anything else is done with anything.

What waits in memory dies with the process, and is paid for again.  So this lane has a thread and a database connection
of its own, which no judging or settling can keep from it, and writes all replies that wait in one statement.  Until
that has come back they lie on this machine's disk, too."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from generation.core.outcomes import Reply
from generation.services.chunks import attempts
from generation.services.chunks.attempts import ReplyRow
from generation.worker import failpoints
from generation.worker.database import AWAY, guarded, persistently
from generation.worker.question import Question
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.spool import Spool

MOST_TOGETHER = 200
MOST_CHARACTERS = 4_000_000      # of one statement; a longer reply goes alone
REMEMBERED = 1_000

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Arrived:
    """A reply whose last byte is here, since `at` on this process's monotonic clock."""

    question: Question
    reply: Reply
    row: ReplyRow
    at: float


class ReplyStore:
    """`put` from any thread.  `on_kept` is told of each reply that is stored, `on_lost` of each that cannot be: with
    its error, or None where the database stayed away."""

    def __init__(
        self, spool: Spool, backlog: ReplyBacklog, on_kept: Callable[[Question, Reply], object],
        on_lost: Callable[[Question, Reply, Exception | None], object],
    ) -> None:
        self._spool = spool
        self._backlog = backlog
        self._on_kept = on_kept
        self._on_lost = on_lost
        self._changed = threading.Condition(threading.Lock())
        self._waiting = deque[Arrived]()
        self._is_ending = False
        self._took_s = deque[float](maxlen=REMEMBERED)      # the newest replies, from arrival to durable
        self._thread = threading.Thread(target=self._run, name="replies", daemon=True)

    def start(self) -> None:
        self._spool.open()
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def took_s(self) -> float | None:
        """The 99th percentile of the newest replies' seconds from arrival to durable; None before there is one."""
        took = sorted(self._took_s)
        return took[round(0.99 * (len(took) - 1))] if took else None

    def put(self, question: Question, reply: Reply) -> None:
        at = time.monotonic()
        try:
            row = attempts.reply_row(question.claim, reply, question.request.fingerprint)
        except Exception as error:
            self._on_lost(question, reply, error)
            return
        with self._changed:
            self._spool.keep(row)
            self._backlog.arrived()
            self._waiting.append(Arrived(question, reply, row, at))
            self._changed.notify()

    def stop(self) -> None:
        """Store what waits, and end."""
        self.abandon()
        self._thread.join(10)

    def abandon(self) -> None:
        """`stop`, without waiting for it."""
        with self._changed:
            self._is_ending = True
            self._changed.notify()

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                guarded(self._keep, batch)
                with self._changed:
                    self._spool.keep_only([one.row for one in self._waiting])
        except BaseException:
            self._spool.leave()
            raise
        self._spool.close()
        connection.close()

    def _next_batch(self) -> list[Arrived]:
        """What waits, as much as goes together; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_ending)
            batch, room = list[Arrived](), MOST_CHARACTERS
            while self._waiting and len(batch) < MOST_TOGETHER:
                room -= len(self._waiting[0].reply.text)
                if room < 0 and batch:
                    break
                batch.append(self._waiting.popleft())
            return batch

    def _keep(self, batch: list[Arrived]) -> None:
        try:
            failpoints.reach("before_store")
            persistently(attempts.store_replies, *(one.row for one in batch))
            failpoints.reach("after_store")
        except AWAY:
            with self._changed:
                self._spool.leave_all_but([one.row for one in self._waiting])
            self._backlog.over(len(batch))
            for one in batch:
                self._on_lost(one.question, one.reply, None)
            raise
        except Exception as error:
            connection.close()
            if len(batch) > 1:      # one of them is to blame, and only that one shall pay
                for one in batch:
                    guarded(self._keep, [one])
                return
            self._backlog.over(1)
            self._on_lost(batch[0].question, batch[0].reply, error)
            return
        self._backlog.over(len(batch))
        now = time.monotonic()
        self._took_s.extend(now - one.at for one in batch)
        for one in batch:
            self._on_kept(one.question, one.reply)
