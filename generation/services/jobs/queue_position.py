"""How many parts of others are begun before one's own: the fair order of claiming, seen by those who wait.

What is counted is remembered for a moment in each process, so that a thousand who wait and ask cost what one does.
An estimate that is a second old is as good as a new one."""

import datetime as dt
import math
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Count, DateTimeField, Q, QuerySet

from accounts import policies
from accounts.compiled import Given, Selection
from accounts.ttl_cache import once
from generation.core import fairness
from generation.core.states import ChunkState
from generation.models import Chunk, Job, Pulse
from generation.services.chunks import fair_order
from generation.telemetry import heartbeats


@dataclass
class _Line:
    """What one user has on a route."""

    weight: int
    level: float = 0.0
    running: int = 0
    due: int = 0
    jobs: list[int] = field(default_factory=list)      # ids of those with due chunks, in order
    before: list[int] = field(default_factory=list)    # how many due chunks stand before each of them

    def add(self, job_id: int, running: int, due: int) -> None:
        self.running += running
        if due:
            self.jobs.append(job_id)
            self.before.append(self.due)
            self.due += due


def ahead_of(job: Job, now: dt.datetime) -> int:
    """Due chunks on the job's route that the fair order puts before its first, as claiming would choose now."""
    lines = once(("lines", job.route_id), lambda: _lines_on(job.route_id, now), is_dear=True)
    mine = lines.get(job.user_id)
    if mine is None or not mine.due:
        return 0      # nothing of it is due
    at = bisect_left(mine.jobs, job.pk)
    older = mine.before[at] if at < len(mine.jobs) else mine.due
    my_turn = fairness.turn(mine.level, mine.running, older + 1, mine.weight)
    return older + sum(
        min(line.due, max(0, math.floor((my_turn - line.level) * line.weight) - line.running))
        for user_id, line in lines.items() if user_id != job.user_id
    )


def living_workers(now: dt.datetime) -> list[Pulse]:
    """The workers that take work, as of a moment ago."""
    return once(("workers",), lambda: heartbeats.living(now))


def is_anybody_at_work(now: dt.datetime) -> bool:
    """Whether there is a worker that could have something in hand, as of a moment ago."""
    return once(("at work",), lambda: bool(heartbeats.beating(now)))


def _jobs_at_work_or_due() -> QuerySet[Chunk, tuple[Any, ...]]:     # Any: ids, a role and counts
    is_running = Q(state=ChunkState.RUNNING.value)
    is_due = Q(state=ChunkState.PENDING.value, ready_at__lte=Given("now", DateTimeField()))
    return (
        Chunk.objects.filter(is_running | is_due, job__route=Given("route_id", BigIntegerField())).of_jobs_at_work()
        .order_by("job_id")
        .values_list("job__user_id", "job__user__role", "job_id")
        .annotate(running=Count("id", filter=is_running), due=Count("id", filter=Q(state=ChunkState.PENDING.value)))
    )


_at_work_or_due = Selection(_jobs_at_work_or_due)


def _lines_on(route_id: int, now: dt.datetime) -> dict[int, _Line]:
    """By user: what runs and what is due on the route, in three queries."""
    rows = _at_work_or_due.all(route_id=route_id, now=now)
    weight = policies.weights()
    lines: dict[int, _Line] = {}
    for user_id, role, job_id, running, due in rows:
        lines.setdefault(user_id, _Line(weight[role])).add(job_id, running, due)
    waiting = {user_id: line.weight for user_id, line in lines.items() if line.due}
    for user_id, level in fairness.levels(fair_order.served_lately([route_id], now, set(waiting)), waiting).items():
        lines[user_id].level = level
    return lines
