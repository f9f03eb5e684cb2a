"""Policies with live usage beside each limit, overrides, the pause, and what was spent."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import JSONField, Max, Model, QuerySet, Sum
from django.db.models.functions import Now
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts import policies, standings
from accounts.models import Limit, LimitOverride, Override, Pause, Policy, Usage, User
from accounts.policies import Ceiling
from accounts.windows import Metric, Window, begin, in_words
from generation.admin.amounts import AmountField, amount_of
from generation.admin.editing import EditableAdmin
from generation.admin.records import FastListAdmin, RecordAdmin, person
from generation.admin.rendering import NOTHING, moment, state
from generation.core import csvtext
from generation.core.pricing import dollars
from generation.kinds import all_kinds
from generation.models import Route, Strategy, clock
from generation.services import usage

DAYS = 30


def _in_window(limit: Limit) -> QuerySet[Usage]:
    """The usage rows that count against `limit` now."""
    rows = Usage.objects.filter(
        metric=limit.metric, window=limit.window, period_start__gte=begin(Window(limit.window), clock.now())
    )
    role = limit.policy.role
    return rows.filter(user__role=role) if role else rows.filter(user__isnull=True)


def _help(name: str) -> str:
    """The model's own words on a field that the form declares anew."""
    field = Policy._meta.get_field(name)
    assert isinstance(field, JSONField), "these are lists"
    return str(field.help_text)


class LimitForm(forms.ModelForm):
    """Amounts as people type them: dollars where dollars are limited, else whole numbers."""

    limit = AmountField(help_text="In one window: dollars such as 1.50, or a whole number.")
    burst = AmountField(
        initial=0, help_text="What a window may take over its limit; the next window has so much less.")

    def __init__(self, *arguments: Any, **options: Any) -> None:     # Any: Django's own
        super().__init__(*arguments, **options)
        for name in ("limit", "burst"):
            field = self.fields[name]
            assert isinstance(field, AmountField), "declared above"
            field.is_money = self.instance.metric == Metric.USD_MICROS

    def clean(self) -> dict[str, Any]:     # Any: as in Django
        typed = super().clean() or {}
        metric = typed.get("metric")
        for name in ("limit", "burst"):
            text = typed.pop(name, None)
            if metric is None or text is None:
                continue
            try:
                typed[name] = amount_of(text, is_money=metric == Metric.USD_MICROS)
            except ValueError as error:
                self.add_error(name, str(error))
        return typed


class LimitInline(TabularInline):
    model = Limit
    form = LimitForm
    extra = 0
    fields = ("metric", "window", "limit", "burst", "usage_now")
    readonly_fields = ("usage_now",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Limit]:
        rows: QuerySet[Limit] = super().get_queryset(request)
        return rows.select_related("policy")

    @display(description="Now")
    def usage_now(self, limit: Limit) -> str:
        if limit.pk is None:
            return NOTHING
        sums = _in_window(limit).aggregate(
            used_in_all=Sum("used"), reserved_in_all=Sum("reserved"), most=Max("used"))
        metric = Metric(limit.metric)
        used, reserved = (in_words(metric, sums[f"{name}_in_all"] or 0) for name in ("used", "reserved"))
        text = f"{used} used, {reserved} reserved"
        return f"{text}; at most {in_words(metric, sums['most'] or 0)} by one user" if limit.policy.role else text


class NamesField(forms.MultipleChoiceField):
    """Names out of those that there are; what a policy lists besides stays visible until somebody takes it out."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def __init__(self, known: Callable[[], list[tuple[str, str]]], **options: Any) -> None:     # Any: Django's own
        super().__init__(choices=known, required=False, **options)

    def keep(self, names: list[str]) -> None:
        """Also offer those of `names` that are gone, so that saving something else loses none."""
        offered: list[tuple[str, str]] = list(self.choices)     # type: ignore[arg-type]     # it is what we gave it
        gone = [(name, f"{name} (is gone)") for name in names if name not in dict(offered)]
        self.choices = [*offered, *gone]


class PolicyForm(forms.ModelForm):
    """Names of this app for lists that accounts keeps without knowing what they stand for."""

    kinds = NamesField(lambda: [(kind.slug, kind.title) for kind in all_kinds().values()], help_text=_help("kinds"))
    strategies = NamesField(lambda: list(Strategy.choices), help_text=_help("strategies"))
    routes = NamesField(
        lambda: [(slug, f"{slug} ({model})") for slug, model in Route.objects.values_list("slug", "model")],
        help_text=_help("routes"),
    )

    class Meta:
        model = Policy
        fields = "__all__"      # noqa: DJ007     # the admin's fieldsets name them

    def __init__(self, *arguments: Any, **options: Any) -> None:     # Any: Django's own
        super().__init__(*arguments, **options)
        for name in ("kinds", "strategies", "routes"):
            field = self.fields[name]
            assert isinstance(field, NamesField)
            field.keep(getattr(self.instance, name))


@admin.register(Policy)
class PolicyAdmin(EditableAdmin, FastListAdmin):
    list_display = ("name", "max_running_jobs", "max_units_per_job", "limits_in_words", "weight")
    ordering = ("role",)
    inlines = (LimitInline,)
    fieldsets = (
        (None, {"fields": ("role", "max_running_jobs", "max_units_per_job", "weight")}),
        ("What may be asked for", {
            "description": "Tick what is allowed; where nothing is ticked, all is.",
            "fields": ("kinds", "strategies", "routes"),
        }),
    )
    form = PolicyForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        rows: QuerySet[Policy] = super().get_queryset(request)
        return rows.prefetch_related("limits")

    @display(description="For", ordering="role")
    def name(self, policy: Policy) -> str:
        return str(policy)

    @display(description="Limits")
    def limits_in_words(self, policy: Policy) -> str:
        found = [
            Ceiling(0, Metric(limit.metric), Window(limit.window), limit.limit).words for limit in policy.limits.all()
        ]
        return ", ".join(found) or "none"


class LimitOverrideInline(TabularInline):
    model = LimitOverride
    form = LimitForm
    extra = 0


@admin.register(Override)
class OverrideAdmin(EditableAdmin, FastListAdmin):
    list_display = ("user", "reason", "in_force", "expires_at", "author", "created_at")
    list_select_related = ("user", "author")
    search_fields = ("user__username", "reason")
    ordering = ("-id",)
    inlines = (LimitOverrideInline,)
    autocomplete_fields = ("user",)
    _typed = ("user", "reason", "expires_at", "max_running_jobs", "max_units_per_job")
    fieldsets = ((None, {"fields": (*_typed, "author", "created_at")}),)
    add_fieldsets = ((None, {"fields": _typed}),)      # who made a new one, and when, is not known yet
    readonly_fields = ("author", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Override]:
        rows: QuerySet[Override] = super().get_queryset(request)
        return rows.annotate(db_now=Now())

    @display(description="State")
    def in_force(self, override: Override) -> SafeString:
        now: dt.datetime = override.db_now     # type: ignore[attr-defined]
        is_over = override.expires_at is not None and override.expires_at <= now
        return state("expired") if is_over else state("ok", "in force")

    def save_model(
        self, request: HttpRequest, obj: Override, form: "ModelForm[Override]", change: bool
    ) -> None:
        if not change:
            obj.author = person(request)
        super().save_model(request, obj, form, change)


@admin.register(Pause)
class PauseAdmin(EditableAdmin):
    counted_as = ("switch", "switches")
    list_display = ("__str__", "is_on", "reason")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False      # there is one, made by a migration

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Usage)
class UsageAdmin(RecordAdmin):
    counted_as = ("row", "rows")
    why = "The ledger writes these rows; a limit is changed in its policy, or by an override for one user."
    list_display = ("subject", "metric", "window", "began", "used_words", "reserved_words", "owed", "limit_words")
    list_filter = ("window", "metric", "user__role")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    search_help_text = "User"
    ordering = ("-id",)
    list_before_template = "generation/admin/usage_link.html"
    fieldsets = ((None, {"fields": (
        "subject", "metric", "window", "began", "used_words", "reserved_words", "owed", "limit_words")}),)
    readonly_fields = ("subject", "began", "used_words", "reserved_words", "owed", "limit_words")

    @display(description="User")
    def subject(self, row: Usage) -> SafeString | str:
        if row.user is None:
            return "Everybody together"
        return format_html(
            '<a class="cw-link" href="{}?user={}">{}</a>', reverse("admin:accounts_usage_report"), row.user_id, row.user
        )

    @display(description="Window began", ordering="period_start")
    def began(self, row: Usage) -> SafeString | str:
        return NOTHING if row.window == Window.ALWAYS else moment(row.period_start)

    @display(description="Used", ordering="used")
    def used_words(self, row: Usage) -> str:
        return in_words(Metric(row.metric), row.used)

    @display(description="Reserved", ordering="reserved")
    def reserved_words(self, row: Usage) -> str:
        return in_words(Metric(row.metric), row.reserved)

    @display(description="Owed")
    def owed(self, row: Usage) -> str:
        return in_words(Metric(row.metric), row.debt)

    @display(description="Limit")
    def limit_words(self, row: Usage) -> str:
        return in_words(Metric(row.metric), row.limit)

    # --- The report ---------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("report/", wrap(self.report_view), name="accounts_usage_report"),
            path("report.csv", wrap(self.csv_view), name="accounts_usage_csv"),
            *super().get_urls(),
        ]

    def report_view(self, request: HttpRequest) -> HttpResponse:
        """The last DAYS days by day, role, user and kind; with `?user=`, of one user, whose limits stand above."""
        now = clock.now()
        user, spending = self._asked(request, now)
        days = spending.by_day(now.date())
        found = standings.standings(policies.terms_of(user, now).ceilings if user else policies.ceilings_of_all(), now)
        tables = [
            (title, [(row, dollars(row.cost_usd_micros)) for row in spending.by(dimension)])
            for title, dimension in (("By role", "role"), ("By user", "user"), ("By kind", "kind"))
        ]
        of_whom = f"of {user}" if user else "of everybody"
        return TemplateResponse(request, "generation/admin/usage.html", {
            **self.admin_site.each_context(request), "title": f"Usage {of_whom}, last {DAYS} days", "person": user,
            "tables": tables, "standings": [(row, *_words(row)) for row in found],
            "cost_chart": _chart("Dollars", days, [round(day.cost_usd_micros / 1_000_000, 4) for day in days]),
            "jobs_chart": _chart("Documents", days, [day.jobs for day in days]),
            "csv": f"{reverse('admin:accounts_usage_csv')}{f'?user={user.pk}' if user else ''}",
        })

    def csv_view(self, request: HttpRequest) -> StreamingHttpResponse:
        _user, spending = self._asked(request, clock.now())
        return StreamingHttpResponse(
            list(csvtext.lines(usage.COLUMNS, spending.table())),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="usage.csv"', "Cache-Control": "no-store"},
        )

    def _asked(self, request: HttpRequest, now: dt.datetime) -> tuple[User | None, usage.Spending]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        midnight = begin(Window.DAY, now)
        wanted = request.GET.get("user", "")
        is_number = wanted.isascii() and wanted.isdecimal() and len(wanted) < 19
        user = User.objects.filter(pk=wanted).first() if is_number else None
        return user, usage.Spending(midnight - dt.timedelta(days=DAYS - 1), user)


def _words(standing: standings.Standing) -> tuple[str, str, str]:
    metric = standing.ceiling.metric
    return in_words(metric, standing.used), in_words(metric, standing.reserved), in_words(metric, standing.left)


def _chart(label: str, days: list[usage.Sums], values: list[float] | list[int]) -> str:
    """The theme's chart component takes JSON in an attribute."""
    return json.dumps({
        "labels": [day.name[5:] for day in days],
        "datasets": [{"label": label, "data": values, "backgroundColor": "var(--color-primary-600)"}],
    })
