"""Text from people: what comes in, and how it stands in a prompt."""

import datetime as dt
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from generation.core.text import (
    cleaned,
    counted,
    forbidden_character,
    is_plain_line,
    one_line,
    plain_line,
    plain_text,
    quoted,
    time_in_words,
)

FIVE = TypeAdapter(plain_text(5))
OPTIONAL = TypeAdapter(plain_text(5, min_length=0))
LONG = TypeAdapter(plain_text(200))


@pytest.mark.parametrize(("character", "name"), [
    ("\0", "U+0000"), ("\a", "U+0007"), ("\x1b", "U+001B"), ("\x7f", "U+007F"), ("\x85", "U+0085"),
    *[(chr(point), f"U+{point:04X}") for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))],
    ("\ufff9", "U+FFF9"), ("\u180e", "U+180E"), ("\ue000", "U+E000"), ("\ud800", "U+D800"), ("\U000e0041", "U+E0041"),
    ("\U000e0080", "U+E0080"), ("\U000e0101", "U+E0101"), ("\U0010fffd", "U+10FFFD"),
], ids=lambda value: value if value.startswith("U+") else "")
def test_characters_that_hide_or_reorder_text_are_named(character, name):
    assert forbidden_character(f"a{character}b") == name
    with pytest.raises(ValidationError):
        LONG.validate_python(f"a{character}b")


def test_first_forbidden_character_is_the_one_that_is_named():
    with pytest.raises(ValidationError, match=r"character U\+202E; remove it"):
        LONG.validate_python("a\u202eb\0")


@pytest.mark.parametrize("text", [
    "Rücken & Nacken <3", "می‌خواهم", "क्‍ष", "👩‍👩‍👧 ❤️", "שלום עולם", "日本語のコース", "e\u0301", "one\ntwo",
    "שלום\u200f!", "\u200eA", "a\u061cب", "کتاب\u200cها",
    "\U0001fae8 \U0001f6dc",      # emoji younger than this Python's Unicode tables
])
def test_what_people_type_is_kept(text):
    assert LONG.validate_python(text) == text


@pytest.mark.parametrize(("text", "kept"), [
    ("abcde", "abcde"), ("  abcde \n", "abcde"), ("a \t b", "a b"), ("a\n\nb", "a\n\nb"), ("\u00a0ab\u3000", "ab"),
])
def test_text_is_trimmed_before_it_is_measured(text, kept):
    assert FIVE.validate_python(text) == kept


@pytest.mark.parametrize("text", ["one\r\ntwo", "one\ntwo"])
def test_line_ends_of_a_browser_are_line_ends(text):
    assert LONG.validate_python(text) == "one\ntwo"
    assert forbidden_character(text) is None


@pytest.mark.parametrize(("text", "kept"), [
    ("\ufeffKraft\u00adtraining\u200b mit Plan", "Krafttraining mit Plan"), ("\ufeff a", "a"), ("a\u2060b", "ab"),
    ("a \u200b", "a"), ("\u200b\n\ufeff a", "a"),
])
def test_what_is_pasted_along_unseen_is_taken_off(text, kept):
    assert LONG.validate_python(text) == cleaned(text) == kept


@pytest.mark.parametrize("text", ["a\ufeff\u202eb", "\u200b\0"])
def test_what_must_not_pass_does_not_pass_beside_it(text):
    assert forbidden_character(cleaned(text)) in {"U+202E", "U+0000"}
    with pytest.raises(ValidationError):
        LONG.validate_python(text)


def test_text_is_measured_as_it_is_kept():
    assert FIVE.validate_python("\ufeffa\u00adb\u00adc\u00add\u00ade") == "abcde"


@pytest.mark.parametrize("text", ["\u200f", "\ufeff", "\u200b \u200b", "\u200d\u200c\u200e"])
def test_text_of_which_nothing_is_seen_is_none(text):
    assert OPTIONAL.validate_python(text) == ""
    with pytest.raises(ValidationError):
        FIVE.validate_python(text)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "abcdef", "x" * 1_000_000, 5, None, ["a"], True])
def test_text_out_of_bounds_is_refused(text):
    with pytest.raises(ValidationError):
        FIVE.validate_python(text)


@pytest.mark.parametrize("text", ["", "   "])
def test_text_may_be_empty_where_the_field_says_so(text):
    assert OPTIONAL.validate_python(text) == ""


# Mostly brackets, tags and escapes; and anything else.
HOSTILE = st.text(st.sampled_from("<>/\\u003ce\"'& brief\n")) | st.text()


@pytest.mark.parametrize(("text", "kept"), [
    ("two\nlines", "two lines"), (" two \r\n\n lines\u2029", "two lines"), ("a\ufeff\nb", "a b"), ("\n", ""),
    ("a\tb", "a\tb"),
])
def test_one_line_loses_no_word_and_glues_none(text, kept):
    assert one_line(text) == kept
    assert one_line(kept) == kept
    assert is_plain_line(kept) == bool(kept)


def test_line_is_counted_as_it_is_kept():
    assert TypeAdapter(plain_line(3)).validate_python("a\r\n\ufeffb\n") == "a b"


@given(st.recursive(
    HOSTILE | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HOSTILE, inner, max_size=4), max_leaves=10,
))
@settings(max_examples=100, deadline=None)
def test_nothing_closes_the_block_it_is_quoted_in(value):
    text = quoted(value)
    assert "<" not in text and ">" not in text and "\n" not in text
    assert json.loads(text) == value


@pytest.mark.parametrize(("number", "words"), [(0, "0 weeks"), (1, "1 week"), (2, "2 weeks"), (1.5, "1.5 weeks")])
def test_noun_is_counted(number, words):
    assert counted(number, "week") == words


def test_noun_has_a_plural_of_its_own_and_its_number_a_style():
    assert counted(3, "try", "tries") == "3 tries"
    assert counted(1234, "part", style=",") == "1,234 parts"


@pytest.mark.parametrize(("at", "words"), [
    ("2026-03-01T12:04:00+00:00", "12:04 UTC"), ("2026-03-01T23:30:00-02:00", "2026-03-02 01:30 UTC"),
    ("2026-03-02T00:00:00+00:00", "2026-03-02 00:00 UTC"), ("2025-03-01T12:04:00+00:00", "2025-03-01 12:04 UTC"),
])
def test_time_says_its_day_unless_that_is_today(at, words):
    now = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
    assert time_in_words(dt.datetime.fromisoformat(at), now) == words
