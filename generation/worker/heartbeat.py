"""What an engine does once in a pulse: renew its leases, say that it lives, report what its calls told, sweep when
it is its turn, and look for work that no doorbell announced."""

import threading
import time

from django.conf import settings
from django.db import connection

from generation.core.call_reports import CallReport
from generation.services.chunks import leases
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.telemetry import heartbeats
from generation.worker import failpoints
from generation.worker.call_stats import CallStats
from generation.worker.claim_loop import ClaimLoop, WorkerProfile
from generation.worker.database import guarded
from generation.worker.holdings import Holdings
from generation.worker.transactions import TransactionThreads

_alive_here: set[str] = set()      # names of this process's engines


class Heartbeat:
    """Beats in a thread of its own, from `start` until `stop` or `abandon`."""

    def __init__(
        self, profile: WorkerProfile, holdings: Holdings, claims: ClaimLoop, call_stats: CallStats, upkeep: "Upkeep"
    ) -> None:
        self._profile = profile
        self._holdings = holdings
        self._claims = claims
        self._call_stats = call_stats
        self._upkeep = upkeep
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
        guarded(leases.take_over_from_the_dead, _alive_here)
        while not self._is_ending.is_set():
            started = time.monotonic()
            guarded(self._beat)
            self._is_ending.wait(max(0.0, settings.PULSE_S - (time.monotonic() - started)))
        guarded(heartbeats.forget, self._profile.name)
        _alive_here.discard(self._profile.name)
        connection.close()

    def _beat(self) -> None:
        failpoints.stall_pulse()
        in_flight = self.renew_leases()
        heartbeats.beat(
            self._profile.name, in_flight=in_flight, slots=self._profile.slots, revisions=self._profile.revisions,
            is_draining=self._claims.is_stopped,
        )
        self.report_calls()
        self._upkeep.sweep_in_turn()
        if in_flight < self._profile.slots:
            self._claims.wake()

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
            guarded(leases.show_written, written)
        self._shown = {chunk_id: holding.written for chunk_id, holding in held.items()}
        return len(held)

    def report_calls(self) -> None:
        for route_id, seen in self._call_stats.take().items():
            guarded(self._report, route_id, seen)

    def _report(self, route_id: int, seen: CallReport) -> None:
        cut_at_s = route_health.report(route_id, seen, worker=self._profile.name)
        self._call_stats.hear_of_cut(route_id, cut_at_s)


class Upkeep:
    """Sweeps in the thread that asks; what is slow follows in a transaction thread, because leases must not wait."""

    def __init__(self, worker: str, transactions: TransactionThreads) -> None:
        self._worker = worker
        self._transactions = transactions
        self._keeping_up = threading.Lock()

    def sweep_in_turn(self) -> None:
        """Sweep, if it is this worker's turn among all."""
        turn = sweeper.take_turn(self._worker)
        if turn is not None:
            sweeper.sweep(may_expire=turn.may_expire)
            self._transactions.submit(self._keep_up)

    def _keep_up(self) -> None:
        """If the last time is not over, not a second time."""
        if self._keeping_up.acquire(blocking=False):
            try:
                sweeper.upkeep()
            finally:
                self._keeping_up.release()
