"""What an engine holds: claims whose leases it renews, each with its call.

Memory only.  The database knows who holds a chunk, by its fence; this is what one process believes, which may be
out of date by a lease."""

import asyncio
import threading
import time
from collections.abc import Collection, Set
from dataclasses import dataclass, field

from django.conf import settings

from generation.services.chunks.claim import Claim
from generation.worker.call_loop import CallLoop


@dataclass
class Holding:
    """A claimed chunk while it is ours.  `call` is the task that waits for the provider, once there is one."""

    claim: Claim
    call: "asyncio.Task[None] | None" = None
    is_lost: bool = False
    written: int = 0      # tokens that its call has brought so far, where it is streamed
    renewed_at: float = field(default_factory=time.monotonic)      # its lease, by this process's own clock

    @property
    def may_have_run_out(self) -> bool:
        """A process that was stopped since its claim does not know yet whose the chunk is by now."""
        return time.monotonic() - self.renewed_at > settings.LEASE_S

    def hear(self, tokens: int) -> None:
        self.written = tokens

    def stop_listening(self) -> None:
        """On the event loop: the connection closes, and the provider stops writing."""
        self.is_lost = True
        if self.call is not None:
            self.call.cancel()


class Holdings:
    """The holdings of one engine, by chunk."""

    def __init__(self, calls: CallLoop) -> None:
        self._calls = calls
        self._held: dict[int, Holding] = {}
        self._changed = threading.Condition(threading.Lock())
        self._renewed_at = time.monotonic()      # the last renewal that got through

    def __len__(self) -> int:
        return len(self._held)

    @property
    def can_be_kept(self) -> bool:
        """Whether leases could be renewed lately: who cannot renew takes none."""
        return time.monotonic() - self._renewed_at < settings.LEASE_S / 2

    def hold(self, claims: Collection[Claim]) -> None:
        """From here on their leases are renewed, whatever happens to one of them."""
        with self._changed:
            earlier = [self._held[claim.chunk_id] for claim in claims if claim.chunk_id in self._held]
            self._held.update({claim.chunk_id: Holding(claim) for claim in claims})
        for holding in earlier:
            self.cancel(holding)      # we lost it and got it again: the old call is nobody's

    def of(self, claim: Claim) -> Holding | None:
        """The holding of `claim`, unless it was lost."""
        holding = self._held.get(claim.chunk_id)
        is_ours = holding is not None and holding.claim.fence == claim.fence and not holding.is_lost
        return holding if is_ours else None

    def let_go(self, claim: Claim) -> None:
        """`claim` is over.  A later claim of the same chunk stays."""
        with self._changed:
            holding = self._held.get(claim.chunk_id)
            if holding is not None and holding.claim.fence == claim.fence:
                del self._held[claim.chunk_id]
            self._changed.notify_all()

    def cancel(self, holding: Holding) -> None:
        self._calls.soon(holding.stop_listening)

    def now(self) -> dict[int, Holding]:
        """All that is held at this moment, by chunk."""
        with self._changed:
            return dict(self._held)

    def renewed(self, held: dict[int, Holding], lost: Set[int], at: float) -> None:
        """The leases of `held` were renewed `at` that moment, except those that are `lost`."""
        for chunk_id, holding in held.items():
            if chunk_id in lost:
                self.cancel(holding)
            else:
                holding.renewed_at = at
        self._renewed_at = at

    def wait_until_none(self, timeout_s: float) -> list[Holding]:
        """What is still held after `timeout_s`; returns as soon as nothing is."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held, timeout_s)
            return list(self._held.values())
