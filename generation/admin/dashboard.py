"""The cards on the first page: what runs, what waits, what failed, what it costs, who works."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from generation.admin.alerts import open_alerts
from generation.admin.failures import no_worker, open_failures
from generation.admin.records import person
from generation.admin.rendering import url_of
from generation.core.pricing import dollars
from generation.core.states import JobState
from generation.models import Job, Pulse, clock
from generation.models.job import ACTIVE
from generation.telemetry.heartbeats import living

NEWEST = 10
LOST = (JobState.FAILED.value, JobState.PARTIAL.value)


@dataclass(frozen=True)
class Card:
    title: str
    value: str
    note: str
    url: str


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:     # Any: a template's context
    """The theme's callback for its first page."""
    more: dict[str, Any] = {"title": "Overview", "may_ask": request.user.has_perm("generation.add_job")}
    user = person(request)
    if user.has_perm("generation.view_incident"):
        more |= {"failures": open_failures(user), "has_no_worker": no_worker()}
    if user.has_perm("generation.view_alert"):
        more["alerts"], more["alert_count"] = open_alerts()
    if user.has_perm("generation.view_job"):
        newest = Job.objects.select_related("user").defer("brief", "findings").order_by("-id")[:NEWEST]
        more |= {"cards": _cards(), "newest": [(job, url_of(job)) for job in newest]}
    return {**context, **more}


def _cards() -> list[Card]:
    now = clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    jobs = reverse("admin:generation_job_changelist")
    since = quote(str(midnight))
    active = Job.objects.active()
    today = _accepted_since(midnight)
    lost = Job.objects.filter(state__in=LOST, finished_at__gte=midnight)
    workers = Pulse.objects.all()
    alive = len(living(now))
    return [
        Card(
            "Active jobs", f"{active.count()}", "accepted and not ended",
            f"{jobs}?state__in={','.join(ACTIVE)}",
        ),
        Card(
            "Waiting jobs", f"{active.filter(state=JobState.QUEUED.value).count()}",
            "no call was made for them yet", f"{jobs}?state__exact={JobState.QUEUED.value}",
        ),
        Card(
            "Failed today", f"{lost.count()}", "failed, or done in part",
            f"{jobs}?state__in={','.join(LOST)}&finished_at__gte={since}",
        ),
        Card(
            "Cost today", dollars(today.aggregate(cost=Sum("cost_usd_micros"))["cost"] or 0),
            f"of {today.count()} jobs accepted since midnight UTC", f"{jobs}?created_at__gte={since}",
        ),
        Card(
            "Workers alive", f"{alive}",
            f"of {workers.count()} known" if alive else "nothing is generated without one",
            reverse("admin:generation_pulse_changelist"),
        ),
    ]


def _accepted_since(moment: dt.datetime) -> QuerySet[Job]:
    """By id, which grows with time: both steps read only the rows of the day, not the whole table."""
    earlier = Job.objects.filter(created_at__lt=moment).order_by("-id").values_list("id", flat=True)[:1]
    return Job.objects.filter(id__gt=next(iter(earlier), 0)).order_by()
