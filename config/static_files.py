"""Static files, for which alone a request takes the way of ServeStatic: its middleware is asynchronous, and takes every
request from its thread into the event loop and back."""

from collections.abc import Callable

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_only_middleware
from servestatic.middleware import ServeStaticMiddleware


@sync_only_middleware
def static_files(
    get_response: Callable[[HttpRequest], HttpResponseBase]
) -> Callable[[HttpRequest], HttpResponseBase]:
    async def go_on(request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(get_response)(request)

    serve = async_to_sync(ServeStaticMiddleware(go_on))

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        is_static = request.path_info.startswith(settings.STATIC_URL)
        return serve(request) if is_static else get_response(request)

    return synchronous
