"""Rehearsals: a plan and weeks that pass every check, without a model.

Weeks are written apart, as in production: what they must share (exercises of a day, effort of a week)
is computed from the brief and the plan, and only wording and small choices come from the dice."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from generation.core.kind import JsonObject
from generation.kinds.training_program import phrases
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.catalogue import Movement, choices, movement
from generation.kinds.training_program.catalogue import Pattern as P
from generation.kinds.training_program.schema import Plan
from generation.kinds.training_program.vocabulary import (
    SETS,
    SETS_PER_WORKOUT,
    Goal,
    Level,
    LoadKind,
    available,
)

MAIN_LIFTS = 10                  # as many as the schema holds
BLOCK_WEEKS = 4                  # a deload ends each: Rogerson et al. 2024 found every 5.6 +/- 2.3 weeks
DELOAD_SHARE = 0.55              # TP-P07 wants 40 to 70 % of the sets
AVERAGE_SET_S = 185              # 20 s + 7 s a repetition + rest, see TP-C04
DELOAD_RIR = 4.0

# Repetitions of the main work, one number for each phase.
REPS = {
    Goal.STRENGTH: (8, 6, 5, 4), Goal.HYPERTROPHY: (12, 10, 8, 10), Goal.FAT_LOSS: (12, 12, 10, 10),
    Goal.ENDURANCE: (12, 12, 10, 8), Goal.GENERAL_FITNESS: (10, 10, 8, 8), Goal.EVENT: (10, 8, 6, 6),
}
# Percent of 1RM at which so many repetitions are the most: the usual RPE table.
PERCENT = (100, 95.5, 92, 89, 86, 83.5, 81, 78.5, 76, 74, 72, 70, 68, 66.5, 65, 63.5)


class Style(Enum):
    LIFT = auto()
    EASY = auto()
    INTERVALS = auto()
    LONG = auto()
    RECOVERY = auto()


@dataclass(frozen=True)
class Template:
    """A training day: its patterns in order, main work first."""

    focus: str
    style: Style
    patterns: tuple[P, ...]


_FILLERS = (P.CORE, P.CALVES, P.ARMS, P.CARRY, P.MOBILITY)
FULL_A = Template("Full body, squat first", Style.LIFT, (P.SQUAT, P.PUSH, P.ROW, P.HINGE, P.CORE, P.ARMS))
FULL_B = Template("Full body, hinge first", Style.LIFT, (P.HINGE, P.PRESS, P.PULL, P.LUNGE, P.CORE, P.CALVES))
FULL_C = Template("Full body, push and row", Style.LIFT, (P.PUSH, P.ROW, P.LUNGE, P.HINGE, P.CARRY, P.CORE))
UPPER_A = Template("Upper body, horizontal", Style.LIFT, (P.PUSH, P.ROW, P.PRESS, P.PULL, P.ARMS, P.CORE))
UPPER_B = Template("Upper body, vertical", Style.LIFT, (P.PRESS, P.PULL, P.PUSH, P.ROW, P.ARMS, P.CORE))
LOWER_A = Template("Legs, squat first", Style.LIFT, (P.SQUAT, P.HINGE, P.LUNGE, P.CALVES, P.CORE, P.CARRY))
LOWER_B = Template("Legs, hinge first", Style.LIFT, (P.HINGE, P.SQUAT, P.LUNGE, P.CALVES, P.CORE, P.CARRY))
EASY = Template("Easy aerobic work", Style.EASY, (P.CARDIO, P.CORE, P.MOBILITY))
INTERVALS = Template("Intervals", Style.INTERVALS, (P.CARDIO, P.CALVES, P.CORE))
LONG = Template("Long and easy", Style.LONG, (P.CARDIO, P.CORE, P.MOBILITY))
RECOVERY = Template("Recovery and mobility", Style.RECOVERY, (P.MOBILITY, P.CORE, P.MOBILITY, P.MOBILITY))

_LIFTING = {
    1: (FULL_A,), 2: (FULL_A, FULL_B), 3: (FULL_A, FULL_B, FULL_C), 4: (UPPER_A, LOWER_A, UPPER_B, LOWER_B),
    5: (UPPER_A, LOWER_A, FULL_B, UPPER_B, LOWER_B),
    6: (UPPER_A, LOWER_A, EASY, UPPER_B, LOWER_B, FULL_C),
    7: (UPPER_A, LOWER_A, EASY, UPPER_B, LOWER_B, FULL_C, RECOVERY),
}
_MIXED = {
    **_LIFTING, 4: (FULL_A, EASY, FULL_B, INTERVALS), 5: (FULL_A, EASY, FULL_B, INTERVALS, FULL_C),
    6: (FULL_A, EASY, FULL_B, INTERVALS, FULL_C, LONG),
    7: (FULL_A, EASY, FULL_B, INTERVALS, FULL_C, LONG, RECOVERY),
}
_CARDIO = {
    1: (LONG,), 2: (INTERVALS, LONG), 3: (INTERVALS, FULL_A, LONG), 4: (EASY, FULL_A, INTERVALS, LONG),
    5: (EASY, FULL_A, INTERVALS, FULL_B, LONG), 6: (EASY, FULL_A, INTERVALS, EASY, FULL_B, LONG),
    7: (EASY, FULL_A, INTERVALS, EASY, FULL_B, LONG, RECOVERY),
}
SPLITS = {
    Goal.STRENGTH: _LIFTING, Goal.HYPERTROPHY: _LIFTING, Goal.FAT_LOSS: _MIXED, Goal.GENERAL_FITNESS: _MIXED,
    Goal.ENDURANCE: _CARDIO, Goal.EVENT: _CARDIO,
}


# --- the plan ------------------------------------------------------------------------------------


def simulate_plan(brief: Brief, rng: random.Random) -> JsonObject:
    days = SPLITS[brief.goal][brief.days_per_week]
    words = {
        "weeks": brief.weeks, "goal": brief.goal.replace("_", " "), "level": brief.level,
        "days": brief.days_per_week, "minutes": brief.minutes_per_session,
    }
    sessions = [
        {
            "label": f"Day {day + 1}", "focus": template.focus,
            "main_lifts": [lift.name for lift in _main_lifts(brief, template, day)],
        }
        for day, template in enumerate(days)
    ]
    names = list(dict.fromkeys(name for session in sessions for name in session["main_lifts"]))
    return {
        "title": rng.choice(phrases.TITLES).format(**words),
        "summary": phrases.SUMMARY.format(**words),
        "safety": phrases.SAFETY,
        "progression": phrases.PROGRESSION,
        "phases": _phases(brief, rng),
        "sessions": sessions,
        "main_lifts": [_main_lift(name, brief, rng) for name in names[:MAIN_LIFTS]],
        "weeks": [_planned_week(brief, position, rng) for position in range(1, brief.weeks + 1)],
    }


def _main_lifts(brief: Brief, template: Template, day: int) -> list[Movement]:
    """One or two movements; later days of the same pattern get other ones."""
    equipment = available(brief.equipment)
    leading = template.patterns[:1] if template.style is not Style.LIFT else template.patterns[:2]
    lifts = []
    for pattern in leading:
        fitting = choices(pattern, equipment)
        lifts.append(fitting[day // 2 % min(3, len(fitting))])
    return lifts


def _main_lift(name: str, brief: Brief, rng: random.Random) -> JsonObject:
    known = movement(name)
    if known is not None and known.is_timed:
        return {"name": name, "guidance": phrases.BOUT_GUIDANCE}
    reps = REPS[brief.goal]
    words = {"sets": 3, "reps": reps[0], "sets_late": 4, "reps_late": min(reps)}
    return {"name": name, "guidance": rng.choice(phrases.LIFT_GUIDANCE).format(**words)}


def _phases(brief: Brief, rng: random.Random) -> list[JsonObject]:
    """At most four phases of whole blocks; the last one ends with the program."""
    blocks = -(-brief.weeks // BLOCK_WEEKS)
    count = min(blocks, 4)
    is_cardio = SPLITS[brief.goal] is _CARDIO
    names = rng.choice(phrases.PHASE_NAMES["cardio" if is_cardio else "lifting"])
    result: list[JsonObject] = []
    first = 1
    for index in range(count):
        blocks_here = blocks // count + (index < blocks % count)
        last = min(first + blocks_here * BLOCK_WEEKS - 1, brief.weeks)
        result.append({
            "name": names[index], "focus": phrases.PHASE_FOCUS[index], "first_week": first, "last_week": last,
        })
        first = last + 1
    return result


def _is_deload(brief: Brief, position: int) -> bool:
    return position % BLOCK_WEEKS == 0


def _planned_week(brief: Brief, position: int, rng: random.Random) -> JsonObject:
    is_deload = _is_deload(brief, position)
    step = (position - 1) % BLOCK_WEEKS
    most = _sets_that_fit(brief)
    share = DELOAD_SHARE if is_deload else 0.85 + 0.075 * step
    effort = _rir(step, is_deload=is_deload)
    if SPLITS[brief.goal] is _CARDIO:
        intensity = f"RPE {3 if is_deload else 4} on easy days, {6 if is_deload else 7} to 8 in intervals"
    else:
        intensity = f"RIR {effort:g} on the main lifts"
    if is_deload:
        focus, guidance = rng.choice(phrases.DELOAD_FOCUS), phrases.DELOAD_GUIDANCE
    else:
        focus, guidance = rng.choice(phrases.WEEK_FOCUS[step]), rng.choice(phrases.GUIDANCE[step])
    return {
        "number": position, "focus": focus, "is_deload": is_deload, "intensity": intensity,
        "sets_per_workout": max(int(SETS_PER_WORKOUT.low), round(most * share)), "guidance": guidance,
    }


# --- a week --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SimulatedWeek:
    """What the workouts of one week share."""

    position: int
    step: int                # weeks since its phase began, counted within a block
    phase_index: int
    is_deload: bool
    sets_per_workout: int


def simulate_unit(brief: Brief, plan: Plan, position: int, rng: random.Random) -> JsonObject:
    phase, planned = plan.phase_of(position), plan.week(position)
    assert phase is not None, "a plan that passed its checks covers every week"
    assert planned is not None, "a plan that passed its checks has every week"
    week = SimulatedWeek(
        position=position, step=(position - phase.first_week) % BLOCK_WEEKS,
        phase_index=min(plan.phases.index(phase), 3), is_deload=planned.is_deload,
        sets_per_workout=planned.sets_per_workout,
    )
    workouts = [
        _workout(brief, plan, week, day, template, rng)
        for day, template in enumerate(SPLITS[brief.goal][brief.days_per_week])
    ]
    first = workouts[0]["exercises"][0]["name"]
    pool = phrases.DELOAD_COACHING if week.is_deload else phrases.COACHING
    return {
        "phase": phase.name,
        "is_deload": week.is_deload,
        "summary": rng.choice(phrases.SUMMARIES).format(
            position=position, weeks=brief.weeks, focus=planned.focus, intensity=planned.intensity,
        )[:400],
        "workouts": workouts,
        "coaching": [text.format(first=first) for text in rng.sample(pool, 3)],
    }


def _workout(
    brief: Brief, typed_plan: Plan, week: SimulatedWeek, day: int, template: Template, rng: random.Random,
) -> JsonObject:
    session = typed_plan.sessions[day % len(typed_plan.sessions)]
    mains = [movement(name) or Movement(name, template.patterns[0], frozenset(), "Smooth and controlled.")
             for name in session.main_lifts]
    if template.style is Style.LIFT:
        exercises = _lifting(brief, week, day, template, mains, rng)
    else:
        exercises = _conditioning(brief, week, template, mains[0], rng)
    specific = phrases.WARM_UP_LIFT if template.style is Style.LIFT else phrases.WARM_UP_BOUT
    return {
        "label": session.label,
        "focus": session.focus,
        "warm_up": [
            rng.choice(phrases.WARM_UP_GENERAL), rng.choice(phrases.WARM_UP_MOBILE),
            rng.choice(specific).format(first=exercises[0]["name"]),
        ],
        "exercises": exercises,
        "cool_down": rng.choice(phrases.COOL_DOWN),
    }


def _lifting(
    brief: Brief, week: SimulatedWeek, day: int, template: Template, mains: list[Movement], rng: random.Random,
) -> list[JsonObject]:
    # Counted from the full volume, so that a deload keeps the exercises and drops sets.
    fewest = 2 if brief.minutes_per_session <= 20 else 3
    count = min(max(round(_sets_that_fit(brief) / 2.8), fewest), 8)
    chosen = _movements(brief, day, template, mains, count)
    each, extra = divmod(max(week.sets_per_workout, len(chosen)), len(chosen))
    exercises = [
        _lift(brief, week, one, min(each + (index < extra), int(SETS.high)), index < len(mains), rng)
        for index, one in enumerate(chosen)
    ]
    _shorten_rests(exercises, _working_s(brief))
    return exercises


def _movements(
    brief: Brief, day: int, template: Template, mains: list[Movement], count: int,
) -> list[Movement]:
    """`count` different movements: the main ones, then what the day's patterns still lack."""
    equipment = available(brief.equipment)
    chosen, names = mains[:count], {one.name for one in mains}
    for turn in range(4):
        for pattern in (*template.patterns[len(mains):], *_FILLERS):
            if len(chosen) == count:
                return chosen
            fitting = choices(pattern, equipment)
            one = fitting[(day + 1 + turn) % len(fitting)]     # other ones than the main lifts
            if one.name not in names:
                chosen.append(one)
                names.add(one.name)
    return chosen


def _lift(
    brief: Brief, week: SimulatedWeek, one: Movement, sets: int, is_main: bool, rng: random.Random,
) -> JsonObject:
    rir = _rir(week.step, is_deload=week.is_deload)
    reps = REPS[brief.goal][week.phase_index]
    if not is_main:
        reps = min(reps + 4, 15)
    rest_s = (180 if reps <= 6 else 150) if is_main else 75
    note = " ".join(filter(None, (one.cue, rng.choice(phrases.NOTES))))
    if one.is_timed:
        seconds = 25 if week.is_deload else 25 + 5 * week.step
        return _exercise(one.name, sets, None, seconds, LoadKind.BODYWEIGHT, None, 45, note)
    if is_main and one.is_barbell and brief.level is Level.ADVANCED:
        percent = PERCENT[min(reps + int(rir), len(PERCENT)) - 1]
        return _exercise(one.name, sets, reps, None, LoadKind.PERCENT_1RM, percent, rest_s, note)
    if one.is_unloaded and not is_main:
        return _exercise(one.name, sets, reps, None, LoadKind.BODYWEIGHT, None, 60, note)
    return _exercise(one.name, sets, reps, None, LoadKind.RIR, rir, rest_s, note)


def _conditioning(
    brief: Brief, week: SimulatedWeek, template: Template, main: Movement, rng: random.Random,
) -> list[JsonObject]:
    """The main bout, and beside it a few short exercises without equipment."""
    supports = list(_supports(brief, week, template, main, rng))
    left_s = _working_s(brief) - sum(map(_seconds_of, supports))
    cue = " ".join(filter(None, (main.cue, rng.choice(phrases.NOTES))))
    match template.style:
        case Style.INTERVALS:
            full = min(max(left_s // 280 + week.step // 2, 2), int(SETS.high))
            sets = round(full * DELOAD_SHARE) if week.is_deload else full
            bout = _exercise(main.name, sets, None, 60, LoadKind.RPE, 7.5 if week.is_deload else 8, 60, cue)
        case Style.RECOVERY:
            bout = _exercise(main.name, 2, None, 45, LoadKind.BODYWEIGHT, None, 15, cue)
        case style:
            longest_s = left_s - 20 if style is Style.LONG else left_s * 4 // 5
            seconds = max(_bout_s(brief, week, longest_s) // 30 * 30, 240)
            bout = _exercise(main.name, 1, None, seconds, LoadKind.RPE, 3 if week.is_deload else 4, 0, cue)
    return [bout, *supports]


def _bout_s(brief: Brief, week: SimulatedWeek, longest_s: int) -> int:
    """Grows by 5 % a week towards `longest_s`: jumps over 10 % raise the risk of injury (TP-P17)."""
    start_s = max(longest_s * 0.6, longest_s / 1.05 ** (brief.weeks - 1))
    grown_s = min(start_s * 1.05 ** (week.position - 1), longest_s)
    return int(grown_s * (0.7 if week.is_deload else 1))


def _supports(
    brief: Brief, week: SimulatedWeek, template: Template, main: Movement, rng: random.Random,
) -> Iterator[JsonObject]:
    is_short = brief.minutes_per_session <= 20
    patterns = template.patterns[1:2] if is_short else template.patterns[1:]
    names = {main.name}
    for index, pattern in enumerate(patterns):
        one = next(m for m in choices(pattern, frozenset()) if m.name not in names)
        names.add(one.name)
        sets = 1 if is_short or week.is_deload else 2
        reps, seconds = (None, 30) if one.is_timed else (10 + 2 * (week.step // 2), None)
        note = one.cue if index else " ".join(filter(None, (one.cue, rng.choice(phrases.NOTES))))
        yield _exercise(one.name, sets, reps, seconds, LoadKind.BODYWEIGHT, None, 30, note)


# --- arithmetic ----------------------------------------------------------------------------------


def _exercise(
    name: str, sets: int, reps: int | None, seconds: int | None, kind: LoadKind, load: float | None,
    rest_s: int, note: str,
) -> JsonObject:
    return {
        "name": name, "sets": sets, "reps": reps, "seconds": seconds, "load_kind": kind.value, "load": load,
        "rest_s": rest_s, "note": note,
    }


def _rir(step: int, *, is_deload: bool) -> float:
    return DELOAD_RIR if is_deload else max(3 - step * 0.5, 1)


def _working_s(brief: Brief) -> int:
    """Seconds of a session that remain after the warm-up."""
    return brief.minutes_per_session * 60 - min(max(brief.minutes_per_session * 8, 120), 600)


def _sets_that_fit(brief: Brief) -> int:
    return min(_working_s(brief) // AVERAGE_SET_S, 28)


def _seconds_of(exercise: JsonObject) -> int:
    """Liftosaur's estimate: 20 s to set up, 7 s a repetition, and the rest."""
    work_s: int = exercise["seconds"] or 7 * exercise["reps"]
    sets: int = exercise["sets"]
    rest_s: int = exercise["rest_s"]
    return sets * (20 + work_s + rest_s)


def _shorten_rests(exercises: list[JsonObject], budget_s: int) -> None:
    """Cut the rests in proportion until the session fits, but no rest under 30 s."""
    over_s = sum(map(_seconds_of, exercises)) - budget_s
    if over_s <= 0:
        return
    rests_s = sum(exercise["sets"] * exercise["rest_s"] for exercise in exercises)
    share = max(0.0, 1 - over_s / rests_s)
    for exercise in exercises:
        exercise["rest_s"] = max(30, int(exercise["rest_s"] * share) // 5 * 5)
