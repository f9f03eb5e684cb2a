"""How much one text repeats another.

Whole documents are compared through shingles, runs of a few words, by way of an index: the cost grows with the
words, not with the pairs.  Single short texts are compared letter by letter, by rapidfuzz."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

SHINGLE = 4                  # words
FEWEST_SHINGLES = 8          # a shorter text repeats another by chance
MOST_HOLDERS = 40            # a run of words that so many texts hold tells nothing about any pair of them
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
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    found: list[Likeness] = []
    for later, shingles in enumerate(sets):
        if len(shingles) < FEWEST_SHINGLES:
            continue
        common: Counter[int] = Counter()
        for shingle in shingles:
            held = holders[shingle]
            common.update(held)
            if len(held) < MOST_HOLDERS:
                held.append(later)
        best = max(
            (Likeness(earlier, later, count / (len(shingles) + len(sets[earlier]) - count))
             for earlier, count in common.most_common(3)),
            key=lambda like: like.share, default=None,
        )
        if best is not None and best.share >= least:
            found.append(best)
    return found


class Runs:
    """Finds runs of `length` words that a text shares with the one that this was made of."""

    def __init__(self, text: str, length: int) -> None:
        self._length = length
        self._known = set(_runs(_words(text), length))

    def shared(self, text: str) -> str | None:
        """The first run of words of `text` that is known; None if there is none."""
        said = _words(text)
        if len(said) < self._length:
            return None
        return next((" ".join(run) for run in _runs(said, self._length) if run in self._known), None)


def _shingles(text: str) -> set[tuple[str, ...]]:
    return set(_runs(_words(text), SHINGLE))


def _runs(said: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return zip(*(said[start:] for start in range(length)), strict=False)


def _words(text: str) -> list[str]:
    flat = unicodedata.normalize("NFKC", text).casefold()
    if _SIGN_WITHOUT_SPACES.search(flat):
        flat = _SIGN_WITHOUT_SPACES.sub(r" \g<0> ", flat)
    return _WORD.findall(flat)
