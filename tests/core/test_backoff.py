"""How long to wait."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.backoff import full_jitter

BASE, CAP = dt.timedelta(seconds=2), dt.timedelta(seconds=60)


@pytest.mark.parametrize(("attempts", "jitter", "seconds"), [
    (0, 0.5, 1), (1, 0.5, 2), (2, 0.5, 4), (3, 0.25, 4), (4, 0.5, 16), (5, 0.5, 30), (6, 0.5, 30), (3, 0.0, 0),
])
def test_wait_doubles_up_to_the_cap(attempts, jitter, seconds):
    assert full_jitter(attempts, BASE, CAP, jitter) == dt.timedelta(seconds=seconds)


@given(st.integers(0, 10**9), st.floats(0, 1, exclude_max=True))
@settings(max_examples=100, deadline=None)
def test_wait_stays_between_nothing_and_the_cap(attempts, jitter):
    assert dt.timedelta() <= full_jitter(attempts, BASE, CAP, jitter) <= CAP
