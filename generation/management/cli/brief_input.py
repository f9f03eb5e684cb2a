"""A brief from the command line: a JSON file, and `--set name=value` on top.

Values take the type that the brief's schema has at that place; whether they are right is the kind's to say."""

import copy
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generation.core.kind import JsonObject
from generation.core.prompting import Kind
from generation.management.cli.base import BadInput

Schema = dict[str, Any]      # Any: a JSON Schema


def read_brief(
    kind: Kind, source: str | None, assignments: Iterable[str], *, start: JsonObject | None = None
) -> JsonObject:
    """The brief in `source` (a path, `-` for stdin; without one, a copy of `start`) with `assignments` made."""
    brief = _from_file(source) if source is not None else copy.deepcopy(start or {})
    schema = kind.Brief.model_json_schema()
    assigned: set[str] = set()
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise BadInput(f"--set {assignment}: write it as name=value, for example --set weeks=8.")
        _assign(brief, schema, name.strip(), text, is_repeated=name.strip() in assigned)
        assigned.add(name.strip())
    return brief


def _from_file(source: str) -> JsonObject:
    where = "The brief on stdin" if source == "-" else f"The brief {source}"
    try:
        text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        brief = json.loads(text.decode("utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{where} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{where} is not UTF-8 text: {error.reason} at byte {error.start}.") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise BadInput(f"{where} is not JSON: {error.msg} in {place}.") from error
    except (ValueError, RecursionError) as error:      # a number of 5,000 digits, brackets without end
        raise BadInput(f"{where} is not usable JSON: {error}.") from error
    if not isinstance(brief, dict):
        raise BadInput(f"{where} must be a JSON object, not {_json_type(brief)}.")
    return brief


def _assign(brief: JsonObject, schema: Schema, name: str, text: str, *, is_repeated: bool) -> None:
    *parents, leaf = name.split(".")
    node, here = brief, schema
    for parent in parents:
        here = _property(schema, here, parent)
        node = node.setdefault(parent, {})
        if not isinstance(node, dict):
            raise BadInput(f"--set {name}: {parent} is not an object.")
    wanted = _property(schema, here, leaf)
    value = _typed(schema, wanted, text)
    if is_repeated and isinstance(value, list) and isinstance(node.get(leaf), list):
        value = [*node[leaf], *value]
    node[leaf] = value


def _typed(root: Schema, wanted: Schema, text: str) -> Any:     # Any: JSON
    """`text` as the schema `wanted` has it; as it stands where that cannot be, for the kind to refuse."""
    types = _types(root, wanted)
    if "array" in types:
        if text.lstrip().startswith("["):
            return _json_or(text)
        items = _resolved(root, wanted).get("items", {})
        return [_typed(root, items, part.strip()) for part in text.split(",") if part.strip()]
    if "string" in types:
        return text
    if types & {"integer", "number", "boolean", "object", "null"}:
        return _json_or(text.strip())
    return text


def _json_or(text: str) -> Any:     # Any: JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _property(root: Schema, node: Schema, name: str) -> Schema:
    found: Schema = _resolved(root, node).get("properties", {}).get(name, {})
    return found


def _resolved(root: Schema, node: Schema) -> Schema:
    while "$ref" in node:
        node = root.get("$defs", {}).get(node["$ref"].rsplit("/", 1)[-1], {})
    return node


def _types(root: Schema, node: Schema) -> set[str]:
    node = _resolved(root, node)
    if "type" in node:
        return {node["type"]} if isinstance(node["type"], str) else set(node["type"])
    options: list[Schema] = node.get("anyOf") or node.get("allOf") or []
    return {found for option in options for found in _types(root, option)}


def _json_type(value: Any) -> str:     # Any: JSON
    names = {list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "null")
