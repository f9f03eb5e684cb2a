"""Rehearsals: choose a scenario, watch it, compare its report with the last one.

The web process only starts a process of its own and reads its row; what is rehearsed never meets the work of
users, their limits, or the real provider."""

import random
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from generation.admin.actions import posted, say
from generation.admin.records import OwnPage, RecordAdmin, person, when
from generation.admin.rendering import NOTHING, state, url_of
from generation.models import Rehearsal, RehearsalState
from generation.services import rehearsals
from generation.services.rehearsals import MOST_JOBS, MOST_USERS, SCENARIOS

RUN = "generation.run_rehearsal"
# What is compared with the last run: the name in the report, its words, and whether it is seconds.
FIGURES = (
    ("completed", "Documents complete", False), ("partial", "Partial", False), ("failed", "Failed", False),
    ("unfinished", "Not ended", False), ("calls", "Calls", False), ("repeated_calls", "Repeated calls", False),
    ("median_job_s", "A document took (median)", True), ("longest_job_s", "A document took (longest)", True),
    ("calls_flow_again_s", "Calls flowed again after", True), ("all_ended_s", "Everything had ended after", True),
    ("took_back_s", "A dead worker's parts were taken back after", True),
)


class RehearsalForm(forms.Form):
    scenario = forms.ChoiceField(
        choices=[(name, outline.title) for name, outline in SCENARIOS.items()], widget=UnfoldAdminSelectWidget)
    users = forms.IntegerField(
        initial=10, min_value=1, max_value=MOST_USERS, widget=UnfoldAdminIntegerFieldWidget,
        help_text=f"1 to {MOST_USERS}; they ask at the same time.")
    jobs = forms.IntegerField(
        label="Documents", initial=20, min_value=1, max_value=MOST_JOBS, widget=UnfoldAdminIntegerFieldWidget,
        help_text=f"1 to {MOST_JOBS} in all, of two to four weeks each.")


@dataclass(frozen=True)
class Figure:
    """One line of the comparison."""

    words: str
    now: str
    before: str


@admin.register(Rehearsal)
class RehearsalAdmin(OwnPage, RecordAdmin):
    why = "The process of the rehearsal writes this; nothing of it touches the work of users."
    list_display = ("title", "state_label", "size", "outcome", "by", "started")
    list_display_links = ("title",)
    list_filter = ("state", "scenario")
    list_select_related = ("by",)
    ordering = ("-id",)
    sortable_by = ()
    list_before_template = "generation/admin/rehearse.html"
    change_form_outer_before_template = "generation/admin/rehearsal.html"
    fieldsets = ((None, {"fields": ("title", "size", "seed", "by", "started", "ended")}),)
    readonly_fields = ("title", "size", "seed", "by", "started", "ended")
    started = when("started_at", "Started")
    ended = when("ended_at", "Ended")

    @display(description="Scenario")
    def title(self, row: Rehearsal) -> str:
        return _outline(row)[0]

    @display(description="State")
    def state_label(self, row: Rehearsal) -> SafeString:
        return state(row.state)

    @display(description="Size")
    def size(self, row: Rehearsal) -> str:
        return f"{row.users} users, {row.jobs} documents"

    @display(description="Outcome")
    def outcome(self, row: Rehearsal) -> str:
        return _outcome(row)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("start/", wrap(self.start_view), name="generation_rehearsal_start"),
            path("<int:rehearsal_id>/cancel/", wrap(self.cancel_view), name="generation_rehearsal_cancel"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None     # Any: as in Django
    ) -> HttpResponse:
        may_run = request.user.has_perm(RUN)
        return super().changelist_view(request, {
            **(extra_context or {}), "form": RehearsalForm() if may_run else None,
            "outlines": list(SCENARIOS.values()), "is_production": settings.IS_PRODUCTION, "most_s": rehearsals.MOST_S,
        })

    def page_context(self, request: HttpRequest, row: Rehearsal) -> dict[str, Any]:     # Any: a template's context
        title, sentence = _outline(row)
        last = rehearsals.before(row) if row.report else None
        is_running = row.state == RehearsalState.RUNNING
        return {
            "row": row, "outline_title": title, "sentence": sentence, "is_running": is_running,
            "may_cancel": is_running and not row.is_cancel_wanted and request.user.has_perm(RUN),
            "report": row.report, "last": last, "last_url": url_of(last) if last else "",
            "figures": _figures(row.report, last.report if last else {}) if row.report else [],
            "outcome_words": _outcome(row),
        }

    def start_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(RUN):
            raise PermissionDenied
        back = reverse("admin:generation_rehearsal_changelist")
        if request.method != "POST":
            return HttpResponseRedirect(back)
        form = RehearsalForm(request.POST)
        if not form.is_valid():
            problems = " ".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
            messages.warning(request, problems)
            return HttpResponseRedirect(back)
        started: list[Rehearsal] = []

        def act() -> str:
            started.append(rehearsals.begin(
                **form.cleaned_data, seed=random.randrange(10**6), by=person(request)))
            launch(started[0])
            return "The rehearsal starts. You can watch it here."

        if say(request, act):
            return HttpResponseRedirect(url_of(started[0]))
        running = Rehearsal.objects.running().first()      # also whoever pressed the button twice is led to it
        return HttpResponseRedirect(url_of(running) if running else back)

    def cancel_view(self, request: HttpRequest, rehearsal_id: int) -> HttpResponse:
        row = Rehearsal.objects.filter(pk=rehearsal_id).first()
        if row is None:
            raise Http404("There is no such rehearsal.")

        def act() -> str:
            was_running = rehearsals.cancel(row, by=person(request))
            return "It tidies up and ends." if was_running else "It has ended already."

        return posted(request, is_permitted=request.user.has_perm(RUN), back=url_of(row), act=act)


def launch(row: Rehearsal) -> None:
    """Start the process that attends to `row`.  It outlives this one, and nobody's request waits for it."""
    try:
        process = subprocess.Popen(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "rehearse", "--row", str(row.pk)],
            cwd=settings.BASE_DIR, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        rehearsals.end(row.pk, RehearsalState.FAILED, report={}, problem=f"Its process did not start: {error}.")
        return
    # Only so that it is no zombie when it has ended.
    threading.Thread(target=process.wait, name="rehearsal", daemon=True).start()


def _outline(row: Rehearsal) -> tuple[str, str]:
    known = SCENARIOS.get(row.scenario)
    return (known.title, known.sentence) if known else (row.title, "")


def _outcome(row: Rehearsal) -> str:
    if row.state == RehearsalState.RUNNING:
        if rehearsals.is_silent(row):
            return "Nothing was heard of its process for a while; the next rehearsal takes its place."
        return row.progress
    if not row.report:
        return row.problem or NOTHING
    broken = len(row.report.get("violations", []))
    verdict = f"{broken} invariants broken" if broken else "no invariant broken"
    return f"{row.report.get('completed', 0)} of {row.report.get('asked', 0)} complete, {verdict}"


def _figures(report: dict[str, Any], last: dict[str, Any]) -> list[Figure]:     # Any: JSON
    return [
        Figure(words, _shown(report.get(name), is_seconds), _shown(last.get(name), is_seconds) if last else NOTHING)
        for name, words, is_seconds in FIGURES if report.get(name) is not None
    ]


def _shown(value: Any, is_seconds: bool) -> str:     # Any: JSON
    if value is None:
        return NOTHING
    return f"{value:g} s" if is_seconds else f"{value:,}"
