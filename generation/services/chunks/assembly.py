"""The document of what is done, put together whenever it is read."""

from django.db.models import OuterRef, Subquery

from accounts.compiled import Given, Selection
from generation.core.kind import JsonObject
from generation.kinds import all_kinds
from generation.models import Chunk, Job, UnitVersion
from generation.services.errors import Refusal, RefusalCode

_newest_old = UnitVersion.objects.filter(chunk=OuterRef("pk")).order_by("-number").values("content")[:1]
_parts = Selection(
    lambda: Chunk.objects.filter(job=Given("job")).order_by("position").annotate(
        old=Subquery(_newest_old)).values_list("position", "content", "old"))


def assembled(job: Job) -> JsonObject:
    """The document of what is done; gaps are listed under `missing`.

    A unit that is being written anew shows its old version until the new one is there.
    Raises Refusal while there is no plan, and when the content was erased."""
    check_content(job)
    kind = all_kinds()[job.kind]
    parts = {position: content if content is not None else kept for position, content, kept in _parts.all(job=job.pk)}
    plan = parts.pop(0, None)
    if plan is None:
        raise Refusal(
            RefusalCode.NOT_READY, "There is nothing to read yet: the plan is not done.",
            "Ask again when the job has made progress.",
        )
    return kind.assemble(job.brief, plan, {n: content for n, content in parts.items() if content is not None})


def check_content(job: Job) -> None:
    """Raises Refusal if the content of `job` was erased."""
    if job.erased_at is not None:
        raise Refusal(
            RefusalCode.ERASED, f"Its content was erased on {job.erased_at:%Y-%m-%d}; only what it cost is kept.",
            "Ask for a new document.",
        )
