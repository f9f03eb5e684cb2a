"""The few threads that do an engine's short transactions, each on a database connection of its own."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec

from django.conf import settings
from django.db import connection

from generation.worker.database import guarded

Given = ParamSpec("Given")


class TransactionThreads:
    """`submit` work, `stop` when no more comes, or `abandon` what has not begun."""

    def __init__(self) -> None:
        self._size = settings.WORKER_DB_THREADS
        self._pool = ThreadPoolExecutor(self._size, "transactions")
        self._is_ending = self._is_abandoned = False

    def submit(self, function: Callable[Given, object], /, *arguments: Given.args, **keywords: Given.kwargs) -> bool:
        """Have `function` called by one of the threads, guarded; False when nothing starts any more."""
        try:
            self._pool.submit(self._run, function, *arguments, **keywords)
        except RuntimeError:        # the pool is shut down
            return False
        return True

    def stop(self) -> None:
        """Let everything that was submitted end, and give the connections back."""
        self._is_ending = True
        self._close_connections()
        self._pool.shutdown(wait=True)

    def abandon(self) -> None:
        """Begin nothing more, and do not wait.

        A thread that ends with its connection takes a place of the process's pool along: after a few engines that
        were given up nobody would get one."""
        self._is_ending = self._is_abandoned = True
        self._close_connections()
        self._pool.shutdown(wait=False)

    def _run(self, function: Callable[Given, object], /, *arguments: Given.args, **keywords: Given.kwargs) -> None:
        try:
            if not self._is_abandoned:
                guarded(function, *arguments, **keywords)
        finally:
            if self._is_ending:      # it was busy for longer than the others wait
                connection.close()

    def _close_connections(self) -> None:
        """Every thread that is idle, or soon, gives its own database connection back."""
        together = threading.Barrier(self._size)

        def close_mine() -> None:
            with contextlib.suppress(threading.BrokenBarrierError):
                together.wait(5)
            connection.close()

        with contextlib.suppress(RuntimeError):      # it is shut down, and they have done so
            for _ in range(self._size):
                self._pool.submit(close_mine)
