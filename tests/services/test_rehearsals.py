"""A rehearsal as a row: one at a time, heard of or buried, cancelled, compared."""

import datetime as dt

import pytest

from generation.models import LogEntry, Rehearsal, RehearsalState, clock
from generation.services import rehearsals
from generation.services.errors import Refusal, RefusalCode
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def begin(scenario: str = "provider_down", users: int = 2, jobs: int = 4) -> Rehearsal:
    return rehearsals.begin(scenario=scenario, users=users, jobs=jobs, seed=1, by=None)


def test_one_rehearsal_runs_at_a_time_however_many_ask():
    results = at_once(*[begin] * 4)
    assert sorted(type(result).__name__ for result in results) == ["Refusal"] * 3 + ["Rehearsal"]
    assert {result.code for result in results if isinstance(result, Refusal)} == {RefusalCode.REHEARSAL_RUNS}


@pytest.mark.parametrize(("changes", "words"), [
    ({"scenario": "meteorite"}, "no scenario"), ({"users": 0}, "0 users"), ({"jobs": 10_000}, "10000 documents"),
])
def test_what_cannot_be_rehearsed_is_refused(changes, words):
    with pytest.raises(Refusal, match=words):
        begin(**changes)


def test_rehearsal_whose_process_is_silent_does_not_block_the_next():
    silent = begin()
    Rehearsal.objects.update(beat_at=clock.now() - dt.timedelta(minutes=5))
    assert begin().pk != silent.pk
    silent.refresh_from_db()
    assert (silent.state, silent.problem) == (RehearsalState.FAILED, "Its process ended without a word.")


def test_process_is_told_to_stop_at_its_next_beat_after_a_cancellation():
    row = begin()
    assert rehearsals.beat(row.pk, "half way")
    assert rehearsals.cancel(row, by=None)
    assert not rehearsals.beat(row.pk, "half way")
    row.refresh_from_db()
    assert row.progress == "half way"


def test_rehearsal_ends_once():
    row = begin()
    assert rehearsals.end(row.pk, RehearsalState.DONE, report={"completed": 4})
    assert not rehearsals.end(row.pk, RehearsalState.CANCELLED, report={})
    assert not rehearsals.cancel(row, by=None)
    row.refresh_from_db()
    assert (row.state, row.report) == ("done", {"completed": 4})


def test_last_finished_run_of_the_same_scenario_is_what_one_compares_with():
    made = []
    for scenario, state in (
        ("provider_down", RehearsalState.DONE), ("truncation", RehearsalState.DONE),
        ("provider_down", RehearsalState.CANCELLED), ("provider_down", RehearsalState.DONE),
    ):
        made.append(begin(scenario))
        rehearsals.end(made[-1].pk, state, report={})
    assert rehearsals.before(made[3]) == made[0]
    assert rehearsals.before(made[0]) is None


def test_start_and_cancellation_are_in_the_log():
    rehearsals.cancel(begin(), by=None)
    assert list(LogEntry.objects.order_by("pk").values_list("code", "job")) == [("rehearse", None)] * 2
