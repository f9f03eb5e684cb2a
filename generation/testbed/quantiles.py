"""Medians and tails of measured times."""

import statistics
from collections.abc import Iterable, Sequence


def p95(values: Iterable[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


def p50_p95(values: Sequence[float]) -> tuple[float, float] | None:
    return (statistics.median(values), p95(values)) if values else None


def quantile(values: list[float], share: float) -> float:
    """The smallest of `values` that is not below `share` of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
