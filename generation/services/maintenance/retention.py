"""What is old goes, a little at a time: log lines by severity, stored replies, contents of documents, sessions.

Done by the sweeper, never more than one batch of each in a turn, so that no lock is held for long and no pulse
is late.  How long things are kept are settings; 0 keeps for ever."""


import datetime as dt
from collections.abc import Mapping

from django.conf import settings
from django.contrib.sessions.models import Session

from generation.models import Attempt, Incident, Job, LogEntry, LogLevel
from generation.models.job import TERMINAL
from generation.services.maintenance import erasure

BATCH = 1_000               # rows of the log: about 30 ms on SQLite; 8 million a day
REPLIES_AT_ONCE = 200       # a reply has a page or two
JOBS_AT_ONCE = 25
INCIDENTS_AT_ONCE = 5       # each takes its occurrences along


def let_go(now: dt.datetime) -> None:
    """One batch of everything that is too old."""
    prune_log(now)
    drop_replies(now)
    expire_jobs(now)
    erasure.erase_latecomers()
    forget_sessions(now)
    forget_incidents(now)


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


def drop_replies(now: dt.datetime) -> int:
    """Forget the texts of replies that were judged long ago; what they cost stays."""
    if not settings.RETAIN_REPLIES_DAYS:
        return 0
    cutoff = now - dt.timedelta(days=settings.RETAIN_REPLIES_DAYS)
    old = Attempt.objects.exclude(reply="").filter(settled_at__lt=cutoff).order_by("settled_at")
    return Attempt.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:REPLIES_AT_ONCE])).update(reply="")


def expire_jobs(now: dt.datetime) -> int:
    """Erase the content of documents that ended long ago; what they cost stays."""
    if not settings.RETAIN_JOBS_DAYS:
        return 0
    cutoff = now - dt.timedelta(days=settings.RETAIN_JOBS_DAYS)
    old = Job.objects.filter(state__in=TERMINAL, finished_at__lt=cutoff)
    return erasure.erase_jobs(old, most=JOBS_AT_ONCE)


def forget_incidents(now: dt.datetime) -> int:
    """Failures that are over go like the log lines that told of them."""
    if not settings.RETAIN_ERROR_DAYS:
        return 0
    cutoff = now - dt.timedelta(days=settings.RETAIN_ERROR_DAYS)
    old = list(Incident.objects.filter(resolved_at__lt=cutoff).values_list("pk", flat=True)[:INCIDENTS_AT_ONCE])
    return Incident.objects.filter(pk__in=old).delete()[0] if old else 0


def forget_sessions(now: dt.datetime) -> int:
    """Sessions that have expired open nothing and still name somebody."""
    expired = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:BATCH])
    return Session.objects.filter(pk__in=expired).delete()[0] if expired else 0
