"""What changes seldom and is asked for all the time, remembered for a moment in each process.

An administrator's change is in force within `REMEMBERED_S` and the time of one look everywhere, within twice
`REMEMBERED_S` however long that takes, and at once in the process that made it."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

REMEMBERED_S = 1.0
# What grows with the work that waits is remembered for so many times as long as it took, and not for longer than this.
SHARE, LONGEST_S = 20, 15.0
MOST = 2_000      # keys; beyond that everything is forgotten, and looked up once more
_T = TypeVar("_T")

_lock = threading.Lock()
# When a key was looked up, for how long that holds, and what it stands for.
_remembered: dict[tuple[Any, ...], tuple[float, float, Any]] = {}      # Any: parts of a key, and the value
_looking: set[tuple[Any, ...]] = set()      # Any: likewise; keys that somebody looks up
_era = 0      # what was looked up before `forget` is not remembered after it


def once(key: tuple[Any, ...], look: Callable[[], _T], *, is_dear: bool = False) -> _T:     # Any: parts of a key
    """What `look` found for `key` within the last moment; it is shared, so nobody may change it.

    What `is_dear` is looked up during a twentieth of the time at most.

    While one looks, the others go on with what was known: all at once would ask the same of the database, at the
    moment when it has most to do.  Waiting for that one could be for ever: they hold the connection that it needs."""
    with _lock:
        made_at, kept_s, value = _remembered.get(key, (float("-inf"), 0.0, None))
        began = time.monotonic()
        age_s = began - made_at
        if age_s < kept_s or (key in _looking and age_s < 2 * kept_s):
            return cast(_T, value)      # made by the same `look`
        era = _era
        _looking.add(key)
    try:
        found = look()
    finally:
        with _lock:
            _looking.discard(key)
    made_at = time.monotonic()
    kept_s = max(REMEMBERED_S, min(LONGEST_S, SHARE * (made_at - began))) if is_dear else REMEMBERED_S
    with _lock:
        if len(_remembered) >= MOST:
            _remembered.clear()
        if era == _era:
            _remembered[key] = (made_at, kept_s, found)
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
