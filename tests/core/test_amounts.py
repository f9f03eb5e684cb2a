"""Money and time as people type them, to the last digit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.amounts import seconds_of, typed_dollars, typed_duration, usd_micros_of, whole_of


@pytest.mark.parametrize(("text", "usd_micros"), [
    ("0.40", 400_000), ("$0.40", 400_000), (" $ 1 ", 1_000_000), (".5", 500_000), ("1.", 1_000_000), ("0", 0),
    ("0.000001", 1), ("0.1000000000", 100_000), ("1250.50", 1_250_500_000), ("0.075", 75_000), ("007", 7_000_000),
])
def test_dollars_are_read_exactly(text, usd_micros):
    assert usd_micros_of(text) == usd_micros


@pytest.mark.parametrize(("text", "word"), [
    ("0,40", "point"), ("1,000.00", "nothing between"), ("1.000,50", "point"), ("0.0000001", "6 digits"),
    ("-1", "dollars"), ("1e3", "dollars"), ("NaN", "dollars"), ("٤", "dollars"), ("4 €", "dollars"),
    ("1 000", "dollars"), ("", "dollars"), ("$", "dollars"),
    (".", "dollars"), ("1_000", "dollars"), ("9" * 16, "dollars"), ("²", "dollars"),
])
def test_what_could_be_read_in_two_ways_or_not_be_stored_is_refused(text, word):
    with pytest.raises(ValueError, match=word):
        usd_micros_of(text)


@given(st.integers(0, 10**18))
def test_dollars_that_are_shown_are_read_as_what_they_were(usd_micros):
    assert usd_micros_of(typed_dollars(usd_micros)) == usd_micros


def test_dollars_are_shown_with_two_digits_at_least():
    assert [typed_dollars(amount) for amount in (0, 400_000, 1, 1_000_000, 75_000)] == [
        "0.00", "0.40", "0.000001", "1.00", "0.075"]


@pytest.mark.parametrize(("text", "seconds"), [
    ("90 s", 90), ("5min", 300), ("1 h 30 min", 5_400), ("1h30min", 5_400), ("1.5 hours", 5_400), ("2 D", 172_800),
    ("1 day, 1 second", 86_401), ("0 s", 0),
])
def test_times_are_read_with_their_unit(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["3600", "", "h", "1 fortnight", "-1 h", "1 h x", "0.5 s", "1,5 h", "1 m", "１ h"])
def test_time_without_a_unit_or_below_a_second_is_refused(text):
    with pytest.raises(ValueError, match=r"unit|second"):
        seconds_of(text)


@given(st.integers(0, 2**31))
def test_times_that_are_shown_are_read_as_what_they_were(seconds):
    assert seconds_of(typed_duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["1.5", "1,000", "-1", "x", "", "1e3", "٤", "9" * 20])
def test_count_is_a_whole_number(text):
    with pytest.raises(ValueError, match="whole number"):
        whole_of(text)
