"""Who asks, and what they may spend."""

from accounts.models.limits import Limit, LimitOverride, Override, Pause, Policy
from accounts.models.people import (
    ApiToken,
    Role,
    User,
    close_account,
    create_token,
    digest,
    pseudonymise,
    revoke_token,
    user_of_token,
)
from accounts.models.spending import Reservation, Usage

__all__ = [
    "ApiToken", "Limit", "LimitOverride", "Override", "Pause", "Policy", "Reservation", "Role", "Usage", "User",
    "close_account", "create_token", "digest", "pseudonymise", "revoke_token", "user_of_token",
]
