"""Work that one process shall do at a time: whoever asks first, among all processes, once it is due.

Nobody leads for long: a win is the right to do the work once, now.  So there is no leader who could die with it."""

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now

from accounts.compiled import Given, Selection
from generation.models import Election, clock


@dataclass(frozen=True)
class Term:
    """The right to do the work now.  `last_at` is None the first time; `note` is what the last term noted."""

    name: str
    now: dt.datetime
    last_at: dt.datetime | None
    note: Mapping[str, Any]      # Any: JSON


class Patience:
    """Of somebody who asks for one piece of work again and again: until when he knows that it is not due."""

    def __init__(self) -> None:
        self._until = 0.0      # on this process's monotonic clock

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._until

    def last(self, how_long: dt.timedelta) -> None:
        self._until = time.monotonic() + how_long.total_seconds()


_row = Selection(lambda: Election.objects.annotate(db_now=Now()).filter(name=Given("name")))


def win(name: str, every: dt.timedelta, *, by: str = "", patience: Patience | None = None) -> Term | None:
    """Win `name`, at most one caller in `every`, decided by one conditional UPDATE; None for all others.

    With `patience` nothing is asked before it can be due."""
    patience = patience or Patience()
    if not patience.is_over:
        return None
    row: Election
    found = _row.first(name=name)
    if found is not None:
        row, now = found, clock.of_row(found.db_now)
    else:
        now = clock.now()
        row, made = Election.objects.get_or_create(name=name, defaults={"won_at": now, "by": by})
        if made:
            return Term(name, now, None, {})
    if now - row.won_at < every:      # most calls end here, and write nothing
        patience.last(min(every, every - (now - row.won_at)))
        return None
    is_won = Election.objects.filter(name=name, won_at__lte=now - every).update(won_at=now, by=by)
    patience.last(every)      # whoever won
    return Term(name, now, row.won_at, row.note) if is_won else None


def note(term: Term, **how_far: Any) -> None:     # Any: JSON
    """What the term after this one is told; nothing, if that has begun already."""
    Election.objects.filter(name=term.name, won_at=term.now).update(note=how_far)
