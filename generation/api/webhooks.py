"""Webhook endpoints: where you want to be told of the ends of your jobs.

Everybody manages their own here, staff too; those of others are for the admin."""

import datetime as dt
from typing import Annotated, Self
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status
from pydantic import BaseModel, BeforeValidator, Field

from generation.api import openapi
from generation.api.auth import caller
from generation.api.problems import Problem, ProblemCode
from generation.api.schemas import InputModel
from generation.core.text import one_line_if_text
from generation.core.webhooks import JobEvent
from generation.models import Delivery, DeliveryState, WebhookEndpoint
from generation.services.outbox import webhooks

router = Router(tags=["webhooks"])

Url = Annotated[str, Field(
    min_length=1, max_length=2_000, examples=["https://hooks.example.com/coursewright"],
    description="https, port 443 or 8443, and nothing that leads into a private network.")]
Events = Annotated[list[JobEvent], Field(
    min_length=1, max_length=len(JobEvent), description="What you want to be told of.")]
Description = Annotated[
    str, Field(max_length=200, description="For you, to tell endpoints apart; kept as one line."),
    BeforeValidator(one_line_if_text)]


class WebhookIn(InputModel):
    """A new endpoint."""

    url: Url
    events: Events = list(JobEvent)
    description: Description = ""


class WebhookChangeIn(InputModel):
    """What is to change; what is left out stays."""

    url: Annotated[Url | None, Field()] = None
    events: Annotated[Events | None, Field()] = None
    description: Annotated[Description | None, Field()] = None
    is_active: Annotated[bool | None, Field(description="Switching on forgets earlier failures.")] = None


class WebhookOut(BaseModel):
    """An endpoint, without its secret."""

    id: UUID
    url: str
    events: list[JobEvent]
    description: str
    is_active: bool
    disabled_reason: str | None = Field(description="Why it was switched off, if that was not you.")
    failures: int = Field(description="Deliveries that failed in a row.")
    paused_until: dt.datetime | None = Field(description="After failures in a row nothing is sent until then.")
    last_result: str | None
    last_at: dt.datetime | None
    created_at: dt.datetime
    link: str

    @classmethod
    def columns(cls, endpoint: WebhookEndpoint) -> dict[str, object]:
        return {
            "id": endpoint.public_id, "url": endpoint.url, "events": endpoint.events,
            "description": endpoint.description, "is_active": endpoint.is_enabled,
            "disabled_reason": endpoint.disabled_reason or None, "failures": endpoint.failures,
            "paused_until": endpoint.paused_until, "last_result": endpoint.last_result or None,
            "last_at": endpoint.last_at, "created_at": endpoint.created_at, "link": _path(endpoint),
        }

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> Self:
        return cls.model_validate(cls.columns(endpoint))


class WebhookSecretOut(WebhookOut):
    """An endpoint and its secret, this one time."""

    secret: str = Field(description="For verifying signatures, as Standard Webhooks has it.", examples=["whsec_…"])

    @classmethod
    def shown(cls, shown: webhooks.Shown) -> Self:
        return cls.model_validate({**cls.columns(shown.endpoint), "secret": shown.secret})


class WebhookList(BaseModel):
    items: list[WebhookOut]


class DeliveryOut(BaseModel):
    """One event for one endpoint."""

    id: str = Field(description="The `webhook-id` that is sent; the same in every attempt.")
    event: str
    job: UUID | None
    state: DeliveryState
    attempts: int
    status: int | None = Field(description="What the endpoint answered last.")
    error: str | None = Field(description="Why the last attempt failed.")
    created_at: dt.datetime
    last_at: dt.datetime | None
    next_at: dt.datetime | None = Field(description="When it is tried (again).")
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, row: Delivery) -> "DeliveryOut":
        return cls(
            id=f"msg_{row.public_id.hex}", event=row.event, job=row.job.public_id if row.job else None,
            state=DeliveryState(row.state), attempts=row.attempts, status=row.last_status,
            error=row.last_error or None, created_at=row.created_at, last_at=row.last_at, next_at=row.next_at,
            finished_at=row.finished_at,
        )


class DeliveryList(BaseModel):
    """Newest first."""

    items: list[DeliveryOut]


def _path(endpoint: WebhookEndpoint) -> str:
    return reverse("api:webhook", args=[endpoint.public_id])


def _own(request: HttpRequest, webhook_id: UUID) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.visible_to(caller(request)).filter(public_id=webhook_id).first()
    if endpoint is None:
        raise Problem(ProblemCode.NOT_FOUND, "You have no such webhook endpoint.")
    return endpoint


@router.post(
    "/webhooks", response={201: WebhookSecretOut}, url_name="webhooks",
    openapi_extra=openapi.adds(409, headers={201: {
        "Location": {"description": "The endpoint.", "schema": {"type": "string"}}}}),
)
def create_webhook(request: HttpRequest, response: HttpResponse, body: WebhookIn) -> Status[WebhookSecretOut]:
    """A new endpoint.  Its secret is in this answer and nowhere else."""
    shown = webhooks.create(
        user=caller(request), url=body.url, events=list(body.events), description=body.description)
    response["Location"] = _path(shown.endpoint)
    response["Cache-Control"] = "no-store"
    return Status(201, WebhookSecretOut.shown(shown))


@router.get("/webhooks", response=WebhookList, url_name="webhooks")
def list_webhooks(request: HttpRequest) -> WebhookList:
    """Your endpoints, newest first."""
    return WebhookList(items=[WebhookOut.of(one) for one in WebhookEndpoint.objects.visible_to(caller(request))])


@router.get("/webhooks/{webhook_id}", response=WebhookOut, url_name="webhook")
def get_webhook(request: HttpRequest, webhook_id: UUID) -> WebhookOut:
    """One endpoint, and how its last deliveries went."""
    return WebhookOut.of(_own(request, webhook_id))


@router.patch("/webhooks/{webhook_id}", response=WebhookOut)
def change_webhook(request: HttpRequest, webhook_id: UUID, body: WebhookChangeIn) -> WebhookOut:
    """Change an endpoint, or switch it off and on."""
    said = {name: value for name, value in body.model_dump().items() if value is not None}
    if "is_active" in said:
        said["is_enabled"] = said.pop("is_active")
    return WebhookOut.of(webhooks.update(_own(request, webhook_id), by=caller(request), **said))


@router.delete("/webhooks/{webhook_id}", response={204: None})
def delete_webhook(request: HttpRequest, webhook_id: UUID) -> Status[None]:
    """Remove an endpoint with its deliveries; what waits is not sent."""
    webhooks.remove(_own(request, webhook_id), by=caller(request))
    return Status(204, None)


@router.post("/webhooks/{webhook_id}/rotate", response=WebhookSecretOut)
def rotate_webhook(request: HttpRequest, response: HttpResponse, webhook_id: UUID) -> WebhookSecretOut:
    """A new secret.  For a day deliveries carry signatures of both."""
    response["Cache-Control"] = "no-store"
    return WebhookSecretOut.shown(webhooks.rotate(_own(request, webhook_id), by=caller(request)))


@router.post("/webhooks/{webhook_id}/ping", response={202: DeliveryOut}, openapi_extra=openapi.adds(409))
def ping_webhook(request: HttpRequest, webhook_id: UUID) -> Status[DeliveryOut]:
    """Send a `webhook.ping`; `deliveries` tells what came of it."""
    return Status(202, DeliveryOut.of(webhooks.ping(_own(request, webhook_id), by=caller(request))))


@router.get("/webhooks/{webhook_id}/deliveries", response=DeliveryList)
def list_deliveries(
    request: HttpRequest, webhook_id: UUID, limit: Annotated[int, Query(20, ge=1, le=100)] = 20
) -> DeliveryList:
    """The newest deliveries of an endpoint."""
    rows = Delivery.objects.filter(endpoint=_own(request, webhook_id), recipient="").select_related("job")
    return DeliveryList(items=[DeliveryOut.of(row) for row in rows[:limit]])
