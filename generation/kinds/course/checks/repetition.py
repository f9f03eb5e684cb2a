"""CR-T05 and CR-Q10 to Q12: what is said twice, within a lesson and across the course."""

import re
from collections.abc import Iterator

from generation.core.findings import Finding, Severity, error
from generation.core.prose.likeness import Runs, likeness, normal, repeats
from generation.core.prose.plain import paragraphs
from generation.core.prose.wholeness import shortened
from generation.kinds.course.brief import Brief
from generation.kinds.course.checks.drafts import Draft, passages_of_teaching, warning
from generation.kinds.course.schema import Document, Item

ALIKE_PARAGRAPHS = 0.75      # of their runs of four words, in common: about 0.85 of their letters
ALIKE_STEMS = 0.9
ALIKE_KEYS = 0.8
COPIED_WORDS = 12
SHORTEST_KEY = 15            # characters; a shorter key stands in another stem by chance
MOST_COMPARED = 400          # items of a course that are compared with each other
_NUMBERS = re.compile(r"\d+")
# Questions that are asked of everything, and ask for different things.
_GENERAL = re.compile(
    r"\b(?:which|what) of (?:the following|these)|\b(?:statements?|sentences?|claims?) (?:is|are|holds?|about)"
    r"|\bwelche (?:der folgenden )?(?:aussage|antwort)"
    r"|\bcuál de (?:las siguientes|estas)|\blaquelle de ces|\bquelle (?:affirmation|phrase)", re.IGNORECASE,
)


def paragraphs_differ(draft: Draft) -> Iterator[Finding]:
    """CR-T05, within a lesson."""
    found = [
        (passage.pointer, paragraph)
        for passage in draft.texts.passages if passage.is_markdown or passage.key == "summary"
        for paragraph in paragraphs(passage.plain)
    ]
    yield from _repeated(found, "")


def paragraphs_differ_across_lessons(brief: Brief, document: Document) -> Iterator[Finding]:
    """CR-T05, across the course."""
    found = []
    for m, module in enumerate(document.modules):
        for k, lesson in enumerate(module.lessons):
            at = f"/modules/{m}/lessons/{k}"
            for passage in passages_of_teaching(lesson.sections, lesson.examples, at):
                if passage.is_markdown:
                    found += [(passage.pointer, paragraph) for paragraph in paragraphs(passage.plain)]
            found += [
                (f"{at}/activities/{n}/instructions", activity.instructions)
                for n, activity in enumerate(lesson.activities)
            ]
            found.append((f"{at}/summary", lesson.summary))
    yield from _repeated(found, " of another lesson")


def _repeated(found: list[tuple[str, str]], of: str) -> Iterator[Finding]:
    told: set[str] = set()
    for like in repeats([text for _, text in found], ALIKE_PARAGRAPHS):
        pointer, text = found[like.later]
        earlier = found[like.earlier][0]
        is_across = pointer.split("/")[:5] != earlier.split("/")[:5]
        if pointer in told or (of and not is_across):
            continue
        told.add(pointer)
        yield warning(
            "CR-T05", pointer, measured=f"{like.share:.0%} as in {earlier}", limit=f"less than {ALIKE_PARAGRAPHS:.0%}",
            message=f"A paragraph{of} comes again nearly word for word: “{shortened(text, 60)}”.",
            advice="Say something that only this place needs, or leave it out.",
        )


def items_copy_nothing(draft: Draft) -> Iterator[Finding]:
    """CR-Q10: a question is no sentence of the lesson."""
    runs = Runs(draft.teaching, COPIED_WORDS)      # looked at only if a question is long enough
    for passage in draft.texts.passages:
        if passage.key in {"stem", "option"} and passage.text.count(" ") >= COPIED_WORDS - 1:
            copied = runs.shared(passage.text)
            if copied is not None:
                yield warning(
                    "CR-Q10", passage.pointer, measured=shortened(copied, 80), limit=f"fewer than {COPIED_WORDS} words",
                    message=f"{COPIED_WORDS} words in a row are copied from the lesson: “{shortened(copied, 60)}”.",
                    advice="Ask about a new case, in other words than the lesson's.",
                )


def items_are_independent(draft: Draft) -> Iterator[Finding]:
    """CR-Q11: no question holds the answer of another."""
    stems = [normal(item.stem) for item in draft.lesson.quiz]
    for n, item in enumerate(draft.lesson.quiz):
        for option in item.options:
            key = normal(option.text)
            if not option.is_correct or len(key) < SHORTEST_KEY or " " not in key:
                continue
            for other, stem in enumerate(stems):
                if other != n and key in stem:
                    yield warning(
                        "CR-Q11", f"/quiz/{other}/stem", measured=shortened(option.text, 60),
                        limit="nothing that answers another item",
                        message=f"The question of quiz item {other + 1} gives away the answer of item {n + 1}.",
                        advice="Ask it without these words.",
                    )


def items_differ(draft: Draft) -> Iterator[Finding]:
    """CR-Q12, within a lesson."""
    items = [(f"/quiz/{n}/stem", item) for n, item in enumerate(draft.lesson.quiz)]
    yield from _alike(items, may_be_exercises=True)


def items_differ_across_lessons(brief: Brief, document: Document) -> Iterator[Finding]:
    """CR-Q12, across the course; within a lesson it was told already."""
    items = [
        (f"/modules/{m}/lessons/{k}/quiz/{n}/stem", item)
        for m, module in enumerate(document.modules) for k, lesson in enumerate(module.lessons)
        for n, item in enumerate(lesson.quiz)
    ]
    yield from _alike(items[:MOST_COMPARED], may_be_exercises=False)


def _alike(items: list[tuple[str, Item]], *, may_be_exercises: bool) -> Iterator[Finding]:
    stems = [normal(item.stem) for _, item in items]
    for later, (pointer, item) in enumerate(items):
        for earlier in range(later):
            if not _may_be_alike(stems[later], stems[earlier]) or likeness(stems[later], stems[earlier]) < ALIKE_STEMS:
                continue
            first = items[earlier]
            is_exercise = _NUMBERS.findall(stems[later]) != _NUMBERS.findall(stems[earlier])
            if is_exercise and may_be_exercises:
                continue      # what one lesson trains with other numbers
            is_same = not is_exercise and (
                _same_keys(item, first[1]) or (not _GENERAL.search(item.stem) and len(stems[later].split()) >= 8)
            )
            yield error(
                "CR-Q12", pointer, measured=f"as in {first[0]}", limit="a question of its own",
                severity=Severity.ERROR if is_same else Severity.WARNING,
                message=f"The question “{shortened(item.stem, 60)}” is asked twice"
                        f"{', with other numbers' if is_exercise else ''}.",
                advice="Ask about another case, or about another objective.",
            )
            break


def _may_be_alike(one: str, other: str) -> bool:
    """Whether their lengths allow it: two texts can be no more alike than these."""
    shorter, longer = sorted((len(one), len(other)))
    return shorter > 0 and 2 * shorter >= ALIKE_STEMS * (shorter + longer) and one[:1] == other[:1]


def _same_keys(one: Item, other: Item) -> bool:
    return likeness(_keys(one), _keys(other)) >= ALIKE_KEYS


def _keys(item: Item) -> str:
    return " ".join(sorted(normal(option.text) for option in item.options if option.is_correct))
