"""How a part has fared since it was asked for: how often, and whether it alone is turned away.

A refusal for load (429) and an outage say nothing about a part, so neither spends its attempts.  But there are requests
that a server turns away in those words for ever.  Two things tell: the route answers others meanwhile, or it has never
answered anybody."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from generation.core.outcomes import UNHEALTHY, CallCode
from generation.models import Attempt, AttemptState, Chunk
from generation.services.chunks.claim import Claim

PATIENT = frozenset({CallCode.RATE_LIMITED, *UNHEALTHY})
ANSWERED = frozenset({
    CallCode.OK, CallCode.INVALID, CallCode.TRUNCATED, CallCode.REFUSED, CallCode.FILTERED, CallCode.UNUSABLE})
# While so many others are answered for each that is turned away, nobody is turned away five times in a row by bad
# luck: 1 in 100,000.
ANSWERED_PER_REFUSED = 10
FEWEST = 5            # with fewer answers to others it may have been luck, where calls are few
SEEN = 2_000      # newest calls of the route that are looked at


@dataclass(frozen=True)
class Past:
    """Of one part, since it was accepted or asked for again: its claims, this one among them, and whether waiting
    longer is in vain."""

    claims: int
    is_alone: bool = False      # the route turns this request away, and not the others


def past_of(claim: Claim, code: CallCode) -> Past:
    """The past of the claim's part, whose call just ended with `code`.  Asks nothing while every claim was an attempt
    and another is left."""
    if claim.fence == claim.attempts and (code not in PATIENT or claim.fence < settings.MAX_ATTEMPTS):
        return Past(claim.attempts)
    since = Chunk.objects.filter(pk=claim.chunk_id).values("started_at")
    before = list(
        Attempt.objects.filter(chunk=claim.chunk_id, started_at__gte=since, fence__lt=claim.fence)
        .order_by("-fence").values_list("route_id", "code", "started_at")
    )
    claims, row = len(before) + 1, before[:settings.MAX_ATTEMPTS - 1]
    is_in_a_row = code in PATIENT and claims >= settings.MAX_ATTEMPTS and all(
        route_id == claim.route_id and past in PATIENT for route_id, past, _started in row)
    if not is_in_a_row:
        return Past(claims)
    calls = Attempt.objects.filter(route=claim.route_id)
    others = calls.exclude(chunk=claim.chunk_id)
    times = [started for _route, _past, started in row]
    return Past(claims, is_alone=(
        (bool(times) and _answers_the_others(others, since=times[-1], lately=times[0]))
        # A server that is down may come up.  One that turned away its very first calls for load has none.
        or (code is CallCode.RATE_LIMITED and not _is_of_use(calls, others))
    ))


def _answers_the_others(others: "QuerySet[Attempt]", *, since: dt.datetime, lately: dt.datetime) -> bool:
    """Whether nearly all calls of others that began after `since` were answered, also of those after `lately`."""
    seen = list(others.filter(started_at__gt=since).order_by("-started_at").values_list("code", "started_at")[:SEEN])
    answered = [started for code, started in seen if code in ANSWERED]
    refused = sum(code in PATIENT for code, _started in seen)
    return len(answered) >= max(FEWEST, ANSWERED_PER_REFUSED * refused) and answered[0] > lately


def _is_of_use(calls: "QuerySet[Attempt]", others: "QuerySet[Attempt]") -> bool:
    """Whether the route ever answered anybody, or may be about to."""
    return calls.filter(code__in=ANSWERED).exists() or others.filter(state=AttemptState.ASKING).exists()
