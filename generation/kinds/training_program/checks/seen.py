"""What many rules look at: findings that are no errors, the rows of a week, plain text, numbers that a text says."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from pydantic import BaseModel

from generation.core.findings import Finding, Severity, error
from generation.kinds.training_program.exercises.table import Entry, entry_of
from generation.kinds.training_program.schema import Exercise, Week
from generation.kinds.training_program.vocabulary import LoadKind

LONGEST_QUOTE = 80
KNOWN_LANGUAGES = frozenset({"en", "de", "es", "fr"})      # those that the word lists speak


def warning(rule: str, pointer: str, *, measured: object, limit: object, message: str, advice: str) -> Finding:
    return error(
        rule, pointer, measured=measured, limit=limit, message=message, advice=advice, severity=Severity.WARNING,
    )


def info(rule: str, pointer: str, *, measured: object, limit: object, message: str, advice: str) -> Finding:
    return error(
        rule, pointer, measured=measured, limit=limit, message=message, advice=advice, severity=Severity.INFO,
    )


def for_a_person(rule: str, pointer: str, *, measured: object, limit: object, message: str, advice: str) -> Finding:
    return error(
        rule, pointer, measured=measured, limit=limit, message=message, advice=advice, severity=Severity.HUMAN,
    )


def quote(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE - 1] + "…"


# --- rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise of a week with its place, and what the catalogue knows of it."""

    day: int
    index: int
    exercise: Exercise
    entry: Entry | None
    is_bout: bool        # conditioning: a run, a ride, or minutes of anything
    is_hard: bool        # its sets count as work for its muscles

    @property
    def at(self) -> str:
        return f"/workouts/{self.day}/exercises/{self.index}"

    @property
    def is_barbell(self) -> bool:
        return self.entry is not None and "breath" in self.entry.traits


LONG_S = 240


def _row(day: int, index: int, exercise: Exercise) -> Row:
    entry = entry_of(exercise.name)
    is_effort = exercise.load_kind is LoadKind.RPE and (entry is None or exercise.reps is None)
    is_bout = is_effort or (entry is not None and entry.is_conditioning) or (exercise.seconds or 0) >= LONG_S
    return Row(day, index, exercise, entry, is_bout, entry is not None and not is_bout and not entry.is_gentle)


class _Same:
    """A week as itself: to look into what it holds for its hash would cost as much as to read it again."""

    __slots__ = ("week",)

    def __init__(self, week: Week) -> None:
        self.week = week

    def __hash__(self) -> int:
        return id(self.week)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.week is other.week


@lru_cache(maxsize=32)
def _rows(same: _Same) -> tuple[Row, ...]:
    return tuple(
        _row(day, index, exercise)
        for day, workout in enumerate(same.week.workouts) for index, exercise in enumerate(workout.exercises)
    )


def rows(week: Week) -> tuple[Row, ...]:
    """Of `week`, read once for all rules."""
    return _rows(_Same(week))


def name_key(name: str) -> str:
    return " ".join(plain(name).split())


# --- text ----------------------------------------------------------------------------------------


@lru_cache(maxsize=4_096)
def plain(text: str) -> str:
    """Small letters without accents; everything else stays, apostrophes and hyphens as typewriters have them."""
    if text.isascii():
        return text.lower()
    letters = text.casefold().translate(_BASE)
    return letters if letters.isascii() else _without_accents(letters)


def _without_accents(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


_TYPEWRITER = dict(zip("\u2019\u2018\u2013\u2014\u2011\u2010\u00d7", "''----x", strict=True))
# Looked up, because most accents are among these, and to take letters apart costs ten times as much.
_BASE = str.maketrans({
    **{chr(code): _without_accents(chr(code)) for code in range(0xC0, 0x180)}, **_TYPEWRITER,
})


def texts(node: object, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text below `node` with its pointer."""
    if isinstance(node, BaseModel):
        for name, value in node:
            yield from texts(value, f"{at}/{name}")
    elif isinstance(node, tuple):
        for index, value in enumerate(node):
            yield from texts(value, f"{at}/{index}")
    elif isinstance(node, str) and not isinstance(node, LoadKind):
        yield at, node


def texts_of_week(week: Week) -> Iterator[tuple[str, str]]:
    """As `texts`, of a week, which is read most."""
    yield "/phase", week.phase
    yield "/summary", week.summary
    for day, workout in enumerate(week.workouts):
        at = f"/workouts/{day}"
        yield f"{at}/label", workout.label
        yield f"{at}/focus", workout.focus
        for index, text in enumerate(workout.warm_up):
            yield f"{at}/warm_up/{index}", text
        for index, exercise in enumerate(workout.exercises):
            yield f"{at}/exercises/{index}/name", exercise.name
            yield f"{at}/exercises/{index}/note", exercise.note
        yield f"{at}/cool_down", workout.cool_down
    for index, text in enumerate(week.coaching):
        yield f"/coaching/{index}", text


def base_language(tag: str) -> str:
    return tag.split("-", 1)[0].lower()


_SENTENCE_END = re.compile(r"[.!?;:\n]")


def sentence_of(text: str, start: int, end: int) -> str:
    """The sentence of `text` around a place in it."""
    begins = max((found.end() for found in _SENTENCE_END.finditer(text, max(0, start - 300), start)), default=0)
    ends = _SENTENCE_END.search(text, end)
    return text[begins : ends.start() if ends else len(text)]


_DENIES = re.compile(
    r"\b(?:no|not|never|nor|nobody|nothing|none|neither|without|cannot|don't|doesn't|isn't|won't|can't|avoid|free of"
    r"|instead of|rather than|kein\w*|niemand|nichts|nadie|nada|personne|rien|nicht|nie|ohne|weder|sin|nunca|ni"
    r"|ningun\w*|sans|pas|jamais|aucun\w*|n'\w+|ne)\b"
)


def is_denied(text: str, start: int, end: int) -> bool:
    """Whether a word of denial stands before the place, in its sentence: "does not cure"."""
    sentence = sentence_of(text, start, end)
    said = text[start:end]
    return _DENIES.search(sentence[: max(0, sentence.find(said))]) is not None


_OTHER_WEEK = re.compile(
    r"\b(?:after|before|from|since|next|last|previous|following|until|towards?|no|not|never|nothing|without|unlike"
    r"|than|post|pre"
    r"|coming|recent"
    r"|nach|vor|seit|letzte\w*|nachste\w*|keine?|nicht\w*|nie|ohne|bis|despues|antes|tras|proxima|ultima|sin|hasta"
    r"|nunca|nada|lejos"
    r"|apres|avant|depuis|prochaine|derniere|sans|pas|jamais|rien|loin|jusqu\w*)\b"
)
_COMES = (
    " is over", " is behind", " is far", " is next", " comes", " follows", " next", " in ", " starts", " begins",
    " gave", " was", " will", " arrives", " ends", " kommt", " folgt", " beginnt", " war", " ist vorbei", " ist noch",
    " liegt", " steht", " erst", " llega", " viene", " empieza", " fue", " queda", " sigue", " vendra", " viendra",
    " vient", " arrive", " suit", " commence", " etait", " est encore", " est passee",
)


def is_of_another_week(text: str, start: int, end: int) -> bool:
    """Whether the words around the place send it into another week, or deny it: "after the deload"."""
    before = text[max(0, start - 30) : start]
    return _OTHER_WEEK.search(before) is not None or text[end : end + 20].removeprefix(" week").startswith(_COMES)


_NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwolf": 12,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "doce": 12,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "douze": 12,
    "sixteen": 16, "twenty": 20,
}
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_NUMBER_WORDS)})\b")


def counted(text: str) -> str:
    """`plain`, with digits for the words of small numbers: "three sets" and "3 sets" are one thing."""
    return _NUMBER_WORD.sub(lambda found: str(_NUMBER_WORDS[found.group()]), plain(text))


_ASKS = re.compile(r"\b(?:if|when|whether|unless|or|wenn|falls|sobald|oder|si|cuando|o|en caso|quand|lorsque|ou"
                   r"|au cas)\b")


def is_asked(text: str, start: int, end: int) -> bool:
    """Whether the place stands under a condition: "if you have an injury"."""
    sentence = sentence_of(text, start, end)
    return _ASKS.search(sentence[: max(0, sentence.find(text[start:end]))]) is not None


# --- numbers in texts ----------------------------------------------------------------------------

_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_RANGE = rf"{_NUMBER}(?:\s*(?:-|to|bis|a|or|oder)\s*{_NUMBER})?"
_RIR = re.compile(rf"\brir\s*(?:of|von|de)?\s*[:=]?\s*{_RANGE}|{_RANGE}\s*rir\b")
_UP_TO_TEN = re.compile(r"(?<![\d.,])(?:10|\d(?:[.,]5)?)(?![\d.,]*\d)")
_RPE = re.compile(rf"\brpe\s*(?:of|von|de)?\s*[:=]?\s*{_RANGE}|{_RANGE}\s*rpe\b")
_PERCENT = re.compile(
    rf"{_RANGE}\s*(?:%|percent|prozent|por ciento|pour cent)\s*(?:of |de |du |des |der |vom )?(?:the |el |la )?"
    r"(?:1\s?rm|e1rm|one-rep)"
)
_REPS = re.compile(rf"{_RANGE}\s*(?:reps?\b|repetitions?\b|wdh\b|wiederholungen\b|repeticiones\b|repetitions\b)")
_SCHEME = re.compile(r"(?<![\d.,:/x-])(\d{1,2})\s*x\s*(\d{1,3})(?![\d.,:]*\d)(?!\s*(?:-|to|bis|a)\s*\d)(?!\s*(?:m|km"
                     r"|s|min|sec|sek|kg|lb|yd|mi|meters?|metres?|seconds?|minutes?|sekunden|minuten|segundos"
                     r"|minutos|secondes)\b)")


@dataclass(frozen=True)
class Effort:
    """What a sentence on intensity plainly says: lowest and highest value of each measure; None if it says none."""

    rir: tuple[float, float] | None
    rpe: tuple[float, float] | None
    percent: tuple[float, float] | None
    reps: tuple[float, float] | None


def _span(pattern: re.Pattern[str], text: str) -> tuple[float, float] | None:
    values = [
        float(value.replace(",", ".")) for found in pattern.finditer(text) for value in found.groups() if value
    ]
    return (min(values), max(values)) if values else None


@lru_cache(maxsize=1_024)
def effort(text: str) -> Effort:
    said = plain(text)
    reps = _span(_REPS, said)
    schemes = [float(found.group(2)) for found in _SCHEME.finditer(said)]
    if schemes:
        reps = (min([*schemes, *(reps or ())]), max([*schemes, *(reps or ())]))
    rpe = _span(_RPE, said)
    if rpe is not None:      # "RPE 4 on easy days, 7 to 8 in intervals"
        values = [float(number.replace(",", ".")) for number in _UP_TO_TEN.findall(said)]
        rpe = (min([*values, rpe[0]]), max([*values, rpe[1]]))
    return Effort(_span(_RIR, said), rpe, _span(_PERCENT, said), reps)


def schemes(text: str) -> list[tuple[int, int, str]]:
    """`4 x 6` as it is said: sets, repetitions, words."""
    return [(int(found.group(1)), int(found.group(2)), found.group()) for found in _SCHEME.finditer(plain(text))]
