"""What becomes of a claimed chunk: the outcome is stored on chunk and job in one transaction.

A late worker, whose fence is no longer the chunk's, changes neither; the ledger still records what its
call cost."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts import policies
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
    Retry,
    Snooze,
    SplitUp,
)
from generation.core.pricing import dollars
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import ChunkState, Event
from generation.models import Chunk, Flight, Job, LogEntry, LogLevel, Route
from generation.models.chunk import changes
from generation.services import quotas
from generation.services.cache import cache_entries, single_flight
from generation.services.chunks import attempts, cache_lookup
from generation.services.chunks.attempts import Bill
from generation.services.chunks.claim import Claim
from generation.services.chunks.endings import end_without_content
from generation.services.chunks.fan_out import create_units, unblock_next
from generation.services.chunks.job_state import derive
from generation.services.routing import selection
from generation.telemetry import journal

# A request that fits its own route and not the fallback waits for its own, and looks again once in a while.
TOO_LONG_FOR_FALLBACK = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Finished:
    """A claim whose call is over.  `answer` is None when a stored reply was used."""

    claim: Claim
    outcome: Outcome
    answer: Answer | None
    code: CallCode
    request_fingerprint: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Settled:
    """`is_ours` is False when the claim was no longer valid; `runnable` chunks may start at once."""

    is_ours: bool
    runnable: int = 0


def settle(*finished: Finished) -> list[Settled]:
    """Store the outcomes of one job's calls on chunks and job, and close their attempts, all or nothing."""
    job_id, = {one.claim.job_id for one in finished}
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).annotate(locked_at=Now()).get(pk=job_id)
        now: dt.datetime = job.locked_at
        bill, lines = Bill(), list[LogEntry]()
        keys = dict(
            Chunk.objects.filter(pk__in=[one.claim.chunk_id for one in finished]).values_list("pk", "cache_key")
        )
        settled = [_settle_one(job, one, now, bill, lines) for one in finished]
        journal.write_all(lines)
        ours = [one for one, how in zip(finished, settled, strict=True) if how.is_ours]
        _keep(job, [(one, key) for one in ours if (key := keys.get(one.claim.chunk_id))], now)
        if ours:
            cache_lookup.look_up(job, now)
            derive(job, now, bill)
        elif bill.calls:
            Job.objects.filter(pk=job_id).update(**bill.columns)
            if job.is_terminal:
                quotas.settle(job, now)
        if any(one.runnable for one in settled):
            queue.ring()      # one is enough: whoever hears it claims a batch
    return settled


def _keep(job: Job, finished: list[tuple[Finished, str]], now: dt.datetime) -> None:
    """Store in the cache what was found valid, and let those go on who waited for it, or for nothing.

    What a person wished for is left out: it answers more than its name says."""
    ended = [(one, key) for one, key in finished if isinstance(one.outcome, Done | DoneWhole | GiveUp | SplitUp)]
    cache_entries.keep(
        cache_entries.store(
            job, key, one.claim.stage, one.claim.position, one.outcome, model=one.claim.model,
            cost_usd_micros=attempts.cost_of(one.claim, one.answer),
            is_simulated=attempts.is_simulated(one.claim, one.answer), now=now,
            is_own_route=one.claim.route_id == job.route_id,
        )
        for one, key in ended if isinstance(one.outcome, Done | DoneWhole) and not one.claim.instruction
    )
    single_flight.wake(key for _one, key in ended)


def _settle_one(job: Job, one: Finished, now: dt.datetime, bill: Bill, lines: list[LogEntry]) -> Settled:
    try:
        runnable = _apply(job, one, now, lines)
    except _NotOurs:
        if not isinstance(one.answer, Failure) and _is_open(one.claim):
            attempts.keep_for_the_next(one.claim, now, bill)
        else:
            _close(one, now, bill, is_ours=False)
        return Settled(is_ours=False)
    _close(one, now, bill, is_ours=True)
    return Settled(is_ours=True, runnable=runnable)


def _close(one: Finished, now: dt.datetime, bill: Bill, *, is_ours: bool) -> None:
    attempts.close(
        one.claim, one.answer, one.code, now, bill, request_fingerprint=one.request_fingerprint,
        findings=one.findings, is_ours=is_ours,
    )


class _NotOurs(Exception):
    """The guarded UPDATE moved nothing: another claim or a cancellation came first."""


def _is_open(claim: Claim) -> bool:
    """Whether the chunk still needs a reply, so that a late one is worth keeping."""
    return Chunk.objects.filter(
        pk=claim.chunk_id, state__in=[ChunkState.PENDING.value, ChunkState.RUNNING.value]
    ).exists()


def _apply(job: Job, one: Finished, now: dt.datetime, lines: list[LogEntry]) -> int:
    """Move the chunk; how many chunks became runnable at once.  Raises _NotOurs before anything is written."""
    claim, outcome = one.claim, one.outcome
    cost = attempts.cost_of(claim, one.answer)
    why = one.answer.message if isinstance(one.answer, Failure) else ""
    more: dict[str, Any] = {"cost_usd_micros": F("cost_usd_micros") + cost}
    noun, name = journal.noun_of(job), journal.name_of(job, claim.position)

    def note(event: str, message: str, level: LogLevel = LogLevel.INFO, **more: Any) -> None:     # Any: as `entry`
        lines.append(journal.entry(
            job, event, message, chunk_id=claim.chunk_id, attempt_id=claim.attempt_id, unit=claim.position,
            level=level, **more
        ))

    elsewhere = _elsewhere(job, one)
    if elsewhere is not None:
        route, why_route, because = elsewhere
        more |= {"route": route, "why_route": f"{route}: {why_route}"[:200]}
        if because is Reason.LONGER_CONTEXT:
            outcome = Snooze(dt.timedelta(), because)
        elif isinstance(outcome, GiveUp):
            outcome = Repair(outcome.findings, outcome.draft)
    elif claim.is_stand_in and isinstance(outcome, GiveUp) and outcome.reason is Reason.TOO_LONG:
        outcome = Snooze(TOO_LONG_FOR_FALLBACK, Reason.PROVIDER_UNAVAILABLE)

    match outcome:
        case Done(content, headline, findings):
            _move(claim, Event.FINISH, now, content=content, headline=headline[:200], draft="", instruction="",
                  reason="", reason_detail="", findings=[finding.as_json() for finding in findings], **more)
            note(Event.FINISH, f"{name} complete: {headline}, {dollars(cost)}", cost_usd_micros=cost,
                 quoting=[headline])
            if claim.position == 0:
                return create_units(job, content, now)
            return unblock_next(job, now)
        case DoneWhole(plan, headline, units):
            _move(claim, Event.FINISH, now, content=plan, headline=headline[:200], draft="", reason="",
                  reason_detail="", findings=[], **more)
            valid = sum(isinstance(unit, Done) for unit in units)
            note(Event.FINISH, f"whole document in one call: {valid} of {len(units)} {noun}s valid, {dollars(cost)}",
                 cost_usd_micros=cost)
            return create_units(job, plan, now, units)
        case Repair(findings, draft):
            _move(claim, Event.RETRY, now, ready_at=now, repairs=claim.repairs + 1, draft=draft,
                  findings=[finding.as_json() for finding in findings],
                  reason=(elsewhere[2] if elsewhere is not None else Reason.REPAIRING).value,
                  reason_detail=findings[0].message, **more)
            of_whom = f" of {elsewhere[0]}" if elsewhere is not None else ""
            note("repair", f"{name} is asked again{of_whom}: {findings[0].message}", LogLevel.WARNING,
                 reason=Reason.REPAIRING, quoting=[findings[0].message],
                 findings=[finding.as_json() for finding in findings])
            return 1
        case Retry(after, reason):
            _move(claim, Event.RETRY, now, ready_at=now + after, reason=reason.value, reason_detail=why,
                  **more)
            note(Event.RETRY, f"{name} is tried again in {after.total_seconds():.1f} s: {why}", LogLevel.WARNING,
                 reason=reason)
            return 0
        case Snooze(after, reason):
            _move(claim, Event.RELEASE, now, ready_at=now + after, reason=reason.value, reason_detail=why,
                  attempts=F("attempts") - 1, **more)
            note(Event.RELEASE, f"{name} waits {after.total_seconds():.1f} s: {EXPLANATIONS[reason].sentence}",
                 LogLevel.WARNING, reason=reason)
            return 0 if after else 1
        case GiveUp(reason, message, findings):
            chunk = Chunk.objects.filter(pk=claim.chunk_id, fence=claim.fence).accepting(Event.GIVE_UP).first()
            if chunk is None:
                raise _NotOurs
            event = end_without_content(
                chunk, Event.GIVE_UP, now, reason=reason, detail=message,
                **({"findings": [finding.as_json() for finding in findings]} if not chunk.versions.exists() else {}),
                **more,
            )
            kept = "; the old version stays" if event is Event.KEEP else ""
            note(event, f"{name} failed: {EXPLANATIONS[reason].sentence} {message}{kept}", LogLevel.ERROR,
                 reason=reason, quoting=[message] if findings or reason is Reason.REFUSED else ())
            return unblock_next(job, now)
        case SplitUp(message):
            _move(claim, Event.RETRY, now, ready_at=now, stage=Stage.PLAN.value, title="Plan", attempts=0,
                  repairs=0, findings=[], draft="", reason="", reason_detail="", cache_key="", flight=Flight.NONE,
                  **more)
            note("split_up", f"one call for everything did not work ({message}); going on {noun} by {noun}",
                 LogLevel.WARNING, quoting=[message])
            return 1


def _elsewhere(job: Job, one: Finished) -> tuple[Route, str, Reason] | None:
    """Another route that the chunk is asked on next, because of how this call ended.  Reads nothing for most ends."""
    if not isinstance(one.outcome, Repair | GiveUp):
        return None
    if isinstance(one.outcome, Repair) and one.claim.repairs + 1 < selection.STRONGER_FROM_REPAIR:
        return None
    return selection.remedy(
        job, Route.objects.get(pk=one.claim.route_id), one.outcome, repairs=one.claim.repairs,
        attempts_left=settings.MAX_ATTEMPTS - one.claim.attempts, is_allowed=policies.may_use_routes(job.user.role),
    )


def _move(claim: Claim, event: Event, now: dt.datetime, **columns: Any) -> None:     # Any: column values
    moved = (
        Chunk.objects.filter(pk=claim.chunk_id, fence=claim.fence).accepting(event)
        .update(**changes(event, now, **columns))
    )
    if not moved:
        raise _NotOurs
