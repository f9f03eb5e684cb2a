"""Do something about an incident: one verb of the catalogue, on all that it affects."""

from collections.abc import Callable
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
    """What came of it: the sentence for the person, and why jobs refused."""

    sentence: str
    refused: tuple[str, ...] = ()


def treatable(incident: Incident, remedy: Remedy) -> JobQuerySet:
    """The affected jobs on which `remedy` would act."""
    mine = Occurrence.objects.filter(incident=incident)
    affected = Job.objects.filter(erased_at__isnull=True).order_by("pk")
    if remedy is Remedy.RETRY:
        lost = mine.filter(chunk__state=ChunkState.FAILED.value)
        return affected.filter(pk__in=lost.values("job"), state__in=TERMINAL)
    if remedy is Remedy.CANCEL:
        return affected.filter(pk__in=mine.values("job"), state__in=ACTIVE)
    return Job.objects.none()


def take(incident: Incident, remedy: Remedy, *, by: "User | None") -> Taken:
    """Take `remedy`, and remember who did.  The caller has checked the permission."""
    match remedy:
        case Remedy.RETRY:
            return _on_jobs(incident, remedy, lambda job: control.retry(job, by=by), "Retry started for")
        case Remedy.CANCEL:
            def cancel(job: Job) -> None:
                control.cancel(job, by=by)
                incidents.note(incident, remedy, clock.now(), by=by, job=job, outcome=TreatmentOutcome.WORKED)

            return _on_jobs(incident, remedy, cancel, "Cancelled")
        case Remedy.RESUME:
            if incident.route is None or not route_health.resume(incident.route):
                raise Refusal(RefusalCode.NOTHING_TO_RETRY, "The route is not paused.", "There is nothing to resume.")
            incidents.note(incident, remedy, clock.now(), by=by)
            return Taken("Calls flow again.")
        case Remedy.PAUSE:
            because = f"because of failure {incident.pk}"
            if incident.route is None or not route_health.hold(incident.route, by=by, because=because):
                raise Refusal(RefusalCode.NOTHING_TO_RETRY, "The route is paused already.", "There is nothing to do.")
            incidents.note(incident, remedy, clock.now(), by=by, outcome=TreatmentOutcome.WORKED)
            return Taken("Nothing new is asked on the route until somebody resumes it.")
        case Remedy.ROUTE | Remedy.WORKERS:
            incidents.note(incident, remedy, clock.now(), by=by)
            return Taken("")
        case Remedy.ASK_AGAIN | Remedy.READ_LOG:
            return Taken("")


def _on_jobs(incident: Incident, remedy: Remedy, act: Callable[[Job], object], done: str) -> Taken:
    affected = treatable(incident, remedy)
    chosen = list(affected[:MOST_AT_ONCE])
    if not chosen:
        raise Refusal(
            RefusalCode.NOTHING_TO_RETRY, "None of the affected jobs is in a state for this.",
            "They are at work, or done, or somebody else was faster.",
        )
    refused = refused_of(act, chosen)
    accepted = len(chosen) - len(refused)
    left = affected.count() if len(chosen) == MOST_AT_ONCE else 0
    more = f" {left} are left: press again." if left > len(refused) else ""
    return Taken(f"{done} {counted(accepted, 'job')}.{more}", tuple(refused))
