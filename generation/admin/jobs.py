"""Jobs: the list, the page that follows one live, and what people may do to it."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin import job_page
from generation.admin.actions import confirmed, pressed
from generation.admin.asking import ask
from generation.admin.log_export import as_csv, as_json_lines
from generation.admin.prices import price_of_retry
from generation.admin.records import OwnPage, RecordAdmin, person, when
from generation.admin.rendering import NOTHING, bar, mark, span, state, url_of
from generation.core.pricing import dollars
from generation.core.states import JobState
from generation.core.text import counted
from generation.kinds import all_kinds
from generation.models import Job
from generation.models.job import JobQuerySet
from generation.services.jobs import control, reviews
from generation.telemetry import tracing


class WaitsFilter(admin.SimpleListFilter):
    title = "waiting"
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        return [("yes", "No call is made now")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        assert isinstance(queryset, JobQuerySet), "the list of jobs"
        return queryset.waiting() if self.value() == "yes" else queryset


class OpenErrorsFilter(admin.SimpleListFilter):
    title = "to correct"
    parameter_name = "errors"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        return [("yes", "Something needs correction")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        return queryset.filter(open_errors__gt=0) if self.value() == "yes" else queryset


@admin.register(Job)
class JobAdmin(OwnPage, RecordAdmin):
    why = (
        "Jobs are changed by their actions (retry, cancel, have a unit written anew), never by hand: "
        "a job is the record of what was asked, done and paid."
    )
    list_display = ("titled", "state_label", "progress", "found", "kind_title", "user", "cost", "age", "took")
    list_display_links = ("titled",)
    list_filter = (
        "state", WaitsFilter, OpenErrorsFilter, "kind", "strategy", "user__role", "is_simulated", "created_at")
    list_select_related = ("user",)
    search_fields = ("title", "user__username", "public_id")
    search_help_text = "Title, user or id"
    ordering = ("-id",)
    sortable_by = ("state_label", "cost", "age")
    actions = ("retry_selected", "cancel_selected")
    change_form_outer_before_template = "generation/admin/job.html"
    fieldsets = (
        ("How it was asked", {
            "fields": (
                "public_id", "trace", "user", "kind_and_revision", "strategy", "route", "accepted", "is_fresh",
                "cached",
            ),
        }),
    )
    readonly_fields = ("public_id", "trace", "kind_and_revision", "accepted", "cached")
    accepted = when("created_at", "Accepted")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        rows = Job.objects.visible_to(person(request))
        return rows.annotate(db_now=Now()).defer("brief", "findings")

    def found_exactly(self, rows: QuerySet[Job], term: str) -> QuerySet[Job] | None:
        try:
            return rows.filter(public_id=UUID(term))
        except ValueError:
            return None

    # --- Columns ------------------------------------------------------------------------------

    @display(description="Title")
    def titled(self, job: Job) -> SafeString | str:
        title = format_html("{} {}", job.title, mark("Simulated")) if job.is_simulated else job.title
        return format_html("{} {}", title, state("cached", "From the cache")) if job.from_cache else title

    @display(description="State", ordering="state")
    def state_label(self, job: Job) -> SafeString:
        return state(job.state)

    @display(description="Progress")
    def progress(self, job: Job) -> SafeString:
        return bar(job.percent, f"{job.unit_done} of {job.unit_total}")

    @display(description="To correct")
    def found(self, job: Job) -> SafeString | str:
        """What is open on it: errors as a mark, and how many warnings."""
        counts = job.open_findings
        warnings = counted(counts.warnings, "warning") if counts.warnings else ""
        if not counts.errors:
            return warnings or NOTHING
        return format_html("{} {}", state("error", counted(counts.errors, "error")), warnings)

    @display(description="Kind")
    def kind_title(self, job: Job) -> str:
        kind = all_kinds().get(job.kind)
        return kind.title if kind else job.kind

    @display(description="Cost", ordering="cost_usd_micros")
    def cost(self, job: Job) -> str:
        return dollars(job.cost_usd_micros)

    @display(description="Age", ordering="id")
    def age(self, job: Job) -> str:
        now: dt.datetime = job.db_now     # type: ignore[attr-defined]
        return span(now - job.created_at)

    @display(description="Took")
    def took(self, job: Job) -> str | None:
        return span(job.worked(job.finished_at)) if job.finished_at else None

    @display(description="Trace")
    def trace(self, job: Job) -> str:
        """What to look for in a tracing tool."""
        return tracing.trace_id(job.public_id)

    @display(description="Kind")
    def kind_and_revision(self, job: Job) -> str:
        return f"{self.kind_title(job)}, revision {job.kind_revision}"

    @display(description="From the cache")
    def cached(self, job: Job) -> str:
        if not job.cached_parts:
            return NOTHING
        return f"{job.cached_parts} of {job.unit_total + 1} parts, saved {dollars(job.saved_usd_micros)}"

    # --- Permissions --------------------------------------------------------------------------

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.add_job")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.retry_job")

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.cancel_job")

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:job_id>/parts/", wrap(self.parts_view), name="generation_job_parts"),
            path("<int:job_id>/log.jsonl", wrap(self.log_view), {"export": as_json_lines}, "generation_job_log_jsonl"),
            path("<int:job_id>/log.csv", wrap(self.log_view), {"export": as_csv}, "generation_job_log_csv"),
            path("<int:job_id>/retry/", wrap(self.retry_view), name="generation_job_retry"),
            path("<int:job_id>/cancel/", wrap(self.cancel_view), name="generation_job_cancel"),
            path(
                "<int:job_id>/release/", wrap(self.decision_view), {"decide": reviews.release},
                name="generation_job_release"),
            path(
                "<int:job_id>/reject/", wrap(self.decision_view), {"decide": reviews.reject},
                name="generation_job_reject"),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "",
        extra_context: dict[str, Any] | None = None,     # Any: as in Django
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return ask(self, request)

    def page_context(self, request: HttpRequest, row: Job) -> dict[str, Any]:     # Any: a template's context
        return job_page.context(row, person(request))

    def parts_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        """The moving parts of the job page, for its script."""
        job = self._job(request, job_id)
        return TemplateResponse(
            request, "generation/admin/job_moving.html", job_page.context(job, person(request))
        )

    def log_view(
        self, request: HttpRequest, job_id: int, export: Callable[[Job], HttpResponse]
    ) -> HttpResponse:
        """The log of one job, as a file."""
        if not request.user.has_perm("generation.view_logentry"):
            raise PermissionDenied
        return export(self._job(request, job_id))

    # --- Actions ------------------------------------------------------------------------------

    def retry_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        job = self._job(request, job_id)

        def act(seen: int) -> str:
            control.retry(job, by=person(request), seen=seen)
            return "What is missing is asked again."

        return pressed(request, job, is_permitted=self.has_retry_permission(request), back=url_of(job), act=act)

    def cancel_view(self, request: HttpRequest, job_id: int) -> HttpResponse:
        job = self._job(request, job_id)

        def act(seen: int) -> str:
            control.cancel(job, by=person(request), seen=seen)
            return "The job is cancelled. What was done stays readable."

        return pressed(request, job, is_permitted=self.has_cancel_permission(request), back=url_of(job), act=act)

    def decision_view(self, request: HttpRequest, job_id: int, decide: Callable[..., Job]) -> HttpResponse:
        """Release or reject a document that waits for a person."""
        job = self._job(request, job_id)

        def act(seen: int) -> str:
            now = decide(job, by=person(request), reason=request.POST.get("note", ""), seen=seen)
            is_out = now.state != JobState.FAILED
            return "The document is handed out." if is_out else "The document is not handed out; its owner reads why."

        return pressed(
            request, job, is_permitted=reviews.may_decide(person(request)), back=url_of(job), act=act)

    @admin.action(description="Retry what failed", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> HttpResponse | None:
        return confirmed(
            self, request, chosen, is_permitted=self.has_retry_permission(request), action="retry_selected",
            question="Retry these jobs?", done="Retry started for",
            consequence=lambda jobs: " ".join(filter(None, [
                "What failed or was cancelled is asked again; what is done stays as it is.",
                price_of_retry(jobs, person(request)),
            ])),
            act=lambda job, seen: control.retry(job, by=person(request), seen=seen),
        )

    @admin.action(description="Cancel", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, chosen: QuerySet[Job]) -> HttpResponse | None:
        return confirmed(
            self, request, chosen, is_permitted=self.has_cancel_permission(request), action="cancel_selected",
            question="Cancel these jobs?", done="Cancelled",
            consequence=lambda _jobs: (
                "Calls in flight are dropped and may still be billed; what is done stays readable."),
            act=lambda job, seen: control.cancel(job, by=person(request), seen=seen),
        )

    def _job(self, request: HttpRequest, job_id: int) -> Job:
        job = self.get_queryset(request).filter(pk=job_id).first()
        if job is None or not self.has_view_permission(request, job):
            raise Http404("There is no such job.")
        return job
