"""What people did about a row after somebody looked at it: so that nobody undoes, unseen, what another has decided.

The journal knows: what a person does about a route, an alert, a target or a job is written with who did it, in the
transaction of the change, while the row is locked.  What the engine moves by itself has no author: it makes no page
stale.  What was done about a job as a whole is about each of its units, too, and all of it is about each failure that
affects the job."""

from collections.abc import Sequence

from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet

from generation.core.states import Event
from generation.models import Alert, Channel, Chunk, Incident, Job, LogEntry, Occurrence, Route, WebhookEndpoint
from generation.services.errors import Refusal, RefusalCode

TOLD = 3      # the newest
_OF_JOBS = (
    Event.CANCEL.value, Event.RESTART.value, Event.REGENERATE.value, "review_released", "review_rejected",
)
# Of each table: what the journal calls its rows, and the lines that tell of what a button can undo.
_LINES: dict[type[Model], tuple[str, tuple[str, ...]]] = {
    Route: ("route_id", ("breaker_open", "breaker_closed")),
    Alert: ("alert", ("alert_acknowledged", "alert_resolved")),
    Channel: ("channel", ("channel_rotated",)),
    WebhookEndpoint: ("endpoint", ("webhook_rotated",)),
}


def newest(row: Model) -> int:
    """The newest that a person did about `row`, as a number that grows; 0: nothing."""
    # Not the first in order: of the jobs of a failure that would be a search through the whole log, if there is none.
    found: int | None = _about(row).aggregate(newest=Max("pk"))["newest"]
    return found or 0


def newest_of(jobs: QuerySet[Job]) -> dict[int, int]:
    """As `newest`, of each of `jobs` about which a person did something, by primary key."""
    lines = _done_by_people(_OF_JOBS).filter(job__in=jobs.values("pk"))
    return dict(lines.order_by().values_list("job_id").annotate(Max("pk")))


def check(row: Model, seen: int | None) -> None:
    """Raises Refusal with what was done and by whom, if that is newer than `seen`; None: nobody had looked.

    The caller holds the row's lock."""
    if seen is None:
        return
    since = list(_about(row).filter(pk__gt=seen).select_related("by").order_by("-pk")[:TOLD])
    if since:
        told = " ".join(f"{line.at:%H:%M} UTC, {line.by}: {line.message.rstrip('.')}." for line in reversed(since))
        raise Refusal(
            RefusalCode.CHANGED_MEANWHILE, f"Nothing was done: while you had the page open, somebody was at it. {told}",
            "Look at what stands there now, and press again if you still want to.")


def _about(row: Model) -> QuerySet[LogEntry]:
    match row:
        case Job():
            return _done_by_people(_OF_JOBS).filter(job=row)
        case Chunk():
            return _done_by_people(_OF_JOBS).filter(Q(chunk=row) | Q(chunk__isnull=True), job=row.job_id)
        case Incident():
            # From what people did to whether it is affected: they do less than a failure may affect.
            affected = Occurrence.objects.filter(incident=row, job=OuterRef("job"))
            return _done_by_people(_OF_JOBS).filter(Exists(affected))
        case _:
            name, codes = _LINES[type(row)]
            return _done_by_people(codes).filter(**{f"data__{name}": row.pk})


def _done_by_people(codes: Sequence[str]) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(code__in=codes, by__isnull=False)
