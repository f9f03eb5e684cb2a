"""What a request would cost, how long it would take, and what it would leave of each limit.  Stores nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accounts.ledger import Amounts, Standing
from generation.services import choosing, clock, spending
from generation.services.estimating import Estimate, estimate
from generation.services.jobs import understood

if TYPE_CHECKING:
    from accounts.models import User


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

    @property
    def fits(self) -> bool:
        return all(limit.left_after >= 0 for limit in self.limits)


def quote(*, user: "User", kind: str, brief: Any, strategy: str) -> Quote:     # Any: not yet validated
    """Raises Refusal as `jobs.submit` does, but not for a limit that is reached: that is what `limits` tell."""
    asked = understood(kind, brief, strategy)
    spending.check_pause()
    terms = spending.terms_for(user, kind=kind, strategy=strategy, units=asked.units)
    route = choosing.for_job(
        kind=asked.kind, strategy=strategy, brief=asked.brief, units=asked.units,
        is_allowed=lambda slug: spending.may_use_route(terms, slug),
    ).route
    expected = estimate(kind=kind, strategy=strategy, route=route, brief=asked.brief, units=asked.units)
    amounts = Amounts(requests=1, units=asked.units, usd_micros=expected.usd_micros_p90, jobs=1)
    limits = [
        Remainder(standing, standing.left - amounts.of(standing.ceiling.metric))
        for standing in spending.shown(terms, user, clock.now())
    ]
    return Quote(asked.units, route.slug, expected, limits)
