"""How a program speaks: days and dates, sentences said twice, one form of address (TP-C08, P10, S08, T07)."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.seen import name_key, plain, quote, texts, warning
from generation.kinds.training_program.schema import Plan, Week

SENTENCE = re.compile(r"[^.;!?\n]+")

# --- TP-P10, TP-C08: days ------------------------------------------------------------------------

_DAILY = re.compile(
    r"\b(?:(?:train|run|lift|work ?out|exercise(?!s)|ride|swim)[a-z]* (?:\w+ )?(?:every (?:single )?day|daily"
    r"|seven days|7 days)|no rest days?|without (?:any )?rest days?"
    r"|(?:jeden (?:einzelnen )?tag|taglich) (?:trainier|lauf|train)\w*|(?:trainier"
    r"|lauf)\w* (?:\w+ ){0,2}(?:jeden (?:einzelnen )?tag|taglich)|ohne ruhetage?|keine ruhetage?"
    r"|(?:entren|corr)\w* (?:\w+ )?todos los dias|sin dias? de descanso|(?:entraine"
    r"|cour)\w* (?:\w+ )?(?:tous les jours|chaque jour)|sans jours? de repos)\b"
)


def rest_days_in_words(brief: Brief, plan: Plan) -> Iterator[Finding]:
    if brief.days_per_week == 7:
        return
    for at, text in (("/summary", plan.summary), ("/progression", plan.progression)):
        found = _DAILY.search(plain(text))
        if found:
            yield warning(
                "TP-P10", at, measured=found.group(), limit=f"{brief.days_per_week} days a week",
                message=f"The text says '{found.group()}', and {brief.days_per_week} training days are asked for.",
                advice="Leave the other days for recovery.",
            )


_MONTHS = (
    ("jan", 31), ("feb|fev", 29), ("mar", 31), ("apr|abr|avr", 30), ("may|mai", 31), ("jun"
                                                                    r"|juin", 30), ("jul|juil", 31),
    ("aug|ago|aout", 31), ("sep", 30), ("oct|okt", 31), ("nov", 30), ("dec|dez|dic", 31),
)
_MONTH_NAMES = (
    "january|february|march|april|june|july|august|september|october|november|december|januar|februar|marz|juni|juli|oktober|dezember"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|janvier|fevrier|avril|juin|juillet|aout"
    "|septembre|octobre|novembre|decembre"
)
_DATE = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.)? (?:of |de )?({_MONTH_NAMES}|may|mai)\b"
    rf"|\b({_MONTH_NAMES}) (\d{{1,2}})(?:st|nd|rd|th)?\b(?! ?(?:km|kg))"
)


def _dates(text: str) -> Iterator[tuple[str, int, int]]:
    """Dates as they are said, with their day and their month from 0."""
    if any(digit in text for digit in "0123456789"):
        for found in _DATE.finditer(text):
            month = found.group(2) or found.group(3)
            place = next(n for n, (start, _) in enumerate(_MONTHS) if re.match(start, month))
            yield found.group(), int(found.group(1) or found.group(4)), place


def dates_exist(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """And where the brief names a day, it is that one."""
    asked_for = {(day, month) for _, day, month in _dates(plain(f"{brief.goal_note}\n{brief.preferences}"))}
    for at, text in texts(plan):
        for said, day, month in _dates(plain(text)):
            most = _MONTHS[month][1]
            if not 1 <= day <= most:
                yield error(
                    "TP-C08", at, measured=said, limit=f"1 to {most}",
                    message=f"There is no '{said}'.", advice="Name a date that exists, or none.",
                )
            elif asked_for and (day, month) not in asked_for:
                yield warning(
                    "TP-C08", at, measured=said, limit="the date of the brief",
                    message=f"The text says '{said}', and the brief names another day.",
                    advice="Name the date of the brief.",
                )


# --- TP-S08: the same sentence again -------------------------------------------------------------

LONG_SENTENCE = 30


def repeated_sentences_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    yield from _repeated([("/summary", plan.summary), ("/safety", plan.safety), ("/progression", plan.progression)])


def repeated_sentences_of_week(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    yield from _repeated([
        ("/summary", week.summary), *((f"/coaching/{index}", text) for index, text in enumerate(week.coaching)),
    ])


def _repeated(places: list[tuple[str, str]]) -> Iterator[Finding]:
    there = set[str]()
    for at, text in places:
        for sentence in SENTENCE.findall(text):
            key = name_key(sentence)
            if len(key) >= LONG_SENTENCE and key in there:
                yield warning(
                    "TP-S08", at, measured=quote(sentence.strip()), limit="once",
                    message=f"The same sentence stands here again: '{quote(sentence.strip())}'.",
                    advice="Say it once.",
                )
                break
            there.add(key)


# --- TP-T07: one form of address -----------------------------------------------------------------

# With what stands before it in German, so that a "Sie" that begins a sentence, which may mean "they", does not count.
_ADDRESSING = {      # polite, familiar
    "de": (
        re.compile(r"(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihre?[nmrs]?)\b"),
        re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?[nmrs]?)\b"),
    ),
    "fr": (re.compile(r"\b(?:[Vv]ous|[Vv]otre|[Vv]os)\b"), re.compile(r"\b(?:[Tt]u|[Tt]on|[Tt]a|[Tt]es|[Tt]oi)\b")),
    "es": (re.compile(r"\b[Uu]sted\b"), re.compile(r"\b(?:[Tt]ú|[Tt]us?|[Tt]i|[Cc]ontigo|[Tt]e)\b")),
}


def _address(language: str, text: str) -> tuple[int, int]:
    polite, familiar = _ADDRESSING[language]
    return len(polite.findall(text)), len(familiar.findall(text))


def one_address(brief: Brief, plan: Plan, position: int, week: Week) -> Iterator[Finding]:
    language = brief.language.split("-", 1)[0].lower()
    if language not in _ADDRESSING:
        return
    polite, familiar = _address(language, f"{plan.summary} {plan.safety} {plan.progression}")
    if (polite == 0) == (familiar == 0):
        return
    for at, text in (("/summary", week.summary), *((f"/coaching/{n}", text) for n, text in enumerate(week.coaching))):
        here = _address(language, text)
        wrong, right = (here[1], here[0]) if polite else here
        if wrong and not right:
            yield warning(
                "TP-T07", at, measured="familiar" if polite else "polite", limit="as in the plan",
                message=f"The plan addresses the athlete {'politely' if polite else 'familiarly'}, this text does not.",
                advice="Keep one form of address through the whole program.",
            )
