"""The one engine of this process, and its notifier: started, woken and drained through here by whoever runs the
worker, a Celery worker of its own (`generation.tasks`) or one in a thread (`generation.worker.embedded`)."""

import logging
import sys
import threading
import time

from generation.worker.engine import Engine
from generation.worker.notifier import Notifier
from generation.worker.provider import provider_from_settings

WATCH_S = 1.0
# How long a thread keeps the interpreter while others want it.  A reply is stored in a dozen visits to the database;
# Python's 5 ms before each, behind each thread that judges and settles, left it a quarter of a second to be lost.
SWITCH_S = 0.0005

_logger = logging.getLogger(__name__)
_lock = threading.Lock()
_engine: Engine | None = None
_notifier: Notifier | None = None


def start_engine() -> Engine:
    """The running engine; starting twice gives the same one."""
    global _engine, _notifier
    with _lock:
        if _engine is None:
            sys.setswitchinterval(SWITCH_S)
            _engine = Engine(provider_from_settings()).start()
            _notifier = Notifier(name=_engine.name).start()
            threading.Thread(target=_watch, args=(_engine,), name="engine-watch", daemon=True).start()
        return _engine


def _watch(watched: Engine) -> None:
    """Replace the engine when a thread of it dies; until it is drained.

    Its threads survive every error that they can name, so this is for those that nobody thought of."""
    global _engine
    while True:
        time.sleep(WATCH_S)
        with _lock:
            if _engine is not watched:
                return
            if not watched.is_broken:
                continue
            _logger.error("a thread of the engine has died; another engine takes over")
            watched.abandon()
            _engine = watched = Engine(provider_from_settings()).start()


def wake() -> None:
    """There may be work, or something to be told.  Nothing happens in a process without an engine."""
    engine, notifier = _engine, _notifier
    if engine is not None:
        engine.wake()
    if notifier is not None:
        notifier.wake()


def stop_claiming() -> None:
    """Take no more work.  Sets a flag and locks nothing, so a signal handler may call it."""
    engine = _engine
    if engine is not None:
        engine.stop_claiming()


def in_flight() -> int:
    """How many chunks this process holds."""
    engine = _engine
    return 0 if engine is None else engine.in_flight


def drain_engine(grace_s: float) -> int:
    """Let calls finish for `grace_s`, give back the rest, stop; how many were given back.

    Draining twice does no harm."""
    global _engine, _notifier
    with _lock:
        engine, _engine, notifier, _notifier = _engine, None, _notifier, None
    given_back = 0 if engine is None else engine.drain(grace_s)
    if notifier is not None:
        notifier.stop()      # after the engine: the last jobs' ends are told, too
    return given_back
