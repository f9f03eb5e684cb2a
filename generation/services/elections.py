"""Upkeep that is due now and then: whoever asks first, in all processes, gets the turn."""

import datetime as dt
from typing import Any

from generation.models import Turn


def take(name: str, every: dt.timedelta, now: dt.datetime) -> dict[str, Any] | None:     # Any: JSON
    """Win the turn `name`, at most once in `every`, by one conditional UPDATE; what the last one noted, or None."""
    turn, made = Turn.objects.get_or_create(name=name, defaults={"taken_at": now})
    if made:
        return {}
    due = Turn.objects.filter(name=name, taken_at=turn.taken_at)
    if now - turn.taken_at < every or not due.update(taken_at=now):
        return None
    noted: dict[str, Any] = turn.note
    return noted


def note(name: str, **how_far: Any) -> None:     # Any: JSON
    Turn.objects.filter(name=name).update(note=how_far)
