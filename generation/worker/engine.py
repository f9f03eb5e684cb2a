"""The engine of one worker process.

Three kinds of threads: one runs the event loop on which all provider calls wait, a few do the short
transactions, one is the pulse (leases, cancellations, sweeping, idle claims).  No thread and no
database connection waits for the provider, so hundreds of calls in flight cost little more than
their sockets."""

import asyncio
import contextlib
import datetime as dt
import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, connection

from generation.core.concurrency import CallReport
from generation.core.outcomes import (
    OURS,
    UNHEALTHY,
    Answer,
    CallCode,
    Failure,
    GiveUp,
    Outcome,
    RetryPolicy,
    Snooze,
    SplitUp,
    TokenUsage,
    decide,
)
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Context, Request, Stage
from generation.core.reasons import Reason
from generation.core.routing import Endpoint
from generation.kinds import all_kinds
from generation.services.chunks import attempts, cache_lookup, claiming, leases
from generation.services.chunks.claim import Claim
from generation.services.chunks.settling import Finished
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.telemetry import heartbeats
from generation.telemetry.redaction import clean
from generation.worker import failpoints, spans
from generation.worker.call_stats import CallStats
from generation.worker.completer import Completer
from generation.worker.database import AWAY, guarded, persistently
from generation.worker.job_context import JobContexts, digests_before
from generation.worker.judging import outcome_of, request_for
from generation.worker.naming import named, worker_name

_logger = logging.getLogger(__name__)
_alive_here: set[str] = set()      # names of this process's engines
SHORTEST_REPLY = 1_024             # tokens that a context must have room for beside the request


class Asks(Protocol):
    """The providers, as the engine needs them.  `generation.worker.provider` has the real ones."""

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        endpoint: Endpoint,
    ) -> Answer: ...

    async def close(self) -> None: ...


@dataclass
class _Held:
    """A claimed chunk while it is ours.  `task` is its call, once there is one."""

    claim: Claim
    task: "asyncio.Task[None] | None" = None
    is_lost: bool = False
    renewed_at: float = field(default_factory=time.monotonic)      # its lease, by this process's own clock


@dataclass
class Engine:
    """`start()` it, `wake()` it when a doorbell rings, `drain()` it at the end."""

    provider: Asks
    slots: int = field(default_factory=lambda: settings.WORKER_SLOTS)
    name: str = field(default_factory=worker_name)

    def __post_init__(self) -> None:
        self._held: dict[int, _Held] = {}
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._claiming = threading.Lock()
        self._keeping_up = threading.Lock()
        self._wants_claim = threading.Event()
        self._is_draining = False
        self._beat_at = time.monotonic()      # the last pulse that got through
        self._stop_pulse = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop_thread = threading.Thread(target=self._run_loop, name="provider-calls", daemon=True)
        self._pulse_thread = threading.Thread(target=self._pulse, name="pulse", daemon=True)
        self._transactions = ThreadPoolExecutor(settings.WORKER_DB_THREADS, "transactions")
        self._contexts = JobContexts()
        self._queue = Completer(self._let_go, self.wake)
        self._suspect_routes: set[int] = set()     # a call of ours failed there: the next success is news
        self._tally = CallStats()
        self._was_full = False
        self._revisions = {slug: kind.revision for slug, kind in all_kinds().items()}
        self._policy = policy()

    # --- Life ---------------------------------------------------------------------------------

    def start(self) -> "Engine":
        failpoints.skew_clock()
        self._loop_thread.start()
        self._pulse_thread.start()
        return self

    @property
    def is_broken(self) -> bool:
        """Whether a thread of it has died that should live: it then looks alive, and is not."""
        was_started, is_ending = self._pulse_thread.ident is not None, self._stop_pulse.is_set()
        return was_started and not is_ending and not (self._pulse_thread.is_alive() and self._loop_thread.is_alive())

    def abandon(self) -> None:
        """Give a broken engine up: its calls are dropped, and its chunks are nobody's until another takes over."""
        self.stop_claiming()
        self._stop_pulse.set()
        _alive_here.discard(self.name)
        self._transactions.shutdown(wait=False, cancel_futures=True)
        if self._loop_thread.is_alive():
            for held in list(self._held.values()):
                self._cancel(held)
            self._end_loop()
        else:
            self._loop.close()

    def wake(self) -> None:
        """There may be work: claim as much as fits.  Returns at once; many wakes become one claim."""
        if self._is_draining or self._wants_claim.is_set():
            return
        self._wants_claim.set()
        self._submit(self._claim_more)

    def stop_claiming(self) -> None:
        self._is_draining = True

    def drain(self, grace_s: float) -> int:
        """Let calls finish for `grace_s`, give the rest back uncounted, stop; how many were given back.

        Draining a second time does nothing."""
        self.stop_claiming()
        if self._loop.is_closed():
            return 0
        if self._claiming.acquire(timeout=max(grace_s, 10.0)):
            self._claiming.release()      # a claim that was under way is held by now
        with self._idle:
            self._idle.wait_for(lambda: not self._held, grace_s)
            left = list(self._held.values())
        for held in left:
            self._cancel(held)
        with self._idle:
            self._idle.wait_for(lambda: not self._held, 10)
        self._stop_pulse.set()
        self._pulse_thread.join(10)
        self._close_connections()
        self._transactions.shutdown(wait=True)
        self._end_loop()
        return len(left)

    def _end_loop(self) -> None:
        with contextlib.suppress(Exception):      # connections that do not close end with the process
            asyncio.run_coroutine_threadsafe(self.provider.close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(5)
        self._loop.close()

    def _close_connections(self) -> None:
        """Every transaction thread gives its own database connection back."""
        together = threading.Barrier(settings.WORKER_DB_THREADS)

        def close_mine() -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait(5)
            connection.close()

        for _ in range(settings.WORKER_DB_THREADS):
            self._transactions.submit(close_mine)

    @property
    def in_flight(self) -> int:
        return len(self._held)

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _submit(self, work: Callable[[], None]) -> None:
        try:
            self._transactions.submit(guarded, work)
        except RuntimeError:        # the pool is shut down: nothing starts any more
            self._wants_claim.clear()

    # --- Claim --------------------------------------------------------------------------------

    def _claim_more(self) -> None:
        with self._claiming:
            self._wants_claim.clear()
            self._was_full = False
            # Who cannot renew leases takes none: the next pulse that gets through wakes us.
            may_have_more = time.monotonic() - self._beat_at < settings.LEASE_S / 2
            while may_have_more and not self._is_draining:
                has_more_twins = cache_lookup.serve_due()      # needs no slot: nobody is asked
                free = self.slots - len(self._held)
                if free <= 0:
                    self._was_full = True
                    return
                batch = claiming.claim(worker=self.name, slots=free, revisions=self._revisions)
                self._hold(batch.claims)
                for claim in batch.claims:
                    guarded(self._begin, claim)
                may_have_more = batch.may_have_more or has_more_twins

    def _hold(self, claims: tuple[Claim, ...]) -> None:
        """From here on their leases are renewed, whatever happens to one of them."""
        with self._lock:
            earlier = [self._held[claim.chunk_id] for claim in claims if claim.chunk_id in self._held]
            self._held.update({claim.chunk_id: _Held(claim) for claim in claims})
        for held in earlier:
            self._cancel(held)      # we lost it and got it again: the old call is nobody's

    def _begin(self, claim: Claim) -> None:
        if self._is_draining:
            self._give_back(claim)
            return
        try:
            context = self._contexts.of(claim)
            request = request_for(claim, context, digests_before(claim, context))
        except AWAY:
            connection.close()
            self._give_back(claim)
            return
        except Exception as error:      # a kind's code failed: the chunk ends and says so
            _logger.exception("no request could be made for chunk %s", claim.chunk_id, extra=_where(claim))
            failure = Failure(CallCode.INTERNAL, named(error))
            self._queue.put(Finished(claim, GiveUp(Reason.INTERNAL, named(error)), failure, failure.code))
            return
        if claim.stored_reply is not None and claim.stored_reply.request_fingerprint == request.fingerprint:
            self._submit(lambda: self._finish(claim, context, request, None))
            return
        if room_for_reply(claim, request) < SHORTEST_REPLY:
            failure = Failure(CallCode.TOO_LONG, f"The request does not fit into {claim.context_tokens:,} tokens.")
            self._submit(lambda: self._finish(claim, context, request, failure))
            return
        self._loop.call_soon_threadsafe(self._start_call, claim, context, request)

    def _give_back(self, claim: Claim) -> None:
        """Nothing was asked: the chunk waits again, and neither attempt nor money is counted."""
        failure = Failure(CallCode.ABANDONED, "given back before it was asked")
        outcome = Snooze(dt.timedelta(), Reason.WORKER_STOPPED)
        self._submit(lambda: self._end_without_call(Finished(claim, outcome, failure, failure.code)))

    def _end_without_call(self, finished: Finished) -> None:
        if finished.claim.is_probe:
            guarded(route_health.release_probe, finished.claim.route_id)
        self._queue.put(finished)

    # --- Ask ----------------------------------------------------------------------------------

    def _start_call(self, claim: Claim, context: Context, request: Request) -> None:
        held = self._held.get(claim.chunk_id)
        is_ours = held is not None and held.claim.fence == claim.fence and not held.is_lost
        # A process that was stopped since its claim does not know yet whose the chunk is by now.
        if held is None or not is_ours or time.monotonic() - held.renewed_at > settings.LEASE_S:
            self._give_back(claim)
            return
        held.task = self._loop.create_task(self._call(claim, context, request))
        # `_call` swallows its cancellation, unless that came before its first step.
        held.task.add_done_callback(lambda task: self._give_back(claim) if task.cancelled() else None)

    async def _call(self, claim: Claim, context: Context, request: Request) -> None:
        answer: Answer
        failpoints.taste(context.brief, claim.position)
        failpoints.reach("before_call")
        began, began_ns = self._tally.begin(claim.route_id), spans.began()
        most_tokens = min(output_limit(claim), room_for_reply(claim, request))
        try:
            answer = await self.provider.ask(
                request, model=claim.model, max_output_tokens=most_tokens,
                deadline_s=settings.LLM_DEADLINE_S, cache_key=claim.job_key, endpoint=claim.endpoint,
            )
        except asyncio.CancelledError:
            answer = _abandoned(request)
        except Exception as error:      # a surprise in the client: one chunk fails, the process lives
            _logger.exception("the call for chunk %s failed in the client", claim.chunk_id, extra=_where(claim))
            answer = Failure(CallCode.INTERNAL, named(error), usage=_estimate(request))
        if isinstance(answer, Failure):
            answer = replace(answer, message=clean(answer.message))      # from here on it is stored and shown
        self._tally.end(claim.route_id, f"{claim.kind}/{claim.stage}", began, answer)
        if answer.usage.is_estimated and not answer.usage.input_tokens:
            answer = replace(answer, usage=replace(answer.usage, input_tokens=_estimate(request).input_tokens))
        spans.record(claim, answer, began_ns, most_tokens)
        self._submit(lambda: self._finish(claim, context, request, answer))

    # --- Judge and settle ---------------------------------------------------------------------

    def _finish(self, claim: Claim, context: Context, request: Request, answer: Answer | None) -> None:
        """Store and judge an answer, and have it settled.  `answer` is None when a stored reply is used."""
        try:
            finished = self._judged(claim, context, request, answer)
        except BaseException:
            self._let_go(claim)      # the lease runs out, and the chunk is taken back
            raise
        self._queue.put(finished)
        if self._was_full:
            self.wake()

    def _judged(self, claim: Claim, context: Context, request: Request, answer: Answer | None) -> Finished:
        if isinstance(answer, Failure):
            return Finished(claim, self._after(claim, answer), answer, answer.code, request.fingerprint)
        if answer is None:
            assert claim.stored_reply is not None, "only a stored reply comes without a call"
            if claim.is_probe:
                persistently(route_health.release_probe, claim.route_id)
            text = claim.stored_reply.text
        else:
            text = answer.text
            failpoints.reach("before_store")
            try:
                persistently(attempts.store_reply, claim, answer, request.fingerprint)
            except AWAY:
                raise
            except DatabaseError as error:      # something in it that no column takes: paid, and of no use
                connection.close()
                failure = Failure(CallCode.INTERNAL, named(error), usage=answer.usage)
                return Finished(claim, GiveUp(Reason.INTERNAL, named(error)), failure, failure.code)
            failpoints.reach("after_store")
            if claim.route_is_suspect or claim.route_id in self._suspect_routes:
                self._suspect_routes.discard(claim.route_id)
                persistently(route_health.note_call, claim.route_id, CallCode.OK, "")
        try:
            outcome, code, findings = outcome_of(claim, context, text, self._policy)
        except Exception as error:      # a check failed: the reply stays in the ledger
            _logger.exception("the reply for chunk %s could not be judged", claim.chunk_id, extra=_where(claim))
            outcome, code, findings = GiveUp(Reason.INTERNAL, named(error)), CallCode.INTERNAL, ()
        return Finished(claim, outcome, answer, code, request.fingerprint, findings)

    def _after(self, claim: Claim, failure: Failure) -> Outcome:
        """What becomes of a chunk whose call failed; provider-wide trouble closes the route."""
        if failure.code in UNHEALTHY:
            self._suspect_routes.add(claim.route_id)
        is_outage = claim.is_stand_in      # its own route is paused already, so the trouble is not the chunk's
        if failure.code in OURS or failure.code is CallCode.TOO_LONG:
            if claim.is_probe:      # it says nothing about the provider: another may try
                persistently(route_health.release_probe, claim.route_id)
        else:
            is_outage |= persistently(
                route_health.note_call, claim.route_id, failure.code, failure.message, failure.retry_after_s
            ) is not None
        is_throttled = failure.code is CallCode.RATE_LIMITED
        outcome = decide(
            failure, policy=self._policy, jitter=random.random(),
            attempts=claim.fence if is_throttled else claim.attempts,      # throttled calls give theirs back
            had_largest_cap=output_limit(claim) == claim.max_output_tokens,
            is_outage=is_outage, claims=claim.fence,
        )
        is_for_split = failure.code in {CallCode.TRUNCATED, CallCode.TIMEOUT}
        if claim.stage is Stage.WHOLE and is_for_split and isinstance(outcome, GiveUp):
            return SplitUp(failure.message)
        return outcome

    def _let_go(self, claim: Claim) -> None:
        with self._idle:
            held = self._held.get(claim.chunk_id)
            if held is not None and held.claim.fence == claim.fence:
                del self._held[claim.chunk_id]
            self._idle.notify_all()

    def _cancel(self, held: _Held) -> None:
        """Stop listening: the connection closes, and the provider stops writing."""
        def on_loop() -> None:
            held.is_lost = True
            if held.task is not None:
                held.task.cancel()
        self._loop.call_soon_threadsafe(on_loop)

    # --- Pulse --------------------------------------------------------------------------------

    def _pulse(self) -> None:
        _alive_here.add(self.name)
        guarded(leases.take_over_from_the_dead, _alive_here)
        while not self._stop_pulse.is_set():
            started = time.monotonic()
            guarded(self._beat)
            self._stop_pulse.wait(max(0.0, settings.PULSE_S - (time.monotonic() - started)))
        guarded(heartbeats.forget, self.name)
        _alive_here.discard(self.name)
        connection.close()

    def _beat(self) -> None:
        failpoints.stall_pulse()
        with self._lock:
            held = dict(self._held)
        renewed_at = time.monotonic()
        lost = leases.renew(worker=self.name, held={chunk_id: one.claim.fence for chunk_id, one in held.items()})
        for chunk_id, one in held.items():
            if chunk_id in lost:
                self._cancel(one)
            else:
                one.renewed_at = renewed_at
        self._beat_at = renewed_at
        heartbeats.beat(
            self.name, in_flight=len(held), slots=self.slots, revisions=self._revisions,
            is_draining=self._is_draining,
        )
        for route_id, seen in self._tally.take().items():
            guarded(self._report, route_id, seen)
        turn = sweeper.take_turn(self.name)
        if turn is not None:
            sweeper.sweep(may_expire=turn.may_expire)
            self._submit(self._keep_up)
        if not self._is_draining and len(held) < self.slots:
            self.wake()

    def _keep_up(self) -> None:
        """Not in the pulse, which has leases to renew; and if the last time is not over, not a second time."""
        if self._keeping_up.acquire(blocking=False):
            try:
                sweeper.upkeep()
            finally:
                self._keeping_up.release()

    def _report(self, route_id: int, seen: CallReport) -> None:
        self._tally.hear_of_cut(route_id, route_health.report(route_id, seen, worker=self.name))


def policy() -> RetryPolicy:
    """The engine's patience, from the settings."""
    return RetryPolicy(
        max_attempts=settings.MAX_ATTEMPTS, max_repairs=settings.MAX_REPAIRS,
        backoff_base=dt.timedelta(seconds=settings.BACKOFF_BASE_S),
        backoff_cap=dt.timedelta(seconds=settings.BACKOFF_CAP_S),
    )


def _where(claim: Claim) -> dict[str, int]:
    """For the log: what an error concerns."""
    return {"job_id": claim.job_id, "chunk_id": claim.chunk_id, "attempt_id": claim.attempt_id}


def output_limit(claim: Claim) -> int:
    """Half of the route's cap at first, so that a runaway reply is cheap; all of it after a truncation."""
    is_large = claim.stage is Stage.WHOLE or claim.was_truncated
    return claim.max_output_tokens if is_large else max(256, claim.max_output_tokens // 2)


def room_for_reply(claim: Claim, request: Request) -> int:
    """Tokens of the model's context that the request leaves."""
    return claim.context_tokens - _tokens(request)


def _estimate(request: Request) -> TokenUsage:
    """What a call costs at least of which nobody told us: its prompt."""
    return TokenUsage(input_tokens=_tokens(request), is_estimated=True)


def _tokens(request: Request) -> int:
    return sum(estimated_tokens(message["content"]) for message in request.messages)


def _abandoned(request: Request) -> Failure:
    return Failure(CallCode.ABANDONED, "we stopped listening before the reply came", usage=_estimate(request))
