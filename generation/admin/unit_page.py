"""What the page of one plan or unit shows: its text, its findings, its calls, what it said before."""

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.safestring import SafeString

from generation.admin.meanings import CALL_CODE_MEANINGS
from generation.admin.rendering import NOTHING, document_html, state, tree, url_of
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


def context(chunk: Chunk, user: "User") -> dict[str, Any]:     # Any: a template's context
    """Everything for `generation/admin/unit.html`."""
    job = chunk.job
    versions = list(chunk.versions.select_related("replaced_by"))
    content = chunk.content
    is_old = content is None and bool(versions)
    if is_old:
        content = versions[0].content      # it is being written anew: the old one holds until then
    calls = Attempt.objects.filter(chunk=chunk).order_by("-id").defer("reply", "findings")[:ATTEMPTS_SHOWN]
    return {
        "chunk": chunk, "job": job,
        "text": text_of(job, chunk.position, content) if content is not None else None,
        "is_old": is_old,
        "versions": [(version, old_text(version)) for version in versions],
        "calls": [
            (
                attempt, url_of(attempt), state(attempt.code or attempt.state), meaning_of(attempt),
                dollars(attempt.cost_usd_micros),
            )
            for attempt in calls
        ],
        "attempts_url": f"{reverse('admin:generation_attempt_changelist')}?chunk__id__exact={chunk.pk}",
        "is_unit": chunk.position > 0,
        "may_regenerate": (
            chunk.position > 0 and chunk.state == ChunkState.DONE
            and job.erased_at is None and user.has_perm("generation.regenerate_unit")
        ),
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


def old_text(version: UnitVersion) -> SafeString | str:
    return text_of(version.chunk.job, version.chunk.position, version.content)


def meaning_of(attempt: Attempt) -> str:
    return CALL_CODE_MEANINGS[CallCode(attempt.code)] if attempt.code else "The answer is not there yet."
