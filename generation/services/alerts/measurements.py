"""What the alert rules look at: one measurement of the installation for each condition, in a few queries.

A reading that is missing means that its subject is well, or no longer there.  Sentences name routes, limits and
job ids, and never what people wrote."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from accounts import policies, standings
from accounts.windows import Metric
from generation.core.alerting import Condition, Reading
from generation.core.findings import Severity as FindingSeverity
from generation.core.reasons import EXPLANATIONS, NEEDS_A_PERSON, STOPPED_HERE, Reason
from generation.core.states import ChunkState, JobState
from generation.core.text import counted
from generation.models import Attempt, Channel, Chunk, Election, Incident, Job, LogEntry, Pulse, Route
from generation.models.election import SWEEPER
from generation.models.job import TERMINAL
from generation.services.routing import route_health

FEWEST_JOBS = 5          # a share of fewer says nothing
FEWEST_UNITS = 20
FAR_UNDER = 4            # times a limit: such a ceiling is out of sight
MOST_DOCUMENTS = 1_000   # whose findings are looked through
MOST_DIRECTED = 100
MOST_STUCK = 200         # that are counted
# Those of the account have conditions of their own, and who pauses a route by hand knows of it.
NO_BREAKER = (*(reason.value for reason in NEEDS_A_PERSON), Reason.PAUSED_BY_STAFF.value)
# The server answers, and will not take what this route sends: only its settings mend that.
MISFITS = (
    Reason.UNKNOWN_MODEL.value, Reason.WRONG_ADDRESS.value, Reason.NO_ACCESS.value, Reason.BAD_REQUEST.value,
    Reason.BLOCKED.value,
)


def measure(condition: Condition, *, now: dt.datetime, threshold: float, window: dt.timedelta) -> list[Reading]:
    """Everything that `condition` is about, as it is now.  `threshold` is for those that count what is beyond it."""
    since = now - window
    measures: dict[Condition, Callable[[], list[Reading]]] = {
        Condition.BREAKER_OPEN: _breakers,
        Condition.OUT_OF_CREDIT: lambda: _account(Reason.OUT_OF_CREDIT),
        Condition.BAD_KEY: lambda: _account(Reason.AUTH),
        Condition.ROUTE_STOPPED: _stopped,
        Condition.ROUTE_DIRECTED: lambda: _directed(since),
        Condition.ROUTE_MISFIT: _misfits,
        Condition.LIMIT_LOW: lambda: _low_limits(now),
        Condition.FAILURE_RATE: lambda: _failure_rate(since),
        Condition.STUCK_JOB: lambda: _stuck(now, threshold),
        Condition.BACKLOG_AGE: lambda: _backlog(now),
        Condition.SWEEPER_LATE: lambda: _sweeper(now),
        Condition.BUDGET: lambda: _budgets(now),
        Condition.DISK_LOW: lambda: _disks(now),
        Condition.QUALITY_LOW: lambda: _quality(since),
        Condition.CHANNEL_FAILING: _channels,
    }
    return measures[condition]()


def _waiting_on(routes: list[Route]) -> dict[int, int]:
    rows = Job.objects.active().filter(route__in=routes).order_by().values_list("route_id").annotate(Count("id"))
    return dict(rows)


def _breakers() -> list[Reading]:
    """Of routes that somebody waits for: where nothing is asked, a pause keeps nobody waiting."""
    routes = list(Route.objects.filter(open_until__isnull=False).exclude(breaker_reason__in=NO_BREAKER))
    waiting = _waiting_on(routes) if routes else {}
    return [
        Reading(
            jobs,
            f"Calls on the route {route.slug} are paused, and {counted(jobs, 'job')} on it "
            f"{'is' if jobs == 1 else 'are'} active. {EXPLANATIONS[Reason(route.breaker_reason)].sentence}",
            route.slug,
        )
        for route in routes if (jobs := waiting.get(route.pk, 0))
    ]


def _account(reason: Reason) -> list[Reading]:
    """One reading for each account: that it is empty is one incident, however many models are asked there."""
    accounts: dict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in Route.objects.filter(open_until__isnull=False, breaker_reason=reason.value):
        accounts[route.base_url, route.key_name].append(route)
    waiting = _waiting_on([route for routes in accounts.values() for route in routes]) if accounts else {}
    readings = []
    for (base_url, key_name), routes in accounts.items():
        jobs = sum(waiting.get(route.pk, 0) for route in routes)
        if not jobs:      # as with any pause, and the next request tells
            continue
        readings.append(Reading(
            jobs,
            f"{EXPLANATIONS[reason].sentence} Calls are paused on {', '.join(route.slug for route in routes)}; "
            f"{counted(jobs, 'active job')} {'waits' if jobs == 1 else 'wait'}.",
            f"{base_url} {key_name}".strip()[:120],
        ))
    return readings


def _stopped() -> list[Reading]:
    """Routes to which nothing is sent because of their address or key, each with the line that would change that."""
    routes = list(Route.objects.filter(
        open_until__isnull=False, breaker_reason__in=[reason.value for reason in STOPPED_HERE]))
    waiting = _waiting_on(routes) if routes else {}
    return [
        Reading(
            waiting.get(route.pk, 0), f"Nothing is sent on the route {route.slug}. {route.breaker_detail}", route.slug)
        for route in routes
    ]


def _directed(since: dt.datetime) -> list[Reading]:
    """Each change of where a route leads, as the journal has it: who does it twice is told twice."""
    lines = LogEntry.objects.filter(code=route_health.DIRECTED, at__gte=since).order_by("-id")[:MOST_DIRECTED]
    return [Reading(1, line.message, f"{line.data.get('route', '')} {line.pk}"[:120]) for line in lines]


def _misfits() -> list[Reading]:
    """One reading for each open failure that only a change of the route's settings ends."""
    found = Incident.objects.filter(resolved_at__isnull=True, cause__in=MISFITS, route__isnull=False)
    return [
        Reading(
            incident.jobs,
            f"{EXPLANATIONS[Reason(incident.cause)].sentence} {counted(incident.jobs, 'job')} on {incident.route} lost "
            "parts by it.",
            f"{incident.route} {incident.cause}"[:120],
        )
        for incident in found.select_related("route")
    ]


def _low_limits(now: dt.datetime) -> list[Reading]:
    """Of routes whose limit is far under their ceiling and holds work back: it is about used up, and work is due."""
    readings = []
    for route in Route.objects.filter(open_until__isnull=True, max_in_flight__gt=FAR_UNDER * F("concurrency_limit")):
        running = Chunk.objects.running_on(route.pk).count()
        due = Chunk.objects.runnable(now).preferring(route.pk)
        oldest = due.order_by("ready_at").values_list("ready_at", flat=True).first()
        if oldest is not None and 2 * running >= route.carries:
            age = _minutes(now - oldest)
            readings.append(Reading(
                age,
                f"The route {route.slug} makes {counted(route.carries, 'call')} at once of {route.max_in_flight} that "
                f"it may, and work on it has waited for {age:.0f} min.", route.slug))
    return readings


def _failure_rate(since: dt.datetime) -> list[Reading]:
    ended = (JobState.COMPLETED.value, JobState.PARTIAL.value, JobState.FAILED.value)
    sums = Job.objects.filter(state__in=ended, finished_at__gte=since).aggregate(
        ended=Count("id"), lost=Count("id", filter=~Q(state=JobState.COMPLETED.value)))
    if sums["ended"] < FEWEST_JOBS:
        return []
    share = 100 * sums["lost"] / sums["ended"]
    return [Reading(share, f"{sums['lost']} of the last {sums['ended']} jobs failed, at least in part.")]


def _stuck(now: dt.datetime, minutes: float) -> list[Reading]:
    """Begun, not ended, and no call for long; what waits for a paused route says so itself."""
    cutoff = now - dt.timedelta(minutes=minutes)
    moved = Attempt.objects.filter(job=OuterRef("pk"), started_at__gt=cutoff)
    flowing = Q(route__open_until__isnull=True) & (
        Q(route__throttled_until__isnull=True) | Q(route__throttled_until__lte=now))
    rows = list(
        Job.objects.active().filter(flowing, ~Exists(moved), started_at__lte=cutoff, active_since__lte=cutoff)
        .annotate(last=Max("attempts__started_at"))
        .order_by("last").values_list("public_id", "last", "active_since")[:MOST_STUCK]
    )
    if not rows:
        return []
    first, last, since = rows[0]
    age = _minutes(now - max(last, since)) if last else minutes      # retried: it did not move because it had ended
    more = "" if len(rows) == 1 else f", and {len(rows) - 1} more"
    return [Reading(age, f"Job {first} has not moved for {age:.0f} min{more}.")]


def _backlog(now: dt.datetime) -> list[Reading]:
    due = Chunk.objects.runnable(now).filter(job__route__open_until__isnull=True)
    flowing = due.filter(Q(job__route__throttled_until__isnull=True) | Q(job__route__throttled_until__lte=now))
    oldest = flowing.order_by("ready_at").values_list("ready_at", flat=True).first()
    if oldest is None:
        return []
    age = _minutes(now - oldest)
    return [Reading(age, f"Work that could be done has waited for {age:.0f} min.")]


def _sweeper(now: dt.datetime) -> list[Reading]:
    swept_at = Election.objects.won_at(SWEEPER)
    if swept_at is None:      # a new installation, which is well until somebody waits
        waits_since = Job.objects.active().aggregate(since=Min("active_since"))["since"]
        if waits_since is None:
            return []
        age_s = (now - waits_since).total_seconds()
        return [Reading(age_s, f"No worker has ever swept here, and a job has waited for {age_s:.0f} s.")]
    age_s = max(0.0, (now - swept_at).total_seconds())
    return [Reading(age_s, f"No worker has swept for {age_s:.0f} s, so what a dead worker held stays where it is.")]


def _budgets(now: dt.datetime) -> list[Reading]:
    """The money limits of everybody together, in percent; what is reserved counts."""
    ceilings = [one for one in policies.ceilings_of_all() if one.metric is Metric.USD_MICROS and one.limit]
    return [
        Reading(
            percent := 100 * standing.taken / standing.ceiling.limit,
            f"{percent:.0f} % of the limit {standing.ceiling.words} is spent or reserved.", standing.ceiling.slug,
        )
        for standing in standings.standings(ceilings, now)
    ]


def _disks(now: dt.datetime) -> list[Reading]:
    """The disk of each worker's machine, as its newest sign of life tells."""
    lately = Pulse.objects.filter(beat_at__gte=now - dt.timedelta(minutes=5))
    found: dict[str, Reading] = {}
    for pulse in lately.order_by("beat_at"):
        place = pulse.name.rsplit(":", 2)[0]
        if "disk_free_mb" in pulse.detail:
            left = float(pulse.detail["disk_free_mb"])
            found[place] = Reading(left, f"The disk of {place} has {left:,.0f} MB left.", place[:120])
        elif problem := pulse.detail.get("folder_problem"):
            found[place] = Reading(0, f"LOCAL_DIR of {place} cannot be looked at: {problem}.", place[:120])
    return [found[place] for place in sorted(found)]


def _quality(since: dt.datetime) -> list[Reading]:
    """The larger of two shares: units that were asked again, and documents that ended with errors."""
    units = (
        Chunk.objects.filter(job__state__in=TERMINAL, job__finished_at__gte=since, state=ChunkState.DONE.value)
        .units().aggregate(made=Count("id"), repaired=Count("id", filter=Q(repairs__gt=0)))
    )
    if units["made"] < FEWEST_UNITS:
        return []
    ended = Job.objects.filter(state=JobState.COMPLETED.value, finished_at__gte=since)
    found = list(ended.order_by("-finished_at").values_list("findings", flat=True)[:MOST_DOCUMENTS])
    wrong = sum(any(one.get("severity") == FindingSeverity.ERROR for one in findings) for findings in found)
    repaired_share = 100 * units["repaired"] / units["made"]
    wrong_share = 100 * wrong / len(found) if found else 0.0
    return [Reading(
        max(repaired_share, wrong_share),
        f"{units['repaired']} of {units['made']} units had to be repaired, and {wrong} of "
        f"{counted(len(found), 'document')} {'has' if wrong == 1 else 'have'} errors.",
    )]


def _channels() -> list[Reading]:
    return [
        Reading(
            channel.failures,
            f"Through the channel {channel.name} the last {counted(channel.failures, 'try', 'tries')} failed.",
            str(channel.pk),
        )
        for channel in Channel.objects.filter(is_enabled=True, failures__gt=0)
    ]


def _minutes(duration: dt.timedelta) -> float:
    return max(0.0, duration.total_seconds() / 60)
