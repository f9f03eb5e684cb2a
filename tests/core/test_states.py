"""How a chunk moves, and what its job's state is read off."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.states import (
    ACTIVE_JOB_STATES,
    OPEN_CHUNK_STATES,
    TERMINAL_JOB_STATES,
    ChunkState,
    Event,
    JobState,
    derive,
    progress_percent,
    sources,
    target,
)

LETTERS = {state.value[0].upper(): state for state in ChunkState}      # P R D F C

MOVES = {      # event: from, to
    "claim": ("P", "R"),
    "finish": ("R", "D"),
    "serve": ("P", "D"),
    "retry": ("R", "P"),
    "release": ("R", "P"),
    "expire": ("R", "P"),
    "give_up": ("R", "F"),
    "keep": ("PR", "D"),
    "cancel": ("PR", "C"),
    "restart": ("FC", "P"),
    "regenerate": ("D", "P"),
}


def units_of(letters: str) -> dict[ChunkState, int]:
    """`DDF`: two units done, one failed."""
    return {LETTERS[letter]: letters.count(letter) for letter in letters}


def test_chunk_moves_as_the_table_says_and_no_other_way():
    moves = {event.value: (sources(event), target(event)) for event in Event}
    assert moves == {
        event: ({LETTERS[letter] for letter in before}, LETTERS[after]) for event, (before, after) in MOVES.items()
    }


def test_every_state_can_be_reached_and_left():
    reached = {ChunkState.PENDING} | {target(event) for event in Event}
    left = frozenset().union(*(sources(event) for event in Event))
    assert reached == left == set(ChunkState)


def test_job_state_is_active_or_terminal():
    assert set(JobState) == ACTIVE_JOB_STATES | TERMINAL_JOB_STATES
    assert not ACTIVE_JOB_STATES & TERMINAL_JOB_STATES


@pytest.mark.parametrize(("plan", "attempts", "units", "expected"), [
    ("P", 0, "", "queued"),
    ("P", 1, "", "planning"),       # waits for its second attempt
    ("R", 0, "", "planning"),
    ("R", 1, "", "planning"),
    ("F", 5, "", "failed"),
    ("C", 0, "", "cancelled"),
    ("C", 2, "", "cancelled"),
    ("D", 1, "", "generating"),     # its units are about to be made
    ("D", 1, "PPP", "generating"),
    ("D", 1, "R", "generating"),
    ("D", 1, "DDR", "generating"),
    ("D", 1, "DDP", "generating"),  # one is asked again, or regenerated
    ("D", 1, "FFP", "generating"),
    ("D", 1, "CCR", "generating"),
    ("D", 1, "D", "completed"),
    ("D", 1, "DDD", "completed"),
    ("D", 1, "DDF", "partial"),
    ("D", 1, "DFF", "partial"),
    ("D", 1, "F", "failed"),
    ("D", 1, "FFF", "failed"),
    ("D", 1, "CCC", "cancelled"),
    ("D", 1, "DDC", "cancelled"),
    ("D", 1, "FFC", "cancelled"),
    ("D", 1, "DFC", "cancelled"),
])
def test_job_state_is_read_off_its_chunks(plan, attempts, units, expected):
    assert derive(LETTERS[plan], attempts, units_of(units)) == expected


@st.composite
def chunks(draw: st.DrawFn) -> tuple[ChunkState, int, dict[ChunkState, int]]:
    plan = draw(st.sampled_from(ChunkState))
    has_units = plan is ChunkState.DONE
    counts = st.dictionaries(st.sampled_from(ChunkState), st.integers(0, 60))
    return plan, draw(st.integers(0, 9)), draw(counts) if has_units else {}


@given(chunks())
@settings(max_examples=100, deadline=None)
def test_completed_means_every_unit_done(job):
    plan, attempts, units = job
    is_all_done = plan is ChunkState.DONE and units.get(ChunkState.DONE, 0) == sum(units.values()) > 0
    assert (derive(plan, attempts, units) is JobState.COMPLETED) == is_all_done


@given(chunks())
@settings(max_examples=100, deadline=None)
def test_job_ends_exactly_when_nothing_is_open(job):
    plan, attempts, units = job
    is_open = plan in OPEN_CHUNK_STATES or any(units.get(state, 0) for state in OPEN_CHUNK_STATES)
    waits_for_units = plan is ChunkState.DONE and not sum(units.values())
    assert (derive(plan, attempts, units) in TERMINAL_JOB_STATES) == (not is_open and not waits_for_units)


def percent(done: int, total: int) -> int:
    return progress_percent(plan_done=True, units_done=done, units_total=total, completed=False)


def test_twelve_weeks_advance_by_sevens():
    assert [percent(done, 12) for done in range(13)] == [10, 17, 24, 31, 38, 45, 52, 59, 66, 73, 80, 87, 94]


@pytest.mark.parametrize(("facts", "expected"), [
    ({"plan_done": False, "units_done": 0, "units_total": 0, "completed": False}, 0),
    ({"plan_done": True, "units_done": 0, "units_total": 0, "completed": False}, 10),
    ({"plan_done": True, "units_done": 12, "units_total": 12, "completed": False}, 94),
    ({"plan_done": True, "units_done": 12, "units_total": 12, "completed": True}, 100),
])
def test_percent_at_the_ends(facts, expected):
    assert progress_percent(**facts) == expected


@given(st.integers(1, 500))
@settings(max_examples=50, deadline=None)
def test_progress_never_goes_back(total):
    steps = [percent(done, total) for done in range(total + 1)]
    assert steps[0] == 10 and steps[-1] == 94
    assert all(before <= after for before, after in pairwise(steps))


def test_diagram_of_the_reference_is_the_table():
    reference = (Path(__file__).resolve().parents[2] / "generation" / "REFERENCE.md").read_text(encoding="utf-8")
    arrows = re.findall(r"^ +(\w+) --> (\w+): (.+)$", reference, re.MULTILINE)
    drawn = {(event, before, after) for before, after, events in arrows for event in events.split(", ")}
    table = {(event.value, before.value, target(event).value) for event in Event for before in sources(event)}
    assert drawn == table
