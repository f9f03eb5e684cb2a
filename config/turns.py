"""Turns: so many at once, the others one after another as they came, and nobody waits longer than is of use."""

import asyncio
from collections import deque
from contextlib import ExitStack


class RequestTurns:
    """For the requests of one process.  Who waits needs neither a thread nor a connection."""

    def __init__(self, at_once: int, wait_s: float) -> None:
        self._free = at_once
        self._wait_s = wait_s
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def one(self) -> ExitStack:
        """A turn, which closing ends.  Raises TimeoutError if it does not come in time."""
        if self._free:
            self._free -= 1
        else:
            await self._come()
        turn = ExitStack()
        turn.callback(self._pass_on)
        return turn

    async def _come(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._wait_s):
                await turn
        except BaseException:
            if not turn.cancelled():      # it came in the very moment in which nobody waited for it any more
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
