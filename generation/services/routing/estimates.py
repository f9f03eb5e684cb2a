"""What a document will probably cost and how long it will take, from this installation's own history.

Before there is any, from the route's prices and the size of what the kind would simulate.  Never "unknown"."""

from dataclasses import dataclass

from accounts.ttl_cache import once
from generation.core.pricing import Prices, estimated_tokens
from generation.core.prompting import Stage
from generation.core.states import JobState
from generation.models import Job, Route, Strategy
from generation.services.job_spec import JobSpec
from generation.services.routing.sizes import part_sizes

ENOUGH = 5            # with fewer completed jobs a p90 would be one job's luck
NEWEST = 200
CAUTION = 2           # a unit that is asked twice, by repair or retry, costs twice
OUTPUT_TOKENS_PER_S = 60
FIRST_TOKEN_S = 1.0


@dataclass(frozen=True)
class Estimate:
    usd_micros_p50: int
    usd_micros_p90: int
    seconds_p50: float
    seconds_p90: float
    jobs: int               # completed ones that it is based on; 0: on prices and sizes


def estimate(spec: JobSpec) -> Estimate:
    """For the units of `spec`, on its route."""
    kind, strategy, route = spec.kind.slug, spec.strategy, spec.route
    assert route is not None, "whoever asks has chosen one"
    past = once(("past", kind, strategy, route.pk), lambda: _past(kind, strategy, route))
    if past.jobs < ENOUGH:
        return _from_prices(spec, route.prices)
    factor = spec.units if _is_serial(strategy) else 1
    return Estimate(
        round(_quantile(past.costs, 0.5) * spec.units), round(_quantile(past.costs, 0.9) * spec.units),
        round(_quantile(past.times, 0.5) * factor, 1), round(_quantile(past.times, 0.9) * factor, 1), past.jobs,
    )


@dataclass(frozen=True)
class _Past:
    """Of completed jobs that were made and not served: micro-dollars for a unit, and seconds; both in order."""

    jobs: int
    costs: list[float]
    times: list[float]


def _past(kind: str, strategy: str, route: Route) -> _Past:
    rows = list(
        Job.objects.filter(kind=kind, strategy=strategy, route=route, state=JobState.COMPLETED.value, cached_parts=0)
        .order_by("-id").values_list("cost_usd_micros", "unit_total", "started_at", "finished_at")[:NEWEST]
    )
    times = (
        (finished - started).total_seconds() / (of_units if _is_serial(strategy) else 1)
        for _cost, of_units, started, finished in rows if started and finished
    )
    return _Past(len(rows), sorted(cost / of_units for cost, of_units, _started, _finished in rows), sorted(times))


def _is_serial(strategy: str) -> bool:
    """Only units that follow one another make a longer document slower."""
    return strategy != Strategy.PARALLEL


def _quantile(ordered: list[float], share: float) -> float:
    """The smallest value that is not below `share` of all; 0 of none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _from_prices(spec: JobSpec, prices: Prices) -> Estimate:
    kind, units = spec.kind, spec.units
    size = part_sizes(kind, spec.text)
    shared = estimated_tokens(kind.rules) + estimated_tokens(spec.text) + size.plan
    output = size.plan + units * size.unit
    calls = 1 if spec.strategy.first_stage is Stage.WHOLE else 1 + units
    cost = -(-(calls * shared * prices.input + output * prices.output) // 1_000_000)
    plan_s, unit_s = (FIRST_TOKEN_S + tokens / OUTPUT_TOKENS_PER_S for tokens in (size.plan, size.unit))
    seconds = plan_s + (unit_s * units if _is_serial(spec.strategy) else unit_s)
    return Estimate(cost, CAUTION * cost, round(seconds, 1), round(CAUTION * seconds, 1), 0)
