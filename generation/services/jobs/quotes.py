"""What a request, or asking once more, would cost, how long it would take, and what it would leave of each limit.
Stores nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.ledger import Amounts
from accounts.standings import Standing
from accounts.windows import Metric
from generation.core.cache_key import Scope
from generation.core.pricing import dollars
from generation.models import Job, clock
from generation.services import quotas
from generation.services.cache import cache_entries, similar
from generation.services.cache.similar import Similar
from generation.services.chunks import cache_lookup
from generation.services.job_spec import JobSpec
from generation.services.jobs import control
from generation.services.routing import selection
from generation.services.routing.estimates import Estimate, estimate

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.policies import Terms


class Cached(StrEnum):
    """How much of a document is there already, and costs nothing."""

    NO = "no"
    PARTLY = "partly"
    WHOLE = "whole"


@dataclass(frozen=True)
class Remainder:
    standing: Standing
    left_after: int        # negative if the request does not fit


@dataclass(frozen=True)
class Quote:
    units: int
    route: str
    estimate: Estimate
    limits: list[Remainder]
    cached: Cached
    saved_usd_micros: int
    similar: list[Similar]

    @property
    def fits(self) -> bool:
        return all(limit.left_after >= 0 for limit in self.limits)


def quote(
    *, user: "User", kind: str, brief: Any, strategy: str, fresh: bool = False,     # Any: not yet validated
    adapt: UUID | None = None,
) -> Quote:
    """Raises Refusal as `submission.submit` does, but not for a limit that is reached: that is what `limits` tell."""
    spec = JobSpec.understood(kind, brief, strategy)
    quotas.check_pause()
    terms = quotas.terms_for(user, spec)
    chosen = selection.for_job(spec, is_allowed=lambda slug: quotas.may_use_route(terms, slug))
    spec = replace(spec, route=chosen.route)
    if adapt is not None:
        similar.source(user, spec, adapt)
    foreseen = cache_lookup.Foreseen()
    if not fresh and adapt is None and cache_entries.scope() is not Scope.OFF:
        foreseen = cache_lookup.foresee(user, spec)
    left = spec.units - foreseen.units
    expected = estimate(replace(spec, units=left)) if left else Estimate(0, 0, 0.0, 0.0, 0)
    amounts = Amounts(requests=1, units=left, usd_micros=expected.usd_micros_p90, jobs=1 if left else 0)
    limits = _remainders(terms, user, amounts)
    cached = Cached.NO if not foreseen.has_plan else Cached.PARTLY if left else Cached.WHOLE
    return Quote(
        spec.units, chosen.route.slug, expected, limits, cached, foreseen.saved_usd_micros,
        similar.similar(user, spec) if cached is not Cached.WHOLE else [],
    )


def _remainders(terms: "Terms", user: "User", amounts: Amounts) -> list[Remainder]:
    return [
        Remainder(standing, min(standing.room - amounts.of(standing.ceiling.metric), standing.ceiling.limit))
        for standing in quotas.shown(terms, user, clock.now())
    ]


# --- Once more ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AgainQuote:
    """What `asker` gets to know before a retry, or before a unit is written anew."""

    asker: "User"
    payer: "User"
    jobs: int
    units: int
    usd_micros_p50: int
    usd_micros_p90: int          # what would be reserved
    seconds_p50: float           # of the longest
    seconds_p90: float
    based_on_jobs: int
    limits: list[Remainder]

    @property
    def fits(self) -> bool:
        return all(limit.left_after >= 0 for limit in self.limits)

    @property
    def sentence(self) -> str:
        """`About $0.0100, from your own limit: 3 requests left of 5 requests a day.`: what people read first."""
        price = f"About {dollars(self.usd_micros_p50)}"
        whose = "your own limit" if self.asker == self.payer else f"the limit of {self.payer}"
        short = next((limit.standing for limit in self.limits if limit.left_after < 0), None)
        if short is not None:
            whose = whose if short.ceiling.user_id is not None else "the limit of everybody together"
            resets = f"; it resets at {short.resets_at:%Y-%m-%d %H:%M} UTC" if short.resets_at else ""
            return f"{price}, which does not fit under {whose}: {short.words}{resets}."
        own = [limit for limit in self.limits
               if limit.standing.ceiling.user_id is not None and limit.standing.ceiling.metric is not Metric.JOBS]
        if not own:
            return f"{price}, charged to {'you' if self.asker == self.payer else self.payer}."
        tightest = min(own, key=lambda limit: limit.left_after / max(1, limit.standing.ceiling.limit))
        return f"{price}, from {whose}: {tightest.standing.words}."


def of_retry(job: Job, *, by: "User") -> AgainQuote:
    """Raises Refusal as `control.retry` does, but not for a limit that is reached."""
    control.check_retry(job)
    return _again([(job, _missing(job))], by)


def of_retries(jobs: Iterable[Job], *, by: "User") -> AgainQuote | None:
    """Of those of `jobs` that can be retried, all together; None if there are none."""
    wanted = [(job, _missing(job)) for job in jobs if control.has_lost(job)]
    return _again(wanted, by) if wanted else None


def of_regeneration(job: Job, position: int, *, by: "User") -> AgainQuote:
    """Raises Refusal as `control.regenerate` does, but not for a limit that is reached."""
    control.check_regenerate(job, position)
    return _again([(job, 1)], by)


def _missing(job: Job) -> int:
    return job.unit_total - job.unit_done


def _again(wanted: list[tuple[Job, int]], by: "User") -> AgainQuote:
    """What is asked of jobs once more, by the units of each.  What the cache may have of it is not looked for.

    Jobs of one kind, strategy and route are estimated as one: a hundred cost no more queries than two."""
    quotas.check_pause()
    payer = quotas.payer_of(wanted[0][0], by)
    alike: dict[tuple[str, str, int], list[tuple[Job, int]]] = {}
    for job, units in wanted:
        alike.setdefault((job.kind, job.strategy, job.route_id), []).append((job, units))
    expected, running, terms = list[Estimate](), 0, None
    for group in alike.values():
        terms, estimated, amounts = quotas.foreseen(group[0][0], payer, [units for _job, units in group])
        expected.append(estimated)
        running += amounts.jobs * len(group)
    assert terms is not None, "something is wanted"
    amounts = Amounts(
        requests=len(wanted), units=sum(units for _job, units in wanted),
        usd_micros=sum(one.usd_micros_p90 for one in expected), jobs=running,
    )
    return AgainQuote(
        by, payer, len(wanted), amounts.units, sum(one.usd_micros_p50 for one in expected), amounts.usd_micros,
        max(one.seconds_p50 for one in expected), max(one.seconds_p90 for one in expected),
        min(one.jobs for one in expected), _remainders(terms, payer, amounts),
    )
