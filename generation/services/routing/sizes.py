"""About how many tokens the parts of a document will have: as many as its kind simulates."""

import json
import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from generation.core.pricing import estimated_tokens
from generation.core.prompting import Kind


@dataclass(frozen=True)
class PartSizes:
    """Tokens of a plan, and of a unit."""

    plan: int
    unit: int


@dataclass(frozen=True)
class SizedBrief:
    """What sizes are remembered by: the kind, its revision and the brief's text."""

    slug: str
    revision: int
    text: str
    kind: Kind = field(compare=False, repr=False)
    typed: Any = field(compare=False, repr=False)      # Any: the kind's Brief

    @classmethod
    def of(cls, kind: Kind, text: str, typed: Any) -> "SizedBrief":     # Any: as above
        return cls(kind.slug, kind.revision, text, kind, typed)


@lru_cache(maxsize=500)
def part_sizes(sized: SizedBrief) -> PartSizes:
    kind, rng = sized.kind, random.Random(0)
    plan = kind.simulate_plan(sized.typed, rng)
    unit = kind.simulate_unit(sized.typed, kind.plan(plan), 1, rng)
    texts = (json.dumps(part, ensure_ascii=False) for part in (plan, unit))
    return PartSizes(*map(estimated_tokens, texts))
