import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.windows import Window, begin, debt_after, end, fits_at, later, left, passed


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(("window", "now", "begun", "ended"), [
    (Window.HOUR, "2026-03-29T02:59:59.999999", "2026-03-29T02:00", "2026-03-29T03:00"),     # summer time: no matter
    (Window.HOUR, "2026-03-29T03:00", "2026-03-29T03:00", "2026-03-29T04:00"),
    (Window.DAY, "2024-02-29T23:59:59.999999", "2024-02-29", "2024-03-01"),
    (Window.DAY, "2026-12-31T00:00", "2026-12-31", "2027-01-01"),
    (Window.MONTH, "2026-01-31T23:59:59", "2026-01-01", "2026-02-01"),
    (Window.MONTH, "2026-12-31T23:59:59", "2026-12-01", "2027-01-01"),
    (Window.MONTH, "2027-01-01T00:00", "2027-01-01", "2027-02-01"),
])
def test_window_holds_its_first_instant_and_not_its_end(window, now, begun, ended):
    assert (begin(window, at(now)), end(window, begin(window, at(now)))) == (at(begun), at(ended))


def test_windows_are_utc_whatever_zone_the_time_comes_in():
    tokyo = dt.timezone(dt.timedelta(hours=9))
    assert begin(Window.DAY, dt.datetime(2026, 5, 2, 8, 59, tzinfo=tokyo)) == at("2026-05-01")


@given(
    window=st.sampled_from([Window.HOUR, Window.DAY, Window.MONTH]), count=st.integers(0, 5_000),
    now=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),
)
def test_counting_windows_forward_and_back_agree(window, count, now):
    begun = begin(window, now)
    assert begun <= now < end(window, begun)
    assert passed(window, begun, later(window, begun, count)) == count
    assert begin(window, later(window, begun, count)) == later(window, begun, count)


@pytest.mark.parametrize(("taken", "amount", "limit", "burst", "hour"), [
    (10, 1, 10, 0, 1),        # full: it fits after the next reset
    (15, 5, 10, 5, 1),        # the next window owes 5, and has 10
    (15, 11, 10, 5, 2),       # and for more it must be the one after
    (45, 10, 10, 0, 5),       # overspent by what was settled: it is paid back first
    (0, 11, 10, 0, None),     # never
    (0, 1, 0, 0, None),
])
def test_refusal_says_when_it_would_fit(taken, amount, limit, burst, hour):
    midnight = at("2026-05-02")
    found = fits_at(Window.HOUR, midnight, taken=taken, amount=amount, limit=limit, burst=burst)
    assert found == (None if hour is None else midnight + dt.timedelta(hours=hour))


def test_the_far_future_has_an_end():
    assert fits_at(Window.MONTH, at("2026-05-01"), taken=10**12, amount=1, limit=1, burst=0).year == 9999


@given(
    limit=st.integers(0, 20), burst=st.integers(0, 20),
    asked=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 45)), max_size=60),
)
def test_over_any_k_windows_never_more_than_k_limits_and_one_burst(limit, burst, asked):
    """Each pair: how many windows pass, then how much is asked for; as much as fits is taken."""
    spent, now, debt = [0], 0, 0
    for pause, amount in asked:
        if pause:
            debt = debt_after(spent[now] + debt, limit, pause)
            now += pause
            spent += [0] * pause
        spent[now] += min(amount, left(spent[now] + debt, limit, burst))
    for first in range(len(spent)):
        for last in range(first, len(spent)):
            windows = last - first + 1
            assert sum(spent[first:last + 1]) <= windows * limit + burst
