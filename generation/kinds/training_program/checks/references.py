"""Texts that speak of something that is not there, or say the opposite of what they stand at
(TP-S11), and a plan's names for things (TP-P02, S04, S08, S12, T03)."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.seen import (
    KNOWN_LANGUAGES,
    base_language,
    info,
    is_asked,
    is_denied,
    is_of_another_week,
    name_key,
    plain,
    quote,
    rows,
    schemes,
    sentence_of,
    warning,
)
from generation.kinds.training_program.exercises.table import entry_of
from generation.kinds.training_program.schema import Plan, Week

Places = list[tuple[str, str]]


def _of_week(week: Week) -> Places:
    return [("/summary", week.summary), *((f"/coaching/{n}", text) for n, text in enumerate(week.coaching))]


def _of_plan(plan: Plan) -> Places:
    places = [("/summary", plan.summary), ("/progression", plan.progression)]
    places += [(f"/phases/{n}/focus", phase.focus) for n, phase in enumerate(plan.phases)]
    places += [(f"/main_lifts/{n}/guidance", lift.guidance) for n, lift in enumerate(plan.main_lifts)]
    return places + [(f"/weeks/{n}/guidance", week.guidance) for n, week in enumerate(plan.weeks)]


# --- TP-S11: days that are not there -------------------------------------------------------------

_NUMBERED = re.compile(
    r"(day|session|workout|training|tag|einheit|dia|sesion|entrenamiento|jour|seance|entrainement|dag|giorno) \d{1,2}"
)
_DAY = re.compile(
    r"\b(day|session|workout|training|tag|einheit|dia|sesion|entrenamiento|jour|seance|entrainement|dag|giorno) "
    r"(\d{1,2})\b(?!\s*(?:%|kg|lb|min|h\b|uhr|of \d|von \d|de \d|sur \d))"
)
# "Day 7 is free", "day 10 after the operation".
_NO_TRAINING = re.compile(
    r"\b(?:rest\w*|free|off|match|race|sleep|frei\w*|ruhe\w*|wettkampf|descans\w*|libre|partido|carrera|repos|course)\b"
)
_AFTER = re.compile(r"\s*(?:after|since|post|of|nach|seit|tras|despues|apres|depuis|d')\b")
MOST_DAYS = 7


def _days(places: Places, plan: Plan) -> Iterator[Finding]:
    words = {found.group(1) for session in plan.sessions if (found := _NUMBERED.match(name_key(session.label)))}
    if not words:
        return
    for at, text in places:
        if not any(digit in text for digit in "23456789"):
            continue
        said = plain(text)
        for found in _DAY.finditer(said):
            is_beyond = len(plan.sessions) < int(found.group(2)) <= MOST_DAYS
            is_session = not _AFTER.match(said, found.end()) and not _NO_TRAINING.search(
                sentence_of(said, *found.span()))
            if is_beyond and found.group(1) in words and is_session:
                yield error(
                    "TP-S11", at, measured=found.group(), limit=f"{len(plan.sessions)} days",
                    message=f"The text speaks of '{found.group()}', and a week has {len(plan.sessions)} sessions.",
                    advice="Name only sessions that there are, by their labels.",
                )
                break


def days_named_in_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if len(plan.sessions) == brief.days_per_week:
        yield from _days(_of_plan(plan), plan)


def days_named_in_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    places = _of_week(week)
    places += [(f"{row.at}/note", row.exercise.note) for row in rows(week)]
    yield from _days(places, plan)


# --- TP-S11: phases ------------------------------------------------------------------------------

_PHASE_NUMBER = re.compile(r"\b(?:phase|fase|block|bloque|bloc) (\d)\b")
SHORTEST_NAME = 4


def phases_named_in_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """A week speaks of its own phase, or says that it speaks of another."""
    own = plan.phase_of(position)
    others = [name_key(phase.name) for phase in plan.phases if phase is not own and len(phase.name) >= SHORTEST_NAME]
    own_name = name_key(own.name) if own is not None else ""
    for at, text in _of_week(week):
        said = plain(text)
        if "ase" not in said and "blo" not in said:
            continue
        for found in _PHASE_NUMBER.finditer(said):
            if int(found.group(1)) > len(plan.phases) and found.group() not in own_name:
                yield warning(
                    "TP-S11", at, measured=found.group(), limit=f"{len(plan.phases)} phases",
                    message=f"The text speaks of '{found.group()}', and the program has {len(plan.phases)} phases.",
                    advice="Name the phase as the plan does.",
                )
        for name in others:
            spellings = (f"phase {name}", f"phase de {name}", f"fase {name}", f"fase de {name}", f"{name} phase",
                         f"{name}phase", f"{name}-phase", f"{name} block", f"{name}block", f"bloque {name}",
                         f"bloque de {name}", f"bloc {name}")
            there = next((spelling for spelling in spellings if spelling in said), None)
            if there is None or name in own_name:
                continue
            start = said.index(there)
            if not is_of_another_week(said, start, start + len(there)):
                yield warning(
                    "TP-S11", at, measured=there, limit=own.name if own is not None else "the week's own phase",
                    message=f"The text speaks of '{there}', and week {position} belongs to "
                            f"'{own.name if own is not None else 'no phase'}'.",
                    advice="Speak of the phase that the week belongs to.",
                )
                break


# --- TP-S11: sets, repetitions and percentages that no exercise has ------------------------------

_PERCENT = re.compile(r"(?<![\d.,-])(\d{2,3}(?:[.,]5)?)\s*(?:%|percent|prozent|por ciento|pour cent) (?:of |de |du "
                      r"|vom )?"
                      r"(?:your |the |tu |ton |votre |el |le )?(?:1 ?rm|one-rep)")
_AT_A_LOAD = re.compile(r"\s*(?:repetitions?|reps?|wdh\.?|wiederholungen)?\s*(?:at|@|mit|bei|con|al|a"
                        r"|with)\s+(?:rir |rpe )?\d")
_LIKELY_ELSEWHERE = re.compile(
    r"\b(?:if|when|once|next|last|than|from|instead|later|warm\w*|test\w*|wenn|nachste\w*|letzte\w*|statt|spater"
    r"|aufwarm\w*"
    r"|si|cuando|proxim\w*|ultim\w*|luego|calent\w*|quand|prochain\w*|dernier\w*|plus tard|echauff\w*|not|no|nicht"
    r"|kein\w*"
    r"|pas|ne|week|woche|semana|semaine)\b"
)


def schemes_of_texts(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """What a week's texts say of sets and repetitions is done in it."""
    done: dict[tuple[str, int], int] = {}
    there = set[tuple[int, int]]()
    percents = set[float]()
    for row in rows(week):
        exercise = row.exercise
        amount = exercise.reps if exercise.reps is not None else exercise.seconds or 0
        there.add((exercise.sets, amount))
        key = (exercise.name, amount)
        done[key] = done.get(key, 0) + exercise.sets
        if exercise.load is not None:
            percents.add(exercise.load)
    there |= {(sets, amount) for (_, amount), sets in done.items()}
    amounts = {amount for _, amount in there}
    for at, text in _of_week(week):
        if not any(digit in text for digit in "123456789"):
            continue
        said = plain(text)
        for sets, reps, words in schemes(text):
            start = said.find(words)
            if (sets, reps) in there or _LIKELY_ELSEWHERE.search(sentence_of(said, start, start + len(words))):
                continue
            is_certain = reps not in amounts and _AT_A_LOAD.match(said, start + len(words)) is not None
            yield (error if is_certain else warning)(
                "TP-S11", at, measured=words, limit="sets and repetitions of this week",
                message=f"The text speaks of {words}, and no exercise of the week has that.",
                advice="Name only numbers that the week has.",
            )
            break
        for found in _PERCENT.finditer(said):
            value = float(found.group(1).replace(",", "."))
            if value not in percents and not _LIKELY_ELSEWHERE.search(sentence_of(said, *found.span())):
                yield warning(
                    "TP-S11", at, measured=found.group(), limit="loads of this week",
                    message=f"The text speaks of {found.group()}, and no exercise of the week has that load.",
                    advice="Name only loads that the week prescribes.",
                )
                break


# --- TP-S11: a deload whose words ask for more ---------------------------------------------------

_MORE = re.compile(
    r"\b(?:(?:more|extra|additional) (?:hard |working |heavy )?sets|(?:one|two|a|an extra|another) (?:more "
    r"|extra )?sets? (?:more"
    r"|extra)|(?:one|two) (?:more|extra) (?:\w+ )?sets?|add (?:a|an|one|another|two) (?:extra )?sets?|another set"
    r"|heavier than (?:ever|before|last|in|the)|heaviest (?:loads?|weights?|sets?)|as heavy as possible|all[- ]out"
    r"|mehr satze|(?:ein(?:en)?|zwei) satz\w* mehr|zusatzliche\w* satz\w*|(?:schwerer|harter) als|schwerste\w* (?:last"
    r"|gewicht|satz)\w*"
    r"|(?:una|dos) series? mas|mas series|(?:anade|suma)\w* (?:una|dos) series?|mas pesad[oa]s? que|mas peso que"
    r"|(?:une|deux) series? (?:de|en) plus|plus de series|ajoute\w* (?:une|deux) series?|plus lourde?s? que"
    r"|plus dure?s? que)\b"
)
_LESS = re.compile(
    r"\b(?:fewer|less|half|lighter|nothing|no|not|none|next|after|until|back to|weniger|halfte|halbe\w*|leichter"
    r"|nichts|nicht"
    r"|kein\w*|nachste\w*|danach|menos|mitad|nada|ningun\w*|despues|proxim\w*|moins|moitie|rien|aucun\w*|pas|ensuite"
    r"|prochain\w*)\b"
)


def _asks_more(places: Places) -> Iterator[Finding]:
    for at, text in places:
        said = plain(text)
        for found in _MORE.finditer(said):
            at_place = found.span()
            if is_denied(said, *at_place) or is_asked(said, *at_place) or _LESS.search(sentence_of(said, *at_place)):
                continue
            yield error(
                "TP-S11", at, measured=found.group(), limit="less than before",
                message=f"The week is a deload, and its text asks for '{found.group()}'.",
                advice="Let the words of a deload ask for less: half the sets, nothing heavier.",
            )
            break


def deloads_ask_for_less(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _asks_more([
        (f"/weeks/{n}/{name}", text) for n, week in enumerate(plan.weeks) if week.is_deload
        for name, text in (("focus", week.focus), ("guidance", week.guidance))
    ])


def deload_asks_for_less(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    if week.is_deload:
        yield from _asks_more(_of_week(week))


# --- TP-P02: a plan in which nothing changes -----------------------------------------------------

_THE_SAME = re.compile(
    r"\b(?:same (?:as|again)|nothing (?:changes|new)|no changes?|unchanged|identical|as (?:in )?(?:the week before"
    r"|last week)"
    r"|like last week|wie (?:in der )?(?:letzte|vorige|vorherige)n? woche|nichts andert sich|unverandert|genauso"
    r"|igual que|lo mismo|nada cambia|sin cambios|comme la semaine|la meme chose|rien ne change|sans changement"
    r"|identique)\b"
)
LEAST_WEEKS = 3


def plan_goes_on(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """Effort may be the same every week while weights rise, but not where every week says that nothing does."""
    full = [(index, week) for index, week in enumerate(plan.weeks) if not week.is_deload]
    if len(full) < LEAST_WEEKS or len({(week.intensity, week.sets_per_workout) for _, week in full}) > 1:
        return
    if all(_THE_SAME.search(plain(week.guidance)) for _, week in full[1:]):
        yield warning(
            "TP-P02", f"/weeks/{full[1][0]}", measured="the same in all weeks", limit="something rises",
            message="All weeks have the same intensity and the same sets, and say that nothing changes.",
            advice="Let load, repetitions, sets or effort rise from week to week.",
        )


# --- TP-S08: two sessions that are one -----------------------------------------------------------


def sessions_differ(brief: Brief, plan: Plan) -> Iterator[Finding]:
    there: dict[tuple[str, ...], int] = {}
    for index, session in enumerate(plan.sessions):
        key = (name_key(session.focus), *map(name_key, session.main_lifts))
        earlier = there.setdefault(key, index)
        entries = [entry_of(name) for name in session.main_lifts]
        if earlier != index and not any(entry is not None and entry.is_conditioning for entry in entries):
            yield warning(
                "TP-S08", f"/sessions/{index}", measured=f"as session {earlier + 1}", limit="a session of its own",
                message=f"Session '{session.label}' has the focus and the main lifts of "
                        f"'{plan.sessions[earlier].label}'.",
                advice="Give the session work of its own, or say in its focus what is different.",
            )


# --- TP-S12: labels ------------------------------------------------------------------------------

_DAY_WORDS = {
    "en": frozenset("day monday tuesday wednesday thursday friday saturday sunday".split()),
    "de": frozenset("tag montag dienstag mittwoch donnerstag freitag samstag sonntag".split()),
    "es": frozenset("dia lunes martes miercoles jueves viernes sabado domingo".split()),
    "fr": frozenset("jour lundi mardi mercredi jeudi vendredi samedi dimanche".split()),
}
_ALSO = {"es": ("pt", "gl", "ca", "it"), "de": ("lb", "da", "sv", "nb", "no", "nn"), "en": (), "fr": ()}


def labels_in_language(brief: Brief, plan: Plan) -> Iterator[Finding]:
    asked_for = base_language(brief.language)
    for index, session in enumerate(plan.sessions):
        first = name_key(session.label).split(" ", 1)[0]
        there = next((language for language, words in _DAY_WORDS.items() if first in words), asked_for)
        if there != asked_for and asked_for not in _ALSO[there]:
            yield warning(
                "TP-S12", f"/sessions/{index}/label", measured=session.label, limit=brief.language,
                message=f"The label '{session.label}' is in '{there}', and '{brief.language}' is asked for.",
                advice=f"Write the labels in the language '{brief.language}'.",
            )


# --- TP-T03: a title that is none ----------------------------------------------------------------

_NO_TITLE = re.compile(
    r"(?:untitled|unnamed|no title|unbenannt\w*|ohne (?:titel|namen)|sin titulo|sans (?:titre|nom))\b.*"
    r"|(?:the )?(?:program(?:me)? |plan |your )?(?:title|name)(?: here| of the program)?|titel(?: des programms)?"
    r"|titulo(?: del programa)?|titre(?: du programme)?|example|test|beispiel|ejemplo|exemple"
)


def title_is_one(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if _NO_TITLE.fullmatch(name_key(plan.title)[:200]):
        yield error(
            "TP-T03", "/title", measured=quote(plan.title), limit="a title",
            message=f"'{quote(plan.title)}' is no title.", advice="Name what the program is for in 3 to 8 words.",
        )


# --- TP-S04: names that the table cannot know ----------------------------------------------------


def names_are_read(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """Said once for the whole program, where most names are not understood."""
    names = {name for session in plan.sessions for name in session.main_lifts}
    unknown = sum(entry_of(name) is None for name in names)
    if base_language(brief.language) not in KNOWN_LANGUAGES or (len(names) > 1 and unknown * 2 > len(names)):
        yield info(
            "TP-S04", "/sessions", measured=f"{unknown} of {len(names)} names unknown",
            limit="names in English, German, Spanish or French",
            message="Most names of exercises are not understood: equipment, limitations, muscles and rests were "
                    "checked only where they are.",
            advice="Somebody looks at the exercises, or they get their usual names.",
        )
