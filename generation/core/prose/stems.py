"""The content words of a text, cut to what their forms have in common.

A prefix is cruder than a stemmer and the same for every language: plant, plants and planting are one, and so are
Pflanze and Pflanzen.  It is for asking whether a matter comes up at all, never for telling two matters apart."""

from collections.abc import Iterable
from functools import lru_cache

from generation.core.prose.plain import different_words, has_spaces
from generation.core.prose.tongues import SMALL_WORDS

SHORTEST = 4            # letters of a word that carries a meaning; shorter ones count if they are acronyms
STEM = 5
_SMALL = frozenset().union(*SMALL_WORDS.values())
# Content words that every text of a teacher or a coach has.
_COMMON = frozenset(
    "with this that what which when where your their them then than most more some each both other using used useful given "
    "case cases kind kinds thing things way ways make makes need needs take takes good well work works first least right "
    "wrong best answer question following statement correct describe describes "
    "wenn dann mehr auch eine einen einem einer eines sind wird werden haben welche welcher welches richtig falsch "
    "para como esta este estos estas cual cuando donde puede hacer "
    "avec pour dans quel quelle quels quelles plus être avoir faire".split()
)


def stem(word: str) -> str:
    low = word.casefold()
    if len(low) > STEM:
        return low[:STEM]
    return low[:-1] if len(low) == STEM and low[-1] in "sen" else low


def stems(text: str) -> set[str]:
    """The stems of its content words; empty where words cannot be told apart."""
    return stems_of(different_words(text)) if has_spaces(text) else set()


def stems_of(said: Iterable[str]) -> set[str]:
    """As `stems`, of words."""
    found = {_stem_of_content(word) for word in set(said)}
    found.discard("")
    return found


@lru_cache(maxsize=8_192)
def _stem_of_content(word: str) -> str:
    """Empty for a word that carries no meaning of its own."""
    low = word.casefold()
    if len(word) >= SHORTEST:
        return "" if low in _SMALL or low in _COMMON else stem(word)
    return low if len(word) > 1 and word.isupper() else ""
