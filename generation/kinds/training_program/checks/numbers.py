"""Each number by itself, and the shape of a session (TP-S04 to S07)."""

from collections.abc import Iterator

from generation.core.findings import Finding, Severity, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.seen import KNOWN_LANGUAGES, base_language, info, quote, rows, warning
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import Entry
from generation.kinds.training_program.schema import Exercise, Plan, Week, Workout
from generation.kinds.training_program.vocabulary import (
    LOADS,
    REPS,
    REST_S,
    SECONDS,
    SETS,
    SETS_PER_WORKOUT,
    Domain,
    Equipment,
    LoadKind,
)

MOST_EXERCISES = 10
FEWEST_EXERCISES = 3
FEWEST_IN_SHORT_SESSIONS = 2
SHORT_SESSION_MINUTES = 20
FEW_UNKNOWN = 3
LONG_BOUT_S = 600            # a run or ride of ten minutes fills a session by itself


# --- TP-S05: numbers -----------------------------------------------------------------------------


def _number(value: float, domain: Domain, pointer: str, noun: str) -> Iterator[Finding]:
    if value not in domain:
        yield error(
            "TP-S05", pointer, measured=f"{value:g}", limit=domain,
            message=f"{noun} is {value:g}, and must be {domain}.",
            advice=f"Choose a value of {domain}.",
        )


def volume_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    for index, week in enumerate(plan.weeks):
        pointer = f"/weeks/{index}/sets_per_workout"
        yield from _number(week.sets_per_workout, SETS_PER_WORKOUT, pointer, "The number of sets in a workout")


def _amount(exercise: Exercise, at: str) -> Iterator[Finding]:
    if (exercise.reps is None) == (exercise.seconds is None):
        has_both = exercise.reps is not None
        yield error(
            "TP-S05", f"{at}/{'seconds' if has_both else 'reps'}", limit="one of reps and seconds",
            measured="both" if has_both else "neither",
            message=f"'{exercise.name}' has {'both' if has_both else 'neither'} repetitions "
                    f"{'and' if has_both else 'nor'} seconds.",
            advice="Give reps for counted work or seconds for timed work, and set the other to null.",
        )
    if exercise.reps is not None:
        yield from _number(exercise.reps, REPS, f"{at}/reps", f"The number of repetitions of '{exercise.name}'")
    if exercise.seconds is not None:
        noun = f"The number of seconds of '{exercise.name}'"
        yield from _number(exercise.seconds, SECONDS, f"{at}/seconds", noun)


def _load(exercise: Exercise, at: str) -> Iterator[Finding]:
    kind, load = exercise.load_kind, exercise.load
    if kind is LoadKind.BODYWEIGHT:
        if load is not None:
            yield error(
                "TP-S05", f"{at}/load", measured=f"{load:g}", limit="null",
                message=f"'{exercise.name}' is done with body weight, but has a load of {load:g}.",
                advice="Set load to null, or choose the load_kind that the number belongs to.",
            )
    elif load is None:
        yield error(
            "TP-S05", f"{at}/load", measured="null", limit=LOADS[kind],
            message=f"'{exercise.name}' has load_kind {kind} but no load.",
            advice=f"Give a load of {LOADS[kind]}, or set load_kind to bodyweight.",
        )
    else:
        yield from _number(load, LOADS[kind], f"{at}/load", f"The load ({kind}) of '{exercise.name}'")


def numbers_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for day, workout in enumerate(week.workouts):
        for index, exercise in enumerate(workout.exercises):
            at = f"/workouts/{day}/exercises/{index}"
            yield from _number(exercise.sets, SETS, f"{at}/sets", f"The number of sets of '{exercise.name}'")
            yield from _amount(exercise, at)
            yield from _load(exercise, at)
            yield from _number(exercise.rest_s, REST_S, f"{at}/rest_s", f"The rest (s) after '{exercise.name}'")


# --- TP-S06: the shape of a session --------------------------------------------------------------


def _fewest_exercises(brief: Brief, workout: Workout) -> int:
    if any((exercise.seconds or 0) >= LONG_BOUT_S for exercise in workout.exercises):
        return 1
    return FEWEST_IN_SHORT_SESSIONS if brief.minutes_per_session <= SHORT_SESSION_MINUTES else FEWEST_EXERCISES


def shape_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for day, workout in enumerate(week.workouts):
        at = f"/workouts/{day}"
        if not workout.warm_up:
            yield error(
                "TP-S06", f"{at}/warm_up", measured=0, limit="at least 1", severity=Severity.WARNING,
                message=f"Workout '{workout.label}' has no warm-up.",
                advice="Add 2 to 4 warm-up steps, from general to specific.",
            )
        count, fewest = len(workout.exercises), _fewest_exercises(brief, workout)
        if not fewest <= count <= MOST_EXERCISES:
            yield error(
                "TP-S06", f"{at}/exercises", measured=count, limit=f"{fewest} to {MOST_EXERCISES}",
                severity=Severity.WARNING if count else Severity.ERROR,     # an empty workout is a hole
                message=f"Workout '{workout.label}' has {count} exercises; "
                        f"{fewest} to {MOST_EXERCISES} suit {brief.minutes_per_session} minutes.",
                advice=f"Write between {fewest} and {MOST_EXERCISES} exercises, main lifts first.",
            )


# --- TP-S04: known exercises ---------------------------------------------------------------------


def known_exercises(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    named = [row for row in rows(week) if lexicon.folded(row.exercise.name)]
    unknown = [row for row in named if row.entry is None]
    if not unknown or base_language(brief.language) not in KNOWN_LANGUAGES:
        return         # said once of the plan
    if len(unknown) * 2 > len(named) and len(unknown) > FEW_UNKNOWN:
        yield info(
            "TP-S04", "/workouts", measured=f"{len(unknown)} of {len(named)} names unknown",
            limit="exercises of the catalogue",
            message=f"Most names of the week are not understood, '{quote(unknown[0].exercise.name)}' among them: "
                    "neither equipment nor muscles were checked.",
            advice="Call the exercises by their usual names.",
        )
        return
    for row in unknown:
        yield warning(
            "TP-S04", f"{row.at}/name", measured=row.exercise.name, limit="an exercise of the catalogue",
            message=f"Nothing is known of '{row.exercise.name}': neither equipment nor muscles were checked.",
            advice="Call the exercise by its usual name, or choose a common one.",
        )


# --- TP-S06: main work first ---------------------------------------------------------------------


def main_work_first(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for day, (workout, session) in enumerate(zip(week.workouts, plan.sessions, strict=False)):
        mains = {name.casefold() for name in session.main_lifts}
        names = [exercise.name.casefold() for exercise in workout.exercises]
        accessory = next((
            row.index for row in rows(week) if row.day == day and not row.is_bout
            and not any(name in names[row.index] for name in mains)       # with "back-off sets" behind it
            and not (row.entry is not None and row.entry.is_gentle)
        ), len(names))
        late = [index for index, name in enumerate(names) if name in mains and index > accessory]
        if late:
            yield warning(
                "TP-S06", f"/workouts/{day}/exercises/{late[0]}", measured=f"place {late[0] + 1}",
                limit="before the accessories",
                message=f"'{workout.exercises[late[0]].name}' is a main lift of the day and comes after "
                        f"'{workout.exercises[accessory].name}'.",
                advice="Put the main lifts of the session first.",
            )


# --- TP-S07: the same work twice -----------------------------------------------------------------


def no_duplicate_work(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for day, workout in enumerate(week.workouts):
        first: dict[frozenset[str], int] = {}
        for index, exercise in enumerate(workout.exercises):
            words = frozenset(lexicon.words(exercise.name)) or frozenset({exercise.name})
            earlier = first.setdefault(words, index)
            if earlier != index and not _is_rising(workout.exercises[index - 1], exercise):
                yield warning(
                    "TP-S07", f"/workouts/{day}/exercises/{index}", measured=exercise.name, limit="once a session",
                    message=f"'{exercise.name}' is already exercise {earlier + 1} of workout '{workout.label}'.",
                    advice="Leave one of them out, or say in the name what is different: top set, back-off sets.",
                )


def _is_rising(before: Exercise, exercise: Exercise) -> bool:
    """Sets that follow each other with another load each, as in waves: a row has one load."""
    return before.name == exercise.name and before.load_kind is exercise.load_kind and before.load != exercise.load


# --- TP-S05: a load that the exercise can have ---------------------------------------------------


def loads_suit_exercises(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for row in rows(week):
        exercise, entry = row.exercise, row.entry
        if entry is None:
            continue
        fault = ""
        if exercise.load_kind is LoadKind.BODYWEIGHT and row.is_barbell and _needs_iron(entry):
            fault = "is done with weights, but has no load"
        elif exercise.load_kind is LoadKind.RPE and not row.is_bout and not entry.is_gentle:
            fault = "is no conditioning, but has an effort (rpe)"
        elif exercise.load_kind is LoadKind.PERCENT_1RM and (entry.is_conditioning or entry.is_gentle):
            fault = "has no one-repetition maximum, but a percentage of it"
        if fault:
            yield warning(
                "TP-S05", f"{row.at}/load_kind", measured=exercise.load_kind, limit="a measure of this exercise",
                message=f"'{exercise.name}' {fault}.",
                advice="Use rir, percent_1rm or a weight for lifts, rpe for conditioning, bodyweight without weights.",
            )
        is_counted = exercise.reps is not None
        is_timed_lift = not is_counted and (exercise.seconds or 0) > 0 and row.is_barbell and not entry.is_timed
        if (entry.is_conditioning and is_counted) or is_timed_lift:
            yield warning(
                "TP-S05", f"{row.at}/{'reps' if is_counted else 'seconds'}",
                measured=exercise.reps if is_counted else exercise.seconds,
                limit="seconds" if is_counted else "repetitions",
                message=f"'{exercise.name}' is {'timed' if is_counted else 'counted'} work.",
                advice="Give seconds for runs, rides and holds, and repetitions for lifts.",
            )


LEAST_BOUT_S, LONGEST_HOLD_S = 60, 300
SPRINT_RPE = 8


def seconds_suit_exercises(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-S05: eight seconds of walking were minutes, and nobody holds a plank for half an hour."""
    for row in rows(week):
        exercise, entry = row.exercise, row.entry
        if entry is None or exercise.seconds is None or exercise.seconds not in SECONDS:
            continue
        is_sprint = exercise.load_kind is LoadKind.RPE and (exercise.load or 0) >= SPRINT_RPE
        is_short = entry.is_conditioning and exercise.sets * exercise.seconds < LEAST_BOUT_S and not is_sprint
        is_long = entry.is_timed and not entry.is_conditioning and not entry.is_gentle \
            and entry.family == "core" and exercise.seconds > LONGEST_HOLD_S
        if is_short or is_long:
            yield warning(
                "TP-S05", f"{row.at}/seconds", measured=exercise.seconds,
                limit=f"at least {LEAST_BOUT_S}" if is_short else f"at most {LONGEST_HOLD_S}",
                message=f"{exercise.sets} x {exercise.seconds} s of '{exercise.name}' are hardly meant.",
                advice="Give seconds, not minutes; a bout of conditioning lasts minutes, a hold less than five.",
            )


def _needs_iron(entry: Entry) -> bool:
    return any(group <= {Equipment.BARBELL} for group in entry.needs)
