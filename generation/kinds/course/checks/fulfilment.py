"""What a person wanted of a new version of a lesson, as far as code can tell: words gone or there, more or less of a
part, shorter, longer, another language."""

import re
from collections.abc import Callable, Iterator

from generation.core.findings import Finding
from generation.core.prose.plain import has_spaces, words
from generation.core.prose.stems import stems
from generation.core.prose.wishes import Aim, Wish, check_language, check_length, unfulfilled, wishes_in
from generation.kinds.course.checks.drafts import Passage, passages_of_lesson
from generation.kinds.course.schema import Lesson

Part = tuple[re.Pattern[str], str, Callable[[Lesson], int]]
_PARTS: tuple[Part, ...] = (
    (re.compile(r"(?:worked )?examples?|beispielen?|beispiel[es]?|ejemplos?|exemples?"), "/examples",
     lambda lesson: len(lesson.examples)),
    (re.compile(r"activit(?:y|ies)|exercises?|aktivität(?:en)?|übung(?:en)?|actividad(?:es)?|ejercicios?|activités?"
                r"|exercices?"), "/activities", lambda lesson: len(lesson.activities)),
    (re.compile(r"(?:quiz )?(?:questions?|items?)|fragen?|quizfragen?|preguntas?"), "/quiz",
     lambda lesson: len(lesson.quiz)),
    (re.compile(r"sections?|abschnitte?n?|secciones|sección"), "/sections", lambda lesson: len(lesson.sections)),
)
_TOPIC = re.compile(r"^.*\b(?:about|über|zum thema|sobre|acerca de|sur|à propos)\s+")
# What is wanted of the whole, and need not be said in it.
_QUALITIES = frozenset(stems(
    "variety variation detail details depth structure clarity context humour humor fun challenge challenging "
    "difficulty practice theory text words sentences sentence language jargon repetition repetitions changes change "
    "formatting "
    "lists list table tables code image images pictures links emphasis visuals interaction quiz filler fluff "
    "summary explanation explanations introduction conclusion step steps diagram diagrams real-life everyday "
    "abwechslung tiefe struktur klarheit humor übungen praxis theorie wiederholung wiederholungen fachsprache "
    "änderungen tabelle tabellen bilder zusammenfassung erklärung erklärungen einleitung "
    "variedad profundidad claridad práctica teoría repeticiones cambios resumen explicaciones "
    "variété profondeur clarté pratique théorie répétitions changements résumé explications"
))
_DENIES = re.compile(r"\b(?:no|not|never|without|kein\w*|nicht|ohne|sin|sans|pas)\s+(?:\w+\s+){0,2}$")


def check_wish(instruction: str, old: Lesson, new: Lesson) -> list[Finding]:
    wishes = wishes_in(instruction)
    if not wishes:
        return []
    passages = tuple(passages_of_lesson(new))
    return [
        *(found for wish in wishes for found in _of_parts(wish, old, new)),
        *(found for wish in wishes for found in _of_words(wish, passages)),
        *check_length(wishes, _sizes(old), _sizes(new)),
        *check_language(wishes, "\n".join(passage.plain for passage in passages)),
    ]


def _of_parts(wish: Wish, old: Lesson, new: Lesson) -> Iterator[Finding]:
    for pattern, pointer, count in _PARTS:
        if not pattern.fullmatch(wish.said):
            continue
        before, after = count(old), count(new)
        if wish.aim in {Aim.MORE, Aim.THERE} and after <= before:
            yield unfulfilled(
                pointer, wish=f"more {wish.said}", measured=f"{before}, then {after}",
                message=f"More of “{wish.said}” was wanted; there were {before}, and there are {after}.",
                advice="Add at least one.",
            )
        if wish.aim is Aim.LESS and after >= before:
            yield unfulfilled(
                pointer, wish=f"less {wish.said}", measured=f"{before}, then {after}",
                message=f"Less of “{wish.said}” was wanted; there were {before}, and there are {after}.",
                advice="Leave the weakest out.",
            )


def _of_words(wish: Wish, passages: tuple[Passage, ...]) -> Iterator[Finding]:
    """Words that are to be gone or there; a part of the lesson, or a quality of it, is no word."""
    said = _TOPIC.sub("", wish.said)
    wanted = stems(said)
    if wish.aim not in {Aim.GONE, Aim.THERE} or not wanted or wanted & _QUALITIES:
        return
    if any(pattern.fullmatch(word) for pattern, _, _ in _PARTS for word in said.split()):
        return
    if wish.aim is Aim.GONE:
        pattern = _phrase(said)
        for passage in passages:
            shown = passage.plain.casefold()
            found = pattern.search(shown)
            if found is not None and not _DENIES.search(shown[max(0, found.start() - 40) : found.start()]):
                yield unfulfilled(
                    passage.pointer, wish=f"no {said}", measured=found.group(),
                    message=f"“{said}” was not wanted; this version still speaks of it.", advice="Leave it out.",
                )
                return
    elif all(has_spaces(passage.plain) for passage in passages):
        there = stems("\n".join(passage.plain for passage in passages))
        if not wanted & there:
            yield unfulfilled(
                "", wish=said, measured="not there", message=f"“{said}” was wanted; this version does not speak of it.",
                advice="Say it where it belongs.",
            )


def _phrase(said: str) -> re.Pattern[str]:
    """The words of `said` in their order, in the singular or the plural."""
    return re.compile(r"\b" + r"\s+".join(f"{re.escape(_root(word))}\\w{{0,2}}" for word in said.split()) + r"\b")


def _root(word: str) -> str:
    return word[:-1] if len(word) > 4 and word[-1] in "se" else word


def _sizes(lesson: Lesson) -> tuple[int, int]:
    """A lesson may get shorter in words or in minutes."""
    shown = (section.body for section in lesson.sections)
    examples = (example.body for example in lesson.examples)
    tasks = (activity.instructions for activity in lesson.activities)
    said = " ".join((*shown, *examples, *tasks, lesson.summary))
    return len(words(said)), sum(activity.minutes for activity in lesson.activities)
