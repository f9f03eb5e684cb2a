"""CR-T07 and T08: numbers and levels that a text announces, against what is there."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding
from generation.core.prose.wholeness import shortened
from generation.kinds.course.brief import Brief, Level
from generation.kinds.course.checks.drafts import Draft, warning
from generation.kinds.course.schema import Plan

_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10,
    "elf": 11, "zwölf": 12, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8,
    "nueve": 9, "diez": 10, "doce": 12, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "douze": 12,
}
_NUMBER = rf"(?P<number>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_OF_THE_COURSE = re.compile(
    rf"(?<!\w)(?<!first )(?<!last )(?<!next )(?<!the )(?<!ersten )(?<!letzten )(?<!die )(?<!premières )(?<!primeras )"
    rf"{_NUMBER} (?P<what>lessons|modules|Lektionen|Module|lecciones|módulos|leçons)\b(?! (?:in|of|per|a|for) (?:each|every|a|one)\b| each\b)",
    re.IGNORECASE,
)
_MODULES = frozenset({"modules", "module", "módulos"})
_STEPS = re.compile(
    rf"\b{_NUMBER} (?:\w+ )?(?P<what>steps|questions|rules|reasons|points|stages|parts|tips|signs|checks|ways|things|criteria|phases|examples|"
    r"Schritte|Fragen|Regeln|Gründe|Punkte|Teile|Phasen|Tipps|Anzeichen|Beispiele|pasos|preguntas|reglas|razones|puntos|partes|fases|"
    r"étapes|questions|règles|raisons|points|parties|phases|exemples)\b[^.!?\n:]{0,60}:\s*\n+(?P<list>(?:[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t][^\n]*\n?(?:[ \t]{2,}[^\n]+\n?|\n(?=[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]))*){1,30})",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"^(?:[-*+•]|\d{1,2}[.)])[ \t]", re.MULTILINE)
_NUMBERED_TITLE = re.compile(
    r"^\W*(?:(?:lesson|module|chapter|unit|part|lektion|modul|kapitel|teil|lección|módulo|leçon|chapitre)\s*\d+\b|\d{1,2}(?:\.\d{1,2})*[.):]\s|\d{1,2}\s[-–—]\s)",
    re.IGNORECASE,
)
_LEVEL_WORDS = {
    Level.BEGINNER: re.compile(
        r"\b(?:(?:at|on) (?:a )?beginner(?:['’]s)? level|for (?:absolute |complete )?beginners|für (?:Einsteiger|Anfänger)\w*|para principiantes|pour (?:les )?débutants)\b",
        re.IGNORECASE),
    Level.INTERMEDIATE: re.compile(
        r"\b(?:(?:at|on) (?:an )?intermediate level|for intermediate learners|(?:de )?nivel intermedio|(?:de )?niveau intermédiaire)\b", re.IGNORECASE),
    Level.ADVANCED: re.compile(
        r"\b(?:(?:at|on) (?:an )?advanced level|for (?:advanced (?:learners|students|practitioners)|experts)|für (?:Fortgeschrittene|Experten|Profis)|"
        r"(?:de )?nivel avanzado|para (?:expertos|avanzados)|(?:de )?niveau avancé|pour (?:les )?experts)\b", re.IGNORECASE),
}


def titles_carry_no_numbers(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-T07: the document numbers modules and lessons itself."""
    titles = [(f"/modules/{m}/title", module.title) for m, module in enumerate(plan.modules)]
    titles += [(f"{place.pointer}/title", place.planned.title) for place in plan.lessons]
    for pointer, title in titles:
        found = _NUMBERED_TITLE.match(title)
        if found:
            yield warning(
                "CR-T07", pointer, measured=found[0].strip(), limit="a title without a number",
                message=f"The title “{shortened(title, 60)}” carries a number; the document writes its own.",
                advice="Say what the learner gets, without a number.",
            )


def summary_agrees_with_the_brief(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-T08: numbers and level that the summary announces are those of the brief."""
    for found in _OF_THE_COURSE.finditer(plan.summary):
        wanted = brief.modules if found["what"].casefold() in _MODULES else brief.lessons
        if _read(found["number"]) not in {wanted, brief.lessons_per_module}:
            yield _announced("/summary", found[0], f"{wanted} {found['what']}")
    for level, words in _LEVEL_WORDS.items():
        said = words.search(plan.summary) or words.search(plan.title)
        if said and level is not brief.level:
            yield _announced("/summary", said[0], str(brief.level))


def announced_counts(draft: Draft) -> Iterator[Finding]:
    """CR-T08: "three steps:" is followed by three."""
    for passage in draft.texts.passages:
        if not passage.is_markdown or ":\n" not in passage.text:
            continue
        for found in _STEPS.finditer(passage.text):
            listed = len(_ENTRY.findall(found["list"]))
            if listed not in {_read(found["number"]), 0, 1}:
                yield _announced(passage.pointer, f"{found['number']} {found['what']}", f"{listed} in the list")


def _announced(pointer: str, measured: str, limit: str) -> Finding:
    return warning(
        "CR-T08", pointer, measured=measured, limit=limit,
        message=f"The text announces “{measured}”, and there is another number or level: {limit}.",
        advice="Let the words say what is there.",
    )


def _read(number: str) -> int:
    return int(number) if number.isdecimal() else _NUMBERS[number.casefold()]
