"""What the page of one job shows.  The parts that move have a version each, so that the page's script
swaps only what has changed; without the script the same page is read by reloading it."""

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString

from generation.admin import failures
from generation.admin.briefs import readable
from generation.admin.rendering import document_html, span, tree, url_of
from generation.core.pricing import dollars
from generation.core.reasons import Explanation
from generation.core.states import ChunkState, JobState
from generation.kinds import all_kinds
from generation.models import Chunk, Job, LogEntry, clock
from generation.services import incidents
from generation.services.errors import Refusal
from generation.services.jobs import documents, progress

if TYPE_CHECKING:
    from accounts.models import User

LOG_LINES = 20
MOST_ADAPTATIONS = 20
RETRYABLE = frozenset({JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED})


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
class DocumentView:
    """The rendered text, or the sentence why there is none."""

    html: SafeString | None
    sentence: str
    version: int


def context(job: Job, user: "User") -> dict[str, Any]:     # Any: a template's context
    """Everything for `generation/admin/job.html` and its moving parts."""
    parts = parts_of(job)
    took_until = job.finished_at or clock.now()
    newest = list(LogEntry.objects.filter(job=job).select_related("by").order_by("-id")[:LOG_LINES])
    kind = all_kinds().get(job.kind)
    return {
        "job": job,
        "live": progress.snapshot(job) if kind else None,
        "cost": dollars(job.cost_usd_micros),
        "elapsed": span(took_until - job.created_at),
        "input_tokens": f"{job.input_tokens:,}", "output_tokens": f"{job.output_tokens:,}",
        "noun": kind.unit_noun if kind else "unit",
        "events_url": reverse("api:events", args=[job.public_id]),
        "parts_url": reverse("admin:generation_job_parts", args=[job.pk]),
        "parts": parts,
        "document": document_of(job),
        "log_lines": newest,
        "newest_line": newest[0].pk if newest else 0,
        "adaptations": job.adaptations.order_by("-id")[:MOST_ADAPTATIONS],      # asked for when it is shown
        "brief": tree(readable(kind, job.brief)),
        "may_retry": job.state in RETRYABLE and job.erased_at is None and user.has_perm("generation.retry_job"),
        "may_cancel": not job.is_terminal and user.has_perm("generation.cancel_job"),
        "attempts_url": f"{reverse('admin:generation_attempt_changelist')}?job__id__exact={job.pk}",
        "failures": failures.failures(incidents.of_job(job), user) if user.has_perm("generation.view_incident") else [],
        "may_export_log": user.has_perm("generation.view_logentry"),
        "log_url": f"{reverse('admin:generation_logentry_changelist')}?job__id__exact={job.pk}",
    }


def parts_of(job: Job) -> list[Part]:
    rows = Chunk.objects.filter(job=job).order_by("position").defer("content", "draft", "instruction")
    return [
        Part(
            chunk.pk, str(chunk), url_of(chunk), chunk.state, chunk.attempts, _headline(chunk), chunk.explanation,
            chunk.reason_detail, dollars(chunk.cost_usd_micros), len(chunk.findings), chunk.from_cache,
        )
        for chunk in rows
    ]


def _headline(chunk: Chunk) -> str:
    """What it is; while a streamed call runs, how far that is."""
    if chunk.state == ChunkState.RUNNING and chunk.written_tokens:
        return f"about {chunk.written_tokens:,} tokens written so far"
    return chunk.headline


def document_of(job: Job) -> DocumentView:
    if job.kind not in all_kinds():
        return DocumentView(None, f"This version of Coursewright does not know the kind “{job.kind}”.", 0)
    try:
        text = documents.markdown(job)
    except Refusal as refusal:
        return DocumentView(None, refusal.message, 0)
    return DocumentView(document_html(text), "", zlib.crc32(text.encode()))


