"""What a process notes of its calls: whose clock counts, and what is told when."""

import pytest

from generation.core.call_reports import Pace, Timed
from generation.core.outcomes import CallCode, Failure, Receipt, Reply, TokenUsage
from generation.worker.call_stats import CallStats

ROUTE = 7


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("generation.worker.call_stats.time.monotonic", lambda: now[0])
    return now


def _told(clock: list[float], processing_s: float | None, took_s: float = 10.0) -> dict[str, Pace]:
    tally = CallStats()
    began = tally.begin(ROUTE, "course/unit")
    clock[0] += took_s
    tally.end(ROUTE, "course/unit", began, Reply("{}", TokenUsage(5, 0, 50), Receipt(processing_s=processing_s)))
    return dict(tally.take()[ROUTE].paces)


def test_our_clock_counts_where_the_provider_tells_no_time(clock):
    assert _told(clock, None) == {Timed("course/unit"): Pace(1, 10.0, 50)}


def test_provider_s_clock_counts_where_it_covers_the_call(clock):
    assert _told(clock, 6.0) == {Timed("course/unit", by_provider=True): Pace(1, 6.0, 50)}


@pytest.mark.parametrize("processing_s", [0.3, 4.9, 10.1, 99_999.0])
def test_time_that_cannot_be_the_call_s_is_not_believed(clock, processing_s):
    """The time to the first token, one without the time in a queue, or nonsense."""
    assert _told(clock, processing_s) == {Timed("course/unit"): Pace(1, 10.0, 50)}


def test_failed_call_tells_no_pace(clock):
    tally = CallStats()
    began = tally.begin(ROUTE, "course/unit")
    clock[0] += 1
    tally.end(ROUTE, "course/unit", began, Failure(CallCode.SERVER_ERROR, "", receipt=Receipt(processing_s=0.9)))
    seen = tally.take()[ROUTE]
    assert (seen.failed, dict(seen.paces)) == (1, {})


def _reply(tokens: int = 50) -> Reply:
    return Reply("{}", TokenUsage(5, 0, tokens))


def test_quick_replies_tell_nothing_until_the_others_of_their_second_are_here(clock):
    tally = CallStats()
    began = [tally.begin(ROUTE, "course/unit") for _ in range(10)]
    clock[0] += 2
    for one in began[:3]:
        tally.end(ROUTE, "course/unit", one, _reply())
    assert (tally.take()[ROUTE].answered, tally.take()) == (3, {})      # and no pace
    clock[0] += 6
    for one in began[3:]:
        tally.end(ROUTE, "course/unit", one, _reply())
    seen = tally.take()[ROUTE]
    assert (seen.answered, dict(seen.paces)) == (7, {Timed("course/unit"): Pace(10, 3 * 2.0 + 7 * 8.0, 500)})


def test_call_that_hangs_keeps_no_other_back(clock):
    tally = CallStats()
    began = [tally.begin(ROUTE, "course/unit") for _ in range(20)]
    clock[0] += 4
    for one in began[:-1]:
        tally.end(ROUTE, "course/unit", one, _reply())
    assert tally.take()[ROUTE].paces == {Timed("course/unit"): Pace(19, 19 * 4.0, 950)}
    clock[0] += 100
    tally.end(ROUTE, "course/unit", began[-1], _reply())
    seen = tally.take()[ROUTE]
    assert (seen.answered, dict(seen.paces)) == (1, {}), "nearly all had told before"


def test_sorts_that_begin_together_are_told_each_for_itself(clock):
    tally = CallStats()
    plans = [tally.begin(ROUTE, "course/plan") for _ in range(9)]
    week = tally.begin(ROUTE, "course/unit")
    clock[0] += 2
    for one in plans:
        tally.end(ROUTE, "course/plan", one, _reply())
    assert tally.take()[ROUTE].paces == {Timed("course/plan"): Pace(9, 18.0, 450)}
    clock[0] += 6
    tally.end(ROUTE, "course/unit", week, _reply())
    assert tally.take()[ROUTE].paces == {Timed("course/unit"): Pace(1, 8.0, 50)}
