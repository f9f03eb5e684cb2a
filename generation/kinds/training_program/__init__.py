"""Training programs: a plan, and one week for each call.

The class only connects the parts: what is asked (brief), written (schema), checked (checks), shown
(render) and rehearsed (simulate)."""

import random
from pathlib import Path
from typing import ClassVar

from generation.core.findings import Finding
from generation.core.kind import DocumentKind, JsonObject, as_json
from generation.kinds.training_program import brief as briefs
from generation.kinds.training_program import checks, render, schema, simulate

DIGEST_CHARACTERS = 400


class TrainingProgram(DocumentKind[briefs.Brief, schema.Plan, schema.Week]):
    slug: ClassVar[str] = "training_program"
    title: ClassVar[str] = "Training program"
    unit_noun: ClassVar[str] = "week"
    revision: ClassVar[int] = 1
    Brief = briefs.Brief
    Plan = schema.Plan
    Unit = schema.Week
    folder: ClassVar[Path] = Path(__file__).parent
    example: ClassVar[JsonObject] = briefs.EXAMPLE

    # --- what it asks for ---------------------------------------------------------------------

    def unit_count(self, brief: briefs.Brief) -> int:
        return brief.weeks

    def working_title(self, brief: briefs.Brief) -> str:
        goal = brief.goal.replace("_", " ").capitalize()
        weeks = "1 week" if brief.weeks == 1 else f"{brief.weeks} weeks"
        days = "1 day" if brief.days_per_week == 1 else f"{brief.days_per_week} days"
        return f"{goal}: {weeks}, {days} a week, {brief.level}"

    def plan_title(self, plan: schema.Plan) -> str:
        return plan.title

    def unit_target(self, brief: briefs.Brief, plan: schema.Plan, position: int) -> JsonObject:
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

    def digest(self, plan: schema.Plan, position: int, unit: schema.Week) -> str:
        """The first two exercises of each day, which is what the next week builds on."""
        days = "; ".join(
            f"{workout.label}: " + ", ".join(
                f"{exercise.name} {render.prescription(exercise.model_dump())}"
                for exercise in workout.exercises[:2]
            )
            for workout in unit.workouts
        )
        line = f"{self.unit_title(plan, position)}. {days}"
        return line if len(line) <= DIGEST_CHARACTERS else line[:DIGEST_CHARACTERS - 1] + "…"

    # --- what it checks -----------------------------------------------------------------------

    def check_plan(self, brief: briefs.Brief, plan: schema.Plan) -> list[Finding]:
        return checks.of_plan(brief, plan)

    def check_unit(
        self, brief: briefs.Brief, plan: schema.Plan, position: int, unit: schema.Week
    ) -> list[Finding]:
        return checks.of_unit(brief, plan, position, unit)

    def check_document(self, brief: briefs.Brief, document: JsonObject) -> list[Finding]:
        return checks.of_document(brief, schema.Document.model_validate(document))

    # --- what becomes of it -------------------------------------------------------------------

    def plan_headline(self, plan: schema.Plan) -> str:
        phases = "1 phase" if len(plan.phases) == 1 else f"{len(plan.phases)} phases"
        return f"{phases} over {len(plan.weeks)} week{'' if len(plan.weeks) == 1 else 's'}"

    def unit_headline(self, plan: schema.Plan, position: int, unit: schema.Week) -> str:
        workouts = "1 workout" if len(unit.workouts) == 1 else f"{len(unit.workouts)} workouts"
        return f"{unit.phase}{' (deload)' if unit.is_deload else ''}, {workouts}"

    def unit_title(self, plan: schema.Plan, position: int) -> str:
        phase, week = plan.phase_of(position), plan.week(position)
        if phase is None or week is None:
            return f"Week {position}"
        return render.week_title(position, phase.name, is_deload=week.is_deload)

    def assemble(self, brief: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
        asked = as_json(self.brief(brief))      # with its defaults
        positions = range(1, asked["weeks"] + 1)
        return {
            "kind": self.slug,
            **{name: plan[name] for name in ("title", "summary", "safety", "progression")},
            **{name: asked[name] for name in (
                "goal", "level", "units", "language", "days_per_week", "minutes_per_session",
            )},
            **{name: plan[name] for name in ("phases", "main_lifts")},
            "weeks": [{"number": position, **units[position]} for position in positions if position in units],
            "missing": [position for position in positions if position not in units],
        }

    def markdown(self, document: JsonObject) -> str:
        return render.markdown(document)

    def unit_markdown(self, document: JsonObject, position: int) -> str:
        return render.unit_markdown(document, position)

    # --- rehearsal ----------------------------------------------------------------------------

    def simulate_plan(self, brief: briefs.Brief, rng: random.Random) -> JsonObject:
        return simulate.plan(brief, rng)

    def simulate_unit(
        self, brief: briefs.Brief, plan: schema.Plan, position: int, rng: random.Random
    ) -> JsonObject:
        return simulate.unit(brief, plan, position, rng)


KIND = TrainingProgram()
