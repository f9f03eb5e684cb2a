"""Content for any strict schema is valid, judged by a validator that is not ours."""

import random
import re

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.simulator import patterns
from generation.simulator.fill import CannotFill, fill

NAMES = st.text("abcdefgh_", min_size=1, max_size=6)
PATTERNS = [r"^[A-Z]{2}-\d{3}$", r"^(red|green)$", r"^\w+@\w+\.org$", r"^[^\s,]{3,8}$", r"^a*b?c+(d|e)?$"]
SIDES = st.sets(st.sampled_from(["low", "high"]))
FORMATS = ["date", "date-time", "time", "uuid", "email", "hostname", "ipv4", "ipv6", "uri", "duration"]


def _bounded(type_, numbers, steps):
    """A numeric schema with bounds that leave room for its step."""

    def schema(low, width, step, use):
        made = {"type": type_}
        if "step" in use:
            made["multipleOf"] = step
            width = width + 2 * step
        if "low" in use:
            made["exclusiveMinimum" if "open" in use else "minimum"] = low
        if "high" in use:
            made["exclusiveMaximum" if "open" in use else "maximum"] = low + width + 2
        return made

    parts = st.sets(st.sampled_from(["step", "low", "high", "open"]))
    return st.builds(schema, numbers, st.integers(0, 50), steps, parts)


def _text(low, width, use):
    made = {"type": "string"}
    if "low" in use:
        made["minLength"] = low
    if "high" in use:
        made["maxLength"] = low + width
    return made


LEAVES = st.one_of(
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    _bounded("integer", st.integers(-1_000, 1_000), st.integers(1, 30)),
    _bounded("number", st.integers(-1_000, 1_000), st.sampled_from([0.5, 0.25, 2, 5])),
    st.builds(_text, st.integers(0, 40), st.integers(0, 60), SIDES),
    st.sampled_from(FORMATS).map(lambda name: {"type": "string", "format": name}),
    st.lists(NAMES, min_size=1, max_size=5, unique=True).map(lambda values: {"type": "string", "enum": values}),
    st.sampled_from([{"const": "fixed"}, {"const": 7}, {"type": ["string", "null"]}, {"enum": [1, 2, None]}]),
    st.sampled_from(PATTERNS).map(lambda pattern: {"type": "string", "pattern": pattern}),
)


def _object(properties):
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _array(items, low, width, use):
    made = {"type": "array", "items": items}
    if "low" in use:
        made["minItems"] = low
    if "high" in use:
        made["maxItems"] = low + width
    return made


SCHEMAS = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        st.dictionaries(NAMES, children, max_size=4).map(_object),
        st.builds(_array, children, st.integers(0, 4), st.integers(0, 4), SIDES),
        st.lists(children, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches}),
        children.map(lambda child: {"anyOf": [child, {"type": "null"}]}),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(schema=SCHEMAS, seed=st.integers(0, 9))
def test_any_strict_schema_is_kept(schema, seed):
    value = fill(schema, random.Random(seed))
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    assert validator.is_valid(value), (value, [str(problem) for problem in validator.iter_errors(value)])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_schema_that_contains_itself_ends(seed):
    node = {
        "type": "object", "additionalProperties": False, "required": ["name", "next", "children"],
        "properties": {
            "name": {"$ref": "#/$defs/name"},
            "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
            "children": {"type": "array", "items": {"$ref": "#/$defs/branch"}},
        },
        "$defs": {
            "name": {"type": "string", "minLength": 3},
            "branch": {
                "type": "object", "additionalProperties": False, "required": ["sub"],
                "properties": {"sub": {"type": "array", "items": {"$ref": "#/$defs/branch"}}},
            },
        },
    }
    assert jsonschema_rs.Draft202012Validator(node).is_valid(fill(node, random.Random(seed)))


def test_unique_items_are_unique():
    schema = {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True}
    for seed in range(20):
        assert sorted(fill(schema, random.Random(seed))) == ["a", "b", "c"]


@pytest.mark.parametrize(("schema", "reason"), [
    ({"type": "integer", "minimum": 3, "maximum": 4, "multipleOf": 5}, "no number"),
    ({"type": "thing"}, "type 'thing'"),
    ({"enum": []}, "IndexError"),
    ({"$ref": "#/$defs/gone"}, "KeyError"),
    ({"type": "object", "properties": []}, "AttributeError"),
    ({"type": "integer", "minimum": "low"}, "ValueError"),
    ({"type": "object", "properties": {"self": {"$ref": "#"}}}, "RecursionError"),
])
def test_schema_that_cannot_be_kept_says_so(schema, reason):
    with pytest.raises(CannotFill, match=reason):
        fill(schema, random.Random(1))


@pytest.mark.parametrize("pattern", [
    "abc", "a|b|", "[a-f0-9]{8}", r"\d+\.\d{2}", r"^\S+ \S+$", "(?:ab)+c", "x{2,}y{0,2}", r"[\w-]+", "[^abc]x",
    r"\$\(\)", "a+?b", "((a|b)c){2}", "[]a]", r"[\]\\]",
])
def test_pattern_has_an_example(pattern):
    for seed in range(30):
        assert re.fullmatch(pattern, patterns.example(pattern, random.Random(seed)))


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "(?P<x>a)", "*a", "a{x}", "[", "(a", r"\bword", "a)"])
def test_pattern_that_is_too_much_is_refused(pattern):
    with pytest.raises(ValueError):
        patterns.example(pattern, random.Random(1))


def test_unreadable_pattern_still_gives_text():
    text = fill({"type": "string", "pattern": r"(?=x)\bword"}, random.Random(1))
    assert isinstance(text, str)
    assert text
