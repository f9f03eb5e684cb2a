"""What changes seldom and is asked for all the time, remembered for a moment in each process.

An administrator's change is in force within `REMEMBERED_S` everywhere, and at once in the process that made it."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

REMEMBERED_S = 1.0
MOST = 2_000      # keys; beyond that everything is forgotten, and looked up once more
_T = TypeVar("_T")

_lock = threading.Lock()
_remembered: dict[tuple[Any, ...], tuple[float, Any]] = {}      # Any: parts of a key, and what it stands for
_era = 0      # what was looked up before `forget` is not remembered after it


def once(key: tuple[Any, ...], look: Callable[[], _T]) -> _T:     # Any: parts of a key
    """What `look` found for `key` within the last moment; it is shared, so nobody may change it."""
    with _lock:
        made_at, value = _remembered.get(key, (float("-inf"), None))
        era = _era
    if time.monotonic() - made_at < REMEMBERED_S:
        return cast(_T, value)      # made by the same `look`
    found = look()
    with _lock:
        if len(_remembered) >= MOST:
            _remembered.clear()
        if era == _era:
            _remembered[key] = (time.monotonic(), found)
    return found


def forget() -> None:
    """Look anew the next time."""
    global _era
    with _lock:
        _remembered.clear()
        _era += 1


def forget_when_changed(*models: type[Model]) -> None:
    """Whoever saves or deletes a row of `models` in this process sees it at once."""
    for model in models:
        for signal in (post_save, post_delete):
            signal.connect(_forget_after_commit, sender=model, dispatch_uid=f"ttl_cache.{model.__name__}")


def _forget_after_commit(**_signal: object) -> None:
    transaction.on_commit(forget)
