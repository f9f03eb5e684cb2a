"""What is told to machines outside: the events, their small bodies, and when a failed delivery is tried again.

Bodies say what happened and where to read on.  They carry no brief, no title and no text of a document."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

SECRET_PREFIX = "whsec_"      # noqa: S105  the standard's prefix, no secret


class JobEvent(StrEnum):
    """A job's end, or its halt before a person, as an endpoint may ask to be told of."""

    IN_REVIEW = "job.in_review"
    COMPLETED = "job.completed"
    PARTIAL = "job.partial"
    FAILED = "job.failed"
    CANCELLED = "job.cancelled"


PING = "webhook.ping"
DISABLED = "webhook.disabled"
ALERT_OPENED, ALERT_CONTINUES, ALERT_RESOLVED = "alert.opened", "alert.continues", "alert.resolved"
CHANNEL_TEST = "channel.test"

# Waits before the second to the last attempt: Standard Webhooks' schedule, cut at a day.
WAITS = (
    dt.timedelta(seconds=5), dt.timedelta(minutes=5), dt.timedelta(minutes=30), dt.timedelta(hours=2),
    dt.timedelta(hours=5), dt.timedelta(hours=7), dt.timedelta(hours=10),
)
MAX_ATTEMPTS = len(WAITS) + 1
LONGEST_RETRY_AFTER = dt.timedelta(hours=1)

# The breaker of one target: failures in a row that pause it, for as long as doubles with each further one.
PAUSE_AFTER = 5
FIRST_PAUSE, LONGEST_PAUSE = dt.timedelta(minutes=1), dt.timedelta(hours=1)


def wait_before_next(attempts: int, *, jitter: float, retry_after_s: float | None = None) -> dt.timedelta | None:
    """How long to wait after `attempts` failed; None when that was the last.

    `jitter` is in [0, 1) and adds up to a tenth.  A `Retry-After` lengthens the wait, an hour at the most."""
    if attempts >= MAX_ATTEMPTS:
        return None
    wait = WAITS[attempts - 1] * (1 + jitter / 10)
    wanted = min(dt.timedelta(seconds=max(0.0, retry_after_s or 0.0)), LONGEST_RETRY_AFTER)
    return max(wait, wanted)


def pause_after(failures: int) -> dt.timedelta | None:
    """How long a target with so many failures in a row is left alone; None while there are few."""
    if failures < PAUSE_AFTER:
        return None
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures - PAUSE_AFTER, 10))


def secret_for(key: str, target: str, version: int) -> str:
    """The signing secret of `target`: derived from the installation's `key`, so that it is stored nowhere."""
    digest = hmac.new(key.encode(), f"coursewright webhook {target} {version}".encode(), hashlib.sha256).digest()
    return SECRET_PREFIX + base64.b64encode(digest[:24]).decode()


def check_of(secret: str) -> str:
    """Tells whether a secret is still the same, and nothing else about it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]


def body_of(payload: Mapping[str, Any]) -> str:     # Any: JSON
    """`payload` as it is signed and sent: the same bytes in every attempt, whatever the database does to its order."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
