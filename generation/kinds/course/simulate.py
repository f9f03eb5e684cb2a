"""A plausible outline and plausible lessons without a provider, for rehearsals, as a careful author would write them.

Sentences come from `phrases`, in four languages, any other language in English; what makes a lesson one of its own
are the objectives of the brief, its two terms, and the names and places of its cases.  Those are dealt in turn, so
that no two lessons of a course share one.  What users and models wrote passes `phrase_of` first: a subject such as
"[TODO" must not make a rehearsal fail its checks.  Nothing is shared with the checks, so that neither hides the
other's mistake."""

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from generation.core.kind import JsonObject
from generation.kinds.course.brief import Brief, ReadingLevel
from generation.kinds.course.objectives import capital, lowered, measurable, phrase_of, strand_of, topic_of
from generation.kinds.course.phrases import phrases_of
from generation.kinds.course.phrases.shape import CoursePhrases, SimulatedQuestion, Theme
from generation.kinds.course.schema import ItemKind, PlacedLesson, Plan

MOST_COURSE_OBJECTIVES, MOST_MODULE_OBJECTIVES, MOST_LESSON_OBJECTIVES = 6, 6, 4
WORDS_A_MINUTE = 200
MINUTES_AN_ITEM = 0.75
LONGEST_JOINED = 30              # words of a sentence in academic prose
ENOUGH_SENTENCES = 16
LESSONS_A_LIST = 12              # one of so many has a list of steps


# --- the plan ------------------------------------------------------------------------------------


def simulate_plan(brief: Brief, rng: random.Random) -> JsonObject:
    words = phrases_of(brief.language)
    topic = topic_of(brief.subject, words)
    objectives = _course_objectives(brief, words, topic)
    strands = [strand_of(text, words) for text in objectives]
    start = rng.randrange(len(words.themes) - brief.modules + 1)
    modules: list[JsonObject] = []
    for place in range(brief.modules):
        served = [k for k in range(len(objectives)) if k % brief.modules == place] or [place % len(objectives)]
        modules.append(_module(brief, words, words.themes[start + place], place, served, strands, rng))
    return {
        "title": rng.choice(words.titles).format(topic=capital(topic)),
        "summary": words.summary.format(
            topic=topic, level=words.levels[brief.level], lessons=brief.lessons, minutes=brief.minutes_per_lesson),
        "objectives": [{"id": f"O{k}", "text": text} for k, text in enumerate(objectives, 1)],
        "modules": modules,
    }


def _course_objectives(brief: Brief, words: CoursePhrases, topic: str) -> list[str]:
    """Those of the brief in its own words; where there are too many, two share one."""
    stated = [measurable(text, words) for text in brief.objectives]
    most = min(MOST_COURSE_OBJECTIVES, MOST_MODULE_OBJECTIVES * brief.modules)
    if not stated:
        return [text.format(topic=topic) for text in words.own_objectives]
    return ["; ".join([stated[k], *(lowered(text, words) for text in stated[k + most::most])])[:580]
            for k in range(min(most, len(stated)))]


def _module(
    brief: Brief, words: CoursePhrases, theme: Theme, place: int, served: Sequence[int], strands: Sequence[str],
    rng: random.Random,
) -> JsonObject:
    number = place + 1
    # One objective of the course gets two of the module; several get one each.
    pairs = [(served[0], 0), (served[0], 1)] if len(served) == 1 else [(k, n % 2) for n, k in enumerate(served)]
    objectives = [
        {"id": f"M{number}.{n}", "text": theme.objectives[form].format(strand=strands[k]), "supports": f"O{k + 1}"}
        for n, (k, form) in enumerate(pairs, 1)
    ]
    first = rng.randrange(len(words.aspects) - brief.lessons_per_module + 1)
    each = max(2, min(MOST_LESSON_OBJECTIVES, -(-len(objectives) // brief.lessons_per_module)))
    lessons, dealt = [], 0
    for n in range(brief.lessons_per_module):
        supported = [(dealt + k) % len(objectives) for k in range(each)]
        dealt += each
        lessons.append(_planned_lesson(
            words, theme, first + n, place * brief.lessons_per_module + n + 1,
            [(f"M{number}.{k + 1}", strands[pairs[k][0]]) for k in supported], rng,
        ))
    return {
        "title": theme.title,
        "summary": words.module_summary.format(about=theme.about, strand=strands[served[0]]),
        "objectives": objectives,
        "lessons": lessons,
    }


def _planned_lesson(
    words: CoursePhrases, theme: Theme, aspect_place: int, number: int, supported: Sequence[tuple[str, str]],
    rng: random.Random,
) -> JsonObject:
    aspect = words.aspects[aspect_place]
    terms = [f"{term} {theme.scope}" for term in aspect.terms]
    term, other = (words.term.format(term=each) for each in terms)
    # The first two say the same of one strand and of the terms; further ones take the form of the second with others.
    texts = [aspect.objectives[0], *[aspect.objectives[1]] * (len(supported) - 1)]
    swapped = [(term, other), (term, other), (other, term), (other, term)]
    required = {number - 1} if number > 1 else set()
    if number > 3 and rng.random() < 0.3:
        required.add(rng.randrange(1, number - 1))
    return {
        "title": words.lesson_title.format(aspect=aspect.title, theme=lowered(theme.title, words)),
        "objectives": [
            {"text": text.format(strand=strand, term=one, other=another), "supports": objective}
            for text, (objective, strand), (one, another) in zip(texts, supported, swapped, strict=False)
        ],
        "prerequisites": sorted(required),
        "key_terms": terms,
    }


# --- a lesson ------------------------------------------------------------------------------------


class LessonSize(NamedTuple):
    """How long a lesson's parts are."""

    sections: int
    sentences: int       # of a section
    items: int


def _size(minutes: int, level: ReadingLevel) -> LessonSize:
    sections = 2 if minutes <= 10 else 3 if minutes <= 20 else 4 if minutes <= 60 else 5
    sentences = max(8, 2 + 2 * sections)
    if level is ReadingLevel.PLAIN:
        sentences = sentences * 4 // 3 + 3
    return LessonSize(sections, sentences, 3 if minutes <= 20 else 4)


def simulate_unit(brief: Brief, plan: Plan, position: int, rng: random.Random) -> JsonObject:
    words, place = phrases_of(brief.language), plan.lesson(position)
    size = _size(brief.minutes_per_lesson, brief.reading_level)
    filling = _Filling(words, brief, plan, place)
    sections = _sections(words, filling, brief, size, place, rng)
    examples = [
        {"title": filling.fill(title, 2 * position + k), "body": filling.fill(body, 2 * position + k)}
        for k in range(2 if brief.minutes_per_lesson > 10 else 1)
        for title, body in (words.examples[(2 * position + k) % len(words.examples)],)
    ]
    ids = place.objective_ids
    quiz = [
        _item(words, filling, (position * 3 + n) % len(words.questions), ids[n % len(ids)], position * 5 + n)
        for n in range(max(size.items, len(ids)))
    ]
    read = sum(len(each["body"].split()) for each in (*sections, *examples))
    return {
        "sections": sections,
        "examples": examples,
        "activities": _activities(words, filling, brief.minutes_per_lesson - read / WORDS_A_MINUTE
                                  - MINUTES_AN_ITEM * len(quiz), position),
        "summary": filling.fill(words.summaries[position % len(words.summaries)], position, whole=True),
        "quiz": quiz,
    }


class _Filling:
    """Fills the slots of a sentence with the words of one lesson."""

    def __init__(self, words: CoursePhrases, brief: Brief, plan: Plan, place: PlacedLesson) -> None:
        self._terms = _terms(words, place.planned.key_terms)
        self._strands = _strands(words, plan, place)
        self._topic = topic_of(brief.subject, words)
        self._words, self._offset = words, _offset(plan.title)
        self._number, self._module = place.number, place.module_number
        self._kept: dict[tuple[int, bool, bool], dict[str, str]] = {}

    def fill(self, sentence: str, case: int = 0, *, swapped: bool = False, whole: bool = False) -> str:
        """`case` chooses name, place and strand; `swapped` lets the terms change places, `whole` spells them out."""
        slots = self._kept.get((case, swapped, whole))
        if slots is None:
            slots = self._kept[case, swapped, whole] = self._slots(case, swapped=swapped, whole=whole)
        filled = sentence.format_map(slots)
        return filled if filled[:1].isupper() else capital(filled)

    def asked(self, question: SimulatedQuestion, place: int, case: int) -> str:
        """The stem.  What is asked again gets a place of its own in each module, a time, a person and a context of
        its own in each lesson: so no two are alike."""
        where = self._words.places[(self._module + place) % len(self._words.places)]
        when = self._words.times[(self._number + self._number // len(self._words.contexts)) % len(self._words.times)]
        setting = f"{where} {when}"
        slots = self._slots(case, swapped=False, whole=True) | {"place": setting, "Place": capital(setting)}
        context = self._words.contexts[self._number % len(self._words.contexts)]
        return f"{context} {capital(question.stem.format_map(slots))}"

    def _slots(self, case: int, *, swapped: bool, whole: bool) -> dict[str, str]:
        term, other = self._terms[whole][::-1] if swapped else self._terms[whole]
        name = self._words.names[(case + self._offset) % len(self._words.names)]
        place = self._words.places[(case * 3 + self._offset) % len(self._words.places)]
        return {
            "topic": self._topic, "term": term, "other": other, "Term": capital(term), "Other": capital(other),
            "strand": self._strands[case % len(self._strands)], "name": name, "Name": name, "place": place,
            "Place": capital(place),
        }


def _offset(title: str) -> int:
    """Where a course begins in the lists of names and places: the same for all of its lessons."""
    return sum(map(ord, title)) % 1_000


@lru_cache(maxsize=512)
def _terms(words: CoursePhrases, key_terms: tuple[str, ...]) -> tuple[tuple[str, str], tuple[str, str]]:
    """The lesson's two terms as they stand in a sentence: without their module's scope, and whole."""
    whole = [term for term in (phrase_of(term, "") for term in key_terms) if term]
    whole = [*whole, *words.aspects[0].terms][:2]
    scopes = tuple(f" {theme.scope}" for theme in words.themes)
    short = [next((term.removesuffix(scope) for scope in scopes if term.endswith(scope)), term) for term in whole]
    each = [words.term.format(term=term) for term in (*short, *whole)]
    return (each[0], each[1]), (each[2], each[3])


def _strands(words: CoursePhrases, plan: Plan, place: PlacedLesson) -> tuple[str, ...]:
    """What the lesson's objectives lead to, in the words of the course's own objectives."""
    texts = {objective.id: objective.text for objective in plan.objectives}
    leads = {objective.id: objective.supports for objective in place.module.objectives}
    found = [texts.get(leads.get(objective.supports, ""), "") for objective in place.planned.objectives]
    kept = dict.fromkeys(strand_of(text, words) for text in found if text)
    return tuple(kept) or (strand_of(plan.title, words),)


def _sections(
    words: CoursePhrases, filling: _Filling, brief: Brief, size: LessonSize, place: PlacedLesson, rng: random.Random
) -> list[JsonObject]:
    number = place.number
    wanted = size.sections * size.sentences
    pool = _dealt(brief.language, brief.reading_level, number)
    first = rng.randrange(len(pool) // 4)
    filled = [
        filling.fill(sentence, number + k // 8, swapped=is_swapped)
        for k, (sentence, is_swapped) in enumerate(pool[first:first + wanted])
    ]
    if brief.reading_level is ReadingLevel.ACADEMIC:
        filled = _joined(filled, words.joined)
    terms = [words.term.format(term=term) for term in place.planned.key_terms[:2]]
    defined = _definitions(brief.language, tuple(terms), place.planned.title)
    share = len(filled) // size.sections
    made = []
    for n in range(size.sections):
        own = filled[n * share:(n + 1) * share]
        if n < len(defined):
            own = [defined[n], *own]
        half = len(own) // 2
        blocks = [" ".join(own[:half]), " ".join(own[half:])]
        if n == 1 and number % LESSONS_A_LIST == 2:
            turned = [*words.steps, *words.steps][number % len(words.steps):]
            steps = (filling.fill(step, number) for step in turned[:3])
            blocks.insert(1, "\n".join(f"{k}. {step}" for k, step in enumerate(steps, 1)))
        heading = words.headings[(number + n) % len(words.headings)]
        made.append({"heading": filling.fill(heading, number, whole=n < 2), "body": "\n\n".join(blocks)})
    return made


@lru_cache(maxsize=256)
def _definitions(language: str, terms: tuple[str, ...], title: str) -> tuple[str, ...]:
    """A sentence for each term of the lesson, which its aspect has, or the first aspect that does."""
    words = phrases_of(language)
    aspect = next((one for one in words.aspects if title.startswith(one.title)), words.aspects[0])
    slots = {"term": terms[0] if terms else "", "other": terms[-1] if terms else ""}
    slots |= {"Term": capital(slots["term"]), "Other": capital(slots["other"])}
    return tuple(capital(text.format(**slots)) for text in aspect.definitions[: len(terms)])


@lru_cache(maxsize=512)
def _dealt(language: str, level: ReadingLevel, number: int) -> tuple[tuple[str, bool], ...]:
    """The sentences in an order of the lesson's own, four times: every other time with the terms swapped."""
    words = phrases_of(language)
    match level:
        case ReadingLevel.PLAIN:
            pool = list(words.short) if len(words.short) >= ENOUGH_SENTENCES else [*words.short, *words.long]
        case ReadingLevel.ACADEMIC:
            pool = list(words.long)
        case _:
            pool = [*words.long, *words.short[::2]]
    own, dealt = random.Random(number), list[tuple[str, bool]]()
    for turn in range(4):
        own.shuffle(pool)
        dealt += [(sentence, turn % 2 == 1) for sentence in pool]
    return tuple(dealt)


def _joined(sentences: Sequence[str], connectives: Sequence[str]) -> list[str]:
    """Two sentences in one, as academic prose has it, unless that gets too long."""
    made: list[str] = []
    is_open = False
    for place, sentence in enumerate(sentences):
        if is_open and made[-1].endswith(".") and len(made[-1].split()) + len(sentence.split()) < LONGEST_JOINED:
            connective = connectives[place % len(connectives)]
            made[-1] = made[-1][:-1] + connective + _inside(sentence)
            is_open = False
        else:
            made.append(sentence)
            is_open = True
    return made


def _inside(sentence: str) -> str:
    """A sentence after a semicolon: only the words that begin sentences of ours lose their capital, no name does."""
    first = sentence.split(" ", 1)[0]
    return sentence[:1].lower() + sentence[1:] if first in _OPENERS else sentence


_OPENERS = frozenset(
    "A Ask Check Compare Good If In It Keep Look Mistakes Numbers Once People Say The Think Two Use When Whoever "
    "Das Der Die Ein Eine Es Frag Gute Halte Nimm Sag Sieh Vergleiche Wenn Wer Zahlen Fehler "
    "En Un Una Quien Mira La Pregunta Las Usa Compara Mantén Di Los Sur Une Ceux Regardez Demandez De Prenez Gardez "
    "Dites Les Comparez".split()
)


def _activities(words: CoursePhrases, filling: _Filling, minutes: float, position: int) -> list[JsonObject]:
    """What is left of the lesson's minutes, in one activity or several."""
    left = max(round(minutes), 1)
    count = min(1 if left < 10 else 2 if left < 30 else 3 if left < 90 else 5, len(words.activities))
    each, extra = divmod(max(left, count), count)
    return [
        {
            "title": title, "minutes": each + (k < extra),
            "instructions": filling.fill(text, position * 2 + k, whole=True),
        }
        for k in range(count)
        for title, text in (words.activities[(2 * position + k) % len(words.activities)],)
    ]


def _item(words: CoursePhrases, filling: _Filling, place: int, objective: str, case: int) -> JsonObject:
    question = words.questions[place]
    kind = ItemKind.MULTIPLE if len(question.keys) > 1 else ItemKind.SINGLE
    options = [
        {"text": filling.fill(text, case), "is_correct": is_correct, "explanation": explanation}
        for pool, is_correct in ((question.keys, True), (question.others, False))
        for text, explanation in pool
    ]
    return {
        "objective": objective,
        "kind": kind.value,
        "stem": filling.asked(question, place, case),
        "options": options,
        "rationale": question.rationale,
    }
