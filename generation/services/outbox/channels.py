"""Where alerts go: the secret of a webhook channel, and trying one out."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from generation.core import webhooks
from generation.models import Channel, ChannelKind, Delivery, clock
from generation.services import decisions
from generation.services.errors import Refusal, RefusalCode
from generation.services.outbox import deliveries, signing
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User


def save(channel: Channel, *, by: "User") -> str | None:
    """Store a new or changed channel; the secret of one that signs and is new, to be shown once."""
    is_new = channel.pk is None
    with transaction.atomic():
        secret = signing.renew(channel) if is_new else None
        channel.failures, channel.paused_until = 0, None      # what was changed may be what was wrong
        channel.save()
        verb = "made" if is_new else "changed"
        journal.write(
            None, f"channel_{verb}", f"The alert channel {channel.name} was {verb}.", quoting=[channel.name], by=by)
    return secret if channel.kind == ChannelKind.WEBHOOK else None


def rotate(channel: Channel, *, by: "User", seen: int | None = None) -> str:
    """A new secret; for a day the old one signs as well.

    Raises Refusal if somebody made one after `seen`: `services/decisions.py`."""
    with transaction.atomic(durable=True):
        locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        decisions.check(locked, seen)
        secret = signing.renew(locked, now=clock.now())
        locked.save(update_fields=["secret_version", "secret_check", "rotated_at"])
        journal.write(
            None, "channel_rotated", f"The alert channel {locked.name} has a new secret.", quoting=[locked.name], by=by,
            channel=locked.pk)
    return secret


def send_test(channel: Channel, *, by: "User") -> Delivery:
    """Send a test message through the same outbox as an alert."""
    if channel.kind == ChannelKind.EMAIL and not settings.EMAIL_IS_SET:
        raise Refusal(
            RefusalCode.TARGET_DISABLED, "E-mail is not set up here.", "Set EMAIL_URL and restart, then try again.")
    with transaction.atomic(durable=True):
        locked = Channel.objects.select_for_update(no_key=True).get(pk=channel.pk)
        if not locked.is_enabled:
            raise Refusal(RefusalCode.TARGET_DISABLED, "The channel is switched off.", "Switch it on, then try again.")
        Channel.objects.filter(pk=locked.pk).update(paused_until=None)
        return deliveries.tell(locked, webhooks.CHANNEL_TEST, {
            "sentence": f"{by.get_username()} sent this to try the alert channel {locked.name}. All is well.",
        }, clock.now())
