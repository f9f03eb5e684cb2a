"""The providers that routes name: one client for each address and key, made when it is first asked."""

from django.conf import settings

from generation.core.dialects import Wire
from generation.core.outcomes import Answer, CallCode, Failure, OnProgress, unheard
from generation.core.prompting import Request
from generation.core.routing import Endpoint
from generation.llm.client import USUAL, Provider

NO_KEY = "no-key-set"      # the bundled simulator takes any key; a real service answers with 401, which jobs show
OWN = Endpoint()


class Providers:
    """Clients by endpoint, all in the event loop in which they are asked."""

    def __init__(self) -> None:
        self._clients: dict[Endpoint, Provider] = {}

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        endpoint: Endpoint = OWN, wire: Wire = USUAL, on_progress: OnProgress = unheard,
    ) -> Answer:
        """The answer of the provider at `endpoint`.  A key that this process does not have is a refused one."""
        client = self._clients.get(endpoint)
        if client is None:
            key = key_of(endpoint)
            if key is None:
                return Failure(
                    CallCode.AUTH, f"PROVIDER_KEY_{endpoint.key_name} is not set in the environment of the worker.")
            client = self._clients[endpoint] = Provider(
                url_of(endpoint), key, connect_timeout_s=settings.LLM_CONNECT_TIMEOUT_S)
        return await client.ask(
            request, model=model, max_output_tokens=max_output_tokens, deadline_s=deadline_s, cache_key=cache_key,
            wire=wire, on_progress=on_progress,
        )

    async def close(self) -> None:
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()


def provider_from_settings() -> Providers:
    return Providers()


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
