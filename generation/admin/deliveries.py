"""Every single delivery to a channel or an endpoint, and sending one again."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.actions import posted
from generation.admin.records import OwnPage, RecordAdmin, linked, person, when
from generation.admin.rendering import NOTHING, link_to, state, tree, url_of
from generation.models import Delivery, DeliveryState
from generation.models.outgoing import PENDING_DELIVERY
from generation.services.outbox import webhooks


@admin.register(Delivery)
class DeliveryAdmin(OwnPage, RecordAdmin):
    why = "Couriers write these rows. A delivery that failed or was dropped can be sent again from the start."
    list_display = ("event", "state_label", "target", "created", "attempts", "next", "last_status", "last_error")
    list_filter = ("state", "event", "channel")
    list_select_related = ("channel", "endpoint", "endpoint__user")
    search_fields = ("event", "last_error", "channel__name", "endpoint__user__username")
    ordering = ("-id",)
    sortable_by = ()
    change_form_outer_before_template = "generation/admin/delivery.html"
    created = when("created_at", "Written")
    next = when("next_at", "Next try")
    last = when("last_at", "Last try")
    finished = when("finished_at", "Ended")
    job_link = linked("job", "Job")
    alert_link = linked("alert", "Alert")
    fieldsets = (
        (None, {"fields": ("event", "state_label", "target", "job_link", "alert_link")}),
        ("How it went", {"fields": ("attempts", "created", "next", "last", "last_status", "last_error", "took",
                                    "finished")}),
        ("What is sent", {"fields": ("message",)}),
    )
    readonly_fields = (
        "state_label", "target", "job_link", "alert_link", "created", "next", "last", "finished", "took", "message")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows.defer("payload")

    @display(description="State")
    def state_label(self, row: Delivery) -> SafeString:
        return state(f"delivery-{row.state}", row.get_state_display())

    @display(description="To")
    def target(self, row: Delivery) -> SafeString | str:
        if row.endpoint is not None:
            return link_to(row.endpoint, f"{row.endpoint.user}: {row.endpoint}")
        return link_to(row.channel)

    @display(description="Took")
    def took(self, row: Delivery) -> str:
        return NOTHING if row.took_ms is None else f"{row.took_ms} ms"

    @display(description="Message")
    def message(self, row: Delivery) -> SafeString | str:
        return tree(row.payload)

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(self.again_view)
        return [path("<int:delivery_id>/again/", again, name="generation_delivery_again"), *super().get_urls()]

    def page_context(self, request: HttpRequest, row: Delivery) -> dict[str, Any]:     # Any: a template's context
        is_over = row.state not in {*PENDING_DELIVERY, DeliveryState.DELIVERED}
        return {"may_send_again": is_over and request.user.has_perm("generation.change_channel")}

    def again_view(self, request: HttpRequest, delivery_id: int) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=delivery_id).first()
        if row is None or not self.has_view_permission(request, row):
            raise Http404("There is no such delivery.")

        def act() -> str:
            webhooks.send_again(row, by=person(request))
            return "It is sent again. Reload this page to see what came of it."

        return posted(
            request, is_permitted=request.user.has_perm("generation.change_channel"), back=url_of(row), act=act)
