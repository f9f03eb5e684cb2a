"""The course kind: its brief, its rules, its document, its rehearsal.  No database."""

import copy
import random
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generation.core import prompting
from generation.core.findings import Finding
from generation.core.kind import JsonObject
from generation.core.markup import to_html
from generation.core.prose import wholeness as prose
from generation.core.schema import lint
from generation.core.text import cleaned, forbidden_character
from generation.kinds.course import KIND
from generation.kinds.course.bodies import nested
from generation.kinds.course.brief import Brief, Level, ReadingLevel
from generation.kinds.course.shuffle import shuffled

# Two modules of three lessons: small, and no two numbers alike.
SMALL = {"subject": "Bread", "modules": 2, "lessons_per_module": 3, "minutes_per_lesson": 20}
DELETE = object()


@pytest.fixture
def brief() -> Brief:
    return KIND.brief(SMALL)


@pytest.fixture
def plan(brief: Brief) -> JsonObject:
    return KIND.simulate_plan(brief, random.Random(7))


@pytest.fixture
def units(brief: Brief, plan: JsonObject) -> dict[int, JsonObject]:
    typed = KIND.plan(plan)
    return {n: KIND.simulate_unit(brief, typed, n, random.Random(n)) for n in range(1, 7)}


@pytest.fixture
def lesson(units: dict[int, JsonObject]) -> JsonObject:
    """Lesson 2, its quiz cut down to one item of each kind."""
    return units[2] | {"quiz": [item("single", "yyn", 1), item("multiple", "ynny", 2)]}


@pytest.fixture
def document(plan: JsonObject, units: dict[int, JsonObject]) -> JsonObject:
    return KIND.assemble(SMALL, plan, units)


def item(kind: str, pattern: str, objective: int = 1, **changes: Any) -> JsonObject:
    """A question with an option for each letter of `pattern`; for single, only the first `y` counts."""
    keys = [letter == "y" for letter in pattern]
    if kind == "single":
        keys = [place == pattern.index("y") for place in range(len(pattern))]
    return {
        "objective": f"L2.{objective}", "kind": kind, "stem": f"What comes after kneading ({kind})?",
        "options": [
            {"text": f"The {word} step of the recipe", "is_correct": key, "explanation": f"It is {word}."}
            for word, key in zip(("resting", "mixing", "baking", "cooling", "eating"), keys, strict=False)
        ],
        "rationale": "Dough relaxes before it is shaped.",
    } | changes


def changed(value: Any, pointer: str, new: Any) -> Any:
    """A copy of `value` with `new` at `pointer`; a function is applied to what is there."""
    result = copy.deepcopy(value)
    *path, last = pointer.strip("/").split("/")
    node = result
    for name in path:
        node = node[int(name)] if isinstance(node, list) else node[name]
    key = int(last) if isinstance(node, list) else last
    if new is DELETE:
        del node[key]
    else:
        node[key] = new(node[key]) if callable(new) else new
    return result


SHAPE = {"CR-T01", "CR-T02", "CR-T03", "CR-T04", "CR-O05", "CR-P01", "CR-A03", "CR-Q01", "CR-Q02"}


def of_shape(findings: list[Finding]) -> list[Finding]:
    """Those of the rules that this module is about; what texts say is in test_course_checks.py."""
    return [finding for finding in findings if finding.rule in SHAPE and finding.is_error]


def found(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.rule, finding.pointer) for finding in findings]


def at(value: Any, pointer: str) -> Any:
    for name in pointer.strip("/").split("/"):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


# --- the brief -----------------------------------------------------------------------------------


def test_example_is_a_complete_brief() -> None:
    assert set(KIND.example) == set(Brief.model_fields)
    assert KIND.unit_count(KIND.brief(KIND.example)) == 12


def test_subject_is_enough() -> None:
    brief = KIND.brief({"subject": "  Bread   baking "})
    assert brief.subject == "Bread baking"
    assert (brief.modules, brief.lessons_per_module, brief.minutes_per_lesson) == (4, 3, 30)
    assert (brief.level, brief.reading_level, brief.language) == (Level.BEGINNER, ReadingLevel.GENERAL, "en")


def test_every_field_explains_itself() -> None:
    assert all(field.description for field in Brief.model_fields.values())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", ""), ("subject", " \n "), ("subject", "x" * 201), ("subject", "a\u202eb"), ("subject", 5),
        ("audience", "x" * 501), ("level", "expert"), ("objectives", [""]), ("objectives", ["x"] * 13),
        ("modules", "12"), ("modules", 12.5), ("modules", 2.0), ("modules", True), ("modules", 0),
        ("modules", 13), ("lessons_per_module", 11), ("lessons_per_module", None),
        ("minutes_per_lesson", 4), ("minutes_per_lesson", 181), ("minutes_per_lesson", "30"),
        ("reading_level", "hard"), ("language", "english!"), ("language", "en\n"), ("language", ""),
        ("notes", "x" * 2_001), ("colour", "red"),
    ],
)
def test_nonsense_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        KIND.brief({"subject": "Bread", field: value})
    assert caught.value.errors()[0]["loc"][0] == field


def test_too_many_lessons_are_refused_with_the_sum() -> None:
    assert KIND.brief({"subject": "Bread", "modules": 6, "lessons_per_module": 10}).lessons == 60
    with pytest.raises(ValidationError, match=r"7 modules of 9 lessons are 63 lessons.* at most 60"):
        KIND.brief({"subject": "Bread", "modules": 7, "lessons_per_module": 9})


# --- rules of the plan ---------------------------------------------------------------------------

FIRST = "/modules/0/lessons/0"
PLAN_BREAKS: list[tuple[str, str, Any, str, str]] = [
    ("CR-T01", "/modules/1", DELETE, "/modules", "1"),
    ("CR-T01", "/modules/0/lessons/2", DELETE, "/modules/0/lessons", "2"),
    ("CR-T01", "/modules/0/lessons", lambda old: [*old, old[0] | {"title": "More"}], "/modules/0/lessons", "4"),
    ("CR-T01", f"{FIRST}/objectives", [], f"{FIRST}/objectives", "0"),
    ("CR-T01", f"{FIRST}/key_terms", [f"term {n}" for n in range(9)], f"{FIRST}/key_terms", "9"),
    ("CR-T02", "/modules/1/title", " the SAME: ", "/modules/1/title", "the SAME:"),
    ("CR-T02", "/modules/1/lessons/2/title", "The Same", "/modules/1/lessons/2/title", "The Same"),
    ("CR-T03", "/title", " ", "/title", "''"),
    ("CR-T03", "/modules/0/summary", "…", "/modules/0/summary", "'…'"),
    ("CR-T03", f"{FIRST}/key_terms/1", "TODO", f"{FIRST}/key_terms/1", "TODO"),
    ("CR-T03", f"{FIRST}/objectives/0/text", "Bake [insert x here]", f"{FIRST}/objectives/0/text", "[insert x"),
    ("CR-T04", "/summary", "Bread for everybody, baked with", "/summary",
     "its last sentence stops at “Bread for everybody, baked with”"),
    ("CR-O05", "/modules/1/objectives/0/supports", "O9", "/modules/1/objectives/0/supports", "O9"),
    ("CR-O05", f"{FIRST}/objectives/1/supports", "M2.1", f"{FIRST}/objectives/1/supports", "M2.1"),
    ("CR-O05", "/modules/1/objectives/1/id", "M1.2", "/modules/1/objectives/1/id", "M1.2"),
    ("CR-P01", f"{FIRST}/prerequisites", [1], f"{FIRST}/prerequisites/0", "1"),
    ("CR-P01", "/modules/1/lessons/0/prerequisites", [2, 5], "/modules/1/lessons/0/prerequisites/1", "5"),
    ("CR-P01", "/modules/1/lessons/0/prerequisites", [0], "/modules/1/lessons/0/prerequisites/0", "0"),
]


def break_plan(plan: JsonObject, pointer: str, new: Any) -> JsonObject:
    titled = changed(plan, "/modules/0/title", "The same")
    return changed(changed(titled, "/modules/1/lessons/0/title", "The same"), pointer, new)


def test_sound_plan_has_no_findings(brief: Brief, plan: JsonObject) -> None:
    assert of_shape(KIND.check_plan(brief, KIND.plan(break_plan(plan, "/title", "Bread")))) == []


@pytest.mark.parametrize(("rule", "pointer", "new", "found_at", "measured"), PLAN_BREAKS)
def test_plan_rule_finds_its_break(
    brief: Brief, plan: JsonObject, rule: str, pointer: str, new: Any, found_at: str, measured: str
) -> None:
    findings = KIND.check_plan(brief, KIND.plan(break_plan(plan, pointer, new)))
    first = next(finding for finding in findings if finding.rule == rule)
    assert first.pointer == found_at
    assert first.measured == measured
    assert first.is_error and first.message.endswith(".") and first.advice.endswith(".")


# --- rules of a lesson ---------------------------------------------------------------------------

LESSON_BREAKS: list[tuple[str, str, Any, str]] = [
    ("CR-T01", "/sections", lambda old: old[:1], "/sections"),
    ("CR-T01", "/examples", [], "/examples"),
    ("CR-T01", "/activities", lambda old: old * 3, "/activities"),
    ("CR-T01", "/quiz", [], "/quiz"),
    ("CR-T02", "/sections/1/heading", lambda old: "First", "/sections/1/heading"),
    ("CR-T03", "/sections/0/body", "", "/sections/0/body"),
    ("CR-T03", "/examples/0/body", "Lorem ipsum dolor sit amet.", "/examples/0/body"),
    ("CR-T03", "/activities/0/instructions", "TBD.", "/activities/0/instructions"),
    ("CR-T03", "/quiz/0/rationale", "[TODO explain]", "/quiz/0/rationale"),
    ("CR-T03", "/quiz/1/options/3/explanation", "-", "/quiz/1/options/3/explanation"),
    ("CR-T04", "/sections/0/body", "Knead the dough. Then let it", "/sections/0/body"),
    ("CR-T04", "/sections/1/body", "Run this:\n\n```python\nprint(1)", "/sections/1/body"),
    ("CR-T04", "/activities/0/instructions", "Weigh the flour (about 500 g.", "/activities/0/instructions"),
    ("CR-T04", "/summary", "Knead, rest, bake:", "/summary"),
    ("CR-A03", "/quiz/0/objective", "L3.1", "/quiz/0/objective"),
    ("CR-A03", "/quiz/1/objective", "", "/quiz/1/objective"),
    ("CR-Q01", "/quiz/0/options/0/is_correct", False, "/quiz/0/options"),
    ("CR-Q01", "/quiz/0/options/2/is_correct", True, "/quiz/0/options"),
    ("CR-Q01", "/quiz/1/options/3/is_correct", False, "/quiz/1/options"),
    ("CR-Q01", "/quiz/1", item("multiple", "yyy"), "/quiz/1/options"),
    ("CR-Q02", "/quiz/0/options", lambda old: old[:2], "/quiz/0/options"),
    ("CR-Q02", "/quiz/0/options", lambda old: [*old, *(old[1] | {"text": f"Rest {n} h"} for n in (1, 2, 3))],
     "/quiz/0/options"),
    ("CR-Q02", "/quiz/0/options/1/text", "  ", "/quiz/0/options/1/text"),
    ("CR-Q02", "/quiz/0/options/2/text", "the  RESTING step of the recipe.", "/quiz/0/options/2/text"),
]


def check(brief: Brief, plan: JsonObject, lesson: JsonObject, position: int = 2) -> list[Finding]:
    return of_shape(KIND.check_unit(brief, KIND.plan(plan), position, KIND.unit(lesson)))


def test_sound_lesson_has_no_findings(brief: Brief, plan: JsonObject, lesson: JsonObject) -> None:
    assert check(brief, plan, changed(lesson, "/sections/0/heading", "First")) == []


@pytest.mark.parametrize(("rule", "pointer", "new", "found_at"), LESSON_BREAKS)
def test_lesson_rule_finds_its_break_and_nothing_else(
    brief: Brief, plan: JsonObject, lesson: JsonObject, rule: str, pointer: str, new: Any, found_at: str
) -> None:
    broken = changed(changed(lesson, "/sections/0/heading", "First"), pointer, new)
    findings = check(brief, plan, broken)
    assert found(findings) == [(rule, found_at)]
    assert findings[0].is_error
    at(broken, found_at)      # resolves


@pytest.mark.parametrize(
    ("pointer", "new"),
    [
        ("/quiz/0/objective", "L1.1"),                       # of an earlier lesson
        ("/quiz/0/options/0/text", "..."),                   # a literal may be an answer
        ("/quiz/0/options/1/text", "None"),
        ("/sections/0/body", "Write a list of what you need todo.\n\n```python\n# TODO: knead\n```"),
        ("/sections/0/heading", "What to insert where"),
    ],
)
def test_lesson_rules_leave_in_peace(
    brief: Brief, plan: JsonObject, lesson: JsonObject, pointer: str, new: str
) -> None:
    assert check(brief, plan, changed(lesson, pointer, new)) == []


def test_short_options_may_differ_in_case_only(brief: Brief, plan: JsonObject, lesson: JsonObject) -> None:
    terse = changed(changed(lesson, "/quiz/0/options/0/text", "Co"), "/quiz/0/options/1/text", "CO")
    assert check(brief, plan, terse) == []


def test_placeholder_that_the_course_is_about_is_allowed(plan: JsonObject, lesson: JsonObject) -> None:
    typesetting = KIND.brief({**SMALL, "subject": "Lorem ipsum and other dummy text"})
    body = "Printers fill a page with lorem ipsum to judge its colour."
    assert check(typesetting, plan, changed(lesson, "/sections/0/body", body)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Done.", "Done!", "Really?", "And so on…", "完成。", "समाप्त।", "انتهى؟", "աւարտ։", "Ավարտ:", "Τέλος;",
        "ጨርሷል።", "จบบทเรียนแล้ว", "Er sagte: „Fertig.“", "He said “done”", "Elle dit « fini »",
        "See the recipe (page 3)", "It is *done.*", "**Done.**", "Run `make bread`", "A note.[^1]",
        "Well done! 🎉", "I ❤️", "It is $x = 2$", "Try:\n\n```\nbake(\n```", "Try:\n\n~~~python\nx = [\n~~~\n",
        "Try:\n\n    indented code",
        "Take:\n\n- flour\n- water", "Take:\n1. flour\n2. water and\n   salt", "* flour",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "> Bread is life.\n> — a baker", "Half-open [0, 1) and ]0, 1[ are intervals.", "a) flour b) water.",
        "Sad :( but true.", "The \"(\" opens.", r"Escaped \( stays.", "`f(` is code.", "Use ( as a sign.",
        "First.\n\n***", "Ten m².¹", "Press :-( now.", "```\n(\n```\nEnd.", "- ```\n  f(\n  ```",
    ],
)
def test_complete_texts_are_not_called_cut_off(text: str) -> None:
    assert prose.cut_off(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Let the dough", "its last sentence stops at “Let the dough”"),
        ("Let the dough rest for 20", "stops at"), ("Flour, water,", "stops at"), ("As follows:", "stops at"),
        ("A dash –", "stops at"), ("Open (", "stops at"), ("烤面包，", "stops at"), ("रोटी", "stops at"),
        ("Done.\n\n## Next", "nothing follows its last heading"), ("> Bread is", "stops at"),
        ("Let it rest (about an hour.", "the bracket in “(about an hour.” is never closed"),
        ("Run:\n```python\nbake()", "code fence"), ("~~~\nbake()\n```", "code fence"),
        ("- ```\n  bake()", "code fence"),
    ],
)
def test_cut_off_texts_are_found(text: str, reason: str) -> None:
    assert reason in (prose.cut_off(text) or "")


@pytest.mark.parametrize(
    "text",
    ["TODO", "- TODO: explain", "Answer: TBD.", "[TODO]", "[insert name]", "[INSERT NAME]", "<insert link>",
     "{placeholder}", "Lorem  Ipsum", "[To be written]", "Text goes here.", "n/a", "XXXX", "FIXME – check"],
)
def test_placeholders_are_found(text: str) -> None:
    assert prose.placeholder(text)


@pytest.mark.parametrize(
    "text",
    ["Todo es posible.", "ES TODO UN MUNDO", "A to-do list", "Build a TODO app", "[insert a row](how)",
     "Press [Insert].", "`[insert x]`", "Insert the key.", "[x] done", "It has to be written down.", "Max",
     "XX"],
)
def test_ordinary_words_are_no_placeholders(text: str) -> None:
    assert prose.placeholder(text) is None


# --- the document --------------------------------------------------------------------------------


def test_document_takes_titles_numbers_and_objectives_from_the_plan(
    brief: Brief, plan: JsonObject, units: dict[int, JsonObject], document: JsonObject
) -> None:
    lessons = [lesson for module in document["modules"] for lesson in module["lessons"]]
    planned = [lesson for module in plan["modules"] for lesson in module["lessons"]]
    assert [lesson["number"] for lesson in lessons] == [1, 2, 3, 4, 5, 6]
    assert [module["number"] for module in document["modules"]] == [1, 2]
    assert [lesson["title"] for lesson in lessons] == [lesson["title"] for lesson in planned]
    assert [objective["id"] for objective in lessons[4]["objectives"]] == ["L5.1", "L5.2"]
    assert (document["kind"], document["title"], document["missing"]) == ("course", plan["title"], [])
    assert (document["audience"], document["level"], document["language"]) == ("", "beginner", "en")
    assert of_shape(KIND.check_document(brief, document)) == []


def test_gaps_are_left_out_and_named(brief: Brief, plan: JsonObject, units: dict[int, JsonObject]) -> None:
    del units[2], units[5]
    document = KIND.assemble(SMALL, plan, units)
    assert document["missing"] == [2, 5]
    assert "**Incomplete:** Lessons 2, 5 are missing" in KIND.markdown(document)
    assert KIND.unit_markdown(document, 2) == ""
    assert KIND.unit_markdown(document, 3).startswith("## Lesson 3: ")
    [finding] = of_shape(KIND.check_document(brief, document))
    assert (finding.rule, finding.pointer, finding.measured) == ("CR-T01", "/missing", "2, 5")


def test_course_without_any_lesson_is_still_a_document(brief: Brief, plan: JsonObject) -> None:
    document = KIND.assemble(SMALL, plan, {})
    assert document["missing"] == [1, 2, 3, 4, 5, 6]
    assert headings_of(KIND.markdown(document))[0] == 1


@pytest.mark.parametrize(
    ("pointer", "new", "expected"),
    [
        ("/modules/1", DELETE, [("CR-T01", "/modules"), ("CR-T01", "/modules")]),
        ("/modules/0/lessons/1", DELETE, [("CR-T01", "/modules"), ("CR-T02", "/modules")]),
        ("/modules/1/number", 3, [("CR-T02", "/modules")]),
        ("/modules/0/lessons/1/number", 4, [("CR-T02", "/modules")]),
        ("/modules/0/lessons", lambda old: old[::-1], [("CR-T02", "/modules")]),
    ],
)
def test_document_rules(
    brief: Brief, document: JsonObject, pointer: str, new: Any, expected: list[tuple[str, str]]
) -> None:
    assert found(of_shape(KIND.check_document(brief, changed(document, pointer, new)))) == expected


# --- CR-Q05: the order of options -----------------------------------------------------------------


def texts_of(question: JsonObject) -> list[str]:
    return [option["text"] for option in question["options"]]


def with_texts(*texts: str, **changes: Any) -> JsonObject:
    return item("single", "y" * len(texts), **changes) | {
        "options": [
            {"text": text, "is_correct": place == 0, "explanation": f"Because of {place}."}
            for place, text in enumerate(texts)
        ]
    }


def test_shuffle_is_the_same_in_every_process_and_whatever_the_model_chose() -> None:
    question = item("multiple", "ynny")
    backwards = question | {"options": question["options"][::-1]}
    assert shuffled(question) == shuffled(backwards) == shuffled(shuffled(question))
    assert texts_of(shuffled(question)) == [
        f"The {word} step of the recipe" for word in ("resting", "mixing", "cooling", "baking")
    ]


def test_shuffle_keeps_the_key_with_its_text() -> None:
    question = item("single", "ynn")
    assert {option["text"]: option for option in question["options"]} == {
        option["text"]: option for option in shuffled(question)["options"]
    }


def test_shuffle_spreads_the_key_over_all_places() -> None:
    places = [0, 0, 0, 0]
    for n in range(400):
        question = shuffled(item("single", "ynnn", stem=f"Question {n}?"))
        places[[option["is_correct"] for option in question["options"]].index(True)] += 1
    assert min(places) > 70


@pytest.mark.parametrize(
    "texts",
    [
        ("Flour", "Water", "All of the above"), ("Flour", "Water", "Both A and B"),
        ("A and C", "Flour", "Water"), ("Flour", "Water", "None of these"), ("Option B", "x", "y"),
        ("Mehl", "Wasser", "Alle der genannten"), ("harina", "agua", "Todas las anteriores"),
        ("farine", "eau", "Tout ce qui précède"),
        ("5 g", "10 g", "20 g"), ("1,000", "1,500", "20,000"), ("$3.50", "$2", "$1"),
        ("−5 °C", "0 °C", "+5 °C"), ("0,5 kg", "1 kg", "1,5 kg"), ("1-3 hours", "4-6 hours", "7-9 hours"),
    ],
)
def test_shuffle_keeps_an_order_that_means_something(texts: tuple[str, ...]) -> None:
    for stem in ("One?", "Two?", "Three?", "Four?"):
        assert texts_of(shuffled(with_texts(*texts, stem=stem))) == list(texts)


def test_shuffle_keeps_places_that_an_explanation_names() -> None:
    for stem in ("One?", "Two?", "Three?", "Four?"):
        question = with_texts("Flour", "Water", "Salt", stem=stem, rationale="Option B is wrong: it is wet.")
        assert shuffled(question) == question


@pytest.mark.parametrize("texts", [("10 g", "5 g", "20 g"), ("Vitamin A", "Vitamin B", "Both of my hands")])
def test_shuffle_moves_the_rest(texts: tuple[str, ...]) -> None:
    orders = {tuple(texts_of(shuffled(with_texts(*texts, stem=f"{n}?")))) for n in range(40)}
    assert len(orders) > 3


# --- rendering -----------------------------------------------------------------------------------


def headings_of(markdown: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])>", to_html(markdown))]


def skips_no_level(levels: list[int]) -> bool:
    return all(b <= a + 1 for a, b in pairwise(levels))


HOSTILE_BODY = """# One
<script>alert(1)</script> <img src=x onerror=alert(1)>

[x](javascript:alert(1)) ![y](http://evil.example/p.png)

Two
===

> # Three

- #### Four

```
# a comment, no heading
```

### Five ###
~~~
never closed"""
HOSTILE_LINE = "# <script>alert(1)</script> [x](javascript:alert(1)) `a` *b*\n# c"


def test_headings_make_an_outline(document: JsonObject) -> None:
    whole, one = headings_of(KIND.markdown(document)), headings_of(KIND.unit_markdown(document, 4))
    assert whole[0] == 1 and whole.count(1) == 1 and skips_no_level(whole)
    assert one[0] == 2 and one.count(2) == 1 and skips_no_level(one)


def test_answer_key_comes_after_the_quiz_and_names_the_right_letters(
    plan: JsonObject, units: dict[int, JsonObject], lesson: JsonObject
) -> None:
    text = KIND.unit_markdown(KIND.assemble(SMALL, plan, units | {2: lesson}), 2)
    quiz, _, key = text.partition("### Answer key")
    for number, right in ((1, {"The resting step of the recipe"}),
                          (2, {"The resting step of the recipe", "The cooling step of the recipe"})):
        _, _, block = quiz.partition(f"**Question {number}**")
        options = dict(re.findall(r"- \*\*([A-E])\.\*\* (.*)", block.partition("**Question")[0]))
        letters = re.search(rf"\*\*Question {number}: ([A-E, ]+)\.\*\*", key)
        assert letters and {options[letter] for letter in letters[1].split(", ")} == right


def hostile(value: Any, key: str = "") -> Any:
    """`value` with every text replaced by a hostile one."""
    if isinstance(value, dict):
        return {name: hostile(child, name) for name, child in value.items()}
    if isinstance(value, list):
        return [hostile(child, key) for child in value]
    if not isinstance(value, str):
        return value
    return HOSTILE_BODY if key in {"body", "instructions"} else HOSTILE_LINE


def test_hostile_text_is_inert_and_leaves_the_outline_alone(
    plan: JsonObject, units: dict[int, JsonObject]
) -> None:
    document = KIND.assemble(SMALL | {"audience": HOSTILE_LINE}, hostile(plan), {1: hostile(units[1])})
    for markdown, top in ((KIND.markdown(document), 1), (KIND.unit_markdown(document, 1), 2)):
        html = to_html(markdown)
        assert not re.search(r"<(script|img|iframe)|javascript:[^<]*\"|<[^>]+ on\w+=", html)
        levels = headings_of(markdown)
        assert levels[0] == top and levels.count(top) == 1 and skips_no_level(levels)
        assert "Answer key</h" in html      # the fence that was left open swallowed nothing
        assert "# a comment, no heading" in html


@given(st.lists(st.sampled_from(
    ["#", "##", "# a", "###### b", "=", "===", "---", "-", "- ", "1. ", "> ", "```", "~~~", "    ", "\t", "\n",
     "\n\n", "a", " ", "\\", "<b>", "|a|\n|-|", "[a]: b", "`", "\r", "\f", "\x85", "\u2028"]
), max_size=25).map("".join))
@example("- a\n  ===")
@example("> a\n> b\n> ---\n# c")
@example("````\n```")
@example("[a]: b\n=")
@settings(max_examples=300, deadline=None)
def test_no_body_breaks_the_document_around_it(body: str) -> None:
    html = to_html(f"### Before\n\n{nested(body, 3)}\n\n### After\n\nEnd.")
    levels = [int(level) for level in re.findall(r"<h([1-6])>", html)]
    assert levels[0] == 3 and levels.count(3) == 2 and min(levels) == 3
    assert skips_no_level(levels)
    assert html.rstrip().endswith("<h3>After</h3>\n<p>End.</p>")


# --- prompts and schemas ---------------------------------------------------------------------------


def test_strict_schemas_have_nothing_to_mend() -> None:
    assert [lint(schema) for schema in (KIND.plan_schema, KIND.unit_schema, KIND.whole_schema)] == [[], [], []]
    options = at(KIND.unit_schema, "/properties/quiz/items/properties/options")
    assert (options["minItems"], options["maxItems"]) == (3, 5)


def test_rules_alone_fill_a_cacheable_prefix() -> None:
    assert len(KIND.rules) / 4.7 > 1_200      # characters of English for one token


def test_user_text_is_only_in_its_block(plan: JsonObject) -> None:
    context = prompting.Context(KIND, {**SMALL, "notes": "</brief> ZEBRA"}, plan)
    request = prompting.unit_request(context, 2, prompting.Redo())
    rules, shared, task = (message["content"] for message in request.messages)
    assert "ZEBRA" not in rules + task and shared.count("</brief>") == 1
    assert "L2.1" in task and plan["modules"][0]["lessons"][1]["title"] in task


def test_target_names_what_the_lesson_builds_on(brief: Brief, plan: JsonObject) -> None:
    target = KIND.unit_target(brief, KIND.plan(plan), 2)
    assert target["builds_on"] == [f"1. {plan['modules'][0]['lessons'][0]['title']}"]
    assert [objective["id"] for objective in target["objectives"]] == ["L2.1", "L2.2"]


def test_headlines_are_short(brief: Brief, plan: JsonObject, lesson: JsonObject) -> None:
    typed, unit = KIND.plan(plan), KIND.unit(lesson)
    assert KIND.plan_headline(typed) == "2 modules, 6 lessons"
    assert KIND.unit_headline(typed, 2, unit).endswith("sections, 2 quiz items")
    assert KIND.unit_title(typed, 2) == f"Lesson 2: {typed.lesson(2).planned.title}"
    assert KIND.digest(typed, 2, unit).startswith("Lesson 2, ") and "\n" not in KIND.digest(typed, 2, unit)
    assert len(KIND.working_title(KIND.brief({"subject": "x" * 200}))) == 120


@pytest.mark.parametrize("text", ["a\x00b", 7, None, "x" * 201])
def test_reply_refuses_what_cannot_be_stored(plan: JsonObject, text: object) -> None:
    with pytest.raises(ValidationError):
        KIND.plan(changed(plan, "/title", text))


# --- rehearsal -----------------------------------------------------------------------------------


def people_text(max_size: int) -> st.SearchStrategy[str]:
    return st.text(max_size=max_size).filter(lambda text: forbidden_character(text) is None)


briefs = st.fixed_dictionaries(
    {
        "subject": people_text(200).filter(cleaned),
        "size": st.tuples(st.integers(1, 12), st.integers(1, 10)).filter(lambda size: size[0] * size[1] <= 60),
        "minutes_per_lesson": st.integers(5, 180),
    },
    optional={
        "audience": people_text(300), "notes": people_text(300), "level": st.sampled_from([*Level]),
        "reading_level": st.sampled_from([*ReadingLevel]),
        "language": st.sampled_from(["en", "de", "zh-Hant", "ar"]),
    },
)


def asked(subject: str, modules: int = 12, lessons: int = 5) -> JsonObject:
    return {"subject": subject, "size": (modules, lessons), "minutes_per_lesson": 5}


@given(briefs, st.integers(0, 2**32))
@example(asked("TODO"), 1)
@example(asked("[insert (a {subject"), 2)
@example(asked("Lorem ipsum", 1, 1), 3)
@example(asked("{topic} {0} %s \\ ```"), 4)
@example(asked("n/a"), 5)
@example(asked("a\u200d", 1, 10), 6)
@example(asked("x" * 200), 7)
@example(asked("ศิลปะการทำขนมปัง"), 8)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_rehearsal_has_the_shape_that_every_brief_asks_for(stored: JsonObject, seed: int) -> None:
    modules, lessons = stored["size"]
    fields = {name: value for name, value in stored.items() if name != "size"}
    raw = fields | {"modules": modules, "lessons_per_module": lessons}
    brief = KIND.brief(raw)
    plan = KIND.plan(KIND.simulate_plan(brief, random.Random(seed)))
    assert of_shape(KIND.check_plan(brief, plan)) == []
    for position in {1, brief.lessons // 2 + 1, brief.lessons}:
        unit = KIND.simulate_unit(brief, plan, position, random.Random(seed + position))
        assert of_shape(KIND.check_unit(brief, plan, position, KIND.unit(unit))) == []


@pytest.mark.parametrize("language", ["en", "de-AT", "es", "fr-CA"])
@pytest.mark.parametrize("seed", range(4))
def test_rehearsed_course_has_no_errors(language: str, seed: int) -> None:
    rng = random.Random(seed)
    level, minutes = rng.choice(list(Level)).value, rng.randrange(10, 60)
    raw = {**SMALL, "language": language, "level": level, "minutes_per_lesson": minutes}
    brief = KIND.brief(raw)
    plan_json = KIND.simulate_plan(brief, rng)
    plan = KIND.plan(plan_json)
    units = {n: KIND.simulate_unit(brief, plan, n, rng) for n in range(1, brief.lessons + 1)}
    findings = KIND.check_plan(brief, plan) + KIND.check_document(brief, KIND.assemble(raw, plan_json, units))
    for position, unit in units.items():
        findings += KIND.check_unit(brief, plan, position, KIND.unit(unit))
    assert {finding.rule for finding in findings if finding.is_error} == set()


def test_rehearsed_lessons_are_long_and_all_different(units: dict[int, JsonObject]) -> None:
    sizes = [len(str(unit)) for unit in units.values()]
    assert min(sizes) > 4_500 and max(sizes) < 8_500
    assert len({unit["sections"][0]["body"] for unit in units.values()}) == 6


def test_rehearsal_depends_on_its_seed_only(brief: Brief, plan: JsonObject) -> None:
    typed = KIND.plan(plan)
    one, again, other = (KIND.simulate_unit(brief, typed, 3, random.Random(seed)) for seed in (5, 5, 6))
    assert one == again != other
