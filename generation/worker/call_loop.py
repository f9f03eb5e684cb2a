"""The thread on whose event loop all provider calls wait.

No thread and no database connection waits for the provider, so hundreds of calls in flight cost little more than
their sockets."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVarTuple

Given = TypeVarTuple("Given")


class CallLoop:
    """`start()` it, have functions called on it `soon`, `end()` it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="provider-calls", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def is_closed(self) -> bool:
        return self._loop.is_closed()

    def soon(self, function: Callable[[*Given], object], *arguments: *Given) -> None:
        """Call `function` on the loop, after what it was given before."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def time(self) -> float:
        """The loop's own clock, in seconds."""
        return self._loop.time()

    def at(self, when: float, function: Callable[[], object]) -> None:
        """On the loop: call `function` at `when` on its clock, after it has looked what has arrived."""
        self._loop.call_at(when, function)

    def end(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:     # Any: what asyncio sends into it
        """Run `last` on the loop, then stop; where the thread has died, only close the loop."""
        if self._thread.is_alive():
            with contextlib.suppress(Exception):      # connections that do not close end with the process
                asyncio.run_coroutine_threadsafe(last(), self._loop).result(5)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
