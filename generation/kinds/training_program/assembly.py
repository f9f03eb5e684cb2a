"""From plan and weeks to the document, and what the prompts tell of both."""

from generation.core.kind import JsonObject, as_json
from generation.kinds.training_program import render
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.schema import Plan, Week

SLUG = "training_program"
DIGEST_CHARACTERS = 400


def assemble(brief: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
    asked = as_json(Brief.model_validate(brief))      # with its defaults
    positions = range(1, asked["weeks"] + 1)
    return {
        "kind": SLUG,
        **{name: plan[name] for name in ("title", "summary", "safety", "progression")},
        **{name: asked[name] for name in (
            "goal", "level", "units", "language", "days_per_week", "minutes_per_session",
        )},
        **{name: plan[name] for name in ("phases", "main_lifts")},
        "weeks": [{"number": position, **units[position]} for position in positions if position in units],
        "missing": [position for position in positions if position not in units],
    }


def unit_of(document: JsonObject, position: int) -> JsonObject | None:
    return next((week for week in document["weeks"] if week["number"] == position), None)


def target(brief: Brief, plan: Plan, position: int) -> JsonObject:
    """Only what singles this week out: the plan itself is in the shared prefix."""
    phase, week = plan.phase_of(position), plan.week(position)
    assert phase is not None, "a plan that passed its checks covers every week"
    assert week is not None, "a plan that passed its checks has every week"
    return {
        "week": position,
        "phase": phase.name,
        "week_of_phase": f"{position - phase.first_week + 1} of {phase.last_week - phase.first_week + 1}",
        "is_deload": week.is_deload,
        "focus": week.focus,
        "intensity": week.intensity,
        "sets_per_workout": week.sets_per_workout,
        "guidance": week.guidance,
        "workouts": brief.days_per_week,
        "minutes_per_workout": brief.minutes_per_session,
    }


def digest(plan: Plan, position: int, unit: Week) -> str:
    """The first two exercises of each day, which is what the next week builds on."""
    days = "; ".join(
        f"{workout.label}: " + ", ".join(
            f"{exercise.name} {render.prescription(exercise.model_dump())}"
            for exercise in workout.exercises[:2]
        )
        for workout in unit.workouts
    )
    line = f"{unit_title(plan, position)}. {days}"
    return line if len(line) <= DIGEST_CHARACTERS else line[:DIGEST_CHARACTERS - 1] + "…"


def unit_title(plan: Plan, position: int) -> str:
    phase, week = plan.phase_of(position), plan.week(position)
    if phase is None or week is None:
        return f"Week {position}"
    return render.week_title(position, phase.name, is_deload=week.is_deload)
