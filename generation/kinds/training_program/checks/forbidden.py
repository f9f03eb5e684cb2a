"""How what must not be said is looked for: words, what has to follow them, and what makes them right."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generation.kinds.training_program.checks.seen import sentence_of


@dataclass(frozen=True)
class ForbiddenWords:
    """Words, what they are, and whether a denial before them makes them right: "does not cure"."""

    words: re.Pattern[str]
    noun: str
    may_be_denied: bool
    may_be_asked: bool         # "if you have an injury" is no diagnosis
    openings: str
    may_be_taken: bool         # "if you take aspirin, ask your doctor" prescribes nothing


def forbidden(
    openings: str, noun: str, *, then: str = "", may_be_denied: bool = True, may_be_asked: bool = False,
    may_be_taken: bool = False,
) -> ForbiddenWords:
    """`openings` begin words; `then` is what has to follow one of them."""
    words = re.compile(rf"\b(?:{openings}){then}")
    return ForbiddenWords(words, noun, may_be_denied, may_be_asked, openings, may_be_taken)


_TAKES = re.compile(
    r"\b(?:if|when|whether|anyone who|who|those who) (?:you )?(?:take|takes|are (?:on|taking)|use)\b"
    r"|\b(?:wenn|falls|wer|ob) (?:du |sie )?[^.;\n]{0,40}?(?:ein)?(?:nimmst|nehmen|nimmt)\b"
    r"|\bsi (?:usted )?(?:toma[sn]?|esta tomando)\b|\bsi (?:vous|tu) (?:prenez|prends)\b"
)
_DOCTOR_ASKED = re.compile(
    r"\b(?:ask|talk|consult|speak|check with|see)\b[^.;\n]{0,25}?(?:doctor|physician|pharmacist|clinician"
    r"|professional)"
    r"|\b(?:frag\w*|sprich|sprechen)\b[^.;\n]{0,25}?(?:arzt|apothek)"
    r"|\b(?:pregunt\w*|consult\w*|habl\w*)\b[^.;\n]{0,25}?medic|\b(?:demand\w*|parl\w*"
    r"|consult\w*)\b[^.;\n]{0,25}?medecin"
)


def is_sent_to_a_doctor(text: str, start: int, end: int) -> bool:
    """Whether the sentence only tells whoever takes a medicine to ask a doctor."""
    sentence = sentence_of(text, start, end)
    is_dose = any(digit in text[start:end] for digit in "0123456789")
    return not is_dose and _TAKES.search(sentence) is not None and _DOCTOR_ASKED.search(sentence) is not None


def _alternatives(pattern: str) -> Iterator[str]:
    """The parts of `pattern` between the bars that stand in no bracket."""
    depth, part = 0, ""
    for character in pattern:
        depth += (character in "([") - (character in ")]")
        if character == "|" and depth == 0:
            yield part
            part = ""
        else:
            part += character
    yield part


def any_opening(lists: tuple[ForbiddenWords, ...]) -> re.Pattern[str]:
    """One pattern for whatever begins one of `lists`, sorted by its first letters: most texts have none of them, and
    to learn that they are read once instead of once for each list."""
    tree: dict[str, list[str]] = {}
    for forbidden in lists:
        for part in _alternatives(forbidden.openings):
            is_plain = part[:2].isalpha() and part[2:3] not in {"?", "*", "{", "+"} and len(part) > 2
            tree.setdefault(part[:2] if is_plain else "", []).append(part[2:] if is_plain else part)
    by_first: dict[str, list[str]] = {}
    for start, parts in tree.items():
        if start:
            by_first.setdefault(start[0], []).append(f"{start[1]}(?:{'|'.join(parts)})")
    branches = [f"{first}(?:{'|'.join(parts)})" for first, parts in by_first.items()]
    return re.compile(rf"\b(?:{'|'.join([*branches, *tree.get('', [])])})")
