"""What must hold at rest and after every step, whatever happened before."""

from collections import Counter

from django.db.models import F, Q, Sum

from accounts.models import Reservation, Usage
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import OPEN_CHUNK_STATES, TERMINAL_JOB_STATES, ChunkState, JobState, derive
from generation.models import Attempt, AttemptState, Chunk, Flight, Job, Origin, UnitVersion
from generation.services import clock

SUMS = ("input_tokens", "cached_input_tokens", "output_tokens", "cost_usd_micros")


def assert_invariants() -> None:
    """Of every job in the database."""
    for job in Job.objects.all():
        _job_is_what_its_chunks_make_it(job)
        _active_jobs_can_move(job)
        _units_are_all_there(job)
        _sums_are_the_ledger(job)
    _nothing_is_reserved_for_what_ended()
    _usage_is_what_was_reserved_and_spent()
    _every_running_chunk_has_one_open_attempt()
    _done_is_paid_once()
    _every_loss_explains_itself()
    _nobody_waits_for_nothing()
    _hits_are_counted()


def _job_is_what_its_chunks_make_it(job: Job) -> None:
    plan = Chunk.objects.get(job=job, position=0)
    units = Counter(ChunkState(s) for s in Chunk.objects.filter(job=job).units().values_list("state", flat=True))
    expected = derive(ChunkState(plan.state), plan.attempts, units)
    # A claim shows itself on the job when the job is free; planning may lag behind for an instant.
    lagging = {JobState.QUEUED, JobState.PLANNING}
    assert job.state == expected or {JobState(job.state), expected} <= lagging, (job.state, expected)
    assert job.unit_done == units[ChunkState.DONE]
    has_open = any(units[s] for s in OPEN_CHUNK_STATES) or plan.state in OPEN_CHUNK_STATES
    assert (job.state in TERMINAL_JOB_STATES) == (not has_open), "a job ends when nothing of it is open, and only then"


def _active_jobs_can_move(job: Job) -> None:
    can = Chunk.objects.filter(job=job).filter(Q(state="running") | Q(state="pending", ready_at__isnull=False))
    assert job.is_terminal or can.exists(), "an active job runs, or says when it will"


def _units_are_all_there(job: Job) -> None:
    positions = sorted(Chunk.objects.filter(job=job).values_list("position", flat=True))
    plan_is_done = Chunk.objects.filter(job=job, position=0, state=ChunkState.DONE.value).exists()
    assert positions == (list(range(job.unit_total + 1)) if plan_is_done else [0])


def _sums_are_the_ledger(job: Job) -> None:
    ledger = Attempt.objects.filter(job=job, is_booked=True).aggregate(**{name: Sum(name) for name in SUMS})
    assert {name: getattr(job, name) for name in SUMS} == {name: ledger[name] or 0 for name in SUMS}


def _nothing_is_reserved_for_what_ended() -> None:
    """An active job has an open reservation, an ended one has none, and its bill is what it did cost."""
    unsettled = set(Reservation.objects.filter(settled_at__isnull=True).values_list("reference", flat=True))
    for job in Job.objects.all():
        assert (str(job.public_id) in unsettled) == (not job.is_terminal)
        if not job.is_terminal:
            continue
        assert job.billed_usd_micros == job.cost_usd_micros
        units = Chunk.objects.filter(job=job, state=ChunkState.DONE.value, from_cache=False).units()
        made = units.count() + UnitVersion.objects.filter(chunk__job=job, from_cache=False).count()
        assert job.billed_units == made
        billed = Reservation.objects.filter(reference=str(job.public_id)).aggregate(
            units=Sum("used_units"), cost=Sum("used_usd_micros"))
        assert (billed["units"], billed["cost"]) == (made, job.billed_usd_micros)


def _usage_is_what_was_reserved_and_spent() -> None:
    """Every usage row is the sum of the reservations that are charged to it; at rest nothing is reserved."""
    reservations = list(Reservation.objects.all())
    for usage in Usage.objects.all():
        mine = [reservation for reservation in reservations if usage.pk in reservation.charged]
        assert usage.reserved == sum(
            getattr(row, usage.metric) for row in mine if row.settled_at is None), usage
        assert usage.used == sum(getattr(row, f"used_{usage.metric}", 0) for row in mine), usage


def _every_running_chunk_has_one_open_attempt() -> None:
    for chunk in Chunk.objects.filter(state=ChunkState.RUNNING.value):
        assert Attempt.objects.filter(
            chunk=chunk, fence=chunk.fence, state__in=[AttemptState.ASKING, AttemptState.REPLIED]
        ).count() == 1


def _done_is_paid_once() -> None:
    """No call starts after its chunk was done, unless a person asked for a new version."""
    late = Attempt.objects.filter(
        chunk__state=ChunkState.DONE.value, origin=Origin.PROVIDER, started_at__gt=F("chunk__finished_at")
    )
    assert not late.exists(), list(late.values())


def _every_loss_explains_itself() -> None:
    for reason in (
        *Job.objects.exclude(reason="").values_list("reason", flat=True),
        *Chunk.objects.exclude(reason="").values_list("reason", flat=True),
    ):
        assert EXPLANATIONS[Reason(reason)].next_step


def _nobody_waits_for_nothing() -> None:
    """Whoever waits for a twin has one that is asked, or is about to look again."""
    led = set(Chunk.objects.filter(flight=Flight.LEADS).values_list("cache_key", flat=True))
    for chunk in Chunk.objects.filter(flight=Flight.WAITS):
        assert chunk.cache_key in led or chunk.ready_at <= clock.now()


def _hits_are_counted() -> None:
    """What a job had from the cache is what its chunks had, and cost it nothing."""
    for job in Job.objects.all():
        served = Chunk.objects.filter(job=job, from_cache=True)
        assert job.cached_parts == served.count()
        assert job.saved_usd_micros == sum(served.values_list("saved_usd_micros", flat=True))
