"""The simulator's own log of what it was asked: a witness that shares no code with the ledger."""

from typing import Any

Call = dict[str, Any]      # Any: one line of the log
Place = tuple[str, int]    # a job's public id and a position in it


def place_of_call(call: Call) -> Place:
    """Which chunk the provider was asked for: position 0 is a plan or a whole document, n is `unit n of N`."""
    words = str(call["task"]).split()
    return str(call["cache_key"]), int(words[1]) if words and words[0] == "unit" else 0
