"""Signs of life of the processes that do the work."""

import datetime as dt

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.records import RecordAdmin
from generation.admin.rendering import NOTHING, span, state, tree
from generation.models import Pulse
from generation.telemetry.heartbeats import silent_after_s


@admin.register(Pulse)
class PulseAdmin(RecordAdmin):
    why = "Workers write this themselves, every second or so. A worker that has gone is forgotten after a day."
    list_display = ("name", "life", "last_sign", "in_flight", "up_for")
    search_fields = ("name",)
    ordering = ("name",)
    sortable_by = ()
    fieldsets = ((None, {"fields": ("name", "life", "last_sign", "in_flight", "up_for", "more")}),)
    readonly_fields = ("life", "last_sign", "in_flight", "up_for", "more")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pulse]:
        rows: QuerySet[Pulse] = super().get_queryset(request)
        return rows.annotate(db_now=Now())

    @display(description="State")
    def life(self, pulse: Pulse) -> SafeString:
        if _age(pulse) > patience():
            return state("silent")
        return state("draining") if pulse.detail.get("is_draining") else state("alive")

    @display(description="Last sign of life")
    def last_sign(self, pulse: Pulse) -> str:
        return f"{span(_age(pulse))} ago"

    @display(description="Calls in flight")
    def in_flight(self, pulse: Pulse) -> str:
        detail = pulse.detail
        return f"{detail['in_flight']} of {detail['slots']}" if "slots" in detail else NOTHING

    @display(description="Up for")
    def up_for(self, pulse: Pulse) -> str:
        return span(pulse.beat_at - pulse.started_at)

    @display(description="Details")
    def more(self, pulse: Pulse) -> SafeString | str:
        return tree(pulse.detail)


def patience() -> dt.timedelta:
    """How long a worker may be silent and still count as alive; as `/readyz` sees it."""
    return dt.timedelta(seconds=silent_after_s())


def _age(pulse: Pulse) -> dt.timedelta:
    now: dt.datetime = pulse.db_now     # type: ignore[attr-defined]
    return now - pulse.beat_at
