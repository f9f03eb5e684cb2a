"""Equal failures are one incident, which ends by itself and remembers what helped."""

import datetime as dt

import pytest

from generation.core.outcomes import CallCode, Failure
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.remedies import CURES, HOLDING, MEANS, OF_A_KIND, OF_A_ROUTE, Remedy, cures_of
from generation.models import (
    Attempt,
    Chunk,
    Election,
    Incident,
    Job,
    LogEntry,
    LogLevel,
    Occurrence,
    Pulse,
    Resolution,
    Route,
    Treatment,
    TreatmentOutcome,
    clock,
)
from generation.services import incidents
from generation.services.errors import Refusal
from generation.services.jobs import control, submission
from generation.services.maintenance import remediation, sweeper
from generation.services.routing import route_health
from tests.support import PROGRAM, claim_all, finish, work_off
from tests.threads import at_once


def refused(user, brief=PROGRAM):
    """A job of `user` whose plan the model declined to write."""
    job = submission.submit(user=user, kind="training_program", brief=brief).job
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, "I would rather not."))
    job.refresh_from_db()
    return job


def look():
    """The upkeep, whose turn it is."""
    Election.objects.update(won_at=clock.now() - dt.timedelta(hours=1))
    assert sweeper.keep_up("incidents")


# --- The catalogue ------------------------------------------------------------------------------


@pytest.mark.parametrize("cause", CURES)
def test_cause_has_a_sentence_and_something_to_do(cause):
    assert EXPLANATIONS[cause].sentence
    assert cures_of(cause)
    assert all(MEANS[remedy].label and MEANS[remedy].permission for remedy in cures_of(cause))
    assert cause in OF_A_KIND | OF_A_ROUTE
    assert (Remedy.RETRY in CURES[cause]) == (cause not in HOLDING)


def test_everything_that_ends_a_part_is_in_the_catalogue():
    from generation.core.outcomes import FINAL, PROVIDER_WIDE, RETRYABLE

    of_calls = {*FINAL.values(), *PROVIDER_WIDE.values(), *RETRYABLE.values()}
    assert of_calls | {Reason.INVALID_CONTENT, Reason.CRASHES_WORKER} <= set(CURES)


# --- Grouping -----------------------------------------------------------------------------------


def test_equal_failures_of_several_people_are_one_incident(ann, bob, route):
    for user in (ann, ann, bob):
        refused(user)
    look()

    incident = Incident.objects.get()
    assert (incident.cause, incident.kind, incident.route) == ("refused", "training_program", None)
    assert (incident.jobs, incident.chunks, incident.users) == (3, 3, 2)
    assert set(incident.occurrences.values_list("message", flat=True)) == {"I would rather not."}


def test_other_cause_or_kind_is_another_incident(ann, route):
    refused(ann)
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    finish(*claim_all(), Failure(CallCode.BAD_REQUEST, "no such model"))
    look()

    assert {(row.cause, row.kind, row.route) for row in Incident.objects.all()} == {
        ("refused", "training_program", None), ("bad_request", "", route)}
    assert [row.cause for row in incidents.of_job(job)] == ["bad_request"]


def test_looking_twice_counts_nothing_twice(ann, route):
    refused(ann)
    look()
    before = Incident.objects.values().get()
    look()

    assert Incident.objects.values().get() == before
    assert LogEntry.objects.filter(code="incident").count() == 1


def test_only_one_of_two_sweepers_looks(ann, route):
    refused(ann)
    assert [sweeper.keep_up("incidents"), sweeper.keep_up("incidents")] == [True, False]


def test_sweeper_groups_by_itself(ann, route):
    refused(ann)
    sweeper.upkeep()
    assert Incident.objects.get().jobs == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_record_at_once_open_one_incident(ann, route):
    job = refused(ann)
    common = incidents.Kept(Reason.REFUSED, None, "training_program")
    chunks = list(Chunk.objects.filter(job=job))
    now = clock.now()

    at_once(*[lambda: incidents.record(common, chunks, now)] * 4)
    incidents.record(common, chunks, now)

    assert Incident.objects.get().jobs == 1
    assert Occurrence.objects.count() == 1


def test_failures_that_commit_late_are_seen(ann, route):
    look()
    refused(ann)
    Chunk.objects.update(finished_at=clock.now() - dt.timedelta(minutes=1))
    look()
    assert Incident.objects.get().jobs == 1


def test_opening_says_so_in_the_log_with_advice(ann, route):
    refused(ann)
    look()
    line = LogEntry.objects.get(code="incident")
    assert (line.job, line.level) == (None, LogLevel.ERROR)
    assert line.advice == EXPLANATIONS[Reason.REFUSED].next_step


# --- Work that is held ----------------------------------------------------------------------------


def test_bad_key_is_one_critical_incident_over_all_jobs_of_the_route(ann, bob, route):
    for user in (ann, bob):
        submission.submit(user=user, kind="training_program", brief=PROGRAM)
    first, second = claim_all()
    for claim in (first, second):
        finish(claim, Failure(CallCode.AUTH, "Incorrect API key."))
    route_health.note_call(route.pk, CallCode.AUTH, "Incorrect API key.")
    look()

    incident = Incident.objects.get()
    assert (incident.cause, incident.route, incident.jobs, incident.users) == ("auth", route, 2, 2)
    assert LogEntry.objects.get(code="incident").level == LogLevel.CRITICAL
    look()
    assert Incident.objects.get().is_open

    route_health.resume(route)
    look()
    assert Incident.objects.get().resolution == Resolution.GONE


def test_what_a_person_paused_is_no_failure(job, rita, route):
    route_health.hold(route, because="maintenance", by=rita)
    look()
    assert not Incident.objects.exists()


def test_job_of_a_revision_that_no_worker_knows_is_an_incident(job):
    now = clock.now()
    Pulse.objects.create(name="host:1:ab", beat_at=now, started_at=now, detail={"revisions": {"training_program": 999}})
    Chunk.objects.update(ready_at=now - dt.timedelta(minutes=2))
    look()

    assert (Incident.objects.get().cause, Incident.objects.get().jobs) == ("revision_missing", 1)

    Pulse.objects.update(detail={"revisions": {"training_program": job.kind_revision}})
    look()
    assert not Incident.objects.get().is_open


# --- The end, and what helped -----------------------------------------------------------------------


def test_incident_ends_when_its_jobs_are_complete_and_the_retry_worked(ann, rita, route):
    job = refused(ann)
    look()
    taken = remediation.take(Incident.objects.get(), Remedy.RETRY, by=rita)
    assert taken.sentence == "Retry started for 1 job."

    look()
    assert Incident.objects.get().is_open, "it is not over while its parts are asked again"
    assert Treatment.objects.get().outcome == TreatmentOutcome.PENDING
    assert work_off(job).state == "completed"
    look()

    incident, treatment = Incident.objects.get(), Treatment.objects.get()
    assert (incident.resolution, treatment.outcome) == (Resolution.GONE, TreatmentOutcome.WORKED)
    assert (treatment.by, treatment.job, treatment.remedy) == (rita, job, "retry")
    assert incidents.records(["refused"])[("refused", "retry")].words == "worked in 1 of 1 cases here"


def test_retry_that_meets_the_same_failure_did_not_work(ann, route):
    job = refused(ann)
    look()
    control.retry(job, by=ann)      # also a retry from elsewhere is remembered
    for claim in claim_all():
        finish(claim, Failure(CallCode.REFUSED, "Still not."))
    look()

    incident = Incident.objects.get()
    assert incident.is_open
    assert Treatment.objects.get().outcome == TreatmentOutcome.FAILED
    assert incident.occurrences.get().times == 2
    assert incidents.records(["refused"])[("refused", "retry")].words == "worked in 0 of 1 cases here"


def test_same_failure_soon_after_opens_the_same_incident_again(ann, route):
    job = refused(ann)
    look()
    control.retry(job, by=ann)
    work_off(job)
    look()
    assert not Incident.objects.get().is_open

    refused(ann)
    look()

    incident = Incident.objects.get()
    assert (incident.is_open, incident.jobs) == (True, 2)


def test_what_a_person_closed_stays_closed_and_a_new_one_is_opened(ann, rita, route):
    refused(ann)
    look()
    assert incidents.close(Incident.objects.get(), Resolution.PERSON, clock.now(), by=rita)
    assert not incidents.close(Incident.objects.get(), Resolution.PERSON, clock.now(), by=rita)
    look()
    assert not Incident.objects.get().is_open, "old failures do not open it again"

    refused(ann)
    look()
    assert sorted(row.is_open for row in Incident.objects.all()) == [False, True]


def test_incident_that_stays_quiet_for_long_ends(ann, route):
    refused(ann)
    look()
    Incident.objects.update(last_seen_at=clock.now() - incidents.QUIET_AFTER - dt.timedelta(hours=1))
    look()
    assert Incident.objects.get().resolution == Resolution.QUIET


def test_resume_worked_when_a_call_was_answered_after_it(ann, rita, route):
    Route.objects.exclude(pk=route.pk).update(is_enabled=False)
    route_health.note_call(route.pk, CallCode.OUT_OF_CREDIT, "no credit")
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    look()
    remediation.take(Incident.objects.get(), Remedy.RESUME, by=rita)
    look()
    assert Treatment.objects.get().outcome == TreatmentOutcome.PENDING

    work_off(job)
    look()
    assert Treatment.objects.get().outcome == TreatmentOutcome.WORKED


def test_resume_failed_when_the_route_paused_again(rita, route):
    route_health.note_call(route.pk, CallCode.OUT_OF_CREDIT, "no credit")
    look()
    remediation.take(Incident.objects.get(), Remedy.RESUME, by=rita)
    route_health.note_call(route.pk, CallCode.OUT_OF_CREDIT, "no credit")
    look()

    assert Treatment.objects.get().outcome == TreatmentOutcome.FAILED
    assert Incident.objects.get().is_open


def test_cancelling_what_waits_is_a_treatment_of_each_job(ann, rita, route):
    Route.objects.exclude(pk=route.pk).update(is_enabled=False)
    route_health.note_call(route.pk, CallCode.AUTH, "bad key")
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(2)]
    look()
    remediation.take(Incident.objects.get(), Remedy.CANCEL, by=rita)

    assert set(Job.objects.values_list("state", flat=True)) == {"cancelled"}
    assert {treatment.job for treatment in Treatment.objects.all()} == set(made)


def test_remedy_with_nothing_to_act_on_is_refused(ann, rita, route):
    job = refused(ann)
    look()
    control.retry(job, by=ann)
    with pytest.raises(Refusal, match="None of the affected jobs"):
        remediation.take(Incident.objects.get(), Remedy.RETRY, by=rita)


def test_raised_limit_counts_by_what_came_after(ann, rita, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    for _ in range(5):
        claims = claim_all()
        for claim in claims:
            finish(claim, Failure(CallCode.TRUNCATED, "too long"))
        Chunk.objects.filter(state="pending").update(ready_at=clock.now())
    look()
    incident = Incident.objects.get()
    assert (incident.cause, incident.route, incident.kind) == ("truncated", route, "training_program")
    remediation.take(incident, Remedy.ROUTE, by=rita)
    Route.objects.update(max_output_tokens=64_000)
    control.retry(job, by=rita)
    work_off(job)
    look()

    assert {row.remedy: row.outcome for row in Treatment.objects.all()} == {"route": "worked", "retry": "worked"}
    assert Attempt.objects.filter(code="truncated").exists()
