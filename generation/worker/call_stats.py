"""What this process sees of each route between two pulses: how calls ended, how long they took, how many at once.

How long they took is told by cohorts, of calls of one sort that began in the same second, once nearly all of one have
ended: the first replies to a thousand calls are those of the quick ones, and beside them all others would be slow.  The
last tenth is left out of every cohort alike, so that one call that hangs keeps no other back.

A call costs a few dictionary look-ups here and no statement; the pulse reports the sums."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from generation.core.call_reports import CallReport, Pace, Quota, Timed
from generation.core.outcomes import OF_THE_REQUEST, OURS, PROVIDER_WIDE, UNHEALTHY, Answer, CallCode, Failure

# Of how much the route carries.
SAYS_NOTHING = OURS | OF_THE_REQUEST | PROVIDER_WIDE.keys() | {CallCode.TIMEOUT}
COVERS = 0.5      # of a call: what is less may be the time to the first token, or leave out that it had to queue

NEARLY_ALL = 0.9

# The provider's headers, as `Receipt.rate_limits` holds them.
_LIMIT, _LEFT = "x-ratelimit-limit-", "x-ratelimit-remaining-"


@dataclass
class _Route:
    answered: int = 0
    failed: int = 0
    refused: int = 0
    peak: int = 0
    kept: int | None = None
    tokens: int = 0
    paces: dict[Timed, Pace] = field(default_factory=dict)
    late: dict[Timed, Pace] = field(default_factory=dict)
    quota: Quota | None = None

    @property
    def says_something(self) -> bool:
        return bool(self.answered or self.failed or self.refused or self.paces or self.late)

    def report(self) -> CallReport:
        return CallReport(
            self.answered, self.failed, self.refused, self.peak, self.kept, self.tokens, self.paces, self.late,
            self.quota)


@dataclass
class _Cohort:
    begun: int = 0
    open: int = 0
    paces: dict[Timed, Pace] = field(default_factory=dict)


class CallStats:
    """`begin` before a call and `end` after it, from any thread; `take` what was counted since the last time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._routes: dict[int, _Route] = {}
        self._in_flight: dict[int, int] = {}
        self._cohorts: dict[int, dict[tuple[str, int], _Cohort]] = {}      # by route, sort and second
        self._cuts: dict[int, tuple[float, float]] = {}      # by route: which cut, and when we heard of it

    def begin(self, route_id: int, sort: str) -> float:
        """A call goes out; the moment, for `end`.  `sort` names calls of about the same pace: kind and stage."""
        began = time.monotonic()
        with self._lock:
            now = self._in_flight[route_id] = self._in_flight.get(route_id, 0) + 1
            seen = self._routes.setdefault(route_id, _Route())
            seen.peak = max(seen.peak, now)
            cohort = self._cohorts.setdefault(route_id, {}).setdefault((sort, int(began)), _Cohort())
            cohort.begun += 1
            cohort.open += 1
        return began

    def end(self, route_id: int, sort: str, began: float, answer: Answer, late_s: float = 0.0) -> None:
        """The call of `begin` is over.  For `late_s` of its seconds the answer may have waited for us.

        The provider's own time counts where it covers the call: ours is longer while this machine is busy."""
        taken = time.monotonic() - began
        timed, seconds = Timed(sort), max(taken - late_s, 0.0)
        processing_s = answer.receipt.processing_s
        if processing_s is not None and COVERS * seconds <= processing_s <= taken:
            timed, seconds = Timed(sort, by_provider=True), processing_s
        code = answer.code if isinstance(answer, Failure) else CallCode.OK
        with self._lock:
            left = self._in_flight[route_id] = self._in_flight[route_id] - 1
            seen = self._routes.setdefault(route_id, _Route())
            seen.peak = max(seen.peak, left + 1)
            seen.quota = _quota(answer.receipt.rate_limits) or seen.quota
            cohort = self._cohorts[route_id].get((sort, int(began)), _Cohort())      # perhaps one that was told
            cohort.open -= 1
            if code is CallCode.RATE_LIMITED:
                seen.refused += 1
                seen.kept = left if seen.kept is None else min(seen.kept, left)
            elif code in UNHEALTHY:
                seen.failed += 1
            elif code not in SAYS_NOTHING:
                seen.answered += 1
                seen.tokens += answer.usage.input_tokens + answer.usage.output_tokens
                if code is CallCode.OK and answer.usage.output_tokens:
                    cohort.paces[timed] = cohort.paces.get(timed, Pace()).adding(seconds, answer.usage.output_tokens)

    def hear_of_cut(self, route_id: int, cut_at_s: float) -> None:
        """The route's limit was last cut at `cut_at_s`: calls that began before say nothing about it."""
        with self._lock:
            if self._cuts.get(route_id, (0.0, 0.0))[0] != cut_at_s:
                self._cuts[route_id] = (cut_at_s, time.monotonic())

    def take(self) -> dict[int, CallReport]:
        """By route, for those where a call ended, or a cohort."""
        with self._lock:
            for route_id, cohorts in self._cohorts.items():
                self._tell(route_id, cohorts, int(time.monotonic()))
            routes, self._routes = self._routes, {}
            for route_id, seen in routes.items():
                if not seen.says_something:
                    self._routes[route_id] = seen      # nothing to tell yet: its peak goes into the next report
        return {route_id: seen.report() for route_id, seen in routes.items() if seen.says_something}

    def _tell(self, route_id: int, cohorts: dict[tuple[str, int], _Cohort], this_second: int) -> None:
        """Add the cohorts that are over to what is reported, and forget them."""
        heard_at = self._cuts.get(route_id, (0.0, 0.0))[1]
        over = [
            key for key, cohort in cohorts.items()
            if key[1] < this_second and cohort.open <= (1 - NEARLY_ALL) * cohort.begun
        ]
        for key in over:
            seen, cohort = self._routes.setdefault(route_id, _Route()), cohorts.pop(key)
            paces = seen.late if key[1] < heard_at else seen.paces
            for timed, pace in cohort.paces.items():
                paces[timed] = paces.get(timed, Pace()).plus(pace)


def _quota(headers: Mapping[str, str]) -> Quota | None:
    if not headers:
        return None
    return Quota(
        _number(headers.get(f"{_LIMIT}requests")), _number(headers.get(f"{_LEFT}requests")),
        _number(headers.get(f"{_LIMIT}tokens")), _number(headers.get(f"{_LEFT}tokens")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 16 else None
