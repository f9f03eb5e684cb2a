"""Statements whose values the database's server binds, and small ones that go to it together.

Django's cursors for PostgreSQL quote each value into the text of the statement; the hot path sends them beside it.
PostgreSQL takes values beside one statement only: of several in one message they are quoted, which is cheap while they
are few and small, and saves the visits in between."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorDebugWrapper


@contextmanager
def bound_cursor(sql: str, values: Sequence[Any]) -> Iterator[Any]:     # Any: as the driver takes them, a cursor
    """A cursor that has executed `sql`."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            yield cursor
        return
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as bound:
        if connection.queries_logged:
            with CursorDebugWrapper(bound, connection).debug_sql(sql, values):
                bound.execute(sql, values)
        else:
            bound.execute(sql, values)
        yield bound


def in_one_message(statements: Sequence[tuple[str, Sequence[Any]]]) -> list[list[Any]]:     # Any: likewise, rows
    """The rows of each of `statements`, which are executed one after another until one fails: one visit to PostgreSQL.

    A COMMIT among them waits for nobody: a thread that comes back from a visit first waits for its interpreter."""
    if connection.vendor != "postgresql":
        found = []
        for sql, values in statements:
            with bound_cursor(sql, values) as cursor:
                found.append(cursor.fetchall() if cursor.description else [])
        return found
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.ClientCursor(connection.connection) as quoting:
        # One by one: psycopg remembers how it reads a short statement, and forgets it of a long one.
        message = "; ".join(quoting.mogrify(sql, values) for sql, values in statements)
        if connection.queries_logged:
            with CursorDebugWrapper(quoting, connection).debug_sql(message):
                quoting.execute(message)
        else:
            quoting.execute(message)
        return [result.fetchall() if result.description else [] for result in quoting.results()]
