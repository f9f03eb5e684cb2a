"""Threads for requests that stay, and one change of threads for a request instead of a dozen.

Django gives every ASGI request a new thread, in which everything that belongs to a thread begins anew, and hops
into it once for each middleware and back.  Measured on two cores: half of the CPU of a small request."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from io import BytesIO
from typing import IO, Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from config.turns import RequestTurns

Scope = dict[str, Any]      # Any: as ASGI has it
Refusal = Callable[[HttpRequest], HttpResponseBase]

KEPT = 32      # idle threads of one process; more come and go with their requests
ASKING = ("/api/", "/admin/")      # the addresses whose requests ask the database; others are not kept waiting for it


class RequestThreads:
    """Threads that requests borrow, one each, and give back."""

    def __init__(self) -> None:
        self._idle: list[ThreadPoolExecutor] = []      # the newest is taken first: its caches are warm

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A thread for all that is synchronous within the block."""
        lane = self._idle.pop() if self._idle else ThreadPoolExecutor(1, "request")
        is_free = False
        try:
            async with ThreadSensitiveContext(executor=lane):
                yield
            is_free = True
        finally:
            # Who left early may have left work in the thread: it ends with that work, and nobody waits behind it.
            if is_free and len(self._idle) < KEPT:
                self._idle.append(lane)
            else:
                lane.shutdown(wait=False)


class Handler(ASGIHandler):
    """Django's handler, which changes into the request's thread once for all that is synchronous: the signals, the
    middleware, the view, and closing what it used.  Django's own goes there and back for each of these.

    Requests that ask the database take `turns`, and get their thread with their turn: two hundred threads that all
    want the interpreter leave little of it to the few that have a connection.  Whose turn does not come in time hears
    `too_late`.  A client that leaves is noticed where that ends something: amid a stream."""

    def __init__(self, turns: RequestTurns | None, too_late: Refusal) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._answered = sync_to_async(self._answer)
        self._threads = RequestThreads()
        self._turns, self._too_late = turns, too_late

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:     # Any: ASGI's own
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        try:
            turn = await self._turn(scope)
            if turn is None:
                await self.refuse(scope, send, self._too_late)
                return
            with turn:
                async with self._threads.one():
                    response = await self._answered(scope, body)
                    turn.close()      # who reads slowly, or listens for minutes, keeps nobody waiting
                    if response.streaming:
                        await self._stream(response, receive, send)
                    else:
                        await self.send_response(response, send)
        finally:
            body.close()

    async def refuse(self, scope: Scope, send: Any, refusal: Refusal) -> None:     # Any: ASGI's own
        """Answer with `refusal`, which asks nobody, from the event loop: through the middleware, as every answer."""
        request, response = self.create_request(scope, BytesIO())
        if request is not None:
            request.refusal = refusal     # type: ignore[attr-defined]     # for `_get_response`
            response = self.get_response(request)
        assert response is not None, "there is a request, or an answer that says why not"
        await self.send_response(response, send)

    async def _turn(self, scope: Scope) -> ExitStack | None:
        """None if it does not come in time."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if self._turns is None or not path.startswith(ASKING):
            return ExitStack()
        try:
            return await self._turns.one()
        except TimeoutError:
            return None

    def _get_response(self, request: HttpRequest) -> HttpResponseBase:
        refusal: Refusal | None = getattr(request, "refusal", None)
        return super()._get_response(request) if refusal is None else refusal(request)     # type: ignore[misc]

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, response = self.create_request(scope, body)
        if request is not None:
            response = self.get_response(request)
            response._handler_class = self.__class__     # type: ignore[attr-defined]    # as in Django
            if isinstance(response, FileResponse):
                response.block_size = self.chunk_size
        assert response is not None, "there is a request, or an answer that says why not"
        if not response.streaming:
            response.close()      # its content stays; its database connection is free before the client has it
        return response

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:     # Any: ASGI's own
        """Until its end, or until the client leaves."""
        sending = asyncio.create_task(self.send_response(response, send))
        gone = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, gone):
                task.cancel()
            ended, _left = await asyncio.gather(sending, gone, return_exceptions=True)
            await sync_to_async(response.close)()
        if isinstance(ended, Exception):
            raise ended
