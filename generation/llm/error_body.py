"""What an error body says, whatever its shape: an object, a list, a string, JSON inside of a string."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generation.core.dialects import NAMES
from generation.llm.waits import duration_s

MOST_PARTS, DEEPEST = 400, 8          # of somebody's JSON
MOST_WORDS = 8_000                    # characters that are looked at

_CODE_KEYS = frozenset({
    "code", "type", "status", "reason", "param", "errorcode", "error_code", "quotaid", "error_type", "innercode",
})
_WORD_KEYS = frozenset({
    "message", "detail", "msg", "error", "title", "description", "raw", "error_msg", "errormessage", "error_message",
    "generated_text", "reasons", "previous_errors", "hint", "help",
})


@dataclass
class Said:
    """All that an error body says.  `words` in lower case, `message` for people, `fields` from lists of problems."""

    message: str = ""
    words: str = ""
    codes: set[str] = field(default_factory=set)
    inner_codes: set[str] = field(default_factory=set)      # of JSON within a text: perhaps somebody's quotation
    fields: set[str] = field(default_factory=set)
    numbers: dict[str, float] = field(default_factory=dict)
    text: str = ""      # what the model had written, where the error shows it


def said_in(found: Any, raw: str) -> Said:     # Any: JSON, or None where it is none
    """What the error body `found` says, whatever its shape: object, list, string, JSON inside of a string."""
    said, words = Said(), list[str]()
    for key, value, is_inner in _leaves(found):
        if isinstance(value, str) and value:
            if key in _CODE_KEYS and len(value) <= 120:
                (said.inner_codes if is_inner else said.codes).add(value.lower())
            if key in _WORD_KEYS or key == "":
                words.append(value)
            if key in {"code", "type", "status", "reason"} and " " in value:
                words.append(value)
            if key == "failed_generation":
                said.text = value
            if key == "loc" or (key in {"param", "field", "fieldpath"} and value in NAMES):
                said.fields.add(value)
            if key == "retrydelay" and (wait := duration_s(value)) is not None:
                said.numbers["retrydelay"] = wait
        elif isinstance(value, int | float) and not isinstance(value, bool) and (not is_inner or "retry" in key):
            said.numbers.setdefault(key, float(value) if abs(value) < 1e300 else math.inf)
    # A list of problems says little without the fields that it is about.
    said.message = raw if said.fields else next((word for word in words if word.strip()), "")
    said.words = " ".join(words)[:MOST_WORDS].lower() or raw[:MOST_WORDS].lower()
    return said


def _leaves(
    found: Any, key: str = "", depth: int = 0, budget: list[int] | None = None, *, is_inner: bool = False
) -> Iterator[tuple[str, Any, bool]]:
    """Every value with the key above it, in lower case, and whether it stands in JSON within a text."""
    budget = [MOST_PARTS] if budget is None else budget
    budget[0] -= 1
    if budget[0] < 0 or depth > DEEPEST:
        return
    if isinstance(found, dict):
        # The message first, then what explains it.
        for name in sorted(found, key=lambda name: (str(name).lower() != "error", str(name).lower() != "message")):
            yield from _leaves(found[name], str(name).lower(), depth + 1, budget, is_inner=is_inner)
    elif isinstance(found, list):
        for value in found:
            yield from _leaves(value, key, depth + 1, budget, is_inner=is_inner)
    else:
        yield key, found, is_inner
        inner = _json_within(found)
        if inner is not None:
            yield from _leaves(inner, key, depth + 1, budget, is_inner=True)


def _json_within(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > 50_000:
        return None
    start = min((at for at in (value.find("{"), value.find("[{")) if at >= 0), default=-1)
    if start < 0:
        return None
    try:
        inner, _end = json.JSONDecoder().raw_decode(value, start)
    except (ValueError, RecursionError):
        return None
    return inner if isinstance(inner, dict | list) else None
