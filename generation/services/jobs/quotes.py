"""What a request would cost, how long it would take, and what it would leave of each limit.  Stores nothing."""


from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from accounts.ledger import Amounts, Standing
from generation.core.cache_key import Scope
from generation.models import clock
from generation.services import quotas
from generation.services.cache import cache_entries, similar
from generation.services.cache.similar import Similar
from generation.services.chunks import cache_lookup
from generation.services.job_spec import JobSpec
from generation.services.routing import selection
from generation.services.routing.estimates import Estimate, estimate

if TYPE_CHECKING:
    from accounts.models import User


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
    limits = [
        Remainder(standing, standing.left - amounts.of(standing.ceiling.metric))
        for standing in quotas.shown(terms, user, clock.now())
    ]
    cached = Cached.NO if not foreseen.has_plan else Cached.PARTLY if left else Cached.WHOLE
    return Quote(
        spec.units, chosen.route.slug, expected, limits, cached, foreseen.saved_usd_micros,
        similar.similar(user, spec) if cached is not Cached.WHOLE else [],
    )
