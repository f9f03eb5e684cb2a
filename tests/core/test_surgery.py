"""A draft is mended in the places that are wrong, and nowhere else."""

import copy
import json

import pytest

from generation.core.findings import Severity, error
from generation.core.schema import lint
from generation.core.surgery import WHOLE_AGAIN, is_worse, mended, reply_schema, wounds
from generation.kinds import all_kinds

SCHEMA = all_kinds()["training_program"].unit_schema
ROW = {
    "name": "Back squat", "sets": 3, "reps": 5, "seconds": None, "load_kind": "percent_1rm", "load": 75.0,
    "rest_s": 180, "note": "Brace.",
}


def draft() -> dict[str, object]:
    workouts = [
        {
            "label": f"Day {day}", "focus": "squat", "warm_up": ["Row easily for five minutes."],
            "exercises": [{**ROW, "name": f"Lift {day}.{n}"} for n in range(4)], "cool_down": "",
        }
        for day in (1, 2, 3)
    ]
    return {
        "phase": "base", "is_deload": False, "summary": "A first week.", "workouts": workouts, "coaching": ["Sleep."],
    }


def wrong(pointer: str, rule: str = "TP-X", severity: Severity = Severity.ERROR):
    return error(rule, pointer, measured=1, limit=2, message="Wrong.", advice="Mend it.", severity=severity)


@pytest.mark.parametrize(("pointer", "place"), [
    ("/workouts/0/exercises/2", "/workouts/0/exercises/2"),
    ("/workouts/0/exercises/2/load", "/workouts/0/exercises/2"),           # a number needs its unit
    ("/workouts/0/exercises/2/load_kind", "/workouts/0/exercises/2"),      # and so does a choice
    ("/workouts/0/exercises/2/note", "/workouts/0/exercises/2/note"),      # a text stands by itself
    ("/workouts/1/warm_up/0", "/workouts/1/warm_up/0"),
    ("/workouts/1/warm_up", "/workouts/1/warm_up"),
    ("/coaching/0", "/coaching/0"),
    ("/summary", "/summary"),
    ("/is_deload", "/is_deload"),
    ("/workouts/0/exercises/2/tempo", "/workouts/0/exercises/2"),          # of a field that is not there
    ("/workouts/0/exercises/9", "/workouts/0/exercises"),                  # of an entry that is not there
])
def test_place_is_the_smallest_part_that_makes_sense_by_itself(pointer, place):
    assert [wound.pointer for wound in wounds(draft(), SCHEMA, [wrong(pointer)])] == [place]


@pytest.mark.parametrize("findings", [
    [wrong("")], [wrong("/nothing")], [wrong("/workouts")], [wrong("/summary"), wrong("")],
    [wrong("/summary"), error(WHOLE_AGAIN, "", measured=1, limit=1, message="x", advice="y", severity=Severity.INFO)],
    [wrong("/summary", severity=Severity.WARNING)], [],
    [wrong(f"/workouts/{day}/exercises/{n}/load") for day in range(3) for n in range(4)],
])
def test_what_is_wrong_all_over_is_written_again_whole(findings):
    assert wounds(draft(), SCHEMA, findings) == ()


def test_entry_goes_before_the_list_that_it_spoils_and_brings_all_that_is_said_about_it():
    found = wounds(draft(), SCHEMA, [
        wrong("/workouts/0/exercises"), wrong("/workouts/0/exercises/1/load"),
        wrong("/workouts/0/exercises/1/rest_s", severity=Severity.WARNING), wrong("/summary"),
    ])
    assert [(wound.name, wound.pointer, len(wound.findings)) for wound in found] == [
        ("place_1", "/summary", 1), ("place_2", "/workouts/0/exercises/1", 3)]


def test_places_are_in_the_order_of_the_document():
    found = wounds(draft(), SCHEMA, [wrong(f"/workouts/{day}/exercises/{n}") for day, n in ((2, 3), (0, 2), (1, 0))])
    assert [wound.pointer for wound in found] == [
        "/workouts/0/exercises/2", "/workouts/1/exercises/0", "/workouts/2/exercises/3"]


def test_schema_of_the_reply_is_one_that_providers_take():
    found = wounds(draft(), SCHEMA, [wrong("/workouts/0/exercises/2/load"), wrong("/summary"), wrong("/is_deload")])
    assert lint(reply_schema(found)) == []


def test_everything_else_stays_as_it_is():
    before = draft()
    places = wounds(before, SCHEMA, [wrong("/workouts/1/exercises/2/load"), wrong("/coaching/0")])
    after = mended(before, places, {"place_1": "Eat.", "place_2": {**ROW, "load": 70.0}})
    expected = copy.deepcopy(before)
    expected["coaching"], expected["workouts"][1]["exercises"][2] = ["Eat."], {**ROW, "load": 70.0}
    assert json.dumps(after) == json.dumps(expected)
    assert before == draft()


def test_reply_without_all_places_mends_nothing():
    places = wounds(draft(), SCHEMA, [wrong("/summary"), wrong("/coaching/0")])
    assert mended(draft(), places, {"place_1": "x"}) is None


@pytest.mark.parametrize(("after", "worse"), [
    ([], False), ([wrong("/summary")], False), ([wrong("/coaching/0")], True), ([wrong("/summary", "TP-Y")], True),
    ([wrong("/coaching/0", severity=Severity.WARNING)], False),
])
def test_new_errors_are_worse(after, worse):
    assert is_worse([wrong("/summary")], after) is worse
