"""Text from people is data: checked when it comes in, quoted when it goes into a prompt.

And how nouns are counted, and times are said."""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints

# Cc: control, Cf: format (zero width, bidi, tags), Cs: surrogates, Co: private use.  Unassigned ones
# pass: they are the emoji of next year's Unicode.
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co"})
_INVISIBLE_PLANES = "\U000e0000"     # from here on: tags, variation selectors that can smuggle bytes, private use
# Joiners, which Persian, Indic and emoji need; marks of direction, which Hebrew and Arabic keyboards type.  A mark
# is a letter of its direction that is not seen: it moves what stands next to it, and turns no letters round.
_JOINERS_AND_MARKS = frozenset("\u200c\u200d\u200e\u200f\u061c")
_ALLOWED = frozenset("\n\t") | _JOINERS_AND_MARKS
# What comes along with text from web pages and word processors, says where a line may break, and is never missed:
# soft hyphen, zero-width space, word joiner, byte order mark.
_TAKEN_OFF = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
_BLANK_RUN = re.compile(r"[ \t]+")


def forbidden_character(text: str) -> str | None:
    """The first character that people do not type and that can hide or reorder text, as `U+202E`."""
    for character in text.replace("\r\n", "\n"):      # what browsers send of a text area
        is_forbidden = unicodedata.category(character) in _FORBIDDEN_CATEGORIES or character >= _INVISIBLE_PLANES
        if is_forbidden and character not in _ALLOWED:
            return f"U+{ord(character):04X}"
    return None


def cleaned(text: str) -> str:
    """`text` as it is kept: line ends of one kind, trimmed, without what was pasted along with it unseen.

    Empty if nothing of it can be seen.  What must not pass is still there: see `forbidden_character`."""
    text = text.replace("\r\n", "\n").translate(_TAKEN_OFF).strip()
    return "" if _JOINERS_AND_MARKS.issuperset(text) else text


def one_line(text: str) -> str:
    """`text` as it is kept where there is one line for it: `cleaned`, its lines with a space between them.

    A field of one line in a page takes line breaks out unasked, and would glue the words together."""
    return " ".join(filter(None, (line.strip() for line in cleaned(text).splitlines())))


def is_plain_line(text: str) -> bool:
    """Whether `text` may be kept as it is, in one line."""
    return text == one_line(text) != "" and forbidden_character(text) is None


def _visible(text: str) -> str:
    found = forbidden_character(text)
    if found is not None:
        raise ValueError(f"contains the invisible or control character {found}; remove it")
    return _BLANK_RUN.sub(" ", text).strip()


def cleaned_if_text(value: Any) -> Any:     # Any: not yet validated
    return cleaned(value) if isinstance(value, str) else value


def one_line_if_text(value: Any) -> Any:     # Any: as above
    return one_line(value) if isinstance(value, str) else value


def plain_text(max_length: int, *, min_length: int = 1) -> Any:     # Any: an Annotated alias, made at run time
    """The type of a field that a person fills in: cleaned, bounded, without characters that hide or reorder."""
    return _plain(cleaned_if_text, min_length, max_length)


def plain_line(max_length: int, *, min_length: int = 1) -> Any:     # Any: as above
    """As `plain_text`, of what forms show in one line: text of up to 200 characters, and what stands in a list."""
    return _plain(one_line_if_text, min_length, max_length)


def _plain(kept: Callable[[Any], Any], min_length: int, max_length: int) -> Any:     # Any: as above
    return Annotated[
        str,
        BeforeValidator(kept),
        StringConstraints(strip_whitespace=True, min_length=min_length, max_length=max_length),
        AfterValidator(_visible),
    ]


def counted(number: float, noun: str, plural: str = "", *, style: str = "") -> str:
    """`1 week`, `2 weeks`; `style` is how the number is written, as in a format string."""
    return f"{number:{style}} {noun if number == 1 else plural or noun + 's'}"


def time_in_words(at: dt.datetime, now: dt.datetime, *, style: str = "%H:%M") -> str:
    """`12:04 UTC`; with the day unless that is today: `2026-03-01 12:04 UTC`."""
    at, now = at.astimezone(dt.UTC), now.astimezone(dt.UTC)
    return at.strftime(f"{'' if at.date() == now.date() else '%Y-%m-%d '}{style} UTC")


def quoted(value: Any) -> str:     # Any: whatever json can write
    """`value` as compact JSON that cannot close the block it stands in.

    `<` and `>` become JSON escapes, so no text of a user can end its slot or open another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e")
