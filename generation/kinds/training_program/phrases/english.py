"""English."""

from generation.kinds.training_program.phrases.shape import ProgramPhrases

ENGLISH = ProgramPhrases(
    language="en", decimal=".",
    goals={
        "strength": "strength", "hypertrophy": "muscle growth", "fat_loss": "fat loss", "endurance": "endurance",
        "general_fitness": "general fitness", "event": "an event",
    },
    levels={"novice": "novice", "intermediate": "intermediate", "advanced": "advanced"},
    titles=("Steady progress towards {goal}", "The way to {goal}, week by week", "{goal}: a plan that builds"),
    summary=(
        "This program works towards {goal} at {level} level. Every week repeats the same training days, so that "
        "progress can be seen, and the work comes a little closer to the limit from week to week and from phase to "
        "phase. Easier weeks come before fatigue piles up. The main work is {lifts}; smaller exercises fill the gaps."
    ),
    safety=(
        "Stop a set when pain is sharp, new or growing, and stop the workout for chest pain, dizziness or unusual "
        "shortness of breath, and get help. This program is general training information, no medical advice; ask a "
        "doctor or physiotherapist before you start if you have a condition, an injury or doubts."
    ),
    safety_limited=(
        "A professional should look at the limitations that you named; the exercises are chosen around them."
    ),
    progression=(
        "When every set of a lift reaches its repetitions at the planned effort, add the smallest step that your "
        "equipment has; for exercises without load add a repetition. After a failed set keep the load for another "
        "week; "
        "after two failed weeks take a tenth off and build up again. Make long bouts a little longer each week. "
        "After a "
        "missed week repeat the last one."
    ),
    day="Day {number}",
    focuses={
        "FULL_A": "Full body, squat first", "FULL_B": "Full body, hinge first", "FULL_C": "Full body, row first",
        "UPPER_A": "Upper body, horizontal", "UPPER_B": "Upper body, vertical", "LOWER_A": "Legs, squat first",
        "LOWER_B": "Legs, hinge first", "EASY": "Aerobic work at a calm pace", "INTERVALS": "Intervals",
        "LONG": "Long bout at a calm pace", "GENTLE": "Mobility and trunk",
    },
    phase_names={
        "lifting": (("Foundation", "Build", "Intensify", "Peak"), ("Groundwork", "Volume", "Strength", "Realise")),
        "cardio": (("Base", "Build", "Specific", "Sharpen"), ("Aerobic base", "Threshold", "Race pace", "Peak")),
    },
    phase_focus=(
        "Settle the technique, find honest loads and build a base of regular work.",
        "Carry a little more work, and come closer to the limit than in the phase before.",
        "Turn the work into performance: heavier sets with the same clean technique.",
        "Bring the hardest clean work of the program, and keep everything else in check.",
    ),
    effort="{reps} reps at RIR {rir}",
    effort_percent="{reps} reps at RIR {rir}, {percent}% 1RM on barbell lifts",
    effort_conditioning="RPE {easy} in long bouts, RPE {hard} in intervals",
    lift_guidance="Week 1: {sets} x {reps} at RIR {rir}. Hardest week: {sets_late} x {reps_late} at RIR {rir_late}.",
    bout_guidance="Begin at an effort that allows full sentences, and lengthen the longest bout a little each week.",
    support_guidance="Slow, controlled sets, far from any fatigue, on every day that has it.",
    week_focus_start=("Find the loads and move well", "A calm start with honest loads", "Settle into the new numbers"),
    week_focus=(
        "Same exercises, a little more", "One more step on the main work",
        "Quality work under fatigue", "Close to the limit, never past it", "Hold the technique and add a little",
        "Even work from the first set to the last",
    ),
    guidance_start=(
        "Settle in, note every load, and leave room to grow.", "Begin a little lighter than feels necessary.",
    ),
    guidance_closer=(
        "Come a little closer to the limit with the same exercises.", "Raise the load by the smallest step there is.",
    ),
    guidance_sets=("One more set in each workout, at the same quality.",),
    guidance_same=(
        "Same targets as before: take the smallest step up wherever every repetition was clean.",
        "Repeat the targets and move the bar better.",
    ),
    deload_focus=("Deload: recover and keep the movement", "Deload: easy week, same days", "Deload: absorb the block"),
    deload_guidance=("About half the sets, lighter, far from the limit, on the same days.",),
    week_summaries=(
        "{focus}. Keep the main work at {intensity}, and let everything else serve it.",
        "{focus}: {intensity}, and the smaller exercises fill the gaps.",
        "{focus}. Expect the last sets to feel as planned ({intensity}), and end there.",
        "What counts now: {focus}, at {intensity}, with every repetition like the first.",
    ),
    deload_summaries=(
        "{focus}. About half the work at {intensity}, so that the next weeks start fresh.",
        "{focus}. Light sets at {intensity}; leave each workout fresher than you came.",
    ),
    warm_up_general=(
        "Walk briskly or pedal easily for {minutes} minutes until you feel warm.",
        "March, skip or row easily for {minutes} minutes, breathing through the nose.",
        "Move easily for {minutes} minutes so that the pulse rises a little.",
    ),
    warm_up_mobile=(
        "Swing each leg gently and circle the hips slowly, ten times each.",
        "Rotate the upper back to both sides and squeeze the shoulder blades, eight times each.",
        "Circle the arms forwards and backwards, then the ankles, ten times each.",
        "Rock the hips back and forth on all fours, eight times.",
    ),
    warm_up_lift=(
        "Three rising sets of the first exercise ({lift}), far from any fatigue.",
        "Two light sets of the first exercise ({lift}), and one at nearly the effort of the first work set.",
    ),
    warm_up_bout=(
        "Begin the main activity ({lift}) as gently as you can, then three short accelerations.",
        "Build up the main activity ({lift}) from very gentle to the planned effort.",
    ),
    cool_down=(
        "Walk for three minutes and stretch what feels tight.",
        "Lie on the back with the legs up for two minutes and breathe slowly.",
        "Walk calmly, then stretch hips and chest on each side.",
        "Shake out the legs and note how the last set felt.",
    ),
    notes_loaded=(
        "Write the load down after the last set.", "Stop when the speed drops clearly.",
        "Film one set and check the range.", "Leave the last repetition clean.",
    ),
    notes_unloaded=("Slow down rather than add repetitions.", "Stop when the form changes."),
    notes_timed=("End the set when the position changes.", "Keep breathing all the time."),
    notes_bout=("Keep the planned effort even where it feels slow.", "Note how far you came."),
    coaching=(
        "Sleep decides more than any exercise now: keep the same bedtime before {session}.",
        "If {lift} feels heavier than planned, take a little off and keep every repetition clean.",
        "Leave a day without training before {session} where the calendar allows it.",
        "Compare {lift} with the week before: the same load with more ease is progress too.",
        "Eat a meal with protein within a few hours of {session}, and drink before you are thirsty.",
        "When time is short in {session}, do the first two exercises in full and leave the last ones out.",
        "Mild soreness is fine to train {lift} with; pain that changes how you move is a reason to stop.",
        "Keep the rests honest in {session}: start a timer, and begin the next set when it rings.",
        "Watch the last set of {lift}: if its speed falls early, keep the load for another week.",
        "Begin {session} with a written target for {lift}, and write beside it what happened.",
        "If {session} falls out, move it by a day rather than squeezing it into another one.",
        "For {lift}, ask somebody to watch the last set, or film it from the side.",
        "Choose the load of {lift} by the first set, and do not chase the number from memory.",
        "After a bad night start {session} one step lighter and decide again after the first set.",
        "Spend an extra warm-up set on {lift} if the first repetitions feel stiff.",
        "Put the phone away in {session}: most lost repetitions of {lift} are lost attention.",
        "If the grip or the breath gives out before the muscles in {lift}, rest a little longer.",
        "Look at the notes of {session} before you begin, and change one thing only.",
        "End {lift} while one more clean repetition was possible; that is what the target says.",
        "When a set of {lift} fails, lower the load for the next one and finish the session calmly.",
    ),
    deload_coaching=(
        "Resist adding load to {lift}: the deload is what lets the next block start stronger.",
        "Use the spare minutes of {session} for technique, and finish fresher than you began.",
        "If you still feel tired after {session}, repeat this deload before you go on.",
        "Film {lift} with the light load: this is the week to mend what the hard ones hid.",
        "Keep the days of the deload as they are, {session} too; only the amount of work falls.",
    ),
)
