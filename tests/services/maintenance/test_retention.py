"""What is old goes, in bounded batches; what it cost stays."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ApiToken, create_token
from generation.models import (
    Alert,
    AlertRule,
    Attempt,
    Election,
    Incident,
    Job,
    LogEntry,
    LogLevel,
    RouteMinute,
    SentForm,
    clock,
)
from generation.services import elections
from generation.services.errors import Refusal
from generation.services.jobs import documents
from generation.services.maintenance import retention, sweeper
from tests.invariants import assert_invariants
from tests.support import work_off

DAY = dt.timedelta(days=1)


@pytest.fixture
def days(settings):
    settings.RETAIN_INFO_DAYS, settings.RETAIN_WARNING_DAYS, settings.RETAIN_ERROR_DAYS = 30, 90, 365
    settings.RETAIN_REPLIES_DAYS, settings.RETAIN_JOBS_DAYS = 30, 0
    return settings


def lines(level, age, count=1):
    at = clock.now() - age
    LogEntry.objects.bulk_create([
        LogEntry(code="note", level=level, message=f"{level} {age.days}", at=at) for _ in range(count)])


@pytest.mark.parametrize(("level", "kept_days"), [
    ("debug", 30), ("info", 30), ("warning", 90), ("error", 365), ("critical", 365),
])
def test_lines_are_kept_as_long_as_their_severity_says(db, days, level, kept_days):
    lines(level, (kept_days + 1) * DAY)
    lines(level, (kept_days - 1) * DAY)

    assert retention.prune_log(clock.now()) == 1
    assert LogEntry.objects.get().message == f"{level} {kept_days - 1}"


def test_tokens_go_a_while_after_they_ended(ann, days):
    now = clock.now()
    for name, expires, revoked in (
        ("lives", None, None), ("will run out", DAY, None), ("ran out lately", -89 * DAY, None),
        ("revoked lately", None, -89 * DAY), ("ran out", -91 * DAY, None), ("revoked", DAY, -91 * DAY),
    ):
        token, _secret = create_token(ann, name, expires_at=expires and now + expires)
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=revoked and now + revoked)
    assert retention.forget_tokens(now) == 2
    assert not ApiToken.objects.filter(name__in=["ran out", "revoked"]).exists()
    retention.let_go(now)
    assert ApiToken.objects.count() == 4


def test_zero_days_keep_for_ever(db, days):
    days.RETAIN_INFO_DAYS = 0
    lines("info", 9_999 * DAY)
    assert retention.prune_log(clock.now()) == 0


def test_a_turn_prunes_one_batch_at_most(db, days, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 50)
    lines("info", 40 * DAY, 90)
    lines("warning", 100 * DAY, 30)

    assert [retention.prune_log(clock.now()) for _ in range(4)] == [50, 50, 20, 0]


def test_pruning_asks_no_more_with_many_rows_than_with_few(db, days):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            retention.prune_log(clock.now())
        return len(captured)

    lines("info", DAY)
    few = asked()
    lines("info", DAY, 500)
    assert asked() == few


def test_failures_that_are_over_go_like_error_lines(db, days):
    now = clock.now()
    for age in (366, 364):
        Incident.objects.create(
            key=f"{age}", cause="refused", opened_at=now - age * DAY, last_seen_at=now - age * DAY,
            resolved_at=now - age * DAY, resolution="gone")
    Incident.objects.create(key="open", cause="refused", opened_at=now - 999 * DAY, last_seen_at=now - 999 * DAY)

    retention.forget_incidents(now)
    assert set(Incident.objects.values_list("key", flat=True)) == {"364", "open"}


def test_turn_is_taken_once_in_an_interval(db, days):
    assert [sweeper.keep_up("retention"), sweeper.keep_up("retention")] == [True, False]


def test_replies_are_forgotten_and_their_cost_stays(job, days):
    work_off(job)
    before = list(Attempt.objects.order_by("pk").values_list("cost_usd_micros", "input_tokens", "code"))
    newest = Attempt.objects.order_by("-pk").first()
    Attempt.objects.exclude(pk=newest.pk).update(settled_at=clock.now() - 31 * DAY)

    assert retention.drop_replies(clock.now()) == 3
    assert [bool(reply) for reply in Attempt.objects.order_by("pk").values_list("reply", flat=True)] == [
        False, False, False, True]
    assert list(Attempt.objects.order_by("pk").values_list("cost_usd_micros", "input_tokens", "code")) == before
    assert documents.markdown(job), "the document does not need them"
    assert_invariants()


def test_old_documents_stay_unless_the_setting_says_otherwise(job, days):
    work_off(job)
    Job.objects.update(finished_at=clock.now() - 5_000 * DAY)
    assert retention.expire_jobs(clock.now()) == 0


def test_old_documents_go_and_what_they_cost_stays(job, days):
    days.RETAIN_JOBS_DAYS = 100
    work_off(job)
    cost = job.cost_usd_micros
    assert retention.expire_jobs(clock.now()) == 0

    Job.objects.update(finished_at=clock.now() - 101 * DAY)
    assert [retention.expire_jobs(clock.now()) for _ in range(2)] == [1, 0]

    job.refresh_from_db()
    assert (job.brief, job.title, job.cost_usd_micros, job.state) == ({}, "Erased document", cost, "completed")
    with pytest.raises(Refusal, match="was erased"):
        documents.markdown(job)
    assert_invariants()


def test_jobs_at_work_are_never_too_old(job, days):
    days.RETAIN_JOBS_DAYS = 1
    Job.objects.update(created_at=clock.now() - 900 * DAY)
    assert retention.expire_jobs(clock.now()) == 0


def test_every_severity_has_its_days(days):
    assert set(retention.days_by_level()) == set(LogLevel)


def test_quiet_installation_is_swept_and_kept_up_with_two_looks(db, days):
    sweeper.upkeep()      # figures, and what only its own time makes due
    sweeper.sweep()
    now = clock.now()
    with CaptureQueriesContext(connection) as asked:
        sweeper.sweep(now=now)
    assert len(asked) == 1
    patience = {name: elections.Patience() for name in sweeper.PERIODIC}
    sweeper.upkeep(now, patience)
    with CaptureQueriesContext(connection) as asked:
        sweeper.upkeep(now, patience)
    assert len(asked) == 1


def _reply(job):
    Attempt.objects.filter(pk=Attempt.objects.earliest("pk").pk).update(settled_at=clock.now() - 31 * DAY)
    return lambda: Attempt.objects.filter(reply="").exists()


def _document(job):
    settings.RETAIN_JOBS_DAYS = 30
    Job.objects.update(finished_at=clock.now() - 31 * DAY)
    return lambda: Job.objects.get().erased_at is not None


def _late_reply(job):
    Job.objects.update(erased_at=clock.now())
    return lambda: not Attempt.objects.exclude(reply="").exists()


def _session(job):
    Session.objects.create(session_key="s", session_data="", expire_date=clock.now() - DAY)
    return lambda: not Session.objects.exists()


def _failure(job):
    past = clock.now() - 366 * DAY
    Incident.objects.create(
        key="k", cause="refused", opened_at=past, last_seen_at=past, resolved_at=past, resolution="gone")
    return lambda: not Incident.objects.exists()


def _form(job):
    SentForm.objects.create(key="k")
    SentForm.objects.update(at=clock.now() - 2 * DAY)
    return lambda: not SentForm.objects.exists()


def _token(job):
    create_token(job.user, "old", expires_at=clock.now() - 91 * DAY)
    return lambda: not ApiToken.objects.exists()


def _alert(job):
    past = clock.now() - 366 * DAY
    rule = AlertRule.objects.create(name="old", condition="disk_low", threshold=1)
    Alert.objects.create(
        rule=rule, key="k", severity="warning", state="resolved", first_seen_at=past, last_seen_at=past,
        resolved_at=past, sentence="s", next_step="n", value=1, worst=1)
    return lambda: not Alert.objects.exists()


def _minute(job):
    RouteMinute.objects.create(route=job.route, minute=clock.now() - 400 * DAY, limit=1, lowest=1, highest=1)
    return lambda: not RouteMinute.objects.filter(minute__lt=clock.now() - 399 * DAY).exists()


@pytest.mark.parametrize("old", [
    _reply, _document, _late_reply, _session, _failure, _form, _token, _alert, _minute])
def test_upkeep_sees_what_is_old_where_nothing_else_is(job, days, old):
    work_off(job)
    sweeper.upkeep()
    Election.objects.all().delete()
    is_gone = old(job)
    assert not is_gone()
    sweeper.upkeep()
    assert is_gone()


@pytest.mark.parametrize(("level", "kept_days"), [
    ("debug", 30), ("info", 30), ("warning", 90), ("error", 365), ("critical", 365)])
def test_upkeep_sees_old_lines_of_every_severity(db, days, level, kept_days):
    lines(level, (kept_days + 1) * DAY)
    lines(level, (kept_days - 1) * DAY)
    sweeper.upkeep()
    assert LogEntry.objects.filter(level=level).count() == 1
