"""The admin's own Content-Security-Policy: its theme needs eval, and nothing else may have it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_only_middleware


@sync_only_middleware
def admin_policy(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Stands inside django-csp's middleware, which sends what this sets."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        match = request.resolver_match
        if match is not None and match.app_name == "admin":
            response._csp_replace = settings.ADMIN_CSP     # type: ignore[attr-defined]
        return response

    return respond
