"""What happened, in sentences."""

from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.records import PartOfJobAdmin, when
from generation.admin.rendering import link_to, state, tree, words
from generation.models import LogEntry

RECENT_ROWS = 5_000


class CodeFilter(admin.SimpleListFilter):
    """The codes that the newest rows have: a DISTINCT over a million rows would take seconds."""

    title = "what happened"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        newest = LogEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
        recent = LogEntry.objects.filter(pk__gt=newest - RECENT_ROWS).order_by()
        codes = set(recent.values_list("code", flat=True).distinct())
        wanted = self.value()
        return [(code, words(code)) for code in sorted(codes | ({wanted} if wanted else set()))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LogEntry]) -> QuerySet[LogEntry]:
        return queryset.filter(code=self.value()) if self.value() else queryset

    def has_output(self) -> bool:
        return True


@admin.register(LogEntry)
class LogEntryAdmin(PartOfJobAdmin):
    why = "The log is written in the transaction of each change. It is a record, so nobody edits it."
    list_display = ("when", "level_label", "message", "code", "job", "by")
    list_display_links = ("when", "message")
    list_filter = ("level", CodeFilter, "at")
    list_select_related = ("job", "by")
    search_fields = ("message", "job__title")
    search_help_text = "Message or job"
    ordering = ("-id",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("when", "level_label", "code", "message", "by")}),
        ("Where", {"fields": ("job_link", "chunk_link", "attempt_link")}),
        ("More", {"fields": ("more",)}),
    )
    readonly_fields = ("level_label", "job_link", "chunk_link", "attempt_link", "more", "when")
    when = when("at", "When")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        rows: QuerySet[LogEntry] = super().get_queryset(request)
        return rows.defer("data", "job__brief", "job__findings")

    @display(description="Level")
    def level_label(self, entry: LogEntry) -> SafeString:
        return state(entry.level)

    @display(description="Job")
    def job_link(self, entry: LogEntry) -> SafeString | str:
        return link_to(entry.job)

    @display(description="Plan or unit")
    def chunk_link(self, entry: LogEntry) -> SafeString | str:
        return link_to(entry.chunk)

    @display(description="Call")
    def attempt_link(self, entry: LogEntry) -> SafeString | str:
        return link_to(entry.attempt)

    @display(description="Details")
    def more(self, entry: LogEntry) -> SafeString | str:
        return tree(entry.data)
