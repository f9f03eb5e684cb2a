"""English."""

from generation.kinds.course.phrases.english_cases import (
    ACTIVITIES,
    CONTEXTS,
    EXAMPLES,
    NAMES,
    PLACES,
    QUESTIONS,
    TIMES,
)
from generation.kinds.course.phrases.shape import Aspect, CoursePhrases, Theme

ENGLISH = CoursePhrases(
    language="en",
    levels={"beginner": "beginner", "intermediate": "intermediate", "advanced": "advanced"},
    titles=("{topic}: a practical course", "{topic}, from idea to practice", "{topic}: learning by doing"),
    summary=(
        "A course on {topic} at {level} level, in {lessons} lessons of about {minutes} minutes. Each lesson "
        "explains one step, shows it in an example, and ends with a task and a short quiz, so that learners can "
        "see for themselves what they can do already and what still needs practice."
    ),
    module_summary="This module is about {about}. Its cases turn on {strand}.",
    own_objectives=(
        "Explain the main ideas of {topic} in plain words",
        "Apply the core methods of {topic} to a new case",
        "Diagnose frequent mistakes in {topic} from their symptoms",
        "Justify a decision in {topic} against stated criteria",
    ),
    verb="Explain",
    before="Apply to a case of your own: ",
    before_question="Explain ",
    observable=frozenset(
        "adapt analyse analyze apply arrange assemble assess build calculate carry categorise categorize choose "
        "cite classify combine compare compose compute conduct construct contrast convert create critique decide "
        "define demonstrate derive describe design detect determine develop diagnose differentiate discuss "
        "distinguish draft draw estimate evaluate examine execute explain extract fill find fix formulate generate "
        "give identify illustrate implement infer inspect install interpret isolate judge justify label list "
        "locate make map measure mix modify name operate order organise organize outline perform plan predict "
        "prepare present prioritise prioritize produce propose prove quote rank read recall recite recognise "
        "recognize recommend record repair repeat replace report respond restate review revise say schedule select "
        "separate set sketch solve sort specify state summarise summarize test trace translate troubleshoot use "
        "validate verify weigh write".split()
    ),
    unobservable=frozenset(
        "appreciate believe comprehend grasp internalise internalize know learn realise realize understand".split()
    ),
    questions_begin=frozenset("a an how the what when where whether which who why".split()),
    infinitive_endings=(),
    strand="how to {objective}",
    lowers=True,
    weak_endings=frozenset(
        "a an and are as at by five for four from in into is its of on one or that the their three to two when "
        "which with".split()
    ),
    term="the {term}",
    lesson_title="{aspect}: {theme}",
    themes=(
        Theme(
            "Foundations",
            "the ideas that everything else rests on",
            "in the basics",
            ("Illustrate with a simple case {strand}", "Explain in plain words {strand}"),
        ),
        Theme(
            "Core methods",
            "the few methods that solve most cases",
            "in the core methods",
            ("Apply a core method to a case about {strand}", "Compare two methods for a case about {strand}"),
        ),
        Theme(
            "Tools and materials",
            "what to use, when, and why",
            "in tool choice",
            (
                "Select suitable tools for a case about {strand}",
                "Justify a choice of material for a case about {strand}",
            ),
        ),
        Theme(
            "Planning the work",
            "turning a goal into steps with dates",
            "in planning",
            ("Construct a plan with dates for a case about {strand}", "Estimate the effort of a case about {strand}"),
        ),
        Theme(
            "Guided practice",
            "complete cases with support that fades",
            "in guided practice",
            ("Demonstrate with little support {strand}", "Solve a complete case about {strand}"),
        ),
        Theme(
            "Reading the evidence",
            "telling a result from noise",
            "in reading evidence",
            ("Interpret the results of a case about {strand}", "Judge the evidence in a case about {strand}"),
        ),
        Theme(
            "Common mistakes",
            "what goes wrong and how to notice it",
            "in common mistakes",
            ("Diagnose a faulty case about {strand}", "Classify the mistakes in a case about {strand}"),
        ),
        Theme(
            "Working with others",
            "sharing work, words and decisions",
            "in teamwork",
            ("Justify to a colleague a decision about {strand}", "Summarise for a colleague {strand}"),
        ),
        Theme(
            "Quality and review",
            "criteria, checklists and feedback",
            "in quality review",
            ("Evaluate a finished case about {strand}", "Revise by a checklist a case about {strand}"),
        ),
        Theme(
            "Adapting to context",
            "what changes when conditions change",
            "in changed conditions",
            (
                "Modify for unusual conditions a plan about {strand}",
                "Predict the effect of a change in a case about {strand}",
            ),
        ),
        Theme(
            "Independent projects",
            "a project from question to report",
            "in your own project",
            ("Design a small project about {strand}", "Outline a report about {strand}"),
        ),
        Theme(
            "Looking ahead",
            "how to go on afterwards",
            "in further practice",
            ("Plan further practice about {strand}", "Rank open questions about {strand}"),
        ),
    ),
    aspects=(
        Aspect(
            "First look",
            ("Describe {term} with an example of your own", "Solve a first case about {strand} by {other}"),
            ("starting point", "frame of reference"),
            (
                "{Term} is the place from which all choices can still be seen.",
                "{Other} is what a result is compared with.",
            ),
        ),
        Aspect(
            "Key ideas",
            ("Distinguish {term} from {other}", "Illustrate with {term} a case about {strand}"),
            ("guiding idea", "counterexample"),
            (
                "{Term} is the one thought that explains most decisions.",
                "{Other} is a case in which that thought fails.",
            ),
        ),
        Aspect(
            "Step by step",
            ("Explain why {term} comes before {other}", "Carry out with {other} a case about {strand}"),
            ("working order", "checkpoint"),
            (
                "{Term} is the sequence in which each step finds what it needs.",
                "{Other} is the moment at which the work is compared with its plan.",
            ),
        ),
        Aspect(
            "A worked case",
            ("Analyse {term} with a view to {other}", "Predict from {other} the outcome of a case about {strand}"),
            ("worked case", "decision point"),
            (
                "{Term} is a case that is followed from its first question to its result.",
                "{Other} is the place where the case could have gone another way.",
            ),
        ),
        Aspect(
            "Choosing well",
            ("Compare two options by {term}", "Justify with {other} a choice about {strand}"),
            ("selection criterion", "trade-off"),
            (
                "{Term} is the property by which one option is preferred.",
                "{Other} is what is given up for what is gained.",
            ),
        ),
        Aspect(
            "Under real conditions",
            ("Adapt a plan when {term} changes", "Estimate with {other} a case about {strand}"),
            ("constraint", "margin of safety"),
            (
                "{Term} is a limit that the work has to accept.",
                "{Other} is the reserve that keeps a surprise harmless.",
            ),
        ),
        Aspect(
            "Checking results",
            ("Test a result against {term}", "Classify by {other} a result about {strand}"),
            ("expected range", "second measurement"),
            (
                "{Term} is what a result may be without causing a question.",
                "{Other} is an independent look at the same thing.",
            ),
        ),
        Aspect(
            "Finding faults",
            ("Diagnose a fault from {term}", "Rank by {other} the faults in a case about {strand}"),
            ("symptom", "likely cause"),
            (
                "{Term} is what can be seen, heard or measured of a fault.",
                "{Other} is the explanation that costs the least to test.",
            ),
        ),
        Aspect(
            "Improving a draft",
            ("Revise a draft from {term}", "Measure by {other} an improvement about {strand}"),
            ("baseline", "feedback loop"),
            (
                "{Term} is the state before anything was changed.",
                "{Other} is the way in which a result changes the next attempt.",
            ),
        ),
        Aspect(
            "Putting it together",
            ("Combine {term} and {other} in one case", "Design with {term} a task about {strand}"),
            ("whole task", "self-check"),
            (
                "{Term} is a piece of work that needs all parts at once.",
                "{Other} is a question that you can answer without a teacher.",
            ),
        ),
    ),
    headings=(
        "What {term} means",
        "From {term} to {other}",
        "How {other} helps",
        "{term} in practice",
        "When {other} is left out",
        "What to look out for with {term}",
        "Deciding with {other}",
        "A closer look at {term}",
    ),
    short=(
        "Begin with {term}.",
        "Write down what {name} sees.",
        "Now look at {other}.",
        "Does {term} fit this case?",
        "If it does, go on to {other}.",
        "If it does not, ask {name} why.",
        "Keep {term} short and clear.",
        "{Name} tries it {place} first.",
        "The first try takes time, and {other} shows it.",
        "A small change in {term} can help a lot.",
        "Look at one thing at a time, and note {other}.",
        "Say {term} in your own words.",
        "Then check it with {other}.",
        "Most people forget {other}, so put it on the list.",
        "{Name} makes a note of {term} each time.",
        "That note helps the next person {place}.",
        "Ask what {term} would look like in your own case.",
        "Stop when {other} tells you that it is good enough.",
        "Use {term} again when the case is new.",
        "Two people should agree on {other} in the end.",
    ),
    long=(
        "In {topic}, most decisions become easier once {term} is clear.",
        "A small, complete case about {strand} teaches more than a long, unfinished one.",
        "People who are new to {topic} often skip {other} and pay for it later.",
        "Look at one thing at a time; if {term} and {other} change at once, you cannot tell which of them mattered.",
        "The difference between {term} and {other} is small on paper and large in practice.",
        "Ask what would have to be true of {term} for the opposite choice to be better.",
        "If you cannot explain {term} in two sentences, return to the example and try again.",
        "Good notes on {other} name the date, the conditions and the reason for each choice.",
        "Use {other} as a check: when it disagrees with your result, find out why before you go on.",
        "{Name}, who has done this {place} for years, leaves out no step when a case is about {strand}.",
        "A rule of thumb for {term} is a good servant, as long as you know where it stops being true.",
        "Compare at least two ways to reach {other}, even when the first one looks fine.",
        "Mistakes with {term} show early if you look for them, and late if you do not.",
        "Keep the first version of {term} simple, so that you can see what each addition does.",
        "Think of {other} as a limit that you choose on purpose, and plan around it.",
        "When the conditions {place} change, {term} usually stays and the amounts do not.",
        "Say out loud how {term} leads to {other}; a gap is easier to hear than to see.",
        "It helps to sketch the situation, with {term} in the middle and everything that acts on it around.",
        "Two people who start from {other} should come to nearly the same result.",
        "Numbers about {strand} say little alone, so note what is usual before you judge what is unusual.",
        "The most useful question about {term} is often the plainest one: how do we know?",
        "Check the simplest explanation of {other} first, because it costs the least to rule out.",
        "Once {term} and {other} fit together, the remaining choices are a matter of preference.",
        "Whoever reads your notes on {strand} next month should be able to repeat what you did.",
    ),
    joined=("; in practice, ", "; for this reason, ", ", and consequently ", "; by comparison, "),
    steps=(
        "Note what is known about {term}, and ask {name} about {strand}.",
        "Mark the one point {place} where {other} decides the outcome.",
        "Try the smallest version of {term} that can work.",
        "Compare {other} with what {name} expected.",
        "Write one sentence {place} about what {term} changes next time.",
    ),
    examples=EXAMPLES,
    activities=ACTIVITIES,
    summaries=(
        "{Term} comes first, and {other} is the check that keeps it honest. Work in small, complete steps, and "
        "compare the outcome with what you expected.",
        "You have seen how {term} and {other} belong together. Change one thing at a time, and leave notes that "
        "another person can follow.",
        "Good work with {term} is slow at first and repeatable afterwards. When {other} does not fit, look for the "
        "reason before you go on.",
    ),
    questions=QUESTIONS,
    names=NAMES,
    places=PLACES,
    times=TIMES,
    contexts=CONTEXTS,
)
