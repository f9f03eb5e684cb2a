"""From a free name of an exercise to what is known of it.

A name is brought into English words without order (`lexicon.words`); the entry that explains most of them is meant.
Words that are left over say which implement it is done with, or change nothing that a rule asks for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from generation.kinds.training_program.exercises import lexicon, lower, upper, whole
from generation.kinds.training_program.vocabulary import Equipment

Needs = tuple[frozenset[Equipment], ...]     # of each group one is enough

_IMPLEMENTS = {
    "barbell": Equipment.BARBELL, "dumbbell": Equipment.DUMBBELLS, "kettlebell": Equipment.KETTLEBELLS,
    "band": Equipment.BANDS, "banded": Equipment.BANDS, "cable": Equipment.CABLES, "machine": Equipment.MACHINES,
    "smith": Equipment.MACHINES, "suspension": Equipment.SUSPENSION_TRAINER, "trx": Equipment.SUSPENSION_TRAINER,
    "landmine": Equipment.BARBELL,
}
# These change what an exercise is, whatever it was: "hamstring stretch", "squat mobility drill".
_GENTLE = frozenset({"stretch", "mobility", "drill", "opener", "activation", "release", "visualisation"})
# What every home has, and does the work of an implement.
_HOUSEHOLD = frozenset(
    "backpack rucksack bottle jug towel table chair door broomstick bag flasche wasserflasche mochila botella garrafa "
    "toalla mesa silla sac bouteille serviette bidon".split()
)
_LOADED_FAMILIES = frozenset({"squat", "lunge"})
_AWKWARD = {"deep": "deep", "pistol": "deep", "jump": "jump", "jumping": "jump", "plyometric": "jump", "plyo": "jump",
            "overhead": "overhead", "behind": "neck"}


@dataclass(frozen=True)
class Entry:
    """One exercise.  Sets count in full for `primary`, half for `secondary` muscles."""

    name: str
    family: str
    needs: Needs
    traits: frozenset[str]
    primary: tuple[str, ...]
    secondary: tuple[str, ...]

    @property
    def is_compound(self) -> bool:
        return "compound" in self.traits

    @property
    def is_timed(self) -> bool:
        return "timed" in self.traits

    @property
    def is_conditioning(self) -> bool:
        return self.family in CONDITIONING

    @property
    def is_gentle(self) -> bool:
        return self.family == "mobility"

    def fits(self, available: frozenset[Equipment]) -> bool:
        return all(group & available for group in self.needs)


CONDITIONING = frozenset({"run", "walk", "ride", "swim", "machine_cardio"})


def _lines(rows: str) -> Iterator[str]:
    for line in rows.replace("\n  ", " ").splitlines():
        if line:
            yield line


def _needs(text: str) -> Needs:
    return tuple(frozenset(map(Equipment, group.split("|"))) for group in text.split())


def _entries(rows: str) -> Iterator[tuple[Entry, tuple[str, ...]]]:
    family, muscles, common = "", "/", frozenset[str]()
    for line in _lines(rows):
        if line.startswith("# "):
            head, _, traits = line[2:].partition(";")
            family, _, muscles = head.strip().partition(" ")
            common = frozenset(traits.split())
            continue
        names, _, facts = line.partition(":")
        needs, traits, own, *_ = (*(part.strip() for part in facts.split(";")), "", "")
        changes = traits.split()
        without = {change[1:] for change in changes if change.startswith("-")}
        primary, _, secondary = (own or muscles).partition("/")
        aliases = tuple(name.strip() for name in names.split(","))
        yield Entry(
            aliases[0], family, _needs(needs),
            common - without | {change for change in changes if not change.startswith("-")},
            tuple(primary.split()), tuple(secondary.split()),
        ), aliases


@cache
def _index() -> dict[str, tuple[tuple[frozenset[str], Entry], ...]]:
    """Every alias as a set of words, under each of its words."""
    found: dict[str, list[tuple[frozenset[str], Entry]]] = {}
    for rows in (lower.ROWS, upper.ROWS, whole.ROWS):
        for entry, aliases in _entries(rows):
            for alias in aliases:
                words = frozenset(lexicon.words(alias))
                for word in words:
                    found.setdefault(word, []).append((words, entry))
    return {word: tuple(rows) for word, rows in found.items()}


@cache
def _by_words() -> dict[tuple[str, ...], Entry]:
    found: dict[tuple[str, ...], Entry] = {}
    for rows in (lower.ROWS, upper.ROWS, whole.ROWS):
        for entry, aliases in _entries(rows):
            for alias in aliases:
                found.setdefault(lexicon.words(alias), entry)
    return found


@lru_cache(maxsize=8_192)
def entry_of(name: str) -> Entry | None:
    """The exercise that `name` means; None if nobody knows."""
    words = lexicon.words(name)
    there = frozenset(words)
    best: tuple[int, Entry] | None = None
    rest: frozenset[str] = there
    for word in words:
        for alias, entry in _index().get(word, ()):
            if alias <= there and (best is None or len(alias) > best[0]):
                best, rest = (len(alias), entry), there - alias
    return None if best is None else _with_rest(best[1], rest)


def _with_rest(entry: Entry, rest: frozenset[str]) -> Entry:
    """`entry` as the words beside its name change it: "dumbbell", "deep", "stretch"."""
    if rest & _GENTLE and not entry.is_gentle:
        return replace(entry, family="mobility", needs=(), traits=frozenset({"timed"}), primary=(), secondary=())
    traits, needs = entry.traits, entry.needs
    implements = {_IMPLEMENTS[word] for word in rest if word in _IMPLEMENTS}
    if implements:
        needs = (*(group for group in needs if not group & _REPLACEABLE), frozenset(implements))
        if Equipment.BARBELL in implements and entry.family in _LOADED_FAMILIES:
            traits = traits | {"axial", "breath"}
        elif Equipment.BARBELL not in implements:
            traits = traits - {"axial", "breath"}
    elif "bodyweight" in rest or rest & _HOUSEHOLD:
        needs, traits = (), traits - {"axial", "breath"}
    traits = traits | {trait for word, trait in _AWKWARD.items() if word in rest}
    return replace(entry, needs=needs, traits=traits) if (needs, traits) != (entry.needs, entry.traits) else entry


_REPLACEABLE = frozenset(_IMPLEMENTS.values()) | {Equipment.FULL_GYM}
LONGEST_NAME = 5      # words


def named_in(text: str) -> list[tuple[str, Entry]]:
    """The exercises that a sentence names in two words or more, as it says them in English words; not twice."""
    words, known = lexicon.words(text), _by_words()
    found: dict[str, Entry] = {}
    start = 0
    while start < len(words):
        for length in range(min(LONGEST_NAME, len(words) - start), 0, -1):
            said = words[start : start + length]
            entry = known.get(said)
            if entry is not None and (length > 1 or said[0] in _CLEAR):
                found.setdefault(" ".join(said), entry)
                start += length - 1
                break
        start += 1
    return list(found.items())


# Names of one word that mean nothing else.  A squat, a row, a press can be many.
_CLEAR = frozenset({"deadlift", "burpee", "thruster", "plank", "crunch", "snatch", "treadmill", "rower", "swim"})


@cache
def _alias_sets() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(words) for words in _by_words())


def is_name(words: tuple[str, ...]) -> bool:
    """Whether these words, in any order, are all of a name."""
    return frozenset(words) in _alias_sets()


def is_name_with(words: tuple[str, ...], others: frozenset[str]) -> bool:
    """Whether `words` have a name in them, and beside it only some of `others`."""
    there = frozenset(words)
    return any(alias <= there and there - alias <= others for word in words for alias, _ in _index().get(word, ()))
