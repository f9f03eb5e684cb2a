"""The JSON object in what a model wrote, whatever stands around it.

Models and servers put objects into fences, behind thoughts, between stop tokens, into strings and into arrays of
one.  Only what is certain is taken off: the first object must be complete, or the text stays as it is."""

import json
import re
from collections.abc import Collection, Iterator
from itertools import chain, islice
from typing import Any

from generation.core import bounded_json

LONGEST_PREFACE = 20_000      # characters before the object, thoughts apart
_NAMES = "think|thinking|thoughts?|reasoning|analysis|seed:think"
_THOUGHTS_BEGIN = re.compile(rf"<(?:{_NAMES})>|\[THINK\]|<\|START_THINKING\|>|<unused94>|◁think▷", re.IGNORECASE)
_THOUGHTS_END = re.compile(rf"</(?:{_NAMES})>|\[/THINK\]|<\|END_THINKING\|>|<unused95>|◁/think▷", re.IGNORECASE)
_FINAL_CHANNEL = re.compile(r"<\|channel\|>\s*final.{0,80}?<\|message\|>", re.DOTALL)
_OPENING = re.compile(r'\{|\[\s*\{|"')
MOST_THOUGHTS = 20
_FENCE = re.compile(
    r"^[ \t]*(?:```|~~~)[ \t]*[\w.+-]*[ \t]*\r?\n(.*?)(?:^[ \t]*(?:```|~~~)|\Z)", re.DOTALL | re.MULTILINE)
_DECODER = json.JSONDecoder()


def object_in(text: str, keys: Collection[str] = ()) -> str | None:
    """The one complete JSON object that `text` holds, as its own text; None if there is none.

    `keys` are those that it must have: an object that holds just such a one under a single key of its own is
    unwrapped.  Nothing is sought in a text that might hold more values than any document."""
    if bounded_json.holds_too_many(text):
        return None
    try:
        return _object_in(text.strip(), keys)
    except RecursionError:      # it could be read, and cannot be written
        return None


def _object_in(plain: str, keys: Collection[str]) -> str | None:
    if plain.startswith("{") and plain.endswith("}") and (found := _decoded(plain)) is not None:
        return _unwrapped(found, plain, keys)
    for candidate in _candidates(plain):
        found_text = _object_at_start(candidate)
        if found_text is not None:
            return _unwrapped(json.loads(found_text), found_text, keys)
    return None


def _candidates(text: str) -> Iterator[str]:
    """Texts at whose first brace the object may begin, the likeliest first."""
    text = text.lstrip("\ufeff\u200b \t\r\n")
    final = _FINAL_CHANNEL.split(text)
    # What looks like thoughts may stand in a string of the object: so the text as it is comes before what follows them.
    ends = [found.end() for found in islice(_THOUGHTS_END.finditer(text), MOST_THOUGHTS)]
    for part in chain(final[:0:-1], (text,), (text[end:] for end in ends)):      # one copy at a time
        yield part
        yield from [found[1] for found in _FENCE.finditer(part)][::-1]


def _object_at_start(text: str) -> str | None:
    """The object at the first brace of `text`, also out of a string or an array of one; not one of its thoughts."""
    opened = _OPENING.search(text, 0, LONGEST_PREFACE)
    if opened is None:
        return None
    start = opened.start()
    for opening in dict.fromkeys((start, text.find("{"))):      # a quotation may come before the object
        try:
            value, end = _DECODER.raw_decode(text, opening)
        except (ValueError, RecursionError):
            if text[opening] == "[":
                return None      # a list of objects that was cut off: none of them is the one
            continue
        found = _one_of(value, text[opening:end])
        if found is not None or isinstance(value, list):
            return None if _is_thought(text, opening, end) else found
    return None


def _one_of(value: Any, text: str) -> str | None:     # Any: what was decoded from `text`
    """The object that `value` is or holds alone."""
    if isinstance(value, dict):
        return text
    if isinstance(value, list):
        return json.dumps(value[0], ensure_ascii=False) if len(value) == 1 and isinstance(value[0], dict) else None
    if isinstance(value, str) and value.strip().startswith("{") and _decoded(value) is not None:
        return value.strip()
    return None


def _is_thought(text: str, start: int, end: int) -> bool:
    """Whether what stands between is something that the model told itself."""
    if _THOUGHTS_END.search(text, end) is not None or _FINAL_CHANNEL.search(text, end) is not None:
        return True
    begun = [found.end() for found in islice(_THOUGHTS_BEGIN.finditer(text, 0, start), MOST_THOUGHTS)]
    return bool(begun) and _THOUGHTS_END.search(text, begun[-1], start) is None


def _unwrapped(found: dict[str, Any], text: str, keys: Collection[str]) -> str:
    if keys and len(found) == 1 and not found.keys() & set(keys):
        (inner,) = found.values()
        if isinstance(inner, dict) and inner.keys() >= set(keys):
            return json.dumps(inner, ensure_ascii=False)
    return text


def _decoded(text: str) -> dict[str, Any] | None:
    try:
        value = bounded_json.loads(text)      # of a string, too, where escapes hid the commas
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def repeats(text: str, *, least: int = 4_000, longest_period: int = 300) -> bool:
    """Whether the end of `text` says one thing over and over: a model that is caught in a loop.

    `least` characters must be such repetitions.  Looks at the end only, so it may be asked often."""
    tail = text[-least:]
    if len(tail) < least:
        return False
    # The period of the tail is where its last characters were said before.
    sample = tail[-24:]
    before = tail.rfind(sample, 0, len(tail) - 1)
    if before < 0:
        return False
    period = len(tail) - len(sample) - before
    return 0 < period <= longest_period and tail[period:] == tail[:-period]
