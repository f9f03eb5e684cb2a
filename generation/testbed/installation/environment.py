"""The environment of processes that must not meet the installation that starts them."""

from enum import Enum
from typing import Any

from django.conf import settings


def blank_environment() -> dict[str, str]:
    """Every setting of ours at its default, whatever this process and its `.env` say: no key, no provider, no
    database, no channel of the installation reaches a process that is started with it."""
    return {name.upper(): _as_text(field.default) for name, field in type(settings.ENV).model_fields.items()}


def _as_text(default: Any) -> str:     # Any: a setting's default
    match default:
        case None | []:
            return ""
        case bool():
            return str(default).lower()
        case Enum():
            return str(default.value)
        case _:
            return str(default)
