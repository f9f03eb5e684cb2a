"""When calls stop, and how they come back.  Scripts: `f` a failure, `h` a hard one, `s` a success,
`o` a person opens it, `p` the probe goes out (for 30 s), `+15` fifteen seconds pass."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from generation.core.breaker import (
    FIRST_COOL_DOWN,
    HARD_COOL_DOWN,
    LONGEST_COOL_DOWN,
    TRIP_AT,
    Admission,
    Breaker,
    Outcomes,
    Thresholds,
)

NOON = dt.datetime(2025, 3, 4, 12, tzinfo=dt.UTC)
PROBE_FOR = dt.timedelta(seconds=30)


def play(script: str) -> tuple[Breaker, dt.datetime]:
    breaker, now = Breaker(), NOON
    for step in script.split():
        match step[0]:
            case "f":
                breaker = breaker.failed(now)
            case "h":
                breaker = breaker.failed(now, is_hard=True)
            case "s":
                breaker = breaker.succeeded()
            case "o":
                breaker = breaker.held(now)
            case "p":
                assert breaker.admission(now) is Admission.PROBE
                breaker = breaker.probing(now + PROBE_FOR)
            case _:
                now += dt.timedelta(seconds=int(step))
    return breaker, now


TRIP = "f f f f f"
DAY_S = 86_400


@pytest.mark.parametrize(("script", "admission", "cool_down_s"), [
    ("", "open_road", 0),
    ("f f f f", "open_road", 0),
    (TRIP, "none", 15),
    ("f f f f s f f f f", "open_road", 0),          # in a row, or it does not count
    (f"{TRIP} +14", "none", 15),
    (f"{TRIP} +15", "probe", 15),
    (f"{TRIP} +15 p", "none", 15),
    (f"{TRIP} +15 p +29", "none", 15),
    (f"{TRIP} +15 p +30", "probe", 15),             # nothing was heard of the probe
    (f"{TRIP} +15 p s", "open_road", 0),
    (f"{TRIP} +15 p s f f f f", "open_road", 0),
    (f"{TRIP} +15 p s {TRIP}", "none", 15),
    (f"{TRIP} +15 p f", "none", 30),
    (f"{TRIP} +15 p f +29", "none", 30),
    (f"{TRIP} +15 p f +30", "probe", 30),
    (f"{TRIP} +15 p f +30 p f", "none", 60),
    (f"{TRIP} +15 p f +30 p f +60 p f +120 p f", "none", 240),
    (f"{TRIP} +15 p f +30 p f +60 p f +120 p f +240 p f", "none", 300),
    (f"{TRIP} +15 p f +30 p f +60 p f +120 p f +240 p f +300 p f", "none", 300),
    (f"{TRIP} +15 f", "probe", 15),                 # no probe was out: a late failure
    (f"{TRIP} s", "none", 15),                      # a late answer to a call from before
    ("h", "none", DAY_S),                           # a bad key opens it at once, and waiting does not help
    ("f f h", "none", DAY_S),
    (f"h +{DAY_S - 1}", "none", DAY_S),
    (f"h +{DAY_S}", "probe", DAY_S),                # one look a day
    (f"h +{DAY_S} p s", "open_road", 0),
    (f"h +{DAY_S} p h", "none", DAY_S),
    (f"h +{DAY_S} p f", "none", 15),                # the key is not what is wrong any more
    (f"{TRIP} +15 p h", "none", DAY_S),
    ("o", "none", 0),
    (f"o +{DAY_S}", "none", 0),                     # only a person ends what a person began
    ("o s h f", "none", 0),
])
def test_breaker(script, admission, cool_down_s):
    breaker, now = play(script)
    assert (breaker.admission(now), breaker.cool_down.total_seconds()) == (admission, cool_down_s)


@pytest.mark.parametrize(("script", "state"), [
    ("", "closed"), ("f f", "closed"), (TRIP, "open"), (f"{TRIP} +15", "half_open"), (f"{TRIP} +15 p", "half_open"),
    ("h", "hard_open"), (f"h +{DAY_S} p", "half_open"), ("o", "held"), ("o +99", "held"),
])
def test_state_has_one_name(script, state):
    breaker, now = play(script)
    assert breaker.state(now) == state


@pytest.mark.parametrize(("answered", "failed", "opens"), [
    (10, 10, True),      # half of twenty
    (11, 9, False),
    (9, 10, False),      # of nineteen it would be luck
    (0, 20, True), (20, 0, False), (1_000, 999, False), (1_000, 1_000, True),
])
def test_share_of_failures_opens_it_although_they_are_never_many_in_a_row(answered, failed, opens):
    lately = Outcomes().adding(NOON, answered=answered, failed=failed)
    assert (Breaker().counted(lately, NOON).open_until is not None) == opens


def test_what_happened_more_than_a_minute_ago_counts_no_more():
    lately = Outcomes().adding(NOON, answered=0, failed=30)
    later = NOON + dt.timedelta(seconds=66)
    assert Breaker().counted(lately, later).open_until is None
    assert Outcomes.of(lately.adding(later, answered=2, failed=1).buckets).totals(later) == (2, 1)


def test_thresholds_are_the_routes_own():
    patient = Thresholds(in_a_row=2, percent=90, calls=5)
    assert Breaker().failed(NOON, thresholds=patient).failed(NOON, thresholds=patient).open_until is not None
    lately = Outcomes().adding(NOON, answered=1, failed=4)
    assert Breaker().counted(lately, NOON, patient).open_until is None
    assert Breaker().counted(lately, NOON, Thresholds(percent=80, calls=5)).open_until is not None


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.integers(0, 5)), max_size=60))
def test_window_never_grows_and_counts_every_recent_outcome(steps):
    now, lately, seen = NOON, Outcomes(), []
    for seconds, answered, failed in steps:
        now += dt.timedelta(seconds=seconds)
        lately = lately.adding(now, answered=answered, failed=failed)
        seen.append((now, answered, failed))
    recent = [row for row in seen if row[0] > now - dt.timedelta(seconds=55)]
    answered, failed = lately.totals(now)
    assert answered >= sum(row[1] for row in recent)
    assert failed >= sum(row[2] for row in recent)
    assert len(lately.buckets) <= 12


@pytest.mark.parametrize("late", ["f", "h", "f f f f f f", "+5 f", "+14 h"])
def test_late_failures_do_not_keep_it_open_longer(late):
    assert play(f"{TRIP} {late}")[0] == play(TRIP)[0]


class AnyHistory(RuleBasedStateMachine):
    """Workers ask, calls end in whatever order, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.now = Breaker(), NOON
        self.probe_out_until: dt.datetime | None = None
        self.failures_in_a_row = 0

    @rule(seconds=st.sampled_from([1, 14, 15, 16, 31, 100, 301, 400, 86_400]))
    def time_passes(self, seconds: int) -> None:
        self.now += dt.timedelta(seconds=seconds)

    @rule()
    def worker_asks(self) -> None:
        if self.breaker.admission(self.now) is Admission.PROBE:
            assert self.probe_out_until is None or self.probe_out_until <= self.now, "two probes at once"
            self.probe_out_until = self.now + PROBE_FOR
            self.breaker = self.breaker.probing(self.probe_out_until)

    @rule(is_hard=st.booleans())
    def call_fails(self, is_hard: bool) -> None:
        was_open_until = self.breaker.open_until
        self.breaker = self.breaker.failed(self.now, is_hard=is_hard)
        self.failures_in_a_row += 1
        if self.breaker.open_until != was_open_until:
            self.probe_out_until = None
        if is_hard or self.failures_in_a_row >= TRIP_AT:
            assert self.breaker.open_until is not None

    @precondition(lambda self: self.breaker.admission(self.now) is not Admission.PROBE)
    @rule()
    def call_succeeds(self) -> None:
        self.breaker, self.probe_out_until, self.failures_in_a_row = self.breaker.succeeded(), None, 0

    @invariant()
    def cool_down_is_bounded(self) -> None:
        if self.breaker.open_until is None:
            assert self.breaker.cool_down == dt.timedelta()
            assert self.breaker.failures < TRIP_AT
        else:
            longest = HARD_COOL_DOWN if self.breaker.is_hard else LONGEST_COOL_DOWN
            assert FIRST_COOL_DOWN <= self.breaker.cool_down <= longest
            assert self.breaker.open_until <= self.now + longest

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        later = self.now + HARD_COOL_DOWN + PROBE_FOR
        assert self.breaker.admission(later) is not Admission.NONE


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyHistory = AnyHistory.TestCase
