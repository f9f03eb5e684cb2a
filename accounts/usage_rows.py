"""Where the rows of the current windows are, and the statements that lock and take from them, in one order.

The order is that of Note [Lock order] in the ledger, which decides; here are its statements."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DataError, connection, transaction
from django.db.models import BigIntegerField, Case, F, Q, When

from accounts.compiled import Bound, Change, Given, Selection, together
from accounts.models.spending import Usage
from accounts.policies import Ceiling
from accounts.windows import Metric, begin

MOST_KNOWN = 20_000
ANY = 2**62      # where nothing is taken, any use is fine
_ORDER = (F("user").asc(nulls_last=True), "metric", "window", "period_start")

Key = tuple[int | None, str, str]


def key_of(ceiling: Ceiling) -> Key:
    return ceiling.user_id, ceiling.metric.value, ceiling.window.value


@cache
def current(*, has_own: bool, has_of_all: bool) -> Selection[Usage]:
    """The rows of windows that no later one has followed, of `user_id` and of everybody together; locked."""
    whose = Q(user=Given("user_id", BigIntegerField())) if has_own else Q()
    if has_of_all:
        whose |= Q(user__isnull=True)
    rows = Usage.objects.select_for_update(no_key=True).filter(whose, is_left=False)
    return Selection(lambda: rows.order_by(*_ORDER))


of_all = Selection(lambda: Usage.objects.filter(user__isnull=True, is_left=False).order_by(*_ORDER))     # not locked


@cache
def taking(count: int) -> Change:
    """Of so many rows, `id0` and so on, which are locked, each is taken from by the amount of its metric."""
    rows = Usage.objects.filter(pk__in=_ids(count))
    return Change(lambda: (rows, {"reserved": F("reserved") + _amount()}))


# --- In one message, where the rows are known -----------------------------------------------------


@dataclass(frozen=True)
class KnownRow:
    """The row of a window that was the current one, and how it was when it was last taken from."""

    id: int
    begun: dt.datetime
    limit: int
    taken: int

    @classmethod
    def of(cls, row: Usage) -> "KnownRow":
        return cls(row.pk, row.period_start, row.limit, row.taken)

    def fits(self, ceiling: Ceiling, amounts: Mapping[str, int], now: dt.datetime) -> bool:
        """Whether it is the row of the window that holds `now`, under the same limit, and has room."""
        is_current = self.begun >= begin(ceiling.window, now) and self.limit == ceiling.limit
        return is_current and self.taken <= _most(ceiling, amounts)


_SAVEPOINT = "reservation"
_known: dict[Key, KnownRow] = {}      # of this process; whether it is still right is asked when it is used


def remember(rows: Iterable[tuple[Ceiling, int, dt.datetime, int]]) -> None:
    """Of each ceiling the id of its row, its begin, and what is taken of it: the next reservation need not look."""
    if len(_known) > MOST_KNOWN:
        _known.clear()
    for ceiling, row_id, begun, taken in rows:
        _known[key_of(ceiling)] = KnownRow(row_id, begun, ceiling.limit, taken)


def known_row(ceiling: Ceiling, amounts: Mapping[str, int], now: dt.datetime) -> KnownRow | None:
    """Where `ceiling` is taken from at `now`; None if that is to be looked up.

    Also where there was no room a moment ago: that is looked at first, because who fails here has asked in vain."""
    row = _known.get(key_of(ceiling))
    return row if row is not None and row.fits(ceiling, amounts, now) else None


def _most(ceiling: Ceiling, amounts: Mapping[str, int]) -> int:
    amount = amounts[ceiling.metric.value]
    return ceiling.limit + ceiling.burst - amount if amount else ANY


def take_at(
    known: Sequence[KnownRow], ceilings: Sequence[Ceiling], amounts: Mapping[str, int], reservation: Bound[bool], *,
    is_last: bool,
) -> list[tuple[int, int, int, dt.datetime]] | None:
    """Write `reservation`, then lock, check and take all rows; used, reserved, debt and begin of each.

    On PostgreSQL in one visit, and where `is_last` the transaction is committed in the same: it keeps the rows of
    everybody for as long as its commit takes, and not until a thread comes back to say so.

    None if one of them was left, is gone, or has no room: then nothing has happened."""
    given = dict(amounts)
    for number, (row, ceiling) in enumerate(zip(known, ceilings, strict=True)):
        given[f"id{number}"] = row.id
        given[f"most{number}"] = _most(ceiling, amounts)
    commit = [Bound[Any]("COMMIT")] if is_last and connection.vendor == "postgresql" else []
    try:
        _savepoint, _written, found, *_committed = together(
            Bound(f"SAVEPOINT {_SAVEPOINT}"), reservation, _taking_at(len(known)).bound(**given), *commit)
    except DataError:
        found = []
    rows = {row_id: columns for row_id, *columns in found}
    if len(rows) < len(known):
        transaction.savepoint_rollback(_SAVEPOINT)
        for ceiling in ceilings:
            _known.pop(key_of(ceiling), None)      # it was not known, and the next one need not ask in vain
        return None
    standings = [(*rows[row.id], row.begun) for row in known]
    remember(
        (ceiling, row.id, row.begun, used + reserved + debt)
        for ceiling, row, (used, reserved, debt, _begun) in zip(ceilings, known, standings, strict=True)
    )
    return standings


@cache
def _taking_at(count: int) -> Change:
    ids = _ids(count)
    locked = Usage.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by(*_ORDER).values("pk")
    most = Case(*(
        When(pk=row_id, then=Given(f"most{number}", BigIntegerField())) for number, row_id in enumerate(ids)
    ))
    rows = Usage.objects.filter(pk__in=locked, is_left=False, used__lte=most - F("reserved") - F("debt"))
    return Change(
        lambda: (rows, {"reserved": F("reserved") + _amount()}), returning=("id", "used", "reserved", "debt"),
        exactly=count)


def _ids(count: int) -> list[Any]:     # Any: ids, later
    return [Given(f"id{number}", BigIntegerField()) for number in range(count)]


def _amount() -> Case:
    return Case(*(When(metric=metric.value, then=Given(metric.value, BigIntegerField())) for metric in Metric))
