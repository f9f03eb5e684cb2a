"""What this process sees of each route between two pulses: how calls ended, how long they took, how many at once.

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

    def report(self) -> CallReport:
        return CallReport(
            self.answered, self.failed, self.refused, self.peak, self.kept, self.tokens, self.paces, self.late,
            self.quota)


class CallStats:
    """`begin` before a call and `end` after it, from any thread; `take` what was counted since the last time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._routes: dict[int, _Route] = {}
        self._in_flight: dict[int, int] = {}
        self._cuts: dict[int, tuple[float, float]] = {}      # by route: which cut, and when we heard of it

    def begin(self, route_id: int) -> float:
        """A call goes out; the moment, for `end`."""
        with self._lock:
            now = self._in_flight[route_id] = self._in_flight.get(route_id, 0) + 1
            seen = self._routes.setdefault(route_id, _Route())
            seen.peak = max(seen.peak, now)
        return time.monotonic()

    def end(self, route_id: int, sort: str, began: float, answer: Answer) -> None:
        """The call is over.  `sort` names calls of about the same pace: kind and stage.

        The provider's own time counts where it covers the call: ours is longer while this machine is busy."""
        timed, seconds = Timed(sort), time.monotonic() - began
        processing_s = answer.receipt.processing_s
        if processing_s is not None and COVERS * seconds <= processing_s <= seconds:
            timed, seconds = Timed(sort, by_provider=True), processing_s
        code = answer.code if isinstance(answer, Failure) else CallCode.OK
        with self._lock:
            left = self._in_flight[route_id] = self._in_flight[route_id] - 1
            seen = self._routes.setdefault(route_id, _Route())
            seen.peak = max(seen.peak, left + 1)
            seen.quota = _quota(answer.receipt.rate_limits) or seen.quota
            if code is CallCode.RATE_LIMITED:
                seen.refused += 1
                seen.kept = left if seen.kept is None else min(seen.kept, left)
            elif code in UNHEALTHY:
                seen.failed += 1
            elif code not in SAYS_NOTHING:
                seen.answered += 1
                seen.tokens += answer.usage.input_tokens + answer.usage.output_tokens
                if code is CallCode.OK and answer.usage.output_tokens:
                    is_late = began < self._cuts.get(route_id, (0.0, 0.0))[1]
                    paces = seen.late if is_late else seen.paces
                    paces[timed] = paces.get(timed, Pace()).adding(seconds, answer.usage.output_tokens)

    def hear_of_cut(self, route_id: int, cut_at_s: float) -> None:
        """The route's limit was last cut at `cut_at_s`: calls that began before say nothing about it."""
        with self._lock:
            if self._cuts.get(route_id, (0.0, 0.0))[0] != cut_at_s:
                self._cuts[route_id] = (cut_at_s, time.monotonic())

    def take(self) -> dict[int, CallReport]:
        """By route, for those where a call ended."""
        with self._lock:
            routes, self._routes = self._routes, {}
            for route_id, seen in routes.items():
                if not (seen.answered or seen.failed or seen.refused):
                    self._routes[route_id] = seen      # nothing to tell yet: its peak goes into the next report
        return {
            route_id: seen.report() for route_id, seen in routes.items()
            if seen.answered or seen.failed or seen.refused
        }


def _quota(headers: Mapping[str, str]) -> Quota | None:
    if not headers:
        return None
    return Quota(
        _number(headers.get(f"{_LIMIT}requests")), _number(headers.get(f"{_LEFT}requests")),
        _number(headers.get(f"{_LIMIT}tokens")), _number(headers.get(f"{_LEFT}tokens")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 16 else None
