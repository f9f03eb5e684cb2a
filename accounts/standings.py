"""Where limits stand: what is taken, what is left, and why something does not fit."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from accounts import usage_rows
from accounts.models.spending import Usage
from accounts.policies import Ceiling
from accounts.windows import Window, begin, debt_after, end, fits_at, in_words, left, passed


@dataclass(frozen=True)
class Standing:
    """Where one limit stands."""

    ceiling: Ceiling
    used: int
    reserved: int
    debt: int
    begun: dt.datetime

    @property
    def taken(self) -> int:
        return self.used + self.reserved + self.debt

    @property
    def room(self) -> int:
        """What can still be taken, borrowed from the next window, too."""
        return left(self.taken, self.ceiling.limit, self.ceiling.burst)

    @property
    def left(self) -> int:
        """What people are told of `room`: nobody has more left than the limit that it is left of."""
        return min(self.room, self.ceiling.limit)

    @property
    def words(self) -> str:
        """`19 requests left of 20 requests an hour`: what people read."""
        return f"{in_words(self.ceiling.metric, self.left)} left of {self.ceiling.words}"

    @property
    def resets_at(self) -> dt.datetime | None:
        """None for what is given back instead of resetting."""
        return None if self.ceiling.window is Window.ALWAYS else end(self.ceiling.window, self.begun)


@dataclass
class LimitExceeded(Exception):
    """`amount` does not fit under the limit where `standing` is; `retry_at` is None if it never will by waiting."""

    standing: Standing
    amount: int
    retry_at: dt.datetime | None

    def __str__(self) -> str:
        ceiling, whose = self.standing.ceiling, "The" if self.standing.ceiling.user_id is None else "Your"
        return (
            f"{whose} limit is {ceiling.words}; {in_words(ceiling.metric, self.standing.left)} left, and this needs "
            f"{in_words(ceiling.metric, self.amount)}."
        )


def standings(ceilings: Sequence[Ceiling], now: dt.datetime) -> list[Standing]:
    """Where each of `ceilings` stands at `now`, in one query."""
    rows: dict[tuple[int | None, str, str], Usage] = {}
    current = Usage.objects.filter(_subjects(ceilings), is_left=False)
    for row in current.order_by("period_start") if ceilings else ():
        rows[row.user_id, row.metric, row.window] = row
    return [_standing(ceiling, rows.get(usage_rows.key_of(ceiling)), now) for ceiling in ceilings]


def exceeded(row: Usage, ceiling: Ceiling, amount: int) -> LimitExceeded:
    """The refusal of `amount`, which does not fit into `row`."""
    standing = Standing(ceiling, row.used, row.reserved, row.debt, row.period_start)
    return LimitExceeded(standing, amount, fits_at(
        ceiling.window, row.period_start, taken=row.taken, amount=amount, limit=ceiling.limit, burst=ceiling.burst,
    ))


def rows_of(user_id: int | None, metric: str, window: str) -> Q:
    """The rows of one limit, of all windows."""
    who = Q(user__isnull=True) if user_id is None else Q(user=user_id)
    return who & Q(metric=metric, window=window)


def _subjects(ceilings: Iterable[Ceiling]) -> Q:
    condition = Q(pk__in=[])
    for ceiling in ceilings:
        condition |= rows_of(*usage_rows.key_of(ceiling))
    return condition


def _standing(ceiling: Ceiling, row: Usage | None, now: dt.datetime) -> Standing:
    begun = begin(ceiling.window, now)
    if row is None:
        return Standing(ceiling, 0, 0, 0, begun)
    if row.period_start < begun:
        windows = passed(ceiling.window, row.period_start, begun)
        return Standing(ceiling, 0, 0, debt_after(row.taken, ceiling.limit, windows), begun)
    return Standing(ceiling, row.used, row.reserved, row.debt, row.period_start)
