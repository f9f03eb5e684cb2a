"""Which terms hold for a user at a moment: the role's policy, the overrides in force, and the limits of all."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, CharField, DateTimeField, Q, QuerySet
from django.db.models.functions import Now

from accounts.compiled import Given, Selection
from accounts.models.limits import EVERYBODY, Override, Pause, Policy
from accounts.models.people import Role, User
from accounts.ttl_cache import once
from accounts.windows import Metric, Window, rate_in_words


@dataclass(frozen=True)
class Ceiling:
    """One limit of one subject: `user_id`, or None for everybody together."""

    user_id: int | None
    metric: Metric
    window: Window
    limit: int
    burst: int = 0

    @property
    def lock_key(self) -> tuple[bool, str, str]:
        """See Note [Lock order] in the ledger."""
        return self.user_id is None, self.metric.value, self.window.value

    @property
    def slug(self) -> str:
        """`requests-per-hour`: what programs call it."""
        scope = "total-" if self.user_id is None else ""
        name = "cost" if self.metric is Metric.USD_MICROS else self.metric.value
        return f"{scope}running-jobs" if self.metric is Metric.JOBS else f"{scope}{name}-per-{self.window.value}"

    @property
    def words(self) -> str:
        """`20 requests an hour`: what people call it."""
        of_all = " for everybody together" if self.user_id is None else ""
        return f"{rate_in_words(self.metric, self.limit, self.window)}{of_all}"


@dataclass(frozen=True)
class Terms:
    """What `user_id` may do now.  Empty sets of names allow all."""

    user_id: int
    role: str
    ceilings: tuple[Ceiling, ...] = ()
    max_units_per_job: int | None = None
    kinds: tuple[frozenset[str], ...] = ()
    strategies: tuple[frozenset[str], ...] = ()
    routes: tuple[frozenset[str], ...] = ()


def allows(sets: Iterable[frozenset[str]], name: str) -> bool:
    return all(name in names for names in sets if names)


@dataclass
class _Source:
    """A policy or an override, with its limits: one row of a query for each of them."""

    max_running_jobs: int | None
    max_units_per_job: int | None
    names: tuple[frozenset[str], ...] = ()      # kinds, strategies, routes
    limits: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def add(self, metric: str | None, window: str, limit: int, burst: int) -> None:
        if metric is not None:
            self.limits[metric, window] = limit, burst


_LIMIT = ("limits__metric", "limits__window", "limits__limit", "limits__burst")


def current_terms(user: User) -> Terms:
    """The terms of `user` as of a moment ago."""
    return once(("terms", user.pk, user.role), lambda: _terms(user, _overrides_now.all(user_id=user.pk)))


def terms_of(user: User, now: dt.datetime) -> Terms:
    """The terms of `user` at `now`, by the database's clock, in two queries."""
    return _terms(user, _overrides_then.all(user_id=user.pk, now=now))


_policies = Selection(
    lambda: Policy.objects.filter(Q(role=Given("role", CharField())) | Q(role=EVERYBODY)).order_by().values_list(
        "role", "max_running_jobs", "max_units_per_job", "kinds", "strategies", "routes", *_LIMIT
    )
)


def _overrides(now: Now | Given) -> QuerySet[Override, tuple[Any, ...]]:     # Any: values of columns
    """Those in force, a row for each of their limits; the newest is the last."""
    mine = Override.objects.in_force(now).filter(user=Given("user_id", BigIntegerField()))
    return mine.order_by("id").values_list("id", "max_running_jobs", "max_units_per_job", *_LIMIT)


_overrides_now = Selection(lambda: _overrides(Now()))
_overrides_then = Selection(lambda: _overrides(Given("now", DateTimeField())))


def _terms(user: User, found_overrides: Iterable[tuple[Any, ...]]) -> Terms:     # Any: of `_overrides`
    policies: dict[str, _Source] = {}
    for role, running, most_units, kinds, strategies, routes, *limit in _policies.all(role=user.role):
        names = frozenset(kinds), frozenset(strategies), frozenset(routes)
        policies.setdefault(role, _Source(running, most_units, names)).add(*limit)
    overrides: dict[int, _Source] = {}
    for pk, running, most_units, *limit in found_overrides:
        overrides.setdefault(pk, _Source(running, most_units)).add(*limit)
    own, of_all = policies.get(user.role), policies.get(EVERYBODY)
    sources = [*([own] if own else []), *overrides.values()]      # the newest is the last
    limits: dict[tuple[str, str], tuple[int, int]] = {}
    for source in sources:
        limits |= source.limits
    found = [*_ceilings(user.pk, limits), *_running(user.pk, *(source.max_running_jobs for source in sources))]
    if of_all is not None:
        found += [*_ceilings(None, of_all.limits), *_running(None, of_all.max_running_jobs)]
    binding = [policy.names for policy in (own, of_all) if policy]
    own_units = _last(source.max_units_per_job for source in sources)
    units = [most for most in (own_units, of_all.max_units_per_job if of_all else None) if most is not None]
    return Terms(
        user.pk, user.role, tuple(sorted(found, key=lambda ceiling: ceiling.lock_key)), min(units, default=None),
        tuple(kinds for kinds, _strategies, _routes in binding),
        tuple(strategies for _kinds, strategies, _routes in binding),
        tuple(routes for _kinds, _strategies, routes in binding),
    )


def ceilings_of_all() -> tuple[Ceiling, ...]:
    """The limits of everybody together."""
    policy = Policy.objects.filter(role=EVERYBODY).prefetch_related("limits").first()
    if policy is None:
        return ()
    limits = {(limit.metric, limit.window): (limit.limit, limit.burst) for limit in policy.limits.all()}
    found = [*_ceilings(None, limits), *_running(None, policy.max_running_jobs)]
    return tuple(sorted(found, key=lambda ceiling: ceiling.lock_key))


def paused_because() -> str | None:
    """Why nothing is accepted at the moment; None while requests are accepted."""
    return once(("pause",), lambda: Pause.objects.filter(is_on=True).values_list("reason", flat=True).first())


def weights() -> dict[str, int]:
    """Scheduling weight by role; a role without a policy weighs 1."""
    said = once(("weights",), lambda: dict(Policy.objects.exclude(role=EVERYBODY).values_list("role", "weight")))
    return {role.value: 1 for role in Role} | said


def roles_that_may_use(route: str) -> list[str]:
    """The roles whose policy, and the one for everybody, allow the model route `route`."""
    return [role.value for role in Role if allows(_route_sets(role.value), route)]


def may_use_routes(role: str) -> Callable[[str], bool]:
    """Whether a user of `role` may use a model route, by its slug."""
    sets = _route_sets(role)
    return lambda slug: allows(sets, slug)


def _route_sets(role: str) -> list[frozenset[str]]:
    names = once(("routes of roles",), lambda: dict(Policy.objects.values_list("role", "routes")))
    return [frozenset(names.get(of, ())) for of in (role, EVERYBODY)]


def _ceilings(user_id: int | None, limits: dict[tuple[str, str], tuple[int, int]]) -> list[Ceiling]:
    return [
        Ceiling(user_id, Metric(metric), Window(window), limit, burst)
        for (metric, window), (limit, burst) in limits.items()
    ]


def _running(user_id: int | None, *said: int | None) -> list[Ceiling]:
    most = _last(said)
    return [] if most is None else [Ceiling(user_id, Metric.JOBS, Window.ALWAYS, most)]


def _last(values: Iterable[int | None]) -> int | None:
    said = [value for value in values if value is not None]
    return said[-1] if said else None
