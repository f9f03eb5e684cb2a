"""Work that one process shall do at a time: whoever asks first, among all processes, once it is due.

Nobody leads for long: a win is the right to do the work once, now.  So there is no leader who could die with it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generation.models import Election, clock


@dataclass(frozen=True)
class Term:
    """The right to do the work now.  `last_at` is None the first time; `note` is what the last term noted."""

    name: str
    now: dt.datetime
    last_at: dt.datetime | None
    note: Mapping[str, Any]      # Any: JSON


def win(name: str, every: dt.timedelta, *, by: str = "") -> Term | None:
    """Win `name`, at most one caller in `every`, decided by one conditional UPDATE; None for all others."""
    now = clock.now()
    row, made = Election.objects.get_or_create(name=name, defaults={"won_at": now, "by": by})
    if made:
        return Term(name, now, None, {})
    if now - row.won_at < every:      # most calls end here, and write nothing
        return None
    if not Election.objects.filter(name=name, won_at__lte=now - every).update(won_at=now, by=by):
        return None
    return Term(name, now, row.won_at, row.note)


def note(term: Term, **how_far: Any) -> None:     # Any: JSON
    """What the term after this one is told; nothing, if that has begun already."""
    Election.objects.filter(name=term.name, won_at=term.now).update(note=how_far)
