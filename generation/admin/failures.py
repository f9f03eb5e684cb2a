"""Failures as people see them: the sentence, what it affects, and the recommended action as a button."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from generation.admin import sight
from generation.admin.actions import ButtonMark, marked
from generation.admin.rendering import url_of
from generation.core.reasons import Reason
from generation.core.remedies import MEANS, Means, Remedy, cures_of
from generation.core.text import counted
from generation.models import Incident, Job, Route, clock
from generation.services import incidents
from generation.services.incidents import RemedyRecord
from generation.telemetry import heartbeats

if TYPE_CHECKING:
    from accounts.models import User

SHOWN = 5
NONE_YET = RemedyRecord(0, 0)


@dataclass(frozen=True)
class Button:
    """A remedy that the person who looks may take."""

    remedy: Remedy
    means: Means
    url: str
    record: str      # how often it has worked
    mark: ButtonMark | None      # of the route, where it acts on that; none, where it only leads somewhere


@dataclass(frozen=True)
class FailureView:
    incident: Incident
    url: str
    affects: str
    buttons: list[Button]      # the recommended one first
    for_others: str = ""       # what would help and is not theirs to do, and whom to ask

    @property
    def recommended(self) -> list[Button]:
        return self.buttons[:1]


def failures(found: Sequence[Incident], user: "User", job: Job | None = None) -> list[FailureView]:
    """As boxes; one query for all records.  `job`: on whose page they stand, whose brief a new form begins with."""
    records = incidents.records(incident.cause for incident in found) if found else {}
    return [
        FailureView(
            incident, url_of(incident), affects(incident), _buttons(incident, user, records, job),
            _for_others(incident, user),
        )
        for incident in found
    ]


def open_failures(user: "User") -> list[FailureView]:
    """For the first page: the newest open ones."""
    if not user.has_perm("generation.view_incident"):
        return []
    newest = Incident.objects.filter(resolved_at__isnull=True).select_related("route").order_by("-last_seen_at")
    return failures(list(newest[:SHOWN]), user)


def no_worker() -> bool:
    """Nobody is there who could notice that nobody is there: so the page looks by itself."""
    return not heartbeats.living(clock.now())


def affects(incident: Incident) -> str:
    jobs, users = counted(incident.jobs, "job", style=","), counted(incident.users, "user", style=",")
    return f"{jobs} of {users}, {counted(incident.chunks, 'part', style=',')} in all"


TURN_ROUTES = frozenset({Remedy.RESUME, Remedy.PAUSE})
OF_ROUTES = TURN_ROUTES | {Remedy.ROUTE}


def _cures(incident: Incident) -> list[Remedy]:
    """What would help, the recommended one first."""
    if not incident.is_open:
        return []
    return [remedy for remedy in cures_of(Reason(incident.cause)) if incident.route or remedy not in OF_ROUTES]


def _buttons(
    incident: Incident, user: "User", records: dict[tuple[str, str], RemedyRecord], job: Job | None
) -> list[Button]:
    return [
        Button(
            remedy, MEANS[remedy], _take_url(incident, remedy, job),
            records.get((incident.cause, remedy.value), NONE_YET).words if MEANS[remedy].is_counted else "",
            None if MEANS[remedy].leads_only else marked(acted_on(incident, remedy)),
        )
        for remedy in _cures(incident) if user.has_perm(MEANS[remedy].permission)
    ]


def acted_on(incident: Incident, remedy: Remedy) -> Route | Incident:
    """The row of whose buttons that of `remedy` is one: its mark says what people did about it."""
    return incident.route if incident.route is not None and remedy in TURN_ROUTES else incident


def _take_url(incident: Incident, remedy: Remedy, job: Job | None) -> str:
    address = reverse("admin:generation_incident_take", args=[incident.pk, remedy.value])
    return f"{address}?from={job.public_id}" if job is not None and remedy is Remedy.ASK_AGAIN else address


def _for_others(incident: Incident, user: "User") -> str:
    """`Not yours to do, but of help: “Resume calls on the route”. Ask an administrator: adam.`"""
    barred = [MEANS[remedy].label for remedy in _cures(incident) if not user.has_perm(MEANS[remedy].permission)]
    if not barred:
        return ""
    return f"Not yours to do, but of help: {', '.join(f'“{label}”' for label in barred)}. {sight.whom_to_ask()}"
