"""Threads for requests that stay, and one change of threads for a request instead of a dozen.

Django gives every ASGI request a new thread, in which everything that belongs to a thread begins anew, and hops
into it once for each middleware and back.  Measured on two cores: half of the CPU of a small request."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_only_middleware

Application = Callable[[dict[str, Any], Any, Any], Awaitable[None]]     # Any: ASGI's own dicts and callables

KEPT = 32      # idle threads of one process; more come and go with their requests


class RequestThreads:
    """An ASGI application whose requests borrow a thread each, and give it back."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._idle: list[ThreadPoolExecutor] = []      # the newest is taken first: its caches are warm

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:     # Any: ASGI's own
        lane = self._idle.pop() if self._idle else ThreadPoolExecutor(1, "request")
        is_free = False
        try:
            async with ThreadSensitiveContext(executor=lane):
                await self._application(scope, receive, send)
            is_free = True
        finally:
            # Who left early may have left work in the thread: it ends with that work, and nobody waits behind it.
            if is_free and len(self._idle) < KEPT:
                self._idle.append(lane)
            else:
                lane.shutdown(wait=False)


@sync_only_middleware
def one_thread(
    get_response: Callable[[HttpRequest], HttpResponseBase]
) -> Callable[[HttpRequest], HttpResponseBase]:
    """The innermost middleware: since it is synchronous, those around it are called in the request's thread, too."""
    return get_response
