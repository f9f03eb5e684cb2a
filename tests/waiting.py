"""Waiting for a condition, for tests with threads and processes.

A deadline ends a wait that is in vain, and costs nothing otherwise.  So it is written for a machine of our own and
kept for one with busy neighbours: `PATIENCE` times as long."""

from collections.abc import Callable

from generation.testbed.installation import waiting

PATIENCE = 4


def wait_until(what: str, claim: Callable[[], object], timeout_s: float, every_s: float = 0.05) -> None:
    """Return when `claim` holds; TimeoutError naming `what` if it does not in time."""
    waiting.wait_until(what, claim, timeout_s * PATIENCE, every_s)
