"""Model routes: which model is asked, what it costs, and whether its breaker lets calls through."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.actions import posted
from generation.admin.records import FastListAdmin, when
from generation.admin.rendering import state, url_of
from generation.core.reasons import EXPLANATIONS, Reason
from generation.models import Route
from generation.services import routes


def per_million(usd_micros: int) -> str:
    return f"${usd_micros / 1_000_000:.2f}"


@admin.register(Route)
class RouteAdmin(FastListAdmin):
    list_display = ("slug", "model", "is_enabled", "priority", "health", "prices", "max_in_flight")
    list_filter = ("is_enabled",)
    search_fields = ("slug", "model")
    ordering = ("priority", "id")
    sortable_by = ("priority", "slug")
    change_form_outer_before_template = "generation/admin/route.html"
    fieldsets = (
        (None, {"fields": ("slug", "model", "is_enabled", "priority")}),
        ("Prices", {
            "description": "In millionths of a dollar for a million tokens: $0.40 is 400000.",
            "fields": ("input_usd_micros", "cached_input_usd_micros", "output_usd_micros"),
        }),
        ("Limits", {"fields": ("max_output_tokens", "max_in_flight")}),
        ("Circuit breaker", {
            "description": (
                "It moves by itself: failures in a row stop all calls on the route for a while, then one probe "
                "is sent. Waiting work loses nothing. These fields are read only."
            ),
            "fields": (
                "health", "breaker_sentence", "breaker_detail", "breaker_failures", "opens", "probe",
                "throttled",
            ),
        }),
    )
    add_fieldsets = fieldsets[:3]      # a new route has no breaker to speak of
    readonly_fields = (
        "health", "breaker_sentence", "breaker_detail", "breaker_failures", "opens", "probe", "throttled",
    )
    opens = when("open_until", "Paused until")
    probe = when("probe_until", "Probe is out until")
    throttled = when("throttled_until", "Slowed down until")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Route]:
        rows: QuerySet[Route] = super().get_queryset(request)
        return rows.annotate(db_now=Now())

    @display(description="Calls")
    def health(self, route: Route) -> SafeString | str:
        now = getattr(route, "db_now", None)      # a new route has none
        waits = route.waits_until(now) if now else None
        return state("waiting", f"paused until {waits[0]:%H:%M:%S} UTC") if waits else state("ok", "flowing")

    @display(description="Input / cached / output, per million tokens")
    def prices(self, route: Route) -> str:
        prices = (route.input_usd_micros, route.cached_input_usd_micros, route.output_usd_micros)
        return " / ".join(map(per_million, prices))

    @display(description="Why it is paused")
    def breaker_sentence(self, route: Route) -> str:
        if not route.breaker_reason:
            return "–"
        explanation = EXPLANATIONS[Reason(route.breaker_reason)]
        return f"{explanation.sentence} {explanation.next_step}"

    def get_urls(self) -> list[URLPattern]:
        resume = self.admin_site.admin_view(self.resume_view)
        return [path("<int:route_id>/resume/", resume, name="generation_route_resume"), *super().get_urls()]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        route = self.get_object(request, object_id) if object_id else None
        is_paused = route is not None and route.open_until is not None
        may_resume = is_paused and self.has_change_permission(request, route)
        return super().changeform_view(
            request, object_id, form_url, {"may_resume": may_resume, **(extra_context or {})}
        )

    def resume_view(self, request: HttpRequest, route_id: int) -> HttpResponse:
        route = self.get_queryset(request).filter(pk=route_id).first()
        if route is None:
            raise Http404("There is no such route.")

        def act() -> str:
            was_paused = routes.resume(route)
            return "Calls flow again." if was_paused else "The route was not paused; nothing to resume."

        return posted(
            request, is_permitted=self.has_change_permission(request, route), back=url_of(route), act=act
        )
