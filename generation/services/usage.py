"""What was asked and spent, summed by day, role, user and kind: a request on its owner's account, and what was asked
of a job once more on the account of whoever asked."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, TruncDay

from generation.models import Attempt, Errand, Job

if TYPE_CHECKING:
    from accounts.models import User

MOST_ROWS = 20
COLUMNS = ("day", "user", "role", "kind", "jobs", "units", "cost_usd_micros")
DIMENSIONS = {"role": "user__role", "user": "user__username", "kind": "kind"}
_TABLE = ("day", "user__username", "user__role", "kind")


@dataclass(frozen=True)
class Sums:
    name: str
    jobs: int
    units: int
    cost_usd_micros: int


@dataclass
class _Sum:
    jobs: int = 0
    units: int = 0
    cost_usd_micros: int = 0


Key = tuple[Any, ...]      # Any: columns


@dataclass
class Spending:
    """From `since` on, by everybody or by `user`."""

    since: dt.datetime
    user: "User | None" = None

    def by(self, dimension: str) -> list[Sums]:
        """By "role", "user" or "kind": the most expensive first, MOST_ROWS at most."""
        found = self._summed(self._jobs, (DIMENSIONS[dimension],))
        rows = [Sums(name, one.jobs, one.units, one.cost_usd_micros) for (name,), one in found.items()]
        return sorted(rows, key=lambda row: (-row.cost_usd_micros, row.name))[:MOST_ROWS]

    def by_day(self, last: dt.date) -> list[Sums]:
        """One for each day until `last`, also where nothing was asked."""
        found = {day.date(): one for (day,), one in self._summed(self._with_days, ("day",)).items()}
        first = self.since.date()
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        sums = [(day, found.get(day, _Sum())) for day in days]
        return [Sums(day.isoformat(), one.jobs, one.units, one.cost_usd_micros) for day, one in sums]

    def table(self) -> Iterator[tuple[str | int, ...]]:
        """COLUMNS, one row for each day, user and kind."""
        found = self._summed(self._with_days, _TABLE)
        for (day, user, role, kind), one in sorted(found.items(), key=lambda item: item[0]):
            yield day.date().isoformat(), user, role, kind, one.jobs, one.units, one.cost_usd_micros

    @property
    def _jobs(self) -> QuerySet[Job]:
        jobs = Job.objects.filter(created_at__gte=self.since)
        return jobs.filter(user=self.user) if self.user else jobs

    @property
    def _with_days(self) -> QuerySet[Job]:
        return self._jobs.annotate(day=TruncDay("created_at"))

    def _summed(self, jobs: QuerySet[Job], columns: tuple[str, ...]) -> dict[Key, _Sum]:
        grouped = jobs.order_by().values_list(*columns).annotate(
            jobs=Count("id"), units=Sum("billed_units"), cost=Sum("cost_usd_micros"))
        found = {tuple(key): _Sum(count, units, cost) for *key, count, units, cost in grouped}
        for sign, account, units, cost in self._moved:
            one = found.setdefault(tuple(account[column] for column in columns), _Sum())
            one.units += sign * units
            one.cost_usd_micros += sign * cost
        return {key: one for key, one in found.items() if one != _Sum()}

    @cached_property
    def _moved(self) -> list[tuple[int, dict[str, Any], int, int]]:     # Any: columns
        """What the sums over jobs have to lose (-1) and others to gain (+1): units and micro-dollars of errands."""
        calls = Attempt.objects.filter(errand=OuterRef("pk"), is_booked=True).order_by().values("errand")
        errands = Errand.objects.filter(Q(asked_at__gte=self.since) | Q(job__created_at__gte=self.since))
        if self.user is not None:
            errands = errands.filter(Q(payer=self.user) | Q(job__user=self.user))
        errands = errands.select_related("payer", "job__user").defer("job__brief", "job__findings")
        rows = errands.annotate(cost=Coalesce(Subquery(calls.annotate(sum=Sum("cost_usd_micros")).values("sum")), 0))
        return [move for errand in rows for move in self._moves(errand)]

    def _moves(self, errand: Any) -> Iterable[tuple[int, dict[str, Any], int, int]]:     # Any: annotated; columns
        job = errand.job
        for sign, user, at in ((-1, job.user, job.created_at), (1, errand.payer, errand.asked_at)):
            if at >= self.since and (self.user is None or user == self.user):
                day = at.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
                account = {"day": day, "user__username": user.username, "user__role": user.role, "kind": job.kind}
                yield sign, account, errand.billed_units, errand.cost
