"""What the page of one job shows.  The parts that move have a version each, so that the page's script
swaps only what has changed; without the script the same page is read by reloading it."""

import datetime as dt
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString

from generation.admin import failures
from generation.admin.actions import marked
from generation.admin.asking import again_url
from generation.admin.briefs import readable
from generation.admin.one_moment import of_one_moment
from generation.admin.prices import price_of_retry
from generation.admin.rendering import document_html, span, tree, url_of
from generation.admin.unit_page import headline_of
from generation.core.findings import Finding, Severity
from generation.core.pricing import dollars
from generation.core.reasons import Explanation
from generation.core.states import JobState
from generation.core.text import time_in_words
from generation.kinds import all_kinds
from generation.models import Chunk, Job, LogEntry, Review, ReviewState, clock
from generation.services import incidents, quotas
from generation.services.errors import Refusal
from generation.services.jobs import documents, progress, reviews
from generation.services.jobs.open_findings import OpenFinding

if TYPE_CHECKING:
    from accounts.models import User

LOG_LINES = 20
MOST_ADAPTATIONS = 20
MOST_FINDINGS = 100      # of one severity
GRAVEST_FIRST = (Severity.ERROR, Severity.HUMAN, Severity.WARNING, Severity.INFO)
RETRYABLE = frozenset({JobState.IN_REVIEW, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED})


@dataclass(frozen=True)
class Part:
    """The plan or a unit, as a row of the table."""

    id: int
    title: str
    url: str
    state: str
    attempts: int
    headline: str
    explanation: Explanation | None
    detail: str
    cost: str
    findings: int
    from_cache: bool


@dataclass(frozen=True)
class FindingLine:
    """One finding of the document's parts or of the whole, and the page of the part where it stands."""

    place: str
    url: str
    finding: Finding


@dataclass(frozen=True)
class FindingGroup:
    """The findings of one severity; `more` are not listed."""

    severity: Severity
    lines: list[FindingLine]
    more: int


@dataclass(frozen=True)
class DocumentView:
    """The rendered text, or the sentence why there is none."""

    html: SafeString | None
    sentence: str
    version: int
    found: list[OpenFinding] = field(default_factory=list)


def context(job: Job, user: "User") -> dict[str, Any]:     # Any: a template's context
    """Everything for `generation/admin/job.html` and its moving parts, all of one moment."""
    return of_one_moment(job, lambda: _read(job, user))


def _read(job: Job, user: "User") -> dict[str, Any]:     # Any: a template's context
    parts = parts_of(job)
    document = document_of(job)
    newest = list(LogEntry.objects.filter(job=job).select_related("by").order_by("-id")[:LOG_LINES])
    kind = all_kinds().get(job.kind)
    may_retry = (
        job.state in RETRYABLE and job.erased_at is None and user.has_perm("generation.retry_job")
        and (job.state != JobState.IN_REVIEW or job.unit_done < job.unit_total)
    )
    may_decide = job.state == JobState.IN_REVIEW and reviews.may_decide(user)
    of_people = list(Review.objects.filter(job=job).select_related("decided_by"))
    may_cancel = not job.is_terminal and user.has_perm("generation.cancel_job")
    live = progress.snapshot(job) if kind else None
    return {
        "job": job,
        "live": live,
        "waits_until": _in_words(live["waiting"]["until"]) if live and live["waiting"] else "",
        "cost": dollars(job.cost_usd_micros),
        "paid_by": ", ".join(f"{one.payer} {dollars(one.cost_usd_micros)}" for one in quotas.shares(job)),
        "elapsed": span(job.worked(clock.now())),
        "input_tokens": f"{job.input_tokens:,}", "output_tokens": f"{job.output_tokens:,}",
        "noun": kind.unit_noun if kind else "unit",
        "events_url": reverse("api:events", args=[job.public_id]),
        "parts_url": reverse("admin:generation_job_parts", args=[job.pk]),
        "parts": parts,
        "findings": findings_of(document.found, parts),
        "document": document,
        "log_lines": newest,
        "newest_line": newest[0].pk if newest else 0,
        "adaptations": job.adaptations.order_by("-id")[:MOST_ADAPTATIONS],      # asked for when it is shown
        "brief": tree(readable(kind, job.brief)),
        "button_mark": marked(job) if may_retry or may_cancel or may_decide else None,
        "may_retry": may_retry,
        "review": next((one for one in of_people if one.state == ReviewState.OPEN), None),
        "decided": [one for one in of_people if one.state != ReviewState.OPEN],
        "may_decide": may_decide,
        "price": price_of_retry([job], user) if may_retry else "",
        "may_cancel": may_cancel,
        "again_url": again_url(job) if kind and job.erased_at is None and user.has_perm("generation.add_job") else "",
        "attempts_url": f"{reverse('admin:generation_attempt_changelist')}?job__id__exact={job.pk}",
        "failures": (
            failures.failures(incidents.of_job(job), user, job) if user.has_perm("generation.view_incident") else []
        ),
        "may_export_log": user.has_perm("generation.view_logentry"),
        "log_url": f"{reverse('admin:generation_logentry_changelist')}?job__id__exact={job.pk}",
    }


def _in_words(until: str | None) -> str:
    return time_in_words(dt.datetime.fromisoformat(until), clock.now(), style="%H:%M:%S") if until else ""


def parts_of(job: Job) -> list[Part]:
    rows = Chunk.objects.filter(job=job).order_by("position").defer("content", "draft", "instruction")
    return [
        Part(
            chunk.pk, str(chunk), url_of(chunk), chunk.state, chunk.attempts, headline_of(chunk), chunk.explanation,
            chunk.reason_detail, dollars(chunk.cost_usd_micros), len(chunk.findings), chunk.from_cache,
        )
        for chunk in rows
    ]


def findings_of(found: Sequence[OpenFinding], parts: Sequence[Part]) -> list[FindingGroup]:
    """What was found in all that can be read, the gravest first."""
    urls = {position: part.url for position, part in enumerate(parts)}
    groups = []
    for severity in GRAVEST_FIRST:
        lines = [
            FindingLine(one.place, "" if one.unit is None else urls.get(one.unit, ""), one.finding)
            for one in found if one.finding.severity is severity
        ]
        if lines:
            groups.append(FindingGroup(severity, lines[:MOST_FINDINGS], max(0, len(lines) - MOST_FINDINGS)))
    return groups


def document_of(job: Job) -> DocumentView:
    if job.kind not in all_kinds():
        return DocumentView(None, f"This version of Coursewright does not know the kind “{job.kind}”.", 0)
    try:
        read = documents.whole(job)
    except Refusal as refusal:
        return DocumentView(None, refusal.message, 0)
    text = documents.markdown(job, read)
    return DocumentView(document_html(text), "", zlib.crc32(text.encode()), read.found)


