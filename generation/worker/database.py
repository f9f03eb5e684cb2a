"""How the engine's threads live with a database that may be away for a while."""

import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection

Given = ParamSpec("Given")
Result = TypeVar("Result")
_logger = logging.getLogger(__name__)

TELL_EVERY_S = 60.0      # of an error that comes with every pulse
AWAY = (OperationalError, InterfaceError)      # another try may heal these; other errors are mistakes of ours
PERSIST_FOR_S = 60.0                           # how long a finished call is kept in memory meanwhile


def guarded(function: Callable[Given, object], /, *arguments: Given.args, **keywords: Given.kwargs) -> bool:
    """Call `function` in a thread of ours: an error is logged, a broken connection is dropped.  Whether it
    went well."""
    try:
        function(*arguments, **keywords)
        return True
    except (DatabaseError, InterfaceError) as error:
        _logger.warning("database trouble, trying again soon: %s", error)
        connection.close()
    except Exception:
        _logger.exception("an engine thread met an error")
        connection.close()
    return False


class Steps:
    """What a thread does over and over: an error of one step stops no other, and is logged once in `TELL_EVERY_S`."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[float, int]] = {}      # when it was logged, and how often not since

    def take(self, step: Callable[Given, object], /, *arguments: Given.args, **keywords: Given.kwargs) -> bool:
        """Whether it went well."""
        try:
            step(*arguments, **keywords)
            return True
        except Exception as error:
            self._tell(step.__qualname__, error)
            connection.close()
        return False

    def _tell(self, step: str, error: Exception) -> None:
        same, now = (step, type(error).__qualname__), time.monotonic()
        last, unsaid = self._told.get(same, (-TELL_EVERY_S, 0))
        if now - last < TELL_EVERY_S:
            self._told[same] = last, unsaid + 1
            return
        self._told[same] = now, 0
        again = f" ({unsaid} times more since it was last told)" if unsaid else ""
        if isinstance(error, DatabaseError | InterfaceError):
            _logger.warning("%s: database trouble, trying again soon%s: %s", step, again, error)
        else:
            _logger.error("%s of an engine thread met an error%s", step, again, exc_info=error)


def persistently(
    function: Callable[Given, Result], /, *arguments: Given.args, **keywords: Given.kwargs
) -> Result:
    """Call `function`, a transaction, until the database takes it, for `PERSIST_FOR_S`; then its error is raised.

    Integrity errors and other mistakes of ours are raised at once."""
    deadline = time.monotonic() + PERSIST_FOR_S
    wait_s = 0.05
    while True:
        try:
            return function(*arguments, **keywords)
        except AWAY as error:
            connection.close()
            if time.monotonic() + wait_s > deadline:
                raise
            _logger.warning("database trouble, the finished call is kept: %s", error)
            time.sleep(wait_s)
            wait_s = min(2.0, wait_s * 2)
