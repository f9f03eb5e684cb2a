"""Which model is asked, and what its answers say about its health."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from generation import queue
from generation.core.breaker import Breaker
from generation.core.outcomes import PROVIDER_WIDE, UNHEALTHY, CallCode
from generation.core.reasons import Reason
from generation.models import Route
from generation.services import clock
from generation.services.errors import Refusal, RefusalCode

LONGEST_THROTTLE_S = 900.0


def choose(is_allowed: Callable[[str], bool] = lambda slug: True) -> Route:
    """The preferred enabled route among those that are allowed; a Refusal if there is none."""
    enabled = list(Route.objects.enabled())
    route = next((route for route in enabled if is_allowed(route.slug)), None)
    if route is None and enabled:
        raise Refusal(
            RefusalCode.NOT_ALLOWED, "You may not use any of the model routes that are enabled.",
            "Ask an administrator.",
        )
    if route is None:
        raise Refusal(
            RefusalCode.NO_ROUTE, "No model route is enabled.",
            "An administrator enables one in the admin, under model routes.",
        )
    return route


def note_call(
    route_id: int, code: CallCode, detail: str, retry_after_s: float | None = None
) -> dt.datetime | None:
    """Let one call's end move the route's breaker; until when the route is closed, if it is.

    Successes of a route whose breaker has counted nothing need not be told."""
    is_hard = code in PROVIDER_WIDE
    is_failure = is_hard or code in UNHEALTHY
    with transaction.atomic(durable=True):
        route = Route.objects.select_for_update(no_key=True).get(pk=route_id)
        if code in {CallCode.INTERNAL, CallCode.ABANDONED}:
            return route.open_until      # it says nothing about the provider
        now = clock.now()
        # A 429 throttles; the provider that sends it is well.
        moved = route.breaker.failed(now, is_hard=is_hard) if is_failure else route.breaker.succeeded()
        _store(route, moved, reason=PROVIDER_WIDE.get(code, Reason.PROVIDER_UNAVAILABLE), detail=detail)
        if code is CallCode.RATE_LIMITED:
            wait_s = settings.BACKOFF_BASE_S if retry_after_s is None else retry_after_s
            until = now + dt.timedelta(seconds=min(wait_s, LONGEST_THROTTLE_S))
            # A shorter wait that is asked for later does not shorten the longer one.
            Route.objects.filter(pk=route_id).update(throttled_until=max(until, route.throttled_until or until))
        if moved.open_until is None and route.open_until is not None:
            queue.ring()
    return moved.open_until


def reserve_probe(route: Route, now: dt.datetime) -> None:
    """Mark that the one probe of an open breaker is out.  The caller holds the route's lock."""
    until = now + dt.timedelta(seconds=settings.LLM_DEADLINE_S + settings.LEASE_S)
    Route.objects.filter(pk=route.pk).update(probe_until=until)


def release_probe(route_id: int) -> None:
    """The probe came to nothing, for a reason of ours: another may go at once."""
    if Route.objects.filter(pk=route_id, open_until__isnull=False, probe_until__isnull=False).update(probe_until=None):
        queue.ring()


def resume(route: Route) -> bool:
    """A person ends the pause; False if there was none."""
    with transaction.atomic(durable=True):
        locked = Route.objects.select_for_update(no_key=True).get(pk=route.pk)
        if locked.waits_until(clock.now()) is None:
            return False
        _store(locked, Breaker(), reason=Reason.PROVIDER_UNAVAILABLE, detail="")
        Route.objects.filter(pk=route.pk).update(throttled_until=None)
        queue.ring()
    return True


def _store(route: Route, breaker: Breaker, *, reason: Reason, detail: str) -> None:
    is_open = breaker.open_until is not None
    if is_open and route.breaker == breaker:
        return                       # a late failure; the first one's reason stands
    Route.objects.filter(pk=route.pk).update(
        breaker_failures=breaker.failures, breaker_cool_down_s=breaker.cool_down.total_seconds(),
        open_until=breaker.open_until, probe_until=breaker.probe_until,
        breaker_reason=reason.value if is_open else "", breaker_detail=detail if is_open else "",
    )
