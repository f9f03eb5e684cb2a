"""In which order due chunks are claimed: whose turn it is among users, and who has to wait for a worker's hands.

The claim asks it under the route's lock; the place in the queue is read off the same figures."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Set
from typing import NamedTuple

from django.db.models import F, Q, Sum, Window
from django.db.models.functions import RowNumber

from accounts import policies
from generation.core import fairness
from generation.core.states import MAX_CRASHES, ChunkState
from generation.models import Chunk, Job, Route
from generation.models.chunk import ChunkQuerySet
from generation.models.job import ACTIVE, TERMINAL

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


def fairest(
    due: ChunkQuerySet, *, route: Route, paused: tuple[int, ...], worker: str, now: dt.datetime, room: int,
    running: Counter[int],
) -> list[int]:
    """Ids of up to `room` of the `due` chunks, the next first.

    A user's chunks queue by age; among users core/fairness.py decides, by what runs (`running`, by user) and what
    they were served lately on `route` and on the `paused` ones that it stands in for."""
    # After a pause the chunk with the fewest claims probes, so that one bad request is not every probe.
    fewest_claims_first = route.open_until is not None
    rows = _first_of_each_user(due, room, fewest_claims_first=fewest_claims_first)
    weights = policies.weights()
    weight = {row.user_id: weights[row.role] for row in rows}
    # Alone in the queue nobody needs to be compared.
    level = fairness.levels(served_lately((route.pk, *paused), now, set(weight)), weight) if len(weight) > 1 else weight

    def place(row: DueChunk) -> tuple[int, float, int, int]:
        turn = fairness.turn(level[row.user_id], running[row.user_id], row.turn, weight[row.user_id])
        return row.fence if fewest_claims_first else 0, turn, row.job_id, row.position

    return _spread_suspects(sorted(rows, key=place), worker)[:room]


def _first_of_each_user(due: ChunkQuerySet, most: int, *, fewest_claims_first: bool) -> list[DueChunk]:
    """Up to `most` of the `due` chunks of each user."""
    order = [F("job_id").asc(), F("position").asc()]
    if fewest_claims_first:
        order.insert(0, F("fence").asc())
    numbered = due.annotate(turn=Window(RowNumber(), partition_by=F("job__user_id"), order_by=order))
    rows = numbered.filter(turn__lte=most).order_by().values_list(
        "pk", "job__user_id", "job__user__role", "job_id", "position", "turn", "fence", "crashes")
    return [DueChunk(*row) for row in rows]


def served_lately(routes: Collection[int], now: dt.datetime, users: Set[int]) -> dict[int, int]:
    """By user: the calls of their jobs of `routes` that run, or have ended lately."""
    lately = Q(state__in=ACTIVE) | Q(state__in=TERMINAL, finished_at__gt=now - SERVED_LATELY)
    rows = Job.objects.filter(lately, route__in=routes, user__in=users).order_by().values_list("user_id")
    return dict(rows.annotate(Sum("calls")))


def _spread_suspects(rows: Iterable[DueChunk], worker: str) -> list[int]:
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
