"""The engine of one worker process.

Three kinds of threads: one runs the event loop on which all provider calls wait, a few do the short
transactions, one is the pulse (leases, cancellations, sweeping, idle claims).  No thread and no
database connection waits for the provider, so hundreds of calls in flight cost little more than
their sockets."""

import asyncio
import contextlib
import datetime as dt
import logging
import os
import random
import secrets
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from generation.core.outcomes import (
    Answer,
    CallCode,
    Failure,
    GiveUp,
    Outcome,
    Policy,
    SplitUp,
    Usage,
    decide,
)
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Context, Request, Stage
from generation.core.reasons import Reason
from generation.core.secrets import scrub
from generation.engine.contexts import Contexts, digests_before
from generation.engine.judging import outcome_of, request_for
from generation.kinds import all_kinds
from generation.services import claiming, leases, ledger, pulses, routes, settling, sweeping
from generation.services.claiming import Claim
from generation.services.settling import Finished

T = TypeVar("T")
_logger = logging.getLogger(__name__)

# Database errors that another try may heal: the server restarts, the file is locked.
_DATABASE_TROUBLE = (DatabaseError, InterfaceError)
MAX_SETTLED_TOGETHER = 16   # keeps the transaction short
PERSIST_FOR_S = 60.0        # how long a finished call is kept in memory while the database is away


class Asks(Protocol):
    """The provider, as the engine needs it.  `generation.llm.Provider` is the real one."""

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str
    ) -> Answer: ...

    async def close(self) -> None: ...


@dataclass
class _Held:
    """A claimed chunk while it is ours.  `task` is its call, once there is one."""

    claim: Claim
    task: "asyncio.Task[None] | None" = None
    is_lost: bool = False


@dataclass
class Engine:
    """`start()` it, `wake()` it when a doorbell rings, `drain()` it at the end."""

    provider: Asks
    slots: int = field(default_factory=lambda: settings.WORKER_SLOTS)
    name: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}")

    def __post_init__(self) -> None:
        self._held: dict[int, _Held] = {}
        self._finished: dict[int, list[Finished]] = {}     # by job, until they are settled
        self._settling: set[int] = set()                   # jobs that a thread is settling
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._claiming = threading.Lock()
        self._wants_claim = threading.Event()
        self._is_draining = False
        self._stop_pulse = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._loop_thread = threading.Thread(target=self._run_loop, name="provider-calls", daemon=True)
        self._pulse_thread = threading.Thread(target=self._pulse, name="pulse", daemon=True)
        self._transactions = ThreadPoolExecutor(settings.WORKER_DB_THREADS, "transactions")
        self._contexts = Contexts()
        self._revisions = {slug: kind.revision for slug, kind in all_kinds().items()}
        self._policy = policy()

    # --- Life ---------------------------------------------------------------------------------

    def start(self) -> "Engine":
        self._loop_thread.start()
        self._pulse_thread.start()
        return self

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
        asyncio.run_coroutine_threadsafe(self.provider.close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(5)
        self._loop.close()
        return len(left)

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
            self._transactions.submit(_guarded, work)
        except RuntimeError:        # the pool is shut down: nothing starts any more
            self._wants_claim.clear()

    # --- Claim --------------------------------------------------------------------------------

    def _claim_more(self) -> None:
        with self._claiming:
            self._wants_claim.clear()
            may_have_more = True
            while may_have_more and not self._is_draining:
                free = self.slots - len(self._held)
                if free <= 0:
                    return
                batch = claiming.claim(worker=self.name, slots=free, revisions=self._revisions)
                for claim in batch.claims:
                    self._begin(claim)
                may_have_more = batch.may_have_more

    def _begin(self, claim: Claim) -> None:
        held = _Held(claim)
        with self._lock:
            self._held[claim.chunk_id] = held
        try:
            context = self._contexts.of(claim)
            request = request_for(claim, context, digests_before(claim, context))
        except _DATABASE_TROUBLE:
            # Not settled: the lease runs out, and the chunk is taken back.
            self._let_go(claim)
            raise
        except Exception as error:      # a kind's code failed: the chunk ends and says so
            _logger.exception("no request could be made for chunk %s", claim.chunk_id)
            failure = Failure(CallCode.INTERNAL, _named(error))
            self._end(Finished(claim, GiveUp(Reason.INTERNAL, _named(error)), failure, failure.code))
            return
        if claim.stored_reply is not None and claim.stored_reply.request_fingerprint == request.fingerprint:
            self._submit(lambda: self._finish(claim, context, request, None))
            return
        self._loop.call_soon_threadsafe(self._start_call, held, context, request)

    # --- Ask ----------------------------------------------------------------------------------

    def _start_call(self, held: _Held, context: Context, request: Request) -> None:
        if held.is_lost:
            self._submit(lambda: self._finish(held.claim, context, request, _abandoned(request)))
            return
        held.task = self._loop.create_task(self._call(held, context, request))

    async def _call(self, held: _Held, context: Context, request: Request) -> None:
        claim = held.claim
        answer: Answer
        try:
            answer = await self.provider.ask(
                request, model=claim.model, max_output_tokens=output_limit(claim),
                deadline_s=settings.LLM_DEADLINE_S, cache_key=claim.job_key,
            )
        except asyncio.CancelledError:
            answer = _abandoned(request)
        except Exception as error:      # a surprise in the client: one chunk fails, the process lives
            _logger.exception("the call for chunk %s failed in the client", claim.chunk_id)
            answer = Failure(CallCode.INTERNAL, _named(error), usage=_estimate(request))
        if answer.usage.is_estimated and not answer.usage.input_tokens:
            answer = replace(answer, usage=replace(answer.usage, input_tokens=_estimate(request).input_tokens))
        self._submit(lambda: self._finish(claim, context, request, answer))

    # --- Judge and settle ---------------------------------------------------------------------

    def _finish(self, claim: Claim, context: Context, request: Request, answer: Answer | None) -> None:
        """Store and judge an answer, and have it settled.  `answer` is None when a stored reply is used."""
        try:
            finished = self._judged(claim, context, request, answer)
        except BaseException:
            self._let_go(claim)      # the lease runs out, and the chunk is taken back
            raise
        self._end(finished)

    def _judged(self, claim: Claim, context: Context, request: Request, answer: Answer | None) -> Finished:
        if isinstance(answer, Failure):
            return Finished(claim, self._after(claim, answer), answer, answer.code, request.fingerprint)
        if answer is None:
            assert claim.stored_reply is not None, "only a stored reply comes without a call"
            text = claim.stored_reply.text
        else:
            reply, text = answer, answer.text
            _persistently(lambda: ledger.store_reply(claim, reply, request.fingerprint))
            if claim.route_is_suspect:
                _persistently(lambda: routes.note_call(claim.route_id, CallCode.OK, ""))
        try:
            outcome, code, findings = outcome_of(claim, context, text, self._policy)
        except Exception as error:      # a check failed: the reply stays in the ledger
            _logger.exception("the reply for chunk %s could not be judged", claim.chunk_id)
            outcome, code, findings = GiveUp(Reason.INTERNAL, _named(error)), CallCode.INTERNAL, ()
        return Finished(claim, outcome, answer, code, request.fingerprint, findings)

    def _after(self, claim: Claim, failure: Failure) -> Outcome:
        """What becomes of a chunk whose call failed; provider-wide trouble closes the route."""
        if failure.code is CallCode.ABANDONED:
            return decide(failure, attempts=claim.attempts, policy=self._policy, jitter=0)
        _persistently(
            lambda: routes.note_call(claim.route_id, failure.code, failure.message, failure.retry_after_s)
        )
        outcome = decide(
            failure, attempts=claim.attempts, policy=self._policy, jitter=random.random(),
            had_largest_cap=output_limit(claim) == claim.max_output_tokens,
        )
        is_for_split = failure.code in {CallCode.TRUNCATED, CallCode.TIMEOUT}
        if claim.stage is Stage.WHOLE and is_for_split and isinstance(outcome, GiveUp):
            return SplitUp(failure.message)
        return outcome

    def _end(self, finished: Finished) -> None:
        """Have `finished` settled: at once, or by the thread that is settling this job already.

        A job's calls queue for its row's lock anyway; those that wait are settled together instead."""
        job_id = finished.claim.job_id
        with self._lock:
            self._finished.setdefault(job_id, []).append(finished)
            if job_id in self._settling:
                return
            self._settling.add(job_id)
        try:
            while batch := self._next_batch(job_id):
                self._settle(batch)
        except BaseException:
            with self._lock:
                dropped = self._finished.pop(job_id, [])
                self._settling.discard(job_id)
            for one in dropped:
                self._let_go(one.claim)
            raise

    def _next_batch(self, job_id: int) -> list[Finished]:
        with self._lock:
            waiting = self._finished.pop(job_id, [])
            if len(waiting) > MAX_SETTLED_TOGETHER:
                self._finished[job_id] = waiting[MAX_SETTLED_TOGETHER:]
            if not waiting:
                self._settling.discard(job_id)
        return waiting[:MAX_SETTLED_TOGETHER]

    def _settle(self, batch: list[Finished]) -> None:
        try:
            settled = _persistently(lambda: settling.settle(*batch))
        except _DATABASE_TROUBLE:
            raise
        except Exception:
            if len(batch) == 1:
                raise
            _logger.exception("%s calls could not be settled together", len(batch))
            for one in batch:      # one of them is to blame, and only that one shall pay
                _guarded(lambda one=one: self._settle([one]))     # type: ignore[misc]
            return
        finally:
            for one in batch:
                self._let_go(one.claim)
        if any(one.runnable for one in settled) or self.slots - len(self._held) <= len(batch):
            self.wake()      # sooner than the doorbell, which then finds nothing

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
        _guarded(lambda: leases.take_over_from_the_dead(self.name))
        while not self._stop_pulse.is_set():
            started = time.monotonic()
            _guarded(self._beat)
            self._stop_pulse.wait(max(0.0, settings.PULSE_S - (time.monotonic() - started)))
        _guarded(lambda: pulses.forget(self.name))
        connection.close()

    def _beat(self) -> None:
        with self._lock:
            held = dict(self._held)
        for chunk_id in leases.renew(
            worker=self.name, held={chunk_id: one.claim.fence for chunk_id, one in held.items()}
        ):
            self._cancel(held[chunk_id])
        pulses.beat(
            self.name, in_flight=len(held), slots=self.slots, revisions=self._revisions,
            is_draining=self._is_draining,
        )
        if sweeping.is_my_turn(self.name):
            sweeping.sweep()
        if not self._is_draining and len(held) < self.slots:
            self.wake()


def policy() -> Policy:
    """The engine's patience, from the settings."""
    return Policy(
        max_attempts=settings.MAX_ATTEMPTS, max_repairs=settings.MAX_REPAIRS,
        backoff_base=dt.timedelta(seconds=settings.BACKOFF_BASE_S),
        backoff_cap=dt.timedelta(seconds=settings.BACKOFF_CAP_S),
    )


def output_limit(claim: Claim) -> int:
    """Half of the route's cap at first, so that a runaway reply is cheap; all of it after a truncation."""
    is_large = claim.stage is Stage.WHOLE or claim.was_truncated
    return claim.max_output_tokens if is_large else max(256, claim.max_output_tokens // 2)


def _estimate(request: Request) -> Usage:
    """What a call costs at least of which nobody told us: its prompt."""
    tokens = sum(estimated_tokens(message["content"]) for message in request.messages)
    return Usage(input_tokens=tokens, is_estimated=True)


def _abandoned(request: Request) -> Failure:
    return Failure(CallCode.ABANDONED, "we stopped listening before the reply came", usage=_estimate(request))


def _named(error: Exception) -> str:
    return scrub(f"{type(error).__name__}: {error}")[:500]


def _guarded(work: Callable[[], None]) -> None:
    """Run `work` in a thread of ours: an error is logged, a broken connection is dropped."""
    try:
        work()
    except _DATABASE_TROUBLE as error:
        _logger.warning("database trouble, trying again soon: %s", error)
        connection.close()
    except Exception:
        _logger.exception("an engine thread met an error")
        connection.close()


def _persistently(work: Callable[[], T]) -> T:
    """Run a transaction until the database takes it, for `PERSIST_FOR_S`; then its error is raised.

    Integrity errors and other mistakes of ours are raised at once."""
    deadline = time.monotonic() + PERSIST_FOR_S
    wait_s = 0.05
    while True:
        try:
            return work()
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if time.monotonic() + wait_s > deadline:
                raise
            _logger.warning("database trouble, the finished call is kept: %s", error)
            time.sleep(wait_s)
            wait_s = min(2.0, wait_s * 2)
