"""Texts against the data and the brief: numbers, names and tools that are not there, sides, conditions of others
(TP-C01 to C03, S11, T04)."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks import asked
from generation.kinds.training_program.checks.conditions import CONDITIONS
from generation.kinds.training_program.checks.seen import (
    Row,
    counted,
    is_denied,
    plain,
    quote,
    rows,
    sentence_of,
    texts,
    texts_of_week,
    warning,
)
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import Entry, entry_of, named_in
from generation.kinds.training_program.schema import Exercise, Plan, Week
from generation.kinds.training_program.vocabulary import Equipment, LoadKind, available

# --- TP-T04: notes -------------------------------------------------------------------------------

_SETS = re.compile(r"(?<![\d.,-])(\d{1,2})\s*(?:working |work |hard )?(?:sets|satze|saetze|series)\b")
_REPS = re.compile(r"(?<![\d.,-])(\d{1,2})\s*(?:reps|repetitions|wiederholungen|repeticiones)\b")
_RIR = re.compile(r"\brir (\d(?:[.,]5)?)\b(?!\s*(?:-|to|bis|or|oder))")
_LOAD = re.compile(r"(?<![\d.,-])(\d{1,4}(?:[.,]\d{1,2})?)\s*(kg|lbs?)\b")
_PERCENT = re.compile(r"(?<![\d.,-])(\d{2,3})\s*(?:%|percent|prozent) (?:of )?(?:your |the )?1 ?rm\b")
_REST = re.compile(
    r"\b(?:rest|pause|ruhe|descansa|descanso|repos|recupere)[a-z]* (?:for |of |de |von |pendant |durante "
    r"|mindestens )?(\d{1,3}) ?(s|min)[a-z]*"
    r"|\b(\d{1,3}) ?(s|min)[a-z]* (?:of |de )?(?:rest|pause|descanso|repos)\b"
)
_PART = re.compile(
    r"\b(?:first|last|second|final|warm\w*|rising|easy|light\w*|back[- ]?off|drop|than|add|plus|more|extra|fewer"
    r"|less|another|after|every"
    r"|erste\w*|letzte\w*|aufwarm\w*|leichte\w*|mehr|weniger|zusatz\w*|primer\w*|ultim\w*|calentamiento|mas|menos"
    r"|premier\w*|derni\w*|plus|moins|one|if|when|until|raise|take)\b"
)


def _numbers_of_note(exercise: Exercise, at: str) -> Iterator[Finding]:
    note = counted(exercise.note)
    if not any(digit in note for digit in "0123456789"):
        return
    faults: list[tuple[str, str, str]] = []
    checks = (
        (_SETS, float(exercise.sets), "sets"),
        (_REPS, None if exercise.reps is None else float(exercise.reps), "repetitions"),
        (_RIR, exercise.load if exercise.load_kind is LoadKind.RIR else None, "repetitions in reserve"),
        (_PERCENT, exercise.load if exercise.load_kind is LoadKind.PERCENT_1RM else None, "percent"),
        (_LOAD, exercise.load if exercise.load_kind in {LoadKind.KG, LoadKind.LB} else None, "load"),
    )
    for pattern, there, noun in checks:
        found = pattern.search(note) if there is not None else None
        if found is None or there is None or _PART.search(note[max(0, found.start() - 40) : found.end() + 12]):
            continue
        if float(found.group(1).replace(",", ".")) != there:
            faults.append((found.group(), f"{there:g}", noun))
    rest = _REST.search(note)
    if rest and not _PART.search(note[max(0, rest.start() - 30) : rest.end() + 12]):
        number, unit = (rest.group(1), rest.group(2)) if rest.group(1) else (rest.group(3), rest.group(4))
        if int(number) * (60 if unit.startswith("m") else 1) != exercise.rest_s:
            faults.append((rest.group(), f"{exercise.rest_s} s", "rest"))
    for said, there_said, noun in faults:
        yield warning(
            "TP-T04", f"{at}/note", measured=said, limit=there_said,
            message=f"The note of '{exercise.name}' says '{said}', and its {noun} are {there_said}.",
            advice="Let the note say what the numbers say, or leave the number out.",
        )


def notes_match_numbers(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    for row in rows(week):
        yield from _numbers_of_note(row.exercise, row.at)


# --- TP-T04: names -------------------------------------------------------------------------------

_SENTENCE = re.compile(r"[^.;!?\n]+")
# Everyday words that are names of exercises, too: "a small step up".
_EVERYDAY = frozenset({"step up", "push up", "hang", "walk", "jump", "press up"})


_LEFT_OUT = re.compile(
    r"\b(?:no|without|instead|left out|leave out|skip\w*|avoid\w*|rather than|replac\w*|statt\w*|anstatt|ohne"
    r"|kein\w*|sin|en lugar"
    r"|en vez|evit\w*|sans|au lieu|pas de|pas d'\w+|remplac\w*|ersetz\w*|weggelassen|vermeid\w*)\b"
)


def _named(text: str) -> Iterator[tuple[str, Entry]]:
    """The exercises that `text` speaks of, but for those that it says no to."""
    for sentence in _SENTENCE.findall(text):
        said = plain(sentence)
        for name, entry in named_in(sentence):
            if name not in _EVERYDAY and not _LEFT_OUT.search(said):
                yield name, entry


def text_matches_data(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    seen = rows(week)
    trained = [frozenset(lexicon.words(row.exercise.name)) for row in seen]
    families = {row.entry.family for row in seen if row.entry is not None}
    places = [(f"/coaching/{index}", text) for index, text in enumerate(week.coaching)]
    places.append(("/summary", week.summary))
    for at, text in places:
        for said, entry in _named(text):
            words = frozenset(said.split())
            if entry.is_gentle or entry.family in {"walk", "machine_cardio"}:
                continue
            if any(words <= name or name <= words for name in trained):
                continue
            if entry.is_conditioning and entry.family in families:
                continue
            yield warning(
                "TP-T04", at, measured=said, limit="an exercise of this week",
                message=f"The text speaks of '{said}', and the week does not have it.",
                advice="Speak of the exercises of this week only.",
            )
    yield from _warm_ups(week, seen)


_WITH_WEIGHT = re.compile(
    r"\b(?:sets?|satze?|series?|serie|empty bar|leere\w* stange|barra vacia|barre a vide|\d+ ?(?:kg|lb|%))\b"
)
_LIFTS = frozenset({"squat", "hinge", "push", "press", "row", "pull"})


def _warm_ups(week: Week, seen: tuple[Row, ...]) -> Iterator[Finding]:
    """Warm-up sets lead to a lift of the day."""
    for day, workout in enumerate(week.workouts):
        there = frozenset(word for exercise in workout.exercises for word in lexicon.words(exercise.name))
        own = {row.entry.family for row in seen if row.day == day and row.entry is not None}
        for index, step in enumerate(workout.warm_up):
            if not _WITH_WEIGHT.search(plain(step)):
                continue
            for word in lexicon.words(step):
                entry = entry_of(word) if word in _HEADS else None
                if entry is not None and word not in there and entry.family not in own:
                    yield warning(
                        "TP-T04", f"/workouts/{day}/warm_up/{index}", measured=word, limit="a lift of this workout",
                        message=f"The warm-up has sets of '{word}', and the workout has no such lift.",
                        advice="Let the warm-up lead to the first lift of the workout.",
                    )
                    break


_HEADS = frozenset({"squat", "deadlift", "row", "lunge"})


# --- TP-S11: numbers of a week's texts -----------------------------------------------------------

_WEIGHT = re.compile(r"(?<![\d.,-])(\d{2,3}(?:[.,]\d)?)\s*(kg|kilos?|kilogramm|lbs?|pounds?)\b")
HEAVY = 15.0             # below it, a number is a step more often than a load
_PERHAPS = re.compile(
    r"\b(?:if|unless|once|do not|don't|not|never|next|last|later|soon|instead|wenn|falls|sobald|nicht|nie|nachste\w*"
    r"|letzte\w*|spater|statt|si|no|nunca|proxim[oa]s?|ultim[oa]s?|luego|ne|pas|jamais|prochaine?s?|derniere?s?"
    r"|plus tard|should|could|may|might|can|own|have|test\w*|goal|towards?|ziel\w*|objetivo|objectif)\b"
)
_STEP = re.compile(
    r"\b(?:add|plus|more|less|fewer|by|under|below|body|weigh\w*|mehr|weniger|um|unter|korper\w*|mas|menos"
    r"|peso corporal|plus|moins|poids)\b"
)


def numbers_of_texts(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    seen = rows(week)
    loads = {row.exercise.load for row in seen if row.exercise.load_kind in {LoadKind.KG, LoadKind.LB}}
    loaded = {
        row.entry.family for row in seen
        if row.entry is not None and row.is_barbell and row.exercise.load_kind in {LoadKind.KG, LoadKind.LB}
    }
    sets = {row.exercise.sets for row in seen}
    for workout in week.workouts:
        sets.add(sum(exercise.sets for exercise in workout.exercises))
    sets.add(sum(row.exercise.sets for row in seen))
    places = [("/summary", week.summary)]
    places += [(f"/coaching/{index}", text) for index, text in enumerate(week.coaching)]
    for at, text in places:
        said = counted(text)
        if not any(digit in said for digit in "0123456789"):
            continue
        for found in _WEIGHT.finditer(said) if loads else ():
            value = float(found.group(1).replace(",", "."))
            near = said[max(0, found.start() - 30) : found.end() + 15]
            if value >= HEAVY and value not in loads and not _STEP.search(near):
                # "Reset your feet when you load 225 lb on the deadlift", but not: another bell, the step after next.
                sentence = sentence_of(said, *found.span())
                is_certain = not _PERHAPS.search(sentence) and any(
                    entry.family in loaded for _, entry in named_in(sentence) if not entry.is_gentle
                )
                yield (error if is_certain else warning)(
                    "TP-S11", at, measured=found.group(), limit=", ".join(f"{load:g}" for load in sorted(
                        load for load in loads if load is not None))[:200],
                    message=f"The text speaks of {found.group()}, and no exercise of the week has that load.",
                    advice="Name only loads that the week prescribes.",
                )
                break
        for found in _SETS.finditer(said):
            near = said[max(0, found.start() - 40) : found.end() + 15]
            if int(found.group(1)) not in sets and not _PART.search(near):
                yield warning(
                    "TP-S11", at, measured=found.group(), limit="sets of this week",
                    message=f"The text speaks of {found.group()}, and no exercise or workout of the week has so many.",
                    advice="Name only numbers that the week has.",
                )
                break


# --- TP-C01, TP-C03: what texts send the athlete to ----------------------------------------------

# Words for what has to be there.
_TOOLS = {
    Equipment.CARDIO_MACHINES: (
        "treadmill", "laufband", "cinta", "tapis", "rowing machine", "rower", "ruderger", "rudermasch", "elliptic",
        "crosstrainer",
        "stationary", "ergometer", "eliptica", "rameur", "exercise bike",
    ),
    Equipment.KETTLEBELLS: ("kettlebell", "kugelhantel"), Equipment.CABLES: ("cable", "kabelzug", "polea", "poulie"),
    Equipment.PULL_UP_BAR: ("pull-up", "pull up", "klimmz", "dominada", "traction", "dead hang"),
    Equipment.BARBELL: ("barbell", "langhantel", "empty bar", "leeren stange", "leere stange"),
    Equipment.DUMBBELLS: ("dumbbell", "kurzhantel", "mancuerna"),
    Equipment.POOL: ("swim", "schwimm", "nadar", "natacion", "nage"),
}
_OR = re.compile(r"\b(?:or|oder|o|u|ou)\b")


def tools_of_texts(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    there = available(brief.equipment)
    excluded = asked.of(brief).exclusions
    signs = {sign for tool, names in _TOOLS.items() if tool not in there for sign in names}
    signs |= {stem for exclusion in excluded for word in plain(exclusion.said).split() if len(stem := word[:6]) >= 4}
    if not signs:
        return
    for at, text in texts_of_week(week):
        said = plain(text)
        if at.endswith(("/name", "/label", "/focus")) or not any(sign in said for sign in signs):
            continue
        for name, entry in _named(text):
            if not entry.fits(there) and not _OR.search(said):
                yield warning(
                    "TP-C01", at, measured=name, limit=", ".join(sorted(brief.equipment)) or "body weight only",
                    message=f"The text sends the athlete to '{name}', for which the equipment is not there.",
                    advice="Speak only of what the equipment of the brief allows.",
                )
                break
            if any(exclusion.meets(name, entry) for exclusion in excluded):
                yield warning(
                    "TP-C03", at, measured=name, limit="what the brief does not exclude",
                    message=f"The text has '{name}', which the brief does not want.",
                    advice="Choose something else.",
                )
                break


# --- TP-C02: sides, and conditions of somebody else ----------------------------------------------

_PARTS = (
    "shoulder|knee|hip|wrist|ankle|elbow|foot|schulter|knie|hufte|handgelenk|ellbogen|fuss|hombro|rodilla|cadera|muneca"
    "|tobillo|codo|epaule|genou|hanche|poignet|cheville|coude"
)
_LEFT = r"left|linke\w*|link\w*"
_RIGHT = r"right|rechte\w*|recht\w*"
_SIDE = re.compile(
    rf"\b(?:(?P<left>{_LEFT})|(?P<right>{_RIGHT})) (?P<part>{_PARTS})"
    rf"|\b(?P<part2>{_PARTS})\w* (?:(?P<left2>izquierd\w+|gauche)|(?P<right2>derech\w+|droite?))\b"
)


_SIDE_SIGNS = ("left", "right", "link", "recht", "izquierd", "derech", "gauche", "droit")


def _sides(text: str) -> set[tuple[str, str]]:
    if not any(sign in text for sign in _SIDE_SIGNS):
        return set()
    return {
        (found["part"] or found["part2"], "left" if found["left"] or found["left2"] else "right")
        for found in _SIDE.finditer(text)
    }


def _wrong_sides(brief: Brief, places: Iterator[tuple[str, str]]) -> Iterator[Finding]:
    own = _sides(plain(" ".join((*brief.limitations, brief.preferences, brief.goal_note))))
    parts = {part for part, _ in own}
    if not own:
        return
    for at, text in places:
        for part, side in _sides(plain(text)):
            if part in parts and (part, side) not in own:
                yield warning(
                    "TP-C02", at, measured=f"{side} {part}", limit="the side that the brief names",
                    message=f"The text speaks of the {side} {part}, and the brief of the other one.",
                    advice="Name the side as the brief does.",
                )


def sides_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _wrong_sides(brief, texts(plan))


def sides_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _wrong_sides(brief, texts_of_week(week))


_CONDITION_SIGNS = (
    "pregnan", "trimester", "schwanger", "embaraz", "enceinte", "grossesse", "osteopor", "heart attack", "herzinfarkt",
    "infart", "hypertens", "bluthochdruck", "herniat", "bandscheib", "hernia", "hernie", "impingement",
)


def conditions_of_somebody_else(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    """A week does not speak of a condition that the brief does not have."""
    own = plain(" ".join((*brief.limitations, brief.preferences, brief.goal_note)))
    for at, text in (("/summary", week.summary), *((f"/coaching/{n}", text) for n, text in enumerate(week.coaching))):
        said = plain(text)
        if not any(sign in said and sign not in own for sign in _CONDITION_SIGNS):
            continue
        for condition in CONDITIONS:
            found = condition.words.search(said)
            if found and not condition.words.search(own) and not is_denied(said, *found.span()):
                yield warning(
                    "TP-C02", at, measured=found.group(), limit="what the brief tells of the athlete",
                    message=f"The text speaks of '{quote(found.group())}', of which the brief says nothing.",
                    advice="Write for the athlete of the brief.",
                )
                break
