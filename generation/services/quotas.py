"""Jobs and the accounts' ledger: what may be asked, what is reserved for it, who pays, and what it did cost.

The owner of a job pays for the request; a retry, or a unit written anew, is an errand of its own, and whoever asks
for it pays.  A bill is the difference between what the rows know and what the ledger has been told (`billed_units`,
`billed_usd_micros`), so settling again, or later, never counts anything twice."""


import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts import ledger, policies, standings
from accounts.compiled import Change, Given, Selection
from accounts.ledger import Amounts
from accounts.policies import Terms, allows
from accounts.standings import LimitExceeded, Standing
from accounts.windows import Metric
from generation.core.states import ChunkState
from generation.models import Attempt, Chunk, Errand, Job, UnitVersion, clock
from generation.models.job import TERMINAL
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.routing import estimates
from generation.services.routing.estimates import Estimate

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


def reserve(job: Job, terms: Terms, amounts: Amounts, now: dt.datetime, *, is_last: bool) -> list[Standing]:
    """Reserve for `job`, in the transaction that wants it made; a Refusal names the limit that it does not fit under.

    Where the limits stand afterwards.  `is_last`: nothing follows in that transaction."""
    try:
        return ledger.reserve(terms, str(job.public_id), amounts, now=now, is_last=is_last)
    except LimitExceeded as exceeded:
        raise refusal_of(exceeded, now) from exceeded


# --- Errands --------------------------------------------------------------------------------------


def payer_of(job: Job, by: "User | None") -> "User":
    """Who pays for what `by` asks of `job` once more: whoever asks.  Its owner where nobody is named."""
    return by or job.user


def foreseen(job: Job, payer: "User", of_each: Sequence[int]) -> tuple[Terms, Estimate, Amounts]:
    """The terms by which units of `job`, and of others like it, are asked once more, what they will cost together,
    and what is reserved.

    Raises Refusal if the payer's terms do not allow it at all.  Without units nothing will run."""
    spec, units = JobSpec.of(job), sum(of_each)
    assert spec is not None, "who asks again knows the kind"
    terms = terms_for(payer, replace(spec, units=max(of_each)))
    spec = replace(spec, units=units)
    expected = estimates.estimate(spec) if units else Estimate(0, 0, 0.0, 0.0, 0)
    runs_more = units and (job.is_terminal or not ledger.runs_already(_references_of(job), payer.pk))
    return terms, expected, Amounts(1, units, expected.usd_micros_p90, 1 if runs_more else 0)


def reserve_errand(errand: Errand, units: int, now: dt.datetime) -> None:
    """Reserve `units` units for `errand`, whose job is locked: under the limits of its payer, and nobody else's."""
    job = errand.job
    terms, _expected, amounts = foreseen(job, errand.payer, [units])
    try:
        ledger.reserve(terms, str(errand.reference), amounts, now=now)
    except LimitExceeded as exceeded:
        refusal = refusal_of(exceeded, now, is_errand=True)
        if errand.payer_id != job.user_id:
            refusal.message = f"Whoever asks again pays, and that is you. {refusal.message}"
        raise refusal from exceeded


def settle_errand(errand: Errand, now: dt.datetime) -> None:
    """Settle `errand`, whose job is locked, for itself: it was served, and its reservation is of this transaction.

    What else may be open of the job is left to others, because the limits are locked already: see Note [Lock order]
    in the ledger."""
    bill = next(bill for bill in _bills(errand.job) if bill.errand_id == errand.pk)
    ledger.settle(bill.reference, bill.used, now=now)
    _note_billed(errand.job, [bill])


def _references_of(job: Job) -> list[str]:
    errands = Errand.objects.filter(job=job).values_list("reference", flat=True)
    return [str(reference) for reference in (job.public_id, *errands)]


@dataclass(frozen=True)
class Share:
    """What one person pays of a job, as far as calls are booked."""

    payer: str
    cost_usd_micros: int


def _with_cost() -> QuerySet[Errand]:
    calls = Attempt.objects.filter(errand=OuterRef("pk"), is_booked=True).order_by().values("errand")
    cost = Coalesce(Subquery(calls.annotate(sum=Sum("cost_usd_micros")).values("sum")), 0)
    errands = Errand.objects.filter(job=Given("job_id", BigIntegerField())).order_by("pk").annotate(cost=cost)
    return errands.select_related("payer").only("payer__username")


_errands = Selection(_with_cost)


def shares(job: Job, *, is_new: bool = False) -> list[Share]:
    """Who pays what of `job`, its owner first.  Of a new one nobody has asked anything more."""
    found = [] if is_new else _errands.all(job_id=job.pk)
    rows = [(errand.payer.get_username(), errand.cost) for errand in found]     # type: ignore[attr-defined]
    by_payer: dict[str, int] = {job.user.get_username(): job.cost_usd_micros - sum(cost for _payer, cost in rows)}
    for payer, spent in rows:
        by_payer[payer] = by_payer.get(payer, 0) + spent
    return [Share(name, cost) for name, cost in by_payer.items()]


# --- Bills ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Bill:
    """What the ledger does not know yet of a job's own part, or of an errand: the difference to what it was told."""

    errand_id: int | None
    reference: str
    was_anybody_asked: bool
    units: int
    usd_micros: int

    @property
    def used(self) -> Amounts:
        if not self.was_anybody_asked and self.units <= 0:      # units without a call: a reply was found that had come
            return Amounts()
        return Amounts(requests=1, units=max(0, self.units), usd_micros=max(0, self.usd_micros))

    @property
    def late(self) -> Amounts:
        return Amounts(units=self.units, usd_micros=self.usd_micros)


def settle_jobs(jobs: Iterable[Job], now: dt.datetime) -> None:
    """Tell the ledger what `jobs`, which are locked and have ended, did cost, each payer's part to that payer.

    As often as one likes."""
    used: dict[str, Amounts] = {}
    late: dict[str, Amounts] = {}
    for job in jobs:
        bills = _bills(job)
        used |= {bill.reference: bill.used for bill in bills}
        late |= {bill.reference: bill.late for bill in bills if bill.units or bill.usd_micros}
        _note_billed(job, bills)
    if used:
        ledger.settle_together(used, late, now=now)


class _Known(NamedTuple):
    """What the row of a job says."""

    cost_usd_micros: int
    billed_usd_micros: int
    billed_units: int
    calls: int
    cached_parts: int
    has_errands: bool


_known = Selection(
    lambda: Job.objects.filter(pk=Given("job")).annotate(
        has_errands=Exists(Errand.objects.filter(job=OuterRef("pk")))).values_list(*_Known._fields))


def _bills(job: Job) -> list[_Bill]:
    """The own part of `job`, and its errands."""
    known = _Known(*_known.all(job=job.pk)[0])
    errands = list(Errand.objects.filter(job=job).order_by("pk")) if known.has_errands else []
    made = _units_made(job)
    calls, spent, served = Counter[int](), dict[int, int](), Counter[int]()
    if errands:
        mine = Attempt.objects.filter(job=job, errand__isnull=False, is_booked=True).order_by()
        calls = Counter(dict(mine.values_list("errand").annotate(Count("id"))))
        spent = dict(mine.values_list("errand").annotate(Sum("cost_usd_micros")))
        cached = Chunk.objects.filter(job=job, errand__isnull=False, from_cache=True).order_by()
        served = Counter(dict(cached.values_list("errand").annotate(Count("id"))))
    own = _Bill(
        None, str(job.public_id),
        known.calls > calls.total() or known.cached_parts > served.total(),
        made[None] - known.billed_units + sum(errand.billed_units for errand in errands),
        known.cost_usd_micros - sum(spent.values())
        - known.billed_usd_micros + sum(errand.billed_usd_micros for errand in errands),
    )
    return [own, *(
        _Bill(
            errand.pk, str(errand.reference), bool(calls[errand.pk] or served[errand.pk]),
            made[errand.pk] - errand.billed_units, spent.get(errand.pk, 0) - errand.billed_usd_micros,
        )
        for errand in errands
    )]


_bill_job = Change(lambda: (Job.objects.filter(pk=Given("job")), {
    "billed_units": F("billed_units") + Given("units", BigIntegerField()),
    "billed_usd_micros": F("billed_usd_micros") + Given("usd_micros", BigIntegerField()),
}))


def _note_billed(job: Job, bills: Iterable[_Bill]) -> None:
    for bill in bills:
        if bill.units or bill.usd_micros:
            _bill_job.make(job=job.pk, units=bill.units, usd_micros=bill.usd_micros)
            if bill.errand_id is not None:
                Errand.objects.filter(pk=bill.errand_id).update(
                    billed_units=F("billed_units") + bill.units,
                    billed_usd_micros=F("billed_usd_micros") + bill.usd_micros)


def _units_made(job: Job) -> Counter[int | None]:
    """Units that were made in all, by errand: those that are there, and those that a newer version replaced.

    What the cache had was made, and billed, before."""
    made = Counter[int | None]()
    for rows in (_units_there.all(job=job.pk), _units_replaced.all(job=job.pk)):
        made.update(dict(rows))
    return made


_units_there = Selection(
    lambda: Chunk.objects.filter(job=Given("job"), state=ChunkState.DONE.value, from_cache=False).units().order_by()
    .values_list("errand").annotate(Count("id")))
_units_replaced = Selection(
    lambda: UnitVersion.objects.filter(chunk__job=Given("job"), from_cache=False, is_draft=False).order_by()
    .values_list("errand").annotate(Count("id")))


# --- Where it stands ------------------------------------------------------------------------------


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
    return standings.standings(
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


def billed_too_early() -> QuerySet[Job]:
    """A call's cost became known after the end."""
    return Job.objects.filter(~Q(billed_usd_micros=F("cost_usd_micros")), state__in=TERMINAL)


def unbilled() -> list[int]:
    """Jobs that ended and whose bill is not complete: a call's cost became known after the end, or a reservation
    is open although no transaction of ours leaves one behind."""
    found = set(billed_too_early().order_by("pk").values_list("pk", flat=True)[:BATCH])
    return sorted(found | _ended(_of_the_ended.some()))


def _ended(references: list[str]) -> set[int]:
    jobs = Job.objects.filter(public_id__in=references, state__in=TERMINAL).values_list("pk", flat=True)
    errands = Errand.objects.filter(reference__in=references, job__state__in=TERMINAL).values_list("job", flat=True)
    return {*jobs, *errands}


def release_orphans() -> int:
    """Give back what is reserved for jobs that no longer exist; how many."""
    # In this order: a reservation that can be seen was committed with its job.
    references = _of_the_gone.some()
    jobs = Job.objects.filter(public_id__in=references).values_list("public_id", flat=True)
    errands = Errand.objects.filter(reference__in=references).values_list("reference", flat=True)
    known = {str(reference) for reference in (*jobs, *errands)}
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


def refusal_of(exceeded: LimitExceeded, now: dt.datetime, *, is_errand: bool = False) -> Refusal:
    """What the requester is told, in every door the same."""
    ceiling = exceeded.standing.ceiling
    is_of_all = ceiling.user_id is None
    retry_at = now + RETRY_WHEN_BUSY if ceiling.metric is Metric.JOBS else exceeded.retry_at
    if ceiling.metric is Metric.JOBS:
        advice = "Wait until one of the running jobs has ended, or cancel one."
    else:
        when = f"Try again after {retry_at:%Y-%m-%d %H:%M} UTC, or" if retry_at else "Waiting does not help:"
        may_be_smaller = not is_errand and ceiling.metric is not Metric.REQUESTS
        others = ["ask for a smaller document"] if may_be_smaller else []
        if not retry_at or not may_be_smaller:
            others.append("ask an administrator")
        advice = f"{when} {', or '.join(others)}."
    return Refusal(
        RefusalCode.BUDGET_SPENT if is_of_all else RefusalCode.LIMIT_REACHED, str(exceeded), advice,
        standing=exceeded.standing, retry_at=retry_at,
    )
