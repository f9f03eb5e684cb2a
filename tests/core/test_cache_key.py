"""Names in the cache: all that an answer depends on, in one spelling, and nothing else."""

import unicodedata
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.cache_key import Scope, Sought, form_of, free_text_of, normalised, shape_of
from generation.core.prompting import Stage
from generation.kinds import all_kinds, get_kind

UNIT = Sought(
    whose="user:1", provider="simulator", route="r", model="m", kind="course", kind_revision=1, stage=Stage.UNIT,
    form="f", brief={"subject": "Bread"}, position=2, plan_digest="p", so_far=("lesson 1",),
)
OTHER = {
    "whose": "user:2", "provider": "https://api.openai.com/v1", "route": "s", "model": "n", "kind": "note",
    "kind_revision": 2, "stage": Stage.PLAN, "form": "g", "brief": {"subject": "Cake"}, "position": 3,
    "plan_digest": "q", "so_far": ("lesson 1", "lesson 2"), "knowledge": "snapshot 1",
}
PROGRAM = {"goal": "strength", "weeks": 3, "goal_note": "squat", "limitations": ["left knee"], "language": "en"}


@pytest.mark.parametrize("name", [field.name for field in fields(Sought)])
def test_every_part_of_a_name_makes_another_name(name):
    assert replace(UNIT, **{name: OTHER[name]}).key != UNIT.key


def test_equal_questions_have_equal_names():
    assert replace(UNIT).key == UNIT.key


def test_text_is_compared_in_one_spelling():
    texts = ["Café  au\tlait ", unicodedata.normalize("NFD", " Café au lait"), "\nCafé au lait\r\n\r\n"]
    assert {normalised(text) for text in texts} == {"Café au lait"}
    assert normalised({"a": ["x  y", 1, None, True]}) == {"a": ["x y", 1, None, True]}


@pytest.mark.parametrize(("one", "other"), [
    ("No squats", "no squats"), ("Squats?", "Squats!"), ("no\nsquats", "no squats"), ("10 kg", "1 0 kg"),
    ("½", "1/2"), ("ﬁt", "fit"),
])
def test_what_may_mean_something_else_stays_different(one, other):
    assert normalised(one) != normalised(other)


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert normalised(normalised(text)) == normalised(text)


def test_scope_says_who_shares():
    assert Scope.USER.whose(7, "student") != Scope.USER.whose(8, "student")
    assert Scope.ROLE.whose(7, "student") == Scope.ROLE.whose(8, "student") != Scope.ROLE.whose(7, "teacher")
    assert Scope.INSTALLATION.whose(7, "student") == Scope.INSTALLATION.whose(8, "teacher")
    assert len({scope.whose(7, "user") for scope in Scope if scope is not Scope.OFF}) == 3


@pytest.mark.parametrize("kind", all_kinds().values(), ids=all_kinds())
def test_form_differs_between_stages(kind):
    assert len({form_of(kind, stage) for stage in Stage}) == len(Stage)


def test_free_text_is_what_people_write_and_no_choice():
    assert get_kind("training_program").free_text == {"goal_note", "limitations", "preferences"}
    assert get_kind("course").free_text == {"subject", "audience", "objectives", "notes"}


def test_shape_is_all_but_the_free_text():
    kind = get_kind("training_program")
    assert shape_of(kind, PROGRAM) == shape_of(kind, {**PROGRAM, "goal_note": "bench", "limitations": []})
    for change in ({"weeks": 4}, {"goal": "hypertrophy"}, {"language": "de"}):
        assert shape_of(kind, PROGRAM) != shape_of(kind, {**PROGRAM, **change})


def test_free_text_is_one_text_in_the_order_of_the_brief():
    kind = get_kind("training_program")
    assert free_text_of(kind, {"limitations": ["left knee", "back"], "goal_note": "squat  more"}) == (
        "squat more\nleft knee\nback")
    assert free_text_of(kind, {"goal": "strength"}) == ""
