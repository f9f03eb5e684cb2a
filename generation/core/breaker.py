"""When to stop calling a provider that fails, and how to try again: one probe at a time.

The state is a value; the database keeps it on the route.  `trip_at` failures in a row open the
breaker for `cool_down`, which doubles each time the probe fails.  A refused key or an empty account
opens it at the first failure (`is_hard`)."""

import datetime as dt
from dataclasses import dataclass, replace
from enum import StrEnum

TRIP_AT = 5
FIRST_COOL_DOWN = dt.timedelta(seconds=15)
LONGEST_COOL_DOWN = dt.timedelta(minutes=5)


class Admission(StrEnum):
    OPEN_ROAD = "open_road"      # as many calls as the route allows
    PROBE = "probe"              # exactly one
    NONE = "none"


@dataclass(frozen=True)
class Breaker:
    """`open_until` is None while calls flow; `probe_until` is set while the one probe is out."""

    failures: int = 0
    cool_down: dt.timedelta = dt.timedelta()
    open_until: dt.datetime | None = None
    probe_until: dt.datetime | None = None

    def admission(self, now: dt.datetime) -> Admission:
        if self.open_until is None:
            return Admission.OPEN_ROAD
        if now < self.open_until or (self.probe_until is not None and now < self.probe_until):
            return Admission.NONE
        return Admission.PROBE

    def probing(self, until: dt.datetime) -> "Breaker":
        """A probe was sent; if nothing is heard of it by `until`, another may go."""
        return replace(self, probe_until=until)

    def succeeded(self) -> "Breaker":
        """A call was answered.  Late answers to calls from before it opened do not close it."""
        return self if self.open_until is not None and self.probe_until is None else Breaker()

    def failed(self, now: dt.datetime, *, is_hard: bool = False) -> "Breaker":
        """One more failure.  Late failures of calls from before it opened change nothing."""
        if self.open_until is not None and self.probe_until is None:
            return self
        failures = self.failures + 1
        is_failed_probe = self.probe_until is not None
        if not (is_hard or is_failed_probe or failures >= TRIP_AT):
            return replace(self, failures=failures)
        cool_down = min(max(self.cool_down * 2, FIRST_COOL_DOWN), LONGEST_COOL_DOWN)
        return Breaker(failures, cool_down, now + cool_down, None)
