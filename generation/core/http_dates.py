"""Dates as HTTP headers have them, and as strangers' servers write them."""

import datetime as dt
from email.utils import parsedate_to_datetime


def moment(value: str | None) -> dt.datetime | None:
    """The instant that a header names, with its zone; None for what is no date, or none that there is."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError, TypeError, IndexError):      # zones of 99 hours, years of 20 digits, half dates
        return None
    return date if date.tzinfo else date.replace(tzinfo=dt.UTC)


def seconds_until(value: str | None, *, said_at: str | None, now: dt.datetime) -> float | None:
    """Seconds from `said_at`, the answer's own Date, to the date `value`: a wrong clock on either side does not matter.

    Without such a Date they count from `now`."""
    until = moment(value)
    return None if until is None else (until - (moment(said_at) or now)).total_seconds()
