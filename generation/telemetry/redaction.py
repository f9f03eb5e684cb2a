"""What this process must not say: its own keys and passwords, and whatever looks like one.

Everything passes here on its way to the log table or the process log."""

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from generation.core.secret_patterns import HIDDEN, scrub

_SECRET_NAME = re.compile(
    r"(?:(?:api|secret|access)[_-]?key|password|passwd|authorization|(?:^|_)(?:secret|token))$", re.IGNORECASE
)


def known() -> list[str]:
    """The secrets that are configured, whatever they look like.  A password that is also a plain name hides nothing."""
    database = settings.DATABASES["default"]
    names = {database.get(part) for part in ("USER", "NAME", "HOST")}
    broker = unquote(urlsplit(settings.CELERY_BROKER_URL).password or "")
    values = (
        settings.OPENAI_API_KEY, settings.SECRET_KEY, database.get("PASSWORD"), broker, settings.EMAIL_HOST_PASSWORD,
    )
    return [value for value in values if value and value not in names]


def clean(text: str) -> str:
    """`text` without secrets, and without the NUL that PostgreSQL does not take."""
    return scrub(text, known()).replace("\0", "")


def clean_data(value: Any) -> Any:     # Any: JSON
    """JSON whose every text is clean; what is named like a secret is hidden whole."""
    match value:
        case str():
            return clean(value)
        case dict():
            return {
                clean(str(name)): HIDDEN if item and _SECRET_NAME.search(str(name)) else clean_data(item)
                for name, item in value.items()
            }
        case list() | tuple():
            return [clean_data(item) for item in value]
        case _:
            return value
