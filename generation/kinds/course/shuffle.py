"""CR-Q05: models put the key first far too often, so code decides the order of a question's options.

The order follows a digest of stem and option: the same in every process and every year, and whatever
order the model chose.  Options whose order means something stay as they are."""

import hashlib
import re
from itertools import pairwise
from typing import Any

# Said anywhere: an option by its letter, number or place.
_NAMES_A_PLACE = re.compile(
    r"\b(?i:options?|answers?|choices?|statements?)\s+(?:[A-E]|[1-5])\b"
    r"|\b(?i:first|second|third|fourth|fifth|last|previous|next)\s+(?:\w+\s+)?(?i:options?|answers?|choices?)\b"
    r"|(?:\b(?i:both|either|neither|only)\s+|^|\()[A-E](?:,\s*[A-E])*,?\s+(?:and|or|nor|&|und|oder|et|ou|y|o|e)\s+[A-E]\b"
    r"|\b(?i:the|of)\s+(?i:above|preceding)\b"
)
# Said by an option: the others as a whole, which must come before it.
_NAMES_THE_OTHERS = re.compile(
    r"^\W*(?:all|none|both|any|either|neither)\s+(?:of\s+)?(?:the\s+)?(?:above|these|them|others?|answers|options)\b"
    r"|^\W*(?:alle|keine)\s+(?:der\s+)?(?:oben|genannten|antworten)\b|\bce\s+qui\s+précède\b"
    r"|^\W*(?:aucune|toutes)\s+(?:de\s+)?(?:ces|les)\s+réponses\b"
    r"|^\W*(?:todas|ninguna|nenhuma|tutte|nessuna)\s+(?:de\s+)?(?:las|as|das|le|delle)\s+"
    r"(?:anteriores|opciones|opções|precedenti)\b",
    re.IGNORECASE,
)
_LEADING_NUMBER = re.compile(r"^[^\w+\-−]*([+\-−]?\d[\d., \u00a0\u202f]*)")
_THOUSANDS = re.compile(r"(?<=\d)[, \u00a0\u202f](?=\d{3}(?!\d))")

JsonObject = dict[str, Any]      # Any: a stored question


def shuffled(item: JsonObject) -> JsonObject:
    """`item` with its options in their final order; the key goes where its option goes."""
    options: list[JsonObject] = item["options"]
    if has_meaningful_order(item):
        return item
    return {**item, "options": sorted(options, key=lambda option: _digest(item["stem"], option["text"]))}


def has_meaningful_order(item: JsonObject) -> bool:
    """Options or explanations name each other by place, or the options are numbers in order."""
    texts = [option["text"] for option in item["options"]]
    said = [*texts, item["rationale"], *(option["explanation"] for option in item["options"])]
    return (
        any(_NAMES_A_PLACE.search(text) for text in said)
        or any(_NAMES_THE_OTHERS.search(text) for text in texts)
        or _are_ordered_numbers(texts)
    )


def _are_ordered_numbers(texts: list[str]) -> bool:
    numbers = [_leading_number(text) for text in texts]
    known = [number for number in numbers if number is not None]
    if len(known) < len(texts) or len(known) < 2:
        return False
    return all(a < b for a, b in pairwise(known)) or all(a > b for a, b in pairwise(known))


def _leading_number(text: str) -> float | None:
    """12.5 of "about 12,5 kg" is not read, of "12,5 kg" and "≈ 12.5 kg" it is."""
    found = _LEADING_NUMBER.match(text.strip())
    if found is None:
        return None
    digits = _THOUSANDS.sub("", found[1].strip()).replace("−", "-").replace(",", ".").rstrip(". ")
    try:
        return float(digits)
    except ValueError:      # a date, a version, 1.000.000
        return None


def _digest(stem: str, option: str) -> bytes:
    return hashlib.sha256(f"{stem}\0{option}".encode()).digest()
