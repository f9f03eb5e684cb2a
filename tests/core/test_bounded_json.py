"""What JSON costs before it is known to be none of ours."""

import json
import tracemalloc

import pytest

from generation.core.bounded_json import MOST_VALUES, TooManyValues, holds_too_many, loads
from generation.core.reply_text import object_in

MANY = MOST_VALUES + 1


@pytest.mark.parametrize("text", [
    '{"x":[' + "{}," * MANY + "{}]}", "[" + "0," * MANY + "0]", "[" + '"a",' * MANY + '"a"]',
    "[" + "[]," * MANY + "[]]",
    "{" + ",".join(f'"{n}":1' for n in range(MANY + 1)) + "}", '["\\"",' + "{}," * MANY + "{}]",
    '["a' + "{}," * MANY,
])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le"])
def test_more_values_than_any_document_are_not_made(text, encoding):
    body = text.encode(encoding)
    tracemalloc.start()
    for given in (text, body):
        with pytest.raises(TooManyValues):
            loads(given)
    assert object_in(text) is None
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(body) + 1_000_000


def test_what_a_text_says_is_no_value():
    text = json.dumps({"body": "{[,\\\"" * MANY, "n": 3})
    assert loads(text)["n"] == loads(text.encode())["n"] == loads(text.encode("utf-8-sig"))["n"] == 3


def test_nothing_is_sought_behind_a_quotation_mark_that_opens_nothing():
    """Read from the first character all of it is a string; read from the fence, it is a list without end."""
    assert holds_too_many('{"\n```json\n{"x":[' + "{}," * MANY + '{}]}\n```\n"')


def test_string_that_hides_its_commas_is_no_object_either():
    inner = '{"x":[' + "{}," * MANY + "{}]}"
    hidden = "".join(f"\\u{ord(letter):04x}" for letter in inner)
    assert not holds_too_many(hidden)
    assert object_in(f'"{hidden}"') is None
