"""Whom to tell, and what was told: channels for alerts, endpoints of users for their jobs, and the outbox.

A delivery is written in the transaction of its event and sent later, by a notifier, until it arrives or is given
up.  Secrets stand nowhere: they are derived from the installation's key, and `secret_check` tells when that changed."""

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from generation.core.webhooks import JobEvent

if TYPE_CHECKING:
    from accounts.models import User

JOB_EVENTS = [event.value for event in JobEvent]


def check_events(value: Any) -> None:     # Any: what a form made of JSON
    if not isinstance(value, list) or not value or not set(map(str, value)) <= set(JOB_EVENTS):
        raise ValidationError(f"Give a list of one or more of: {', '.join(JOB_EVENTS)}.")


class Target(models.Model):
    """Where deliveries go, and how the last ones went."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    url = models.CharField("URL", max_length=2_000, blank=True)
    secret_version = models.PositiveIntegerField(default=1, editable=False)
    secret_check = models.CharField(max_length=16, blank=True, editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_enabled = models.BooleanField("enabled", default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="In a row.")
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_result = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class ChannelKind(models.TextChoices):
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook, signed as Standard Webhooks"
    SLACK = "slack", "Slack, or what takes the same messages"


class ChannelQuerySet(models.QuerySet["Channel"]):
    def enabled(self) -> "ChannelQuerySet":
        return self.filter(is_enabled=True)


class Channel(Target):
    """Where alerts go."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=ChannelKind)
    addresses = models.CharField(max_length=1_000, blank=True, help_text="E-mail: one or more, with commas.")

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="channel_kind_known", condition=models.Q(kind__in=ChannelKind.values)),
            models.CheckConstraint(
                name="channel_addresses_iff_email",
                condition=(models.Q(kind="email", url="") & ~models.Q(addresses=""))
                | (~models.Q(kind="email") & models.Q(addresses="") & ~models.Q(url=""))),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    def visible_to(self, user: "User") -> "WebhookEndpointQuerySet":
        """Everybody's are their own, staff's too: what others have is for the admin."""
        return self.filter(user=user)


class WebhookEndpoint(Target):
    """Where a user wants to be told of the ends of their jobs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhook_endpoints")
    events = models.JSONField(default=list, validators=[check_events])
    description = models.CharField(max_length=200, blank=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="endpoint_has_url", condition=~models.Q(url="")),
            models.CheckConstraint(
                name="endpoint_disabled_has_reason",
                condition=models.Q(is_enabled=False) | models.Q(disabled_reason="")),
        ]

    def __str__(self) -> str:
        return self.description or f"endpoint {self.pk}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "Dropped: it was no longer worth sending"


PENDING_DELIVERY = [DeliveryState.WAITING.value, DeliveryState.SENDING.value]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: Any) -> "DeliveryQuerySet":     # Any: a datetime or a database expression
        """To be sent, or being sent by somebody whose time is over."""
        return self.filter(state__in=PENDING_DELIVERY, next_at__lte=now)


class Delivery(models.Model):
    """One event for one target.  `next_at` is when it is due; while it is being sent, when its notifier is given up."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)     # the webhook-id
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, blank=True, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, null=True, blank=True, related_name="deliveries")
    recipient = models.EmailField(blank=True, help_text="Instead of the endpoint: its owner's e-mail address.")
    alert = models.ForeignKey("generation.Alert", models.CASCADE, null=True, blank=True, related_name="deliveries")
    job = models.ForeignKey("generation.Job", models.CASCADE, null=True, blank=True, related_name="+")
    event = models.CharField(max_length=30)
    payload = models.JSONField()
    state = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    took_ms = models.PositiveIntegerField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                name="delivery_has_one_target",
                condition=models.Q(channel__isnull=False, endpoint__isnull=True)
                | models.Q(channel__isnull=True, endpoint__isnull=False)),
            models.CheckConstraint(
                name="delivery_due_iff_pending",
                condition=models.Q(state__in=PENDING_DELIVERY, next_at__isnull=False, finished_at__isnull=True)
                | (~models.Q(state__in=PENDING_DELIVERY)
                   & models.Q(next_at__isnull=True, finished_at__isnull=False))),
        ]
        indexes = [
            models.Index(                                              # deliveries.due_in, deliveries.take_due
                name="delivery_due", fields=["next_at"], condition=models.Q(state__in=PENDING_DELIVERY)),
            models.Index(                                              # deliveries.prune
                name="delivery_finished", fields=["finished_at"], condition=models.Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"
