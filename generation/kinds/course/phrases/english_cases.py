"""English: the cases of examples, activities and questions."""

from generation.kinds.course.phrases.shape import SimulatedQuestion

EXAMPLES = (
    (
        "{Name} and the first attempt",
        "{Name} has one afternoon {place} and a simple case about {strand}. The plan begins with {term}, and a "
        "note says what is expected. Then {other} takes twice the time. {Name} shortens the task instead of "
        "rushing it, and finishes with a result that can be explained.",
    ),
    (
        "Two ways compared by {Name}",
        "{Name} and a colleague treat the same case {place}. One begins with {other} and needs three corrections; "
        "the other begins with {term} and needs one. Both results are usable, but only the second can be repeated "
        "by somebody else from the notes.",
    ),
    (
        "What {Name} found out",
        "{Name} follows the steps {place}, and the result is far from what was expected. Back at {term}, the "
        "simplest explanation is tested first: {other} had been read under different conditions. One repeated "
        "reading settles it, and the note says so.",
    ),
    (
        "A question from {Name}",
        "{Name} asks {place} about {strand}. The answer is a sketch with {term} in the middle. Around it stand the "
        "things that act on it, and {other} is the only one that nobody had looked at. It is looked at first, and "
        "the plan changes in one place.",
    ),
    (
        "{Name} decides",
        "There are two offers {place}, and {Name} must choose. Both promise the same. {Name} writes {term} at the "
        "top of a page, and below it what each offer says about {other}. One of them says nothing. That is a "
        "reason to ask, and the answer decides.",
    ),
    (
        "Handing over to {Name}",
        "{Name} takes over a half-finished case {place}. The notes say what was done, and why. They begin with "
        "{term} and end with {other}, so the next step about {strand} is clear within an hour. Without the reasons "
        "the work would have begun again.",
    ),
)
ACTIVITIES = (
    (
        "Explain it to a partner",
        "Explain {term} to a partner without notes. Your partner repeats it in one sentence. You have succeeded "
        "when that sentence needs no correction.",
    ),
    (
        "Sort your cases",
        "Sort six cases of your own into those where {term} decides and those where {other} decides. Give a reason "
        "for each, and check that somebody else sorts them in the same way.",
    ),
    (
        "Try a small change",
        "Choose one thing to change in a case about {strand}, predict the effect on {other}, and try it. It worked "
        "if you can say why expectation and outcome differ, or agree.",
    ),
    (
        "Find the fault",
        "Read the example again and underline the first step that could have gone wrong with {term}. Propose one "
        "check with {other} that would have shown it, and compare it with the summary.",
    ),
    (
        "Plan your next case",
        "Write a plan for a case about {strand} from your own life. Name the point at which you will check "
        "{other}, and what you will do if it does not fit. The plan is done when {term} stands in its first line.",
    ),
)
QUESTIONS = (
    SimulatedQuestion(
        "{Name} begins a new case {place} that turns on {strand}. What should be settled about {term} before "
        "{other} comes up?",
        (("What the outcome should be", "With the expectation on paper, a surprise can be seen."),),
        (
            (
                "The order in which the results will be presented",
                "A presentation can be planned when there is something to show.",
            ),
            ("The fastest way to reach the end", "Speed helps only when the direction is clear."),
            (
                "The person who will be asked if it fails",
                "That looks for somebody to blame before anything has happened.",
            ),
        ),
        "Ask which of these lets you notice a surprise: only what was expected can be compared with what happened.",
    ),
    SimulatedQuestion(
        "{Place}, a result for {term} differs clearly from what {name} expected. What is the most sensible next "
        "move?",
        (("Test the simplest explanation", "It costs the least and is most often the cause."),),
        (
            ("Repeat the same attempt until it looks right", "Repeating without a change only hides the cause."),
            (
                "Change several things at once to save time",
                "Then nobody can tell which of the changes had the effect.",
            ),
            ("Accept it and adjust the notes", "Notes that follow the outcome lose what they are for."),
        ),
        "Compare what each move costs and what it can rule out; the cheapest test that excludes something goes "
        "first.",
    ),
    SimulatedQuestion(
        "Two methods give {name} different values of {other} for one case {place}. How should the work go on?",
        (("Compare their conditions", "Differences in conditions explain most disagreements."),),
        (
            ("Take the value that was found first", "The order of arrival says nothing about quality."),
            ("Use the average of the two and go on", "An average of a right and a wrong value is wrong as well."),
            ("Drop the method that takes more time", "Effort and truth are different questions."),
        ),
        "Think about what could make both values honest: they may answer different questions.",
    ),
    SimulatedQuestion(
        "{Name} wants to save time {place} in a case about {strand}. Which advice protects {term}?",
        (("Leave out extras and keep the check", "A short piece of work with a check is still complete."),),
        (
            ("Skip the check for as long as time is short", "What is saved now is paid for when the error shows."),
            (
                "Work on all parts at the same time from the start",
                "Unfinished parts cannot be compared with anything.",
            ),
            ("Ask for the answer before trying", "Without an attempt there is nothing to compare it with."),
        ),
        "Look for the advice that makes the work smaller and leaves its proof in place.",
    ),
    SimulatedQuestion(
        "Somebody {place} has to repeat next month what {name} did with {other}. What helps that person most?",
        (("Notes with conditions and reasons", "Such notes let another person take the same path."),),
        (
            (
                "A list of all the results in the order of their size",
                "Results without their path cannot be repeated.",
            ),
            ("The promise that it was done carefully", "Care is seen in what was written down."),
            (
                "A recording of the final presentation of the work",
                "It shows the end and hides the choices on the way.",
            ),
        ),
        "Imagine that you are that person: what would you ask on the first morning?",
    ),
    SimulatedQuestion(
        "{Name} has finished a plan {place} about {strand}, built on {term}. Which check is worth making before it "
        "begins?",
        (("Whether trouble shows early", "An early sign leaves time to change the plan."),),
        (
            ("Whether everybody likes the way in which it is written", "A pleasant text can hold a poor plan."),
            ("Whether it is as long as the last one", "Length says nothing about what was left out."),
            ("Whether the last step was already paid for", "Money that is spent does not make a step useful."),
        ),
        "A plan is tested by what it lets you notice while there is still time.",
    ),
    SimulatedQuestion(
        "A rule of thumb about {term} has worked ten times {place}. What follows for the next case of {name}?",
        (("It is a good first guess to test", "Experience gives a guess, and the case decides."),),
        (
            ("It holds, since ten cases are a proof", "Ten cases of one kind say little about another kind."),
            ("It must fail soon, since luck runs out", "Cases have no memory of each other."),
            ("It can replace the check in all cases of this kind", "A rule without a check fails unseen."),
        ),
        "Ask what was the same in the ten cases, and whether the next one shares it.",
    ),
    SimulatedQuestion(
        "Conditions {place} change while {name} works on a case about {strand}. Which reaction leaves {term} intact?",
        (("Keep the sequence, adjust the amounts", "The order follows from causes, the amounts from conditions."),),
        (
            ("Begin again from the first step with new people", "What was found so far is still true."),
            ("Go on exactly as planned until the end", "A plan was made for conditions that are gone."),
            ("Drop the steps that have become harder to do", "The hard steps may be those that matter."),
        ),
        "Separate what depends on causes from what depends on the day.",
    ),
    SimulatedQuestion(
        "{Name} reviews a case {place} with {term} in mind. Choose every statement that speaks for good work.",
        (
            ("Each choice has a reason beside it", "Reasons let a reader follow and test the choices."),
            ("One thing was altered at a time", "Then each effect has a cause that can be named."),
        ),
        (
            ("The result was exactly what had been hoped for", "Hope can be met by chance."),
            ("All notes were written when it was over", "Memory adjusts itself to the outcome."),
        ),
        "Look for what could be checked by somebody who was absent.",
    ),
    SimulatedQuestion(
        "Before {name} relies on {other} {place}, which precautions are worth their time? Choose every one that "
        "holds.",
        (
            ("A second look by another way", "A different way has different errors."),
            ("A value to compare it with", "Only a comparison makes a number high or low."),
        ),
        (
            ("A longer report about how it was found", "More words about one look are still one look."),
            ("A round of applause for whoever found it", "Praise tells nothing about the value."),
        ),
        "Ask of each precaution which error it could bring to light.",
    ),
)
NAMES = (
    "Mira",
    "Tom",
    "Ayla",
    "Jonas",
    "Priya",
    "Diego",
    "Hana",
    "Samuel",
    "Ines",
    "Kofi",
    "Lena",
    "Mateo",
    "Nour",
    "Oskar",
    "Paula",
    "Rafi",
    "Sofia",
    "Tariq",
    "Uma",
    "Viktor",
    "Wanda",
    "Yusuf",
    "Zoe",
)
PLACES = (
    "in a small workshop",
    "at a community centre",
    "in a busy office",
    "in an adult class",
    "at a branch office",
    "in a garden shed",
    "in a shared kitchen",
    "at the town library",
    "in a delivery van",
    "in a village school",
    "at a small museum",
    "in a new team",
    "at a railway station",
    "on a visit abroad",
    "in a rented room",
    "at a club house",
    "at a trade fair",
)
TIMES = (
    "on a Monday",
    "on a Tuesday evening",
    "in spring",
    "at noon",
    "in autumn",
    "late on a Friday",
    "in winter",
    "before lunch",
    "after a long break",
    "in a great hurry",
    "on a Sunday",
)
CONTEXTS = (
    "There is little time today.",
    "The budget has just been cut.",
    "Two new helpers have arrived.",
    "The last attempt went badly.",
    "A visitor is watching.",
    "The usual tools are on loan.",
    "The notes of last year are lost.",
    "Everybody is in a good mood.",
    "The deadline was moved forward.",
    "A supplier has changed the material.",
    "The weather is better than expected.",
    "Half of the group is ill.",
    "The client wants a short report.",
)
