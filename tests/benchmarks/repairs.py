"""What repairs of places do for every defect that the simulator plants: the share that is mended without a person, what
the repairs cost over writing the part again, and how much changes outside the places.

It measures the mechanism, not a model: the simulator writes the repairs, and fails `--fails` of them by chance.

    python -m tests.benchmarks.repairs [--seeds 4] [--fails 0.1]"""

import argparse
import json
import os
import random
from collections import Counter
from statistics import mean, median
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from generation.core.findings import Finding  # noqa: E402     # once Django is set up
from generation.core.pricing import estimated_tokens  # noqa: E402
from generation.core.prompting import Context, Kind, Redo, plan_request, repair_request, unit_request  # noqa: E402
from generation.core.surgery import Wound, is_worse, mended, wounds  # noqa: E402
from generation.kinds import all_kinds  # noqa: E402
from generation.simulator.content import write  # noqa: E402
from generation.simulator.faults import Fault  # noqa: E402

SMALL: dict[str, dict[str, Any]] = {     # Any: JSON
    "training_program": {"weeks": 4}, "course": {"modules": 2, "lessons_per_module": 2},
}
REPAIRS = 2
UNIT = 2


class Part:
    """The plan, or unit 2, of one document."""

    def __init__(self, kind: Kind, brief: Any, plan: Any, *, is_unit: bool) -> None:     # Any: JSON
        self._kind, self._is_unit = kind, is_unit
        self._context = Context(kind, brief, plan if is_unit else None)
        self._schema = kind.unit_schema if is_unit else kind.plan_schema

    def written(self, seed: int, redo: Redo = Redo(), **planted: Any) -> Any:     # Any: JSON
        context = self._context
        request = unit_request(context, UNIT, redo) if self._is_unit else plan_request(context, redo)
        return json.loads(write(request, seed=seed, **planted))

    def checked(self, content: Any) -> list[Finding]:
        kind, brief = self._kind, self._context.typed_brief
        if self._is_unit:
            return list(kind.check_unit(brief, self._context.typed_plan, UNIT, kind.unit(content)))
        return list(kind.check_plan(brief, kind.plan(content)))

    def places(self, draft: Any, findings: list[Finding]) -> tuple[Wound, ...]:
        return wounds(draft, self._schema, findings)

    def repaired(self, draft: Any, places: tuple[Wound, ...], seed: int, fault: Fault | None) -> Any:
        request = repair_request(self._context, UNIT if self._is_unit else 0, draft, places, "")
        return json.loads(write(request, seed=seed, fault=fault))


def tokens(content: Any) -> int:     # Any: JSON
    return estimated_tokens(json.dumps(content))


def outside(before: Any, after: Any, places: tuple[Wound, ...]) -> int:
    """Bytes that differ outside the places."""
    blank = {place.name: None for place in places}
    one, other = (json.dumps(mended(content, places, blank)) for content in (before, after))
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def heal(     # Any: JSON
    part: Part, draft: Any, clean: Any, seed: int, fails: random.Random, rate: float
) -> tuple[bool, float, bool, int]:
    """Whether it is mended, what that cost over writing it once, whether by places alone, bytes changed elsewhere."""
    findings, spent, is_by_places, is_whole_next, changed = part.checked(draft), 0, True, False, 0
    for number in range(REPAIRS):
        places = () if is_whole_next else part.places(draft, findings)
        if not places:
            draft, is_by_places, is_whole_next = part.written(seed, Redo(findings, json.dumps(draft))), False, False
            findings, spent = part.checked(draft), spent + tokens(draft)
        else:
            fault = Fault.REPAIR_FAILS if fails.random() < rate else None
            values = part.repaired(draft, places, seed + number, fault)
            spent += tokens(values)
            new = mended(draft, places, values)
            found = part.checked(new)
            if is_worse(findings, found):
                is_whole_next = True
                continue
            changed += outside(draft, new, places)
            draft, findings = new, found
        if not any(finding.is_error for finding in findings):
            return True, spent / tokens(clean), is_by_places, changed
    return False, spent / tokens(clean), is_by_places, changed


def measure(kind: Kind, seeds: int, rate: float) -> None:
    results, left, fails = [], Counter[str](), random.Random(1)
    for seed in range(seeds):
        brief = json.loads(kind.brief({**kind.example, **SMALL.get(kind.slug, {})}).model_dump_json())
        plan = json.loads(write(plan_request(Context(kind, brief), Redo()), seed=seed))
        for defect in kind.defects:
            for is_unit in (False, True):
                part = Part(kind, brief, plan, is_unit=is_unit)
                clean, draft = part.written(seed), part.written(seed, fault=Fault.DEFECT, defect=defect)
                if any(finding.is_error for finding in part.checked(draft)):
                    results.append(heal(part, draft, clean, seed, fails, rate))
                    left[defect] += not results[-1][0]
    is_mended, costs, by_places, changed = zip(*results, strict=True)
    print(
        f"{kind.slug}: {len(results)} drafts with an error, {mean(is_mended):.1%} mended in {REPAIRS} repairs, "
        f"{mean(by_places):.1%} by places alone; cost over writing it again: mean {mean(costs):.2f}, "
        f"median {median(costs):.2f}; bytes changed outside the places: {sum(changed)}")
    if unmended := [f"{defect} ({count})" for defect, count in left.most_common() if count]:
        print(f"  left to a person: {', '.join(unmended)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--fails", type=float, default=0.1, help="the share of repairs that bring the same again")
    options = parser.parse_args()
    print("The mechanism, not a model: the simulator plants the defects and writes the repairs.")
    for each in all_kinds().values():
        measure(each, options.seeds, options.fails)
