"""How hard a text is to read, as far as the lengths of its words and sentences tell.

Formulas measure nothing else and need about 200 words: with fewer, they say nothing."""

import re

from generation.core.prose.plain import has_spaces, sentences, words

FEWEST_WORDS = 200
LONG_WORD = 6           # letters: LIX counts the longer ones
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^taeiouyd]ed|[^laeiouy]e)$")


def grade(text: str) -> float | None:
    """The school year of Flesch and Kincaid (1975), of plain English; None if the text is too short for it."""
    said = words(text)
    if len(said) < FEWEST_WORDS:
        return None
    syllables = sum(_syllables(word) for word in said)
    return 0.39 * len(said) / max(1, len(sentences(text))) + 11.8 * syllables / len(said) - 15.59


def lix(text: str) -> float | None:
    """Björnsson's index (1968), of a plain text in any language whose words are letters between spaces."""
    said = words(text)
    if len(said) < FEWEST_WORDS or not has_spaces(text):
        return None
    long = sum(len(word) > LONG_WORD for word in said)
    return len(said) / max(1, len(sentences(text))) + 100 * long / len(said)


def lengths(text: str) -> list[int]:
    """The number of words in each sentence."""
    return [len(words(sentence)) for sentence in sentences(text)]


def _syllables(word: str) -> int:
    low = word.casefold()
    count = len(_VOWELS.findall(low))
    return max(1, count - (count > 1 and _SILENT.search(low) is not None))
