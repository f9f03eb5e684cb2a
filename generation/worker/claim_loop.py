"""Claim as much as fits, whenever there may be work."""

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from generation.services.chunks import backlog, cache_lookup, claiming
from generation.worker.database import guarded
from generation.worker.executor import Executor
from generation.worker.holdings import Holdings
from generation.worker.looks import Looks
from generation.worker.transactions import TransactionThreads


@dataclass(frozen=True)
class WorkerProfile:
    """What an engine is to the others: its name, how many chunks it takes, and the kinds' revisions that it knows."""

    name: str
    slots: int
    revisions: Mapping[str, int]


class ClaimLoop:
    """`wake()` it when there may be work; `look()` for what nobody has announced; `stop()` it, and it takes no more."""

    def __init__(
        self, profile: WorkerProfile, holdings: Holdings, executor: Executor, transactions: TransactionThreads
    ) -> None:
        self._profile = profile
        self._holdings = holdings
        self._executor = executor
        self._transactions = transactions
        self._claiming = threading.Lock()
        self._is_wanted = threading.Event()
        self._is_announced = False
        self._looks = Looks(settings.PULSE_S)
        self._was_full = False
        self._is_stopped = False

    @property
    def is_stopped(self) -> bool:
        return self._is_stopped

    def wake(self) -> None:
        """There may be work.  Returns at once; many wakes become one claim."""
        self._is_announced = True
        self._looks.wake()
        self._claim_soon()

    @property
    def looks_in_s(self) -> float:
        """How long until `look` looks."""
        return self._looks.wait_s

    def look(self) -> None:
        """Look for work that nobody has announced, if it is time: often while anything is held, or was lately."""
        if len(self._holdings) > 0:
            self._looks.wake()
        if not self._looks.wait_s:
            self._looks.begin()
            self._claim_soon()

    def _claim_soon(self) -> None:
        if self._is_stopped or self._is_wanted.is_set():
            return
        self._is_wanted.set()
        if not self._transactions.submit(self._claim_more):
            self._is_wanted.clear()

    def wake_if_it_was_full(self) -> None:
        """A slot may be free, which matters if the last claim could not take all."""
        if self._was_full:
            self.wake()

    def keep_backlog_new(self) -> None:
        """Where very many wait, have a look at them beside the claims, which take what was seen."""
        known = backlog.revisions_of(self._profile.revisions)
        if not self._is_stopped and backlog.should_look_again(known):
            self._transactions.submit(backlog.look_again, known)

    def stop(self) -> None:
        self._is_stopped = True

    def wait(self, timeout_s: float) -> None:
        """Return when what a claim under way has found is held, or after `timeout_s`."""
        if self._claiming.acquire(timeout=timeout_s):
            self._claiming.release()

    def _claim_more(self) -> None:
        with self._claiming:
            self._is_wanted.clear()
            is_announced, self._is_announced, self._was_full = self._is_announced, False, False
            if not is_announced and not self._is_due():
                return
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
                if batch.claims:
                    self._looks.wake()
                for claim in batch.claims:
                    guarded(self._executor.give_back if self._is_stopped else self._executor.begin, claim)
                may_have_more = batch.may_have_more or has_more_twins

    def _is_due(self) -> bool:
        """Whether anything is; the next look comes when the next thing is, if that is soon."""
        due_in = claiming.due_in()
        self._looks.end(due_in)
        return due_in is not None and due_in <= dt.timedelta()
