"""What a run has cost: which answers were paid for twice and why, and how long a killed worker's work lay idle."""

import signal
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generation.core.outcomes import CallCode
from generation.core.states import Event
from generation.models import Attempt, AttemptState
from generation.simulator.faults import ODD_CLOTHES
from generation.testbed.chaos.invariants import CLOCKS_S, REQUEST_ID
from generation.testbed.chaos.snapshot import Snapshot
from generation.testbed.installation.provider_log import Call, Place, place_of_call
from generation.testbed.installation.supervisor import ProcessEnd

# Outcomes whose text reaches the checks.
USED = frozenset({"ok", "nonsense", "extra_units", "defect", "repair_fails", *ODD_CLOTHES})


@dataclass(frozen=True)
class PaidTwice:
    """An answer that the provider wrote and billed, and that did not become the chunk's."""

    job: str
    position: int
    call: int
    cause: str
    output_tokens: int


@dataclass(frozen=True)
class Death:
    """A worker that was killed, and what it held: chunk ids and fences."""

    end: ProcessEnd
    held: tuple[tuple[int, int], ...]


def paid_twice(snapshot: Snapshot, calls: Sequence[Call], deaths: Sequence[Death]) -> list[PaidTwice]:
    """Every good answer of a chunk that needed another one, with its cause; an empty cause explains nothing."""
    by_place: dict[Place, list[Call]] = defaultdict(list)
    for call in calls:
        if call["output_tokens"] and call["outcome"] in USED:
            by_place[place_of_call(call)].append(call)
    found = []
    for place, answers in by_place.items():
        chunk = snapshot.chunk_at.get(place)
        if chunk is None or len(answers) < 2:
            continue
        rows = _rows_of(snapshot.attempts_of.get(chunk.pk, []), answers)
        for call in answers[:-1]:
            row = rows.get(call["seq"])
            if row is not None and row.code == CallCode.INVALID:
                continue      # it was read, and the checks asked for another
            if row is not None and row.code == CallCode.OK and chunk.second_looks:
                continue      # it was used, and the checks of the whole document asked for another
            cause = _cause(row, deaths) if row is not None else ""
            found.append(PaidTwice(*place, call["seq"], cause, call["output_tokens"]))
    return found


def _rows_of(attempts: Iterable[Attempt], answers: Sequence[Call]) -> dict[int, Attempt]:
    """The row of each answer: by request id, else the newest nameless one that is older than it."""
    rows = list(attempts)
    found = {}
    for call in answers:
        named = [row for row in rows if row.request_id == f"{REQUEST_ID}{call['seq']}"]
        until = call["started_at"] + CLOCKS_S
        older = [row for row in rows if not row.request_id and row.started_at.timestamp() <= until]
        chosen = named or older[-1:]
        if chosen:
            found[call["seq"]] = chosen[0]
            rows.remove(chosen[0])
    return found


def _cause(row: Attempt, deaths: Sequence[Death]) -> str:
    match row.code:
        case CallCode.LOST:
            pid = row.worker.rsplit(":", 2)[1] if row.worker.count(":") >= 2 else ""
            ended = next((death.end for death in deaths if str(death.end.pid) == pid), None)
            return f"its worker died: {_words(ended)}" if ended else "its worker stopped answering"
        case CallCode.TIMEOUT:
            return "it came after our deadline"
        case CallCode.ABANDONED:
            return "we stopped listening: cancelled, drained, or the lease was lost"
        case CallCode.CONNECTION | CallCode.MALFORMED | CallCode.SERVER_ERROR:
            return f"it did not reach us whole ({row.code})"
        case _:
            pass
    if row.state == AttemptState.SETTLED and row.message:
        return row.message      # too late, or superseded
    return ""


def _words(end: ProcessEnd) -> str:
    if end.cause:
        return end.cause.replace("_", " ")
    return "killed at a fail point" if end.code == -signal.SIGKILL else f"it ended by itself with {end.code}"


def taken_back_s(snapshot: Snapshot, deaths: Sequence[Death]) -> list[float]:
    """Seconds from each death until each chunk that it held was taken back: the lease, and a sweep."""
    expired: dict[int, list[float]] = defaultdict(list)
    for line in snapshot.log:
        if line.chunk_id is not None and line.code in {Event.EXPIRE, Event.GIVE_UP, Event.CANCEL}:
            expired[line.chunk_id].append(line.at.timestamp())
    return [
        max(0.0, min(after) - death.end.at)
        for death in deaths for chunk_id, _fence in death.held
        if (after := [at for at in expired[chunk_id] if at >= death.end.at - CLOCKS_S])
    ]


def recovery_s(snapshot: Snapshot, deaths: Sequence[Death], pauses: Sequence[tuple[float, float]]) -> list[float]:
    """Seconds from each death to the next claim of each chunk that it held, unless the route was paused between."""
    return [waited for death in deaths for waited in _waits(snapshot, death, pauses)]


def _waits(snapshot: Snapshot, death: Death, pauses: Sequence[tuple[float, float]]) -> Iterator[float]:
    for chunk_id, fence in death.held:
        after = [one.started_at.timestamp() for one in snapshot.attempts_of.get(chunk_id, []) if one.fence > fence]
        if after and not any(begun < min(after) and over > death.end.at for begun, over in pauses):
            yield max(0.0, min(after) - death.end.at)


def by_cause(found: Iterable[PaidTwice]) -> Counter[str]:
    return Counter(one.cause or "not explained" for one in found)
