"""The first page: what stands in the way, what runs, what waits, what failed, what it costs, who works."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.contrib.admin.models import LogEntry as AdminAction
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Pause
from generation.admin import sight
from generation.admin.alerts import open_alerts
from generation.admin.failures import no_worker, open_failures
from generation.admin.records import person
from generation.admin.rendering import url_of
from generation.core.pricing import dollars
from generation.core.reasons import EXPLANATIONS
from generation.core.states import ChunkState, JobState
from generation.core.text import counted
from generation.models import Channel, Chunk, Job, Pulse, Review, ReviewState, Route, clock
from generation.models.job import ACTIVE
from generation.telemetry.heartbeats import living

NEWEST = 10
LOST = (JobState.FAILED.value, JobState.PARTIAL.value)


@dataclass(frozen=True)
class Card:
    title: str
    value: str
    note: str
    url: str      # empty for those who may not open it


@dataclass(frozen=True)
class Obstacle:
    """Something that keeps work or news of it from going on, until somebody acts or a moment has passed."""

    title: str
    sentence: str
    url: str
    link: str      # the words of the link; without `url`, nothing


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:     # Any: a template's context
    """The theme's callback for its first page."""
    user = person(request)
    more: dict[str, Any] = {"title": "Overview", "may_ask": user.has_perm("generation.add_job")}
    if user.has_perm("generation.view_incident"):
        more["failures"] = open_failures(user)
    if user.has_perm("generation.view_alert"):
        more["alerts"], more["alert_count"] = open_alerts()
    if user.has_perm("generation.view_job"):
        newest = Job.objects.select_related("user").defer("brief", "findings").order_by("-id")[:NEWEST]
        more |= {"cards": _cards(), "newest": [(job, url_of(job)) for job in newest], "obstacles": _obstacles()}
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
            "Waiting jobs", f"{active.waiting().count()}", "no call is made for them now", f"{jobs}?waits=yes",
        ),
        Card(
            "Waiting for a person", f"{Review.objects.filter(state=ReviewState.OPEN).count()}",
            "made, and not handed out before somebody looked", f"{jobs}?state__exact={JobState.IN_REVIEW.value}",
        ),
        Card(
            "Failed today", f"{lost.count()}", "failed, or done in part",
            f"{jobs}?state__in={','.join(LOST)}&finished_at__gte={since}",
        ),
        Card(
            "Cost today", dollars(today.aggregate(cost=Sum("cost_usd_micros"))["cost"] or 0),
            f"of {counted(today.count(), 'job')} accepted since midnight UTC", f"{jobs}?created_at__gte={since}",
        ),
        Card(
            "Workers alive", f"{alive}",
            f"of {workers.count()} known" if alive else "nothing is generated without one",
            _list_of(Pulse),
        ),
    ]


def _list_of(model: type[Model]) -> str:
    """The address of its list; empty for those who may not open it."""
    if not sight.may_open(model):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def _obstacles() -> list[Obstacle]:
    """The gravest first."""
    found = [_pause(), _no_worker(), *_closed_routes(), _no_channel()]
    return [one for one in found if one is not None]


def _pause() -> Obstacle | None:
    """Since when and by whom is in the history of the switch; a pause that was set past the admin has none."""
    pause = Pause.objects.filter(is_on=True).first()
    if pause is None:
        return None
    history = AdminAction.objects.filter(
        content_type=ContentType.objects.get_for_model(Pause), object_id=str(pause.pk),
        change_message__contains="Paused")
    last = history.select_related("user").order_by("-action_time").first()
    since = f" Since {last.action_time:%-d %b, %H:%M} UTC, by {last.user}." if last else ""
    return Obstacle(
        "Requests are paused.", f"“{pause.reason}”{since} Nothing new is accepted; what was accepted goes on.",
        url_of(pause) if sight.may_open(pause) else "", "The switch")


def _no_worker() -> Obstacle | None:
    if not no_worker():
        return None
    return Obstacle(
        "No worker is running.", "Accepted jobs wait and lose nothing. Start one: `celery -A config worker --pool "
        "threads`, or `manage.py up`.", _list_of(Pulse), "Workers")


def _closed_routes() -> list[Obstacle]:
    """Routes on which nothing is asked at the moment, while somebody waits for them."""
    now, found = clock.now(), []
    for route in Route.objects.filter(is_enabled=True):
        closed = route.waits_until(now)
        pending = Chunk.objects.filter(state=ChunkState.PENDING.value).preferring(route.pk)
        waiting = Job.objects.waiting().filter(pk__in=pending.values("job")).count() if closed else 0
        if closed is None or not waiting:
            continue
        until, reason = closed
        when = f"Next try {until:%-d %b, %H:%M:%S} UTC." if until else "They go on when a person resumes them."
        found.append(Obstacle(
            f"Calls on {route} are paused; {counted(waiting, 'job waits', 'jobs wait')}.",
            f"{EXPLANATIONS[reason].sentence} {when}", url_of(route) if sight.may_open(route) else "", "The route"))
    return found


def _no_channel() -> Obstacle | None:
    if Channel.objects.enabled().exists():
        return None
    return Obstacle(
        "Alerts reach nobody.", "There is no channel that is switched on: whoever does not look here misses them. "
        + ("" if sight.may_open(Channel) else sight.whom_to_ask()), _list_of(Channel), "Channels")


def _accepted_since(moment: dt.datetime) -> QuerySet[Job]:
    """By id, which grows with time: both steps read only the rows of the day, not the whole table."""
    earlier = Job.objects.filter(created_at__lt=moment).order_by("-id").values_list("id", flat=True)[:1]
    return Job.objects.filter(id__gt=next(iter(earlier), 0)).order_by()
