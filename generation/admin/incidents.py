"""Failures: equal ones are one row, with what it affects, what to do, and what was done."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from generation.admin import failures
from generation.admin.actions import answered, asked, posted, pressed
from generation.admin.asking import again_url, uuid_of
from generation.admin.prices import price_of_retry
from generation.admin.records import OwnPage, RecordAdmin, linked, person, when
from generation.admin.rendering import NOTHING, link_to, state, url_of
from generation.core.reasons import EXPLANATIONS
from generation.core.remedies import CURES, MEANS, Remedy
from generation.kinds import all_kinds
from generation.models import Incident, Job, Occurrence, Resolution, clock
from generation.services import incidents
from generation.services.maintenance import remediation

ASK_BEFORE = 20      # more jobs than this are listed and confirmed first
JOBS_SHOWN, SAMPLES, TREATMENTS_SHOWN = 50, 5, 50


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        return [("open", "Open"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        if self.value() not in {"open", "over"}:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


class CauseFilter(admin.SimpleListFilter):
    title = "cause"
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:     # Any: a ModelAdmin
        return [(cause.value, EXPLANATIONS[cause].sentence) for cause in CURES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Incident]) -> QuerySet[Incident]:
        return queryset.filter(cause=self.value()) if self.value() else queryset


@admin.register(Incident)
class IncidentAdmin(OwnPage, RecordAdmin):
    why = "Failures are grouped by the sweeper, and end by themselves when their cause is gone. Act with the buttons."
    list_display = (
        "sentence", "state_label", "kind_title", "route", "jobs", "users", "chunks", "first_seen", "last_seen",
    )
    list_filter = (OpenFilter, CauseFilter, "route")
    list_select_related = ("route",)
    search_fields = ("kind", "route__slug", "cause")
    ordering = ()      # the model's: open ones first
    sortable_by = ("jobs", "users", "first_seen", "last_seen")
    change_form_outer_before_template = "generation/admin/incident.html"
    fieldsets = (
        ("What they have in common", {"fields": ("cause", "kind_title", "route_link")}),
        ("When", {"fields": ("first_seen", "last_seen", "ended", "resolution", "resolved_by")}),
    )
    readonly_fields = ("kind_title", "route_link", "first_seen", "last_seen", "ended")
    first_seen = when("opened_at", "First seen")
    last_seen = when("last_seen_at", "Last seen")
    ended = when("resolved_at", "Over since")
    route_link = linked("route", "Route")

    @display(description="Why")
    def sentence(self, incident: Incident) -> str:
        return incident.explanation.sentence

    @display(description="State")
    def state_label(self, incident: Incident) -> SafeString:
        return state("failed", "open") if incident.is_open else state("done", "over")

    @display(description="Kind")
    def kind_title(self, incident: Incident) -> str:
        kind = all_kinds().get(incident.kind)
        return kind.title if kind else incident.kind or NOTHING

    # --- Pages --------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:incident_id>/take/<slug:name>/", wrap(self.take_view), name="generation_incident_take"),
            path("<int:incident_id>/resolve/", wrap(self.resolve_view), name="generation_incident_resolve"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, row: Incident) -> dict[str, Any]:     # Any: a template's context
        user = person(request)
        occurrences = Occurrence.objects.filter(incident=row)
        affected = Job.objects.visible_to(user).filter(pk__in=occurrences.values("job"))
        newest = affected.select_related("user").defer("brief", "findings").order_by("-pk")[:JOBS_SHOWN]
        samples = occurrences.exclude(message="").order_by("-last_at").values_list("message", flat=True)[:200]
        treatments = row.treatments.select_related("by", "job").defer("job__brief", "job__findings")
        [failure] = failures.failures([row], user)
        can_retry = any(button.remedy is Remedy.RETRY for button in failure.buttons)
        lost = remediation.treatable(row, Remedy.RETRY).select_related("route")[: remediation.MOST_AT_ONCE]
        return {
            "incident": row, "failure": failure, "price": price_of_retry(lost, user) if can_retry else "",
            "affected": [(job, link_to(job)) for job in newest],
            "samples": list(dict.fromkeys(samples))[:SAMPLES],
            "treatments": [
                (treatment, MEANS[Remedy(treatment.remedy)].label, treatment.job and link_to(treatment.job))
                for treatment in treatments[:TREATMENTS_SHOWN]
            ],
            "may_resolve": row.is_open and user.has_perm("generation.resolve_incident"),
        }

    # --- Actions ------------------------------------------------------------------------------

    def take_view(self, request: HttpRequest, incident_id: int, name: str) -> HttpResponse:
        incident = self._incident(request, incident_id)
        if name not in set(Remedy):
            raise Http404("There is no such remedy.")
        remedy = Remedy(name)
        means, user = MEANS[remedy], person(request)
        if not user.has_perm(means.permission):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseRedirect(url_of(incident))
        if means.leads_only:
            if user.has_perm("generation.resolve_incident"):      # who only looks on leaves no trace
                remediation.take(incident, remedy, by=user)
            return HttpResponseRedirect(_where(incident, remedy, self._affected_job(request, incident)))
        if "confirmed" in request.POST:
            return answered(
                request, back=url_of(incident),
                act=lambda confirmed: remediation.take(incident, remedy, by=user, confirmed=confirmed))
        jobs = remediation.treatable(incident, remedy)[: remediation.MOST_AT_ONCE]
        if len(jobs) > ASK_BEFORE:
            def consequence(chosen: Sequence[Job]) -> str:
                price = price_of_retry(chosen, user) if remedy is Remedy.RETRY else ""
                return f"{means.consequence} {price}".strip()

            return asked(
                self, request, jobs, question=f"{means.label}?", action=name, consequence=consequence,
                back=url_of(incident))
        return pressed(
            request, failures.acted_on(incident, remedy), is_permitted=True, back=url_of(incident),
            act=lambda seen: remediation.take(incident, remedy, by=user, seen=seen))

    def _affected_job(self, request: HttpRequest, incident: Incident) -> Job | None:
        """That which was pointed at, or the newest; only one that the person may see."""
        affected = Job.objects.visible_to(person(request)).filter(
            pk__in=Occurrence.objects.filter(incident=incident).values("job"))
        wanted = uuid_of(request.GET.get("from", ""))
        named = affected.filter(public_id=wanted).first() if wanted is not None else None
        return named or affected.order_by("-pk").first()

    def resolve_view(self, request: HttpRequest, incident_id: int) -> HttpResponse:
        incident = self._incident(request, incident_id)

        def act() -> str:
            closed = incidents.close(incident, Resolution.PERSON, clock.now(), by=person(request))
            return "It counts as over. If it happens again, it is a new failure." if closed else "It was over already."

        is_permitted = request.user.has_perm("generation.resolve_incident")
        return posted(request, is_permitted=is_permitted, back=url_of(incident), act=act)

    def _incident(self, request: HttpRequest, incident_id: int) -> Incident:
        incident = self.get_queryset(request).select_related("route").filter(pk=incident_id).first()
        if incident is None or not self.has_view_permission(request, incident):
            raise Http404("There is no such failure.")
        return incident


def _where(incident: Incident, remedy: Remedy, job: Job | None) -> str:
    """Where a remedy that acts on nothing itself leads to."""
    match remedy:
        case Remedy.ROUTE if incident.route is not None:
            return url_of(incident.route)
        case Remedy.ASK_AGAIN:
            # An incident of a route is of no kind: that of the job is asked for again.
            return again_url(job) if job is not None else reverse("admin:generation_job_add")
        case Remedy.READ_LOG:
            return f"{reverse('admin:generation_logentry_changelist')}?code=surprise"
        case Remedy.WORKERS:
            return reverse("admin:generation_pulse_changelist")
        case _:
            return url_of(incident)
