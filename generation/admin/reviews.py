"""Reviews: what waits for a person, and what people decided.  The buttons are on the page of the document."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.filters import JobFilter, OwnerFilter
from generation.admin.records import PartOfJobAdmin, linked, when
from generation.admin.rendering import NOTHING, state
from generation.models import Review


@admin.register(Review)
class ReviewAdmin(PartOfJobAdmin):
    why = (
        "A review is opened where a check leaves a document to a person, and decided with the buttons on the page of "
        "the document. It is a record, so nobody edits it."
    )
    list_display = ("opened", "state_label", "job_link", "about", "decided", "decided_by")
    list_display_links = ("opened",)
    list_filter = ("state", JobFilter, OwnerFilter)
    list_filter_submit = True
    list_select_related = ("job", "decided_by")
    search_fields = ("job__title",)
    search_help_text = "Words of the document's title"
    ordering = ("-id",)
    sortable_by = ()
    fieldsets = ((None, {"fields": ("state_label", "job_link", "findings_text", "opened")}), (
        "Decision", {"fields": ("decided", "decided_by", "reason")}))
    readonly_fields = ("state_label", "job_link", "findings_text", "opened", "decided")
    opened = when("opened_at", "Since")
    decided = when("decided_at", "Decided")
    job_link = linked("job", "Document")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        rows: QuerySet[Review] = super().get_queryset(request)
        return rows.defer("job__brief", "job__findings")

    @display(description="State")
    def state_label(self, review: Review) -> SafeString:
        return state(f"review-{review.state}", review.get_state_display())

    @display(description="About")
    def about(self, review: Review) -> str:
        first = next(iter(review.findings), None)
        return first["message"] if first else ""

    @display(description="What a person has to look at")
    def findings_text(self, review: Review) -> SafeString | str:
        if not review.findings:
            return NOTHING
        lines = format_html_join("", "<li>{} <span class=\"cw-detail\">{} at {}</span></li>", (
            (stored["message"], stored["rule"], stored["pointer"] or "/") for stored in review.findings))
        return format_html("<ul class=\"cw-list\">{}</ul>", lines)
