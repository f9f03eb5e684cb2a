"""A week's main lifts against the intensity that the plan gives for it (TP-S10).

The plan's intensity is a sentence, and most plans mean more by it than they say: one lift goes by its own numbers, a
day is a light one.  An error needs a sentence that is plainly about every main lift; what else differs is a warning,
and what the plan itself makes an exception is nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.seen import Effort, effort, name_key, plain, quote, warning
from generation.kinds.training_program.schema import Exercise, Plan, PlannedWeek, Week
from generation.kinds.training_program.vocabulary import LoadKind

RIR_OFF, PERCENT_OFF, REPS_OFF, RPE_OFF = 1.0, 5.0, 2.0, 2.0
_OFF = {LoadKind.RIR: RIR_OFF, LoadKind.PERCENT_1RM: PERCENT_OFF, LoadKind.RPE: RPE_OFF}
_SPAN_OF = {LoadKind.RIR: "rir", LoadKind.PERCENT_1RM: "percent", LoadKind.RPE: "rpe"}

Span = tuple[float, float]

_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d)?(?![\d.,]*\d)")
_BARE_NUMBER = re.compile(
    r"(?<![\d.,])(?<!rir )(?<!rpe )\b\d{1,3}(?![\d.,]*\d)(?!\s*(?:%|percent|prozent|kg|lb|s\b|sec|sek|min|m\b|rir|rpe))"
)
# A day that is meant to be another than the others.
_OTHER_DAY = re.compile(
    r"\b(?:light\w*|eas(?:y|ier)|speed|dynamic|technique|technical|recovery|volume|explosive|skills?|practice|deload"
    r"|variations?|leicht\w*|technik\w*|schnellkraft\w*|erholung\w*|umfang\w*|volumen\w*|variante\w*"
    r"|liger[oa]s?|facil\w*|tecnic[oa]s?|velocidad|recuperacion"
    r"|leger\w*|facile\w*|vitesse|recuperation)\b"
)
# Days, sets and tiers of lifts that a sentence tells apart.
_OTHER_KIND = re.compile(
    r"\b(?:light\w*|easy|easier|heavy|heavier|speed|dynamic|technique|technical|recovery|volume|power|explosive|fast"
    r"|tempo|pause\w*|skill|practice|top sets?|back[- ]?offs?|amrap|singles?|doubles?|triples?|waves?|tiers?|t[123]"
    r"|leicht\w*|schwer\w*|technik\w*|schnell\w*|erholung\w*|ligero\w*|ligera\w*|facil\w*|pesad[oa]s?|tecnic[oa]s?"
    r"|rapid[oa]s?|leger\w*|facile\w*|lourd\w*|technique\w*|rapide\w*|vitesse|variation\w*|variante\w*|secondary"
    r"|assistance|accessor\w+|zubehor|accesori\w+|accessoire\w*|except|but|ausser|salvo|sauf|first|last|erste\w*"
    r"|letzte\w*|primer\w*|ultim\w*|premier\w*|dernier\w*|days?|tage?|dias?|jours?"
    r"|openers?|above|below|under|over|up to|at most|at least|no more|nothing|max\w*|work up|build|ramp\w*|rising"
    r"|uber|unter|hochstens|mindestens|bis|steigend\w*|hasta|como maximo|menos|mas|por debajo|jusqu\w*|au plus|au moins"
    r"|sous|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b"
)


@dataclass(frozen=True)
class PlannedEffort:
    """What the plan wants of the main lifts in one week, and how far its sentence is to be taken at its word."""

    intensity: str
    is_plain: bool                    # one sentence for every main lift
    are_reps_plain: bool              # "5 reps, squat 115 lb, deadlift 155 lb"
    numbers: tuple[float, ...]        # all that it has

    @property
    def limit(self) -> str:
        return quote(self.intensity)


@lru_cache(maxsize=256)
def _target(intensity: str, names: tuple[str, ...]) -> PlannedEffort:
    said = plain(intensity)
    lifts = {word for name in names for word in plain(name).split()}
    first_lift = next((found.start() for found in re.finditer(r"[a-z]{4,}", said) if found.group() in lifts), None)
    numbers = tuple(float(found.replace(",", ".")) for found in _NUMBER.findall(said))
    has_no_other_kind = not _OTHER_KIND.search(said)
    is_plain = has_no_other_kind and first_lift is None
    bare = {found.group() for found in _BARE_NUMBER.finditer(said)}
    first = next((found.start() for found in _BARE_NUMBER.finditer(said)), len(said))
    are_reps_plain = has_no_other_kind and (first_lift is None or (len(bare) == 1 and first < first_lift))
    return PlannedEffort(intensity, is_plain, are_reps_plain, numbers)


def effort_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    planned = plan.week(position)
    if planned is None:
        return
    due = effort(planned.intensity)
    for day, (workout, session) in enumerate(zip(week.workouts, plan.sessions, strict=False)):
        mains = {name_key(name) for name in session.main_lifts}
        keys = [name_key(exercise.name) for exercise in workout.exercises]
        for index, (key, exercise) in enumerate(zip(keys, workout.exercises, strict=True)):
            # Twice under one name: a top set and back-off sets, rising sets.
            if key not in mains or keys.count(key) > 1:
                continue
            for gap in _gaps(exercise, due, is_first=not index):
                focus = plain(f"{session.focus} {workout.focus} {session.label}")
                if planned.is_deload or not _OTHER_DAY.search(focus):
                    yield from _judged(gap, plan, planned, exercise, f"/workouts/{day}/exercises/{index}")


@dataclass(frozen=True)
class _Gap:
    """A number of a lift that is not within what the sentence says."""

    field: str
    measure: str
    value: float
    span: Span
    least: float       # from here on it is worth a word
    most: float        # from here on it is an error, if the sentence is plain


def _gaps(exercise: Exercise, due: Effort, *, is_first: bool) -> Iterator[_Gap]:
    measure = _SPAN_OF.get(exercise.load_kind)
    span: Span | None = getattr(due, measure) if measure else None
    if measure and span is not None and exercise.load is not None:
        off = _OFF[exercise.load_kind]
        if _away(exercise.load, span) >= off / 2:
            yield _Gap("load", measure, exercise.load, span, off / 2, off)
    if due.reps is not None and exercise.reps is not None:
        least = REPS_OFF if is_first else REPS_OFF + 1
        if _away(exercise.reps, due.reps) >= least:
            yield _Gap("reps", "reps", exercise.reps, due.reps, least, REPS_OFF + 1)


def _away(value: float, span: Span) -> float:
    return max(span[0] - value, value - span[1])


def _own_numbers(plan: Plan, exercise: Exercise, measure: str, off: float) -> Span | None:
    """The span of a lift's guidance where that is not the one that the weeks give to all: it goes by its own."""
    key = name_key(exercise.name)
    guidance = next((lift.guidance for lift in plan.main_lifts if name_key(lift.name) == key), "")
    own: Span | None = getattr(effort(guidance), measure)
    weeks: list[Span] = [
        span for week in plan.weeks if not week.is_deload and (span := getattr(effort(week.intensity), measure))
    ]
    if own is None or not weeks:
        return None
    lowest, highest = min(span[0] for span in weeks), max(span[1] for span in weeks)
    is_like_all = abs(own[0] - lowest) < off and abs(own[1] - highest) < off
    return None if is_like_all else own


LEAST_PERCENT, MOST_OF_OTHERS = 25, 60


def _judged(gap: _Gap, plan: Plan, planned: PlannedWeek, exercise: Exercise, at: str) -> Iterator[Finding]:
    target = _target(planned.intensity, tuple(lift.name for lift in plan.main_lifts))
    own = _own_numbers(plan, exercise, gap.measure, gap.most / 4)
    is_plain = target.are_reps_plain if gap.measure == "reps" else target.is_plain
    span = gap.span
    if not is_plain:
        # "5 reps at 78% 1RM, deadlift 4 at 80%": any of its numbers may be meant.
        is_percent = gap.measure == "percent"
        numbers = [n for n in target.numbers if (n >= LEAST_PERCENT if is_percent else n <= MOST_OF_OTHERS)]
        span = (min([*numbers, span[0]]), max([*numbers, span[1]]))
    if own is not None and not planned.is_deload:
        span = (min(own[0], span[0]), max(own[1], span[1]))
    away = _away(gap.value, span)
    if away < gap.least:
        return
    finding = error if is_plain and own is None and away >= gap.most else warning
    said = f"with {exercise.reps} repetitions" if gap.field == "reps" else f"at {exercise.load_kind} {gap.value:g}"
    yield finding(
        "TP-S10", f"{at}/{gap.field}", measured=f"{gap.value:g}", limit=target.limit,
        message=f"'{exercise.name}' is a main lift {said}; the plan wants '{target.limit}'.",
        advice="Do the main lifts at the intensity and with the repetitions that the plan gives for this week.",
    )
