"""When to call for help: a closed catalogue of conditions, and how an alert of one of them moves.

Measuring is the services'; here a measured value meets a rule.  A rule has one open alert for each subject at
the most: what goes on is counted, and an alert ends when its condition has been gone for a while."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from enum import StrEnum


class Condition(StrEnum):
    BREAKER_OPEN = "breaker_open"
    OUT_OF_CREDIT = "out_of_credit"
    BAD_KEY = "bad_key"
    ROUTE_STOPPED = "route_stopped"
    ROUTE_DIRECTED = "route_directed"
    ROUTE_MISFIT = "route_misfit"
    LIMIT_LOW = "limit_low"
    FAILURE_RATE = "failure_rate"
    STUCK_JOB = "stuck_job"
    BACKLOG_AGE = "backlog_age"
    SWEEPER_LATE = "sweeper_late"
    BUDGET = "budget"
    DISK_LOW = "disk_low"
    QUALITY_LOW = "quality_low"
    CHANNEL_FAILING = "channel_failing"


class AlertSeverity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class ConditionMeaning:
    """What a condition is about.  `threshold` says in which unit, and on which side of it things are bad."""

    title: str
    threshold: str
    unit: str
    next_step: str
    is_windowed: bool = False
    is_bad_below: bool = False


CONDITION_MEANINGS: dict[Condition, ConditionMeaning] = {
    Condition.BREAKER_OPEN: ConditionMeaning(
        "Breaker open", "active jobs on the route, at least", "jobs",
        "Look at the provider's status page. Calls go on by themselves after a successful probe; if you know that "
        "the cause is gone, resume them at the route."),
    Condition.OUT_OF_CREDIT: ConditionMeaning(
        "Out of credit", "active jobs that wait for it, at least", "jobs",
        "Top up the provider account or raise its spend limit, then resume the route."),
    Condition.BAD_KEY: ConditionMeaning(
        "Bad key", "active jobs that wait for it, at least", "jobs",
        "Set a valid key (OPENAI_API_KEY, or the PROVIDER_KEY_… that the route names) and restart the workers."),
    Condition.ROUTE_STOPPED: ConditionMeaning(
        "Route stopped by its address or key", "active jobs on the route, at least", "jobs",
        "Add the line that is named to the environment of web and workers and restart them, if the address may have "
        "what is sent there; if not, correct the route, and look who changed it."),
    Condition.ROUTE_DIRECTED: ConditionMeaning(
        "Route leads elsewhere", "changes of a route's address or key, at least", "changes",
        "Make sure that it was meant: users' prompts go there. The log and the route's history say who did it.",
        is_windowed=True),
    Condition.ROUTE_MISFIT: ConditionMeaning(
        "Route does not fit", "jobs that lost parts by it, at least", "jobs",
        "Open the failure: it says what the server refused. Correct the route's settings, or pause it."),
    Condition.LIMIT_LOW: ConditionMeaning(
        "Limit low", "minutes that work has waited below a quarter of a route's ceiling, at least", "min",
        "Look at the route: it says why its limit moved. If the provider carries more by now, start again at the "
        "ceiling there; if it never will, lower the ceiling, or give the route a fallback."),
    Condition.FAILURE_RATE: ConditionMeaning(
        "Failure rate", "percent of the jobs that ended, at least", "%",
        "Look at the failed jobs of the last hour: their reasons say what they have in common.", is_windowed=True),
    Condition.STUCK_JOB: ConditionMeaning(
        "Stuck job", "minutes without a call, at least", "min",
        "Open the job: it says what it waits for. If nothing explains it, cancel it and retry."),
    Condition.BACKLOG_AGE: ConditionMeaning(
        "Backlog age", "minutes that due work has waited, at least", "min",
        "Start more workers, or raise the route's limit of calls at the same time."),
    Condition.SWEEPER_LATE: ConditionMeaning(
        "Sweeper late", "seconds since the last sweep, at least", "s",
        "Start a worker: workers sweep by themselves, so none runs or none reaches the database."),
    Condition.BUDGET: ConditionMeaning(
        "Budget", "percent of a limit of everybody together, at least", "%",
        "Look at Usage for who spends it; raise the limit in Policies, or pause new requests."),
    Condition.DISK_LOW: ConditionMeaning(
        "Disk low", "free megabytes on a worker's disk, at most", "MB",
        "Free space below LOCAL_DIR, or give the machine a larger disk; a folder that is gone has to be made again.",
        is_bad_below=True),
    Condition.QUALITY_LOW: ConditionMeaning(
        "Quality below bar", "percent of units repaired, or of documents with errors, at least", "%",
        "Read the findings of the newest documents; a stronger model route may write them better.",
        is_windowed=True),
    Condition.CHANNEL_FAILING: ConditionMeaning(
        "Channel failing", "deliveries in a row that failed, at least", "failures",
        "Open the channel: its last result says why. Mend its address and send a test message."),
}


def condition_choices() -> list[tuple[str, str]]:
    """For model fields: evaluated when used, so a new condition needs no migration."""
    return [(condition.value, CONDITION_MEANINGS[condition].title) for condition in Condition]


@dataclass(frozen=True)
class Reading:
    """One measured value of one subject.  `key` tells subjects apart; empty: the installation as a whole."""

    value: float
    sentence: str
    key: str = ""


def holds(condition: Condition, threshold: float, value: float) -> bool:
    """Whether `value` is bad.  The threshold itself is."""
    return value <= threshold if CONDITION_MEANINGS[condition].is_bad_below else value >= threshold


# --- How an alert moves ---------------------------------------------------------------------------


class Move(StrEnum):
    NOTHING = "nothing"
    OPEN = "open"            # a new alert
    COUNT = "count"          # it goes on
    CLEAR = "clear"          # gone, but not for long enough
    RESOLVE = "resolve"      # gone for long enough
    FORGET = "forget"        # resolved by a person before it was gone, and gone now


@dataclass(frozen=True)
class AlertStanding:
    """Where the newest alert of a rule and subject stands; `is_silenced`: a person resolved it although it went on."""

    is_open: bool = False
    is_silenced: bool = False
    clear_rounds: int = 0


def move(standing: AlertStanding, *, is_bad: bool, resolve_after: int) -> Move:
    """What one evaluation does.  An alert ends after `resolve_after` evaluations in a row without its condition."""
    if standing.is_open:
        if is_bad:
            return Move.COUNT
        return Move.RESOLVE if standing.clear_rounds + 1 >= resolve_after else Move.CLEAR
    if standing.is_silenced:
        return Move.NOTHING if is_bad else Move.FORGET
    return Move.OPEN if is_bad else Move.NOTHING


# --- Quiet hours ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class QuietHours:
    """From `begins` to `ends` by the clocks of `time_zone`, over midnight if `ends` is earlier."""

    begins: dt.time
    ends: dt.time
    time_zone: str

    def until(self, now: dt.datetime) -> dt.datetime | None:
        """When the quiet hours around `now` end, in UTC; None outside of them."""
        zone = zoneinfo.ZoneInfo(self.time_zone)
        local = now.astimezone(zone)
        clock = local.time().replace(tzinfo=None)
        is_overnight = self.ends <= self.begins
        is_late = clock >= self.begins
        is_early = clock < self.ends
        if not ((is_late or is_early) if is_overnight else (is_late and is_early)):
            return None
        day = local.date() + dt.timedelta(days=1 if is_overnight and is_late else 0)
        return dt.datetime.combine(day, self.ends, zone).astimezone(dt.UTC)


def is_time_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
