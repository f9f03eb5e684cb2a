"""Model routes: which model is asked, what it costs, whether its breaker lets calls through, and how many at once."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display

from generation.admin import local_model
from generation.admin.actions import marked, pressed
from generation.admin.amounts import DollarsField, DurationField, TagsField, like
from generation.admin.editing import EditableAdmin
from generation.admin.records import FastListAdmin, person, when
from generation.admin.rendering import state, url_of
from generation.core.amounts import typed_dollars
from generation.core.breaker import BreakerState
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.text import time_in_words
from generation.models import Route, RouteMinute, RouteUse
from generation.models.route import check_languages
from generation.services.routing import route_health
from generation.services.routing.keys import stop_of

SHOWN = dt.timedelta(hours=3)
TEACHES = frozenset({"base_url", "model", "dialect", "context_tokens", "max_output_tokens"})
DIRECTS = ("base_url", "key_name")
MAY_DIRECT = "generation.direct_route"
LONGEST_REASON = 300
STATES = {
    BreakerState.CLOSED: ("ok", "flowing"), BreakerState.OPEN: ("waiting", "paused"),
    BreakerState.HALF_OPEN: ("running", "one trial call"), BreakerState.HARD_OPEN: ("failed", "stopped"),
    BreakerState.HELD: ("cancelled", "paused by a person"),
}


def per_million(usd_micros: int) -> str:
    return f"${typed_dollars(usd_micros)}"


class RouteForm(forms.ModelForm):
    input_usd_micros = DollarsField(
        **like(Route, "input_usd_micros"), help_text="Dollars for a million input tokens.")
    cached_input_usd_micros = DollarsField(
        **like(Route, "cached_input_usd_micros"), help_text="Dollars for a million tokens of a warm prefix.")
    output_usd_micros = DollarsField(
        **like(Route, "output_usd_micros"), help_text="Dollars for a million output tokens.")
    deadline_s = DurationField(
        **like(Route, "deadline_s"), least=1, most=86_400,
        help_text="How long one call may take, such as 90 s or 5 min. Empty: LLM_DEADLINE_S.")
    silence_s = DurationField(
        **like(Route, "silence_s"), least=1, most=86_400,
        help_text="How long a streamed call may say nothing before it is given up, such as 30 s. "
        "Empty: only the deadline counts.")
    languages = TagsField(
        **like(Route, "languages"), check=check_languages,
        help_text="Tags of the languages that it writes well, with commas: en, de. Empty: all.")

    class Meta:
        model = Route
        fields = "__all__"      # noqa: DJ007     # the admin's fieldsets name them


class RouteUseInline(TabularInline):
    model = RouteUse
    extra = 0
    fields = ("kind", "stage", "weight")
    verbose_name_plural = "weights per kind and stage"


@admin.register(Route)
class RouteAdmin(EditableAdmin, FastListAdmin):
    list_display = ("slug", "health", "at_once", "last_minutes", "prices", "instead", "is_enabled")
    list_filter = ("is_enabled",)
    list_select_related = ("fallback",)
    search_fields = ("slug", "model")
    ordering = ("priority", "id")
    sortable_by = ("slug",)
    list_before_template = "generation/admin/local_route_link.html"
    change_form_outer_before_template = "generation/admin/route.html"
    inlines = (RouteUseInline,)
    form = RouteForm
    fieldsets = (
        (None, {"fields": ("slug", "model", "is_enabled", "priority", "fallback")}),
        ("Where it is", {
            "description": "All may stay empty: then it is a model of the installation's own provider. Prompts and a "
            "key go to this address, so it and the key's name take a permission of their own; changes are logged, and "
            "raise an alert.",
            "fields": ("base_url", "key_name", "dialect"),
        }),
        ("How it is asked", {
            "description": "What a server refuses by name, or states as its limit, is kept and heeded from then on.",
            "fields": ("streaming", "deadline_s", "silence_s", "learned_line"),
        }),
        ("Prices", {
            "description": "In dollars for a million tokens: $0.40 is 0.40. New documents get the "
            "cheapest route that is able, well and allowed for their user; policies say which are allowed.",
            "fields": ("input_usd_micros", "cached_input_usd_micros", "output_usd_micros"),
        }),
        ("What it can", {
            "fields": ("strength", "context_tokens", "max_output_tokens", "schema_support", "languages"),
        }),
        ("How much it carries", {
            "description": "The limit moves by itself between 1 and the ceiling: down when the provider refuses or "
            "slows down, up while it does neither.",
            "fields": ("max_in_flight", "at_once", "requests_per_minute", "tokens_per_minute"),
        }),
        ("When calls pause", {
            "description": "A pause lasts 15 seconds and doubles, up to five minutes, each time its one trial call "
            "fails. A refused key or an empty account stops the route at the first failure, until a person resumes it "
            "or, once a day, a trial call succeeds. Waiting work loses nothing.",
            "fields": ("trip_after", "trip_percent", "trip_calls"),
        }),
        ("Circuit breaker now", {
            "description": "It moves by itself. These fields are read only.",
            "fields": (
                "health", "breaker_sentence", "breaker_detail", "breaker_failures", "opens", "probe", "throttled",
            ),
        }),
    )
    add_fieldsets = (
        *fieldsets[:2], ("How it is asked", {"fields": ("streaming", "deadline_s", "silence_s")}), *fieldsets[3:5],
        ("How much it carries", {"fields": ("max_in_flight", "requests_per_minute", "tokens_per_minute")}),
        fieldsets[6],
    )      # a new route has no health to speak of, and has learned nothing
    readonly_fields = (
        "health", "at_once", "breaker_sentence", "breaker_detail", "breaker_failures", "opens", "probe",
        "throttled", "learned_line",
    )
    opens = when("open_until", "Paused until")
    probe = when("probe_until", "Trial call is out until")
    throttled = when("throttled_until", "Slowed down until")

    def get_readonly_fields(self, request: HttpRequest, obj: Route | None = None) -> tuple[str, ...]:
        fixed = () if request.user.has_perm(MAY_DIRECT) else DIRECTS
        return (*self.readonly_fields, *fixed)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Route]:
        rows: QuerySet[Route] = super().get_queryset(request)
        return rows.annotate(db_now=Now())

    @display(description="Calls")
    def health(self, route: Route) -> SafeString | str:
        now = getattr(route, "db_now", None)      # a new route has none
        if now is None:
            return state("ok", "flowing")
        waits, name = route.waits_until(now), route.breaker.state(now)
        colour, text = STATES[name]
        if waits is None:
            return state(colour, text)
        until, reason = waits
        if name is BreakerState.CLOSED:
            colour, text = "waiting", "slowed down"
        if until is not None and name is not BreakerState.HALF_OPEN:
            text += f" until {time_in_words(until, now, style='%H:%M:%S')}" if name is not BreakerState.HARD_OPEN else (
                f" until a person resumes it, or {time_in_words(until, now)}")
        why = route.breaker_detail or EXPLANATIONS[reason].sentence
        return format_html('{}<span class="cw-detail">{}</span>', state(colour, text), why[:120])

    @display(description="Calls at once")
    def at_once(self, route: Route) -> str:
        if route.concurrency_limit is None:
            return f"{route.max_in_flight} (ceiling)"
        return f"{route.carries} of {route.max_in_flight}"

    @display(description="Last minute")
    def last_minutes(self, route: Route) -> str:
        now = getattr(route, "db_now", None)
        if now is None:
            return "–"
        answered, failed = route.lately.totals(now)
        return f"{answered} answered, {failed} failed" if answered or failed else "no call"

    @display(description="Price in / cached / out")
    def prices(self, route: Route) -> str:
        prices = (route.input_usd_micros, route.cached_input_usd_micros, route.output_usd_micros)
        return " / ".join(map(per_million, prices))

    @display(description="Fallback")
    def instead(self, route: Route) -> str:
        return route.fallback.slug if route.fallback is not None else "none"

    @display(description="Why it is paused")
    def breaker_sentence(self, route: Route) -> str:
        if not route.breaker_reason:
            return "–"
        explanation = EXPLANATIONS[Reason(route.breaker_reason)]
        return f"{explanation.sentence} {explanation.next_step}"

    @display(description="Learned of its server")
    def learned_line(self, route: Route) -> str:
        return str(route.lesson) or "nothing: it takes what it is sent"

    # --- Pages and buttons --------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("local/", wrap(self.local_view), name="generation_route_local"),
            path("<int:route_id>/resume/", wrap(self.resume_view), name="generation_route_resume"),
            path("<int:route_id>/hold/", wrap(self.hold_view), name="generation_route_hold"),
            path("<int:route_id>/forget/", wrap(self.forget_view), name="generation_route_forget"),
            path("<int:route_id>/unlearn/", wrap(self.unlearn_view), name="generation_route_unlearn"),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        route = self.get_object(request, object_id) if object_id else None
        more: dict[str, Any] = {}      # Any: a template's context
        if route is not None:
            now: dt.datetime = route.db_now
            may_change = self.has_change_permission(request, route)
            is_waiting = route.waits_until(now) is not None
            minutes = route_health.history(route, now - SHOWN)
            more = {
                "button_mark": marked(route), "waits": is_waiting, "may_resume": is_waiting and may_change,
                "may_hold": may_change and not route.is_held,
                "may_forget": may_change and route.concurrency_limit is not None,
                "may_unlearn": may_change and bool(route.learned),
                "longest_reason": LONGEST_REASON,
                "why_limit": next((row.why for row in reversed(minutes) if row.why), ""),
                **({"limit_chart": _limits(minutes), "calls_chart": _calls(minutes)} if minutes else {}),
            }
        return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Route, form: "ModelForm[Route]", change: bool) -> None:
        """Only what the form shows: the workers write the rest of the row meanwhile."""
        was = Route.objects.get(pk=obj.pk).endpoint if change else None
        if not change:
            super().save_model(request, obj, form, change)
        elif form.changed_data:
            fields = list(form.changed_data)
            if TEACHES & set(fields):      # what was learned is about the server or the settings of before
                obj.learned = {}
                fields.append("learned")
            obj.save(update_fields=fields)
        if not change or set(DIRECTS) & set(form.changed_data):
            route_health.note_directed(obj, was, by=person(request))
            if stop := stop_of(obj.endpoint):
                self.message_user(request, f"As this process has it: {stop.sentence}", messages.WARNING)

    def resume_view(self, request: HttpRequest, route_id: int) -> HttpResponse:
        route = self._route(request, route_id)

        def act(seen: int) -> str:
            was_paused = route_health.resume(route, by=person(request), seen=seen)
            return "Calls flow again." if was_paused else "The route was not paused; nothing to resume."

        return self._pressed(request, route, act)

    def hold_view(self, request: HttpRequest, route_id: int) -> HttpResponse:
        route = self._route(request, route_id)
        because = " ".join(request.POST.get("because", "").split())[:LONGEST_REASON] or "no reason given"

        def act(seen: int) -> str:
            was_open = route_health.hold(route, by=person(request), because=because, seen=seen)
            return "No new call is made on this route until somebody resumes it." if was_open else (
                "The route is paused by a person already.")

        return self._pressed(request, route, act)

    def forget_view(self, request: HttpRequest, route_id: int) -> HttpResponse:
        route = self._route(request, route_id)

        def act(_seen: int) -> str:
            route_health.forget_limit(route, by=person(request))
            return f"The limit is back at the ceiling of {route.max_in_flight} calls, and is found anew."

        return self._pressed(request, route, act)

    def unlearn_view(self, request: HttpRequest, route_id: int) -> HttpResponse:
        route = self._route(request, route_id)

        def act(_seen: int) -> str:
            route_health.forget_lesson(route, by=person(request))
            return "It is asked with everything again, and learns anew."

        return self._pressed(request, route, act)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = self.has_add_permission(request) and request.user.has_perm(MAY_DIRECT)
        return super().changelist_view(request, {"may_add_local_model": may, **(extra_context or {})})

    def local_view(self, request: HttpRequest) -> HttpResponse:
        return local_model.page(self, request)

    def _route(self, request: HttpRequest, route_id: int) -> Route:
        route = self.get_queryset(request).filter(pk=route_id).first()
        if route is None:
            raise Http404("There is no such route.")
        return route

    def _pressed(self, request: HttpRequest, route: Route, act: Callable[[int], str]) -> HttpResponse:
        is_permitted = self.has_change_permission(request, route)
        return pressed(request, route, is_permitted=is_permitted, back=url_of(route), act=act)


def _limits(minutes: list[RouteMinute]) -> str:
    """The theme's chart component takes JSON in an attribute."""
    return _chart(minutes, [
        ("Limit, calls at once", [row.limit for row in minutes], "var(--color-primary-600)"),
        ("In flight, at most", [row.running for row in minutes], "var(--color-base-400)"),
    ], fill=False)


def _calls(minutes: list[RouteMinute]) -> str:
    return _chart(minutes, [
        ("Answered", [row.answered for row in minutes], "var(--color-primary-600)"),
        ("Failed", [row.failed for row in minutes], "#b91c1c"),
        ("Refused (429)", [row.refused for row in minutes], "#d97706"),
    ], fill=True)


def _chart(minutes: list[RouteMinute], lines: list[tuple[str, list[int], str]], *, fill: bool) -> str:
    return json.dumps({
        "labels": [f"{row.minute:%H:%M}" for row in minutes],
        "datasets": [
            {
                "label": label, "data": data, "borderColor": colour,
                "backgroundColor": colour if fill else "transparent",
                "pointRadius": 0 if len(minutes) > 1 else 3,      # a line takes two points
            }
            for label, data, colour in lines
        ],
    })
