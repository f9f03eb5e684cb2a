import pytest

from generation.core.outcomes import CallCode, Failure, Reply
from generation.models import Chunk, Job, LogEntry, Route, UnitVersion
from generation.services.chunks import assembly
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import control, documents, progress, submission
from generation.telemetry import heartbeats
from generation.worker.job_context import JobContexts, digests_before
from tests.invariants import assert_invariants
from tests.support import PROGRAM, USAGE, chunk, claim_all, finish, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

COURSE = {"subject": "Fractions", "audience": "Pupils of ten years", "modules": 1, "lessons_per_module": 2}


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
@pytest.mark.parametrize(("kind", "brief"), [("training_program", PROGRAM), ("course", COURSE)])
def test_every_kind_completes_with_every_strategy(ann, route, kind, brief, strategy):
    job = submission.submit(user=ann, kind=kind, brief=brief, strategy=strategy).job
    work_off(job)
    assert (job.state, job.unit_done) == ("completed", job.unit_total)
    assert documents.markdown(job).startswith("# ")
    assert_invariants()


def test_final_json_has_the_same_shape_whatever_the_strategy(ann, route):
    def shape(value):
        if isinstance(value, dict):
            return {key: shape(child) for key, child in value.items() if key in {"weeks", "phases", "missing"}} | {
                "keys": sorted(value)}
        return [shape(child) for child in value] if isinstance(value, list) else type(value).__name__

    documents = []
    for strategy in ("parallel", "sequential", "single"):
        job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy=strategy).job
        documents.append(sorted(assembly.assembled(work_off(job))))
    assert documents[0] == documents[1] == documents[2]


def test_sequential_units_start_one_after_another_and_see_the_ones_before(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy="sequential").job
    finish(*claim_all())
    for position in (1, 2, 3):
        claim, = claim_all()
        assert claim.position == position
        assert len(digests_before(claim, JobContexts().of(claim))) == position - 1
        finish(claim)
    job.refresh_from_db()
    assert job.state == "completed"


def test_sequential_goes_on_after_a_lost_unit(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy="sequential").job
    finish(*claim_all())
    finish(*claim_all(), Failure(CallCode.REFUSED, "no"))
    work_off(job)
    assert (job.state, job.unit_done) == ("partial", 2)


def test_single_call_that_never_works_goes_on_unit_by_unit(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy="single").job
    for _ in range(2):
        finish(*claim_all(), Reply("{", USAGE))
    assert chunk(job, 0).stage == "plan"
    work_off(job)
    assert job.state == "completed"
    assert LogEntry.objects.filter(job=job, code="split_up").exists()
    assert_invariants()


def test_same_key_and_request_is_the_same_job(ann, route):
    first = submission.submit(user=ann, kind="training_program", brief=PROGRAM, idempotency_key="k")
    second = submission.submit(user=ann, kind="training_program", brief=PROGRAM, idempotency_key="k")
    assert (first.is_new, second.is_new, first.job) == (True, False, second.job)


def test_twenty_parallel_requests_with_one_key_make_one_job(ann, route, unhurried):
    def submit():
        return submission.submit(user=ann, kind="training_program", brief=PROGRAM, idempotency_key="k").job.pk

    assert len(set(at_once(*[submit] * 20))) == 1
    assert Job.objects.count() == 1


def test_same_key_for_another_request_is_refused(ann, route):
    submission.submit(user=ann, kind="training_program", brief=PROGRAM, idempotency_key="k")
    with pytest.raises(Refusal) as refused:
        submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 4}, idempotency_key="k")
    assert refused.value.code is RefusalCode.KEY_REUSED


def test_keys_of_two_users_do_not_meet(ann, bob, route):
    one, two = (
        submission.submit(user=user, kind="training_program", brief=PROGRAM, idempotency_key="k").job
        for user in (ann, bob)
    )
    assert one != two


@pytest.mark.parametrize(
    ("kind", "brief", "code", "pointer"),
    [
        ("novel", {}, RefusalCode.UNKNOWN_KIND, "/kind"),
        ("training_program", {"goal": "strength", "weeks": 0}, RefusalCode.INVALID_BRIEF, "/brief/weeks"),
        ("training_program", {"goal": "strength", "weeks": 500}, RefusalCode.INVALID_BRIEF, "/brief/weeks"),
        ("training_program", {"goal": "strength", "weeks": "12"}, RefusalCode.INVALID_BRIEF, "/brief/weeks"),
        ("training_program", {"weeks": 3}, RefusalCode.INVALID_BRIEF, "/brief/goal"),
        ("training_program", {"goal": "strength", "state": "done"}, RefusalCode.INVALID_BRIEF, "/brief/state"),
        ("training_program", {"goal": "strength", "preferences": "a\x00b"}, RefusalCode.INVALID_BRIEF,
         "/brief/preferences"),
        ("training_program", {"goal": "strength", "preferences": "x" * 1_000_000}, RefusalCode.INVALID_BRIEF,
         "/brief/preferences"),
        ("training_program", [], RefusalCode.INVALID_BRIEF, "/brief"),
        ("training_program", None, RefusalCode.INVALID_BRIEF, "/brief"),
    ],
)
def test_bad_request_is_refused_with_the_path_and_nothing_is_stored(ann, route, kind, brief, code, pointer):
    with pytest.raises(Refusal) as refused:
        submission.submit(user=ann, kind=kind, brief=brief)
    assert refused.value.code is code
    assert pointer in [found for found, _sentence in refused.value.problems]
    assert not Job.objects.exists()


def test_no_enabled_route_is_refused_with_advice(ann, route):
    type(route).objects.update(is_enabled=False)
    with pytest.raises(Refusal) as refused:
        submission.submit(user=ann, kind="training_program", brief=PROGRAM)
    assert refused.value.code is RefusalCode.NO_ROUTE


def test_cancelled_job_keeps_what_is_done(job, ann):
    finish(*claim_all())
    first, *_others = claim_all()
    finish(first)
    control.cancel(job, by=ann)
    job.refresh_from_db()
    assert (job.state, job.unit_done, job.reason) == ("cancelled", 1, "cancelled_by_user")
    assert assembly.assembled(job)["missing"] == [2, 3]
    assert_invariants()


def test_job_that_ended_cannot_be_cancelled(job, ann):
    work_off(job)
    with pytest.raises(Refusal, match="completed"):
        control.cancel(job, by=ann)


def test_retry_asks_only_for_what_is_missing(job, ann):
    finish(*claim_all())
    first, second, third = claim_all()
    for claim in (first, third):
        finish(claim)
    finish(second, Failure(CallCode.REFUSED, "no"))
    control.retry(job, by=ann)
    assert [claim.position for claim in claim_all()] == [2]


@pytest.mark.parametrize("strategy", ["parallel", "sequential"])
def test_retry_after_cancel_completes(ann, route, strategy):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy=strategy).job
    finish(*claim_all())
    finish(claim_all()[0])
    control.cancel(job, by=ann)
    control.retry(job, by=ann)
    work_off(job)
    assert (job.state, job.reason) == ("completed", "")
    assert_invariants()


def test_retry_of_a_running_or_complete_job_is_refused(job, ann):
    with pytest.raises(Refusal) as running:
        control.retry(job, by=ann)
    work_off(job)
    with pytest.raises(Refusal) as complete:
        control.retry(job, by=ann)
    assert (running.value.code, complete.value.code) == (RefusalCode.STILL_ACTIVE, RefusalCode.NOTHING_TO_RETRY)


def test_two_retries_at_once_restart_once(job, ann):
    finish(*claim_all(), Failure(CallCode.REFUSED, "no"))
    results = at_once(*[lambda: control.retry(job, by=ann)] * 2)
    assert sum(isinstance(result, Refusal) for result in results) == 1


def test_regenerated_unit_replaces_the_old_which_is_kept(job, ann):
    work_off(job)
    before = chunk(job, 2).content
    control.regenerate(job, 2, instruction="More rowing, please.", by=ann)
    job.refresh_from_db()
    assert job.state == "generating"
    assert [week["number"] for week in assembly.assembled(job)["weeks"]] == [1, 2, 3], "the old one is still readable"
    claim, = claim_all()
    assert claim.instruction == "More rowing, please."
    finish(claim)
    version = UnitVersion.objects.get(chunk__job=job)
    assert (version.content, version.number, version.replaced_by) == (before, 1, ann)
    job.refresh_from_db()
    assert job.state == "completed"
    assert_invariants()


@pytest.mark.parametrize("ending", ["failure", "cancel"])
def test_old_version_stays_when_the_new_one_does_not_come_about(job, ann, ending):
    work_off(job)
    before = chunk(job, 2).content
    control.regenerate(job, 2, instruction="", by=ann)
    if ending == "failure":
        finish(*claim_all(), Failure(CallCode.REFUSED, "no"))
    else:
        control.cancel(job, by=ann)
    job.refresh_from_db()
    kept = chunk(job, 2)
    assert (kept.content, kept.reason, job.state) == (before, "old_version_kept", "completed")
    assert not UnitVersion.objects.exists()
    assert_invariants()


@pytest.mark.parametrize(
    ("position", "instruction", "code"),
    [
        (0, "", RefusalCode.NO_SUCH_UNIT), (9, "", RefusalCode.NO_SUCH_UNIT),
        (1, "x" * 3_000, RefusalCode.INVALID_INSTRUCTION), (1, "a\u202eb", RefusalCode.INVALID_INSTRUCTION),
    ],
)
def test_impossible_regeneration_is_refused(job, ann, position, instruction, code):
    work_off(job)
    with pytest.raises(Refusal) as refused:
        control.regenerate(job, position, instruction=instruction, by=ann)
    assert refused.value.code is code


def test_job_says_that_no_worker_runs(job):
    held = progress.waiting(job)
    assert held is not None
    assert (held.reason, held.until) == ("no_worker", None)


def test_job_says_that_no_worker_knows_its_revision(job):
    heartbeats.beat("w1", in_flight=0, slots=8, revisions={"training_program": 999}, is_draining=False)
    held = progress.waiting(job)
    assert held is not None
    assert (held.reason, held.detail) == ("revision_missing", f"training_program, revision {job.kind_revision}")


def test_job_that_a_worker_is_about_to_take_waits_for_nothing(job):
    heartbeats.beat("w1", in_flight=0, slots=8, revisions={"training_program": job.kind_revision}, is_draining=False)
    assert progress.waiting(job) is None


@pytest.mark.parametrize("is_enabled", [True, False])
def test_job_of_a_kind_that_is_gone_is_not_asked_again(job, ann, is_enabled):
    work_off(job)
    Chunk.objects.filter(job=job, position=2).update(state="failed", reason="internal", content=None)
    Job.objects.filter(pk=job.pk).update(kind="poem", state="partial", reason="units_missing")
    Route.objects.filter(pk=job.route_id).update(is_enabled=is_enabled)
    job.refresh_from_db()
    for ask in (lambda: control.retry(job, by=ann), lambda: control.regenerate(job, 1, instruction="", by=ann)):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == RefusalCode.UNKNOWN_KIND
