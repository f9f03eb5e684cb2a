"""Who looks on during a run: samples what must hold at all times, and does what staff would do about a pause."""

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import F

from accounts.models import Usage
from generation.core.reasons import Reason
from generation.models import Route, clock
from generation.services.routing import route_health
from generation.testbed.chaos.invariants import GUARDED

T = TypeVar("T")
LOOK_S = 0.25
STAFF_LOOKS_AFTER_S = 2.0
NEEDS_A_PERSON = frozenset({Reason.OUT_OF_CREDIT.value, Reason.AUTH.value})

logging.getLogger("generation.testbed.chaos").addHandler(logging.NullHandler())


def patiently(ask: Callable[[], T], timeout_s: float = 30.0) -> T:
    """What `ask` finds, however often the database is broken meanwhile."""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            return ask()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


class Observer:
    """From `start` to `stop`.  `passed` are the limits that were seen exceeded, `pauses` when a route took no call
    (seconds since 1970), `resumed` how often staff ended a pause; `lowest` how few calls at once each route, by its
    slug, was trusted with."""

    def __init__(self, *, ends_every_pause: bool) -> None:
        self.passed: set[str] = set()
        self.pauses: list[tuple[float, float]] = []
        self.resumed: int = 0
        self.lowest: dict[str, int] = {}
        self.samples: int = 0
        self._ends_every_pause = ends_every_pause
        self._paused_since: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="observer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stopping twice does no harm."""
        self._over.set()
        self._thread.join()
        now, paused_since, self._paused_since = time.time(), self._paused_since, {}
        self.pauses += [(since, now) for since in paused_since.values()]

    def _run(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self._look()
            except (OperationalError, InterfaceError):
                connection.close()
        connection.close()

    def _look(self) -> None:
        over = Usage.objects.filter(
            metric__in=GUARDED, used__gt=F("limit") - F("reserved") - F("debt")
        ).values_list("pk", "metric", "used", "reserved", "limit")
        self.passed |= {
            f"usage {pk}: {used} {metric} used and {reserved} reserved of {limit}"
            for pk, metric, used, reserved, limit in over
        }
        self.samples += 1
        now, db_now = time.time(), clock.now()
        for route in Route.objects.all():
            self._watch(route, now, db_now)
            carries = route.limit.within(route.max_in_flight)
            self.lowest[route.slug] = min(carries, self.lowest.get(route.slug, carries))

    def _watch(self, route: Route, now: float, db_now: dt.datetime) -> None:
        if route.waits_until(db_now) is None:
            since = self._paused_since.pop(route.pk, None)
            if since is not None:
                self.pauses.append((since, now))
            return
        since = self._paused_since.setdefault(route.pk, now)
        is_for_staff = route.breaker_reason in NEEDS_A_PERSON or (self._ends_every_pause and route.breaker_reason)
        if is_for_staff and now - since > STAFF_LOOKS_AFTER_S and route_health.resume(route):
            self.resumed += 1
