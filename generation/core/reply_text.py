"""The JSON object in what a model wrote, whatever stands around it.

Models and servers put objects into fences, behind thoughts, between stop tokens, into strings and into arrays of
one.  Only what is certain is taken off: the first object must be complete, or the text stays as it is."""

import json
import re
from collections.abc import Collection
from typing import Any

LONGEST_PREFACE = 20_000      # characters before the object, thoughts apart
_THOUGHTS = re.compile(
    r"<(think|thinking|thought|reasoning|analysis|seed:think)>.*?</\1>|\[THINK\].*?\[/THINK\]"
    r"|<\|START_THINKING\|>.*?<\|END_THINKING\|>|<unused94>.*?<unused95>|◁think▷.*?◁/think▷",
    re.DOTALL | re.IGNORECASE,
)
_END_OF_THOUGHTS = re.compile(
    r"</(?:think|thinking|thought|reasoning|analysis|seed:think)>|\[/THINK\]|◁/think▷", re.IGNORECASE)
_FINAL_CHANNEL = re.compile(r"<\|channel\|>\s*final.{0,80}?<\|message\|>", re.DOTALL)
_FENCE = re.compile(
    r"^[ \t]*(?:```|~~~)[ \t]*[\w.+-]*[ \t]*\r?\n(.*?)(?:^[ \t]*(?:```|~~~)|\Z)", re.DOTALL | re.MULTILINE)
_DECODER = json.JSONDecoder()


def object_in(text: str, keys: Collection[str] = ()) -> str | None:
    """The one complete JSON object that `text` holds, as its own text; None if there is none.

    `keys` are those that it must have: an object that holds just such a one under a single key of its own is
    unwrapped."""
    plain = text.strip()
    if plain.startswith("{") and plain.endswith("}") and (found := _decoded(plain)) is not None:
        return _unwrapped(found, plain, keys)
    for candidate in _candidates(plain):
        found_text = _object_at_start(candidate)
        if found_text is not None:
            return _unwrapped(json.loads(found_text), found_text, keys)
    return None


def _candidates(text: str) -> list[str]:
    """Where the object may begin, the likeliest first.  Cheap: at most a handful of passes over the text."""
    text = text.lstrip("\ufeff\u200b \t\r\n")
    spoken = _FINAL_CHANNEL.split(text)[-1]
    spoken = _THOUGHTS.sub("", spoken) if len(spoken) < 2_000_000 else spoken
    ends = list(_END_OF_THOUGHTS.finditer(spoken))
    if ends:
        spoken = spoken[ends[-1].end():]      # the template swallowed the tag that opened it
    fenced = [found[1] for found in _FENCE.finditer(spoken)]
    first = [text] if text.startswith("{") else []      # what looks like thoughts may stand in one of its strings
    return [part for part in (*first, spoken, *fenced[::-1]) if part.strip()]


def _object_at_start(text: str) -> str | None:
    """The object at the first brace of `text`, also out of a string or an array of one."""
    stripped = text.strip().lstrip("\ufeff")
    for opening in ('"', "["):
        if stripped.startswith(opening):
            try:
                value, _end = _DECODER.raw_decode(stripped)
            except (ValueError, RecursionError):
                break
            if isinstance(value, str) and value.strip().startswith("{"):
                return value.strip() if _decoded(value.strip()) is not None else None
            if isinstance(value, list):
                is_one = len(value) == 1 and isinstance(value[0], dict)
                return json.dumps(value[0], ensure_ascii=False) if is_one else None
            break
    start = stripped.find("{")
    if start < 0 or start > LONGEST_PREFACE:
        return None
    try:
        value, end = _DECODER.raw_decode(stripped, start)
    except (ValueError, RecursionError):
        return None
    return stripped[start:end] if isinstance(value, dict) else None


def _unwrapped(found: dict[str, Any], text: str, keys: Collection[str]) -> str:
    if keys and len(found) == 1 and not found.keys() & set(keys):
        (inner,) = found.values()
        if isinstance(inner, dict) and inner.keys() >= set(keys):
            return json.dumps(inner, ensure_ascii=False)
    return text


def _decoded(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
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
