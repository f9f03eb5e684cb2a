"""Do something about an incident: one verb of the catalogue, on all that it affects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.core.remedies import Remedy
from generation.core.states import ChunkState
from generation.core.text import counted
from generation.models import Incident, Job, Occurrence, TreatmentOutcome, clock
from generation.models.job import ACTIVE, TERMINAL, JobQuerySet
from generation.services import incidents
from generation.services.errors import Refusal, RefusalCode, refused_of
from generation.services.jobs import control
from generation.services.routing import route_health

if TYPE_CHECKING:
    from accounts.models import User

MOST_AT_ONCE = 100      # each job is a transaction, and a person waits for the answer


@dataclass(frozen=True)
class Taken:
    """What came of it: the sentence for the person, empty if nothing was done, and why jobs refused."""

    sentence: str
    refused: tuple[str, ...] = ()


def treatable(incident: Incident, remedy: Remedy) -> JobQuerySet:
    """The affected jobs on which `remedy` would act."""
    if remedy is Remedy.RETRY:
        lost = Occurrence.objects.filter(incident=incident, chunk__state=ChunkState.FAILED.value)
        return _affected(incident).filter(pk__in=lost.values("job"), state__in=TERMINAL)
    if remedy is Remedy.CANCEL:
        return _affected(incident).filter(state__in=ACTIVE)
    return Job.objects.none()


def take(
    incident: Incident, remedy: Remedy, *, by: "User | None", seen: int | None = None,
    confirmed: Mapping[int, int] | None = None,
) -> Taken:
    """Take `remedy`, and remember who did.  The caller has checked the permission.

    Raises Refusal if people decided something about the route in question after `seen`; jobs about which they did are
    left out.  `confirmed`: of jobs that a person was asked about, what was seen of each; no others are touched."""
    match remedy:
        case Remedy.RETRY:
            def retry(job: Job) -> None:
                control.retry(job, by=by, seen=confirmed[job.pk] if confirmed else seen)

            return _on_jobs(incident, remedy, confirmed, retry, "Retry started for")
        case Remedy.CANCEL:
            def cancel(job: Job) -> None:
                control.cancel(job, by=by, seen=confirmed[job.pk] if confirmed else seen)
                incidents.note(incident, remedy, clock.now(), by=by, job=job, outcome=TreatmentOutcome.WORKED)

            return _on_jobs(incident, remedy, confirmed, cancel, "Cancelled")
        case Remedy.RESUME:
            if incident.route is None or not route_health.resume(incident.route, by=by, seen=seen):
                raise Refusal(RefusalCode.NOTHING_TO_RETRY, "The route is not paused.", "There is nothing to resume.")
            incidents.note(incident, remedy, clock.now(), by=by)
            return Taken("Calls flow again.")
        case Remedy.PAUSE:
            because = f"because of failure {incident.pk}"
            if incident.route is None or not route_health.hold(incident.route, by=by, because=because, seen=seen):
                raise Refusal(RefusalCode.NOTHING_TO_RETRY, "The route is paused already.", "There is nothing to do.")
            incidents.note(incident, remedy, clock.now(), by=by, outcome=TreatmentOutcome.WORKED)
            return Taken("Nothing new is asked on the route until somebody resumes it.")
        case Remedy.ROUTE | Remedy.WORKERS:
            incidents.note(incident, remedy, clock.now(), by=by)
            return Taken("")
        case Remedy.ASK_AGAIN | Remedy.READ_LOG:
            return Taken("")


def _affected(incident: Incident) -> JobQuerySet:
    mine = Occurrence.objects.filter(incident=incident)
    return Job.objects.filter(erased_at__isnull=True, pk__in=mine.values("job")).order_by("pk")


def _on_jobs(
    incident: Incident, remedy: Remedy, confirmed: Mapping[int, int] | None, act: Callable[[Job], object], done: str,
) -> Taken:
    # What was confirmed and is in no state for it any more says why, each for itself.
    rows = treatable(incident, remedy) if confirmed is None else _affected(incident).filter(pk__in=confirmed)
    chosen = list(rows[:MOST_AT_ONCE])
    if not chosen:
        raise Refusal(
            RefusalCode.NOTHING_TO_RETRY, "None of the affected jobs is in a state for this.",
            "They are at work, or done, or somebody else was faster.",
        )
    refused = refused_of(act, chosen)
    accepted = len(chosen) - len(refused)
    left = treatable(incident, remedy).count() if len(chosen) == MOST_AT_ONCE else 0
    more = f" {left} are left: press again." if left > len(refused) else ""
    return Taken(f"{done} {counted(accepted, 'job')}.{more}" if accepted else "", tuple(refused))
