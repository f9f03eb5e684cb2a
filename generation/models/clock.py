"""The database's clock, and its moments.  Leases and windows are compared with it, never with a worker's."""

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone


def now() -> dt.datetime:
    """The time in UTC as the database sees it."""
    if connection.vendor == "sqlite":
        return timezone.now()        # SQLite's clock is this machine's, and so is every process that uses it
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[dt.datetime] = cursor.fetchone()
    return row[0]


def in_statement() -> Any:     # Any: a datetime or a database expression
    """`now`, for a statement that is made with it: no query of its own."""
    return timezone.now() if connection.vendor == "sqlite" else Now()


def placed(now: Any) -> Any:     # Any: a parameter, or a database expression
    """`in_statement`, for a statement that is compiled once: `now` stands for this process's time."""
    return now if connection.vendor == "sqlite" else Now()


def until(earliest: tuple[dt.datetime | None, dt.datetime] | None) -> dt.timedelta | None:
    """From a row of when the first thing is due and of the database's time: how long that is, or since when it has
    been; None: nothing is."""
    if earliest is None:
        return None
    due_at, db_now = earliest
    assert due_at is not None, "only what has a time is looked for"
    return due_at - of_row(db_now)


def of_row(at: dt.datetime) -> dt.datetime:
    """`now`, where a row that was just read or locked has brought the database's time `at`.

    SQLite's would be cut to milliseconds, and so be earlier than what was written a moment ago."""
    return timezone.now() if connection.vendor == "sqlite" else at


@contextlib.contextmanager
def one_moment() -> Iterator[None]:
    """Everything that is read inside was true at the same time; nobody waits for it.

    Inside a transaction that moment is the caller's."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        # Not `atomic`: its IMMEDIATE transactions would keep everybody else from writing.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
