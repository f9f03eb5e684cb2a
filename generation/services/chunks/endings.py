"""How a chunk ends without content: lost, or back to the version that it had before."""

from typing import Any

from generation.core.reasons import Reason
from generation.core.states import Event
from generation.models import Chunk
from generation.models.chunk import changes


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
