"""From plan and lessons to the document, and what the prompts tell of both.

Numbers, titles and objectives of the document come from the plan, never from a lesson, so every strategy
makes the same document.  `assemble` works on stored JSON, because it runs inside a transaction."""

from generation.core.kind import JsonObject
from generation.core.prose.wholeness import shortened
from generation.kinds.course.brief import Brief
from generation.kinds.course.schema import Lesson, Plan, objective_id
from generation.kinds.course.shuffle import shuffled

SLUG = "course"
ECHOED = ("audience", "level", "language")      # of the brief


def assemble(brief: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
    """The course.  Lessons that `units` lacks are left out and listed in `missing`."""
    modules: list[JsonObject] = []
    missing: list[int] = []
    number = 0
    for module_number, module in enumerate(plan["modules"], 1):
        lessons: list[JsonObject] = []
        for planned in module["lessons"]:
            number += 1
            if number in units:
                lessons.append(_lesson(number, planned, units[number]))
            else:
                missing.append(number)
        modules.append({
            "number": module_number, "title": module["title"], "summary": module["summary"],
            "objectives": module["objectives"], "lessons": lessons,
        })
    return {
        "kind": SLUG, "title": plan["title"], "summary": plan["summary"],
        **{name: brief.get(name, Brief.model_fields[name].default) for name in ECHOED},
        "objectives": plan["objectives"], "modules": modules, "missing": missing,
    }


def unit_of(document: JsonObject, position: int) -> JsonObject | None:
    lessons = (lesson for module in document["modules"] for lesson in module["lessons"])
    return next((lesson for lesson in lessons if lesson["number"] == position), None)


def _lesson(number: int, planned: JsonObject, unit: JsonObject) -> JsonObject:
    objectives = [
        {"id": objective_id(number, place), **objective}
        for place, objective in enumerate(planned["objectives"], 1)
    ]
    return {
        "number": number, "title": planned["title"], "objectives": objectives,
        "prerequisites": planned["prerequisites"], "key_terms": planned["key_terms"],
        "sections": unit["sections"], "examples": unit["examples"], "activities": unit["activities"],
        "summary": unit["summary"], "quiz": [shuffled(item) for item in unit["quiz"]],
    }


def target(brief: Brief, plan: Plan, position: int) -> JsonObject:
    """What lesson `position` has to reach: its part of the plan with the ids that its quiz names."""
    place = plan.lesson(position)
    planned = place.planned
    return {
        "lesson": position,
        "title": planned.title,
        "module": f"{place.module_number}. {place.module.title}",
        "minutes": brief.minutes_per_lesson,
        "objectives": [
            {"id": own_id, "text": objective.text}
            for own_id, objective in zip(place.objective_ids, planned.objectives, strict=True)
        ],
        "builds_on": [f"{number}. {plan.lesson(number).planned.title}" for number in planned.prerequisites],
        "introduces": list(planned.key_terms),
    }


def digest(plan: Plan, position: int, lesson: Lesson) -> str:
    """What the next lesson should know: what was treated, and which examples are used up."""
    headings = "; ".join(section.heading for section in lesson.sections)
    examples = "; ".join(example.title for example in lesson.examples)
    title = plan.lesson(position).planned.title
    return shortened(f"Lesson {position}, {title}: {headings}. Examples: {examples}.", 500)
