"""The TP rules: what is wrong with a plan, a week or a whole program, and how to mend it.

A rule is a generator in one of the three tables at the end; a new rule is a function and its place in
a table.  CHECKS.md is the book of the rules."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic import BaseModel

from generation.core.findings import Finding, Severity, error
from generation.core.kind import JsonObject
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.schema import Document, Exercise, Phase, Plan, Week, Workout
from generation.kinds.training_program.vocabulary import (
    LOADS,
    REPS,
    REST_S,
    SECONDS,
    SETS,
    SETS_PER_WORKOUT,
    Domain,
    LoadKind,
)

PlanRule = Callable[[Brief, Plan], Iterator[Finding]]
UnitRule = Callable[[Brief, Plan, int, Week], Iterator[Finding]]
DocumentRule = Callable[[Brief, Document], Iterator[Finding]]

MOST_EXERCISES = 10
FEWEST_EXERCISES = 3
FEWEST_IN_SHORT_SESSIONS = 2
SHORT_SESSION_MINUTES = 20
LONG_BOUT_S = 600            # a run or ride of ten minutes fills a session by itself


# --- TP-S01: the set of weeks --------------------------------------------------------------------


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "none"


def _numbering(numbers: Sequence[int], count: int) -> Iterator[Finding]:
    """`numbers` stand in `/weeks/<index>/number` and must be 1 to `count`, once each, in order."""
    limit = f"1 to {count}, once each, in order"
    missing = [number for number in range(1, count + 1) if number not in numbers]
    if missing:
        yield error(
            "TP-S01", "/weeks", measured=_listed(numbers), limit=limit,
            message=f"{count} weeks are asked for, and these are missing: {_listed(missing)}.",
            advice=f"Write every week from 1 to {count}; add the missing ones.",
        )
    surplus = [index for index, number in enumerate(numbers) if not 1 <= number <= count]
    if surplus:
        yield error(
            "TP-S01", f"/weeks/{surplus[0]}/number", limit=limit,
            measured=_listed(numbers[index] for index in surplus),
            message=f"{count} weeks are asked for, and these are not among them: "
                    f"{_listed(numbers[index] for index in surplus)}.",
            advice=f"Leave out every week that is not between 1 and {count}.",
        )
    repeated = [index for index, number in enumerate(numbers) if number in numbers[:index]]
    if repeated:
        number = numbers[repeated[0]]
        yield error(
            "TP-S01", f"/weeks/{repeated[0]}/number", measured=number, limit=limit,
            message=f"Week {number} is there more than once.",
            advice="Write each week number once.",
        )
    if list(numbers) == sorted(numbers):
        return
    index = next(index for index in range(1, len(numbers)) if numbers[index] < numbers[index - 1])
    yield error(
        "TP-S01", f"/weeks/{index}/number", measured=_listed(numbers), limit=limit,
        message=f"Week {numbers[index]} comes after week {numbers[index - 1]}.",
        advice="Put the weeks in ascending order.",
    )


def weeks_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _numbering([week.number for week in plan.weeks], brief.weeks)


def weeks_of_document(brief: Brief, document: Document) -> Iterator[Finding]:
    yield from _numbering([week.number for week in document.weeks], brief.weeks)


# --- TP-S02: workouts a week ---------------------------------------------------------------------


def _days(count: int, days: int, pointer: str, noun: str) -> Iterator[Finding]:
    if count != days:
        yield error(
            "TP-S02", pointer, measured=count, limit=days,
            message=f"There are {count} {noun} in the week, but {days} training days are asked for.",
            advice=f"Write exactly {days} {noun}, also in a deload week, which makes them easier, not fewer.",
        )


def sessions_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _days(len(plan.sessions), brief.days_per_week, "/sessions", "sessions")


def workouts_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _days(len(week.workouts), brief.days_per_week, "/workouts", "workouts")


def workouts_of_document(brief: Brief, document: Document) -> Iterator[Finding]:
    for index, week in enumerate(document.weeks):
        yield from _days(len(week.workouts), brief.days_per_week, f"/weeks/{index}/workouts", "workouts")


# --- TP-S03: phases ------------------------------------------------------------------------------


def _partition(phases: Sequence[Phase], count: int) -> Iterator[Finding]:
    """`phases` stand in `/phases` and must cover weeks 1 to `count`, each week once."""
    due, names = 1, set[str]()
    for index, phase in enumerate(phases):
        at = f"/phases/{index}"
        if phase.first_week != due:
            fault = "leaves a gap" if phase.first_week > due else "overlaps"
            yield error(
                "TP-S03", f"{at}/first_week", measured=phase.first_week, limit=due,
                message=f"Phase '{phase.name}' {fault}: it starts in week {phase.first_week} instead of {due}.",
                advice=f"Let it start in week {due}, right after the phase before it.",
            )
        if phase.last_week < phase.first_week:
            yield error(
                "TP-S03", f"{at}/last_week", measured=phase.last_week, limit=f"at least {phase.first_week}",
                message=f"Phase '{phase.name}' ends in week {phase.last_week}, before it starts.",
                advice="Let last_week be first_week or later.",
            )
        if phase.name in names:
            yield error(
                "TP-S03", f"{at}/name", measured=phase.name, limit="different names",
                message=f"Two phases are called '{phase.name}'.",
                advice="Give each phase a name of its own.",
            )
        names.add(phase.name)
        due = max(phase.first_week, phase.last_week) + 1
    if due != count + 1:
        pointer = f"/phases/{len(phases) - 1}/last_week" if phases else "/phases"
        yield error(
            "TP-S03", pointer, measured=due - 1, limit=count,
            message=f"The phases end with week {due - 1}, but the program has {count} weeks.",
            advice=f"Let the last phase end in week {count}.",
        )


def phases_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _partition(plan.phases, brief.weeks)


def _belongs(week: Week, phase: Phase | None, pointer: str) -> Iterator[Finding]:
    # A week outside every phase is a fault of the plan, and found there.
    if phase is not None and week.phase != phase.name:
        yield error(
            "TP-S03", pointer, measured=week.phase, limit=phase.name,
            message=f"The week says that it belongs to phase '{week.phase}', but the plan says "
                    f"'{phase.name}'.",
            advice=f"Write the phase as '{phase.name}', and train what that phase is for.",
        )


def phase_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _belongs(week, plan.phase_of(position), "/phase")


def phases_of_document(brief: Brief, document: Document) -> Iterator[Finding]:
    yield from _partition(document.phases, brief.weeks)
    for index, week in enumerate(document.weeks):
        phase = next((p for p in document.phases if p.first_week <= week.number <= p.last_week), None)
        yield from _belongs(week, phase, f"/weeks/{index}/phase")


def deload_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    planned = plan.week(position)
    if planned is None or planned.is_deload == week.is_deload:
        return
    yield error(
        "TP-S03", "/is_deload", measured=str(week.is_deload).lower(), limit=str(planned.is_deload).lower(),
        message=f"The plan says that week {position} is {'a' if planned.is_deload else 'no'} deload week.",
        advice="Write a deload: about half the sets, no heavier, the same days."
               if planned.is_deload else "Write a normal training week and set is_deload to false.",
    )


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


# --- TP-T03: empty and scratch text --------------------------------------------------------------

_OPTIONAL_TEXTS = frozenset({"note", "cool_down"})
_PLACEHOLDER = re.compile(r"(?:todo|tbd|tba|n/a|none|null|string|text|x+|\W*)", re.IGNORECASE)
# In lower case.  Plain substrings, because a week has a hundred texts and a regex would cost ten times as much;
# each long enough not to stand in good prose ("as an aid", the Spanish "todo").
_SCRATCH = (
    "lorem ipsum", "as an ai ", "as an ai,", "language model", "let me draft", "let me think",
    "let me start by", "[insert", "[your ", "[name]", "[todo", "[tbd", "[placeholder", "<insert",
    "<placeholder", "{{", "fixme",
)


def _texts(node: object, at: str) -> Iterator[tuple[str, str]]:
    """Every text below `node` with its pointer."""
    if isinstance(node, BaseModel):
        for name, value in node:
            yield from _texts(value, f"{at}/{name}")
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from _texts(value, f"{at}/{index}")
    elif isinstance(node, str) and not isinstance(node, LoadKind):
        yield at, node


def _scratch(checked: BaseModel) -> Iterator[Finding]:
    texts = list(_texts(checked, ""))
    for pointer, text in texts:
        is_optional = pointer.rsplit("/", 1)[-1] in _OPTIONAL_TEXTS
        if not is_optional and _PLACEHOLDER.fullmatch(text):
            yield error(
                "TP-T03", pointer, measured=repr(text), limit="a text for the reader",
                message="The text is empty or a placeholder.",
                advice="Write the text itself.",
            )
    everything = "\n".join(text for _, text in texts).lower()
    for mark in (mark for mark in _SCRATCH if mark in everything):
        for pointer in (pointer for pointer, text in texts if mark in text.lower()):
            yield error(
                "TP-T03", pointer, measured=repr(mark), limit="a text for the reader",
                message=f"The text has scratch words in it: {mark!r}.",
                advice="Write the finished text, without notes to yourself or places to fill in.",
            )


def texts_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _scratch(plan)


def texts_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _scratch(week)


# --- the tables ----------------------------------------------------------------------------------

PLAN_RULES: tuple[PlanRule, ...] = (
    weeks_of_plan, sessions_of_plan, phases_of_plan, volume_of_plan, texts_of_plan,
)
UNIT_RULES: tuple[UnitRule, ...] = (
    workouts_of_week, phase_of_week, deload_of_week, numbers_of_week, shape_of_week, texts_of_week,
)
# What a week alone can break was found when it arrived; here is what only the whole can show.
DOCUMENT_RULES: tuple[DocumentRule, ...] = (
    weeks_of_document, workouts_of_document, phases_of_document,
)


def check_plan(brief: Brief, plan: Plan) -> list[Finding]:
    return [finding for rule in PLAN_RULES for finding in rule(brief, plan)]


def check_unit(brief: Brief, plan: Plan, position: int, unit: Week) -> list[Finding]:
    return [finding for rule in UNIT_RULES for finding in rule(brief, plan, position, unit)]


def check_document(brief: Brief, document: JsonObject) -> list[Finding]:
    typed = Document.model_validate(document)
    return [finding for rule in DOCUMENT_RULES for finding in rule(brief, typed)]
