"""What is old goes, a little at a time: log lines by severity, stored replies, contents of documents, sessions, tokens,
forms that were sent.

Done by the sweeper, never more than one batch of each in a turn, so that no lock is held for long and no pulse
is late.  How long things are kept are settings; 0 keeps for ever.  Why rows are deleted and no partitions dropped: see
*Growth* in REFERENCE.md."""


import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet, Subquery

from accounts.compiled import Given
from accounts.models import ApiToken
from generation.models import Attempt, Incident, Job, LogEntry, LogLevel
from generation.models.job import TERMINAL
from generation.services import sent_forms
from generation.services.maintenance import erasure

BATCH = 1_000               # rows of the log: about 30 ms on SQLite; 8 million a day
REPLIES_AT_ONCE = 200       # a reply has a page or two
JOBS_AT_ONCE = 25
INCIDENTS_AT_ONCE = 5       # each takes its occurrences along
BEGINNING = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
TOKENS_KEPT = dt.timedelta(days=90)     # after they ended: who looks for one that no longer works still finds it


def old_things() -> Mapping[str, QuerySet[Any]]:     # Any: a model
    """Where a row of one of them is, `let_go` has something to do.  `cut_offs` has the times that are given."""
    oldest = {level: LogEntry.objects.filter(level=level).order_by("pk").values("pk")[:1] for level in days_by_level()}
    return {
        **{
            f"log, {level}": LogEntry.objects.filter(pk=Subquery(first), at__lt=Given(f"log_{level}_before"))
            for level, first in oldest.items()
        },
        "replies": with_reply_before(Given("replies_before")),
        "documents": ended_before(Given("jobs_before")).filter(erased_at__isnull=True),
        "calls of erased documents": erasure.latecomers(Given("erased_since")),
        "sessions": expired_sessions(Given("now")),
        "failures": resolved_before(Given("incidents_before")),
        "forms": sent_forms.sent_before(Given("forms_before")),
        "tokens": tokens_ended_before(Given("tokens_before")),
    }


def cut_offs(now: dt.datetime) -> Mapping[str, dt.datetime]:
    return {
        **{f"log_{level}_before": _days_before(now, days) for level, days in days_by_level().items()},
        "replies_before": _days_before(now, settings.RETAIN_REPLIES_DAYS),
        "jobs_before": _days_before(now, settings.RETAIN_JOBS_DAYS),
        "erased_since": now - erasure.LATE_FOR,
        "incidents_before": _days_before(now, settings.RETAIN_ERROR_DAYS),
        "forms_before": now - sent_forms.KEEP,
        "tokens_before": now - TOKENS_KEPT,
    }


def _days_before(now: dt.datetime, days: int) -> dt.datetime:
    """0 keeps for ever: nothing is older than time."""
    return now - dt.timedelta(days=days) if days else BEGINNING


def let_go(now: dt.datetime) -> None:
    """One batch of everything that is too old."""
    prune_log(now)
    drop_replies(now)
    expire_jobs(now)
    erasure.erase_latecomers()
    forget_sessions(now)
    forget_incidents(now)
    sent_forms.prune(now)
    forget_tokens(now)


def days_by_level() -> Mapping[LogLevel, int]:
    """How many days lines are kept; 0: for ever."""
    return {
        LogLevel.DEBUG: settings.RETAIN_INFO_DAYS, LogLevel.INFO: settings.RETAIN_INFO_DAYS,
        LogLevel.WARNING: settings.RETAIN_WARNING_DAYS,
        LogLevel.ERROR: settings.RETAIN_ERROR_DAYS, LogLevel.CRITICAL: settings.RETAIN_ERROR_DAYS,
    }


def prune_log(now: dt.datetime) -> int:
    """Delete a batch of lines that are too old for their severity; how many.

    Ids grow with time: the oldest rows of a severity are the first of its index, and looking at them costs the
    same however many there are."""
    pruned = 0
    for level, days in days_by_level().items():
        if not days or pruned >= BATCH:
            continue
        cutoff = now - dt.timedelta(days=days)
        oldest = LogEntry.objects.filter(level=level).order_by("pk").values_list("pk", "at")[: BATCH - pruned]
        ids = [pk for pk, at in oldest if at < cutoff]
        if ids:
            pruned += LogEntry.objects.filter(pk__in=ids).delete()[0]
    return pruned


def with_reply_before(cutoff: Any) -> QuerySet[Attempt]:     # Any: a datetime or the place of one
    return Attempt.objects.exclude(reply="").filter(settled_at__lt=cutoff)


def drop_replies(now: dt.datetime) -> int:
    """Forget the texts of replies that were judged long ago; what they cost stays."""
    if not settings.RETAIN_REPLIES_DAYS:
        return 0
    cutoff = now - dt.timedelta(days=settings.RETAIN_REPLIES_DAYS)
    old = with_reply_before(cutoff).order_by("settled_at")
    return Attempt.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:REPLIES_AT_ONCE])).update(reply="")


def ended_before(cutoff: Any) -> QuerySet[Job]:     # Any: a datetime or the place of one
    return Job.objects.filter(state__in=TERMINAL, finished_at__lt=cutoff)


def expire_jobs(now: dt.datetime) -> int:
    """Erase the content of documents that ended long ago; what they cost stays."""
    if not settings.RETAIN_JOBS_DAYS:
        return 0
    cutoff = now - dt.timedelta(days=settings.RETAIN_JOBS_DAYS)
    return erasure.erase_jobs(ended_before(cutoff), most=JOBS_AT_ONCE)


def resolved_before(cutoff: Any) -> QuerySet[Incident]:     # Any: a datetime or the place of one
    return Incident.objects.filter(resolved_at__lt=cutoff)


def forget_incidents(now: dt.datetime) -> int:
    """Failures that are over go like the log lines that told of them."""
    if not settings.RETAIN_ERROR_DAYS:
        return 0
    cutoff = now - dt.timedelta(days=settings.RETAIN_ERROR_DAYS)
    old = list(resolved_before(cutoff).values_list("pk", flat=True)[:INCIDENTS_AT_ONCE])
    return Incident.objects.filter(pk__in=old).delete()[0] if old else 0


def tokens_ended_before(cutoff: Any) -> QuerySet[ApiToken]:     # Any: a datetime or the place of one
    return ApiToken.objects.filter(Q(revoked_at__lt=cutoff) | Q(expires_at__lt=cutoff))


def forget_tokens(now: dt.datetime) -> int:
    """API tokens that were revoked or ran out a while ago."""
    old = list(tokens_ended_before(now - TOKENS_KEPT).values_list("pk", flat=True)[:BATCH])
    return ApiToken.objects.filter(pk__in=old).delete()[0] if old else 0


def expired_sessions(now: Any) -> QuerySet[Session]:     # Any: a datetime or the place of one
    return Session.objects.filter(expire_date__lt=now)


def forget_sessions(now: dt.datetime) -> int:
    """Sessions that have expired open nothing and still name somebody."""
    expired = list(expired_sessions(now).values_list("pk", flat=True)[:BATCH])
    return Session.objects.filter(pk__in=expired).delete()[0] if expired else 0
