"""What becomes of a claimed chunk: the outcome is stored on chunk and job in one transaction.

A late worker, whose fence is no longer the chunk's, changes neither; the ledger still records what its
call cost."""

import datetime as dt
from collections.abc import Mapping, Set
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
from generation.services.chunks.job_state import derive_unsettled
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
    """Store the outcomes of calls on their chunks and jobs, and close their attempts, all or nothing; in the order
    of the arguments.

    They may be of several jobs, which are locked in the order of their ids; see Note [Lock order]."""
    assert finished, "a batch has chunks"
    with transaction.atomic(durable=True):
        jobs = _locked({one.claim.job_id for one in finished})
        now = next(iter(jobs.values())).locked_at     # type: ignore[attr-defined]    # annotated; the same on all
        keys = dict(
            Chunk.objects.filter(pk__in=[one.claim.chunk_id for one in finished]).values_list("pk", "cache_key")
        )
        bills = {job_id: Bill() for job_id in jobs}
        lines = list[LogEntry]()
        settled = [
            _settle_one(_Settlement(jobs[one.claim.job_id], one, now, lines), bills[one.claim.job_id])
            for one in finished
        ]
        journal.write_all(lines)
        ours = [one for one, how in zip(finished, settled, strict=True) if how.is_ours]
        _keep(jobs, [(one, key) for one in ours if (key := keys.get(one.claim.chunk_id))], now)
        _derive(jobs, {one.claim.job_id for one in ours}, bills, now)
        if any(one.runnable for one in settled):
            queue.ring()      # one is enough: whoever hears it claims a batch
    return settled


def _locked(job_ids: Set[int]) -> dict[int, Job]:
    """The jobs by id, locked in that order."""
    rows = Job.objects.select_for_update(no_key=True).annotate(locked_at=Now()).filter(pk__in=job_ids)
    return {job.pk: job for job in rows.order_by("pk")}


def _derive(jobs: Mapping[int, Job], moved: Set[int], bills: Mapping[int, Bill], now: dt.datetime) -> None:
    """Derive the jobs that `moved` from their chunks; the others only get their `bills`.

    What ended is settled with the ledger together and last: everybody's limits stay locked until the commit."""
    changed = [job for job in jobs.values() if job.pk in moved or bills[job.pk].calls]
    for job in changed:
        if job.pk in moved:
            cache_lookup.look_up(job, now)
            derive_unsettled(job, now, bills[job.pk])
        else:
            Job.objects.filter(pk=job.pk).update(**bills[job.pk].columns)
    quotas.settle_jobs([job for job in changed if job.is_terminal], now)


def _keep(jobs: Mapping[int, Job], finished: list[tuple[Finished, str]], now: dt.datetime) -> None:
    """Store in the cache what was found valid, and let those go on who waited for it, or for nothing.

    What a person wished for is left out: it answers more than its name says."""
    ended = [(one, key) for one, key in finished if isinstance(one.outcome, Done | DoneWhole | GiveUp | SplitUp)]
    cache_entries.keep(
        cache_entries.store(
            jobs[one.claim.job_id], key, one.claim.stage, one.claim.position, one.outcome, model=one.claim.model,
            cost_usd_micros=attempts.cost_of(one.claim, one.answer),
            is_simulated=attempts.is_simulated(one.claim, one.answer), now=now,
            is_own_route=one.claim.route_id == jobs[one.claim.job_id].route_id,
        )
        for one, key in ended if isinstance(one.outcome, Done | DoneWhole) and not one.claim.instruction
    )
    single_flight.wake(key for _one, key in ended)


def _settle_one(settlement: "_Settlement", bill: Bill) -> Settled:
    one, now = settlement.finished, settlement.now
    try:
        runnable = _apply(settlement)
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


def _is_open(claim: Claim) -> bool:
    """Whether the chunk still needs a reply, so that a late one is worth keeping."""
    return Chunk.objects.filter(
        pk=claim.chunk_id, state__in=[ChunkState.PENDING.value, ChunkState.RUNNING.value]
    ).exists()


# --- The moves of a chunk -------------------------------------------------------------------------


class _NotOurs(Exception):
    """The guarded UPDATE moved nothing: another claim or a cancellation came first."""


@dataclass(frozen=True)
class _Elsewhere:
    """Another route that the chunk is asked on next, because of how this call ended."""

    route: Route
    why: str
    because: Reason


@dataclass
class _Settlement:
    """One finished claim, and what its outcome writes."""

    job: Job
    finished: Finished
    now: dt.datetime
    lines: list[LogEntry]
    elsewhere: _Elsewhere | None = None

    @property
    def claim(self) -> Claim:
        return self.finished.claim

    @property
    def cost_usd_micros(self) -> int:
        return attempts.cost_of(self.claim, self.finished.answer)

    @property
    def said(self) -> str:
        """What the provider, or the client, said about a call that failed."""
        answer = self.finished.answer
        return answer.message if isinstance(answer, Failure) else ""

    @property
    def name(self) -> str:
        return journal.name_of(self.job, self.claim.position)

    @property
    def common(self) -> dict[str, Any]:     # Any: column values
        """Columns that every end of a call writes on its chunk."""
        columns: dict[str, Any] = {"cost_usd_micros": F("cost_usd_micros") + self.cost_usd_micros}
        if self.elsewhere is not None:
            columns |= {
                "route": self.elsewhere.route, "why_route": f"{self.elsewhere.route}: {self.elsewhere.why}"[:200]}
        return columns

    def move(self, event: Event, **columns: Any) -> None:     # Any: column values
        """Move the chunk, if it is still ours.  Raises _NotOurs before anything is written."""
        moved = (
            Chunk.objects.filter(pk=self.claim.chunk_id, fence=self.claim.fence).accepting(event)
            .update(**changes(event, self.now, **columns, **self.common))
        )
        if not moved:
            raise _NotOurs

    def note(     # Any: as `entry`
        self, event: str, message: str, level: LogLevel = LogLevel.INFO, **more: Any
    ) -> None:
        self.lines.append(journal.entry(
            self.job, event, message, chunk_id=self.claim.chunk_id, attempt_id=self.claim.attempt_id,
            unit=self.claim.position, level=level, **more
        ))


def _apply(settlement: _Settlement) -> int:
    """Move the chunk; how many chunks became runnable at once.  Raises _NotOurs before anything is written."""
    match _redirected(settlement):
        case Done() as done:
            return _finish(settlement, done)
        case DoneWhole() as whole:
            return _finish_whole(settlement, whole)
        case Repair() as repair:
            return _repair(settlement, repair)
        case Retry() as retry:
            return _retry(settlement, retry)
        case Snooze() as snooze:
            return _release(settlement, snooze)
        case GiveUp() as lost:
            return _give_up(settlement, lost)
        case SplitUp() as split:
            return _split_up(settlement, split)


def _redirected(settlement: _Settlement) -> Outcome:
    """The outcome, as it is where another route goes on with the chunk, or where a stand-in could not."""
    outcome, claim = settlement.finished.outcome, settlement.claim
    settlement.elsewhere = elsewhere = _elsewhere(settlement.job, settlement.finished)
    if elsewhere is not None and elsewhere.because is Reason.LONGER_CONTEXT:
        return Snooze(dt.timedelta(), elsewhere.because)
    if isinstance(outcome, GiveUp):
        if elsewhere is not None:
            return Repair(outcome.findings, outcome.draft)
        if claim.is_stand_in and outcome.reason is Reason.TOO_LONG:
            return Snooze(TOO_LONG_FOR_FALLBACK, Reason.PROVIDER_UNAVAILABLE)
    return outcome


def _finish(settlement: _Settlement, done: Done) -> int:
    cost = settlement.cost_usd_micros
    settlement.move(
        Event.FINISH, content=done.content, headline=done.headline[:200], draft="", instruction="", reason="",
        reason_detail="", findings=[finding.as_json() for finding in done.findings],
    )
    settlement.note(
        Event.FINISH, f"{settlement.name} complete: {done.headline}, {dollars(cost)}", cost_usd_micros=cost,
        quoting=[done.headline],
    )
    if settlement.claim.position == 0:
        return create_units(settlement.job, done.content, settlement.now)
    return unblock_next(settlement.job, settlement.now)


def _finish_whole(settlement: _Settlement, whole: DoneWhole) -> int:
    cost = settlement.cost_usd_micros
    settlement.move(
        Event.FINISH, content=whole.plan, headline=whole.headline[:200], draft="", reason="", reason_detail="",
        findings=[],
    )
    valid, noun = sum(isinstance(unit, Done) for unit in whole.units), journal.noun_of(settlement.job)
    settlement.note(
        Event.FINISH, f"whole document in one call: {valid} of {len(whole.units)} {noun}s valid, {dollars(cost)}",
        cost_usd_micros=cost,
    )
    return create_units(settlement.job, whole.plan, settlement.now, whole.units)


def _repair(settlement: _Settlement, repair: Repair) -> int:
    elsewhere, first = settlement.elsewhere, repair.findings[0]
    findings = [finding.as_json() for finding in repair.findings]
    settlement.move(
        Event.RETRY, ready_at=settlement.now, repairs=settlement.claim.repairs + 1, draft=repair.draft,
        findings=findings, reason=(elsewhere.because if elsewhere is not None else Reason.REPAIRING).value,
        reason_detail=first.message,
    )
    of_whom = f" of {elsewhere.route}" if elsewhere is not None else ""
    settlement.note(
        "repair", f"{settlement.name} is asked again{of_whom}: {first.message}", LogLevel.WARNING,
        reason=Reason.REPAIRING, quoting=[first.message], findings=findings,
    )
    return 1


def _retry(settlement: _Settlement, retry: Retry) -> int:
    settlement.move(
        Event.RETRY, ready_at=settlement.now + retry.after, reason=retry.reason.value, reason_detail=settlement.said)
    settlement.note(
        Event.RETRY, f"{settlement.name} is tried again in {retry.after.total_seconds():.1f} s: {settlement.said}",
        LogLevel.WARNING, reason=retry.reason,
    )
    return 0


def _release(settlement: _Settlement, snooze: Snooze) -> int:
    settlement.move(
        Event.RELEASE, ready_at=settlement.now + snooze.after, reason=snooze.reason.value,
        reason_detail=settlement.said, attempts=F("attempts") - 1,
    )
    settlement.note(
        Event.RELEASE,
        f"{settlement.name} waits {snooze.after.total_seconds():.1f} s: {EXPLANATIONS[snooze.reason].sentence}",
        LogLevel.WARNING, reason=snooze.reason,
    )
    return 0 if snooze.after else 1


def _give_up(settlement: _Settlement, lost: GiveUp) -> int:
    claim, findings = settlement.claim, [finding.as_json() for finding in lost.findings]
    chunk = Chunk.objects.filter(pk=claim.chunk_id, fence=claim.fence).accepting(Event.GIVE_UP).first()
    if chunk is None:
        raise _NotOurs
    event = end_without_content(
        chunk, Event.GIVE_UP, settlement.now, reason=lost.reason, detail=lost.message,
        **({"findings": findings} if not chunk.versions.exists() else {}), **settlement.common,
    )
    kept = "; the old version stays" if event is Event.KEEP else ""
    settlement.note(
        event, f"{settlement.name} failed: {EXPLANATIONS[lost.reason].sentence} {lost.message}{kept}", LogLevel.ERROR,
        reason=lost.reason, quoting=[lost.message] if findings or lost.reason is Reason.REFUSED else (),
    )
    return unblock_next(settlement.job, settlement.now)


def _split_up(settlement: _Settlement, split: SplitUp) -> int:
    settlement.move(
        Event.RETRY, ready_at=settlement.now, stage=Stage.PLAN.value, title="Plan", attempts=0, repairs=0,
        findings=[], draft="", reason="", reason_detail="", cache_key="", flight=Flight.NONE,
    )
    noun = journal.noun_of(settlement.job)
    settlement.note(
        "split_up", f"one call for everything did not work ({split.message}); going on {noun} by {noun}",
        LogLevel.WARNING, quoting=[split.message],
    )
    return 1


def _elsewhere(job: Job, one: Finished) -> _Elsewhere | None:
    """The remedy of `selection`, where there is one.  Reads nothing for most ends."""
    if not isinstance(one.outcome, Repair | GiveUp):
        return None
    if isinstance(one.outcome, Repair) and one.claim.repairs + 1 < selection.STRONGER_FROM_REPAIR:
        return None
    found = selection.remedy(
        job, Route.objects.get(pk=one.claim.route_id), one.outcome, repairs=one.claim.repairs,
        attempts_left=settings.MAX_ATTEMPTS - one.claim.attempts, is_allowed=policies.may_use_routes(job.user.role),
    )
    return None if found is None else _Elsewhere(*found)
