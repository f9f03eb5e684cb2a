"""Rehearsals: a plan and weeks as a careful coach would write them, without a model.

What the weeks share follows from the brief (`design.py`), what the plan says of a week is kept, and only wording
comes from the dice.  It shares nothing with the checks, so that neither can hide the other's mistake."""

import random
import re
from functools import lru_cache
from typing import Any

from generation.core.kind import JsonObject
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.design import (
    HOLD_S,
    Design,
    DesignedDay,
    Style,
    WeekTarget,
    design,
    is_cardio,
    percent_of,
    reps_of,
    rest_of,
    shares,
    warm_up_s,
    working_s,
)
from generation.kinds.training_program.movements import SimulatedMovement, Slot, movement
from generation.kinds.training_program.phrases import phrases_of
from generation.kinds.training_program.phrases.shape import ProgramPhrases
from generation.kinds.training_program.schema import Plan
from generation.kinds.training_program.vocabulary import Level, LoadKind

MAIN_LIFTS = 10                  # as many as the schema holds
EASY_RPE, EASY_RPE_IN_DELOADS = 4.0, 3.0
HARD_RPE, HARD_RPE_IN_DELOADS = 8.0, 7.0
SUPPORT_REPS, SUPPORT_HOLD_S, SUPPORT_REST_S = 8, 30, 15
STRIDES = (1, 7, 11, 13, 17)     # through the notes, another one each time; they have no divisor with any pool
GROWTH = 1.03                    # a week, of the longest bout: TP-P17 looks at 30 days
_REPS = re.compile(r"(\d{1,2})\s*(?:reps?\b|repet|Wiederhol|répét)", re.IGNORECASE)
_RIR = re.compile(r"RIR\s*(\d(?:[.,]5)?)")


# --- the plan ------------------------------------------------------------------------------------


def simulate_plan(brief: Brief, rng: random.Random) -> JsonObject:
    words, made = phrases_of(brief.language), design(brief)
    sessions = [
        {
            "label": words.day.format(number=place), "focus": words.focuses[day.template.name],
            "main_lifts": [one.name(words.language) for one in day.mains],
        }
        for place, day in enumerate(made.days, 1)
    ]
    mains = list(dict.fromkeys(one for day in made.days for one in day.mains))[:MAIN_LIFTS]
    names = rng.choice(words.phase_names["cardio" if is_cardio(brief) else "lifting"])
    slots = {
        "goal": words.goals[brief.goal], "level": words.levels[brief.level],
        "lifts": ", ".join(one.name(words.language) for one in mains[:3]),
    }
    title = rng.choice(words.titles).format(**slots)
    return {
        "title": title[:1].upper() + title[1:],
        "summary": words.summary.format(**slots),
        "safety": " ".join([words.safety.strip(), *([words.safety_limited.strip()] if brief.limitations else [])]),
        "progression": words.progression,
        "phases": [
            {
                "name": names[block.index], "focus": words.phase_focus[block.index],
                "first_week": block.first_week, "last_week": block.last_week,
            }
            for block in made.blocks
        ],
        "sessions": sessions,
        "main_lifts": [
            {"name": one.name(words.language), "guidance": _lift_guidance(words, made, one)} for one in mains
        ],
        "weeks": [_planned_week(brief, words, made, position, rng) for position in range(1, brief.weeks + 1)],
    }


def _lift_guidance(words: ProgramPhrases, made: Design, one: SimulatedMovement) -> str:
    """What the first week has it do, and the hardest: the weeks are computed by the same rules."""
    day = next(day for day in made.days if one in day.mains)
    if day.template.style is Style.GENTLE:
        return words.support_guidance
    if day.template.style is not Style.LIFT or one.is_timed:
        return words.bout_guidance if one.slot is Slot.CARDIO else words.support_guidance
    first, late = made.targets[0], made.targets[made.hardest - 1]
    place, count, favoured = day.chosen.index(one), len(day.chosen), day.template.mains
    return words.lift_guidance.format(
        sets=shares(first.sets, count, favoured)[place], reps=first.reps, rir=_number(words, first.rir),
        sets_late=shares(late.sets, count, favoured)[place], reps_late=late.reps, rir_late=_number(words, late.rir),
    )


def _planned_week(
    brief: Brief, words: ProgramPhrases, made: Design, position: int, rng: random.Random
) -> JsonObject:
    target = made.targets[position - 1]
    if target.is_deload:
        focus, guidance = rng.choice(words.deload_focus), rng.choice(words.deload_guidance)
    else:
        pool = words.week_focus if target.step else words.week_focus_start
        focus = pool[position % len(pool)]
        guidance = rng.choice(_changes(words, made, position))
    return {
        "number": position, "focus": focus, "is_deload": target.is_deload,
        "intensity": _intensity(brief, words, made, target), "sets_per_workout": target.sets, "guidance": guidance,
    }


def _changes(words: ProgramPhrases, made: Design, position: int) -> tuple[str, ...]:
    """What is true of the week against the one before."""
    target = made.targets[position - 1]
    if target.step == 0 or position == 1 or made.targets[position - 2].is_deload:
        return words.guidance_start
    before = made.targets[position - 2]
    if target.sets > before.sets:
        return words.guidance_sets
    return words.guidance_closer if target.rir < before.rir else words.guidance_same


def _intensity(brief: Brief, words: ProgramPhrases, made: Design, target: WeekTarget) -> str:
    parts = []
    if made.has_lifting:
        slots = {"reps": target.reps, "rir": _number(words, target.rir)}
        if _uses_percent(brief) and any(one.is_barbell for day in made.days for one in day.mains):
            percent = _number(words, percent_of(target.reps, target.rir))
            parts.append(words.effort_percent.format(**slots, percent=percent))
        else:
            parts.append(words.effort.format(**slots))
    if made.has_cardio:
        easy, hard = _rpe(target)
        parts.append(words.effort_conditioning.format(easy=_number(words, easy), hard=_number(words, hard)))
    return "; ".join(parts)


def _uses_percent(brief: Brief) -> bool:
    return brief.level is Level.ADVANCED


def _rpe(target: WeekTarget) -> tuple[float, float]:
    return (EASY_RPE_IN_DELOADS, HARD_RPE_IN_DELOADS) if target.is_deload else (EASY_RPE, HARD_RPE)


def _number(words: ProgramPhrases, value: float) -> str:
    return f"{value:g}".replace(".", words.decimal)


# --- a week --------------------------------------------------------------------------------------


def simulate_unit(brief: Brief, plan: Plan, position: int, rng: random.Random) -> JsonObject:
    phase, planned = plan.phase_of(position), plan.week(position)
    assert phase is not None, "a plan that passed its checks covers every week"
    assert planned is not None, "a plan that passed its checks has every week"
    words, made = phrases_of(brief.language), design(brief)
    target = _as_planned(made.targets[position - 1], planned)
    workouts = [
        _workout(brief, words, plan, day, place, position, target, rng) for place, day in enumerate(made.days)
    ]
    summaries = words.deload_summaries if target.is_deload else words.week_summaries
    return {
        "phase": phase.name,
        "is_deload": target.is_deload,
        "summary": summaries[rng.randrange(len(summaries))].format(
            focus=planned.focus.rstrip("."), intensity=planned.intensity)[:400],
        "workouts": workouts,
        "coaching": _coaching(words, plan, position, target),
    }


def _as_planned(own: WeekTarget, planned: Any) -> WeekTarget:     # Any: the plan's week
    """The plan decides: its sets, its flag, and its effort as far as it says it in numbers."""
    reps, rir = _REPS.search(planned.intensity), _RIR.search(planned.intensity)
    return WeekTarget(
        own.block, planned.is_deload, planned.sets_per_workout, int(reps[1]) if reps else own.reps,
        float(rir[1].replace(",", ".")) if rir else own.rir, own.step,
    )


def _coaching(words: ProgramPhrases, plan: Plan, position: int, target: WeekTarget) -> list[str]:
    """Three notes.  They are dealt in turn, so that a note comes back with another session and lift, if at all."""
    pool = words.deload_coaching if target.is_deload else words.coaching
    earlier = sum(week.is_deload is target.is_deload and week.number < position for week in plan.weeks)
    notes = []
    for dealt in range(3 * earlier, 3 * earlier + 3):
        turn, place = divmod(dealt, len(pool))
        place = place * STRIDES[turn % len(STRIDES)] % len(pool)
        session = plan.sessions[(place + turn) % len(plan.sessions)]
        lift = session.main_lifts[turn // len(plan.sessions) % len(session.main_lifts)]
        notes.append(pool[place].format(lift=lift, session=session.label))
    return notes


def _workout(
    brief: Brief, words: ProgramPhrases, plan: Plan, day: DesignedDay, place: int, position: int, target: WeekTarget,
    rng: random.Random,
) -> JsonObject:
    session = plan.sessions[place % len(plan.sessions)]
    chosen = _with_mains(day, session.main_lifts, words.language)
    if day.template.style is Style.LIFT:
        exercises = _lifting(brief, words, chosen, len(session.main_lifts), target, rng)
    else:
        exercises = _conditioning(brief, words, day, chosen, position, target, rng)
    specific = words.warm_up_lift if day.template.style is Style.LIFT else words.warm_up_bout
    minutes = max(2, warm_up_s(brief) // 120)
    return {
        "label": session.label,
        "focus": session.focus,
        "warm_up": [
            rng.choice(words.warm_up_general).format(minutes=minutes), rng.choice(words.warm_up_mobile),
            rng.choice(specific).format(lift=exercises[0]["name"]),
        ],
        "exercises": exercises,
        "cool_down": rng.choice(words.cool_down),
    }


@lru_cache(maxsize=2_048)
def _with_mains(day: DesignedDay, names: tuple[str, ...], language: str) -> tuple[tuple[SimulatedMovement, str], ...]:
    """The day's exercises under their names, its main lifts those of the plan."""
    mains = [(movement(name) or day.chosen[0], name) for name in names]
    taken = {one.key for one, _ in mains}
    others = [(one, one.name(language)) for one in day.chosen if one.key not in taken]
    room = max(len(day.chosen) - len(mains), 0)
    return (*mains, *(others[-room:] if room else ()))


def _lifting(
    brief: Brief, words: ProgramPhrases, chosen: tuple[tuple[SimulatedMovement, str], ...], mains: int,
    target: WeekTarget, rng: random.Random,
) -> list[JsonObject]:
    return [
        _lift(brief, words, one, name, sets, target, rng, is_main=place < mains)
        for place, ((one, name), sets) in enumerate(zip(chosen, shares(target.sets, len(chosen), mains), strict=True))
    ]


def _lift(
    brief: Brief, words: ProgramPhrases, one: SimulatedMovement, name: str, sets: int, target: WeekTarget,
    rng: random.Random, *, is_main: bool,
) -> JsonObject:
    reps = reps_of(target.reps, is_main=is_main)
    rest_s = rest_of(brief, one, target.reps, is_main=is_main)
    if one.is_timed:
        seconds = HOLD_S[0] if target.is_deload else HOLD_S[min(target.step, len(HOLD_S) - 1)]
        note = _note(words, one, words.notes_timed, rng)
        return _exercise(name, sets, None, seconds, LoadKind.BODYWEIGHT, None, rest_s, note)
    if is_main and one.is_barbell and _uses_percent(brief):
        percent, note = percent_of(reps, target.rir), _note(words, one, words.notes_loaded, rng)
        return _exercise(name, sets, reps, None, LoadKind.PERCENT_1RM, percent, rest_s, note)
    if one.is_unloaded and not is_main:
        note = _note(words, one, words.notes_unloaded, rng)
        return _exercise(name, sets, reps, None, LoadKind.BODYWEIGHT, None, rest_s, note)
    note = _note(words, one, words.notes_unloaded if one.is_unloaded else words.notes_loaded, rng)
    return _exercise(name, sets, reps, None, LoadKind.RIR, target.rir, rest_s, note)


def _note(words: ProgramPhrases, one: SimulatedMovement, pool: tuple[str, ...], rng: random.Random) -> str:
    """Its cue, and now and then what suits its kind of work."""
    cue = one.cue(words.language)
    return " ".join(filter(None, (cue, pool[int(rng.random() * len(pool))]))) if rng.random() < 0.7 or not cue else cue


def _conditioning(
    brief: Brief, words: ProgramPhrases, day: DesignedDay, chosen: tuple[tuple[SimulatedMovement, str], ...],
    position: int, target: WeekTarget, rng: random.Random,
) -> list[JsonObject]:
    """The main bout, and beside it short exercises: together as many sets as the plan wants."""
    (main, name), *others = chosen
    easy, hard = _rpe(target)
    bouts = 1
    if day.template.style is Style.INTERVALS:
        bouts = max(1 if target.is_deload else 2, target.sets - len(others) * (1 if target.is_deload else 2))
        bouts = min(bouts, 10, target.sets - len(others) if target.sets > len(others) else 1)
    elif day.template.style is Style.GENTLE:
        bouts = -(-target.sets // len(chosen))
    bouts = min(max(bouts, 1), 10)
    supports = [
        _support(words, one, own_name, sets, rng)
        for (one, own_name), sets in zip(others, shares(target.sets - bouts, len(others)), strict=True)
    ] if others else []
    note = _note(words, main, words.notes_bout if main.slot is Slot.CARDIO else words.notes_unloaded, rng)
    if main.slot is not Slot.CARDIO:
        return [_support(words, main, name, bouts, rng), *supports]
    left_s = working_s(brief) - sum(map(_seconds_of, supports))
    if day.template.style is Style.INTERVALS:
        seconds = min(max(left_s // (bouts * 2) - 20, 20), 240) // 10 * 10
        return [_exercise(name, bouts, None, seconds, LoadKind.RPE, hard, seconds, note), *supports]
    longest_s = _left_in_hardest_s(brief, day, words) * (19 if day.template.style is Style.LONG else 15) // 20
    seconds = min(max(_bout_s(brief, position, longest_s, target), 240), max(left_s - 20, 240))
    seconds = seconds // (30 if seconds >= 1_800 else 10) * 10 if seconds < 1_800 else seconds // 30 * 30
    return [_exercise(name, 1, None, seconds, LoadKind.RPE, easy, 0, note), *supports]


def _left_in_hardest_s(brief: Brief, day: DesignedDay, words: ProgramPhrases) -> int:
    """What the supports of the fullest week leave for the bout, so that it can grow evenly from the first one."""
    most = max(target.sets for target in design(brief).targets)
    each_s = 20 + SUPPORT_REPS * 7 + SUPPORT_REST_S
    return max(working_s(brief) - each_s * max(most - 1, len(day.chosen) - 1), 240)


def _bout_s(brief: Brief, position: int, longest_s: int, target: WeekTarget) -> int:
    """Grows evenly towards `longest_s`: jumps over 10 % raise the risk of injury (TP-P17)."""
    start_s = max(longest_s * 0.7, longest_s / GROWTH ** (brief.weeks - 1))
    grown_s = min(start_s * GROWTH ** (position - 1), longest_s)
    return int(grown_s * (0.7 if target.is_deload else 1))


def _support(
    words: ProgramPhrases, one: SimulatedMovement, name: str, sets: int, rng: random.Random
) -> JsonObject:
    is_held = one.is_timed or one.slot is Slot.MOBILITY
    reps, seconds = (None, SUPPORT_HOLD_S) if is_held else (SUPPORT_REPS, None)
    note = _note(words, one, words.notes_timed if is_held else words.notes_unloaded, rng)
    return _exercise(name, sets, reps, seconds, LoadKind.BODYWEIGHT, None, SUPPORT_REST_S, note)


def _exercise(
    name: str, sets: int, reps: int | None, seconds: int | None, kind: LoadKind, load: float | None,
    rest_s: int, note: str,
) -> JsonObject:
    return {
        "name": name, "sets": sets, "reps": reps, "seconds": seconds, "load_kind": kind.value, "load": load,
        "rest_s": rest_s, "note": note,
    }


def _seconds_of(exercise: JsonObject) -> int:
    work_s: int = exercise["seconds"] or 7 * exercise["reps"]
    sets: int = exercise["sets"]
    rest_s: int = exercise["rest_s"]
    return sets * (20 + work_s + rest_s)
