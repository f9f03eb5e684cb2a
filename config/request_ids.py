"""Every request has an id, and every answer tells it: `X-Request-ID`."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from generation.telemetry import request_id

HEADER = "X-Request-ID"


@sync_and_async_middleware
def request_ids(
    get_response: Callable[[HttpRequest], Any],     # Any: a response, or an awaitable of one
) -> Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    if iscoroutinefunction(get_response):
        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            this = request_id.begin(request.headers.get(HEADER))
            try:
                response: HttpResponseBase = await get_response(request)
            finally:
                request_id.end()
            response[HEADER] = this
            return response

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        this = request_id.begin(request.headers.get(HEADER))
        try:
            response: HttpResponseBase = get_response(request)
        finally:
            request_id.end()
        response[HEADER] = this
        return response

    return synchronous
