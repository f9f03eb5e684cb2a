"""What the ends of calls tell about their routes, told to everybody through the database."""

from generation.core.outcomes import OURS, UNHEALTHY, CallCode, Failure
from generation.services.chunks.claim import Claim
from generation.services.routing import route_health
from generation.worker.database import persistently


class RouteNotes:
    """Moves the routes' breakers by how calls ended.  Most successes are no news, and cost no statement."""

    def __init__(self) -> None:
        self._suspects: set[int] = set()     # a call of ours failed there: the next success is news

    def succeeded(self, claim: Claim) -> None:
        if claim.route_is_suspect or claim.route_id in self._suspects:
            self._suspects.discard(claim.route_id)
            persistently(route_health.note_call, claim.route_id, CallCode.OK, "")

    def failed(self, claim: Claim, failure: Failure) -> bool:
        """Whether the route is closed by now; provider-wide trouble closes it."""
        if failure.code in UNHEALTHY:
            self._suspects.add(claim.route_id)
        if failure.code in OURS or failure.code is CallCode.TOO_LONG:      # it says nothing about the provider
            persistently(release_probe, claim)
            return False
        until = persistently(
            route_health.note_call, claim.route_id, failure.code, failure.message, failure.retry_after_s)
        return until is not None


def release_probe(claim: Claim) -> None:
    """If `claim` was the call by which an open breaker wanted to learn something, another may try."""
    if claim.is_probe:
        route_health.release_probe(claim.route_id)
