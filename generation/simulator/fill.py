"""Content for any strict schema: valid, and meaningless.

What strict mode allows is kept exactly; of what it does not allow (`not`, `if`, `patternProperties`),
nothing is.  A schema that contains itself ends at the first branch that does not."""

import datetime as dt
import math
import random
import re
import uuid
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from generation.core.schema import Schema
from generation.simulator import patterns

WORDS = (
    "steady plan builds calm strength while short clear steps keep every learner close to real practice and "
    "useful feedback turns small mistakes into lasting skill over many quiet weeks of honest work"
).split()
DEEP = 6                  # from here on the shortest way out
MOST_EXTRA_ITEMS = 2
TRIES = 30
_FIRST_DAY = dt.date(2026, 1, 1)


# What reading somebody's broken schema can raise: it is data, and any of its parts may be anything.
_BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class CannotFill(ValueError):
    """No value keeps to the schema, or it is no schema."""


def fill(schema: Schema, rng: random.Random) -> Any:     # Any: whatever the schema describes
    """A value that `schema` accepts; CannotFill with the reason if there is none."""
    try:
        return _Filler(schema, rng).value(schema, 0)
    except _BROKEN as error:
        raise CannotFill(f"the schema cannot be kept: {type(error).__name__}: {error}") from error


class _Filler:
    def __init__(self, root: Schema, rng: random.Random) -> None:
        self._root = root
        self._rng = rng

    def value(self, schema: Schema, depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._rng.choice(self._allowed(schema))
        branches = schema.get("anyOf") or schema.get("oneOf")
        if branches:
            shared = {key: value for key, value in schema.items() if key not in ("anyOf", "oneOf")}
            return self.value({**shared, **self._branch(branches, depth)}, depth)
        match self._type(schema, depth):
            case "object":
                properties = schema.get("properties", {})
                return {name: self.value(child, depth + 1) for name, child in properties.items()}
            case "array":
                return self._array(schema, depth)
            case "string":
                return self._string(schema)
            case "integer":
                return int(self._number(schema, is_integer=True))
            case "number":
                number = self._number(schema, is_integer=False)
                return int(number) if number.denominator == 1 else float(number)
            case "boolean":
                return self._rng.random() < 0.5
            case "null":
                return None
            case other:
                raise ValueError(f"a schema of type {other!r} cannot be filled")

    def _resolved(self, schema: Schema) -> Schema:
        seen = 0
        while "$ref" in schema and seen < 50:
            seen += 1
            found: Any = self._root
            for part in schema["$ref"].removeprefix("#").strip("/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")] if part else found
            schema = {**found, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def _allowed(self, schema: Schema) -> Sequence[Any]:
        types = schema.get("type")
        if types is None:
            return list(schema["enum"])
        named = [types] if isinstance(types, str) else types
        return [value for value in schema["enum"] if any(_is(value, name) for name in named)]

    def _branch(self, branches: Sequence[Schema], depth: int) -> Schema:
        resolved = [self._resolved(branch) for branch in branches]
        if depth >= DEEP:
            return min(resolved, key=_weight)
        return self._rng.choice(resolved)

    def _type(self, schema: Schema, depth: int) -> str:
        stated = schema.get("type")
        if isinstance(stated, list):
            return "null" if depth >= DEEP and "null" in stated else str(self._rng.choice(stated))
        if stated is None:
            return "object" if "properties" in schema else "array" if "items" in schema else "string"
        return str(stated)

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        most = schema.get("maxItems", max(least, 1) + MOST_EXTRA_ITEMS)
        if depth >= DEEP:
            most = least
        elif least == 0 and most:
            least = 1      # an empty list is valid, and shows nothing
        count = self._rng.randint(least, min(most, least + MOST_EXTRA_ITEMS))
        items = schema.get("items", {"type": "string"})
        if not schema.get("uniqueItems"):
            return [self.value(items, depth + 1) for _ in range(count)]
        unique: list[Any] = []
        for _ in range(TRIES * count):
            item = self.value(items, depth + 1)
            if item not in unique:
                unique.append(item)
            if len(unique) == count:
                break
        return unique

    # --- numbers: exact fractions, because 0.1 has no exact float ---------------------------------

    def _number(self, schema: Schema, *, is_integer: bool) -> Fraction:
        step = _exact(schema["multipleOf"]) if "multipleOf" in schema else None
        if is_integer:
            # The multiples of p/q that are whole are those of p.
            step = Fraction(step.numerator) if step else Fraction(1)
        low, high = self._range(schema, step or Fraction(1))
        # Without a step: the roundest number that fits.
        for each in [step] if step else [Fraction(1, 10**digits) for digits in (1, 3, 6, 12, 17)]:
            found = self._between(low, high, each, schema)
            if found is not None:
                return found
        raise ValueError(f"no number that the schema allows lies between {low} and {high}")

    def _range(self, schema: Schema, step: Fraction) -> tuple[Fraction, Fraction]:
        lows = [_exact(schema[name]) for name in ("minimum", "exclusiveMinimum") if name in schema]
        highs = [_exact(schema[name]) for name in ("maximum", "exclusiveMaximum") if name in schema]
        span = max(Fraction(100), step * 10)
        low = max(lows) if lows else min(Fraction(0), min(highs, default=span) - span)
        return low, min(highs) if highs else low + span

    def _between(self, low: Fraction, high: Fraction, step: Fraction, schema: Schema) -> Fraction | None:
        first, last = math.ceil(low / step), math.floor(high / step)
        first += first * step == low and _is_exclusive(schema, "exclusiveMinimum", low)
        last -= last * step == high and _is_exclusive(schema, "exclusiveMaximum", high)
        return step * self._rng.randint(first, last) if first <= last else None

    # --- text -------------------------------------------------------------------------------------

    def _string(self, schema: Schema) -> str:
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        pattern, format_ = schema.get("pattern"), schema.get("format")
        for _ in range(TRIES if pattern or format_ else 0):
            text = self._matching(pattern) if isinstance(pattern, str) else self._formatted(format_)
            if text is None:
                break
            if least <= len(text) <= most and (not pattern or re.search(pattern, text)):
                return text
        return self._prose(least, most)

    def _matching(self, pattern: str) -> str | None:
        """A text for `pattern`; None if it is more than we can read."""
        try:
            re.compile(pattern)
            return patterns.example(pattern, self._rng)
        except (ValueError, re.error):
            return None

    def _formatted(self, format_: object) -> str | None:
        rng = self._rng
        day = _FIRST_DAY + dt.timedelta(days=rng.randrange(730))
        clock = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}Z"
        match format_:
            case "date":
                return day.isoformat()
            case "time":
                return clock
            case "date-time":
                return f"{day.isoformat()}T{clock}"
            case "duration":
                return f"PT{rng.randint(1, 90)}M"
            case "uuid":
                return str(uuid.UUID(int=rng.getrandbits(128), version=4))
            case "email":
                return f"{rng.choice(WORDS)}.{rng.randrange(1000)}@example.org"
            case "hostname":
                return f"{rng.choice(WORDS)}.example.org"
            case "ipv4":
                return f"192.0.2.{rng.randrange(1, 255)}"
            case "ipv6":
                return f"2001:db8::{rng.randrange(1, 0xFFFF):x}"
            case "uri":
                return f"https://example.org/{rng.choice(WORDS)}"
            case _:
                return None

    def _prose(self, least: int, most: float) -> str:
        wanted = min(max(least, self._rng.randint(12, 48)), most)
        text = self._rng.choice(WORDS).capitalize()
        while len(text) < wanted:
            text += " " + self._rng.choice(WORDS)
        if len(text) > most:
            text = text[: int(most)]
        # A cut may end in a blank, which nobody writes.
        return text[:-1] + "." if text.endswith(" ") else text


def _is(value: Any, type_: str) -> bool:
    match type_:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return is_number and (type_ == "number" or value == int(value))
        case "string":
            return isinstance(value, str)
        case "array":
            return isinstance(value, list)
        case _:
            return isinstance(value, dict)


def _is_exclusive(schema: Schema, name: str, bound: Fraction) -> bool:
    return name in schema and _exact(schema[name]) == bound


def _exact(value: Any) -> Fraction:
    return Fraction(str(value))


def _weight(schema: Mapping[str, Any]) -> int:
    """How far from an end: plain values first, then arrays that may be empty, then objects."""
    if schema.get("type") == "array":
        return 1 if not schema.get("minItems") else 3
    return 2 if schema.get("type") == "object" or "properties" in schema or "anyOf" in schema else 0
