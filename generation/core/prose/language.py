"""Is a text in the language that was asked for?

Two witnesses.  The small words that no sentence can do without settle nearly every text in microseconds; only where
they do not is the statistical model asked (`language_model`), which is loaded when it is first needed: 0.6 s, 60 MB.
Both have to say "another language" before a text is called foreign, so loan words and names do no harm."""

from dataclasses import dataclass
from functools import lru_cache

from generation.core.prose.plain import has_spaces, words
from generation.core.prose.tongues import ALIASES, LANGUAGES, NEAR, SMALL_WORDS, WITHOUT_SPEAKERS

SHORTEST = 60               # characters; below, nothing is said
FEWEST_WORDS = 8
LONGEST_READ = 1_500        # characters of a text that are looked at
ENOUGH = 0.25               # of its words are small ones: the text is in this language, whatever else it holds
FEW_SMALL_WORDS = 0.08      # of its words: with fewer, it may be in another language
WITNESSED = 0.12            # of its words: with more, it may be in this one
HARDLY_ANY = 0.07
MANY_WORDS = 15
SURE = 0.95                 # what the model must give another language
VERY_SURE = 0.97            # the same, where no small words can tell


@dataclass(frozen=True)
class Foreign:
    """A text that is in another language, and how sure that is, from 0 to 1."""

    language: str
    confidence: float


def primary(tag: str) -> str:
    """The language of a BCP 47 tag, without script, region and variants: `pt` of `pt-BR`."""
    first = tag.replace("_", "-").split("-", 1)[0].casefold()
    return ALIASES.get(first, first)


def can_tell(tag: str) -> bool:
    """Whether a text can be held against this language at all."""
    return primary(tag) in LANGUAGES


def foreign_prose(text: str, tag: str, *, is_list: bool = False) -> Foreign | None:
    """The language that `text`, without markup, is in instead of that of `tag`; None if it is in that, too short, or in
    doubt.  A list of titles has few small words: it is foreign only if those of another language are there."""
    asked = primary(tag)
    if len(text) < SHORTEST or asked not in LANGUAGES:
        return None
    text = text[:LONGEST_READ]
    small = SMALL_WORDS.get(asked)
    if small is not None:
        plain_words = text.casefold().split()
        if sum(map(small.__contains__, plain_words)) > ENOUGH * len(plain_words):
            return None
    said = [word.casefold().replace("’", "'") for word in words(text)]
    if has_spaces(text) and len(said) < FEWEST_WORDS:
        return None
    shares = {name: _share(said, small) for name, small in SMALL_WORDS.items()} if said else {}
    if asked in shares and shares[asked] > FEW_SMALL_WORDS and shares[asked] >= max(shares.values()) / 3:
        return None
    if is_list and max(shares.values(), default=1.0) < WITNESSED:
        return None
    is_long = len(said) >= MANY_WORDS or not has_spaces(text)
    has_no_small_words = is_long and shares.get(asked, 0.0) <= HARDLY_ANY
    if shares and max(shares.values()) < WITNESSED and not has_no_small_words:      # whatever the model says
        return None
    found = _most_likely(text)
    is_same = found.language == asked or any({found.language, asked} <= group for group in NEAR)
    if is_same or found.confidence < SURE or not _is_confirmed(found, asked, shares, is_long):
        return None
    return found


def _is_confirmed(found: Foreign, asked: str, shares: dict[str, float], is_long: bool) -> bool:
    """Whether the small words agree with the model: a list of names has none, and the model takes it for anything."""
    if found.language in shares:
        return shares[found.language] >= WITNESSED
    return (
        found.language not in WITHOUT_SPEAKERS and is_long and found.confidence >= VERY_SURE
        and shares.get(asked, 0.0) <= HARDLY_ANY
    ) or not shares


def _share(said: list[str], small: frozenset[str]) -> float:
    return sum(map(small.__contains__, said)) / len(said)


@lru_cache(maxsize=256)
def _most_likely(text: str) -> Foreign:
    # Imported when it is needed: the import loads the model, and its lock lets one thread do that.
    from generation.core.prose import language_model

    return Foreign(*language_model.most_likely(text))
