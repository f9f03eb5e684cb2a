"""The simulator's own log of what it was asked: a witness that shares no code with the ledger."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from generation.core.prompting import REPAIR_STAGE
from generation.testbed.installation.waiting import wait_until

OK = 200

Call = dict[str, Any]      # Any: one line of the log
Place = tuple[str, int]    # a job's public id and a position in it


def place_of_call(call: Call) -> Place:
    """Which chunk the provider was asked for: position 0 is a plan or a whole document, n is `unit n of N`, also where
    that is mended (`repair of unit n of N`)."""
    words = str(call["task"]).removeprefix(f"{REPAIR_STAGE} of ").split()
    return str(call["cache_key"]), int(words[1]) if words and words[0] == "unit" else 0


def delivered_before(calls: Iterable[Call], at: float) -> set[Place]:
    """What the provider had sent whole, to somebody who was still there, at `at`, in seconds since 1970."""
    return {
        place_of_call(call) for call in calls
        if call["http_status"] == OK and not call["client_gone"] and (call["ended_at"] or at) < at
    }


class Deliveries:
    """The answers that a simulator has sent since this was made, by the file of its log: asking a provider that is busy
    would tell of a moment that is over."""

    def __init__(self, call_log: Path) -> None:
        self._file = call_log
        self._from_byte = call_log.stat().st_size

    def wait_for(self, answers: int, timeout_s: float = 120) -> None:
        """Return when there are so many."""
        wait_until(f"{answers} answers are delivered", lambda: self._count() >= answers, timeout_s, 0.005)

    def _count(self) -> int:
        with self._file.open("rb") as file:
            file.seek(self._from_byte)
            return file.read().count(f'"http_status": {OK},'.encode())
