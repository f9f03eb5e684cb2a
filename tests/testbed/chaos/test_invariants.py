"""The checks bite: each invariant is broken in a small database, and reported under its name."""

import datetime as dt

import pytest
from django.db import connection

from accounts.models import Reservation, Usage
from generation.core.concurrency import ConcurrencyLimit
from generation.core.limit_evidence import Evidence
from generation.models import Alert, AlertRule, Attempt, Chunk, Job, LogEntry, Route
from generation.services.jobs import submission
from generation.testbed.chaos import evidence, invariants
from generation.testbed.chaos.evidence import Death
from generation.testbed.chaos.snapshot import Snapshot
from generation.testbed.installation.clients import Observed
from generation.testbed.installation.supervisor import ProcessEnd
from tests.support import PROGRAM, claim_all, finish, limited, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def ended(ann, route):
    """A complete program, accepted under limits."""
    limited(requests=5, units=50)
    return work_off(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)


@pytest.fixture
def calls(ended):
    """What an honest provider would have logged of it; each row names its call."""
    found = []
    for number, attempt in enumerate(Attempt.objects.select_related("chunk").order_by("pk"), 1):
        Attempt.objects.filter(pk=attempt.pk).update(request_id=f"req_simulated_{number}")
        position = attempt.chunk.position
        found.append({
            "seq": number, "started_at": attempt.started_at.timestamp() + 0.01, "outcome": "ok",
            "cache_key": str(ended.public_id), "task": f"unit {position} of 3" if position else "plan",
            "input_tokens": attempt.input_tokens, "cached_input_tokens": attempt.cached_input_tokens,
            "output_tokens": attempt.output_tokens,
        })
    return found


@pytest.fixture
def unchecked(transactional_db):
    """The database lets nonsense pass, as it would after somebody's `UPDATE` by hand."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    else:
        pytest.skip("PostgreSQL lets no UPDATE past its CHECK constraints")


def broken() -> set[str]:
    return {one.invariant for one in invariants.at_rest(Snapshot.read())}


def test_nothing_is_broken_where_nothing_went_wrong(ended, calls):
    observed = Observed(accepted={"wish": {str(ended.public_id)}})
    snapshot = Snapshot.read()
    assert invariants.at_rest(snapshot) == []
    assert invariants.by_the_provider(snapshot, calls) == []
    assert invariants.by_the_users(snapshot, observed) == []
    assert evidence.paid_twice(snapshot, calls, []) == []


def chunk_is_late(job):
    Chunk.objects.filter(job=job, position=1).update(finished_at=job.created_at - dt.timedelta(hours=1))


def job_never_ends(job):
    Job.objects.filter(pk=job.pk).update(state="generating", finished_at=None)


def unit_is_gone(job):
    last = Chunk.objects.get(job=job, position=3)
    Attempt.objects.filter(chunk=last).delete()
    LogEntry.objects.filter(chunk=last).delete()
    last.delete()


def sum_is_wrong(job):
    Job.objects.filter(pk=job.pk).update(output_tokens=1)


def call_stays_open(job):
    Attempt.objects.filter(job=job).update(state="asking", code="", settled_at=None)


def something_stays_reserved(job):
    Usage.objects.update(reserved=2)


def limit_is_passed(job):
    Usage.objects.filter(metric="requests").update(limit=0)


def reservation_stays_open(job):
    Reservation.objects.update(settled_at=None, used_requests=0, used_units=0, used_usd_micros=0)


def bill_is_wrong(job):
    Reservation.objects.update(used_usd_micros=7)


def log_tells_of_a_second_finish(job):
    first = Chunk.objects.get(job=job, position=1)
    LogEntry.objects.create(job=job, chunk=first, code="finish", message="again")


def document_is_no_document(job):
    Chunk.objects.filter(job=job, position=2).update(content={"nonsense": True})


def end_is_told_twice(job):
    LogEntry.objects.create(job=job, code="completed", message="again")


def stale_fence_finished(job):
    Chunk.objects.filter(job=job, position=1).update(fence=9)


def chunk_is_tried_for_ever(job):
    Chunk.objects.filter(job=job, position=1).update(attempts=99)


def alert_opens_beside_another(job):
    rule = AlertRule.objects.create(name="rule", condition="stuck_job", threshold=1)
    for resolved_at in (job.finished_at, None):
        Alert.objects.create(
            rule=rule, severity="warning", value=1, worst=1, sentence="It is stuck.", next_step="Look.",
            first_seen_at=job.created_at, last_seen_at=job.created_at, resolved_at=resolved_at,
            state="resolved" if resolved_at else "open")


@pytest.mark.parametrize(("breaks", "invariant"), [
    (job_never_ends, "I1"), (unit_is_gone, "I1"), (chunk_is_late, "I2"), (sum_is_wrong, "I3"), (call_stays_open, "I3"),
    (something_stays_reserved, "I4"), (limit_is_passed, "I4"), (reservation_stays_open, "I4"), (bill_is_wrong, "I4"),
    (log_tells_of_a_second_finish, "I6"), (document_is_no_document, "I7"), (end_is_told_twice, "I8"),
    (stale_fence_finished, "I9"), (chunk_is_tried_for_ever, "I10"),
    (alert_opens_beside_another, "I13"),
], ids=lambda value: getattr(value, "__name__", value))
def test_broken_invariant_is_reported(breaks, invariant, ended):
    breaks(ended)
    assert invariant in broken()


@pytest.mark.django_db(transaction=True)
def test_loss_without_a_reason_is_reported(unchecked, ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    Chunk.objects.filter(job=job).update(state="failed", finished_at=job.created_at, ready_at=None)
    Job.objects.filter(pk=job.pk).update(state="failed", finished_at=job.created_at, reason="")
    assert "I5" in broken()


def test_call_after_the_chunk_was_done_is_reported(ended, calls):
    late = {**calls[1], "seq": 99, "started_at": calls[1]["started_at"] + 3_600}
    found = invariants.by_the_provider(Snapshot.read(), [*calls, late])
    assert {one.invariant for one in found} == {"I2", "I3"}      # nor has it a row


def test_call_without_a_row_is_reported(ended, calls):
    Attempt.objects.filter(request_id="req_simulated_2").delete()
    found = invariants.by_the_provider(Snapshot.read(), calls)
    assert [one.invariant for one in found] == ["I3"]
    assert "has no row" in found[0].sentence


def test_row_of_which_the_provider_knows_nothing_is_reported(ended, calls):
    found = invariants.by_the_provider(Snapshot.read(), calls[1:])
    assert ["knows nothing" in one.sentence for one in found] == [True]


def test_row_that_says_other_tokens_is_reported(ended, calls):
    calls[2]["output_tokens"] += 1
    assert ["the provider says" in one.sentence for one in invariants.by_the_provider(Snapshot.read(), calls)] == [True]


@pytest.mark.parametrize(("replies_after_s", "is_needed", "is_reported"), [
    (60, True, True), (60, False, False), (5, True, False),
], ids=["stays down", "nobody needs more", "has just come down"])
def test_limit_that_stays_down_under_good_replies_is_reported(
    replies_after_s, is_needed, is_reported, ended, calls, route
):
    now_s = ended.created_at.timestamp()
    limit = ConcurrencyLimit(calls=1, moved_at_s=now_s)
    Route.objects.filter(pk=route.pk).update(
        concurrency_limit=1, concurrency=limit.as_json(), limit_evidence=Evidence(now_s, is_needed=is_needed).as_json())
    good = [{"model": route.model, "outcome": "ok", "started_at": now_s + replies_after_s}] * 20
    found = list(invariants.limits_that_stay_down(Snapshot.read(), good))
    assert bool(found) is is_reported


@pytest.mark.parametrize(("observed", "words"), [
    (Observed(accepted={"wish": {"00000000-0000-0000-0000-000000000000"}}), "is not there"),
    (Observed(), "nobody was told"),
    (Observed(refused={"wish": "over the limit"}, accepted={"wish": {"JOB"}}), "was refused"),
    (Observed(accepted={"wish": {"JOB", "other"}}), "has made 2 jobs"),
    (Observed(accepted={"wish": {"JOB"}}, odd=["wish: 500"]), "nobody should get"),
    (Observed(accepted={"wish": {"JOB"}}, revisions={"JOB": [3, 2]}), "did not go forward"),
], ids=["lost", "invented", "refused", "twice", "odd", "stream"])
def test_what_users_were_told_is_compared(observed, words, ended):
    mine = str(ended.public_id)
    observed.accepted = {key: {mine if job == "JOB" else job for job in ids} for key, ids in observed.accepted.items()}
    found = invariants.by_the_users(Snapshot.read(), observed)
    assert any(words in one.sentence for one in found), found


def test_answer_paid_twice_is_explained_by_the_death_of_its_worker(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    claim_all("host-1:4711:ab")
    began = Attempt.objects.get().started_at.timestamp()
    Chunk.objects.update(lease_until=job.created_at)
    from generation.services.chunks import leases

    leases.expire()
    finish(*claim_all("host-1:4712:cd"))
    again = Attempt.objects.order_by("pk").last()
    Attempt.objects.filter(pk=again.pk).update(request_id="req_simulated_2")
    calls = [
        {"seq": seq, "started_at": at, "outcome": "ok", "cache_key": str(job.public_id), "task": "plan",
         "input_tokens": 1, "cached_input_tokens": 0, "output_tokens": 5}
        for seq, at in ((1, began), (2, again.started_at.timestamp()))
    ]
    death = Death(ProcessEnd("worker1", 4711, began, -9, "kill_worker"), ((claim_pk(job), 1),))
    snapshot = Snapshot.read()
    found, = evidence.paid_twice(snapshot, calls, [death])
    assert (found.call, found.cause) == (1, "its worker died: kill worker")
    assert len(evidence.taken_back_s(snapshot, [death])) == len(evidence.recovery_s(snapshot, [death], [])) == 1
    assert evidence.recovery_s(snapshot, [death], [(began, began + 60)]) == []      # the provider was paused


def claim_pk(job):
    return Chunk.objects.get(job=job, position=0).pk
