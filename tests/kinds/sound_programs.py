"""Short programs that a coach would write, in compact notation: what is right with them must not be called an error.

A row is `name | sets x repetitions (or seconds with s) | load | rest s | note`."""

import re
from typing import Any

SAFETY = (
    "Stop a set for sharp or growing pain, and the session for chest pain, dizziness or unusual shortness of breath. "
    "Ask a doctor or a physiotherapist before you begin if you are in doubt. This is no medical advice."
)
WARM_UP = ("Five minutes of easy movement until you feel warm.", "Two lighter rounds of the first exercise.")

Json = dict[str, Any]      # Any: a plan or a week as JSON
_LOAD = re.compile(r"(kg|lb|%|rir|rpe) ([\d.]+)")
_KINDS = {"%": "percent_1rm"}


def _row(line: str) -> Json:
    name, amount, load, rest, note = (part.strip() for part in f"{line} | ".split("|", 5)[:5])
    sets, _, work = amount.partition("x")
    found = _LOAD.fullmatch(load)
    return {
        "name": name, "sets": int(sets), "reps": None if work.endswith("s") else int(work),
        "seconds": int(work[:-1]) if work.endswith("s") else None,
        "load_kind": _KINDS.get(found.group(1), found.group(1)) if found else "bodyweight",
        "load": float(found.group(2)) if found else None, "rest_s": int(rest), "note": note,
    }


def _program(
    brief: Json, *, title: str, summary: str, progression: str, phases: list[tuple[str, str, int, int]],
    sessions: list[tuple[str, str, list[str]]], lifts: dict[str, str],
    weeks: list[tuple[str, str, int, str, str, list[str], list[list[str]]]], deloads: tuple[int, ...] = (),
    safety: str = SAFETY, warm_up: tuple[str, ...] = WARM_UP,
) -> tuple[Json, Json, dict[int, Json]]:
    """A brief, a plan and its weeks; of each week: focus, intensity, sets, guidance, summary, coaching, rows by "
    "day."""
    plan = {
        "title": title, "summary": summary, "safety": safety, "progression": progression,
        "phases": [{"name": n, "focus": f, "first_week": a, "last_week": b} for n, f, a, b in phases],
        "sessions": [{"label": label, "focus": focus, "main_lifts": mains} for label, focus, mains in sessions],
        "main_lifts": [{"name": name, "guidance": guidance} for name, guidance in lifts.items()],
        "weeks": [
            {"number": n, "focus": week[0], "is_deload": n in deloads, "intensity": week[1],
            "sets_per_workout": week[2],
             "guidance": week[3]} for n, week in enumerate(weeks, 1)
        ],
    }
    units = {
        n: {
            "phase": next(name for name, _, a, b in phases if a <= n <= b), "is_deload": n in deloads,
            "summary": week[4], "coaching": week[5],
            "workouts": [
                {"label": label, "focus": focus, "warm_up": list(warm_up), "exercises": [_row(line) for line in day],
                 "cool_down": ""}
                for (label, focus, _), day in zip(sessions, week[6], strict=True)
            ],
        }
        for n, week in enumerate(weeks, 1)
    }
    return brief, plan, units


KETTLEBELLS = _program(
    {"goal": "general_fitness", "goal_note": "Swing the 24 kg bell for sets of ten.", "weeks": 3, "days_per_week": 3,
     "minutes_per_session": 30, "equipment": ["kettlebells"], "level": "intermediate"},
    title="Three weeks with one kettlebell",
    summary="Swings, goblet squats and presses with one or two bells, three times a week. If you own a 16 and a 24 "
            "kg "
            "bell, start with the lighter one and move to the heavier one when every repetition is crisp.",
    progression="Stay with a bell until all sets feel the same, then take the next one for the first two sets only. "
                "After a missed set go back to the lighter bell; after a missed week repeat the last week.",
    phases=[("Groove", "Learn the hinge, then make it dense.", 1, 3)],
    sessions=[("Day 1", "swings and squats", ["Kettlebell swing", "Goblet squat"]),
              ("Day 2", "presses and rows", ["Kettlebell press", "Kettlebell row"]),
              ("Day 3", "everything, lightly", ["Kettlebell swing", "Turkish get-up"])],
    lifts={"Kettlebell swing": "6 x 10 in week 1, 8 x 10 in week 3.", "Goblet squat": "4 x 6, later 5 x 6.",
           "Kettlebell press": "4 x 5 on each side, later 5 x 5.", "Kettlebell row": "4 x 6, later 5 x 6.",
           "Turkish get-up": "3 x 1 on each side, slowly."},
    weeks=[
        ("find the hinge", "swings crisp, presses at RIR 3", 13, "The first week is for the eyes and the hips.",
         "Every repetition looks like the first; nobody needs to be tired after this week.",
         ["Let the bell float; if it pulls you forward, it swings too low.",
          "With the 24 kg bell two swings of a set may get heavy: then put it down and rest."],
         [["Kettlebell swing | 6x10 | kg 16 | 60", "Goblet squat | 4x6 | kg 16 | 90",
           "Suitcase carry | 2x40s | kg 16 | 60"],
          ["Kettlebell press | 4x5 | kg 12 | 90", "Kettlebell row | 4x6 | kg 16 | 60", "Dead bug | 3x8 | | 45"],
          ["Kettlebell swing | 6x10 | kg 16 | 60", "Turkish get-up | 3x1 | kg 12 | 60",
           "Side plank | 2x30s | | 30"]]),
        ("a little denser", "swings crisp, presses at RIR 2", 14, "One set more of each ballistic exercise.",
         "The same weights with a little less air between the sets.",
         ["Shorten a rest only if the breath allows it.", "Pack the shoulder before the bell leaves the rack."],
         [["Kettlebell swing | 7x10 | kg 16 | 60", "Goblet squat | 4x6 | kg 16 | 90",
           "Suitcase carry | 3x40s | kg 16 | 60"],
          ["Kettlebell press | 5x5 | kg 12 | 90", "Kettlebell row | 5x6 | kg 16 | 60", "Dead bug | 3x8 | | 45"],
          ["Kettlebell swing | 7x10 | kg 16 | 60", "Turkish get-up | 3x1 | kg 12 | 60",
           "Side plank | 3x30s | | 30"]]),
        ("first sets heavier", "swings crisp, presses at RIR 2", 15, "One more set; nothing else changes.",
         "The week in which the numbers of the first one feel small.",
         ["Chalk helps more than a tighter grip.", "Eight sets of swings are many: count them with coins."],
         [["Kettlebell swing | 8x10 | kg 16 | 60", "Goblet squat | 5x6 | kg 16 | 90",
           "Suitcase carry | 3x40s | kg 16 | 60"],
          ["Kettlebell press | 5x5 | kg 12 | 90", "Kettlebell row | 5x6 | kg 16 | 60", "Dead bug | 3x10 | | 45"],
          ["Kettlebell swing | 8x10 | kg 16 | 60", "Turkish get-up | 3x1 | kg 12 | 60",
           "Side plank | 3x30s | | 30"]]),
    ],
)

SWIMMING = _program(
    {"goal": "endurance", "goal_note": "Swim 1,500 m without a pause in a lake in July.",
    "weeks": 3, "days_per_week": 2,
     "minutes_per_session": 45, "equipment": ["pool"], "preferences": "No swimming on Mondays, the pool is closed."},
    title="Towards 1,500 metres of crawl",
    summary="Two swims a week: one of short repeats with easy breathing, one long and slow. On other days a walk "
            "does no "
            "harm. The long swim grows by a lap or two every week.",
    progression="Lengthen the long swim by two laps when the stroke stays long. After a swim that you could not "
                "finish, "
                "do it again; after a missed week go back by one.",
    phases=[("Water feeling", "Long strokes, calm breathing.", 1, 3)],
    sessions=[("Tuesday", "short repeats", ["Front crawl intervals"]), ("Friday", "long and slow", ["Easy swim"])],
    lifts={"Front crawl intervals": "8 x 60 s at RPE 6, later 10.",
    "Easy swim": "20 min in week 1, 24 min in week 3."},
    weeks=[
        ("long strokes", "RPE 4 on Friday, 6 on Tuesday", 6, "Find a pace that you could keep.",
         "Count the strokes of a lap and try to take one less.",
         ["Breathe out under water; 25 m with eyes on the bottom teach more than ten fast ones."],
         [["Easy swim | 1x300s | rpe 3 | 30", "Front crawl intervals | 8x60s | rpe 6 | 30",
           "Kicking with a board | 4x30s | rpe 5 | 30"],
          ["Easy swim | 1x1200s | rpe 4 | 0"]]),
        ("one breath more", "RPE 4 on Friday, 6 on Tuesday", 6, "A minute or two more on Friday.",
         "The middle of the long swim is where the stroke gets short.",
         ["If the arms go numb, float on your back for a while and go on."],
         [["Easy swim | 1x300s | rpe 3 | 30", "Front crawl intervals | 9x60s | rpe 6 | 30",
           "Kicking with a board | 4x30s | rpe 5 | 30"],
          ["Easy swim | 1x1320s | rpe 4 | 0"]]),
        ("calm and longer", "RPE 4 on Friday, 6 on Tuesday", 7, "Again a little longer, at the same calm.",
         "The longest swim so far; the pace is the one of the first week.",
         ["In July you will do this without walls: push off softly."],
         [["Easy swim | 1x300s | rpe 3 | 30", "Front crawl intervals | 10x60s | rpe 6 | 30",
           "Kicking with a board | 4x30s | rpe 5 | 30"],
          ["Easy swim | 1x1440s | rpe 4 | 0"]]),
    ],
)

FIVE_THREE_ONE = _program(
    {"goal": "strength", "level": "intermediate", "weeks": 4, "days_per_week": 4, "minutes_per_session": 60,
     "units": "imperial"},
    title="5/3/1 with a training maximum",
    summary="Four days, one big lift a day, in waves of three weeks: week 1 of 3 has fives, week 2 threes, week 3 a "
            "single. A fourth week gives the joints a rest. Percentages are of 90% of your best lift.",
    progression="After each wave add 5 lb to the training maximum of presses and 10 lb to that of squat and "
                "deadlift. If "
                "you fail the last set, deload that lift by 10 percent and build up again. A missed week is "
                "repeated.",
    phases=[("Wave", "Fives, threes, a single.", 1, 3), ("Rest", "Light work.", 4, 4)],
    sessions=[("Press day", "press and pulls", ["Overhead press"]), ("Deadlift day", "deadlift and legs",
    ["Deadlift"]),
              ("Bench day", "bench and rows", ["Bench press"]), ("Squat day", "squat and hinges", ["Back squat"])],
    lifts={"Overhead press": "Three rising sets; the last as many as are clean.", "Deadlift": "Three rising sets.",
           "Bench press": "Three rising sets.", "Back squat": "Three rising sets."},
    weeks=[
        ("fives", "65, 75, 85% of the training max for 5, 5, 5+",
         13, "Leave a repetition in the tank on the last set.",
         "Week 1 of 3 in this wave: sets of five, the last one open.",
         ["Write down the repetitions of the last set."],
         [["Overhead press | 1x5 | % 58 | 120", "Overhead press | 1x5 | % 67 | 150",
           "Overhead press | 1x5 | % 76 | 180",
           "Pull-up | 5x5 | | 90", "Dumbbell press | 5x10 | rir 3 | 60"],
          ["Deadlift | 1x5 | % 58 | 150", "Deadlift | 1x5 | % 67 | 180", "Deadlift | 1x5 | % 76 | 180",
           "Leg press | 5x10 | rir 3 | 90", "Hanging knee raise | 4x10 | | 60"],
          ["Bench press | 1x5 | % 58 | 150", "Bench press | 1x5 | % 67 | 150", "Bench press | 1x5 | % 76 | 180",
           "Barbell row | 5x10 | rir 3 | 90", "Dumbbell bench press | 5x10 | rir 3 | 60"],
          ["Back squat | 1x5 | % 58 | 150", "Back squat | 1x5 | % 67 | 180", "Back squat | 1x5 | % 76 | 180",
           "Romanian deadlift | 5x8 | rir 3 | 90", "Cable crunch | 4x12 | rir 2 | 60"]]),
        ("threes", "70, 80, 90% of the training max for 3, 3, 3+", 13, "Five points more, two repetitions less.",
         "Week 2 of 3: threes. Assistance stays where it was.",
         ["If a warm-up set is slow, do not count on a record."],
         [["Overhead press | 1x3 | % 63 | 120", "Overhead press | 1x3 | % 72 | 150",
           "Overhead press | 1x3 | % 81 | 180",
           "Pull-up | 5x5 | | 90", "Dumbbell press | 5x10 | rir 3 | 60"],
          ["Deadlift | 1x3 | % 63 | 150", "Deadlift | 1x3 | % 72 | 180", "Deadlift | 1x3 | % 81 | 180",
           "Leg press | 5x10 | rir 3 | 90", "Hanging knee raise | 4x10 | | 60"],
          ["Bench press | 1x3 | % 63 | 150", "Bench press | 1x3 | % 72 | 150", "Bench press | 1x3 | % 81 | 180",
           "Barbell row | 5x10 | rir 3 | 90", "Dumbbell bench press | 5x10 | rir 3 | 60"],
          ["Back squat | 1x3 | % 63 | 150", "Back squat | 1x3 | % 72 | 180", "Back squat | 1x3 | % 81 | 180",
           "Romanian deadlift | 5x8 | rir 3 | 90", "Cable crunch | 4x12 | rir 2 | 60"]]),
        ("a single", "75, 85, 95% of the training max for 5, 3, 1+",
         13, "The heaviest of the wave; stop before form goes.",
         "Week 3 of 3: one heavy set, then the usual assistance.",
         ["If fatigue piles up, take the deload week a week early."],
         [["Overhead press | 1x5 | % 67 | 120", "Overhead press | 1x3 | % 76 | 150",
           "Overhead press | 1x1 | % 85 | 180",
           "Pull-up | 5x5 | | 90", "Dumbbell press | 5x10 | rir 3 | 60"],
          ["Deadlift | 1x5 | % 67 | 150", "Deadlift | 1x3 | % 76 | 180", "Deadlift | 1x1 | % 85 | 180",
           "Leg press | 5x10 | rir 3 | 90", "Hanging knee raise | 4x10 | | 60"],
          ["Bench press | 1x5 | % 67 | 150", "Bench press | 1x3 | % 76 | 150", "Bench press | 1x1 | % 85 | 180",
           "Barbell row | 5x10 | rir 3 | 90", "Dumbbell bench press | 5x10 | rir 3 | 60"],
          ["Back squat | 1x5 | % 67 | 150", "Back squat | 1x3 | % 76 | 180", "Back squat | 1x1 | % 85 | 180",
           "Romanian deadlift | 5x8 | rir 3 | 90", "Cable crunch | 4x12 | rir 2 | 60"]]),
        ("deload", "40, 50, 60% of the training max, nothing hard", 7, "Three light sets and half the assistance.",
         "Deload: the next wave starts heavier, and this week makes it possible.",
         ["Leave the gym earlier than you want."],
         [["Overhead press | 1x5 | % 40 | 90", "Overhead press | 1x5 | % 45 | 90", "Overhead press | 1x5 | % 54 | 90",
           "Pull-up | 2x5 | | 90", "Dumbbell press | 2x10 | rir 4 | 60"],
          ["Deadlift | 1x5 | % 40 | 90", "Deadlift | 1x5 | % 45 | 90", "Deadlift | 1x5 | % 54 | 90",
           "Leg press | 2x10 | rir 4 | 90", "Hanging knee raise | 2x10 | | 60"],
          ["Bench press | 1x5 | % 40 | 90", "Bench press | 1x5 | % 45 | 90", "Bench press | 1x5 | % 54 | 90",
           "Barbell row | 2x10 | rir 4 | 90", "Dumbbell bench press | 2x10 | rir 4 | 60"],
          ["Back squat | 1x5 | % 40 | 90", "Back squat | 1x5 | % 45 | 90", "Back squat | 1x5 | % 54 | 90",
           "Romanian deadlift | 2x8 | rir 4 | 90", "Cable crunch | 2x12 | rir 4 | 60"]]),
    ],
    deloads=(4,),
)

GZCLP = _program(
    {"goal": "strength", "level": "novice", "weeks": 2, "days_per_week": 3, "minutes_per_session": 60},
    title="Three tiers, three days",
    summary="Each day has one heavy lift for 5 sets of 3, one lighter lift for 3 sets of 10 and a third for 3 sets "
            "of 15. "
            "Weights rise every session as long as all sets are done.",
    progression="Add 2.5 kg to the first two tiers after each session in which all repetitions were made. If you "
                "fail 5 "
                "x 3, go on with 6 x 2, then 10 x 1. After a missed week repeat the last.",
    phases=[("Base", "Learn four lifts.", 1, 2)],
    sessions=[("Day A", "squat and bench", ["Back squat", "Bench press"]),
              ("Day B", "press and deadlift", ["Overhead press", "Deadlift"]),
              ("Day C", "bench and squat", ["Bench press", "Back squat"])],
    lifts={"Back squat": "T1 5 x 3 on day A, T2 3 x 10 on day C.", "Bench press": "T1 on day C, T2 on day A.",
           "Overhead press": "T1 5 x 3.", "Deadlift": "T2 3 x 10, lightly."},
    weeks=[
        ("first numbers", "T1 5 x 3 at RIR 3, T2 3 x 10 at RIR 3", 11, "Begin with weights that move fast.",
         "All weights are a guess this week: too light is right.",
         ["Three sets of ten feel long: breathe between them."],
         [["Back squat | 5x3 | kg 60 | 180", "Bench press | 3x10 | kg 35 | 120", "Lat pulldown | 3x15 | rir 2 | 60"],
          ["Overhead press | 5x3 | kg 30 | 180", "Deadlift | 3x10 | kg 60 | 120", "Dumbbell row | 3x15 | rir 2 | 60"],
          ["Bench press | 5x3 | kg 45 | 180", "Back squat | 3x10 | kg 45 | 120",
           "Lat pulldown | 3x15 | rir 2 | 60"]]),
        ("one step up", "T1 5 x 3 at RIR 2, T2 3 x 10 at RIR 3", 11, "2.5 kg more on the barbell lifts.",
         "One small step on each bar, nothing else.",
         ["When 62.5 kg flies up, do not jump to 70 kg: 65 comes next time."],
         [["Back squat | 5x3 | kg 62.5 | 180", "Bench press | 3x10 | kg 37.5 | 120",
           "Lat pulldown | 3x15 | rir 2 | 60"],
          ["Overhead press | 5x3 | kg 32.5 | 180", "Deadlift | 3x10 | kg 65 | 120",
           "Dumbbell row | 3x15 | rir 2 | 60"],
          ["Bench press | 5x3 | kg 47.5 | 180", "Back squat | 3x10 | kg 47.5 | 120",
           "Lat pulldown | 3x15 | rir 2 | 60"]]),
    ],
)

OVER_SEVENTY = _program(
    {"goal": "general_fitness", "goal_note": "For a group of women over 70 who want to climb stairs with ease.",
     "level": "novice", "weeks": 2, "days_per_week": 2, "minutes_per_session": 40, "equipment": ["dumbbells"],
     "preferences": "A chair is there. Nothing on the floor, please."},
    title="Stairs with ease, two weeks",
    summary="Two sessions a week for legs, back and balance, with a chair beside you. You may do the balance "
            "exercises 7 "
            "days a week while the kettle boils, and walk on 3 other days.",
    progression="Add a repetition when all sets feel easy; at twelve take the next dumbbell. If you miss a week or "
                "cannot "
                "finish a set, go back to the week before and do not make up for it.",
    phases=[("Sure feet", "Rise, step, carry.", 1, 2)],
    sessions=[("Day 1", "rise and balance", ["Sit-to-stand"]), ("Day 2", "steps and carries", ["Step-up"])],
    lifts={"Sit-to-stand": "3 x 6 in week 1, 3 x 8 in week 2.", "Step-up": "3 x 6 on each side, then 3 x 7."},
    weeks=[
        ("know the chair", "RIR 4", 11, "All sets feel easy.", "Two calm sessions; the chair stays within reach.",
         ["Hold on to something for the first days, then with one finger only.",
          "On the days between, one leg stands for 20 s are enough."],
         [["Sit-to-stand | 3x6 | | 60", "Dumbbell row | 3x8 | rir 4 | 60", "Single-leg stand | 3x20s | | 30",
           "Calf raise | 2x10 | | 45"],
          ["Step-up | 3x6 | | 60", "Wall push-up | 3x8 | | 60", "Farmer's carry | 3x30s | rir 4 | 60",
           "Heel-to-toe walk | 2x30s | | 30"]]),
        ("a little more", "RIR 3", 11, "One or two repetitions more.", "The same chair, a little more of everything.",
         ["If Tuesday is too hot, train on Wednesday.", "Use the 3 kg dumbbells if the 2 kg ones feel like nothing."],
         [["Sit-to-stand | 3x8 | | 60", "Dumbbell row | 3x9 | rir 3 | 60", "Single-leg stand | 3x25s | | 30",
           "Calf raise | 2x12 | | 45"],
          ["Step-up | 3x7 | | 60", "Wall push-up | 3x9 | | 60", "Farmer's carry | 3x35s | rir 3 | 60",
           "Heel-to-toe walk | 2x40s | | 30"]]),
    ],
)

FOOTBALL = _program(
    {"goal": "strength", "goal_note": "Keep strong in season; matches on Saturday.", "level": "intermediate",
    "weeks": 2,
     "days_per_week": 2, "minutes_per_session": 40, "preferences": "No training on Fridays. Team training 3 times a "
     "week."},
    title="Two short sessions in season",
    summary="Beside three team sessions a week and a match there is room for two short strength sessions, early in "
            "the "
            "week. Loads stay heavy, sets stay few, so that legs are fresh on match day.",
    progression="Add 2.5 kg when the bar moves fast for all sets. In a week with two matches leave Tuesday out. "
                "After a "
                "failed set take 5 percent off; after a missed week go on where you were.",
    phases=[("In season", "Heavy and short.", 1, 2)],
    sessions=[("Sunday", "legs, two days after no training", ["Front squat"]), ("Tuesday", "hinge and pull",
    ["Trap bar deadlift"])],
    lifts={"Front squat": "3 x 4 at RIR 3, never slower.", "Trap bar deadlift": "3 x 3 at RIR 3."},
    weeks=[
        ("fresh legs", "RIR 3, fast", 10, "Stop a set when the bar slows down.",
         "Two sessions, and not one set too many.",
         ["Day 6 is match day: nothing heavy on the two days before.",
          "If you played 90 minutes, drop the last set."],
         [["Front squat | 3x4 | rir 3 | 150", "Dumbbell bench press | 3x6 | rir 3 | 90", "Nordic curl | 2x4 | | 90",
           "Side plank | 2x30s | | 30"],
          ["Trap bar deadlift | 3x3 | rir 3 | 150", "Pull-up | 3x5 | | 90", "Copenhagen plank | 2x20s | | 45",
           "Calf raise | 2x10 | | 45"]]),
        ("fresh legs again", "RIR 2.5, fast", 10, "The same sets, a touch heavier.",
         "The derby is on Saturday: the sets stay few.",
         ["Eat and sleep more in this week, and do less if in doubt.",
          "Nordic curls may be felt for a day; that passes."],
         [["Front squat | 3x4 | rir 2.5 | 150", "Dumbbell bench press | 3x6 | rir 2.5 | 90",
           "Nordic curl | 2x5 | | 90", "Side plank | 2x30s | | 30"],
          ["Trap bar deadlift | 3x3 | rir 2.5 | 150", "Pull-up | 3x6 | | 90", "Copenhagen plank | 2x25s | | 45",
           "Calf raise | 2x12 | | 45"]]),
    ],
)

MARATHON = _program(
    {"goal": "event", "goal_note": "Marathon on 18 October, under four hours.", "level": "intermediate", "weeks": 4,
     "days_per_week": 4, "minutes_per_session": 120, "equipment": []},
    title="The last four weeks before the marathon",
    summary="The marathon is in 4 weeks. Two weeks keep the distance, two take it away: the long run falls from 2 "
            "hours "
            "to 40 minutes, the pace of the race stays. After 16 weeks of base there is nothing more to gain.",
    progression="Keep the paces of the last block. If you miss a run, leave it out; if a pace fails twice, run by "
                "feel. "
                "Nothing is made up for.",
    phases=[("Sharpen", "Race pace.", 1, 2), ("Taper", "Less, not slower.", 3, 4)],
    sessions=[("Tuesday", "race pace", ["Marathon pace run"]), ("Wednesday", "recovery", ["Easy run"]),
              ("Friday", "easy", ["Easy run"]), ("Sunday", "long", ["Long run"])],
    lifts={"Marathon pace run": "3 x 10 min at RPE 7.", "Easy run": "40 min at RPE 3.", "Long run": "2 h at RPE 4."},
    weeks=[
        ("longest run", "RPE 4 on long and easy runs, 7 at race pace", 6, "The longest run of the program.",
         "The hardest week: from here on it gets easier.", ["Try the breakfast of race day before the long run."],
         [["Easy run | 1x900s | rpe 3 | 0", "Marathon pace run | 3x600s | rpe 7 | 120"],
           ["Easy run | 1x2400s | rpe 3 | 0"],
          ["Easy run | 1x2400s | rpe 3 | 0"], ["Long run | 1x6900s | rpe 4 | 0"]]),
        ("still long", "RPE 4 on long and easy runs, 7 at race pace", 6, "A little less on Sunday.",
         "Three weeks to go, with the same paces.", ["10 km of the long run may be at race pace if the legs agree."],
         [["Easy run | 1x900s | rpe 3 | 0", "Marathon pace run | 3x600s | rpe 7 | 120"],
           ["Easy run | 1x2400s | rpe 3 | 0"],
          ["Easy run | 1x2400s | rpe 3 | 0"], ["Long run | 1x5700s | rpe 4 | 0"]]),
        ("less", "RPE 4, 7 at race pace", 5, "A third less of everything.",
         "First taper week: restless legs are a good sign.", ["Sleep is worth more than the last 5 km."],
         [["Easy run | 1x900s | rpe 3 | 0", "Marathon pace run | 2x600s | rpe 7 | 120"],
           ["Easy run | 1x1800s | rpe 3 | 0"],
          ["Easy run | 1x1800s | rpe 3 | 0"], ["Long run | 1x3600s | rpe 4 | 0"]]),
        ("race", "RPE 3, a few minutes at race pace", 4, "Half of last week, then the race.",
         "The week of the race: 18 October is what counts.",
         ["Start slower than you feel, for the first 10 km at least."],
         [["Easy run | 1x600s | rpe 3 | 0", "Marathon pace run | 1x600s | rpe 6 | 0"],
           ["Easy run | 1x1500s | rpe 3 | 0"],
          ["Easy run | 1x1200s | rpe 3 | 0"],
           ["Long run | 1x1200s | rpe 3 | 0 | A jog on Saturday; the race replaces the rest."]]),
    ],
)

PEAKING = _program(
    {"goal": "event", "goal_note": "Powerlifting meet on 12 June. Squat 180 kg, bench 120 kg, deadlift 210 kg.",
     "level": "advanced", "weeks": 4, "days_per_week": 3, "minutes_per_session": 90},
    title="Peaking for the meet",
    summary="Three weeks up to heavy singles, then a light week to the meet on 12 June. Volume falls while loads "
            "rise. "
            "Openers are chosen in week 3.",
    progression="If a single is slower than planned, repeat it next week and do not add. After a failed attempt "
                "take 5 "
                "percent off for the back-off sets. After a missed week skip it.",
    phases=[("Realise", "Singles and back-off sets.", 1, 3), ("Meet", "Openers and rest.", 4, 4)],
    sessions=[("Monday", "squat and bench", ["Back squat", "Bench press"]), ("Wednesday", "heavy pull", ["Deadlift"]),
              ("Friday", "light squat, heavy bench", ["Bench press", "Back squat"])],
    lifts={"Back squat": "A single at 85% in week 1, 93% in week 3, with back-off sets at 75%.",
           "Bench press": "A single at 85%, later 94%; back-off sets of 3.",
           "Deadlift": "A single at 85%, later 92%."},
    weeks=[
        ("first singles", "single at 85% 1RM, then 3s at 75%", 12, "One single, then back-off sets.",
         "The first heavy singles: fast, with the commands of the meet.", ["Let a friend call the commands."],
         [["Back squat | 1x1 | % 85 | 240", "Back squat back-off | 3x3 | % 75 | 180",
           "Bench press | 1x1 | % 85 | 180", "Bench press back-off | 4x3 | % 75 | 150",
           "Barbell row | 3x8 | rir 2 | 90"],
          ["Deadlift | 1x1 | % 85 | 240", "Deadlift back-off | 4x3 | % 75 | 180", "Lat pulldown | 4x8 | rir 2 | 90",
           "Back extension | 3x10 | | 60"],
          ["Bench press | 4x3 | % 78 | 180", "Back squat | 3x3 | % 65 | 150", "Seated row | 4x8 | rir 2 | 90"]]),
        ("heavier singles", "single at 90% 1RM, then 3s at 77%", 11, "Five points more on the single.",
         "The singles get heavy enough to be felt.", ["Rest as long as at a meet: five minutes are fine."],
         [["Back squat | 1x1 | % 90 | 240", "Back squat back-off | 3x3 | % 77 | 180",
           "Bench press | 1x1 | % 90 | 180", "Bench press back-off | 3x3 | % 77 | 150",
           "Barbell row | 3x8 | rir 2 | 90"],
          ["Deadlift | 1x1 | % 90 | 240", "Deadlift back-off | 3x3 | % 77 | 180", "Lat pulldown | 4x8 | rir 2 | 90",
           "Back extension | 2x10 | | 60"],
          ["Bench press | 4x2 | % 82 | 180", "Back squat | 3x3 | % 65 | 150", "Seated row | 4x8 | rir 2 | 90"]]),
        ("openers", "single at 93% 1RM, then doubles at 80%", 9, "The last heavy week.",
         "Here the openers are chosen: what you could triple.", ["What moves slowly today is no second attempt."],
         [["Back squat | 1x1 | % 93 | 300", "Back squat back-off | 2x2 | % 80 | 180",
           "Bench press | 1x1 | % 94 | 240", "Bench press back-off | 2x2 | % 80 | 150",
           "Barbell row | 3x8 | rir 2 | 90"],
          ["Deadlift | 1x1 | % 92 | 300", "Deadlift back-off | 2x2 | % 80 | 180", "Lat pulldown | 3x8 | rir 2 | 90",
           "Back extension | 2x10 | | 60"],
          ["Bench press | 3x2 | % 82 | 180", "Back squat | 2x2 | % 65 | 150", "Seated row | 3x8 | rir 2 | 90"]]),
        ("the meet", "openers on Monday, then nothing above 60% 1RM", 5, "Half the sets; rest from Thursday on.",
         "The meet is on 12 June; everything before it is there to feel light.",
         ["Pack the belt, the singlet and food."],
         [["Back squat | 1x1 | % 85 | 240", "Bench press | 1x1 | % 85 | 180", "Barbell row | 3x8 | rir 4 | 90"],
          ["Deadlift | 2x2 | % 60 | 180", "Lat pulldown | 2x8 | rir 4 | 90", "Back extension | 1x10 | | 60"],
          ["Bench press | 2x3 | % 60 | 120", "Back squat | 2x3 | % 50 | 120", "Seated row | 1x8 | rir 4 | 60"]]),
    ],
    deloads=(4,),
)

CALISTHENICS = _program(
    {"goal": "strength", "goal_note": "Handstand and muscle-up.", "level": "intermediate",
    "weeks": 3, "days_per_week": 3,
     "minutes_per_session": 50, "equipment": ["pull_up_bar"]},
    title="Skills on the bar and on the hands",
    summary="Skill work comes first, while you are fresh: handstands against the wall, then strength for the "
            "muscle-up. "
            "Ten good minutes are worth more than an hour of falling over.",
    progression="When you hold a position twice as long as is written, take the next variation. If you fail an "
                "attempt "
                "twice, end the skill work for the day. After a missed week do the last one again.",
    phases=[("Skills", "Positions, then pulls.", 1, 3)],
    sessions=[("Day 1", "handstand and dips", ["Wall handstand hold"]), ("Day 2", "high pulls",
    ["Explosive pull-up"]),
              ("Day 3", "handstand and legs", ["Wall handstand hold", "Pistol squat"])],
    lifts={"Wall handstand hold": "5 x 20 s, later 5 x 30 s.", "Explosive pull-up": "5 x 3, later 6 x 3.",
           "Pistol squat": "4 x 3 on each side, later 4 x 4."},
    weeks=[
        ("clean lines", "RIR 3, no attempt that fails", 13, "Film one set of each skill.",
         "A week of straight lines: wrists first, then hands.",
         ["Push the floor away; 2 x 20 s with a friend's eye help."],
         [["Wall handstand hold | 5x20s | | 60", "Pike push-up | 4x6 | | 90", "Hollow hold | 3x20s | | 45"],
          ["Explosive pull-up | 5x3 | | 120", "Inverted row | 4x8 | | 60", "Hanging leg raise | 4x6 | | 60"],
          ["Wall handstand hold | 5x20s | | 60", "Pistol squat | 4x3 | | 90", "Glute bridge | 4x12 | | 45"]]),
        ("a little longer", "RIR 3, no attempt that fails", 13, "Five seconds more on the wall.",
         "The same skills, held a little longer.", ["Fingertips steer, shoulders hold."],
         [["Wall handstand hold | 5x25s | | 60", "Pike push-up | 4x7 | | 90", "Hollow hold | 3x25s | | 45"],
          ["Explosive pull-up | 5x3 | | 120", "Inverted row | 4x9 | | 60", "Hanging leg raise | 4x7 | | 60"],
          ["Wall handstand hold | 5x25s | | 60", "Pistol squat | 4x4 | | 90", "Glute bridge | 4x14 | | 45"]]),
        ("off the wall", "RIR 2, one attempt at the end", 14, "One foot leaves the wall.",
         "Kick off the wall once a set, and count what you hold.",
         ["A muscle-up is no pull-up with luck: pull to the hips."],
         [["Wall handstand hold | 5x30s | | 60", "Pike push-up | 4x8 | | 90", "Hollow hold | 4x25s | | 45"],
          ["Explosive pull-up | 6x3 | | 120", "Inverted row | 4x10 | | 60", "Hanging leg raise | 4x8 | | 60"],
          ["Wall handstand hold | 5x30s | | 60", "Pistol squat | 4x4 | | 90", "Glute bridge | 5x14 | | 45"]]),
    ],
)

RETURN = _program(
    {"goal": "general_fitness", "goal_note": "Back to strength after my second child, now eight months old.",
     "level": "novice", "weeks": 2, "days_per_week": 2, "minutes_per_session": 30, "equipment": ["bands",
     "dumbbells"],
     "preferences": "My physio has cleared me for everything. No burpees."},
    title="Back to strength, two weeks of a long way",
    summary="Two half hours a week: breathing, legs, back. Eight months after the birth there is time; 4 weeks of "
            "walking "
            "were the start, and this goes on from there. A pram walk on the other days counts.",
    progression="Add repetitions before weight. If a set brings pressure or leaking, take a step back and tell your "
                "physio. "
                "After a missed session or a failed set simply repeat it.",
    phases=[("Rebuild", "Breath, legs, back.", 1, 2)],
    sessions=[("Session A", "legs and breath", ["Goblet squat"]), ("Session B", "hinge and row",
    ["Dumbbell Romanian deadlift"])],
    lifts={"Goblet squat": "3 x 8 in week 1, 3 x 9 in week 2.", "Dumbbell Romanian deadlift": "3 x 8, then 3 x 9."},
    weeks=[
        ("breathe first", "RIR 4", 11, "Breathe out on the way up.",
         "Short sessions that leave energy for the nights.",
         ["Stop before the belly domes.", "Do not train through pain; a bad night is a reason to do half."],
         [["Goblet squat | 3x8 | rir 4 | 60", "Band row | 3x10 | rir 4 | 45", "Glute bridge | 3x10 | | 45",
           "Heel slide | 2x8 | | 30"],
          ["Dumbbell Romanian deadlift | 3x8 | rir 4 | 60", "Incline push-up | 3x6 | | 60",
           "Band pull-apart | 3x12 | rir 4 | 30", "Bird dog | 2x6 | | 30"]]),
        ("one more", "RIR 3", 11, "One repetition more, if week 1 was easy.",
         "The same two sessions, one repetition richer.",
         ["If the first week felt hard, do it again instead.", "The pram is a fine step for calf stretches."],
         [["Goblet squat | 3x9 | rir 3 | 60", "Band row | 3x11 | rir 3 | 45", "Glute bridge | 3x12 | | 45",
           "Heel slide | 2x10 | | 30"],
          ["Dumbbell Romanian deadlift | 3x9 | rir 3 | 60", "Incline push-up | 3x7 | | 60",
           "Band pull-apart | 3x14 | rir 3 | 30", "Bird dog | 2x8 | | 30"]]),
    ],
)

ONE_DAY = _program(
    {"goal": "strength", "level": "novice", "weeks": 4, "days_per_week": 1, "minutes_per_session": 60},
    title="One good hour a week",
    summary="One session a week with the four movements that matter. Whoever wants more may walk on the other six "
            "days. "
            "A week without the session is no drama.",
    progression="Effort stays the same every week; the weight follows: add the smallest plate when three sets of "
                "six felt "
                "like two in reserve. After a failed set keep it; after a missed week take the same weight again.",
    phases=[("Base", "Four movements.", 1, 4)],
    sessions=[("The session", "whole body", ["Back squat", "Bench press", "Barbell row"])],
    lifts={"Back squat": "3 x 6 at RIR 2.", "Bench press": "3 x 6 at RIR 2.", "Barbell row": "3 x 8 at RIR 2."},
    weeks=[
        (focus, "6 reps at RIR 2", 12, guidance, summary, [coaching],
         [["Back squat | 3x6 | rir 2 | 180", "Bench press | 3x6 | rir 2 | 150", "Barbell row | 3x8 | rir 2 | 120",
           "Romanian deadlift | 3x8 | rir 3 | 120"]])
        for focus, guidance, summary, coaching in (
            ("first weights", "Find weights for six.", "An hour to find four weights.",
             "Note every weight for next time."),
            ("second plates", "The smallest plate more.", "The same hour, one small plate richer.",
             "Warm up longer on cold days."),
            ("third time", "Again the smallest plate, if it was easy.", "Third time: the path of the bar is known.",
             "A deep breath before each squat."),
            ("fourth time", "Once more.", "Compare today's weights with those of the first hour.",
             "If the row gets loose, stay where you are."),
        )
    ],
)

TWO_MACHINES_DE = _program(
    {"goal": "hypertrophy", "level": "intermediate",
    "weeks": 2, "days_per_week": 2, "minutes_per_session": 60, "language": "de",
     "preferences": "Ich mag Maschinen; kein Kreuzheben."},
    title="Zwei Tage an Maschinen",
    summary="Zwei Einheiten pro Woche trainieren den ganzen Körper an Maschinen. Eine leichte und eine schwere "
            "Einheit "
            "wechseln sich ab, damit die Gelenke nach der Arbeit auf dem Bau nicht überlastet werden.",
    progression="Wenn alle Sätze die obere Wiederholungszahl erreichen, kommt die nächste Platte dazu. Nach einem "
                "verfehlten Satz bleibt das Gewicht; nach einer verpassten Woche wird die letzte wiederholt.",
    phases=[("Aufbau", "Saubere Sätze.", 1, 2)],
    sessions=[("Tag 1", "schwer: Beine und Brust", ["Beinpresse", "Brustpresse"]), ("Tag 2",
    "leicht: Rücken und Beine", ["Latzug", "Beinpresse"])],
    lifts={"Beinpresse": "4 x 8 am ersten, 3 x 15 am zweiten Tag.", "Brustpresse": "4 x 8.", "Latzug": "4 x 12."},
    weeks=[
        ("ruhig beginnen", "8 Wdh. bei RIR 2, am leichten Tag 12 bis 15", 13, "Gewichte notieren.",
         "Alle Sätze enden, bevor sie langsam werden.",
         ["Am zweiten Tag darf es sich leicht anfühlen, das ist so gewollt."],
         [["Beinpresse | 4x8 | rir 2 | 120", "Brustpresse | 4x8 | rir 2 | 120",
           "Rudern am Gerät | 4x10 | rir 2 | 90"],
          ["Latzug | 4x12 | rir 3 | 90", "Beinpresse | 3x15 | rir 3 | 90", "Beinbeuger | 4x12 | rir 2 | 60",
           "Seitheben | 3x15 | rir 2 | 60"]]),
        ("eine Platte mehr", "8 Wdh. bei RIR 1,5, am leichten Tag 12 bis 15",
         13, "Wo alle Sätze gelangen, eine Platte mehr.",
         "Dieselben Übungen, an drei Stationen eine Platte mehr.",
         ["Fehlt am Ende die Kraft, endet der Satz früher."],
         [["Beinpresse | 4x8 | rir 1.5 | 120", "Brustpresse | 4x8 | rir 1.5 | 120",
           "Rudern am Gerät | 4x10 | rir 2 | 90"],
          ["Latzug | 4x12 | rir 2.5 | 90", "Beinpresse | 3x15 | rir 2.5 | 90", "Beinbeuger | 4x12 | rir 2 | 60",
           "Seitheben | 3x15 | rir 2 | 60"]]),
    ],
    safety="Brechen Sie einen Satz bei stechendem Schmerz ab und die Einheit bei Schwindel oder Druck in der Brust. "
           "Fragen Sie "
           "im Zweifel vorher einen Arzt. Das ist keine ärztliche Beratung.",
    warm_up=("Fünf Minuten locker auf dem Rad fahren.", "Zwei leichtere Sätze der ersten Übung."),
)

PROGRAMS = {
    "kettlebells": KETTLEBELLS, "swimming": SWIMMING, "five_three_one": FIVE_THREE_ONE, "tiers": GZCLP,
    "women_over_seventy": OVER_SEVENTY, "football_in_season": FOOTBALL, "marathon": MARATHON, "peaking": PEAKING,
    "calisthenics": CALISTHENICS, "return_after_birth": RETURN, "one_day": ONE_DAY,
    "machines_in_german": TWO_MACHINES_DE,
}
