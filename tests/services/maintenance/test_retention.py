"""What is old goes, in bounded batches; what it cost stays."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.models import Attempt, Incident, Job, LogEntry, LogLevel, clock
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
