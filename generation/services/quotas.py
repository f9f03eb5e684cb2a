"""Jobs and the accounts' ledger: what may be asked, what is reserved for it, and what it did cost.

A job's bill is the difference between what the job knows and what the ledger has been told
(`billed_units`, `billed_usd_micros`), so settling again, or later, never counts anything twice."""



import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from accounts import ledger, policies
from accounts.ledger import Amounts, LimitExceeded, Standing
from accounts.policies import Terms, allows
from accounts.windows import Metric
from generation.core.states import ChunkState
from generation.models import Chunk, Job, UnitVersion, clock
from generation.models.job import TERMINAL
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.routing import estimates

if TYPE_CHECKING:
    from accounts.models import User

RETRY_WHEN_BUSY = dt.timedelta(seconds=30)      # a running job may end at any time; about a unit's time
BATCH = 100


def check_pause() -> None:
    """Raises Refusal while an administrator has paused all requests."""
    reason = policies.paused_because()
    if reason is not None:
        raise Refusal(
            RefusalCode.PAUSED, f"Requests are paused: {reason}", "What was accepted goes on.  Try again later.",
        )


def terms_for(user: "User", spec: JobSpec) -> Terms:
    """The terms of `user`, or a Refusal if they do not allow such a document at all."""
    terms = policies.current_terms(user)
    for names, name, word in (
            (terms.kinds, spec.kind.slug, "document kind"), (terms.strategies, spec.strategy, "strategy")):
        if not allows(names, name):
            raise Refusal(
                RefusalCode.NOT_ALLOWED, f"You may not use the {word} “{name}”.",
                "Ask for something else, or ask an administrator.",
            )
    if terms.max_units_per_job is not None and spec.units > terms.max_units_per_job:
        raise Refusal(
            RefusalCode.TOO_MANY_UNITS,
            f"The document would have {spec.units} units; you may ask for {terms.max_units_per_job} at most.",
            "Ask for a shorter document.",
        )
    return terms


def may_use_route(terms: Terms, slug: str) -> bool:
    return allows(terms.routes, slug)


def reserve(job: Job, terms: Terms, amounts: Amounts, now: dt.datetime) -> list[Standing]:
    """Reserve for `job`, in the transaction that wants it made; a Refusal names the limit that it does not fit under.

    Where the limits stand afterwards."""
    try:
        return ledger.reserve(terms, str(job.public_id), amounts, now=now)
    except LimitExceeded as exceeded:
        raise refusal_of(exceeded, now) from exceeded


def reserve_again(job: Job, units: int, now: dt.datetime) -> None:
    """A new reservation for `units` units of `job`, which is locked, when its owner wants them (again).

    Without units the cache has all that was missing, and nothing will run."""
    check_pause()
    spec = JobSpec.of(job)
    assert spec is not None, "who asks again knows the kind"
    terms = terms_for(job.user, spec)
    usd_micros = estimates.estimate(replace(spec, units=units)).usd_micros_p90 if units else 0
    runs_more = units and not ledger.has_unsettled(str(job.public_id))
    reserve(job, terms, Amounts(requests=1, units=units, usd_micros=usd_micros, jobs=1 if runs_more else 0), now)


def settle_jobs(jobs: Iterable[Job], now: dt.datetime) -> None:
    """Tell the ledger what `jobs`, which are locked and have ended, did cost.  As often as one likes."""
    used: dict[str, Amounts] = {}
    late: dict[str, Amounts] = {}
    for job in jobs:
        known = Job.objects.values(
            "cost_usd_micros", "billed_usd_micros", "billed_units", "calls", "cached_parts"
        ).get(pk=job.pk)
        units = max(0, _units_made(job) - known["billed_units"])
        cost = known["cost_usd_micros"] - known["billed_usd_micros"]
        reference = str(job.public_id)
        was_anybody_asked = known["calls"] or known["cached_parts"]
        used[reference] = Amounts(requests=1, units=units, usd_micros=cost) if was_anybody_asked else Amounts()
        if units or cost:
            late[reference] = Amounts(units=units, usd_micros=cost)
            Job.objects.filter(pk=job.pk).update(
                billed_units=F("billed_units") + units, billed_usd_micros=F("billed_usd_micros") + cost
            )
    if used:
        ledger.settle_together(used, late, now=now)


def standings_of(user: "User") -> list[Standing]:
    """Every limit of `user`; staff also see those of everybody together."""
    now = clock.now()
    return shown(policies.terms_of(user, now), user, now)


def own_standings(user: "User") -> list[Standing]:
    """The limits that are of `user` alone."""
    return own(standings_of(user))


def own(standings: Iterable[Standing]) -> list[Standing]:
    """Those of `standings` that are of one user alone."""
    return [standing for standing in standings if standing.ceiling.user_id is not None]


def shown(terms: Terms, user: "User", now: dt.datetime) -> list[Standing]:
    """Where the limits of `terms` stand, as far as they are the business of `user`."""
    return ledger.standings(
        [ceiling for ceiling in terms.ceilings if user.is_staff or ceiling.user_id is not None], now
    )


class _Walk:
    """Through all open reservations, a batch at a time and round again: the oldest may stay open for days.

    Each process has its own place, and may lose it."""

    def __init__(self) -> None:
        self._after = 0

    def some(self) -> list[str]:
        rows = ledger.unsettled_after(self._after, BATCH)
        self._after = rows[-1][0] if len(rows) == BATCH else 0
        return [reference for _id, reference in rows]


_of_the_ended, _of_the_gone = _Walk(), _Walk()


def unbilled() -> list[int]:
    """Jobs that ended and whose bill is not complete: a call's cost became known after the end, or a reservation
    is open although no transaction of ours leaves one behind."""
    late = Job.objects.filter(~Q(billed_usd_micros=F("cost_usd_micros")), state__in=TERMINAL)
    found = set(late.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return sorted(found | set(_ended(_of_the_ended.some())))


def _ended(references: list[str]) -> list[int]:
    jobs = Job.objects.filter(public_id__in=references, state__in=TERMINAL)
    return list(jobs.values_list("pk", flat=True))


def release_orphans() -> int:
    """Give back what is reserved for jobs that no longer exist; how many."""
    # In this order: a reservation that can be seen was committed with its job.
    references = _of_the_gone.some()
    jobs = Job.objects.filter(public_id__in=references).values_list("public_id", flat=True)
    known = {str(public_id) for public_id in jobs}
    for reference in (orphans := sorted(set(references) - known)):
        with transaction.atomic(durable=True):
            ledger.release(reference, now=clock.now())
    return len(orphans)


def settle_late(job_id: int) -> bool:
    """Settle one of `unbilled`; False if somebody else was faster."""
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        if not job.is_terminal:
            return False
        settle_jobs([job], clock.now())
    return True


def refusal_of(exceeded: LimitExceeded, now: dt.datetime) -> Refusal:
    """What the requester is told, in every door the same."""
    ceiling = exceeded.standing.ceiling
    is_of_all = ceiling.user_id is None
    retry_at = now + RETRY_WHEN_BUSY if ceiling.metric is Metric.JOBS else exceeded.retry_at
    if ceiling.metric is Metric.JOBS:
        advice = "Wait until one of the running jobs has ended, or cancel one."
    elif retry_at is None:
        advice = "Waiting does not help: ask for a smaller document, or ask an administrator."
    else:
        advice = f"Try again after {retry_at:%Y-%m-%d %H:%M} UTC, or ask for a smaller document."
    return Refusal(
        RefusalCode.BUDGET_SPENT if is_of_all else RefusalCode.LIMIT_REACHED, str(exceeded), advice,
        standing=exceeded.standing, retry_at=retry_at,
    )


def _units_made(job: Job) -> int:
    """Units that were made in all: those that are there, and those that a newer version replaced.

    What the cache had was made, and billed, before."""
    units = Chunk.objects.filter(job=job, state=ChunkState.DONE.value, from_cache=False).units()
    return units.count() + UnitVersion.objects.filter(chunk__job=job, from_cache=False).count()
