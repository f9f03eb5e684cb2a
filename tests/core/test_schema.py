"""The strict schema of a model, and the lint of one."""

import copy
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from generation.core.schema import FORBIDDEN, Schema, lint, strict_schema


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Leaf(BaseModel):
    colour: Colour
    size: int | None = None


class Tree(BaseModel):
    title: str = Field(default="x", description="A name.")      # a property may be called like a keyword
    leaves: list[Leaf]
    best: Leaf | None


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Owner(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Node(BaseModel):
    children: list["Node"]


class Ping(BaseModel):
    pong: "Pong | None"


class Pong(BaseModel):
    ping: Ping | None


LEAF = {
    "type": "object", "additionalProperties": False, "required": ["colour", "size"],
    "properties": {
        "colour": {"type": "string", "enum": ["red", "blue"]},
        "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
}


def test_everything_is_required_closed_and_inlined():
    assert strict_schema(Tree) == {
        "type": "object", "additionalProperties": False, "required": ["title", "leaves", "best"],
        "properties": {
            "title": {"type": "string", "description": "A name."},
            "leaves": {"type": "array", "items": LEAF},
            "best": {"anyOf": [LEAF, {"type": "null"}]},
        },
    }
    assert lint(strict_schema(Tree)) == []


def test_union_of_models_is_any_of():
    pet = strict_schema(Owner)["properties"]["pet"]
    assert pet.keys() == {"anyOf"}
    assert [choice["properties"]["kind"]["const"] for choice in pet["anyOf"]] == ["cat", "dog"]
    assert lint(strict_schema(Owner)) == []


@pytest.mark.parametrize("model", [Node, Ping, Pong])
def test_model_that_contains_itself_is_refused(model):
    with pytest.raises(ValueError, match="contains itself"):
        strict_schema(model)


def test_schema_belongs_to_its_caller():
    strict_schema(Tree)["properties"]["leaves"]["items"]["properties"]["colour"]["enum"].append("green")
    assert strict_schema(Tree)["properties"]["leaves"]["items"] == LEAF


class Dictionary(BaseModel):
    words: dict[str, str]


class Anything(BaseModel):
    value: Any


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")
    value: int


class Pair(BaseModel):
    ends: tuple[int, int]


@pytest.mark.parametrize(("model", "problem"), [
    (Dictionary, "#/properties/words allows additional properties"),
    (Anything, "#/properties/value allows any type"),
    (Loose, "# allows additional properties"),
    (Pair, "#/properties/ends is an array of anything"),
])
def test_model_that_strict_mode_cannot_say_is_found(model, problem):
    assert lint(strict_schema(model)) == [problem]


def an_object(**properties: Schema) -> Schema:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }


def nested(levels: int) -> Schema:
    return an_object(inner=nested(levels - 1)) if levels > 2 else an_object(end={"type": "string"})


TEXT = {"type": "string"}
GOOD = an_object(a=TEXT, b={"type": "array", "items": {"anyOf": [an_object(c=TEXT), {"type": "null"}]}})
DEEP = ("properties", "b", "items", "anyOf", 0)


def changed(path: tuple[str | int, ...], **keys: Any) -> Schema:
    """`GOOD` with `keys` set at `path`; None takes a key away."""
    schema = copy.deepcopy(GOOD)
    node: Any = schema
    for step in path:
        node = node[step]
    for key, value in keys.items():
        node[key] = value
        if value is None:
            del node[key]
    return schema


@pytest.mark.parametrize(("schema", "problem"), [
    ({"type": "array", "items": TEXT}, "the root must be an object"),
    ({"anyOf": [GOOD, GOOD]}, "the root must be an object"),
    (changed((), additionalProperties=None), "# allows additional properties"),
    (changed((), additionalProperties=True), "# allows additional properties"),
    (changed(DEEP, additionalProperties=None), "#/properties/b/items/anyOf/0 allows additional properties"),
    (changed((), required=["a"]), "# has optional properties"),
    (changed(DEEP, required=None), "#/properties/b/items/anyOf/0 has optional properties"),
    (changed(("properties", "b"), items=None), "#/properties/b is an array of anything"),
    (changed(("properties", "a"), type=None), "#/properties/a allows any type"),
    (changed(("properties", "a"), default="x"), "#/properties/a uses default"),
    (nested(11), "#" + "/properties/inner" * 9 + "/properties/end is deeper than 10 levels"),
    (an_object(**{f"p{n}": TEXT for n in range(5_001)}), "5001 properties are over 5000"),
    (an_object(a={"enum": list(range(1_001))}), "1001 enum values are over 1000"),
    (an_object(**{"n" * 120_001: TEXT}), "120001 characters of names and enum values are over 120000"),
    (an_object(n={"enum": ["x" * 120_000]}), "120001 characters of names and enum values are over 120000"),
])
def test_lint_finds_what_a_provider_rejects(schema, problem):
    assert problem in lint(schema)


@pytest.mark.parametrize("keyword", sorted(FORBIDDEN))
def test_lint_finds_keywords_outside_the_subset(keyword):
    assert lint(changed(DEEP, **{keyword: {}})) == [f"#/properties/b/items/anyOf/0 uses {keyword}"]


@pytest.mark.parametrize("schema", [
    GOOD, nested(10), an_object(**{f"p{n}": TEXT for n in range(5_000)}), an_object(a={"enum": list(range(1_000))}),
    an_object(a={"const": "x"}, default=TEXT, oneOf=TEXT),      # names of properties are no keywords
])
def test_lint_leaves_good_schemas_in_peace(schema):
    assert lint(schema) == []
