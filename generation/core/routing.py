"""Which route makes what: the cheapest that is able, well and allowed, with the sentence why.

Pure: routes are values, and so is the need.  What a route costs here is what the call would cost there,
divided by how well it suits the kind and the stage; the order that people gave only breaks ties."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from generation.core.outcomes import TokenUsage
from generation.core.pricing import Prices, cost_usd_micros

GUESSWORK = 2      # without a schema about every other reply is asked again
ROOM = 2      # a reply may become twice as long as expected before the context is too short for it


class Use(StrEnum):
    """What a call is for, as far as the choice of a route goes."""

    PLAN = "plan"
    UNIT = "unit"
    REPAIR = "repair"


class SchemaSupport(IntEnum):
    """How much of a strict JSON schema a model keeps to.  It decides how the schema is told to it."""

    NONE = 0             # JSON of whatever shape: the schema stands in the prompt
    SHAPE = 1            # properties, types and enums; fine-tuned models refuse more
    FULL = 2             # patterns, lengths and ranges as well


@dataclass(frozen=True)
class Endpoint:
    """Where a call goes and by which key; empty names stand for the installation's own."""

    base_url: str = ""
    key_name: str = ""


@dataclass(frozen=True)
class Candidate:
    """A route that may be chosen.  `weights` by (kind, use); an empty name stands for all."""

    slug: str
    order: int
    strength: int
    prices: Prices
    max_output_tokens: int
    context_tokens: int
    schema: SchemaSupport
    languages: frozenset[str] = frozenset()
    is_well: bool = True
    weights: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def weight(self, kind: str, use: Use) -> int:
        """The most particular one that was given; 1 without any."""
        for key in ((kind, use.value), (kind, ""), ("", use.value), ("", "")):
            if key in self.weights:
                return self.weights[key]
        return 1


@dataclass(frozen=True)
class Need:
    """What is to be made, in about how many tokens.  `stronger_than` and `longer_than` exclude what was tried."""

    kind: str
    use: Use
    input_tokens: int
    output_tokens: int
    language: str = ""
    stronger_than: int | None = None
    longer_than: int | None = None
    failed_checks: int = 0


@dataclass(frozen=True)
class Choice:
    slug: str
    why: str
    avoided: str = ""      # a cheaper one that is not well


def ranked(
    candidates: Iterable[Candidate], need: Need, is_allowed: Callable[[str], bool] = lambda slug: True
) -> list[Choice]:
    """The routes that can make it, best first.  Those that are not well come last: work waits for them."""
    allowed = [route for route in candidates if is_allowed(route.slug)]
    able = [route for route in allowed if unable_because(route, need) is None]
    ordered = sorted(able, key=lambda route: (not route.is_well, _price(route, need), route.order, route.slug))
    return [
        Choice(route.slug, _why(route, ordered, need), next(iter(_avoided(route, ordered, need)), ""))
        for route in ordered
    ]


def unable_because(route: Candidate, need: Need) -> str | None:
    """Why `route` cannot make it; None if it can."""
    if need.stronger_than is not None and route.strength <= need.stronger_than:
        return "is not stronger"
    if need.longer_than is not None and route.context_tokens <= need.longer_than:
        return "has no longer context"
    if route.weight(need.kind, need.use) == 0:
        return f"is not for {need.use} calls of this kind"
    if need.output_tokens > route.max_output_tokens:
        return f"writes at most {route.max_output_tokens:,} tokens, which is too little"
    if need.input_tokens + ROOM * need.output_tokens > route.context_tokens:
        return f"has a context of {route.context_tokens:,} tokens, which is too short"
    if need.language and route.languages and not _speaks(route.languages, need.language):
        return f"does not write {need.language}"
    return None


def _price(route: Candidate, need: Need) -> float:
    usage = TokenUsage(input_tokens=need.input_tokens, output_tokens=need.output_tokens)
    asked_again = GUESSWORK if route.schema is SchemaSupport.NONE else 1
    return asked_again * cost_usd_micros(usage, route.prices) / route.weight(need.kind, need.use)


def _speaks(languages: frozenset[str], tag: str) -> bool:
    return tag.lower() in languages or tag.lower().partition("-")[0] in languages


def _why(route: Candidate, ordered: Sequence[Candidate], need: Need) -> str:
    suits = "" if route.weight(need.kind, need.use) == 1 else f", at weight {route.weight(need.kind, need.use)}"
    if need.stronger_than is not None:
        return f"stronger, after {need.failed_checks} failed checks{suits}"
    if need.longer_than is not None:
        return f"longer context: the request did not fit into {need.longer_than:,} tokens{suits}"
    if len(ordered) == 1:
        return f"the only able route{suits}"
    if avoided := _avoided(route, ordered, need):
        return f"cheapest that answers; {avoided[0]} would be cheaper and is paused{suits}"
    return f"cheapest of {len(ordered)} able routes{suits}"


def _avoided(route: Candidate, ordered: Sequence[Candidate], need: Need) -> list[str]:
    """The cheaper ones in place of which `route` is asked, because they are not well."""
    if not route.is_well:
        return []
    return [other.slug for other in ordered if not other.is_well and _price(other, need) < _price(route, need)]
