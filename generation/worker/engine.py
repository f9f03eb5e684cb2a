"""The engine of one worker process: its threads, and how they start and end.

Four kinds of threads: one runs the event loop on which all provider calls wait, one stores replies, a few do the other
short transactions, one is the heartbeat (leases, cancellations, sweeping, idle claims)."""

from dataclasses import dataclass, field

from generation.kinds import all_kinds
from generation.worker import failpoints
from generation.worker.asking import Asker, Asks
from generation.worker.call_loop import CallLoop
from generation.worker.call_stats import CallStats
from generation.worker.claim_loop import ClaimLoop, WorkerProfile
from generation.worker.completer import Completer
from generation.worker.executor import Executor
from generation.worker.heartbeat import Heartbeat, Upkeep
from generation.worker.holdings import Holdings
from generation.worker.naming import worker_name
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.slots import slots
from generation.worker.spool import Spool, spool_folder
from generation.worker.transactions import TransactionThreads


@dataclass
class Engine:
    """`start()` it, `wake()` it when a doorbell rings, `drain()` it at the end."""

    provider: Asks
    slots: int = field(default_factory=slots)
    name: str = field(default_factory=worker_name)

    def __post_init__(self) -> None:
        profile = WorkerProfile(self.name, self.slots, {slug: kind.revision for slug, kind in all_kinds().items()})
        call_stats = CallStats()
        self._calls = CallLoop()
        self._transactions = TransactionThreads()
        self._holdings = Holdings(self._calls)
        executor = Executor(
            Asker(self.provider, call_stats), Completer(self._holdings.let_go, self.wake), self._calls,
            self._holdings, self._transactions, self._wake_if_it_was_full,
            Spool(spool_folder(), self.name), ReplyBacklog(),
        )
        self._replies = executor.replies
        self._claims = ClaimLoop(profile, self._holdings, executor, self._transactions)
        self._heartbeat = Heartbeat(
            profile, self._holdings, self._claims, call_stats, Upkeep(self.name, self._transactions, self.wake),
            self._replies)

    def start(self) -> "Engine":
        failpoints.skew_clock()
        self._calls.start()
        self._replies.start()
        self._heartbeat.start()
        return self

    @property
    def in_flight(self) -> int:
        return len(self._holdings)

    @property
    def is_broken(self) -> bool:
        """Whether a thread of it has died that should live: it then looks alive, and is not."""
        are_alive = self._heartbeat.is_alive and self._calls.is_alive and self._replies.is_alive
        return self._heartbeat.should_live and not are_alive

    def wake(self) -> None:
        """There may be work: claim as much as fits.  Returns at once; many wakes become one claim."""
        self._claims.wake()

    def _wake_if_it_was_full(self) -> None:
        self._claims.wake_if_it_was_full()

    def stop_claiming(self) -> None:
        self._claims.stop()

    def drain(self, grace_s: float) -> int:
        """Let calls finish for `grace_s`, give the rest back uncounted, stop; how many were given back.

        Draining a second time does nothing."""
        self.stop_claiming()
        if self._calls.is_closed:
            return 0
        self._claims.wait(max(grace_s, 10.0))
        left = self._holdings.wait_until_none(grace_s)
        for holding in left:
            self._holdings.cancel(holding)
        self._holdings.wait_until_none(10)
        self._heartbeat.stop()
        self._replies.stop()
        self._transactions.stop()
        self._calls.end(self.provider.close)
        return len(left)

    def abandon(self) -> None:
        """Give a broken engine up: its calls are dropped, and its chunks are nobody's until another takes over."""
        self.stop_claiming()
        self._heartbeat.abandon()
        self._replies.abandon()
        self._transactions.abandon()
        for holding in self._holdings.now().values():
            self._holdings.cancel(holding)
        self._calls.end(self.provider.close)
