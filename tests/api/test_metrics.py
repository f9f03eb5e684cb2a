"""`/metrics`: right whichever process is asked, monotonic whatever is deleted, and not for strangers."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from generation.core.outcomes import CallCode, Failure
from generation.models import Attempt, Election, Job, Pulse, Route, Sum, clock
from generation.services.jobs import control, submission
from generation.telemetry import counters, gauges
from tests.invariants import assert_invariants
from tests.support import PROGRAM, claim_all, finish, limited, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "REMEMBERED_S", 0.0)


def scrape(**headers: str) -> dict[str, float]:
    """Every sample, by its name and labels."""
    response = Client().get("/metrics", headers=headers)
    assert response.status_code == 200, response.content
    return {
        sample.name + "".join(f",{name}={value}" for name, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.content.decode()) for sample in family.samples
    }


def of(samples: dict[str, float], name: str) -> dict[str, float]:
    return {key: value for key, value in samples.items() if key.split(",")[0] == f"coursewright_{name}"}


def test_what_is_open_is_told_as_it_is(job, route):
    at = "route=gpt-4-1-mini"
    before = scrape()
    assert before["coursewright_jobs_active,kind=training_program,state=queued"] == 1
    assert before[f"coursewright_chunks,{at},state=due"] == 1
    assert before["coursewright_queue_age_seconds"] >= 0
    claim, = claim_all()
    assert scrape()[f"coursewright_calls_running,{at}"] == 1
    finish(claim)
    claim_all(slots=1)
    after = scrape()
    assert [after[f"coursewright_chunks,{at},state={state}"] for state in ("due", "running", "waiting")] == [2, 1, 0]
    assert after["coursewright_jobs_active,kind=training_program,state=generating"] == 1
    assert after["coursewright_claim_age_seconds"] < 60


def test_finished_work_is_counted_once(job, ann):
    work_off(job)
    assert of(scrape(), "calls_total") == {}, "the sweeper has not counted it yet"
    assert counters.count_ended() == 5
    assert counters.count_ended() == 0
    job.refresh_from_db()
    found = scrape()
    assert sum(of(found, "calls_total").values()) == 4
    call = "coursewright_calls_total,origin=provider,outcome=ok,route=gpt-4-1-mini,stage"
    assert (found[f"{call}=plan"], found[f"{call}=unit"]) == (1, 3)
    assert found["coursewright_tokens_total,direction=input,route=gpt-4-1-mini"] == job.input_tokens
    assert found["coursewright_cost_usd_total,route=gpt-4-1-mini"] == pytest.approx(job.cost_usd_micros / 1_000_000)
    assert found["coursewright_jobs_ended_total,kind=training_program,state=completed"] == 1
    assert found["coursewright_units_made_total,kind=training_program"] == 3
    assert found["coursewright_call_seconds_count,route=gpt-4-1-mini"] == 4
    assert found["coursewright_call_seconds_bucket,le=+Inf,route=gpt-4-1-mini"] == 4


def test_counters_never_go_back_when_rows_are_deleted(job):
    work_off(job)
    counters.count_ended()
    before = scrape()
    Attempt.objects.all().delete()
    Job.objects.all().delete()
    counters.count_ended()
    after = scrape()
    for name in ("calls_total", "tokens_total", "cost_usd_total", "jobs_ended_total", "units_made_total"):
        assert of(after, name) == of(before, name) != {}


def test_ten_sweepers_at_once_count_once(ann, route):
    for _ in range(4):
        work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    counted = at_once(*[counters.count_ended] * 10)
    assert sum(counted) == 20
    assert sum(Sum.objects.filter(name="calls").values_list("value", flat=True)) == 16


def test_job_that_is_retried_ends_twice_and_its_units_are_counted_once(job, ann):
    finish(*claim_all())
    first, *others = claim_all()
    finish(first)
    for claim in others:
        finish(claim, Failure(CallCode.REFUSED, "no"))
    counters.count_ended()
    control.retry(job, by=ann)
    work_off(job)
    counters.count_ended()
    found = scrape()
    assert of(found, "jobs_ended_total") == {
        "coursewright_jobs_ended_total,kind=training_program,state=partial": 1,
        "coursewright_jobs_ended_total,kind=training_program,state=completed": 1,
    }
    assert found["coursewright_units_made_total,kind=training_program"] == 3
    assert_invariants()


def test_latency_falls_into_its_bucket(job):
    work_off(job)
    now = clock.now()
    Attempt.objects.update(started_at=now - dt.timedelta(seconds=7), replied_at=now)
    counters.count_ended()
    found = scrape()
    bucket = "coursewright_call_seconds_bucket,le={},route=gpt-4-1-mini"
    assert [found[bucket.format(edge)] for edge in ("5.0", "10.0", "300.0", "+Inf")] == [0, 4, 4, 4]
    assert found["coursewright_call_seconds_sum,route=gpt-4-1-mini"] == pytest.approx(28)


@pytest.mark.parametrize(("columns", "state"), [
    ({}, "closed"),
    ({"open_until": dt.timedelta(minutes=1), "breaker_reason": "provider_unavailable"}, "open"),
    ({"open_until": dt.timedelta(minutes=-1), "breaker_reason": "provider_unavailable"}, "half_open"),
])
def test_breaker_and_limit_of_each_route(route, columns, state):
    values: dict[str, Any] = {
        name: clock.now() + value if isinstance(value, dt.timedelta) else value for name, value in columns.items()}
    Route.objects.filter(pk=route.pk).update(max_in_flight=9, concurrency_limit=4, **values)
    found = scrape()
    states = {key: value for key, value in of(found, "breaker_state").items() if "route=gpt-4-1-mini" in key}
    assert {key.rsplit("=", 1)[1] for key, value in states.items() if value} == {state}
    assert found["coursewright_concurrency_limit,route=gpt-4-1-mini"] == 4
    assert found["coursewright_concurrency_ceiling,route=gpt-4-1-mini"] == 9


def test_workers_sweeper_and_reservations(ann, route):
    limited(usd_micros=10**9)
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    now = clock.now()
    Pulse.objects.create(name="host:1:a", beat_at=now, started_at=now, detail={"in_flight": 3, "slots": 8})
    Election.objects.create(name="sweeper", won_at=now)
    found = scrape()
    assert [found[f"coursewright_{name}"] for name in ("workers", "worker_calls", "worker_slots")] == [1, 3, 8]
    assert 0 <= found["coursewright_sweeper_age_seconds"] < 60
    assert found["coursewright_reservations_open"] == 1
    assert found["coursewright_reserved_usd"] > 0


def test_scrape_takes_the_same_few_queries_however_much_there_is(ann, route, django_assert_max_num_queries):
    for _ in range(10):
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    work_off(Job.objects.all()[0])
    counters.count_ended()
    with django_assert_max_num_queries(10):
        scrape()


def test_hundred_scrapes_in_a_moment_look_once(job, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(gauges, "REMEMBERED_S", 60.0)
    monkeypatch.setattr(gauges, "_remembered", None)
    with django_assert_max_num_queries(10):
        for _ in range(100):
            scrape()
    monkeypatch.setattr(gauges, "_remembered", None)


@pytest.mark.parametrize(("meta", "status"), [
    ({}, 200), ({"REMOTE_ADDR": "::1"}, 200), ({"REMOTE_ADDR": "192.0.2.1"}, 403), ({"REMOTE_ADDR": ""}, 403),
    ({"HTTP_X_FORWARDED_FOR": "192.0.2.1"}, 403), ({"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
])
def test_without_a_token_only_this_machine_may_look(db, meta, status):
    assert Client().get("/metrics", **meta).status_code == status


@pytest.mark.parametrize(("given", "status"), [
    ("Bearer s3cret", 200), ("Bearer other", 403), ("Basic s3cret", 403), ("", 403), ("Bearer clé", 403),
])
def test_with_a_token_only_who_brings_it_may_look(db, settings, given, status):
    settings.METRICS_TOKEN = "s3cret"
    response = Client().get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="192.0.2.1")
    assert response.status_code == status
    assert b"s3cret" not in response.content


def test_nothing_can_be_posted(db):
    assert Client().post("/metrics").status_code == 405
