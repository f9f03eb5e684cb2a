"""A provider that never slows down because of us, whose replies take as long as they like: the limit stays where it is.

What workers count and how the limit moves are the product's; time jumps from event to event."""

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from generation.core.call_reports import Timed
from generation.core.concurrency import ConcurrencyLimit, advance
from generation.core.outcomes import Reply, TokenUsage
from generation.worker.call_stats import CallStats

ROUTE, SORT, MEAN_S = 1, "course/unit", 8.0
Varies = Callable[[random.Random], float]
Tokens = Callable[[random.Random], int]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [10_000.0]
    monkeypatch.setattr("generation.worker.call_stats.time.monotonic", lambda: now[0])
    return now


@dataclass
class Line:
    """Two workers whose work never ends, or comes in bursts of `burst` a minute."""

    clock: list[float]
    ceiling: int
    takes_s: Varies
    tokens: Tokens
    burst: int | None
    random: random.Random
    limit: ConcurrencyLimit = field(default_factory=ConcurrencyLimit)
    lowest: int = 10**9
    held_back: int = 0      # replies that came while the limit was below its ceiling
    replies: int = 0

    def run(self, replies: int) -> None:
        workers, in_flight = [CallStats(), CallStats()], [0, 0]
        events: list[tuple[float, int, int, float, int]] = []
        order, waiting, next_burst = itertools.count(), 0, self.clock[0]
        pulses = [(self.clock[0] + at, next(order), -1, 0.0, worker) for worker, at in ((0, 1.0), (1, 1.5))]
        for pulse in pulses:
            heapq.heappush(events, pulse)
        while self.replies < replies:
            if self.burst is None:
                waiting = self.ceiling
            elif self.clock[0] >= next_burst:
                waiting, next_burst = waiting + self.burst, self.clock[0] + 60
            for _ in range(min(waiting, self.limit.within(self.ceiling) - sum(in_flight))):
                worker = in_flight.index(min(in_flight))
                in_flight[worker] += 1
                waiting -= 1
                began = workers[worker].begin(ROUTE, SORT)
                heapq.heappush(events, (
                    began + self.takes_s(self.random), next(order), self.tokens(self.random), began, worker))
            self.clock[0], _, tokens, began, worker = heapq.heappop(events)
            if tokens >= 0:
                in_flight[worker] -= 1
                self.replies += 1
                self.held_back += self.limit.within(self.ceiling) < self.ceiling
                workers[worker].end(ROUTE, SORT, began, Reply("{}", TokenUsage(5, 0, tokens)))
                continue
            for report in workers[worker].take().values():
                self.limit, _why = advance(
                    self.limit, report, running=sum(in_flight), ceiling=self.ceiling, now_s=self.clock[0])
                workers[worker].hear_of_cut(ROUTE, self.limit.cut_at_s)
            self.lowest = min(self.lowest, self.limit.within(self.ceiling))
            heapq.heappush(events, (self.clock[0] + 1, next(order), -1, 0.0, worker))


def uniform(jitter: float) -> Varies:
    return lambda chance: MEAN_S * (1 + jitter * (2 * chance.random() - 1)) + 0.01


def lognormal(sigma: float) -> Varies:
    return lambda chance: MEAN_S * chance.lognormvariate(0, sigma)


def the_same(_chance: random.Random) -> int:
    return 700


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("burst", [None, 1_000])
@pytest.mark.parametrize("takes_s", [
    uniform(0.2), uniform(0.6), lognormal(0.3), lognormal(0.5),
], ids=["uniform 0.2", "uniform 0.6", "lognormal 0.3", "lognormal 0.5"])
def test_ordinary_replies_that_vary_never_lower_the_limit(clock, takes_s, burst, seed):
    line = Line(clock, 1_000 if burst else 200, takes_s, the_same, burst, random.Random(seed))
    line.run(6_000)
    assert line.lowest == line.ceiling


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("takes_s", "tokens"), [
    (uniform(1.0), the_same), (lognormal(0.8), the_same),
    (lambda _chance: MEAN_S, lambda chance: round(chance.lognormvariate(6.5, 1)) + 1),
], ids=["uniform 1.0", "lognormal 0.8", "time says nothing of length"])
def test_replies_that_are_a_lottery_hold_work_back_for_a_bounded_time(clock, takes_s, tokens, seed):
    line = Line(clock, 300, takes_s, tokens, None, random.Random(seed))
    line.run(20_000)
    assert line.limit.within(line.ceiling) > 0.5 * line.ceiling
    assert line.held_back < 0.5 * line.replies


@pytest.mark.parametrize("seed", range(2))
def test_provider_that_slows_beyond_sixty_calls_is_found_although_its_replies_vary(clock, seed):
    known = ConcurrencyLimit(latency_s=MEAN_S, paces={Timed(SORT): MEAN_S / the_same(random.Random())})
    line = Line(clock, 300, lognormal(0.3), the_same, None, random.Random(seed), known)
    line.takes_s = lambda chance: max(1.0, line.limit.within(300) / 60) * lognormal(0.3)(chance)
    line.run(10_000)
    assert 40 <= line.limit.within(line.ceiling) <= 130
