"""Deliveries: written with their event, taken by a notifier, recorded by what came of them.

Note [Lock order of deliveries]: the target first, then its deliveries; taking locks one delivery and no target.
At least once, as Standard Webhooks has it: a notifier that dies after sending leaves a delivery that is sent again,
with the same `webhook-id`."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from accounts.compiled import GivenMany, IsOneOf, Selection
from generation import queue
from generation.core import notices, webhooks
from generation.core.alerting import Condition
from generation.core.states import JobState
from generation.delivery import DeliveryReceipt, Verdict
from generation.models import Alert, Channel, ChannelKind, Delivery, DeliveryState, Job, LogLevel, clock
from generation.models.outgoing import PENDING_DELIVERY, WebhookEndpoint
from generation.services.outbox import signing
from generation.telemetry import journal

SENDING_FOR = dt.timedelta(seconds=60)      # longer than any sending takes; then its notifier is given up
PER_TARGET = 2                              # deliveries that one target is sent at the same time, by one notifier
STALE_AFTER = dt.timedelta(days=3)          # longer than the schedule of attempts
BATCH = 500
JOB_EVENTS = {
    JobState.IN_REVIEW: webhooks.JobEvent.IN_REVIEW,
    JobState.COMPLETED: webhooks.JobEvent.COMPLETED, JobState.PARTIAL: webhooks.JobEvent.PARTIAL,
    JobState.FAILED: webhooks.JobEvent.FAILED, JobState.CANCELLED: webhooks.JobEvent.CANCELLED,
}
Json = dict[str, Any]      # Any: JSON


# --- Written with the event -----------------------------------------------------------------------


def tell_of_alert(event: str, alert: Alert, now: dt.datetime) -> int:
    """Tell every channel of the alert's rule, at the end of its quiet hours; how many.

    An end that comes before the beginning was sent replaces it.  No channel is told of its own failing: the others
    are, so that trouble with telling never feeds itself."""
    channels = alert.rule.channels.enabled() if alert.rule.channels.exists() else Channel.objects.enabled()
    if alert.rule.condition == Condition.CHANNEL_FAILING:
        channels = channels.exclude(pk=alert.key)
    if event == webhooks.ALERT_RESOLVED:
        alert.deliveries.filter(state=DeliveryState.WAITING, attempts=0).update(
            state=DeliveryState.DROPPED, next_at=None, finished_at=now, last_error="It was over before it was sent.")
    quiet = alert.rule.quiet_hours
    due_at = (quiet.until(now) if quiet else None) or now
    payload = _payload(event, now, _alert_columns(alert))
    rows = [
        Delivery(channel=channel, alert=alert, event=event, payload=payload, next_at=due_at, created_at=now)
        for channel in channels
    ]
    Delivery.objects.bulk_create(rows)
    queue.ring(1 if rows and due_at <= now else 0)
    return len(rows)


_endpoints = Selection(
    lambda: WebhookEndpoint.objects.filter(IsOneOf("user_id", GivenMany("users")), is_enabled=True).order_by()
    .values_list("user_id", "pk", "events"))


def tell_of_jobs(jobs: Sequence[Job], now: dt.datetime) -> None:
    """Tell the endpoints of the jobs' owners of their ends, in the same transaction; one query if there are none."""
    if not jobs:
        return
    endpoints = _endpoints.all(users={job.user_id for job in jobs})
    rows = [
        Delivery(
            endpoint_id=endpoint_id, job=job, event=event.value, next_at=now, created_at=now,
            payload=_payload(event.value, now, _job_columns(job)),
        )
        for job in jobs for user_id, endpoint_id, events in endpoints
        if user_id == job.user_id and (event := JOB_EVENTS[JobState(job.state)]) in events
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        queue.ring()


def tell(target: Channel | WebhookEndpoint, event: str, data: Json, now: dt.datetime, recipient: str = "") -> Delivery:
    """Tell one target, at once."""
    row = Delivery(
        event=event, payload=_payload(event, now, data), next_at=now, created_at=now, recipient=recipient)
    if isinstance(target, Channel):
        row.channel = target
    else:
        row.endpoint = target
    row.save(force_insert=True)
    queue.ring()
    return row


def _payload(event: str, now: dt.datetime, data: Json) -> Json:
    return {"type": event, "timestamp": now.isoformat(), "data": data}


def _alert_columns(alert: Alert) -> Json:
    return {
        "alert": alert.pk, "rule": alert.rule.name, "condition": alert.rule.condition, "severity": alert.severity,
        "key": alert.key, "state": alert.state, "value": round(alert.value, 3), "worst": round(alert.worst, 3),
        "threshold": alert.rule.threshold, "unit": alert.unit, "sentence": alert.sentence,
        "next_step": alert.next_step, "count": alert.count, "note": alert.resolve_note,
        "first_seen_at": alert.first_seen_at.isoformat(), "last_seen_at": alert.last_seen_at.isoformat(),
        "link": f"{settings.PUBLIC_URL}/admin/generation/alert/{alert.pk}/change/",
    }


def _job_columns(job: Job) -> Json:
    """No title and no brief: both hold what people wrote."""
    link = f"{settings.PUBLIC_URL}/api/v1/jobs/{job.public_id}"
    return {
        "job": str(job.public_id), "kind": job.kind, "state": job.state, "revision": job.revision,
        "percent": job.percent, "units_done": job.unit_done, "units_total": job.unit_total,
        "reason": job.reason or None, "findings": job.open_findings.as_json(),
        "links": {"self": link, "document": f"{link}/document"},
    }


# --- Taken by a notifier --------------------------------------------------------------------------


class TargetKind(Enum):
    CHANNEL = Channel
    ENDPOINT = WebhookEndpoint


@dataclass(frozen=True)
class TargetRef:
    """Which channel or endpoint a delivery goes to."""

    kind: TargetKind
    pk: int

    @classmethod
    def of(cls, row: Delivery) -> "TargetRef":
        if row.channel_id is not None:
            return cls(TargetKind.CHANNEL, row.channel_id)
        assert row.endpoint_id is not None, "the database has a CHECK for it"
        return cls(TargetKind.ENDPOINT, row.endpoint_id)

    def locked(self) -> Channel | WebhookEndpoint | None:
        """The row, locked until the transaction ends; None if it was removed."""
        model: type[Channel | WebhookEndpoint] = self.kind.value
        return model._default_manager.select_for_update(no_key=True).filter(pk=self.pk).first()


@dataclass(frozen=True)
class Parcel:
    """A delivery that is ours to send, once.  `trouble`: why it is not even tried."""

    delivery_id: int
    attempt: int
    target: TargetRef
    kind: ChannelKind
    url: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""


def take_due(*, slots: int, busy: Mapping[TargetRef, int]) -> list[Parcel]:
    """Take at most `slots` due deliveries, PER_TARGET for each target, of which `busy` counts those under way."""
    now = clock.now()
    free = Q(channel__isnull=False, channel__is_enabled=True) & (
        Q(channel__paused_until__isnull=True) | Q(channel__paused_until__lte=now))
    free |= Q(endpoint__isnull=False, endpoint__is_enabled=True) & (
        Q(endpoint__paused_until__isnull=True) | Q(endpoint__paused_until__lte=now))
    full = [target for target, count in busy.items() if count >= PER_TARGET]
    due = (
        Delivery.objects.due(now).filter(free | ~Q(recipient=""))
        .exclude(channel__in=[target.pk for target in full if target.kind is TargetKind.CHANNEL])
        .exclude(endpoint__in=[target.pk for target in full if target.kind is TargetKind.ENDPOINT])
        .select_related("channel", "endpoint").order_by("next_at", "pk")
    )
    under_way, parcels = Counter(busy), list[Parcel]()
    for row in due[: 4 * slots] if slots > 0 else ():
        target = TargetRef.of(row)
        if len(parcels) == slots or under_way[target] >= PER_TARGET:
            continue
        mine = Delivery.objects.filter(pk=row.pk, state=row.state, attempts=row.attempts, next_at=row.next_at)
        if mine.update(
            state=DeliveryState.SENDING, attempts=F("attempts") + 1, next_at=now + SENDING_FOR, last_at=now
        ):
            under_way[target] += 1
            parcels.append(_packed(row, now))
    return parcels


def _packed(row: Delivery, now: dt.datetime) -> Parcel:
    target, ref = row.channel or row.endpoint, TargetRef.of(row)
    assert target is not None, "the database has a CHECK for it"
    attempt = row.attempts + 1
    kind = ChannelKind(row.channel.kind) if row.channel else ChannelKind.WEBHOOK
    if kind is ChannelKind.EMAIL or row.recipient:
        addresses = row.recipient or target.addresses     # type: ignore[union-attr]  # only channels have them
        return Parcel(
            row.pk, attempt, ref, ChannelKind.EMAIL,
            recipients=tuple(one.strip() for one in addresses.split(",") if one.strip()),
            subject=notices.subject_of(row.payload), body=notices.text_of(row.payload),
        )
    json_header = {"Content-Type": "application/json"}
    if kind is ChannelKind.SLACK:
        body = webhooks.body_of(notices.chat_of(row.payload))
        return Parcel(row.pk, attempt, ref, kind, url=target.url, body=body, headers=json_header)
    if not signing.is_usable(target):
        return Parcel(row.pk, attempt, ref, kind, trouble="SECRET_KEY was changed: rotate the secret of this webhook.")
    body = webhooks.body_of(row.payload)
    signed = signing.headers(target, f"msg_{row.public_id.hex}", body, now)
    return Parcel(row.pk, attempt, ref, kind, url=target.url, body=body, headers={**json_header, **signed})


# --- Recorded -------------------------------------------------------------------------------------


def record(parcel: Parcel, receipt: DeliveryReceipt) -> bool:
    """Write down what came of `parcel`; False if it was no longer ours."""
    with transaction.atomic(durable=True):
        target = parcel.target.locked()
        row = Delivery.objects.filter(
            pk=parcel.delivery_id, state=DeliveryState.SENDING, attempts=parcel.attempt).first()
        if row is None or target is None:
            return False
        now = clock.now()
        values: Json = {
            "last_status": receipt.status, "took_ms": round(receipt.took_s * 1_000),
            "last_error": "" if receipt.is_delivered else receipt.sentence,
        }
        wait = None
        if not receipt.is_delivered and receipt.verdict is not Verdict.GONE:
            wait = webhooks.wait_before_next(
                parcel.attempt, jitter=random.random(), retry_after_s=receipt.retry_after_s)
        if wait is not None and receipt.verdict is not Verdict.FORBIDDEN:
            values |= {"state": DeliveryState.WAITING, "next_at": now + wait}
        else:
            state = DeliveryState.DELIVERED if receipt.is_delivered else DeliveryState.FAILED
            values |= {"state": state, "next_at": None, "finished_at": now}
        Delivery.objects.filter(pk=row.pk).update(**values)
        if not row.recipient:
            _note(target, receipt, now)
            if values["state"] == DeliveryState.FAILED:
                _consider_disabling(target, receipt, now)
    return True


def _note(target: Channel | WebhookEndpoint, receipt: DeliveryReceipt, now: dt.datetime) -> None:
    """Failures in a row pause a target for longer and longer; a success ends that."""
    target.failures = 0 if receipt.is_delivered else target.failures + 1
    pause = webhooks.pause_after(target.failures)
    target.paused_until = now + pause if pause else None
    target.last_at, target.last_result = now, receipt.sentence[:300]
    target.save(update_fields=["failures", "paused_until", "last_at", "last_result"])


def _consider_disabling(target: Channel | WebhookEndpoint, receipt: DeliveryReceipt, now: dt.datetime) -> None:
    """A user's endpoint that wants no more, or that nothing has reached for a day, is switched off.

    Channels of alerts are not: whoever waits for help should hear of it as soon as it can be heard."""
    if isinstance(target, Channel):
        return
    if receipt.verdict is Verdict.GONE:
        disable(target, receipt.sentence, now)
    elif target.failures >= webhooks.MAX_ATTEMPTS:
        disable(target, f"The last {target.failures} deliveries failed. {receipt.sentence}", now)


def disable(endpoint: WebhookEndpoint, reason: str, now: dt.datetime) -> None:
    """Switch `endpoint`, which is locked, off; what waits is dropped, and its owner gets a line."""
    reason = reason[:200]
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(
        is_enabled=False, disabled_reason=reason, paused_until=None)
    _drop_pending(Delivery.objects.filter(endpoint=endpoint, recipient=""), now, "The endpoint was switched off.")
    journal.write(
        None, "webhook_disabled", f"The webhook endpoint {endpoint.pk} was switched off: {reason}",
        level=LogLevel.WARNING, endpoint=endpoint.pk,
    )
    if settings.EMAIL_IS_SET and endpoint.user.email:
        tell(endpoint, webhooks.DISABLED, {
            "endpoint": str(endpoint.public_id), "sentence": f"The endpoint “{endpoint}” gets no more events: {reason}",
            "next_step": "Mend it, send it a ping, and switch it on again with PATCH /api/v1/webhooks/{id}.",
        }, now, recipient=endpoint.user.email)


def _drop_pending(rows: Any, now: dt.datetime, why: str) -> int:     # Any: a queryset of deliveries
    dropped: int = rows.filter(state__in=PENDING_DELIVERY).update(
        state=DeliveryState.DROPPED, next_at=None, finished_at=now, last_error=why)
    return dropped


_earliest = Selection(lambda: Delivery.objects.filter(state__in=PENDING_DELIVERY).order_by("next_at").annotate(
    db_now=Now()).values_list("next_at", "db_now")[:1])


def due_in() -> dt.timedelta | None:
    """How long until the next delivery is due, or since when it has been; None: none waits.

    One look at an index.  What has long been due may wait for its target."""
    return clock.until(_earliest.first())


def stale(cutoff: Any) -> QuerySet[Delivery]:     # Any: a datetime or the place of one
    """Due since before `cutoff`, and their target is off."""
    waiting = Delivery.objects.filter(state__in=PENDING_DELIVERY, next_at__lt=cutoff)
    return waiting.filter(Q(channel__is_enabled=False) | Q(endpoint__is_enabled=False))


def ended_before(cutoff: Any) -> QuerySet[Delivery]:     # Any: a datetime or the place of one
    return Delivery.objects.filter(finished_at__lt=cutoff)


def prune() -> int:
    """Forget deliveries that ended long ago, drop those whose target was off for days; a batch at a time."""
    now = clock.now()
    _drop_pending(
        Delivery.objects.filter(pk__in=list(stale(now - STALE_AFTER).values_list("pk", flat=True)[:BATCH])), now,
        "Its target was switched off for days.",
    )
    old = ended_before(now - dt.timedelta(days=settings.DELIVERY_KEEP_DAYS))
    gone, _by_model = Delivery.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    return gone
