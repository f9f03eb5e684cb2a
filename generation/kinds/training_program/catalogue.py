"""Exercises that the rehearsal knows, with what they need.  No brief is left without a choice: every
pattern has exercises that need nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from generation.kinds.training_program.vocabulary import Equipment


class Pattern(StrEnum):
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


P = Pattern


@dataclass(frozen=True)
class Movement:
    """One exercise.  `is_timed` ones are prescribed in seconds; only `is_barbell` ones have a 1RM."""

    name: str
    pattern: Pattern
    needs: frozenset[Equipment]
    cue: str
    is_timed: bool = False

    @property
    def is_barbell(self) -> bool:
        return Equipment.BARBELL in self.needs

    @property
    def is_unloaded(self) -> bool:
        return not self.needs & LOADABLE


LOADABLE = frozenset(map(Equipment, ("barbell", "dumbbells", "kettlebells", "machines", "cables", "bands")))

# Name, what it needs, cue.  Within a pattern, heavier equipment first: that becomes the main lift.
_ROWS: Mapping[Pattern, tuple[tuple[str, str, str], ...]] = {
    P.SQUAT: (
        ("Back squat", "barbell", "Brace before you descend and drive the floor away on the way up."),
        ("Front squat", "barbell", "Keep the elbows high so that the bar rests on the shoulders."),
        ("Leg press", "machines", "Lower until the hips begin to tuck, then press through the whole foot."),
        ("Goblet squat", "dumbbells", "Hold the weight against the chest and sit between the heels."),
        ("Kettlebell front squat", "kettlebells", "Keep the ribs down and the bells close to the chest."),
        ("Banded squat", "bands", "Push against the band evenly and keep the knees over the toes."),
        ("Tempo bodyweight squat", "", "Take three seconds down, pause for one, and stand up briskly."),
        ("Cossack squat", "", "Shift to one side slowly and keep the heel of that foot down."),
    ),
    P.HINGE: (
        ("Deadlift", "barbell", "Pull the slack out of the bar first and keep it close to the legs."),
        ("Romanian deadlift", "barbell", "Push the hips back until the hamstrings stop you, back flat."),
        ("Dumbbell Romanian deadlift", "dumbbells", "Slide the dumbbells along the thighs, knees soft."),
        ("Kettlebell swing", "kettlebells", "Snap the hips and let the bell float; the arms only guide it."),
        ("Seated leg curl", "machines", "Pause for a second with the knees fully bent."),
        ("Cable pull-through", "cables", "Reach far back between the legs and finish tall."),
        ("Single-leg glute bridge", "", "Press through the heel and keep both hips level."),
        ("Single-leg hip hinge", "", "Reach long with the free leg and keep the hips square."),
    ),
    P.LUNGE: (
        ("Dumbbell split squat", "dumbbells", "Drop straight down and keep most weight on the front foot."),
        ("Barbell reverse lunge", "barbell", "Step back softly and stay tall through the torso."),
        ("Kettlebell lunge", "kettlebells", "Hold the bell on the side of the back leg."),
        ("Reverse lunge", "", "Touch the floor lightly with the back knee and push up through the front heel."),
        ("Step-up", "", "Use a stair or a sturdy step, and lower yourself slowly."),
        ("Lateral lunge", "", "Sit back into the hip of the bending leg."),
    ),
    P.PUSH: (
        ("Bench press", "barbell bench", "Squeeze the shoulder blades together and keep the feet planted."),
        ("Dumbbell bench press", "bench dumbbells", "Lower until the elbows are level with the bench."),
        ("Chest press machine", "machines", "Set the handles to mid-chest and keep the shoulders down."),
        ("Dumbbell floor press", "dumbbells", "Pause with the upper arms on the floor before each press."),
        ("Cable chest press", "cables", "Step forward into a split stance and press without twisting."),
        ("Suspension push-up", "suspension_trainer", "Keep the body in one line and the straps off the arms."),
        ("Push-up", "", "Move as one plank; raise the hands on a step if the last set breaks down."),
        ("Close-grip push-up", "", "Keep the elbows close to the ribs all the way."),
    ),
    P.PRESS: (
        ("Overhead press", "barbell", "Squeeze the glutes and move the head through once the bar has passed."),
        ("Seated dumbbell press", "bench dumbbells", "Keep the forearms vertical from start to finish."),
        ("Shoulder press machine", "machines", "Set the seat so that the handles start at chin height."),
        ("Kettlebell press", "kettlebells", "Start with the wrist straight and finish with the arm by the ear."),
        ("Band overhead press", "bands", "Stand on the band and press up without leaning back."),
        ("Pike push-up", "", "Keep the hips high and lower the crown of the head towards the floor."),
        ("Wall slide", "", "Keep the forearms on the wall while the arms travel up."),
    ),
    P.ROW: (
        ("Barbell row", "barbell", "Hold the torso still and pull to the lower ribs."),
        ("Seated cable row", "cables", "Start each pull with the shoulder blades, then bend the elbows."),
        ("One-arm dumbbell row", "dumbbells", "Pull the elbow towards the hip and do not rotate."),
        ("Machine row", "machines", "Keep the chest on the pad throughout."),
        ("Suspension row", "suspension_trainer", "Walk the feet forward to make it harder."),
        ("Band row", "bands", "Pause with the hands at the ribs and return slowly."),
        ("Prone Y-T-W raise", "", "Lift the arms from the shoulder blades and keep the neck long."),
        ("Towel row in a door frame", "", "Lean back with straight hips and pull the chest to the hands."),
    ),
    P.PULL: (
        ("Pull-up", "pull_up_bar", "Start from a dead hang; use a foot on a chair if you need help."),
        ("Lat pulldown", "cables", "Pull the elbows down and slightly forward, chest tall."),
        ("Chin-up", "pull_up_bar", "Lower yourself in three seconds on every repetition."),
        ("Band pulldown", "bands", "Fix the band high and pull it to the collarbones."),
        ("Dumbbell pullover", "dumbbells", "Keep the ribs down as the weight travels back."),
        ("Prone lat sweep", "", "Sweep the arms from overhead to the hips, hands off the floor."),
        ("Reverse snow angel", "", "Move slowly and keep the chest slightly lifted."),
    ),
    P.ARMS: (
        ("Barbell curl", "barbell", "Keep the elbows at your sides; no swing."),
        ("Dumbbell curl", "dumbbells", "Turn the palms up on the way and lower slowly."),
        ("Cable triceps press-down", "cables", "Lock the elbows at your sides and straighten fully."),
        ("Band pull-apart", "bands", "Keep the arms straight and the shoulders low."),
        ("Floor triceps extension", "", "From the forearms, press up to straight arms without sagging."),
    ),
    P.CALVES: (
        ("Standing calf raise", "machines", "Pause for two seconds in the stretch."),
        ("Single-leg calf raise", "", "Use a step for the full range and go up fast, down slowly."),
    ),
    P.CORE: (
        ("Cable anti-rotation press", "cables", "Press straight out and let nothing turn."),
        ("Hanging knee raise", "pull_up_bar", "Curl the pelvis up at the top and do not swing."),
        ("Plank", "", "Pull the elbows towards the toes and breathe."),
        ("Dead bug", "", "Press the lower back into the floor before each reach."),
        ("Side plank", "", "Lift the lower hip and keep the neck in line."),
        ("Bird dog", "", "Reach long and keep the hips level."),
        ("Hollow hold", "", "Bend the knees if the lower back leaves the floor."),
    ),
    P.CARRY: (
        ("Farmer's carry", "dumbbells", "Walk tall with short, quick steps."),
        ("Suitcase carry", "kettlebells", "Do not lean towards the weight."),
        ("Bear crawl", "", "Keep the knees a hand above the floor."),
    ),
    P.CARDIO: (
        ("Treadmill run", "cardio_machines", "Keep the steps short and the shoulders loose."),
        ("Rowing machine", "cardio_machines", "Legs, then back, then arms; the same way home."),
        ("Outdoor ride", "bicycle", "Choose a gear that lets you keep 80 to 90 turns a minute."),
        ("Freestyle swim", "pool", "Breathe out under water and count the strokes of each length."),
        ("Run", "", "Stay at a pace at which you could talk, unless the work says otherwise."),
        ("Brisk walk uphill", "", "Swing the arms and take the steepest route you know."),
    ),
    P.MOBILITY: (
        ("Hip flexor stretch", "", "Tuck the pelvis before you lean in."),
        ("Thoracic rotation on all fours", "", "Follow the elbow with the eyes."),
        ("Deep squat hold", "", "Hold on to something and let the hips sink."),
        ("Ankle rock", "", "Keep the heel down and drive the knee over the toes."),
        ("Cat and cow", "", "Move with the breath, one joint after the other."),
    ),
}
_TIMED = frozenset({
    "Plank", "Side plank", "Hollow hold", "Farmer's carry", "Suitcase carry", "Bear crawl", "Hip flexor stretch",
    "Deep squat hold",
})

CATALOGUE = tuple(
    Movement(name, pattern, frozenset(map(Equipment, needs.split())), cue, name in _TIMED or pattern is P.CARDIO)
    for pattern, rows in _ROWS.items() for name, needs, cue in rows
)
_BY_NAME = {movement.name: movement for movement in CATALOGUE}


def movement(name: str) -> Movement | None:
    return _BY_NAME.get(name)


@lru_cache(maxsize=2_048)
def choices(pattern: Pattern, equipment: frozenset[Equipment]) -> tuple[Movement, ...]:
    """What fits `pattern` with `equipment`, heaviest first; never empty."""
    return tuple(m for m in CATALOGUE if m.pattern is pattern and m.needs <= equipment)
