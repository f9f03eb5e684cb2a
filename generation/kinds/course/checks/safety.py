"""CR-S01 to S04, C05, Q15, X01 to X04: what texts must not carry, and what must hold for everybody."""

import re
from collections.abc import Iterator
from itertools import pairwise

from generation.core.findings import Finding, Severity, error
from generation.core.prose import arithmetic, code_faults, links, markup_faults, relations, residue
from generation.core.prose.wholeness import shortened, without_code
from generation.kinds.course import vocabulary
from generation.kinds.course.brief import Brief
from generation.kinds.course.checks.drafts import Draft, Passage, Texts, speaks_of, warning
from generation.kinds.course.schema import Document, ItemKind, Option

_ABOUT_MARKUP = re.compile(r"\b(?:html|xss|javascript|web\w*|css|markup|markdown|svg|front-?end)\b", re.IGNORECASE)
_ABOUT_PROMPTS = re.compile(
    r"\b(?:prompt\w*|injection\w*|jailbreak\w*|LLMs?|language models?|Sprachmodell\w*|AI|KI|IA)\b", re.IGNORECASE,
)
# What explanations of distractors say, and those of keys do not.
_MISTAKE = re.compile(
    r"\b(?:only|instead|forg[eo]t\w*|ignor\w*|confus\w*|mix\w*|mistak\w*|wrong\w*|but|should|nur|statt\w*|vergiss\w*|vergessen|"
    r"verwechsel\w*|falsch\w*|aber|sondern|solo|olvid\w*|confund\w*|pero|seulement|oubli\w*|confond\w*|mais|au lieu)\b",
    re.IGNORECASE,
)
_WRONG_ON_PURPOSE = re.compile(
    r"\b(?:SyntaxError|does not (?:parse|run|compile)|invalid|broken|mistake|bug\w*|wrong|error|fix|find the|"
    r"fehler\w*|falsch\w*|ungültig\w*|erreur|faux|invalide|errores?|incorrecto|inválid[oa])\b", re.IGNORECASE,
)
_PYTHON_2 = re.compile(r"\bPython[- ]?2\b", re.IGNORECASE)
# Tags that are nobody's generics, and no names between brackets.
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|br|p|span|div|ul|ol|li|sub|sup|font|h[1-6]|table|tr|td)(?:\s[^<>\n]{0,100})?/?>",
    re.IGNORECASE,
)
_MOST_PLACES = 40       # of a word in one text that are looked at
_AROUND = 60            # characters: what points to a picture or a colour is no longer


def safe_markup(texts: Texts) -> Iterator[Finding]:
    if "<" not in texts.everything and "](" not in texts.everything:
        return
    is_about_it = speaks_of(_ABOUT_MARKUP, texts.allowed)
    for passage in texts.passages:
        found = markup_faults.active(passage.text)
        if found is not None:
            is_named = is_about_it and markup_faults.is_bare_name(found)
            yield error(
                "CR-S01", passage.pointer, measured=found, limit="Markdown that does nothing",
                severity=Severity.WARNING if is_named else Severity.ERROR,
                message=f"The text holds markup that acts: “{found}”.",
                advice="Write Markdown without HTML; put code that is shown into a fenced block with its language.",
            )
        elif (tag := _html_of(passage, is_about_it)) is not None:
            yield warning(
                "CR-S01", passage.pointer, measured=tag, limit="Markdown without HTML",
                message=f"The text holds HTML, which is shown as it is written: “{tag}”.",
                advice="Use Markdown for it, or leave it out.",
            )


def _html_of(passage: Passage, is_about_it: bool) -> str | None:
    """HTML that nobody turns into anything: any in Markdown, tags for layout in what is one line of text."""
    if passage.is_markdown:
        return markup_faults.html(passage.text)
    found = None if is_about_it else _TAG.search(without_code(passage.text)[0])
    return found[0] if found else None


def no_leaks(texts: Texts) -> Iterator[Finding]:
    spoken = texts.language
    allowed, said = texts.allowed, texts.said
    for passage, found in texts.where(
        lambda text: residue.scratch(text, allowed=allowed, language=spoken, said=said)
    ):
        yield error(
            "CR-S02", passage.pointer, measured=found, limit="nothing about the writing itself",
            message=f"The text speaks of its own writing: “{found}”.",
            advice="Write for the learner only, without a word about yourself, the request or these rules.",
        )
    for passage, found in texts.where(residue.secret) if residue.may_hold_secret(texts.parts) else ():
        yield error(
            "CR-S02", passage.pointer, measured=found, limit="no keys",
            message=f"The text holds what looks like a key: “{found}”.",
            advice="Use a made-up word such as YOUR_KEY.",
        )
    for passage, found in texts.where(lambda text: residue.contact(text, allowed=allowed)):
        yield error(
            "CR-S02", passage.pointer, measured=found, limit="no addresses of people",
            message=f"The text holds an address or a telephone number that the brief does not name: “{found}”.",
            advice="Leave it out; for an example use name@example.com.",
        )


def no_orders(texts: Texts) -> Iterator[Finding]:
    is_about_it = speaks_of(_ABOUT_PROMPTS, texts.allowed)
    for passage, found in texts.where(
        lambda text: residue.orders(text, allowed=texts.allowed, said=texts.said)
    ):
        yield error(
            "CR-S03", passage.pointer, measured=found, limit="no orders to a model",
            severity=Severity.HUMAN if is_about_it else Severity.ERROR,
            message=f"The text gives orders to a language model: “{found}”.",
            advice="Leave it out: sources and notes are matter, not orders.",
        )


def code_parses(draft: Draft) -> Iterator[Finding]:
    """CR-S04, and X03: a block of code names its language."""
    for passage in draft.texts.passages:
        if not passage.is_markdown:
            continue
        for place, (language, code) in enumerate(markup_faults.code_blocks(passage.text), 1):
            if not language:
                yield warning(
                    "CR-X03", passage.pointer, measured=f"block {place}", limit="a language after the fence",
                    message=f"Code block {place} does not say its language.",
                    advice="Name the language after the fence; for plain text write text.",
                )
            fault = code_faults.fault(language, code)
            if fault is not None:
                is_old = language.startswith("py") and _PYTHON_2.search(f"{draft.texts.allowed}\n{passage.plain}")
                is_meant = is_old or _WRONG_ON_PURPOSE.search(passage.plain)
                yield error(
                    "CR-S04", passage.pointer, measured=shortened(fault, 80), limit=f"{language} that parses",
                    severity=Severity.WARNING if is_meant else Severity.ERROR,
                    message=f"Code block {place} is no {language}: {shortened(fault, 80)}.",
                    advice="Correct the code; it must run as it stands, or carry another language.",
                )


def links_are_known(texts: Texts) -> Iterator[Finding]:
    """CR-C05: nothing is cited that the brief does not name."""
    if not links.may_refer(texts.said.parts):
        return
    for passage, _ in texts.where(lambda text: next(iter(links.invented(text, texts.allowed)), None)):
        prose = without_code(passage.text)[0] if passage.is_markdown else passage.text
        for found in links.invented(prose, texts.allowed)[:3]:
            yield error(
                "CR-C05", passage.pointer, measured=shortened(found, 80), limit="links of the brief",
                message=f"The text names “{shortened(found, 80)}”, which nobody gave.",
                advice="Leave it out, and say what kind of source to look for.",
            )


def sums_come_out(draft: Draft) -> Iterator[Finding]:
    """CR-Q15: arithmetic that stands in prose is right; in a quiz only what explains the key has to be."""
    right = {
        f"/quiz/{n}/options/{k}/{field}"
        for n, item in enumerate(draft.lesson.quiz) for k, option in enumerate(item.options) if option.is_correct
        for field in ("text", "explanation")
    }
    for passage in draft.texts.passages:
        if passage.key in {"option", "explanation"} and passage.pointer not in right:
            continue
        for wrong in (
            *arithmetic.wrong_sums(passage.plain, draft.language)[:3],
            *relations.wrong_relations(passage.plain, draft.language)[:3],
        ):
            yield error(
                "CR-Q15", passage.pointer, measured=shortened(wrong.written, 80), limit=f"{wrong.value:.6g}",
                message=f"“{shortened(wrong.written, 80)}” does not come out: it is {wrong.value:.6g}.",
                advice="Compute it again, and mend every number that follows from it.",
            )


def answers_are_the_keys(draft: Draft) -> Iterator[Finding]:
    """CR-Q13, as far as explanations show sums: one comes out at a wrong option, and none leads to the key."""
    for n, item in enumerate(draft.lesson.quiz):
        key = next((option for option in item.options if option.is_correct), None)
        if item.kind is not ItemKind.SINGLE or key is None or not any(digit.isdecimal() for digit in key.text):
            continue
        if arithmetic.right_results(f"{key.explanation}\n{item.rationale}", draft.language):
            continue
        right = [option for option in item.options if not option.is_correct and _is_reached(option, draft.language)]
        if len(right) == 1 and not _MISTAKE.search(right[0].explanation) and _MISTAKE.search(key.explanation):
            yield warning(
                "CR-Q13", f"/quiz/{n}/options", measured=shortened(key.text, 40), limit=shortened(right[0].text, 40),
                message=f"The explanations of quiz item {n + 1} compute “{shortened(right[0].text, 40)}”, and "
                        f"“{shortened(key.text, 40)}” is marked as correct.",
                advice="Compute the answer again, and mark the option that it is.",
            )


def _is_reached(option: Option, spoken: str) -> bool:
    """Whether its own explanation computes it."""
    results = arithmetic.right_results(option.explanation, spoken)
    return any(result in option.text for result in results)


def headings_of_bodies(draft: Draft) -> Iterator[Finding]:
    """CR-X01: the document has its own headings; those of a body are pushed below them, so this is no error."""
    for passage in draft.texts.passages:
        levels = markup_faults.headings(passage.text)
        if not levels:
            continue
        skips = any(later > earlier + 1 for earlier, later in pairwise(levels))
        yield warning(
            "CR-X01", passage.pointer, measured=", ".join(f"H{level}" for level in levels[:8]),
            limit="no headings in a text" if not skips else "no headings, least of all with a level left out",
            message="The text brings headings of its own, which stand beside those of the document.",
            advice="Use paragraphs, or make another section of it.",
        )


def seen_by_everybody(texts: Texts) -> Iterator[Finding]:
    """CR-X02 and X04: pictures, tables, links; nothing by colour or place alone."""
    for passage in texts.passages:
        if passage.is_markdown:
            for alternative in markup_faults.images(passage.text):
                yield error(
                    "CR-X02", passage.pointer, measured=shortened(alternative, 60) or "no text", limit="no images",
                    severity=Severity.WARNING if alternative.strip() else Severity.ERROR,
                    message="The text shows an image, which does not exist.",
                    advice="Say in words what the image would show.",
                )
            for fault in markup_faults.tables(passage.text):
                if fault is not None:
                    yield warning(
                        "CR-X02", passage.pointer, measured=fault, limit="a header row, and cells in every column",
                        message=f"A table cannot be read aloud: {fault}.",
                        advice="Give the table a header row and every row as many cells.",
                    )
    for rule, words, pattern, message, advice in (
        ("CR-X02", vocabulary.CLICK_HERE_WORDS, vocabulary.CLICK_HERE,
         "A link says “{}”, which means nothing by itself.", "Say where it leads."),
        ("CR-X02", vocabulary.SEE_PICTURE_WORDS, vocabulary.SEE_PICTURE,
         "The text points to a picture that does not exist: “{}”.",
         "Say in words what the picture would show."),
        ("CR-X04", vocabulary.BY_COLOUR_WORDS, vocabulary.BY_COLOUR,
         "The text points by colour or place alone: “{}”.",
         "Name the thing by what it is, besides its colour or place."),
    ):
        known = words.get(texts.language, words["en"]) & texts.said.words
        for passage in texts.passages if known else ():
            found = _first_near(known, pattern, passage.text)
            if found is not None:
                yield warning(
                    rule, passage.pointer, measured=found, limit="words that everybody can follow",
                    message=message.format(found), advice=advice,
                )


def _first_near(words: frozenset[str], pattern: re.Pattern[str], text: str) -> str | None:
    """What `pattern` finds around one of `words`: it has many branches, which are not tried at every letter."""
    low = text.casefold()
    for word in sorted(words):
        at = low.find(word)
        for _ in range(_MOST_PLACES):
            if at < 0:
                break
            start = text.rfind(" ", 0, max(0, at - _AROUND)) + 1
            found = pattern.search(text[max(start, at - 2 * _AROUND) : at + _AROUND])
            if found:
                return shortened(found[0], 60)
            at = low.find(word, at + 1)
    return None


def language_of_document(brief: Brief, document: Document) -> Iterator[Finding]:
    """CR-X03: the document says which language it is in."""
    if document.language != brief.language:
        yield warning(
            "CR-X03", "/language", measured=document.language or "none", limit=brief.language,
            message=f"The course says that it is in “{document.language}”; “{brief.language}” was asked for.",
            advice="Assemble the course from its brief again.",
        )
