"""Claim as much as fits, whenever there may be work."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from generation.services.chunks import cache_lookup, claiming
from generation.worker.database import guarded
from generation.worker.executor import Executor
from generation.worker.holdings import Holdings
from generation.worker.transactions import TransactionThreads


@dataclass(frozen=True)
class WorkerProfile:
    """What an engine is to the others: its name, how many chunks it takes, and the kinds' revisions that it knows."""

    name: str
    slots: int
    revisions: Mapping[str, int]


class ClaimLoop:
    """`wake()` it when there may be work; `stop()` it, and it takes no more."""

    def __init__(
        self, profile: WorkerProfile, holdings: Holdings, executor: Executor, transactions: TransactionThreads
    ) -> None:
        self._profile = profile
        self._holdings = holdings
        self._executor = executor
        self._transactions = transactions
        self._claiming = threading.Lock()
        self._is_wanted = threading.Event()
        self._was_full = False
        self._is_stopped = False

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    def wake(self) -> None:
        """There may be work.  Returns at once; many wakes become one claim."""
        if self._is_stopped or self._is_wanted.is_set():
            return
        self._is_wanted.set()
        if not self._transactions.submit(self._claim_more):
            self._is_wanted.clear()

    def wake_if_it_was_full(self) -> None:
        """A slot may be free, which matters if the last claim could not take all."""
        if self._was_full:
            self.wake()

    def stop(self) -> None:
        self._is_stopped = True

    def wait(self, timeout_s: float) -> None:
        """Return when what a claim under way has found is held, or after `timeout_s`."""
        if self._claiming.acquire(timeout=timeout_s):
            self._claiming.release()

    def _claim_more(self) -> None:
        with self._claiming:
            self._is_wanted.clear()
            self._was_full = False
            # Who cannot renew leases takes none: the next beat that gets through wakes us.
            may_have_more = self._holdings.can_be_kept
            while may_have_more and not self._is_stopped:
                has_more_twins = cache_lookup.serve_due()      # needs no slot: nobody is asked
                free = self._profile.slots - len(self._holdings)
                if free <= 0:
                    self._was_full = True
                    return
                batch = claiming.claim(worker=self._profile.name, slots=free, revisions=self._profile.revisions)
                self._holdings.hold(batch.claims)
                for claim in batch.claims:
                    guarded(self._executor.give_back if self._is_stopped else self._executor.begin, claim)
                may_have_more = batch.may_have_more or has_more_twins
