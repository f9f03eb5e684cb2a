"""The worker's door: one task, which wakes the engine of its process.

The signals tie the engine's life to that of a Celery worker of its own (`celery -A config worker`):
started with it, drained before it ends.  The embedded worker, which sends no `worker_ready`, does the
same by itself: see `generation.worker.embedded`."""

from typing import Any

from celery import shared_task, signals
from django.conf import settings

from generation import queue
from generation.worker import process


@shared_task(name=queue.WORK, ignore_result=True)
def work() -> None:
    """The doorbell rang.  May come twice, late or never: the rows are the work."""
    process.wake()


@signals.celeryd_after_setup.connect      # before the broker answers: work does not wait for it
def start_engine(**_signal: Any) -> None:     # Any: what the signal carries
    process.start_engine()


@signals.worker_shutting_down.connect
def stop_claiming(**_signal: Any) -> None:     # Any: what the signal carries
    process.stop_claiming()


@signals.worker_shutdown.connect
def drain_engine(**_signal: Any) -> None:     # Any: what the signal carries
    process.drain_engine(settings.DRAIN_S)
