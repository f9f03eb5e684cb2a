"""What must hold at rest and after every step, whatever happened before: the checks of `manage.py chaos`."""

from generation.management.chaos import invariants
from generation.management.chaos.books import Books


def assert_invariants() -> None:
    """Of every job in the database."""
    broken = invariants.at_any_time(Books.read())
    assert not broken, "\n".join(f"{one.invariant}: {one.sentence}" for one in broken)
