"""What must hold at rest and after every step, whatever happened before: the checks of `manage.py chaos`."""

from generation.testbed.chaos import invariants
from generation.testbed.chaos.snapshot import Snapshot


def assert_invariants() -> None:
    """Of every job in the database."""
    broken = invariants.at_any_time(Snapshot.read())
    assert not broken, "\n".join(f"{one.invariant}: {one.sentence}" for one in broken)
