"""What the brief's free text says about the person: conditions, exclusions, age, days that are taken, own maxima.

Only what is plainly said: a sentence that cannot be read in full forbids nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.checks.conditions import CONDITIONS, FLAGS, TRAIT_WORDS
from generation.kinds.training_program.checks.seen import plain, quote
from generation.kinds.training_program.checks.whose import (
    is_absent,
    is_history,
    is_no_dislike,
    is_old_surgery,
    is_others,
)
from generation.kinds.training_program.exercises import lexicon
from generation.kinds.training_program.exercises.table import Entry, entry_of, is_name, is_name_with, named_in
from generation.kinds.training_program.vocabulary import Equipment, Units

__all__ = ["TRAIT_WORDS", "WEEKDAYS", "of"]


@dataclass(frozen=True)
class Named:
    """A condition as the brief words it."""

    said: str
    forbids: frozenset[str]
    doubts: frozenset[str]
    needs_clearance: bool


@dataclass(frozen=True)
class Exclusion:
    """What the brief does not want: a trait, a family, an implement, or a name's words."""

    said: str
    words: frozenset[str]
    trait: str = ""
    family: str = ""
    implement: Equipment | None = None
    generic: str = ""          # the family of a name of one word

    def meets(self, name: str, entry: Entry | None) -> bool:
        if self.trait or self.family or self.implement is not None:
            if entry is None:
                return False
            needs = any(group == {self.implement} for group in entry.needs)
            return self.trait in entry.traits or entry.family == self.family or needs
        is_named = self.words <= frozenset(lexicon.words(name))
        return is_named and (not self.generic or entry is None or entry.family == self.generic)


@dataclass(frozen=True)
class Wanted:
    conditions: tuple[Named, ...]
    exclusions: tuple[Exclusion, ...]
    flags: tuple[str, ...]
    age: int | None
    blocked_days: tuple[str, ...]
    maxima: tuple[tuple[str, float], ...]      # family of the lift, the heaviest weight that is named with it
    goals: tuple[tuple[str, Entry], ...]       # what the goal names, in English words

    def speaks_against(self, name: str) -> bool:
        """Whether a condition doubts an exercise, or an exclusion meets it."""
        entry = entry_of(name)
        assert entry is not None, "the table knows its own names"
        return any(entry.traits & (one.forbids | one.doubts) for one in self.conditions) or any(
            one.meets(name, entry) for one in self.exclusions
        )


@lru_cache(maxsize=256)
def of(brief: Brief) -> Wanted:
    free = (*brief.limitations, brief.preferences, brief.goal_note)
    said = [plain(text) for text in free if text]
    whole = "\n".join(said)
    limits = [plain(text) for text in brief.limitations]
    return Wanted(
        conditions=(*_conditions(said, limits), *_body_parts(limits)),
        exclusions=tuple(dict.fromkeys(
            exclusion for text in said for exclusion in (*_excluded(text, whole), *_hurting(text))
            if not _is_to_be_learnt(exclusion, brief, text)
        )) + tuple(_bare(limits)),
        flags=tuple(dict.fromkeys(
            found.group() for text in said for found in FLAGS.finditer(text)
            if not is_absent(text, *found.span()) and not is_old_surgery(text, *found.span())
            and (text in limits or not is_others(text, *found.span()))
        )),
        age=next((age for text in said if (age := _age(text)) is not None), None),
        blocked_days=tuple(_blocked(said)),
        maxima=tuple(_maxima(brief)),
        goals=tuple((said, entry) for said, entry in named_in(brief.goal_note) if not entry.is_gentle),
    )


_FIRST = re.compile(r"\b(?:first|learn\w*|erste\w*|lernen|primer\w*|aprender|premier\w*|apprendre)\b")


def _is_to_be_learnt(exclusion: Exclusion, brief: Brief, text: str) -> bool:
    """ "I cannot do a pull-up", where the goal is the first one."""
    goal = plain(brief.goal_note)
    is_named = exclusion.words <= frozenset(lexicon.words(goal)) | _FILLERS
    return goal != text and is_named and _FIRST.search(goal) is not None


# --- conditions ----------------------------------------------------------------------------------

def _conditions(said: list[str], limits: list[str]) -> Iterator[Named]:
    for text in said:
        for condition in CONDITIONS:
            found = condition.words.search(text)
            if found is None or is_absent(text, *found.span()):
                continue
            if text in limits or not is_others(text, *found.span()):
                # "Hurts in wide-grip pressing" says itself what to leave out.
                doubts = frozenset[str]() if any(_hurting(text)) else condition.doubts
                is_over = not condition.needs_clearance and is_history(text, *found.span())
                forbids = frozenset[str]() if is_over else condition.forbids
                doubts = condition.forbids if is_over else doubts
                yield Named(found.group(), forbids, doubts, condition.needs_clearance)


_PAIN = ("{} pain", "{} schmerzen", "{}schmerzen", "dolor de {}", "douleur {}")
_MOST_WORDS_OF_A_PART = 3


def _body_parts(limits: list[str]) -> Iterator[Named]:
    """A limitation that is only a part of the body, as "Knee" or "Schulter": something is wrong with it, and nobody
    said what, so what would hurt is in doubt and nothing is forbidden."""
    for text in limits:
        if len(text.split()) > _MOST_WORDS_OF_A_PART or any(one.words.search(text) for one in CONDITIONS):
            continue
        as_pain = [pattern.format(text) for pattern in _PAIN]
        for condition in CONDITIONS:
            if not condition.needs_clearance and any(condition.words.search(said) for said in as_pain):
                yield Named(text, frozenset(), condition.forbids | condition.doubts, False)


# --- exclusions ----------------------------------------------------------------------------------

_TRIGGER = re.compile(
    r"\b(?:(?:please )?(?:without|avoid(?:ing)?|skip|hate|hates|dislike|detest|loathe|leave out|stay away from"
    r"|exclude|excluding)"
    r"|(?:do not|don'?t|does not|doesn'?t|cannot|can'?t|can not|must not|mustn'?t|should not|shouldn'?t|may not"
    r"|won'?t|will not"
    r"|never|refuse to|not allowed to|not able to|unable to)(?: want to do| want to| want| like to do| like doing"
    r"| like| enjoy"
    r"| stand| bear| stomach| want me to do| want me to| do| perform| use| tolerate| include| love| program"
    r"| give me)?"
    r"|no soporto|no aguanto|je ne supporte pas(?: les?| la)?|j'ai horreur (?:des?|de la)"
    r"|rather not(?: do)?|prefer not to(?: do)?|banned(?: me from)?|forbade|forbids|not a fan of"
    r"|sick of|tired of|kein(?:e|en|er|em)?|ohne|hasse|verzichte auf|vermeide|mag keine?n?|will keine?n?"
    r"|bitte keine?n?|sin|no (?:quiero|quisiera|queria|deseo)(?: hacer)?|no me gustan?|odio|detesto|evitar|evita"
    r"|nada de|no puedo(?: hacer)?"
    r"|sans|pas de|pas d'|je n'aime pas(?: les?| la)?|je deteste(?: les?| la)?|eviter(?: les?| la)?|jamais de"
    r"|je ne veux pas(?: de)?"
    r"|aucune?|(?:please )?no)\s*:?\s+"
)
_BEHIND = re.compile(
    r"([^.;!?\n,:]{3,40}?)\s+(?:vermeiden|meiden|mag ich nicht|will ich nicht|hasse ich"
    r"|kann ich nicht (?:leiden|ausstehen)|gehen? nicht|verboten"
    r"|nicht erlaubt|weglassen"
    r"|(?:is|are) (?:not allowed|forbidden|banned|out|off limits|a no go|not possible)|hurts?\b(?! (?:in|when"
    r"|during))"
    r"|(?:esta|estan) prohibid[oa]s?|(?:est|sont) interdit(?:e|s|es)?)(?:\b|$)"
)
_CLAUSE_END = re.compile(
    r"[.;!?\n()]|\b(?:but|because|since|as|aber|weil|denn|sondern|pero|porque|mais|car|parce|due to|wegen|i like"
    r"|i love|i enjoy|i prefer"
    r"|instead|ich mag|me gusta|j'aime)\b"
)
_AND = re.compile(r"\s*(?:,|/|&|\band\b|\bor\b|\bnor\b|\bund\b|\boder\b|\by\b|\bo\b|\bni\b|\bet\b|\bou\b"
                  r"|\bsowie\b)\s*")
_FILLERS = frozenset(
    "now currently any doing exercise exercises movement movements work please at all the my more for me anything "
    "with type "
    "mehr ubungen ubung bitte ejercicios ejercicio mas por favor exercices exercice d les des l kind variation "
    "variations "
    "all every s".split()
)
_TRAITS = {
    "jump": "jump", "jumps": "jump", "plyo": "jump", "overhead": "overhead", "overhead press": "overhead",
    "impact": "impact", "high impact": "impact", "spinal flexion": "flexion", "hanging": "hang", "hang": "hang",
    "twist": "twist", "twisting": "twist", "deep squat": "deep", "inversion": "inverted", "handstand": "inverted",
    "olympic lift": "technical", "olympic lifting": "technical", "olympic weightlifting": "technical",
    "overhead movement": "overhead", "overhead lift": "overhead", "overhead lifting": "overhead",
}
_FAMILIES = {"run": "run", "jog": "run", "swim": "swim", "carry": "carry", "lunge": "lunge", "cycling": "ride",
             "bike": "ride", "walk": "walk"}
_TOOLS = {
    "barbell": Equipment.BARBELL, "dumbbell": Equipment.DUMBBELLS, "kettlebell": Equipment.KETTLEBELLS,
    "machine": Equipment.MACHINES, "cable": Equipment.CABLES, "band": Equipment.BANDS,
}
# What may stand beside a name and narrows it: "wide-grip pressing".
_KINDS_OF = frozenset(
    "wide close narrow grip barbell dumbbell kettlebell machine cable band bodyweight front back side one arm leg "
    "single seated standing incline decline lying weighted jump box high low bar smith behind neck deep full sumo "
    "romanian".split()
)
LONGEST_CLAUSE = 160
# "I don't want to skip squats", "I can't train without deadlifts".
_TWICE_DENIED = re.compile(
    r"\b(?:don'?t|do not|not|never|stop|without|cannot|can'?t|nicht|nie|no|nunca|ne|jamais) "
    r"(?:(?:want|like|need|to|ever|me|have|do|train|plan|wish|please|really|live|work|out|be|quiero|will) ){0,3}$"
)
_NARROWS = re.compile(
    r"\b(?:same (?:day|session|workout)|in a row|back to back|together|before|after|mondays?|tuesdays?|wednesdays?"
    r"|thursdays?"
    r"|fridays?|saturdays?|sundays?|more than|heavier|gleichen tag|hintereinander|mismo dia|seguidos|meme jour"
    r"|meme seance)\b"
)


def _excluded(text: str, whole: str) -> Iterator[Exclusion]:
    for found in _TRIGGER.finditer(text):
        is_twice = _TWICE_DENIED.search(text[max(0, found.start() - 40) : found.start()])
        if is_twice or is_no_dislike(text, *found.span(), whole):
            continue
        rest = text[found.end() : found.end() + LONGEST_CLAUSE]
        end = _CLAUSE_END.search(rest)
        exclusions = list[Exclusion]()
        for piece in _AND.split(rest[: end.start()] if end else rest):
            exclusion = _exclusion(piece)
            if exclusion is None and _NARROWS.search(piece):
                exclusions.clear()      # "no deadlifts and squats on the same day" forbids neither
                break
            if exclusion is None and piece:
                break              # another clause has begun
            if exclusion is not None:
                exclusions.append(exclusion)
        yield from exclusions
    for found in _BEHIND.finditer(text):
        if is_no_dislike(text, *found.span(), whole):
            continue
        for piece in _AND.split(found.group(1)):
            exclusion = _exclusion(piece)
            if exclusion is not None:
                yield exclusion


_HURTS = re.compile(
    r"(?:hurts?|pain(?:ful)?|aches?|sore|schmerz\w*|duele|dolor|mal|douleur\w*) (?:in|when|during|with|from|while"
    r"|bei|beim|al|con|en|pendant|lors)\s+"
)


def _hurting(text: str) -> Iterator[Exclusion]:
    """ "The shoulder hurts in wide-grip pressing": not that, in two words or more."""
    for found in _HURTS.finditer(text):
        rest = text[found.end() : found.end() + LONGEST_CLAUSE]
        end = _CLAUSE_END.search(rest)
        exclusion = _exclusion(rest[: end.start()] if end else rest)
        if exclusion is not None and len(exclusion.words) > 1:
            yield exclusion


def _bare(limits: list[str]) -> Iterator[Exclusion]:
    """A limitation that is nothing but the name of an exercise, such as "overhead press"."""
    for text in limits:
        exclusion = _exclusion(text)
        if exclusion is not None and (len(exclusion.words) > 1 or exclusion.generic):
            yield exclusion


def _exclusion(piece: str) -> Exclusion | None:
    words = tuple(word for word in lexicon.words(piece) if word not in _FILLERS)
    said, joined = quote(piece.strip()), " ".join(words)
    if not words:
        return None
    there = frozenset(words)
    if joined in _TRAITS:
        return Exclusion(said, there, trait=_TRAITS[joined])
    if joined in _FAMILIES:
        return Exclusion(said, there, family=_FAMILIES[joined])
    if joined in _TOOLS:
        return Exclusion(said, there, implement=_TOOLS[joined])
    if len(words) == 1:
        entry = entry_of(words[0]) if is_name(words) else None
        return None if entry is None else Exclusion(said, there, generic=entry.family)
    return Exclusion(said, there) if is_name_with(words, _KINDS_OF) else None


# --- age, days, maxima ---------------------------------------------------------------------------

_AGE = re.compile(
    r"\b(?:i'?m|i am|aged?|age:?|age of|she is|he is|ich bin|tengo|j'?ai|alter:?|edad:?)\s*(\d{1,2})(?! ?(?:kg|lb|cm"
    r"|%|km|min|weeks?|weeks|days|months|h\b))\b"
    r"(?!\s*(?:kg|lbs?|cm|%|km|min\w*|weeks?|days?|months?|wochen|semanas|semaines|years? (?:of|into|training)"
    r"|jahre(?! alt)|anos (?:de exp|entren)|ans d))"
    r"|\b(\d{1,2})[ -]?(?:years?[ -]olds?|y/?o\b|yrs? old|jahre alt|jahrige?\w*|anos de edad|ans\b(?= |,|\.|$)(?! d))"
    r"|^(\d{2})\s*(?:,|years,|years old|jahre,|anos,)"
)


def _age(text: str) -> int | None:
    for found in _AGE.finditer(text):
        age = int(next(filter(None, found.groups())))
        if 6 <= age <= 99 and not is_others(text, *found.span()):
            return age
    return None


WEEKDAYS = {
    "Monday": r"\b(?:mondays?|montags?|lunes|lundis?)\b", "Tuesday": r"\b(?:tuesdays?|dienstags?|martes|mardis?)\b",
    "Wednesday": r"\b(?:wednesdays?|mittwochs?|miercoles|mercredis?)\b",
    "Thursday": r"\b(?:thursdays?|donnerstags?|jueves|jeudis?)\b",
    "Friday": r"\b(?:fridays?|freitags?|viernes|vendredis?)\b",
    "Saturday": r"\b(?:saturdays?|samstags?|sonnabends?|sabados?|samedis?)\b",
    "Sunday": r"\b(?:sundays?|sonntags?|domingos?|dimanches?)\b",
}
_KEPT_FREE = re.compile(
    r"\b(?:no (?:training|workouts?|sessions?|gym|exercise)|not? (?:train\w*|available|free|work ?out)|cannot train"
    r"|can'?t train|never train"
    r"|don'?t (?:want to )?train|kein training|nicht trainieren|trainingsfrei|no (?:puedo )?entren\w+|sin entren\w+"
    r"|pas d'entrainement"
    r"|pas de (?:seance|sport)|busy|unavailable|taken|rest days?|days? off"
    r"|no time(?! for)|keine zeit(?! fur)|no tengo tiempo(?! para)|pas le temps(?! pour))\b"
)
_ONLY = re.compile(r"\b(?:only|except|but not|nur|ausser|solo|salvo|sauf|seulement)\b")


def _blocked(said: list[str]) -> Iterator[str]:
    for text in said:
        for sentence in re.split(r"[.;\n]", text):
            if _KEPT_FREE.search(sentence) and not _ONLY.search(sentence):
                yield from (day for day, pattern in WEEKDAYS.items() if re.search(pattern, sentence))


_WEIGHT = re.compile(r"(\d{2,3}(?:[.,]\d)?)\s*(kg|kilos?|lbs?|pounds?)\b")
POUND_KG = 0.4536


def _maxima(brief: Brief) -> Iterator[tuple[str, float]]:
    """The heaviest weight that the goal names together with a lift, in the brief's units."""
    for clause in re.split(r"[;\n]|, (?=[a-z]+ )", plain(brief.goal_note)):
        entries = [entry for _, entry in named_in(clause) if entry.is_compound]
        weights = [
            float(found.group(1).replace(",", ".")) * (1 if (found.group(2)[0] == "k") is (brief.units is Units.METRIC)
                                                       else POUND_KG if brief.units is Units.METRIC else 1 / POUND_KG)
            for found in _WEIGHT.finditer(clause)
        ]
        if len(entries) == 1 and weights:
            yield entries[0].family, max(weights)


def named(words: str) -> Exclusion | None:
    """What a person means by `words`: an exercise, a kind of them, an implement; None if it is neither."""
    return _exclusion(plain(words))
