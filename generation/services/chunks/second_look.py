"""What checks of the whole document find in its parts is mended there, before the document is handed out.

Called inside the transaction that would end the job, with the job locked."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from generation import queue
from generation.core.document_places import DocumentPlaces
from generation.core.findings import Finding, pointer
from generation.core.json_pointers import parts_of
from generation.core.kind import JsonObject
from generation.core.reasons import Reason
from generation.core.states import ChunkState, Event
from generation.kinds import all_kinds
from generation.models import Chunk, Errand, Job, LogLevel
from generation.models.chunk import changes
from generation.services.chunks.endings import put_aside
from generation.telemetry import journal


def send_back(job: Job, document: JsonObject, found: Sequence[Finding], now: dt.datetime) -> int:
    """Have the units mended in which `found` has errors, each of them once; how many.

    What they are now stays where that fails, and the finding with it.  Only for the request itself: whoever asked for a
    retry or a rewrite does not pay for what is wrong elsewhere."""
    errors = [finding for finding in found if finding.is_error]
    if not errors or Errand.objects.filter(job=job).exists():
        return 0
    done = Chunk.objects.filter(job=job, state=ChunkState.DONE.value).values_list("position", "content")
    parts = {position: content for position, content in done if content is not None}
    wrong = _by_unit(job, document, parts, errors)
    if not wrong:
        return 0
    chunks = Chunk.objects.select_for_update(no_key=True).filter(job=job, position__in=wrong, second_looks=0)
    sent = list(chunks.accepting(Event.REGENERATE).order_by("position"))
    for chunk in sent:
        _have_mended(job, chunk, wrong[chunk.position], now)
    queue.ring(len(sent))
    return len(sent)


def _by_unit(
    job: Job, document: JsonObject, parts: Mapping[int, JsonObject], errors: Sequence[Finding]
) -> dict[int, list[Finding]]:
    """The errors that are about one unit, by its position, with pointers into the unit."""
    units = {position: content for position, content in parts.items() if position > 0}
    places = DocumentPlaces(all_kinds()[job.kind], document, parts[0], units)
    found = defaultdict[int, list[Finding]](list)
    for finding in errors:
        for place in places.of(finding.pointer):
            root, *inside = parts_of(place)
            if root == "units" and inside:
                found[int(inside[0]) + 1].append(finding.at(pointer(*inside[1:])))
    return dict(found)


def _have_mended(job: Job, chunk: Chunk, findings: Sequence[Finding], now: dt.datetime) -> None:
    put_aside(chunk, is_draft=True)
    Chunk.objects.filter(pk=chunk.pk).update(**changes(
        Event.REGENERATE, now, ready_at=now, reason=Reason.REPAIRING.value, reason_detail=findings[0].message,
        attempts=0, repairs=0, crashes=0, second_looks=1, is_fresh=True,
        findings=[finding.as_json() for finding in findings], draft=json.dumps(chunk.content, ensure_ascii=False),
    ))
    journal.write(
        job, Event.REGENERATE,
        f"{journal.name_of(job, chunk.position)} is mended, now that the whole is there: {findings[0].message}",
        level=LogLevel.WARNING, quoting=[findings[0].message], chunk_id=chunk.pk, unit=chunk.position,
    )
