"""What an engine does once in a pulse: renew its leases, say that it lives, report what its calls told, sweep when
it is its turn, and look for work that no doorbell announced."""

import datetime as dt
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from generation.core.call_reports import CallReport
from generation.services.chunks import leases
from generation.services.elections import Patience
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.telemetry import heartbeats
from generation.worker import failpoints, spool
from generation.worker.call_stats import CallStats
from generation.worker.claim_loop import ClaimLoop, WorkerProfile
from generation.worker.database import Steps
from generation.worker.holdings import Holdings
from generation.worker.reply_store import ReplyStore
from generation.worker.transactions import TransactionThreads

_alive_here: set[str] = set()      # names of this process's engines


class Heartbeat:
    """Beats in a thread of its own, from `start` until `stop` or `abandon`."""

    def __init__(
        self, profile: WorkerProfile, holdings: Holdings, claims: ClaimLoop, call_stats: CallStats,
        upkeep: "Upkeep", replies: ReplyStore,
    ) -> None:
        self._profile = profile
        self._holdings = holdings
        self._claims = claims
        self._call_stats = call_stats
        self._upkeep = upkeep
        self._replies = replies
        self._steps = Steps()
        self._told: tuple[int, bool] | None = None      # of itself: calls in flight, and whether it drains
        self._told_at = 0.0
        self._shown: dict[int, int] = {}      # by chunk: the tokens that people know of
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def should_live(self) -> bool:
        """Whether it was started, and nobody has ended it."""
        return self._thread.ident is not None and not self._is_ending.is_set()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        self._is_ending.set()
        self._thread.join(10)

    def abandon(self) -> None:
        """Its engine is given up: what it holds is that of a dead worker."""
        self._is_ending.set()
        _alive_here.discard(self._profile.name)

    def _run(self) -> None:
        _alive_here.add(self._profile.name)
        self._steps.take(_recover_replies)
        self._steps.take(leases.take_over_from_the_dead, _alive_here)
        self._steps.take(route_health.resume_what_the_environment_allows)
        while not self._is_ending.is_set():
            next_at = time.monotonic() + settings.PULSE_S
            self._beat()
            self._look_until(next_at)
        self._steps.take(heartbeats.forget, self._profile.name)
        _alive_here.discard(self._profile.name)
        connection.close()

    def _beat(self) -> None:
        """Each step by itself: what one of them meets is no reason for another to be left out."""
        for step in (
            failpoints.stall_pulse, self.renew_leases, self.say_alive, self.report_calls, _recover_replies,
            self._upkeep.sweep_in_turn, self._claims.keep_backlog_new, self._look_for_work,
        ):
            self._steps.take(step)

    def _look_until(self, beat_at: float) -> None:
        """Wait for the next beat, and look meanwhile for what becomes due."""
        while (left_s := beat_at - time.monotonic()) > 0:
            looks_in_s = self._claims.looks_in_s if self._has_room else left_s
            if self._is_ending.wait(min(left_s, looks_in_s)):
                return
            if looks_in_s < left_s:
                self._steps.take(self._look_for_work)

    def say_alive(self) -> None:
        """Say so when something has changed, and else as often as it takes to be believed."""
        told = len(self._holdings), self._claims.is_stopped
        if told == self._told and time.monotonic() - self._told_at < heartbeats.repeated_after_s():
            return
        self._told, self._told_at = None, time.monotonic()
        heartbeats.beat(
            self._profile.name, in_flight=len(self._holdings), slots=self._profile.slots,
            revisions=self._profile.revisions, is_draining=self._claims.is_stopped, kept_after_s=self._replies.took_s,
        )
        self._told = told

    @property
    def _has_room(self) -> bool:
        return len(self._holdings) < self._profile.slots

    def _look_for_work(self) -> None:
        if self._has_room:
            self._claims.look()

    def renew_leases(self) -> int:
        """Renew what is held, and drop the calls of what is lost; how many were held."""
        held, began = self._holdings.now(), time.monotonic()
        fences = {chunk_id: holding.claim.fence for chunk_id, holding in held.items()}
        lost = leases.renew(worker=self._profile.name, held=fences)
        self._holdings.renewed(held, lost, began)
        written = {
            chunk_id: (holding.claim.fence, holding.written) for chunk_id, holding in held.items()
            if holding.written != self._shown.get(chunk_id, 0)
        }
        if written:
            self._steps.take(leases.show_written, written)
        self._shown = {chunk_id: holding.written for chunk_id, holding in held.items()}
        return len(held)

    def report_calls(self) -> None:
        for route_id, seen in self._call_stats.take().items():
            self._steps.take(self._report, route_id, seen)

    def _report(self, route_id: int, seen: CallReport) -> None:
        cut_at_s = route_health.report(route_id, seen, worker=self._profile.name)
        self._call_stats.hear_of_cut(route_id, cut_at_s)


def _recover_replies() -> None:
    """What workers of this machine were killed with, before their chunks are asked anew."""
    spool.recover(spool.spool_folder())


class Upkeep:
    """Sweeps in the thread that asks; what is slow follows in a transaction thread, because leases must not wait."""

    def __init__(self, worker: str, transactions: TransactionThreads, on_work: Callable[[], None]) -> None:
        """`on_work` is told when parts may start: this process may be the only one that hears of it."""
        self._worker = worker
        self._on_work = on_work
        self._transactions = transactions
        self._keeping_up = threading.Lock()
        self._patience = Patience()
        self._patience_with_the_slow = {name: Patience() for name in sweeper.PERIODIC}

    def sweep_in_turn(self) -> None:
        """Sweep, if it is this worker's turn among all."""
        turn = sweeper.take_turn(self._worker, self._patience)
        if turn is not None:
            if sweeper.sweep(may_expire=turn.may_expire, now=turn.now).rang:
                self._on_work()
            self._transactions.submit(self._keep_up, turn.now)

    def _keep_up(self, now: dt.datetime) -> None:
        """If the last time is not over, not a second time."""
        if self._keeping_up.acquire(blocking=False):
            try:
                sweeper.upkeep(now, self._patience_with_the_slow)
            finally:
                self._keeping_up.release()
