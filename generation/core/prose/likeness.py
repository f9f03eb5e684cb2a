"""How much one text repeats another.

Whole documents are compared through shingles, runs of a few words, by way of an index: the cost grows with the
words, not with the pairs.  Single short texts are compared letter by letter, by rapidfuzz."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from generation.core.prose.plain import has_spaces

SHINGLE = 4                  # words
FEWEST_SHINGLES = 8          # a shorter text repeats another by chance
MOST_RIVALS = 3              # earlier texts that are looked at closely
LONGEST_COMPARED = 2_000     # characters, letter by letter
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
    return " ".join(_words(text))


def likeness(one: str, other: str) -> float:
    """How alike two short texts are, from 0 to 1, whatever the case and the punctuation."""
    return fuzz.ratio(normal(one[:LONGEST_COMPARED]), normal(other[:LONGEST_COMPARED])) / 100


def repeats(texts: Sequence[str], least: float) -> list[Likeness]:
    """Of each text the earlier one that it repeats most, if at least `least` of both is common (Jaccard)."""
    sets = [_shingles(text) for text in texts]
    holders: dict[tuple[str, ...], int] = {}      # the first text that has it
    found: list[Likeness] = []
    for later, shingles in enumerate(sets):
        if len(shingles) < FEWEST_SHINGLES:
            continue
        known = holders.keys() & shingles
        # Fewer known ones than that, and no single text can have enough of them.
        if len(known) >= least * len(shingles):
            rivals = [earlier for earlier, _ in Counter(holders[shingle] for shingle in known).most_common(MOST_RIVALS)]
            best = max((_jaccard(sets, earlier, later) for earlier in rivals), key=lambda like: like.share)
            if best.share >= least:
                found.append(best)
        for shingle in shingles - known:
            holders[shingle] = later
    return found


def _jaccard(sets: list[set[tuple[str, ...]]], earlier: int, later: int) -> Likeness:
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

    def shared(self, text: str) -> str | None:
        """The first run of words of `text` that is known; None if there is none."""
        runs = (" ".join(run) for run in _runs(text.casefold().split(), self._length))
        return next((run for run in runs if f" {run} " in self._known), None)


def _shingles(text: str) -> set[tuple[str, ...]]:
    """Whole documents pass here: what is copied keeps its punctuation, so it may stay."""
    said = text.casefold().split() if has_spaces(text) else _words(text)
    return set(_runs(said, SHINGLE))


def _runs(said: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(length)), strict=False)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text.casefold())
    flat = unicodedata.normalize("NFKC", text).casefold()
    if _SIGN_WITHOUT_SPACES.search(flat):
        flat = _SIGN_WITHOUT_SPACES.sub(r" \g<0> ", flat)
    return _WORD.findall(flat)
