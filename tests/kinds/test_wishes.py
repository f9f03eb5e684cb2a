"""A new version is held against the wish that it was written for."""

import random

import pytest

from generation.core.findings import Severity
from generation.kinds import all_kinds
from tests.kinds import sound_courses
from tests.kinds.test_training_program import changed

PROGRAM, COURSE = all_kinds()["training_program"], all_kinds()["course"]
ASKED = PROGRAM.brief({"goal": "strength", "weeks": 3, "days_per_week": 2})
WEEK = PROGRAM.simulate_unit(
    ASKED, PROGRAM.plan(PROGRAM.simulate_plan(ASKED, random.Random(7))), 2, random.Random(2))
AT = "/workouts/0/exercises/1"
NAME, SETS, NOTE = (f"{AT}/{name}" for name in ("name", "sets", "note"))
FIRST = sound_courses.FIRST


def of_week(wish, new, old=None):
    return PROGRAM.check_wish(wish, PROGRAM.unit(changed(WEEK, old or {})), PROGRAM.unit(changed(WEEK, new)))


def of_lesson(wish, new, old=None):
    return COURSE.check_wish(wish, COURSE.unit(changed(FIRST, old or {})), COURSE.unit(changed(FIRST, new)))


@pytest.mark.parametrize(("wish", "old", "new", "pointer"), [
    ("no burpees", {}, {NAME: "Burpees"}, NAME), ("ohne Burpees", {}, {NAME: "Burpee"}, NAME),
    ("without hip thrusts", {}, {NAME: "Barbell hip thrust"}, NAME), ("ohne Hüftheben", {}, {NAME: "Hip thrust"}, NAME),
    ("add swimming", {}, {}, "/workouts"), ("nimm Schwimmen dazu", {}, {}, "/workouts"),
    ("replace burpees with swimming", {NAME: "Burpees"}, {NAME: "Burpees"}, NAME),
    ("more swimming", {NAME: "Swim", SETS: 3}, {NAME: "Swim", SETS: 3}, "/workouts"),
    ("weniger Schwimmen", {NAME: "Swim", SETS: 3}, {NAME: "Swim", SETS: 4}, "/workouts"),
    ("shorter", {}, {SETS: 9}, ""), ("bitte länger", {}, {}, ""), ("shorter", {}, {}, ""),
    ("auf Deutsch", {}, {}, ""),
])
def test_week_that_does_not_do_as_wished(wish, old, new, pointer):
    first, *_ = of_week(wish, new, old)
    assert (first.rule, first.severity, first.pointer) == ("WISH", Severity.WARNING, pointer)


@pytest.mark.parametrize(("wish", "old", "new"), [
    ("no burpees", {NAME: "Burpees"}, {}), ("ohne Kniebeugen am Freitag", {}, {NAME: "Front squat"}),
    ("no burpees", {}, {NOTE: "Harder than burpees."}), ("add swimming", {}, {NAME: "Swim"}),
    ("more swimming", {NAME: "Swim", SETS: 3}, {NAME: "Swim", SETS: 4}), ("less swimming", {NAME: "Swim"}, {}),
    ("more variety", {}, {}), ("no long sentences", {}, {}), ("more reps", {}, {}), ("shorter rests", {}, {}),
    ("shorter", {SETS: 9}, {SETS: 3}), ("longer", {NOTE: ""}, {NOTE: "Breathe out as you stand up."}),
    ("in English", {}, {}), ("", {}, {}), ("add 5 kg to the squat", {}, {}),
])
def test_week_that_does(wish, old, new):
    assert of_week(wish, new, old) == []


BODY = "/sections/0/body"
SOLAR = "Solar panels lower the bill in summer, when the sun shines longest, and do little for it in winter."


@pytest.mark.parametrize(("wish", "old", "new", "pointer"), [
    ("no solar panels", {}, {BODY: SOLAR}, BODY), ("do not mention solar panels", {}, {BODY: SOLAR}, BODY),
    ("include an example about heat pumps", {}, {}, ""), ("mention heat pumps", {}, {}, ""),
    ("more examples", {}, {}, "/examples"), ("mehr Übungen", {}, {}, "/activities"),
    ("fewer questions", {}, {}, "/quiz"), ("shorter, please", {}, {}, ""), ("ausführlicher", {}, {}, ""),
    ("auf Deutsch", {}, {}, ""), ("in Spanish", {}, {}, ""),
])
def test_lesson_that_does_not_do_as_wished(wish, old, new, pointer):
    first, *_ = of_lesson(wish, new, old)
    assert (first.rule, first.severity, first.pointer) == ("WISH", Severity.WARNING, pointer)


@pytest.mark.parametrize(("wish", "old", "new"), [
    ("no solar panels", {}, {}), ("no solar panels", {}, {BODY: "There are no solar panels in this story."}),
    ("mention solar panels", {}, {BODY: SOLAR}), ("shorter", {}, {BODY: "Short."}), ("longer", {BODY: "Short."}, {}),
    ("more variety", {}, {}), ("no jargon", {}, {}), ("in English", {}, {}), ("less theory, more practice", {}, {}),
    ("shorter sentences", {}, {}), ("no changes to the quiz", {}, {}), ("without repetition", {}, {}),
])
def test_lesson_that_does(wish, old, new):
    assert of_lesson(wish, new, old) == []


@pytest.mark.parametrize("wish", ["no " + "x" * 60_000, "add \ud800\u202e\x00", "no (", "ohne [", "add \\", "no a+b*"])
def test_odd_wishes_raise_nothing(wish):
    assert isinstance(of_week(wish, {}), list)
    assert isinstance(of_lesson(wish, {}), list)
