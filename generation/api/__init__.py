"""The machines' door: REST under `/api/v1`, with bearer tokens or the browser's session.

Handlers parse, call one service and return a schema.  Errors are mapped in `problems`, the OpenAPI
document is completed in `openapi`, event streams share the poller in `hub`."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from generation.api import documents, events, jobs, kinds, limits, openapi, problems, webhooks
from generation.api.auth import AUTH
from generation.api.bodies import StrictParser
from generation.api.problems import Problem, ProblemCode

View = Callable[..., Any]      # Any: a view, sync or async


class Api(NinjaAPI):
    """Ninja, whose every answer is private and whose every refusal is a problem."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            assert isinstance(pattern, URLPattern), "ninja makes a flat list"
            pattern.callback = _answers_head(_private(pattern.callback))
        home = path("", RedirectView.as_view(pattern_name="api:openapi-view"))
        return [home, *patterns], app_name, namespace

    def get_openapi_schema(self, **prefix: Any) -> OpenAPISchema:     # Any: ninja's arguments
        schema = super().get_openapi_schema(**prefix)
        openapi.completed(schema)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _private(view: View) -> View:
    """`view`, with the 405 of ninja as a problem, and no shared cache keeping its answers."""

    def finished(response: HttpResponseBase) -> HttpResponseBase:
        if response.status_code == 405:
            allowed = {"Allow": response["Allow"].replace("GET", "GET, HEAD")}
            response = problems.respond(Problem(ProblemCode.METHOD_NOT_ALLOWED, headers=allowed))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    if iscoroutinefunction(view):
        @wraps(view)
        async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return finished(await view(request, *args, **kwargs))

        return asynchronous

    @wraps(view)
    def synchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return finished(view(request, *args, **kwargs))

    return synchronous


def _answers_head(view: View) -> View:
    """`view`, which answers HEAD as it answers GET, and says nothing: no stream is opened for it."""
    if iscoroutinefunction(view):
        @wraps(view)
        async def asynchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "HEAD":
                return await view(request, *args, **kwargs)
            with _as_get(request):
                return _head_of(await view(request, *args, **kwargs))

        return asynchronous

    @wraps(view)
    def synchronous(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "HEAD":
            return view(request, *args, **kwargs)
        with _as_get(request):
            return _head_of(view(request, *args, **kwargs))

    return synchronous


@contextmanager
def _as_get(request: HttpRequest) -> Iterator[None]:
    request.method = "GET"
    try:
        yield
    finally:
        request.method = "HEAD"


def _head_of(response: HttpResponseBase) -> HttpResponseBase:
    """`response` without its body.  A stream was not begun: whoever it would have told is not yet listening."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = _nothing()
    elif isinstance(response, HttpResponse) and response.status_code not in {204, 304}:
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response


async def _nothing() -> AsyncIterator[bytes]:
    parts: tuple[bytes, ...] = ()
    for part in parts:
        yield part


def unknown_url(request: HttpRequest) -> HttpResponseBase:
    """For every address under /api/ that is none of ours."""
    return problems.respond(Problem(ProblemCode.NOT_FOUND, "There is no such address."))


api = Api(
    title="Coursewright", version="1", urls_namespace="api", auth=AUTH, parser=StrictParser(),
    description=(
        "Ask for long documents, watch them grow, read them.\n\n"
        "Errors are `application/problem+json` (RFC 9457) with a stable `code` and an `advice`."
    ),
    servers=[{"url": "/", "description": "Where this document came from."}], openapi_extra=openapi.ABOUT,
)
problems.install(api)
for router in (jobs.router, events.router, documents.router, kinds.router, limits.router, webhooks.router):
    api.add_router("", router)
