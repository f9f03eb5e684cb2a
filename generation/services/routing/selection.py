"""Which route a job, a plan, a repair or a stand-in gets.  `core.routing` decides; this reads the rows.

A job keeps the route that it was accepted with.  A part of it is asked elsewhere only for a reason that its
attempt states: another route suits plans better, its checks failed and a stronger one is there, its request
did not fit, or its own route is paused and has a fallback."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cache

from accounts.ttl_cache import once
from generation.core.outcomes import GiveUp, Outcome, Repair
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Stage
from generation.core.reasons import Reason
from generation.core.routing import Candidate, Choice, Need, Use, ranked, unable_because
from generation.kinds import get_kind
from generation.models import Job, Route
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.routing.sizes import part_sizes

STRONGER_FROM_REPAIR = 2      # the first repair is asked where the draft was written: its prefix is warm there
Allowed = Callable[[str], bool]


@dataclass(frozen=True)
class Chosen:
    """The route of a job's units, and of its first call; one sentence for each.

    `instead_of` is the cheaper one that would have been chosen, and is paused."""

    route: Route
    why: str
    first_route: Route
    first_why: str
    instead_of: Route | None = None


def anything(slug: str) -> bool:
    return True


def for_job(spec: JobSpec, *, is_allowed: Allowed = anything) -> Chosen:
    """The best routes for a new document; a Refusal if no enabled, allowed route can make it."""
    rows = once(("routes",), _enabled)
    candidates = [route.candidate for route in rows.values()]
    main = _best(candidates, need_of(spec, Use.UNIT), is_allowed)
    # Of strategy `single` the first call writes everything.
    first = main if spec.strategy.first_stage is Stage.WHOLE else _best(candidates, need_of(spec, Use.PLAN), is_allowed)
    # Copies: what is remembered is everybody's.
    return Chosen(
        copy(rows[main.slug]), main.why, copy(rows[first.slug]), first.why,
        copy(rows[main.avoided]) if main.avoided else None,
    )


def _enabled() -> dict[str, Route]:
    return {route.slug: route for route in Route.objects.enabled().prefetch_related("uses")}


def remedy(
    job: Job, asked_on: Route, outcome: Outcome, *, repairs: int, attempts_left: int, is_allowed: Allowed
) -> tuple[Route, str, Reason] | None:
    """Another route for a unit whose checks failed, or whose request did not fit; None: it stays, or it ends.

    Every stronger route is tried once at most, because the next must be stronger still."""
    match outcome:
        case Repair() if repairs + 1 >= STRONGER_FROM_REPAIR:
            reason = Reason.STRONGER_ROUTE
        case GiveUp(reason=Reason.INVALID_CONTENT) if attempts_left > 0:
            reason = Reason.STRONGER_ROUTE
        case GiveUp(reason=Reason.TOO_LONG):
            reason = Reason.LONGER_CONTEXT
        case _:
            return None
    spec = JobSpec.of(job)
    if spec is None:
        return None
    is_longer = reason is Reason.LONGER_CONTEXT
    need = need_of(
        spec, Use.REPAIR if not is_longer else Use.UNIT,
        stronger_than=None if is_longer else asked_on.strength,
        longer_than=asked_on.room if is_longer else None, failed_checks=repairs + 1,
    )
    rows = _enabled()
    choices = ranked([route.candidate for route in rows.values()], need, is_allowed)
    # One that is paused is no remedy: the unit would wait for it although it can be asked again here.
    well = [choice for choice in choices if rows[choice.slug].open_until is None]
    if not well:
        return None
    return rows[well[0].slug], well[0].why, reason


def need_of(
    spec: JobSpec, use: Use, *, stronger_than: int | None = None, longer_than: int | None = None,
    failed_checks: int = 0,
) -> Need:
    """About what a call for `use` will be."""
    size = _size(spec.kind.slug)
    shared = size.rules + estimated_tokens(spec.text)
    if use is Use.PLAN:
        input_tokens, output_tokens = shared, size.plan
    elif spec.strategy.first_stage is Stage.WHOLE:
        input_tokens, output_tokens = shared, size.plan + spec.units * size.unit
    else:
        input_tokens, output_tokens = shared + size.plan, size.unit
    language = spec.brief.get("language")
    return Need(
        kind=spec.kind.slug, use=use, input_tokens=input_tokens, output_tokens=output_tokens,
        language=language if isinstance(language, str) else "", stronger_than=stronger_than, longer_than=longer_than,
        failed_checks=failed_checks,
    )


def _best(candidates: list[Candidate], need: Need, is_allowed: Allowed) -> Choice:
    choices = ranked(candidates, need, is_allowed)
    if choices:
        return choices[0]
    if not candidates:
        raise Refusal(
            RefusalCode.NO_ROUTE, "No model route is enabled.",
            "An administrator enables one in the admin, under model routes.",
        )
    allowed = [route for route in candidates if is_allowed(route.slug)]
    if not allowed:
        raise Refusal(
            RefusalCode.NOT_ALLOWED, "You may not use any of the model routes that are enabled.",
            "Ask an administrator.",
        )
    why = "; ".join(f"{route.slug} {unable_because(route, need)}" for route in allowed)
    raise Refusal(
        RefusalCode.NO_ROUTE, f"No model route that you may use can make this document: {why}.",
        "Shorten the brief or ask for fewer units; an administrator can add a route.",
    )


@dataclass(frozen=True)
class _Size:
    """Tokens of a kind's parts, off its own example."""

    rules: int
    plan: int
    unit: int


@cache
def _size(slug: str) -> _Size:
    kind = get_kind(slug)
    parts = part_sizes(kind, kind.example)
    return _Size(
        rules=estimated_tokens(kind.rules) + estimated_tokens(kind.prompt_of(f"{Stage.UNIT}.md")),
        plan=parts.plan, unit=parts.unit,
    )
