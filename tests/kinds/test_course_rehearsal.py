"""Rehearsed courses keep the rule book.  Measured here with tables of its own, not with the checks."""

import json
import random
import re
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import Any

import py3langid
import pytest
from rapidfuzz import fuzz

from generation.core.kind import JsonObject
from generation.kinds.course import KIND
from generation.kinds.course.objectives import measurable, strand_of, topic_of
from generation.kinds.course.phrases import phrases_of

LANGUAGES = ("en", "de", "es", "fr")
SUBJECTS = {
    "en": ("Lockout/tagout for maintenance electricians",
           ["Isolate a machine and prove it dead", "Diagnose a failed lockout", "who may remove a lock"]),
    "de": ("Freischalten für Elektriker",
           ["Eine Anlage freischalten und prüfen",
            "Eine fehlerhafte Sperre erkennen", "wer ein Schloss entfernen darf"]),
    "es": ("Bloqueo y etiquetado para electricistas",
           ["Aislar una máquina sin tensión", "Diagnosticar un bloqueo fallido", "quién puede quitar un candado"]),
    "fr": ("Consignation pour électriciens",
           ["Isoler une machine hors tension", "Diagnostiquer une consignation ratée", "qui peut retirer un cadenas"]),
}


def course(language: str = "en", seed: int = 1, **changes: Any) -> tuple[JsonObject, list[JsonObject]]:
    subject, objectives = SUBJECTS[language]
    brief = KIND.brief({"subject": subject, "objectives": objectives, "language": language} | changes)
    plan = KIND.simulate_plan(brief, random.Random(seed))
    typed = KIND.plan(plan)
    return plan, [KIND.simulate_unit(brief, typed, n, random.Random(seed + n)) for n in range(1, brief.lessons + 1)]


def items(units: list[JsonObject]) -> list[JsonObject]:
    return [item for unit in units for item in unit["quiz"]]


def bodies(unit: JsonObject) -> list[str]:
    return [section["body"] for section in unit["sections"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_written_in_the_language_of_the_brief(language):
    plan, units = course(language)
    texts = [plan["summary"], *(body for unit in units for body in bodies(unit)), *(unit["summary"] for unit in units)]
    spoken = Counter(py3langid.classify(text)[0] for text in texts)
    assert spoken[language] == len(texts), spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_objectives_of_the_brief_lead_to_lessons_and_questions(language):
    plan, units = course(language)
    _subject, objectives = SUBJECTS[language]
    for stated, made in zip(objectives, plan["objectives"], strict=True):
        assert stated[1:] in made["text"]
    supported = {objective["supports"] for module in plan["modules"] for objective in module["objectives"]}
    assert supported == {objective["id"] for objective in plan["objectives"]}
    lessons = [lesson for module in plan["modules"] for lesson in module["lessons"]]
    for number, (lesson, unit) in enumerate(zip(lessons, units, strict=True), 1):
        ids = {f"L{number}.{place}" for place, _ in enumerate(lesson["objectives"], 1)}
        assert {item["objective"] for item in unit["quiz"]} == ids
        for term in lesson["key_terms"]:
            assert term.casefold() in " ".join(bodies(unit)).casefold(), term
    terms = [term for lesson in lessons for term in lesson["key_terms"]]
    assert len(terms) == len(set(terms))
    texts = [objective["text"] for lesson in lessons for objective in lesson["objectives"]]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(4, 3), (12, 5)])
def test_no_two_questions_of_a_course_are_alike(language, size):
    _plan, units = course(language, modules=size[0], lessons_per_module=size[1])
    stems = [item["stem"] for item in items(units)]
    assert max(fuzz.ratio(one, other) for n, one in enumerate(stems) for other in stems[:n]) <= 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_not_seen_from_outside(language):
    for item in items(course(language)[1]):
        keys = [option["text"] for option in item["options"] if option["is_correct"]]
        lengths = [len(option["text"]) for option in item["options"]]
        assert all(len(key) < max(lengths) and len(key) <= 1.5 * median(lengths) for key in keys)
        said = [option["explanation"] for option in item["options"]] + [item["rationale"]]
        assert len(said) == len(set(said))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_paragraph_and_no_example_comes_twice(language):
    _plan, units = course(language)
    paragraphs = [text for unit in units for body in bodies(unit) for text in body.split("\n\n")]
    assert max(fuzz.ratio(one, other) for n, one in enumerate(paragraphs) for other in paragraphs[:n]) <= 85
    titles = [example["title"] for unit in units for example in unit["examples"]]
    assert len(set(titles)) == len(titles)
    assert len({activity["instructions"] for unit in units for activity in unit["activities"]}) >= 2 * len(units) - 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("minutes", [5, 10, 20, 30, 45, 90, 180])
def test_a_lesson_takes_its_minutes(language, minutes):
    for unit in course(language, minutes_per_lesson=minutes, modules=2)[1]:
        words = sum(len(text.split()) for text in [*bodies(unit), *(each["body"] for each in unit["examples"])])
        active = sum(activity["minutes"] for activity in unit["activities"])
        assert 0.8 * minutes <= words / 200 + active + 0.75 * len(unit["quiz"]) <= 1.2 * minutes
        assert all(80 <= len(body.split()) <= 400 for body in bodies(unit))


@pytest.mark.parametrize(("level", "low", "high"), [("plain", 4, 15), ("general", 10, 21), ("academic", 17, 30)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_as_long_as_the_reading_level_wants(language, level, low, high):
    text = " ".join(body for unit in course(language, reading_level=level)[1] for body in bodies(unit))
    sentences = [len(sentence.split()) for sentence in re.split(r"[.!?]\s+", text)]
    assert low <= sum(sentences) / len(sentences) <= high
    assert sum(count > 35 for count in sentences) <= 0.1 * len(sentences)


@pytest.mark.parametrize(("stated", "language", "made"), [
    ("Understand why bread rises", "en", "Explain why bread rises"),
    ("Draw a planting plan", "en", "Draw a planting plan"),
    ("who may remove a lock", "en", "Explain who may remove a lock"),
    ("crop rotation", "en", "Apply to a case of your own: crop rotation"),
    ("Die Grundlagen verstehen", "de", "Die Grundlagen erklären"),
    ("Pflanzen auswählen, die zum Licht passen", "de", "Pflanzen auswählen, die zum Licht passen"),
    ("wer ein Schloss entfernen darf", "de", "Erklären, wer ein Schloss entfernen darf"),
    ("Conocer las plantas", "es", "Explicar las plantas"),
    ("Choisir des plantes", "fr", "Choisir des plantes"),
])
def test_objectives_become_measurable_in_their_own_words(stated, language, made):
    assert measurable(stated, phrases_of(language)) == made


@pytest.mark.parametrize(("objective", "strand"), [
    ("Choose crops that fit their light, space and season", "how to choose crops that fit their light"),
    ("Explain who may remove a lock", "who may remove a lock"),
    ("Draw a planting plan with dates for one year of work", "how to draw a planting plan with dates"),
])
def test_an_objective_can_stand_inside_a_sentence(objective, strand):
    assert strand_of(objective, phrases_of("en")) == strand


def test_a_subject_stands_inside_a_sentence():
    assert topic_of("Planning a garden", phrases_of("en")) == "planning a garden"
    assert topic_of("Python", phrases_of("en")) == "Python"
    assert topic_of("[TODO", phrases_of("de")) == "Ausgangspunkt"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("changes", [
    {"objectives": []}, {"objectives": [f"Draw plan number {n}" for n in range(12)], "modules": 1},
    {"modules": 12, "lessons_per_module": 1}, {"modules": 1, "lessons_per_module": 10},
])
def test_every_phrase_can_be_filled_and_every_rung_is_served(language, changes):
    plan, units = course(language, **changes)
    assert not re.search(r"\{[a-zA-Z]+\}", json.dumps([plan, units]))
    for module in plan["modules"]:
        known = {objective["id"] for objective in module["objectives"]}
        served = {objective["supports"] for lesson in module["lessons"] for objective in lesson["objectives"]}
        assert served <= known
        assert served == known or len(module["lessons"]) == 1
    assert {o["id"] for o in plan["objectives"]} == {o["supports"] for m in plan["modules"] for o in m["objectives"]}


def test_settings_of_cases_change_from_lesson_to_lesson():
    _plan, units = course()
    first = [unit["examples"][0]["body"].split()[0] for unit in units]
    assert all(one != other for one, other in pairwise(first))
