"""The theme's sidebar, its label for the environment and its search, each for the person who looks."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from unfold.dataclasses import SearchResult

from generation.admin.records import list_title, person
from generation.admin.rendering import url_of
from generation.models import Alert, Job, Review, ReviewState, Route

MOST_FOUND = 15
MOST_COUNTED = 99


def environment(request: HttpRequest) -> list[str] | None:
    """Without a provider the bundled simulator answers, and everybody should know; but only on routes that have no
    address of their own, as local models have."""
    if settings.OPENAI_API_KEY or not Route.objects.filter(is_enabled=True, base_url="").exists():
        return None
    # `up` puts the simulator's address into the settings; the environment tells what was configured.
    return ["Provider without a key" if settings.ENV.openai_base_url else "Simulated provider", "warning"]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:     # Any: the theme's structure
    ask = reverse("admin:generation_job_add")
    return [
        {"title": "Documents", "items": [
            {
                "title": "Ask for a document", "icon": "edit_document", "link": ask,
                "permission": _may("generation.add_job"),
            },
            {
                "title": list_title(Job), "icon": "auto_stories", "link": reverse("admin:generation_job_changelist"),
                "permission": _may("generation.view_job"),
                "active": lambda request: "/generation/job/" in request.path and request.path != ask,
            },
            {**_item("rate_review", "generation", "review"), **_badge(
                request, "generation.view_review", Review.objects.filter(state=ReviewState.OPEN))},
            _item("view_week", "generation", "chunk"),
            _item("history", "generation", "unitversion"),
        ]},
        {"title": "Engine", "separator": True, "items": [
            _item("forum", "generation", "attempt"),
            _item("report", "generation", "incident"),
            _item("list_alt", "generation", "logentry"),
            _item("alt_route", "generation", "route"),
            _item("engineering", "generation", "pulse"),
            _item("cached", "generation", "cacheentry"),
            _item("theater_comedy", "generation", "rehearsal"),
        ]},
        {"title": "Alerts", "separator": True, "items": [
            {**_item("notifications", "generation", "alert"), **_badge(
                request, "generation.view_alert", Alert.objects.unresolved())},
            _item("rule", "generation", "alertrule"),
            _item("campaign", "generation", "channel"),
            _item("webhook", "generation", "webhookendpoint"),
            _item("outgoing_mail", "generation", "delivery"),
        ]},
        {"title": "Spending", "separator": True, "items": [
            _item("speed", "accounts", "policy"),
            _item("tune", "accounts", "override"),
            _item("monitoring", "accounts", "usage"),
            _item("pause_circle", "accounts", "pause"),
        ]},
        {"title": "People", "separator": True, "items": [
            _item("person", "accounts", "user"),
            _item("key", "accounts", "apitoken"),
            _item("group", "auth", "group"),
        ]},
        {"title": "Machines", "separator": True, "items": [
            {"title": "API documentation", "icon": "api", "link": reverse("api:openapi-view")},
        ]},
    ]


def search(request: HttpRequest, term: str) -> list[SearchResult]:
    """The newest jobs whose title has `term`, for the command palette."""
    if not request.user.has_perm("generation.view_job"):
        return []
    found = Job.objects.visible_to(person(request)).filter(title__icontains=term).order_by("-id")[:MOST_FOUND]
    return [
        SearchResult(title=job.title, description=f"Job, {job.state}", link=url_of(job), icon="auto_stories")
        for job in found
    ]


def _item(icon: str, app: str, model: str) -> dict[str, Any]:     # Any: the theme's structure
    """Under the name that the list itself has."""
    return {
        "title": list_title(apps.get_model(app, model)), "icon": icon,
        "link": reverse(f"admin:{app}_{model}_changelist"),
        "permission": _may(f"{app}.view_{model}"),
    }


def _badge(     # Any: rows of any kind
    request: HttpRequest, permission: str, waiting: "QuerySet[Any]"
) -> dict[str, str]:
    """How many are waiting for somebody; nothing when there is none, or for those who may not see them."""
    if not request.user.has_perm(permission):
        return {}
    count = waiting[:MOST_COUNTED].count()
    text = f"{count}+" if count == MOST_COUNTED else str(count)
    return {"badge": text, "badge_variant": "danger", "badge_style": "solid"} if count else {}


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)
