"""The skeleton: which weeks, sessions and phases there are (TP-S01 to S03)."""

from collections.abc import Iterable, Iterator, Sequence

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.schema import Document, Phase, Plan, Week

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
        yield from _belongs(week, document.phase_of(week.number), f"/weeks/{index}/phase")


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
