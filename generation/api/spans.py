"""One span for each HTTP request.  In the settings only where spans are sent somewhere."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_only_middleware

from generation.telemetry import tracing


@sync_only_middleware
def request_spans(
    get_response: Callable[[HttpRequest], HttpResponseBase]
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Goes on with the caller's trace, if it says by `traceparent` that it has one."""

    def traced(request: HttpRequest) -> HttpResponseBase:
        began_ns = tracing.now_ns()
        response = get_response(request)
        match = request.resolver_match
        route = f"/{match.route}" if match is not None else ""
        attributes: dict[str, tracing.Value] = {
            "http.request.method": str(request.method), "url.path": request.path, "url.scheme": str(request.scheme),
            "http.response.status_code": response.status_code,
        }
        if route:
            attributes["http.route"] = route
        if match is not None and "job_id" in match.kwargs:
            attributes["coursewright.job.id"] = str(match.kwargs["job_id"])
        tracing.record(
            f"{request.method} {route}".strip(), kind="SERVER", started_ns=began_ns, ended_ns=tracing.now_ns(),
            attributes=attributes, parent=tracing.parsed(request.headers.get("traceparent", "")),
            error=str(response.status_code) if response.status_code >= 500 else "",
        )
        return response

    return traced
