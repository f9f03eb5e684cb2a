"""How much a week asks: minutes, sets for each muscle, order, balance, rests
(TP-C04, TP-P03, P05, P06, P10 to P16)."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import asked
from generation.kinds.training_program.checks.seen import Row, effort, name_key, quote, rows, warning
from generation.kinds.training_program.schema import Plan, Week
from generation.kinds.training_program.vocabulary import Goal, Level, LoadKind

MAJOR = ("chest", "back", "shoulders", "quads", "hamstrings", "glutes")
# Every squat, hinge and bridge trains the glutes: their sets are no measure of too much.
COUNTED = MAJOR[:-1]
LIFTING_GOALS = frozenset({Goal.STRENGTH, Goal.HYPERTROPHY})
HALF = 0.5                  # what a set counts for a muscle that helps: Pelland et al. 2024


# --- TP-C04: minutes -----------------------------------------------------------------------------

SET_UP_S, REPETITION_S = 20, 7          # Liftosaur's estimate
FAST_REPETITION_S = 2                   # swings and jumps
OVER_WARNING, OVER_ERROR = 1.10, 1.25


def seconds_of(row: Row) -> int:
    exercise = row.exercise
    is_fast = row.entry is not None and bool({"ballistic", "jump"} & row.entry.traits)
    repetition_s = FAST_REPETITION_S if is_fast else REPETITION_S
    work_s = exercise.seconds if exercise.seconds is not None else repetition_s * (exercise.reps or 0)
    return exercise.sets * (SET_UP_S + work_s + exercise.rest_s)


def warm_up_s(brief: Brief) -> int:
    """8 s of each minute, at least two minutes and at most ten: eight of an hour."""
    return min(max(brief.minutes_per_session * 8, 120), 600)


def session_time(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    budget_s = brief.minutes_per_session * 60
    seen = rows(week)
    for day, workout in enumerate(week.workouts):
        needed_s = sum(seconds_of(row) for row in seen if row.day == day) + warm_up_s(brief)
        share = needed_s / budget_s
        if share <= OVER_WARNING:
            continue
        finding = error if share > OVER_ERROR else warning
        yield finding(
            "TP-C04", f"/workouts/{day}/exercises", measured=f"{needed_s / 60:.0f} minutes",
            limit=f"{brief.minutes_per_session} minutes",
            message=f"Workout '{workout.label}' takes about {needed_s / 60:.0f} minutes with its warm-up, and "
                    f"{brief.minutes_per_session} are there.",
            advice="Drop accessories before main lifts, and sets before rests.",
        )


# --- sets for each muscle ------------------------------------------------------------------------


def sets_of_muscles(seen: tuple[Row, ...]) -> defaultdict[str, float]:
    """Hard sets of `seen` for each muscle: 1 if it leads, one half if it helps."""
    found: defaultdict[str, float] = defaultdict(float)
    for row in seen:
        if row.entry is not None and row.is_hard:
            for muscle in row.entry.primary:
                found[muscle] += row.exercise.sets
            for muscle in row.entry.secondary:
                found[muscle] += row.exercise.sets * HALF
    return found


MOST_WEEKLY = 22
MOST_OF_LEVEL = {Level.NOVICE: 16, Level.INTERMEDIATE: 20, Level.ADVANCED: MOST_WEEKLY + 2}
FEWEST_WEEKLY = 4
ENOUGH_MINUTES = 120        # a week; in less nobody trains every muscle


def weekly_sets(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    seen = rows(week)
    sets = sets_of_muscles(seen)
    most = max(MOST_WEEKLY, MOST_OF_LEVEL[brief.level])
    for muscle in COUNTED:
        if sets[muscle] > most:
            yield warning(
                "TP-P03", "/workouts", measured=f"{muscle}: {sets[muscle]:g} sets", limit=f"at most {most}",
                message=f"The week has {sets[muscle]:g} hard sets for the {muscle}; more than {most} rarely help.",
                advice=f"Take sets away from the exercises for the {muscle}.",
            )
    is_enough = brief.minutes_per_session * brief.days_per_week >= ENOUGH_MINUTES
    if brief.goal is not Goal.HYPERTROPHY or week.is_deload or not is_enough or any(row.entry is None for row in seen):
        return
    if asked.of(brief).conditions or asked.of(brief).exclusions:
        return
    for muscle in MAJOR:
        if sets[muscle] < FEWEST_WEEKLY:
            yield warning(
                "TP-P03", "/workouts", measured=f"{muscle}: {sets[muscle]:g} sets", limit=f"at least {FEWEST_WEEKLY}",
                message=f"The week has {sets[muscle]:g} hard sets for the {muscle}, too few to grow.",
                advice=f"Add sets for the {muscle}, about 10 in a week.",
            )


def frequency(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-P05: twice a week, where there are enough days, and nothing that explains its absence."""
    seen = rows(week)
    if brief.days_per_week < 3 or brief.goal not in LIFTING_GOALS or week.is_deload:
        return
    if asked.of(brief).conditions or asked.of(brief).exclusions or any(row.entry is None for row in seen):
        return
    days: dict[str, set[int]] = {muscle: set() for muscle in MAJOR}
    for row in seen:
        if row.entry is not None and row.is_hard:
            for muscle in (*row.entry.primary, *row.entry.secondary):
                if muscle in days:
                    days[muscle].add(row.day)
    for muscle, trained in days.items():
        if len(trained) < 2:
            yield warning(
                "TP-P05", "/workouts", measured=f"{muscle}: {len(trained)}", limit="2 days a week",
                message=f"The {muscle} are trained on {len(trained)} of {len(week.workouts)} days.",
                advice="Spread the sets of each large muscle over two days.",
            )


MOST_IN_SESSION = 8


def session_volume(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    seen = rows(week)
    for day, workout in enumerate(week.workouts):
        direct: Counter[str] = Counter()
        for row in seen:
            if row.day == day and row.entry is not None and row.is_hard:
                direct.update(dict.fromkeys(row.entry.primary, row.exercise.sets))
        for muscle in COUNTED:
            if direct[muscle] > MOST_IN_SESSION + 2 * (brief.level is Level.ADVANCED):
                yield warning(
                    "TP-P06", f"/workouts/{day}/exercises", measured=f"{muscle}: {direct[muscle]} sets",
                    limit=f"at most {MOST_IN_SESSION}",
                    message=f"Workout '{workout.label}' has {direct[muscle]} hard sets for the {muscle}.",
                    advice="Move some of them to another day.",
                )


# --- TP-P10: recovery ----------------------------------------------------------------------------

HEAVY_SETS = 6


def recovery(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    seen = rows(week)
    hard_days = {row.day for row in seen if row.is_hard or (row.exercise.load_kind is LoadKind.RPE
                                                            and (row.exercise.load or 0) > 5)}
    lifting_days = {day for day in hard_days if sum(
        row.exercise.sets for row in seen if row.day == day and row.is_hard and row.exercise.load_kind
        is not LoadKind.BODYWEIGHT
    ) >= HEAVY_SETS}
    if len(week.workouts) >= 7 and len(lifting_days) >= 7:
        yield warning(
            "TP-P10", "/workouts", measured=f"{len(lifting_days)} hard days", limit="at least one easy day",
            message="Seven hard days a week leave no day to recover.",
            advice="Make one of them a day of easy movement.",
        )
    if len(week.workouts) < 6:
        return       # days may lie between the workouts
    direct = [
        {muscle for muscle, sets in sets_of_muscles(tuple(
            row for row in seen if row.day == day and row.entry is not None and row.entry.is_compound
            and row.exercise.load_kind is not LoadKind.BODYWEIGHT
        )).items() if sets >= HEAVY_SETS and muscle in COUNTED}
        for day in range(len(week.workouts))
    ]
    for day, (before, after) in enumerate(pairwise(direct)):
        if before & after:
            yield warning(
                "TP-P10", f"/workouts/{day + 1}/exercises", measured=", ".join(sorted(before & after)),
                limit="a day between", message=f"Days {day + 1} and {day + 2} both work these hard: "
                                               f"{', '.join(sorted(before & after))}.",
                advice="Put another day between them, or make one of them lighter.",
            )


# --- TP-P11, TP-P12: order -----------------------------------------------------------------------

SINGLE_JOINT = frozenset({"arms", "fly", "legs", "calves"})
LARGE = frozenset({"squat", "hinge", "push", "press", "row", "pull"})


def order(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    seen = rows(week)
    for day in range(len(week.workouts)):
        mine = [row for row in seen if row.day == day and row.entry is not None]
        single = next((row for row in mine if row.entry and row.entry.family in SINGLE_JOINT), None)
        late = None if single is None else next(
            (row for row in mine if row.index > single.index and row.is_hard and row.entry and row.entry.is_compound
             and row.entry.family in LARGE
             and row.exercise.load_kind is not LoadKind.BODYWEIGHT),
            None,
        )
        if late is not None and single is not None:
            yield warning(
                "TP-P11", late.at, measured=f"after {single.exercise.name}", limit="several joints before one",
                message=f"'{late.exercise.name}' works several joints and comes after '{single.exercise.name}'.",
                advice="Put lifts of several joints before those of one.",
            )
        for first, second in pairwise(mine):
            pair = {first.entry.family, second.entry.family} if first.entry and second.entry else set()
            if pair == {"squat", "hinge"} and _is_heavy(first) and _is_heavy(second):
                yield warning(
                    "TP-P12", second.at, measured=f"{first.exercise.name}, {second.exercise.name}",
                    limit="other work between them",
                    message=f"'{second.exercise.name}' follows '{first.exercise.name}' directly, both heavy.",
                    advice="Put a push or a row between them, or make one of them light.",
                )


HEAVY_REPS = 8


def _is_heavy(row: Row) -> bool:
    exercise = row.exercise
    if not row.is_barbell or exercise.reps is None or exercise.reps > HEAVY_REPS:
        return False
    return not (exercise.load_kind is LoadKind.RIR and (exercise.load or 0) >= 4)


# --- TP-P13, TP-P14: balance ---------------------------------------------------------------------

LOWEST_RATIO = 0.5
FEW_SETS = 6


def balance(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """A week far out of balance; a block's balance is looked at in the document."""
    person = asked.of(brief)
    if not (person.conditions or person.exclusions):
        yield from unbalanced(rows(week), "/workouts", LOWEST_RATIO)


def unbalanced(seen: tuple[Row, ...], at: str, lowest: float) -> Iterator[Finding]:
    families: Counter[str] = Counter()
    muscles: Counter[str] = Counter()
    for row in seen:
        if row.entry is not None and row.is_hard and row.entry.is_compound:
            families[row.entry.family] += row.exercise.sets
            muscles.update(dict.fromkeys(row.entry.primary, row.exercise.sets))
        elif row.entry is not None and row.is_hard:
            muscles.update(dict.fromkeys(row.entry.primary, row.exercise.sets))
    pairs = (
        ("pushing", families["push"] + families["press"], "pulling", families["row"] + families["pull"]),
        ("front of the thigh", muscles["quads"], "back of the thigh",
         max(muscles["hamstrings"], families["hinge"] + families["bridge"])),
    )
    for one, ones, other, others in pairs:
        if max(ones, others) >= FEW_SETS and min(ones, others) < max(ones, others) * lowest:
            yield warning(
                "TP-P13", at, measured=f"{ones} to {others} sets", limit=f"within {lowest:g} to {1 / lowest:.2g}",
                message=f"There are {ones} sets for the {one} and {others} for the {other}.",
                advice=f"Bring {one} and {other} closer together.",
            )


_COVER = {
    "squat": frozenset({"squat", "lunge"}), "hinge": frozenset({"hinge", "bridge"}),
    "push": frozenset({"push", "press"}), "pull": frozenset({"row", "pull"}),
}


_TYPICAL = {"squat": "back squat", "hinge": "deadlift", "push": "bench press", "pull": "row"}


def patterns_covered(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    person = asked.of(brief)
    is_lifting = brief.goal in LIFTING_GOALS | {Goal.GENERAL_FITNESS}
    is_short = brief.minutes_per_session * brief.days_per_week < ENOUGH_MINUTES
    seen = rows(week)
    if not is_lifting or is_short or any(row.entry is None for row in seen):
        return
    families = {row.entry.family for row in seen if row.entry is not None}
    for pattern, enough in _COVER.items():
        if not families & enough and not person.speaks_against(_TYPICAL[pattern]):
            yield warning(
                "TP-P14", "/workouts", measured=f"no {pattern}", limit="squat, hinge, push, pull",
                message=f"No workout of the week has a {pattern}, and nothing in the brief speaks against one.",
                advice=f"Train a {pattern} at least once a week.",
            )


# --- TP-P15: repetitions and percentage ----------------------------------------------------------

# Percent of 1RM at which so many repetitions are the most: the usual RPE table.
PERCENT = (100, 95.5, 92, 89, 86, 83.5, 81, 78.5, 76, 74, 72, 70, 68, 66.5, 65, 63.5)
TOLERANCE = 4.0
LOOSE = 6.0                 # where repetitions in reserve come from a sentence


def most_percent(reps: float) -> float:
    """Of 1RM, for `reps` to failure."""
    whole = max(round(reps), 1)
    return PERCENT[whole - 1] if whole <= len(PERCENT) else max(PERCENT[-1] - 1.5 * (whole - len(PERCENT)), 30.0)


def plausible_effort(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for row in rows(week):
        exercise = row.exercise
        if exercise.load_kind is not LoadKind.PERCENT_1RM or exercise.reps is None or exercise.load is None:
            continue
        most = most_percent(exercise.reps) + TOLERANCE
        if exercise.load > most:
            yield error(
                "TP-P15", f"{row.at}/load", measured=f"{exercise.reps} at {exercise.load:g} %",
                limit=f"at most {most_percent(exercise.reps):g} %",
                message=f"Nobody does {exercise.reps} repetitions of '{exercise.name}' at {exercise.load:g} percent.",
                advice=f"{exercise.reps} repetitions to failure are about {most_percent(exercise.reps):g} percent; "
                       "stay below that by the repetitions in reserve.",
            )


def plausible_intensity(brief: Brief, plan: Plan) -> Iterator[Finding]:
    places = [(f"/weeks/{n}/intensity", week.intensity) for n, week in enumerate(plan.weeks)]
    places += [(f"/main_lifts/{n}/guidance", lift.guidance) for n, lift in enumerate(plan.main_lifts)]
    for at, text in places:
        said = effort(text)
        if said.percent is None or said.reps is None or said.percent[0] != said.percent[1]:
            continue
        if said.reps[0] != said.reps[1]:
            continue
        spare = said.rir[0] if said.rir is not None and said.rir[0] == said.rir[1] else 0.0
        most = most_percent(said.reps[0] + spare) + (LOOSE if spare else TOLERANCE)
        if said.percent[0] > most:
            yield error(
                "TP-P15", at, measured=quote(text), limit=f"at most {most_percent(said.reps[0] + spare):g} %",
                message=f"'{quote(text)}' cannot be done: the repetitions are too many for the load.",
                advice="Take a percentage that leaves the repetitions in reserve.",
            )


# --- TP-P16: rests -------------------------------------------------------------------------------

STRONG_REPS, STRONG_REST_S, LEAST_STRONG_REST_S = 6, 150, 90
COMPOUND_REST_S = 45
LONGEST_ISOLATION_REST_S = 180


def rests(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    is_short = brief.minutes_per_session <= 40
    yield from _breathless(plan, week)
    for row in rows(week):
        exercise, entry = row.exercise, row.entry
        if entry is None or not row.is_hard or exercise.reps is None or exercise.sets == 1 or week.is_deload:
            continue
        least, most = 0, 360
        if row.is_barbell and entry.is_compound and exercise.reps <= STRONG_REPS:
            least = LEAST_STRONG_REST_S if is_short else STRONG_REST_S
        elif entry.is_compound and exercise.load_kind is not LoadKind.BODYWEIGHT and brief.goal in LIFTING_GOALS:
            least = 30 if is_short else COMPOUND_REST_S
        elif entry.family in SINGLE_JOINT:
            most = LONGEST_ISOLATION_REST_S
        if not least <= exercise.rest_s <= most:
            yield warning(
                "TP-P16", f"{row.at}/rest_s", measured=exercise.rest_s, limit=f"{least} to {most} s",
                message=f"{exercise.rest_s} s of rest do not suit {exercise.reps} repetitions of '{exercise.name}'.",
                advice="Rest three minutes or more for heavy sets of several joints, one for single joints.",
            )


BREATHLESS_S = 20


def _breathless(plan: Plan, week: Week) -> Iterator[Finding]:
    """A main lift without a rest, where the other exercises have one: no circuit."""
    for day, session in enumerate(plan.sessions):
        mains = {name_key(name) for name in session.main_lifts}
        mine = [row for row in rows(week) if row.day == day]
        rested = sorted(row.exercise.rest_s for row in mine)
        for row in mine:
            exercise = row.exercise
            is_main = name_key(exercise.name) in mains and row.is_hard
            is_main &= row.entry is not None and row.entry.is_compound
            if is_main and exercise.sets > 1 and exercise.rest_s < BREATHLESS_S and rested[len(rested) // 2] >= 30:
                yield warning(
                    "TP-P16", f"{row.at}/rest_s", measured=exercise.rest_s, limit=f"at least {COMPOUND_REST_S} s",
                    message=f"'{exercise.name}' is a main lift, and has {exercise.rest_s} s of rest.",
                    advice="Rest one to three minutes between the sets of a main lift.",
                )
