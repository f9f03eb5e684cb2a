"""What a person wanted of a new version of a week, as far as code can tell: exercises gone or there, more or less of
them, shorter, longer, another language."""

from collections.abc import Iterator, Sequence

from generation.core.findings import Finding
from generation.core.prose.wishes import Aim, Wish, check_language, check_length, unfulfilled, wishes_in
from generation.kinds.training_program.checks import asked, seen
from generation.kinds.training_program.checks.asked import Exclusion
from generation.kinds.training_program.checks.seen import Row, rows
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import entry_of
from generation.kinds.training_program.schema import Week

Amounts = tuple[int, int, int]


def check_wish(instruction: str, old: Week, new: Week) -> list[Finding]:
    wishes = wishes_in(instruction)
    return [
        *(found for wish in wishes for found in _of_exercises(wish, old, new)),
        *check_length(wishes, _sizes(old), _sizes(new)),
        *check_language(wishes, " ".join(text for _, text in seen.texts_of_week(new))),
    ]


def _of_exercises(wish: Wish, old: Week, new: Week) -> Iterator[Finding]:
    """What is no exercise, no kind of them and no implement is left to people."""
    if wish.aim not in {Aim.GONE, Aim.THERE, Aim.MORE, Aim.LESS}:
        return
    meant = asked.named(wish.said)
    if meant is None:
        return
    if wish.aim is Aim.GONE:
        still = [row for row in rows(new) if meant.meets(row.exercise.name, row.entry)]
        if still:
            names = ", ".join(dict.fromkeys(row.exercise.name for row in still[:3]))
            yield unfulfilled(
                f"{still[0].at}/name", wish=f"no {wish.said}", measured=f"{len(still)} of them",
                message=f"“{wish.said}” was not wanted; this version still has {seen.quote(names)}.",
                advice="Train the same with another exercise.",
            )
        return
    before, after = _amounts(_like(meant, old)), _amounts(_like(meant, new))
    if wish.aim is Aim.THERE and not any(after) and not _speaks_of(meant, new):
        yield unfulfilled(
            "/workouts", wish=wish.said, measured="none",
            message=f"“{wish.said}” was wanted; this version has none.", advice="Put it where it fits the day best.",
        )
    if wish.aim is Aim.MORE and not any(then < now for then, now in zip(before, after, strict=True)):
        yield unfulfilled(
            "/workouts", wish=f"more {wish.said}", measured=f"{before[1]} sets, then {after[1]}",
            message=f"More of “{wish.said}” was wanted; this version has no more of it.",
            advice="Add sets or time, or one more of that kind.",
        )
    if wish.aim is Aim.LESS and any(after) and not any(then > now for then, now in zip(before, after, strict=True)):
        yield unfulfilled(
            "/workouts", wish=f"less {wish.said}", measured=f"{before[1]} sets, then {after[1]}",
            message=f"Less of “{wish.said}” was wanted; this version has no less of it.",
            advice="Take sets or time off it.",
        )


def _like(meant: Exclusion, week: Week) -> list[Row]:
    """The rows that are of its kind: "rowing" may be a row with a bar as well as a rower."""
    entry = entry_of(" ".join(sorted(meant.words)))
    families = {meant.family or (entry.family if entry else ""), meant.generic} - {""}
    return [
        row for row in rows(week)
        if meant.meets(row.exercise.name, row.entry) or (row.entry is not None and row.entry.family in families)
        or meant.words <= frozenset(lexicon.words(row.exercise.name))
    ]


def _speaks_of(meant: Exclusion, week: Week) -> bool:
    return any(meant.words <= frozenset(lexicon.words(text)) for _, text in seen.texts_of_week(week))


def _amounts(found: Sequence[Row]) -> Amounts:
    """How many rows, sets, and repetitions or seconds in all."""
    done = [row.exercise for row in found]
    return (
        len(done), sum(one.sets for one in done),
        sum(one.sets * (one.seconds if one.seconds is not None else one.reps or 0) for one in done),
    )


def _sizes(week: Week) -> tuple[int, int, int]:
    """A week may get shorter in words, in exercises or in sets: which of them was meant is not said."""
    words = sum(len(text.split()) for _, text in seen.texts_of_week(week))
    exercises = [exercise for workout in week.workouts for exercise in workout.exercises]
    return words, len(exercises), sum(exercise.sets for exercise in exercises)
