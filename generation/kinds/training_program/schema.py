"""What the model writes: a plan, and one week for each call; and the document made of them.

Numbers and lists carry their bounds in the JSON schema only, for the provider to keep to.  Here they
pass, so that a value out of bounds becomes a finding with a sentence (checks.py), not a parse error.
Texts are bounded in both: a model that does not end a text is stopped there."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from generation.core.kind import ReplyModel, text_of, told_as
from generation.kinds.training_program.vocabulary import (
    ANY_LOAD,
    DAYS_PER_WEEK,
    REPS,
    REST_S,
    SECONDS,
    SETS,
    SETS_PER_WORKOUT,
    WEEKS,
    Domain,
    LoadKind,
)

Line = Annotated[str, text_of(120), told_as(120)]
Note = Annotated[str, text_of(400), told_as(400)]
Paragraph = Annotated[str, text_of(1_500), told_as(1_500)]


def _whole(domain: Domain) -> object:
    """Field(...) of a whole number: "3", 3.5 and true are refused; the domain is the checks' business."""
    return Field(strict=True, json_schema_extra={**domain.bounds})


WeekNumber = Annotated[int, _whole(WEEKS)]
Sets = Annotated[int, _whole(SETS)]
SetsPerWorkout = Annotated[int, _whole(SETS_PER_WORKOUT)]
Reps = Annotated[int, _whole(REPS)]
Seconds = Annotated[int, _whole(SECONDS)]
Rest = Annotated[int, _whole(REST_S)]
Load = Annotated[float, Field(strict=True, allow_inf_nan=False, json_schema_extra={**ANY_LOAD.bounds})]


def _list_of(domain: Domain) -> JsonDict:
    return {**domain.size}


# --- the plan -----------------------------------------------------------------------------------


class Phase(ReplyModel):
    name: Line = Field(description="1 to 3 words, different from the other phases.")
    focus: Note = Field(description="What this phase develops, at most 20 words.")
    first_week: WeekNumber
    last_week: WeekNumber


class Session(ReplyModel):
    """One training day as every week repeats it."""

    label: Line = Field(description="Day 1, Day 2, ... in the requested language.")
    focus: Line = Field(description="2 to 6 words, such as: lower body, squat first.")
    main_lifts: tuple[Line, ...] = Field(
        description="The exercises that every week trains on this day, most important first.",
        min_length=1, json_schema_extra=_list_of(Domain(1, 3)),
    )


class MainLift(ReplyModel):
    name: Line = Field(description="As in the sessions.")
    guidance: Note = Field(
        description="Sets, repetitions and load in the first week and in the hardest, at most 25 words.",
    )


class PlannedWeek(ReplyModel):
    """What one week is to do.  The weeks are written apart and know of each other only this."""

    number: WeekNumber
    focus: Line = Field(description="3 to 8 words.")
    is_deload: bool
    intensity: Line = Field(
        description="Effort or load of the main work, such as: 5 reps at RIR 2; 80% 1RM; RPE 4.",
    )
    sets_per_workout: SetsPerWorkout = Field(
        description="Working sets in each workout, warm-up sets not counted.",
    )
    guidance: Note = Field(description="What changes against the week before, at most 20 words.")


class Plan(ReplyModel):
    title: Line = Field(description="3 to 8 words.")
    summary: Paragraph = Field(description="What the program does and how it gets there, 40 to 80 words.")
    safety: Paragraph = Field(
        description="When to stop and whom to ask; that this is no medical advice. 30 to 60 words.",
    )
    progression: Paragraph = Field(
        description="When and by how much a load rises, and what to do after a failed set or a missed week. "
                    "It holds for all weeks. 40 to 80 words.",
    )
    phases: tuple[Phase, ...] = Field(
        description="In order, without gap or overlap, from week 1 to the last.",
        json_schema_extra=_list_of(Domain(1, 8)),
    )
    sessions: tuple[Session, ...] = Field(
        description="One for each training day of the week.", json_schema_extra=_list_of(DAYS_PER_WEEK),
    )
    main_lifts: tuple[MainLift, ...] = Field(
        description="One for each main lift or main conditioning activity of the sessions.",
        min_length=1, json_schema_extra=_list_of(Domain(1, 10)),
    )
    weeks: tuple[PlannedWeek, ...] = Field(
        description="One for each week, in order.", json_schema_extra=_list_of(WEEKS),
    )

    def phase_of(self, position: int) -> Phase | None:
        """The phase of week `position`; None if the phases have a gap there."""
        return next((phase for phase in self.phases if phase.first_week <= position <= phase.last_week), None)

    def week(self, position: int) -> PlannedWeek | None:
        """What is planned for week `position`; None if it was left out."""
        return next((week for week in self.weeks if week.number == position), None)


# --- the unit -----------------------------------------------------------------------------------


class Exercise(ReplyModel):
    name: Line = Field(description="A common name, 1 to 5 words; main lifts exactly as in the plan.")
    sets: Sets
    reps: Reps | None = Field(description="Repetitions of one set (of each side); null for timed work.")
    seconds: Seconds | None = Field(description="Seconds of one set; null for counted work.")
    load_kind: LoadKind = Field(description="rpe is for conditioning only.")
    load: Load | None = Field(description="In the unit of load_kind; null for bodyweight.")
    rest_s: Rest = Field(description="Seconds of rest after each set.")
    note: Note = Field(description="One cue or change, at most 15 words; empty if there is nothing to say.")


class Workout(ReplyModel):
    label: Line = Field(description="The label of the plan's session.")
    focus: Line = Field(description="2 to 6 words.")
    warm_up: tuple[Note, ...] = Field(
        description="2 to 4 steps, general to specific.", json_schema_extra=_list_of(Domain(0, 6)),
    )
    exercises: tuple[Exercise, ...] = Field(
        description="In training order, main lifts first.", json_schema_extra=_list_of(Domain(1, 10)),
    )
    cool_down: Note = Field(description="One sentence; may be empty.")


class Week(ReplyModel):
    """One week in full.  Its number is written by code."""

    phase: Line = Field(description="The name of the plan's phase, unchanged.")
    is_deload: bool = Field(description="As in the plan.")
    summary: Note = Field(description="What this week is for, at most 30 words.")
    workouts: tuple[Workout, ...] = Field(
        description="One for each session of the plan, in its order.",
        json_schema_extra=_list_of(DAYS_PER_WEEK),
    )
    coaching: tuple[Note, ...] = Field(
        description="2 to 4 notes that hold for this week in particular, at most 25 words each.",
        json_schema_extra=_list_of(Domain(1, 5)),
    )


# --- the document, as far as checks read it ------------------------------------------------------


class NumberedWeek(Week):
    number: int


class Document(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    phases: tuple[Phase, ...]
    main_lifts: tuple[MainLift, ...] = ()
    weeks: tuple[NumberedWeek, ...]
    missing: tuple[int, ...]

    def phase_of(self, number: int) -> Phase | None:
        return next((phase for phase in self.phases if phase.first_week <= number <= phase.last_week), None)
