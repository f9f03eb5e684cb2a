"""Where a finding about a document points in the plan and the units that it was put together of.

A finding about the plan or a unit leads into what was checked; one about the document leads into what code assembled
of them, in which units have numbers and a quiz has its options in another order."""

from collections.abc import Iterator

from generation.core.json_pointers import Json, NoSuchPlace, is_at_or_below, parts_of, value_at
from generation.core.kind import JsonObject
from generation.core.prompting import Kind

OF_DOCUMENT = "/document"      # the place of a finding that leads to no part of a file


def of_plan(pointer: str) -> tuple[str, ...]:
    return (f"/plan{pointer}",)


def of_unit(position: int, pointer: str) -> tuple[str, ...]:
    return (f"/units/{position - 1}{pointer}",)


class DocumentPlaces:
    """The places of findings about `document`, which was assembled of `plan` and `units`."""

    def __init__(self, kind: Kind, document: JsonObject, plan: JsonObject, units: dict[int, JsonObject]) -> None:
        self._document, self._plan, self._units = document, plan, units
        positions = {id(kind.unit_of(document, position)): position for position in units}
        self._unit_pointers = dict(_found(document, "", positions))

    def of(self, pointer: str) -> tuple[str, ...]:
        """Of a finding that stands in one unit or above several, in the plan, or nowhere else than here."""
        for unit_pointer, position in self._unit_pointers.items():
            if is_at_or_below(pointer, unit_pointer):
                inside = _same_place(self._document, unit_pointer, pointer, self._units[position])
                if inside is not None:
                    return of_unit(position, inside)
        below = self._units_below(pointer)
        if below and isinstance(value_at(self._document, pointer), list):
            return tuple(below)      # a list of units: the plan's list of the same name is another one
        return (*self._in_plan(pointer), *below) or (f"{OF_DOCUMENT}{pointer}",)

    def _units_below(self, pointer: str) -> list[str]:
        if is_at_or_below(pointer, "/missing"):      # so `assemble` of every kind calls them
            return [place for position in self._document.get("missing", ()) for place in of_unit(position, "")]
        below = [position for own, position in self._unit_pointers.items() if is_at_or_below(own, pointer)]
        if len(below) == len(self._units):
            return ["/units"]      # also those that are not there
        return [place for position in below for place in of_unit(position, "")]

    def _in_plan(self, pointer: str) -> Iterator[str]:
        try:
            value_at(self._plan, pointer)
        except NoSuchPlace:
            return
        yield from of_plan(pointer)


def _found(node: Json, pointer: str, positions: dict[int, int]) -> Iterator[tuple[str, int]]:
    """Every unit in `node`, by its identity, with its pointer."""
    if id(node) in positions:
        yield pointer, positions[id(node)]
    elif isinstance(node, dict):
        for name, child in node.items():
            yield from _found(child, f"{pointer}/{name}", positions)
    elif isinstance(node, list):
        for place, child in enumerate(node):
            yield from _found(child, f"{pointer}/{place}", positions)


def _same_place(document: Json, unit_pointer: str, pointer: str, unit: Json) -> str | None:
    """The pointer in `unit` to what `pointer` means in the document; None if the document has it from elsewhere."""
    assembled, original, path = value_at(document, unit_pointer), unit, ""
    for part in parts_of(pointer[len(unit_pointer):]):
        try:
            assembled = value_at([assembled], f"/0/{part}")
            if isinstance(original, list) and assembled in original:
                is_there = part.isdigit() and int(part) < len(original) and original[int(part)] == assembled
                part = part if is_there else str(original.index(assembled))
            original = value_at([original], f"/0/{part}")
        except NoSuchPlace:
            return path or None
        path += f"/{part}"
    return path
