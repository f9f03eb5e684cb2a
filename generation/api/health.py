"""`/healthz` and `/readyz`, for supervisors and load balancers: no sign-in, no secrets, no cache."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generation.telemetry import health
from generation.worker import standby


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """This process lives.  Asks nobody else, so that a database outage restarts no web process."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether jobs can be accepted and done: 200, or 503 with the line that says what is missing.

    Whoever asks also makes dead workers known: see `generation.worker.standby`."""
    checks = health.checks()
    if checks[0].is_ok:
        standby.look()
    is_ready = all(check.is_ok for check in checks)
    return JsonResponse(
        {
            "status": "ready" if is_ready else "not ready",
            "checks": {check.name: {"ok": check.is_ok, "line": check.line} for check in checks},
        },
        status=200 if is_ready else 503,
    )
