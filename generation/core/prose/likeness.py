"""How much one text repeats another.

Whole documents are compared through shingles, runs of a few words, by way of an index: the cost grows with the
words, not with the pairs.  Single short texts are compared letter by letter, by rapidfuzz."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz import fuzz

from generation.core.prose.plain import has_spaces

SHINGLE = 4                  # words
FEWEST_SHINGLES = 8          # a shorter text repeats another by chance
MOST_RIVALS = 3              # earlier texts that are looked at closely
LONGEST_COMPARED = 2_000     # characters, letter by letter
LONGEST_KEPT = 300           # characters of a text whose normal form is kept: questions and options are asked for again
LONG_WORD = 7                # letters
OF_ONE_RIVAL = 0.4           # the rest may have stood in a third text before
FEWEST_STRIKING = 4          # pairs that tell one text from another
KNOWN_OF_STRIKING = 0.7      # and one less: of runs it is 0.86 where three quarters of both texts are common
_WORD = re.compile(r"\w+")
_SIGN_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0eff]")


@dataclass(frozen=True)
class Likeness:
    """Text `later` repeats text `earlier`; `share` is how much of both is common, from 0 to 1."""

    earlier: int
    later: int
    share: float


def normal(text: str) -> str:
    """`text` as it counts when two are compared: one case, one kind of space, no punctuation."""
    return _normal_of_short(text) if len(text) <= LONGEST_KEPT else " ".join(_words(text))


@lru_cache(maxsize=512)
def _normal_of_short(text: str) -> str:
    return " ".join(_words(text))


def likeness(one: str, other: str) -> float:
    """How alike two short texts are, from 0 to 1, whatever the case and the punctuation."""
    return fuzz.ratio(normal(one[:LONGEST_COMPARED]), normal(other[:LONGEST_COMPARED])) / 100


def repeats(texts: Sequence[str], least: float) -> list[Likeness]:
    """Of each text the earlier one that it repeats most, if at least `least` of both is common (Jaccard).

    `least` is 0.7 or more: a text of which so many runs are known has most of its striking pairs from elsewhere, too,
    and only such a text is looked at closely."""
    said = [_spoken(text) for text in texts]
    runs: dict[int, set[tuple[str, ...]]] = {}
    holders: dict[tuple[str, str], int] = {}      # the first text that has it
    found: list[Likeness] = []
    for later, words in enumerate(said):
        if len(words) < FEWEST_SHINGLES + SHINGLE - 1:
            continue
        striking = _striking(words)
        known = holders.keys() & striking
        if len(known) >= KNOWN_OF_STRIKING * len(striking) - 1 and known:
            rivals = [
                earlier for earlier, count in Counter(holders[pair] for pair in known).most_common(MOST_RIVALS)
                if count >= OF_ONE_RIVAL * len(striking) - 1
            ]
            for place in (later, *rivals) if rivals else ():
                if place not in runs:
                    runs[place] = set(_runs(said[place], SHINGLE))
            alike = [like for earlier in rivals if (like := _jaccard(runs, earlier, later)).share >= least]
            if alike and len(runs[later]) >= FEWEST_SHINGLES:
                found.append(max(alike, key=lambda like: like.share))
        for pair in striking - known:
            holders[pair] = later
    return found


def _striking(words: list[str]) -> set[tuple[str, str]]:
    """Long words, each with the word after it; all words where there are hardly any long ones."""
    pairs = {(word, after) for word, after in pairwise(words) if len(word) >= LONG_WORD}
    return pairs if len(pairs) >= FEWEST_STRIKING else set(pairwise(words))


def _jaccard(sets: Mapping[int, set[tuple[str, ...]]], earlier: int, later: int) -> Likeness:
    common = len(sets[earlier] & sets[later])
    return Likeness(earlier, later, common / (len(sets[earlier]) + len(sets[later]) - common))


class Runs:
    """Finds runs of `length` words that a text shares with the one that this was made of, whatever the case."""

    def __init__(self, text: str, length: int) -> None:
        self._length = length
        self._text = text

    @cached_property
    def _known(self) -> str:
        return f" {' '.join(self._text.casefold().split())} "

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(self._known.split())

    def shared(self, text: str) -> str | None:
        """The first run of words of `text` that is known; None if there is none."""
        said = text.casefold().split()
        # A run of that length holds one of these blocks whole, wherever it begins: most texts stop here.
        half = (self._length + 1) // 2
        blocks = (said[at : at + half] for at in range(0, len(said) - half + 1, half))
        if len(said) < self._length or not any(
            self._words.issuperset(block) and " ".join(block) in self._known for block in blocks
        ):
            return None
        known = list(map(self._words.__contains__, said))
        runs = (
            " ".join(said[at : at + self._length]) for at in range(len(said) - self._length + 1)
            if all(known[at : at + self._length])
        )
        # A needle that ends in a space is looked for slowly: the search compares last letters first.
        return next((run for run in runs if run in self._known and f" {run} " in self._known), None)


def _spoken(text: str) -> list[str]:
    """Whole documents pass here: what is copied keeps its punctuation, so it may stay."""
    return text.casefold().split() if has_spaces(text) else _words(text)


def _runs(said: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(length)), strict=False)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text.casefold())
    flat = unicodedata.normalize("NFKC", text).casefold()
    if _SIGN_WITHOUT_SPACES.search(flat):
        flat = _SIGN_WITHOUT_SPACES.sub(r" \g<0> ", flat)
    return _WORD.findall(flat)
