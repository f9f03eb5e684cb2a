"""Failures as people see them: the sentence, what it affects, and the recommended action as a button."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from generation.admin.rendering import url_of
from generation.core.reasons import Reason
from generation.core.remedies import MEANS, Means, Remedy, cures_of
from generation.core.text import counted
from generation.models import Incident, clock
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


@dataclass(frozen=True)
class FailureView:
    incident: Incident
    url: str
    affects: str
    buttons: list[Button]      # the recommended one first

    @property
    def recommended(self) -> list[Button]:
        return self.buttons[:1]


def failures(found: Sequence[Incident], user: "User") -> list[FailureView]:
    """As boxes; one query for all records."""
    records = incidents.records(incident.cause for incident in found) if found else {}
    return [
        FailureView(incident, url_of(incident), affects(incident), _buttons(incident, user, records))
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


OF_ROUTES = frozenset({Remedy.ROUTE, Remedy.RESUME, Remedy.PAUSE})


def _buttons(incident: Incident, user: "User", records: dict[tuple[str, str], RemedyRecord]) -> list[Button]:
    if not incident.is_open:
        return []
    return [
        Button(
            remedy, MEANS[remedy], reverse("admin:generation_incident_take", args=[incident.pk, remedy.value]),
            records.get((incident.cause, remedy.value), NONE_YET).words if MEANS[remedy].is_counted else "",
        )
        for remedy in cures_of(Reason(incident.cause))
        if user.has_perm(MEANS[remedy].permission) and (incident.route or remedy not in OF_ROUTES)
    ]
