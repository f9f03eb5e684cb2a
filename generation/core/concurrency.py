"""How many calls a route carries at once, found out by trying: less at once when the provider refuses or
slows down, a little more while it does neither.

One number for a route, moved by what workers report.  It starts at the route's ceiling, so nothing waits
before there is a reason; the first refusals say how many calls were kept, which is where it goes at once.
From then on it grows fast while it is well below the wall that it met, and creeps beside it, because each
refusal costs everybody the provider's wait.  Pure arithmetic: seconds and counts in, a new state out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

GAP_S = 2.0               # between two moves: refusals of calls from before the last one have arrived by then
BESIDE_WALL = 0.95        # of the calls that were kept: so far below it refusals are rare
NEAR_WALL = 0.9
FAST_STEP = 0.25          # well below the wall
STEADY_STEP = 0.1
CREEP_STEP = 0.02
CREEP_S = 15.0            # a refusal every minute or so costs 2 %; being 5 % too low costs 5 %
BUSY = 0.75               # of the limit: below that the limit is not what holds calls back
SLOW = 2.5                # times its usual pace: above what a burst of our own costs on busy cores
CALM = 1.15
DEEPEST_CUT = 0.3
FEW = 8                   # calls at once: if replies are slow although there are so few, it is not because of us
HELPED = 0.8              # of the worst: if two cuts did not bring it below that, the provider is slow by itself
CUTS_BEFORE_DOUBT = 2
FEW_LEFT = 0.1            # of the provider's allowance a minute
ENOUGH_CALLS = 3          # a pace from fewer would be one reply's luck
LEARN_FASTER = 0.3
LEARN_SLOWER = 0.005
LATENCY_WEIGHT = 0.3
MOST_PACES = 24           # kinds times stages


@dataclass(frozen=True)
class Quota:
    """The provider's `x-ratelimit-*`, as far as it sent them: what a minute allows, and what is left."""

    limit_requests: int | None = None
    left_requests: int | None = None
    limit_tokens: int | None = None
    left_tokens: int | None = None

    @property
    def share_left(self) -> float:
        """Of the scarcer of the two; 1 when nothing is known."""
        pairs = ((self.left_requests, self.limit_requests), (self.left_tokens, self.limit_tokens))
        return min((left / limit for left, limit in pairs if left is not None and limit), default=1.0)

    def calls_per_s(self, tokens_per_call: float) -> float:
        """What the allowance sustains; infinite when nothing is known."""
        requests = self.limit_requests / 60 if self.limit_requests else math.inf
        tokens = self.limit_tokens / 60 / tokens_per_call if self.limit_tokens and tokens_per_call else math.inf
        return min(requests, tokens)


@dataclass(frozen=True)
class Pace:
    """Good replies of one sort: how many, their seconds in all and their output tokens in all."""

    calls: int = 0
    seconds: float = 0.0
    tokens: int = 0

    def adding(self, seconds: float, tokens: int) -> "Pace":
        return Pace(self.calls + 1, self.seconds + seconds, self.tokens + tokens)

    @property
    def s_per_token(self) -> float:
        return self.seconds / max(1, self.tokens)


class Timed(NamedTuple):
    """Replies of about the same pace, by kind and stage, and by whose clock: the provider's or ours."""

    sort: str
    by_provider: bool = False


@dataclass(frozen=True)
class CallReport:
    """What one worker saw of one route since its last report.

    `peak` is the most calls it had in flight at once, `kept` the fewest that went on right after one was refused;
    `share` is its part of all the calls on the route.  Replies to calls that began before the last cut are `late`:
    how long they took says what was, not what is."""

    answered: int = 0
    failed: int = 0
    refused: int = 0
    peak: int = 0
    kept: int | None = None
    tokens: int = 0
    paces: Mapping[Timed, Pace] = field(default_factory=dict)
    late: Mapping[Timed, Pace] = field(default_factory=dict)
    quota: Quota | None = None
    share: float = 1.0


@dataclass(frozen=True)
class ConcurrencyLimit:
    """What is known about a route.  `calls` is None while nothing has limited it but its ceiling."""

    calls: int | None = None
    wall: int | None = None              # how many calls the provider kept when it last refused some
    moved_at_s: float = 0.0
    cut_at_s: float = 0.0
    latency_s: float = 0.0               # of a good reply, smoothed
    tokens_per_call: float = 0.0
    paces: Mapping[Timed, float] = field(default_factory=dict)    # usual seconds for an output token
    slow_cuts: int = 0                   # made one after another, because replies were slow
    worst: float = 0.0                   # how slow replies were at the worst since the first of them
    calls_before_cut: int | None = None  # before the first of them

    @classmethod
    def from_json(cls, calls: int | None, stored: Mapping[str, Any]) -> "ConcurrencyLimit":     # Any: JSON
        """`calls` and what `as_json` gave; without that, what is known of a new route."""
        paces = {Timed(sort, by_provider): pace for sort, by_provider, pace in stored.get("paces", ())}
        return cls(calls=calls, **{**stored, "paces": paces})

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        """Everything but `calls`, which is a column of its own."""
        state = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "calls"}
        return state | {"paces": [[*timed, pace] for timed, pace in self.paces.items()]}

    def within(self, ceiling: int) -> int:
        """How many calls may be in flight at once."""
        return ceiling if self.calls is None else max(1, min(self.calls, ceiling))


def advance(
    limit: ConcurrencyLimit, report: CallReport, *, running: int, ceiling: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    """The limit after `report`, and why it moved; no word if it did not.

    `running` counts the route's calls of all workers, this one's included."""
    slowness, late = _slowness(limit, report.paces), _slowness(limit, report.late)
    if limit.slow_cuts:
        limit = replace(limit, worst=max(limit.worst, slowness or 0.0, late or 0.0))
    at = limit.within(ceiling)
    load = min(at, max(running, report.peak))
    limit = _learned(limit, report, is_idle=load < BUSY * at)
    since_s = now_s - limit.moved_at_s
    if report.refused:
        # A refusal right after a step up is that step's; right after a cut it is of calls from before.
        return _refused(limit, report, at, now_s) if now_s - limit.cut_at_s >= GAP_S else (limit, "")
    if since_s < GAP_S:
        return limit, ""
    share_left = report.quota.share_left if report.quota else 1.0
    if share_left < FEW_LEFT and report.quota is not None:
        return _sustainable(limit, report.quota, load, at, now_s)
    if slowness is not None and slowness > SLOW:
        if limit.slow_cuts >= CUTS_BEFORE_DOUBT and slowness > HELPED * limit.worst:
            return _slow_by_itself(limit, report, ceiling, now_s)
        if load > FEW:
            return _slowed(limit, slowness, load, at, now_s)
    is_calm = slowness <= CALM if slowness is not None else not limit.slow_cuts
    if at < ceiling and load >= BUSY * at and is_calm and share_left >= 2 * FEW_LEFT:
        return _grown(limit, at, ceiling, now_s)
    return limit, ""


_NOT_SLOW: dict[str, Any] = {"slow_cuts": 0, "worst": 0.0, "calls_before_cut": None}     # Any: of their fields


# --- less -----------------------------------------------------------------------------------------


def _refused(limit: ConcurrencyLimit, report: CallReport, at: int, now_s: float) -> tuple[ConcurrencyLimit, str]:
    if report.quota is not None and report.quota.share_left < FEW_LEFT:
        # An allowance by the minute: fewer calls at once spread it, and the provider's own wait does the rest.
        why = f"{report.refused} calls refused: the minute's allowance is spent"
        return _moved(limit, at * NEAR_WALL, at, now_s, why)
    kept = report.kept if report.kept is not None else at - report.refused
    wall = max(1, min(at, round(kept / report.share)))
    cut, why = _moved(
        limit, min(math.ceil(wall * BESIDE_WALL), at - 1), at, now_s,
        f"{report.refused} calls refused beside {wall} that were kept")
    return replace(cut, wall=wall), why


def _slowed(limit: ConcurrencyLimit, slowness: float, load: int, at: int, now_s: float) -> tuple[ConcurrencyLimit, str]:
    target = max(FEW, load * max(DEEPEST_CUT, min(0.9, CALM / slowness)))
    cut, why = _moved(limit, target, at, now_s, f"replies take {slowness:.1f} times as long as usual")
    before = limit.calls_before_cut if limit.slow_cuts else at
    return replace(
        cut, slow_cuts=limit.slow_cuts + 1, worst=max(limit.worst, slowness), calls_before_cut=before), why


def _slow_by_itself(
    limit: ConcurrencyLimit, report: CallReport, ceiling: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    """Fewer calls did not make it faster: its pace has changed, and ours need not."""
    before = limit.calls_before_cut or ceiling
    paces = {**limit.paces, **{timed: pace.s_per_token for timed, pace in report.paces.items()}}
    back = replace(
        limit, calls=None if before >= ceiling else before, moved_at_s=now_s, paces=paces, **_NOT_SLOW)
    return back, "the provider is slower by itself; fewer calls did not help"


def _sustainable(
    limit: ConcurrencyLimit, quota: Quota, load: int, at: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    """Slow down before the provider says so: as many calls as its allowance a minute sustains."""
    sustained = quota.calls_per_s(limit.tokens_per_call) * limit.latency_s
    target = max(sustained, load / 2)
    if not limit.latency_s or target >= at:
        return limit, ""
    return _moved(limit, target, at, now_s, f"{quota.share_left:.0%} of the provider's minute is left")


def _moved(limit: ConcurrencyLimit, target: float, at: int, now_s: float, why: str) -> tuple[ConcurrencyLimit, str]:
    calls = max(1, math.floor(target))
    if calls >= at:
        return limit, ""
    return replace(limit, calls=calls, moved_at_s=now_s, cut_at_s=now_s), why


# --- more -----------------------------------------------------------------------------------------


def _grown(limit: ConcurrencyLimit, at: int, ceiling: int, now_s: float) -> tuple[ConcurrencyLimit, str]:
    since_s = now_s - limit.moved_at_s
    wall = limit.wall
    if wall is not None and at < NEAR_WALL * wall:
        wait_s, target = max(GAP_S, limit.latency_s / 2), min(at * (1 + FAST_STEP), wall * BESIDE_WALL)
    elif wall is not None and at <= wall:
        wait_s, target = max(CREEP_S, 5 * limit.latency_s), at * (1 + CREEP_STEP)
    else:
        wait_s, target = max(GAP_S, limit.latency_s), at * (1 + STEADY_STEP)
    if since_s < wait_s:
        return limit, ""
    calls = max(at + 1, math.floor(target))
    if calls >= ceiling:
        return replace(limit, calls=None, wall=None, moved_at_s=now_s, **_NOT_SLOW), "the ceiling is reached"
    grown = replace(limit, calls=calls, moved_at_s=now_s, **_NOT_SLOW)
    return grown, "no call was refused, and replies are not slower"


# --- what is usual --------------------------------------------------------------------------------


def _slowness(limit: ConcurrencyLimit, paces: Mapping[Timed, Pace]) -> float | None:
    """How many times longer than usual replies took for their tokens; None if that is not known.

    By the provider's clock, if it timed enough of them, or else by ours, which also sees how busy we are."""
    for by_provider in (True, False):
        known = [
            (pace.calls, pace.s_per_token / limit.paces[timed]) for timed, pace in paces.items()
            if timed.by_provider is by_provider and limit.paces.get(timed, 0) > 0 and pace.tokens
        ]
        calls = sum(count for count, _ratio in known)
        if calls >= ENOUGH_CALLS:
            return sum(count * ratio for count, ratio in known) / calls
    return None


def _learned(limit: ConcurrencyLimit, report: CallReport, *, is_idle: bool) -> ConcurrencyLimit:
    """Usual is about the fastest that was seen: quick to learn that it can be faster, slow to accept slower, and
    not at all while as many calls as may be are made, because then it may be slower because of them."""
    if not report.paces:
        return limit
    paces = dict(limit.paces)
    for timed, pace in report.paces.items():
        if not pace.tokens or (timed in paces and pace.calls < ENOUGH_CALLS):
            continue
        if timed in paces:
            weight = LEARN_FASTER if pace.s_per_token < paces[timed] else LEARN_SLOWER if is_idle else 0.0
            paces[timed] += weight * (pace.s_per_token - paces[timed])
        elif len(paces) < MOST_PACES:
            paces[timed] = pace.s_per_token
    calls = sum(pace.calls for pace in report.paces.values())
    latency_s = sum(pace.seconds for pace in report.paces.values()) / max(1, calls)
    return replace(
        limit, paces=paces, latency_s=_smoothed(limit.latency_s, latency_s),
        tokens_per_call=_smoothed(limit.tokens_per_call, report.tokens / max(1, calls)),
    )


def _smoothed(before: float, now: float) -> float:
    return round(before + LATENCY_WEIGHT * (now - before), 4) if before else round(now, 4)
