"""The closed words of a training program, and the domains of its numbers.

Each domain is said once: the schema tells it to the provider, the checks to whoever did not listen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Goal(StrEnum):
    STRENGTH = "strength"
    HYPERTROPHY = "hypertrophy"
    FAT_LOSS = "fat_loss"
    ENDURANCE = "endurance"
    GENERAL_FITNESS = "general_fitness"
    EVENT = "event"


class Level(StrEnum):
    NOVICE = "novice"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class Units(StrEnum):
    METRIC = "metric"
    IMPERIAL = "imperial"


class Equipment(StrEnum):
    FULL_GYM = "full_gym"                # stands for everything that a commercial gym has
    BARBELL = "barbell"                  # with plates and a rack
    DUMBBELLS = "dumbbells"
    KETTLEBELLS = "kettlebells"
    BENCH = "bench"
    MACHINES = "machines"
    CABLES = "cables"
    PULL_UP_BAR = "pull_up_bar"
    BANDS = "bands"
    SUSPENSION_TRAINER = "suspension_trainer"
    CARDIO_MACHINES = "cardio_machines"  # treadmill, rower, stationary bike
    BICYCLE = "bicycle"
    POOL = "pool"


NOT_IN_A_GYM = frozenset({Equipment.BICYCLE, Equipment.POOL})


def available(equipment: tuple[Equipment, ...]) -> frozenset[Equipment]:
    """What there is to train with: `full_gym` spelled out.  Body weight and open ground are always there."""
    if Equipment.FULL_GYM in equipment:
        return frozenset(Equipment) - NOT_IN_A_GYM | frozenset(equipment)
    return frozenset(equipment)


class LoadKind(StrEnum):
    RIR = "rir"                          # repetitions in reserve
    PERCENT_1RM = "percent_1rm"
    KG = "kg"
    LB = "lb"
    RPE = "rpe"                          # effort of 1 to 10, for conditioning
    BODYWEIGHT = "bodyweight"            # no load: its value is null


@dataclass(frozen=True)
class Domain:
    """The numbers from `low` to `high`, in steps of `step` if it is given."""

    low: float
    high: float
    step: float | None = None

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high and (self.step is None or (value / self.step).is_integer())

    def __str__(self) -> str:
        steps = "" if self.step is None else f" in steps of {self.step:g}"
        return f"{self.low:g} to {self.high:g}{steps}"

    @property
    def bounds(self) -> dict[str, float]:
        """As keywords of a strict JSON schema; steps are left to the checks."""
        return {"minimum": self.low, "maximum": self.high}

    @property
    def size(self) -> dict[str, float]:
        """The same for the length of an array."""
        return {"minItems": self.low, "maxItems": self.high}


# TP-S05 in CHECKS.md; the longest bout and the heaviest loads are design defaults.
WEEKS = Domain(1, 24)
DAYS_PER_WEEK = Domain(1, 7)
SETS_PER_WORKOUT = Domain(2, 40)
SETS = Domain(1, 10)
REPS = Domain(1, 50)
SECONDS = Domain(5, 10_800)
REST_S = Domain(0, 600)
LOADS: Mapping[LoadKind, Domain] = {
    LoadKind.RIR: Domain(0, 4.5, 0.5),
    LoadKind.PERCENT_1RM: Domain(30, 105),
    LoadKind.KG: Domain(0.5, 500),
    LoadKind.LB: Domain(1, 1_100),
    LoadKind.RPE: Domain(1, 10, 0.5),
}
ANY_LOAD = Domain(0, 1_100)
