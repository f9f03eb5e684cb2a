"""The words of the rehearsal: sentences with slots, which simulate.py deals out.

`{topic}` is the subject, `{term}` and `{other}` are terms of the lesson.  Every sentence is true of
nearly any subject, so a rehearsed course reads like one."""

SUBTITLES = ("a practical course", "from idea to practice", "step by step", "learning by doing")

# Module themes: title, what it is about, course objective's verb phrase.
THEMES = (
    ("Foundations", "the ideas that everything else rests on", "Explain the main ideas of {topic} in plain words"),
    ("Core methods", "the few methods that solve most cases", "Apply the core methods of {topic} to a new case"),
    ("Tools and materials", "what to use, when, and why", "Select tools and materials that fit a given task"),
    ("Planning the work", "turning a goal into steps with dates", "Construct a plan with steps, dates and owners"),
    ("Guided practice", "complete cases with support that fades", "Carry out a complete case with little support"),
    ("Reading the evidence", "telling a result from noise", "Interpret results and judge how far to trust them"),
    ("Common mistakes", "what goes wrong and how to notice it", "Diagnose frequent mistakes from their symptoms"),
    ("Working with others", "sharing work, words and decisions", "Justify a decision to people with other aims"),
    ("Quality and review", "criteria, checklists and feedback", "Evaluate a piece of work against stated criteria"),
    ("Adapting to context", "what changes when conditions change", "Modify a method for unusual conditions"),
    ("Independent projects", "a project from question to report", "Design a small project from question to report"),
    ("Looking ahead", "how to keep learning afterwards", "Outline the next three steps of own learning"),
)

# Aspects of a theme: lesson title, its objectives, the terms that it introduces.
ASPECTS = (
    ("First look", ("Describe {term} with an example of your own", "Identify {other} in a given case"),
     ("starting point", "frame of reference")),
    ("Key ideas", ("Distinguish {term} from {other}", "Summarise the key ideas in five sentences"),
     ("guiding idea", "counterexample")),
    ("Step by step", ("Carry out the steps in the right order", "Explain why {term} comes before {other}"),
     ("working order", "checkpoint")),
    ("A worked case", ("Analyse a worked case for {term}", "Predict what changes when {other} is left out"),
     ("worked case", "decision point")),
    ("Choosing well", ("Compare two options by {term}", "Justify a choice with reference to {other}"),
     ("selection criterion", "trade-off")),
    ("Under real conditions", ("Adapt the plan when {term} changes", "Estimate the effect of {other}"),
     ("constraint", "margin of safety")),
    ("Checking results", ("Test a result against {term}", "Classify deviations by {other}"),
     ("expected range", "second measurement")),
    ("Finding faults", ("Diagnose a fault from {term}", "Rank likely causes by {other}"),
     ("symptom", "likely cause")),
    ("Improving step by step", ("Revise a draft using {term}", "Measure an improvement by {other}"),
     ("baseline", "feedback loop")),
    ("Putting it together", ("Combine {term} and {other} in one task", "Design a short task for a colleague"),
     ("whole task", "self-check")),
)

HEADINGS = (
    "Why {term} matters", "What {term} means", "From {term} to {other}", "How to work with {term}",
    "{term} in practice", "Where {other} comes in", "What to look out for", "Deciding with {other}",
    "A closer look at {term}", "When conditions change",
)

SENTENCES = (
    "In {topic}, most decisions become easier once {term} is clear.",
    "Write down what you expect before you begin, and compare it with what you find.",
    "A small, complete attempt teaches more than a long, unfinished one.",
    "Begin with {term}, because every later step depends on it.",
    "People who are new to {topic} often skip {other} and pay for it later.",
    "Look at one thing at a time; if two things change at once, you cannot tell which of them mattered.",
    "The difference between {term} and {other} is small on paper and large in practice.",
    "Ask what would have to be true for the opposite choice to be better.",
    "If you cannot explain {term} in two sentences, return to the example and try again.",
    "Good notes name the date, the conditions and the reason for each choice.",
    "There is rarely one right answer, but there are always answers that do not fit the conditions.",
    "Use {other} as a check: when it disagrees with your result, find out why before you go on.",
    "Experienced people are not faster because they hurry; they leave out steps that they know to be safe.",
    "A rule of thumb is a good servant here, as long as you know where it stops being true.",
    "Compare at least two ways to do it, even when the first one looks fine.",
    "What matters is the effect on the person who uses the result, not the elegance of the method.",
    "Mistakes with {term} show early if you look for them, and late if you do not.",
    "Keep the first version simple, so that you can see what each addition does.",
    "Think of {other} as a limit that you choose on purpose, not as an obstacle.",
    "When the conditions change, the order of the steps usually stays and the amounts do not.",
    "Say out loud what you are about to do; a gap in the plan is easier to hear than to see.",
    "It helps to sketch the situation, with {term} in the middle and everything that acts on it around.",
    "Two people who use the same method should come to nearly the same result.",
    "Numbers without a comparison say little, so note what is usual before you judge what is unusual.",
    "Stop when the result is good enough for its purpose, and note what you would do with more time.",
    "The most useful question in {topic} is often the plainest one: how do we know?",
    "Check the simplest explanation first, because it costs the least to rule out.",
    "Once {term} and {other} fit together, the remaining choices are a matter of preference.",
    "A checklist does not replace judgement; it frees attention for the places where judgement is needed.",
    "Expect the first attempt to be slow, and measure the third one.",
    "Whoever reads your notes next month should be able to repeat what you did.",
    "Take a typical case first, and leave the exceptions until the typical case feels easy.",
    "In a real setting {other} is seldom perfect, so plan what you will do when it is not.",
    "Every method in {topic} has a cost, and an honest plan names it.",
)

STEPS = (
    "Note what is known about {term}, and what is not.",
    "Mark the one point where {other} decides the outcome.",
    "Try the smallest version that can work.",
    "Compare the outcome with your expectation.",
    "Change one thing, and repeat the comparison.",
    "Write one sentence about what you would do differently.",
)

EXAMPLES = (
    ("A first attempt", "Mira has one afternoon and a simple case. She starts with {term}, writes down what she "
     "expects, and finds that {other} takes twice the time she planned. She shortens the task instead of rushing "
     "it, and finishes with a result that she can explain."),
    ("Two ways compared", "Two colleagues treat the same case. One begins with {other} and needs three corrections; "
     "the other begins with {term} and needs one. Both results are usable, but only the second can be repeated "
     "by somebody else from the notes."),
    ("When it goes wrong", "A group follows the steps, and the result is far from what was expected. They go back to "
     "{term}, test the simplest explanation first, and discover that {other} had been measured under different "
     "conditions. One repeated measurement settles it."),
    ("A change of plan", "Halfway through, the conditions change. Jonas keeps the order of the steps, adjusts the "
     "amounts, and asks a second person to check {other}. The delay costs a day; the unchecked version would have "
     "cost the week."),
    ("Good enough", "The result could be better, but its purpose is modest. Ana compares it with {term}, notes two "
     "possible improvements for later, and hands it over. In the review nobody asks for more than she noted."),
)

ACTIVITIES = (
    ("Explain it to a partner", "Explain {term} to a partner in two minutes, without notes. Your partner repeats it "
     "in one sentence. You have succeeded when that sentence needs no correction."),
    ("Sort the cases", "Sort six cases of your own into those where {term} decides and those where {other} decides. "
     "Give a reason for each, and exchange one case with a partner."),
    ("Small experiment", "Choose one thing to change, predict the effect, and try it. Record expectation and outcome "
     "side by side, and write one sentence about the difference."),
    ("Find the fault", "Read the second example again and underline the first step that could have gone wrong. "
     "Propose one check that would have shown it earlier."),
    ("Plan for next week", "Write a plan of three steps for a case from your own life. Name the point at which you "
     "will check {other}, and what you will do if it does not fit."),
)

STEMS = (
    "A colleague begins a new case. What should be settled first?",
    "A result differs clearly from what was expected. What is the most sensible next move?",
    "Two methods give different results for the same case. How should one proceed?",
    "Conditions change halfway through the work. Which reaction fits best?",
    "A beginner wants to save time. Which advice protects the quality of the work?",
    "Somebody has to repeat the work next month. What helps that person most?",
    "A plan looks complete. Which check is worth making before it is carried out?",
    "A rule of thumb has worked ten times. What follows for the eleventh case?",
)
# In a stem with one key; in a stem with several, RIGHT gives two and WRONG the rest.
MULTIPLE_ENDING = " Choose every statement that holds."

RIGHT = (
    ("Clarify {term} and write down the expected outcome", "With the expectation on paper, a surprise can be seen."),
    ("Test the simplest explanation before the others", "It costs the least and is most often the cause."),
    ("Change one thing and compare the outcome", "Only one change at a time shows what had the effect."),
    ("Record conditions and reasons with each choice", "Notes like these let another person repeat the work."),
    ("Check {other} before relying on the outcome", "A check that is independent of the method finds its errors."),
    ("Keep the order of steps and adjust the amounts", "The order depends on causes, the amounts on conditions."),
)
WRONG = (
    ("Change several things at once to save time", "Then nobody can tell which of the changes had the effect."),
    ("Repeat the same attempt until it looks right", "Repeating without a change only hides the cause."),
    ("Trust the method because it worked before", "Earlier success says little about different conditions."),
    ("Leave out {other} as long as time is short", "What is saved now is paid for when the error shows."),
    ("Ask for the answer before trying a small case", "Without an attempt there is nothing to compare it with."),
    ("Start with the exception and skip the usual case", "Exceptions make sense only against the usual case."),
    ("Write the notes from memory when all is finished", "Memory adjusts itself to the outcome."),
    ("Judge the number without a value to compare", "A number alone is neither high nor low."),
)

RATIONALES = (
    "Ask which choice would still be right if the outcome surprised you; only a checked step passes.",
    "Compare what each choice lets you find out. The others save a moment and lose the reason.",
    "Think back to the worked example: the difference was made by {term}, not by speed.",
    "Each distractor is a habit that feels efficient; the lesson showed what it costs.",
)

SUMMARIES = (
    "{Term} comes first, and {other} is the check that keeps it honest. Work in small, complete steps, compare "
    "the outcome with what you expected, and write down why you chose as you did.",
    "You have seen how {term} and {other} belong together. Change one thing at a time, test the simplest "
    "explanation first, and leave notes that another person can follow.",
    "Good work with {term} is slow at first and repeatable afterwards. When {other} does not fit, look for the "
    "reason before going on, and keep what you learned for the next case.",
)
