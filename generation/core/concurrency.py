"""How many calls a route carries at once, found out by trying: less at once when the provider refuses or
slows down, a little more while it does neither.

One number for a route, moved by what workers report.  It starts at the route's ceiling, so nothing waits
before there is a reason; the first refusals say how many calls were kept, which is where it goes at once.
From then on it grows fast while it is well below the wall that it met, and creeps beside it, because each
refusal costs everybody the provider's wait.  Pure arithmetic: seconds and counts in, a new state out.

A low limit sees few replies, so what speaks for more is gathered over reports and over time, and never asked for
in a number that the limit itself prevents: see Note [Evidence]."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from generation.core.call_reports import CallReport, Pace, Quota, Timed
from generation.core.limit_evidence import JSON, Evidence, known_fields

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
TEST_CUT = 0.7
TEST_HELPED = 0.85        # of how slow it was before: between what a cut by 0.7 does at most, and nothing
FEW_LEFT = 0.1            # of the provider's allowance a minute
ENOUGH_CALLS = 60         # a pace from fewer is luck: replies of half and of twice the usual time are usual
DOUBT_FROM = 3            # calls at once: below that a cut can hardly have helped
LEARN_FASTER = 0.1        # more would make the luckiest replies the usual ones
LEARN_ANEW = 0.3
LEARN_SLOWER = 0.005
LATENCY_WEIGHT = 0.3
MOST_PACES = 24           # kinds times stages


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
    evidence: Evidence = Evidence()

    @classmethod
    def from_json(cls, calls: int | None, stored: JSON, evidence: JSON | None = None) -> "ConcurrencyLimit":
        """`calls`, what `as_json` gave and what its evidence's gave; without those, what is known of a new route."""
        paces = {Timed(sort, by_provider): pace for sort, by_provider, pace in stored.get("paces", ())}
        known = {**known_fields(cls, stored), "paces": paces, "calls": calls}
        return cls(**{**known, "evidence": Evidence.from_json(evidence or {})})

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        """Everything but `calls` and `evidence`, which are columns of their own: processes of the version before
        read this one, and refuse what they do not know."""
        own = {"calls", "evidence"}
        state = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in own}
        return state | {"paces": [[*timed, pace] for timed, pace in self.paces.items()]}

    def within(self, ceiling: int) -> int:
        """How many calls may be in flight at once."""
        return ceiling if self.calls is None else max(1, min(self.calls, ceiling))


def advance(
    limit: ConcurrencyLimit, report: CallReport, *, running: int, ceiling: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    """The limit after `report`, and why it moved; no word if it did not.

    `running` counts the route's calls of all workers, this one's included."""
    limit = _dated(limit, now_s)
    report = _sorted_by_age(report, since_cut_s=now_s - limit.cut_at_s)
    at = limit.within(ceiling)
    load = min(at, max(running, report.peak))
    since_s = now_s - limit.moved_at_s
    limit, slowness, replies = _gathered(limit, report, at=at, load=load, running=running, since_s=since_s)
    if report.refused:
        # A refusal right after a step up is that step's; right after a cut it is of calls from before.
        return _refused(limit, report, at, now_s) if now_s - limit.cut_at_s >= GAP_S else (limit, "")
    if since_s < GAP_S:
        return limit, ""
    share_left = report.quota.share_left if report.quota else 1.0
    if share_left < FEW_LEFT and report.quota is not None:
        return _sustainable(limit, report.quota, load, at, now_s)
    evidence, patience_s = limit.evidence, limit.evidence.patience_s(limit.latency_s)
    if evidence.calls_before_test:
        compared = _compared(evidence, replies) if slowness is not None else None
        if since_s < (_a_reply_s(limit) if compared is not None else patience_s):
            return limit, ""
        return _concluded(limit, compared, replies, at, ceiling, now_s)
    if slowness is not None and slowness > SLOW:
        if limit.slow_cuts >= CUTS_BEFORE_DOUBT and slowness > HELPED * limit.worst and at >= DOUBT_FROM:
            return _slow_by_itself(limit, replies, limit.calls_before_cut or ceiling, at, ceiling, now_s)
        if load > FEW:
            return _slowed(limit, replies, slowness, load, at, now_s)
    if at >= ceiling or not evidence.is_needed or share_left < 2 * FEW_LEFT:
        return limit, ""
    if _is_calm(limit, at, since_s):
        return _grown(limit, at, ceiling, now_s)
    return _tested(limit, at, now_s) if since_s >= patience_s else (limit, "")


_NOT_SLOW: dict[str, Any] = {"slow_cuts": 0, "worst": 0.0, "calls_before_cut": None}     # Any: of their fields


# --- what speaks for more -------------------------------------------------------------------------


def _dated(limit: ConcurrencyLimit, now_s: float) -> ConcurrencyLimit:
    """With the evidence of its last move only, and no move in the future: the clock may have been set back."""
    if limit.moved_at_s > now_s or limit.cut_at_s > now_s:
        limit = replace(limit, moved_at_s=min(limit.moved_at_s, now_s), cut_at_s=min(limit.cut_at_s, now_s))
    if limit.evidence.moved_at_s == limit.moved_at_s:
        return limit
    return replace(limit, evidence=Evidence(limit.moved_at_s))


def _sorted_by_age(report: CallReport, *, since_cut_s: float) -> CallReport:
    """With what took longer than the last cut is old among the late: a worker hears of a cut when it reports, and
    what it reports then began before."""
    old = {timed for timed, pace in report.paces.items() if pace.seconds > since_cut_s * pace.calls}
    if not old:
        return report
    late = dict(report.late)
    for timed in old:
        late[timed] = late.get(timed, Pace()).plus(report.paces[timed])
    return replace(report, paces={timed: pace for timed, pace in report.paces.items() if timed not in old}, late=late)


def _gathered(
    limit: ConcurrencyLimit, report: CallReport, *, at: int, load: int, running: int, since_s: float
) -> tuple[ConcurrencyLimit, float | None, Mapping[Timed, Pace]]:
    """With what `report` adds to the evidence, and how slow replies are, if that can be judged now, and by
    which.

    A call that ended was one more than those that run: without it, two workers with a call each never fill a
    limit of two."""
    evidence = limit.evidence
    ended = 1 if report.answered else 0
    is_needed = evidence.is_needed or max(load, running + ended) >= BUSY * at
    gathered = dict(evidence.paces)
    if since_s >= GAP_S:
        for timed, pace in report.paces.items():
            if timed in limit.paces:
                gathered[timed] = gathered.get(timed, Pace()).plus(pace)
    enough = min(ENOUGH_CALLS, at)
    slowness = _slowness(limit, gathered, enough)
    if limit.slow_cuts:
        seen = (slowness, _slowness(limit, report.paces), _slowness(limit, report.late))
        limit = replace(limit, worst=max(limit.worst, *(one or 0.0 for one in seen)))
    is_judged = slowness is not None
    limit = _learned(
        limit, report, gathered if is_judged else report.paces, enough=enough if is_judged else ENOUGH_CALLS,
        slower=LEARN_ANEW if at < FEW else LEARN_SLOWER if load < BUSY * at else 0.0)
    evidence = replace(evidence, is_needed=is_needed, paces={} if is_judged else gathered)
    if is_judged:
        evidence = replace(
            evidence, slowness=slowness, judged={timed: pace.s_per_token for timed, pace in gathered.items()})
    return replace(limit, evidence=evidence), slowness, gathered


def _a_reply_s(limit: ConcurrencyLimit) -> float:
    """Until replies to calls from after a move are here; the move itself may have come a moment after they began."""
    return max(GAP_S, limit.latency_s - GAP_S)


def _is_calm(limit: ConcurrencyLimit, at: int, since_s: float) -> bool:
    slowness = limit.evidence.slowness
    if at < FEW:
        return True
    if slowness is not None:
        return slowness <= CALM
    return not limit.slow_cuts or since_s >= limit.evidence.patience_s(limit.latency_s)


def _tested(limit: ConcurrencyLimit, at: int, now_s: float) -> tuple[ConcurrencyLimit, str]:
    cut, why = _moved(limit, at * TEST_CUT, at, now_s, "replies are a little slow: is it because of us?")
    now = limit.evidence
    return replace(cut, evidence=Evidence(
        now_s, calls_before_test=at, slowness_before_test=now.slowness or CALM, judged_before_test=now.judged,
        helpful_tests=now.helpful_tests)), why


def _compared(evidence: Evidence, replies: Mapping[Timed, Pace]) -> float | None:
    """How long `replies` took beside those before the test, of the same sorts; None if there are none."""
    known = [
        (pace.calls, pace.s_per_token / evidence.judged_before_test[timed]) for timed, pace in replies.items()
        if pace.tokens and evidence.judged_before_test.get(timed, 0) > 0
    ]
    calls = sum(count for count, _ratio in known)
    return sum(count * ratio for count, ratio in known) / calls if calls else None


def _concluded(
    limit: ConcurrencyLimit, compared: float | None, replies: Mapping[Timed, Pace], at: int, ceiling: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    """The end of a test; where no reply told anything, fewer calls did not help."""
    evidence = limit.evidence
    if compared is None or compared > TEST_HELPED:
        usual = replace(limit, paces={**limit.paces, **evidence.judged_before_test})
        return _slow_by_itself(usual, replies, evidence.calls_before_test, at, ceiling, now_s)
    before = max(CALM, evidence.slowness_before_test)
    calls = min(ceiling, max(at, math.floor(evidence.calls_before_test * CALM / before)))
    after = Evidence(now_s, helpful_tests=evidence.helpful_tests + 1)
    return replace(limit, calls=calls, moved_at_s=now_s, evidence=after), "it was because of us: replies are faster now"


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


def _slowed(
    limit: ConcurrencyLimit, replies: Mapping[Timed, Pace], slowness: float, load: int, at: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    target = max(FEW, load * max(DEEPEST_CUT, min(0.9, CALM / slowness)))
    cut, why = _moved(limit, target, at, now_s, f"replies take {slowness:.1f} times as long as usual")
    if load <= FEW / BUSY:      # hardly because of us: a pace that is out of date would cut at every step up
        cut = replace(cut, paces=_nearer(cut.paces, replies))
    before = limit.calls_before_cut if limit.slow_cuts else at
    return replace(
        cut, slow_cuts=limit.slow_cuts + 1, worst=max(limit.worst, slowness), calls_before_cut=before), why


def _slow_by_itself(
    limit: ConcurrencyLimit, seen: Mapping[Timed, Pace], before: int, at: int, ceiling: int, now_s: float
) -> tuple[ConcurrencyLimit, str]:
    """Fewer calls did not make it faster: its pace has changed, and ours need not."""
    paces = {**limit.paces, **{timed: pace.s_per_token for timed, pace in seen.items() if pace.tokens}}
    calls = max(at, before)
    back = replace(
        limit, calls=None if calls >= ceiling else calls, moved_at_s=now_s, paces=paces, **_NOT_SLOW)
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
        step = 1.0 if wall is None and at < FEW else STEADY_STEP
        wait_s, target = _a_reply_s(limit), at * (1 + step)
    if since_s < wait_s:
        return limit, ""
    calls = max(at + 1, math.floor(target))
    if calls >= ceiling:
        return replace(limit, calls=None, wall=None, moved_at_s=now_s, **_NOT_SLOW), "the ceiling is reached"
    grown = replace(limit, calls=calls, moved_at_s=now_s, **_NOT_SLOW)
    return grown, "no call was refused, and replies are not slower"


# --- what is usual --------------------------------------------------------------------------------


def _slowness(limit: ConcurrencyLimit, paces: Mapping[Timed, Pace], enough: int = ENOUGH_CALLS) -> float | None:
    """How many times longer than usual replies took for their tokens; None if fewer than `enough` tell.

    By the provider's clock, if it timed enough of them, or else by ours, which also sees how busy we are."""
    for by_provider in (True, False):
        known = [
            (pace.calls, pace.s_per_token / limit.paces[timed]) for timed, pace in paces.items()
            if timed.by_provider is by_provider and limit.paces.get(timed, 0) > 0 and pace.tokens
        ]
        calls = sum(count for count, _ratio in known)
        if calls >= enough:
            return sum(count * ratio for count, ratio in known) / calls
    return None


def _learned(
    limit: ConcurrencyLimit, report: CallReport, told: Mapping[Timed, Pace], *, enough: int, slower: float
) -> ConcurrencyLimit:
    """Usual is about the fastest that was `told`: quick to learn that it can be faster, and by `slower` to accept
    that it is not, which is nothing while as many calls as may be are made: it may be because of them."""
    if not report.paces:
        return limit
    paces = dict(limit.paces)
    for timed, pace in {**report.paces, **told}.items():
        if not pace.tokens or (timed in paces and (timed not in told or pace.calls < enough)):
            continue
        if timed in paces:
            weight = LEARN_FASTER if pace.s_per_token < paces[timed] else slower
            paces[timed] += weight * (pace.s_per_token - paces[timed])
        elif len(paces) < MOST_PACES:
            paces[timed] = pace.s_per_token
    calls = sum(pace.calls for pace in report.paces.values())
    latency_s = sum(pace.seconds for pace in report.paces.values()) / max(1, calls)
    tokens_per_call = limit.tokens_per_call
    if report.answered:
        tokens_per_call = _smoothed(tokens_per_call, report.tokens / report.answered)
    return replace(
        limit, paces=paces, latency_s=_smoothed(limit.latency_s, latency_s), tokens_per_call=tokens_per_call)


def _nearer(paces: Mapping[Timed, float], replies: Mapping[Timed, Pace]) -> dict[Timed, float]:
    return {
        timed: usual + LEARN_ANEW * (max(usual, replies[timed].s_per_token) - usual) if timed in replies else usual
        for timed, usual in paces.items()
    }


def _smoothed(before: float, now: float) -> float:
    return round(before + LATENCY_WEIGHT * (now - before), 4) if before else round(now, 4)
