"""What is refused from the event loop, when many want the same: no thread, no database and no Redis is asked for it.

Who is refused costs so little that nobody else waits behind it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, parse_cookie

from generation.api import events, problems
from generation.api.auth import BearerToken
from generation.api.problems import Problem, ProblemCode

_logger = logging.getLogger(__name__)
Scope = dict[str, Any]      # Any: as ASGI has it
Application = Callable[[Scope, Any, Any], Awaitable[None]]     # Any: ASGI's own
Refuse = Callable[[Scope, Any, Callable[[HttpRequest], HttpResponse]], Awaitable[None]]     # Any: ASGI's own

API = "/api/"
# Between two refusals of one token.  A refusal takes 1 ms of the processor, of which others then have the rest, however
# many streams are asked for at once.
REFUSAL_EVERY_S = 0.01


def unavailable(request: HttpRequest) -> HttpResponse:
    """The database, or a connection to it, was not there in time."""
    if request.path_info.startswith(API):
        return _private(ProblemCode.DATABASE_UNAVAILABLE)
    return HttpResponse(
        "The database does not answer at the moment.  Try again in a few seconds.\n", status=503,
        content_type="text/plain; charset=utf-8", headers={"Retry-After": "5"})


def too_late(request: HttpRequest) -> HttpResponse:
    """It was not the request's turn in time: more work is asked for than is done."""
    _logger.error("%s %s waited in vain for its turn", request.method, request.path)
    return unavailable(request)


def too_many_streams(_request: HttpRequest) -> HttpResponse:
    return _private(ProblemCode.TOO_MANY_STREAMS)


def _private(code: ProblemCode) -> HttpResponse:
    response = problems.respond(Problem(code))
    response["Cache-Control"] = "private, no-cache"
    return response


@dataclass
class _Held:
    """What one token or session has under way."""

    streams: int = 0
    next_refusal_at: float = float("-inf")      # by this process's monotonic clock


class StreamPlaces:
    """An ASGI application before another: no token and no session has more event streams under way than its user may.

    A stream is under way from its request to its end, so that thousands at one instant are refused like those after
    them.  No refusal is remembered: a place is free again before the client can know that its stream has ended."""

    def __init__(self, application: Application, refuse: Refuse) -> None:
        self._application, self._refuse = application, refuse
        self._held: dict[str, _Held] = {}      # by token or session, those that have some

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:     # Any: ASGI's own
        whose = _whose_stream(scope)
        if whose is None:
            await self._application(scope, receive, send)
            return
        held = self._held.setdefault(whose, _Held())
        if held.streams >= events.STREAMS_PER_USER:
            await _pause(held)
            await self._refuse(scope, send, too_many_streams)
            return
        held.streams += 1
        place = ExitStack()
        place.callback(self._leave, whose, held)

        async def sent(message: dict[str, Any]) -> None:     # Any: as ASGI has it
            if message["type"] == "http.response.body" and not message.get("more_body"):
                place.close()
            await send(message)

        with place:
            await self._application(scope, receive, sent)

    def _leave(self, whose: str, held: _Held) -> None:
        held.streams -= 1
        if not held.streams:
            del self._held[whose]


async def _pause(held: _Held) -> None:
    """Until the next refusal of the same token or session is due: who asks again at once is not served at once."""
    now = time.monotonic()
    due = max(now, held.next_refusal_at)
    held.next_refusal_at = due + REFUSAL_EVERY_S
    if due > now:
        await asyncio.sleep(due - now)


def _whose_stream(scope: Scope) -> str | None:
    """The token or session that asks for an event stream; None for all other requests, and for who has neither."""
    if scope["method"] != "GET" or not scope["path"].endswith("/events"):
        return None
    headers = {name: value.decode("latin1") for name, value in scope["headers"]}
    scheme, _, secret = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == BearerToken.openapi_scheme:
        return secret
    return parse_cookie(headers.get(b"cookie", "")).get(settings.SESSION_COOKIE_NAME)
