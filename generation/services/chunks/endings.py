"""How a chunk ends without content: lost, or back to the version that was put aside before."""

from typing import Any

from generation.core.reasons import Reason
from generation.core.states import Event
from generation.models import Chunk, UnitVersion
from generation.models.chunk import changes


def put_aside(chunk: Chunk, **more: Any) -> None:     # Any: column values
    """Keep what `chunk` says now as a version: it is about to be written anew."""
    UnitVersion.objects.create(
        chunk=chunk, number=chunk.versions.count() + 1, content=chunk.content, headline=chunk.headline,
        findings=chunk.findings, from_cache=chunk.from_cache, errand_id=chunk.errand_id, **more,
    )


def end_without_content(
    chunk: Chunk, event: Event, now: Any, *, reason: Reason, detail: str, **more: Any     # Any: column values
) -> Event:
    """Move `chunk`, whose job is locked, to failed or cancelled; or back to its old version, if it has one.

    Returns the event that happened: `event`, or KEEP."""
    version = chunk.versions.first()      # the newest: only a regeneration leaves a chunk open that has one
    if version is None:
        Chunk.objects.filter(pk=chunk.pk).update(
            **changes(event, now, reason=reason.value, reason_detail=detail, **more)
        )
        return event
    Chunk.objects.filter(pk=chunk.pk).update(
        **changes(
            Event.KEEP, now, content=version.content, headline=version.headline, from_cache=version.from_cache,
            errand=version.errand_id,
            **{"findings": version.findings, "draft": "", "instruction": "",
               "reason": Reason.OLD_VERSION_KEPT.value, "reason_detail": detail or reason.value, **more},
        )
    )
    version.delete()
    return Event.KEEP
