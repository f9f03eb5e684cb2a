"""Words of a program against what is there: each fault in several languages, and the sentences that resemble it."""

import random

import pytest

from generation.core.kind import as_json
from generation.kinds.training_program import KIND
from generation.kinds.training_program.defects import planted
from tests.kinds.test_training_rules import (
    ASKED,
    AT,
    INFO,
    PLAN,
    WEEKS,
    E,
    W,
    assert_found,
    of_plan,
    of_week,
    rules,
)

SAME = "Same as the week before."


@pytest.mark.parametrize(("changes", "found"), [
    ({"/coaching/0": "Day 4 may feel heavy after this."}, ("TP-S11", E, "/coaching/0")),
    ({f"{AT}/0/note": "Lighter than on day 5."}, ("TP-S11", E, f"{AT}/0/note")),
    ({"/coaching/0": "Phase 7 asks for patience."}, ("TP-S11", W, "/coaching/0")),
    ({"/summary": "The main lift is done for 9 x 17 at 93% 1RM."}, ("TP-S11", E, "/summary")),
    ({"/coaching/0": "The squats are 7 x 9."}, ("TP-S11", W, "/coaching/0")),
    ({"/coaching/0": "All of it happens at 93% of your 1RM."}, ("TP-S11", W, "/coaching/0")),
    ({f"{AT}/0/rest_s": 15}, ("TP-P16", W, f"{AT}/0/rest_s")),
    ({f"{AT}/4/name": "Brisk walk", f"{AT}/4/reps": None, f"{AT}/4/seconds": 8, f"{AT}/4/sets": 1,
      f"{AT}/4/load_kind": "rpe", f"{AT}/4/load": 4}, ("TP-S05", W, f"{AT}/4/seconds")),
    ({f"{AT}/4/name": "Plank", f"{AT}/4/reps": None, f"{AT}/4/seconds": 1_800}, ("TP-S05", W, f"{AT}/4/seconds")),
    ({f"{AT}/{n}/name": f"Quantum {word}" for n, word in enumerate(("flux", "drift", "spin", "tide"))} | {
        f"/workouts/1/exercises/{n}/name": f"Quantum {word}" for n, word in enumerate(("flux", "drift", "spin", "tide"))
    }, ("TP-S04", INFO, "/workouts")),
])
def test_a_reference_to_nothing_is_found(changes, found):
    assert_found(of_week(changes), *found)


@pytest.mark.parametrize(("changes", "rule"), [
    ({"/coaching/0": "Day 3 may feel heavy after this."}, "TP-S11"),
    ({"/coaching/0": "Day 7 is a free day, and a walk does no harm."}, "TP-S11"),
    ({"/coaching/0": "Day 10 after a cold is early enough to begin again."}, "TP-S11"),
    ({"/coaching/0": "If 5 x 5 feels easy, the next block brings more."}, "TP-S11"),
    ({"/coaching/0": "Next week the sets become 4 x 5."}, "TP-S11"),
    ({"/summary": "After this week comes the next phase, with fewer repetitions."}, "TP-S11"),
    ({"/summary": "Deload the squat by ten percent if a set fails."}, "TP-S11"),
    ({f"{AT}/{n}/rest_s": 15 for n in range(5)}, "TP-S11"),
])
def test_what_resembles_a_reference_to_nothing_is_left_alone(changes, rule):
    assert rule not in rules(of_week(changes))


@pytest.mark.parametrize(("changes", "language", "found"), [
    ({"/sessions/0/label": "Tag 1"}, "en", ("TP-S12", W, "/sessions/0/label")),
    ({"/sessions/0/label": "Jour 1"}, "es", ("TP-S12", W, "/sessions/0/label")),
    ({"/title": "Untitled program"}, "en", ("TP-T03", E, "/title")),
    ({"/title": "Ohne Titel"}, "de", ("TP-T03", E, "/title")),
    ({"/weeks/3/guidance": "Two sets more than last time, and heavier than ever."}, "en",
     ("TP-S11", E, "/weeks/3/guidance")),
    ({"/weeks/3/guidance": "Ein Satz mehr bei jeder Übung."}, "de", ("TP-S11", E, "/weeks/3/guidance")),
    ({"/weeks/3/guidance": "Une série de plus partout."}, "fr", ("TP-S11", E, "/weeks/3/guidance")),
    ({"/weeks/3/guidance": "Una serie más en cada ejercicio."}, "es", ("TP-S11", E, "/weeks/3/guidance")),
    ({"/summary": "Eat 900 kcal a day and train hard."}, "en", ("TP-T06", E, "/summary")),
    ({"/summary": "Iss höchstens 1000 kcal pro Tag."}, "de", ("TP-T06", E, "/summary")),
    ({"/summary": "Come 800 calorías al día."}, "es", ("TP-T06", E, "/summary")),
    ({"/summary": "Lose 5 kg in two weeks."}, "en", ("TP-T06", E, "/summary")),
    ({"/sessions/1/focus": PLAN["sessions"][0]["focus"], "/sessions/1/main_lifts": PLAN["sessions"][0]["main_lifts"]},
     "en", ("TP-S08", W, "/sessions/1")),
    ({f"/weeks/{n}/intensity": "5 reps at RIR 2" for n in (0, 1, 2, 4, 5)}
     | {f"/weeks/{n}/sets_per_workout": 14 for n in (0, 1, 2, 4, 5)}
     | {f"/weeks/{n}/guidance": SAME for n in (1, 2, 4, 5)}, "en", ("TP-P02", W, "/weeks/1")),
    ({}, "pt", ("TP-S04", INFO, "/sessions")),
    ({f"/sessions/{n}/main_lifts/0": f"Quantum {word}" for n, word in enumerate(("flux", "drift", "spin"))}
     | {"/sessions/0/main_lifts/1": "Quantum tide"}, "en", ("TP-S04", INFO, "/sessions")),
])
def test_a_word_of_the_plan_that_is_wrong_is_found(changes, language, found):
    assert_found(of_plan(changes, language=language), *found)


@pytest.mark.parametrize(("changes", "rule"), [
    ({"/title": "Test your squat in six weeks"}, "TP-T03"),
    ({"/weeks/3/guidance": "Half the sets, nothing heavier than last week."}, "TP-S11"),
    ({"/weeks/3/guidance": "Fewer sets; more sets come again next week."}, "TP-S11"),
    ({"/weeks/3/guidance": "Do not add a set even if it feels easy."}, "TP-S11"),
    ({"/weeks/1/guidance": "Deload the squat by ten percent after two misses."}, "TP-S04"),
    ({"/summary": "Eat enough: a deficit of 300 kcal a day is plenty for most people."}, "TP-T06"),
    ({"/summary": "Eat some 300 kcal before you train."}, "TP-T06"),
    ({"/summary": "Three sessions a week; you may walk 7 days a week beside them."}, "TP-P02"),
    ({}, "TP-S04"),
])
def test_a_word_of_the_plan_that_is_right_is_left_alone(changes, rule):
    assert rule not in rules(of_plan(changes))


@pytest.mark.parametrize("text", [
    "Six weeks, three sessions a week; walks on 7 days a week are welcome.",
    "Three sessions of 45 minutes leave time for a shower.",
    "The squat is trained after 12 weeks of walking.",
    "If you fall behind, take the deload week earlier.", "Nobody can guarantee a number on the bar.",
    "Painkillers are no part of this plan.", "It treats both sides alike.",
])
def test_numbers_of_something_else_are_no_error(text):
    assert [finding for finding in of_plan({"/summary": text}) if finding.is_error] == []


@pytest.mark.parametrize("text", [
    "Die Entlastungswoche kommt erst später.", "La semana de descarga llega después de esta.",
    "La semaine allégée viendra plus tard.", "The deload week is far away.", "Do not test your max this week.",
])
def test_a_week_that_speaks_of_a_later_deload_is_none(text):
    assert "TP-S11" not in rules(of_week({"/summary": text}))


@pytest.mark.parametrize("text", ["Painkillers are no problem before training.", "We guarantee that nobody fails."])
def test_a_denial_of_something_else_is_no_excuse(text):
    assert [finding for finding in of_week({"/summary": text}) if finding.is_error] != []


def test_names_of_another_language_are_told_once():
    weeks = [of_week({f"{AT}/{n}/name": "Agachamento livre" for n in range(3)}, language="pt")]
    assert all("TP-S04" not in rules(findings) for findings in weeks)


def test_an_intensity_that_names_lifts_or_days_is_no_error_for_others():
    for said in ("5 reps at RIR 3, deadlift 3 at RIR 1", "RIR 3 on heavy days", "RIR 4 or above", "singles at RIR 1"):
        plan = KIND.plan({**PLAN, "weeks": [{**week, "intensity": said} for week in PLAN["weeks"]]})
        found = KIND.check_unit(KIND.brief(ASKED), plan, 3, KIND.unit(WEEKS[3]))
        assert [finding for finding in found if finding.rule == "TP-S10" and finding.is_error] == [], said


def test_three_weeks_without_any_growth_are_found():
    asked = KIND.brief({**ASKED, "weeks": 3})
    plan = {**PLAN, "weeks": PLAN["weeks"][:3], "phases": [{**PLAN["phases"][0], "last_week": 3}]}
    document = KIND.assemble(as_json(asked), plan, dict.fromkeys((1, 2, 3), WEEKS[2]))
    assert "TP-P02" in rules(KIND.check_document(asked, document))
    document = KIND.assemble(as_json(asked), plan, {n: WEEKS[n] for n in (1, 2, 3)})
    assert "TP-P02" not in rules(KIND.check_document(asked, document))


@pytest.mark.parametrize("name", ["TP-S11:numbers_of_nothing", "TP-P16:rest_too_short"])
def test_a_defect_of_the_rehearsal_is_found_in_every_goal(name):
    rule = name.partition(":")[0]
    for goal in ("strength", "hypertrophy", "general_fitness", "fat_loss"):
        brief = KIND.brief({**ASKED, "goal": goal})
        plan = KIND.simulate_plan(brief, random.Random(1))
        week = planted(name, brief, KIND.simulate_unit(brief, KIND.plan(plan), 2, random.Random(2)), random.Random(3))
        assert week is not None
        assert rule in rules(KIND.check_unit(brief, KIND.plan(plan), 2, KIND.unit(week))), goal
