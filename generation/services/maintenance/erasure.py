"""Erase what somebody said, and keep what it cost.

Rows stay where money is counted: jobs, calls, reservations, usage.  Their texts go.  `STEPS` is the whole list of
places where something of a person may be; whatever stores more adds its own step there."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q

from accounts.models import ApiToken, Override, User, close_account, pseudonymise
from generation.models import (
    Alert,
    Attempt,
    CacheEntry,
    Chunk,
    Delivery,
    Job,
    LogEntry,
    LogLevel,
    Occurrence,
    Review,
    UnitVersion,
    WebhookEndpoint,
    clock,
)
from generation.models.job import ACTIVE, TERMINAL
from generation.services.cache import cache_entries
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import control
from generation.services.outbox import webhooks
from generation.telemetry import journal

if TYPE_CHECKING:
    from django.db.models import QuerySet

TITLE = "Erased document"
NAMELESS = "erased"
JOBS_AT_ONCE = 25                               # keeps the transaction short
LATE_FOR = dt.timedelta(days=2)                 # a call in flight is over long before


@dataclass(frozen=True)
class ErasureStep:
    """One place.  `erase` takes the user's id and says how many rows it changed; `count` how many it would."""

    label: str
    erase: Callable[[int], int]
    count: Callable[[int], int] | None = None


@dataclass(frozen=True)
class Erased:
    label: str
    rows: int | None        # None: cannot be said beforehand


def check(user: User, *, by: User | None) -> None:
    """Raises Refusal if `by` may not be the one to erase `user`, whatever their permissions."""
    if by is not None and by.pk == user.pk:
        raise Refusal(
            RefusalCode.NOT_ALLOWED, "Nobody erases themselves: the trace of who did it would go, too.",
            "Ask another administrator, or use manage.py erase_user.",
        )
    if user.is_superuser and not User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists():
        raise Refusal(
            RefusalCode.NOT_ALLOWED, "This is the last superuser; nobody could administer this installation any more.",
            "Make another superuser first.",
        )


def preview(user: User) -> list[Erased]:
    """What `erase_user` would change; changes nothing."""
    return [Erased(step.label, step.count(user.pk) if step.count else None) for step in STEPS]


def erase_user(user: User, *, by: User | None, keep_account: bool = False) -> list[Erased]:
    """Erase all texts of `user` everywhere.  May be interrupted at any place, and then simply runs again.

    The account becomes nameless and closed, unless `keep_account`.  Its costs stay as they are."""
    check(user, by=by)
    if not keep_account:
        close_account(user.pk)      # first: nothing new comes while the old goes
    erased = [Erased(step.label, step.erase(user.pk)) for step in STEPS]
    if not keep_account:
        pseudonymise(user.pk)
    with transaction.atomic(durable=True):
        rows = sum(step.rows or 0 for step in erased)
        kept = "; the account stays" if keep_account else ""
        journal.write(
            None, "erase_user", f"the data of user {user.pk} is erased: {rows} rows{kept}", by=by,
            level=LogLevel.WARNING, user=user.pk,
        )
    return erased


# --- Jobs ---------------------------------------------------------------------------------------


def erase_jobs(which: "QuerySet[Job]", *, most: int | None = None) -> int:
    """Erase the content of up to `most` ended jobs of `which`; how many.  Each batch is a transaction."""
    done = 0
    while most is None or done < most:
        size = JOBS_AT_ONCE if most is None else min(JOBS_AT_ONCE, most - done)
        with transaction.atomic(durable=True):
            ended = which.filter(erased_at__isnull=True, state__in=TERMINAL).order_by("pk")
            ids = list(ended.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True)[:size])
            if not ids:
                break
            _erase_content(ids, clock.now())
        done += len(ids)
    return done


def _erase_content(job_ids: Sequence[int], now: dt.datetime) -> None:
    """All texts of jobs that are locked."""
    chunks = Chunk.objects.filter(job__in=job_ids)
    chunks.filter(content__isnull=False).update(content={})
    chunks.update(title="", headline="", draft="", instruction="", findings=[], reason_detail="")
    UnitVersion.objects.filter(chunk__job__in=job_ids).update(content={}, headline="", instruction="", findings=[])
    _erase_calls(Attempt.objects.filter(job__in=job_ids))
    Occurrence.objects.filter(job__in=job_ids).update(message="")
    Review.objects.filter(job__in=job_ids).update(findings=[], reason="")
    CacheEntry.objects.filter(job__in=job_ids).delete()
    Delivery.objects.filter(job__in=job_ids).delete()
    LogEntry.objects.filter(job__in=job_ids).delete()
    Job.objects.filter(pk__in=job_ids).update(
        brief={}, brief_text="", brief_shape="", title=TITLE, findings=[], open_errors=0,
        open_warnings=0, open_humans=0, reason_detail="", idempotency_key=None,
        request_fingerprint="", erased_at=now, revision=F("revision") + 1,
    )


def _erase_calls(attempts: "QuerySet[Attempt]") -> int:
    return attempts.update(reply="", message="", findings=[], request_fingerprint="")


def latecomers(since: Any) -> "QuerySet[Attempt]":     # Any: a datetime or the place of one
    """What calls in flight have brought although their job was erased, `since` then."""
    of_erased = Attempt.objects.filter(job__in=Job.objects.filter(erased_at__gte=since))
    return of_erased.exclude(reply="", message="", findings=[])


def erase_latecomers() -> int:
    late = latecomers(clock.now() - LATE_FOR)
    return _erase_calls(Attempt.objects.filter(pk__in=list(late.values_list("pk", flat=True)[:500])))


def _cancel_jobs(user_id: int) -> int:
    cancelled = 0
    for job in Job.objects.filter(user=user_id, state__in=ACTIVE):
        try:
            control.cancel(job, by=None)
        except Refusal:      # it has just ended
            continue
        cancelled += 1
    return cancelled


def _jobs_of(user_id: int) -> "QuerySet[Job]":
    return Job.objects.filter(user=user_id)


# --- The rest -----------------------------------------------------------------------------------


def _erase_instructions(user_id: int) -> int:
    return UnitVersion.objects.filter(replaced_by=user_id).exclude(instruction="").update(instruction="")


def _erase_log(user_id: int) -> int:
    rest, _by_model = LogEntry.objects.filter(user=user_id).delete()
    own = LogEntry.objects.filter(by=user_id)
    # What a person did to the installation may repeat the reason that they gave for it.
    notes = own.filter(job__isnull=True).exclude(data={}, message=F("code")).update(message=F("code"), data={})
    return rest + notes + own.exclude(data={}).update(data={})


def _erase_notes(user_id: int) -> int:
    taken = Alert.objects.filter(acknowledged_by=user_id).exclude(acknowledge_note="").update(acknowledge_note="")
    resolved = Alert.objects.filter(resolved_by=user_id).exclude(resolve_note="").update(resolve_note="")
    return taken + resolved + Review.objects.filter(decided_by=user_id).exclude(reason="").update(reason="")


def _delete_messages(user_id: int) -> int:
    """E-mails to them; those to their endpoints go with these."""
    address = User.objects.values_list("email", flat=True).get(pk=user_id)
    return Delivery.objects.filter(recipient__iexact=address).delete()[0] if address else 0


def _delete_tokens(user_id: int) -> int:
    _anonymise_history(ApiToken, ApiToken.objects.filter(user=user_id).values_list("pk", flat=True))
    return ApiToken.objects.filter(user=user_id).delete()[0]


def _delete_overrides(user_id: int) -> int:
    _anonymise_history(Override, Override.objects.filter(user=user_id).values_list("pk", flat=True))
    return Override.objects.filter(user=user_id).delete()[0]


def _erase_own_history(user_id: int) -> int:
    return _anonymise_history(User, [user_id])


def _anonymise_history(model: type, ids: "Sequence[int] | QuerySet[Override, int] | QuerySet[ApiToken, int]") -> int:
    """The admin's history repeats how rows are called, and so names people."""
    entries = AdminEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id__in=[str(row_id) for row_id in ids])
    return entries.exclude(object_repr=NAMELESS, change_message="").update(object_repr=NAMELESS, change_message="")


def _delete_sessions(user_id: int) -> int:
    """Sessions know their user only inside."""
    mine = [
        session.pk for session in Session.objects.iterator()
        if str(session.get_decoded().get("_auth_user_id")) == str(user_id)
    ]
    return Session.objects.filter(pk__in=mine).delete()[0]


STEPS: tuple[ErasureStep, ...] = (
    ErasureStep("API tokens, deleted", _delete_tokens, lambda user_id: ApiToken.objects.filter(user=user_id).count()),
    ErasureStep("sessions, ended", _delete_sessions),
    ErasureStep(
        "jobs at work, cancelled", _cancel_jobs,
        lambda user_id: _jobs_of(user_id).filter(state__in=ACTIVE).count(),
    ),
    ErasureStep(
        "jobs: brief, title, plan, units, versions, replies, findings and log lines",
        lambda user_id: erase_jobs(_jobs_of(user_id)),
        lambda user_id: _jobs_of(user_id).filter(erased_at__isnull=True).count(),
    ),
    ErasureStep(
        "instructions for documents of others", _erase_instructions,
        lambda user_id: UnitVersion.objects.filter(replaced_by=user_id).exclude(instruction="").count(),
    ),
    ErasureStep(
        "other log lines", _erase_log,
        lambda user_id: LogEntry.objects.filter(by=user_id).exclude(Q(data={}) | Q(user=user_id)).count(),
    ),
    ErasureStep(
        "overrides of limits, deleted", _delete_overrides,
        lambda user_id: Override.objects.filter(user=user_id).count(),
    ),
    ErasureStep(
        "what the cache keeps", cache_entries.erase_owner,
        lambda user_id: CacheEntry.objects.filter(owner=user_id).count(),
    ),
    ErasureStep(
        "webhook endpoints and their deliveries, deleted", webhooks.erase_owner,
        lambda user_id: WebhookEndpoint.objects.filter(user=user_id).count(),
    ),
    ErasureStep("messages that were sent to them, deleted", _delete_messages),
    ErasureStep("notes on alerts and documents", _erase_notes),
    ErasureStep("entries of the admin's history, made nameless", _erase_own_history),
)
