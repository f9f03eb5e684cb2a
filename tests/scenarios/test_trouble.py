"""What goes wrong around the engine: crashes at bad moments, bad rows, a database that was away."""

import datetime as dt

import pytest
from django.db import IntegrityError, OperationalError
from django.test import override_settings

from generation.core.outcomes import CallCode, Failure, Reply, TokenUsage
from generation.core.states import MAX_CRASHES
from generation.models import Chunk, Election, Job, Route, clock
from generation.models.election import SWEEPER
from generation.services.chunks import attempts, claiming, leases, settling
from generation.services.chunks.finishing import Finished
from generation.services.jobs import control, submission
from generation.services.maintenance import sweeper
from generation.services.routing import route_health
from generation.worker.completer import Completer
from generation.worker.engine import Engine
from generation.worker.job_context import JobContexts
from tests.invariants import assert_invariants
from tests.support import (
    PROGRAM,
    FakeProvider,
    chunk,
    claim_all,
    finish,
    judged,
    let_leases_run_out,
    work_off,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def test_sequential_job_goes_on_after_a_unit_that_kills_its_workers(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy="sequential").job
    finish(*claim_all())
    for _ in range(MAX_CRASHES):
        claim_all("dies")
        let_leases_run_out()
        leases.expire()
    work_off(job)
    assert (job.state, job.unit_done) == ("partial", 2)
    assert_invariants()


def test_sequential_unit_waits_for_all_before_it_also_during_a_regeneration(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy="sequential").job
    finish(*claim_all())
    finish(*claim_all())
    second, = claim_all()
    control.regenerate(job, 1, instruction="", by=ann)
    first, = claim_all()
    finish(first)
    assert claim_all() == [], "week 3 shall see week 2"
    finish(second)
    assert [claim.position for claim in claim_all()] == [3]


def test_units_that_wait_for_each_other_are_freed_by_the_sweeper(ann, route):
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM, strategy="sequential").job
    finish(*claim_all())
    Chunk.objects.filter(job=job, position=1).update(ready_at=None)
    sweeper.sweep()
    assert [claim.position for claim in claim_all()] == [1]


def test_one_row_that_cannot_be_mended_does_not_stop_the_others(ann, bob, route, monkeypatch):
    bad = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    good = submission.submit(user=bob, kind="training_program", brief=PROGRAM).job
    claim_all("dies")
    let_leases_run_out()
    real = leases.derive

    def derive(job, *more, **options):
        if job.pk == bad.pk:
            raise KeyError("a kind that was removed")
        return real(job, *more, **options)

    monkeypatch.setattr(leases, "derive", derive)
    assert sweeper.sweep().expired == 1
    assert (chunk(bad, 0).state, chunk(good, 0).state) == ("running", "pending")


def test_job_of_a_removed_kind_is_still_taken_back(job):
    claim_all("dies")
    let_leases_run_out()
    Job.objects.filter(pk=job.pk).update(kind="removed")
    assert leases.expire() == 1


def test_call_that_cannot_be_settled_does_not_take_its_neighbours_along(job, monkeypatch):
    finish(*claim_all())
    calls = [judged(claim) for claim in claim_all()]
    real = settling._apply

    def broken(settlement):
        if settlement.claim.position == 2 and settlement.finished.code is CallCode.OK:
            raise IntegrityError("a constraint of ours")
        return real(settlement)

    monkeypatch.setattr(settling, "_apply", broken)
    let_go = []
    queue = Completer(let_go.append, lambda: None)
    queue._waiting = calls[1:]
    queue.put(calls[0])
    job.refresh_from_db()
    assert (job.state, job.unit_done, chunk(job, 2).reason) == ("partial", 2, "internal")
    assert {claim.position for claim in let_go} == {1, 2, 3}
    assert_invariants()


def test_after_an_outage_of_the_database_the_living_renew_before_anything_is_taken_back(job):
    claim, = claim_all("lives")
    let_leases_run_out()
    long_ago = clock.now() - dt.timedelta(minutes=1)
    Election.objects.create(name=SWEEPER, won_at=long_ago)
    turn = sweeper.take_turn("other")
    assert turn is not None
    sweeper.sweep(may_expire=turn.may_expire)
    assert leases.renew(worker="lives", held={claim.chunk_id: claim.fence}) == set()


def test_living_namesakes_are_not_relieved(job):
    import os

    name = f"place:{os.getpid()}:abc"
    claim_all(name)
    leases.take_over_from_the_dead({name, f"place:{os.getpid()}:def"})
    assert chunk(job, 0).state == "running"


def test_earlier_life_with_our_own_pid_is_relieved(job):
    import os

    claim_all(f"place:{os.getpid()}:old")
    leases.take_over_from_the_dead({f"place:{os.getpid()}:new"})
    assert chunk(job, 0).state == "pending"


def test_claimed_chunk_whose_context_cannot_be_read_is_given_back_uncounted(job, monkeypatch):
    real, failures = JobContexts.of, [OperationalError("server closed the connection")]

    def of(self, claim):
        if failures:
            raise failures.pop()
        return real(self, claim)

    monkeypatch.setattr(JobContexts, "of", of)
    with override_settings(PULSE_S=0.05, LEASE_S=5):
        engine = Engine(FakeProvider()).start()
        try:
            wait_until("the job ends", lambda: not Job.objects.active().exists(), 20)
        finally:
            engine.drain(1)
    plan = chunk(job, 0)
    assert (plan.state, plan.attempts, plan.crashes, plan.cost_usd_micros > 0) == ("done", 1, 0, True)
    assert_invariants()


def test_strange_numbers_and_names_of_a_provider_are_stored_bounded(job):
    from generation.core.outcomes import Receipt

    claim, = claim_all()
    usage = TokenUsage(input_tokens=2**40, output_tokens=2**40)
    attempts.store_replies(attempts.reply_row(claim, Reply("{}", usage, Receipt(model="/models/" + "x" * 500)), "f"))
    assert claim_all("other") == []


def test_throttled_calls_back_off_further_and_further(job, route):
    waits = []
    for _ in range(4):
        claim, = claim_all()
        route_health.note_call(route.pk, CallCode.RATE_LIMITED, "slow down")
        waits.append(Route.objects.get(pk=route.pk).throttled_until)
        finish(claim, Failure(CallCode.RATE_LIMITED, "slow down"))
        Route.objects.update(throttled_until=None)
        Chunk.objects.update(ready_at=clock.now())
    assert all(waits), "also without Retry-After the route rests"


def test_shorter_retry_after_does_not_shorten_a_longer_one(route):
    route_health.note_call(route.pk, CallCode.RATE_LIMITED, "", 60)
    long = Route.objects.get(pk=route.pk).throttled_until
    route_health.note_call(route.pk, CallCode.RATE_LIMITED, "", 1)
    assert Route.objects.get(pk=route.pk).throttled_until == long


def test_error_of_ours_says_nothing_about_the_provider(job, route):
    route_health.note_call(route.pk, CallCode.AUTH, "bad key")
    Route.objects.filter(pk=route.pk).update(open_until=clock.now() - dt.timedelta(seconds=1))
    assert claiming.claim(worker="w", slots=9, revisions={"training_program": job.kind_revision}).claims[0].is_probe
    route_health.note_call(route.pk, CallCode.INTERNAL, "a bug")
    assert Route.objects.get(pk=route.pk).open_until is not None


def test_probe_that_came_to_nothing_lets_another_go_at_once(job, route):
    route_health.note_call(route.pk, CallCode.AUTH, "bad key")
    Route.objects.filter(pk=route.pk).update(open_until=clock.now() - dt.timedelta(seconds=1))
    claim, = claim_all()
    settling.settle(Finished(
        claim, *_given_back()
    ))
    assert claim_all() == []
    route_health.release_probe(route.pk)
    assert len(claim_all()) == 1


def _given_back():
    from generation.core.outcomes import Snooze
    from generation.core.reasons import Reason

    failure = Failure(CallCode.ABANDONED, "given back")
    return Snooze(dt.timedelta(), Reason.WORKER_STOPPED), failure, failure.code


def test_check_that_raises_does_not_lose_the_document(job, monkeypatch):
    from generation.kinds import get_kind

    def broken(brief, document):
        raise ZeroDivisionError

    monkeypatch.setattr(get_kind("training_program"), "check_document", broken)
    work_off(job)
    assert (job.state, job.findings[0]["rule"]) == ("completed", "internal")
