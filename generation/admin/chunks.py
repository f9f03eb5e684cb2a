"""The plan and the units of jobs, their content, and what they said before."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin import unit_page
from generation.admin.actions import pressed
from generation.admin.records import OwnPage, PartOfJobAdmin, RecordAdmin, linked, person, when
from generation.admin.rendering import NOTHING, state, url_of
from generation.core.pricing import dollars
from generation.models import Chunk, UnitVersion
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import control


@admin.register(Chunk)
class ChunkAdmin(OwnPage, PartOfJobAdmin):
    why = (
        "Plans and units are written by the model and checked by code, never edited by hand. "
        "To change a unit, have it written anew with an instruction; the old version is kept."
    )
    list_display = ("titled", "job", "state_label", "reason_sentence", "attempts", "cost", "headline")
    list_filter = ("state", "stage", "reason")
    list_select_related = ("job",)
    search_fields = ("title", "headline", "job__title")
    search_help_text = "Title, headline or the job's title"
    ordering = ("-id",)
    sortable_by = ("attempts", "cost")
    change_form_outer_before_template = "generation/admin/unit.html"
    fieldsets = (
        ("How it was made", {
            "fields": (
                "job_link", "position", "stage", "attempts", "repairs", "crashes", "cost", "due", "worker",
                "leased", "began", "ended",
            ),
        }),
    )
    readonly_fields = ("job_link", "cost", "due", "leased", "began", "ended")
    due = when("ready_at", "Due")
    leased = when("lease_until", "Leased until")
    began = when("started_at", "Began")
    ended = when("finished_at", "Ended")
    job_link = linked("job", "Job")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Chunk]:
        rows: QuerySet[Chunk] = super().get_queryset(request)
        return rows.defer("content", "draft", "findings", "instruction", "job__brief", "job__findings")

    @display(description="Part")
    def titled(self, chunk: Chunk) -> str:
        return str(chunk)

    @display(description="State", ordering="state")
    def state_label(self, chunk: Chunk) -> SafeString:
        return state(chunk.state)

    @display(description="Reason")
    def reason_sentence(self, chunk: Chunk) -> str | None:
        return chunk.explanation.sentence if chunk.explanation else None

    @display(description="Cost", ordering="cost_usd_micros")
    def cost(self, chunk: Chunk) -> str:
        return dollars(chunk.cost_usd_micros)

    def has_regenerate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("generation.regenerate_unit")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:chunk_id>/parts/", wrap(self.parts_view), name="generation_chunk_parts"),
            path("<int:chunk_id>/regenerate/", wrap(self.regenerate_view), name="generation_chunk_regenerate"),
            path("<int:chunk_id>/retry/", wrap(self.retry_view), name="generation_chunk_retry"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, row: Chunk) -> dict[str, Any]:     # Any: a template's context
        return unit_page.context(row, person(request))

    def regenerate_view(self, request: HttpRequest, chunk_id: int) -> HttpResponse:
        chunk = self._chunk(request, chunk_id)
        # Browsers send CR LF, and CR is no character that an instruction may have.
        instruction = request.POST.get("instruction", "").replace("\r\n", "\n").replace("\r", "\n")

        def act(seen: int) -> str:
            try:
                control.regenerate(chunk.job, chunk.position, instruction=instruction, by=person(request), seen=seen)
            except Refusal as refusal:
                if instruction and refusal.code is not RefusalCode.INVALID_INSTRUCTION:      # not to be typed once more
                    refusal.advice += f" You wanted of it: “{instruction}”"
                raise
            return f"{chunk} is written anew. The old version stays until the new one is there."

        return pressed(
            request, chunk, is_permitted=self.has_regenerate_permission(request), back=url_of(chunk), act=act
        )

    def parts_view(self, request: HttpRequest, chunk_id: int) -> HttpResponse:
        """The moving parts of the page, for its script."""
        shown = unit_page.context(self._chunk(request, chunk_id), person(request))
        return TemplateResponse(request, "generation/admin/unit_moving.html", shown)

    def retry_view(self, request: HttpRequest, chunk_id: int) -> HttpResponse:
        chunk = self._chunk(request, chunk_id)

        def act(seen: int) -> str:
            control.retry(chunk.job, by=person(request), seen=seen)
            return "What is missing is asked again."

        is_permitted = request.user.has_perm("generation.retry_job")
        return pressed(request, chunk.job, is_permitted=is_permitted, back=url_of(chunk), act=act)

    def _chunk(self, request: HttpRequest, chunk_id: int) -> Chunk:
        chunk = self.get_queryset(request).select_related("job").filter(pk=chunk_id).first()
        if chunk is None or not self.has_view_permission(request, chunk):
            raise Http404("There is no such unit.")
        return chunk


@admin.register(UnitVersion)
class UnitVersionAdmin(OwnPage, RecordAdmin):
    why = "Old versions are kept as they were, so that nothing that was once delivered is lost."
    list_display = ("titled", "number", "job_link", "headline", "replaced_by", "replaced")
    list_select_related = ("chunk__job", "replaced_by")
    search_fields = ("chunk__title", "chunk__job__title", "headline")
    ordering = ("-id",)
    sortable_by = ("replaced",)
    change_form_outer_before_template = "generation/admin/version.html"
    fieldsets = (
        ("How it was made", {"fields": ("unit_link", "job_link", "number", "wanted")}),
        ("How it was replaced", {"fields": ("replaced_by", "replaced")}),
    )
    readonly_fields = ("unit_link", "job_link", "wanted", "replaced")
    replaced = when("replaced_at", "Replaced")
    unit_link = linked("chunk", "Unit")
    job_link = linked("chunk.job", "Job")

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnitVersion]:
        rows: QuerySet[UnitVersion] = super().get_queryset(request)
        return rows.defer(
            "content", "findings", "chunk__content", "chunk__draft", "chunk__findings", "chunk__job__brief",
            "chunk__job__findings",
        )

    @display(description="Unit")
    def titled(self, version: UnitVersion) -> str:
        return str(version.chunk)

    @display(description="Wanted of it")
    def wanted(self, version: UnitVersion) -> str:
        """A row keeps the wish that replaced it: what was wanted of this one is with the one before."""
        before = UnitVersion.objects.filter(chunk=version.chunk_id, number=version.number - 1).first()
        return before.instruction if before and before.instruction else NOTHING

    def page_context(self, request: HttpRequest, row: UnitVersion) -> dict[str, Any]:     # Any: a template's context
        return {"version": row, "old_text": unit_page.old_text(row)}
