"""Mend a draft in the places that findings name, and leave the rest of it as it is.

A place is the smallest part that makes sense by itself: a text, an entry of a list with all its fields, or a list.  The
model is asked for new values of the places only, in a schema made of theirs."""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from generation.core.findings import Finding
from generation.core.json_pointers import is_at_or_below, parts_of, put
from generation.core.kind import JsonObject
from generation.core.schema import Schema

MOST_PLACES = 12
LARGEST_SHARE = 0.6      # of the draft's characters; beyond that it is written again whole
# Stands among the findings of a chunk whose last repair made something else wrong.
WHOLE_AGAIN = "repair"


@dataclass(frozen=True)
class Wound:
    """One place: `name` is its key in the reply, `findings` are those that are about it."""

    name: str
    pointer: str
    value: Any                        # Any: JSON
    schema: Schema
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Node:
    pointer: str
    value: Any                        # Any: JSON
    schema: Schema


def wounds(draft: JsonObject, schema: Schema, findings: Sequence[Finding]) -> tuple[Wound, ...]:
    """Where `draft`, which `schema` describes, has to be mended; nothing if it has to be written again whole: the
    errors are about all of it, or about too much, or one of the places is not there."""
    if any(finding.rule == WHOLE_AGAIN for finding in findings):
        return ()
    found: dict[str, _Node] = {}
    for finding in findings:
        if finding.is_error:
            node = _node(draft, schema, finding.pointer)
            if node is None:
                return ()
            found[node.pointer] = node
    # What is wrong about a list is often wrong because of one of its entries: that one is mended first.
    inner = [node for node in found.values() if not any(
        other != node.pointer and is_at_or_below(other, node.pointer) for other in found)]
    share = sum(len(json.dumps(node.value)) for node in inner) / max(1, len(json.dumps(draft)))
    if not inner or len(inner) > MOST_PLACES or share > LARGEST_SHARE:
        return ()
    return tuple(
        Wound(f"place_{number}", node.pointer, node.value, node.schema, tuple(
            finding for finding in findings
            if is_at_or_below(finding.pointer, node.pointer) or is_at_or_below(node.pointer, finding.pointer)))
        for number, node in enumerate(sorted(inner, key=lambda node: _key(node.pointer)), start=1)
    )


def reply_schema(places: Sequence[Wound]) -> Schema:
    """Of an object with a new value for each of `places`."""
    return {
        "type": "object", "properties": {place.name: place.schema for place in places},
        "required": [place.name for place in places], "additionalProperties": False,
    }


def mended(draft: JsonObject, places: Sequence[Wound], values: JsonObject) -> JsonObject | None:
    """`draft` with the new `values` in its `places`; None if one is missing."""
    if any(place.name not in values for place in places):
        return None
    result = copy.deepcopy(draft)
    for place in places:
        put(result, place.pointer, values[place.name])
    return result


def is_worse(before: Sequence[Finding], after: Sequence[Finding]) -> bool:
    """Whether an error came that was not there, be it of the same rule in another place."""
    known = {(finding.rule, finding.pointer) for finding in before if finding.is_error}
    return any((finding.rule, finding.pointer) not in known for finding in after if finding.is_error)


def _node(draft: JsonObject, schema: Schema, pointer: str) -> _Node | None:
    """The place for `pointer`: a text or a list stands for itself, a number or a choice for the entry that it is in."""
    way = [_Node("", draft, schema)]
    for token in parts_of(pointer):
        below = _child(way[-1], token)
        if below is None:
            break
        way.append(below)
    while len(way) > 2 and _is_part_of_an_entry(way[-1]):
        way.pop()
    return way[-1] if len(way) > 1 else None


def _child(node: _Node, token: str) -> _Node | None:
    schema = _that_fits(node.schema, node.value)
    at = f"{node.pointer}/{token.replace('~', '~0').replace('/', '~1')}"
    if isinstance(node.value, dict) and token in node.value and token in schema.get("properties", {}):
        return _Node(at, node.value[token], schema["properties"][token])
    if isinstance(node.value, list) and token.isdecimal() and int(token) < len(node.value) and "items" in schema:
        return _Node(at, node.value[int(token)], schema["items"])
    return None


def _that_fits(schema: Schema, value: Any) -> Schema:     # Any: JSON
    """The branch of a choice that `value` belongs to."""
    for branch in schema.get("anyOf", ()):
        if branch.get("type") == ("object" if isinstance(value, dict) else "array"):
            return dict(branch)
    return schema


def _is_part_of_an_entry(node: _Node) -> bool:
    is_text = isinstance(node.value, str) and "enum" not in node.schema and "const" not in node.schema
    return not isinstance(node.value, dict | list) and not is_text


def _key(pointer: str) -> list[tuple[int, str]]:
    """In the order of the document."""
    return [(int(token), "") if token.isdecimal() else (-1, token) for token in parts_of(pointer)]
