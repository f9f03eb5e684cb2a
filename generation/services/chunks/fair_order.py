"""In which order due chunks are claimed: whose turn it is among users, and who has to wait for a worker's hands.

The claim asks it under the route's lock; the place in the queue is read off the same figures.  Here all that is due is
looked at; where too much is, see backlog."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.db.models import F, OrderBy, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from accounts import policies
from accounts.compiled import Given, GivenMany, IsOneOf, Selection
from generation.core import fairness
from generation.core.states import MAX_CRASHES, ChunkState
from generation.models import Chunk, Job, Route
from generation.models.chunk import ChunkQuerySet
from generation.models.job import ACTIVE, TERMINAL

Revisions = tuple[tuple[str, int], ...]      # kinds, and the revision of each

SERVED_LATELY = dt.timedelta(minutes=10)
# How much of a worker's hands a chunk takes that was in several workers' hands when they died, by its crashes.
SUSPICION = {MAX_CRASHES - 2: 1, MAX_CRASHES - 1: 4}
HANDS = 4


class DueChunk(NamedTuple):
    """What the order looks at.  `turn` is its place among the due chunks of its user, from 1."""

    chunk_id: int
    user_id: int
    role: str
    job_id: int
    position: int
    turn: int
    fence: int
    crashes: int


@dataclass(frozen=True)
class DueChunks:
    """Those that a worker may claim on `route`: of kinds and revisions that it knows, and with them those of the
    `paused` routes that it stands in for, of users in `roles`."""

    route: Route
    revisions: Revisions
    paused: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()

    def first_of_each_user(self, most: int, now: dt.datetime, *, fewest_claims_first: bool) -> list[DueChunk]:
        """Up to `most` of the due chunks of each user.  Reads all that are due."""
        query = _first_of_each_user(
            self.revisions, stands_in=bool(self.paused), fewest_claims_first=fewest_claims_first)
        return list(map(DueChunk._make, query.all(most=most, now=now, **self._given)))

    def of_jobs(self, jobs: Collection[int], now: dt.datetime) -> list[DueChunk]:
        """Those of `jobs`; `turn` counts the chunks of these alone."""
        rows = _of_jobs(self.revisions, stands_in=bool(self.paused)).all(jobs=jobs, now=now, **self._given)
        return list(map(DueChunk._make, rows))

    @property
    def _given(self) -> dict[str, Any]:     # Any: what the places take
        return {"route": self.route.pk, "paused": list(self.paused), "roles": list(self.roles)}


def fairest(due: DueChunks, *, worker: str, now: dt.datetime, room: int, running: Counter[int]) -> list[int]:
    """Ids of up to `room` of the chunks that are `due`, the next first.

    A user's chunks queue by age; among users core/fairness.py decides, by what runs (`running`, by user) and what
    they were served lately on the route and on the paused ones that it stands in for."""
    # After a pause the chunk with the fewest claims probes, so that one bad request is not every probe.
    fewest_claims_first = due.route.open_until is not None
    rows = due.first_of_each_user(room, now, fewest_claims_first=fewest_claims_first)
    weights = policies.weights()
    weight = {row.user_id: weights[row.role] for row in rows}
    # Alone in the queue nobody needs to be compared.
    level = (
        fairness.levels(served_lately((due.route.pk, *due.paused), now, set(weight)), weight)
        if len(weight) > 1 else weight
    )
    turns = Turns(level, weight, running)

    def place(row: DueChunk) -> tuple[int, float, int, int]:
        return row.fence if fewest_claims_first else 0, *turns.place(row)

    return spread_suspects(sorted(rows, key=place), worker)[:room]


@dataclass(frozen=True)
class Turns:
    """When the chunks of each user come, by what core/fairness.py says of these."""

    level: Mapping[int, float]
    weight: Mapping[int, int]
    running: Counter[int]

    def of(self, user_id: int, waiting: int) -> float:
        return fairness.turn(self.level[user_id], self.running[user_id], waiting, self.weight[user_id])

    def place(self, row: DueChunk) -> tuple[float, int, int]:
        """The lowest comes first."""
        return self.of(row.user_id, row.turn), row.job_id, row.position


def known(revisions: Revisions) -> Q:
    """Chunks of these kinds and revisions."""
    condition = Q(pk__in=[])
    for kind, revision in revisions:
        condition |= Q(job__kind=kind, job__kind_revision=revision)
    return condition


@cache
def _first_of_each_user(revisions: Revisions, *, stands_in: bool, fewest_claims_first: bool
) -> Selection[tuple[Any, ...]]:     # Any: of DueChunk
    order = [F("job_id").asc(), F("position").asc()]
    if fewest_claims_first:
        order.insert(0, F("fence").asc())

    return Selection(lambda: _numbered(_mine(revisions, stands_in=stands_in), order, most=Given("most")))


@cache
def _of_jobs(revisions: Revisions, *, stands_in: bool) -> Selection[tuple[Any, ...]]:     # Any: of DueChunk
    return Selection(lambda: _numbered(
        _mine(revisions, stands_in=stands_in).filter(IsOneOf("job_id", GivenMany("jobs"))),
        [F("job_id").asc(), F("position").asc()]))


def _mine(revisions: Revisions, *, stands_in: bool) -> ChunkQuerySet:
    """What DueChunks names, of `route`, `paused` and `roles`."""
    known_ones = Chunk.objects.runnable(Given("now")).filter(known(revisions)).of_jobs_at_work()
    mine = known_ones.preferring(Given("route"))
    if stands_in:
        mine |= known_ones.preferring_one_of(GivenMany("paused")).paid_by_one_of(GivenMany("roles"))
    return mine


def _numbered(
    mine: ChunkQuerySet, order: list[OrderBy], most: Given | None = None
) -> "QuerySet[Chunk, Any]":     # Any: of DueChunk
    """`mine` with the place of each among those of its user; up to `most` of them."""
    numbered = mine.annotate(turn=Window(RowNumber(), partition_by=F("job__user_id"), order_by=order))
    if most is not None:
        numbered = numbered.filter(turn__lte=most)
    return numbered.order_by().values_list(
        "pk", "job__user_id", "job__user__role", "job_id", "position", "turn", "fence", "crashes")


def served_lately(routes: Collection[int], now: dt.datetime, users: Set[int]) -> dict[int, int]:
    """By user: the calls of their jobs of `routes` that run, or have ended lately."""
    return dict(_served.all(routes=list(routes), since=now - SERVED_LATELY, users=list(users)))


def lately(since: Given) -> Q:
    """Jobs that run, or have ended after `since`."""
    return Q(state__in=ACTIVE) | Q(state__in=TERMINAL, finished_at__gt=since)


def _served_query() -> "QuerySet[Job, Any]":     # Any: rows
    ours = IsOneOf("route", GivenMany("routes")), IsOneOf("user", GivenMany("users"))
    rows = Job.objects.filter(lately(Given("since")), *ours)
    return rows.order_by().values_list("user_id").annotate(Sum("calls"))


_served = Selection(_served_query)


def spread_suspects(rows: Iterable[DueChunk], worker: str) -> list[int]:
    """The ids of `rows` without those that have to wait for `worker`'s hands to be free.

    Whatever is in a worker's hands dies with it, so a batch shares the blame of the one that kills.  After two
    deaths a chunk is therefore one of few suspects of its worker, and before its last chance the only one: the
    next death tells who it was."""
    rows = list(rows)
    if not any(row.crashes in SUSPICION for row in rows):
        return [row.chunk_id for row in rows]
    held = Chunk.objects.filter(state=ChunkState.RUNNING.value, worker=worker, crashes__in=SUSPICION)
    free = HANDS - sum(SUSPICION[crashes] for crashes in held.values_list("crashes", flat=True))
    found: list[int] = []
    for row in rows:
        needed = SUSPICION.get(row.crashes, 0)
        if needed <= max(0, free):
            free -= needed
            found.append(row.chunk_id)
    return found
