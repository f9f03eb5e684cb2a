"""Jobs against the ledger: exact under any number of requests, and true to what was spent."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Override, Pause, Reservation, Usage
from accounts.windows import Window, begin
from generation.core.outcomes import CallCode, Failure, Reply
from generation.core.outcomes import TokenUsage as Tokens
from generation.management.cli.base import refused as told_in_the_shell
from generation.models import Attempt, Job, Route, clock
from generation.services import quotas
from generation.services.chunks import attempts, settling
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.services.routing import estimates
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, claim_all, finish, limited, store, used, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = {"kind": "training_program", "brief": PROGRAM}


def refused(user, **changes) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        submission.submit(user=user, **{**REQUEST, **changes})
    return refusal.value


# --- Exact ----------------------------------------------------------------------------------------


def test_two_hundred_at_once_under_a_limit_of_fifty_are_fifty(ann, route, unhurried):
    limited(requests=50)
    results = at_once(*[lambda: submission.submit(user=ann, **REQUEST)] * 200)
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert (len(refusals), {refusal.code for refusal in refusals}) == (150, {RefusalCode.LIMIT_REACHED})
    assert Job.objects.count() == Reservation.objects.count() == 50
    assert used("requests", ann) == (0, 50)
    assert_invariants()


def test_global_limit_holds_for_many_users_at_once(ann, bob, cy, route, unhurried):
    limited("", units=30)
    results = at_once(*[lambda user=user: submission.submit(user=user, **REQUEST) for user in (ann, bob, cy) * 10])
    assert sum(not isinstance(result, Exception) for result in results) == 10
    assert used("units", None) == (0, 30)


def test_fifty_at_once_run_no_more_jobs_than_allowed(ann, route, unhurried):
    limited(jobs=7)
    results = at_once(*[lambda: submission.submit(user=ann, **REQUEST)] * 50)
    assert sum(isinstance(result, Refusal) for result in results) == 43
    assert used("jobs", ann) == (0, 7)
    control.cancel(Job.objects.all()[0], by=ann)
    submission.submit(user=ann, **REQUEST)
    assert refused(ann).limit == "running-jobs"


def test_twenty_at_once_with_one_key_reserve_once(ann, route, unhurried):
    limited(requests=1)
    results = at_once(*[lambda: submission.submit(user=ann, **REQUEST, idempotency_key="k")] * 20)
    assert len({result.job.pk for result in results}) == 1
    assert Reservation.objects.count() == 1
    assert used("requests", ann) == (0, 1)


def test_clocks_an_hour_apart_change_nothing(ann, route, monkeypatch):
    """Windows are the database's; on SQLite that is the one machine's clock, whichever process asks."""
    limited(window="hour", requests=2)
    real = timezone.now
    for hours in (1, -1):
        if connection.vendor != "sqlite":
            monkeypatch.setattr(timezone, "now", lambda hours=hours: real() + dt.timedelta(hours=hours))
        submission.submit(user=ann, **REQUEST)
    assert refused(ann).limit == "requests-per-hour"
    assert Usage.objects.get(metric="requests").period_start == begin(Window.HOUR, clock.now())


def test_thousand_requests_spend_no_more_than_the_roles_cap(ann, route):
    limited(usd_micros=60_000)
    with pytest.raises(Refusal) as refusal:      # noqa: PT012
        for _ in range(1_000):
            work_off(submission.submit(user=ann, **REQUEST).job)
    accepted = Job.objects.count()
    assert (refusal.value.code, refusal.value.limit) == (RefusalCode.LIMIT_REACHED, "cost-per-day")
    assert accepted > 3
    assert 0 < used("usd_micros", ann)[0] <= 60_000
    assert Attempt.objects.count() == accepted * 4, "no call is made for what was refused"


# --- True -----------------------------------------------------------------------------------------


def test_finished_job_has_used_what_it_did_cost(ann, route):
    limited(requests=9, units=9, usd_micros=10**9, jobs=9)
    job = submission.submit(user=ann, **REQUEST).job
    assert [used(metric, ann) for metric in ("requests", "units", "jobs")] == [(0, 1), (0, 3), (0, 1)]
    assert used("usd_micros", ann)[1] > 0
    work_off(job)
    assert [used(metric, ann) for metric in ("requests", "units", "jobs")] == [(1, 0), (3, 0), (0, 0)]
    assert used("usd_micros", ann) == (job.cost_usd_micros, 0)


def test_cancelled_job_has_used_what_was_made_before(ann, route):
    limited(requests=9, units=9, usd_micros=10**9, jobs=1)
    job = work_off(submission.submit(user=ann, **REQUEST).job, stop_after=2)
    control.cancel(job, by=ann)
    job.refresh_from_db()
    assert [used(metric, ann) for metric in ("requests", "units", "jobs")] == [(1, 0), (1, 0), (0, 0)]
    assert used("usd_micros", ann) == (job.cost_usd_micros, 0)


def test_job_that_never_asked_anybody_is_free(ann, route):
    limited(requests=1, units=3)
    control.cancel(submission.submit(user=ann, **REQUEST).job, by=ann)
    assert used("requests", ann) == used("units", ann) == (0, 0)


def test_failed_job_has_used_only_its_calls(ann, route):
    limited(units=9, usd_micros=10**9)
    job = submission.submit(user=ann, **REQUEST).job
    finish(*claim_all(), Failure(CallCode.REFUSED, "no", usage=Tokens(input_tokens=1_000)))
    job.refresh_from_db()
    assert (job.state, used("units", ann), used("usd_micros", ann)) == ("failed", (0, 0), (400, 0))


def test_retry_reserves_what_is_missing(ann, route):
    limited(requests=9, units=5, jobs=1)
    job = submission.submit(user=ann, **REQUEST).job
    finish(*claim_all())
    first, second, third = claim_all()
    finish(first)
    for claim in (second, third):
        finish(claim, Failure(CallCode.REFUSED, "no"))
    control.retry(job, by=ann)
    assert (used("units", ann), used("jobs", ann)) == ((1, 2), (0, 1))
    work_off(job)
    assert (used("units", ann), used("requests", ann), used("jobs", ann)) == ((3, 0), (2, 0), (0, 0))
    assert_invariants()


def test_retry_over_the_limit_changes_nothing(ann, route):
    limited(requests=1)
    job = submission.submit(user=ann, **REQUEST).job
    finish(*claim_all(), Failure(CallCode.REFUSED, "no", usage=USAGE))
    with pytest.raises(Refusal, match="1 request a day"):
        control.retry(job, by=ann)
    job.refresh_from_db()
    assert job.state == "failed"
    assert_invariants()


@pytest.mark.parametrize("ending", ["done", "kept"])
def test_regenerated_unit_is_a_unit_more_if_it_comes_about(ann, route, ending):
    limited(units=9, usd_micros=10**9, jobs=1)
    job = work_off(submission.submit(user=ann, **REQUEST).job)
    control.regenerate(job, 2, instruction="", by=ann)
    assert used("units", ann) == (3, 1)
    control.regenerate(job, 3, instruction="", by=ann)      # while the job is active
    assert (used("units", ann), used("jobs", ann)) == ((3, 2), (0, 1))
    answer = Failure(CallCode.REFUSED, "no", usage=USAGE) if ending == "kept" else None
    for claim in claim_all():
        finish(claim, answer)
    assert used("units", ann) == ((5, 0) if ending == "done" else (3, 0))
    assert_invariants()


@pytest.mark.parametrize("is_reply", [True, False])
def test_call_that_ends_after_its_job_is_billed_late(ann, route, is_reply):
    limited(usd_micros=10**9)
    job = submission.submit(user=ann, **REQUEST).job
    claim, = claim_all()
    control.cancel(job, by=ann)
    assert used("usd_micros", ann) == (0, 0)
    answer = Reply("{", USAGE) if is_reply else Failure(CallCode.REFUSED, "no", usage=USAGE)
    finish(claim, answer)
    assert used("usd_micros", ann) == (attempts.cost_of(claim, answer), 0)
    assert_invariants()


def test_sweeper_bills_what_a_dead_worker_had_stored(ann, route):
    limited(usd_micros=10**9)
    job = submission.submit(user=ann, **REQUEST).job
    claim, = claim_all()
    control.cancel(job, by=ann)
    store(claim)
    assert used("usd_micros", ann) == (0, 0)
    Attempt.objects.update(started_at=clock.now() - dt.timedelta(days=1))
    assert sweeper.sweep().billed == 1
    job.refresh_from_db()
    assert used("usd_micros", ann) == (job.cost_usd_micros, 0)
    assert job.cost_usd_micros > 0
    assert sweeper.sweep().billed == 0


def test_sweeper_settles_a_reservation_that_was_left_behind(ann, route):
    limited(requests=9, units=9, jobs=9)
    job = work_off(submission.submit(user=ann, **REQUEST).job)
    Reservation.objects.update(settled_at=None, used_requests=0, used_units=0, used_usd_micros=0)
    Usage.objects.filter(metric="units").update(reserved=3, used=0)
    Usage.objects.filter(metric="requests").update(reserved=1, used=0)
    Usage.objects.filter(metric="jobs").update(reserved=1)
    Job.objects.filter(pk=job.pk).update(billed_units=0, billed_usd_micros=0)
    assert sweeper.sweep().billed == 1
    assert (used("units", ann), used("jobs", ann)) == ((3, 0), (0, 0))
    assert_invariants()


def test_crash_while_settling_is_settled_again(ann, route, monkeypatch):
    limited(units=9)
    job = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 1}).job
    finish(*claim_all())
    claim, = claim_all()

    def die(*_args):
        raise RuntimeError("the process dies before the commit")

    monkeypatch.setattr(settling, "derive_together", die)
    with pytest.raises(RuntimeError):
        finish(claim)
    monkeypatch.undo()
    assert used("units", ann) == (0, 1)
    finish(claim)
    job.refresh_from_db()
    assert (job.state, used("units", ann)) == ("completed", (1, 0))
    assert_invariants()


# --- What is not allowed ----------------------------------------------------------------------------


def test_pause_refuses_with_its_reason_and_lets_go_on_what_was_accepted(ann, route):
    job = submission.submit(user=ann, **REQUEST, idempotency_key="k").job
    Pause.objects.update_or_create(id=1, defaults={"is_on": True, "reason": "The provider moves house until 14:00."})
    refusal = refused(ann)
    assert (refusal.code, Job.objects.count()) == (RefusalCode.PAUSED, 1)
    assert "moves house" in str(refusal)
    assert submission.submit(user=ann, **REQUEST, idempotency_key="k").job == job
    assert work_off(job).state == "completed"
    Pause.objects.update(is_on=False)
    submission.submit(user=ann, **REQUEST)


@pytest.mark.parametrize(("column", "names", "changes"), [
    ("kinds", ["course"], {}), ("strategies", ["parallel"], {"strategy": "single"}), ("routes", ["gpt-4o"], {}),
])
@pytest.mark.parametrize("role", ["student", ""])
def test_what_a_policy_does_not_list_is_refused(ann, route, role, column, names, changes):
    policy = limited(role)
    setattr(policy, column, names)
    policy.save()
    assert refused(ann, **changes).code is RefusalCode.NOT_ALLOWED
    assert not Job.objects.exists()


def test_allowed_route_is_chosen_although_another_is_preferred(ann, route):
    other = Route.objects.create(
        slug="other", model="m", priority=99, input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    policy = limited()
    policy.routes = ["other"]
    policy.save()
    assert submission.submit(user=ann, **REQUEST).job.route == other


def test_document_with_too_many_units_is_refused_unless_an_override_allows_it(ann, route):
    policy = limited()
    policy.max_units_per_job = 2
    policy.save()
    assert refused(ann).code is RefusalCode.TOO_MANY_UNITS
    override = Override.objects.create(user=ann, reason="exam week", max_units_per_job=3)
    submission.submit(user=ann, **REQUEST)
    Override.objects.filter(pk=override.pk).update(expires_at=clock.now() - dt.timedelta(seconds=1))
    assert refused(ann).code is RefusalCode.TOO_MANY_UNITS


def test_shell_says_the_same_as_the_api(ann, route):
    limited(units=4)
    submission.submit(user=ann, **REQUEST)
    refusal = refused(ann)
    assert str(told_in_the_shell(refusal)) == f"{refusal.message}\n{refusal.advice}"
    assert refusal.message == "Your limit is 4 units a day; 1 unit left, and this needs 3 units."


@pytest.mark.parametrize(("limit", "helps"), [({"units": 4}, True), ({"requests": 1}, False)])
def test_smaller_document_is_advised_only_where_it_helps(ann, route, limit, helps):
    limited(**limit)
    submission.submit(user=ann, **REQUEST)
    advice = refused(ann).advice
    assert ("smaller document" in advice, "administrator" in advice) == (helps, not helps)


def test_refusal_of_a_document_that_never_fits_does_not_say_when(ann, route):
    limited(units=2)
    refusal = refused(ann)
    assert (refusal.left, refusal.retry_at) == (2, None)
    assert "smaller" in refusal.advice


# --- Estimates --------------------------------------------------------------------------------------


def quote(route, units=3, strategy="parallel"):
    spec = JobSpec.understood("training_program", {**PROGRAM, "weeks": units}, strategy)
    return estimates.estimate(replace(spec, route=route))


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
def test_estimate_before_there_is_any_history_comes_from_prices_and_sizes(route, strategy):
    expected = quote(route, strategy=strategy)
    assert expected.jobs == 0
    assert 0 < expected.usd_micros_p50 < expected.usd_micros_p90
    assert 0 < expected.seconds_p50 < expected.seconds_p90
    assert quote(route, 6, strategy).usd_micros_p50 > expected.usd_micros_p50


def test_estimate_comes_from_the_newest_completed_jobs_of_its_kind(ann, route):
    now = clock.now()
    for n in range(10):
        Job.objects.create(
            user=ann, kind="training_program", kind_revision=1, brief=PROGRAM, title="x", route=route, unit_total=3,
            unit_done=3, state="completed", request_fingerprint="x", cost_usd_micros=3_000 * (n + 1),
            billed_usd_micros=3_000 * (n + 1), started_at=now, finished_at=now + dt.timedelta(seconds=n + 1),
        )
    expected = quote(route, 6)
    assert (expected.jobs, expected.usd_micros_p50, expected.usd_micros_p90) == (10, 36_000, 60_000)
    assert (expected.seconds_p50, expected.seconds_p90) == (6.0, 10.0)
    assert quote(route, 6, "single").jobs == 0


def test_free_model_is_estimated_at_nothing_and_still_settled(ann, route):
    limited(usd_micros=100)
    Route.objects.update(input_usd_micros=0, cached_input_usd_micros=0, output_usd_micros=0)
    work_off(submission.submit(user=ann, **REQUEST).job)
    assert used("usd_micros", ann) == (0, 0)
    assert quotas.unbilled() == []
