"""When to look again, for those who mostly find nothing: often while something happens, seldom where all is quiet, and
on the moment when something is known to be due.

A doorbell ends the quiet at once.  One that is lost costs as long as two looks are apart."""

import datetime as dt
import threading
import time

from django.conf import settings

QUIET_AFTER_S = 20.0
SELDOM_S = 4.0      # a look of every worker and every notifier: half a statement a second for two workers


class Looks:
    """Of one who looks `often_s` apart.  Any thread may `wake` it."""

    def __init__(self, often_s: float) -> None:
        self._often_s = often_s
        self._seldom_s = max(often_s, min(SELDOM_S, 4 * often_s)) if _others_can_ring() else often_s
        self._lock = threading.Lock()      # a wake during a look must not be forgotten at its end
        self._busy_at = time.monotonic()
        self._began_at = self._next_at = 0.0

    @property
    def wait_s(self) -> float:
        """How long until the next look; 0: now."""
        return max(0.0, self._next_at - time.monotonic())

    def wake(self) -> None:
        """Something happens, or may have: the next look comes as soon as looks may follow on each other."""
        with self._lock:
            self._busy_at = time.monotonic()
            self._next_at = min(self._next_at, self._began_at + self._often_s)

    def hurry(self) -> None:
        """The next look comes now."""
        self._next_at = 0.0

    def begin(self) -> None:
        """A look begins; if nobody tells how it ended, the next one comes as after a find."""
        self._began_at = time.monotonic()
        self._next_at = self._began_at + self._often_s

    def end(self, due_in: dt.timedelta | None) -> None:
        """What the look has told: how long until the next thing is due, or since when it has been; None: none waits."""
        with self._lock:
            now = time.monotonic()
            wait_s = self._seldom_s if now - self._busy_at >= QUIET_AFTER_S else self._often_s
            if due_in is not None:
                wait_s = min(wait_s, due_in.total_seconds()) if due_in > dt.timedelta() else self._often_s
            self._next_at = now + wait_s


def _others_can_ring() -> bool:
    """Whether the doorbells of other processes are heard here."""
    return not settings.CELERY_BROKER_URL.startswith("memory://")
