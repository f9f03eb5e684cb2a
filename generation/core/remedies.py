"""What to do about a failure: a closed catalogue.

Each cause names its remedies, the recommended one first.  Whether a remedy has helped here before is counted,
not claimed: see services/incidents."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from generation.core.reasons import Reason


class Remedy(StrEnum):
    RETRY = "retry"
    RESUME = "resume"
    PAUSE = "pause"
    CANCEL = "cancel"
    ROUTE = "route"
    WORKERS = "workers"
    ASK_AGAIN = "ask_again"
    READ_LOG = "read_log"


@dataclass(frozen=True)
class Means:
    """`label` is on the button, `consequence` what it does.  One that only leads somewhere acts on nothing itself."""

    label: str
    consequence: str
    permission: str
    leads_only: bool = False
    is_counted: bool = True


MEANS: Mapping[Remedy, Means] = {
    Remedy.RETRY: Means(
        "Retry the affected jobs",
        "What is missing in them is asked again, from your own limit. What is done stays as it is and is not paid for "
        "again.",
        "generation.retry_job"),
    Remedy.RESUME: Means(
        "Resume calls on the route",
        "Calls flow again at once. If the cause is still there, they pause again and no job is lost.",
        "generation.change_route"),
    Remedy.PAUSE: Means(
        "Pause calls on the route",
        "Nothing is asked there until somebody resumes it. Work waits, or goes to the route's fallback, and loses "
        "nothing.",
        "generation.change_route", is_counted=False),
    Remedy.CANCEL: Means(
        "Cancel the affected jobs",
        "What waits is not asked. What is done stays readable, and a retry goes on from there.",
        "generation.cancel_job"),
    Remedy.ROUTE: Means(
        "Open the route's settings",
        "Change the model, its output limit or its address there, then retry the affected jobs.",
        "generation.change_route", leads_only=True),
    Remedy.WORKERS: Means(
        "See which workers run",
        "Start a worker of the version that the jobs were accepted with; they then go on by themselves.",
        "generation.view_pulse", leads_only=True),
    Remedy.ASK_AGAIN: Means(
        "Ask with another brief", "Opens the form for a new document of this kind.",
        "generation.add_job", leads_only=True, is_counted=False),
    Remedy.READ_LOG: Means(
        "Read the errors in the log", "Shows the unexpected errors with their stack traces.",
        "generation.view_logentry", leads_only=True, is_counted=False),
}

_R, _M = Reason, Remedy
CURES: Mapping[Reason, tuple[Remedy, ...]] = {
    # Work waits
    _R.AUTH: (_M.RESUME, _M.CANCEL),
    _R.OUT_OF_CREDIT: (_M.RESUME, _M.CANCEL),
    _R.QUOTA_SPENT: (_M.RESUME, _M.ROUTE, _M.CANCEL),
    _R.KEY_UNBOUND: (_M.ROUTE, _M.CANCEL),
    _R.ADDRESS_REFUSED: (_M.ROUTE, _M.CANCEL),
    _R.PROVIDER_UNAVAILABLE: (_M.RESUME, _M.ROUTE, _M.CANCEL),
    _R.REVISION_MISSING: (_M.WORKERS, _M.CANCEL),
    # Parts are lost
    _R.INVALID_CONTENT: (_M.RETRY, _M.ASK_AGAIN),
    _R.TRUNCATED: (_M.ROUTE, _M.RETRY),
    _R.TOO_LONG: (_M.ASK_AGAIN, _M.ROUTE, _M.RETRY),
    _R.REFUSED: (_M.ASK_AGAIN, _M.RETRY),
    _R.CONTENT_FILTERED: (_M.ASK_AGAIN, _M.RETRY),
    _R.TIMEOUT: (_M.ROUTE, _M.RETRY),
    _R.PROVIDER_ERROR: (_M.RETRY, _M.ROUTE),
    _R.CONNECTION: (_M.RETRY, _M.ROUTE),
    _R.MALFORMED_REPLY: (_M.ROUTE, _M.RETRY),
    _R.UNUSABLE_REPLY: (_M.RETRY, _M.ROUTE),
    _R.ALWAYS_REFUSED: (_M.ROUTE, _M.RETRY, _M.PAUSE),
    _R.NO_ACCESS: (_M.ROUTE, _M.PAUSE, _M.RETRY),
    _R.BLOCKED: (_M.RETRY, _M.ROUTE, _M.PAUSE),
    _R.UNKNOWN_MODEL: (_M.ROUTE, _M.PAUSE, _M.RETRY),
    _R.WRONG_ADDRESS: (_M.ROUTE, _M.PAUSE, _M.RETRY),
    _R.BAD_REQUEST: (_M.ROUTE, _M.PAUSE, _M.RETRY),
    _R.CRASHES_WORKER: (_M.READ_LOG, _M.RETRY),
    _R.INTERNAL: (_M.READ_LOG, _M.RETRY),
}

# Causes that keep work waiting without losing a part of it.
HOLDING = frozenset({
    _R.AUTH, _R.OUT_OF_CREDIT, _R.QUOTA_SPENT, _R.PROVIDER_UNAVAILABLE, _R.REVISION_MISSING, _R.KEY_UNBOUND,
    _R.ADDRESS_REFUSED,
})
# What is equal: these failures belong to a kind of document, those to a route, the last to both.
OF_A_KIND = frozenset({
    _R.INVALID_CONTENT, _R.REFUSED, _R.CONTENT_FILTERED, _R.CRASHES_WORKER, _R.INTERNAL, _R.REVISION_MISSING,
    _R.TRUNCATED, _R.TOO_LONG,
})
OF_A_ROUTE = frozenset({
    _R.AUTH, _R.OUT_OF_CREDIT, _R.PROVIDER_UNAVAILABLE, _R.TIMEOUT, _R.PROVIDER_ERROR, _R.CONNECTION,
    _R.MALFORMED_REPLY, _R.BAD_REQUEST, _R.TRUNCATED, _R.TOO_LONG, _R.QUOTA_SPENT, _R.UNUSABLE_REPLY, _R.NO_ACCESS,
    _R.BLOCKED, _R.UNKNOWN_MODEL, _R.WRONG_ADDRESS, _R.ALWAYS_REFUSED, _R.KEY_UNBOUND, _R.ADDRESS_REFUSED,
})


def cures_of(cause: Reason) -> tuple[Remedy, ...]:
    """The remedies, the recommended one first."""
    return CURES.get(cause, (Remedy.RETRY,))
