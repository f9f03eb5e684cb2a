"""What the page of one plan or unit shows: its text, its findings, its calls, what it said before."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString

from generation.admin.actions import marked
from generation.admin.meanings import CALL_CODE_MEANINGS
from generation.admin.one_moment import of_one_moment
from generation.admin.prices import price_of_new_version
from generation.admin.rendering import NOTHING, document_html, link_to, state, tree, verbatim
from generation.core import bounded_json
from generation.core.kind import JsonObject
from generation.core.outcomes import CallCode
from generation.core.pricing import dollars
from generation.core.states import ChunkState
from generation.kinds import all_kinds
from generation.models import Attempt, Chunk, Job, UnitVersion
from generation.services.jobs.control import MAX_INSTRUCTION_CHARACTERS

if TYPE_CHECKING:
    from accounts.models import User

ATTEMPTS_SHOWN = 30
LOST = frozenset({ChunkState.FAILED, ChunkState.CANCELLED})


def context(chunk: Chunk, user: "User") -> dict[str, Any]:     # Any: a template's context
    """Everything for `generation/admin/unit.html` and its moving parts, all of one moment."""
    return of_one_moment(chunk, lambda: _read(chunk, user))


def _read(chunk: Chunk, user: "User") -> dict[str, Any]:     # Any: a template's context
    job = chunk.job
    versions = list(chunk.versions.select_related("replaced_by"))
    # A version keeps the wish that replaced it; that wish made the next one, and the newest one's what is there now.
    wishes: dict[int, UnitVersion] = {version.number + 1: version for version in versions}
    content = chunk.content
    is_old = content is None and bool(versions)
    if is_old:
        content = versions[0].content      # it is being written anew: the old one holds until then
    may_regenerate = (
        chunk.position > 0 and chunk.state == ChunkState.DONE
        and job.erased_at is None and user.has_perm("generation.regenerate_unit")
    )
    may_retry = (
        chunk.state in LOST and job.is_terminal and job.erased_at is None and user.has_perm("generation.retry_job")
    )
    calls = Attempt.objects.filter(chunk=chunk).order_by("-id").defer("reply", "findings")[:ATTEMPTS_SHOWN]
    return {
        "chunk": chunk, "job": job, "job_link": link_to(job),
        "text": text_of(job, chunk.position, content) if content is not None else None,
        "text_version": f"{chunk.state}{len(versions)}",
        "is_old": is_old, "wish": versions[0] if versions and not is_old else None,
        "rejected": rejected_text(chunk),
        "versions": [(version, old_text(version), wishes.get(version.number)) for version in versions],
        "calls": [
            (
                attempt, link_to(attempt, f"{attempt.started_at:%b %-d %H:%M:%S}"),
                state(attempt.code or attempt.state), meaning_of(attempt),
                dollars(attempt.cost_usd_micros),
            )
            for attempt in calls
        ],
        "attempts_url": f"{reverse('admin:generation_attempt_changelist')}?chunk__id__exact={chunk.pk}",
        "headline": headline_of(chunk),
        "events_url": reverse("api:events", args=[job.public_id]),
        "parts_url": reverse("admin:generation_chunk_parts", args=[chunk.pk]),
        "may_retry": may_retry, "retry_mark": marked(job) if may_retry else None,
        "may_regenerate": may_regenerate, "regenerate_mark": marked(chunk) if may_regenerate else None,
        "price": price_of_new_version(chunk, user) if may_regenerate else "",
        "longest_instruction": MAX_INSTRUCTION_CHARACTERS,
    }


def text_of(job: Job, position: int, content: JsonObject) -> SafeString | str:
    """A unit as people read it; a plan, and a unit of a kind that is gone, as lists."""
    if job.erased_at is not None:
        return NOTHING
    kind = all_kinds().get(job.kind)
    plan = Chunk.objects.filter(job=job, position=0).values_list("content", flat=True).first()
    if kind is None or position == 0 or plan is None:
        return tree(content)
    return document_html(kind.unit_markdown(kind.assemble(job.brief, plan, {position: content}), position))


def headline_of(chunk: Chunk) -> str:
    """What it is; while a streamed call runs, how far that is."""
    if chunk.state == ChunkState.RUNNING and chunk.written_tokens:
        return f"about {chunk.written_tokens:,} tokens written so far"
    return chunk.headline


def rejected_text(chunk: Chunk) -> SafeString | str:
    """Of a part that failed, the last reply that its checks refused, as people read it where that is possible.

    Empty where there was none: no reply came, it was used, or it is older than replies are kept."""
    if chunk.state != ChunkState.FAILED or chunk.job.erased_at is not None:
        return ""
    refused = Attempt.objects.filter(chunk=chunk, code=CallCode.INVALID.value).exclude(reply="").order_by("-id")
    reply = refused.values_list("reply", flat=True).first() or chunk.draft
    if not reply:
        return ""
    try:
        return text_of(chunk.job, chunk.position, bounded_json.loads(reply))
    except Exception:       # what was refused may be of any shape: a kind renders what is valid
        return verbatim(reply)


def old_text(version: UnitVersion) -> SafeString | str:
    return text_of(version.chunk.job, version.chunk.position, version.content)


def meaning_of(attempt: Attempt) -> str:
    return CALL_CODE_MEANINGS[CallCode(attempt.code)] if attempt.code else "The answer is not there yet."
