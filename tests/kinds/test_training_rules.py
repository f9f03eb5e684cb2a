"""Each rule of a training program: a planted defect that it finds, and a near miss that it leaves alone.

The base is a rehearsed program without any finding; a row of a table changes it in one place."""

import random
from typing import Any

import pytest

from generation.core.findings import Severity
from generation.core.kind import as_json
from generation.kinds.training_program import KIND
from generation.kinds.training_program.checks import DOCUMENT_RULES, PLAN_RULES, UNIT_RULES, asked
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import entry_of, named_in
from generation.kinds.training_program.vocabulary import Equipment
from tests.kinds.test_training_program import changed

ASKED = {"goal": "strength", "weeks": 6, "days_per_week": 3, "level": "intermediate"}
PLAN = KIND.simulate_plan(KIND.brief(ASKED), random.Random(7))
WEEKS = {
    n: KIND.simulate_unit(KIND.brief(ASKED), KIND.plan(PLAN), n, random.Random(n)) for n in range(1, ASKED["weeks"] + 1)
}
E, W, INFO, H = Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.HUMAN


def of_plan(changes: dict[str, Any], **brief: Any) -> list:
    return KIND.check_plan(KIND.brief(ASKED | brief), KIND.plan(changed(PLAN, changes)))


def of_week(changes: dict[str, Any], position: int = 3, **brief: Any) -> list:
    week = KIND.unit(changed(WEEKS[position], changes))
    return KIND.check_unit(KIND.brief(ASKED | brief), KIND.plan(PLAN), position, week)


def of_document(changes: dict[str, Any], **brief: Any) -> list:
    asked_for = KIND.brief(ASKED | brief)
    return KIND.check_document(asked_for, changed(KIND.assemble(as_json(asked_for), PLAN, WEEKS), changes))


def rules(findings: list) -> set[str]:
    return {finding.rule for finding in findings}


def assert_found(findings: list, rule: str, severity: Severity, pointer: str) -> None:
    there = [(finding.rule, finding.severity, finding.pointer) for finding in findings]
    assert (rule, severity, pointer) in there, there


def test_the_base_has_no_findings():
    assert of_plan({}) == of_document({}) == []
    assert [of_week({}, position) for position in WEEKS] == [[]] * len(WEEKS)


# --- names of exercises --------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "meant"), [
    ("Barbell back squats (high bar)", "back squat"), ("Kniebeugen mit Langhantel", "back squat"),
    ("Langhantelkniebeugen", "back squat"), ("Sentadilla con barra", "back squat"),
    ("DB RDL", "dumbbell romanian deadlift"),
    ("Soulevé de terre roumain aux haltères", "dumbbell romanian deadlift"),
    ("Rumänisches Kreuzheben", "romanian deadlift"),
    ("Développé couché", "bench press"), ("Press de banca con mancuernas", "dumbbell bench press"),
    ("Klimmzüge", "pull up"), ("Tractions", "pull up"), ("Dominadas", "pull up"), ("Pompes", "push up"),
    ("Liegestütze", "push up"), ("Gainage latéral", "side plank"), ("Elevaciones laterales", "lateral raise"),
    ("Rudern am Gerät", "machine row"), ("Rowing machine", "rower"), ("5 km tempo run", "run"), ("Burpees", "burpee"),
    ("Marche de l'ours", "bear crawl"), ("Schulterdrücken mit Kurzhanteln", "dumbbell overhead press"),
])
def test_a_free_name_is_understood(said, meant):
    entry = entry_of(said)
    assert entry is not None and entry.name == meant


@pytest.mark.parametrize("said", ["", "…", "Underwater basket weaving", "🦵", "x" * 120, "Ἀρχή"])
def test_what_is_no_exercise_is_none(said):
    assert entry_of(said) is None


def test_the_implement_in_a_name_decides_what_is_needed():
    def needs(name):
        entry = entry_of(name)
        return {frozenset(group) for group in entry.needs}

    assert needs("Back squat") == {frozenset({Equipment.BARBELL})}
    assert needs("Dumbbell split squat") == {frozenset({Equipment.DUMBBELLS})}
    assert needs("Kettlebell front squats, paused") == {frozenset({Equipment.KETTLEBELLS})}
    assert needs("Bodyweight back squat") == set()
    assert not entry_of("Band-assisted pull-up").fits(frozenset({Equipment.BANDS}))


def test_what_every_home_has_needs_nothing():
    assert entry_of("Backpack row").fits(frozenset()) and not entry_of("Row").fits(frozenset())


def test_a_stretch_of_a_muscle_is_no_work_for_it():
    entry = entry_of("Hamstring stretch with a band")
    assert entry.is_gentle and not entry.is_compound and entry.primary in {(), ("mobility",)}


def test_a_sentence_names_exercises_of_two_words_or_clear_ones():
    said = "After the front squat do burpees, then press on"
    assert [name for name, _ in named_in(said)] == ["front squat", "burpee"]


def test_every_row_of_the_table_is_sound():
    for name in ("back squat", "run", "plank", "hip flexor stretch", "curl"):
        assert entry_of(name).name == name
    assert lexicon.words("Press-ups") == ("press", "up")


# --- what the brief says -------------------------------------------------------------------------


def excluded(text: str) -> list[str]:
    return [one.said for one in asked.of(KIND.brief({"goal": "strength", "preferences": text})).exclusions]


@pytest.mark.parametrize(("text", "said"), [
    ("I hate planks.", ["planks"]), ("No overhead pressing, please", ["overhead pressing"]),
    ("Keine Klimmzüge und kein Kreuzheben", ["klimmzuge", "kreuzheben"]), ("Klimmzüge mag ich nicht", ["klimmzuge"]),
    ("without deadlifts or lunges", ["deadlifts", "lunges"]), ("avoid running", ["running"]),
    ("sin peso muerto", ["peso muerto"]), ("No quiero hacer hack squat", ["hack squat"]), ("pas de pompes", ["pompes"]),
    ("No burpees, I like rows", ["burpees"]), ("I do not want burpees. No training on Sundays.", ["burpees"]),
])
def test_an_exclusion_is_read(text, said):
    assert excluded(text) == said


@pytest.mark.parametrize("text", [
    "no more than two squat days", "not only squats, rows too", "No problem with squats",
    "I love deadlifts, no pain at all",
    "No time on Mondays", "I can't do pull-ups yet",
    "no heavy deadlifts in the morning", "I prefer squats without shoes",
    "Kein Problem mit Kniebeugen", "no hay problema con sentadillas",
])
def test_what_excludes_nothing_plainly_excludes_nothing(text):
    assert excluded(text) == []


@pytest.mark.parametrize(("text", "age"), [
    ("I am 71 and want to stay strong", 71), ("71, heart attack two years ago", 71), ("my 15-year-old son", 15),
    ("Ich bin 68 Jahre alt", 68), ("tengo 70 años", 70), ("j'ai 66 ans", 66),
    ("I am 105 kg", None), ("I'm 12 weeks into training", None), ("10 years of lifting", None), ("I am at 80 kg", None),
])
def test_age_in_free_text(text, age):
    assert asked.of(KIND.brief({"goal": "strength", "preferences": text})).age == age


@pytest.mark.parametrize("text", ["no knee pain", "keine Knieschmerzen", "never had back pain", "sin dolor de espalda"])
def test_a_condition_that_is_denied_is_none(text):
    assert asked.of(KIND.brief({"goal": "strength", "limitations": [text]})).conditions == ()


# --- the plan ------------------------------------------------------------------------------------

SQUAT = "/sessions/0/main_lifts/0"


@pytest.mark.parametrize(("brief", "changes", "found"), [
    ({}, {"/sessions/1/label": "Day 1"}, ("TP-S09", E, "/sessions/1/label")),
    ({}, {"/main_lifts/0/name": "Hack squat"}, ("TP-S09", E, "/main_lifts/0/name")),
    ({}, {"/weeks/1/guidance": "Deload: half of everything."}, ("TP-S11", E, "/weeks/1/guidance")),
    ({}, {"/weeks/3/focus": "The hardest week of all"}, ("TP-S11", E, "/weeks/3/focus")),
    ({}, {"/title": "Strength in 12 weeks"}, ("TP-S11", E, "/title")),
    ({}, {"/summary": "Four days a week of lifting, and rest between them."}, ("TP-S11", E, "/summary")),
    ({}, {"/progression": PLAN["progression"] + " Test in week 9."}, ("TP-S11", W, "/progression")),
    ({}, {"/weeks/1/intensity": "75% 1RM"}, ("TP-S13", W, "/weeks/1/intensity")),
    ({"equipment": ["dumbbells"]}, {}, ("TP-C01", E, SQUAT)),
    ({"limitations": ["Disc herniation L5/S1"]}, {}, ("TP-C02", E, SQUAT)),
    ({"limitations": ["Schwanger, 20. Woche"]}, {}, ("TP-C02", H, "")),
    ({"preferences": "Bitte keine Kniebeugen"}, {}, ("TP-C03", E, SQUAT)),
    ({"limitations": ["chest pain on stairs"]}, {}, ("TP-C06", H, "")),
    ({"goal_note": "For my 15-year-old son"}, {}, ("TP-C07", H, "")),
    ({"preferences": "No training on Sundays."}, {"/sessions/2/label": "Sunday"}, ("TP-C08", E, "/sessions/2/label")),
    ({}, {"/weeks/0/guidance": "Begin on 31 February, with light loads."}, ("TP-C08", E, "/weeks/0/guidance")),
    ({}, {"/progression": "Add 25 percent a week. After a failed set keep the load."}, ("TP-P01", E, "/progression")),
    ({}, {"/weeks/1/sets_per_workout": 22}, ("TP-P04", E, "/weeks/1/sets_per_workout")),
    ({}, {"/weeks/3/sets_per_workout": 12}, ("TP-P07", E, "/weeks/3/sets_per_workout")),
    ({}, {"/weeks/3/intensity": "6 reps at RIR 1"}, ("TP-P07", E, "/weeks/3/intensity")),
    ({}, {"/summary": "Train every day, and it will come."}, ("TP-P10", W, "/summary")),
    ({}, {"/weeks/1/intensity": "8 reps at 95% 1RM"}, ("TP-P15", E, "/weeks/1/intensity")),
    ({}, {"/progression": "Add the smallest plate when all is well."}, ("TP-P19", W, "/progression")),
    ({}, {"/progression": "After a failed set add another 5 kg at once."}, ("TP-P19", E, "/progression")),
    ({}, {"/progression": "Nach einem misslungenen Satz erhöhen Sie das Gewicht um 5 kg."},
     ("TP-P19", E, "/progression")),
    ({}, {"/progression": "Si vous échouez, ajoutez 5 kg."}, ("TP-P19", E, "/progression")),
    ({}, {"/progression": "Tras una serie fallida añade 5 kg."}, ("TP-P19", E, "/progression")),
    ({"minutes_per_session": 30}, {"/summary": "Ici, chaque séance dure 50 minutes."}, ("TP-S11", E, "/summary")),
    ({}, {"/summary": "Run the block for 12 weeks."}, ("TP-S11", E, "/summary")),
    ({}, {"/weeks/2/intensity": "6 reps at RIR 4", "/weeks/2/guidance": "Harder than last week."},
     ("TP-P20", W, "/weeks/2/intensity")),
    ({"goal_note": "Overhead press 60 kg"}, {}, ("TP-P21", E, "/sessions")),
    ({"goal": "event", "goal_note": "Half marathon on 4 May"}, {}, ("TP-P21", E, "/sessions")),
    ({}, {"/summary": "This program prepares for a marathon in spring."}, ("TP-P21", E, "/summary")),
    ({}, {"/summary": "Each session ends with a walk of 2 miles home."}, ("TP-T01", E, "/summary")),
    ({"units": "imperial"}, {"/summary": "Lift 60 kg and then more."}, ("TP-T01", E, "/summary")),
    ({}, {"/safety": PLAN["safety"] + " There is no need to see a doctor."}, ("TP-T02", E, "/safety")),
    ({}, {"/safety": PLAN["safety"] + " There is no need to see a doctor."}, ("TP-T02", H, "/safety")),
    ({"language": "pl"}, {}, ("TP-T02", INFO, "")),
    ({}, {"/safety": "Enjoy the training and keep at it."}, ("TP-T05", W, "/safety")),
    ({}, {"/summary": "We guarantee five kilos more in a month."}, ("TP-T06", E, "/summary")),
    ({}, {"/summary": "Read https://example.org before you start."}, ("TP-T06", E, "/summary")),
    ({}, {"/summary": "Dieses Programm führt mit ruhigen Schritten zu mehr Kraft, ohne dass die Technik leidet."},
     ("TP-S12", E, "/summary")),
    ({}, {"/progression": "Keep the load after a failed set. When all sets are done well, add a little and then"},
     ("TP-T03", E, "/progression")),
    ({}, {"/summary": "LerÃ©pas is broken here, and so on."}, ("TP-T03", E, "/summary")),
    ({}, {"/summary": "The same sentence stands in here twice. The same sentence stands in here twice."},
     ("TP-S08", W, "/summary")),
    ({"limitations": ["Left shoulder is stiff"]}, {"/safety": PLAN["safety"] + " Mind the right shoulder."},
     ("TP-C02", W, "/safety")),
    ({}, {"/weeks/1/intensity": "6 reps at RIR 8"}, ("TP-S05", E, "/weeks/1/intensity")),
    ({"minutes_per_session": 15}, {}, ("TP-C04", W, "/weeks/1/sets_per_workout")),
    ({}, {"/weeks/0/is_deload": True}, ("TP-P08", W, "/weeks/0/is_deload")),
    ({"level": "advanced"}, {"/title": "Strength for beginners"}, ("TP-C05", W, "/title")),
    ({"goal_note": "Meet on 4 May"}, {"/summary": "All leads to the meet on 14 May."}, ("TP-C08", W, "/summary")),
])
def test_a_defect_of_the_plan_is_found(brief, changes, found):
    assert_found(of_plan(changes, **brief), *found)


@pytest.mark.parametrize(("brief", "changes", "rule"), [
    ({}, {"/weeks/4/guidance": "After the deload go on from week 3."}, "TP-S11"),
    ({}, {"/summary": "Three days a week; loads rise for three weeks, then comes an easier one."}, "TP-S11"),
    ({}, {"/title": "Strength in 6 weeks"}, "TP-S11"),
    ({"equipment": ["full_gym"]}, {}, "TP-C01"),
    ({"limitations": ["Sore knee after long walks"]}, {}, "TP-C02"),
    ({"preferences": "I like squats, and no more than three sets of deadlifts"}, {}, "TP-C03"),
    ({"limitations": ["No chest pain, healthy"]}, {}, "TP-C06"),
    ({"goal_note": "I am 35 and strong"}, {}, "TP-C07"),
    ({"preferences": "Training only on Sundays, no training on other days"}, {"/sessions/2/label": "Sunday"}, "TP-C08"),
    ({}, {"/weeks/0/guidance": "Begin on 28 February, with light loads."}, "TP-C08"),
    ({}, {"/progression": "Add 2.5 percent. After two failed sets take off 20 percent."}, "TP-P01"),
    ({}, {"/progression": "If no set fails, add 2.5 kg. After two failed sets take off 10 percent and add again."},
     "TP-P19"),
    ({}, {"/summary": "You can run the block twice, for 12 weeks in total."}, "TP-S11"),
    ({"units": "imperial"}, {"/summary": "All leads to a 5 km race in spring."}, "TP-T01"),
    ({}, {"/weeks/1/sets_per_workout": 13}, "TP-P04"),
    ({}, {"/weeks/3/sets_per_workout": 6}, "TP-P07"),
    ({}, {"/weeks/1/intensity": "8 reps at 70% 1RM, RIR 3"}, "TP-P15"),
    ({"goal_note": "Back squat 120 kg; I am at 105 kg now."}, {}, "TP-P21"),
    ({"goal": "event", "goal_note": "Powerlifting meet: back squat, bench press, deadlift"}, {}, "TP-P21"),
    ({"goal_note": "I weigh 180 lb"}, {"/summary": "At 180 lb of body weight this is a good start."}, "TP-T01"),
    ({}, {"/summary": "Stand with one foot before the other and pound the floor."}, "TP-T01"),
    ({}, {"/safety": PLAN["safety"] + " It does not treat or cure back pain."}, "TP-T02"),
    ({}, {"/safety": PLAN["safety"] + " Ask a doctor first if you have an injury or a hernia."}, "TP-T02"),
    ({}, {"/safety": PLAN["safety"] + " Never train through pain."}, "TP-T02"),
    ({}, {"/safety": PLAN["safety"] + " Do not go on without asking a doctor."}, "TP-T02"),
    ({}, {"/progression": PLAN["progression"] + " Fix the band behind the back and treat the knees well."}, "TP-T02"),
    ({}, {"/weeks/2/focus": "Use what the deload gave you"}, "TP-S11"),
    ({}, {"/summary": "No result is guaranteed; steady work counts."}, "TP-T06"),
    ({"limitations": ["Left shoulder is stiff"]}, {"/safety": PLAN["safety"] + " Mind the left shoulder."}, "TP-C02"),
    ({"language": "en-GB"}, {"/title": "Kraft mit Kniebeuge und Kreuzheben"}, "TP-S12"),
])
def test_a_near_miss_of_the_plan_is_left_alone(brief, changes, rule):
    assert rule not in rules(of_plan(changes, **brief))


# --- a week --------------------------------------------------------------------------------------

AT = "/workouts/0/exercises"
ROWS = WEEKS[3]["workouts"][0]["exercises"]
SWAPPED = {f"{AT}/0": ROWS[2], f"{AT}/2": ROWS[0]}
GYM = ["barbell", "bench", "cables", "cardio_machines", "dumbbells", "kettlebells", "machines", "pull_up_bar"]
PERCENT = {f"{AT}/0/load_kind": "percent_1rm"}


@pytest.mark.parametrize(("brief", "changes", "found"), [
    ({}, {f"{AT}/4/name": "Underwater basket weaving"}, ("TP-S04", W, f"{AT}/4/name")),
    ({}, {f"{AT}/0/load_kind": "rpe", f"{AT}/0/load": 8}, ("TP-S05", W, f"{AT}/0/load_kind")),
    ({}, SWAPPED, ("TP-S06", W, f"{AT}/1")),
    ({}, {f"{AT}/3": ROWS[2]}, ("TP-S07", W, f"{AT}/3")),
    ({}, {"/workouts/0/label": "Day 2"}, ("TP-S09", E, "/workouts/0/label")),
    ({}, {f"{AT}/0/name": "Squat"}, ("TP-S09", E, AT)),
    ({}, {f"{AT}/2/sets": 8}, ("TP-S10", E, AT)),
    ({}, {f"{AT}/0/load": 0.5}, ("TP-S10", E, f"{AT}/0/load")),
    ({}, {f"{AT}/0/reps": 12}, ("TP-S10", E, f"{AT}/0/reps")),
    ({}, {"/summary": "A deload: do less of everything."}, ("TP-S11", E, "/summary")),
    ({}, {"/summary": "Week 4 of 6. Keep the form."}, ("TP-S11", E, "/summary")),
    ({}, {"/coaching/0": "All lifts have 9 sets today."}, ("TP-S11", W, "/coaching/0")),
    ({}, {"/coaching/0": "Achten Sie in dieser Woche vor allem darauf, dass die letzte Wiederholung sauber bleibt."},
     ("TP-S12", E, "/coaching/0")),
    ({"equipment": ["barbell", "bench"]}, {}, ("TP-C01", E, f"{AT}/2/name")),
    ({"equipment": ["barbell"]}, {"/workouts/0/warm_up/0": "5 minutes on the rowing machine"},
     ("TP-C01", W, "/workouts/0/warm_up/0")),
    ({"limitations": ["Knee pain"]}, {f"{AT}/4/name": "Box jump"}, ("TP-C02", E, f"{AT}/4/name")),
    ({"limitations": ["Rückenschmerzen"]}, {f"{AT}/4/name": "Sit-ups"}, ("TP-C02", E, f"{AT}/4/name")),
    ({"limitations": ["High blood pressure"]}, {f"{AT}/0/load": 0}, ("TP-C02", E, f"{AT}/0/load")),
    ({"limitations": ["Shoulder impingement"]}, {f"{AT}/4/name": "Upright row"}, ("TP-C02", E, f"{AT}/4/name")),
    ({"preferences": "No planks"}, {f"{AT}/4/name": "Side plank"}, ("TP-C03", E, f"{AT}/4/name")),
    ({"preferences": "avoid running"}, {f"{AT}/4/name": "Tempo run"}, ("TP-C03", E, f"{AT}/4/name")),
    ({}, {f"{AT}/0/rest_s": 600, f"{AT}/1/rest_s": 600}, ("TP-C04", E, AT)),
    ({"level": "novice"}, PERCENT | {f"{AT}/0/load": 75}, ("TP-C05", W, f"{AT}/0/load_kind")),
    ({"level": "novice"}, {f"{AT}/1/note": "Finish with a drop set."}, ("TP-C05", W, f"{AT}/1/note")),
    ({"preferences": "I am 70"}, {"/workouts/2/exercises": ROWS}, ("TP-C07", W, "/workouts")),
    ({}, {f"{AT}/1/sets": 10, f"{AT}/2": {**ROWS[1], "name": "Dumbbell bench press", "sets": 10},
          "/workouts/2/exercises/1/sets": 10}, ("TP-P03", W, "/workouts")),
    ({}, {f"{AT}/1/sets": 10}, ("TP-P06", W, AT)),
    ({}, {f"{AT}/2/name": "Dumbbell curl"}, ("TP-P11", W, f"{AT}/3")),
    ({}, {f"{AT}/1": {**ROWS[0], "name": "Deadlift"}}, ("TP-P12", W, f"{AT}/1")),
    ({}, PERCENT | {f"{AT}/0/reps": 12, f"{AT}/0/load": 95}, ("TP-P15", E, f"{AT}/0/load")),
    ({}, {f"{AT}/0/rest_s": 45}, ("TP-P16", W, f"{AT}/0/rest_s")),
    ({}, {f"{AT}/4/load_kind": "kg", f"{AT}/4/load": 300, f"{AT}/4/name": "Dumbbell curl"},
     ("TP-P22", E, f"{AT}/4/load")),
    ({"goal_note": "Back squat 120 kg"}, {f"{AT}/0/load_kind": "kg", f"{AT}/0/load": 140},
     ("TP-P22", E, f"{AT}/0/load")),
    ({}, {f"{AT}/0/load_kind": "lb", f"{AT}/0/load": 135}, ("TP-T01", E, f"{AT}/0/load_kind")),
    ({}, {f"{AT}/0/note": "Take 400 mg of ibuprofen before it."}, ("TP-T02", E, f"{AT}/0/note")),
    ({}, {"/coaching/0": "Work through the pain in the last sets."}, ("TP-T02", E, "/coaching/0")),
    ({}, {f"{AT}/0/note": "The value of load_kind is rir."}, ("TP-T03", E, f"{AT}/0/note")),
    ({}, {"/coaching/0": "Let the hip thrust be smooth."}, ("TP-T04", W, "/coaching/0")),
    ({}, {f"{AT}/0/note": "Do 5 sets of it."}, ("TP-T04", W, f"{AT}/0/note")),
    ({}, {f"{AT}/0/note": "Rest for five minutes."}, ("TP-T04", W, f"{AT}/0/note")),
    ({}, {"/workouts/2/warm_up/2": "Two squat sets of five"}, ("TP-T04", W, "/workouts/2/warm_up/2")),
    ({}, {"/coaching/0": "This is not medical advice, so ask somebody."}, ("TP-T05", W, "/coaching/0")),
    ({}, {"/coaching/0": "Miss a day, and do 50 burpees as a penalty round."}, ("TP-T06", E, "/coaching/0")),
    ({}, {"/coaching/0": "No excuses, stop being lazy."}, ("TP-T06", E, "/coaching/0")),
    ({}, {"/workouts/1/exercises": ROWS}, ("TP-S08", W, "/workouts/1")),
    ({}, {"/coaching/0": "A 120-minute session needs water."}, ("TP-S11", E, "/coaching/0")),
    ({"preferences": "No training on Sundays."}, {"/coaching/0": "Put the hardest session on Sunday morning."},
     ("TP-C08", E, "/coaching/0")),
    ({"preferences": "Dienstags habe ich keine Zeit."}, {"/coaching/0": "Trainieren Sie am Dienstag und am Freitag."},
     ("TP-C08", E, "/coaching/0")),
    ({}, {"/summary": "This seventh week is the hardest."}, ("TP-S11", E, "/summary")),
    ({}, {"/summary": "An easy recovery week with half of the usual sets."}, ("TP-S11", W, "/summary")),
    ({"limitations": ["Lifting the arms overhead pinches my shoulder"]}, {f"{AT}/4/name": "Overhead press"},
     ("TP-C02", E, f"{AT}/4/name")),
    ({}, {f"{AT}/1/note": "Sit between the heels and drive the knees out."}, ("TP-T04", W, f"{AT}/1/note")),
    ({}, {f"{AT}/0/note": "**Brace** hard."}, ("TP-T06", E, f"{AT}/0/note")),
])
def test_a_defect_of_the_week_is_found(brief, changes, found):
    assert_found(of_week(changes, **brief), *found)


@pytest.mark.parametrize(("brief", "changes", "rule"), [
    ({}, {f"{AT}/4/name": "Hängendes Beinheben"}, "TP-S04"),
    ({}, {f"{AT}/2/sets": 4}, "TP-S10"),
    ({}, {f"{AT}/0/reps": 7}, "TP-S10"),
    ({}, {"/summary": "Week 3 of 6, before the deload."}, "TP-S11"),
    ({}, {"/coaching/0": "Leave the last two sets out when the form goes."}, "TP-S11"),
    ({"equipment": [each for each in GYM if each != "cardio_machines"]},
     {"/workouts/0/warm_up/0": "5 minutes on the rowing machine or at a brisk walk"}, "TP-C01"),
    ({"limitations": ["Knee pain"]}, {f"{AT}/4/name": "Leg press"}, "TP-C02"),
    ({"preferences": "No planks"}, {}, "TP-C03"),
    ({"preferences": "I hate curls"}, {f"{AT}/4/name": "Leg curl"}, "TP-C03"),
    ({}, {f"{AT}/0/rest_s": 300}, "TP-C04"),
    ({"level": "novice"}, {f"{AT}/1/note": "Never to failure."}, "TP-C05"),
    ({}, {f"{AT}/4/name": "Dumbbell curl"}, "TP-P11"),
    ({}, PERCENT | {f"{AT}/0/load": 80}, "TP-P15"),
    ({"goal_note": "Back squat 120 kg"}, {f"{AT}/0/load_kind": "kg", f"{AT}/0/load": 100}, "TP-P22"),
    ({}, {f"{AT}/0/note": "Stand on one foot and feel the floor."}, "TP-T01"),
    ({}, {"/coaching/0": "Instead of the hip thrust of other programs this week squats."}, "TP-T04"),
    ({}, {f"{AT}/0/note": "The first 2 sets are easy."}, "TP-T04"),
    ({"preferences": "No training on Sundays."}, {"/coaching/0": "Rest on Sunday, before the next session."}, "TP-C08"),
    ({"preferences": "No training on Sundays."}, {"/coaching/0": "Move the session from Sunday to Monday."}, "TP-C08"),
    ({"preferences": "No training on Sundays."}, {"/coaching/0": "Do not move the session to Sunday."}, "TP-C08"),
    ({}, {"/summary": "This third week is the hardest."}, "TP-S11"),
    ({}, {"/summary": "No recovery week yet: all sets are done."}, "TP-S11"),
    ({"limitations": ["Overhead work is fine, the knee hurts"]}, {f"{AT}/4/name": "Overhead press"}, "TP-C02"),
    ({}, {f"{AT}/1/note": "Heels down, knees still, elbows close to the ribs."}, "TP-T04"),
    ({}, {"/coaching/0": "Do not punish yourself for a missed day."}, "TP-T06"),
    ({}, {"/coaching/0": "Sleep more; a missed day is no drama."}, "TP-T06"),
])
def test_a_near_miss_of_the_week_is_left_alone(brief, changes, rule):
    assert rule not in rules(of_week(changes, **brief))


def test_two_forms_of_address_are_a_warning_in_german():
    brief = {**ASKED, "language": "de"}
    plan = KIND.plan(changed(PLAN, {"/summary": "Hier trainieren Sie dreimal in der Woche, und das genügt Ihnen."}))
    for text, is_found in (("Achte auf dich und deine Knie.", True), ("Achten Sie auf Ihre Knie.", False)):
        week = KIND.unit(changed(WEEKS[3], {"/coaching/0": text}))
        assert ("TP-T07" in rules(KIND.check_unit(KIND.brief(brief), plan, 3, week))) is is_found


# --- the document --------------------------------------------------------------------------------

ROW = "/weeks/2/workouts/0/exercises/0"


def in_weeks(values: dict[int, dict[str, Any]], place: str = "workouts/0/exercises/0") -> dict[str, Any]:
    return {f"/weeks/{n - 1}/{place}/{name}": value for n, row in values.items() for name, value in row.items()}


def kilos(*loads: float) -> dict[str, Any]:
    return in_weeks({n: {"load_kind": "kg", "load": load} for n, load in enumerate(loads, 1)})


RUN = {"name": "Easy run", "sets": 1, "reps": None, "load_kind": "rpe", "load": 4}


def runs(*seconds: int) -> dict[str, Any]:
    return in_weeks({n: {**RUN, "seconds": s} for n, s in enumerate(seconds, 1)}, "workouts/1/exercises/4")


@pytest.mark.parametrize(("brief", "changes", "found"), [
    ({}, {"/weeks/2/coaching": WEEKS[2]["coaching"]}, ("TP-S08", W, "/weeks/2/coaching")),
    ({}, {"/main_lifts/0/guidance": "From 3 x 6 to 7 x 2."}, ("TP-S11", E, "/main_lifts/0/guidance")),
    ({}, kilos(80, 82.5, 85)
     | {"/main_lifts/0/guidance": "80 kg in week 1, 95 kg in week 3."}, ("TP-S11", E, "/main_lifts/0/guidance")),
    ({}, {"/weeks/2/workouts/0/exercises/4/name": "Crunch"}, ("TP-S13", W, "/weeks/2/workouts/0/exercises/4")),
    ({}, in_weeks({2: {"load_kind": "percent_1rm", "load": 75}}),
     ("TP-S13", W, "/weeks/1/workouts/0/exercises/0/load_kind")),
    ({}, kilos(80, 82.5, 100), ("TP-P01", E, f"{ROW}/load")),
    ({}, kilos(80, 82.5, 92.5), ("TP-P01", W, f"{ROW}/load")),
    ({}, in_weeks({n: {"sets": 3, "load": 2, "reps": 6} for n in (1, 2, 3, 5)}),
     ("TP-P02", E, "/weeks/4/workouts/0/exercises/0")),
    ({}, {f"/weeks/2/workouts/{d}/exercises/{e}/sets": 6 for d in range(3) for e in range(4)},
     ("TP-P04", E, "/weeks/2/workouts")),
    ({}, {"/weeks/3/workouts": [{**day, "exercises": WEEKS[3]["workouts"][n]["exercises"]}
                                for n, day in enumerate(WEEKS[4]["workouts"])]}, ("TP-P07", E, "/weeks/3/workouts")),
    ({}, in_weeks({4: {"load": 1}}), ("TP-P07", E, "/weeks/3/workouts/0/exercises/0/load")),
    ({}, runs(1_200, 1_260, 1_500), ("TP-P17", W, "/weeks/2/workouts/1/exercises/4/seconds")),
    ({}, runs(1_200, 1_260, 2_700), ("TP-P17", E, "/weeks/2/workouts/1/exercises/4/seconds")),
    ({"goal": "general_fitness"}, {}, ("TP-P18", INFO, "/weeks")),
])
def test_a_defect_of_the_document_is_found(brief, changes, found):
    assert_found(of_document(changes, **brief), *found)


@pytest.mark.parametrize(("changes", "rule"), [
    ({"/weeks/2/coaching/0": WEEKS[2]["coaching"][0]}, "TP-S08"),
    (kilos(80, 82.5, 85), "TP-P01"),
    (kilos(80, 82.5, 85) | {"/main_lifts/0/guidance": "80 kg in week 1, 85 kg in week 3."}, "TP-S11"),
    (kilos(10, 12.5, 15), "TP-P01"),      # the smallest plates
    (in_weeks({n: {"load_kind": "percent_1rm", "load": 75} for n in (5, 6)}), "TP-S13"),      # another phase
    (runs(1_200, 1_260, 1_320), "TP-P17"),
])
def test_a_near_miss_of_the_document_is_left_alone(changes, rule):
    assert rule not in rules(of_document(changes))


# --- odd values ----------------------------------------------------------------------------------

ODD = (
    "", " ", "x" * 400, "۱۲۳ kg", "ﬁ" * 60, "(((((", "1" * 390, "no " * 130, "\u0301" * 50, "🏋️" * 40,
    "RIR RIR RIR 9 9 9",
    "²³ sets of ½", "٣ x ٤", "week ² of ③",
)


@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_never_raise(odd):
    line = odd[:120]
    week = {
        "/summary": odd, "/coaching/0": odd, f"{AT}/0/note": odd, f"{AT}/0/name": line, "/workouts/0/label": line,
        "/workouts/0/warm_up/0": odd,
    }
    plan = {"/summary": odd, "/progression": odd, "/weeks/0/intensity": line, SQUAT: line}
    for finding in (*of_week(week), *of_plan(plan)):
        assert all(len(value) <= 500 for value in finding.as_json().values())


def test_every_rule_stands_in_one_table_once():
    functions = [*PLAN_RULES, *UNIT_RULES, *DOCUMENT_RULES]
    assert len(set(functions)) == len(functions)
