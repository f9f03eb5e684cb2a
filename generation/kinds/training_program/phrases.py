"""Texts for the rehearsal, in English.  The simulator draws from them; nothing else does."""

PHASE_NAMES = {
    "lifting": (("Foundation", "Build", "Intensify", "Peak"), ("Groundwork", "Volume", "Strength", "Realise")),
    "cardio": (("Base", "Build", "Specific", "Sharpen"), ("Aerobic base", "Threshold", "Race pace", "Peak")),
}
PHASE_FOCUS = (
    "Settle the technique, find honest loads and build a base of regular work.",
    "Add sets and load week by week while the technique stays as it was.",
    "Fewer repetitions, more load: turn the volume into usable performance.",
    "Keep the intensity, cut the volume and show what was built.",
)
TITLES = (
    "{weeks} weeks of {goal}", "The {goal} plan: {weeks} weeks", "Steady {goal} in {weeks} weeks",
    "{weeks}-week {goal} program for the {level}",
)
SUMMARY = (
    "A {weeks}-week program for {goal}, with {days} workouts of about {minutes} minutes in each week. It "
    "starts below what is possible, adds a little every week, and takes an easier week before fatigue piles up. "
    "The same main exercises come back on the same days, so that progress can be seen and the load can follow it."
)
SAFETY = (
    "Stop a set when pain is sharp, new or growing, and stop the workout for chest pain, dizziness or unusual "
    "shortness of breath, and get help. This program is general training information, no medical advice; ask a "
    "doctor or physiotherapist before you start if you have a condition, an injury or doubts."
)
PROGRESSION = (
    "When every set of a lift reaches its repetitions at the planned effort, add 2.5 percent, or the smallest "
    "step there is. After a failed set keep the load for another week; after two failed weeks take off 10 percent "
    "and build up again. Make bouts longer by at most 5 percent a week. After a missed week repeat the last one."
)
LIFT_GUIDANCE = (
    "Week 1: {sets} x {reps} at RIR 3. Hardest week: {sets_late} x {reps_late} at RIR 2.",
    "From {sets} x {reps} at RIR 3 to {sets_late} x {reps_late} at RIR 2; warm up in three rising sets.",
)
BOUT_GUIDANCE = "Begin at an effort that allows full sentences; lengthen the longest bout by 5 percent a week."
WEEK_FOCUS = (
    ("Find the loads and move well", "A calm start into the block", "Settle in and leave room to grow"),
    ("Same exercises, a little more", "One more step on the main work", "Hold the technique, add a little"),
    ("The hardest week of this block", "Close to the limit, never past it", "Quality work under fatigue"),
)
DELOAD_FOCUS = ("Recover and keep the movement", "Easy week, same days", "Absorb the work of the block")
GUIDANCE = (
    ("Start a little below the last full week.", "Begin lighter than feels necessary and note the loads."),
    ("Add one small step where last week met its target.", "Half a repetition closer to the limit."),
    ("Raise the main work by about two percent.", "One more set on the main work, at the same quality."),
)
DELOAD_GUIDANCE = "About half the sets, lighter, four repetitions in reserve, the same days."

SUMMARIES = (
    "{focus}. Keep the main work at {intensity}, and let everything else serve it.",
    "Week {position} of {weeks}. {focus}: {intensity}, and the smaller exercises fill the gaps.",
    "{focus}. Expect the last sets to feel as planned ({intensity}) and no harder.",
)
WARM_UP_GENERAL = (
    "Four minutes of brisk walking or easy pedalling until you feel warm.",
    "Three minutes of skipping, marching or easy rowing, nose breathing only.",
    "Five minutes of easy movement that raises the pulse a little.",
)
WARM_UP_MOBILE = (
    "Ten leg swings in each direction and ten slow hip circles.",
    "Eight cat and cow, then six thoracic rotations to each side.",
    "Ten arm circles forwards and backwards, then ten shoulder-blade squeezes.",
    "Eight slow squats with a two-second pause at the bottom.",
)
WARM_UP_LIFT = (
    "Three rising sets of the first exercise ({first}), far from any fatigue.",
    "Two easy sets of the first exercise ({first}), and one at nearly the effort of the first work set.",
)
WARM_UP_BOUT = (
    "Three minutes of the main activity ({first}) as easily as you can, then three short accelerations.",
    "Build up the main activity ({first}) from very easy to the planned effort over four minutes.",
)
COOL_DOWN = (
    "Walk for three minutes and stretch what feels tight for 30 seconds.",
    "Lie on the back with the legs up for two minutes and breathe slowly.",
    "Five minutes of easy walking, then one hip and one chest stretch on each side.",
    "Shake out the legs and note loads, repetitions and how the last set felt.",
)
NOTES = (
    "Stop when the speed drops clearly.", "Write the load down after the last set.",
    "Same load as in the first set.",
    "Film one set and check the range.", "Leave the last repetition clean.", "",
)
COACHING = (
    "Sleep decides more than any exercise this week: aim for the same bedtime before each workout.",
    "If {first} feels heavier than planned, take five percent off and keep every repetition clean.",
    "Leave at least one day without training between the two hardest workouts of the week.",
    "Compare {first} with last week: the same load with more ease is progress too.",
    "Drink before you are thirsty and eat a meal with protein within a few hours of each workout.",
    "When time is short, do the first two exercises in full and leave the last ones out.",
    "Mild soreness is fine to train with; pain that changes how you move is a reason to stop.",
    "Keep the rests honest: start a timer, and begin the next set when it rings.",
)
DELOAD_COACHING = (
    "Resist adding load: the easy week is what lets the next block start stronger.",
    "Use the spare minutes for technique, and finish each workout fresher than you began it.",
    "If you still feel tired at the end of the week, repeat it before you go on.",
)
