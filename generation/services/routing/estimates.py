"""What a document will probably cost and how long it will take, from this installation's own history.

Before there is any, from the route's prices and the size of what the kind would simulate.  Never "unknown"."""

from dataclasses import dataclass

from django.db.models import BigIntegerField, CharField

from accounts.compiled import Given, Selection
from accounts.ttl_cache import once
from generation.core.outcomes import CallCode
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Stage
from generation.core.states import JobState
from generation.models import Attempt, Job, Origin, Route, Strategy
from generation.services.job_spec import JobSpec
from generation.services.routing.sizes import part_sizes

PACED_BY = 50         # newest replies of a route: its own tokens per second, from the first one on
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
        return _from_prices(spec, route)
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
    rows = _completed.all(kind=kind, strategy=strategy, route_id=route.pk)
    times = (
        (job.worked(job.finished_at) - (job.started_at - job.created_at)).total_seconds()
        / (job.unit_total if _is_serial(strategy) else 1)
        for job in rows if job.started_at and job.finished_at
    )
    return _Past(len(rows), sorted(job.cost_usd_micros / job.unit_total for job in rows), sorted(times))


_completed = Selection(
    lambda: Job.objects.filter(
        kind=Given("kind", CharField()), strategy=Given("strategy", CharField()),
        route=Given("route_id", BigIntegerField()), state=JobState.COMPLETED.value, cached_parts=0,
    ).order_by("-id").only(
        "cost_usd_micros", "unit_total", "created_at", "started_at", "finished_at", "active_since", "earlier_work_ms",
    )[:NEWEST]
)
_replies = Selection(
    lambda: Attempt.objects.filter(
        route=Given("route_id", BigIntegerField()), origin=Origin.PROVIDER,
        code__in=[CallCode.OK.value, CallCode.INVALID.value], replied_at__isnull=False, output_tokens__gt=0,
    ).order_by("-started_at").values_list("output_tokens", "started_at", "replied_at")[:PACED_BY]
)


def _pace(route: Route) -> float | None:
    """Output tokens per second of the route's newest replies, waiting included; None before there is one."""
    tokens = seconds = 0.0
    for written, started, replied in _replies.all(route_id=route.pk):
        assert replied is not None, "it was asked for"
        tokens += written
        seconds += max((replied - started).total_seconds(), 0.01)
    return tokens / seconds if tokens else None


def _is_serial(strategy: str) -> bool:
    """Only units that follow one another make a longer document slower."""
    return strategy != Strategy.PARALLEL


def _quantile(ordered: list[float], share: float) -> float:
    """The smallest value that is not below `share` of all; 0 of none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _from_prices(spec: JobSpec, route: Route) -> Estimate:
    kind, units, prices = spec.kind, spec.units, route.prices
    size = part_sizes(kind, spec.brief)
    shared = estimated_tokens(kind.rules) + estimated_tokens(spec.text) + size.plan
    output = size.plan + units * size.unit
    calls = 1 if spec.strategy.first_stage is Stage.WHOLE else 1 + units
    cost = -(-(calls * shared * prices.input + output * prices.output) // 1_000_000)
    pace = once(("pace", route.pk), lambda: _pace(route)) or OUTPUT_TOKENS_PER_S
    plan_s, unit_s = (FIRST_TOKEN_S + tokens / pace for tokens in (size.plan, size.unit))
    rounds = units if _is_serial(spec.strategy) else -(-units // route.max_in_flight)
    seconds = plan_s + unit_s * rounds
    return Estimate(cost, CAUTION * cost, round(seconds, 1), round(CAUTION * seconds, 1), 0)
