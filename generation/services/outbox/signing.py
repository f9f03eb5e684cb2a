"""The secrets of targets: derived when they are needed, shown once, stored nowhere.

A dump of the database opens nothing.  What it costs: who changes SECRET_KEY must rotate the secrets; until then
nothing is sent that the receiver would take for forged."""

import datetime as dt

from django.conf import settings
from standardwebhooks.webhooks import Webhook

from generation.core.webhooks import check_of, secret_for
from generation.models.outgoing import Target

OLD_SECRET_SIGNS_FOR = dt.timedelta(days=1)      # after a rotation, so that receivers can follow


def renew(target: Target, *, now: dt.datetime | None = None) -> str:
    """Give `target`, which the caller saves, its first or next secret; the secret, for the one time it is shown."""
    if target.secret_check:
        target.secret_version += 1
        target.rotated_at = now
    secret = _secret_of(target, target.secret_version)
    target.secret_check = check_of(secret)
    return secret


def is_usable(target: Target) -> bool:
    """False when SECRET_KEY is no longer the one that the secret was derived from."""
    return check_of(_secret_of(target, target.secret_version)) == target.secret_check


def headers(target: Target, message_id: str, body: str, now: dt.datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks; for a day after a rotation the old secret signs, too."""
    versions = [target.secret_version]
    if target.rotated_at is not None and now - target.rotated_at < OLD_SECRET_SIGNS_FOR:
        versions.append(target.secret_version - 1)
    at = now.astimezone(dt.UTC)
    return {
        "webhook-id": message_id, "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(
            Webhook(_secret_of(target, version)).sign(message_id, at, body) for version in versions),
    }


def _secret_of(target: Target, version: int) -> str:
    return secret_for(settings.SECRET_KEY, str(target.public_id), version)
