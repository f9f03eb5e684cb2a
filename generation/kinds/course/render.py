"""The course as Markdown for people.

One H1, modules H2, lessons H3; a lesson alone starts with H2.  Short texts are escaped; the bodies that
the model wrote as Markdown stay Markdown, with their headings pushed below the one they stand under.
What code writes itself is in `words`.  Answers stand apart from their questions: behind the last module."""

from collections.abc import Iterable, Iterator, Mapping
from string import ascii_uppercase

from generation.core.kind import JsonObject
from generation.core.markup import escape
from generation.kinds.course.assembly import unit_of
from generation.kinds.course.bodies import nested
from generation.kinds.course.schema import ItemKind
from generation.kinds.course.words import CourseWords, words_of

_RULE = "---"


def markdown(document: JsonObject) -> str:
    return _joined(_course(document, words_of(document.get("language", ""))))


def unit_markdown(document: JsonObject, position: int) -> str:
    """One lesson with its own answers.  It reads the same whatever other lessons `document` has, so lessons that it
    builds on have their numbers only."""
    lesson = unit_of(document, position)
    if lesson is None:
        return ""
    words = words_of(document.get("language", ""))
    return _joined([
        *_lesson(lesson, 2, words), _RULE, f"### {words.answer_key}", *_answers(lesson, words),
    ])


def entry_in_words(list_name: str, index: int) -> str:
    """What this page calls an entry whose list is not called so; empty for others."""
    if list_name == "options" and index < len(ascii_uppercase):
        return f"option {ascii_uppercase[index]}"
    return f"quiz item {index + 1}" if list_name == "quiz" else ""


# --- the course -----------------------------------------------------------------------------------


def _course(document: JsonObject, words: CourseWords) -> Iterator[str]:
    yield f"# {escape(document['title'])}"
    yield escape(document["summary"])
    if document["audience"]:
        yield words.before_text.format(label=words.audience, text=escape(document["audience"]))
    level = words.levels.get(document["level"]) or document["level"]
    yield words.before_text.format(label=words.level, text=escape(level))
    if document["missing"]:
        yield _missing(document["missing"], words)
    yield f"## {words.course_objectives}"
    yield _objectives(document["objectives"])
    yield words.about_ids
    lessons = [lesson for module in document["modules"] for lesson in module["lessons"]]
    if lessons:
        yield f"## {words.contents}"
        yield _contents(document["modules"], words)
    titles = {lesson["number"]: lesson["title"] for lesson in lessons}
    for module in document["modules"]:
        yield f"## {_titled(words.module_title, module)}"
        yield escape(module["summary"])
        yield words.before_list.format(label=words.module_objectives)
        yield _objectives(module["objectives"])
        for lesson in module["lessons"]:
            yield from _lesson(lesson, 3, words, titles)
    if lessons:
        yield f"## {words.answer_key}"
        for lesson in lessons:
            yield f"### {_titled(words.lesson_title, lesson)}"
            yield from _answers(lesson, words)


def _missing(numbers: list[int], words: CourseWords) -> str:
    sentence = words.missing_one if len(numbers) == 1 else words.missing_many
    return sentence.format(lessons=", ".join(map(str, numbers)))


def _contents(modules: Iterable[JsonObject], words: CourseWords) -> str:
    lines = []
    for module in modules:
        lines.append(f"- {_titled(words.module_title, module)}")
        lines += [
            "  - " + words.contents_of_lesson.format(
                lesson=_titled(words.lesson_title, lesson), minutes=_minutes(lesson),
            )
            for lesson in module["lessons"]
        ]
    return "\n".join(lines)


def _titled(form: str, part: JsonObject) -> str:
    """`Lesson 3: What plants need`, of a lesson or module."""
    return form.format(number=part["number"], title=escape(part["title"]))


def _minutes(lesson: JsonObject) -> int:
    minutes: int = sum(activity["minutes"] for activity in lesson["activities"])
    return minutes


def _objectives(objectives: Iterable[JsonObject]) -> str:
    """`**M1.2** Compare two plots (O1)`."""
    return _list(
        f"**{escape(objective['id'])}** " + escape(
            f"{objective['text']} ({objective['supports']})" if objective.get("supports") else objective["text"]
        )
        for objective in objectives
    )


# --- a lesson -------------------------------------------------------------------------------------


def _lesson(
    lesson: JsonObject, level: int, words: CourseWords, titles: Mapping[int, str] | None = None
) -> Iterator[str]:
    """The lesson under a heading of `level`; its parts are one and two levels below.

    `titles` are those of the lessons of the course that it stands in; None if it stands alone."""
    part, detail = "#" * (level + 1), "#" * (level + 2)
    yield f"{'#' * level} {_titled(words.lesson_title, lesson)}"
    yield words.before_list.format(label=words.lesson_objectives)
    yield _objectives(lesson["objectives"])
    if lesson["prerequisites"]:
        earlier = ", ".join(_earlier(number, titles or {}, words) for number in lesson["prerequisites"])
        yield words.before_text.format(label=words.builds_on, text=escape(earlier))
    if lesson["key_terms"]:
        yield words.before_text.format(label=words.key_terms, text=escape(", ".join(lesson["key_terms"])))
    for section in lesson["sections"]:
        yield f"{part} {escape(section['heading'])}"
        yield nested(section["body"], level + 1)
    yield f"{part} {words.examples}"
    for example in lesson["examples"]:
        yield f"{detail} {escape(example['title'])}"
        yield nested(example["body"], level + 2)
    yield f"{part} {words.activities.format(minutes=_minutes(lesson))}"
    for activity in lesson["activities"]:
        yield f"{detail} {words.minutes.format(title=escape(activity['title']), minutes=activity['minutes'])}"
        yield nested(activity["instructions"], level + 2)
    yield f"{part} {words.summary}"
    yield escape(lesson["summary"])
    yield f"{part} {words.quiz}"
    if titles is not None:
        yield words.answers_are
    for number, item in enumerate(lesson["quiz"], 1):
        yield from _question(number, item, words)


def _earlier(number: int, titles: Mapping[int, str], words: CourseWords) -> str:
    if number not in titles:
        return words.lesson.format(number=number)
    return words.titled_lesson.format(number=number, title=titles[number])


def _question(number: int, item: JsonObject, words: CourseWords) -> Iterator[str]:
    how = words.choose_one if item["kind"] == ItemKind.SINGLE else words.choose_all
    asked = words.asked.format(how=how, objective=item["objective"], stem=item["stem"])
    yield f"**{words.question.format(number=number)}** {escape(asked)}"
    yield _list(f"**{letter}.** {escape(option['text'])}" for letter, option in _lettered(item))


def _answers(lesson: JsonObject, words: CourseWords) -> Iterator[str]:
    for number, item in enumerate(lesson["quiz"], 1):
        letters = ", ".join(letter for letter, option in _lettered(item) if option["is_correct"])
        yield f"**{words.answer.format(number=number, letters=letters)}** {escape(item['rationale'])}"
        yield _list(
            f"**{words.right.format(letter=letter) if option['is_correct'] else f'{letter}.'}** "
            + escape(option["explanation"])
            for letter, option in _lettered(item)
        )


def _lettered(item: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    return zip(ascii_uppercase, item["options"], strict=False)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _joined(blocks: Iterable[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"
