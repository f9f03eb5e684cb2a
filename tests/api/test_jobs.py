"""Asking for jobs, looking at them, and moving them on."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.core.reasons import Reason
from generation.models import Job, Route, clock
from generation.services.jobs import control, submission
from tests.api.calls import ASK, ROOT, of, problem
from tests.support import PROGRAM, claim_all, work_off

pytestmark = pytest.mark.django_db

LOST = {"state": "failed", "reason": Reason.REFUSED.value, "content": None, "headline": ""}


def lose_week(job: Job, position: int) -> None:
    """As if the model had declined to write it."""
    from generation.services.chunks.job_state import derive

    job.chunks.filter(position=position).update(**LOST, finished_at=clock.now())
    derive(Job.objects.get(pk=job.pk), clock.now())


# --- Asking ---------------------------------------------------------------------------------------


def test_accepted_job_says_where_it_is_and_when_to_look(ann_api, route):
    response = ann_api.ask()
    assert response.status_code == 202
    body = response.json()
    assert response["Location"] == f"{ROOT}/jobs/{body['id']}" == body["links"]["self"]
    assert int(response["Retry-After"]) > 0
    assert (body["state"], body["percent"], body["strategy"], body["requested_by"]) == (
        "queued", 0, "parallel", "ann")
    assert body["brief"]["weeks"] == PROGRAM["weeks"]
    assert ann_api.get(response["Location"]).json()["id"] == body["id"]


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
def test_strategy_is_kept(ann_api, route, strategy):
    assert ann_api.ask({**ASK, "strategy": strategy}).json()["strategy"] == strategy


def test_nothing_can_be_asked_without_a_route(ann_api, route):
    Route.objects.update(is_enabled=False)
    response = ann_api.ask()
    problem(response, 503, "no_route")
    assert int(response["Retry-After"]) > 0
    assert not Job.objects.exists()


# --- Looking --------------------------------------------------------------------------------------


def test_job_shows_its_progress(begun, ann_api):
    body = ann_api.send("GET", of(begun)).json()
    assert (body["state"], body["percent"], body["units_done"], body["units_total"]) == ("generating", 38, 1, 3)
    assert [unit["state"] for unit in body["units"]] == ["done", "pending", "pending"]
    assert body["links"]["units"] == [f"{ROOT}{of(begun)}/units/1"]
    assert (body["calls"], body["input_tokens"], body["cost_usd_micros"]) == (
        begun.calls, begun.input_tokens, begun.cost_usd_micros)
    assert body["is_simulated"] is False


def test_finished_job_shows_its_times(done, ann_api):
    body = ann_api.send("GET", of(done)).json()
    created_at, started_at, finished_at = (
        dt.datetime.fromisoformat(body[name]) for name in ("created_at", "started_at", "finished_at"))
    assert created_at <= started_at <= finished_at
    assert body["elapsed_s"] == round((done.finished_at - done.created_at).total_seconds(), 1)


def test_lost_parts_are_explained(done, ann_api):
    lose_week(done, 2)
    body = ann_api.send("GET", of(done)).json()
    assert (body["state"], body["reason"], body["units_failed"]) == ("partial", "units_missing", 1)
    assert body["explanation"]["sentence"]
    assert body["explanation"]["next_step"]
    assert "declined" in body["explanation"]["detail"]


def test_waiting_job_says_for_what_and_until_when(job, ann_api):
    until = timezone.now() + dt.timedelta(minutes=2)
    Route.objects.update(open_until=until, breaker_reason="out_of_credit", breaker_detail="pay first")
    held = ann_api.send("GET", of(job)).json()["waiting"]
    assert (held["reason"], held["detail"]) == ("out_of_credit", "pay first")
    assert held["next_step"]
    assert dt.datetime.fromisoformat(held["until"]) - until < dt.timedelta(milliseconds=1)


def test_simulated_job_says_so(done, ann_api):
    Job.objects.update(is_simulated=True)
    assert ann_api.send("GET", of(done)).json()["is_simulated"] is True
    assert ann_api.send("GET", "/jobs").json()["items"][0]["is_simulated"] is True


@pytest.mark.parametrize(("state", "most"), [("active", 8), ("done", 4)])      # two for its place, one for workers
def test_look_at_a_job_takes_a_few_queries(begun, ann_api, state, most):
    job = begun if state == "active" else work_off(begun)
    ann_api.send("GET", of(job))     # notes the token's use, which happens once a minute
    with CaptureQueriesContext(connection) as queries:
        ann_api.send("GET", of(job))
    assert len(queries) <= most, [query["sql"] for query in queries]


# --- Conditional reading --------------------------------------------------------------------------


def test_job_that_has_not_changed_is_not_sent_again(job, ann_api):
    etag = ann_api.send("GET", of(job))["ETag"]
    response = ann_api.send("GET", of(job), If_None_Match=f'"other", {etag}')
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    control.cancel(job, by=None)
    assert ann_api.send("GET", of(job), If_None_Match=etag).status_code == 200


def test_job_that_begins_to_wait_is_sent_again(job, ann_api):
    etag = ann_api.send("GET", of(job))["ETag"]
    Route.objects.update(open_until=timezone.now() + dt.timedelta(minutes=2), breaker_reason="auth")
    assert ann_api.send("GET", of(job), If_None_Match=etag).status_code == 200


@pytest.mark.parametrize("header", ["", "garbage", '"', "W/", '"\x00"'])
def test_broken_etag_is_no_etag(job, ann_api, header):
    assert ann_api.send("GET", of(job), If_None_Match=header).status_code == 200


# --- Listing --------------------------------------------------------------------------------------


@pytest.fixture
def seven(ann, route):
    return [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(7)]


def test_pages_hold_every_job_once_newest_first(seven, ann_api):
    found, cursor = [], None
    while True:
        page = ann_api.send("GET", "/jobs?limit=3" + (f"&cursor={cursor}" if cursor else "")).json()
        found.append([item["id"] for item in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    ids = [str(job.public_id) for job in reversed(seven)]
    assert found == [ids[:3], ids[3:6], ids[6:]]


def test_full_last_page_has_no_next(seven, ann_api):
    assert ann_api.send("GET", "/jobs?limit=7").json()["next_cursor"] is None


def test_new_jobs_do_not_shift_later_pages(seven, ann, ann_api):
    first = ann_api.send("GET", "/jobs?limit=3").json()
    submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    second = ann_api.send("GET", f"/jobs?limit=3&cursor={first['next_cursor']}").json()
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}


@pytest.mark.parametrize("cursor", [
    "x", "0", "", "%00", "00000000-0000-0000-0000-000000000000", "'--", "9" * 5_000, "%ff", "%F0%9F%92%A9",
])
def test_bad_cursor_is_named(seven, ann_api, cursor):
    body = problem(ann_api.send("GET", f"/jobs?cursor={cursor}"), 422, "invalid_input")
    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("query", "/cursor")]


def test_cursor_of_somebody_else_leads_nowhere(seven, cy_api):
    problem(cy_api.send("GET", f"/jobs?cursor={seven[0].public_id}"), 422, "invalid_input")


def test_filters(seven, ann_api):
    control.cancel(seven[0], by=None)
    claim_all(slots=1)

    def count(query: str) -> int:
        return len(ann_api.send("GET", f"/jobs?{query}").json()["items"])

    assert (count("state=cancelled"), count("state=planning"), count("state=queued")) == (1, 1, 5)
    assert count("state=cancelled&state=queued") == 6
    assert (count("kind=training_program"), count("kind=course")) == (7, 0)


@pytest.mark.parametrize(("query", "pointer"), [
    ("state=gone", "/state/0"), ("state=%00", "/state/0"), ("kind=poem", "/kind"), ("kind=%00", "/kind"),
    ("limit=0", "/limit"), ("limit=101", "/limit"), ("limit=many", "/limit"), ("mine=perhaps", "/mine"),
])
def test_bad_filter_is_named(job, ann_api, query, pointer):
    body = problem(ann_api.send("GET", f"/jobs?{query}"), 422, "invalid_input")
    assert [(error["in"], error["pointer"]) for error in body["errors"]] == [("query", pointer)]


def test_staff_see_all_or_only_their_own(seven, rita, rita_api):
    own = submission.submit(user=rita, kind="training_program", brief=PROGRAM).job
    assert len(rita_api.send("GET", "/jobs").json()["items"]) == 8
    mine = rita_api.send("GET", "/jobs?mine=true").json()["items"]
    assert [item["id"] for item in mine] == [str(own.public_id)]


def test_list_takes_the_same_queries_for_one_and_for_many(seven, ann_api):
    ann_api.send("GET", "/jobs")
    counts = []
    for limit in (1, 7):
        with CaptureQueriesContext(connection) as queries:
            ann_api.send("GET", f"/jobs?limit={limit}")
        counts.append(len(queries))
    assert counts[0] == counts[1] == 2


# --- Moving on ------------------------------------------------------------------------------------


def test_cancel_then_retry(begun, ann_api):
    response = ann_api.send("POST", of(begun, "/cancel"))
    assert (response.status_code, response.json()["state"]) == (202, "cancelled")
    assert response["Location"] == ROOT + of(begun)
    response = ann_api.send("POST", of(begun, "/retry"))
    assert (response.status_code, response.json()["state"]) == (202, "generating")
    assert work_off(begun).state == "completed"


def test_the_one_who_did_it_is_in_the_log(begun, rita_api, rita):
    rita_api.send("POST", of(begun, "/cancel"))
    assert begun.log.get(code="cancel").by == rita


@pytest.mark.parametrize(("tail", "body", "code"), [
    ("/cancel", None, "not_active"),
    ("/retry", None, "nothing_to_retry"),
])
def test_what_is_done_cannot_be_moved_on(done, ann_api, tail, body, code):
    problem(ann_api.send("POST", of(done, tail), body), 409, code)


def test_active_job_cannot_be_retried(job, ann_api):
    problem(ann_api.send("POST", of(job, "/retry")), 409, "still_active")


def test_regenerate_keeps_the_old_version(done, ann_api):
    response = ann_api.send("POST", of(done, "/units/2/regenerate"), {"instruction": "Without jumps."})
    assert (response.status_code, response.json()["units"][1]["state"]) == (202, "pending")
    during = ann_api.send("GET", of(done, "/units/2")).json()
    assert (during["state"], len(during["versions"])) == ("pending", 1)
    work_off(done)
    after = ann_api.send("GET", of(done, "/units/2")).json()
    assert (after["state"], after["versions"][0]["instruction"]) == ("done", "Without jumps.")
    assert after["versions"][0]["replaced_by"] == "ann"


@pytest.mark.parametrize(("n", "status", "code"), [
    (2, 409, "unit_not_done"), (0, 404, "no_such_unit"), (4, 404, "no_such_unit"), (-1, 404, "no_such_unit"),
    (40_000, 404, "no_such_unit"), (10**30, 404, "no_such_unit"), ("x", 422, "invalid_input"),
    ("%00", 422, "invalid_input"),
])
def test_unit_that_is_not_done_cannot_be_regenerated(begun, ann_api, n, status, code):
    problem(ann_api.send("POST", of(begun, f"/units/{n}/regenerate"), {"instruction": "x"}), status, code)


def test_job_of_a_strategy_that_is_not_known_here_is_shown_and_not_run(begun, ann_api):
    control.cancel(begun, by=None)
    Job.objects.update(strategy="tournament")
    assert ann_api.send("GET", of(begun)).json()["strategy"] == "tournament"
    assert ann_api.send("GET", "/jobs").json()["items"][0]["strategy"] == "tournament"
    problem(ann_api.send("POST", of(begun, "/retry")), 422, "unknown_strategy")
    problem(ann_api.send("POST", of(begun, "/units/1/regenerate"), {"instruction": "x"}), 422, "unknown_strategy")
