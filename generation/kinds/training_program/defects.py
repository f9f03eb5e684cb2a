"""Faults that a model might make, planted on purpose: each changes one node of a finished plan or week.

Named after the rule that should find it and what was done; where there is nothing to spoil, a defect gives None.
The schema stays kept, so that only a check of content can tell.  Exercises and words are literals: a defect must not
depend on what a check knows."""

import copy
import random
from collections.abc import Callable
from typing import Any

from generation.core.kind import JsonObject
from generation.kinds.training_program.brief import Brief

Change = Callable[[Brief, JsonObject, random.Random], bool]
WRONG_LANGUAGE = {
    "en": "Diese Woche bleibt die Last gleich, und jede Wiederholung soll so sauber sein wie die erste von allen.",
    "de": "Keep the load as it was this week, and let every repetition be as clean as the very first one of all.",
}
BANNED = {"deadlift": "Deadlift", "squat": "Back squat", "plank": "Plank", "run": "Run", "pull": "Pull-up"}


def _exercises(week: JsonObject) -> list[JsonObject]:
    return [exercise for workout in week["workouts"] for exercise in workout["exercises"]]


def _loaded(week: JsonObject) -> list[JsonObject]:
    return [one for one in _exercises(week) if one["load"] is not None and one["reps"] is not None]


def _set(name: str, value: Any) -> Change:     # Any: of JSON
    def change(brief: Brief, unit: JsonObject, rng: random.Random) -> bool:
        if unit.get(name) == value:
            return False
        unit[name] = value
        return True
    return change


def _append(name: str, text: str) -> Change:
    """`text` behind one of the texts of a unit or plan."""
    def change(brief: Brief, unit: JsonObject, rng: random.Random) -> bool:
        found = unit.get(name)
        if isinstance(found, list) and found:
            place = rng.randrange(len(found))
            found[place] = f"{text}"
        elif isinstance(found, str):
            unit[name] = f"{found[:250]} {text}"
        else:
            return False
        return True
    return change


def _exercise(**values: Any) -> Change:     # Any: of JSON
    """One exercise at random gets these values."""
    def change(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
        rng.choice(_exercises(week)).update(values)
        return True
    return change


def _main(**values: Any) -> Change:     # Any: of JSON
    """The first exercise of the first workout gets these values."""
    def change(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
        week["workouts"][0]["exercises"][0].update(values)
        return True
    return change


def _first_load(kind: str, load: float | None, **values: Any) -> Change:     # Any: of JSON
    def change(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
        loaded = _loaded(week)
        if not loaded:
            return False
        loaded[0].update({"load_kind": kind, "load": load} | values)
        return True
    return change


def _banned(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    said = f"{brief.preferences} {' '.join(brief.limitations)}".casefold()
    found = next((name for word, name in BANNED.items() if word in said), "Burpee" if "burpee" in said else None)
    if found is None:
        return False
    week["workouts"][-1]["exercises"][-1]["name"] = found
    return True


def _missing_equipment(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    names = {
        "machines": "Leg press", "cables": "Lat pulldown", "barbell": "Barbell row", "kettlebells": "Kettlebell swing",
    }
    there = {str(one) for one in brief.equipment}
    lacking = [name for one, name in names.items() if one not in there and "full_gym" not in there]
    if not lacking:
        return False
    week["workouts"][0]["exercises"][-1]["name"] = rng.choice(lacking)
    return True


def _strain(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    if not brief.limitations:
        return False
    is_shoulder = "ulder" in brief.limitations[0] or "ulter" in brief.limitations[0]
    week["workouts"][0]["exercises"][-1]["name"] = "Overhead press" if is_shoulder else "Good morning"
    return True


def _sets_times(factor: float) -> Change:
    def change(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
        for one in _exercises(week):
            one["sets"] = min(max(round(one["sets"] * factor), 1), 10)
        return True
    return change


def _swap_days(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    if len(week["workouts"]) < 2:
        return False
    week["workouts"][:2] = week["workouts"][1::-1]
    return True


def _drop_main(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    exercises = week["workouts"][0]["exercises"]
    if len(exercises) < 3:
        return False
    exercises.pop(0)
    return True


def _twice(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    exercises = week["workouts"][0]["exercises"]
    if len(exercises) < 2:
        return False
    exercises[-1]["name"] = exercises[0]["name"]
    return True


def _heavy_pair(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    exercises = week["workouts"][0]["exercises"]
    if len(exercises) < 2:
        return False
    exercises[0]["name"], exercises[1]["name"] = "Back squat", "Deadlift"
    return True


def _heavy_deload(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    if not week["is_deload"]:
        return False
    for one in _loaded(week):
        one["load"] = 1 if one["load_kind"] == "rir" else one["load"]
    return True


def _full_deload(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    return bool(week["is_deload"]) and _sets_times(2)(brief, week, rng)


def _other_units(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    week["coaching"][0] = "Add 5 lb to the bar." if brief.units.value == "metric" else "Add 2.5 kg to the bar."
    return True


def _other_language(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    week["coaching"][0] = WRONG_LANGUAGE["de" if brief.language.startswith("de") else "en"]
    return True


def _same_notes(brief: Brief, week: JsonObject, rng: random.Random) -> bool:
    week["coaching"] = [week["coaching"][0]] * len(week["coaching"])
    return len(week["coaching"]) > 1


def _phase_gap(brief: Brief, plan: JsonObject, rng: random.Random) -> bool:
    plan["phases"][-1]["first_week"] += 1
    return True


def _planned(change: Callable[[list[JsonObject]], bool]) -> Change:
    return lambda brief, plan, rng: change(plan["weeks"])


def _no_deload(weeks: list[JsonObject]) -> bool:
    """One flag is taken away, the words stay."""
    found = next((week for week in weeks if week["is_deload"]), None)
    if found is not None:
        found["is_deload"] = False
    return found is not None


def _hard_deload(weeks: list[JsonObject]) -> bool:
    found = next((week for week in weeks if week["is_deload"]), None)
    if found is not None:
        found["sets_per_workout"] = min(found["sets_per_workout"] * 2 + 1, 40)
    return found is not None


def _other_measure(weeks: list[JsonObject]) -> bool:
    weeks[-1]["intensity"] = "100% 1RM, 12 reps"
    return True


def _numbers_of_nothing(brief: Brief, plan: JsonObject, rng: random.Random) -> bool:
    plan["main_lifts"][0]["guidance"] = "Week 1: 9 x 17 at RIR 3. Hardest week: 9 x 19 at RIR 0."
    return True


OF_UNITS: dict[str, Change] = {
    "TP-S02:workout_dropped": lambda brief, week, rng: len(week["workouts"]) > 1 and bool(week["workouts"].pop()),
    "TP-S03:foreign_phase": _set("phase", "Somewhere else"),
    "TP-S04:unknown_exercise": _main(name="Quantum flux raise"),
    "TP-S05:both_amounts": _exercise(reps=10, seconds=30),
    "TP-S05:body_weight_with_load": _exercise(load_kind="bodyweight", load=20),
    "TP-S06:no_warm_up": lambda brief, week, rng: week["workouts"][0].update(warm_up=[]) is None,
    "TP-S07:exercise_twice": _twice,
    "TP-S09:days_swapped": _swap_days,
    "TP-S09:main_lift_dropped": _drop_main,
    "TP-S09:foreign_label": lambda brief, week, rng: week["workouts"][0].update(label="Bonus workout") is None,
    "TP-S10:too_many_sets": _sets_times(2.5),
    "TP-S10:too_few_sets": _sets_times(0.2),
    "TP-S10:other_effort": _first_load("rir", 0, reps=20),
    "TP-S11:numbers_of_nothing": _append("summary", "The main lift is done for 9 x 17 at 93% 1RM."),
    "TP-S12:other_language": _other_language,
    "TP-C01:missing_equipment": _missing_equipment,
    "TP-C02:strained_injury": _strain,
    "TP-C03:excluded_exercise": _banned,
    "TP-C04:too_long": _exercise(sets=10, reps=50, seconds=None, rest_s=600),
    "TP-P07:heavy_deload": _heavy_deload,
    "TP-P07:full_deload": _full_deload,
    "TP-P12:squat_before_deadlift": _heavy_pair,
    "TP-P15:impossible_effort": _first_load("percent_1rm", 100, reps=12),
    "TP-P16:rest_too_short": _main(rest_s=15),
    "TP-P17:bout_doubled": lambda brief, week, rng: any(
        one.update(seconds=min(one["seconds"] * 3, 10_800)) is None
        for one in _exercises(week) if (one["seconds"] or 0) >= 240 and one["sets"] == 1),
    "TP-P22:absurd_load": _first_load("kg", 480),
    "TP-T01:other_units": _other_units,
    "TP-T02:diagnosis": _append(
        "coaching", "The pain is a torn ligament; take 400 mg of ibuprofen, no need for a doctor."),
    "TP-T03:scratch_text": _append("summary", "As an AI, let me draft the rest of this week first."),
    "TP-T04:foreign_lift": _append("coaching", "Begin the hack squat one step lighter than the week before."),
    "TP-T06:promise": _append("coaching", "Guaranteed: you will lose 10 kilos by the end of this week."),
    "TP-T06:punishment": _append("coaching", "Missed a set? Do 100 push-ups as punishment, you lazy slob."),
    "TP-T06:link": _append("coaching", "Watch the video at https://example.com/lift before you begin."),
    "TP-S08:notes_repeated": _same_notes,
}
OF_PLANS: dict[str, Change] = {
    "TP-S01:week_dropped": lambda brief, plan, rng: len(plan["weeks"]) > 1 and bool(plan["weeks"].pop()),
    "TP-S02:session_dropped": lambda brief, plan, rng: len(plan["sessions"]) > 1 and bool(plan["sessions"].pop()),
    "TP-S03:phase_gap": _phase_gap,
    "TP-S11:flag_against_words": _planned(_no_deload),
    "TP-S11:guidance_of_nothing": _numbers_of_nothing,
    "TP-S13:other_measure": _planned(_other_measure),
    "TP-P07:full_deload_planned": _planned(_hard_deload),
    "TP-P19:no_way_back": _set("progression", "Add weight whenever it feels right, and keep going until the end."),
    "TP-T02:cure_promised": _append("summary", "It heals back pain and cures arthritis without any doctor."),
    "TP-T05:no_stop_rules": _set("safety", "Have fun, push through everything, and never skip a day of it."),
    "TP-T06:result_promised": _append("summary", "You will gain 10 kg of muscle by the last week, guaranteed."),
}


def planted(name: str, brief: Brief, content: JsonObject, rng: random.Random) -> JsonObject | None:
    """A copy of a plan or week with the defect; None if it has no place there."""
    table = OF_PLANS if "weeks" in content else OF_UNITS
    if name not in table:
        return None
    changed = copy.deepcopy(content)
    return changed if table[name](brief, changed, rng) and changed != content else None
