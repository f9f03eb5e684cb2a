import json
from dataclasses import replace

import pytest
from django.db import IntegrityError

from generation.core.outcomes import CallCode, Failure, Reply, TokenUsage
from generation.models import Attempt, AttemptState, Chunk, Job, LogEntry, clock
from generation.services.chunks import assembly, settling
from generation.services.errors import Refusal
from generation.services.jobs import control, documents, submission
from generation.worker.job_context import JobContexts
from generation.worker.question import output_limit
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, chunk, claim_all, content_for, finish, judged, limited, used, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_program_completes_and_says_so_line_by_line(job):
    work_off(job)
    assert (job.state, job.percent, job.unit_done) == ("completed", 100, 3)
    lines = list(LogEntry.objects.filter(job=job).order_by("id").values_list("message", flat=True))
    assert lines[0].startswith("accepted: ")
    assert lines[1].startswith("plan complete: ")
    assert [line for line in lines if line.startswith("week 3 of 3 complete: ") and line.endswith(", $0.0011")]
    assert lines[-1].startswith("completed: 3 of 3 done")
    assert_invariants()


@pytest.mark.parametrize(("code", "words"), [
    (CallCode.AUTH, "plan waits until its route is asked again: The provider refused the key."),
    (CallCode.RATE_LIMITED, "plan waits 1.5 s: The provider asked for fewer calls."),
])
def test_log_says_how_long_it_waits_where_that_is_known(job, code, words):
    finish(claim_all()[0], Failure(code, "no", retry_after_s=1.0))
    assert LogEntry.objects.get(job=job, code="release").message == words


def test_progress_rises_with_every_unit(job):
    percents = [job.percent]
    finish(*claim_all())
    for claim in claim_all():
        job.refresh_from_db()
        percents.append(job.percent)
        finish(claim)
    job.refresh_from_db()
    assert [*percents, job.percent] == [0, 10, 38, 66, 100]


def test_unit_that_is_done_can_be_read_while_others_run(job):
    finish(*claim_all())
    first, *_others = claim_all()
    finish(first)
    job.refresh_from_db()
    document = assembly.assembled(job)
    assert [week["number"] for week in document["weeks"]] == [1]
    assert document["missing"] == [2, 3]


def test_two_last_units_settling_at_once_complete_the_job_once(ann, route):
    for _ in range(5):
        job = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 2}).job
        finish(*claim_all())
        first, second = claim_all()
        at_once(lambda one=first: finish(one), lambda one=second: finish(one))
        job.refresh_from_db()
        assert job.state == "completed"
        assert LogEntry.objects.filter(job=job, code="completed").count() == 1
    assert_invariants()


def test_cancel_against_settle_leaves_one_winner(ann, route):
    for _ in range(8):
        job = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 1}).job
        finish(*claim_all())
        last, = claim_all()
        settled, cancelled = at_once(lambda one=last: finish(one), lambda one=job: control.cancel(one, by=ann))
        job.refresh_from_db()
        if isinstance(cancelled, Refusal):
            assert (job.state, settled.is_ours) == ("completed", True)
        else:
            assert (job.state, settled.is_ours) == ("cancelled", False)
        assert_invariants()


def test_late_worker_changes_nothing_and_its_cost_is_recorded(job):
    claim, = claim_all()
    control.cancel(job, by=None)
    settled = finish(claim)
    job.refresh_from_db()
    assert not settled.is_ours
    assert (job.state, chunk(job, 0).content) == ("cancelled", None)
    assert job.cost_usd_micros > 0
    assert_invariants()


def test_settling_twice_changes_nothing_the_second_time(job):
    claim, = claim_all()
    assert finish(claim).is_ours
    before = Job.objects.filter(pk=job.pk).values().get()
    assert not finish(claim, Failure(CallCode.SERVER_ERROR, "late")).is_ours
    after = Job.objects.filter(pk=job.pk).values().get()
    assert after["state"] == before["state"]
    assert after["revision"] == before["revision"]


def test_costs_of_a_job_are_the_sum_of_its_calls(job):
    work_off(job)
    assert job.calls == 4
    assert job.cost_usd_micros == sum(Attempt.objects.filter(job=job).values_list("cost_usd_micros", flat=True))
    assert (job.input_tokens, job.cached_input_tokens, job.output_tokens) == (4_000, 1_600, 2_000)


def test_reply_that_is_not_json_is_asked_again_with_the_finding(job):
    finish(*claim_all(), Reply("{ half", USAGE))
    waiting = chunk(job, 0)
    assert (waiting.state, waiting.reason, waiting.repairs, waiting.draft) == ("pending", "repairing", 1, "{ half")
    assert "not JSON" in waiting.findings[0]["message"] or "JSON" in waiting.findings[0]["message"]
    work_off(job)
    assert (job.state, job.calls) == ("completed", 5)
    assert_invariants()


def test_plan_for_more_weeks_than_asked_is_refused_by_code(job):
    claim, = claim_all()
    plan = content_for(claim, JobContexts().of(claim))
    plan["weeks"] = plan["weeks"] * 3
    finish(claim, Reply(json.dumps(plan), USAGE))
    assert (chunk(job, 0).reason, job.chunks.count()) == ("repairing", 1)


def test_the_same_findings_twice_end_the_chunk(job):
    for _ in range(2):
        finish(*claim_all(), Reply("{}", USAGE))
    lost = chunk(job, 0)
    job.refresh_from_db()
    assert (lost.state, lost.reason, lost.attempts) == ("failed", "invalid_content", 2)
    assert (job.state, job.reason) == ("failed", "invalid_content")
    assert "the same findings came back" in lost.reason_detail
    assert_invariants()


@pytest.mark.parametrize(
    ("code", "state", "reason", "attempts"),
    [
        (CallCode.SERVER_ERROR, "pending", "backoff", 1),
        (CallCode.TIMEOUT, "pending", "backoff", 1),
        (CallCode.CONNECTION, "pending", "backoff", 1),
        (CallCode.MALFORMED, "pending", "backoff", 1),
        (CallCode.TRUNCATED, "pending", "backoff", 1),
        (CallCode.RATE_LIMITED, "pending", "rate_limited", 0),
        (CallCode.OUT_OF_CREDIT, "pending", "out_of_credit", 0),
        (CallCode.AUTH, "pending", "auth", 0),
        (CallCode.REFUSED, "failed", "refused", 1),
        (CallCode.FILTERED, "failed", "content_filtered", 1),
        (CallCode.BAD_REQUEST, "failed", "bad_request", 1),
    ],
)
def test_failed_call_moves_its_chunk(job, code, state, reason, attempts):
    finish(*claim_all(), Failure(code, "as the provider said", usage=TokenUsage(input_tokens=10)))
    moved = chunk(job, 0)
    assert (moved.state, moved.reason, moved.attempts) == (state, reason, attempts)
    attempt = Attempt.objects.get(job=job)
    assert (attempt.state, attempt.code, attempt.input_tokens) == (AttemptState.SETTLED, code, 10)
    assert_invariants()


def test_one_lost_unit_makes_the_job_partial_and_readable(job):
    finish(*claim_all())
    first, second, third = claim_all()
    finish(first)
    finish(third)
    finish(second, Failure(CallCode.REFUSED, "no"))
    job.refresh_from_db()
    assert (job.state, job.reason, job.unit_done, job.unit_failed) == ("partial", "units_missing", 2, 1)
    assert assembly.assembled(job)["missing"] == [2]
    assert "missing" in documents.markdown(job).lower() or "not" in documents.markdown(job).lower()
    assert_invariants()


def test_truncated_call_is_asked_again_with_a_larger_cap(job):
    first, = claim_all()
    finish(first, Failure(CallCode.TRUNCATED, "too long", usage=USAGE))
    Chunk.objects.filter(job=job).update(ready_at=clock.now())
    second, = claim_all()
    assert (output_limit(first), output_limit(second)) == (16_000, 32_000)


# --- Chunks of several jobs -----------------------------------------------------------------------


def test_chunks_of_several_jobs_are_settled_in_one_go(ann, bob, route):
    """Every job gets its own bill, and results come in the order of the arguments."""
    limited(units=9)
    jobs = [
        submission.submit(user=user, kind="training_program", brief={**PROGRAM, "weeks": 2}).job for user in (ann, bob)
    ]
    for claim in claim_all():
        finish(claim)
    calls = [judged(claim) for claim in reversed(claim_all())]
    late = replace(calls[0], claim=replace(calls[0].claim, fence=0))

    results = settling.settle(late, *calls)

    assert [result.is_ours for result in results] == [False, True, True, True, True]
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.calls, job.cost_usd_micros) == ("completed", 3, 3 * 1_080)
    assert used("units", ann) == (2, 0)
    assert_invariants()


def test_batches_that_hold_the_same_jobs_in_another_order_never_wait_for_each_other(ann, bob, route):
    """Their last chunks end both jobs, so the limits of both users and of everybody are locked, too."""
    limited(units=50)
    limited("teacher", units=50)
    limited("", units=100)
    for _ in range(5):
        jobs = [
            submission.submit(user=user, kind="training_program", brief={**PROGRAM, "weeks": 2}).job
            for user in (ann, bob, bob, ann)
        ]
        for claim in claim_all():
            finish(claim)
        calls = [judged(claim) for claim in claim_all()]
        one, other = calls[::2], calls[1::2][::-1]
        results = at_once(lambda one=one: settling.settle(*one), lambda other=other: settling.settle(*other))
        assert [result.is_ours for result in [*results[0], *results[1]]] == [True] * 8
        for job in jobs:
            job.refresh_from_db()
            assert (job.state, job.unit_done) == ("completed", 2)
    assert_invariants()


def test_one_chunk_that_cannot_be_settled_takes_back_the_whole_batch(ann, bob, route, monkeypatch):
    for user in (ann, bob):
        submission.submit(user=user, kind="training_program", brief={**PROGRAM, "weeks": 1})
    for claim in claim_all():
        finish(claim)
    calls = [judged(claim) for claim in claim_all()]
    original = settling.derive_together

    def broken(jobs, *more):
        original(jobs, *more)
        if any(job.user_id == bob.pk for job in jobs):
            raise IntegrityError("a constraint of ours")

    monkeypatch.setattr(settling, "derive_together", broken)
    with pytest.raises(IntegrityError):
        settling.settle(*calls)
    monkeypatch.undo()
    assert not Job.objects.filter(state="completed").exists()
    assert all(result.is_ours for result in settling.settle(*calls))
    assert Job.objects.filter(state="completed").count() == 2
    assert_invariants()
