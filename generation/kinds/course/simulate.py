"""A plausible outline and plausible lessons without a provider, for rehearsals.

English whatever the language, from the sentences in phrases.py.  What users and models wrote (subject,
titles, terms) passes `_phrase` first: a subject such as "[TODO" must not make a rehearsal fail its checks."""

import random
import unicodedata
from collections.abc import Sequence

from generation.core.kind import JsonObject
from generation.core.prose import wholeness as prose
from generation.kinds.course import phrases
from generation.kinds.course.brief import Brief
from generation.kinds.course.schema import ItemKind, PlacedLesson, Plan

MAX_PHRASE = 60
SENTENCES_PER_LESSON = 26      # with examples, activities and quiz about 1,500 tokens


def simulate_plan(brief: Brief, rng: random.Random) -> JsonObject:
    topic = _phrase(brief.subject, "the subject")
    themes = sorted(rng.sample(range(len(phrases.THEMES)), brief.modules))
    modules: list[JsonObject] = []
    for number, theme in enumerate(themes, 1):
        first_lesson = (number - 1) * brief.lessons_per_module + 1
        modules.append(_module(number, theme, first_lesson, brief, topic, rng))
    objectives = [
        {"id": f"O{place}", "text": phrases.THEMES[theme][2].format(topic=topic)}
        for place, theme in enumerate(themes[:6], 1)
    ]
    return {
        "title": f"{_capital(topic)}: {rng.choice(phrases.SUBTITLES)}",
        "summary": f"A course on {topic} at {brief.level} level, in {brief.lessons} lessons of about "
                   f"{brief.minutes_per_lesson} minutes. Each lesson explains one step, shows it in an "
                   "example, and ends with a task and a short quiz.",
        "objectives": objectives,
        "modules": modules,
    }


def _module(
    number: int, theme: int, first_lesson: int, brief: Brief, topic: str, rng: random.Random
) -> JsonObject:
    title, subject, objective = phrases.THEMES[theme]
    places = sorted(rng.sample(range(len(phrases.ASPECTS)), brief.lessons_per_module))
    lessons = [
        _planned_lesson(number, first_lesson + place, title, aspect, rng) for place, aspect in enumerate(places)
    ]
    return {
        "title": title,
        "summary": f"This module is about {subject}. It leads from a first example to work of one's own.",
        "objectives": [
            {"id": f"M{number}.1", "text": objective.format(topic=topic), "supports": f"O{min(number, 6)}"},
            {"id": f"M{number}.2", "text": f"Analyse a case with a view to {subject}", "supports": "O1"},
        ],
        "lessons": lessons,
    }


def _planned_lesson(module: int, number: int, theme: str, aspect: int, rng: random.Random) -> JsonObject:
    title, objectives, terms = phrases.ASPECTS[aspect]
    scope = theme.lower()
    key_terms = [f"{term} ({scope})" for term in terms]
    required = {number - 1} if number > 1 else set()
    if number > 3 and rng.random() < 0.3:
        required.add(rng.randrange(1, number - 1))
    return {
        "title": f"{title}: {scope}",
        "objectives": [
            {"text": text.format(term=f"the {terms[0]}", other=f"the {terms[1]}"), "supports": f"M{module}.{k}"}
            for k, text in enumerate(objectives, 1)
        ],
        "prerequisites": sorted(required),
        "key_terms": key_terms,
    }


def simulate_unit(brief: Brief, plan: Plan, position: int, rng: random.Random) -> JsonObject:
    place = plan.lesson(position)
    words = _Words(brief, place)
    sentences = rng.sample(phrases.SENTENCES, SENTENCES_PER_LESSON)
    headings = rng.sample(phrases.HEADINGS, rng.choice((3, 4, 4)))
    share = len(sentences) // len(headings)
    return {
        "sections": [
            {"heading": words.fill(heading), "body": _body(words, sentences[n * share:(n + 1) * share], rng)}
            for n, heading in enumerate(headings)
        ],
        "examples": [
            {"title": title, "body": words.fill(body)} for title, body in rng.sample(phrases.EXAMPLES, 2)
        ],
        "activities": _activities(words, brief.minutes_per_lesson, rng),
        "summary": words.fill(rng.choice(phrases.SUMMARIES)),
        "quiz": [
            _item(words, stem, rng.choice(place.objective_ids), rng)
            for stem in rng.sample(phrases.STEMS, rng.choice((3, 4)))
        ],
    }


class _Words:
    """Fills the slots of a sentence with the words of one lesson."""

    def __init__(self, brief: Brief, place: PlacedLesson) -> None:
        terms = [_phrase(term.split(" (")[0], "") for term in place.planned.key_terms]
        known = [f"the {term}" for term in terms if term]
        first, second = [*known, "the main idea", "the final check"][:2]
        self._slots = {
            "topic": _phrase(brief.subject, "this subject"),
            "term": first, "other": second, "Term": _capital(first),
        }

    def fill(self, sentence: str) -> str:
        return _capital(sentence.format_map(self._slots))


def _body(words: _Words, sentences: Sequence[str], rng: random.Random) -> str:
    """Two paragraphs, now and then with a list between them."""
    filled = [words.fill(sentence) for sentence in sentences]
    half = len(filled) // 2
    blocks = [" ".join(filled[:half]), " ".join(filled[half:])]
    if rng.random() < 0.3:
        steps = [words.fill(step) for step in phrases.STEPS[rng.randrange(3):][:4]]
        blocks.insert(1, "\n".join(f"{place}. {step}" for place, step in enumerate(steps, 1)))
    return "\n\n".join(blocks)


def _activities(words: _Words, minutes: int, rng: random.Random) -> list[JsonObject]:
    """About half of the lesson's time, in one activity or two."""
    chosen = rng.sample(phrases.ACTIVITIES, 1 if minutes < 15 else 2)
    each = max(1, minutes // 2 // len(chosen))
    return [{"title": title, "minutes": each, "instructions": words.fill(text)} for title, text in chosen]


def _item(words: _Words, stem: str, objective: str, rng: random.Random) -> JsonObject:
    kind = ItemKind.MULTIPLE if rng.random() < 0.25 else ItemKind.SINGLE
    keys = 2 if kind is ItemKind.MULTIPLE else 1
    options = [
        {"text": words.fill(text), "is_correct": is_correct, "explanation": words.fill(explanation)}
        for pool, count, is_correct in ((phrases.RIGHT, keys, True), (phrases.WRONG, rng.choice((2, 3)), False))
        for text, explanation in rng.sample(pool, count)
    ]
    return {
        "objective": objective,
        "kind": kind.value,
        "stem": words.fill(stem) + (phrases.MULTIPLE_ENDING if kind is ItemKind.MULTIPLE else ""),
        "options": options,
        "rationale": words.fill(rng.choice(phrases.RATIONALES)),
    }


def _phrase(text: str, otherwise: str) -> str:
    """Words of others, fit to stand inside a sentence: letters, digits and a few harmless signs."""
    kept = "".join(
        character if unicodedata.category(character)[0] in "LMN" or character in "+-'’&/" else " "
        for character in text[: 4 * MAX_PHRASE]
    )
    flat = " ".join(kept.split())
    if len(flat) > MAX_PHRASE:
        flat = flat[:MAX_PHRASE].rsplit(" ", 1)[0]
    return otherwise if prose.is_blank(flat) or prose.placeholder(f"{flat}: {flat}") else flat


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
