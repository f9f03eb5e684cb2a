"""The document kind "course": an outline, then one call for each lesson.

`KIND` only ties the parts together: brief.py and schema.py say what comes in, checks.py what must be
true, assembly.py and render.py what becomes of it, simulate.py how to rehearse it."""

import random
from pathlib import Path

from generation.core.findings import Finding
from generation.core.kind import DocumentKind, JsonObject
from generation.kinds.course import assembly, brief, checks, prose, render, schema, simulate


class Course(DocumentKind[brief.Brief, schema.Plan, schema.Lesson]):
    slug = assembly.SLUG
    title = "Course"
    unit_noun = "lesson"
    revision = 1
    Brief = brief.Brief
    Plan = schema.Plan
    Unit = schema.Lesson
    folder = Path(__file__).parent
    example = brief.EXAMPLE

    def unit_count(self, brief: brief.Brief) -> int:
        return brief.lessons

    def working_title(self, brief: brief.Brief) -> str:
        return prose.shortened(f"Course: {brief.subject}", 120)

    def plan_title(self, plan: schema.Plan) -> str:
        return plan.title

    def unit_target(self, brief: brief.Brief, plan: schema.Plan, position: int) -> JsonObject:
        return assembly.target(brief, plan, position)

    def digest(self, plan: schema.Plan, position: int, unit: schema.Lesson) -> str:
        return assembly.digest(plan, position, unit)

    def check_plan(self, brief: brief.Brief, plan: schema.Plan) -> list[Finding]:
        return checks.check_plan(brief, plan)

    def check_unit(
        self, brief: brief.Brief, plan: schema.Plan, position: int, unit: schema.Lesson
    ) -> list[Finding]:
        return checks.check_lesson(brief, plan, position, unit)

    def check_document(self, brief: brief.Brief, document: JsonObject) -> list[Finding]:
        return checks.check_document(brief, document)

    def plan_headline(self, plan: schema.Plan) -> str:
        return f"{_count(len(plan.modules), 'module')}, {_count(len(plan.lessons), 'lesson')}"

    def unit_headline(self, plan: schema.Plan, position: int, unit: schema.Lesson) -> str:
        return f"{_count(len(unit.sections), 'section')}, {_count(len(unit.quiz), 'quiz item')}"

    def unit_title(self, plan: schema.Plan, position: int) -> str:
        return prose.shortened(f"Lesson {position}: {plan.lesson(position).planned.title}", 120)

    def assemble(self, brief: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
        return assembly.assemble(brief, plan, units)

    def markdown(self, document: JsonObject) -> str:
        return render.markdown(document)

    def unit_markdown(self, document: JsonObject, position: int) -> str:
        return render.unit_markdown(document, position)

    def simulate_plan(self, brief: brief.Brief, rng: random.Random) -> JsonObject:
        return simulate.simulate_plan(brief, rng)

    def simulate_unit(
        self, brief: brief.Brief, plan: schema.Plan, position: int, rng: random.Random
    ) -> JsonObject:
        return simulate.simulate_unit(brief, plan, position, rng)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


KIND = Course()
