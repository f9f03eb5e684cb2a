"""A pointer becomes words that a reader of the document finds again."""

import pytest

from generation.kinds import all_kinds

WEEK = {"workouts": [{"exercises": [{"name": "Row"}, {"name": "Squat"}]}, {"exercises": []}], "coaching": ["x"]}
PROGRAM = {"title": "T", "weeks": [{"number": 1}, {"number": 4, **WEEK}], "phases": [{"name": "Base"}]}
COURSE = {"modules": [
    {"number": 1, "lessons": [{"number": 1}]}, {"number": 2, "lessons": [{"number": 5, "quiz": [{}, {}]}]}]}
PLAN = {"modules": [{"lessons": [{"objectives": [{}]}]}]}


@pytest.mark.parametrize(("kind", "position", "node", "pointer", "words"), [
    ("training_program", 3, WEEK, "/workouts/1", "Week 3, workout 2"),
    ("training_program", 3, WEEK, "/workouts/0/exercises/1/reps", "Week 3, workout 1, exercise 2"),
    ("training_program", 3, WEEK, "/workouts/0/warm_up/0", "Week 3, workout 1, warm-up step 1"),
    ("training_program", 3, WEEK, "/coaching/0", "Week 3, coaching note 1"),
    ("training_program", 3, WEEK, "/summary", "Week 3, summary"),
    ("training_program", 3, WEEK, "", "Week 3"),
    ("training_program", 3, WEEK, "/gone/9/x/1", "Week 3, gone 10, x 2"),
    ("training_program", 0, PROGRAM, "/phases/0/focus", "Plan, phase 1"),
    ("training_program", 0, PROGRAM, "/weeks/1/intensity", "Week 4, intensity"),
    ("training_program", 0, PROGRAM, "/main_lifts/2/guidance", "Plan, main lift 3"),
    ("training_program", None, PROGRAM, "/weeks/1/workouts/0/exercises/0/load", "Week 4, workout 1, exercise 1"),
    ("training_program", None, PROGRAM, "/title", "Title"),
    ("training_program", None, PROGRAM, "", "The whole document"),
    ("course", 4, {"quiz": [{}, {}]}, "/quiz/1/stem", "Lesson 4, quiz item 2"),
    ("course", 4, {}, "/quiz/1/options/2/text", "Lesson 4, quiz item 2, option C"),
    ("course", 4, {}, "/activities/0/minutes", "Lesson 4, activity 1"),
    ("course", None, COURSE, "/modules/1/lessons/0/quiz/0", "Lesson 5, quiz item 1"),
    ("course", None, COURSE, "/modules/1/title", "Module 2"),
    ("course", 0, PLAN, "/modules/0/lessons/0/objectives/0", "Plan, module 1, lesson 1 of it, objective 1"),
])
def test_place(kind, position, node, pointer, words):
    assert all_kinds()[kind].place_in_words(pointer, node=node, position=position) == words


@pytest.mark.parametrize("pointer", [
    "/", "//", "x", "/0/0", "/²/1", "/weeks/²", f"/weeks/{'9' * 5_000}", "/~2/~", "/" * 60_000])
@pytest.mark.parametrize("node", [PROGRAM, None, [], "text", 7])
def test_odd_pointers_lead_somewhere(pointer, node):
    assert all_kinds()["training_program"].place_in_words(pointer, node=node, position=None)
