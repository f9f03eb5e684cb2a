"""Reserve what a request may cost, then settle to what it did cost.  Exact under any number of callers.

Every function runs inside its caller's transaction: a refusal or a crash takes all of it back.  The rows of everybody
together are locked as late as can be: whoever holds them keeps all others waiting until the commit.

Note [Lock order]: a caller locks its jobs first, if it has some; then, here, reservations by id; then usage rows in the
order of `Ceiling.lock_key` and of time, users by id and before everybody together.  Two callers so never wait for
each other."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction
from django.db.models import Count, F, QuerySet, Sum

from accounts import usage_rows
from accounts.compiled import Insertion
from accounts.models.spending import Reservation, Usage
from accounts.policies import Ceiling, Terms
from accounts.standings import Standing, exceeded, rows_of
from accounts.usage_rows import KnownRow
from accounts.windows import Metric, Window, begin, debt_after, passed

# By usage row and metric: what is no longer reserved, and what is used instead.
Changes = dict[int, dict[Metric, tuple[int, int]]]

_reservations = Insertion(Reservation)


@dataclass(frozen=True)
class Amounts:
    requests: int = 0
    units: int = 0
    usd_micros: int = 0
    jobs: int = 0

    def of(self, metric: Metric) -> int:
        amount: int = getattr(self, metric.value)
        return amount


def reserve(
    terms: Terms, reference: str, amounts: Amounts, *, now: dt.datetime, is_last: bool = False
) -> list[Standing]:
    """Take `amounts` under every limit of `terms`, or raise LimitExceeded, which must end the transaction.

    Where those limits stand afterwards.  What is checked and what is taken cannot come apart: the rows are locked.
    `is_last`: with it the caller's transaction is complete, and may be committed in the same visit to the database."""
    assert connection.in_atomic_block, "all or nothing is the caller's transaction"
    # What seems free may yet cost something.
    ceilings = sorted(
        (ceiling for ceiling in terms.ceilings if amounts.of(ceiling.metric) or ceiling.metric is Metric.USD_MICROS),
        key=lambda ceiling: ceiling.lock_key,
    )
    reservation = Reservation(
        user_id=terms.user_id, reference=reference, requests=amounts.requests, units=amounts.units,
        usd_micros=amounts.usd_micros, jobs=amounts.jobs, created_at=now,
    )
    by_metric = {metric.value: amounts.of(metric) for metric in Metric}
    known = _located(ceilings, by_metric, now)
    if known:
        reservation.charged = [row.id for row in known]
        taken = usage_rows.take_at(
            known, ceilings, by_metric, _reservations.bound(reservation),
            is_last=is_last and not connection.savepoint_ids)      # within another block that one commits
        if taken is not None:
            return [Standing(ceiling, *row) for ceiling, row in zip(ceilings, taken, strict=True)]
    savepoint = transaction.savepoint()      # released by the commit
    try:
        rows = _take_together(ceilings, amounts, by_metric, now)
    except _WindowBegins:
        transaction.savepoint_rollback(savepoint)      # gives the locks back, too
        rows = [_take(ceiling, amounts.of(ceiling.metric), now) for ceiling in ceilings]
    reservation.charged = [row.pk for row in rows]
    _reservations.of(reservation)
    found = [(ceiling, row.pk, row.period_start, row.taken) for ceiling, row in zip(ceilings, rows, strict=True)]
    transaction.on_commit(partial(usage_rows.remember, found))
    return [
        Standing(ceiling, row.used, row.reserved, row.debt, row.period_start)
        for ceiling, row in zip(ceilings, rows, strict=True)
    ]


def settle(reference: str, used: Amounts, *, now: dt.datetime) -> bool:
    """Turn what is reserved for `reference` into what was `used`; what is over is given back.

    False if nothing was reserved any more: settled twice is settled once.  More than was reserved is used all the
    same, because it was spent; the windows that follow pay it back."""
    return bool(settle_together({reference: used}, {}, now=now))


def settle_together(
    used: Mapping[str, Amounts], late: Mapping[str, Amounts], *, now: dt.datetime
) -> set[str]:
    """`settle` for every reference of `used` in one go; those for which something was reserved.

    For the others, what `late` has of them is added to their last reservation: it became known after they were
    settled, and may be less than was thought.  One go, because who holds several jobs would otherwise lock usage
    rows in an order of their own."""
    assert connection.in_atomic_block, "the caller's transaction says what was used"
    reservations = Reservation.objects.select_for_update(no_key=True).order_by("pk")
    unsettled: dict[str, list[Reservation]] = defaultdict(list)
    for reservation in reservations.filter(reference__in=used, settled_at__isnull=True):
        unsettled[reservation.reference].append(reservation)
    changes: Changes = defaultdict(dict)
    for reference, mine in unsettled.items():
        for reservation, part in zip(mine, _parts(mine, used[reference]), strict=True):
            Reservation.objects.filter(pk=reservation.pk).update(
                settled_at=now, used_requests=part.requests, used_units=part.units, used_usd_micros=part.usd_micros
            )
            _note(changes, reservation, part)
    if too_late := late.keys() - unsettled.keys():
        last = {row.reference: row for row in reservations.filter(reference__in=too_late, settled_at__isnull=False)}
        for reference, reservation in last.items():
            _add_late(changes, reservation, late[reference])
    _apply(changes)
    return set(unsettled)


def release(reference: str, *, now: dt.datetime) -> bool:
    """Give back all that is reserved for `reference`: nothing came of it."""
    return settle(reference, Amounts(), now=now)


def runs_already(references: Iterable[str], user_id: int) -> bool:
    """Whether `user_id` has something reserved for one of `references` and not settled, and so a running job."""
    mine = Reservation.objects.filter(user=user_id, reference__in=list(references), settled_at__isnull=True)
    return mine.filter(jobs__gt=0).exists()


def open_reservations() -> tuple[int, int]:
    """How many reservations are open, and the micro-dollars in them."""
    found = Reservation.objects.filter(settled_at__isnull=True).aggregate(count=Count("id"), sum=Sum("usd_micros"))
    return found["count"], found["sum"] or 0


def unsettled() -> QuerySet[Reservation]:
    return Reservation.objects.filter(settled_at__isnull=True)


def unsettled_after(reservation_id: int, most: int) -> list[tuple[int, str]]:
    """Ids and references of the next open reservations; the sweeper asks whether their jobs have ended."""
    rows = unsettled().filter(pk__gt=reservation_id).order_by("pk")
    return list(rows.values_list("pk", "reference")[:most])


# --- The rows -------------------------------------------------------------------------------------


def _by_key(rows: Iterable[Usage]) -> dict[usage_rows.Key, Usage]:
    return {(row.user_id, row.metric, row.window): row for row in rows}


def _located(
    ceilings: Sequence[Ceiling], by_metric: Mapping[str, int], now: dt.datetime
) -> list[KnownRow] | None:
    """Where `ceilings` are taken from at `now`; the user's own are locked if need be, and made where a window begins.

    None where a window of everybody together begins, its limit is another, or there is no room.  Their rows are looked
    for without a lock: whoever held it while it makes the rows of a user would keep a class waiting whose lesson
    begins."""
    known = {ceiling: usage_rows.known_row(ceiling, by_metric, now) for ceiling in ceilings}
    unknown = [ceiling for ceiling, row in known.items() if row is None]
    own = [ceiling for ceiling in unknown if ceiling.user_id is not None]
    if len(own) < len(unknown):
        of_all = _by_key(usage_rows.of_all.all())
        for ceiling in unknown[len(own):]:      # after the user's, as everywhere
            row = of_all.get(usage_rows.key_of(ceiling))
            if row is None or not KnownRow.of(row).fits(ceiling, by_metric, now):
                return None
            known[ceiling] = KnownRow.of(row)
    if own:
        # All of them, in the order of Note [Lock order], although some are known.
        mine = _by_key(usage_rows.current(has_own=True, has_of_all=False).all(user_id=own[0].user_id))
        for ceiling in own:
            row = mine.get(usage_rows.key_of(ceiling))
            if row is None or row.period_start < begin(ceiling.window, now):
                row = Usage.objects.get(pk=_current_row(ceiling, now))
            if row.limit != ceiling.limit:
                row.limit = ceiling.limit
                row.save(update_fields=["limit"])
            if not KnownRow.of(row).fits(ceiling, by_metric, now):
                return None
            known[ceiling] = KnownRow.of(row)
    return [row for row in known.values() if row is not None]


class _WindowBegins(Exception):
    """There is no row of the current window yet, or no longer one that is not left."""


def _take_together(
    ceilings: Sequence[Ceiling], amounts: Amounts, by_metric: Mapping[str, int], now: dt.datetime
) -> list[Usage]:
    """Lock, check and take all rows of the current windows, in two statements; raises _WindowBegins.

    The usual case: a window begins once, and is taken from a thousand times."""
    if not ceilings:
        return []
    subjects = {ceiling.user_id for ceiling in ceilings}
    [user_id] = subjects - {None} or {None}
    locked = usage_rows.current(has_own=user_id is not None, has_of_all=None in subjects)
    found = _by_key(locked.all(user_id=user_id))
    rows = []
    for ceiling in ceilings:
        row = found.get(usage_rows.key_of(ceiling))
        if row is None or row.period_start < begin(ceiling.window, now):
            raise _WindowBegins
        amount = amounts.of(ceiling.metric)
        if amount and row.taken + amount > ceiling.limit + ceiling.burst:
            raise exceeded(row, ceiling, amount)
        row.reserved += amount
        rows.append(row)
    ids = {f"id{number}": row.pk for number, row in enumerate(rows)}
    usage_rows.taking(len(rows)).make(**ids, **by_metric)
    for ceiling, row in zip(ceilings, rows, strict=True):
        if row.limit != ceiling.limit:
            Usage.objects.filter(pk=row.pk).update(limit=ceiling.limit)
    return rows


def _current_row(ceiling: Ceiling, now: dt.datetime) -> int:
    """The id of the row of the window that holds `now`, made if need be."""
    begun = begin(ceiling.window, now)
    rows = Usage.objects.filter(rows_of(*usage_rows.key_of(ceiling))).order_by("-period_start")
    # Whoever takes or settles in the last window waits until it is left, and its debt is written down here.
    while (last := rows.select_for_update(no_key=True).first()) is not None and last.is_left:
        pass      # its successor was made while we waited for the lock
    if last is not None and last.period_start >= begun:
        return last.pk
    debt = 0
    if last is not None:
        debt = debt_after(last.taken, ceiling.limit, passed(ceiling.window, last.period_start, begun))
        Usage.objects.filter(pk=last.pk).update(is_left=True)
    Usage.objects.bulk_create(
        [Usage(
            user_id=ceiling.user_id, metric=ceiling.metric.value, window=ceiling.window.value, period_start=begun,
            limit=ceiling.limit, debt=debt,
        )],
        ignore_conflicts=True,      # another request has just made it
    )
    return rows.values_list("pk", flat=True)[0]


def _take(ceiling: Ceiling, amount: int, now: dt.datetime) -> Usage:
    """Reserve `amount` in the row of the window that holds `now`, which is made if need be; the row."""
    while True:
        row_id = _current_row(ceiling, now)
        rows = Usage.objects.filter(pk=row_id, is_left=False)
        if amount:
            rows = rows.filter(used__lte=ceiling.limit + ceiling.burst - amount - F("reserved") - F("debt"))
        is_taken = rows.update(reserved=F("reserved") + amount, limit=ceiling.limit)
        row = Usage.objects.get(pk=row_id)
        if is_taken:
            return row
        if not row.is_left:
            raise exceeded(row, ceiling, amount)


def _parts(reservations: list[Reservation], used: Amounts) -> list[Amounts]:
    """`used`, spread over what was reserved, oldest first; what exceeds all of it goes to the last."""
    parts, rest = [], {name: getattr(used, name) for name in ("requests", "units", "usd_micros")}
    for reservation in reservations:
        is_last = reservation is reservations[-1]
        part = {name: value if is_last else min(value, getattr(reservation, name)) for name, value in rest.items()}
        rest = {name: value - part[name] for name, value in rest.items()}
        parts.append(Amounts(**part))
    return parts


def _note(changes: Changes, reservation: Reservation, part: Amounts) -> None:
    """Add to `changes` what becomes of `reservation`, of which `part` was used."""
    for usage_id in reservation.charged:
        row = changes[usage_id]
        for metric in Metric:
            reserved, used = row.get(metric, (0, 0))
            row[metric] = (reserved + getattr(reservation, metric.value), used + part.of(metric))


def _add_late(changes: Changes, reservation: Reservation, part: Amounts) -> None:
    """Add to `changes`, and to `reservation`, which was settled before, what became known of it since."""
    Reservation.objects.filter(pk=reservation.pk).update(
        used_requests=F("used_requests") + part.requests, used_units=F("used_units") + part.units,
        used_usd_micros=F("used_usd_micros") + part.usd_micros,
    )
    for usage_id in reservation.charged:
        row = changes[usage_id]
        for metric in Metric:
            reserved, used = row.get(metric, (0, 0))
            row[metric] = (reserved, used + part.of(metric))


def _apply(changes: Changes) -> None:
    rows = Usage.objects.filter(pk__in=changes)
    # In the order of Note [Lock order].
    for row in sorted(rows, key=lambda row: (
            row.user_id is None, row.user_id or 0, row.metric, row.window, row.period_start)):
        released, used = changes[row.pk][Metric(row.metric)]
        if not released and not used:
            continue
        changed = {"reserved": F("reserved") - released, "used": F("used") + used}
        if not Usage.objects.filter(pk=row.pk, is_left=False).update(**changed):
            Usage.objects.filter(pk=row.pk).update(**changed)
            _carry(row)


def _carry(row: Usage) -> None:
    """Let the windows after `row`, which is locked and has changed, owe what it now lends them."""
    row.refresh_from_db(fields=["used", "reserved", "debt"])
    window, before = Window(row.window), row
    later_rows = Usage.objects.select_for_update(no_key=True).filter(
        rows_of(row.user_id, row.metric, row.window), period_start__gt=row.period_start
    )
    for after in later_rows.order_by("period_start"):
        after.debt = debt_after(
            before.taken, before.limit, passed(window, before.period_start, after.period_start)
        )
        after.save(update_fields=["debt"])
        before = after
