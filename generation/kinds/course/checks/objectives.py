"""CR-O01 to O04 and O06: what objectives say, in the outline."""

from collections.abc import Iterator

from generation.core.findings import Finding, error
from generation.core.prose import language
from generation.core.prose.plain import word_count, words
from generation.core.prose.stems import stems
from generation.core.prose.tongues import SMALL_WORDS
from generation.core.prose.wholeness import shortened
from generation.kinds.course import vocabulary
from generation.kinds.course.brief import Brief, Level
from generation.kinds.course.checks.drafts import warning
from generation.kinds.course.schema import Plan

MOST_WORDS = 30
FEWEST_OF_MODULE = 2
LEAST_AT_APPLY = {Level.INTERMEDIATE: 0.4, Level.ADVANCED: 0.6}      # beginners need a mixture: no bound
FEWEST_JUDGED = 5                # objectives whose level is known; a share of fewer says nothing
FEWEST_ALL_LOW = 3               # the same, where none is high
FEWEST_STEMS = 3                 # of an objective of the brief
LEAST_COVERED = 0.34             # of its stems


def objective_verbs(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-O01: an objective begins with something that can be observed."""
    spoken = language.primary(brief.language)
    if spoken not in vocabulary.LANGUAGES:
        return
    for pointer, text in _objectives(plan):
        banned = banned_verb(text, spoken)
        if banned is not None:
            yield error(
                "CR-O01", pointer, measured=banned, limit="a verb that somebody can observe",
                message=f"The objective “{shortened(text, 60)}” says “{banned}”, which nobody can observe.",
                advice="Say what learners do to show it: name, explain, calculate, compare, justify, design.",
            )
        elif level_of(text, spoken) is None and _has_no_verb(text, spoken):
            yield warning(
                "CR-O01", pointer, measured=shortened(text, 30), limit="one measurable verb",
                message=f"The objective “{shortened(text, 60)}” does not begin with a verb.",
                advice="Begin with one measurable verb that says what the learner does.",
            )


def objective_form(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-O02: one verb, at most 30 words, and it is the learner who does it."""
    spoken = language.primary(brief.language)
    for pointer, text in _objectives(plan):
        count = word_count(text)
        if count > MOST_WORDS:
            yield warning(
                "CR-O02", pointer, measured=f"{count} words", limit=f"at most {MOST_WORDS} words",
                message=f"The objective “{shortened(text, 60)}” has {count} words.",
                advice="Cut it to one verb and what it is done to, or make two objectives of it.",
            )
        if (subject := vocabulary.TEACHER.match(text)) is not None:
            yield warning(
                "CR-O02", pointer, measured=subject[0].strip(), limit="what the learner does",
                message=f"The objective “{shortened(text, 60)}” says what the course does, not the learner.",
                advice="Begin with the verb of what the learner can do afterwards.",
            )
        elif (pair := _two_verbs(text, spoken)) is not None:
            yield warning(
                "CR-O02", pointer, measured=pair, limit="one verb",
                message=f"The objective “{shortened(text, 60)}” has two verbs: a quiz cannot tell which was reached.",
                advice="Keep the verb that matters most, or make two objectives of it.",
            )


def objective_numbers(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-O03: two objectives or more for a module of several lessons; the other bounds are errors of CR-T01."""
    for m, module in enumerate(plan.modules):
        if 0 < len(module.objectives) < FEWEST_OF_MODULE and len(module.lessons) > 1:
            yield warning(
                "CR-O03", f"/modules/{m}/objectives", measured=len(module.objectives), limit="2 to 6",
                message=f"Module {m + 1} has one objective only.", advice="Write two to four objectives for a module.",
            )
    seen: dict[str, str] = {}
    for place in plan.lessons:
        for k, objective in enumerate(place.planned.objectives):
            pointer = f"{place.pointer}/objectives/{k}/text"
            same = " ".join(objective.text.casefold().split()).rstrip(".")
            if same in seen:
                yield warning(
                    "CR-O03", pointer, measured=shortened(objective.text, 60), limit="an objective of its own",
                    message=f"Lesson {place.number} has an objective that another lesson has: “{shortened(same, 60)}”.",
                    advice="Let each lesson reach something of its own.",
                )
            seen[same] = pointer


def level_mix(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-O04: enough objectives ask for more than remembering and explaining."""
    least = LEAST_AT_APPLY.get(brief.level)
    spoken = language.primary(brief.language)
    if least is None or spoken not in vocabulary.LANGUAGES:
        return
    levels = [
        level for place in plan.lessons for objective in place.planned.objectives
        if (level := level_of(objective.text, spoken)) is not None
    ]
    high = sum(level >= vocabulary.APPLY for level in levels)
    is_enough = len(levels) >= (FEWEST_JUDGED if high else FEWEST_ALL_LOW)
    if is_enough and high < least * len(levels):
        yield warning(
            "CR-O04", "/modules", measured=f"{high} of {len(levels)}", limit=f"at least {least:.0%} at Apply or higher",
            message=f"Only {high} of {len(levels)} lesson objectives ask for more than remembering or explaining, "
                    f"in a course for {brief.level} learners.",
            advice="Let more lessons end in applying, analysing, judging or making something.",
        )


def course_objectives_are_served(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-O06: each course objective has a module that leads to it, and each objective of the brief comes up."""
    served = {objective.supports for module in plan.modules for objective in module.objectives}
    for k, objective in enumerate(plan.objectives):
        if objective.id not in served:
            yield error(
                "CR-O06", f"/objectives/{k}", measured=objective.id, limit="a module objective that supports it",
                message=f"No module leads to the course objective {objective.id}, “{shortened(objective.text, 60)}”.",
                advice=f"Let at least one module objective support {objective.id}, or drop it.",
            )
    yield from _objectives_of_the_brief(brief, plan)
    yield from _objectives_of_another_course(brief, plan)


def _objectives_of_another_course(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """Course objectives that share no content word with the brief, nor with what is to lead to them."""
    asked = stems("\n".join((brief.subject, brief.audience, brief.notes, *brief.objectives, plan.title)))
    for k, objective in enumerate(plan.objectives):
        own = stems(objective.text)
        led_by = "\n".join(
            of_module.text for module in plan.modules for of_module in module.objectives
            if of_module.supports == objective.id
        )
        if len(own) >= FEWEST_STEMS and led_by and not own & (asked | stems(led_by)):
            yield warning(
                "CR-O06", f"/objectives/{k}/text", measured=shortened(objective.text, 60),
                limit="a word of the brief, or of an objective that supports it",
                message=f"Nothing leads to the course objective “{shortened(objective.text, 60)}”: neither the "
                        f"brief nor the module objectives that support {objective.id} speak of it.",
                advice="Write a course objective that the brief asks for and the modules lead to.",
            )


def titles_fit_the_course(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-T06, of the outline: a module whose title has nothing of the brief, its own lessons or its objectives."""
    asked = stems("\n".join((brief.subject, brief.audience, brief.notes, *brief.objectives, plan.title, plan.summary)))
    for m, module in enumerate(plan.modules):
        own = stems(module.title)
        within = "\n".join((
            module.summary, *(objective.text for objective in module.objectives),
            *(text for lesson in module.lessons for text in (
                lesson.title, *lesson.key_terms, *(objective.text for objective in lesson.objectives))),
        ))
        if len(own) >= FEWEST_STEMS and not own & (asked | stems(within)):
            yield warning(
                "CR-T06", f"/modules/{m}/title", measured=shortened(module.title, 60),
                limit="a word of the brief or of its own lessons",
                message=f"The module title “{shortened(module.title, 60)}” is about nothing that the module teaches.",
                advice="Name what the lessons of this module are about.",
            )


def module_objectives_are_served(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-O06, one rung lower: a module objective that no lesson leads to."""
    for m, module in enumerate(plan.modules):
        served = {objective.supports for lesson in module.lessons for objective in lesson.objectives}
        for k, objective in enumerate(module.objectives):
            if objective.id not in served:
                yield warning(
                    "CR-O06", f"/modules/{m}/objectives/{k}", measured=objective.id,
                    limit="a lesson objective that supports it",
                    message=f"No lesson leads to the objective {objective.id}, “{shortened(objective.text, 50)}”.",
                    advice=f"Let at least one lesson objective of this module support {objective.id}, or drop it.",
                )


def _objectives_of_the_brief(brief: Brief, plan: Plan) -> Iterator[Finding]:
    spoken = language.primary(brief.language)
    said: set[str] | None = None
    for wanted in brief.objectives:
        asked = stems(wanted)
        if len(asked) < FEWEST_STEMS or not _speaks(wanted, spoken):
            continue
        if said is None:
            said = _stems_of_plan(plan)
        covered = asked & said
        measured = f"{len(covered)} of {len(asked)} content words"
        if not covered:
            yield error(
                "CR-O06", "/objectives", measured=measured, limit="every objective of the brief",
                message=f"The brief asks for “{shortened(wanted, 80)}”, and nothing in the outline is about it.",
                advice="Give it a course objective in its own words, and lessons that lead to it.",
            )
        elif len(covered) < LEAST_COVERED * len(asked):
            yield warning(
                "CR-O06", "/objectives", measured=measured, limit="every objective of the brief",
                message=f"The brief asks for “{shortened(wanted, 80)}”, and the outline hardly speaks of it.",
                advice="Let a course objective and its lessons use the words of the brief.",
            )


def _speaks(text: str, spoken: str) -> bool:
    """Whether the brief's own words are in the language of the course: else they cannot be compared."""
    small = SMALL_WORDS.get(spoken)
    if small is None:
        return False
    said = [word.casefold() for word in words(text)]
    counts = {name: sum(word in known for word in said) for name, known in SMALL_WORDS.items()}
    return counts[spoken] > 0 and counts[spoken] == max(counts.values())


def _stems_of_plan(plan: Plan) -> set[str]:
    parts = [objective.text for objective in plan.objectives]
    for module in plan.modules:
        parts += [module.title, module.summary, *(objective.text for objective in module.objectives)]
        for lesson in module.lessons:
            parts += [lesson.title, *lesson.key_terms, *(objective.text for objective in lesson.objectives)]
    return stems("\n".join(parts))


def _objectives(plan: Plan) -> Iterator[tuple[str, str]]:
    for k, objective in enumerate(plan.objectives):
        yield f"/objectives/{k}/text", objective.text
    for m, module in enumerate(plan.modules):
        for k, of_module in enumerate(module.objectives):
            yield f"/modules/{m}/objectives/{k}/text", of_module.text
    for place in plan.lessons:
        for k, of_lesson in enumerate(place.planned.objectives):
            yield f"{place.pointer}/objectives/{k}/text", of_lesson.text


# --- verbs -----------------------------------------------------------------------------------------


def level_of(text: str, spoken: str) -> int | None:
    """Bloom's level of the verb that `text` begins with, in German also ends with; None if we do not know it."""
    verbs = vocabulary.VERBS[spoken]
    return next((level for word in _candidates(text, spoken) if (level := _known(word, verbs)) is not None), None)


def banned_verb(text: str, spoken: str) -> str | None:
    """The verb of `text` if nobody can observe it."""
    banned = vocabulary.BANNED[spoken]
    if spoken != "de":
        lead = vocabulary.LEAD_IN[spoken].match(text)
        rest = text[lead.end():] if lead else text
        found = banned.match(rest) or banned.match(text.lstrip(" -*•"))
        # French and Spanish say "savoir calculer", "saber calcular" for "can calculate".
        if found and found[0].casefold() in {"savoir", "saber"} and level_of(text, spoken) is not None:
            return None
        return found[0] if found else None
    if level_of(text, spoken) is not None:
        return None
    for part in (text, *_ends_of_german(text)):
        found = banned.match(part.lstrip(" -*•"))
        if found:
            return found[0]
    return None


def _ends_of_german(text: str) -> list[str]:
    """The last words of the sentence, and of its part before the first comma: where a German verb stands."""
    flat = text.rstrip(" .!;:")
    ends = []
    for part in (flat, flat.partition(",")[0]):
        said = part.split()
        while said and said[-1].casefold() in {"können", "kann", "sollen", "werden", "zu"}:
            said.pop()
        ends += [" ".join(said[-2:]), " ".join(said[-1:])]
    return ends


def _candidates(text: str, spoken: str) -> list[str]:
    if spoken == "de":
        ends = [end.split()[-1] for end in _ends_of_german(text) if end]
        return [*words(text)[:1], *ends]
    lead = vocabulary.LEAD_IN[spoken].match(text)
    rest = text[lead.end():] if lead else text
    return words(rest[:120])[:1]


def _known(word: str, verbs: dict[str, int]) -> int | None:
    low = word.casefold()
    forms = (
        low, low[:-1], low[:-2], low[:-3], f"{low[:-3]}e", f"{low}n", f"{low}en",
        low.removesuffix("se"), _without_zu(low),
    )
    return next((verbs[form] for form in forms if form in verbs), None)


def _without_zu(word: str) -> str:
    """auszuwählen is auswählen."""
    return word.replace("zu", "", 1) if word[2:6].find("zu") >= 0 else word


def _has_no_verb(text: str, spoken: str) -> bool:
    """Whether `text` surely begins with no verb: lists of verbs have an end, so a strange one is given the benefit."""
    said = _candidates(text, spoken)
    if not said:
        return True
    match spoken:
        case "en":
            return vocabulary.NO_VERB.match(said[0]) is not None
        case "de":
            ends_in_one = any(word[:1].islower() and word.endswith(("en", "ern", "eln", "tun")) for word in said[1:])
            return not ends_in_one and not said[0].endswith(("en", "ern", "eln", "e"))
        case "fr":
            return not said[0].casefold().endswith(("er", "ir", "re")) and not said[0].casefold().startswith("s'")
        case _:
            return not said[0].casefold().endswith(("ar", "er", "ir", "ír", "se"))


def _two_verbs(text: str, spoken: str) -> str | None:
    if spoken not in vocabulary.LANGUAGES:
        return None
    found = vocabulary.AND[spoken].match(text) if spoken != "de" else vocabulary.AND[spoken].search(text)
    verbs = vocabulary.VERBS[spoken]
    if not found or found["second"].casefold() not in verbs or level_of(text, spoken) is None:
        return None
    if spoken == "de" and found["first"].casefold() not in verbs:
        return None
    first = found["first"] if spoken == "de" else words(found[0])[0]
    if first.casefold() in vocabulary.CHECKING and found["second"].casefold() in vocabulary.AFTER_CHECKING:
        return None
    return shortened(found[0].strip(" .-*•"), 40)
