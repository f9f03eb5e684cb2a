"""What happened, in sentences."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.filters import AuthorFilter, CodeFilter, DayFilter, JobFilter, OwnerFilter, TimeFilter
from generation.admin.records import PartOfJobAdmin, linked, when
from generation.admin.rendering import state, tree, verbatim
from generation.models import LogEntry


@admin.register(LogEntry)
class LogEntryAdmin(PartOfJobAdmin):
    why = "The log is written in the transaction of each change. It is a record, so nobody edits it."
    list_display = ("when", "level_label", "message", "code", "job", "by")
    list_display_links = ("when", "message")
    list_filter = ("level", CodeFilter, TimeFilter, DayFilter, JobFilter, OwnerFilter, AuthorFilter)
    list_filter_submit = True      # for the filters into which one writes
    list_select_related = ("job", "by")
    search_fields = ("message", "job__title")
    search_help_text = "A request's id, or words of the message or the job's title in the newest 50,000 rows"
    ordering = ("-id",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("when", "level_label", "code", "message", "advice", "by")}),
        ("Where", {"fields": ("job_link", "chunk_link", "attempt_link", "request_id")}),
        ("More", {"fields": ("more", "trace_text")}),
    )
    readonly_fields = ("level_label", "job_link", "chunk_link", "attempt_link", "more", "trace_text", "when")
    when = when("at", "When")
    job_link = linked("job", "Job")
    chunk_link = linked("chunk", "Plan or unit")
    attempt_link = linked("attempt", "Call")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        rows: QuerySet[LogEntry] = super().get_queryset(request)
        return rows.defer("data", "trace", "advice", "job__brief", "job__findings")

    def found_exactly(self, rows: "QuerySet[LogEntry]", term: str) -> "QuerySet[LogEntry]":
        return rows.filter(request_id=term)

    @display(description="Severity")
    def level_label(self, entry: LogEntry) -> SafeString:
        return state(entry.level)

    @display(description="Details")
    def more(self, entry: LogEntry) -> SafeString | str:
        return tree(entry.data)

    @display(description="Stack trace")
    def trace_text(self, entry: LogEntry) -> SafeString | str:
        return verbatim(entry.trace)
