"""What the model writes: an outline, and one lesson for each call; and the document as checks read it.

List lengths stand in the JSON schema only, for the provider to keep to.  Here they pass, so that a wrong
count becomes a finding with a sentence (checks.py), not a parse error.  Texts are bounded in both: a model
that does not end a text is stopped there.

What code knows the model does not write: numbers of modules and lessons, and the ids of a lesson's
objectives (`L3.1` is the first of lesson 3)."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from generation.core.kind import LONGEST_ENFORCED, ReplyModel, text_of, told_as
from generation.core.prose.stems import stems

Id = Annotated[str, text_of(16), told_as(16)]
Line = Annotated[str, text_of(200), told_as(200)]
Sentence = Annotated[str, text_of(600), told_as(600)]
Paragraph = Annotated[str, text_of(LONGEST_ENFORCED), told_as(LONGEST_ENFORCED)]
Body = Annotated[str, text_of(8_000), told_as(8_000)]


@dataclass(frozen=True)
class Size:
    """How many entries a list has, both ends included."""

    low: int
    high: int

    def __contains__(self, count: int) -> bool:
        return self.low <= count <= self.high

    def __str__(self) -> str:
        return f"{self.low} to {self.high}"

    @property
    def bounds(self) -> JsonDict:
        return {"minItems": self.low, "maxItems": self.high}


MODULES = Size(1, 12)
LESSONS_PER_MODULE = Size(1, 10)
COURSE_OBJECTIVES = Size(1, 8)
MODULE_OBJECTIVES = Size(1, 6)
LESSON_OBJECTIVES = Size(1, 4)
KEY_TERMS = Size(0, 8)
PREREQUISITES = Size(0, 6)
SECTIONS = Size(2, 8)
EXAMPLES = Size(1, 4)
ACTIVITIES = Size(1, 5)
QUIZ = Size(2, 10)
OPTIONS = Size(3, 5)


# --- the plan -----------------------------------------------------------------------------------


class CourseObjective(ReplyModel):
    id: Id = Field(description="O1, O2, ...")
    text: Sentence = Field(description="One measurable verb and what it is done to, at most 20 words.")


class ModuleObjective(ReplyModel):
    id: Id = Field(description="M1.1, M1.2 in module 1, M2.1 in module 2, ...")
    text: Sentence = Field(description="One measurable verb, at most 20 words.")
    supports: Id = Field(description="The id of a course objective.")


class LessonObjective(ReplyModel):
    text: Sentence = Field(description="One measurable verb, at most 20 words.")
    supports: Id = Field(description="The id of an objective of this module.")


class PlannedLesson(ReplyModel):
    """What one lesson is to do; it is all that the lessons, written apart, know about each other."""

    title: Line = Field(description="2 to 8 words, without a number.")
    objectives: tuple[LessonObjective, ...] = Field(json_schema_extra=LESSON_OBJECTIVES.bounds)
    prerequisites: tuple[Annotated[int, Field(strict=True)], ...] = Field(
        description="Numbers of earlier lessons that this one builds on, counted from 1 through all modules.",
        json_schema_extra=PREREQUISITES.bounds,
    )
    key_terms: tuple[Line, ...] = Field(
        description="Terms that this lesson introduces; each term of the course stands in one lesson only.",
        json_schema_extra=KEY_TERMS.bounds,
    )


class PlannedModule(ReplyModel):
    title: Line = Field(description="2 to 8 words, without a number.")
    summary: Paragraph = Field(description="One or two sentences.")
    objectives: tuple[ModuleObjective, ...] = Field(json_schema_extra=MODULE_OBJECTIVES.bounds)
    lessons: tuple[PlannedLesson, ...] = Field(json_schema_extra=LESSONS_PER_MODULE.bounds)


@dataclass(frozen=True)
class PlacedLesson:
    """A planned lesson with its place: `number` counts through the course, `number_in_module` within it."""

    number: int
    module_number: int
    number_in_module: int
    module: PlannedModule
    planned: PlannedLesson

    @property
    def pointer(self) -> str:
        """The JSON Pointer to it in the plan."""
        return f"/modules/{self.module_number - 1}/lessons/{self.number_in_module - 1}"

    @property
    def objective_ids(self) -> tuple[str, ...]:
        return tuple(objective_id(self.number, place) for place, _ in enumerate(self.planned.objectives, 1))


class Plan(ReplyModel):
    title: Line = Field(description="3 to 10 words.")
    summary: Paragraph = Field(description="Who it is for and what they will be able to do, 40 to 80 words.")
    objectives: tuple[CourseObjective, ...] = Field(json_schema_extra=COURSE_OBJECTIVES.bounds)
    modules: tuple[PlannedModule, ...] = Field(json_schema_extra=MODULES.bounds)

    @cached_property
    def lessons(self) -> tuple[PlacedLesson, ...]:
        """All lessons in order; the first has number 1."""
        return tuple(self._placed())

    @cached_property
    def distinct_stems(self) -> tuple[frozenset[str], ...]:
        """Of each lesson, the stems of its target that few other targets have."""
        targets = [stems("\n".join((
            place.planned.title, *place.planned.key_terms, *(objective.text for objective in place.planned.objectives),
        ))) for place in self.lessons]
        holders = Counter(stem for target in targets for stem in target)
        most = max(1, len(targets) // 5)
        return tuple(frozenset(stem for stem in target if holders[stem] <= most) for target in targets)

    def lesson(self, position: int) -> PlacedLesson:
        """The lesson at `position`, from 1; IndexError if the plan has no such lesson."""
        if position < 1:
            raise IndexError(position)
        return self.lessons[position - 1]

    def _placed(self) -> Iterator[PlacedLesson]:
        number = 0
        for module_number, module in enumerate(self.modules, 1):
            for number_in_module, planned in enumerate(module.lessons, 1):
                number += 1
                yield PlacedLesson(number, module_number, number_in_module, module, planned)


def objective_id(lesson_number: int, place: int) -> str:
    """The id of a lesson's objective, as the target, the quiz and the document write it."""
    return f"L{lesson_number}.{place}"


# --- the unit -----------------------------------------------------------------------------------


class Section(ReplyModel):
    heading: Line = Field(description="2 to 8 words, different from the other sections.")
    body: Body = Field(description="Markdown paragraphs, lists, tables or code; no headings, links or HTML.")


class Example(ReplyModel):
    title: Line = Field(description="2 to 8 words.")
    body: Paragraph = Field(description="A worked, concrete case in Markdown, 60 to 150 words.")


class Activity(ReplyModel):
    title: Line = Field(description="2 to 8 words.")
    minutes: Annotated[int, Field(strict=True, ge=1, le=180)]
    instructions: Paragraph = Field(description="What the learner does and how they see that it worked; Markdown.")


class ItemKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"


class Option(ReplyModel):
    text: Sentence = Field(description="Plain text, alike in length and grammar to the other options.")
    is_correct: bool
    explanation: Sentence = Field(description="Why it is right, or which mistake it shows: one sentence.")


class Item(ReplyModel):
    """One quiz question."""

    objective: Id = Field(description="The id of the lesson objective that it measures, such as L3.1.")
    kind: ItemKind = Field(description="single: one option is correct; multiple: two or more, never all.")
    stem: Sentence = Field(description="The whole question in plain text.")
    options: tuple[Option, ...] = Field(json_schema_extra=OPTIONS.bounds)
    rationale: Sentence = Field(description="How to reason to the answer: one or two sentences.")


class Lesson(ReplyModel):
    """One lesson.  Number, title and objectives are not here: code knows them and writes them."""

    sections: tuple[Section, ...] = Field(json_schema_extra=SECTIONS.bounds)
    examples: tuple[Example, ...] = Field(json_schema_extra=EXAMPLES.bounds)
    activities: tuple[Activity, ...] = Field(json_schema_extra=ACTIVITIES.bounds)
    summary: Paragraph = Field(description="What to take away, 2 to 4 sentences, nothing new.")
    quiz: tuple[Item, ...] = Field(json_schema_extra=QUIZ.bounds)


# --- the document, as far as checks read it ------------------------------------------------------


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class DocumentLesson(_Stored):
    number: int
    title: str
    sections: tuple[Section, ...] = ()
    examples: tuple[Example, ...] = ()
    activities: tuple[Activity, ...] = ()
    summary: str = ""
    quiz: tuple[Item, ...] = ()


class DocumentModule(_Stored):
    number: int
    title: str
    lessons: tuple[DocumentLesson, ...]


class Document(_Stored):
    language: str = ""
    modules: tuple[DocumentModule, ...]
    missing: tuple[int, ...]
