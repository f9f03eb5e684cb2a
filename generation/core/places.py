"""Where a JSON Pointer leads, in words that readers know: "Week 3, workout 2".

An entry of a list is called by its list's name and counted from 1.  A unit is called by its own number wherever it
stands, and what is above it is left out.  A field is named only where nothing else tells where to look."""

from collections.abc import Callable, Iterator

LONGEST_WORD = 40


def in_words(node: object, pointer: str, *, noun: str, start: str, entry: Callable[[str, int], str]) -> str:
    """The place of `pointer` in `node`, which is called `start`.

    `noun` is what units are called; `entry` names an entry, by its list's name and its index.  What `node` does not
    have is passed over: a pointer of an older version leads as far as it can."""
    said = [start] if start else []
    entries, owner, field = 0, "", ""
    for part, there in _steps(node, pointer):
        if not (owner and part.isdecimal()):
            owner, field = part, part
            continue
        name = entry(owner, int(part[:6]))
        number = there.get("number") if isinstance(there, dict) else None
        is_unit = owner == f"{noun}s"
        if is_unit and isinstance(number, int):
            said, entries = [f"{noun} {number}"], 0
        else:
            said.append(f"{name} of it" if is_unit and entries else name)
            entries += 1
        owner, field = "", ""
    if field and not entries:
        said.append(field.replace("_", " ")[:LONGEST_WORD])
    words = ", ".join(said)
    return words[:1].upper() + words[1:]


def _steps(node: object, pointer: str) -> Iterator[tuple[str, object]]:
    """The parts of `pointer`, each with what stands there; None where nothing does."""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict):
            node = node.get(part)
        elif isinstance(node, list) and part.isdecimal() and len(part) < 6 and int(part) < len(node):
            node = node[int(part)]
        else:
            node = None
        yield part, node


def singular(plural: str) -> str:
    """`exercises` is one `exercise`, `key_terms` one `key term`."""
    words = plural.replace("_", " ")[:LONGEST_WORD]
    return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")
