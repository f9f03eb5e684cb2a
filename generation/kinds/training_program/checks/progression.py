"""From week to week: loads, sets, deloads, the longest bout, the goal (TP-P01, P02, P04, P07 to P09, P17 to P22)."""

import re
from collections.abc import Iterator
from itertools import pairwise

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import asked
from generation.kinds.training_program.checks.seen import (
    KNOWN_LANGUAGES,
    base_language,
    effort,
    plain,
    quote,
    rows,
    warning,
)
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import Entry, entry_of
from generation.kinds.training_program.schema import Plan, PlannedWeek, Week
from generation.kinds.training_program.vocabulary import Equipment, Goal, Level, LoadKind, Units, available

# --- TP-P01: the rule of the plan ----------------------------------------------------------------

_RAISE = re.compile(
    r"\b(?:add|increase|raise|rises?|go up|jump|erhohe\w*|steigere\w*|mehr|plus|anade\w*|aumenta\w*|sube\w*"
    r"|ajoute\w*|augmente\w*)\b"
    r"[^.;\n]{0,50}?(\d{1,3}(?:[.,]\d)?)\s*(?:%|percent|prozent|por ciento|pour cent)"
)
_SETS_OR_TIME = re.compile(r"\b(?:volume|umfang|volumen|minutes?|bouts?|distance|time|dauer)\b")
JUMP_WARNING, JUMP_ERROR = 10.0, 20.0


def rule_of_progression(brief: Brief, plan: Plan) -> Iterator[Finding]:
    places = [("/progression", plan.progression)]
    places += [(f"/main_lifts/{n}/guidance", lift.guidance) for n, lift in enumerate(plan.main_lifts)]
    places += [(f"/weeks/{n}/guidance", week.guidance) for n, week in enumerate(plan.weeks)]
    for at, text in places:
        for found in _RAISE.finditer(plain(text)):
            percent = float(found.group(1).replace(",", "."))
            if percent <= JUMP_WARNING or (_SETS_OR_TIME.search(found.group()) and percent <= JUMP_ERROR):
                continue
            if effort(found.group() + " 1rm").percent and "to " in found.group():
                continue        # "go up to 80 percent" names a load, not a step
            finding = error if percent > JUMP_ERROR else warning
            yield finding(
                "TP-P01", at, measured=quote(found.group()), limit=f"at most {JUMP_WARNING:g} percent a step",
                message=f"The text lets a load rise by {percent:g} percent at once.",
                advice="Let loads rise by 2 to 5 percent, or by the smallest step of the equipment.",
            )


# --- TP-P04: sets of the plan --------------------------------------------------------------------

MORE_WARNING, MORE_ERROR = 0.2, 0.5
FEW_SETS, MANY_SETS = 2, 4


def volume_jumps_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    last_full: PlannedWeek | None = None
    for index, week in enumerate(plan.weeks):
        if week.is_deload:
            continue
        if last_full is not None:
            more = week.sets_per_workout - last_full.sets_per_workout
            share = more / max(last_full.sets_per_workout, 1)
            if share > MORE_WARNING and more > FEW_SETS:
                finding = error if share > MORE_ERROR and more > MANY_SETS else warning
                yield finding(
                    "TP-P04", f"/weeks/{index}/sets_per_workout", measured=week.sets_per_workout,
                    limit=f"about {last_full.sets_per_workout * (1 + MORE_WARNING):.0f}",
                    message=f"Week {week.number} has {week.sets_per_workout} sets in a workout, and the full week "
                            f"before it {last_full.sets_per_workout}.",
                    advice="Let the sets rise by 20 percent at most from one full week to the next.",
                )
        last_full = week


# --- TP-P07, TP-P08: deloads of the plan ---------------------------------------------------------

LEAST_SHARE, MOST_SHARE = 0.4, 0.7


def deloads_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    last_full: PlannedWeek | None = None
    for index, week in enumerate(plan.weeks):
        if not week.is_deload:
            last_full = week
            continue
        if last_full is None:
            continue
        full = last_full.sets_per_workout
        is_taper = brief.goal is Goal.EVENT and index >= len(plan.weeks) - 2
        if not full * (0 if is_taper else LEAST_SHARE) - 1 <= week.sets_per_workout <= full * MOST_SHARE + 1:
            yield error(
                "TP-P07", f"/weeks/{index}/sets_per_workout", measured=week.sets_per_workout,
                limit=f"{full * LEAST_SHARE:.0f} to {full * MOST_SHARE:.0f}",
                message=f"Week {week.number} is a deload with {week.sets_per_workout} sets a workout; the full week "
                        f"before it has {full}.",
                advice="Give a deload about half the sets of the week before.",
            )
        yield from _no_harder(week, last_full, index)


def _no_harder(week: PlannedWeek, full: PlannedWeek, index: int) -> Iterator[Finding]:
    easy, hard = effort(week.intensity), effort(full.intensity)
    faults = (
        (easy.rir and hard.rir and easy.rir[1] < hard.rir[1], "fewer repetitions in reserve"),
        (easy.percent and hard.percent and easy.percent[1] > hard.percent[1], "a higher percentage"),
        (easy.rpe and hard.rpe and easy.rpe[1] > hard.rpe[1], "a higher effort"),
    )
    for is_wrong, words in faults:
        if is_wrong:
            yield error(
                "TP-P07", f"/weeks/{index}/intensity", measured=quote(week.intensity), limit=quote(full.intensity),
                message=f"Week {week.number} is a deload and asks for {words} than the week before.",
                advice="Make a deload easier: about four repetitions in reserve, no heavier load.",
            )


LONGEST_WITHOUT = 8
_REACTIVE = re.compile(
    r"\b(?:deload|easier week|easy week|lighter week|back off|reduce|take (?:off|\d)|entlast\w*|leichte\w* woche"
    r"|reduzier\w*|descarga"
    r"|reduc\w*|semana (?:ligera|facil)|decharge|redui\w*|semaine (?:legere|facile))"
)


def deload_spacing(brief: Brief, plan: Plan) -> Iterator[Finding]:
    since = 0
    for index, week in enumerate(plan.weeks):
        since = 0 if week.is_deload else since + 1
        if since == LONGEST_WITHOUT and brief.goal not in {Goal.ENDURANCE} and not _REACTIVE.search(
            plain(plan.progression)
        ):
            yield warning(
                "TP-P08", f"/weeks/{index}/is_deload", measured=f"{since} weeks", limit="an easier week in eight",
                message=f"Week {week.number} is the eighth in a row without a deload, and no rule says when to take "
                        "one.",
                advice="Plan an easier week every four to six weeks, or write when the athlete takes one.",
            )


# --- TP-P09: taper -------------------------------------------------------------------------------

SHORTEST_WITH_TAPER = 4
TAPERED = 0.8


def taper(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if brief.goal is not Goal.EVENT or len(plan.weeks) < SHORTEST_WITH_TAPER:
        return
    last, most = plan.weeks[-1], max(week.sets_per_workout for week in plan.weeks)
    if not last.is_deload and last.sets_per_workout > most * TAPERED:
        yield warning(
            "TP-P09", f"/weeks/{len(plan.weeks) - 1}/sets_per_workout", measured=last.sets_per_workout,
            limit=f"at most {most * TAPERED:.0f}",
            message="The last week before the event is as full as the others.",
            advice="Cut the volume by about half in the last one or two weeks, and keep the intensity.",
        )


# --- TP-P19: what to do after a failure ----------------------------------------------------------

_FAILURE = re.compile(
    r"fail|miss|stall|cannot|can't|not (?:reach|hit|complete|manage|meet)|unable|fall short|fehl|verfehl"
    r"|nicht (?:schaff|erreich|gelin)"
    r"|misslung|verpass|scheiter|ausgefallen|fall(?:a|o|ar|as|es)\b|no (?:logras|completas|alcanzas|llegas"
    r"|consigues)|pierdes|perdida"
    r"|fallid|echou|echec|rate\b|ratee|manque|n'(?:atteins|arrives|y arrives)|pas (?:reussi|atteint)|non realise"
    r"|not made"
)


def failure_path(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if base_language(brief.language) in KNOWN_LANGUAGES and not _FAILURE.search(plain(plan.progression)):
        yield warning(
            "TP-P19", "/progression", measured="no word on failure", limit="what to do after a failed set",
            message="The rule of progression does not say what happens after a failed set or a missed week.",
            advice="Say what the athlete does after a failed set, and after a missed week.",
        )


# Between the failure and the weight nothing may keep, repeat or deny.
_STRAIGHT = (
    r"(?:(?!\b(?:no|not|never|without|only|until|before|then|next|keep|repeat|same|less|fewer|off|reduce|drop|lower"
    r"|rest"
    r"|nicht|nie|kein|ohne|erst|dann|behalt|gleich|weniger|wiederhol|reduzier|senk|nunca|sin|solo|luego|manten"
    r"|repi[tr]"
    r"|mism|menos|reduc|baja|ne|pas|jamais|sans|puis|gard|meme|moins|refai|reduis|baiss)|n't|n')[^.;\n]){0,40}?"
)
_MORE_AFTER = re.compile(
    r"\b(?:after|if|when|whenever|following|nach|bei|wenn|falls|tras|despues de|si|cuando|apres|quand)\b"
    rf"{_STRAIGHT}\b(?:fail\w*|missed (?:a |the )?(?:sets?|reps?)|misslung\w*|gescheitert\w*|fehlversuch\w*"
    rf"|fehlgeschlag\w*"
    rf"|fall\w*|echou\w*|echec\w*|ratee?s?|manquee?s?)\b{_STRAIGHT}\b(?:add|increase|raise|put on|go up|erhoh\w*"
    rf"|steiger\w*"
    r"|leg\w* (?:sie )?(?:noch )?|anad\w*|sum[ae]\w*|aument\w*|sub[ae]\w*|ajoute\w*|augmente\w*|monte\w*)\b"
    rf"{_STRAIGHT}(?:\d ?(?:kg|kilos?|lbs?|%|pounds?|libras?|livres?|prozent|percent|por ciento|pour cent)"
    r"|\b(?:weight|load|gewicht|last|peso|carga|poids|charge)\b)"
)


def failure_is_no_reason_for_more(brief: Brief, plan: Plan) -> Iterator[Finding]:
    places = [("/progression", plan.progression)]
    places += [(f"/main_lifts/{n}/guidance", lift.guidance) for n, lift in enumerate(plan.main_lifts)]
    places += [(f"/weeks/{n}/guidance", week.guidance) for n, week in enumerate(plan.weeks)]
    for at, text in places:
        found = _MORE_AFTER.search(plain(text))
        if found:
            yield error(
                "TP-P19", at, measured=quote(found.group()), limit="the same load or less",
                message=f"The text adds load after a failure: '{quote(found.group())}'.",
                advice="After a failed set let the load stay, or take five to ten percent off.",
            )


# --- TP-P20: effort through a phase --------------------------------------------------------------

_HARDER = re.compile(
    r"\b(?:harder|heavier|closer to (?:the limit|failure)|hardest|more (?:load|weight)|add (?:load|weight)"
    r"|raise (?:the )?(?:load|main)"
    r"|schwerer|harter|mehr (?:last|gewicht)|naher am|heaviest|toughest|schwerste\w*|harteste\w*|anstrengendste\w*"
    r"|anspruchsvollste\w*|mas dur\w|mas exigente|la plus (?:dure|lourde|exigeante)|mas (?:pesado|carga|duro|peso)"
    r"|plus (?:lourd|dur|de charge))\b"
)


def effort_through_phases(brief: Brief, plan: Plan) -> Iterator[Finding]:
    numbered = [(index, week) for index, week in enumerate(plan.weeks) if not week.is_deload]
    for (_, before), (index, week) in pairwise(numbered):
        phase = plan.phase_of(week.number)
        if phase is None or plan.phase_of(before.number) is not phase or week.number != before.number + 1:
            continue
        one, two = effort(before.intensity), effort(week.intensity)
        falls = (one.rir and two.rir and two.rir[0] > one.rir[0]) or (
            one.percent and two.percent and two.percent[1] < one.percent[1]
            and not (one.reps and two.reps and two.reps[1] > one.reps[1])
        )
        if falls and _HARDER.search(plain(f"{week.focus} {week.guidance}")):
            yield warning(
                "TP-P20", f"/weeks/{index}/intensity", measured=quote(week.intensity), limit=quote(before.intensity),
                message=f"Week {week.number} is said to be harder, but its intensity is lower than the week before.",
                advice="Let intensity and words go the same way.",
            )
        if (one.rir and two.percent and not two.rir and not one.percent) or (
            one.percent and two.rir and not two.percent and not one.rir
        ):
            yield warning(
                "TP-S13", f"/weeks/{index}/intensity", measured=quote(week.intensity), limit=quote(before.intensity),
                message=f"Week {week.number} measures intensity otherwise than the week before it in the same phase.",
                advice="Keep one measure of intensity all through a phase.",
            )


# --- TP-P21: the goal is trained -----------------------------------------------------------------

_EVENTS = (
    (re.compile(r"\b(?:half[- ]?marathon|marathon|halbmarathon|maraton|semi-?marathon|parkrun|ultra\w*"
                r"|\d{1,3} ?k(?:m)? (?:run|race|lauf)"
                r"|(?:5|10) ?k\b|run (?:a |my |the )?\d{1,2} ?km|running race|laufen|course a pied|carrera (?:de"
                r"|popular)|trail run\w*)"),
     frozenset({"run"}), "running"),
    (re.compile(r"\b(?:triathlon|triatlon|ironman)\b"), frozenset({"run"}), "running"),
    (re.compile(r"\b(?:cycling (?:race|event)|bike race|gran fondo|sportive|century ride|radrennen|radmarathon"
                r"|cyclosportive"
                r"|carrera ciclista|marcha cicloturista)\b"), frozenset({"ride"}), "riding"),
    (re.compile(r"\b(?:swim (?:meet|race)|open water|channel swim|schwimmwettkampf"
                r"|travesia a nado)\b"), frozenset({"swim"}), "swimming"),
    (re.compile(r"\b(?:rowing (?:race|regatta)|2k row|2,?000 ?m row"
                r"|ruderregatta)\b"), frozenset({"machine_cardio"}), "rowing"),
)
_STAND_INS = {"run": frozenset({"run"}), "ride": frozenset({"ride"}), "swim": frozenset({"swim"}),
              "machine_cardio": frozenset({"machine_cardio"})}
_MAIN_FAMILIES = frozenset({"squat", "hinge", "push", "press", "row", "pull"})


def goal_is_trained(brief: Brief, plan: Plan) -> Iterator[Finding]:
    names = [name for session in plan.sessions for name in session.main_lifts]
    entries = [entry_of(name) for name in names]
    if any(entry is None for entry in entries):
        return
    families = {entry.family for entry in entries if entry is not None}
    note = plain(brief.goal_note)
    if brief.goal in {Goal.EVENT, Goal.ENDURANCE}:
        for pattern, wanted, noun in _EVENTS:
            found = pattern.search(note)
            if found and not families & wanted and not _is_forbidden(wanted, brief):
                yield error(
                    "TP-P21", "/sessions", measured=", ".join(sorted(set(names)))[:200], limit=noun,
                    message=f"The goal is '{found.group()}', but no session has {noun} as its main work.",
                    advice=f"Train {noun} every week: it is what the event asks for.",
                )
                return
    if brief.goal not in {Goal.STRENGTH, Goal.HYPERTROPHY, Goal.EVENT, Goal.GENERAL_FITNESS}:
        return
    trained = [set(lexicon.words(name)) for name in names]
    for said, entry in asked.of(brief).goals:
        is_same = any(other is not None and other.name == entry.name for other in entries)
        is_like = entry.family in families and any(said.split()[-1] in words for words in trained)
        if entry.family in _MAIN_FAMILIES and not is_same and entry.fits(available(brief.equipment)) \
                and not asked.of(brief).speaks_against(entry.name):
            # Whoever names a limitation gives a coach a reason to go another way to the goal.
            is_certain = brief.goal is Goal.STRENGTH and not is_like and not brief.limitations
            finding = error if is_certain else warning
            yield finding(
                "TP-P21", "/sessions", measured=", ".join(sorted(set(names)))[:200], limit=entry.name,
                message=f"The goal names '{entry.name}', but no session has it as a main lift.",
                advice=f"Make '{entry.name}' a main lift of at least one session a week.",
            )
            return


def goal_is_the_briefs(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """An event that title or summary prepare for is one that the brief speaks of."""
    if brief.goal in {Goal.EVENT, Goal.ENDURANCE}:
        return
    asked_for = plain(" ".join((brief.goal_note, brief.preferences, *brief.limitations)))
    for at, text in (("/title", plan.title), ("/summary", plan.summary)):
        found = _BIG_EVENT.search(plain(text))
        if found and found.group() not in asked_for:
            yield error(
                "TP-P21", at, measured=found.group(), limit=brief.goal,
                message=f"The text prepares for a '{found.group()}', and the brief asks for {brief.goal}.",
                advice="Write the program for the goal of the brief.",
            )


_BIG_EVENT = re.compile(r"\b(?:(?:half[- ]?|semi-?|halb)?marath?on|triathlon|triatlon|ironman|powerlifting meet"
                        r"|bodybuilding (?:show|contest))\b")


def _is_forbidden(families: frozenset[str], brief: Brief) -> bool:
    person = asked.of(brief)
    is_impact = "run" in families and any(
        "impact" in condition.forbids | condition.doubts for condition in person.conditions
    )
    return is_impact or any(exclusion.family in families for exclusion in person.exclusions) or (
        "swim" in families and not available(brief.equipment) & {"pool"}
    ) or ("ride" in families and not available(brief.equipment) & {"bicycle", "cardio_machines"})


# --- TP-P22: loads that somebody can lift --------------------------------------------------------

# The heaviest that a strong athlete of that level works with, in kilograms.
_CEILING = {
    "squat": (140, 220, 330), "hinge": (160, 260, 380), "push": (100, 170, 260), "press": (65, 110, 170),
    "row": (90, 140, 220), "pull": (100, 140, 200), "lunge": (80, 120, 180), "bridge": (160, 260, 380),
    "arms": (45, 70, 100), "fly": (40, 80, 120), "legs": (90, 140, 200), "core": (60, 100, 150),
    "carry": (80, 120, 180), "calves": (140, 220, 320), "jump": (20, 40, 60),
}
_MACHINE_FACTOR = 2.0
_HAND_CEILING = (35, 50, 75)        # for a dumbbell or a kettlebell
POUND = 2.2046
ABOVE_MAXIMUM = 1.05


def plausible_loads(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    person = asked.of(brief)
    level = list(Level).index(brief.level)
    for row in rows(week):
        exercise, entry = row.exercise, row.entry
        if entry is None or exercise.load is None or exercise.load_kind not in {LoadKind.KG, LoadKind.LB}:
            continue
        own = next((most for family, most in person.maxima if family == entry.family and row.is_barbell), None)
        is_own_unit = (exercise.load_kind is LoadKind.KG) is (brief.units is Units.METRIC)
        if own is not None and is_own_unit and exercise.load > own * ABOVE_MAXIMUM:
            limit = f"{own:g}"
        else:
            ceiling = _ceiling(entry, level) * (1 if exercise.load_kind is LoadKind.KG else POUND)
            if exercise.load <= ceiling:
                continue
            limit = f"{ceiling:.0f}"
        yield error(
            "TP-P22", f"{row.at}/load", measured=f"{exercise.load:g} {exercise.load_kind}", limit=f"at most {limit}",
            message=f"{exercise.load:g} {exercise.load_kind} of '{exercise.name}' is more than this athlete can lift.",
            advice="Prescribe repetitions in reserve where the strength is not known, or a load that fits it.",
        )


def _ceiling(entry: Entry, level: int) -> float:
    tools = {tool for group in entry.needs for tool in group}
    if tools and tools <= {Equipment.DUMBBELLS, Equipment.KETTLEBELLS, Equipment.BENCH} and entry.family != "carry":
        return _HAND_CEILING[level]
    ceiling = _CEILING.get(entry.family, (200, 300, 400))[level]
    return ceiling * (_MACHINE_FACTOR if "machines" in tools else 1)
