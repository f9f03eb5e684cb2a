"""What must hold at rest and after every step, whatever happened before."""

from collections import Counter

from django.db.models import F, Q, Sum

from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import OPEN_CHUNK_STATES, TERMINAL_JOB_STATES, ChunkState, JobState, derive
from generation.models import Attempt, AttemptState, Chunk, Job, Origin

SUMS = ("input_tokens", "cached_input_tokens", "output_tokens", "cost_usd_micros")


def assert_invariants() -> None:
    """Of every job in the database."""
    for job in Job.objects.all():
        _job_is_what_its_chunks_make_it(job)
        _active_jobs_can_move(job)
        _units_are_all_there(job)
        _sums_are_the_ledger(job)
    _every_running_chunk_has_one_open_attempt()
    _done_is_paid_once()
    _every_loss_explains_itself()


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
