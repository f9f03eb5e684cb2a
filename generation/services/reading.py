"""What readers see: the document as far as it is there, one unit, and the small snapshot that is streamed."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from generation.core.kind import JsonObject
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import ChunkState
from generation.kinds import all_kinds
from generation.models import Chunk, Job, UnitVersion
from generation.services import clock
from generation.services.errors import Refusal, RefusalCode


def assembled(job: Job) -> JsonObject:
    """The document of what is done; gaps are listed under `missing`.

    A unit that is being written anew shows its old version until the new one is there.
    Raises Refusal while there is no plan."""
    kind = all_kinds()[job.kind]
    old = UnitVersion.objects.filter(chunk=OuterRef("pk")).order_by("-number").values("content")[:1]
    rows = Chunk.objects.filter(job=job).annotate(old=Subquery(old)).values_list("position", "content", "old")
    parts = {position: content if content is not None else kept for position, content, kept in rows}
    plan = parts.pop(0, None)
    if plan is None:
        raise Refusal(
            RefusalCode.NOT_READY, "There is nothing to read yet: the plan is not done.",
            "Ask again when the job has made progress.",
        )
    return kind.assemble(job.brief, plan, {n: content for n, content in parts.items() if content is not None})


def document(job: Job) -> JsonObject:
    """`assembled`, with how it came about; `is_simulated` documents say so everywhere."""
    return {**assembled(job), "job": str(job.public_id), "state": job.state, "is_simulated": job.is_simulated}


SIMULATED_NOTICE = "**Simulated document.** The bundled simulator wrote it for rehearsal; do not use it."


def markdown(job: Job) -> str:
    """The document for people, headed by a notice if the simulator wrote it."""
    text = all_kinds()[job.kind].markdown(assembled(job))
    if not job.is_simulated:
        return text
    title, _, rest = text.partition("\n")
    return f"{title}\n\n> {SIMULATED_NOTICE}\n{rest}"


@dataclass(frozen=True)
class Waiting:
    """Why nothing moves at the moment, and until when."""

    reason: Reason
    until: dt.datetime
    detail: str = ""

    def as_json(self) -> dict[str, str]:
        explanation = EXPLANATIONS[self.reason]
        return {
            "reason": self.reason.value, "sentence": explanation.sentence, "next_step": explanation.next_step,
            "until": self.until.isoformat(), "detail": self.detail,
        }


def waiting(job: Job) -> Waiting | None:
    """What an active job waits for; None while it runs, and when it ended."""
    if job.is_terminal:
        return None
    chunks = Chunk.objects.filter(job=job)
    if chunks.filter(state=ChunkState.RUNNING.value).exists():
        return None
    now = clock.now()
    closed = job.route.waits_until(now)
    if closed is not None:
        return Waiting(closed[1], closed[0], job.route.breaker_detail)
    later = chunks.filter(state=ChunkState.PENDING.value, ready_at__gt=now).exclude(reason="")
    late = later.order_by("ready_at").first()
    if late is None or late.ready_at is None:
        return None
    return Waiting(Reason(late.reason), late.ready_at, late.reason_detail)


def snapshot(job: Job) -> dict[str, Any]:     # Any: JSON
    """Everything that a progress display needs, small and whole, keyed by `revision`."""
    units = [
        {
            "position": chunk.position, "title": chunk.title, "state": chunk.state, "headline": chunk.headline,
            "attempts": chunk.attempts, "reason": chunk.reason or None,
        }
        for chunk in Chunk.objects.filter(job=job).units().order_by("position").only(
            "position", "title", "state", "headline", "attempts", "reason", "job_id"
        )
    ]
    held = waiting(job)
    return {
        "id": str(job.public_id), "revision": job.revision, "state": job.state, "percent": job.percent,
        "title": job.title, "units_done": job.unit_done, "units_total": job.unit_total, "units": units,
        "phase": phase_line(job), "waiting": held.as_json() if held else None,
        "input_tokens": job.input_tokens, "output_tokens": job.output_tokens,
        "cost_usd_micros": job.cost_usd_micros, "is_simulated": job.is_simulated,
        "reason": job.reason or None,
        "elapsed_s": round(elapsed_s(job), 1),
    }


def phase_line(job: Job) -> str:
    """One short line on what is going on: `generating: week 7 of 12`."""
    noun = all_kinds()[job.kind].unit_noun
    if job.state == "generating":
        return f"generating: {job.unit_done} of {job.unit_total} {noun}s done"
    return job.state


def elapsed_s(job: Job) -> float:
    """Seconds since the job was accepted, until it ended."""
    return ((job.finished_at or clock.now()) - job.created_at).total_seconds()


def latest_revision_of(job_ids: list[int]) -> dict[int, int]:
    """The revisions of many jobs in one query: the event stream's poller."""
    return dict(Job.objects.filter(pk__in=job_ids).values_list("pk", "revision"))
