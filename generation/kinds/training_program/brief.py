"""What a user asks for.  Only the goal is needed; everything else has a default that most would choose."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from generation.core.kind import BriefModel, JsonObject
from generation.core.text import plain_line, plain_text
from generation.kinds.training_program.vocabulary import (
    DAYS_PER_WEEK,
    WEEKS,
    Equipment,
    Goal,
    Level,
    Units,
)

if TYPE_CHECKING:     # plain_text makes its types at run time, which mypy cannot follow
    GoalNote = str
    Limitation = str
    Preferences = str
else:
    GoalNote = plain_text(500, min_length=0)
    Limitation = plain_line(160)
    Preferences = plain_text(1_000, min_length=0)


def _strict_int(low: float, high: float) -> object:
    """Field(...) of a whole number: "12", 12.5 and true are errors, not 12, 12 and 1."""
    return Field(strict=True, ge=int(low), le=int(high))


class Brief(BriefModel):
    """A request for a training program."""

    goal: Goal = Field(description="What the program is for.")
    goal_note: GoalNote = Field(
        default="", description="The goal in the user's own words: an event with its date, a lift, a size.",
    )
    level: Level = Field(
        default=Level.NOVICE,
        description="Training experience: novice (under 1 year), intermediate (1 to 3 years), advanced.",
    )
    weeks: Annotated[int, _strict_int(WEEKS.low, WEEKS.high)] = Field(
        default=12, description="Length of the program in weeks, 1 to 24.",
    )
    days_per_week: Annotated[int, _strict_int(DAYS_PER_WEEK.low, DAYS_PER_WEEK.high)] = Field(
        default=3, description="Workouts in each week, 1 to 7, deload weeks included.",
    )
    minutes_per_session: Annotated[int, _strict_int(15, 180)] = Field(
        default=60, description="Minutes for one workout, warm-up included, 15 to 180.",
    )
    equipment: tuple[Equipment, ...] = Field(
        default=(Equipment.FULL_GYM,), max_length=len(Equipment),
        description="What there is to train with. An empty list means body weight only.",
    )
    limitations: tuple[Limitation, ...] = Field(
        default=(), max_length=10,
        description="Injuries, pain, and movements to avoid; one short text each.",
    )
    preferences: Preferences = Field(
        default="", description="Likes, dislikes, favourite or unwanted exercises, days that are taken.",
    )
    units: Units = Field(default=Units.METRIC, description="metric: kg and km; imperial: lb and miles.")
    language: str = Field(
        default="en", max_length=35, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}$",
        description="The language of the program, as a BCP 47 tag: en, de, pt-BR, zh-Hant.",
    )


EXAMPLE: JsonObject = {
    "goal": "strength",
    "goal_note": "Back squat 120 kg for one repetition by the end of spring; I am at 105 kg now.",
    "level": "intermediate",
    "weeks": 12,
    "days_per_week": 3,
    "minutes_per_session": 60,
    "equipment": ["barbell", "dumbbells", "bench", "pull_up_bar"],
    "limitations": ["Left shoulder hurts in wide-grip pressing"],
    "preferences": "I like front squats and rows, and I do not want burpees. No training on Sundays.",
    "units": "metric",
    "language": "en",
}
