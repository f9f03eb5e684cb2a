"""The cache: plans and units that were found valid before, by the name of all that they depend on.

A row that cannot be read as its kind's schema is a miss and is deleted; nothing here ever fails a job."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Now
from pydantic import ValidationError

from accounts.compiled import Bound, Given, Selection
from accounts.models import User
from generation.core.cache_key import Scope, Sought, form_of, normalised
from generation.core.findings import Finding
from generation.core.fingerprint import fingerprint
from generation.core.kind import JsonObject
from generation.core.outcomes import Done, DoneWhole, Repair
from generation.core.prompting import Kind, Stage
from generation.kinds import all_kinds
from generation.models import CacheEntry, Job, LogLevel, Route, clock
from generation.services.job_spec import JobSpec
from generation.telemetry import journal

BATCH = 500                              # rows that one pruning transaction deletes
COUNTED = dt.timedelta(days=30)
MOST_COUNTED = 10_000                    # jobs; the newest of these days


@dataclass(frozen=True)
class Served:
    """What the cache has.  `whole` are the units of a document that was made in one call."""

    key: str
    content: JsonObject
    headline: str
    findings: list[JsonObject]
    saved_usd_micros: int
    is_simulated: bool
    whole: tuple[Done | None, ...] = ()


def scope() -> Scope:
    return Scope(settings.CACHE_SCOPE)


class Seeker:
    """Names the parts of one document.  `None` instead of a name: the cache is not concerned."""

    def __init__(self, user: User, spec: JobSpec) -> None:
        kind, route = spec.kind, spec.route
        assert route is not None, "whoever seeks has chosen one"
        self._common: dict[str, Any] = {      # Any: the columns of Sought
            "whose": scope().whose(user.pk, user.role), "provider": provider_of(route), "route": route.slug,
            "model": route.model, "kind": kind.slug, "kind_revision": kind.revision, "brief": normalised(spec.brief),
        }
        self.spec = spec
        self._plan_digest = ""

    @classmethod
    def of(cls, job: Job, spec: JobSpec | None = None) -> "Seeker | None":
        """None also for a job whose revision this process does not know.  `spec`: what `job` was just made from."""
        if scope() is Scope.OFF or job.adapted_from_id is not None:
            return None
        spec = spec or JobSpec.of(job)
        if spec is None or spec.kind.revision != job.kind_revision:
            return None
        return cls(job.user, spec)

    def first(self, stage: Stage) -> Sought:
        """The plan, or the whole document."""
        return Sought(stage=stage, form=form_of(self.spec.kind, stage), **self._common)

    def unit(self, position: int, plan: JsonObject, so_far: Iterable[str] = ()) -> Sought:
        self._plan_digest = self._plan_digest or fingerprint(plan)
        return Sought(
            stage=Stage.UNIT, form=form_of(self.spec.kind, Stage.UNIT), position=position,
            plan_digest=self._plan_digest, so_far=tuple(so_far), **self._common,
        )


def provider_of(route: Route) -> str:
    """Who answers on `route`: its own address, or else the provider that the settings name."""
    own: str = route.base_url or settings.PROVIDER
    return own


# --- Read and write -------------------------------------------------------------------------------


def usable() -> QuerySet[CacheEntry]:
    """The entries that have not expired."""
    return CacheEntry.objects.filter(expires_at__gt=Now())


_with_key = Selection(lambda: usable().order_by().filter(key=Given("key", CharField())).only("key"))


def with_key(key: str) -> Bound[list[CacheEntry]]:
    """The entry of `key` that has not expired, if there is one.  Whether it can be read is seen when it is served."""
    return _with_key.bound(key=key)


def find(sought: Iterable[Sought]) -> dict[str, Served]:
    """What the cache has of `sought`, by key, in one query."""
    by_key = {one.key: one for one in sought}
    if not by_key:
        return {}
    rows = usable().filter(key__in=by_key)
    found = {row.key: _read(row, by_key[row.key]) for row in rows}
    return {key: served for key, served in found.items() if served is not None}


def _read(row: CacheEntry, sought: Sought) -> Served | None:
    kind = all_kinds()[sought.kind]
    try:
        findings = [Finding.from_json(stored).as_json() for stored in row.findings]
        content = row.content
        whole: tuple[Done | None, ...] = ()
        match sought.stage:
            case Stage.PLAN:
                kind.plan(content)
            case Stage.UNIT:
                kind.unit(content)
            case Stage.WHOLE:
                content, whole = row.content["plan"], tuple(map(partial(_unit_of_whole, kind), row.content["units"]))
                kind.plan(content)
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError) as problem:
        CacheEntry.objects.filter(pk=row.pk).delete()
        journal.write(
            None, "cache_drop", f"a cache entry could not be read and was deleted: {row}", level=LogLevel.WARNING,
            key=row.key, problem=f"{type(problem).__name__}",
        )
        return None
    return Served(row.key, content, row.headline, findings, row.cost_usd_micros, row.is_simulated, whole)


def _unit_of_whole(kind: Kind, stored: JsonObject | None) -> Done | None:
    if stored is None:
        return None
    kind.unit(stored["content"])
    return Done(stored["content"], stored["headline"], tuple(map(Finding.from_json, stored["findings"])))


def store(
    job: Job, key: str, stage: Stage, position: int, made: Done | DoneWhole, *, model: str, cost_usd_micros: int,
    is_simulated: bool, is_own_route: bool, now: dt.datetime,
) -> CacheEntry:
    """A valid result as a row that `keep` writes.  What of a whole document is to be asked again is left out.

    What another route made in place of the job's own is kept just long enough for those who wait for it."""
    lives_s = settings.CACHE_TTL_S if is_own_route else min(settings.CACHE_TTL_S, 2 * settings.LEASE_S)
    if isinstance(made, DoneWhole):
        content: JsonObject = {"plan": made.plan, "units": [_stored_unit(unit) for unit in made.units]}
        findings: list[JsonObject] = []
    else:
        content, findings = made.content, [finding.as_json() for finding in made.findings]
    return CacheEntry(
        key=key, whose=scope().whose(job.user_id, job.user.role), owner_id=job.user_id, job=job, kind=job.kind,
        kind_revision=job.kind_revision, stage=stage.value, position=position, model=model, content=content,
        headline=made.headline[:200], findings=findings, size_bytes=len(json.dumps(content).encode()),
        cost_usd_micros=cost_usd_micros, is_simulated=is_simulated, created_at=now, last_used_at=now,
        expires_at=now + dt.timedelta(seconds=lives_s),
    )


def _stored_unit(unit: Done | Repair) -> JsonObject | None:
    if not isinstance(unit, Done):
        return None
    return {
        "content": unit.content, "headline": unit.headline, "findings": [finding.as_json() for finding in unit.findings]
    }


def keep(entries: Iterable[CacheEntry]) -> None:
    """Write `entries`; what was made anew replaces what was there."""
    # In one order, so that two transactions never wait for each other.
    rows = sorted({entry.key: entry for entry in entries}.values(), key=lambda entry: entry.key)
    if rows:
        written = [field.name for field in CacheEntry._meta.concrete_fields if field.name not in {"id", "key", "hits"}]
        CacheEntry.objects.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=written)


def note_hits(keys: Iterable[str]) -> None:
    """Count a hit for each of `keys` once this transaction is over: what many share must not hold them up."""
    wanted = sorted(keys)

    def count() -> None:
        with transaction.atomic():
            rows = CacheEntry.objects.select_for_update(no_key=True).filter(key__in=wanted).order_by("key")
            ids = list(rows.values_list("pk", flat=True))
            CacheEntry.objects.filter(pk__in=ids).update(hits=F("hits") + 1, last_used_at=clock.now())

    if wanted:
        transaction.on_commit(count, robust=True)


# --- Bounds, erasure, figures -----------------------------------------------------------------------


def prune() -> int:
    """Delete a batch of what has expired, and of what was used least recently while there is too much; how many.

    Not often: the sums are a look at every row."""
    expired = CacheEntry.objects.filter(expires_at__lte=clock.now()).order_by("expires_at")
    gone = _delete(expired.values_list("pk", flat=True)[:BATCH])
    have = CacheEntry.objects.aggregate(rows=Count("id"), size=Sum("size_bytes", default=0))
    rows, size = have["rows"] - settings.CACHE_MAX_ENTRIES, have["size"] - settings.CACHE_MAX_BYTES
    if rows <= 0 and size <= 0:
        return gone
    surplus = []
    oldest = CacheEntry.objects.order_by("last_used_at", "id").values_list("pk", "size_bytes")
    for pk, size_bytes in oldest[:BATCH]:
        if rows <= 0 and size <= 0:
            break
        surplus.append(pk)
        rows, size = rows - 1, size - size_bytes
    return gone + _delete(surplus)


def _delete(ids: Iterable[int]) -> int:
    chosen = list(ids)
    return CacheEntry.objects.filter(pk__in=chosen).delete()[0] if chosen else 0


def selection(
    *, kind: str = "", revision: int | None = None, owner: User | None = None
) -> QuerySet[CacheEntry]:
    """The entries of a kind, of one of its revisions, of an owner; without any of them, all."""
    wanted = {"kind": kind or None, "kind_revision": revision, "owner": owner}
    return CacheEntry.objects.filter(**{name: value for name, value in wanted.items() if value is not None})


def purge(entries: QuerySet[CacheEntry], *, by: User) -> int:
    """Forget `entries`; how many.  Documents that were served from them stay."""
    with transaction.atomic(durable=True):
        gone = entries.order_by().delete()[0]
        if gone:
            journal.write(None, "cache_purge", f"{gone} cache entries were deleted", by=by, level=LogLevel.WARNING)
    return gone


def erase_owner(user_id: int) -> int:
    """Forget what the cache and the search for similar documents keep of a user; how many entries that were."""
    with transaction.atomic():
        Job.objects.filter(user=user_id).exclude(brief_shape="").update(brief_shape="", brief_text="")
        return CacheEntry.objects.filter(owner=user_id).delete()[0]


@dataclass(frozen=True)
class Totals:
    """What there is, and what it was good for in the last COUNTED days."""

    entries: int
    size_bytes: int
    hits: int
    made: int               # parts that had to be made
    saved_usd_micros: int

    @property
    def hit_rate(self) -> float | None:
        return self.hits / (self.hits + self.made) if self.hits + self.made else None


def totals() -> Totals:
    have = CacheEntry.objects.aggregate(rows=Count("id"), size=Sum("size_bytes", default=0))
    recent = Job.objects.filter(created_at__gte=clock.now() - COUNTED).order_by("-id")[:MOST_COUNTED].aggregate(
        cached=Sum("cached_parts", default=0), saved=Sum("saved_usd_micros", default=0),
        units=Sum("unit_done", default=0), plans=Count("id", filter=Q(is_planned=True)),
    )
    done = recent["units"] + recent["plans"]
    return Totals(have["rows"], have["size"], recent["cached"], done - recent["cached"], recent["saved"])


