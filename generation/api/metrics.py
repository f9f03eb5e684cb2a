"""`/metrics` for Prometheus: the installation's numbers, whichever process is asked.

For machines that bring METRICS_TOKEN; without one, for this machine alone."""

import ipaddress
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from generation.telemetry import counters, gauges
from generation.telemetry.gauges import Gauges, RouteGauge

BREAKER_STATES = ("closed", "half_open", "open")
USD_MICROS = 1_000_000


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The exposition; 403 for whoever may not look."""
    if not _may_look(request):
        return HttpResponse("Not for you: METRICS_TOKEN says who may look.\n", status=403, content_type="text/plain")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Installation())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_look(request: HttpRequest) -> bool:
    token: str | None = settings.METRICS_TOKEN
    if token is not None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and secrets.compare_digest(given.encode(), token.encode())
    # Behind a proxy everybody comes from this machine.
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class Installation(Collector):
    """Read off the database when it is collected."""

    def collect(self) -> Iterator[Metric]:
        now = gauges.gauges()
        yield from _of_work(now)
        yield from _of_routes(now.routes)
        yield from _of_workers(now)
        yield from _sums(now.totals)


def _gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"coursewright_{name}", words, labels=labels)


def _of_work(now: Gauges) -> Iterator[Metric]:
    jobs = _gauge("jobs_active", "Jobs that have not ended.", "kind", "state")
    for key, count in sorted(now.jobs.items()):
        jobs.add_metric(key, count)
    yield jobs
    yield GaugeMetricFamily(
        "coursewright_queue_age_seconds", "How long the oldest part that could be asked for has waited.",
        value=max((route.oldest_due_s for route in now.routes), default=0.0),
    )
    yield GaugeMetricFamily(
        "coursewright_reviews_open", "Documents that wait for a person.", value=now.reviews)
    yield GaugeMetricFamily(
        "coursewright_review_age_seconds", "How long the oldest of them has waited.", value=now.oldest_review_s)
    yield GaugeMetricFamily(
        "coursewright_reservations_open", "Reservations of jobs that have not ended.", value=now.reservations)
    yield GaugeMetricFamily(
        "coursewright_reserved_usd", "What is reserved for them.", value=now.reserved_usd_micros / USD_MICROS)


def _of_routes(routes: list[RouteGauge]) -> Iterator[Metric]:
    running = _gauge("calls_running", "Calls that are waited for.", "route")
    chunks = _gauge("chunks", "Plans and units that are not done.", "route", "state")
    limit = _gauge("concurrency_limit", "Calls at once that the route takes now.", "route")
    ceiling = _gauge("concurrency_ceiling", "Calls at once that it takes at most.", "route")
    breaker = _gauge("breaker_state", "1 for the state that the route's circuit breaker is in.", "route", "state")
    throttled = _gauge("route_throttled", "1 while the provider asked us to wait.", "route")
    enabled = _gauge("route_enabled", "1 if new jobs may use the route.", "route")
    for route in routes:
        running.add_metric([route.slug], route.running)
        for state, count in (("due", route.due), ("running", route.running), ("waiting", route.waiting)):
            chunks.add_metric([route.slug, state], count)
        limit.add_metric([route.slug], route.limit)
        ceiling.add_metric([route.slug], route.ceiling)
        for state in BREAKER_STATES:
            breaker.add_metric([route.slug, state], int(state == route.breaker))
        throttled.add_metric([route.slug], int(route.is_throttled))
        enabled.add_metric([route.slug], int(route.is_enabled))
    yield from (running, chunks, limit, ceiling, breaker, throttled, enabled)


def _of_workers(now: Gauges) -> Iterator[Metric]:
    for name, words, value in (
        ("workers", "Worker processes that take work.", now.workers),
        ("worker_calls", "Calls in flight, as the workers say.", now.in_flight),
        ("worker_slots", "Calls that the workers could have in flight.", now.slots),
        ("reply_kept_seconds",
         "From a reply's last byte until it is stored: the 99th percentile of the slowest worker's newest replies.",
         now.kept_after_s),
        ("sweeper_age_seconds", "Since the last sweep.", now.sweeper_age_s),
        ("claim_age_seconds", "Since the last claim of any worker.", now.claim_age_s),
    ):
        if value is not None:
            yield GaugeMetricFamily(f"coursewright_{name}", words, value=value)


def _sums(totals: dict[str, dict[str, int]]) -> Iterator[Metric]:
    """Sums of what is over; a sweep behind at most."""
    for name, source, unit, words, labels in (
        ("calls", "calls", 1, "Calls that are over.", ("route", "outcome", "stage", "origin")),
        ("tokens", "tokens", 1, "Tokens; cached_input is a part of input.", ("route", "direction")),
        ("cost_usd", "cost_usd_micros", USD_MICROS, "What calls cost.", ("route",)),
        ("jobs_ended", "jobs", 1, "Jobs that have ended; one that was retried ends again.", ("kind", "state")),
        ("units_made", "units", 1, "Units that were made, also anew.", ("kind",)),
    ):
        family = CounterMetricFamily(f"coursewright_{name}", words, labels=labels)
        for key, value in totals.get(source, {}).items():
            family.add_metric(key.split(counters.SEPARATOR), value / unit if unit > 1 else value)
        yield family
    yield _latency(totals)


def _latency(totals: dict[str, dict[str, int]]) -> Metric:
    family = HistogramMetricFamily(
        "coursewright_call_seconds", "How long calls take that are answered.", labels=["route"])
    counts = totals.get("call_bucket", {})
    for route in sorted({key.split(counters.SEPARATOR)[0] for key in counts}):
        buckets, so_far = list[tuple[str, float]](), 0
        for edge in (*(f"{edge:g}" for edge in counters.BUCKETS_S), "+Inf"):
            so_far += counts.get(counters.labelled(route, edge), 0)
            buckets.append((edge if edge == "+Inf" else str(float(edge)), so_far))
        family.add_metric([route], buckets, sum_value=totals.get("call_ms", {}).get(route, 0) / 1_000)
    return family
