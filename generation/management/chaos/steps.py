"""What chaos does, by stable names, and which rows of the fault table (F1 to F60) each of them shows."""

from enum import StrEnum


class Step(StrEnum):
    # To processes
    KILL_WORKER = "kill_worker"                 # kill -9 amid calls
    TERMINATE_WORKER = "terminate_worker"       # SIGTERM, as a deploy does
    STOP_WORKER = "stop_worker"                 # SIGSTOP for longer than a lease, then SIGCONT
    KILL_WEB = "kill_web"
    SKEW_CLOCK = "skew_clock"                   # a worker comes back with a clock that is an hour ahead
    KILL_EVERYTHING = "kill_everything"         # embedded: web, worker and broker are one process
    # To the broker
    KILL_REDIS = "kill_redis"                   # kill -9, without persistence; back after a while
    FLAP_REDIS = "flap_redis"
    FREEZE_REDIS = "freeze_redis"
    FILL_REDIS = "fill_redis"                   # writes are refused
    LOSE_MESSAGES = "lose_messages"
    REPEAT_MESSAGES = "repeat_messages"
    FORGE_MESSAGES = "forge_messages"           # no JSON, unknown tasks, a megabyte, pickle
    # To the database
    CUT_CONNECTIONS = "cut_connections"
    CLOSE_DATABASE = "close_database"           # no connection is accepted for some seconds
    LOCK_DATABASE = "lock_database"             # SQLite: somebody holds the write lock
    # At fail points between two statements: engine/failpoints.py
    DIE_BEFORE_CALL = "die_before_call"
    DIE_BEFORE_STORE = "die_before_store"
    DIE_AFTER_STORE = "die_after_store"
    DIE_AFTER_SETTLE = "die_after_settle"
    STALL_PULSE = "stall_pulse"
    POISON = "poison"                           # a unit that kills every worker that calls for it
    # All the time
    EXTRA_SWEEPERS = "extra_sweepers"
    PROVIDER_FAULTS = "provider_faults"         # errors, hangs, drops, broken and late answers, by chance
    PROVIDER_OUTAGE = "provider_outage"
    OUT_OF_CREDIT = "out_of_credit"             # until staff resumes
    # What people do
    SAME_KEY = "same_key"
    CANCEL = "cancel"
    RETRY = "retry"
    OVER_THE_LIMIT = "over_the_limit"


COVERS: dict[str, tuple[str, ...]] = {
    Step.KILL_WORKER.value: ("F25",),
    Step.TERMINATE_WORKER.value: ("F30",),
    Step.STOP_WORKER.value: ("F14", "F28"),
    Step.KILL_WEB.value: ("F15", "F41"),
    Step.SKEW_CLOCK.value: ("F38",),
    Step.KILL_EVERYTHING.value: ("F24", "F25", "F60"),
    Step.KILL_REDIS.value: ("F15", "F17"),
    Step.FLAP_REDIS.value: ("F18",),
    Step.FREEZE_REDIS.value: ("F16",),
    Step.FILL_REDIS.value: ("F19",),
    Step.LOSE_MESSAGES.value: ("F20",),
    Step.REPEAT_MESSAGES.value: ("F21", "F22"),
    Step.FORGE_MESSAGES.value: ("F23",),
    Step.CUT_CONNECTIONS.value: ("F32",),
    Step.CLOSE_DATABASE.value: ("F33",),
    Step.LOCK_DATABASE.value: ("F35",),
    Step.DIE_BEFORE_CALL.value: ("F24",),
    Step.DIE_BEFORE_STORE.value: ("F26",),
    Step.DIE_AFTER_STORE.value: ("F26",),
    Step.DIE_AFTER_SETTLE.value: ("F27",),
    Step.STALL_PULSE.value: ("F31",),
    Step.POISON.value: ("F29",),
    Step.EXTRA_SWEEPERS.value: ("F46",),
    Step.PROVIDER_FAULTS.value: ("F1", "F2", "F6", "F8", "F9", "F10", "F11", "F12"),
    Step.PROVIDER_OUTAGE.value: ("F1", "F52"),
    Step.OUT_OF_CREDIT.value: ("F3",),
    Step.SAME_KEY.value: ("F41",),
    Step.CANCEL.value: ("F43", "F45"),
    Step.RETRY.value: ("F44",),
    Step.OVER_THE_LIMIT.value: ("F40", "F42"),
}

# What the monkey draws from, each in turn; the others happen all the time.
FAILPOINTS = {
    Step.DIE_BEFORE_CALL: "before_call", Step.DIE_BEFORE_STORE: "before_store", Step.DIE_AFTER_STORE: "after_store",
    Step.DIE_AFTER_SETTLE: "after_settle", Step.STALL_PULSE: "stall_pulse",
}
PRODUCTION = (
    Step.KILL_WORKER, Step.STOP_WORKER, Step.KILL_REDIS, Step.CUT_CONNECTIONS, Step.FORGE_MESSAGES,
    Step.TERMINATE_WORKER, Step.REPEAT_MESSAGES, Step.CLOSE_DATABASE, Step.LOSE_MESSAGES, Step.FLAP_REDIS,
    Step.KILL_WEB, Step.FREEZE_REDIS, Step.SKEW_CLOCK, Step.FILL_REDIS, *FAILPOINTS,
)
EMBEDDED = (
    Step.KILL_EVERYTHING, Step.STOP_WORKER, Step.LOCK_DATABASE, Step.TERMINATE_WORKER, *FAILPOINTS,
)
