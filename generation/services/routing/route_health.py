"""How a route is: what the ends of calls say about its health, how much it carries, and what people do to it.

Failures are told one by one, because the next call may be one too many.  Successes are counted by each
worker and reported together, once in a pulse, so that a call that goes well writes nothing here."""

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest, Least

from generation import queue
from generation.core.breaker import Admission, Breaker, BreakerState, Outcomes
from generation.core.call_reports import CallReport
from generation.core.concurrency import advance
from generation.core.dialects import Learned, WireTerms
from generation.core.outcomes import OURS, PROVIDER_WIDE, UNHEALTHY, CallCode
from generation.core.reasons import EXPLANATIONS, STOPPED_HERE, Reason
from generation.core.routing import Endpoint
from generation.core.states import OPEN_CHUNK_STATES
from generation.models import Chunk, LogLevel, Route, RouteMinute, clock
from generation.services import decisions
from generation.services.routing.keys import stop_of
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User

DIRECTED = "route_directed"      # the code of the journal's line
LONGEST_THROTTLE_S = 900.0
TELLING_CUT = 0.8      # a limit that falls below this share of itself is worth a line in the log
KEEP_MINUTES = dt.timedelta(days=2)
PRUNE_AT_ONCE = 1_000


# --- what calls tell ------------------------------------------------------------------------------


def note_call(
    route_id: int, code: CallCode, detail: str, retry_after_s: float | None = None
) -> dt.datetime | None:
    """Let one call's end move the route's breaker; until when the route is closed, if it is.

    Successes of a route whose breaker has counted nothing need not be told."""
    is_failure = code in PROVIDER_WIDE or code in UNHEALTHY
    with transaction.atomic(durable=True):
        route = Route.objects.select_for_update(no_key=True).get(pk=route_id)
        if code in OURS:
            return route.open_until      # it says nothing about the provider
        now = clock.now()
        breaker = route.breaker
        if code is CallCode.QUOTA_SPENT:
            moved = breaker.spent(now, None if not retry_after_s else dt.timedelta(seconds=retry_after_s))
        elif code is CallCode.TIMEOUT:      # no evidence of anything, unless one call was to bring it
            moved = breaker.failed(now, thresholds=route.thresholds) if breaker.probe_until else breaker
        elif is_failure:
            moved = breaker.failed(now, is_hard=code in PROVIDER_WIDE, thresholds=route.thresholds)
        else:      # also a 429, which throttles: the provider that sends it is well
            moved = breaker.succeeded()
        _store(
            route, moved, now, reason=PROVIDER_WIDE.get(code, Reason.PROVIDER_UNAVAILABLE), detail=detail, code=code)
        if code is CallCode.RATE_LIMITED:
            wait_s = settings.BACKOFF_BASE_S if retry_after_s is None else retry_after_s
            throttle(route, now + dt.timedelta(seconds=min(wait_s, LONGEST_THROTTLE_S)))
        if moved.open_until is None and route.open_until is not None:
            queue.ring()
    return moved.open_until


def learn(route_id: int, lesson: Learned, asked: WireTerms) -> bool:
    """Keep what an answer to a call on the terms `asked` taught about the route's server; whether the next request
    will be another because of it."""
    news = asked.news_in(lesson)
    with transaction.atomic(durable=True):
        route = Route.objects.select_for_update(no_key=True).get(pk=route_id)
        if (route.base_url, route.model) != (asked.base_url, asked.model):
            return True      # a person has changed where it leads: this is about another server
        learned = route.lesson.adding(news)
        if learned != route.lesson:
            Route.objects.filter(pk=route_id).update(learned=learned.as_json())
            _tell(route, "route_learned", f"{route}: its server is asked otherwise from now on: {learned}")
    return bool(news)


def forget_lesson(route: Route, *, by: "User | None") -> None:
    """Ask with everything again: for a server that was changed or brought up to date."""
    with transaction.atomic(durable=True):
        Route.objects.filter(pk=route.pk).update(learned={})
        _tell(route, "route_learned", f"{route}: what was learned of its server is forgotten", by=by)


def throttle(route: Route, until: dt.datetime) -> None:
    """No call before `until`.  A shorter wait that is asked for later does not shorten the longer one."""
    Route.objects.filter(pk=route.pk).update(throttled_until=max(until, route.throttled_until or until))


def report(route_id: int, seen: CallReport, *, worker: str = "") -> float:
    """Let what one worker saw since its last report move the route's limit, and its breaker by the share of failures.

    When the limit was last cut: what the worker sees of calls from before is no news."""
    with transaction.atomic(durable=True):
        route = Route.objects.select_for_update(no_key=True).get(pk=route_id)
        now = clock.now()
        lately = route.lately.adding(now, answered=seen.answered, failed=seen.failed)
        calls = Chunk.objects.running_on(route_id)
        running = calls.count()
        if seen.refused and running and worker:
            mine = calls.filter(worker=worker).count()
            seen = dataclasses.replace(seen, share=mine / running if mine else 1.0)
        before = route.carries
        limit, why = advance(
            route.limit, seen, running=running, ceiling=route.max_in_flight, now_s=now.timestamp())
        route.concurrency_limit, route.concurrency = limit.calls, limit.as_json()
        route.limit_evidence = limit.evidence.as_json()
        Route.objects.filter(pk=route_id).update(
            outcomes=lately.buckets, concurrency_limit=route.concurrency_limit, concurrency=route.concurrency,
            limit_evidence=route.limit_evidence)
        _keep_minute(route, seen, now, before=before, running=max(running, seen.peak), why=why)
        if why:
            _tell_limit(route, before, why)
        moved = route.breaker.counted(lately, now, route.thresholds)
        if moved != route.breaker:
            answered, failed = lately.totals(now)
            _store(route, moved, now, reason=Reason.PROVIDER_UNAVAILABLE,
                   detail=f"{failed} of {answered + failed} calls of the last minute failed")
        if route.carries > before:
            queue.ring()
    return limit.cut_at_s


def reserve_probe(route: Route, now: dt.datetime) -> None:
    """Mark that the one probe of an open breaker is out.  The caller holds the route's lock."""
    until = now + dt.timedelta(seconds=route.patience_s + settings.LEASE_S)
    Route.objects.filter(pk=route.pk).update(probe_until=route.breaker.probing(until).probe_until)
    _tell(route, "breaker_half_open", f"{route}: one trial call goes out")


def paused_long_enough(now: Any) -> QuerySet[Route]:     # Any: a datetime or the place of one
    return Route.objects.filter(open_until__lte=now, is_held=False)


def rest_idle() -> int:
    """End pauses whose time is over on routes for which no work is there: no trial call will ever end those."""
    now = clock.now()
    rested = 0
    for route_id in paused_long_enough(now).order_by("pk").values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            route = Route.objects.select_for_update(no_key=True).get(pk=route_id)
            moved = route.breaker.rested(now, route.thresholds)
            if moved == route.breaker or _has_work(route, now):
                continue
            _store(route, moved, now, reason=Reason.PROVIDER_UNAVAILABLE, detail="",
                   how="its pause is over and no work waits; the next call is the trial")
            rested += 1
    return rested


def _has_work(route: Route, now: dt.datetime) -> bool:
    """Whether anything is to be asked on `route`, or on one that it stands in for, so that a trial call goes."""
    found = Chunk.objects.filter(state__in=[state.value for state in OPEN_CHUNK_STATES])
    if (found.preferring(route.pk) | found.filter(stand_in=route)).exists():
        return True
    paused = Route.objects.filter(open_until__isnull=False).exclude(pk=route.pk)
    return any(stand_in_for(one, now) == route and found.preferring(one.pk).exists() for one in paused)


def release_probe(route_id: int) -> None:
    """The probe came to nothing, for a reason of ours: another may go at once."""
    if Route.objects.filter(pk=route_id, open_until__isnull=False, probe_until__isnull=False).update(probe_until=None):
        queue.ring()


# --- what people do -------------------------------------------------------------------------------


def resume(route: Route, *, by: "User | None" = None, seen: int | None = None) -> bool:
    """End the pause; False if there was none, or if a person paused it and no person ends it.

    Raises Refusal if people decided something about the route after `seen`: `services/decisions.py`."""
    with transaction.atomic(durable=True):
        locked = Route.objects.select_for_update(no_key=True).get(pk=route.pk)
        decisions.check(locked, seen)
        now = clock.now()
        if locked.waits_until(now) is None or (locked.is_held and by is None):
            return False
        _store(locked, Breaker(), now, reason=Reason.PROVIDER_UNAVAILABLE, detail="", by=by)
        Route.objects.filter(pk=route.pk).update(throttled_until=None)
        queue.ring()
    return True


def hold(route: Route, *, by: "User | None", because: str, seen: int | None = None) -> bool:
    """A person pauses the route until a person resumes it; False if one has already.  Raises Refusal as `resume`.

    Calls in flight end as they would; nothing new is asked, and no work pays an attempt for it."""
    with transaction.atomic(durable=True):
        locked = Route.objects.select_for_update(no_key=True).get(pk=route.pk)
        decisions.check(locked, seen)
        if locked.is_held:
            return False
        now = clock.now()
        _store(locked, locked.breaker.held(now), now, reason=Reason.PAUSED_BY_STAFF, detail=because, by=by)
    return True


def resume_what_the_environment_allows() -> int:
    """End the pauses that this process's environment no longer gives a reason for: it was changed, and the process
    started anew.  A name that still leads nowhere stops its route again, at the first call."""
    stopped = Route.objects.filter(
        open_until__isnull=False, is_held=False, breaker_reason__in=[reason.value for reason in STOPPED_HERE])
    return sum(resume(route) for route in stopped if stop_of(route.endpoint) is None)


def note_directed(route: Route, was: Endpoint | None, *, by: "User | None") -> None:
    """Write down, and have the alert raised, that `route` leads elsewhere or with another key than `was`; None: that it
    was made so.  What it was paused for was about where it led before, unless a person paused it."""
    now = route.endpoint
    if now == (was or Endpoint()):
        return
    before = "made with" if was is None else f"led to {_where(was)} before, and now to"
    _tell(
        route, DIRECTED, f"{route}: {before} {_where(now)}, by {by or 'a command on the server'}", by=by,
        level=LogLevel.WARNING)
    with transaction.atomic():
        locked = Route.objects.select_for_update(no_key=True).get(pk=route.pk)
        if not locked.is_held:
            _store(locked, Breaker(), clock.now(), reason=Reason.PROVIDER_UNAVAILABLE, detail="",
                   how="it leads elsewhere now")
            Route.objects.filter(pk=route.pk).update(throttled_until=None)
            queue.ring()


def _where(endpoint: Endpoint) -> str:
    key = f"the key {endpoint.key_name}" if endpoint.key_name else "no key of its own"
    return f"{endpoint.base_url or 'the provider of the installation'} with {key}"


def forget_limit(route: Route, *, by: "User | None") -> None:
    """Start again at the ceiling: for a provider that has raised its limits."""
    with transaction.atomic(durable=True):
        Route.objects.filter(pk=route.pk).update(concurrency_limit=None, concurrency={}, limit_evidence={})
        _tell(route, "concurrency_limit", f"{route}: the limit is back at the ceiling of {route.max_in_flight}", by=by)
        queue.ring()


# --- what is asked about it -----------------------------------------------------------------------


def stand_in_for(route: Route, trial_at: dt.datetime | None = None) -> Route | None:
    """The route that is asked while `route` is paused: the first of its fallbacks that is enabled and well; else, with
    `trial_at`, the first whose trial call is due then.

    None too where the fallback has the same key or address, and that is what is wrong."""
    seen, at, on_trial = {route.pk}, route.fallback, None
    is_account = route.breaker_reason in {Reason.AUTH, Reason.OUT_OF_CREDIT, Reason.KEY_UNBOUND}
    is_unreachable = route.breaker_code in {CallCode.CONNECTION, CallCode.ADDRESS_REFUSED}
    while at is not None and at.pk not in seen:
        has_same_address = at.address == route.address
        has_same_key = has_same_address and at.key_name == route.key_name
        is_in_vain = (is_account and has_same_key) or (is_unreachable and has_same_address)
        if at.is_enabled and not is_in_vain:
            if at.open_until is None:
                return at
            if on_trial is None and trial_at is not None and at.breaker.admission(trial_at) is Admission.PROBE:
                on_trial = at
        seen.add(at.pk)
        at = at.fallback
    return on_trial


def history(route: Route, since: dt.datetime) -> list[RouteMinute]:
    """What happened, minute by minute, oldest first; minutes without a call are left out."""
    return list(RouteMinute.objects.filter(route=route, minute__gte=since).order_by("minute"))


def minutes_before(cutoff: Any) -> QuerySet[RouteMinute]:     # Any: a datetime or the place of one
    return RouteMinute.objects.filter(minute__lt=cutoff)


def forget_old_minutes() -> int:
    """Prune the history, a batch at a time."""
    old = minutes_before(clock.now() - KEEP_MINUTES).order_by("minute").values_list("pk", flat=True)
    ids = list(old[:PRUNE_AT_ONCE])
    return RouteMinute.objects.filter(pk__in=ids).delete()[0] if ids else 0


# --- parts ----------------------------------------------------------------------------------------


def _store(
    route: Route, breaker: Breaker, now: dt.datetime, *, reason: Reason, detail: str, by: "User | None" = None,
    code: CallCode | None = None, how: str = "calls flow again",
) -> None:
    is_open = breaker.open_until is not None
    if route.breaker == breaker:
        return                       # for example a late failure; the first one's reason stands
    values: dict[str, Any] = {      # Any: column values
        "breaker_failures": breaker.failures, "breaker_cool_down_s": breaker.cool_down.total_seconds(),
        "open_until": breaker.open_until, "probe_until": breaker.probe_until, "is_hard_open": breaker.is_hard,
        "is_held": breaker.is_held, "breaker_reason": reason.value if is_open else "",
        "breaker_detail": detail if is_open else "",
        "breaker_code": code.value if is_open and code is not None else "",
    }
    if not is_open and route.open_until is not None:
        values["outcomes"] = Outcomes().buckets      # or the failures of before would open it again
    Route.objects.filter(pk=route.pk).update(**values)
    if is_open:
        _tell_open(route, breaker, now, reason, detail, by)
    elif route.open_until is not None:
        how = "a person resumed it" if by is not None else how
        _tell(route, "breaker_closed", f"{route}: {how}", by=by)


def _tell_open(
    route: Route, breaker: Breaker, now: dt.datetime, reason: Reason, detail: str, by: "User | None"
) -> None:
    words = EXPLANATIONS[reason]
    code, level = "breaker_open", LogLevel.WARNING
    match breaker.state(now):
        case BreakerState.HELD:
            message = f"{route}: paused by {by or 'the program'}: {detail}"
        case BreakerState.HARD_OPEN:
            code, level = "breaker_hard_open", LogLevel.ERROR
            message = f"{route}: {words.sentence} Calls stop until a person resumes them. {detail}"
        case _:
            message = f"{route}: calls are paused for {breaker.cool_down.total_seconds():.0f} s. {detail}"
    _tell(route, code, message, level=level, by=by, reason=reason.value, next_step=words.next_step)


def _tell_limit(route: Route, before: int, why: str) -> None:
    """Only what people would want to know: a deep cut, and that it is over."""
    now = route.carries
    if now <= TELLING_CUT * before:
        _tell(route, "concurrency_limit", f"{route}: {now} calls at once instead of {before}: {why}",
              level=LogLevel.WARNING, before=before, limit=now)
    elif now == route.max_in_flight > before:
        _tell(route, "concurrency_limit", f"{route}: {now} calls at once again, its ceiling", before=before, limit=now)


def _tell(route: Route, code: str, message: str, **more: Any) -> None:     # Any: what the journal takes
    journal.write(None, code, message.strip(), route=route.slug, route_id=route.pk, **more)


def _keep_minute(route: Route, seen: CallReport, now: dt.datetime, *, before: int, running: int, why: str) -> None:
    minute = now.replace(second=0, microsecond=0)
    carries = route.carries
    counted = {name: F(name) + getattr(seen, name) for name in ("answered", "failed", "refused")}
    found = RouteMinute.objects.filter(route=route, minute=minute).update(
        limit=carries, lowest=Least("lowest", carries), highest=Greatest("highest", carries),
        running=Greatest("running", running), **counted, **({"why": why[:200]} if why else {}),
    )
    if not found:
        RouteMinute.objects.create(
            route=route, minute=minute, limit=carries, lowest=min(before, carries), highest=max(before, carries),
            running=running, answered=seen.answered, failed=seen.failed, refused=seen.refused, why=why[:200],
        )
