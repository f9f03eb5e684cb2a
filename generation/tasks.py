"""The worker's door: one task, which wakes the engine of its process.

The signals tie the engine's life to the Celery worker's: started with it, drained before it ends."""

import threading
from typing import Any

from celery import shared_task, signals
from django.conf import settings

from generation import queue
from generation.engine.provider import provider_from_settings
from generation.engine.runner import Engine

_lock = threading.Lock()
_engine: Engine | None = None


@shared_task(name=queue.WORK, ignore_result=True)
def work() -> None:
    """The doorbell rang.  May come twice, late or never: the rows are the work."""
    if _engine is not None:
        _engine.wake()


@signals.worker_ready.connect
def start_engine(**_signal: Any) -> None:     # Any: what the signal carries
    global _engine
    with _lock:
        if _engine is None:
            _engine = Engine(provider_from_settings()).start()


@signals.worker_shutting_down.connect
def stop_claiming(**_signal: Any) -> None:     # Any: what the signal carries
    if _engine is not None:
        _engine.stop_claiming()


@signals.worker_shutdown.connect
def drain_engine(**_signal: Any) -> None:     # Any: what the signal carries
    global _engine
    with _lock:
        engine, _engine = _engine, None
    if engine is not None:
        engine.drain(settings.DRAIN_S)
