"""Single flight: the same request from many is asked once; nobody waits in a thread, and nobody for ever."""

import datetime as dt

import pytest

from generation.core.outcomes import CallCode, Failure
from generation.models import Attempt, CacheEntry, Chunk, Flight, Job, clock
from generation.services.chunks import cache_lookup, leases
from generation.services.jobs import control, progress, submission
from generation.services.maintenance import sweeper
from generation.worker.engine import Engine
from tests.invariants import assert_invariants
from tests.support import (
    PROGRAM,
    FakeProvider,
    chunk,
    claim_all,
    finish,
    let_leases_run_out,
    limited,
    store,
    used,
    work_off,
)
from tests.threads import at_once
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("cached")]


def ask(user, brief=PROGRAM, **more) -> Job:
    return submission.submit(user=user, kind="training_program", brief=brief, **more).job


def finish_all() -> int:
    """Work off all jobs with valid replies; how many calls that took."""
    calls = 0
    while claims := claim_all():
        for claim in claims:
            finish(claim)
            calls += 1
    return calls


@pytest.mark.parametrize("strategy", ["parallel", "sequential", "single"])
def test_twin_waits_says_so_and_is_served(ann, route, strategy):
    limited(requests=9, units=9, usd_micros=10**9, jobs=2)
    one, two = ask(ann, strategy=strategy), ask(ann, strategy=strategy)
    claim, = claim_all()
    assert claim.job_id == one.pk
    waiting = progress.waiting(two)
    assert waiting is not None
    assert waiting.reason == "waits_for_twin"
    assert_invariants()
    finish(claim)
    assert finish_all() == (0 if strategy == "single" else 3)
    two.refresh_from_db()
    one.refresh_from_db()
    assert (one.state, two.state, two.from_cache, two.calls) == ("completed", "completed", True, 0)
    assert (used("units", ann), used("requests", ann), used("jobs", ann)) == ((3, 0), (2, 0), (0, 0))
    assert_invariants()


def test_hundred_at_the_same_instant_make_one_set_of_calls(ann, route, unhurried):
    brief = {**PROGRAM, "weeks": 2}
    results = at_once(*[lambda: ask(ann, brief)] * 100)
    assert all(isinstance(result, Job) for result in results), results
    provider = FakeProvider(delay_s=0.05)
    engine = Engine(provider).start()
    try:
        wait_until("all end", lambda: not Job.objects.active().exists(), 60)
    finally:
        engine.drain(5)
    assert len(provider.asked) == Attempt.objects.count() == 1 + 2
    assert Job.objects.filter(state="completed").count() == 100
    assert Job.objects.filter(cached_parts=3, cost_usd_micros=0).count() == 99
    assert not Chunk.objects.exclude(flight="").exists()
    assert_invariants()


def test_two_engines_with_many_threads_make_one_set_of_calls(ann, bob, cy, route, settings, unhurried):
    settings.CACHE_SCOPE, settings.WORKER_DB_THREADS, settings.PULSE_S = "installation", 4, 0.1
    providers = [FakeProvider(delay_s=0.02), FakeProvider(delay_s=0.02)]
    engines = [Engine(provider).start() for provider in providers]
    try:
        for _ in range(2):      # as many at once as there are connections
            asked = at_once(*[lambda user=user: ask(user) for user in (ann, bob, cy) * 4])
            assert all(isinstance(result, Job) for result in asked), asked
        wait_until("all end", lambda: not Job.objects.active().exists(), 60)
    finally:
        for engine in engines:
            engine.drain(5)
    assert sum(len(provider.asked) for provider in providers) == 4
    assert Job.objects.filter(state="completed").count() == 24
    assert_invariants()


def test_after_the_leaders_worker_died_one_waiter_takes_over(ann, route):
    asked = [ask(ann) for _ in range(4)]
    claim, = claim_all("dies")
    let_leases_run_out()
    assert leases.expire() == 1
    taken, = claim_all("lives")
    assert taken.job_id in {job.pk for job in asked[1:]}, "a waiter, and not the one that may kill workers"
    assert_invariants()
    finish(claim)      # the dead one was only slow: its answer changes nothing
    finish(taken)
    finish_all()
    assert Job.objects.filter(state="completed").count() == 4
    assert_invariants()


def test_lonely_leader_goes_on_after_its_worker_died(ann, route):
    job = ask(ann)
    claim_all("dies")
    let_leases_run_out()
    sweeper.sweep()
    assert work_off(job).state == "completed"
    assert_invariants()


def test_stored_reply_of_a_dead_worker_is_used_and_not_asked_for_by_a_waiter(ann, route):
    one = ask(ann)
    ask(ann)
    claim, = claim_all("dies")
    store(claim)
    let_leases_run_out()
    leases.expire()
    again, = claim_all()
    assert (again.job_id, again.stored_reply is not None) == (one.pk, True)


def test_late_reply_to_a_waiter_that_is_served_is_paid_and_put_away(ann, route):
    """Its worker was only slow: the reply came after another request took over."""
    one = ask(ann)
    ask(ann)
    late, = claim_all("slow")
    let_leases_run_out()
    leases.expire()
    taken, = claim_all("lives")
    store(late)
    finish(taken)
    finish_all()
    one.refresh_from_db()
    attempt = Attempt.objects.get(pk=late.attempt_id)
    assert (one.state, chunk(one, 0).from_cache, attempt.state) == ("completed", True, "settled")
    assert one.cost_usd_micros == attempt.cost_usd_micros > 0
    assert_invariants()


@pytest.mark.parametrize("ending", ["refused", "cancelled", "cancelled before it ran"])
def test_when_the_leader_is_lost_exactly_one_waiter_takes_over(ann, route, ending):
    first, *others = [ask(ann) for _ in range(5)]
    if ending == "cancelled before it ran":
        control.cancel(first, by=ann)
    else:
        claim, = claim_all()
        if ending == "refused":
            finish(claim, Failure(CallCode.REFUSED, "no"))
        else:
            control.cancel(first, by=ann)
    taken, = claim_all()
    assert taken.job_id in {job.pk for job in others}
    assert Chunk.objects.filter(flight=Flight.WAITS).count() == 3
    finish(taken)
    finish_all()
    first.refresh_from_db()
    assert first.state == ("failed" if ending == "refused" else "cancelled")
    assert {job.state for job in Job.objects.exclude(pk=first.pk)} == {"completed"}
    assert_invariants()


def test_drained_leader_stays_the_leader(ann, route):
    ask(ann)
    ask(ann)
    provider = FakeProvider(delay_s=60)
    engine = Engine(provider).start()
    wait_until("the plan is asked for", lambda: provider.asked, 10)
    engine.drain(0.1)
    assert Chunk.objects.filter(flight=Flight.LEADS, state="pending").count() == 1
    assert finish_all() == 4
    assert Job.objects.filter(state="completed").count() == 2
    assert_invariants()


def test_waiter_that_nobody_woke_looks_again_by_itself(ann, route, settings, monkeypatch):
    """The process died between its commit and its look at those who wait."""
    one, two = ask(ann), ask(ann)
    claim, = claim_all()
    monkeypatch.setattr("generation.services.chunks.settling.single_flight.wake", lambda keys: list(keys))
    finish(claim)
    monkeypatch.undo()
    settings.CACHE_SCOPE = "user"
    parked = chunk(two, 0)
    assert (parked.flight, claim_all_of(two)) == (Flight.WAITS, [])
    assert parked.ready_at <= clock.now() + dt.timedelta(seconds=30)
    Chunk.objects.filter(pk=parked.pk).update(ready_at=clock.now())
    assert sweeper.sweep().rang
    cache_lookup.serve_due()
    two.refresh_from_db()
    assert chunk(two, 0).from_cache
    assert not progress.snapshot(one)["from_cache"]


def claim_all_of(job: Job) -> list:
    return [claim for claim in claim_all() if claim.job_id == job.pk]


def test_waiter_with_a_slow_leader_waits_on(ann, route):
    ask(ann)
    two = ask(ann)
    claim_all()
    Chunk.objects.filter(flight=Flight.WAITS).update(ready_at=clock.now())
    assert claim_all() == []
    assert chunk(two, 0).ready_at > clock.now()
    assert sweeper.blocked_jobs() == sweeper.stuck_jobs() == []
    assert_invariants()


def test_waiters_go_by_themselves_when_the_cache_is_switched_off(ann, route, settings):
    ask(ann)
    two = ask(ann)
    claim_all()
    settings.CACHE_SCOPE = "off"
    Chunk.objects.filter(flight=Flight.WAITS).update(ready_at=clock.now())
    assert [claim.job_id for claim in claim_all()] == [two.pk]


def test_cancelled_waiter_wakes_nobody_and_leaves_the_leader(ann, route):
    ask(ann)
    two = ask(ann)
    claim, = claim_all()
    control.cancel(two, by=ann)
    finish(claim)
    assert finish_all() == 3
    assert_invariants()


def test_fresh_request_neither_waits_nor_makes_others_wait(ann, route):
    fresh = [ask(ann, fresh=True) for _ in range(2)]
    assert len(claim_all()) == 2
    ask(ann)
    assert [claim.job_id for claim in claim_all()] == [fresh[-1].pk + 1]


def test_strangers_do_not_wait_for_each_other(ann, cy, route):
    ask(ann)
    ask(cy)
    assert len(claim_all()) == 2


def test_half_done_document_is_joined_unit_by_unit(ann, route):
    one = ask(ann)
    finish(*claim_all())
    first, _second, _third = claim_all()
    finish(first)
    two = ask(ann)
    assert [(row.from_cache, row.flight) for row in Chunk.objects.filter(job=two).order_by("position")] == [
        (True, ""), (True, ""), (False, "waits"), (False, "waits")]
    assert claim_all() == []
    assert CacheEntry.objects.count() == 2
    assert one.pk != two.pk
    assert_invariants()


def test_claims_of_many_threads_serve_each_waiter_once(ann, route):
    for _ in range(12):
        ask(ann)
    claim, = claim_all()
    finish(claim)
    claims = [claim for batch in at_once(*[claim_all] * 6) for claim in batch]
    assert sorted(claim.position for claim in claims) == [1, 2, 3]
    at_once(*[lambda claim=claim: finish(claim) for claim in claims])
    at_once(*[claim_all] * 6)
    assert Job.objects.filter(state="completed").count() == 12
    assert_invariants()
