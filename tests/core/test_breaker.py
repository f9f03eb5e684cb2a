"""When calls stop, and how they come back.  Scripts: `f` a failure, `h` a hard one, `s` a success,
`p` the probe goes out (for 30 s), `+15` fifteen seconds pass."""

import datetime as dt

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from generation.core.breaker import FIRST_COOL_DOWN, LONGEST_COOL_DOWN, TRIP_AT, Admission, Breaker

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
            case "p":
                assert breaker.admission(now) is Admission.PROBE
                breaker = breaker.probing(now + PROBE_FOR)
            case _:
                now += dt.timedelta(seconds=int(step))
    return breaker, now


@pytest.mark.parametrize(("script", "admission", "cool_down_s"), [
    ("", "open_road", 0),
    ("f f f f", "open_road", 0),
    ("f f f f f", "none", 15),
    ("f f f f s f f f f", "open_road", 0),          # in a row, or it does not count
    ("f f f f f +14", "none", 15),
    ("f f f f f +15", "probe", 15),
    ("h", "none", 15),                              # a bad key opens it at once
    ("f f h", "none", 15),
    ("h +15 p", "none", 15),
    ("h +15 p +29", "none", 15),
    ("h +15 p +30", "probe", 15),                   # nothing was heard of the probe
    ("h +15 p s", "open_road", 0),
    ("h +15 p s f f f f", "open_road", 0),
    ("h +15 p s f f f f f", "none", 15),
    ("h +15 p f", "none", 30),
    ("h +15 p h", "none", 30),
    ("h +15 p f +29", "none", 30),
    ("h +15 p f +30", "probe", 30),
    ("h +15 p f +30 p f", "none", 60),
    ("h +15 p f +30 p f +60 p f +120 p f", "none", 240),
    ("h +15 p f +30 p f +60 p f +120 p f +240 p f", "none", 300),
    ("h +15 p f +30 p f +60 p f +120 p f +240 p f +300 p f", "none", 300),
    ("h +15 f", "probe", 15),                       # no probe was out: a late failure
    ("h s", "none", 15),                            # a late answer to a call from before
])
def test_breaker(script, admission, cool_down_s):
    breaker, now = play(script)
    assert (breaker.admission(now), breaker.cool_down.total_seconds()) == (admission, cool_down_s)


@pytest.mark.parametrize("late", ["f", "h", "f f f f f f", "+5 f", "+14 h"])
def test_late_failures_do_not_keep_it_open_longer(late):
    assert play(f"f f f f f {late}")[0] == play("f f f f f")[0]


class AnyHistory(RuleBasedStateMachine):
    """Workers ask, calls end in whatever order, time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.now = Breaker(), NOON
        self.probe_out_until: dt.datetime | None = None
        self.failures_in_a_row = 0

    @rule(seconds=st.integers(1, 400))
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
            assert FIRST_COOL_DOWN <= self.breaker.cool_down <= LONGEST_COOL_DOWN
            assert self.breaker.open_until <= self.now + LONGEST_COOL_DOWN

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        later = self.now + LONGEST_COOL_DOWN + PROBE_FOR
        assert self.breaker.admission(later) is not Admission.NONE


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyHistory = AnyHistory.TestCase
