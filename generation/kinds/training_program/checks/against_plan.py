"""A week against the plan (TP-S09 to S11), and the plan against itself and the brief's numbers.

Weeks are written apart: what the plan fixes is all that holds them together."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.seen import (
    Row,
    counted,
    is_asked,
    is_of_another_week,
    name_key,
    plain,
    rows,
    sentence_of,
    warning,
)
from generation.kinds.training_program.exercises.table import entry_of
from generation.kinds.training_program.schema import Plan, Week, Workout

SETS_OFF = 0.2              # a workout's sets may differ from the plan's by this share, and by FEW_SETS
FEW_SETS = 2


# --- TP-S09: the plan's sessions and main lifts --------------------------------------------------


def sessions_are_distinct(brief: Brief, plan: Plan) -> Iterator[Finding]:
    labels: dict[str, int] = {}
    for index, session in enumerate(plan.sessions):
        earlier = labels.setdefault(name_key(session.label), index)
        if earlier != index and len(plan.sessions) <= brief.days_per_week:
            yield error(
                "TP-S09", f"/sessions/{index}/label", measured=session.label, limit="a label of its own",
                message=f"Two sessions of the week are called '{session.label}'.",
                advice="Give each session a label of its own: Day 1, Day 2, ...",
            )


def lifts_of_plan_agree(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if len(plan.sessions) != brief.days_per_week:
        return       # TP-S02: the missing sessions may have them
    described = {name_key(lift.name) for lift in plan.main_lifts}
    trained = {name_key(name) for session in plan.sessions for name in session.main_lifts}
    for index, lift in enumerate(plan.main_lifts):
        if name_key(lift.name) not in trained:
            yield error(
                "TP-S09", f"/main_lifts/{index}/name", measured=lift.name, limit="a main lift of a session",
                message=f"'{lift.name}' is described as a main lift, but no session trains it.",
                advice="Name the main lifts exactly as the sessions do; leave out what no session has.",
            )
    if len(plan.main_lifts) >= MOST_DESCRIBED:
        return
    for day, session in enumerate(plan.sessions):
        for index, name in enumerate(session.main_lifts):
            if name_key(name) not in described:
                yield warning(
                    "TP-S09", f"/sessions/{day}/main_lifts/{index}", measured=name, limit="an entry in main_lifts",
                    message=f"Session '{session.label}' trains '{name}', which main_lifts does not describe.",
                    advice="Describe each main lift of the sessions once in main_lifts, in the same words.",
                )


MOST_DESCRIBED = 10


def sessions_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    if len(week.workouts) != len(plan.sessions):
        return       # TP-S02, and nobody knows which is which
    for day, (workout, session) in enumerate(zip(week.workouts, plan.sessions, strict=False)):
        if name_key(workout.label) != name_key(session.label):
            yield error(
                "TP-S09", f"/workouts/{day}/label", measured=workout.label, limit=session.label,
                message=f"Workout {day + 1} is called '{workout.label}', and the plan's session '{session.label}'.",
                advice=f"Write the workouts in the plan's order, this one under the label '{session.label}'.",
            )
        yield from _focus(day, workout, session.focus)
        there = {name_key(exercise.name) for exercise in workout.exercises}
        for name in session.main_lifts[: max(len(workout.exercises), 1)]:
            if name_key(name) not in there and workout.exercises:
                yield error(
                    "TP-S09", f"/workouts/{day}/exercises", measured=f"no {name}", limit=name,
                    message=f"'{name}' is a main lift of '{session.label}', and the workout does not have it.",
                    advice=f"Train '{name}' in this workout, under exactly this name.",
                )


def _focus(day: int, workout: Workout, planned: str) -> Iterator[Finding]:
    mine, plans = _half(workout.focus), _half(planned)
    if mine and plans and mine != plans:
        yield warning(
            "TP-S09", f"/workouts/{day}/focus", measured=workout.focus, limit=planned,
            message=f"Workout '{workout.label}' is about '{workout.focus}', but the plan's session about '{planned}'.",
            advice="Keep the focus of the plan's session.",
        )


_UPPER = re.compile(r"\b(?:upper|oberkorper\w*|tren superior|torso|haut du corps)\b")
_LOWER = re.compile(r"\b(?:lower body|legs?|unterkorper\w*|beine?|pierna\w*|tren inferior|jambes?|bas du corps)\b")


def _half(focus: str) -> str:
    said = plain(focus)
    upper, lower = _UPPER.search(said) is not None, _LOWER.search(said) is not None
    return "" if upper == lower else "upper" if upper else "lower"


UPPER_FAMILIES = frozenset({"push", "press", "row", "pull", "fly", "arms"})
LOWER_FAMILIES = frozenset({"squat", "hinge", "bridge", "lunge", "legs", "calves", "jump"})


def exercises_suit_focus(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-S09: a leg day that trains arms has been swapped with another."""
    for day, workout in enumerate(week.workouts):
        half = _half(workout.focus)
        families = [entry.family for exercise in workout.exercises if (entry := entry_of(exercise.name)) is not None]
        other = UPPER_FAMILIES if half == "lower" else LOWER_FAMILIES
        own = LOWER_FAMILIES if half == "lower" else UPPER_FAMILIES
        strange = sum(family in other for family in families)
        if half and strange > 2 and strange > sum(family in own for family in families):
            yield warning(
                "TP-S09", f"/workouts/{day}/exercises", measured=f"{strange} of {len(families)}", limit=workout.focus,
                message=f"Workout '{workout.label}' is about '{workout.focus}', but most of its exercises are not.",
                advice="Choose exercises for the focus of the session.",
            )


# --- TP-S10: sets and effort of the plan ---------------------------------------------------------


def sets_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    planned = plan.week(position)
    if planned is None:
        return
    seen = rows(week)
    for day, workout in enumerate(week.workouts):
        mine = [row for row in seen if row.day == day]
        if not mine or any(row.is_bout or (row.index == 0 and _is_gentle(row)) for row in mine):
            continue       # minutes, not sets, are the measure of such a day
        sets = sum(exercise.sets for exercise in workout.exercises)
        due = max(planned.sets_per_workout, len(mine)) if week.is_deload else planned.sets_per_workout
        if abs(sets - due) > max(due * SETS_OFF, FEW_SETS):
            yield error(
                "TP-S10", f"/workouts/{day}/exercises", measured=sets, limit=f"about {planned.sets_per_workout}",
                message=f"Workout '{workout.label}' has {sets} working sets, and the plan {planned.sets_per_workout}.",
                advice=f"Let the sets of its exercises add up to about {planned.sets_per_workout}.",
            )


def _is_gentle(row: Row) -> bool:
    return row.entry is not None and row.entry.is_gentle


# --- TP-S11: words and flags ---------------------------------------------------------------------

_DELOAD = re.compile(
    r"\b(?:deload(?:ing)?|entlastungswoche|deloadwoche|semana de descarga|semana de recuperacion"
    r"|semaine de decharge|semaine allegee)\b"
)
_HARDEST = re.compile(
    r"\b(?:(?:hardest|heaviest|toughest|peak) week|max(?:ing)? out|new (?:pr|personal record|max)|test (?:your "
    r"|the )?(?:1rm|max)"
    r"|to failure|harteste woche|schwerste woche|bis zum muskelversagen|semana mas (?:dura|pesada)|al fallo"
    r"|semaine la plus (?:dure|lourde)|a l'echec)\b"
)


def _wrong_words(text: str, *, is_deload: bool) -> tuple[str, bool]:
    """The words that another week would have, and whether it is plain that this one is meant."""
    said = plain(text)
    pattern = _HARDEST if is_deload else _DELOAD
    for found in pattern.finditer(said):
        before = said[max(0, found.start() - 30) : found.start()]
        after = said[found.end() : found.end() + 20]
        if pattern is _DELOAD and _OF_A_LIFT.match(after):
            continue
        if not is_of_another_week(said, *found.span()) and not is_asked(said, *found.span()):
            return found.group(), is_deload or _is_this_week(before, found.group(), after)
    return "", False


_OF_A_LIFT = re.compile(r"\s+(?:the|your|that|this lift|it|them|by|any|each|every|if|when)\b")
_NOUN = re.compile(r"\s*(?:week|woche|:|,|;|\.|-|$)")
_THIS = re.compile(r"(?:^|\b(?:this|the|a|is|our|full|real|diese|eine|die|esta|una|cette|une|la|en)\s+)$")


def _is_this_week(before: str, words: str, after: str) -> bool:
    """The week is called a deload; "deload the squat by ten percent" is an order to take weight off a lift."""
    return (len(words) > len("deloading") or _NOUN.match(after) is not None) and (
        _THIS.search(before) is not None or _NOUN.fullmatch(before[-1:]) is not None
    )


def words_of_planned_weeks(brief: Brief, plan: Plan) -> Iterator[Finding]:
    for index, week in enumerate(plan.weeks):
        for name, text in (("focus", week.focus), ("intensity", week.intensity), ("guidance", week.guidance)):
            yield from _flag(text, f"/weeks/{index}/{name}", is_deload=week.is_deload, number=week.number)


def words_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _flag(week.summary, "/summary", is_deload=week.is_deload, number=position)
    said = plain(week.summary)
    found = None if week.is_deload else _RECOVERY.search(said)
    if found and not is_of_another_week(said, *found.span()) and not is_asked(said, *found.span()):
        yield warning(
            "TP-S11", "/summary", measured=found.group(), limit="a full week",
            message=f"The text says '{found.group()}', but week {position} is no deload week.",
            advice="Let the words and is_deload say the same.",
        )


_RECOVERY = re.compile(
    r"\b(?:recovery week|half (?:of )?(?:the|your) (?:usual )?sets|erholungswoche|halfte der (?:ublichen )?satze"
    r"|mitad de las series|semaine de recuperation|moitie des series)\b"
)


def _flag(text: str, at: str, *, is_deload: bool, number: int) -> Iterator[Finding]:
    words, is_certain = _wrong_words(text, is_deload=is_deload)
    if words:
        yield (error if is_certain else warning)(
            "TP-S11", at, measured=words, limit="a deload" if is_deload else "no deload",
            message=f"The text says '{words}', but week {number} is {'a' if is_deload else 'no'} deload week.",
            advice="Let the words and is_deload say the same.",
        )


_WEEK_OF = re.compile(
    r"\b(?:week|woche|semana|semaine)\s+(\d{1,2})\s*(?:of|/|von|de|sur)\s*(\d{1,2})\b"
)
_ANY_WEEK = re.compile(r"\b(?:weeks?|wochen?|semanas?|semaines?)\s+(\d{1,2})\b(?!\s*(?:of|von|de|sur|/)\b)")


def week_names_itself(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """TP-S11: "Week 3 of 12" is week 3 of 12, and no text names a week that is not there."""
    phase = plan.phase_of(position)
    of_phase = (position - phase.first_week + 1, phase.last_week - phase.first_week + 1) if phase else (0, 0)
    for at, text in (("/summary", week.summary), *((f"/coaching/{n}", text) for n, text in enumerate(week.coaching))):
        said = plain(text)
        for found in _WEEK_OF.finditer(said):
            numbers = (int(found.group(1)), int(found.group(2)))
            if numbers not in {(position, brief.weeks), of_phase}:
                # "Week 2 of 3" may count a wave that is no phase.
                is_certain = numbers[1] in {brief.weeks, of_phase[1]} or numbers[1] > brief.weeks
                yield (error if is_certain else warning)(
                    "TP-S11", at, measured=found.group(), limit=f"week {position} of {brief.weeks}",
                    message=f"The text says '{found.group()}' in week {position} of {brief.weeks}.",
                    advice="Give the week its own number, or none.",
                )
        yield from _weeks_beyond(said, at, brief.weeks)
        for found in _ORDINAL_WEEK.finditer(said):
            number = _ORDINALS[found.group(1)]
            if number > brief.weeks:
                yield error(
                    "TP-S11", at, measured=found.group(), limit=f"week {position} of {brief.weeks}",
                    message=f"The text says '{found.group()}' in week {position} of {brief.weeks}.",
                    advice="Give the week its own number, or none.",
                )


_ORDINALS = {
    "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12,
    "dritte": 3, "vierte": 4, "funfte": 5, "sechste": 6, "siebte": 7, "achte": 8, "neunte": 9, "zehnte": 10,
    "tercera": 3, "cuarta": 4, "quinta": 5, "sexta": 6, "septima": 7, "octava": 8, "novena": 9, "decima": 10,
    "troisieme": 3, "quatrieme": 4, "cinquieme": 5, "sixieme": 6, "septieme": 7, "huitieme": 8, "dixieme": 10,
}
_ORDINAL_WEEK = re.compile(rf"\b(?:this|diese|esta|cette) ({'|'.join(_ORDINALS)}) (?:week|woche|semana|semaine)\b")


def weeks_named_in_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    places = [("/summary", plan.summary), ("/progression", plan.progression)]
    places += [(f"/phases/{n}/focus", phase.focus) for n, phase in enumerate(plan.phases)]
    places += [(f"/main_lifts/{n}/guidance", lift.guidance) for n, lift in enumerate(plan.main_lifts)]
    places += [(f"/weeks/{n}/guidance", week.guidance) for n, week in enumerate(plan.weeks)]
    for at, text in places:
        yield from _weeks_beyond(plain(text), at, brief.weeks)


def _weeks_beyond(said: str, at: str, weeks: int) -> Iterator[Finding]:
    beyond = [found.group() for found in _ANY_WEEK.finditer(said) if not 1 <= int(found.group(1)) <= weeks]
    if beyond:
        yield warning(
            "TP-S11", at, measured=beyond[0], limit=f"1 to {weeks}",
            message=f"The text speaks of '{beyond[0]}', but the program has {weeks} weeks.",
            advice="Name only weeks that there are.",
        )


# --- TP-S11: what title and summary say of weeks, days and minutes -------------------------------

_LENGTH = re.compile(r"\b(\d{1,2})[ -]?(?:weeks?|wochen|semanas|semaines)\b")
_PROGRAM_LENGTH = re.compile(
    r"\b(\d{1,2})[ -]?(?:weeks?|wochen)[ -]?(?:long )?(?:program\w*|plan\b|trainingsprogramm|trainingsplan)"
    r"|\b(?:durante|during|over|in|for|uber|en|pendant|sur) (?:the next |die nachsten |las proximas "
    r"|les prochaines )?(\d{1,2}) (?:weeks|wochen|semanas|semaines)\b"
    r"|\b(?:programa|plan) de (\d{1,2}) semanas|\b(?:programme|plan) (?:de|sur) (\d{1,2}) semaines"
)
# "12 weeks after the birth", "16 weeks of base": the length of something else.
_OF_SOMETHING_ELSE = re.compile(
    r"\s*(?:,\s*)?(?:after|post\w*|ago|before|of (?:base|walking|rest|break|pregnan\w+|illness)|out|to go|since"
    r"|pregnan\w*|nach|vor|seit|bis|de base|despues|antes|tras|apres|avant|depuis|d'|cycles?|waves?|blocks?|zyklus"
    r"|wellen?|ciclos?|bloques?|blocs?)\b"
)
# "You can run the block three times, for 12 weeks in total": as many weeks as whole programs have.
_REPEATED = re.compile(
    r"\b(?:(?:\d times|twice)(?! (?:a|per|each|every|in)\b)|repeat\w*|again|in total|in all"
    r"|\d ?mal(?! (?:pro|in|die)\b)|zweimal|dreimal|wiederhol\w*|insgesamt|\d veces(?! (?:a|por)\b)|repit\w*"
    r"|repetir\w*|en total|\d fois(?! par\b)"
    r"|refai\w*|recommenc\w*|au total)\b"
)
_PART = ("durante", "during", "over", "in ", "for ", "uber", "en ", "pendant", "sur ")
_DAYS = re.compile(
    r"\b(\d)\s*(?:x\s*)?(?:workouts?|sessions?|training days|days|times|einheiten|trainingstage|trainings|mal|tage"
    r"|dias|sesiones|seances|jours)"
    r"\s*(?:a|per|each|every|in each|pro|in der|por|a la|par)\s*(?:week|woche|semana|semaine)\b"
)
_BESIDE = re.compile(
    r"\b(?:walk\w*|football|soccer|match\w*|team|club|practice|beside\w*|besides|apart from|already|other days|may"
    r"|can"
    r"|could|if|balance|stretch\w*|mobility|yoga|spazier\w*|spiel\w*|mannschaft\w*|neben|ausser\w*|schon|kann\w*"
    r"|darf\w*"
    r"|camin\w*|pasea\w*|partido\w*|equipo|ademas|aparte|puede\w*|march\w*|match|equipe|outre|deja|peu[tvx]\w*)\b"
)
_MINUTES = re.compile(
    r"\b(?:workouts?|sessions?|einheiten|sesiones|seances)\s*(?:of|von|zu|de)\s*(?:about |around |etwa |rund |unos "
    r"|environ )?(\d{2,3})\s*min"
    r"|\b(\d{2,3})[ -]min(?:ute)?s?[ -](?:workouts?|sessions?)\b"
    r"|\b(?:workouts?|sessions?|einheit(?:en)?|sesion(?:es)?|seances?)\s(?:lasts?|takes?|dauer(?:t|n)|dura|duran"
    r"|dure(?:nt)?)"
    r"\s(?:about |around |etwa |rund |unos |environ )?(\d{2,3})\s?min"
)
MINUTES_OFF = 1.25


def numbers_of_brief_in_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    title, summary = counted(plan.title), counted(plan.summary)
    for at, said, pattern in (("/title", title, _LENGTH), ("/summary", summary, _PROGRAM_LENGTH)):
        lengths = [(int(next(filter(None, found.groups()))), found) for found in pattern.finditer(said)]
        for weeks, found in lengths:
            is_part = found.group().startswith(_PART) and weeks < brief.weeks      # "for three weeks, then easier"
            if weeks % brief.weeks == 0 and _REPEATED.search(sentence_of(said, *found.span())):
                continue
            if weeks != brief.weeks and not is_part and not _OF_SOMETHING_ELSE.match(said, found.end()):
                is_certain = not found.group().startswith(("in ", "en ")) and all(
                    other != brief.weeks for other, _ in lengths)
                yield (error if is_certain else warning)(
                    "TP-S11", at, measured=found.group(), limit=f"{brief.weeks} weeks",
                    message=f"The text says '{found.group()}', and {brief.weeks} weeks are asked for.",
                    advice=f"Say {brief.weeks} weeks, or leave the number out.",
                )
    for at, said in (("/title", title), ("/summary", summary)):
        said_days = [(int(found.group(1)), found) for found in _DAYS.finditer(said)]
        is_said_right = any(days == brief.days_per_week for days, _ in said_days)
        for days, found in said_days:
            if days != brief.days_per_week and (days > brief.days_per_week or "day" in found.group()):
                # "The legs are trained two days a week" may well be, and so may walks and team training beside it.
                is_certain = days > brief.days_per_week and not is_said_right and not _BESIDE.search(
                    sentence_of(said, *found.span()))
                finding = error if is_certain else warning
                yield finding(
                    "TP-S11", at, measured=found.group(), limit=f"{brief.days_per_week} days a week",
                    message=f"The text says '{found.group()}', and {brief.days_per_week} days a week are asked for.",
                    advice=f"Say {brief.days_per_week} days a week, or leave the number out.",
                )
        for found in _MINUTES.finditer(said):
            minutes = int(next(filter(None, found.groups())))
            if not minutes / MINUTES_OFF <= brief.minutes_per_session <= minutes * MINUTES_OFF:
                # A session may well be shorter than the time that there is.
                yield (error if minutes > brief.minutes_per_session else warning)(
                    "TP-S11", at, measured=found.group(), limit=f"{brief.minutes_per_session} minutes",
                    message=f"The text says '{found.group()}', and a session has {brief.minutes_per_session} minutes.",
                    advice=f"Say {brief.minutes_per_session} minutes, or leave the number out.",
                )
