"""The plan and the weeks against the person who asked: equipment, limitations, exclusions, age, experience
(TP-C01 to C03, C05 to C08)."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import asked
from generation.kinds.training_program.checks.seen import for_a_person, is_denied, plain, quote, rows, warning
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import Entry, entry_of, named_in
from generation.kinds.training_program.schema import Plan, Week
from generation.kinds.training_program.vocabulary import Goal, Level, LoadKind, available

Place = tuple[str, str, Entry | None]     # pointer, name, what is known of it


def _of_plan(plan: Plan) -> Iterator[Place]:
    for day, session in enumerate(plan.sessions):
        for index, name in enumerate(session.main_lifts):
            yield f"/sessions/{day}/main_lifts/{index}", name, entry_of(name)
    for index, lift in enumerate(plan.main_lifts):
        yield f"/main_lifts/{index}/name", lift.name, entry_of(lift.name)


def _of_week(week: Week) -> Iterator[Place]:
    for row in rows(week):
        yield f"{row.at}/name", row.exercise.name, row.entry


# --- TP-C01: equipment ---------------------------------------------------------------------------


def _equipment(brief: Brief, places: Iterator[Place]) -> Iterator[Finding]:
    there = available(brief.equipment)
    for at, name, entry in places:
        if entry is None or entry.fits(there):
            continue
        lacking = " and ".join(" or ".join(sorted(group)) for group in entry.needs if not group & there)
        yield error(
            "TP-C01", at, measured=f"{name}: {lacking}", limit=", ".join(sorted(brief.equipment)) or "body weight only",
            message=f"'{name}' needs {lacking.replace('_', ' ')}, which the brief does not list.",
            advice="Choose an exercise for the equipment of the brief, or for body weight.",
        )


def equipment_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _equipment(brief, _of_plan(plan))


def equipment_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _equipment(brief, _of_week(week))


# --- TP-C02: limitations -------------------------------------------------------------------------


def _limitations(brief: Brief, places: Iterator[Place]) -> Iterator[Finding]:
    conditions = asked.of(brief).conditions
    if not conditions:
        return
    for at, name, entry in places:
        if entry is None:
            continue
        for condition in conditions:
            wrong = entry.traits & condition.forbids
            doubtful = entry.traits & condition.doubts
            if brief.goal in {Goal.ENDURANCE, Goal.EVENT} and entry.family == "run":
                doubtful = frozenset()      # it is what was asked for
            if not wrong and not doubtful:
                continue
            finding = error if wrong else warning
            traits = ", ".join(asked.TRAIT_WORDS.get(trait, trait) for trait in sorted(wrong or doubtful))
            yield finding(
                "TP-C02", at, measured=f"{name}: {traits}", limit=quote(condition.said),
                message=f"'{name}' means {traits}, which {'does not suit' if wrong else 'may not suit'} "
                        f"'{quote(condition.said)}'.",
                advice="Choose another exercise that the limitation allows, instead of adding a warning.",
            )
            break


def limitations_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _limitations(brief, _of_plan(plan))


def limitations_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _limitations(brief, _of_week(week))
    wanted = asked.of(brief)
    hearts = [condition for condition in wanted.conditions if "maximal" in condition.forbids]
    if not hearts:
        return
    for row in rows(week):
        exercise = row.exercise
        load = exercise.load if exercise.load is not None else -1.0
        is_maximal = (
            (exercise.load_kind is LoadKind.PERCENT_1RM and load >= 90)
            or (exercise.load_kind is LoadKind.RIR and load == 0)
            or (exercise.load_kind is LoadKind.RPE and load >= 9)
        )
        if is_maximal:
            yield error(
                "TP-C02", f"{row.at}/load", measured=f"{exercise.load_kind} {load:g}", limit=quote(hearts[0].said),
                message=f"'{exercise.name}' is a maximal effort, which does not suit '{quote(hearts[0].said)}'.",
                advice="Stay well below the limit: RIR 3 or more, at most 80 percent of 1RM, RPE 7 at most.",
            )


def clearance(brief: Brief, plan: Plan) -> Iterator[Finding]:
    needing = [condition.said for condition in asked.of(brief).conditions if condition.needs_clearance]
    if needing:
        yield for_a_person(
            "TP-C02", "", measured=quote("; ".join(dict.fromkeys(needing))), limit="a person decides",
            message="The brief names a condition that wants a professional's consent before training starts.",
            advice="Somebody qualified looks at the program before it is used.",
        )


# --- TP-C03: exclusions --------------------------------------------------------------------------


def _exclusions(brief: Brief, places: Iterator[Place]) -> Iterator[Finding]:
    excluded = asked.of(brief).exclusions
    if not excluded:
        return
    for at, name, entry in places:
        for exclusion in excluded:
            if exclusion.meets(name, entry):
                yield error(
                    "TP-C03", at, measured=name, limit=f"no {exclusion.said}",
                    message=f"'{name}' is there, but the brief does not want '{exclusion.said}'.",
                    advice="Choose another exercise that trains the same.",
                )
                break


def exclusions_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _exclusions(brief, _of_plan(plan))


def exclusions_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _exclusions(brief, _of_week(week))


# --- TP-C05: experience --------------------------------------------------------------------------


def experience(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    if brief.level is not Level.NOVICE:
        return
    for row in rows(week):
        exercise = row.exercise
        if exercise.load_kind is LoadKind.PERCENT_1RM:
            yield warning(
                "TP-C05", f"{row.at}/load_kind", measured=exercise.load_kind, limit="rir, or a weight",
                message=f"'{exercise.name}' has a percentage of 1RM, which a novice does not know.",
                advice="Prescribe repetitions in reserve.",
            )
        if exercise.load_kind is LoadKind.RIR and exercise.load is not None and exercise.load < 1 \
                and row.entry is not None and row.entry.is_compound:
            yield warning(
                "TP-C05", f"{row.at}/load", measured=f"{exercise.load:g}", limit="at least 1",
                message=f"'{exercise.name}' goes to failure, and the brief is a novice's.",
                advice="Keep two or three repetitions in reserve on lifts of several joints.",
            )
        if row.entry is not None and "technical" in row.entry.traits:
            yield warning(
                "TP-C05", f"{row.at}/name", measured=exercise.name, limit="lifts that a novice can learn alone",
                message=f"'{exercise.name}' takes a coach to learn, and the brief is a novice's.",
                advice="Choose a simpler lift that trains the same.",
            )


# --- TP-C06, TP-C07: who has to be asked ---------------------------------------------------------


def screening(brief: Brief, plan: Plan) -> Iterator[Finding]:
    flags = asked.of(brief).flags
    if flags:
        yield for_a_person(
            "TP-C06", "", measured=quote("; ".join(flags)), limit="a person decides",
            message=f"The brief says '{quote('; '.join(flags))}': somebody has to decide whether training may start.",
            advice="Ask for a professional's consent before the program is used.",
        )


OLD, OF_AGE = 65, 18
MOST_BALANCE_DAYS = 3


def minors(brief: Brief, plan: Plan) -> Iterator[Finding]:
    age = asked.of(brief).age
    if age is not None and age < OF_AGE:
        yield for_a_person(
            "TP-C07", "", measured=age, limit=f"{OF_AGE} or older",
            message=f"The brief is about somebody of {age} years.",
            advice="A guardian and a professional have to agree before the program is used.",
        )


def balance_work(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    age = asked.of(brief).age
    if age is None or age < OLD:
        return
    seen = rows(week)
    days = {
        row.day for row in seen
        if row.entry is not None and ("balance" in row.entry.traits or "unilateral" in row.entry.traits
                                      or row.entry.family in {"carry", "lunge"})
    }
    for day, workout in enumerate(week.workouts):
        said = plain(" ".join(workout.warm_up))
        if re.search(r"\b(?:balance|one leg|single[- ]leg|gleichgewicht|einbein\w*|equilibrio|equilibre)\b", said):
            days.add(day)
    due = min(MOST_BALANCE_DAYS, len(week.workouts))
    if len(days) < due:
        yield warning(
            "TP-C07", "/workouts", measured=f"{len(days)} days", limit=f"{due} days",
            message=f"At {age} years balance or functional work belongs on {due} days; there is some on {len(days)}.",
            advice="Add a step-up, a carry or a stand on one leg.",
        )


# --- TP-C08: days that are taken -----------------------------------------------------------------


def blocked_days(brief: Brief, plan: Plan) -> Iterator[Finding]:
    blocked = asked.of(brief).blocked_days
    if not blocked:
        return
    for index, session in enumerate(plan.sessions):
        for name in ("label", "focus"):
            text = plain(getattr(session, name))
            day = next((day for day in blocked if re.search(asked.WEEKDAYS[day], text)), None)
            if day is not None:
                yield error(
                    "TP-C08", f"/sessions/{index}/{name}", measured=getattr(session, name), limit=f"not on {day}",
                    message=f"Session '{session.label}' is on a {day}, which the brief keeps free.",
                    advice="Put the session on another day.",
                )


def exclusions_in_words(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """TP-C03: what the brief excludes is no favourite of the plan's texts either."""
    excluded = asked.of(brief).exclusions
    if not excluded:
        return
    for at, text in (("/summary", plan.summary), *((f"/weeks/{n}/guidance", w.guidance)
                                                   for n, w in enumerate(plan.weeks))):
        for said, entry in named_in(text):
            if any(exclusion.meets(said, entry) for exclusion in excluded):
                place = plain(text).find(lexicon.folded(said).split()[-1])
                if place >= 0 and is_denied(plain(text), place, place + 1):
                    continue
                yield warning(
                    "TP-C03", at, measured=said, limit="what the brief does not exclude",
                    message=f"The text speaks of '{said}', which the brief does not want.",
                    advice="Speak of the exercises that are trained instead.",
                )
