"""About how many tokens the parts of a document will have: as many as its kind simulates."""

import json
import random
from dataclasses import dataclass
from functools import lru_cache

from generation.core.pricing import estimated_tokens
from generation.core.prompting import Kind


@dataclass(frozen=True)
class PartSizes:
    """Tokens of a plan, and of a unit."""

    plan: int
    unit: int


@lru_cache(maxsize=500)
def part_sizes(kind: Kind, brief: str) -> PartSizes:
    """Of a document for `brief`, as JSON."""
    typed, rng = kind.Brief.model_validate_json(brief), random.Random(0)
    plan = kind.simulate_plan(typed, rng)
    unit = kind.simulate_unit(typed, kind.plan(plan), 1, rng)
    texts = (json.dumps(part, ensure_ascii=False) for part in (plan, unit))
    return PartSizes(*map(estimated_tokens, texts))
