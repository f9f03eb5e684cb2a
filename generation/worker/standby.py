"""What a web process does for workers that are dead, because these cannot say so themselves.

`look` costs one small query while workers live.  When nobody has evaluated the alert rules for some turns it
does so, and a short-lived notifier takes the alerts out.  Two doors use it: `/readyz`, which supervisors ask, and
a thread of each web process, for installations where nobody asks."""

import datetime as dt
import logging
import threading

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from generation.services.alerts import evaluation
from generation.services.elections import Patience
from generation.services.outbox import deliveries
from generation.worker.naming import worker_name
from generation.worker.notifier import Notifier

HELP_FOR_S = 30.0

_logger = logging.getLogger(__name__)
_helping = threading.Lock()
_stop = threading.Event()
_thread: threading.Thread | None = None


def look(patience: Patience | None = None) -> bool:
    """Stand in for workers that evaluate no more; whether that was so.  Raises nothing.

    `patience`: of who looks again and again."""
    try:
        watched = evaluation.stand_in(f"web {worker_name()}", patience)
        if watched is None:
            return False
        due_in = deliveries.due_in()
        if due_in is not None and due_in <= dt.timedelta():
            _help_out()
    except (DatabaseError, InterfaceError) as error:
        _logger.warning("the alert rules cannot be evaluated: %s", type(error).__name__)
        return False
    return True


def _help_out() -> None:
    """Take out what is due in a thread of its own; one at a time in a process."""
    if not _helping.acquire(blocking=False):
        return

    def carry() -> None:
        try:
            Notifier().run_until_idle(HELP_FOR_S)
        finally:
            connection.close()
            _helping.release()

    threading.Thread(target=carry, name="notifier-of-web", daemon=True).start()


def start() -> None:
    """Look from time to time, until `stop`.  Starting twice does nothing more."""
    global _thread
    if _thread is not None and _thread.is_alive():
        return
    _stop.clear()
    _thread = threading.Thread(target=_keep_looking, name="standby", daemon=True)
    _thread.start()


def stop() -> None:
    _stop.set()
    if _thread is not None:
        _thread.join(5)


def _keep_looking() -> None:
    patience = Patience()
    while not _stop.wait(settings.ALERT_EVERY_S):
        look(patience)
        connection.close()
