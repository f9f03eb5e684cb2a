"""Whether the main lifts grow over the whole program: something rises, and no phase falls behind the one before
(TP-P02, P20)."""

from collections.abc import Iterator
from itertools import pairwise

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.across import SMALLEST_STEP, full_weeks, seen
from generation.kinds.training_program.checks.seen import Row, effort, name_key, schemes, warning
from generation.kinds.training_program.schema import Document
from generation.kinds.training_program.vocabulary import Goal, LoadKind

# --- TP-P02: overload ----------------------------------------------------------------------------

WINDOW = 4
SHORT_WINDOW = 3     # of a program that is no longer; there one lift that rises is enough
TAPER = 2             # weeks before an event, in which nothing rises


def overload(brief: Brief, document: Document) -> Iterator[Finding]:
    """Each main lift that is there in four full weeks in a row rises in something at least once, on any of its days."""
    mains = {name_key(lift.name) for lift in document.main_lifts}
    last = brief.weeks - (TAPER if brief.goal is Goal.EVENT else 0)
    full = [one for one in full_weeks(seen(document)) if one.number <= last]
    told = set[str]()
    changing = {name_key(lift.name) for lift in document.main_lifts if _changes(lift.guidance)}
    length = WINDOW if len(full) >= WINDOW else SHORT_WINDOW
    for start in range(len(full) - length + 1):
        window = full[start : start + length]
        if window[-1].number - window[0].number > length:
            continue       # weeks are missing between them
        steady: dict[str, Row] = {}
        rising = set[str]()
        for key in window[0].lifts:
            series = [one.lifts[key] for one in window if key in one.lifts]
            is_main = key[1] in mains and (series[-1].entry is None or not series[-1].entry.is_gentle)
            if not is_main or len(series) < length:
                continue
            if any(_rises(one, two) for one, two in pairwise(series)):
                rising.add(_work(series[-1]))
            else:
                steady.setdefault(key[1], series[-1])
        if length == SHORT_WINDOW and rising:
            continue
        for name, row in steady.items():
            if name in told or _work(row) in rising:
                continue
            told.add(name)
            # At a kept effort the weight rises unseen, and a home has one kettlebell.
            is_seen = row.is_barbell and row.exercise.load_kind in SMALLEST_STEP
            finding = error if not row.is_bout and (is_seen or name in changing) else warning
            yield finding(
                "TP-P02", f"{window[-1].at}{row.at}", measured=f"nothing rises in {length} weeks",
                limit="load, repetitions, sets or effort rise",
                message=f"'{row.exercise.name}' does not rise in load, repetitions, sets or effort from week "
                        f"{window[0].number} to {window[-1].number}.",
                advice="Raise the load, the repetitions or the sets at least once in four full weeks.",
            )


def _changes(guidance: str) -> bool:
    """Whether a lift's guidance has it rise by more than weight."""
    said = effort(guidance)
    spans = (said.rir, said.percent, said.rpe, said.reps)
    return any(span is not None and span[0] != span[1] for span in spans) or len(set(schemes(guidance))) > 1


def _work(row: Row) -> str:
    """What rises together: all bouts of one activity, all sets of one lift."""
    return row.entry.family if row.entry is not None and row.is_bout else name_key(row.exercise.name)


def _rises(before: Row, after: Row) -> bool:
    one, two = before.exercise, after.exercise
    if one.load_kind is not two.load_kind:
        return True
    old, new = one.load or 0, two.load or 0
    more_load = new < old if one.load_kind is LoadKind.RIR else new > old
    return (
        more_load or two.sets > one.sets or (two.reps or 0) > (one.reps or 0) or (two.seconds or 0) > (one.seconds or 0)
        # Fewer repetitions at the same distance from failure are done with more weight.
        or (one.load_kind is LoadKind.RIR and (two.reps or 0) < (one.reps or 0) and new <= old)
    )


# --- TP-P20: block maxima ------------------------------------------------------------------------


def block_maxima(brief: Brief, document: Document) -> Iterator[Finding]:
    """The best percentage or weight of a main lift does not fall from phase to phase, but in the last (a taper)."""
    mains = {name_key(lift.name) for lift in document.main_lifts}
    best: dict[tuple[str, LoadKind], tuple[float, str]] = {}
    for phase in document.phases[:-1]:
        here: dict[tuple[str, LoadKind], tuple[float, str]] = {}
        for one in full_weeks(seen(document)):
            if document.phase_of(one.number) is not phase:
                continue
            for (_, name), row in one.lifts.items():
                key = (name, row.exercise.load_kind)
                if name in mains and row.exercise.load is not None and row.exercise.load_kind in SMALLEST_STEP:
                    here[key] = max(here.get(key, (0.0, "")), (row.exercise.load, f"{one.at}{row.at}/load"))
        for key, (load, at) in here.items():
            before = best.get(key, (0.0, ""))[0]
            if load < before:
                yield warning(
                    "TP-P20", at, measured=f"{load:g}", limit=f"at least {before:g}",
                    message=f"The heaviest work of '{key[0]}' is lighter in phase '{phase.name}' than in the one "
                            "before.",
                    advice="Let the heaviest work of a main lift rise from phase to phase.",
                )
            best[key] = max(best.get(key, (0.0, "")), (load, at))
