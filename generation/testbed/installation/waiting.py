"""Waiting for a condition, with a deadline; and what whoever waits is told."""

import time
from collections.abc import Callable

Say = Callable[[str], None]      # takes a line of progress


def wait_until(what: str, claim: Callable[[], object], timeout_s: float, every_s: float = 0.05) -> None:
    """Return when `claim` holds; TimeoutError naming `what` if it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not claim():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {timeout_s:g} s")
        time.sleep(every_s)
