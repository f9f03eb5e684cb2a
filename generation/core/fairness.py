"""Whose turn it is.  Pure arithmetic: claiming orders by it, and the place in the queue is read off it.

A user's level is what they were served lately, for their weight.  The next call goes to whoever would have the lowest
level with it, so that a single document is not held up by somebody's fortieth.  Nobody lags behind by more than
CREDIT, so that who comes late does not shut out the others until all is even."""

from collections.abc import Mapping

CREDIT = 16      # calls: a document of twelve units, its plan, and some that are asked twice


def levels(served: Mapping[int, int], weight: Mapping[int, int]) -> dict[int, float]:
    """By user of `weight`: where their turns begin to count."""
    if not weight:
        return {}
    own = {user_id: served.get(user_id, 0) / weight[user_id] for user_id in weight}
    floor = max(own.values()) - CREDIT
    return {user_id: max(level, floor) for user_id, level in own.items()}


def turn(level: float, running: int, waiting: int, weight: int) -> float:
    """When the `waiting`-th waiting call of a user with `running` calls comes; the lowest is the next."""
    return level + (running + waiting) / weight
