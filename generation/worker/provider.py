"""The providers that routes name: one client for each address and key, made when it is first asked."""

from django.conf import settings

from generation.core.dialects import USUAL, Wire
from generation.core.outcomes import Answer, CallCode, Failure, OnProgress, unheard
from generation.core.prompting import Request
from generation.core.routing import Endpoint
from generation.llm.client import Provider
from generation.services.routing.keys import OWN, key_of, url_of


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
                url_of(endpoint), key, connect_timeout_s=settings.LLM_CONNECT_TIMEOUT_S,
                most_bytes=settings.LLM_ANSWER_MB << 20)
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
