"""How many calls at once: moved by refusals and slowness, against a provider of a few lines.

The toy provider answers within a second of its own; time passes in steps of a second."""

import json
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.call_reports import CallReport, Pace, Quota, Timed
from generation.core.concurrency import CREEP_S, GAP_S, ConcurrencyLimit, advance

CEILING = 500
TOKENS = 1_000


def moved(
    limit: ConcurrencyLimit, now_s: float = 1_000.0, *, running: int = 0, ceiling: int = CEILING, **seen
) -> tuple[int, str]:
    after, why = advance(limit, CallReport(**seen), running=running, ceiling=ceiling, now_s=now_s)
    return after.within(ceiling), why


def pace(seconds: float, calls: int = 80) -> dict[Timed, Pace]:
    return {Timed("course/unit"): Pace(calls, seconds * calls, TOKENS * calls)}


KNOWN = ConcurrencyLimit(paces={Timed("course/unit"): 1.0 / TOKENS}, latency_s=1.0, tokens_per_call=3_000)


def test_nothing_limits_an_unknown_route_but_its_ceiling():
    assert ConcurrencyLimit().within(CEILING) == CEILING
    assert moved(ConcurrencyLimit(), answered=10, peak=10) == (CEILING, "")


def test_first_refusals_say_at_once_how_many_are_kept():
    calls, why = moved(ConcurrencyLimit(), refused=460, peak=500, kept=40)
    assert calls == 38
    assert why == "460 calls refused beside 40 that were kept"


def test_workers_that_saw_a_part_each_agree_on_the_whole():
    """Two workers with 250 calls each, of which 20 were kept: 40 in all, and the second adds nothing."""
    seen = CallReport(refused=230, peak=250, kept=20, share=0.5)
    first, _ = advance(ConcurrencyLimit(), seen, running=40, ceiling=CEILING, now_s=100)
    second, _ = advance(first, seen, running=40, ceiling=CEILING, now_s=101)
    assert (first.calls, second.calls) == (38, 38)


def test_spent_minute_is_not_a_wall():
    """Refused by the minute's allowance, everything is refused, however few calls there are at once."""
    quota = Quota(limit_requests=60, left_requests=0)
    limit, _ = advance(
        ConcurrencyLimit(calls=100), CallReport(refused=50, peak=50, kept=0, quota=quota), running=0, ceiling=CEILING,
        now_s=100)
    assert (limit.calls, limit.wall) == (90, None)


def test_rising_latency_cuts_and_calm_lets_it_grow_again():
    calls, why = moved(KNOWN, running=200, answered=10, paces=pace(4.0))
    assert calls == 60
    assert why == "replies take 4.0 times as long as usual"
    assert moved(replace(KNOWN, calls=60), running=60, answered=10, paces=pace(1.05))[0] == 66


def test_provider_s_own_clock_is_believed_and_not_ours():
    """Ours also sees how busy this machine is."""
    its = Timed("course/unit", by_provider=True)
    both = replace(KNOWN, paces={**KNOWN.paces, its: 1.0 / TOKENS})
    by_its = {its: pace(4.0)[Timed("course/unit")]}
    assert moved(both, running=200, answered=20, paces={**pace(1.0), **by_its})[0] == 60
    calm = {its: pace(1.0)[Timed("course/unit")]}
    assert moved(both, running=200, answered=20, paces={**pace(9.0), **calm}) == (CEILING, "")


def test_provider_that_is_slow_by_itself_is_left_its_calls():
    limit, _ = advance(KNOWN, CallReport(answered=10, paces=pace(3.0)), running=100, ceiling=CEILING, now_s=100)
    assert limit.calls == 38
    limit, _ = advance(limit, CallReport(answered=10, paces=pace(2.9)), running=38, ceiling=CEILING, now_s=110)
    assert limit.calls == 15, "one cut may have been too small"
    limit, why = advance(limit, CallReport(answered=10, paces=pace(2.9)), running=15, ceiling=CEILING, now_s=120)
    assert (limit.calls, why) == (None, "the provider is slower by itself; fewer calls did not help")
    assert moved(limit, 130, running=100, answered=10, paces=pace(2.9))[1] == "", "its new pace is usual now"


def test_replies_to_calls_from_before_a_cut_do_not_cut_again():
    limit, _ = advance(KNOWN, CallReport(answered=10, paces=pace(4.0)), running=100, ceiling=CEILING, now_s=100)
    after, why = advance(limit, CallReport(answered=10, late=pace(30.0)), running=90, ceiling=CEILING, now_s=110)
    assert (after.calls, why, round(after.worst)) == (limit.calls, "", 30)
    assert after.latency_s == limit.latency_s


@pytest.mark.parametrize("calls", [2, 20, 50])
def test_few_slow_replies_are_chance(calls):
    assert moved(KNOWN, running=200, answered=calls, paces=pace(9.0, calls=calls)) == (CEILING, "")


def test_allowance_that_runs_out_slows_down_before_a_refusal():
    """6,000 tokens a second are two calls a second of 3,000 tokens and a second each."""
    quota = Quota(limit_tokens=360_000, left_tokens=10_000)
    calls, why = moved(KNOWN, running=100, answered=10, peak=100, paces=pace(1.0), quota=quota)
    assert calls == 50, "no deeper than half at a time"
    assert "3% of the provider's minute is left" in why


@pytest.mark.parametrize("now_s", [1_000.5, 1_000 + GAP_S - 0.1])
def test_refusals_of_calls_from_before_a_cut_do_not_cut_twice(now_s):
    limit = ConcurrencyLimit(calls=40, wall=42, moved_at_s=1_000, cut_at_s=1_000)
    assert moved(limit, now_s, running=40, refused=30, peak=60, kept=5)[1] == ""


def test_refusal_right_after_a_step_up_takes_the_step_back_at_once():
    limit = ConcurrencyLimit(calls=44, wall=40, moved_at_s=1_000, cut_at_s=900)
    assert moved(limit, 1_000.5, running=44, refused=3, peak=44, kept=41)[0] == 39


def test_limit_that_nobody_needs_does_not_grow():
    assert moved(ConcurrencyLimit(calls=40), running=10, answered=5, peak=5) == (40, "")


def test_beside_the_wall_it_creeps():
    limit = ConcurrencyLimit(calls=100, wall=102, moved_at_s=1_000)
    assert moved(limit, 1_000 + CREEP_S - 1, running=100, answered=9)[0] == 100
    assert moved(limit, 1_000 + CREEP_S, running=100, answered=9)[0] == 102


@dataclass
class Toy:
    """A provider that keeps `most` calls at once, or slows down beyond it; a second each."""

    most: int
    slows: bool

    def answer(self, calls: int) -> tuple[float, CallReport]:
        """Calls answered a second, and what a worker reports after a second of `calls` at once."""
        over = max(1.0, calls / self.most)
        if self.slows:      # everything takes longer, and what is lost on the way grows with it
            return calls / over**2, CallReport(answered=calls, peak=calls, paces=pace(over**2, calls))
        if calls > self.most:      # the wait that the provider asks for costs about a second of everything
            return self.most / 2, CallReport(
                answered=self.most, refused=calls - self.most, peak=calls, kept=self.most, paces=pace(1.0, self.most))
        return float(calls), CallReport(answered=calls, peak=calls, paces=pace(1.0, calls))


@pytest.mark.parametrize(("most", "slows"), [
    (2, False), (7, False), (40, False), (150, False), (450, False), (7, True), (40, True), (150, True), (450, True),
])
def test_hidden_limit_is_found_and_held_within_fifteen_percent_of_the_best_constant(most, slows):
    """Ten minutes, the search from a ceiling of up to ten times as many included."""
    toy, limit, done, ceiling = Toy(most, slows), KNOWN, 0.0, min(CEILING, 10 * most)
    for second in range(600):
        calls = limit.within(ceiling)
        rate, report = toy.answer(calls)
        limit, _ = advance(limit, report, running=calls, ceiling=ceiling, now_s=10_000.0 + second)
        done += rate
    best = most * 600
    assert done >= 0.85 * best


@pytest.mark.parametrize("slows", [False, True])
def test_raised_limit_of_the_provider_is_found(slows):
    limit = replace(KNOWN, calls=None)
    for second in range(900):
        toy = Toy(20 if second < 200 else 80, slows)
        calls = limit.within(CEILING)
        limit, _ = advance(limit, toy.answer(calls)[1], running=calls, ceiling=CEILING, now_s=10_000.0 + second)
    assert limit.within(CEILING) >= 70


REPORTS = st.builds(
    CallReport, answered=st.integers(0, 500), failed=st.integers(0, 50), refused=st.integers(0, 500),
    peak=st.integers(0, 600), kept=st.none() | st.integers(0, 600), tokens=st.integers(0, 10**7),
    paces=st.dictionaries(
        st.builds(Timed, st.sampled_from(["a/unit", "a/plan"]), st.booleans()),
        st.builds(Pace, st.integers(1, 99), st.floats(0, 1e4), st.integers(0, 10**6)),
    ),
    quota=st.none() | st.builds(
        Quota, st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**8),
        st.none() | st.integers(0, 10**8)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(REPORTS, st.integers(0, 700), st.floats(0, 100)), max_size=30), st.integers(1, 500))
def test_limit_stays_between_one_and_the_ceiling_whatever_is_reported(steps, ceiling):
    limit, now_s = ConcurrencyLimit(), 0.0
    for report, running, seconds in steps:
        now_s += seconds
        limit, why = advance(limit, report, running=running, ceiling=ceiling, now_s=now_s)
        assert 1 <= limit.within(ceiling) <= ceiling
        stored, evidence = json.loads(json.dumps([limit.as_json(), limit.evidence.as_json()]))
        assert ConcurrencyLimit.from_json(limit.calls, stored, evidence) == limit
        assert limit.calls is None or limit.calls >= 1
        if report.refused:
            assert "no call was refused" not in why
