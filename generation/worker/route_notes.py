"""What the ends of calls tell about their routes, told to everybody through the database."""

from generation.core.outcomes import OF_THE_REQUEST, OURS, UNHEALTHY, CallCode, Failure
from generation.core.reasons import EXPLANATIONS, Reason
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
        if failure.code in OURS or failure.code in OF_THE_REQUEST:      # it says nothing about the provider
            persistently(release_probe, claim)
            return False
        until = persistently(
            route_health.note_call, claim.route_id, failure.code, said_to_all(failure), failure.retry_after_s)
        return until is not None

    def learned(self, claim: Claim, failure: Failure) -> bool:
        """Keep what the answer taught about the server; whether the next request will be another because of it."""
        if not failure.lesson:
            return False
        return persistently(route_health.learn, claim.route_id, failure.lesson, claim.terms)


def said_to_all(failure: Failure) -> str:
    """What everybody may read who waits for the route.  A provider's words may quote somebody's brief: they stay with
    the call."""
    if failure.receipt.http_status is None:
        return failure.message      # ours: it was never answered
    if failure.code is CallCode.MALFORMED:
        return EXPLANATIONS[Reason.MALFORMED_REPLY].sentence
    return f"The provider answered {failure.receipt.http_status}."


def release_probe(claim: Claim) -> None:
    """If `claim` was the call by which an open breaker wanted to learn something, another may try."""
    if claim.is_probe:
        route_health.release_probe(claim.route_id)
