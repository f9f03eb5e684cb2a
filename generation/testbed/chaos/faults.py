"""What chaos brings about, by stable names, and which rows of the fault table (F1 to F71) each of them shows."""

from enum import StrEnum


class ChaosFault(StrEnum):
    # To processes
    KILL_WORKER = "kill_worker"                 # kill -9 amid calls
    TERMINATE_WORKER = "terminate_worker"       # SIGTERM, as a deploy does
    STOP_WORKER = "stop_worker"                 # SIGSTOP for longer than a lease, then SIGCONT
    KILL_WEB = "kill_web"
    SKEW_CLOCK = "skew_clock"                   # a worker comes back with a clock that is an hour ahead
    KILL_EVERYTHING = "kill_everything"         # embedded: web, worker and broker are one process
    REMOVE_FOLDER = "remove_folder"             # a worker's LOCAL_DIR; back after a while
    TAKE_DISK = "take_disk"                     # a worker's host takes no write; embedded: nor does the database
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
    # At fail points between two statements: worker/failpoints.py
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
    SINGLE_429S = "single_429s"                 # one refusal, also while a worker stands still
    ODD_REPLIES = "odd_replies"                 # whole answers in odd clothes, and an error inside a 200, by chance
    # What people do
    SAME_KEY = "same_key"
    CANCEL = "cancel"
    RETRY = "retry"
    OVER_THE_LIMIT = "over_the_limit"
    TWO_ADMINISTRATORS = "two_administrators"   # with the same settings form open


COVERS: dict[ChaosFault, tuple[str, ...]] = {
    ChaosFault.KILL_WORKER: ("F25",),
    ChaosFault.TERMINATE_WORKER: ("F30",),
    ChaosFault.STOP_WORKER: ("F14", "F28"),
    ChaosFault.KILL_WEB: ("F15", "F41"),
    ChaosFault.SKEW_CLOCK: ("F38",),
    ChaosFault.KILL_EVERYTHING: ("F24", "F25", "F60"),
    ChaosFault.REMOVE_FOLDER: ("F67",),
    ChaosFault.TAKE_DISK: ("F36", "F68"),
    ChaosFault.KILL_REDIS: ("F15", "F17"),
    ChaosFault.FLAP_REDIS: ("F18",),
    ChaosFault.FREEZE_REDIS: ("F16",),
    ChaosFault.FILL_REDIS: ("F19",),
    ChaosFault.LOSE_MESSAGES: ("F20",),
    ChaosFault.REPEAT_MESSAGES: ("F21", "F22"),
    ChaosFault.FORGE_MESSAGES: ("F23",),
    ChaosFault.CUT_CONNECTIONS: ("F32",),
    ChaosFault.CLOSE_DATABASE: ("F33",),
    ChaosFault.LOCK_DATABASE: ("F35",),
    ChaosFault.DIE_BEFORE_CALL: ("F24",),
    ChaosFault.DIE_BEFORE_STORE: ("F26",),
    ChaosFault.DIE_AFTER_STORE: ("F26",),
    ChaosFault.DIE_AFTER_SETTLE: ("F27",),
    ChaosFault.STALL_PULSE: ("F31",),
    ChaosFault.POISON: ("F29",),
    ChaosFault.EXTRA_SWEEPERS: ("F46",),
    ChaosFault.PROVIDER_FAULTS: ("F1", "F2", "F6", "F8", "F9", "F10", "F11", "F12"),
    ChaosFault.PROVIDER_OUTAGE: ("F1", "F52"),
    ChaosFault.OUT_OF_CREDIT: ("F3",),
    ChaosFault.SINGLE_429S: ("F2", "F70"),
    ChaosFault.ODD_REPLIES: ("F62", "F63"),
    ChaosFault.SAME_KEY: ("F41",),
    ChaosFault.CANCEL: ("F43", "F45"),
    ChaosFault.RETRY: ("F44",),
    ChaosFault.OVER_THE_LIMIT: ("F40", "F42"),
    ChaosFault.TWO_ADMINISTRATORS: ("F69",),
}

# What the schedule draws from, each in turn; the others happen all the time.
FAILPOINTS = {
    ChaosFault.DIE_BEFORE_CALL: "before_call",
    ChaosFault.DIE_BEFORE_STORE: "before_store",
    ChaosFault.DIE_AFTER_STORE: "after_store",
    ChaosFault.DIE_AFTER_SETTLE: "after_settle",
    ChaosFault.STALL_PULSE: "stall_pulse",
}
PRODUCTION = (
    ChaosFault.KILL_WORKER, ChaosFault.STOP_WORKER, ChaosFault.KILL_REDIS, ChaosFault.CUT_CONNECTIONS,
    ChaosFault.FORGE_MESSAGES, ChaosFault.TERMINATE_WORKER, ChaosFault.REPEAT_MESSAGES, ChaosFault.CLOSE_DATABASE,
    ChaosFault.LOSE_MESSAGES, ChaosFault.FLAP_REDIS, ChaosFault.KILL_WEB, ChaosFault.FREEZE_REDIS,
    ChaosFault.SKEW_CLOCK, ChaosFault.FILL_REDIS, ChaosFault.REMOVE_FOLDER, ChaosFault.TAKE_DISK, *FAILPOINTS,
)
EMBEDDED = (
    ChaosFault.KILL_EVERYTHING, ChaosFault.STOP_WORKER, ChaosFault.LOCK_DATABASE, ChaosFault.TERMINATE_WORKER,
    ChaosFault.REMOVE_FOLDER, ChaosFault.TAKE_DISK, *FAILPOINTS,
)
