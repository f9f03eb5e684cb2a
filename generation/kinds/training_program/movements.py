"""The exercises of the rehearsal, with what they need and what they strain.

The simulator's own list: it shares nothing with the checks, so that neither can hide the other's mistake.
`wishes.py` strikes out what a brief forbids."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from generation.kinds.training_program.vocabulary import Equipment


class Slot(StrEnum):
    """What an exercise is there for in a session."""

    SQUAT = "squat"
    HINGE = "hinge"
    LUNGE = "lunge"
    PUSH = "push"              # horizontal
    PRESS = "press"            # vertical
    ROW = "row"
    PULL = "pull"              # vertical
    ARMS = "arms"
    CALVES = "calves"
    CORE = "core"
    CARRY = "carry"
    CARDIO = "cardio"
    MOBILITY = "mobility"


S = Slot
COMPOUND = frozenset({S.SQUAT, S.HINGE, S.LUNGE, S.PUSH, S.PRESS, S.ROW, S.PULL})
LANGUAGES = ("en", "de", "es", "fr")


@dataclass(frozen=True, eq=False)      # each is there once
class SimulatedMovement:
    """One exercise.  `names` and `cues` by language; timed ones are prescribed in seconds."""

    slot: Slot
    names: tuple[str, ...]
    needs: frozenset[Equipment]
    strains: frozenset[str]
    cues: tuple[str, ...]
    is_timed: bool

    @property
    def key(self) -> str:
        return self.names[0]

    @property
    def is_barbell(self) -> bool:
        return Equipment.BARBELL in self.needs

    @property
    def is_unloaded(self) -> bool:
        return not self.needs & LOADABLE

    def name(self, language: str) -> str:
        return self.names[LANGUAGES.index(language)]

    def cue(self, language: str) -> str:
        """Its cue; empty in a language that has none."""
        place = LANGUAGES.index(language)
        return self.cues[place] if place < len(self.cues) else ""


LOADABLE = frozenset(map(Equipment, ("barbell", "dumbbells", "kettlebells", "machines", "cables", "bands")))

_TIMED = frozenset({
    "Plank", "Side plank", "Hollow hold", "Farmer's carry", "Suitcase carry", "Bear crawl", "Hip flexor stretch",
    "Deep squat hold", "Lying breathing reset",
})


def _read(row: str) -> SimulatedMovement:
    """`slot | names in four languages | what it needs | what it strains | cue in English | in German`."""
    slot, names, needs, strains, *cues = (part.strip() for part in row.split("|"))
    each = tuple(name.strip() for name in names.split(";"))
    return SimulatedMovement(
        Slot(slot), each, frozenset(map(Equipment, needs.split())), frozenset(strains.split()), tuple(cues),
        is_timed=each[0] in _TIMED or slot == S.CARDIO,
    )


# Within a slot, heavier equipment first: that becomes the main lift.
_ROWS = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()
MOVEMENTS = tuple(map(_read, _ROWS))
BY_SLOT = {slot: tuple(one for one in MOVEMENTS if one.slot is slot) for slot in Slot}
_BY_NAME = {name.casefold(): one for one in reversed(MOVEMENTS) for name in one.names}


def movement(name: str) -> SimulatedMovement | None:
    """The exercise called `name` in any of the languages."""
    return _BY_NAME.get(name.casefold())
