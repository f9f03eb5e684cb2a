"""What people decide about documents that wait for a person, and who may read these before.

A decision is about one `Review`; what the document is held for is found where jobs end (services/chunks/holding.py)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db import transaction

from generation.core.findings import Finding
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import ChunkState, JobState
from generation.core.text import cleaned, forbidden_character
from generation.models import Chunk, Job, LogLevel, Review, ReviewState, clock
from generation.services import decisions, quotas
from generation.services.chunks import holding
from generation.services.chunks.job_state import derive
from generation.services.errors import Refusal, RefusalCode
from generation.services.outbox import deliveries
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User

MAX_REASON_CHARACTERS = 1_000


def may_decide(user: "User") -> bool:
    return user.is_active and user.is_staff and user.has_perm("generation.decide_review")


def release(job: Job, *, by: "User", reason: str, seen: int | None = None) -> Job:
    """Hand the document out: the job becomes completed, or partial, and its owner is told so.

    `seen` is the newest that the page knew people did about the job (decisions.newest)."""

    def hand_out(locked: Job) -> None:
        derive(locked, clock.now())

    return _decide(job, ReviewState.RELEASED, hand_out, by=by, reason=reason, seen=seen)


def reject(job: Job, *, by: "User", reason: str, seen: int | None = None) -> Job:
    """Keep the document from its owner, who reads `reason`: the job has failed."""

    def fail(locked: Job) -> None:
        now = clock.now()
        locked.state, locked.reason, locked.revision = (
            JobState.FAILED.value, Reason.REVIEW_REJECTED.value, locked.revision + 1)
        locked.reason_detail = cleaned(reason)
        locked.is_counted = False
        locked.save(update_fields=["state", "reason", "reason_detail", "revision", "is_counted"])
        quotas.settle_jobs([locked], now)
        deliveries.tell_of_jobs([locked], now)

    return _decide(job, ReviewState.REJECTED, fail, by=by, reason=reason, seen=seen)


def _decide(
    job: Job, state: ReviewState, follow: Callable[[Job], None], *, by: "User", reason: str, seen: int | None,
) -> Job:
    reason = _checked(reason)
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        decisions.check(locked, seen)
        decided = Review.objects.filter(job=locked, state=ReviewState.OPEN).update(
            state=state, decided_at=clock.now(), decided_by=by, reason=reason)
        if locked.state != JobState.IN_REVIEW or not decided:
            raise Refusal(
                RefusalCode.REVIEW_DECIDED, f"The document does not wait for a person: it is {locked.state}.",
                "Look at what stands there now.",
            )
        follow(locked)
        journal.write(
            locked, f"review_{state.value}", f"{state.label.lower()} after review: {reason}", quoting=[reason], by=by,
            level=LogLevel.INFO if state is ReviewState.RELEASED else LogLevel.WARNING,
        )
    return locked


def check_readable(job: Job, reader: "User") -> None:
    """Raises Refusal where a person has to decide first whether `reader` gets to read what `job` made."""
    if may_decide(reader):
        return
    if job.state == JobState.FAILED and job.reason == Reason.REVIEW_REJECTED:
        words = EXPLANATIONS[Reason.REVIEW_REJECTED]
        raise Refusal(
            RefusalCode.REVIEW_REJECTED, f"{words.sentence} {job.reason_detail}".strip(), words.next_step)
    if job.state == JobState.IN_REVIEW:
        raise _held(job.reason_detail)
    if not job.is_terminal:
        found = Chunk.objects.filter(job=job, state=ChunkState.DONE.value).exclude(findings=[])
        human = [
            stored for findings in found.order_by("position").values_list("findings", flat=True)
            for stored in findings if Finding.from_json(stored).is_human
        ]
        if held := holding.without_released({job.pk: human} if human else {}):
            raise _held(held[job.pk][0]["message"])


def _held(why: str) -> Refusal:
    words = EXPLANATIONS[Reason.WAITS_FOR_REVIEW]
    return Refusal(RefusalCode.IN_REVIEW, f"{words.sentence} {why}".strip(), words.next_step)


def _checked(reason: str) -> str:
    reason = cleaned(reason)
    if not reason or len(reason) > MAX_REASON_CHARACTERS or forbidden_character(reason) is not None:
        raise Refusal(
            RefusalCode.INVALID_NOTE, "Say why: whoever asked for the document reads it.",
            f"Send 1 to {MAX_REASON_CHARACTERS} visible characters.",
        )
    return reason
