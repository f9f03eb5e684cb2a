"""The course as Markdown for people.

One H1, modules H2, lessons H3; a lesson alone starts with H2.  Short texts are escaped; the bodies that
the model wrote as Markdown stay Markdown, with their headings pushed below the one they stand under."""

from collections.abc import Iterable, Iterator
from string import ascii_uppercase

from generation.core.kind import JsonObject
from generation.core.markup import escape
from generation.kinds.course.assembly import unit_of
from generation.kinds.course.bodies import nested


def markdown(document: JsonObject) -> str:
    return _joined(_course(document))


def unit_markdown(document: JsonObject, position: int) -> str:
    lesson = unit_of(document, position)
    return _joined(_lesson(lesson, 2)) if lesson is not None else ""


def entry_in_words(list_name: str, index: int) -> str:
    """What this page calls an entry whose list is not called so; empty for others."""
    if list_name == "options" and index < len(ascii_uppercase):
        return f"option {ascii_uppercase[index]}"
    return f"quiz item {index + 1}" if list_name == "quiz" else ""


def _course(document: JsonObject) -> Iterator[str]:
    yield f"# {escape(document['title'])}"
    yield escape(document["summary"])
    if document["audience"]:
        yield f"**For:** {escape(document['audience'])}"
    yield f"**Level:** {escape(document['level'])}"
    if document["missing"]:
        yield _missing(document["missing"])
    yield "## What you will be able to do"
    yield _list(escape(objective["text"]) for objective in document["objectives"])
    for module in document["modules"]:
        yield f"## Module {module['number']}: {escape(module['title'])}"
        yield escape(module["summary"])
        yield "**In this module you learn to:**"
        yield _list(escape(objective["text"]) for objective in module["objectives"])
        for lesson in module["lessons"]:
            yield from _lesson(lesson, 3)


def _missing(numbers: list[int]) -> str:
    noun, verb = ("Lesson", "is") if len(numbers) == 1 else ("Lessons", "are")
    return f"**Incomplete:** {noun} {', '.join(map(str, numbers))} {verb} missing from this course."


def _lesson(lesson: JsonObject, level: int) -> Iterator[str]:
    """The lesson under a heading of `level`; its parts are one and two levels below."""
    part, detail = "#" * (level + 1), "#" * (level + 2)
    yield f"{'#' * level} Lesson {lesson['number']}: {escape(lesson['title'])}"
    yield "**After this lesson you can:**"
    yield _list(escape(objective["text"]) for objective in lesson["objectives"])
    if lesson["prerequisites"]:
        yield f"**Builds on lesson:** {', '.join(str(number) for number in lesson['prerequisites'])}"
    if lesson["key_terms"]:
        yield f"**Key terms:** {escape(', '.join(lesson['key_terms']))}"
    for section in lesson["sections"]:
        yield f"{part} {escape(section['heading'])}"
        yield nested(section["body"], level + 1)
    yield f"{part} Examples"
    for example in lesson["examples"]:
        yield f"{detail} {escape(example['title'])}"
        yield nested(example["body"], level + 2)
    yield f"{part} Activities"
    for activity in lesson["activities"]:
        yield f"{detail} {escape(activity['title'])} ({activity['minutes']} min)"
        yield nested(activity["instructions"], level + 2)
    yield f"{part} Summary"
    yield escape(lesson["summary"])
    yield f"{part} Quiz"
    for number, item in enumerate(lesson["quiz"], 1):
        yield from _question(number, item)
    yield f"{part} Answer key"
    for number, item in enumerate(lesson["quiz"], 1):
        yield from _answer(number, item)


def _question(number: int, item: JsonObject) -> Iterator[str]:
    how = "choose one" if item["kind"] == "single" else "choose all that apply"
    yield f"**Question {number}** ({how}): {escape(item['stem'])}"
    yield _list(f"**{letter}.** {escape(option['text'])}" for letter, option in _lettered(item))


def _answer(number: int, item: JsonObject) -> Iterator[str]:
    keys = ", ".join(letter for letter, option in _lettered(item) if option["is_correct"])
    yield f"**Question {number}: {keys}.** {escape(item['rationale'])}"
    yield _list(f"**{letter}.** {escape(option['explanation'])}" for letter, option in _lettered(item))


def _lettered(item: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    return zip(ascii_uppercase, item["options"], strict=False)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"
