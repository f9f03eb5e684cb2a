"""What a user asks for.  Only the subject is needed; everything else has a default that most would choose."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from generation.core.kind import BriefModel, JsonObject
from generation.core.text import plain_line, plain_text

MAX_LESSONS = 60

if TYPE_CHECKING:     # plain_text makes its types at run time, which mypy cannot follow
    Subject = str
    Audience = str
    LearnerGoal = str
    Notes = str
else:
    Subject = plain_line(200)
    Audience = plain_text(500, min_length=0)
    LearnerGoal = plain_line(300)
    Notes = plain_text(2_000, min_length=0)


class Level(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class ReadingLevel(StrEnum):
    """How hard the prose may be; rules.md says what each means to the model."""

    PLAIN = "plain"
    GENERAL = "general"
    ACADEMIC = "academic"


def _strict_int(low: int, high: int) -> object:
    """Field(...) of a whole number: "12", 12.5 and true are errors, not 12, 12 and 1."""
    return Field(strict=True, ge=low, le=high)


class Brief(BriefModel):
    """A request for a course."""

    subject: Subject = Field(description="What the course is about, such as: Reading an electricity bill.")
    audience: Audience = Field(
        default="", description="Who will take it: their work, what they know already, what they need it for.",
    )
    level: Level = Field(
        default=Level.BEGINNER,
        description="beginner: new to the subject; intermediate: knows the basics; advanced: practises it.",
    )
    objectives: tuple[LearnerGoal, ...] = Field(
        default=(), max_length=12,
        description="What learners shall be able to do afterwards; one short text each, or none.",
    )
    modules: Annotated[int, _strict_int(1, 12)] = Field(
        default=4, description="Number of modules, 1 to 12.",
    )
    lessons_per_module: Annotated[int, _strict_int(1, 10)] = Field(
        default=3, description=f"Lessons in each module, 1 to 10; a course has at most {MAX_LESSONS} lessons.",
    )
    minutes_per_lesson: Annotated[int, _strict_int(5, 180)] = Field(
        default=30, description="Minutes a learner spends on one lesson, reading and activities, 5 to 180.",
    )
    reading_level: ReadingLevel = Field(
        default=ReadingLevel.GENERAL,
        description="plain: short everyday sentences; general: like a newspaper; academic: like a textbook.",
    )
    language: str = Field(
        default="en", max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$",
        description="The language of the course, as a BCP 47 tag: en, de, pt-BR, zh-Hant.",
    )
    notes: Notes = Field(
        default="", description="Anything else: context, tools at hand, topics to include or to leave out.",
    )

    @property
    def lessons(self) -> int:
        return self.modules * self.lessons_per_module

    @model_validator(mode="after")
    def _not_too_long(self) -> "Brief":
        if self.lessons > MAX_LESSONS:
            raise ValueError(
                f"{self.modules} modules of {self.lessons_per_module} lessons are {self.lessons} lessons, "
                f"and a course has at most {MAX_LESSONS}; ask for fewer modules or fewer lessons in each"
            )
        return self


EXAMPLE: JsonObject = {
    "subject": "Planning a small vegetable garden in a cool climate",
    "audience": "Adults with a balcony or a small yard who have never grown food; evening class at a community "
                "college, mixed ages.",
    "level": "beginner",
    "objectives": [
        "Choose crops that fit their light, space and season",
        "Draw a planting plan with dates for one year",
        "Recognise the five most common plant problems and respond to them",
    ],
    "modules": 4,
    "lessons_per_module": 3,
    "minutes_per_lesson": 30,
    "reading_level": "general",
    "language": "en",
    "notes": "Last frost is in mid May. No synthetic pesticides. Learners share one set of hand tools.",
}
