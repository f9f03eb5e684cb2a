"""What workers saw of a route's calls, as it is reported: counts and sums, from which the limit on calls at once is
moved (`concurrency`)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True)
class Quota:
    """The provider's `x-ratelimit-*`, as far as it sent them: what a minute allows, and what is left."""

    limit_requests: int | None = None
    left_requests: int | None = None
    limit_tokens: int | None = None
    left_tokens: int | None = None

    @property
    def share_left(self) -> float:
        """Of the scarcer of the two; 1 when nothing is known."""
        pairs = ((self.left_requests, self.limit_requests), (self.left_tokens, self.limit_tokens))
        return min((left / limit for left, limit in pairs if left is not None and limit), default=1.0)

    def calls_per_s(self, tokens_per_call: float) -> float:
        """What the allowance sustains; infinite when nothing is known."""
        requests = self.limit_requests / 60 if self.limit_requests else math.inf
        tokens = self.limit_tokens / 60 / tokens_per_call if self.limit_tokens and tokens_per_call else math.inf
        return min(requests, tokens)


@dataclass(frozen=True)
class Pace:
    """Good replies of one sort: how many, their seconds in all and their output tokens in all."""

    calls: int = 0
    seconds: float = 0.0
    tokens: int = 0

    def adding(self, seconds: float, tokens: int) -> "Pace":
        return self.plus(Pace(1, seconds, tokens))

    def plus(self, more: "Pace") -> "Pace":
        return Pace(self.calls + more.calls, self.seconds + more.seconds, self.tokens + more.tokens)

    @property
    def s_per_token(self) -> float:
        return self.seconds / max(1, self.tokens)


class Timed(NamedTuple):
    """Replies of about the same pace, by kind and stage, and by whose clock: the provider's or ours."""

    sort: str
    by_provider: bool = False


@dataclass(frozen=True)
class CallReport:
    """What one worker saw of one route since its last report.

    `peak` is the most calls it had in flight at once, `kept` the fewest that went on right after one was refused;
    `share` is its part of all the calls on the route.  Replies to calls that began before the last cut are `late`:
    how long they took says what was, not what is."""

    answered: int = 0
    failed: int = 0
    refused: int = 0
    peak: int = 0
    kept: int | None = None
    tokens: int = 0
    paces: Mapping[Timed, Pace] = field(default_factory=dict)
    late: Mapping[Timed, Pace] = field(default_factory=dict)
    quota: Quota | None = None
    share: float = 1.0
