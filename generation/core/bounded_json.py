"""JSON of strangers, bounded in how many values it holds before any of them is made.

Three bytes (`{},`) become an object of a hundred, and where a schema refuses it a problem of a thousand: a bound on
bytes alone bounds little."""

import json
import re
from typing import Any

# The longest reply of a model has about as many tokens, and most of them are text.
MOST_VALUES = 100_000
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)


class TooManyValues(ValueError):
    """JSON that holds more than any document."""

    def __init__(self) -> None:
        super().__init__(f"it holds more than {MOST_VALUES:,} values")


def holds_too_many(text: str) -> bool:
    """Whether JSON anywhere in `text` could hold more than MOST_VALUES, whatever else the text is.

    Commas and braces of prose count, too: what is a string and what is not depends on where one begins to read."""
    return _marks(text, 0, len(text)) > MOST_VALUES


def loads(text: str | bytes) -> Any:     # Any: whatever JSON can hold
    """As `json.loads`; raises TooManyValues, which is a ValueError as well, before more than MOST_VALUES are made."""
    plain = text if isinstance(text, str) else text.decode(json.detect_encoding(text), "surrogatepass")
    if has_more_values(plain, MOST_VALUES):
        raise TooManyValues
    return json.loads(plain)


def has_more_values(text: str, most: int) -> bool:
    """Whether `text`, all of which is JSON or cannot be read, holds more than about `most` names and values.

    What stands in its strings is text.  A string that does not end is none, so nothing hides in it."""
    if _marks(text, 0, len(text)) <= most:
        return False
    marks = at = 0
    for string in _STRING.finditer(text):
        marks += 1 + _marks(text, at, string.start())
        at = string.end()
        if marks > most:
            return True
    return marks + _marks(text, at, len(text)) > most


def _marks(text: str, start: int, end: int) -> int:
    """Every value but the first of all stands behind one of these."""
    return sum(text.count(mark, start, end) for mark in ",{[")
