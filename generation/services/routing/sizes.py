"""About how many tokens the parts of a document will have: as many as its kind simulates."""

import json
import random
from dataclasses import dataclass
from functools import lru_cache

from generation.core.kind import JsonObject
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Kind


@dataclass(frozen=True)
class PartSizes:
    """Tokens of a plan, and of a unit."""

    plan: int
    unit: int


def part_sizes(kind: Kind, brief: JsonObject) -> PartSizes:
    """Of a document for `brief`, whatever it says in words of its own where a kind does not need any."""
    fields = kind.Brief.model_fields
    asked = {name: value for name, value in brief.items() if name not in kind.free_text or fields[name].is_required()}
    return _part_sizes(kind, json.dumps(asked))


@lru_cache(maxsize=500)
def _part_sizes(kind: Kind, brief: str) -> PartSizes:
    typed, rng = kind.Brief.model_validate_json(brief), random.Random(0)
    plan = kind.simulate_plan(typed, rng)
    unit = kind.simulate_unit(typed, kind.plan(plan), 1, rng)
    texts = (json.dumps(part, ensure_ascii=False) for part in (plan, unit))
    return PartSizes(*map(estimated_tokens, texts))
