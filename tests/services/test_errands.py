"""Who pays for what is asked of a job once more: whoever asks, whatever becomes of it.

ann, a student, asks; rita reviews, and retries; her role is a teacher's."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Override, Reservation
from generation.core.outcomes import CallCode, Failure
from generation.models import Attempt, Chunk, Errand, Job, Route, clock
from generation.services import quotas, usage
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import control, quotes, submission
from generation.services.maintenance import erasure, sweeper
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, claim_all, finish, limited, store, used, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = {"kind": "training_program", "brief": PROGRAM}
METRICS = ("requests", "units", "usd_micros", "jobs")
NO = Failure(CallCode.REFUSED, "no", usage=USAGE)


def ends_without(user, *lost: int) -> Job:
    """A job of `user` that is over, and whose units at `lost` are missing."""
    job = submission.submit(user=user, **REQUEST).job
    finish(*claim_all())
    for claim in claim_all():
        finish(claim, NO if claim.position in lost else None)
    job.refresh_from_db()
    return job


def fails_at_once(user) -> Job:
    job = submission.submit(user=user, **REQUEST).job
    finish(*claim_all(), NO)
    job.refresh_from_db()
    return job


def books(user) -> list[tuple[int, int]]:
    return [used(metric, user) for metric in METRICS]


def cost_of(errand: Errand) -> int:
    return sum(Attempt.objects.filter(errand=errand).values_list("cost_usd_micros", flat=True))


@pytest.fixture
def counted(route):
    """Limits that nobody reaches, so that what is used is written down."""
    for role in ("student", "teacher", "admin", ""):
        limited(role, requests=99, units=99, usd_micros=10**9, jobs=99)


# --- Who ------------------------------------------------------------------------------------------


def test_reviewer_s_retry_is_the_reviewer_s_and_the_student_s_day_stays(ann, rita, counted):
    job = ends_without(ann, 2, 3)
    before = books(ann)
    control.retry(job, by=rita)
    assert books(ann) == before
    assert [used(metric, rita) for metric in ("requests", "units", "jobs")] == [(0, 1), (0, 2), (0, 1)]
    assert_invariants()
    assert work_off(job).state == "completed"
    errand = Errand.objects.get()
    assert books(ann) == before
    assert books(rita) == [(1, 0), (2, 0), (cost_of(errand), 0), (0, 0)]
    assert 0 < cost_of(errand) < job.cost_usd_micros
    assert_invariants()


def test_owner_s_retry_is_the_owner_s(ann, counted):
    job = ends_without(ann, 2)
    control.retry(job, by=ann)
    work_off(job)
    assert books(ann) == [(2, 0), (3, 0), (job.cost_usd_micros, 0), (0, 0)]
    assert_invariants()


def test_retry_that_nobody_in_particular_asks_for_is_the_owner_s(ann, counted):
    job = ends_without(ann, 2)
    control.retry(job, by=None)
    assert Errand.objects.get().payer == ann


def test_student_at_the_limit_is_helped_by_a_reviewer_under_the_reviewer_s_limit(ann, rita, route):
    limited("student", requests=1)
    limited("teacher", requests=1)
    first = ends_without(ann, 3)
    with pytest.raises(Refusal, match="Your limit is 1 request a day; 0 requests left") as of_ann:
        control.retry(first, by=ann)
    assert (of_ann.value.limit, of_ann.value.retry_at is not None) == ("requests-per-day", True)
    control.retry(first, by=rita)
    assert work_off(first).state == "completed"
    with pytest.raises(Refusal) as of_rita:
        control.regenerate(first, 1, instruction="", by=rita)
    assert "Whoever asks again pays, and that is you. Your limit is 1 request a day" in of_rita.value.message
    assert "Try again after" in of_rita.value.advice
    first.refresh_from_db()
    assert (first.state, Errand.objects.count()) == ("completed", 1), "a refusal leaves nothing behind"
    assert_invariants()


def test_payer_s_policy_judges_what_is_asked_again(ann, rita, route):
    job = ends_without(ann, 3)
    policy = limited("teacher")
    policy.kinds = ["course"]
    policy.save()
    with pytest.raises(Refusal) as refusal:
        control.retry(job, by=rita)
    assert refusal.value.code is RefusalCode.NOT_ALLOWED
    policy.kinds, policy.max_units_per_job = [], 2
    policy.save()
    control.retry(job, by=rita)      # one week is missing, whatever the whole document has


def test_what_is_asked_again_goes_where_its_payer_may_ask(ann, rita, route):
    job, whole = ends_without(ann, 3), work_off(submission.submit(user=ann, **REQUEST).job)
    other = Route.objects.create(
        slug="other", model="m", priority=99, input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    policy = limited("teacher")
    policy.routes = ["other"]
    policy.save()
    control.retry(job, by=rita)
    control.regenerate(whole, 2, instruction="", by=rita)
    claims = claim_all()
    assert [(claim.job_id, claim.position, claim.route_id) for claim in claims] == [
        (job.pk, 3, other.pk), (whole.pk, 2, other.pk)]
    whole.refresh_from_db()
    assert whole.route == route


def test_stand_in_is_asked_for_whoever_pays(ann, rita, route):
    job, theirs = ends_without(ann, 3), ends_without(ann, 3)
    other = Route.objects.create(
        slug="other", model="m", priority=99, input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    policy = limited("student")
    policy.routes = [route.slug]
    policy.save()
    control.retry(job, by=rita)
    control.retry(theirs, by=ann)
    Route.objects.filter(pk=route.pk).update(
        fallback=other, open_until=clock.now() + dt.timedelta(hours=1), breaker_reason="provider_unavailable")
    assert [(claim.job_id, claim.is_stand_in) for claim in claim_all()] == [(job.pk, True)]


# --- What becomes of it ---------------------------------------------------------------------------


def test_cancelled_errand_frees_its_payer_of_what_was_not_spent(ann, rita, counted):
    job = ends_without(ann, 1, 2, 3)
    before = books(ann)
    control.retry(job, by=rita)
    first, _second, _third = claim_all()
    finish(first)
    control.cancel(job, by=ann)
    assert books(ann) == before
    assert books(rita) == [(1, 0), (1, 0), (cost_of(Errand.objects.get()), 0), (0, 0)]
    assert_invariants()


def test_errand_that_asked_nobody_is_free(ann, rita, counted):
    job = ends_without(ann, 2)
    control.retry(job, by=rita)
    control.cancel(job, by=rita)
    assert books(rita) == [(0, 0)] * 4
    assert_invariants()


def test_retry_after_a_retry_has_each_payer_pay_for_their_own(ann, rita, adam, counted):
    job = ends_without(ann, 2, 3)
    before = books(ann)
    control.retry(job, by=rita)
    second, third = claim_all()
    finish(second)
    finish(third, NO)
    control.retry(job, by=adam)
    work_off(job)
    assert (books(ann), books(rita)[:2], books(adam)[:2]) == (before, [(1, 0), (1, 0)], [(1, 0), (1, 0)])
    spent = sum(used("usd_micros", user)[0] for user in (ann, rita, adam))
    assert spent == job.cost_usd_micros == used("usd_micros", None)[0]
    assert {share.payer: share.cost_usd_micros for share in quotas.shares(job)} == {
        user.username: used("usd_micros", user)[0] for user in (ann, rita, adam)}
    assert_invariants()


@pytest.mark.parametrize("ending", ["done", "kept"])
def test_units_written_anew_at_once_are_each_of_whoever_wanted_them(ann, rita, adam, counted, ending):
    job = work_off(submission.submit(user=ann, **REQUEST).job)
    before = books(ann)
    control.regenerate(job, 1, instruction="", by=rita)
    control.regenerate(job, 2, instruction="", by=rita)
    control.regenerate(job, 3, instruction="", by=adam)
    assert [used("jobs", user) for user in (rita, adam)] == [(0, 1), (0, 1)]
    for claim in claim_all():
        finish(claim, NO if ending == "kept" else None)
    made = ending == "done"
    assert [books(user)[:2] for user in (rita, adam)] == [[(2, 0), (2 * made, 0)], [(1, 0), (1 * made, 0)]]
    assert books(ann) == before
    job.refresh_from_db()
    assert sum(used("usd_micros", user)[0] for user in (ann, rita, adam)) == job.cost_usd_micros
    assert_invariants()


def test_unit_written_anew_while_its_job_is_at_work_leaves_the_rest_to_the_owner(ann, rita, counted):
    job = submission.submit(user=ann, **REQUEST).job
    finish(*claim_all())
    first, second, third = claim_all()
    finish(first)
    control.regenerate(job, 1, instruction="", by=rita)
    assert (used("units", ann), used("units", rita)) == ((0, 3), (0, 1))
    finish(second)
    finish(third)
    finish(*claim_all())
    job.refresh_from_db()
    assert (job.state, books(ann)[:2], books(rita)[:2]) == ("completed", [(1, 0), (3, 0)], [(1, 0), (1, 0)])
    assert_invariants()


def test_plan_that_is_asked_again_makes_units_of_the_same_errand(ann, rita, counted):
    job = fails_at_once(ann)
    control.retry(job, by=rita)
    work_off(job)
    assert (books(ann)[:2], books(rita)[:2]) == ([(1, 0), (0, 0)], [(1, 0), (3, 0)])
    assert_invariants()


def test_reply_that_was_paid_before_the_retry_stays_paid_by_who_paid(ann, rita, counted):
    job = submission.submit(user=ann, **REQUEST).job
    claim, = claim_all()
    store(claim)
    control.cancel(job, by=ann)
    control.retry(job, by=rita)
    stored, = claim_all()
    assert stored.stored_reply is not None
    finish_stored(stored)
    work_off(job)
    assert Attempt.objects.get(pk=claim.attempt_id).errand is None
    assert used("usd_micros", ann)[0] == Attempt.objects.get(pk=claim.attempt_id).cost_usd_micros > 0
    assert_invariants()


def test_unit_that_was_found_answered_is_one_of_the_retry_although_nobody_was_asked(ann, rita, counted):
    job = submission.submit(user=ann, **REQUEST).job
    finish(*claim_all())
    first, second, third = claim_all()
    finish(second)
    finish(third)
    store(first)
    control.cancel(job, by=ann)
    control.retry(job, by=rita)
    stored, = claim_all()
    finish_stored(stored)
    job.refresh_from_db()
    assert job.state == "completed"
    assert (used("units", ann)[0], used("units", rita)[0]) == (2, 1)
    assert_invariants()


def finish_stored(claim) -> None:
    from generation.services.chunks import settling
    from generation.services.chunks.settling import Finished
    from generation.worker.executor import policy
    from generation.worker.job_context import JobContexts
    from generation.worker.judging import outcome_of

    outcome, code, findings = outcome_of(claim, JobContexts().of(claim), claim.stored_reply.text, policy())
    settling.settle(Finished(claim, outcome, None, code, claim.stored_reply.request_fingerprint, findings))


def test_call_that_ends_after_somebody_else_retried_is_billed_to_who_made_it(ann, rita, counted):
    job = submission.submit(user=ann, **REQUEST).job
    late, = claim_all()
    control.cancel(job, by=ann)
    control.retry(job, by=rita)
    finish(late, NO)
    work_off(job)
    assert used("usd_micros", ann)[0] == Attempt.objects.get(pk=late.attempt_id).cost_usd_micros > 0
    assert_invariants()


def test_call_that_ends_after_its_errand_is_billed_late_to_its_payer(ann, rita, counted):
    job = ends_without(ann, 2)
    before = books(ann)
    control.retry(job, by=rita)
    late, = claim_all()
    control.cancel(job, by=rita)
    assert books(rita) == [(0, 0)] * 4
    finish(late, NO)
    assert (books(ann), used("usd_micros", rita)) == (before, (cost_of(Errand.objects.get()), 0))
    assert_invariants()


def test_sweeper_settles_an_errand_s_reservation_that_was_left_behind(ann, rita, counted):
    job = ends_without(ann, 2)
    control.retry(job, by=rita)
    Job.objects.filter(pk=job.pk).update(state="partial", finished_at=clock.now(), reason="units_missing")
    Chunk.objects.filter(job=job, position=2).update(state="failed", finished_at=clock.now(), reason="refused")
    assert used("units", rita) == (0, 1)
    assert sweeper.sweep().billed == 1
    assert books(rita) == [(0, 0)] * 4
    assert quotas.release_orphans() == 0


def test_what_the_cache_has_costs_whoever_retries_no_money_and_no_units(ann, rita, counted, cached, settings):
    settings.CACHE_SCOPE = "installation"
    job = ends_without(ann, 2)
    made = work_off(submission.submit(user=ann, **{**REQUEST, "brief": PROGRAM}).job)
    assert made.state == "completed"
    control.retry(job, by=rita)
    job.refresh_from_db()
    assert job.state == "completed", "the other document had the week"
    assert books(rita) == [(1, 0), (0, 0), (0, 0), (0, 0)]
    assert_invariants()


@pytest.mark.parametrize("who", ["payer", "owner"])
def test_erasure_of_payer_or_owner_leaves_the_books_as_they_are(ann, rita, adam, counted, who):
    job, over = ends_without(ann, 2), ends_without(ann, 2)
    control.retry(over, by=rita)
    work_off(over)
    control.retry(job, by=rita)
    erasure.erase_user(rita if who == "payer" else ann, by=adam)
    job.refresh_from_db()
    if who == "payer":      # the document is somebody else's, and goes on
        assert (job.state, used("units", rita)) == ("generating", (1, 1))
        work_off(job)
    assert used("units", rita) == (2 if who == "payer" else 1, 0)
    assert [used(metric, None)[1] for metric in METRICS] == [0, 0, 0, 0]
    assert_invariants()


# --- At once --------------------------------------------------------------------------------------


def test_twenty_retries_at_once_by_one_payer_under_a_limit_of_two_are_two(ann, rita, route):
    limited("teacher", requests=2)
    lost = [fails_at_once(ann) for _ in range(20)]
    results = at_once(*[lambda job=job: control.retry(job, by=rita) for job in lost])
    refused = [result for result in results if isinstance(result, Refusal)]
    assert (len(refused), {refusal.limit for refusal in refused}) == (18, {"requests-per-day"})
    assert (used("requests", rita), Errand.objects.count()) == ((0, 2), 2)
    assert Job.objects.filter(state="failed").count() == 18
    assert_invariants()


def test_ten_retries_of_one_job_at_once_are_one_errand(ann, rita, adam, counted):
    job = fails_at_once(ann)
    at_once(*[lambda by=by: control.retry(job, by=by) for by in (ann, rita) * 5])
    assert Errand.objects.count() == Reservation.objects.filter(settled_at__isnull=True).count() == 1
    assert_invariants()


# --- Said before ------------------------------------------------------------------------------------


def test_quote_of_a_retry_tells_the_price_and_whose_limit_and_begins_nothing(ann, rita, route):
    limited("student", requests=1)
    limited("teacher", requests=5)
    job = ends_without(ann, 3)
    found = quotes.of_retry(job, by=rita)
    assert (found.payer, found.units, found.fits) == (rita, 1, True)
    assert found.sentence.startswith("About $0.")
    assert found.sentence.endswith(", from your own limit: 5 requests left of 5 requests a day.")
    of_ann = quotes.of_retry(job, by=ann)
    assert not of_ann.fits
    assert "does not fit under your own limit: 0 requests left of 1 request a day; it resets at " in of_ann.sentence
    control.retry(job, by=rita)
    reserved = Reservation.objects.get(user=rita)
    assert (reserved.usd_micros, reserved.units) == (found.usd_micros_p90, found.units)


def test_quote_of_many_retries_is_their_sum_and_passes_over_what_cannot_be_retried(ann, rita, route):
    limited("teacher", requests=1)
    jobs = [ends_without(ann, 2), ends_without(ann, 2, 3), work_off(submission.submit(user=ann, **REQUEST).job)]
    found = quotes.of_retries(jobs, by=rita)
    assert (found.jobs, found.units, found.fits) == (2, 3, False)
    assert quotes.of_retries(jobs[2:], by=rita) is None


def test_quote_without_limits_says_who_is_charged(ann, rita, route):
    job = work_off(submission.submit(user=ann, **REQUEST).job)
    assert quotes.of_regeneration(job, 2, by=rita).sentence.endswith(", charged to you.")
    with pytest.raises(Refusal):
        quotes.of_retry(job, by=rita)
    with pytest.raises(Refusal):
        quotes.of_regeneration(job, 4, by=rita)


def test_limit_of_everybody_together_is_named_as_that(ann, adam, route):
    limited("", requests=1)
    job = ends_without(ann, 2)
    assert "under the limit of everybody together" in quotes.of_retry(job, by=adam).sentence


# --- Shown ------------------------------------------------------------------------------------------


def test_usage_is_shown_at_who_paid_and_nothing_twice(ann, rita, counted):
    job = ends_without(ann, 2)
    control.retry(job, by=rita)
    work_off(job)
    since = clock.now() - dt.timedelta(days=2)
    of_all = usage.Spending(since)
    by_user = {row.name: (row.jobs, row.units, row.cost_usd_micros) for row in of_all.by("user")}
    paid = cost_of(Errand.objects.get())
    assert by_user == {"ann": (1, 2, job.cost_usd_micros - paid), "rita": (0, 1, paid)}
    assert {row.name: row.units for row in of_all.by("role")} == {"student": 2, "teacher": 1}
    assert [(row.jobs, row.units, row.cost_usd_micros) for row in of_all.by("kind")] == [(1, 3, job.cost_usd_micros)]
    assert of_all.by_day(clock.now().date())[-1].cost_usd_micros == job.cost_usd_micros
    assert [row[1:] for row in of_all.table()] == [
        ("ann", "student", "training_program", 1, 2, job.cost_usd_micros - paid),
        ("rita", "teacher", "training_program", 0, 1, paid),
    ]
    assert [row[-1] for row in usage.Spending(since, rita).table()] == [paid]


def test_errand_of_an_old_job_counts_on_the_day_it_was_asked(ann, rita, counted):
    job = ends_without(ann, 2)
    Job.objects.filter(pk=job.pk).update(created_at=clock.now() - dt.timedelta(days=9))
    control.retry(job, by=rita)
    work_off(job)
    found = usage.Spending(clock.now() - dt.timedelta(days=2))
    assert [(row.name, row.cost_usd_micros) for row in found.by("user")] == [("rita", cost_of(Errand.objects.get()))]


# --- Time -------------------------------------------------------------------------------------------


def back(job: Job, **moved: dt.timedelta) -> None:
    """Let moments of `job` be earlier than they were."""
    job.refresh_from_db()
    Job.objects.filter(pk=job.pk).update(**{name: getattr(job, name) - by for name, by in moved.items()})


def test_time_counts_work_and_not_the_days_until_somebody_retried(ann, rita, route):
    job = ends_without(ann, 2)
    days, work = dt.timedelta(days=3), dt.timedelta(seconds=40)
    back(job, created_at=days + work, active_since=days + work, started_at=days + work, finished_at=days)
    control.retry(job, by=rita)
    job.refresh_from_db()
    assert 40 <= job.worked(clock.now()).total_seconds() < 60
    back(job, active_since=dt.timedelta(seconds=20))
    work_off(job)
    assert 60 <= job.worked(clock.now()).total_seconds() < 80
    line = job.log.filter(code="completed").get().message
    assert 60 <= float(line.split(" s,")[0].rsplit(" ", 1)[1]) < 80
    control.regenerate(job, 1, instruction="", by=rita)      # and on from there
    job.refresh_from_db()
    assert 60 <= job.worked(clock.now()).total_seconds() < 80


def test_clock_that_was_set_back_takes_no_time_away(ann, route):
    job = ends_without(ann, 2)
    Job.objects.filter(pk=job.pk).update(active_since=clock.now() + dt.timedelta(hours=2), earlier_work_ms=5_000)
    job.refresh_from_db()
    assert job.worked(clock.now()) == dt.timedelta(seconds=5)


def test_database_refuses_an_errand_of_no_known_verb_and_work_below_nothing(ann, job):
    for wrong in (
        lambda: Errand.objects.create(job=job, verb="dance", payer=ann),
        lambda: Job.objects.filter(pk=job.pk).update(earlier_work_ms=-1),
    ):
        with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
            wrong()


def test_override_of_the_payer_counts(ann, rita, route):
    limited("teacher", requests=0)
    job = ends_without(ann, 2)
    with pytest.raises(Refusal):
        control.retry(job, by=rita)
    override = Override.objects.create(user=rita, reason="exam week")
    override.limits.create(metric="requests", window="day", limit=3)
    control.retry(job, by=rita)


# --- Doors ------------------------------------------------------------------------------------------


def test_api_tells_the_price_of_a_retry_before_and_who_paid_after(ann, rita, as_rita, route):
    limited("teacher", requests=2)
    job = ends_without(ann, 2)
    address = f"/api/v1/jobs/{job.public_id}"
    found = as_rita.get(f"{address}/retry").json()
    assert (found["payer"], found["units"], found["fits"], found["limits"][0]["left_after"]) == ("rita", 1, True, 1)
    assert "from your own limit: 2 requests left of 2 requests a day" in found["sentence"]
    control.retry(job, by=rita)
    work_off(job)
    told = as_rita.get(address).json()
    assert [share["payer"] for share in told["paid_by"]] == ["ann", "rita"]
    assert sum(share["cost_usd_micros"] for share in told["paid_by"]) == told["cost_usd_micros"]
    assert as_rita.get(f"{address}/retry").json()["code"] == "nothing_to_retry"
    assert as_rita.get(f"{address}/units/2/regenerate").json()["fits"]


def test_admin_says_the_price_and_who_pays_before_every_click(ann, rita, as_rita, route):
    from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
    from django.urls import reverse

    limited("teacher", requests=2)
    job = ends_without(ann, 2)
    sentence = "from your own limit: 2 requests left of 2 requests a day."
    done = Chunk.objects.get(job=job, position=1)
    pages = [
        as_rita.get(reverse("admin:generation_job_change", args=[job.pk])),
        as_rita.get(reverse("admin:generation_chunk_change", args=[done.pk])),
        as_rita.post(reverse("admin:generation_job_changelist"), {
            "action": "retry_selected", ACTION_CHECKBOX_NAME: [job.pk]}),
    ]
    assert [sentence in page.content.decode() for page in pages] == [True] * 3
    assert "Paid by ann $" in pages[0].content.decode()


def test_job_of_last_week_is_not_stuck_in_the_moment_it_is_retried(ann, rita, route):
    from generation.services.alerts.measurements import _stuck

    job = ends_without(ann, 2)
    week = dt.timedelta(days=7)
    back(job, created_at=week, active_since=week, started_at=week, finished_at=week)
    Attempt.objects.update(started_at=clock.now() - week)
    control.retry(job, by=rita)
    assert _stuck(clock.now(), 15) == []
    back(job, active_since=dt.timedelta(minutes=20))
    reading, = _stuck(clock.now(), 15)
    assert 19 <= reading.value <= 21
