"""Take API tokens back, and say so in both logs: after a backup was restored, the process log alone still knows."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.models import ApiToken, revoke_token
from generation.models import LogLevel
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User


def revoke(tokens: Iterable[ApiToken], *, by: "User | None") -> int:
    """None of `tokens` opens anything from now on; how many did before."""
    revoked = 0
    for token in tokens:
        with transaction.atomic(durable=True):
            if revoke_token(token):
                revoked += 1
                journal.write(
                    None, "revoke_token", f"API token {token.pk} of user {token.user_id} is revoked", by=by,
                    level=LogLevel.WARNING, token_id=token.pk, user=token.user_id,
                )
    return revoked
