"""How hard a text is to read, as far as the lengths of its words and sentences tell.

Formulas measure nothing else and need about 200 words: with fewer, they say nothing."""

import re
from collections.abc import Sequence
from functools import lru_cache

FEWEST_WORDS = 200
LONG_WORD = 6           # letters: LIX counts the longer ones
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^taeiouyd]ed|[^laeiouy]e)$")


def grade(said: Sequence[str], sentences: int) -> float | None:
    """The school year of Flesch and Kincaid (1975), of the words of an English text; None if they are too few."""
    if len(said) < FEWEST_WORDS:
        return None
    syllables = sum(map(_syllables, said))
    return 0.39 * len(said) / max(1, sentences) + 11.8 * syllables / len(said) - 15.59


def lix(said: Sequence[str], sentences: int) -> float | None:
    """Björnsson's index (1968), of the words of a text in any language that parts them; None if they are too few."""
    if len(said) < FEWEST_WORDS:
        return None
    long = sum(len(word) > LONG_WORD for word in said)
    return len(said) / max(1, sentences) + 100 * long / len(said)


@lru_cache(maxsize=8_192)
def _syllables(word: str) -> int:
    low = word.casefold()
    count = len(_VOWELS.findall(low))
    return max(1, count - (count > 1 and _SILENT.search(low) is not None))
