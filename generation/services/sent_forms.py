"""A form is taken once: its key is spent in the transaction of what it makes, by a unique row.

Not the session: its data is read when a request begins and written when it ends, so of five requests at once none
sees another.  A database makes the second wait until the first has ended, whichever process it came to."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet

from generation.models import SentForm

KEEP = dt.timedelta(days=1)      # nobody presses a button twice with a day in between; a page left open is sent again
BATCH = 1_000


def spend(key: str, *, leads_to: str = "", is_shown_once: bool = False) -> SentForm | None:
    """None: the form is taken now, in the transaction of the caller if there is one.  Else what it led to when it was
    sent before: `leads_to`, and whether that was shown once, until somebody notes something else."""
    row, is_new = SentForm.objects.get_or_create(
        key=key, defaults={"led_to": leads_to, "was_shown_once": is_shown_once})
    return None if is_new else row


def note(key: str, *, led_to: str, was_shown_once: bool) -> None:
    """It was saved; where its sender was led."""
    SentForm.objects.filter(key=key).update(led_to=led_to, was_shown_once=was_shown_once)


def give_back(key: str) -> None:
    """It was not saved, and may be sent again."""
    SentForm.objects.filter(key=key).delete()


def sent_before(cutoff: Any) -> QuerySet[SentForm]:     # Any: a datetime or the place of one
    return SentForm.objects.filter(at__lt=cutoff)


def prune(now: dt.datetime) -> int:
    """Forget a batch of what is older than a day; how many."""
    old = list(sent_before(now - KEEP).order_by("at").values_list("pk", flat=True)[:BATCH])
    return SentForm.objects.filter(pk__in=old).delete()[0] if old else 0
