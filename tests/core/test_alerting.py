"""When an alert opens, goes on and ends, and when nobody is woken."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.alerting import (
    CONDITION_MEANINGS,
    AlertStanding,
    Condition,
    Move,
    QuietHours,
    holds,
    is_time_zone,
    move,
)


def test_every_condition_says_what_it_is_and_what_to_do():
    assert set(CONDITION_MEANINGS) == set(Condition)
    for meaning in CONDITION_MEANINGS.values():
        assert meaning.title and meaning.threshold and meaning.unit
        assert meaning.next_step.endswith(".")


@pytest.mark.parametrize(("condition", "value", "is_bad"), [
    (Condition.FAILURE_RATE, 19.9, False), (Condition.FAILURE_RATE, 20, True), (Condition.FAILURE_RATE, 100, True),
    (Condition.DISK_LOW, 20.1, False), (Condition.DISK_LOW, 20, True), (Condition.DISK_LOW, 0, True),
    (Condition.BREAKER_OPEN, 20, True),
])
def test_threshold_itself_is_bad(condition, value, is_bad):
    assert holds(condition, 20, value) is is_bad


@pytest.mark.parametrize(("standing", "is_bad", "expected"), [
    (AlertStanding(), False, Move.NOTHING),
    (AlertStanding(), True, Move.OPEN),
    (AlertStanding(is_open=True), True, Move.COUNT),
    (AlertStanding(is_open=True, clear_rounds=2), True, Move.COUNT),
    (AlertStanding(is_open=True), False, Move.CLEAR),
    (AlertStanding(is_open=True, clear_rounds=1), False, Move.CLEAR),
    (AlertStanding(is_open=True, clear_rounds=2), False, Move.RESOLVE),
    (AlertStanding(is_silenced=True), True, Move.NOTHING),
    (AlertStanding(is_silenced=True), False, Move.FORGET),
])
def test_moves(standing, is_bad, expected):
    assert move(standing, is_bad=is_bad, resolve_after=3) is expected


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 5))
def test_one_alert_an_incident_resolved_once(rounds, resolve_after):
    """An incident is a run of bad rounds with shorter gaps than it takes to resolve."""
    standing, moves = AlertStanding(), []
    for is_bad in [*rounds, *[False] * resolve_after]:
        made = move(standing, is_bad=is_bad, resolve_after=resolve_after)
        moves.append(made)
        match made:
            case Move.OPEN | Move.COUNT:
                standing = AlertStanding(is_open=True)
            case Move.CLEAR:
                standing = AlertStanding(is_open=True, clear_rounds=standing.clear_rounds + 1)
            case Move.RESOLVE:
                standing = AlertStanding()
    text = "".join("x" if is_bad else "." for is_bad in rounds)
    incidents = [run for run in text.split("." * resolve_after) if "x" in run]
    told = [made for made in moves if made in {Move.OPEN, Move.RESOLVE}]

    assert told == [Move.OPEN, Move.RESOLVE] * len(incidents)


NIGHT = QuietHours(dt.time(22), dt.time(7), "Europe/Berlin")
NOON = QuietHours(dt.time(12), dt.time(13, 30), "UTC")


@pytest.mark.parametrize(("quiet", "now", "until"), [
    (NIGHT, "2026-01-10T20:59", None),                              # 21:59 in Berlin
    (NIGHT, "2026-01-10T21:00", "2026-01-11T06:00"),
    (NIGHT, "2026-01-11T02:00", "2026-01-11T06:00"),
    (NIGHT, "2026-01-11T05:59", "2026-01-11T06:00"),
    (NIGHT, "2026-01-11T06:00", None),
    (NIGHT, "2026-03-28T22:00", "2026-03-29T05:00"),                # the night with an hour less
    (NIGHT, "2026-10-24T21:00", "2026-10-25T06:00"),                # the night with an hour more
    (NOON, "2026-01-10T11:59", None),
    (NOON, "2026-01-10T12:00", "2026-01-10T13:30"),
    (NOON, "2026-01-10T13:30", None),
])
def test_quiet_hours_by_the_clocks_of_their_place(quiet, now, until):
    found = quiet.until(dt.datetime.fromisoformat(now).replace(tzinfo=dt.UTC))

    assert found == (dt.datetime.fromisoformat(until).replace(tzinfo=dt.UTC) if until else None)


@pytest.mark.parametrize(("name", "is_one"), [
    ("UTC", True), ("Europe/Berlin", True), ("Mars/Base", False), ("", False), ("../../etc/passwd", False),
    ("\0", False),
])
def test_time_zones_are_known(name, is_one):
    assert is_time_zone(name) is is_one
