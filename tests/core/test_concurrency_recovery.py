"""A limit below its ceiling ends: with a provider that keeps everything it is back within so many replies, whatever
state it is in; with one that has a hidden limit it comes down and stays there."""

import itertools
import json
import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from generation.core.call_reports import CallReport, Pace, Timed
from generation.core.concurrency import (
    CREEP_S,
    ENOUGH_CALLS,
    FEW,
    STEADY_STEP,
    ConcurrencyLimit,
    advance,
)
from generation.core.limit_evidence import LONGEST_PATIENCE_S, PATIENCE_S, PATIENT_REPLIES, Evidence
from tests.core.concurrency_model import TOKENS, Model, Provider, Worker

HOUR_S = 3_600.0
NOW_S = 10_000.0

# --- every state ends -----------------------------------------------------------------------------

TIMES = st.floats(0.2, 300)
FACTORS = st.floats(0.01, 100)
TRIES = 6      # tests, each of which waits to be sure: the worst that was found took two


@st.composite
def states(draw: st.DrawFn) -> Model:
    """A limit in any state that can be stored, also by the version before, and a provider that keeps everything."""
    reply_s = draw(st.lists(TIMES, min_size=1, max_size=2))
    ceiling = draw(st.one_of(st.integers(1, 30), st.integers(1, 10_000)))
    stored = {
        "wall": draw(st.none() | st.integers(1, ceiling)),
        "moved_at_s": NOW_S + draw(st.floats(-HOUR_S, HOUR_S)),
        "cut_at_s": NOW_S + draw(st.floats(-HOUR_S, HOUR_S)),
        "latency_s": draw(st.just(0.0) | TIMES),
        "tokens_per_call": draw(st.floats(0, 10_000)),
        "paces": [[f"kind/{sort}", False, draw(FACTORS) * time_s / TOKENS] for sort, time_s in enumerate(reply_s)
                  if draw(st.booleans())],
        "slow_cuts": draw(st.integers(0, 5)), "worst": draw(st.floats(0, 100)),
        "calls_before_cut": draw(st.none() | st.integers(1, 10_000)),
    }
    evidence = draw(st.just({}) | st.builds(lambda **values: Evidence(**values).as_json(), **{
        "moved_at_s": st.just(stored["moved_at_s"]), "is_needed": st.booleans(),
        "slowness": st.none() | st.floats(0, 100),
        "slowness_before_test": st.floats(0, 100), "calls_before_test": st.just(0) | st.integers(0, 10_000),
        "judged_before_test": st.just({}) | st.just({Timed("kind/0"): 10.0}),
        # Its patience of up to an hour is a model's hour of such replies.
        "helpful_tests": st.integers(0, 40 if min(reply_s) > 5 else 1),
        "paces": st.just({}) | st.just({Timed("kind/0"): Pace(2, 900.0, 10)}),
    }))
    calls = draw(st.integers(1, ceiling) | st.integers(1, min(ceiling, 10)))
    return Model(
        ConcurrencyLimit.from_json(calls, json.loads(json.dumps(stored)), json.loads(json.dumps(evidence))), ceiling,
        Provider(reply_s), [Worker(draw(st.floats(0, 0.99))) for _ in range(draw(st.integers(1, 3)))])


def steps(low: int, high: int) -> float:
    """Moves from `low` to `high` by the usual step, of one call at the least."""
    single = round(2 / STEADY_STEP)
    return max(0, min(single, high) - low) + math.log(max(1.0, high / max(low, single)), 1 + STEADY_STEP)


def bound_s(model: Model) -> float:
    """The moves take a reply each, those beside a wall five; and a few tests, each of which waits to be sure."""
    limit = model.limit
    reply_s = max(2.0, limit.latency_s, *model.provider.reply_s) + 3
    patience_s = max(PATIENCE_S, PATIENT_REPLIES * reply_s)
    once_s = max(patience_s, LONGEST_PATIENCE_S) if limit.evidence.helpful_tests else patience_s
    beside_wall_s = 0.0 if limit.wall is None else 8 * max(CREEP_S, 5 * reply_s)
    return TRIES * once_s + (steps(1, model.ceiling) + 10) * reply_s + beside_wall_s



@settings(max_examples=100, deadline=None, derandomize=True)
@given(states())
def test_limit_is_back_at_its_ceiling_in_bounded_time_from_any_state(model):
    ends_s = model.now_s + bound_s(model)
    everything = itertools.chain([(0.0, 10**7)], itertools.repeat((10 * HOUR_S, 0)))
    model.run(everything, until=lambda now: now.limit.within(now.ceiling) == now.ceiling or now.now_s > ends_s)
    assert model.limit.within(model.ceiling) == model.ceiling


BURSTS = st.lists(st.tuples(st.floats(0, 900), st.integers(0, 60)), min_size=1, max_size=6).filter(
    lambda found: sum(pause_s for pause_s, _work in found) > 1 and any(work for _pause_s, work in found))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(states(), BURSTS)
def test_however_work_arrives_it_is_held_back_for_a_bounded_time(model, bursts):
    """Over six hours or more; the first replies of each wait are not counted, because nothing can be known sooner."""
    most_s = bound_s(model)
    model.run(itertools.cycle(bursts), until=lambda now: (
        now.limit.within(now.ceiling) == now.ceiling or now.held_back_s > most_s or now.replies > 3_000
        or now.now_s > NOW_S + max(6 * HOUR_S, 2 * most_s)))
    assert model.held_back_s <= most_s


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize(("calls", "ceiling", "minutes", "replies"), [
    (1, 8, 3, 30), (1, 20, 9, 170), (4, 20, 8, 170), (8, 20, 8, 170), (1, 500, 27, 5_200), (8, 500, 25, 5_200),
])
def test_replies_of_half_a_minute_end_what_one_slow_moment_began(workers, calls, ceiling, minutes, replies):
    """A cut for slowness, long over: then it took for ever, because a low limit yields one reply in a report."""
    limit = ConcurrencyLimit(
        calls, latency_s=30.0, paces={Timed("kind/0"): 30 / TOKENS}, moved_at_s=NOW_S, cut_at_s=NOW_S, slow_cuts=1,
        worst=4.0, calls_before_cut=ceiling)
    drawn = random.Random(calls)
    trickle = [(30 * drawn.random() / calls, 1) for _ in range(calls)]
    model = Model(limit, ceiling, Provider([30.0]), [Worker(number / workers) for number in range(workers)])
    model.run(
        itertools.chain(trickle, itertools.repeat((1.0, ceiling))),
        until=lambda now: now.limit.within(ceiling) == ceiling or now.now_s > NOW_S + HOUR_S)
    assert model.limit.within(ceiling) == ceiling
    assert (model.now_s - NOW_S) / 60 <= minutes
    assert model.replies <= replies


def test_provider_that_is_half_as_slow_again_from_now_on_is_given_its_calls_back():
    """Neither calm nor slow: fewer calls do not help, so it is not because of them."""
    limit = ConcurrencyLimit(100, latency_s=10.0, paces={Timed("kind/0"): 10 / TOKENS})
    model = Model(limit, 200, Provider([15.0]), [Worker(0.0), Worker(0.5)])
    model.run(iter_of_work(), until=lambda now: now.limit.within(200) == 200 or now.now_s > NOW_S + HOUR_S)
    assert model.limit.within(200) == 200
    assert min(calls for _at_s, calls in model.history) >= 70, "the test takes no more"


def iter_of_work() -> Iterator[tuple[float, int]]:
    return itertools.repeat((1.0, 20_000))


def test_time_counts_as_calm_where_no_reply_tells_its_pace():
    """Replies without usage: nothing will ever say that they are fast again."""
    limit = ConcurrencyLimit(20, moved_at_s=NOW_S, cut_at_s=NOW_S, slow_cuts=1, worst=3.0, latency_s=2.0)
    silent = CallReport(answered=5, peak=20)
    limit, why = advance(limit, silent, running=20, ceiling=50, now_s=NOW_S + PATIENCE_S - 1)
    assert (limit.calls, why) == (20, "")
    limit, why = advance(limit, silent, running=20, ceiling=50, now_s=NOW_S + PATIENCE_S)
    assert (limit.calls, why) == (22, "no call was refused, and replies are not slower")


def test_two_workers_with_a_call_each_fill_a_limit_of_two():
    limit = ConcurrencyLimit(2, paces={Timed("kind/0"): 1.0}, latency_s=1.0)
    report = CallReport(answered=1, peak=1, paces={Timed("kind/0"): Pace(1, 10.0, 10)})
    assert advance(limit, report, running=1, ceiling=9, now_s=NOW_S)[0].calls == 4


def test_what_is_gathered_stays_small():
    """A month of replies, one in each report, of more sorts than are told apart."""
    limit = ConcurrencyLimit(5_000, paces={Timed(f"kind/{n}"): 0.01 for n in range(24)}, latency_s=9.0)
    for second in range(2_000):
        paces = {Timed(f"kind/{second * 7 % 40}"): Pace(1, 9.0, 900)}
        limit, _ = advance(
            limit, CallReport(answered=1, paces=paces), running=1, ceiling=9_000, now_s=NOW_S + 1_300.0 * second)
        assert sum(pace.calls for pace in limit.evidence.paces.values()) < 2 * ENOUGH_CALLS
    assert len(json.dumps(limit.evidence.as_json())) < 1_000


def test_what_the_version_before_stored_is_read():
    stored = {
        "wall": 40, "moved_at_s": 5.0, "cut_at_s": 4.0, "latency_s": 2.0, "tokens_per_call": 900.0,
        "paces": [["kind/0", True, 0.01]], "slow_cuts": 2, "worst": 4.0, "calls_before_cut": 90,
    }
    limit = ConcurrencyLimit.from_json(7, stored)
    assert limit.as_json() == stored, "and it reads what is stored now: what is new stands elsewhere"
    assert (limit.calls, limit.evidence) == (7, Evidence())
    assert ConcurrencyLimit.from_json(7, {**stored, "of_the_next_version": 1}) == limit


# --- and it comes down ----------------------------------------------------------------------------


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(2, 200), st.floats(5, 60), st.booleans(), st.integers(1, 3), st.sampled_from([3, 4, 10]))
@example(most=7, reply_s=30.0, slows=True, workers=2, too_high=10)
def test_hidden_limit_is_come_down_to_and_kept(most, reply_s, slows, workers, too_high):
    """From a ceiling that is too high; the last half of the time counts.

    Of replies that take seconds: shorter ones end between two reports of several workers, who then see that almost
    nothing was kept, and the limit swings."""
    ceiling = too_high * most
    known = ConcurrencyLimit(latency_s=reply_s, paces={Timed("kind/0"): reply_s / TOKENS})
    model = Model(known, ceiling, Provider([reply_s], most, slows), [Worker(n / workers) for n in range(workers)])
    whole_s = 80 * max(2.0, reply_s)
    model.run(iter_of_work(), until=lambda now: now.now_s > NOW_S + whole_s or now.replies > 30_000)
    half_s = NOW_S + (model.now_s - NOW_S) / 2
    later = [calls for at_s, calls in model.history if at_s >= half_s] or [model.limit.within(ceiling)]
    usual = sorted(later)[len(later) // 2]
    assert usual <= (2 * max(most, FEW) if slows else 1.3 * most) + 2
    assert usual >= 0.5 * most - 1
