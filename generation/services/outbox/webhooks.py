"""What users do to their webhook endpoints: make, change, rotate, try, remove."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from generation.core import webhooks
from generation.core.text import forbidden_character, one_line
from generation.delivery import Reach, problem_with
from generation.models import Delivery, DeliveryState, WebhookEndpoint, clock
from generation.models.outgoing import PENDING_DELIVERY
from generation.services import decisions
from generation.services.errors import Refusal, RefusalCode
from generation.services.outbox import deliveries, signing
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User

MOST_ENDPOINTS = 10      # of one user


@dataclass(frozen=True)
class Shown:
    """An endpoint and its secret, which nothing can show again."""

    endpoint: WebhookEndpoint
    secret: str


def reach() -> Reach:
    return Reach(allows_loopback=settings.WEBHOOK_LOOPBACK)


def check_url(url: str) -> None:
    """Raises Refusal for a URL that no delivery may go to."""
    problem = problem_with(url, reach())
    if problem is not None:
        raise Refusal(
            RefusalCode.INVALID_URL, f"The URL cannot be used: it {problem}.",
            "Give a public https:// address on port 443 or 8443.", [("/url", problem)],
        )


def create(
    *, user: "User", url: str, events: list[str], description: str = "", by: "User | None" = None
) -> Shown:
    """A new endpoint of `user`.  Raises Refusal for a URL that is not called, and beyond MOST_ENDPOINTS."""
    check_url(url)
    description = _checked_description(description)
    with transaction.atomic():      # not durable: the admin's form has a transaction around it
        # The user's row is locked, so that two requests at the same instant cannot both be the last that fits.
        type(user).objects.select_for_update(no_key=True).get(pk=user.pk)
        if WebhookEndpoint.objects.filter(user=user).count() >= MOST_ENDPOINTS:
            raise Refusal(
                RefusalCode.TOO_MANY_WEBHOOKS, f"You have {MOST_ENDPOINTS} webhook endpoints, which is the most.",
                "Remove one that is no longer used.",
            )
        endpoint = WebhookEndpoint(user=user, url=url, events=_ordered(events), description=description)
        secret = signing.renew(endpoint)
        endpoint.save(force_insert=True)
        journal.write(None, "webhook_made", f"Webhook endpoint {endpoint.pk} was made.", by=by or user)
    return Shown(endpoint, secret)


def update(endpoint: WebhookEndpoint, *, by: "User", **changes: Any) -> WebhookEndpoint:     # Any: column values
    """Change `url`, `events`, `description` or `is_enabled`; switching on forgets the failures."""
    assert set(changes) <= {"url", "events", "description", "is_enabled"}, changes
    if "url" in changes:
        check_url(changes["url"])
    if "description" in changes:
        changes["description"] = _checked_description(changes["description"])
    if "events" in changes:
        changes["events"] = _ordered(changes["events"])
    if changes.get("is_enabled"):
        changes |= {"disabled_reason": "", "failures": 0, "paused_until": None}
    with transaction.atomic():      # as in create
        locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        for name, value in changes.items():
            setattr(locked, name, value)
        if changes:
            locked.save(update_fields=list(changes))
            journal.write(
                None, "webhook_changed", f"Webhook endpoint {locked.pk} was changed: {', '.join(sorted(changes))}.",
                by=by,
            )
    return locked


def rotate(endpoint: WebhookEndpoint, *, by: "User", seen: int | None = None) -> Shown:
    """A new secret; for a day the old one signs as well.

    Raises Refusal if somebody made one after `seen`: `services/decisions.py`."""
    with transaction.atomic(durable=True):
        locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        decisions.check(locked, seen)
        secret = signing.renew(locked, now=clock.now())
        locked.save(update_fields=["secret_version", "secret_check", "rotated_at"])
        journal.write(
            None, "webhook_rotated", f"Webhook endpoint {locked.pk} has a new secret.", by=by, endpoint=locked.pk)
    return Shown(locked, secret)


def ping(endpoint: WebhookEndpoint, *, by: "User") -> Delivery:
    """Send a test event.  A pause after failures ends: whoever asks wants to know now."""
    with transaction.atomic(durable=True):
        locked = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
        if not locked.is_enabled:
            raise Refusal(
                RefusalCode.TARGET_DISABLED, "The webhook is switched off.", "Switch it on, then send the ping.")
        WebhookEndpoint.objects.filter(pk=locked.pk).update(paused_until=None)
        return deliveries.tell(locked, webhooks.PING, {"endpoint": str(locked.public_id)}, clock.now())


def remove(endpoint: WebhookEndpoint, *, by: "User") -> None:
    with transaction.atomic(durable=True):
        number = endpoint.pk
        WebhookEndpoint.objects.filter(pk=number).delete()
        journal.write(None, "webhook_removed", f"Webhook endpoint {number} was removed.", by=by)


def send_again(delivery: Delivery, *, by: "User") -> None:
    """Begin anew with a delivery that failed or was dropped."""
    now = clock.now()
    moved = Delivery.objects.filter(pk=delivery.pk).exclude(
        state__in=[*PENDING_DELIVERY, DeliveryState.DELIVERED]
    ).update(state=DeliveryState.WAITING, attempts=0, next_at=now, finished_at=None)
    if not moved:
        raise Refusal(
            RefusalCode.NOT_ACTIVE, "The delivery did not fail.", "Only failed and dropped deliveries are sent again.")


def erase_owner(user_id: int) -> int:
    """Delete the endpoints of a user and their deliveries; how many rows.  Also inside a transaction of the caller."""
    gone, _by_model = WebhookEndpoint.objects.filter(user=user_id).delete()
    return gone


def _ordered(events: list[str]) -> list[str]:
    return [event.value for event in webhooks.JobEvent if event.value in set(events)]


def _checked_description(text: str) -> str:
    text = one_line(text)
    if forbidden_character(text) is not None:
        raise Refusal(
            RefusalCode.INVALID_NOTE, "The description cannot be used.", "Send visible characters only.",
            [("/description", "contains an invisible or control character")],
        )
    return text
