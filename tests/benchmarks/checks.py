"""What the checks of a unit cost: CPU by kind and by rule, and on texts of 60,000 characters.  Run by hand:

    python -m tests.benchmarks.checks [units of each kind]

CPU time of this process, on rehearsed documents; the first unit of a kind warms patterns and caches and does not count.
A kind whose checks keep their rules in tuples is also told rule by rule."""

import importlib
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from generation.core.kind import DocumentKind
from generation.kinds import all_kinds

UNITS = 120
LONGEST = 60_000
MEAN_MS, P95_MS = 2.0, 5.0      # what a worker can afford
ODD = {
    "letters": "a" * LONGEST, "sums": "1 + " * (LONGEST // 4), "brackets": "(" * LONGEST,
    "tags": "<a on" * (LONGEST // 5),
    "orders": "ignore " * (LONGEST // 7), "addresses": "a@" * (LONGEST // 2), "lines": "\n" * LONGEST,
    "prose": "The dough rests for an hour, and then it is shaped by hand. " * (LONGEST // 60),
    "links": "[x](y " * (LONGEST // 6),
    "capital_sharp_s": "ẞ" * LONGEST, "digits": "12345678 " * (LONGEST // 9), "right_to_left": "\u202e" * LONGEST,
}


def milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1_000


def told(name: str, measured: list[float]) -> None:
    ordered = sorted(measured)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    mean = statistics.mean(ordered)
    verdict = "" if mean < MEAN_MS and p95 < P95_MS else f"   above {MEAN_MS:g} and {P95_MS:g}"
    print(f"{name:<32} mean {mean:6.2f} ms   p95 {p95:6.2f} ms   most {ordered[-1]:6.2f} ms{verdict}")


def documents(kind: DocumentKind[Any, Any, Any], units: int) -> list[tuple[Any, Any, int, Any]]:
    """Brief, plan, position and unit of rehearsed documents."""
    made: list[tuple[Any, Any, int, Any]] = []
    brief = kind.brief(kind.example)
    for seed in range(1_000):
        rng = random.Random(seed)
        plan = kind.plan(kind.simulate_plan(brief, rng))
        for position in range(1, kind.unit_count(brief) + 1):
            made.append((brief, plan, position, kind.unit(kind.simulate_unit(brief, plan, position, rng))))
            if len(made) == units:
                return made
    return made


def of_kind(slug: str, kind: DocumentKind[Any, Any, Any], units: int) -> None:
    cases = documents(kind, units)
    kind.check_unit(*cases[0])
    told(f"{slug}: unit", [milliseconds(lambda case=case: kind.check_unit(*case)) for case in cases[1:]])
    told(f"{slug}: plan", [milliseconds(lambda case=case: kind.check_plan(*case[:2])) for case in cases[1:20]])
    rules = _timed_rules(f"generation.kinds.{slug}.checks", kind, cases[1:])
    for name, spent in rules.most_common(10):
        print(f"    {name:<40} {spent / (len(cases) - 1):6.3f} ms")


def _timed_rules(
    module: str, kind: DocumentKind[Any, Any, Any], cases: list[tuple[Any, Any, int, Any]]
) -> Counter[str]:
    """CPU by rule, in ms: each rule of the kind's tuples is wrapped while its units are checked once more."""
    spent: Counter[str] = Counter()
    checks = importlib.import_module(module)
    names = [name for name in vars(checks) if name.endswith("_RULES") and isinstance(getattr(checks, name), tuple)]
    kept = {name: getattr(checks, name) for name in names}

    def timed(rule: Callable[..., Any]) -> Callable[..., Any]:
        def run(*given: Any) -> list[Any]:
            began = time.process_time()
            found = list(rule(*given))
            spent[rule.__name__] += (time.process_time() - began) * 1_000
            return found
        return run

    try:
        for name, rules in kept.items():
            setattr(checks, name, tuple(map(timed, rules)))
        for case in cases:
            kind.check_unit(*case)
    finally:
        for name, rules in kept.items():
            setattr(checks, name, rules)
    return spent


def of_odd_texts(slug: str, kind: DocumentKind[Any, Any, Any]) -> None:
    """Texts longer than any schema lets through, put into the longest text of a unit as if one had."""
    brief, plan, position, unit = documents(kind, 1)[0]
    measured = {}
    for name, text in ODD.items():
        long = _with_long_text(unit, text)
        measured[name] = milliseconds(lambda long=long: kind.check_unit(brief, plan, position, long))
    worst = max(measured, key=lambda name: measured[name])
    print(f"{slug}: {LONGEST:,} characters{'':<6} worst {measured[worst]:.0f} ms ({worst}), "
          f"median {statistics.median(measured.values()):.0f} ms")


def _with_long_text(unit: Any, text: str) -> Any:
    """`unit` with `text` as its summary, which both kinds have; not validated, as no reply could bring it."""
    return unit.model_copy(update={"summary": text})


def main() -> None:
    units = int(sys.argv[1]) if len(sys.argv) > 1 else UNITS
    for slug, kind in all_kinds().items():
        of_kind(slug, kind, units)
    was_loaded = "generation.core.prose.language_model" in sys.modules
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    began = time.perf_counter()
    importlib.import_module("generation.core.prose.language_model")
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    took = time.perf_counter() - began
    was_needed = "needed by a unit" if was_loaded else "needed by none of the units"
    print(f"model of languages, {was_needed}: {took:.2f} s, at most {before:.0f} MB before, {after:.0f} MB after")
    for slug, kind in all_kinds().items():
        of_odd_texts(slug, kind)


if __name__ == "__main__":
    main()
