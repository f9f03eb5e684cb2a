"""The doorbell: a Celery message that says "there is work" and names no chunk.

Ringing never blocks and never fails: a thread of its own publishes, bounded by the broker's
timeouts.  A lost ring delays work until a worker looks by itself, which takes seconds; the rows are the work."""

import logging
import threading
import time

from celery import current_app
from django.db import transaction

WORK = "generation.work"
EXPIRES_S = 120          # the sweeper rings again, old rings may die
FLUSH_S = 3.0

_logger = logging.getLogger(__name__)


class _Ringer:
    """Publishes rings in the background, one after another; rings that wait are merged beyond `most`.

    A ring that follows on another waits a moment for those that come with it, and they are one: whoever hears it
    claims a batch, and a message costs as much CPU as ten statements."""

    most = 64
    gap_s = 0.02

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting = 0
        self._is_publishing = False
        self._thread: threading.Thread | None = None

    def ring(self, times: int) -> None:
        with self._condition:
            self._waiting = min(self.most, max(self._waiting, times))
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._publish, name="doorbell", daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Wait until nothing waits; False if that took longer."""
        with self._condition:
            return self._condition.wait_for(lambda: not self._waiting and not self._is_publishing, timeout_s)

    def _publish(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting > 0)
                self._waiting -= 1
                self._is_publishing, is_last = True, not self._waiting
            try:
                current_app.send_task(WORK, expires=EXPIRES_S, ignore_result=True)
            except Exception as error:      # whatever the broker's client throws: work is only late
                with self._condition:
                    self._waiting = 0
                _logger.warning("doorbell not delivered, workers will notice by themselves: %s", error)
            with self._condition:
                self._is_publishing = False
                self._condition.notify_all()
            if is_last:
                time.sleep(self.gap_s)


_ringer = _Ringer()


def ring(times: int = 1) -> None:
    """Tell workers, after this transaction commits, that chunks can run."""
    if times > 0:
        transaction.on_commit(lambda: _ringer.ring(times), robust=True)


def flush(timeout_s: float = FLUSH_S) -> bool:
    """For short processes: give the last rings a chance before the process ends."""
    return _ringer.flush(timeout_s)
