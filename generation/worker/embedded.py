"""A Celery worker in a thread of this process, with the engine that its one task wakes.

What `manage.py up` and `generate` work with when no worker runs elsewhere.  The engine is started by
us, not by Celery's `worker_ready`, so that it also works while the broker cannot be reached: it then
looks for work by itself."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import current_app
from celery.worker import WorkController
from celery.worker import state as worker_state
from celery.worker.consumer import Consumer

from generation import queue
from generation.worker import process

CONCURRENCY = 2       # a task only wakes the engine, which is over in microseconds
BROKER_S = 3.0        # how long a start waits for the broker
JOIN_S = 5.0
LOOK_S = 0.05
WATCH_S = 1.0

_logger = logging.getLogger(__name__)


class _Worker(WorkController):
    """`WorkController` is the worker without banner, signal handlers and pid file."""

    def __init__(self, **options: Any) -> None:     # Any: celery's own options
        self.is_ready = threading.Event()
        super().__init__(
            app=current_app._get_current_object(), pool="threads", concurrency=CONCURRENCY, loglevel="WARNING",
            without_mingle=True, without_gossip=True, without_heartbeat=True, **options,
        )

    def on_consumer_ready(self, consumer: Consumer) -> None:
        self.is_ready.set()

    def _send_worker_shutdown(self) -> None:
        """Not sent: `generation.tasks` would drain the engine, which outlives a consumer that broke."""


class EmbeddedWorker:
    """From `start` to `stop`.  One at a time for a process, because Celery's worker state is global."""

    def __init__(self) -> None:
        self._worker: _Worker | None = None
        self._thread: threading.Thread | None = None
        self._restarting = threading.Lock()

    def start(self) -> bool:
        """Start engine and worker; False if the broker was not reached within `BROKER_S`.

        Celery goes on trying in its thread, and the engine works without it, a little later."""
        assert self._worker is None, "the worker is started already"
        worker_state.should_stop = None
        self._worker = _Worker()
        process.start_engine()
        self._listen(self._worker)
        threading.Thread(target=self._watch, args=(self._worker,), name="worker-watch", daemon=True).start()
        return self._worker.is_ready.wait(BROKER_S)

    def _listen(self, worker: _Worker) -> None:
        self._thread = threading.Thread(target=worker.start, name="embedded-worker", daemon=True)
        self._thread.start()

    def _watch(self, worker: _Worker) -> None:
        """Another consumer when this one dies: without it the engine would hear no doorbell, and be late."""
        while True:
            time.sleep(WATCH_S)
            with self._restarting:
                if self._worker is not worker or self._thread is None:
                    return
                if self._thread.is_alive():
                    continue
                _logger.error("the embedded worker has died; another one takes over")
                self._worker = worker = _Worker()
                self._listen(worker)

    def stop_claiming(self) -> None:
        """Take no more work; a signal handler may call it."""
        process.stop_claiming()

    @property
    def in_flight(self) -> int:
        """Calls that are waited for."""
        return process.in_flight()

    def stop(self, grace_s: float, *, is_urgent: Callable[[], bool] = lambda: False) -> int:
        """Let calls finish for `grace_s`, or until `is_urgent`; how many were given back uncounted."""
        if self._worker is None or self._thread is None:
            return 0
        self.stop_claiming()
        deadline = time.monotonic() + grace_s
        time.sleep(LOOK_S)
        while self.in_flight and time.monotonic() < deadline and not is_urgent():
            time.sleep(LOOK_S)
        given_back = process.drain_engine(0)
        with self._restarting:      # from here on a consumer that ends was meant to
            thread, self._worker, self._thread = self._thread, None, None
        # A warm stop, at the next turn of the consumer's loop, which makes one more turn after that.
        # A turn ends with a message or after two seconds: hence two rings.
        worker_state.should_stop = 0
        queue.ring(2)
        thread.join(JOIN_S)
        return given_back
