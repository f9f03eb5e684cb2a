"""The arithmetic of a rehearsed program: days, exercises, sets, effort, and what fits into the minutes.

Weeks are written apart, as in production, so all that they share follows from the brief alone.  It is worked
out once for a brief and kept."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from generation.kinds.training_program.brief import Brief
from generation.kinds.training_program.movements import COMPOUND, SimulatedMovement, Slot
from generation.kinds.training_program.vocabulary import Goal, Level
from generation.kinds.training_program.wishes import choices

BLOCK_WEEKS = 4                  # a deload ends each: Rogerson et al. 2024 found every 5.6 +/- 2.3 weeks
MOST_PHASES = 4
DELOAD_SHARE = 0.55              # TP-P07 wants 40 to 70 % of the sets
DELOAD_RIR = 4.0
SET_UP_S = 20                    # TP-C04: 20 s, 7 s a repetition, and the rest
REP_S = 7
FEWEST_SETS, FEWEST_SETS_OF_THREE, MOST_SETS = 3, 5, 20      # of two exercises; of three; at all
SHORT_MINUTES = 30
HOLD_S = (25, 30, 35, 40)

# Repetitions of the main work in each of four phases.
REPS = {
    Goal.STRENGTH: (6, 5, 4, 3), Goal.HYPERTROPHY: (12, 10, 10, 8), Goal.FAT_LOSS: (12, 12, 10, 10),
    Goal.ENDURANCE: (12, 10, 10, 8), Goal.GENERAL_FITNESS: (10, 10, 8, 8), Goal.EVENT: (10, 8, 8, 6),
}
FEWEST_REPS_OF_NOVICES = 5
# Percent of 1RM at which so many repetitions are the most: the usual RPE table.
PERCENT = (100, 95.5, 92, 89, 86, 83.5, 81, 78.5, 76, 74, 72, 70, 68, 66.5, 65, 63.5, 62)


class Style(Enum):
    LIFT = auto()
    EASY = auto()
    INTERVALS = auto()
    LONG = auto()
    GENTLE = auto()


@dataclass(frozen=True, eq=False)
class Template:
    """A training day: its slots in order, main work first.  `mains` of them are the plan's main lifts."""

    name: str
    style: Style
    slots: tuple[Slot, ...]
    mains: int = 1


S = Slot
# Never a hinge directly behind a squat; as many pushes as pulls in the first entries, for short sessions.
FULL_A = Template("FULL_A", Style.LIFT, (S.SQUAT, S.PUSH, S.ROW, S.HINGE, S.CORE, S.ARMS), 2)
FULL_B = Template("FULL_B", Style.LIFT, (S.HINGE, S.PULL, S.PRESS, S.LUNGE, S.CORE, S.CALVES), 2)
FULL_C = Template("FULL_C", Style.LIFT, (S.ROW, S.PUSH, S.LUNGE, S.HINGE, S.CARRY, S.CORE), 2)
UPPER_A = Template("UPPER_A", Style.LIFT, (S.PUSH, S.ROW, S.PRESS, S.PULL, S.ARMS, S.CORE), 2)
UPPER_B = Template("UPPER_B", Style.LIFT, (S.PULL, S.PRESS, S.ROW, S.PUSH, S.ARMS, S.CORE), 2)
LOWER_A = Template("LOWER_A", Style.LIFT, (S.SQUAT, S.LUNGE, S.HINGE, S.CALVES, S.CORE, S.CARRY))
LOWER_B = Template("LOWER_B", Style.LIFT, (S.HINGE, S.LUNGE, S.SQUAT, S.CALVES, S.CORE, S.CARRY))
EASY = Template("EASY", Style.EASY, (S.CARDIO, S.CORE, S.MOBILITY, S.CORE))
INTERVALS = Template("INTERVALS", Style.INTERVALS, (S.CARDIO, S.CORE, S.CALVES, S.MOBILITY))
LONG = Template("LONG", Style.LONG, (S.CARDIO, S.MOBILITY, S.CORE, S.MOBILITY))
GENTLE = Template("GENTLE", Style.GENTLE, (S.MOBILITY, S.CORE, S.MOBILITY, S.CORE))

_LIFTING = {
    1: (FULL_A,), 2: (FULL_A, FULL_B), 3: (FULL_A, FULL_B, FULL_C), 4: (UPPER_A, LOWER_A, UPPER_B, LOWER_B),
    5: (UPPER_A, LOWER_A, FULL_C, UPPER_B, LOWER_B),
    6: (UPPER_A, LOWER_A, EASY, UPPER_B, LOWER_B, FULL_C),
    7: (UPPER_A, LOWER_A, EASY, UPPER_B, LOWER_B, FULL_C, GENTLE),
}
_MIXED = {
    **_LIFTING, 4: (FULL_A, EASY, FULL_B, INTERVALS), 5: (FULL_A, EASY, FULL_B, INTERVALS, FULL_C),
    6: (FULL_A, EASY, FULL_B, INTERVALS, FULL_C, LONG),
    7: (FULL_A, EASY, FULL_B, INTERVALS, FULL_C, LONG, GENTLE),
}
_CARDIO = {
    1: (LONG,), 2: (INTERVALS, LONG), 3: (INTERVALS, FULL_A, LONG), 4: (EASY, FULL_A, INTERVALS, LONG),
    5: (EASY, FULL_A, INTERVALS, FULL_B, LONG), 6: (EASY, FULL_A, INTERVALS, EASY, FULL_B, LONG),
    7: (EASY, FULL_A, INTERVALS, EASY, FULL_B, LONG, GENTLE),
}
SPLITS = {
    Goal.STRENGTH: _LIFTING, Goal.HYPERTROPHY: _LIFTING, Goal.FAT_LOSS: _MIXED, Goal.GENERAL_FITNESS: _MIXED,
    Goal.ENDURANCE: _CARDIO, Goal.EVENT: _CARDIO,
}
MOST_SETS_BESIDE_CARDIO = 6


@dataclass(frozen=True, eq=False)
class DesignedDay:
    """A training day with its exercises, the same in all weeks."""

    template: Template
    chosen: tuple[SimulatedMovement, ...]

    @property
    def mains(self) -> tuple[SimulatedMovement, ...]:
        return self.chosen[: self.template.mains]


@dataclass(frozen=True)
class Block:
    """A phase: its weeks, and its place among the four at most."""

    index: int
    first_week: int
    last_week: int


@dataclass(frozen=True)
class WeekTarget:
    """What one week demands, for every day alike."""

    block: Block
    is_deload: bool
    sets: int
    reps: int
    rir: float
    step: int                # working weeks since the block began


@dataclass(frozen=True, eq=False)
class Design:
    days: tuple[DesignedDay, ...]
    blocks: tuple[Block, ...]
    targets: tuple[WeekTarget, ...]      # one for each week

    @property
    def has_cardio(self) -> bool:
        return any(day.template.style not in (Style.LIFT, Style.GENTLE) for day in self.days)

    @property
    def has_lifting(self) -> bool:
        return any(day.template.style is Style.LIFT for day in self.days)

    @property
    def hardest(self) -> int:
        """The last working week, from 1."""
        return max((place for place, target in enumerate(self.targets, 1) if not target.is_deload), default=1)


def is_cardio(brief: Brief) -> bool:
    return SPLITS[brief.goal] is _CARDIO


@lru_cache(maxsize=512)
def design(brief: Brief) -> Design:
    days = tuple(_day(brief, place, one) for place, one in enumerate(SPLITS[brief.goal][brief.days_per_week]))
    blocks = _blocks(brief)
    most = _most_sets(brief, days)
    return Design(days, blocks, tuple(_targets(brief, blocks, most)))


# --- days ----------------------------------------------------------------------------------------


def _day(brief: Brief, place: int, template: Template) -> DesignedDay:
    # Never more than a deload has sets for.
    wanted = 2 if brief.minutes_per_session <= 20 else 3
    if template.style is Style.LIFT and not is_cardio(brief):
        wanted = min(max(round(working_s(brief) / 640), wanted), 7)
    chosen: list[SimulatedMovement] = []
    for turn in range(4):
        for slot in (*template.slots, S.CORE, S.CALVES, S.ARMS, S.MOBILITY):
            if len(chosen) == wanted:
                return DesignedDay(template, tuple(chosen))
            one = _next(brief, template, slot, chosen, place, turn)
            if one is not None:
                chosen.append(one)
    return DesignedDay(template, tuple(chosen))


def _next(
    brief: Brief, template: Template, slot: Slot, chosen: list[SimulatedMovement], place: int, turn: int
) -> SimulatedMovement | None:
    """The best that the day lacks; later days begin further down the list, so that a week has variety."""
    fitting = choices(slot, brief)
    taken = {one.key for one in chosen}
    # What follows the main lifts is a lighter relative of them, for which the list is left at its second entry.
    shift = 0 if slot is S.CARDIO else min(place // 2, 2) + (len(chosen) >= template.mains)
    order = [*fitting[shift:], *fitting[:shift]] if shift < len(fitting) else list(fitting)
    free = [one for one in order if one.key not in taken]
    if not free or (turn == 0 and free[0].slot is not slot and slot in (S.CARRY, S.CALVES, S.ARMS)):
        return None
    last = chosen[-1].slot if chosen else None
    apart = [one for one in free if {one.slot, last} != {S.SQUAT, S.HINGE}]
    return apart[0] if apart else None


# --- weeks ---------------------------------------------------------------------------------------


def _is_deload(brief: Brief, position: int) -> bool:
    """Every fourth week, and the last one before an event, as its taper."""
    if brief.goal is Goal.EVENT and brief.weeks >= 3 and position >= brief.weeks - 1:
        return position == brief.weeks
    return position % BLOCK_WEEKS == 0


def _blocks(brief: Brief) -> tuple[Block, ...]:
    """At most four phases; each but the last one ends with a deload, the last one with the program."""
    ends = [n for n in range(1, brief.weeks + 1) if _is_deload(brief, n) or n == brief.weeks]
    count = min(len(ends), MOST_PHASES)
    last_weeks = [ends[(place + 1) * len(ends) // count - 1] for place in range(count)]
    first_weeks = [1, *(last + 1 for last in last_weeks)]
    return tuple(Block(place, first_weeks[place], last) for place, last in enumerate(last_weeks))


def _targets(brief: Brief, blocks: tuple[Block, ...], most: int) -> list[WeekTarget]:
    made: list[WeekTarget] = []
    for block in blocks:
        positions = range(block.first_week, block.last_week + 1)
        working = [n for n in positions if not _is_deload(brief, n)]
        start = 3 - 0.5 * min(block.index, 2)
        peak = max(FEWEST_SETS, most - (len(blocks) - 1 - block.index)) if most >= 10 else most
        reps = REPS[brief.goal][block.index]
        if brief.level is Level.NOVICE:
            reps = max(reps, FEWEST_REPS_OF_NOVICES)
        done = 0
        for position in positions:
            if position in working:
                share = done / max(len(working) - 1, 1)
                rir = round(2 * (start - share)) / 2
                is_last = done == len(working) - 1 and done > 0
                sets = peak if most < 8 or is_last else peak - 1
                made.append(WeekTarget(block, False, sets, reps, max(rir, 1.0), done))
                done += 1
            else:
                before = made[-1].sets
                made.append(WeekTarget(block, True, max(2, round(before * DELOAD_SHARE)), reps, DELOAD_RIR, done))
    return made


# --- what fits ------------------------------------------------------------------------------------


def warm_up_s(brief: Brief) -> int:
    return min(max(brief.minutes_per_session * 12, 180), 600)


def working_s(brief: Brief) -> int:
    """Seconds of a session that remain after the warm-up."""
    return brief.minutes_per_session * 60 - warm_up_s(brief)


@lru_cache(maxsize=1_024)
def shares(sets: int, count: int, mains: int = 0) -> tuple[int, ...]:
    """`sets` dealt to `count` exercises, at least one each; `mains` of them, the first ones, get one more."""
    favoured = mains if sets - mains >= count else 0
    each, extra = divmod(max(sets - favoured, count), count)
    return tuple(min(each + (place < extra) + (place < favoured), 10) for place in range(count))


def reps_of(target_reps: int, *, is_main: bool) -> int:
    return target_reps if is_main else min(target_reps + 4, 15)


def rest_of(brief: Brief, one: SimulatedMovement, reps: int, *, is_main: bool) -> int:
    """Three minutes for heavy compound work, two to two and a half for the other, one for the rest."""
    is_short = brief.minutes_per_session < SHORT_MINUTES
    if one.slot not in COMPOUND or (is_short and not is_main):
        return 60
    if not is_main or one.is_unloaded:
        return 120
    return 180 if reps <= 6 else 120 if is_short else 150


def lifting_s(brief: Brief, day: DesignedDay, sets: int, reps: int) -> int:
    total_s, counts = 0, shares(sets, len(day.chosen), day.template.mains)
    for place, (one, count) in enumerate(zip(day.chosen, counts, strict=True)):
        is_main = place < day.template.mains
        work_s = HOLD_S[-1] if one.is_timed else REP_S * reps_of(reps, is_main=is_main)
        total_s += count * (SET_UP_S + work_s + rest_of(brief, one, reps, is_main=is_main))
    return total_s


def _most_sets(brief: Brief, days: tuple[DesignedDay, ...]) -> int:
    """As many for each day as fit into the fullest one."""
    lifting = [day for day in days if day.template.style is Style.LIFT]
    budget_s = working_s(brief)
    reps = REPS[brief.goal]
    most = MOST_SETS_BESIDE_CARDIO if is_cardio(brief) else MOST_SETS
    fitting = fewest = FEWEST_SETS if brief.minutes_per_session <= 20 else FEWEST_SETS_OF_THREE
    for sets in range(fewest, most + 1):
        if all(lifting_s(brief, day, sets, each) <= budget_s for day in lifting for each in reps) and (
            lifting or sets * 80 <= budget_s // 2
        ):
            fitting = sets
    return fitting


def percent_of(reps: int, rir: float) -> float:
    """Of the 1RM, between the rows of the table where the effort is a half."""
    at = min(reps + rir, len(PERCENT)) - 1
    low = int(at)
    high = min(low + 1, len(PERCENT) - 1)
    return round(2 * (PERCENT[low] + (PERCENT[high] - PERCENT[low]) * (at - low))) / 2
