"""What a chunk and a job may be, and how they move.

`TRANSITIONS` is the one table: the guarded UPDATEs, the CHECK constraints and the reference's
diagram are made from it.  A job has no transitions of its own: `derive` reads them off its chunks;
only a person moves it on from `in_review`."""

from collections.abc import Mapping
from enum import StrEnum


class ChunkState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobState(StrEnum):
    QUEUED = "queued"
    PLANNING = "planning"
    GENERATING = "generating"
    IN_REVIEW = "in_review"      # made; a person decides whether it is handed out
    COMPLETED = "completed"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happens to a chunk.  The value is the verb that people read in the log."""

    CLAIM = "claim"
    FINISH = "finish"
    SERVE = "serve"            # the cache has it: nobody is asked
    RETRY = "retry"            # repair and backoff: the attempt is spent
    RELEASE = "release"        # snooze and drain: the attempt is given back
    EXPIRE = "expire"          # the lease ran out: the attempt is spent
    GIVE_UP = "give_up"
    KEEP = "keep"              # a regeneration failed or was cancelled: the old version stays
    CANCEL = "cancel"
    RESTART = "restart"
    REGENERATE = "regenerate"


_C = ChunkState
TRANSITIONS: Mapping[Event, tuple[frozenset[ChunkState], ChunkState]] = {
    Event.CLAIM: (frozenset({_C.PENDING}), _C.RUNNING),
    Event.FINISH: (frozenset({_C.RUNNING}), _C.DONE),
    Event.SERVE: (frozenset({_C.PENDING}), _C.DONE),
    Event.RETRY: (frozenset({_C.RUNNING}), _C.PENDING),
    Event.RELEASE: (frozenset({_C.RUNNING}), _C.PENDING),
    Event.EXPIRE: (frozenset({_C.RUNNING}), _C.PENDING),
    Event.GIVE_UP: (frozenset({_C.RUNNING}), _C.FAILED),
    Event.KEEP: (frozenset({_C.PENDING, _C.RUNNING}), _C.DONE),
    Event.CANCEL: (frozenset({_C.PENDING, _C.RUNNING}), _C.CANCELLED),
    Event.RESTART: (frozenset({_C.FAILED, _C.CANCELLED}), _C.PENDING),
    Event.REGENERATE: (frozenset({_C.DONE}), _C.PENDING),
}

OPEN_CHUNK_STATES = frozenset({_C.PENDING, _C.RUNNING})
TERMINAL_JOB_STATES = frozenset(
    {JobState.IN_REVIEW, JobState.COMPLETED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED}
)
ACTIVE_JOB_STATES = frozenset(JobState) - TERMINAL_JOB_STATES

MAX_CRASHES = 4      # deaths of its worker after which a chunk is not tried again

PLAN_PERCENT = 10
UNITS_PERCENT = 84


def sources(event: Event) -> frozenset[ChunkState]:
    """The states from which `event` is allowed."""
    return TRANSITIONS[event][0]


def target(event: Event) -> ChunkState:
    """The state to which `event` leads."""
    return TRANSITIONS[event][1]


def derive(plan: ChunkState, plan_attempts: int, units: Mapping[ChunkState, int]) -> JobState:
    """The state of a job whose plan chunk is in `plan` and whose units are counted by state.

    `units` is empty until the plan is done.  A job with a done unit and a lost one is `partial`:
    what is done can be read, and only the rest is asked again."""
    match plan:
        case _C.PENDING if plan_attempts == 0:
            return JobState.QUEUED
        case _C.PENDING | _C.RUNNING:
            return JobState.PLANNING
        case _C.FAILED:
            return JobState.FAILED
        case _C.CANCELLED:
            return JobState.CANCELLED
        case _:
            pass
    total = sum(units.values())
    done = units.get(_C.DONE, 0)
    if total == 0 or any(units.get(state, 0) for state in OPEN_CHUNK_STATES):
        return JobState.GENERATING
    if done == total:
        return JobState.COMPLETED
    if done:
        return JobState.PARTIAL if not units.get(_C.CANCELLED, 0) else JobState.CANCELLED
    return JobState.CANCELLED if units.get(_C.CANCELLED, 0) else JobState.FAILED


def progress_percent(*, plan_done: bool, units_done: int, units_total: int, completed: bool) -> int:
    """Percent in 0..100: the plan is 10, the units share 84 equally, 100 is assembled and checked."""
    if completed:
        return 100
    if not plan_done:
        return 0
    if units_total == 0:
        return PLAN_PERCENT
    return PLAN_PERCENT + UNITS_PERCENT * units_done // units_total
