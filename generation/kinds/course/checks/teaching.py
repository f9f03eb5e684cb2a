"""CR-L01 to L03, R01 to R03, P02, P04, T06: how much a lesson says, how hard, in which language, and about what."""

import re
from collections import Counter
from collections.abc import Iterator

from generation.core.findings import Finding, Severity, error
from generation.core.prose import language, readability
from generation.core.prose.plain import has_spaces, paragraphs, word_count
from generation.core.prose.stems import stems
from generation.core.prose.wholeness import shortened
from generation.kinds.course import vocabulary
from generation.kinds.course.brief import Brief, ReadingLevel
from generation.kinds.course.checks.drafts import Draft, Passage, Texts, speaks_of, warning
from generation.kinds.course.schema import Document, DocumentLesson, Plan, Size

WORDS_A_MINUTE = 200             # adults, silent reading: as the prompt says
MINUTES_AN_ITEM = 0.75
SECTION_WORDS = Size(80, 1_500)
FEWEST_WORDS = 40                # of a section: below, there is no lesson in it
LESSON_TIME = (0.8, 1.2)         # of the minutes asked for
COURSE_TIME = (0.85, 1.15)
GRADES = {ReadingLevel.PLAIN: (0, 8), ReadingLevel.GENERAL: (2, 12), ReadingLevel.ACADEMIC: (7, 18)}
LIX = {ReadingLevel.PLAIN: (15, 42), ReadingLevel.GENERAL: (18, 55), ReadingLevel.ACADEMIC: (38, 75)}
LONG_SENTENCE = 35               # words
MOST_LONG = 0.1
ENDLESS_SENTENCE = 50            # words: one is too many
MOST_LINES = 2                   # line breaks in a sentence
FEWEST_SENTENCES = 10
SHORTEST_FOREIGN = 150           # characters of a paragraph alone that is an error
FEWEST_FOREIGN = 4               # texts; of that many it is said once
MOST_PARAGRAPHS = 40
OWN_AT_MOST = 0.34               # of the distinct stems of its own target: a lesson that misses it
IN_BODIES_AT_MOST = 0.12         # of the same stems: sections about something else
OTHER_AT_LEAST = 0.6             # of another's: the lesson that it is instead
FEWEST_STEMS = 4
UNTAUGHT = 0.35                  # of the words of a quiz, not in its lesson
FEWEST_OF_OTHER = 3              # distinct stems of another lesson's target in a quiz
SHORTEST_TERM = 6                # characters of a term that is looked for in other lessons
_MINUTES = re.compile(r"\b(\d{1,3})\s?(?:-\s?)?(?:minutes?|min\b|Minuten?|minutos?)", re.IGNORECASE)
# On small letters, and from one beginning: this is looked for in every text.
_LESSON = re.compile(r"le(?:ssons?|ktion(?:en)?|çons?|cci(?:ón|ones))\s+(\d{1,3})\b(?![.,]\d)")
_SIGNS_OF_LESSONS = ("lesson ", "lessons ", "lektion", "leçon", "lecci")
_LOOKS_BACK = re.compile(
    r"\b(?:saw|learn(?:ed|t)|met|covered|discussed|introduced|earlier|previous|remember|recall|from|gelernt|gesehen|vorher\w*|"
    r"früher\w*|vimos|aprendimos|aprendiste|anterior|vu|vue|appris|précédent\w*)\b", re.IGNORECASE,
)
_QUALIFIER = re.compile(r"\s*\([^()]*\)")


# --- CR-L01 to L03: words and minutes ------------------------------------------------------------


def section_lengths(draft: Draft) -> Iterator[Finding]:
    for n, section in enumerate(draft.lesson.sections):
        count = word_count(draft.sections[n])
        if count in SECTION_WORDS:
            continue
        is_hopeless = count < FEWEST_WORDS or count > SECTION_WORDS.high
        yield error(
            "CR-L01", f"/sections/{n}/body", measured=f"{count} words", limit=f"{SECTION_WORDS} words",
            severity=Severity.ERROR if is_hopeless else Severity.WARNING,
            message=f"The section “{shortened(section.heading, 60)}” has {count} words.",
            advice="Write 120 to 400 words for a section: one idea, explained and shown.",
        )


def lesson_time(draft: Draft) -> Iterator[Finding]:
    wanted = draft.brief.minutes_per_lesson
    active = sum(activity.minutes for activity in draft.lesson.activities)
    if active > wanted:
        yield error(
            "CR-L02", "/activities", measured=f"{active} min", limit=f"{wanted} min with all reading",
            message=f"The activities alone take {active} minutes; the whole lesson has {wanted}.",
            advice=f"Shorten them: activities and reading at {WORDS_A_MINUTE} words a minute take {wanted} minutes.",
        )
        return
    minutes = _minutes(word_count(draft.teaching), active, len(draft.lesson.quiz))
    if not LESSON_TIME[0] * wanted <= minutes <= LESSON_TIME[1] * wanted:
        yield warning(
            "CR-L02", "/activities", measured=f"{minutes:.0f} min", limit=f"{wanted} min, within a fifth",
            message=f"Reading, activities and quiz take about {minutes:.0f} minutes; {wanted} were asked for.",
            advice="Write more, or give the activities the time that they need." if minutes < wanted
            else "Write less, or shorten the activities.",
        )
    for n, activity in enumerate(draft.lesson.activities):
        named = [int(found) for found in _MINUTES.findall(activity.instructions)]
        if named and max(named) > activity.minutes:
            yield warning(
                "CR-L02", f"/activities/{n}/minutes", measured=f"{max(named)} min in the text",
                limit=f"{activity.minutes} min",
                message=f"The activity “{shortened(activity.title, 60)}” is given {activity.minutes} minutes, and its "
                        f"instructions speak of {max(named)}.",
                advice="Let the minutes be what the instructions take.",
            )


def course_time(brief: Brief, document: Document) -> Iterator[Finding]:
    lessons = [lesson for module in document.modules for lesson in module.lessons]
    if not lessons or document.missing:
        return
    wanted = len(lessons) * brief.minutes_per_lesson
    minutes = sum(map(_minutes_of, lessons))
    if not COURSE_TIME[0] * wanted <= minutes <= COURSE_TIME[1] * wanted:
        yield warning(
            "CR-L03", "/modules", measured=f"{minutes:.0f} min", limit=f"{wanted} min, within 15 percent",
            message=f"The course takes about {minutes:.0f} minutes; {wanted} were asked for.",
            advice="Ask again for the lessons that are far from their time.",
        )


def _minutes_of(lesson: DocumentLesson) -> float:
    read = "\n".join((
        *(section.body for section in lesson.sections), *(example.body for example in lesson.examples), lesson.summary,
    ))
    return _minutes(word_count(read), sum(activity.minutes for activity in lesson.activities), len(lesson.quiz))


def _minutes(read: int, active: int, items: int) -> float:
    return read / WORDS_A_MINUTE + active + items * MINUTES_AN_ITEM


# --- CR-R01 to R03: level and language -----------------------------------------------------------


def reading_level(draft: Draft) -> Iterator[Finding]:
    if not has_spaces(draft.shown):
        return
    level, sentences = draft.brief.reading_level, len(draft.sentences)
    if draft.language == "en":
        name, measured, (low, high) = "school year", readability.grade(draft.words, sentences), GRADES[level]
    else:
        name, measured, (low, high) = "LIX", readability.lix(draft.words, sentences), LIX[level]
    if measured is not None and not low <= measured <= high:
        harder = measured > high
        yield warning(
            "CR-R01", "/sections", measured=f"{name} {measured:.0f}", limit=f"{low} to {high} for {level}",
            message=f"The lesson reads {'harder' if harder else 'simpler'} than “{level}”: {name} {measured:.0f}.",
            advice="Use shorter sentences and everyday words." if harder else "Use fuller sentences and precise terms.",
        )


def long_sentences(draft: Draft) -> Iterator[Finding]:
    if not has_spaces(draft.shown):
        return
    counts = draft.sentences
    # Fewer spaces than that, and it is not worth a look.
    long_ones = (one for one in counts if one.count(" ") >= LONG_SENTENCE - MOST_LINES)
    over = [(count, one) for one in long_ones if (count := _words_of_sentence(one)) > LONG_SENTENCE]
    long, (most, longest) = len(over), max(over, default=(0, ""))
    if len(counts) >= FEWEST_SENTENCES and long > MOST_LONG * len(counts):
        yield warning(
            "CR-R02", "/sections", measured=f"{long} of {len(counts)} sentences",
            limit=f"at most {MOST_LONG:.0%} over {LONG_SENTENCE} words",
            message=f"{long} of {len(counts)} sentences have more than {LONG_SENTENCE} words.",
            advice="Cut the longest sentences in two.",
        )
    elif most > ENDLESS_SENTENCE:
        at = next((one.pointer for one in draft.texts.passages if longest in one.plain), "/sections")
        yield warning(
            "CR-R02", at, measured=f"{most} words", limit=f"at most {ENDLESS_SENTENCE} words",
            message=f"A sentence has {most} words: “{shortened(longest, 60)}”.",
            advice="Make two or three sentences of it.",
        )


def _words_of_sentence(sentence: str) -> int:
    """None for a table or a verse: its lines are no sentence."""
    return 0 if sentence.count("\n") > MOST_LINES else len(sentence.split())


def texts_in_language(texts: Texts) -> Iterator[Finding]:
    """CR-R03: every text that is long enough to tell; short ones together, by the part that they stand in."""
    tag = texts.brief.language
    if not language.can_tell(tag):
        return
    teaches_a_language = speaks_of(vocabulary.LANGUAGE_NAMES, texts.allowed)
    read = 0
    foreign: list[tuple[str, str, bool]] = []
    for pointer, text, is_list in _long_texts(texts.passages):
        read += 1
        parts = [part for part in paragraphs(text)[:MOST_PARAGRAPHS] if len(part) >= language.SHORTEST]
        for part in parts if len(parts) > 1 else (text,):
            found = language.foreign_prose(part, tag, is_list=is_list)
            if found is not None:
                is_sure = not teaches_a_language and (len(parts) < 2 or len(part) >= SHORTEST_FOREIGN)
                foreign.append((pointer, found.language, is_sure))
                break
    if len(foreign) >= FEWEST_FOREIGN and 2 * len(foreign) > read:
        most = Counter(found for _, found, _ in foreign).most_common(1)[0][0]
        yield error(
            "CR-R03", "", measured=f"{most}, {len(foreign)} of {read} texts", limit=tag,
            severity=Severity.WARNING if teaches_a_language else Severity.ERROR,
            message=f"Most of it, {len(foreign)} of {read} texts, is in another language (“{most}”) than the course "
                    f"(“{tag}”).",
            advice=f"Write all of it in the language of the brief, {tag}.",
        )
    else:
        for pointer, name, is_sure in foreign:
            yield _in_another_language(pointer, name, tag, is_sure=is_sure)


def _in_another_language(pointer: str, found: str, tag: str, *, is_sure: bool) -> Finding:
    return error(
        "CR-R03", pointer, measured=found, limit=tag, severity=Severity.ERROR if is_sure else Severity.WARNING,
        message=f"This text is in another language (“{found}”) than the course (“{tag}”).",
        advice=f"Write it in the language of the brief, {tag}.",
    )


def _long_texts(passages: tuple[Passage, ...]) -> Iterator[tuple[str, str, bool]]:
    """Texts of which the language can be told; those of one quiz item, or of one kind of short text, joined."""
    short: dict[str, list[str]] = {}
    for passage in passages:
        if passage.pointer.startswith("/quiz/"):
            short.setdefault("/".join(passage.pointer.split("/")[:3]), []).append(passage.text)
        elif len(passage.text) >= language.SHORTEST:
            yield passage.pointer, passage.plain, False
        elif passage.key in {"title", "heading", "text"}:
            short.setdefault("/".join(passage.pointer.split("/")[:2]), []).append(passage.text)
    for pointer, parts in short.items():
        yield pointer, ". ".join(parts), not pointer.startswith("/quiz/")


# --- CR-P02, P04: terms and lessons --------------------------------------------------------------


def terms_of_plan(brief: Brief, plan: Plan) -> Iterator[Finding]:
    """CR-P04: a term is introduced once."""
    seen: dict[str, int] = {}
    for place in plan.lessons:
        for k, term in enumerate(place.planned.key_terms):
            same = " ".join(term.casefold().split())
            if same and same in seen:
                yield error(
                    "CR-P04", f"{place.pointer}/key_terms/{k}", measured=shortened(term, 60),
                    limit=f"only in lesson {seen[same]}",
                    message=f"“{shortened(term, 60)}” is introduced in lessons {seen[same]} and {place.number}.",
                    advice="List each term in the first lesson that needs it only.",
                )
            seen.setdefault(same, place.number)


def own_terms_are_used(draft: Draft) -> Iterator[Finding]:
    """CR-P04: a term that the lesson is to introduce comes up in its teaching."""
    said = "\n".join((
        *(section.heading for section in draft.lesson.sections), *draft.sections, *draft.examples, *draft.instructions,
    )).casefold()
    if not said.strip():
        return
    for term in draft.place.planned.key_terms:
        bare = _QUALIFIER.sub("", term).strip() or term
        parts = stems(bare) or {bare.casefold()}
        known = sum(part in said for part in parts)
        if known < len(parts) and bare.casefold() not in said:
            yield error(
                "CR-P04", "/sections", measured=shortened(term, 60), limit="each key term, defined",
                severity=Severity.ERROR if not known else Severity.WARNING,
                message=f"The lesson is to introduce “{shortened(term, 60)}”, and its sections "
                        f"{'do not name it' if not known else 'name it in part only'}.",
                advice="Define the term in one sentence where it is first used, with an example close by.",
            )


def terms_of_later_lessons(draft: Draft) -> Iterator[Finding]:
    """CR-P02: a term is not used before the lesson that introduces it."""
    number = draft.place.number
    terms = [
        (place, term, bare) for place in draft.plan.lessons[number:] for term in place.planned.key_terms
        if len(bare := _QUALIFIER.sub("", term).strip().casefold()) >= SHORTEST_TERM and bare in draft.texts.low
    ]
    if not terms:
        return
    before = "\n".join((
        draft.texts.allowed, draft.plan.title,
        *(text for place in draft.plan.lessons[:number] for text in (
            place.module.title, place.planned.title, *place.planned.key_terms,
            *(objective.text for objective in place.planned.objectives),
        )),
    )).casefold()
    for place, term, bare in terms:
        if bare in before:
            continue
        word = re.compile(rf"(?<!\w){re.escape(bare)}(?!\w)", re.IGNORECASE)
        pointer = next((passage.pointer for passage in draft.texts.passages if word.search(passage.text)), None)
        if pointer is not None:
            yield warning(
                "CR-P02", pointer, measured=shortened(term, 60), limit=f"from lesson {place.number} on",
                message=f"“{shortened(term, 60)}” is used here and introduced in lesson {place.number} only.",
                advice="Say it in other words, or leave it to the lesson that introduces it.",
            )


def lessons_exist(texts: Texts) -> Iterator[Finding]:
    """CR-P04: no lesson is named that the course has not."""
    last = texts.brief.lessons
    if not any(sign in texts.low for sign in _SIGNS_OF_LESSONS):
        return
    for passage in texts.passages:
        for found in _LESSON.finditer(passage.text.casefold()):
            if not 1 <= int(found[1]) <= last:
                yield error(
                    "CR-P04", passage.pointer, measured=found[0], limit=f"lessons 1 to {last}",
                    message=f"The text speaks of “{found[0]}”; the course has {last} lessons.",
                    advice="Name a lesson of this course, or none.",
                )
                break


def looks_back_at_earlier_lessons(draft: Draft) -> Iterator[Finding]:
    """CR-P02: what was learned, was learned in an earlier lesson."""
    if not any(sign in draft.texts.low for sign in _SIGNS_OF_LESSONS):
        return
    for passage in draft.texts.passages:
        for found in _LESSON.finditer(passage.text.casefold()):
            number = int(found[1])
            around = passage.text[max(0, found.start() - 40) : found.end() + 40]
            if draft.place.number < number <= draft.brief.lessons and _LOOKS_BACK.search(around):
                yield warning(
                    "CR-P02", passage.pointer, measured=found[0], limit=f"lessons before {draft.place.number}",
                    message=f"Lesson {draft.place.number} looks back at “{found[0]}”, which comes later.",
                    advice="Look back at earlier lessons only.",
                )
                break


# --- CR-T06: the lesson that was asked for --------------------------------------------------------


def nearest_to_its_own_target(draft: Draft) -> Iterator[Finding]:
    """A lesson shares more of the words that set targets apart with its own target than with another's."""
    targets = draft.plan.distinct_stems
    own = targets[draft.place.number - 1]
    if len(own) < FEWEST_STEMS or len(targets) < 2:
        return
    share = len(own & draft.stems) / len(own)
    bodies = "\n".join(draft.sections).casefold()
    in_bodies = sum(stem in bodies for stem in own)
    if in_bodies <= IN_BODIES_AT_MOST * len(own) and share > in_bodies / len(own):
        yield warning(
            "CR-T06", "/sections", measured=f"{in_bodies} of {len(own)} words of its target",
            limit=f"more than {IN_BODIES_AT_MOST:.0%}",
            message="The sections hardly speak of what the lesson is to teach; only its other parts do.",
            advice="Teach the objectives and terms of the target block in the sections.",
        )
        return
    others = [
        (len(other & draft.stems) / len(other), -number) for number, other in enumerate(targets, 1)
        if number != draft.place.number and len(other) >= FEWEST_STEMS
    ]
    best = max(others, default=(0.0, 0))
    if best[0] <= share:
        return
    other_number = -best[1]
    measured = f"{share:.0%} of its own target, {best[0]:.0%} of that of lesson {other_number}"
    terms = [stems(_QUALIFIER.sub("", term)) for term in draft.place.planned.key_terms]
    known = sum(term <= draft.stems for term in terms)
    if share <= OWN_AT_MOST and best[0] >= OTHER_AT_LEAST and 2 * known <= len(terms):
        severity = Severity.ERROR
    elif best[0] - share >= OWN_AT_MOST:
        severity = Severity.WARNING
    else:
        return
    yield error(
        "CR-T06", "/sections", measured=measured, limit="its own target first", severity=severity,
        message=f"The lesson reads as if it were lesson {other_number}: it has {measured}.",
        advice="Teach the objectives and terms of the target block of this lesson.",
    )


def quiz_of_its_own_lesson(draft: Draft) -> Iterator[Finding]:
    """CR-T06, of the quiz: it asks about the words of its own target before those of another."""
    targets = draft.plan.distinct_stems
    number = draft.place.number
    if len(targets) < 2 or not has_spaces(draft.shown):
        return
    asked = set[str]().union(*(own.union(*of_options) for own, of_options in draft.asked))
    own = len(targets[number - 1] & asked)
    count, other = max(
        ((len(target & asked), -place) for place, target in enumerate(targets, 1) if place != number), default=(0, 0),
    )
    # What the lesson itself speaks of may be asked, whatever lesson it is the target of.
    if count < max(FEWEST_OF_OTHER, 2 * own + 1):
        return
    taught = stems("\n".join((draft.shown, *draft.instructions)))
    is_strange = len(asked - taught) > UNTAUGHT * len(asked)
    if is_strange and len(targets[-other - 1] & asked - taught) >= FEWEST_OF_OTHER - 1:
        yield warning(
            "CR-T06", "/quiz", measured=f"{own} words of its own target, {count} of that of lesson {-other}",
            limit="its own target first",
            message=f"The quiz asks about lesson {-other} rather than about its own.",
            advice="Ask about what this lesson teaches.",
        )
