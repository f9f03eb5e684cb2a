"""Alerts: what calls for help, who looks after it, and the rules that decide when to call."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from accounts.models import Usage
from generation.admin import sight
from generation.admin.actions import marked, pressed
from generation.admin.amounts import DurationField, like
from generation.admin.editing import EditableAdmin
from generation.admin.records import FastListAdmin, OwnPage, RecordAdmin, person, when
from generation.admin.rendering import NOTHING, link_to, span, state, url_of
from generation.core.alerting import CONDITION_MEANINGS, AlertState, Condition
from generation.core.text import counted
from generation.core.webhooks import ALERT_CONTINUES, ALERT_OPENED, ALERT_RESOLVED
from generation.models import Alert, AlertRule, Channel, Election, Job, Pulse, Route
from generation.models.election import ALERTS
from generation.services.alerts import handling

SHOWN = 5
DAY_S = 86_400
DELIVERIES_SHOWN = 30
TOLD = {ALERT_OPENED: "that it began", ALERT_CONTINUES: "that it goes on", ALERT_RESOLVED: "that it is over"}


def open_alerts() -> tuple[list[tuple[Alert, str]], int]:
    """The newest unresolved ones with their pages, for the first page, and how many there are in all."""
    found = list(Alert.objects.unresolved().select_related("rule").order_by("-id"))
    worst_first = sorted(found, key=lambda alert: alert.severity != "critical")
    return [(alert, url_of(alert)) for alert in worst_first[:SHOWN]], len(found)


def number(value: float) -> str:
    """`83,455`, `33.3`: as people write it, one decimal at the most."""
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 1_000 else f"{value:,.1f}"


def subject_url(alert: Alert) -> str | None:
    """The page of what the alert is about; None also for those who may not open it."""
    address, model = _subject(alert)
    return address if sight.may_open(model) else None


def _subject(alert: Alert) -> tuple[str | None, type[Model]]:
    """A page, and of what model it is."""
    match Condition(alert.rule.condition):
        case (
            Condition.BREAKER_OPEN | Condition.ROUTE_MISFIT | Condition.LIMIT_LOW | Condition.ROUTE_STOPPED
            | Condition.ROUTE_DIRECTED
        ):
            route = Route.objects.filter(slug=alert.key.partition(" ")[0]).first()
            return url_of(route) if route else None, Route
        case Condition.CHANNEL_FAILING:
            channel = Channel.objects.filter(pk=alert.key).first() if alert.key.isdecimal() else None
            return url_of(channel) if channel else None, Channel
        case Condition.OUT_OF_CREDIT | Condition.BAD_KEY:
            return reverse("admin:generation_route_changelist"), Route
        case Condition.BUDGET:
            return reverse("admin:accounts_usage_report"), Usage
        case Condition.SWEEPER_LATE | Condition.DISK_LOW:
            return reverse("admin:generation_pulse_changelist"), Pulse
        case Condition.FAILURE_RATE:
            return f"{reverse('admin:generation_job_changelist')}?state__in=failed,partial", Job
        case Condition.STUCK_JOB | Condition.BACKLOG_AGE:
            return f"{reverse('admin:generation_job_changelist')}?state__in=generating,planning,queued", Job
        case Condition.QUALITY_LOW:
            return f"{reverse('admin:generation_job_changelist')}?state__exact=completed", Job


@admin.register(Alert)
class AlertAdmin(OwnPage, RecordAdmin):
    why = "Alerts open and end by their rules. What you can do about one stands above."
    list_display = ("what", "state_label", "severity_label", "sentence", "count", "age", "last_seen", "looks_after")
    list_display_links = ("what",)
    list_filter = ("state", "severity", "rule")
    list_select_related = ("rule", "acknowledged_by")
    search_fields = ("sentence", "key", "rule__name")
    ordering = (F("resolved_at").desc(nulls_first=True), "-id")
    sortable_by = ()
    list_before_template = "generation/admin/alerts_watch.html"
    change_form_outer_before_template = "generation/admin/alert.html"
    fieldsets = ((None, {"fields": ("rule", "key", "first_seen", "last_seen", "resolved")}),)
    readonly_fields = ("first_seen", "last_seen", "resolved")
    first_seen = when("first_seen_at", "First seen")
    last_seen = when("last_seen_at", "Last seen")
    resolved = when("resolved_at", "Resolved")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        rows: QuerySet[Alert] = super().get_queryset(request)
        return rows.annotate(db_now=Now())

    @display(description="Alert")
    def what(self, alert: Alert) -> str:
        return str(alert.rule)

    @display(description="State")
    def state_label(self, alert: Alert) -> SafeString:
        return state(f"alert-{alert.state}", alert.get_state_display())

    @display(description="Severity")
    def severity_label(self, alert: Alert) -> SafeString:
        return state(alert.severity)

    @display(description="Open for")
    def age(self, alert: Alert) -> str:
        now: dt.datetime = alert.db_now     # type: ignore[attr-defined]
        return span((alert.resolved_at or now) - alert.first_seen_at)

    @display(description="Acknowledged by")
    def looks_after(self, alert: Alert) -> str:
        return str(alert.acknowledged_by or NOTHING)

    def has_handle_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.handle_alert")

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:alert_id>/acknowledge/", wrap(self.acknowledge_view), name="generation_alert_acknowledge"),
            path("<int:alert_id>/resolve/", wrap(self.resolve_view), name="generation_alert_resolve"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        last = Election.objects.annotate(db_now=Now()).filter(name=ALERTS).first()
        age = span(last.db_now - last.won_at) if last else None
        return super().changelist_view(request, {"evaluation": last, "evaluation_age": age, **(extra_context or {})})

    def page_context(self, request: HttpRequest, row: Alert) -> dict[str, Any]:     # Any: a template's context
        told = row.deliveries.select_related("channel").order_by("-id")[:DELIVERIES_SHOWN]
        may_handle = self.has_handle_permission(request)
        return {
            "button_mark": marked(row), "alert": row, "figures": [
                ("Measured", f"{number(row.value)} {row.unit}"),
                ("Worst", f"{number(row.worst)} {row.unit}"),
                ("Threshold", f"{number(row.rule.threshold)} {row.unit}"),
                ("Found", counted(row.count, "time")),
            ],
            "subject_url": subject_url(row), "told": [
                (delivery, link_to(delivery, str(delivery.channel)), TOLD[delivery.event]) for delivery in told
            ],
            "may_acknowledge": may_handle and row.state == AlertState.OPEN,
            "may_resolve": may_handle and row.state != AlertState.RESOLVED,
        }

    def acknowledge_view(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        alert = self._alert(request, alert_id)

        def act(seen: int) -> str:
            handling.acknowledge(alert, by=person(request), note=request.POST.get("note", ""), seen=seen)
            return "Acknowledged: it is yours now, and nobody is reminded of it."

        return self._pressed(request, alert, act)

    def resolve_view(self, request: HttpRequest, alert_id: int) -> HttpResponse:
        alert = self._alert(request, alert_id)

        def act(seen: int) -> str:
            handling.resolve(alert, by=person(request), note=request.POST.get("note", ""), seen=seen)
            return "Resolved. Should it go on, no other alert is opened before it was gone once."

        return self._pressed(request, alert, act)

    def _pressed(self, request: HttpRequest, alert: Alert, act: Callable[[int], str]) -> HttpResponse:
        is_permitted = self.has_handle_permission(request)
        return pressed(request, alert, is_permitted=is_permitted, back=url_of(alert), act=act)

    def _alert(self, request: HttpRequest, alert_id: int) -> Alert:
        alert = self.get_queryset(request).filter(pk=alert_id).first()
        if alert is None or not self.has_view_permission(request, alert):
            raise Http404("There is no such alert.")
        return alert


class AlertRuleForm(forms.ModelForm):
    window_s = DurationField(
        **like(AlertRule, "window_s"), least=60, most=30 * DAY_S,
        help_text="How far to look back, where the condition is about what ended lately: 30 min, 1 h, 2 d.")
    remind_after_s = DurationField(
        **like(AlertRule, "remind_after_s"), least=1, zero="never",
        help_text="When an alert that goes on, and that nobody acknowledged, is sent again: 4 h, 1 d, or never.")

    class Meta:
        model = AlertRule
        fields = "__all__"      # noqa: DJ007     # the admin's fieldsets name them


@admin.register(AlertRule)
class AlertRuleAdmin(EditableAdmin, FastListAdmin):
    list_display = ("name", "is_enabled", "severity_label", "holds_when", "quiet", "tells")
    list_filter = ("is_enabled", "severity")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ("name",)
    form = AlertRuleForm
    change_form_outer_before_template = "generation/admin/alert_rule.html"
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("name", "is_enabled", "condition", "threshold", "window_s", "severity")}),
        ("How it ends and reminds", {"fields": ("resolve_after", "remind_after_s")}),
        ("Quiet hours", {
            "description": "Messages wait until these are over. Leave both empty to send at any time.",
            "fields": ("quiet_from", "quiet_until", "time_zone", "breaks_quiet"),
        }),
        ("Who is told", {"fields": ("channels",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AlertRule]:
        rows: QuerySet[AlertRule] = super().get_queryset(request)
        return rows.prefetch_related("channels")

    @display(description="Severity")
    def severity_label(self, rule: AlertRule) -> SafeString:
        return state(rule.severity)

    @display(description="When")
    def holds_when(self, rule: AlertRule) -> str:
        meaning = CONDITION_MEANINGS[Condition(rule.condition)]
        window = f", in {span(dt.timedelta(seconds=rule.window_s))}" if meaning.is_windowed else ""
        if not rule.threshold and not meaning.is_bad_below:
            return f"{meaning.title}: always"
        return f"{meaning.title}: {meaning.threshold} {number(rule.threshold)}{window}"

    @display(description="Quiet hours")
    def quiet(self, rule: AlertRule) -> str:
        hours = rule.quiet_hours
        return f"{hours.begins:%H:%M}–{hours.ends:%H:%M} {hours.time_zone}" if hours else NOTHING

    @display(description="Tells")
    def tells(self, rule: AlertRule) -> str:
        return ", ".join(channel.name for channel in rule.channels.all()) or "all"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        return super().changeform_view(
            request, object_id, form_url, {"meanings": list(CONDITION_MEANINGS.values()), **(extra_context or {})})

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A rule that has called is history: it is disabled instead."""
        has_called = isinstance(obj, AlertRule) and obj.alerts.exists()
        return not has_called and super().has_delete_permission(request, obj)
