"""What may be spent, as machines see it: quotes, usage, refusals, header fields, the place in the queue."""

import datetime as dt
from collections import Counter

import pytest

from accounts import ttl_cache
from accounts.models import Pause, Reservation
from generation.models import Attempt, Job, Route, clock
from generation.services.jobs import control, submission
from generation.telemetry import heartbeats
from tests.api.calls import ASK, Caller, of, problem
from tests.support import PROGRAM, claim_all, limited, used, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def test_refusal_names_the_limit_and_says_when_to_come_back(ann_api, route):
    limited(window="hour", requests=1)
    assert ann_api.ask()["RateLimit-Policy"] == '"requests-per-hour";q=1;w=3600'
    response = ann_api.ask()
    body = problem(response, 429, "limit_reached")
    assert (body["limit"], body["left"]) == ("requests-per-hour", 0)
    assert "1 request an hour" in body["detail"]
    wait = dt.datetime.fromisoformat(body["retry_at"]) - clock.now()
    assert abs(int(response["Retry-After"]) - wait.total_seconds()) < 3
    name, left, reset = response["RateLimit"].split(";")
    assert (name, left) == ('"requests-per-hour"', "r=0")
    assert 0 < int(reset.removeprefix("t=")) <= 3_600
    assert Job.objects.count() == 1


def test_accepted_request_says_what_is_left(ann_api, route):
    limited(requests=9, units=20, jobs=3)
    left = dict(item.split(";")[:2] for item in ann_api.ask()["RateLimit"].split(", "))
    assert left == {'"requests-per-day"': "r=8", '"units-per-day"': "r=17", '"running-jobs"': "r=2"}


def test_without_limits_there_are_no_fields(ann_api, route):
    assert "RateLimit" not in ann_api.ask()


def test_replayed_key_reserves_nothing(ann_api, route):
    limited(requests=1)
    first, second = (ann_api.ask(Idempotency_Key="k") for _ in range(2))
    assert (second.status_code, second.json()["id"]) == (202, first.json()["id"])
    assert Reservation.objects.count() == 1


def test_limit_of_everybody_together_is_not_the_callers_fault(ann_api, route):
    limited("", units=2)
    problem(ann_api.ask(), 503, "budget_spent")


def test_pause_says_why(ann_api, route):
    Pause.objects.update_or_create(id=1, defaults={"is_on": True, "reason": "Exams until noon."})
    for response in (ann_api.ask(), ann_api.send("POST", "/quotes", ASK)):
        assert "Exams until noon." in problem(response, 503, "paused")["detail"]


def test_quote_tells_price_time_and_what_it_leaves_and_creates_nothing(ann_api, route):
    limited(requests=9, units=2, usd_micros=10**9)
    body = ann_api.send("POST", "/quotes", ASK).json()
    assert (body["units"], body["route"], body["based_on_jobs"], body["fits"]) == (3, route.slug, 0, False)
    assert 0 < body["usd_micros_p50"] < body["usd_micros_p90"]
    assert 0 < body["seconds_p50"] < body["seconds_p90"]
    left = {limit["name"]: limit["left_after"] for limit in body["limits"]}
    assert left == {
        "requests-per-day": 8, "units-per-day": -1, "cost-per-day": 10**9 - body["usd_micros_p90"]}
    assert not Job.objects.exists()
    assert not Reservation.objects.exists()


def test_quote_refuses_what_a_request_would_be_refused_for(ann_api, route):
    problem(ann_api.send("POST", "/quotes", {**ASK, "brief": {"goal": "strength", "weeks": 0}}), 422, "invalid_brief")
    policy = limited()
    policy.max_units_per_job = 2
    policy.save()
    problem(ann_api.send("POST", "/quotes", ASK), 422, "too_many_units")


def test_usage_shows_every_limit_of_mine(ann, ann_api, cy_api, route):
    limited(units=20, burst=4, jobs=2)
    work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    running, units = ann_api.send("GET", "/me/usage").json()["items"]
    assert (units["used"], units["reserved"], units["left"], units["burst"]) == (3, 3, 18, 4)
    assert dt.datetime.fromisoformat(units["resets_at"]) > clock.now()
    assert (running["name"], running["reserved"], running["left"], running["resets_at"]) == ("running-jobs", 1, 1, None)
    assert [item["used"] for item in cy_api.send("GET", "/me/usage").json()["items"]] == [0, 0]


def test_only_staff_see_the_limits_of_everybody(ann_api, rita_api, route):
    limited("", usd_micros=5)
    assert ann_api.send("GET", "/me/usage").json()["items"] == []
    item, = rita_api.send("GET", "/me/usage").json()["items"]
    assert (item["name"], item["scope"]) == ("total-cost-per-day", "everybody")


def test_place_in_the_queue_counts_what_is_begun_before(ann, cy, cy_api, route):
    for _ in range(5):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    mine = [submission.submit(user=cy, kind="training_program", brief=PROGRAM).job for _ in range(2)]

    def ahead(job: Job) -> int | None:
        place = cy_api.send("GET", of(job)).json()["queue"]
        return place and place["ahead"]

    assert [ahead(job) for job in mine] == [1, 3]
    claim_all(slots=2)
    assert [ahead(job) for job in mine] == [0, 1]
    control.cancel(mine[0], by=cy)
    assert ahead(mine[0]) is None


def beat(job: Job) -> None:
    """A worker lives that could take `job`."""
    heartbeats.beat("w1", in_flight=0, slots=8, revisions={job.kind: job.kind_revision}, is_draining=False)
    ttl_cache.forget()


def test_nobody_promises_an_end_while_nobody_can_do_the_work(ann_api, route):
    job = Job.objects.get(public_id=ann_api.ask().json()["id"])

    def told() -> tuple[bool, str | None]:
        ttl_cache.forget()
        body = ann_api.send("GET", of(job)).json()
        return body["queue"]["finish_at"] is not None, body["waiting"] and body["waiting"]["reason"]

    assert told() == (False, "no_worker")
    claim_all()
    assert told() == (False, "no_worker"), "whoever had it is gone"
    beat(job)
    assert told() == (True, None)


@pytest.mark.parametrize("reason", ["auth", "out_of_credit", "quota_spent", "provider_unavailable", "paused_by_staff"])
def test_nobody_promises_an_end_while_the_route_is_closed(ann_api, route, reason):
    job = Job.objects.get(public_id=ann_api.ask().json()["id"])
    beat(job)
    is_held = reason == "paused_by_staff"
    Route.objects.update(open_until=clock.now() + dt.timedelta(hours=1), breaker_reason=reason, is_held=is_held)
    body = ann_api.send("GET", of(job)).json()
    assert (body["queue"]["finish_at"], body["waiting"]["reason"]) == (None, reason)


def test_nobody_has_more_left_than_the_limit(ann_api, route):
    """What may be borrowed from the next window is no part of it."""
    limited(window="hour", requests=3, burst=2)
    told = []
    while (answer := ann_api.ask()).status_code == 202:
        told.append(answer["RateLimit"].split(";")[1])
    assert told == ["r=3", "r=3", "r=2", "r=1", "r=0"]
    limit, = ann_api.send("POST", "/quotes", ASK).json()["limits"]
    assert (limit["left"], limit["left_after"]) == (0, -1)


def test_limit_of_nothing_leaves_nothing(ann_api, route):
    limited(window="hour", requests=0)
    quote = ann_api.send("POST", "/quotes", ASK).json()
    assert (quote["fits"], quote["limits"][0]["left"], quote["limits"][0]["left_after"]) == (False, 0, -1)
    assert problem(ann_api.ask(), 429, "limit_reached")["left"] == 0


def test_active_job_says_when_it_should_end(ann_api, route):
    job = Job.objects.get(public_id=ann_api.ask().json()["id"])
    beat(job)
    finish = dt.datetime.fromisoformat(ann_api.send("GET", of(job)).json()["queue"]["finish_at"])
    assert clock.now() < finish <= clock.now() + dt.timedelta(seconds=job.expected_s + 2)


def test_quote_needs_a_caller(nobody):
    problem(nobody.send("POST", "/quotes", ASK), 401, "unauthenticated")
    problem(Caller().send("GET", "/me/usage"), 401, "unauthenticated")


def test_spent_budget_of_everybody_is_503_with_its_reason_and_no_call_leaves(ann_api, cy_api, route):
    limited("", usd_micros=60_000)
    answers = []
    for number in range(200):
        answers.append((ann_api, cy_api)[number % 2].ask())
        if answers[-1].status_code != 202:
            break
        work_off(Job.objects.get(public_id=answers[-1].json()["id"]))
    accepted, calls = Job.objects.count(), Attempt.objects.count()
    for caller in (ann_api, cy_api):
        body = problem(caller.ask(), 503, "budget_spent")
        assert body["limit"] == "total-cost-per-day"
        assert "for everybody together" in body["detail"]
    assert claim_all() == []
    assert (Job.objects.count(), Attempt.objects.count()) == (accepted, calls)
    assert accepted > 3
    assert used("usd_micros", None)[0] <= 60_000


@pytest.mark.django_db(transaction=True)
def test_two_hundred_at_once_over_http_under_a_limit_of_fifty_are_fifty(ann, route, unhurried):
    limited(requests=50)
    callers = [Caller(ann) for _ in range(20)]
    responses = at_once(*(lambda caller=caller: [caller.ask().status_code for _ in range(10)] for caller in callers))
    assert Counter(code for codes in responses for code in codes) == {202: 50, 429: 150}
    assert used("requests", ann) == (0, 50)
    assert Job.objects.count() == Reservation.objects.count() == 50
