"""Which route a call gets, and what its route's health makes of it.

gpt-4-1-mini is the job's; `stand-in` is its fallback and dearer, `strong` is stronger, `long` has more context."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import ttl_cache
from accounts.models import Policy
from generation.core.call_reports import CallReport
from generation.core.outcomes import CallCode, Failure, Reply
from generation.models import Attempt, Chunk, Job, LogEntry, Route, RouteMinute, RouteUse, clock
from generation.services.chunks import claiming, leases
from generation.services.errors import Refusal
from generation.services.jobs import control, progress, quotes, submission
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.telemetry import heartbeats
from tests.invariants import assert_invariants
from tests.support import PROGRAM, REVISIONS, USAGE, chunk, claim_all, finish, let_leases_run_out, limited, work_off
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone")]
BAD = Reply('{"title": 1}', USAGE)


def another(slug: str, **values) -> Route:
    usual = {
        "model": slug, "priority": 50, "input_usd_micros": 2_500_000, "cached_input_usd_micros": 1_250_000,
        "output_usd_micros": 10_000_000, "key_name": slug.upper().replace("-", "_"),
    }
    return Route.objects.create(slug=slug, **{**usual, **values})


@pytest.fixture
def stand_in(route) -> Route:
    made = another("stand-in")
    Route.objects.filter(pk=route.pk).update(fallback=made)
    return made


@pytest.fixture
def strong(route) -> Route:
    return another("strong", strength=20)


def trip(route: Route, code: CallCode = CallCode.SERVER_ERROR) -> None:
    for _ in range(5):
        route_health.note_call(route.pk, code, "503")


def let_pauses_run_out() -> None:
    Route.objects.filter(open_until__isnull=False).update(open_until=clock.now() - dt.timedelta(seconds=1))


def let_it_be_due() -> None:
    Chunk.objects.filter(state="pending", ready_at__isnull=False).update(ready_at=clock.now())


def told(code: str) -> list[str]:
    return list(LogEntry.objects.filter(job=None, code=code).order_by("id").values_list("message", flat=True))


# --- choosing -------------------------------------------------------------------------------------


def test_cheapest_route_is_pinned_to_the_job_and_the_attempt_says_why(ann, route, strong):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    Route.objects.filter(pk=strong.pk).update(output_usd_micros=0, input_usd_micros=0)
    claim, = claim_all()
    attempt = Attempt.objects.get(pk=claim.attempt_id)
    assert (job.route, attempt.route, attempt.why_route) == (route, route, "cheapest of 2 able routes")


@pytest.fixture
def accepted_in_a_pause(ann, route, strong):
    """A document that the dearer route has made, because the cheap one was paused when it was asked for."""
    trip(route)
    ttl_cache.forget()
    job = work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    assert (job.state, job.route, job.instead_of) == ("completed", strong, route)
    return job


def test_document_that_was_accepted_in_a_pause_goes_back_to_the_cheap_route_for_rewrites(accepted_in_a_pause, route):
    route_health.resume(route)
    control.regenerate(accepted_in_a_pause, 1, instruction="", by=None)
    claim, = claim_all()
    assert (claim.route_id, "paused when" in claim.why_route) == (route.pk, True)
    finish(claim)
    accepted_in_a_pause.refresh_from_db()
    assert (accepted_in_a_pause.route, accepted_in_a_pause.instead_of) == (route, None)
    assert_invariants()


@pytest.mark.parametrize("change", [{}, {"is_enabled": False}])
def test_document_stays_where_it_was_made_while_the_cheap_one_cannot(accepted_in_a_pause, route, strong, change):
    """It is paused still, or disabled."""
    if change:
        route_health.resume(route)
        Route.objects.filter(pk=route.pk).update(**change)
    control.regenerate(accepted_in_a_pause, 1, instruction="", by=None)
    claim, = claim_all()
    assert claim.route_id == strong.pk


def test_quote_and_booking_are_of_the_route_that_is_chosen(ann, route, strong):
    RouteUse.objects.create(route=route, kind="training_program", stage="", weight=0)
    assert quotes.quote(user=ann, kind="training_program", brief=PROGRAM, strategy="parallel").route == "strong"
    assert submission.submit(user=ann, kind="training_program", brief=PROGRAM).job.route == strong
    assert submission.submit(user=ann, kind="course", brief={"subject": "Reading a bill"}).job.route == route


def test_plan_may_have_a_route_of_its_own(ann, route, strong):
    RouteUse.objects.create(route=strong, stage="plan", weight=100)
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    plan, = claim_all()
    finish(plan)
    assert plan.route_id == strong.pk
    assert {claim.route_id for claim in claim_all()} == {job.route_id} == {route.pk}


def test_no_able_route_is_refused_with_what_each_lacks(ann, route):
    Route.objects.update(context_tokens=1_100)
    with pytest.raises(Refusal, match=r"gpt-4-1-mini has a context of 1,100 tokens, which is too short"):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)


def test_route_that_does_not_write_the_language_is_passed_over(ann, route, strong):
    Route.objects.filter(pk=route.pk).update(languages=["en"])
    job = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "language": "de"}).job
    assert job.route == strong


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://x", "https://", "https://me:secret@models.example/v1", "http://169.254.169.254/v1",
    "http://[fe80::1]/v1", "http://[::ffff:169.254.169.254]/v1", "http://0.0.0.0/v1", "https://x/v1?key=1",
    "https://x:99999/v1", "models.example/v1",
])
def test_base_url_that_no_provider_has_is_refused(route, url):
    route.base_url = url
    with pytest.raises(ValidationError, match="base_url"):
        route.full_clean()


@pytest.mark.parametrize("url", ["", "https://models.example/v1", "http://127.0.0.1:11434/v1", "http://llm.internal/v1"])
def test_base_url_of_a_service_or_of_this_network_is_fine(route, url):
    route.base_url = url
    route.full_clean()


# --- stronger, longer -----------------------------------------------------------------------------


def test_first_repair_stays_and_the_second_is_asked_of_a_stronger_route(job, route, strong):
    claim, = claim_all()
    finish(claim, Reply("[]", USAGE))
    repair, = claim_all()
    assert repair.route_id == route.pk
    finish(repair, Reply('{"name": 1}', USAGE))
    second, = claim_all()
    assert second.route_id == strong.pk
    assert second.why_route == "strong: stronger, after 2 failed checks"
    assert chunk(job, 0).repairs == 2
    finish(second)
    assert Attempt.objects.get(pk=second.attempt_id).cost_usd_micros == 7_000     # at the stronger route's prices
    assert {claim.route_id for claim in claim_all()} == {route.pk}, "the weeks did not fail their checks"


def test_unit_whose_findings_come_back_unchanged_gets_one_try_on_the_stronger_route(job, route, strong):
    for _ in range(2):
        finish(*claim_all(), BAD)
    stronger, = claim_all()
    assert stronger.route_id == strong.pk
    finish(stronger, BAD)
    job.refresh_from_db()
    assert (job.state, job.reason) == ("failed", "invalid_content")
    assert Attempt.objects.filter(job=job).count() == 3
    assert_invariants()


@pytest.mark.parametrize("why_not", ["not allowed", "paused", "disabled", "not for repairs"])
def test_stronger_route_that_cannot_be_had_is_not_waited_for(job, route, strong, why_not):
    match why_not:
        case "not allowed":
            Policy.objects.create(role="student", routes=[route.slug])
        case "paused":
            trip(strong)
        case "disabled":
            Route.objects.filter(pk=strong.pk).update(is_enabled=False)
        case "not for repairs":
            RouteUse.objects.create(route=strong, stage="repair", weight=0)
    for _ in range(2):
        finish(*claim_all(), BAD)
    job.refresh_from_db()
    assert (job.state, job.reason) == ("failed", "invalid_content")


def test_request_that_does_not_fit_is_asked_where_there_is_more_context(job, route):
    long = another("long", context_tokens=1_000_000)
    finish(*claim_all(), Failure(CallCode.TOO_LONG, "does not fit"))
    again, = claim_all()
    assert (again.route_id, again.attempts) == (long.pk, 1)
    assert again.why_route == "long: longer context: the request did not fit into 128,000 tokens"


def test_request_that_fits_nowhere_fails_with_advice(job, route):
    finish(*claim_all(), Failure(CallCode.TOO_LONG, "does not fit"))
    job.refresh_from_db()
    assert (job.state, job.reason) == ("failed", "too_long")
    assert "Shorten the brief" in job.explanation.next_step


# --- fallback -------------------------------------------------------------------------------------


def test_while_a_route_is_paused_its_fallback_is_asked_at_its_own_price(job, route, stand_in):
    trip(route)
    claim, = claim_all()
    assert (claim.route_id, claim.is_stand_in) == (stand_in.pk, True)
    assert claim.why_route == "its own route is paused, and stand-in is the fallback"
    heartbeats.beat("w1", in_flight=1, slots=9, revisions=REVISIONS, is_draining=False)
    assert progress.waiting(Job.objects.get(pk=job.pk)) is None
    finish(claim)
    attempt = Attempt.objects.get(pk=claim.attempt_id)
    assert (attempt.route, attempt.cost_usd_micros) == (stand_in, 7_000)
    assert chunk(job, 0).stand_in is None
    assert_invariants()


def test_when_the_route_is_back_its_work_goes_back(job, route, stand_in):
    trip(route)
    finish(*claim_all())
    route_health.resume(route)
    assert {claim.route_id for claim in claim_all()} == {route.pk}


def test_users_who_may_not_use_the_fallback_wait(ann, bob, route, stand_in):
    Policy.objects.create(role="student", routes=[route.slug])
    anns = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    bobs = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    trip(route)
    assert [claim.job_id for claim in claim_all()] == [bobs.pk]
    held = progress.waiting(Job.objects.get(pk=anns.pk))
    assert held is not None
    assert held.reason == "provider_unavailable"


def test_fallback_with_the_same_bad_key_is_not_tried(job, route, stand_in):
    Route.objects.filter(pk=stand_in.pk).update(key_name="")
    route_health.note_call(route.pk, CallCode.AUTH, "401")
    assert claim_all() == []


def test_ceiling_and_fairness_hold_over_own_and_others_work_on_the_fallback(ann, bob, route, stand_in):
    RouteUse.objects.create(route=route, kind="course", weight=0)
    for _ in range(4):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
        submission.submit(user=bob, kind="course", brief={"subject": "Reading a bill"})
    Route.objects.filter(pk=stand_in.pk).update(max_in_flight=4)
    trip(route)
    results = at_once(*(lambda name=name: claim_all(name, slots=2) for name in ("w1", "w2", "w3")))
    taken = [claim for claims in results for claim in claims]
    assert len(taken) == 4
    assert {claim.route_id for claim in taken} == {stand_in.pk}
    owners = sorted(Job.objects.get(pk=claim.job_id).user.username for claim in taken)
    assert owners == ["ann", "ann", "bob", "bob"]


def test_fallback_knows_what_its_guests_were_served_at_home(ann, bob, route, stand_in):
    """Who was served a lot on the paused route is no newcomer on the one that stands in for it."""
    served = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    Job.objects.filter(pk=served.pk).update(calls=12)
    submission.submit(user=bob, kind="training_program", brief=PROGRAM)
    Route.objects.filter(pk=stand_in.pk).update(max_in_flight=1)
    trip(route)
    claim, = claim_all()
    assert Job.objects.get(pk=claim.job_id).user == bob, "although ann's job is the older one"


@pytest.mark.parametrize("code", [CallCode.AUTH, CallCode.SERVER_ERROR])
def test_unit_on_a_stronger_route_goes_home_when_only_a_person_can_mend_that_route(code, job, route, strong):
    for _ in range(2):
        finish(*claim_all(), BAD)
    assert Chunk.objects.get(job=job).route == strong
    trip(strong, code)
    claim_all()      # finds it astray
    home = [claim.route_id for claim in claim_all()]
    assert home == ([route.pk] if code is CallCode.AUTH else [])


def test_two_fallbacks_that_point_at_each_other_end_nowhere(job, route, stand_in):
    Route.objects.filter(pk=stand_in.pk).update(fallback=route)
    for one in (route, stand_in):
        trip(one)
    assert claim_all() == []


def test_dead_workers_probe_on_a_fallback_is_released_there(job, route, stand_in):
    trip(route)
    trip(stand_in)
    Chunk.objects.filter(job=job).update(route=stand_in)
    let_pauses_run_out()
    assert [claim.is_probe for claim in claim_all("dies")] == [True]
    let_leases_run_out()
    leases.expire()
    assert Route.objects.get(pk=stand_in.pk).probe_until is None


# --- breaker --------------------------------------------------------------------------------------


def test_breaker_tells_the_log_when_it_opens_tries_and_closes(job, route):
    trip(route)
    let_pauses_run_out()
    assert claim_all()[0].is_probe
    route_health.note_call(route.pk, CallCode.OK, "")
    assert told("breaker_open") == ["gpt-4-1-mini: calls are paused for 15 s. 503"]
    assert told("breaker_half_open") == ["gpt-4-1-mini: one trial call goes out"]
    assert told("breaker_closed") == ["gpt-4-1-mini: calls flow again"]


@pytest.mark.parametrize("code", [CallCode.AUTH, CallCode.OUT_OF_CREDIT])
def test_bad_key_or_empty_account_stops_calls_until_a_person_or_the_next_day(job, route, code):
    finish_hard(code)
    route.refresh_from_db()
    wait = route.open_until - clock.now()
    assert route.is_hard_open
    assert dt.timedelta(hours=23) < wait <= dt.timedelta(days=1)
    assert claim_all() == []
    assert (chunk(job, 0).attempts, Attempt.objects.count()) == (0, 1)
    held = progress.waiting(Job.objects.get(pk=job.pk))
    assert held is not None
    assert "resume the route in the admin" in held.as_json()["next_step"]
    assert len(told("breaker_hard_open")) == 1
    assert route_health.resume(route)
    let_it_be_due()
    assert work_off(job).state == "completed"


def finish_hard(code: CallCode) -> None:
    claim, = claim_all()
    route_health.note_call(claim.route_id, code, "no")
    finish(claim, Failure(code, "no"))
    let_it_be_due()


def test_job_says_until_when_it_waits_for_the_provider(job, route):
    trip(route)
    until = Route.objects.get(pk=route.pk).open_until
    shown = progress.snapshot(Job.objects.get(pk=job.pk))["waiting"]
    assert (shown["until"], shown["sentence"].startswith("Waiting for the provider")) == (until.isoformat(), True)


def test_while_a_trial_call_is_out_the_next_look_is_in_seconds_and_not_at_its_deadline(job, route):
    trip(route)
    let_pauses_run_out()
    assert claim_all()[0].is_probe
    route.refresh_from_db()
    now = clock.now()
    until, _reason = route.waits_until(now)
    assert now < until <= now + dt.timedelta(seconds=5)
    assert route.probe_until > now + dt.timedelta(seconds=60)
    assert route.waits_until(until - dt.timedelta(milliseconds=1))[0] == until, "and it stays the same meanwhile"
    assert route.waits_until(until + dt.timedelta(seconds=1))[0] > until


def test_person_pauses_a_route_and_resumes_it(job, route, adam):
    assert route_health.hold(route, by=adam, because="they bill twice today")
    assert not route_health.hold(route, by=adam, because="again")
    Route.objects.update(open_until=clock.now() - dt.timedelta(days=9))
    assert claim_all() == [], "no probe ends what a person began"
    held = progress.waiting(Job.objects.get(pk=job.pk))
    assert held is not None
    assert (held.reason, held.until, held.detail) == ("paused_by_staff", None, "they bill twice today")
    assert route_health.resume(route, by=adam)
    assert told("breaker_closed") == ["gpt-4-1-mini: a person resumed it"]
    assert len(claim_all()) == 1


def test_pause_of_an_idle_route_ends_when_it_is_over_and_one_failure_opens_it_again(route):
    trip(route)
    assert (route_health.rest_idle(), Route.objects.get(pk=route.pk).open_until is None) == (0, False)
    let_pauses_run_out()
    sweeper.sweep()
    assert Route.objects.get(pk=route.pk).open_until is None
    assert told("breaker_closed") == [
        "gpt-4-1-mini: its pause is over and no work waits; the next call is the trial"]
    route_health.note_call(route.pk, CallCode.SERVER_ERROR, "503")
    route.refresh_from_db()
    assert (route.open_until is not None, route.breaker_cool_down_s) == (True, 30)


def test_pause_of_a_route_with_work_ends_by_its_trial_call_alone(job, route, stand_in):
    trip(route)
    let_pauses_run_out()
    assert route_health.rest_idle() == 0
    claim, = claim_all()
    assert claim.is_probe


def test_pause_by_a_person_does_not_end_because_nothing_is_asked(route, adam):
    route_health.hold(route, by=adam, because="bills")
    let_pauses_run_out()
    assert route_health.rest_idle() == 0
    assert Route.objects.get(pk=route.pk).open_until is not None


def test_refused_key_of_an_idle_route_is_tried_again_after_its_day_and_refused_as_hard(route):
    route_health.note_call(route.pk, CallCode.AUTH, "no")
    assert route_health.rest_idle() == 0
    let_pauses_run_out()
    assert route_health.rest_idle() == 1
    route_health.note_call(route.pk, CallCode.AUTH, "no")
    route.refresh_from_db()
    assert (route.is_hard_open, route.open_until is not None) == (True, True)


def test_fallback_that_work_waits_for_gets_one_trial_call_and_no_storm(ann, route, stand_in):
    for _ in range(3):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    trip(route)
    trip(stand_in)
    Route.objects.filter(pk=stand_in.pk).update(open_until=clock.now())
    assert route_health.rest_idle() == 0, "its guests wait for it"
    claim, = claim_all()
    assert (claim.route_id, claim.is_probe, claim.is_stand_in) == (stand_in.pk, True, True)
    assert claim_all() == []
    finish(claim, Failure(CallCode.SERVER_ERROR, "503"))
    stand_in.refresh_from_db()
    assert stand_in.open_until is not None
    assert claim_all() == []


def test_half_of_the_calls_failing_opens_it_although_never_many_in_a_row(route):
    for _ in range(10):
        route_health.report(route.pk, CallReport(answered=1, failed=1, peak=2))
    route.refresh_from_db()
    assert (route.breaker_reason, route.breaker_detail) == (
        "provider_unavailable", "10 of 20 calls of the last minute failed")


def test_old_failures_do_not_open_it_again_after_it_closed(route):
    route_health.report(route.pk, CallReport(failed=30, peak=30))
    route_health.resume(route)
    route_health.report(route.pk, CallReport(answered=1, failed=1, peak=2))
    assert Route.objects.get(pk=route.pk).open_until is None


def test_retry_after_of_one_route_leaves_the_others_alone(ann, route, strong):
    first = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    second = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    Job.objects.filter(pk=second.pk).update(route=strong)
    route_health.note_call(route.pk, CallCode.RATE_LIMITED, "slow down", 7)
    assert [claim.job_id for claim in claim_all()] == [second.pk]
    held = progress.waiting(Job.objects.get(pk=first.pk))
    assert held is not None
    assert held.reason == "rate_limited"


# --- how many at once -----------------------------------------------------------------------------


def test_limit_that_moved_is_what_claiming_admits(ann, route):
    for _ in range(9):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    route_health.report(route.pk, CallReport(refused=6, peak=10, kept=4))
    assert Route.objects.get(pk=route.pk).concurrency_limit == 4
    assert len(claim_all()) == 4


def test_ceiling_that_a_person_lowers_holds_whatever_the_limit_is(ann, route):
    for _ in range(9):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    Route.objects.update(concurrency_limit=300, max_in_flight=2)
    assert len(claim_all()) == 2


def test_history_has_one_row_a_minute_and_is_pruned(route):
    for _ in range(5):
        route_health.report(route.pk, CallReport(answered=2, failed=1, peak=3))
    route_health.report(route.pk, CallReport(refused=10, peak=20, kept=10))
    now = clock.now()
    rows = route_health.history(route, now - dt.timedelta(hours=1))
    assert (sum(row.answered for row in rows), sum(row.refused for row in rows), len(rows) <= 2) == (10, 10, True)
    assert (rows[-1].limit, rows[-1].highest) == (10, 2_000)
    assert len(told("concurrency_limit")) == 1
    RouteMinute.objects.update(minute=now - dt.timedelta(days=3))
    route_health.forget_old_minutes()
    assert not RouteMinute.objects.exists()


def test_declared_requests_a_minute_are_kept_before_the_provider_refuses(ann, route):
    for _ in range(9):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    Route.objects.update(requests_per_minute=4)
    assert len(claim_all()) == 4
    assert claim_all() == []
    first = Attempt.objects.order_by("started_at").first()
    assert Route.objects.get(pk=route.pk).throttled_until == first.started_at + dt.timedelta(minutes=1)


def test_declared_tokens_a_minute_are_kept_likewise(ann, route):
    for _ in range(9):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    finish(*claim_all(slots=1))      # 1,500 tokens
    Route.objects.update(tokens_per_minute=6_000)
    assert len(claim_all()) == 3


def test_call_that_goes_well_writes_nothing_on_its_route(job, route):
    claim, = claim_all()
    with CaptureQueriesContext(connection) as captured:
        finish(claim)
    assert not [query for query in captured if "generation_route" in query["sql"].split("WHERE")[0]]


def test_claim_of_a_healthy_route_costs_no_statement_for_fallbacks_and_limits(job, route, stand_in):
    with CaptureQueriesContext(connection) as captured:
        claiming.claim(worker="w1", slots=9, revisions=REVISIONS)
    asked = [query["sql"] for query in captured if 'FROM "generation_route"' in query["sql"]]
    assert len(asked) == 1, "the lock on the route, as always"


def test_weights_and_policies_are_read_as_before(ann, route):
    limited("student", units=9)
    assert submission.submit(user=ann, kind="training_program", brief=PROGRAM).job.route == route
