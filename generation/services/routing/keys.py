"""Where a route's calls go and with which key.  Keys are in the environment; no row holds one."""

from django.conf import settings

from generation.core.routing import Endpoint

NO_KEY = "no-key-set"      # the bundled simulator takes any key; a real service answers with 401, which jobs show
OWN = Endpoint()


def url_of(endpoint: Endpoint) -> str | None:
    """The address; None stands for OpenAI's own."""
    url: str | None = endpoint.base_url or settings.OPENAI_BASE_URL
    return url


def key_of(endpoint: Endpoint) -> str | None:
    """The key itself, which no row holds; None if its name is not known here.

    The installation's own key goes to its own address only: a route with another address names its key, or has none."""
    if endpoint.key_name:
        key: str | None = settings.PROVIDER_KEYS.get(endpoint.key_name)
        return key
    if endpoint.base_url and endpoint.base_url.rstrip("/") != (settings.OPENAI_BASE_URL or "").rstrip("/"):
        return NO_KEY
    return settings.OPENAI_API_KEY or NO_KEY
