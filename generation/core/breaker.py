"""When to stop calling a provider that fails, and how to try again: one probe at a time.

The state is a value; the database keeps it on the route.  Failures in a row open the breaker, and so does
a high share of failures among many calls; it stays open for a cool-down that doubles each time the probe
fails.  A refused key or an empty account opens it hard, at the first failure: no waiting heals that, so
only one probe a day is sent.  A person may hold it open, and then nothing is sent at all."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

TRIP_AT = 5                                        # a single outage is over by then, or it is none
TRIP_PERCENT = 50
TRIP_CALLS = 20                                    # fewer would make a share of luck
FIRST_COOL_DOWN = dt.timedelta(seconds=15)         # most hiccups of providers are shorter
LONGEST_COOL_DOWN = dt.timedelta(minutes=5)        # so that a provider that is back is noticed soon
HARD_COOL_DOWN = dt.timedelta(days=1)
QUOTA_COOL_DOWN = dt.timedelta(hours=1)            # of a spent day, where nobody said when the next begins; it doubles
WINDOW_S = 60
BUCKET_S = 5


class Admission(StrEnum):
    OPEN_ROAD = "open_road"      # as many calls as the route allows
    PROBE = "probe"              # exactly one
    NONE = "none"


class BreakerState(StrEnum):
    CLOSED = "closed"            # calls flow
    OPEN = "open"                # paused until a time
    HALF_OPEN = "half_open"      # the one probe is due, or out
    HARD_OPEN = "hard_open"      # waits for a person; a probe a day
    HELD = "held"                # a person paused it


@dataclass(frozen=True)
class Thresholds:
    """When a breaker opens: after `in_a_row` failures, or when `percent` of at least `calls` in a minute failed."""

    in_a_row: int = TRIP_AT
    percent: int = TRIP_PERCENT
    calls: int = TRIP_CALLS


USUAL = Thresholds()


@dataclass(frozen=True)
class Breaker:
    """`open_until` is None while calls flow; `probe_until` is set while the one probe is out."""

    failures: int = 0
    cool_down: dt.timedelta = dt.timedelta()
    open_until: dt.datetime | None = None
    probe_until: dt.datetime | None = None
    is_hard: bool = False
    is_held: bool = False

    def admission(self, now: dt.datetime) -> Admission:
        if self.open_until is None:
            return Admission.OPEN_ROAD
        if self.is_held or now < self.open_until or (self.probe_until is not None and now < self.probe_until):
            return Admission.NONE
        return Admission.PROBE

    def state(self, now: dt.datetime) -> BreakerState:
        if self.open_until is None:
            return BreakerState.CLOSED
        if self.is_held:
            return BreakerState.HELD
        if now >= self.open_until:
            return BreakerState.HALF_OPEN
        return BreakerState.HARD_OPEN if self.is_hard else BreakerState.OPEN

    def probing(self, until: dt.datetime) -> "Breaker":
        """A probe was sent; if nothing is heard of it by `until`, another may go."""
        return replace(self, probe_until=until)

    def held(self, now: dt.datetime) -> "Breaker":
        """A person pauses the route until a person resumes it."""
        return Breaker(self.failures, dt.timedelta(), now, None, is_held=True)

    def rested(self, now: dt.datetime, thresholds: Thresholds = USUAL) -> "Breaker":
        """No work waits, so no probe will go: once the cool-down is over calls flow, and one failure opens it again,
        for twice as long, or as hard as before.  Unchanged while it may not."""
        if self.open_until is None or self.admission(now) is not Admission.PROBE:
            return self
        return Breaker(max(0, thresholds.in_a_row - 1), dt.timedelta() if self.is_hard else self.cool_down)

    def succeeded(self) -> "Breaker":
        """A call was answered.  Late answers to calls from before it opened do not close it."""
        if self.is_held or (self.open_until is not None and self.probe_until is None):
            return self
        return Breaker()

    def failed(self, now: dt.datetime, *, is_hard: bool = False, thresholds: Thresholds = USUAL) -> "Breaker":
        """One more failure.  Late failures of calls from before it opened change nothing."""
        if self.is_held or (self.open_until is not None and self.probe_until is None):
            return self
        failures = self.failures + 1
        is_failed_probe = self.probe_until is not None
        if not (is_hard or is_failed_probe or failures >= thresholds.in_a_row):
            return replace(self, failures=failures)
        if is_hard:
            return Breaker(failures, HARD_COOL_DOWN, now + HARD_COOL_DOWN, is_hard=True)
        before = dt.timedelta() if self.is_hard else self.cool_down
        cool_down = min(max(before * 2, FIRST_COOL_DOWN), LONGEST_COOL_DOWN)
        return Breaker(failures, cool_down, now + cool_down)

    def spent(self, now: dt.datetime, wait: dt.timedelta | None) -> "Breaker":
        """The quota of a day or longer is used up: nothing is sent for `wait`, or for an hour, then two, then four."""
        if self.is_held or (self.open_until is not None and self.probe_until is None):
            return self
        before = self.cool_down if self.cool_down >= QUOTA_COOL_DOWN else dt.timedelta()
        cool_down = wait or min(max(before * 2, QUOTA_COOL_DOWN), HARD_COOL_DOWN)
        return Breaker(self.failures + 1, cool_down, now + cool_down)

    def counted(self, lately: "Outcomes", now: dt.datetime, thresholds: Thresholds = USUAL) -> "Breaker":
        """Open if too large a share of the calls `lately` failed, although never many in a row."""
        answered, failed = lately.totals(now)
        if self.open_until is not None or answered + failed < thresholds.calls or not failed:
            return self
        if failed * 100 < thresholds.percent * (answered + failed):
            return self
        return Breaker(failed, FIRST_COOL_DOWN, now + FIRST_COOL_DOWN)


@dataclass(frozen=True)
class Outcomes:
    """How calls ended in the last minute, in buckets of a few seconds: start, answered, failed."""

    buckets: tuple[tuple[int, int, int], ...] = ()

    @classmethod
    def of(cls, stored: Sequence[Sequence[int]]) -> "Outcomes":
        return cls(tuple((int(start), int(answered), int(failed)) for start, answered, failed in stored))

    def adding(self, now: dt.datetime, *, answered: int, failed: int) -> "Outcomes":
        """With more outcomes; those older than the window are forgotten, so it never grows."""
        start = int(now.timestamp()) // BUCKET_S * BUCKET_S
        kept = {bucket[0]: bucket for bucket in self.buckets if start - bucket[0] < WINDOW_S and bucket[0] <= start}
        _start, before_answered, before_failed = kept.get(start, (start, 0, 0))
        kept[start] = (start, before_answered + answered, before_failed + failed)
        return Outcomes(tuple(kept[at] for at in sorted(kept)))

    def totals(self, now: dt.datetime) -> tuple[int, int]:
        since = now.timestamp() - WINDOW_S
        recent = [bucket for bucket in self.buckets if bucket[0] > since]
        return sum(bucket[1] for bucket in recent), sum(bucket[2] for bucket in recent)
