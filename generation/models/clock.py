"""The database's clock.  Leases and windows are compared with it, never with a worker's."""

import datetime as dt

from django.db import connection
from django.utils import timezone


def now() -> dt.datetime:
    """The time in UTC as the database sees it."""
    if connection.vendor == "sqlite":
        return timezone.now()        # SQLite's clock is this machine's, and so is every process that uses it
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[dt.datetime] = cursor.fetchone()
    return row[0]
