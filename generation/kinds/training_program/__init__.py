"""Training programs: a plan, and one week for each call.

The class only connects the parts: what is asked (brief), written (schema), checked (checks), put together
(assembly), shown (render) and rehearsed (simulate)."""

import random
from pathlib import Path
from typing import ClassVar

from generation.core.findings import Finding
from generation.core.kind import DocumentKind, JsonObject
from generation.kinds.training_program import assembly, checks, defects, render, schema, simulate
from generation.kinds.training_program import brief as briefs
from generation.kinds.training_program.checks import fulfilment


class TrainingProgram(DocumentKind[briefs.Brief, schema.Plan, schema.Week]):
    slug: ClassVar[str] = assembly.SLUG
    title: ClassVar[str] = "Training program"
    unit_noun: ClassVar[str] = "week"
    revision: ClassVar[int] = 3
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
        return assembly.target(brief, plan, position)

    def digest(self, plan: schema.Plan, position: int, unit: schema.Week) -> str:
        return assembly.digest(plan, position, unit)

    # --- what it checks -----------------------------------------------------------------------

    def check_plan(self, brief: briefs.Brief, plan: schema.Plan) -> list[Finding]:
        return checks.check_plan(brief, plan)

    def check_unit(
        self, brief: briefs.Brief, plan: schema.Plan, position: int, unit: schema.Week
    ) -> list[Finding]:
        return checks.check_unit(brief, plan, position, unit)

    def check_document(self, brief: briefs.Brief, document: JsonObject) -> list[Finding]:
        return checks.check_document(brief, document)

    def check_wish(self, instruction: str, old_unit: schema.Week, new_unit: schema.Week) -> list[Finding]:
        return fulfilment.check_wish(instruction, old_unit, new_unit)

    # --- what becomes of it -------------------------------------------------------------------

    def plan_headline(self, plan: schema.Plan) -> str:
        phases = "1 phase" if len(plan.phases) == 1 else f"{len(plan.phases)} phases"
        return f"{phases} over {len(plan.weeks)} week{'' if len(plan.weeks) == 1 else 's'}"

    def unit_headline(self, plan: schema.Plan, position: int, unit: schema.Week) -> str:
        workouts = "1 workout" if len(unit.workouts) == 1 else f"{len(unit.workouts)} workouts"
        return f"{unit.phase}{' (deload)' if unit.is_deload else ''}, {workouts}"

    def unit_title(self, plan: schema.Plan, position: int) -> str:
        return assembly.unit_title(plan, position)

    def assemble(self, brief: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
        return assembly.assemble(brief, plan, units)

    def markdown(self, document: JsonObject) -> str:
        return render.markdown(document)

    def unit_of(self, document: JsonObject, position: int) -> JsonObject | None:
        return assembly.unit_of(document, position)

    def unit_markdown(self, document: JsonObject, position: int) -> str:
        return render.unit_markdown(document, position)

    def entry_in_words(self, list_name: str, index: int) -> str:
        return render.entry_in_words(list_name, index) or super().entry_in_words(list_name, index)

    # --- rehearsal ----------------------------------------------------------------------------

    def simulate_plan(self, brief: briefs.Brief, rng: random.Random) -> JsonObject:
        return simulate.simulate_plan(brief, rng)

    def simulate_unit(
        self, brief: briefs.Brief, plan: schema.Plan, position: int, rng: random.Random
    ) -> JsonObject:
        return simulate.simulate_unit(brief, plan, position, rng)

    @property
    def defects(self) -> tuple[str, ...]:
        return (*defects.OF_PLANS, *defects.OF_UNITS)

    def planted(
        self, name: str, brief: briefs.Brief, content: JsonObject, rng: random.Random
    ) -> JsonObject | None:
        return defects.planted(name, brief, content, rng)

    def wished(self, brief: briefs.Brief, wish: str) -> briefs.Brief:
        return brief.model_copy(update={"preferences": f"{brief.preferences}\n{wish}"})


KIND = TrainingProgram()
