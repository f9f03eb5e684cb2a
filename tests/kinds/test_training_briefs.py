"""What a brief's free text does not say: sensible wishes that sound like exclusions, conditions or warnings."""

import pytest

from generation.kinds.training_program import KIND
from generation.kinds.training_program.checks import asked


def read(text: str, *, goal_note: str = "", limitation: str = "") -> asked.Wanted:
    limitations = [limitation] if limitation else []
    return asked.of(KIND.brief(
        {"goal": "strength", "preferences": text, "goal_note": goal_note, "limitations": limitations}))


@pytest.mark.parametrize("text", [
    "I like high-impact training and box jumps.", "Prevent knee injuries; I play football.",
    "Knieverletzungen vorbeugen",
    "I don't want to skip squats. Don't leave out deadlifts.", "I want to stop avoiding squats.",
    "I can't train without deadlifts.", "Avoid doing deadlifts and squats on the same day.",
    "No deadlifts heavier than 100 kg.", "Keine Angst vor Kniebeugen", "Nunca he hecho dominadas, quiero aprender.",
    "Better cardiac fitness and a longer swimming stroke.", "My son is 12 years old and may join on Sundays.",
    "My grandmother had a heart attack.", "I am a nurse and work with pregnant women.",
])
def test_a_sensible_wish_forbids_nothing(text):
    wanted = read(text)
    assert (wanted.conditions, wanted.exclusions, wanted.flags, wanted.age) == ((), (), (), None)


def test_a_lift_that_shall_be_learnt_is_not_excluded():
    assert read("I cannot do a pull-up.", goal_note="My first pull-up").exclusions == ()
    assert read("I cannot do a pull-up.", goal_note="Bench 100 kg").exclusions != ()


@pytest.mark.parametrize(("said", "is_over"), [
    ("Old shoulder dislocation, fully healed", True), ("Knie-OP vor 8 Jahren, beschwerdefrei", True),
    ("Knee surgery ten years ago, fully recovered", True), ("Knee surgery, not fully recovered", False),
    ("Knee pain until it is healed", False), ("I can no longer squat because of knee pain", False),
])
def test_what_has_healed_is_a_doubt_and_forbids_nothing(said, is_over):
    (condition,) = read("", limitation=said).conditions
    assert (condition.forbids == frozenset()) is is_over


@pytest.mark.parametrize("said", [
    "My mother had a heart attack", "Stroke in 2019, I had a stroke", "Surgery two weeks ago",
    "cardiac event last year",
])
def test_what_stands_among_limitations_is_the_athletes(said):
    assert read("", limitation=said).flags != ()


def test_two_exclusions_of_one_sentence_both_hold():
    assert [one.said for one in read("The gym has no leg press and no barbell.").exclusions] == ["leg press", "barbell"]
