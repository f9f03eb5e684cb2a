"""The providers that routes name: one client for each address and key, made when it is first asked."""

from django.conf import settings

from generation.core.dialects import USUAL, Wire
from generation.core.outcomes import Answer, Failure, OnProgress, unheard
from generation.core.prompting import Request
from generation.core.routing import Endpoint
from generation.llm.client import Provider
from generation.services.routing.keys import OWN, key_of, named_hosts, stop_of, url_of
from generation.worker.slots import slots


class Providers:
    """Clients by endpoint, all in the event loop in which they are asked."""

    def __init__(self) -> None:
        self._clients: dict[Endpoint, Provider] = {}

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        endpoint: Endpoint = OWN, wire: Wire = USUAL, on_progress: OnProgress = unheard,
    ) -> Answer:
        """The answer of the provider at `endpoint`.  Nothing is sent with a key that this process does not have, or
        where it may not go."""
        client = self._clients.get(endpoint)
        if client is None:
            stop, key = stop_of(endpoint), key_of(endpoint)
            if stop is not None:
                return Failure(stop.code, stop.sentence)
            assert key is not None, "nothing stops it"
            client = self._clients[endpoint] = Provider(
                url_of(endpoint), key, connect_timeout_s=settings.LLM_CONNECT_TIMEOUT_S,
                most_bytes=settings.LLM_ANSWER_MB << 20, most_connections=slots(), hosts=named_hosts())
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
