"""Windows of time and what may be spent in them: arithmetic alone, in UTC, without Django.

A window may be overspent by `burst`.  What was borrowed is the next window's debt, and shrinks by `limit` with
each window that passes, so over k windows nobody spends more than `k * limit + burst`."""

import datetime as dt
from enum import StrEnum

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Metric(StrEnum):
    REQUESTS = "requests"
    UNITS = "units"
    USD_MICROS = "usd_micros"
    JOBS = "jobs"          # those that run: taken at acceptance, given back at the end, never used up


class Window(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    ALWAYS = "always"      # only for what is given back


def in_words(metric: Metric, amount: int) -> str:
    """`1 request`, `3 units`, `$2.50`."""
    match metric:
        case Metric.USD_MICROS:
            return f"${amount / 1_000_000:,.2f}" if amount >= 10_000 or not amount else f"${amount / 1_000_000:.4f}"
        case Metric.JOBS:
            noun = "running job"
        case _:
            noun = metric.value.removesuffix("s")
    return f"{amount:,} {noun}{'' if amount == 1 else 's'}"


def rate_in_words(metric: Metric, amount: int, window: Window) -> str:
    """`20 requests an hour`, `$1.00 a day`."""
    article = "an" if window is Window.HOUR else "a"
    return in_words(metric, amount) + ("" if window is Window.ALWAYS else f" {article} {window.value}")


def begin(window: Window, now: dt.datetime) -> dt.datetime:
    """When the window that holds `now` began."""
    hour = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    match window:
        case Window.HOUR:
            return hour
        case Window.DAY:
            return hour.replace(hour=0)
        case Window.MONTH:
            return hour.replace(day=1, hour=0)
        case Window.ALWAYS:
            return _EPOCH


def later(window: Window, begun: dt.datetime, count: int) -> dt.datetime:
    """When the window that is `count` after the one of `begun` begins; the last representable time at most."""
    try:
        match window:
            case Window.HOUR:
                return begun + count * _HOUR
            case Window.DAY:
                return begun + count * _DAY
            case Window.MONTH:
                years, month = divmod(begun.month - 1 + count, 12)
                return begun.replace(year=begun.year + years, month=month + 1)
            case Window.ALWAYS:
                return begun
    except (OverflowError, ValueError):
        return dt.datetime.max.replace(tzinfo=dt.UTC)


def end(window: Window, begun: dt.datetime) -> dt.datetime:
    """The first instant that is no longer in the window."""
    return later(window, begun, 1)


def passed(window: Window, earlier: dt.datetime, begun: dt.datetime) -> int:
    """How many windows after the one that began at `earlier` the one of `begun` is."""
    match window:
        case Window.HOUR:
            return (begun - earlier) // _HOUR
        case Window.DAY:
            return (begun - earlier) // _DAY
        case Window.MONTH:
            return (begun.year - earlier.year) * 12 + begun.month - earlier.month
        case Window.ALWAYS:
            return 0


def debt_after(taken: int, limit: int, count: int) -> int:
    """What is owed `count` windows after one in which `taken` (its own debt included) was taken."""
    return max(0, taken - limit * count)


def left(taken: int, limit: int, burst: int) -> int:
    """What can still be taken in a window of which `taken`, its debt included, is gone."""
    return max(0, limit + burst - taken)


def fits_at(
    window: Window, begun: dt.datetime, *, taken: int, amount: int, limit: int, burst: int
) -> dt.datetime | None:
    """The begin of the first later window in which `amount` fits if nothing else is spent; None: in no window."""
    if window is Window.ALWAYS or amount > limit + burst or limit <= 0:
        return None
    over = taken + amount - limit - burst
    return later(window, begun, max(1, -(-over // limit)))
