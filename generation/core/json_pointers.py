"""JSON Pointers (RFC 6901) that read and change plain JSON."""

import copy
from typing import Any

Json = Any      # whatever JSON can hold

APPEND = "-"      # RFC 6901's name of the place after the last one of a list


class NoSuchPlace(LookupError):
    """A pointer that leads nowhere in its document."""

    def __init__(self, pointer: str) -> None:
        super().__init__(f"{pointer or 'the whole'} is not there")


def parts_of(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def is_at_or_below(pointer: str, other: str) -> bool:
    return pointer == other or pointer.startswith(f"{other}/")


def value_at(document: Json, pointer: str) -> Json:
    """What stands at `pointer`; raises NoSuchPlace."""
    node = document
    for part in parts_of(pointer):
        node = _child(node, part, pointer)
    return node


def put(document: Json, pointer: str, value: Json) -> None:
    """Let `value` stand at `pointer`, whose parent must be there; `-` puts it behind the last one of a list."""
    parent, last = _parent(document, pointer)
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and last == APPEND:
        parent.append(value)
    else:
        _child(parent, last, pointer)
        parent[int(last)] = value


def take_out(document: Json, pointer: str) -> None:
    """Remove what stands at `pointer`, which must be there; of a list what follows moves up."""
    parent, last = _parent(document, pointer)
    _child(parent, last, pointer)
    del parent[int(last) if isinstance(parent, list) else last]


def swap(document: Json, pointer: str, other: str) -> None:
    one, another = value_at(document, pointer), value_at(document, other)
    put(document, pointer, copy.deepcopy(another))
    put(document, other, copy.deepcopy(one))


def reword(node: Json, old: str, new: str) -> tuple[Json, int]:
    """`node` with `new` for `old` in every text of it (names of fields are none), and how often that was."""
    if isinstance(node, str):
        return node.replace(old, new), node.count(old)
    if isinstance(node, dict):
        pairs = [(name, reword(child, old, new)) for name, child in node.items()]
        return {name: child for name, (child, _) in pairs}, sum(count for _, (_, count) in pairs)
    if isinstance(node, list):
        children = [reword(child, old, new) for child in node]
        return [child for child, _ in children], sum(count for _, count in children)
    return node, 0


def _parent(document: Json, pointer: str) -> tuple[Json, str]:
    above, slash, _ = pointer.rpartition("/")
    if not slash:
        raise NoSuchPlace(pointer)
    return value_at(document, above), parts_of(pointer)[-1]


def _child(node: Json, part: str, pointer: str) -> Json:
    if isinstance(node, dict) and part in node:
        return node[part]
    # Ten digits: a longer one is no place of a list, and is not made a number.
    if isinstance(node, list) and part.isascii() and part.isdigit() and len(part) < 10 and int(part) < len(node):
        return node[int(part)]
    raise NoSuchPlace(pointer)
