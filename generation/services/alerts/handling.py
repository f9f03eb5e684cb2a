"""What people do about alerts: take one on, and call it over."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import QuerySet

from generation.core import webhooks
from generation.core.alerting import AlertState
from generation.core.text import cleaned, forbidden_character
from generation.models import Alert, clock
from generation.models.alerting import UNRESOLVED
from generation.services import decisions
from generation.services.errors import Refusal, RefusalCode
from generation.services.outbox import deliveries
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User

MAX_NOTE_CHARACTERS = 500
KEEP_FOR = dt.timedelta(days=365)
BATCH = 500


def acknowledge(alert: Alert, *, by: "User", note: str = "", seen: int | None = None) -> None:
    """Somebody looks after it: it stays open, and nobody is reminded of it.

    Raises Refusal if people decided something about it after `seen`: `services/decisions.py`."""
    note = _checked(note)
    with transaction.atomic(durable=True):
        decisions.check(_locked(alert), seen)
        moved = Alert.objects.filter(pk=alert.pk, state=AlertState.OPEN.value).update(
            state=AlertState.ACKNOWLEDGED.value, acknowledged_at=clock.now(), acknowledged_by=by,
            acknowledge_note=note,
        )
        if not moved:
            raise Refusal(
                RefusalCode.ALERT_NOT_OPEN, "The alert is not open any more.", "Look at what became of it.")
        journal.write(
            None, "alert_acknowledged", f"{alert}: taken on.{_said(note)}", quoting=[str(alert), note], by=by,
            alert=alert.pk,
        )


def resolve(alert: Alert, *, by: "User", note: str = "", seen: int | None = None) -> None:
    """Call it over.  While its condition goes on it opens no other; the next one opens after it was gone.

    Raises Refusal as `acknowledge`."""
    note = _checked(note)
    now = clock.now()
    with transaction.atomic(durable=True):
        decisions.check(_locked(alert), seen)
        moved = Alert.objects.filter(pk=alert.pk, state__in=UNRESOLVED).update(
            state=AlertState.RESOLVED.value, resolved_at=now, resolved_by=by, resolve_note=note,
            is_silenced=True, clear_rounds=0,
        )
        if not moved:
            raise Refusal(
                RefusalCode.ALERT_NOT_OPEN, "The alert was resolved before.", "There is nothing left to do about it.")
        alert.refresh_from_db()
        journal.write(
            None, "alert_resolved", f"{alert}: resolved.{_said(note)}", quoting=[str(alert), note], by=by,
            alert=alert.pk,
        )
        deliveries.tell_of_alert(webhooks.ALERT_RESOLVED, alert, now)


def ended_before(cutoff: Any) -> QuerySet[Alert]:     # Any: a datetime or the place of one
    return Alert.objects.filter(resolved_at__lt=cutoff, is_silenced=False)


def prune() -> int:
    """Forget alerts that ended a year ago; how many."""
    ids = list(ended_before(clock.now() - KEEP_FOR).values_list("pk", flat=True)[:BATCH])
    if ids:
        Alert.objects.filter(pk__in=ids).delete()
    return len(ids)


def _locked(alert: Alert) -> Alert:
    return Alert.objects.select_for_update(no_key=True).get(pk=alert.pk)


def _checked(note: str) -> str:
    note = cleaned(note)
    if len(note) > MAX_NOTE_CHARACTERS or forbidden_character(note) is not None:
        raise Refusal(
            RefusalCode.INVALID_NOTE, "The note cannot be used.",
            f"Send at most {MAX_NOTE_CHARACTERS} visible characters.",
        )
    return note


def _said(note: str) -> str:
    return f" “{note}”" if note else ""
