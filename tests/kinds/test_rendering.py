"""What people read: in their language, explained, with answers apart and room to write."""

import dataclasses
import random
import re
import string
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from generation.core.kind import JsonObject, as_json
from generation.core.markup import to_html
from generation.kinds import all_kinds
from generation.kinds.course import KIND as COURSE
from generation.kinds.course import words as course_words
from generation.kinds.training_program import KIND as PROGRAM
from generation.kinds.training_program import render
from generation.kinds.training_program import words as program_words
from tests.kinds.test_training_program import changed

WORDS = {PROGRAM.slug: program_words, COURSE.slug: course_words}
LANGUAGES = {"de": "GERMAN", "es": "SPANISH", "fr": "FRENCH"}
SMALL: dict[str, JsonObject] = {
    PROGRAM.slug: {"goal": "strength", "weeks": 4, "days_per_week": 2, "level": "intermediate"},
    COURSE.slug: {"subject": "Bread", "modules": 2, "lessons_per_module": 2},
}


@cache
def rehearsed(slug: str, language: str = "en") -> JsonObject:
    kind = all_kinds()[slug]
    brief = kind.brief({**SMALL[slug], "language": language})
    plan = kind.simulate_plan(brief, random.Random(5))
    units = {
        position: kind.simulate_unit(brief, kind.plan(plan), position, random.Random(5))
        for position in range(1, kind.unit_count(brief) + 1)
    }
    return kind.assemble(as_json(brief), plan, units)


# --- languages ------------------------------------------------------------------------------------


def said(words: Any) -> Iterator[tuple[str, str]]:
    """Every text of a table of words, with where it stands."""
    for field in dataclasses.fields(words):
        value = getattr(words, field.name)
        if isinstance(value, str):
            yield field.name, value
        elif isinstance(value, tuple):
            yield from ((f"{field.name}.{place}", text) for place, text in enumerate(value))
        elif isinstance(value, dict):
            yield from ((f"{field.name}.{name}", text) for name, text in value.items())
        else:
            yield from ((f"{field.name}.{name}", text) for name, text in said(value))


def slots(text: str) -> set[str]:
    return {name for _text, name, _style, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("slug", WORDS)
@pytest.mark.parametrize("language", LANGUAGES.values())
def test_every_language_has_all_words_with_the_same_slots(slug, language):
    english, other = (dict(said(getattr(WORDS[slug], name))) for name in ("ENGLISH", language))
    assert {place: slots(text) for place, text in other.items()} == {
        place: slots(text) for place, text in english.items()
    }
    assert all(other.values())


@pytest.mark.parametrize("slug", WORDS)
@pytest.mark.parametrize(("tag", "name"), [
    ("en", "ENGLISH"), ("de", "GERMAN"), ("de-AT", "GERMAN"), ("DE-ch", "GERMAN"), ("es-419", "SPANISH"),
    ("fr-CA", "FRENCH"), ("pt-BR", "ENGLISH"), ("zh-Hant", "ENGLISH"), ("", "ENGLISH"),
])
def test_words_go_by_the_primary_subtag(slug, tag, name):
    assert WORDS[slug].words_of(tag) is getattr(WORDS[slug], name)


@pytest.mark.parametrize("slug", WORDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_english_word_of_ours_is_left_in_a_document_of_another_language(slug, language):
    own = dict(said(getattr(WORDS[slug], LANGUAGES[language])))
    foreign = {
        text for place, text in said(WORDS[slug].ENGLISH)
        if not slots(text) and len(text) > 3 and text != own[place] and text not in own.values()
    }
    kind = all_kinds()[slug]
    pages = [kind.markdown(rehearsed(slug, language)), kind.unit_markdown(rehearsed(slug, language), 2)]
    for text in pages:
        found = {word for word in foreign if re.search(rf"(?:\*\*|^#+ |\| ){re.escape(word)}\b", text, re.MULTILINE)}
        assert found == set()
        assert not re.search(r"\b(?:Week|Lesson) \d", text)


def test_numbers_have_the_comma_of_their_language():
    document = {"sets": 4, "reps": 5, "seconds": None, "load_kind": "percent_1rm", "load": 77.5}
    assert render.prescription(document) == "4 x 5 at 77.5% 1RM"
    assert render.prescription(document, program_words.GERMAN) == "4 x 5 bei 77,5 % 1RM"
    assert render.prescription({**document, "load_kind": "rir", "load": 2.5}, program_words.FRENCH) == (
        "4 x 5 à RIR 2,5"
    )


@pytest.mark.parametrize(("language", "one", "some"), [
    ("de", "**Woche 2 fehlt:**", "**Die Wochen 2, 3 fehlen:**"),
    ("es", "**Falta la semana 2:**", "**Faltan las semanas 2, 3:**"),
    ("fr", "**La semaine 2 manque :**", "**Les semaines 2, 3 manquent :**"),
])
def test_gaps_are_named_in_the_language(language, one, some):
    document = rehearsed(PROGRAM.slug, language)
    for missing, sentence in (([2], one), ([2, 3], some)):
        weeks = [week for week in document["weeks"] if week["number"] not in missing]
        assert sentence in PROGRAM.markdown({**document, "weeks": weeks, "missing": missing})


# --- programs -------------------------------------------------------------------------------------

WHOLE = rehearsed(PROGRAM.slug)
MAIN = WHOLE["main_lifts"][0]["name"]
AT = "/weeks/0/workouts/0/exercises/0"


def overview(document: JsonObject) -> list[list[str]]:
    """The rows of the overview's first table, heads first."""
    text = PROGRAM.markdown(document).partition("**Overview")[2].partition("\n\n|")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in row.strip(" |").split("|")] for row in text.splitlines() if "---" not in row]


def test_the_overview_has_each_week_by_main_lift_and_marks_deloads():
    rows = overview(WHOLE)
    assert rows[0][:2] == ["Week", MAIN]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4 (deload)"]
    exercise = WHOLE["weeks"][0]["workouts"][0]["exercises"][0]
    assert exercise["name"] == MAIN
    assert rows[1][1].startswith(f"{exercise['sets']} × {exercise['reps']} @ RIR {exercise['load']:g}")


def test_the_overview_stands_before_the_first_week():
    text = PROGRAM.markdown(WHOLE)
    assert text.index("**Overview") < text.index("## Week 1")
    assert "**Overview" not in PROGRAM.unit_markdown(WHOLE, 1)


def test_a_missing_week_is_a_row_without_work():
    weeks = [week for week in WHOLE["weeks"] if week["number"] != 2]
    rows = overview({**WHOLE, "weeks": weeks, "missing": [2]})
    assert rows[2][0] == "2"
    assert set(rows[2][1:]) == {"–"}


def test_a_lift_on_two_days_has_both_prescriptions_and_equal_ones_once():
    first, other = WHOLE["weeks"][0]["workouts"][0]["exercises"][0], WHOLE["weeks"][0]["workouts"][1]["exercises"]
    same = changed(WHOLE, {"/weeks/0/workouts/1/exercises": [first, *other[1:]]})
    lighter = changed(WHOLE, {"/weeks/0/workouts/1/exercises": [{**first, "sets": 2, "load": 4}, *other[1:]]})
    assert overview(same)[1][1].count("@") == 1
    assert overview(lighter)[1][1].endswith(f"; 2 × {first['reps']} @ RIR 4")


def test_a_lift_that_no_week_has_is_not_in_the_overview():
    document = changed(WHOLE, {"/main_lifts/0/name": "Yoke walk"})
    assert "Yoke walk" not in overview(document)[0]
    assert "| Yoke walk |" in PROGRAM.markdown(document)
    nothing = changed(WHOLE, {"/main_lifts": [{"name": "Yoke walk", "guidance": ""}]})
    assert "**Overview" not in PROGRAM.markdown(nothing)


@pytest.mark.parametrize(("lifts", "widths"), [(1, [1]), (4, [4]), (5, [3, 2]), (6, [3, 3]), (10, [4, 4, 2])])
def test_the_overview_is_narrow(lifts, widths):
    names = [f"Lift {number}" for number in range(lifts)]
    exercise = WHOLE["weeks"][0]["workouts"][0]["exercises"][0]
    document = changed(WHOLE, {
        "/main_lifts": [{"name": name, "guidance": ""} for name in names],
        "/weeks/0/workouts/0/exercises": [{**exercise, "name": name} for name in names],
    })
    heads = re.findall(r"^\| Week \|.*", PROGRAM.markdown(document), re.MULTILINE)
    assert [head.count("|") - 2 for head in heads] == widths


def test_one_bout_is_shown_by_its_length():
    bout = {f"{AT}/sets": 1, f"{AT}/reps": None, f"{AT}/seconds": 1_800, f"{AT}/load_kind": "rpe", f"{AT}/load": 4}
    assert overview(changed(WHOLE, bout))[1][1].startswith("30 min @ RPE 4")


@pytest.mark.parametrize(("kind", "load", "explained", "not_explained"), [
    ("rir", 2, "- RIR, reps in reserve:", "- % 1RM:"),
    ("rpe", 4, "- RPE, perceived effort:", "- % 1RM:"),
    ("percent_1rm", 80, "- % 1RM:", "- RPE"),
    ("kg", 80, "- Sets are working sets", "- RPE"),
])
def test_a_measure_is_explained_where_it_is_used(kind, load, explained, not_explained):
    document = changed(WHOLE, {f"{AT}/load_kind": kind, f"{AT}/load": load})
    for text in (PROGRAM.markdown(document), PROGRAM.unit_markdown(document, 1)):
        assert text.count(f"\n{explained}") == 1
        assert f"\n{not_explained}" not in text


@pytest.mark.parametrize(("units", "unit"), [("metric", "kg"), ("imperial", "lb")])
def test_shares_of_a_maximum_have_a_place_for_it_in_the_units_of_the_brief(units, unit):
    document = changed(WHOLE, {f"{AT}/load_kind": "percent_1rm", f"{AT}/load": 80.0, "/units": units})
    text = PROGRAM.unit_markdown(document, 1)
    assert f"75% 1RM is 75 {unit}." in text
    assert f"\n  - {MAIN}: ____ {unit}\n" in text
    assert f"<li>{MAIN}: ____ {unit}</li>" in to_html(text)


@pytest.mark.parametrize("sets", [1, 3, 10])
def test_each_set_has_a_space_to_write_in(sets):
    html = to_html(PROGRAM.unit_markdown(changed(WHOLE, {f"{AT}/sets": sets}), 1))
    row = html.partition(f"<td>{MAIN}</td>")[2].partition("</tr>")[0]
    assert row.count("____") == sets
    assert "<hr" not in html and "<strong>_" not in html


def test_cues_stand_below_the_table_that_stays_narrow():
    text = PROGRAM.unit_markdown(changed(WHOLE, {f"{AT}/note": "Sit back, then up."}), 1)
    assert f"- {MAIN}: Sit back, then up." in text
    assert text.index("| Exercise |") < text.index("**Cues**")
    without = changed(WHOLE, {
        f"/weeks/0/workouts/{day}/exercises": [{**exercise, "note": ""} for exercise in workout["exercises"]]
        for day, workout in enumerate(WHOLE["weeks"][0]["workouts"])
    })
    assert "**Cues**" not in PROGRAM.unit_markdown(without, 1)


@pytest.mark.parametrize(("seconds", "load"), [(40, "Body weight"), (299, "Body weight"), (300, "–"), (3_600, "–")])
def test_a_long_run_without_a_load_is_not_called_body_weight(seconds, load):
    document = changed(WHOLE, {
        f"{AT}/reps": None, f"{AT}/seconds": seconds, f"{AT}/load_kind": "bodyweight", f"{AT}/load": None,
    })
    assert f" | {load} | " in PROGRAM.unit_markdown(document, 1).partition(f"| {MAIN} |")[2].partition("\n")[0]


def test_work_without_an_amount_says_so():
    document = changed(WHOLE, {f"{AT}/reps": None, f"{AT}/seconds": None})
    assert "None" not in PROGRAM.markdown(document)


# --- courses --------------------------------------------------------------------------------------

BREAD = rehearsed(COURSE.slug)
LESSONS = [lesson for module in BREAD["modules"] for lesson in module["lessons"]]


def test_objectives_have_their_ids_and_what_they_serve():
    text = COURSE.markdown(BREAD)
    assert f"- **O1** {BREAD['objectives'][0]['text']}\n" in text
    module = BREAD["modules"][1]
    for objective in [*module["objectives"], *module["lessons"][0]["objectives"]]:
        assert f"- **{objective['id']}** {objective['text']} ({objective['supports']})" in text


def test_each_question_names_the_objective_that_it_measures():
    for lesson in LESSONS:
        text = COURSE.unit_markdown(BREAD, lesson["number"])
        shown = re.findall(r"^\*\*Question \d+\*\* \((?:choose one|choose all that apply); objective (L[\d.]+)\): ",
                           text, re.MULTILINE)
        assert shown == [item["objective"] for item in lesson["quiz"]]


def test_earlier_lessons_are_named_by_number_and_title():
    first, second = LESSONS[:2]
    document = changed(BREAD, {"/modules/0/lessons/1/prerequisites": [1]})
    assert f"**Builds on:** lesson 1 ({first['title']})" in COURSE.markdown(document)
    alone = {**document, "modules": [{**document["modules"][0], "lessons": [document["modules"][0]["lessons"][1]]}]}
    assert "**Builds on:** lesson 1\n" in COURSE.markdown(alone)
    assert COURSE.unit_markdown(alone, second["number"]) == COURSE.unit_markdown(document, second["number"])


def test_the_answer_key_is_the_last_chapter_of_a_course():
    text = COURSE.markdown(BREAD)
    lessons, key = text.split("\n## Answer key\n")
    assert "Answer key" not in lessons
    assert not re.search(r"\*\*Question \d+: ", lessons)
    assert re.findall(r"^### Lesson (\d+): ", key, re.MULTILINE) == ["1", "2", "3", "4"]
    assert not re.search(r"^## ", key, re.MULTILINE)
    assert lessons.count("The answers are in the answer key at the end of the course.") == len(LESSONS)


def test_each_answer_has_its_explanation_and_the_right_ones_are_marked():
    key = COURSE.markdown(BREAD).partition("\n## Answer key\n")[2]
    options = [option for lesson in LESSONS for item in lesson["quiz"] for option in item["options"]]
    lines = re.findall(r"^- \*\*[A-E](\.|, correct\.)\*\* (.+)$", key, re.MULTILINE)
    assert [text for _mark, text in lines] == [option["explanation"] for option in options]
    assert [mark != "." for mark, _text in lines] == [option["is_correct"] for option in options]


def test_a_lesson_alone_ends_with_its_own_answers():
    text = COURSE.unit_markdown(BREAD, 3)
    assert text.count("### Answer key") == 1
    assert text.index("### Quiz") < text.index("\n\n---\n\n### Answer key")
    assert "at the end of the course" not in text


def test_the_contents_name_each_lesson_with_the_minutes_of_its_activities():
    text = COURSE.markdown(BREAD)
    for lesson in LESSONS:
        minutes = sum(activity["minutes"] for activity in lesson["activities"])
        assert f"\n  - Lesson {lesson['number']}: {lesson['title']} (activities: {minutes} min)\n" in text
        assert f"Activities ({minutes} min)" in COURSE.unit_markdown(BREAD, lesson["number"])
        assert all(f"{activity['title']} ({activity['minutes']} min)" in text for activity in lesson["activities"])


def test_a_course_without_lessons_has_neither_contents_nor_answers():
    modules = [{**module, "lessons": []} for module in BREAD["modules"]]
    text = COURSE.markdown({**BREAD, "modules": modules, "missing": [1, 2, 3, 4]})
    assert "## Contents" not in text and "Answer key" not in text


# --- documents of older revisions -----------------------------------------------------------------


@pytest.mark.parametrize("slug", WORDS)
def test_a_document_from_before_it_had_a_language_is_read_in_english(slug):
    later = {"language", "units", "minutes_per_session"}
    document = {name: value for name, value in rehearsed(slug).items() if name not in later}
    kind = all_kinds()[slug]
    assert kind.unit_markdown(document, 1) == kind.unit_markdown(rehearsed(slug), 1)
    assert kind.markdown(document).startswith(f"# {document['title']}\n")
