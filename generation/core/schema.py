"""The strict JSON schema of a pydantic model, and the lint that keeps it within the provider's limits.

OpenAI's strict mode wants every property required, `additionalProperties: false`, an object at the
root, and no keyword outside a subset.  The SDK's own converter lets several violations through, so
every schema is linted at start-up."""

import copy
from collections.abc import Iterator, Set
from typing import Any

from pydantic import BaseModel

MAX_PROPERTIES = 5_000
MAX_DEPTH = 10
MAX_ENUM_VALUES = 1_000
MAX_NAME_CHARACTERS = 120_000
FORBIDDEN = frozenset(
    {"allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas",
     "patternProperties", "unevaluatedProperties", "propertyNames", "uniqueItems", "default"}
)
Schema = dict[str, Any]      # Any: a JSON Schema


def strict_schema(model: type[BaseModel]) -> Schema:
    """`model` as a strict-mode schema: all `$ref`s inlined, titles dropped, everything required.

    Inlining keeps the provider's and our simulator's reading the same; the kinds' models are trees."""
    raw = model.model_json_schema(ref_template="#/$defs/{model}")
    definitions = raw.pop("$defs", {})
    return _strict(raw, definitions, ())


def _strict(node: Any, definitions: Schema, inside: tuple[str, ...]) -> Any:     # Any: part of a schema
    if isinstance(node, list):
        return [_strict(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        if name in inside:
            raise ValueError(f"{name} contains itself; a strict schema of ours is a tree")
        merged = {**definitions[name], **{key: value for key, value in node.items() if key != "$ref"}}
        return _strict(merged, definitions, (*inside, name))
    result: Schema = {}
    for key, value in node.items():
        if key in {"title", "default", "discriminator"}:
            continue
        if key == "properties":
            result[key] = {name: _strict(child, definitions, inside) for name, child in value.items()}
        elif key == "oneOf":
            result["anyOf"] = _strict(value, definitions, inside)
        elif key in {"enum", "const", "required"}:
            result[key] = copy.deepcopy(value)
        else:
            result[key] = _strict(value, definitions, inside)
    if result.get("type") == "object":
        result["required"] = list(result.get("properties", {}))
        result.setdefault("additionalProperties", False)
    return result


def lint(schema: Schema) -> list[str]:
    """What a strict-mode provider would reject, one sentence each; empty when it is fine."""
    problems: list[str] = []
    if schema.get("type") != "object":
        problems.append("the root must be an object")
    properties = enum_values = characters = 0
    for pointer, depth, node in _nodes(schema, "#", 1):
        if depth > MAX_DEPTH:
            problems.append(f"{pointer} is deeper than {MAX_DEPTH} levels")
        problems += [f"{pointer} uses {key}" for key in sorted(FORBIDDEN & node.keys())]
        enum_values += len(node.get("enum", ()))
        characters += sum(len(str(value)) for value in node.get("enum", ()))
        if node.get("type") == "object":
            names = node.get("properties", {})
            properties += len(names)
            characters += sum(map(len, names))
            if node.get("additionalProperties") is not False:
                problems.append(f"{pointer} allows additional properties")
            if set(node.get("required", ())) != set(names):
                problems.append(f"{pointer} has optional properties")
        if node.get("type") == "array" and "items" not in node:
            problems.append(f"{pointer} is an array of anything")
        if not ({"type", "anyOf", "enum", "const"} & node.keys()):
            problems.append(f"{pointer} allows any type")
    if properties > MAX_PROPERTIES:
        problems.append(f"{properties} properties are over {MAX_PROPERTIES}")
    if enum_values > MAX_ENUM_VALUES:
        problems.append(f"{enum_values} enum values are over {MAX_ENUM_VALUES}")
    if characters > MAX_NAME_CHARACTERS:
        problems.append(f"{characters} characters of names and enum values are over {MAX_NAME_CHARACTERS}")
    return problems


def _nodes(node: Schema, pointer: str, depth: int) -> Iterator[tuple[str, int, Schema]]:
    yield pointer, depth, node
    for name, child in node.get("properties", {}).items():
        yield from _nodes(child, f"{pointer}/properties/{name}", depth + 1)
    if isinstance(node.get("items"), dict):
        yield from _nodes(node["items"], f"{pointer}/items", depth)
    for position, child in enumerate(node.get("anyOf", ())):
        yield from _nodes(child, f"{pointer}/anyOf/{position}", depth)


LENGTHS = frozenset({"minLength", "maxLength"})
BOUNDS = LENGTHS | frozenset({
    "pattern", "format", "minItems", "maxItems", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "multipleOf",
})


def without(keywords: Set[str], schema: Schema) -> Schema:
    """`schema` in a form for servers that do not know `keywords`: `LENGTHS`, or all `BOUNDS`."""
    kept: Schema = _without(keywords, schema)
    return kept


def _without(keywords: Set[str], node: Any) -> Any:     # Any: part of a schema
    if isinstance(node, list):
        return [_without(keywords, item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _without(keywords, child) for name, child in value.items()} if key == "properties"
        else value if key in {"enum", "const", "required"} else _without(keywords, value)
        for key, value in node.items() if key not in keywords
    }
