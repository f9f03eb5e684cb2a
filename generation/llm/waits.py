"""When to come back: what a provider's headers and words say about it, in seconds."""

import datetime as dt
import math
import re
from collections.abc import Mapping

from generation.core.http_dates import seconds_until

LONGEST_RETRY_AFTER_S = 86_400.0      # a header of 10**300 s must not overflow a timedelta
_WAIT = re.compile(
    r"(?:try again|retry|wait|available again|reset)[^.;:]{0,50}?(?:in|after|for)\s+((?:about |approximately )?"
    r"(?:\d+(?:\.\d+)?\s*(?:milliseconds?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])[\s,]*"
    r"(?:and\s+)?)+)",
    re.IGNORECASE,
)
_UNIT_S = {"ms": 0.001, "milli": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


def in_words(text: str) -> float | None:
    """Seconds that a sentence asks us to wait: `Please try again in 1m30.5s`."""
    found = _WAIT.search(text)
    return duration_s(found[1]) if found else None


def duration_s(text: str) -> float | None:
    """`1m30.5s`, `34s`, `7 minutes`: seconds."""
    total, parts = 0.0, re.findall(r"(\d+(?:\.\d+)?)\s*([a-z]+)", text[:100].lower())
    for number, unit in parts:
        name = "ms" if unit in {"ms"} or unit.startswith("milli") else unit[0]
        if name not in _UNIT_S:
            return None
        total += float(number) * _UNIT_S[name]
    return bounded(total) if parts else None


def retry_after_s(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Seconds that the provider asks us to wait, from `retry-after-ms` or `retry-after`.

    A date counts from the answer's own Date, so that a wrong clock on either side does not matter."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        if not math.isnan(wait_s):
            return bounded(wait_s)
    wait = seconds_until(headers.get("retry-after"), said_at=headers.get("date"), now=now)
    return None if wait is None else bounded(wait)


def bounded(wait_s: float) -> float:
    return 0.0 if math.isnan(wait_s) else min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)
