"""What only the whole program shows: how weeks follow each other
(TP-S08, S11, S13, P01, P04, P07, P13, P17, P18)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from rapidfuzz import fuzz

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import asked
from generation.kinds.training_program.checks.dose import sets_of_muscles, unbalanced
from generation.kinds.training_program.checks.seen import Row, info, name_key, plain, rows, schemes, warning
from generation.kinds.training_program.schema import Document, NumberedWeek
from generation.kinds.training_program.vocabulary import Goal, LoadKind


@dataclass(frozen=True)
class SeenWeek:
    """A week of the document with its rows, and where it stands."""

    index: int
    week: NumberedWeek

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        return rows(self.week)

    @cached_property
    def lifts(self) -> dict[tuple[int, str], Row]:
        """Each exercise by day and name."""
        return {(row.day, name_key(row.exercise.name)): row for row in self.rows}

    @property
    def at(self) -> str:
        return f"/weeks/{self.index}"

    @property
    def number(self) -> int:
        return self.week.number

    @cached_property
    def hard_sets(self) -> int:
        return sum(row.exercise.sets for row in self.rows if row.entry is None or row.is_hard)

    @cached_property
    def is_lifting(self) -> bool:
        """Whether its work is counted in sets more than in minutes."""
        return sum(row.is_bout for row in self.rows) * 3 < len(self.rows)


def seen(document: Document) -> list[SeenWeek]:
    return [SeenWeek(index, week) for index, week in enumerate(document.weeks)]


def full_weeks(weeks: list[SeenWeek]) -> list[SeenWeek]:
    return [one for one in weeks if not one.week.is_deload]


# --- TP-S08: copied weeks ------------------------------------------------------------------------

ALIKE = 90.0
LEAST_COPIED = 120       # characters: two short notes may well be alike


def copied_coaching(brief: Brief, document: Document) -> Iterator[Finding]:
    coaching = [plain(" ".join(week.coaching)) for week in document.weeks]
    for later in range(1, len(coaching)):
        if len(coaching[later]) < LEAST_COPIED:
            continue
        for earlier in range(later):
            ratio = fuzz.ratio(coaching[later], coaching[earlier], score_cutoff=ALIKE)
            if ratio >= ALIKE:
                yield warning(
                    "TP-S08", f"/weeks/{later}/coaching", measured=f"{ratio:.0f} % alike", limit=f"below {ALIKE:g} %",
                    message=f"The notes of week {document.weeks[later].number} are those of week "
                            f"{document.weeks[earlier].number} again.",
                    advice="Write what is particular to this week.",
                )
                break


# --- TP-S11: numbers of the main lifts' guidance -------------------------------------------------


def guidance_is_kept(brief: Brief, document: Document) -> Iterator[Finding]:
    if document.missing:
        return
    done: dict[str, set[tuple[int, int]]] = {}
    for one in seen(document):
        for row in one.rows:
            if row.exercise.reps is not None:
                done.setdefault(name_key(row.exercise.name), set()).add((row.exercise.sets, row.exercise.reps))
    for index, lift in enumerate(document.main_lifts):
        kept = done.get(name_key(lift.name))
        if not kept:
            continue
        for sets, reps, words in schemes(lift.guidance):
            if (sets, reps) not in kept:
                yield error(
                    "TP-S11", f"/main_lifts/{index}/guidance", measured=words,
                    limit=", ".join(f"{sets} x {reps}" for sets, reps in sorted(kept))[:200],
                    message=f"The guidance of '{lift.name}' says {words}, and no week has that.",
                    advice="Name sets and repetitions that the weeks have.",
                )
                break


# "135 lb in week 3"
_LOAD_OF_WEEK = re.compile(
    r"(?<![\d.,+-])(\d{2,4}(?:[.,]\d{1,2})?) ?(kg|lb)s? (?:in |en |for |by )?(?:week|woche|semana"
    r"|semaine) (\d{1,2})\b"
)
_ROUGHLY = re.compile(r"\b(?:about|around|up to|add|plus|at most|etwa|rund|bis|unos|hasta|environ|jusqu'a)\s+$")


def loads_of_guidance_are_kept(brief: Brief, document: Document) -> Iterator[Finding]:
    done: dict[tuple[str, int, str], set[float]] = {}
    for one in seen(document):
        for row in one.rows:
            if row.exercise.load is not None:
                key = (name_key(row.exercise.name), one.number, str(row.exercise.load_kind))
                done.setdefault(key, set()).add(row.exercise.load)
    for index, lift in enumerate(document.main_lifts):
        said = plain(lift.guidance)
        for found in _LOAD_OF_WEEK.finditer(said):
            kept = done.get((name_key(lift.name), int(found.group(3)), found.group(2)))
            is_rough = _ROUGHLY.search(said[max(0, found.start() - 20) : found.start()])
            if kept and not is_rough and float(found.group(1).replace(",", ".")) not in kept:
                yield error(
                    "TP-S11", f"/main_lifts/{index}/guidance", measured=found.group(),
                    limit=", ".join(f"{load:g}" for load in sorted(kept)),
                    message=f"The guidance of '{lift.name}' says {found.group()}, and that week has another load.",
                    advice="Name loads that the weeks have.",
                )
                break


# --- TP-S13: accessories and measures within a phase ---------------------------------------------


def steady_exercises(brief: Brief, document: Document) -> Iterator[Finding]:
    for before, after in pairwise(full_weeks(seen(document))):
        if document.phase_of(before.number) is not document.phase_of(after.number):
            continue
        for day in range(min(len(before.week.workouts), len(after.week.workouts))):
            ours = {name for at, name in after.lifts if at == day}
            theirs = {name for at, name in before.lifts if at == day}
            new = sorted(row.index for (at, name), row in after.lifts.items() if at == day and name not in theirs)
            if new and theirs and len(ours) >= len(theirs):
                first = after.week.workouts[day].exercises[new[0]].name
                yield warning(
                    "TP-S13", f"{after.at}/workouts/{day}/exercises/{new[0]}",
                    measured=f"{len(new)} of {len(ours)} new",
                    limit="the same exercises through a phase",
                    message=f"Day {day + 1} of week {after.number} has '{first}', which week {before.number} of the "
                            "same phase does not have.",
                    advice="Keep the accessories of a day through a phase; change them when the phase changes.",
                )
        for key, row in after.lifts.items():
            earlier = before.lifts.get(key)
            if earlier is not None and earlier.exercise.load_kind is not row.exercise.load_kind:
                yield warning(
                    "TP-S13", f"{after.at}{row.at}/load_kind", measured=row.exercise.load_kind,
                    limit=earlier.exercise.load_kind,
                    message=f"'{row.exercise.name}' is measured in {row.exercise.load_kind}, and in week "
                            f"{before.number} in {earlier.exercise.load_kind}.",
                    advice="Keep one measure for a lift through a phase.",
                )


# --- TP-P01: loads -------------------------------------------------------------------------------

JUMP_WARNING, JUMP_ERROR = 1.10, 1.20
SMALLEST_STEP = {LoadKind.KG: 2.5, LoadKind.LB: 5.0, LoadKind.PERCENT_1RM: 2.5}


def load_jumps(brief: Brief, document: Document) -> Iterator[Finding]:
    last: dict[tuple[int, str], tuple[int, Row]] = {}
    for one in full_weeks(seen(document)):
        for key, row in one.lifts.items():
            earlier_week, earlier = last.get(key, (0, row))
            last[key] = (one.number, row)
            old, new, kind = earlier.exercise.load, row.exercise.load, row.exercise.load_kind
            has_as_many = (earlier.exercise.reps or 0) <= (row.exercise.reps or 0) + 1
            is_same = earlier.exercise.load_kind is kind and has_as_many
            if old is None or new is None or not is_same or kind not in SMALLEST_STEP:
                continue
            if new - old <= SMALLEST_STEP[kind] or new <= old * JUMP_WARNING:
                continue
            finding = error if new > old * JUMP_ERROR else warning
            yield finding(
                "TP-P01", f"{one.at}{row.at}/load", measured=f"{old:g} to {new:g} {kind}",
                limit=f"{old * JUMP_WARNING:.4g}",
                message=f"'{row.exercise.name}' rises from {old:g} in week {earlier_week} to {new:g} in week "
                        f"{one.number}.",
                advice="Let a load rise by 2 to 5 percent a week, by 10 at most, or by the smallest plates.",
            )


# --- TP-P04, TP-P07: sets from week to week ------------------------------------------------------

MORE_WARNING, MORE_ERROR = 1.2, 1.5
FEW_SETS = 4
LEAST_SHARE, MOST_SHARE = 0.3, 0.8        # the plan's numbers are held more tightly; exercises take one set at least


def volume_jumps(brief: Brief, document: Document) -> Iterator[Finding]:
    for before, after in pairwise(full_weeks(seen(document))):
        if not (before.is_lifting and after.is_lifting):
            continue
        old, new = before.hard_sets, after.hard_sets
        if new > old * MORE_WARNING and new - old > FEW_SETS:
            finding = error if new > old * MORE_ERROR and new - old > 2 * FEW_SETS else warning
            yield finding(
                "TP-P04", f"{after.at}/workouts", measured=f"{old} to {new} sets",
                limit=f"{old * MORE_WARNING:.0f} sets",
                message=f"Week {after.number} has {new} hard sets, and week {before.number} had {old}.",
                advice="Let the sets rise by 20 percent at most from one full week to the next.",
            )
            continue
        ours, theirs = sets_of_muscles(after.rows), sets_of_muscles(before.rows)
        for muscle, sets in ours.items():
            if theirs[muscle] and sets > theirs[muscle] * MORE_ERROR and sets - theirs[muscle] > FEW_SETS:
                yield warning(
                    "TP-P04", f"{after.at}/workouts", measured=f"{muscle}: {theirs[muscle]:g} to {sets:g} sets",
                    limit=f"{theirs[muscle] * MORE_WARNING:.0f} sets",
                    message=f"The sets for the {muscle} rise from {theirs[muscle]:g} to {sets:g} in week "
                            f"{after.number}.",
                    advice="Let the sets of a muscle rise by 20 percent at most from one full week to the next.",
                )


def deloads(brief: Brief, document: Document) -> Iterator[Finding]:
    last: SeenWeek | None = None
    for one in seen(document):
        if not one.week.is_deload:
            last = one
            continue
        if last is None or not (one.is_lifting and last.is_lifting):
            continue
        share = one.hard_sets / max(last.hard_sets, 1)
        fewest = len([row for row in one.rows if row.is_hard])       # one set each
        is_taper = brief.goal is Goal.EVENT and one.index >= len(document.weeks) - 2
        if (share < LEAST_SHARE and not is_taper) or (share > MOST_SHARE and one.hard_sets > fewest + 1):
            yield error(
                "TP-P07", f"{one.at}/workouts", measured=f"{share:.0%} of the sets", limit="40 to 70 %",
                message=f"Week {one.number} is a deload with {one.hard_sets} sets, and week {last.number} had "
                        f"{last.hard_sets}.",
                advice="Give a deload about half the sets of the week before.",
            )
        for key, row in one.lifts.items():
            earlier = last.lifts.get(key)
            if earlier is not None and _is_heavier(earlier, row):
                yield error(
                    "TP-P07", f"{one.at}{row.at}/load", measured=f"{row.exercise.load:g}",
                    limit=f"{earlier.exercise.load:g}",
                    message=f"'{row.exercise.name}' is heavier in the deload of week {one.number} than in week "
                            f"{last.number}.",
                    advice="Keep the load of a deload at or below that of the week before.",
                )


def _is_heavier(before: Row, deload: Row) -> bool:
    old, new = before.exercise.load, deload.exercise.load
    if old is None or new is None or before.exercise.load_kind is not deload.exercise.load_kind:
        return False
    return new < old if deload.exercise.load_kind is LoadKind.RIR else new > old


# --- TP-P13: balance of a block ------------------------------------------------------------------

LOWEST_RATIO = 0.6


def balance_of_document(brief: Brief, document: Document) -> Iterator[Finding]:
    person = asked.of(brief)
    if not (person.conditions or person.exclusions) and len(document.weeks) > 1:
        yield from unbalanced(tuple(row for one in seen(document) for row in one.rows), "/weeks", LOWEST_RATIO)


# --- TP-P17, TP-P18: bouts -----------------------------------------------------------------------

LOOK_BACK_WEEKS = 4
SPIKE_WARNING, SPIKE_ERROR = 1.12, 2.0       # 10 %, and what rounding to half minutes adds
SHORTEST_BOUT_S = 600


def running_spikes(brief: Brief, document: Document) -> Iterator[Finding]:
    longest: list[tuple[int, str, int]] = []       # week, family, seconds
    for one in seen(document):
        best: dict[str, Row] = {}
        for row in one.rows:
            family = row.entry.family if row.entry is not None and row.entry.is_conditioning else ""
            if family and (row.exercise.seconds or 0) > (best[family].exercise.seconds or 0 if family in best else 0):
                best[family] = row
        for family, row in best.items():
            seconds = row.exercise.seconds or 0
            recent = [s for week, f, s in longest if f == family and one.number - week <= LOOK_BACK_WEEKS]
            longest.append((one.number, family, seconds))
            if not recent or seconds < SHORTEST_BOUT_S or seconds <= max(recent) * SPIKE_WARNING:
                continue
            finding = error if seconds > max(recent) * SPIKE_ERROR else warning
            yield finding(
                "TP-P17", f"{one.at}{row.at}/seconds", measured=f"{seconds / 60:.0f} min",
                limit=f"{max(recent) * 1.1 / 60:.0f} min",
                message=f"The longest bout of '{row.exercise.name}' grows to {seconds / 60:.0f} min in week "
                        f"{one.number}; in the weeks before it was {max(recent) / 60:.0f} min.",
                advice="Let the longest bout grow by 10 percent at most over the longest of the last four weeks.",
            )


MODERATE_MIN, VIGOROUS_MIN = 150, 75
VIGOROUS_RPE = 7
HEALTH_GOALS = frozenset({Goal.GENERAL_FITNESS, Goal.FAT_LOSS})


def aerobic_dose(brief: Brief, document: Document) -> Iterator[Finding]:
    full = full_weeks(seen(document))
    if brief.goal not in HEALTH_GOALS or not full:
        return
    minutes = 0.0
    for one in full:
        for row in one.rows:
            if row.is_bout and row.exercise.seconds is not None:
                is_vigorous = row.exercise.load_kind is LoadKind.RPE and (row.exercise.load or 0) >= VIGOROUS_RPE
                minutes += row.exercise.sets * row.exercise.seconds / 60 * (2 if is_vigorous else 1)
    mean = minutes / len(full)
    if mean < MODERATE_MIN:
        yield info(
            "TP-P18", "/weeks", measured=f"{mean:.0f} min a week", limit=f"{MODERATE_MIN} min moderate",
            message=f"The program has about {mean:.0f} minutes of moderate conditioning a week; the WHO advises "
                    f"{MODERATE_MIN}, or {VIGOROUS_MIN} of vigorous ones.",
            advice="Add walking or riding on other days, or say so in the summary.",
        )
