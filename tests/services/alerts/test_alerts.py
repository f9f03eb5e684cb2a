"""From what goes wrong to one alert, told once and resolved once."""

import datetime as dt

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Usage, User
from generation.core.alerting import Condition
from generation.core.outcomes import CallCode, Failure
from generation.core.reasons import Reason
from generation.models import (
    Alert,
    AlertRule,
    Attempt,
    Channel,
    Chunk,
    Delivery,
    Election,
    Job,
    LogEntry,
    Pulse,
    Route,
    clock,
)
from generation.services.alerts import evaluation, handling, measurements
from generation.services.errors import Refusal
from generation.services.jobs import submission
from generation.services.maintenance import sweeper
from generation.services.outbox import deliveries
from generation.services.routing import route_health
from tests.support import PROGRAM, claim_all, finish, limited, work_off
from tests.threads import at_once
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def no_rules(db: None) -> None:
    """Those of the migrations do not outlive a flushed test; each test makes its own."""
    AlertRule.objects.all().delete()


@pytest.fixture
def channel(db: None) -> Channel:
    return Channel.objects.create(name="ops", kind="slack", url="https://chat.example.com/x")


def rule(condition: str, threshold: float = 0, **more: object) -> AlertRule:
    more = {"resolve_after": 2, **more}
    return AlertRule.objects.create(name=more.pop("name", condition), condition=condition, threshold=threshold, **more)


def pause_route(route: Route, reason: Reason = Reason.PROVIDER_UNAVAILABLE) -> None:
    """Somebody waits for it."""
    if reason is Reason.PROVIDER_UNAVAILABLE and not Job.objects.active().filter(route=route).exists():
        somebody, _ = User.objects.get_or_create(username="somebody")
        job = submission.submit(user=somebody, kind="training_program", brief=PROGRAM).job
        Job.objects.filter(pk=job.pk).update(route=route)
    Route.objects.filter(pk=route.pk).update(
        open_until=timezone.now() + MINUTE, breaker_reason=reason.value, breaker_detail="DETAIL-OF-THE-PROVIDER")


def pulse(name: str, age: dt.timedelta = dt.timedelta(), **detail: object) -> None:
    at = clock.now() - age
    Pulse.objects.update_or_create(name=name, defaults={"beat_at": at, "started_at": at, "detail": detail})


def won(name: str, age: dt.timedelta = dt.timedelta(), *, by: str = "") -> None:
    """The election `name` was last won so long ago."""
    Election.objects.update_or_create(name=name, defaults={"won_at": clock.now() - age, "by": by})


def told() -> list[str]:
    return list(Delivery.objects.order_by("id").values_list("event", flat=True))


def codes() -> list[str]:
    return list(LogEntry.objects.filter(code__startswith="alert").order_by("id").values_list("code", flat=True))


# --- One incident, one alert ----------------------------------------------------------------------


def test_incident_is_one_alert_told_and_resolved_once(route, channel):
    rule("breaker_open")
    pause_route(route)

    assert [evaluation.evaluate().opened for _ in range(3)] == [1, 0, 0]
    route_health.resume(route)
    assert [evaluation.evaluate().resolved for _ in range(4)] == [0, 1, 0, 0]

    alert = Alert.objects.get()
    assert (alert.state, alert.count, alert.key, alert.resolved_by) == ("resolved", 3, route.slug, None)
    assert told() == ["alert.opened", "alert.resolved"]
    assert codes() == ["alert_opened", "alert_resolved"]
    assert LogEntry.objects.filter(job__isnull=True, code="alert_opened").get().level == "warning"


@pytest.mark.parametrize(("condition", "reason"), [
    ("breaker_open", Reason.PROVIDER_UNAVAILABLE), ("bad_key", Reason.AUTH), ("out_of_credit", Reason.OUT_OF_CREDIT),
])
def test_pause_of_an_idle_route_calls_nobody(route, condition, reason):
    rule(condition)
    Route.objects.filter(pk=route.pk).update(open_until=timezone.now() + MINUTE, breaker_reason=reason.value)
    assert evaluation.evaluate().opened == 0


def test_work_that_waits_under_a_limit_far_below_its_ceiling_calls(ann, route):
    for _ in range(3):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    Route.objects.update(concurrency_limit=2, max_in_flight=9)
    assert len(claim_all()) == 2
    Chunk.objects.filter(state="pending", ready_at__isnull=False).update(ready_at=clock.now() - 6 * MINUTE)
    rule("limit_low", 5)
    assert evaluation.evaluate().opened == 1
    alert = Alert.objects.get()
    assert (alert.key, alert.unit) == (route.slug, "min")
    assert alert.sentence == (
        "The route gpt-4-1-mini makes 2 calls at once of 9 that it may, and work on it has waited for 6 min.")


@pytest.mark.parametrize("why_not", [
    {"max_in_flight": 8}, {"concurrency_limit": None}, {"concurrency_limit": 5, "max_in_flight": 99},
], ids=["a quarter", "no limit", "not used up"])
def test_limit_that_is_not_what_holds_work_back_calls_nobody(ann, route, why_not):
    for _ in range(3):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    Route.objects.update(**{"concurrency_limit": 2, "max_in_flight": 9})
    claim_all()
    Route.objects.update(**why_not)
    Chunk.objects.filter(state="pending", ready_at__isnull=False).update(ready_at=clock.now() - 6 * MINUTE)
    rule("limit_low", 5)
    assert evaluation.evaluate().opened == 0


def test_condition_that_comes_back_soon_is_the_same_incident(route):
    rule("breaker_open", resolve_after=3)
    for is_paused in (True, False, False, True, False, False, True):
        pause_route(route) if is_paused else route_health.resume(route)
        evaluation.evaluate()

    alert = Alert.objects.get()
    assert (alert.state, alert.count, alert.clear_rounds) == ("open", 3, 0)


def test_each_subject_has_its_own_alert(route):
    other = Route.objects.create(
        slug="other", model="x", input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    rule("breaker_open")
    pause_route(route)
    pause_route(other)
    evaluation.evaluate()
    route_health.resume(route)
    evaluation.evaluate()
    evaluation.evaluate()

    assert dict(Alert.objects.values_list("key", "state")) == {route.slug: "resolved", "other": "open"}


def test_database_refuses_a_second_open_alert(route):
    made = rule("breaker_open")
    pause_route(route)
    evaluation.evaluate()
    twin = Alert.objects.get()
    twin.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
    assert made.alerts.count() == 1


@pytest.mark.django_db(transaction=True)
def test_evaluations_at_the_same_instant_open_one_alert(route, channel):
    rule("breaker_open")
    pause_route(route)

    found = at_once(*[evaluation.evaluate] * 4)

    assert sum(one.opened for one in found) == 1, found
    assert told() == ["alert.opened"]
    route_health.resume(route)
    found = at_once(*[evaluation.evaluate] * 6)
    assert sum(one.resolved for one in found) <= 1, found
    evaluation.evaluate()
    assert told() == ["alert.opened", "alert.resolved"]


@pytest.mark.django_db(transaction=True)
def test_turn_is_won_by_one(settings):
    settings.ALERT_EVERY_S = 60
    won("alerts", 5 * MINUTE)

    turns = at_once(*[lambda: evaluation.take_turn("w")] * 6)

    assert sorted(map(bool, turns)) == [False] * 5 + [True]
    assert evaluation.take_turn("w") is False


def test_first_turn_is_won_from_the_row_that_the_migration_made(settings):
    """The database wrote its time, in its own format."""
    settings.ALERT_EVERY_S = 0.01
    Election.objects.all().delete()
    Election.objects.create(name="alerts", won_at=Now())

    wait_until("a turn", lambda: evaluation.take_turn("w1"), 5)
    assert Election.objects.get().by == "w1"


def test_rule_that_breaks_stops_no_other(route, monkeypatch, caplog):
    rule("disk_low")
    rule("breaker_open")
    pause_route(route)
    monkeypatch.setattr(measurements, "_disks", lambda now: 1 / 0)

    assert evaluation.evaluate().opened == 1
    assert "could not be evaluated" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_rule_whose_query_breaks_stops_no_other_of_the_same_moment(job, route, monkeypatch, caplog):
    def divide(now):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        raise DataError("SQLite knows no such error")

    rule("disk_low")
    rule("breaker_open")
    pause_route(route)
    monkeypatch.setattr(measurements, "_disks", divide)

    assert evaluation.evaluate().opened == 1
    assert caplog.text.count("could not be evaluated") == 1


def test_disabled_rule_ends_its_alert(route):
    made = rule("breaker_open")
    pause_route(route)
    evaluation.evaluate()
    AlertRule.objects.filter(pk=made.pk).update(is_enabled=False)
    evaluation.evaluate()

    assert (Alert.objects.get().state, Alert.objects.get().resolve_note) == ("resolved", "the rule was disabled")
    evaluation.evaluate()
    assert Alert.objects.count() == 1


def test_evaluation_asks_a_bounded_number_of_queries(job, bob, route):
    for condition in Condition:
        rule(condition.value, 1_000_000 if condition != Condition.DISK_LOW else 0)
    limited("", usd_micros=10**9)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            evaluation.evaluate()
        return len(captured)

    before = asked()
    for _ in range(3):
        work_off(submission.submit(user=bob, kind="training_program", brief=PROGRAM).job)
    Alert.objects.all().delete()

    assert asked() <= before + 1 <= 25


# --- What is measured -----------------------------------------------------------------------------


def readings(condition: Condition, threshold: float = 0, window: dt.timedelta = 60 * MINUTE) -> dict[str, float]:
    found = measurements.measure(condition, now=clock.now(), threshold=threshold, window=window)
    return {one.key: round(one.value, 1) for one in found}


@pytest.mark.parametrize(("code", "condition", "words"), [
    (CallCode.OUT_OF_CREDIT, "out_of_credit", "no credit"), (CallCode.AUTH, "bad_key", "OPENAI_API_KEY"),
])
def test_trouble_with_the_account_is_one_critical_alert_until_somebody_resumes(
    code, condition, words, job, bob, route, channel,
):
    """However many jobs and calls meet it; and nothing of what the provider said is passed on."""
    rule("breaker_open")
    rule(condition, severity="critical")
    other = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    for claim in claim_all():
        failure = Failure(code, "DETAIL-OF-THE-PROVIDER")
        finish(claim, failure)
        route_health.note_call(route.pk, code, failure.message)
    for _ in range(3):
        evaluation.evaluate()

    alert = Alert.objects.get()
    assert (alert.rule.condition, alert.severity, alert.count, alert.value) == (condition, "critical", 3, 2)
    assert words in f"{alert.sentence} {alert.next_step}"
    [delivery] = Delivery.objects.all()
    assert "DETAIL" not in f"{delivery.payload}{alert.sentence}{alert.next_step}"
    assert {row.state for row in (job, other)} <= {"queued", "planning"}

    route_health.resume(route)
    evaluation.evaluate()
    evaluation.evaluate()
    assert Alert.objects.get().state == "resolved"
    assert told() == ["alert.opened", "alert.resolved"]
    Chunk.objects.update(ready_at=clock.now())
    work_off(job)
    assert Job.objects.get(pk=job.pk).state == "completed"


def test_failure_rate_counts_what_ended_in_the_window(job, bob, route):
    for fails in (True, True, False, False):
        submission.submit(user=bob, kind="training_program", brief=PROGRAM)
        for claim in claim_all():
            finish(claim, Failure(CallCode.REFUSED, "no") if fails else None)
        while claims := claim_all():
            for claim in claims:
                finish(claim)
    # Ann's job failed with the first; five ended in all.
    assert readings(Condition.FAILURE_RATE) == {"": 60.0}
    Job.objects.filter(state="completed").update(finished_at=clock.now() - 61 * MINUTE)
    assert readings(Condition.FAILURE_RATE) == {}, "three are too few for a share"


def test_job_is_stuck_when_nothing_was_asked_for_long(job):
    claim_all()
    ago = clock.now() - 30 * MINUTE
    assert readings(Condition.STUCK_JOB, 20) == {}
    Job.objects.filter(pk=job.pk).update(started_at=ago, active_since=ago)
    Attempt.objects.filter(job=job).update(started_at=ago)
    assert readings(Condition.STUCK_JOB, 20) == {"": pytest.approx(30, abs=1)}
    assert readings(Condition.STUCK_JOB, 35) == {}
    [reading] = measurements.measure(Condition.STUCK_JOB, now=clock.now(), threshold=20, window=MINUTE)
    assert str(job.public_id) in reading.sentence
    assert job.title not in reading.sentence
    pause_route(job.route)
    assert readings(Condition.STUCK_JOB, 20) == {}, "it says itself what it waits for"


def test_backlog_is_the_oldest_work_that_could_be_done(job):
    assert readings(Condition.BACKLOG_AGE) == {"": pytest.approx(0, abs=1)}
    Chunk.objects.filter(job=job).update(ready_at=clock.now() - 12 * MINUTE)
    assert readings(Condition.BACKLOG_AGE) == {"": pytest.approx(12, abs=1)}
    pause_route(job.route)
    assert readings(Condition.BACKLOG_AGE) == {}


def test_sweeper_is_late_since_its_last_turn_or_the_first_job(db):
    assert readings(Condition.SWEEPER_LATE) == {}, "a new installation is well"
    won("sweeper", 10 * MINUTE)
    assert readings(Condition.SWEEPER_LATE) == {"": pytest.approx(600, abs=30)}


def test_sweeper_that_never_ran_is_late_once_somebody_waits(job):
    Job.objects.filter(pk=job.pk).update(active_since=clock.now() - 2 * MINUTE)
    assert readings(Condition.SWEEPER_LATE) == {"": pytest.approx(120, abs=30)}


def test_budget_is_what_everybody_together_took(ann, route):
    limited("", usd_micros=1_000)
    limited("student", usd_micros=10)
    jobs_limit = limited("", requests=5)
    assert readings(Condition.BUDGET) == {"total-cost-per-day": 0.0}
    Usage.objects.create(
        user=None, metric="usd_micros", window="day", used=500, reserved=310, limit=1_000,
        period_start=clock.now().replace(hour=0, minute=0, second=0, microsecond=0))
    assert readings(Condition.BUDGET) == {"total-cost-per-day": 81.0}
    assert jobs_limit.limits.count() == 2


def test_budget_alerts_at_80_and_at_100_percent(ann, route, channel):
    rule("budget", 80, name="near")
    rule("budget", 100, name="spent", severity="critical")
    limited("", usd_micros=1_000)
    usage = Usage.objects.create(
        user=None, metric="usd_micros", window="day", used=799, limit=1_000,
        period_start=clock.now().replace(hour=0, minute=0, second=0, microsecond=0))

    def at(used: int) -> list[str]:
        Usage.objects.filter(pk=usage.pk).update(used=used)
        evaluation.evaluate()
        return list(Alert.objects.unresolved().order_by("id").values_list("rule__name", flat=True))

    assert at(799) == []
    assert at(800) == ["near"]
    assert at(1_000) == ["near", "spent"]
    assert at(1_200) == ["near", "spent"]


def test_disk_of_each_machine_as_its_workers_tell(db):
    pulse("alpha-1:10:aa", disk_free_mb=900)
    pulse("alpha-1:11:bb", disk_free_mb=901)
    pulse("beta-1:10:cc", disk_free_mb=50_000)
    pulse("gone-1:10:dd", 10 * MINUTE, disk_free_mb=1)
    assert readings(Condition.DISK_LOW) == {"alpha-1": 901.0, "beta-1": 50_000.0}
    rule("disk_low", 1_000)
    evaluation.evaluate()
    assert [alert.key for alert in Alert.objects.all()] == ["alpha-1"]


def test_folder_that_is_gone_is_told_like_a_full_disk(db):
    pulse("alpha-1:10:aa", folder_problem="No such file or directory")
    rule("disk_low", 1_000)
    evaluation.evaluate()
    [alert] = Alert.objects.all()
    assert alert.sentence == "LOCAL_DIR of alpha-1 cannot be looked at: No such file or directory."


def test_quality_is_the_larger_share_of_repairs_and_errors(bob, route, monkeypatch):
    monkeypatch.setattr(measurements, "FEWEST_UNITS", 3)
    done = work_off(submission.submit(user=bob, kind="training_program", brief=PROGRAM).job)
    assert readings(Condition.QUALITY_LOW) == {"": 0.0}
    Chunk.objects.filter(job=done, position=1).update(repairs=1)
    assert readings(Condition.QUALITY_LOW) == {"": 33.3}
    Job.objects.filter(pk=done.pk).update(findings=[{"severity": "warning"}])
    assert readings(Condition.QUALITY_LOW) == {"": 33.3}
    Job.objects.filter(pk=done.pk).update(findings=[{"severity": "error"}])
    assert readings(Condition.QUALITY_LOW) == {"": 100.0}


def test_workers_tell_how_much_disk_is_left(db):
    from generation.telemetry import heartbeats

    heartbeats.beat("w:1:a", in_flight=0, slots=1, revisions={}, is_draining=False)
    assert readings(Condition.DISK_LOW)["w"] > 0


# --- What people do -------------------------------------------------------------------------------


def test_acknowledged_alert_reminds_nobody(route, channel, rita):
    rule("breaker_open", remind_after_s=60)
    pause_route(route)
    evaluation.evaluate()
    Alert.objects.update(told_at=clock.now() - 2 * MINUTE)
    evaluation.evaluate()
    evaluation.evaluate()
    assert told() == ["alert.opened", "alert.continues"]

    handling.acknowledge(Alert.objects.get(), by=rita, note="calling them")
    Alert.objects.update(told_at=clock.now() - 2 * MINUTE)
    evaluation.evaluate()

    alert = Alert.objects.get()
    assert told() == ["alert.opened", "alert.continues"]
    assert (alert.state, alert.acknowledged_by, alert.acknowledge_note) == ("acknowledged", rita, "calling them")
    assert codes() == ["alert_opened", "alert_acknowledged"]
    with pytest.raises(Refusal):
        handling.acknowledge(alert, by=rita)


def test_resolved_by_hand_opens_no_other_until_the_condition_was_gone(route, channel, rita):
    rule("breaker_open")
    pause_route(route)
    evaluation.evaluate()
    handling.resolve(Alert.objects.get(), by=rita, note="known, they are moving")
    for _ in range(3):
        evaluation.evaluate()
    assert (Alert.objects.count(), told()) == (1, ["alert.opened", "alert.resolved"])

    route_health.resume(route)
    evaluation.evaluate()
    pause_route(route)
    evaluation.evaluate()

    assert list(Alert.objects.order_by("id").values_list("state", flat=True)) == ["resolved", "open"]
    assert told() == ["alert.opened", "alert.resolved", "alert.opened"]
    with pytest.raises(Refusal):
        handling.resolve(Alert.objects.earliest("id"), by=rita)


@pytest.mark.parametrize("note", ["x" * 501, "a\0b", "a\u202eb"])
def test_note_that_no_column_takes_is_refused(note, route, rita):
    rule("breaker_open")
    pause_route(route)
    evaluation.evaluate()
    with pytest.raises(Refusal):
        handling.resolve(Alert.objects.get(), by=rita, note=note)


def test_pasted_note_is_kept_without_what_came_along_unseen(route, rita):
    rule("breaker_open")
    pause_route(route)
    evaluation.evaluate()
    handling.resolve(Alert.objects.get(), by=rita, note="\ufeffneu\u00adgestartet\u200b, שלום\u200f!")
    assert Alert.objects.get().resolve_note == "neugestartet, שלום\u200f!"


# --- Whom it is told ------------------------------------------------------------------------------


def quiet_now(**more: object) -> dict[str, object]:
    now = timezone.now()
    return {"quiet_from": (now - MINUTE).time(), "quiet_until": (now + 90 * MINUTE).time(), **more}


def test_quiet_hours_hold_what_is_not_critical(route, channel):
    rule("breaker_open", **quiet_now())
    pause_route(route)
    evaluation.evaluate()

    [delivery] = Delivery.objects.all()
    assert delivery.next_at - clock.now() > 85 * MINUTE
    assert deliveries.take_due(slots=9, busy={}) == []
    assert Alert.objects.get().state == "open", "it is open all the same"


def test_critical_alert_breaks_quiet_hours_unless_told_not_to(route, channel):
    rule("breaker_open", severity="critical", name="breaks", **quiet_now())
    rule("breaker_open", severity="critical", name="waits", **quiet_now(breaks_quiet=False))
    pause_route(route)
    evaluation.evaluate()

    due = Delivery.objects.due(clock.now()).select_related("alert__rule")
    assert [row.alert.rule.name for row in due] == ["breaks"]


def test_what_was_over_before_it_was_sent_is_one_message(route, channel):
    rule("breaker_open", resolve_after=1, **quiet_now())
    pause_route(route)
    evaluation.evaluate()
    route_health.resume(route)
    evaluation.evaluate()

    assert list(Delivery.objects.order_by("id").values_list("event", "state")) == [
        ("alert.opened", "dropped"), ("alert.resolved", "waiting")]


def test_rule_tells_its_own_channels_or_all_that_are_enabled(route, channel):
    Channel.objects.create(name="off", kind="slack", url="https://chat.example.com/y", is_enabled=False)
    other = Channel.objects.create(name="other", kind="email", addresses="ops@example.com")
    rule("breaker_open", name="all")
    rule("breaker_open", name="one").channels.add(other)
    pause_route(route)
    evaluation.evaluate()

    assert set(Delivery.objects.values_list("alert__rule__name", "channel__name")) == {
        ("all", "ops"), ("all", "other"), ("one", "other")}


def test_failing_channel_is_one_alert_and_is_not_told_of_itself(channel):
    other = Channel.objects.create(name="other", kind="slack", url="https://chat.example.com/y")
    rule("channel_failing", 3)
    Channel.objects.update(failures=3)
    for _ in range(3):
        evaluation.evaluate()

    pairs = set(Delivery.objects.values_list("alert__key", "channel"))
    assert pairs == {(str(channel.pk), other.pk), (str(other.pk), channel.pk)}
    Channel.objects.update(failures=7)      # those that tell of it fail as well
    evaluation.evaluate()
    assert (Alert.objects.count(), Delivery.objects.count()) == (2, 2)


def test_alert_tells_nothing_that_people_wrote(ann, route, channel):
    """Not even of a job that stands still."""
    job = submission.submit(
        user=ann, kind="training_program", brief={**PROGRAM, "limitations": ["PUPIL-CANARY has a bad knee"]}).job
    claim_all()
    ago = clock.now() - 60 * MINUTE
    Job.objects.filter(pk=job.pk).update(title="PUPIL-CANARY", started_at=ago, active_since=ago)
    Attempt.objects.update(started_at=clock.now() - 60 * MINUTE)
    rule("stuck_job", 20)
    evaluation.evaluate()

    assert "CANARY" not in str(list(Delivery.objects.values())) + str(list(Alert.objects.values()))


# --- A dead worker cannot say so ------------------------------------------------------------------


@pytest.fixture
def dead_workers(settings, channel, monkeypatch):
    """Nobody has swept or evaluated for ten minutes."""
    settings.CELERY_BROKER_URL = "memory://"
    rule("sweeper_late", 60, severity="critical")
    won("sweeper", 10 * MINUTE)
    won("alerts", 10 * MINUTE, by="w1")
    sent = []
    monkeypatch.setattr("generation.worker.standby._help_out", lambda: sent.append(1))
    return sent


def test_health_check_of_the_web_process_alerts_when_no_worker_sweeps(dead_workers):
    assert Client().get("/readyz").status_code == 503
    assert Client().get("/readyz").status_code == 503

    alert = Alert.objects.get()
    assert (alert.rule.condition, alert.severity, alert.count) == ("sweeper_late", "critical", 1)
    assert "No worker has swept" in alert.sentence
    assert told() == ["alert.opened"]
    assert len(dead_workers) == 1, "and has it taken out"


def test_health_check_leaves_it_to_the_workers_while_they_live(dead_workers):
    won("alerts")

    Client().get("/readyz")

    assert not Alert.objects.exists()


def test_worker_that_comes_back_sweeps_and_the_alert_ends(dead_workers, job):
    [claim] = claim_all()
    Client().get("/readyz")
    Chunk.objects.filter(pk=claim.chunk_id).update(lease_until=clock.now() - MINUTE)

    assert sweeper.take_turn("w2").may_expire is False, "for one more round nothing is taken back"
    won("sweeper")
    assert sweeper.sweep().expired == 1
    evaluation.evaluate()
    evaluation.evaluate()

    assert Alert.objects.get().state == "resolved"
    assert told() == ["alert.opened", "alert.resolved"]


def test_alerts_are_kept_for_a_year(route):
    rule("breaker_open", resolve_after=1)
    pause_route(route)
    evaluation.evaluate()
    route_health.resume(route)
    evaluation.evaluate()
    assert handling.prune() == 0
    Alert.objects.update(resolved_at=clock.now() - dt.timedelta(days=366))
    assert handling.prune() == 1
