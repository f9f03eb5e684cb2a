"""Who waits where more wait than every claim can look at.

Up to `SHORT` due chunks a claim looks at all of them, and nothing is remembered.  Beyond that each process remembers
which jobs of which users have due chunks: one look costs what all that wait costs, and what has become due since is
added by every claim.  What others have claimed meanwhile is noticed where it is asked for, so a claim believes no
count, only the rows that it finds.  Remembered are also the calls that users were served lately and that ran at the
look; those that began since are counted by every claim, under the route's lock.

One claim at a time in a process, as the claim loop has it; a look beside it makes a new backlog."""

import datetime as dt
import threading
import time
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from heapq import heapify, heappop, heappush
from typing import Any, NamedTuple

from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from accounts import policies
from accounts.compiled import Given, Selection
from generation.core import fairness
from generation.core.states import ChunkState
from generation.models import Attempt, Chunk, Job, clock
from generation.services.chunks.fair_order import (
    SERVED_LATELY,
    DueChunk,
    DueChunks,
    Revisions,
    Turns,
    known,
    lately,
    spread_suspects,
)

SHORT = 1_000
AGAIN_AFTER = 100     # times as long as the last look took: twenty workers look for a fifth of the time of one core
OLDEST_S = 120.0      # where nobody looks beside the claims, a claim does
LATE = dt.timedelta(seconds=1)      # from the time at which a chunk is due to the commit that says so
_BEFORE_ALL = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class _Due(NamedTuple):
    own_route: int | None
    job_route: int
    user_id: int
    role: str
    payer_role: str
    job_id: int
    looked_at: dt.datetime      # by the database's clock
    due: int


@dataclass
class Waiter:
    """What one user has due: jobs in their order, and how many chunks of each."""

    role: str
    jobs: list[int] = field(default_factory=list)
    due: dict[int, int] = field(default_factory=dict)

    def add(self, job_id: int, due: int) -> None:
        """At least `due`; too few makes a claim look at one job more."""
        if job_id not in self.due:
            insort(self.jobs, job_id)
        self.due[job_id] = max(due, self.due.get(job_id, 0))

    def correct(self, job_id: int, due: int) -> None:
        """There are no more than `due`."""
        if due:
            self.due[job_id] = min(due, self.due[job_id])
        else:
            del self.due[job_id]
            self.jobs.remove(job_id)

    def first(self, chunks: int) -> list[int]:
        """The jobs that have the first `chunks` of them."""
        found: list[int] = []
        for job_id in self.jobs:
            if chunks <= 0:
                break
            found.append(job_id)
            chunks -= self.due[job_id]
        return found


Waiters = dict[int, Waiter]      # by user


class Backlog:
    """All that is due of kinds and revisions that a worker knows, by the route that is asked and the role that pays."""

    def __init__(self, revisions: Revisions) -> None:
        began, self._revisions = time.monotonic(), revisions
        self._lines: dict[tuple[int, str], Waiters] = {}
        self._up_to = _BEFORE_ALL
        self.catch_up()
        newest = Attempt.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self._counted_to: defaultdict[int, int] = defaultdict(lambda: newest)      # attempts, by route
        self._running = Counter[tuple[int, int]]()
        for stand_in, own_route, job_route, user_id, calls in _running.all():
            self._running[stand_in or own_route or job_route, user_id] += calls
        self._served = {
            (route_id, user_id): calls
            for route_id, user_id, calls in _served.all(since=self._up_to - SERVED_LATELY)
        }
        self._made_at = time.monotonic()
        self._took_s = self._made_at - began

    @property
    def is_over(self) -> bool:
        return time.monotonic() - self._made_at > OLDEST_S

    @property
    def should_be_renewed(self) -> bool:
        return time.monotonic() - self._made_at > AGAIN_AFTER * self._took_s

    def catch_up(self) -> None:
        """Add what has become due since the last time."""
        since = self._up_to - LATE
        for row in map(_Due._make, _due(self._revisions).all(since=since, now=timezone.now())):
            lines = self._lines.setdefault((row.own_route or row.job_route, row.payer_role), {})
            lines.setdefault(row.user_id, Waiter(row.role)).add(row.job_id, row.due)
            self._up_to = row.looked_at

    @property
    def routes(self) -> set[int]:
        return {route_id for (route_id, _role), lines in self._lines.items() if lines}

    def queue_of(self, due: DueChunks) -> "Queue":
        return Queue([
            lines for (route_id, role), lines in self._lines.items()
            if route_id == due.route.pk or (route_id in due.paused and role in due.roles)
        ])

    def begun(self, route_id: int) -> Counter[int]:
        """By user: the calls on a route, which is locked, that ran at the look, and all that began since."""
        for user_id, calls, newest in _begun.all(route=route_id, after=self._counted_to[route_id]):
            self._running[route_id, user_id] += calls
            self._counted_to[route_id] = max(newest, self._counted_to[route_id])
        return Counter({user_id: calls for (of_route, user_id), calls in self._running.items() if of_route == route_id})

    def served(self, routes: Iterable[int], users: Iterable[int]) -> dict[int, int]:
        """By user: the calls of their jobs of `routes` that ran, or had ended lately, at the look."""
        asked = list(routes)
        return {user_id: sum(self._served.get((route_id, user_id), 0) for route_id in asked) for user_id in users}


class Queue:
    """Everybody who waits for what is asked on one route."""

    def __init__(self, parts: list[Waiters]) -> None:
        self._parts = parts
        self.lines = parts[0] if len(parts) == 1 else _together(parts)

    def next_jobs(self, turns: Turns, chunks: int) -> dict[int, int]:
        """The jobs that have the next `chunks` in the fair order, as far as is remembered, and whose they are."""
        heap = [(turns.of(user_id, 1), line.jobs[0], user_id, 1) for user_id, line in self.lines.items()]
        heapify(heap)
        taken = Counter[int]()
        for _ in range(chunks):
            if not heap:
                break
            _turn, job_id, user_id, number = heappop(heap)
            taken[user_id] = number
            if number < sum(self.lines[user_id].due.values()):
                heappush(heap, (turns.of(user_id, number + 1), job_id, user_id, number + 1))
        return {job_id: user_id for user_id, number in taken.items() for job_id in self.lines[user_id].first(number)}

    def correct(self, jobs: Mapping[int, int], rows: Iterable[DueChunk]) -> None:
        """`rows` are all that is due of `jobs`, by whose they are."""
        found = Counter(row.job_id for row in rows)
        everywhere = self._parts if len(self._parts) == 1 else [*self._parts, self.lines]
        for job_id, user_id in jobs.items():
            for lines in everywhere:
                line = lines.get(user_id)
                if line is not None and job_id in line.due:
                    line.correct(job_id, found[job_id])
                    if not line.jobs:
                        del lines[user_id]


def _together(parts: Iterable[Waiters]) -> Waiters:
    found: Waiters = {}
    for lines in parts:
        for user_id, line in lines.items():
            of_user = found.setdefault(user_id, Waiter(line.role))
            for job_id, due in line.due.items():
                of_user.add(job_id, due)
    return found


def fairest(backlog: Backlog, due: DueChunks, *, worker: str, now: dt.datetime, room: int) -> list[int]:
    """As `fair_order.fairest`, of a route that no trial call is for; reads the due chunks of few jobs."""
    queue, weights = backlog.queue_of(due), policies.weights()
    weight = {user_id: weights[line.role] for user_id, line in queue.lines.items()}
    turns = Turns(
        fairness.levels(backlog.served((due.route.pk, *due.paused), weight), weight), weight,
        backlog.begun(due.route.pk))
    wanted, jobs = room, dict[int, int]()
    rows, picked = list[DueChunk](), list[int]()
    while len(picked) < room and queue.lines:
        new = {job: user for job, user in queue.next_jobs(turns, wanted).items() if job not in jobs}
        if new:
            jobs |= new
            rows = due.of_jobs(jobs, now)
            queue.correct(jobs, rows)
            picked = spread_suspects(sorted(rows, key=turns.place), worker)
        elif wanted >= sum(sum(line.due.values()) for line in queue.lines.values()):
            break
        wanted *= 2
    return picked[:room]


# --- Looking --------------------------------------------------------------------------------------

_remembered: dict[Revisions, Backlog] = {}
_looking = threading.Lock()


def revisions_of(known_ones: Mapping[str, int]) -> Revisions:
    """By kind, as what is compiled and remembered is found by."""
    return tuple(sorted(known_ones.items()))


def current(revisions: Revisions) -> Backlog | None:
    """What is remembered of those who wait, if that is to be used."""
    backlog = _remembered.get(revisions)
    return None if backlog is None or backlog.is_over else backlog


def look(revisions: Revisions) -> Backlog | None:
    """Look and remember, if more than SHORT are due."""
    if not is_long():
        _remembered.pop(revisions, None)
        return None
    backlog = _remembered[revisions] = Backlog(revisions)
    return backlog


def forget() -> None:
    """Whoever claims next looks."""
    _remembered.clear()


def should_look_again(revisions: Revisions) -> bool:
    """Whether what is remembered is old enough."""
    backlog = _remembered.get(revisions)
    return backlog is not None and backlog.should_be_renewed


def look_again(revisions: Revisions) -> None:
    """For whoever has time, so that no claim has to look; one at a time."""
    if _looking.acquire(blocking=False):
        try:
            if should_look_again(revisions):
                look(revisions)
        finally:
            _looking.release()


def beyond_short(now: Any) -> "QuerySet[Chunk]":     # Any: a datetime or a database expression
    """Empty, unless more than SHORT chunks are due."""
    return Chunk.objects.runnable(now).order_by()[SHORT : SHORT + 1]


def is_long() -> bool:
    return beyond_short(clock.in_statement()).exists()


@cache
def _due(revisions: Revisions) -> Selection[tuple[Any, ...]]:     # Any: of _Due
    def build() -> "QuerySet[Chunk, Any]":     # Any: rows
        now = clock.placed(Given("now"))
        due = Chunk.objects.runnable(now).filter(known(revisions), ready_at__gt=Given("since")).of_jobs_at_work()
        payer = Coalesce("errand__payer__role", "job__user__role")
        return due.order_by().values_list(
            "route_id", "job__route_id", "job__user_id", "job__user__role", payer, "job_id", Now(),
        ).annotate(Count("id"))

    return Selection(build)


_served = Selection(lambda: Job.objects.filter(lately(Given("since"))).order_by().values_list(
    "route_id", "user_id").annotate(Sum("calls")))
_running = Selection(lambda: Chunk.objects.filter(state=ChunkState.RUNNING.value).order_by().values_list(
    "stand_in_id", "route_id", "job__route_id", "job__user_id").annotate(Count("id")))
# Attempts of a route are written under its lock: who has it sees all up to the newest.
_begun = Selection(lambda: Attempt.objects.filter(route=Given("route"), pk__gt=Given("after")).order_by().values_list(
    "job__user_id").annotate(Count("id"), Max("id")))
