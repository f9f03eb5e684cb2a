"""The ledger: every call to the provider, what it asked, what came back and what it cost."""

import datetime as dt

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin.records import PartOfJobAdmin, linked, when
from generation.admin.rendering import NOTHING, state, verbatim
from generation.admin.unit_page import meaning_of
from generation.core.pricing import dollars
from generation.models import Attempt


@admin.register(Attempt)
class AttemptAdmin(PartOfJobAdmin):
    why = "The ledger of what was asked and paid. Nobody edits a ledger."
    list_display = (
        "asked", "chunk", "job", "ended", "route", "tokens", "cost", "took",
    )
    list_filter = ("code", "state", "origin", "is_repair", "route", "is_simulated", "started_at")
    list_select_related = ("chunk", "job", "route")
    search_fields = ("request_id", "request_fingerprint", "job__title", "message")
    search_help_text = "A request id, or fingerprint, job or error text in the newest 50,000 calls"
    ordering = ("-id",)
    sortable_by = ("cost",)
    fieldsets = (
        ("What came of it", {"fields": ("ended", "meaning", "message", "state", "findings_list")}),
        ("What was asked", {
            "fields": (
                "job_link", "chunk_link", "fence", "origin", "route", "why_route", "model", "request_fingerprint",
                "request_id", "http_status", "worker", "is_simulated",
            ),
        }),
        ("What it cost", {
            "fields": (
                "cost", "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens",
                "is_estimated",
            ),
        }),
        ("When", {"fields": ("asked", "replied", "settled")}),
        ("Reply", {"fields": ("reply_text",)}),
    )
    readonly_fields = (
        "ended", "meaning", "findings_list", "job_link", "chunk_link", "cost", "reply_text", "asked", "replied",
        "settled",
    )
    asked = when("started_at", "Asked")
    replied = when("replied_at", "Replied")
    settled = when("settled_at", "Settled")
    job_link = linked("job", "Job")
    chunk_link = linked("chunk", "Plan or unit")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        rows: QuerySet[Attempt] = super().get_queryset(request)
        return rows.defer(
            "reply", "findings", "job__brief", "job__findings", "chunk__content", "chunk__draft",
            "chunk__findings",
        )

    def found_exactly(self, rows: QuerySet[Attempt], term: str) -> QuerySet[Attempt]:
        return rows.filter(request_id=term)

    @display(description="Ended as", ordering="code")
    def ended(self, attempt: Attempt) -> SafeString:
        return state(attempt.code or attempt.state)

    @display(description="Meaning")
    def meaning(self, attempt: Attempt) -> str:
        return meaning_of(attempt)

    @display(description="Cost", ordering="cost_usd_micros")
    def cost(self, attempt: Attempt) -> str:
        return dollars(attempt.cost_usd_micros)

    @display(description="Tokens in / out")
    def tokens(self, attempt: Attempt) -> str:
        return f"{attempt.input_tokens:,} / {attempt.output_tokens:,}"

    @display(description="Took")
    def took(self, attempt: Attempt) -> str:
        ended = attempt.replied_at or attempt.settled_at
        seconds = (ended - attempt.started_at) / dt.timedelta(seconds=1) if ended else None
        return f"{seconds:.1f} s" if seconds is not None else NOTHING

    @display(description="Findings")
    def findings_list(self, attempt: Attempt) -> str:
        if not attempt.findings:
            return NOTHING
        return render_to_string("generation/admin/findings.html", {"findings": attempt.findings})

    @display(description="Text")
    def reply_text(self, attempt: Attempt) -> SafeString | str:
        return verbatim(attempt.reply)
