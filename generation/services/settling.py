"""What becomes of a claimed chunk: the reply is stored first, then judged, then settled.

A late worker, whose fence is no longer the chunk's, changes neither chunk nor job; the ledger still
records what its call cost."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F

from generation import queue
from generation.core.findings import Finding
from generation.core.outcomes import (
    Answer,
    CallCode,
    Done,
    DoneWhole,
    Failure,
    GiveUp,
    Outcome,
    Repair,
    Reply,
    Retry,
    Snooze,
    SplitUp,
)
from generation.core.pricing import cost_usd_micros, dollars
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import ChunkState, Event
from generation.kinds import all_kinds
from generation.models import Attempt, AttemptState, Chunk, Job, LogLevel, Origin, Strategy
from generation.models.chunk import changes
from generation.services import clock, journal
from generation.services.claiming import Claim
from generation.services.deriving import derive
from generation.services.jobs import end_without_content


@dataclass(frozen=True)
class Settled:
    """`is_ours` is False when the claim was no longer valid; `runnable` chunks may start at once."""

    is_ours: bool
    runnable: int = 0


def store_reply(claim: Claim, reply: Reply, request_fingerprint: str) -> None:
    """Keep what was paid for, before anything is validated: from here on it is never paid for again.

    Also when the claim is stale by now: the chunk's next claim then uses it."""
    Attempt.objects.filter(pk=claim.attempt_id, state__in=[AttemptState.ASKING, AttemptState.LOST]).update(
        state=AttemptState.REPLIED, code=CallCode.OK.value, reply=reply.text, replied_at=clock.now(),
        settled_at=None, request_fingerprint=request_fingerprint, message="",
        **_booked(claim, reply),
    )


def settle(
    claim: Claim, outcome: Outcome, *, answer: Answer | None, code: CallCode, request_fingerprint: str = "",
    findings: tuple[Finding, ...] = (),
) -> Settled:
    """Store `outcome` on chunk and job, and close the attempt.

    `answer` is None when a stored reply was used: that call's attempt is closed as well."""
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=claim.job_id)
        now = clock.now()
        is_ours = Chunk.objects.filter(
            pk=claim.chunk_id, fence=claim.fence, state=ChunkState.RUNNING.value
        ).exists()
        if not is_ours and isinstance(answer, Reply) and _is_open(claim):
            # The reply stays stored: whoever claims the chunk next uses it instead of asking again.
            return Settled(is_ours=False)
        spent = _close_attempt(claim, answer, code, now, request_fingerprint, findings, outcome if is_ours else None)
        sums = _sums(job, spent)
        if not is_ours:
            Job.objects.filter(pk=job.pk).update(**sums)
            return Settled(is_ours=False)
        runnable = _apply(job, claim, outcome, now, spent)
        derive(job, now, **sums)
        if runnable:
            queue.ring()      # one is enough: whoever hears it claims a batch
    return Settled(is_ours=True, runnable=runnable)


# --- The ledger -------------------------------------------------------------------------------


def _is_open(claim: Claim) -> bool:
    """Whether the chunk still needs a reply, so that a late one is worth keeping."""
    return Chunk.objects.filter(
        pk=claim.chunk_id, state__in=[ChunkState.PENDING.value, ChunkState.RUNNING.value]
    ).exists()


def _booked(claim: Claim, answer: Answer) -> dict[str, Any]:     # Any: column values
    usage, receipt = answer.usage, answer.receipt
    return {
        "input_tokens": usage.input_tokens, "cached_input_tokens": usage.cached_input_tokens,
        "output_tokens": usage.output_tokens, "reasoning_tokens": usage.reasoning_tokens,
        "is_estimated": usage.is_estimated, "cost_usd_micros": cost_usd_micros(usage, claim.prices),
        "model": receipt.model or claim.model, "request_id": receipt.request_id[:120],
        "http_status": receipt.http_status, "is_simulated": receipt.is_simulated,
    }


def _close_attempt(
    claim: Claim, answer: Answer | None, code: CallCode, now: dt.datetime, request_fingerprint: str,
    findings: tuple[Finding, ...], outcome: Outcome | None,
) -> dict[str, Any]:     # Any: column values
    """Close the claim's attempt; the amounts that were spent on it."""
    closing: dict[str, Any] = {
        "state": AttemptState.SETTLED, "code": code.value, "settled_at": now,
        "findings": [finding.as_json() for finding in findings],
    }
    if outcome is None:
        closing["message"] = "came too late: the chunk was no longer this worker's"
    if answer is None:
        assert claim.stored_reply is not None, "only a stored reply comes without a call"
        # The bill is on the attempt that asked; this one used its reply.
        source = Attempt.objects.get(pk=claim.stored_reply.attempt_id)
        Attempt.objects.filter(pk=source.pk).update(**closing)
        Attempt.objects.filter(pk=claim.attempt_id).update(**closing, is_simulated=source.is_simulated)
        spent = {name: getattr(source, name) for name in _AMOUNTS}
        return {**spent, "is_simulated": source.is_simulated}
    booked = _booked(claim, answer)
    if isinstance(answer, Failure):
        closing |= {"message": closing.get("message") or answer.message, "request_fingerprint": request_fingerprint}
        closing |= booked
    Attempt.objects.filter(pk=claim.attempt_id).update(**closing, origin=Origin.PROVIDER)
    if claim.fence > 1:
        _close_superseded(claim, now)
    return booked


def _close_superseded(claim: Claim, now: dt.datetime) -> None:
    """Replies of earlier claims that nobody will use: the request has changed, or a newer reply came first."""
    Attempt.objects.filter(chunk_id=claim.chunk_id, fence__lt=claim.fence, state=AttemptState.REPLIED).update(
        state=AttemptState.SETTLED, settled_at=now, message="not used: another reply came first"
    )


_AMOUNTS = ("input_tokens", "cached_input_tokens", "output_tokens", "cost_usd_micros")


def _sums(job: Job, spent: dict[str, Any]) -> dict[str, Any]:     # Any: column values
    sums: dict[str, Any] = {name: getattr(job, name) + spent[name] for name in _AMOUNTS}
    sums["calls"] = job.calls + 1
    if spent["is_simulated"]:
        sums["is_simulated"] = True
    return sums


# --- Chunk and job ----------------------------------------------------------------------------


def _apply(job: Job, claim: Claim, outcome: Outcome, now: dt.datetime, spent: dict[str, Any]) -> int:     # Any: values
    """Move the chunk; how many chunks became runnable at once."""
    cost: int = spent["cost_usd_micros"]
    more: dict[str, Any] = {"cost_usd_micros": F("cost_usd_micros") + cost}
    noun = all_kinds()[job.kind].unit_noun
    name = journal.name_of(job, claim.position, noun)

    def note(event: str, message: str, level: LogLevel = LogLevel.INFO, **data: Any) -> None:     # Any: JSON
        journal.write(
            job, event, message, chunk_id=claim.chunk_id, attempt_id=claim.attempt_id, level=level, **data
        )

    match outcome:
        case Done(content, headline, findings):
            _move(claim, Event.FINISH, now, content=content, headline=headline[:200], draft="", instruction="",
                  reason="", reason_detail="", findings=[finding.as_json() for finding in findings], **more)
            note(Event.FINISH, f"{name} complete: {headline}, {dollars(cost)}", cost_usd_micros=cost)
            if claim.position == 0:
                return _create_units(job, content, now)
            return _unblock_next(job, claim.position, now)
        case DoneWhole(plan, headline, units):
            _move(claim, Event.FINISH, now, content=plan, headline=headline[:200], draft="", reason="",
                  reason_detail="", findings=[], **more)
            valid = sum(isinstance(unit, Done) for unit in units)
            note(Event.FINISH, f"whole document in one call: {valid} of {len(units)} {noun}s valid, {dollars(cost)}",
                 cost_usd_micros=cost)
            return _create_units(job, plan, now, units)
        case Repair(findings, draft):
            _move(claim, Event.RETRY, now, ready_at=now, repairs=claim.repairs + 1, draft=draft,
                  findings=[finding.as_json() for finding in findings], reason=Reason.REPAIRING.value,
                  reason_detail=findings[0].message, **more)
            note("repair", f"{name} is asked again: {findings[0].message}", LogLevel.WARNING,
                 findings=[finding.as_json() for finding in findings])
            return 1
        case Retry(after, reason):
            _move(claim, Event.RETRY, now, ready_at=now + after, reason=reason.value, **more,
                  reason_detail=_why(claim))
            note(Event.RETRY, f"{name} is tried again in {after.total_seconds():.1f} s: {_why(claim)}",
                 LogLevel.WARNING)
            return 0
        case Snooze(after, reason):
            _move(claim, Event.RELEASE, now, ready_at=now + after, reason=reason.value, reason_detail=_why(claim),
                  attempts=F("attempts") - 1, **more)
            note(Event.RELEASE, f"{name} waits {after.total_seconds():.1f} s: {EXPLANATIONS[reason].sentence}",
                 LogLevel.WARNING)
            return 0 if after else 1
        case GiveUp(reason, message, findings):
            chunk = Chunk.objects.get(pk=claim.chunk_id)
            event = end_without_content(
                chunk, Event.GIVE_UP, now, reason=reason, detail=message,
                **({"findings": [finding.as_json() for finding in findings]} if not chunk.versions.exists() else {}),
                **more,
            )
            kept = "; the old version stays" if event is Event.KEEP else ""
            note(event, f"{name} failed: {EXPLANATIONS[reason].sentence} {message}{kept}", LogLevel.ERROR,
                 next_step=EXPLANATIONS[reason].next_step)
            return _unblock_next(job, claim.position, now)
        case SplitUp(message):
            _move(claim, Event.RETRY, now, ready_at=now, stage=Stage.PLAN.value, title="Plan", attempts=0,
                  repairs=0, findings=[], draft="", reason="", reason_detail="", **more)
            note("split_up", f"one call for everything did not work ({message}); going on {noun} by {noun}",
                 LogLevel.WARNING)
            return 1


def _move(claim: Claim, event: Event, now: dt.datetime, **columns: Any) -> None:     # Any: column values
    moved = (
        Chunk.objects.filter(pk=claim.chunk_id, fence=claim.fence).accepting(event)
        .update(**changes(event, now, **columns))
    )
    assert moved == 1, "the job is locked and the fence was checked"


def _why(claim: Claim) -> str:
    message: str = Attempt.objects.values_list("message", flat=True).get(pk=claim.attempt_id)
    return message


def _create_units(
    job: Job, plan: dict[str, Any], now: dt.datetime, units: tuple[Done | Repair, ...] = ()     # Any: JSON
) -> int:
    """The unit chunks of a finished plan; those in `units` that are done come with their content."""
    kind = all_kinds()[job.kind]
    typed = kind.plan(plan)
    is_sequential = job.strategy == Strategy.SEQUENTIAL
    rows = []
    for position in range(1, job.unit_total + 1):
        row = Chunk(
            job=job, position=position, stage=Stage.UNIT.value, title=kind.unit_title(typed, position)[:200],
            ready_at=now,
        )
        made = units[position - 1] if position <= len(units) else None
        if isinstance(made, Done):
            row.state, row.finished_at, row.started_at, row.ready_at = ChunkState.DONE.value, now, now, None
            row.content, row.headline = made.content, made.headline[:200]
            row.findings = [finding.as_json() for finding in made.findings]
        elif isinstance(made, Repair):
            row.draft, row.findings = made.draft, [finding.as_json() for finding in made.findings]
            row.reason = Reason.REPAIRING.value
        elif is_sequential and position > 1:
            row.ready_at, row.reason = None, Reason.WAITS_FOR_PREVIOUS.value
        rows.append(row)
    Chunk.objects.bulk_create(rows)
    job.title = kind.plan_title(typed)[:200]
    Job.objects.filter(pk=job.pk).update(title=job.title)
    return sum(row.ready_at is not None for row in rows)


def _unblock_next(job: Job, position: int, now: dt.datetime) -> int:
    """`sequential`: the next waiting unit may start, whether this one was done or lost."""
    if job.strategy != Strategy.SEQUENTIAL:
        return 0
    waiting = Chunk.objects.filter(
        job=job, position__gt=position, state=ChunkState.PENDING.value, ready_at__isnull=True
    ).order_by("position").values_list("pk", flat=True)[:1]
    return Chunk.objects.filter(pk__in=list(waiting)).update(ready_at=now, reason="")


