"""Objectives of a brief, made fit for the rehearsal: measurable, and short enough to stand inside a sentence."""

import re
import unicodedata
from functools import lru_cache

from generation.kinds.course.phrases.shape import CoursePhrases

LONGEST_PHRASE = 60
LONGEST_OBJECTIVE = 280
STRAND_WORDS = 8
# Words that would make a rehearsal look unfinished, whoever wrote them.
_UNFINISHED = re.compile(
    r"\b(?:to ?do|tbd|fixme|lorem|ipsum|placeholder|insert|xxx+|sample text|goes here|to be|n/a)\b", re.IGNORECASE)
_STOPS = (";", ",", ":", " – ", " - ")


def phrase_of(text: str, otherwise: str, longest: int = LONGEST_PHRASE) -> str:
    """Words of others, fit to stand inside a sentence: letters, digits and a few harmless signs."""
    return _phrase_of(text[: 4 * longest], otherwise, longest)


@lru_cache(maxsize=2_048)
def _phrase_of(text: str, otherwise: str, longest: int) -> str:
    signs = "+-'’&/" if longest == LONGEST_PHRASE else "+-'’&/,"
    kept = "".join(
        character if unicodedata.category(character)[0] in "LMN" or character in signs else " " for character in text
    )
    flat = " ".join(kept.split())
    if len(flat) > longest:
        flat = flat[:longest].rsplit(" ", 1)[0]
    is_blank = not any(unicodedata.category(character)[0] in "LN" for character in flat)
    return otherwise if is_blank or _UNFINISHED.search(flat) else flat


@lru_cache(maxsize=1_024)
def measurable(text: str, words: CoursePhrases) -> str:
    """`text` as an objective that somebody could observe, in its own words."""
    stated = phrase_of(text, words.own_objectives[0].format(topic=text[:40]), LONGEST_OBJECTIVE)
    first, _, rest = stated.partition(" ")
    low, all_words = first.casefold().strip(","), [word.casefold().strip(",") for word in stated.split()]
    vague = [word for word in (all_words if not words.lowers else all_words[:1]) if word in words.unobservable]
    if vague and words.lowers:
        return f"{words.verb} {rest}" if rest else f"{words.before}{stated}"
    if vague:
        clear = [words.verb if word.casefold().strip(",") in words.unobservable else word for word in stated.split()]
        return capital(" ".join(clear))
    is_verb = low.endswith(words.infinitive_endings) if words.infinitive_endings else bool(
        words.observable & set(all_words if not words.lowers else [low]))
    if is_verb and low not in words.questions_begin:
        return capital(stated)
    if low in words.questions_begin and (words.lowers or "," not in words.before_question[-1:]):
        return words.before_question + lowered(stated, words)
    return words.before + stated


@lru_cache(maxsize=2_048)
def strand_of(text: str, words: CoursePhrases) -> str:
    """What an objective is about, to stand inside a sentence: `how to draw a planting plan`."""
    for start in (words.before, words.before_question):
        text = text.removeprefix(start)
    for stop in _STOPS:
        head = text.split(stop, 1)[0]
        text = head if head.count(" ") >= 2 else text
    kept = text.rstrip(".!? ").split()[:STRAND_WORDS]
    while len(kept) > 2 and kept[-1].casefold().strip(",") in words.weak_endings:
        kept.pop()
    flat = phrase_of(" ".join(kept), words.aspects[0].terms[0], LONGEST_PHRASE + 20)
    first = flat.split(" ", 1)[0].casefold()
    if words.strand != "{objective}" and (first in words.questions_begin or first not in words.observable):
        return lowered(flat, words)
    return words.strand.format(objective=lowered(flat, words))


@lru_cache(maxsize=512)
def topic_of(subject: str, words: CoursePhrases) -> str:
    """The subject as it stands inside a sentence: `planning a garden`, but `Python`."""
    topic = phrase_of(subject, words.aspects[0].terms[0])
    return lowered(topic, words) if words.language == "en" and topic.split(" ", 1)[0].endswith("ing") else topic


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def lowered(text: str, words: CoursePhrases) -> str:
    """`text` inside a sentence; an abbreviation keeps its capitals."""
    return text if not words.lowers or text[1:2].isupper() else text[:1].lower() + text[1:]
