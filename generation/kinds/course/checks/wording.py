"""CR-T04, T05, T09 and R04, of single words: what is garbled, cut short, said again and again, or said to two people."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from generation.core.findings import Finding, Severity, error
from generation.core.prose.wholeness import shortened, without_code
from generation.kinds.course.brief import Brief
from generation.kinds.course.checks.drafts import Draft, Texts, passages_of_teaching, speaks_of, warning
from generation.kinds.course.schema import Document

# UTF-8 that was read as Latin-1, the sign for a lost character, line breaks escaped twice, entities of HTML.
_GARBLED_SIGNS = ("Ã", "â€", "\ufffd", "\\n", "&nbsp;", "&amp;", "&quot;", "&lt;", "&gt;", "&#")
_GARBLED = re.compile(
    r"Ã[\u0080-\u00bf]|â€[\u0080-\u00bf™œ\u009d]|\ufffd|\\n(?:\\n|[-*] |\d\. |[A-Z])|&(?:nbsp|amp|quot|lt|gt|#\d{2,5}|#x[0-9a-f]{2,4});",
)
_ABOUT_SIGNS = re.compile(
    r"\b(?:unicode|utf-?8|encoding\w*|html|xml|regex\w*|programming|python|javascript|java|escap\w*|Zeichensatz|codage)\b", re.IGNORECASE,
)
# No phrase ends in one of these.  An English "a" may be a letter, and a stem may leave an article open.
_CUT_WORDS = {
    "en": frozenset("the and or because your their every".split()), "de": frozenset("und oder weil dass ein eine einen".split()),
    "es": frozenset("y el los las una porque".split()), "fr": frozenset("et ou les une parce".split()),
}
_PHRASES = frozenset({"explanation", "rationale", "heading", "title", "text"})
MOST_SAID = 3                # times that one sentence may be said in a lesson
FEWEST_WORDS = 6
# Within a sentence, where a capital letter tells the polite form from "she" and "they".
_ADDRESSES: dict[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "de": (re.compile(r"\b(?:[Dd]u|[Dd]ich|[Dd]ir|[Dd]ein\w{0,2})\b"), re.compile(r"(?<=[a-zäöüß,] )(?:Sie|Ihnen|Ihr(?:e[nmrs]?)?)\b")),
    "es": (re.compile(r"\b(?:tú|tienes|puedes|debes|contigo)\b", re.IGNORECASE), re.compile(r"\b[Uu]sted(?:es)?\b")),
    "fr": (re.compile(r"\b(?:tu|toi|tes|ton)\b", re.IGNORECASE), re.compile(r"\b(?:vous|votre|vos)\b", re.IGNORECASE)),
}
FEWEST_ADDRESSES = 2         # of each form: one alone may be a quotation


def not_garbled(texts: Texts) -> Iterator[Finding]:
    """CR-T09: no text shows how it was stored."""
    if not any(sign in texts.parts for sign in _GARBLED_SIGNS):
        return
    is_about_it = speaks_of(_ABOUT_SIGNS, texts.allowed)
    for passage in texts.passages:
        found = _GARBLED.search(without_code(passage.text)[0])
        if found:
            yield error(
                "CR-T09", passage.pointer, measured=shortened(repr(found[0]), 40), limit="readable characters",
                severity=Severity.WARNING if is_about_it else Severity.ERROR,
                message=f"The text holds characters that were garbled on their way: {found[0]!r}.",
                advice="Write the characters themselves, and real line breaks.",
            )


def phrases_are_whole(texts: Texts) -> Iterator[Finding]:
    """CR-T04, of short texts, which need no full stop: none ends in an article or a conjunction."""
    cut = _CUT_WORDS.get(texts.language)
    if cut is None:
        return
    for passage in texts.passages:
        if passage.key not in _PHRASES:
            continue
        last = passage.text[-24:].rsplit(None, 1)[-1:]
        if last and last[0] in cut and " " in passage.text.strip():
            yield error(
                "CR-T04", passage.pointer, measured=shortened(passage.text[-40:], 40), limit="a complete text",
                message=f"The text stops in the middle of a phrase: “…{shortened(passage.text[-40:], 40)}”.",
                advice="Write it to its end.",
            )


def sentences_are_said_once(draft: Draft) -> Iterator[Finding]:
    """CR-T05, of sentences: one that comes again and again is a model that goes in circles."""
    counts = Counter(
        sentence.casefold() for sentence in draft.sentences
        if len(sentence) > 4 * FEWEST_WORDS and sentence.count(" ") >= FEWEST_WORDS - 1
    )
    in_a_row = {
        one for one, next_one in pairwise(draft.sentences)
        if one == next_one and len(one) > 4 * FEWEST_WORDS and one.count(" ") >= FEWEST_WORDS - 1
    }
    for sentence, count in counts.most_common(1):
        if count > MOST_SAID or in_a_row:
            sentence = min(in_a_row).casefold() if in_a_row else sentence
            count = counts[sentence]
            pointer = next((one.pointer for one in draft.texts.passages if sentence in one.plain.casefold()), "/sections")
            yield warning(
                "CR-T05", pointer, measured=f"{count} times{' in a row' if in_a_row else ''}",
                limit=f"at most {MOST_SAID} times, never in a row",
                message=f"One sentence is said {count} times: “{shortened(sentence, 60)}”.",
                advice="Say it once, and go on.",
            )


def one_form_of_address(draft: Draft) -> Iterator[Finding]:
    """CR-R04: the learner is du or Sie, not both."""
    if draft.language in _ADDRESSES:
        yield from _both_forms(draft.language, [
            (passage.pointer, passage.plain) for passage in draft.texts.passages
            if passage.key in {"instructions", "summary"} or (
                passage.key == "body" and passage.pointer.startswith("/sections"))
        ])


def one_form_of_address_in_the_course(brief: Brief, document: Document) -> Iterator[Finding]:
    """CR-R04, across lessons."""
    spoken = Texts(brief, ()).language
    if spoken not in _ADDRESSES:
        return
    texts: list[tuple[str, str]] = []
    for m, module in enumerate(document.modules):
        for k, lesson in enumerate(module.lessons):
            at = f"/modules/{m}/lessons/{k}"
            of_sections = passages_of_teaching(lesson.sections, (), at)
            texts += [(passage.pointer, passage.text) for passage in of_sections if passage.is_markdown]
            texts += [
                (f"{at}/activities/{n}/instructions", activity.instructions)
                for n, activity in enumerate(lesson.activities)
            ]
    yield from _both_forms(spoken, texts)


def _both_forms(spoken: str, texts: list[tuple[str, str]]) -> Iterator[Finding]:
    """Where the rarer form stands first, if both are there."""
    said = [[(pointer, form) for pointer, text in texts for form in pattern.findall(text)]
            for pattern in _ADDRESSES[spoken]]
    rarer, other = sorted(said, key=len)
    if len(rarer) >= FEWEST_ADDRESSES:
        pointer, form = rarer[0]
        yield warning(
            "CR-R04", pointer, measured=f"{form} and {other[0][1]}", limit="one form of address",
            message=f"The learner is addressed in two ways: “{form}” and “{other[0][1]}”.",
            advice="Keep to one of them, in every lesson.",
        )
