"""How late the event loop is with what is due: what a reply waited for us, not for the provider.

While this process is busy, the loop comes to a reply some time after its last byte did.  Taken for the provider's
slowness, that would cut the limit of calls at once because we have much to do.  So a tick that is due at a known
moment is timed, too: as late as it came, so late came the replies of that moment."""

import asyncio
from collections import deque

TICK_S = 0.05
REMEMBERED = 10      # ticks: half a second on a calm loop, longer on a busy one


class LoopLag:
    """`begin` and `end` around each call, on the loop; it ticks only in between."""

    def __init__(self) -> None:
        self._calls = 0
        self._is_ticking = False
        self._late_s = deque[float](maxlen=REMEMBERED)

    def begin(self) -> None:
        self._calls += 1
        if not self._is_ticking:
            self._is_ticking = True
            self._late_s.clear()
            self._next_tick()

    def end(self) -> float:
        """Seconds for which what just arrived may have waited for the loop."""
        self._calls -= 1
        return max(self._late_s, default=0.0)

    def _next_tick(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        loop.call_at(due, self._tick, due)

    def _tick(self, due: float) -> None:
        self._late_s.append(max(0.0, asyncio.get_running_loop().time() - due))
        self._is_ticking = self._calls > 0
        if self._is_ticking:
            self._next_tick()
