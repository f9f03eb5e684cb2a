"""Bodies: JSON and nothing that only looks like it, read before anything is made of what they hold."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.parser import Parser

from generation.api.problems import Problem, ProblemCode, input_error
from generation.core.bounded_json import has_more_values
from generation.core.findings import pointer
from generation.core.kind import JsonObject

MOST_NAMES = 1_000      # of all objects in a body together; a long brief has thirty
MOST_VALUES = 5_000     # and values, of all lists, too
Pairs = list[tuple[str, Any]]      # Any: JSON


class StrictParser(Parser):
    """UTF-8, no number that JSON does not have, no name twice in an object, and no more values than a brief."""

    def parse_body(self, request: HttpRequest) -> JsonObject:
        if request.content_type != "application/json":
            raise Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE)
        if len(request.body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            # Django looks at Content-Length only, which a body sent in chunks does not have.
            raise Problem(ProblemCode.TOO_LARGE)
        # Decoded here, because json itself would take UTF-16, and half characters in UTF-8.
        text = request.body.decode("utf-8")
        reading = _Reading()
        if has_more_values(text, MOST_VALUES):
            # Of each item that is wrong a sentence would be made, too.
            raise Problem(
                ProblemCode.TOO_LARGE, f"The body has more than {MOST_NAMES:,} names or {MOST_VALUES:,} values.",
                "Send what the schema describes.")
        parsed: JsonObject = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=reading.object_of)
        reading.check(parsed)
        return parsed


class _Reading:
    """What is noticed of the objects of one body while it is read, the inner ones before the outer."""

    def __init__(self) -> None:
        self._names = 0
        self._twice: tuple[JsonObject, str] | None = None      # the last object that has a name twice, and the name

    def object_of(self, pairs: Pairs) -> JsonObject:
        self._names += len(pairs)
        if self._names > MOST_NAMES:
            # Of each unknown name a sentence would be made, and all but twenty be thrown away.
            raise Problem(
                ProblemCode.TOO_LARGE, f"The body has more than {MOST_NAMES:,} names.", "Send what the schema names.")
        made = dict(pairs)
        if len(made) < len(pairs):
            self._twice = made, _repeated(pairs)
        return made

    def check(self, parsed: Any) -> None:     # Any: JSON
        """Raises Problem if a name stood twice: readers differ in which of the two counts, so neither does."""
        if self._twice is None:
            return
        made, name = self._twice
        place = pointer(*_path_to(made, parsed), name)
        raise Problem(
            ProblemCode.INVALID_INPUT, "A name stands twice in one object of the body.", "Send each name once.",
            [input_error(place, "stands twice; which of the values is meant is not to be seen")],
        )


def _repeated(pairs: Pairs) -> str:
    seen: set[str] = set()
    return next(name for name, _value in pairs if name in seen or seen.add(name))     # type: ignore[func-returns-value]


def _path_to(wanted: JsonObject, root: Any) -> tuple[str | int, ...]:     # Any: JSON
    """Where `wanted` itself stands in `root`.

    It does: what a later value of the same name replaces has a parent that was noticed after it."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if node is wanted:
            return path
        children = node.items() if isinstance(node, dict) else enumerate(node)
        waiting += [((*path, key), child) for key, child in children if isinstance(child, dict | list) and child]
    raise AssertionError("an object was read that is nowhere")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
