"""What becomes of a claimed chunk: the outcome is stored on chunk and job in one transaction.

A late worker, whose fence is no longer the chunk's, changes neither; the ledger still records what its
call cost."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts import policies
from accounts.compiled import GivenMany, IsOneOf, Selection
from generation import queue
from generation.core.outcomes import (
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
from generation.core.pricing import dollars
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, PAUSES_ROUTE, Reason
from generation.core.states import ChunkState, Event
from generation.models import Chunk, Errand, Flight, Job, LogEntry, LogLevel, Route, Strategy
from generation.models.chunk import changes
from generation.services import quotas
from generation.services.cache import cache_entries, single_flight
from generation.services.chunks import attempts, cache_lookup
from generation.services.chunks.attempts import Bill
from generation.services.chunks.claim import Claim
from generation.services.chunks.endings import end_without_content
from generation.services.chunks.fan_out import create_units, unblock_next
from generation.services.chunks.finishing import Finished, Place, finish_together, place_of
from generation.services.chunks.job_state import derive_together
from generation.services.routing import selection
from generation.telemetry import journal

# A request that fits its own route and not the fallback waits for its own, and looks again once in a while.
TOO_LONG_FOR_FALLBACK = dt.timedelta(minutes=1)
ENDS = (Done, DoneWhole, GiveUp, SplitUp)      # of a flight: those who wait for it go on


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
        jobs = {job.pk: job for job in _locked.all(ids={one.claim.job_id for one in finished})}
        now = next(iter(jobs.values())).locked_at      # the same on all
        bills = {job_id: Bill() for job_id in jobs}
        lines = list[LogEntry]()
        moved = finish_together(finished, now)
        keys = _keys_of(finished, moved)
        settlements = [
            _Settlement(jobs[one.claim.job_id], one, now, lines, is_moved=place_of(one) in moved) for one in finished
        ]
        settled = [_settle_one(settlement, bills[settlement.job.pk]) for settlement in settlements]
        attempts.close_together([
            (one.claim, reply, one.finished.findings, bills[one.job.pk])
            for one in settlements if (reply := one.new_reply) is not None
        ], now)
        journal.write_all(lines)
        ours = [one for one, how in zip(finished, settled, strict=True) if how.is_ours]
        _keep(jobs, [(one, key) for one in ours if (key := keys.get(one.claim.chunk_id))], now)
        _derive(jobs, ours, bills, now)
        if any(one.runnable for one in settled):
            queue.ring()      # one is enough: whoever hears it claims a batch
    return settled


def _keys_of(finished: Iterable[Finished], moved: Mapping[Place, str]) -> dict[int, str]:
    """By chunk, the names in the cache of what ends, or is about to be asked anew without one."""
    keys = {chunk_id: key for (chunk_id, _fence), key in moved.items()}
    others = {one.claim.chunk_id for one in finished if isinstance(one.outcome, ENDS)} - keys.keys()
    return keys | dict(Chunk.objects.filter(pk__in=others).values_list("pk", "cache_key")) if others else keys


_locked = Selection(lambda: Job.objects.select_for_update(no_key=True, of=("self",)).annotate(
    locked_at=Now()).filter(IsOneOf("pk", GivenMany("ids"))).select_related("user").defer(
    "brief", "brief_text").order_by("pk"))


def _derive(jobs: Mapping[int, Job], ours: Iterable[Finished], bills: Mapping[int, Bill], now: dt.datetime) -> None:
    """Derive the jobs whose chunks moved from these; the others only get their `bills`.

    What ended is settled with the ledger together and last: everybody's limits stay locked until the commit."""
    moved = dict[int, bool]()       # by job, whether something may have become due to be looked for
    for one in ours:
        is_plain = isinstance(one.outcome, Done) and one.claim.position > 0
        is_parallel = jobs[one.claim.job_id].strategy != Strategy.SEQUENTIAL
        moved[one.claim.job_id] = moved.get(one.claim.job_id, False) or not (is_plain and is_parallel)
    for job_id, has_news in moved.items():
        if has_news:
            cache_lookup.look_up(jobs[job_id], now)
    derive_together([jobs[job_id] for job_id in moved], now, bills)
    changed = [job for job in jobs.values() if job.pk in moved or bills[job.pk].calls]
    for job in changed:
        if job.pk not in moved:
            Job.objects.filter(pk=job.pk).update(**bills[job.pk].columns)
    quotas.settle_jobs([job for job in changed if job.is_terminal], now)


def _keep(jobs: Mapping[int, Job], finished: list[tuple[Finished, str]], now: dt.datetime) -> None:
    """Store in the cache what was found valid, and let those go on who waited for it, or for nothing.

    What a person wished for is left out: it answers more than its name says."""
    ended = [(one, key) for one, key in finished if isinstance(one.outcome, ENDS)]
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
    if settlement.new_reply is None:
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
    is_moved: bool      # its chunk has finished, together with others
    elsewhere: _Elsewhere | None = None

    @property
    def claim(self) -> Claim:
        return self.finished.claim

    @property
    def new_reply(self) -> Reply | None:
        """By which the chunk has finished, unless that was an earlier one's: such attempts are closed together."""
        answer = self.finished.answer
        return answer if self.is_moved and isinstance(answer, Reply) else None

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
    if not settlement.is_moved:
        raise _NotOurs
    cost = settlement.cost_usd_micros
    settlement.note(
        Event.FINISH, f"{settlement.name} complete: {done.headline}, {dollars(cost)}", cost_usd_micros=cost,
        quoting=[done.headline],
    )
    if settlement.claim.position == 0:
        return create_units(
            settlement.job, done.content, settlement.now, errand_id=settlement.claim.errand_id)
    return unblock_next(settlement.job, settlement.now)


def _finish_whole(settlement: _Settlement, whole: DoneWhole) -> int:
    cost = settlement.cost_usd_micros
    settlement.move(
        Event.FINISH, content=whole.plan, headline=whole.headline[:200], draft="", reason="", reason_detail="",
        findings=[finding.as_json() for finding in settlement.finished.findings],
    )
    valid, noun = sum(isinstance(unit, Done) for unit in whole.units), journal.noun_of(settlement.job)
    settlement.note(
        Event.FINISH, f"whole document in one call: {valid} of {len(whole.units)} {noun}s valid, {dollars(cost)}",
        cost_usd_micros=cost,
    )
    return create_units(
        settlement.job, whole.plan, settlement.now, whole.units, errand_id=settlement.claim.errand_id)


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
    for_how_long = f" {snooze.after.total_seconds():.1f} s" if snooze.after else ""
    if snooze.reason in PAUSES_ROUTE:
        for_how_long = " until its route is asked again"
    settlement.note(
        Event.RELEASE, f"{settlement.name} waits{for_how_long}: {EXPLANATIONS[snooze.reason].sentence}",
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


def _payer_s_role(job: Job, claim: Claim) -> str:
    """Whose policy says which routes the part may be asked on."""
    if claim.errand_id is None:
        return job.user.role
    return Errand.objects.values_list("payer__role", flat=True).get(pk=claim.errand_id)


def _elsewhere(job: Job, one: Finished) -> _Elsewhere | None:
    """The remedy of `selection`, where there is one.  Reads nothing for most ends."""
    if not isinstance(one.outcome, Repair | GiveUp):
        return None
    if isinstance(one.outcome, Repair) and one.claim.repairs + 1 < selection.STRONGER_FROM_REPAIR:
        return None
    found = selection.remedy(
        job, Route.objects.get(pk=one.claim.route_id), one.outcome, repairs=one.claim.repairs,
        attempts_left=settings.MAX_ATTEMPTS - one.claim.attempts,
        is_allowed=policies.may_use_routes(_payer_s_role(job, one.claim)),
    )
    return None if found is None else _Elsewhere(*found)
