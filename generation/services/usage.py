"""What was asked and spent, summed over jobs: by day, role, user and kind."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDay

from generation.models import Job

MOST_ROWS = 20
COLUMNS = ("day", "user", "role", "kind", "jobs", "units", "cost_usd_micros")
DIMENSIONS = {"role": "user__role", "user": "user__username", "kind": "kind"}


@dataclass(frozen=True)
class Sums:
    name: str
    jobs: int
    units: int
    cost_usd_micros: int


def by(dimension: str, jobs: QuerySet[Job]) -> list[Sums]:
    """Of `jobs`, by "role", "user" or "kind": the most expensive first, MOST_ROWS at most."""
    column = DIMENSIONS[dimension]
    rows = _summed(jobs.order_by().values(column)).order_by("-cost", column)[:MOST_ROWS]
    return [Sums(row[column], row["jobs"], row["units"], row["cost"]) for row in rows]


def by_day(jobs: QuerySet[Job], first: dt.date, last: dt.date) -> list[Sums]:
    """Of `jobs`, one for each day from `first` to `last`, also where nothing was asked."""
    rows = {
        row["day"].date(): row
        for row in _summed(jobs.order_by().annotate(day=TruncDay("created_at")).values("day"))
    }
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    empty = {"jobs": 0, "units": 0, "cost": 0}
    found = [(day, rows.get(day, empty)) for day in days]
    return [Sums(day.isoformat(), row["jobs"], row["units"], row["cost"]) for day, row in found]


def table(jobs: QuerySet[Job]) -> Iterator[tuple[str | int, ...]]:
    """COLUMNS of `jobs`, one row for each day, user and kind."""
    days = jobs.order_by().annotate(day=TruncDay("created_at"))
    rows = _summed(days.values("day", "user__username", "user__role", "kind"))
    rows = rows.order_by("day", "user__username", "kind")
    for row in rows.iterator():
        yield (
            row["day"].date().isoformat(), row["user__username"], row["user__role"], row["kind"], row["jobs"],
            row["units"], row["cost"],
        )


def _summed(grouped: Any) -> Any:     # Any: a queryset of dicts, whose columns mypy cannot follow
    return grouped.annotate(jobs=Count("id"), units=Sum("billed_units"), cost=Sum("cost_usd_micros"))
