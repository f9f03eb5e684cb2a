"""What rules read: the texts of an outline or a lesson with their places, and a lesson with what it answers to.

Rules ask for the same things (plain text, stems, sentences) again and again, so each is made once and kept."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from generation.core.findings import Finding, Severity, error
from generation.core.prose import language, plain, residue
from generation.core.prose.stems import stems, stems_of
from generation.kinds.course.brief import Brief
from generation.kinds.course.schema import Example, Item, Lesson, PlacedLesson, Plan, Section


@dataclass(frozen=True)
class Passage:
    """One text of a reply: where it stands, the name of its field, and what it says."""

    pointer: str
    key: str
    text: str

    @property
    def is_markdown(self) -> bool:
        return self.key in {"body", "instructions"}

    @cached_property
    def plain(self) -> str:
        return plain.plain(self.text) if self.is_markdown else self.text


@dataclass(frozen=True)
class Texts:
    """All texts of a reply."""

    brief: Brief
    passages: tuple[Passage, ...]

    @cached_property
    def language(self) -> str:
        """Of the brief, without region and script."""
        return language.primary(self.brief.language)

    @cached_property
    def allowed(self) -> str:
        """The words of the brief: what they name, the course is about."""
        brief = self.brief
        return "\n".join((brief.subject, brief.audience, brief.notes, *brief.objectives))

    @cached_property
    def everything(self) -> str:
        return "\n\n".join(passage.text for passage in self.passages)

    @cached_property
    def low(self) -> str:
        return self.everything.casefold()

    @cached_property
    def parts(self) -> str:
        """All that stands between spaces, each once: half as long as everything, and as good for a sign without one."""
        return " ".join(set(self.everything.split()))

    @cached_property
    def words(self) -> list[str]:
        """Of everything, most of them once."""
        return plain.words(self.parts)

    @cached_property
    def said(self) -> residue.SaidWords:
        return residue.said_in(self.parts)

    def where(self, found_in: Callable[[str], str | None]) -> Iterator[tuple[Passage, str]]:
        """The passages in which `found_in` finds something.  All texts are searched at once first."""
        if found_in(self.everything) is None:
            return
        for passage in self.passages:
            found = found_in(passage.text)
            if found is not None:
                yield passage, found


@dataclass(frozen=True)
class Draft:
    """A lesson as it arrived, with what it has to answer to."""

    brief: Brief
    plan: Plan
    place: PlacedLesson
    lesson: Lesson

    @cached_property
    def texts(self) -> Texts:
        return Texts(self.brief, tuple(passages_of_lesson(self.lesson)))

    @property
    def language(self) -> str:
        return self.texts.language

    @cached_property
    def sections(self) -> tuple[str, ...]:
        """Their bodies as a reader sees them."""
        return tuple(passage.plain for passage in self.texts.passages if _is_body_of("/sections", passage))

    @cached_property
    def examples(self) -> tuple[str, ...]:
        return tuple(passage.plain for passage in self.texts.passages if _is_body_of("/examples", passage))

    @cached_property
    def instructions(self) -> tuple[str, ...]:
        return tuple(passage.plain for passage in self.texts.passages if passage.key == "instructions")

    @cached_property
    def teaching(self) -> str:
        """What teaches: sections, examples and the summary, in plain text."""
        return "\n\n".join((*self.sections, *self.examples, self.lesson.summary))

    @cached_property
    def shown(self) -> str:
        """What teaches but for the summary: long enough to measure sentences in."""
        return "\n\n".join((*self.sections, *self.examples))

    @cached_property
    def words(self) -> list[str]:
        """Of what is shown."""
        return plain.words(self.shown)

    @cached_property
    def sentences(self) -> list[str]:
        """Of what is shown."""
        return plain.sentences(self.shown)

    @cached_property
    def asked(self) -> tuple[tuple[set[str], tuple[set[str], ...]], ...]:
        """The stems of each question, and of each of its options."""
        return tuple(
            (stems(item.stem), tuple(stems(option.text) for option in item.options)) for item in self.lesson.quiz
        )

    @cached_property
    def stems(self) -> set[str]:
        """Of everything that the lesson says."""
        return stems_of(self.texts.words) if plain.has_spaces(self.shown) else set()


def _is_body_of(parent: str, passage: Passage) -> bool:
    return passage.key == "body" and passage.pointer.startswith(parent)


def passages_of_plan(plan: Plan) -> Iterator[Passage]:
    yield Passage("/title", "title", plan.title)
    yield Passage("/summary", "summary", plan.summary)
    for k, objective in enumerate(plan.objectives):
        yield Passage(f"/objectives/{k}/text", "text", objective.text)
    for m, module in enumerate(plan.modules):
        yield Passage(f"/modules/{m}/title", "title", module.title)
        yield Passage(f"/modules/{m}/summary", "summary", module.summary)
        for k, of_module in enumerate(module.objectives):
            yield Passage(f"/modules/{m}/objectives/{k}/text", "text", of_module.text)
    for place in plan.lessons:
        at, planned = place.pointer, place.planned
        yield Passage(f"{at}/title", "title", planned.title)
        for k, of_lesson in enumerate(planned.objectives):
            yield Passage(f"{at}/objectives/{k}/text", "text", of_lesson.text)
        for k, term in enumerate(planned.key_terms):
            yield Passage(f"{at}/key_terms/{k}", "key_terms", term)


def passages_of_lesson(lesson: Lesson) -> Iterator[Passage]:
    yield from passages_of_teaching(lesson.sections, lesson.examples)
    for n, activity in enumerate(lesson.activities):
        yield Passage(f"/activities/{n}/title", "title", activity.title)
        yield Passage(f"/activities/{n}/instructions", "instructions", activity.instructions)
    yield Passage("/summary", "summary", lesson.summary)
    for n, item in enumerate(lesson.quiz):
        yield from passages_of_item(f"/quiz/{n}", item)


def passages_of_teaching(sections: Iterable[Section], examples: Iterable[Example], at: str = "") -> Iterator[Passage]:
    for n, section in enumerate(sections):
        yield Passage(f"{at}/sections/{n}/heading", "heading", section.heading)
        yield Passage(f"{at}/sections/{n}/body", "body", section.body)
    for n, example in enumerate(examples):
        yield Passage(f"{at}/examples/{n}/title", "title", example.title)
        yield Passage(f"{at}/examples/{n}/body", "body", example.body)


def passages_of_item(at: str, item: Item) -> Iterator[Passage]:
    yield Passage(f"{at}/stem", "stem", item.stem)
    for k, option in enumerate(item.options):
        yield Passage(f"{at}/options/{k}/text", "option", option.text)
        yield Passage(f"{at}/options/{k}/explanation", "explanation", option.explanation)
    yield Passage(f"{at}/rationale", "rationale", item.rationale)


@lru_cache(maxsize=256)
def speaks_of(pattern: re.Pattern[str], brief: str) -> bool:
    """Whether the words of a brief hold `pattern`: asked for every lesson of it."""
    return pattern.search(brief) is not None


def warning(
    rule: str, pointer: str, *, measured: object, limit: object, message: str, advice: str,
) -> Finding:
    """A finding that is shown, and sends nothing back."""
    return error(
        rule, pointer, measured=measured, limit=limit, message=message, advice=advice, severity=Severity.WARNING,
    )
