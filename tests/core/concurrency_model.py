"""Workers, a provider and the limit that moves, in a few lines without threads: time jumps from event to event.

Calls that begin and end together are one cohort, so that ten thousand at once cost no more than ten.  Each worker
reports once a second, when a call of its own has ended, with what `CallStats` counts."""

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from generation.core.call_reports import CallReport, Pace, Timed
from generation.core.concurrency import ConcurrencyLimit, advance

PULSE_S = 1.0
TOKENS = 700
REFUSED_AFTER_S = 0.1
RESTS_S = 2.0      # after a refusal, as its Retry-After says
NEVER = float("inf")


@dataclass(frozen=True)
class Cohort:
    began_s: float
    calls: int
    sort: str
    is_refused: bool
    took_s: float


@dataclass
class Worker:
    offset_s: float
    in_flight: int = 0
    peak: int = 0
    cut: tuple[float, float] = (0.0, 0.0)      # which, and when it was heard of
    ended: list[tuple[Cohort, bool, int]] = field(default_factory=list)      # whether late, and how many went on

    def begin(self, calls: int) -> None:
        self.in_flight += calls
        self.peak = max(self.peak, self.in_flight)

    def end(self, cohort: Cohort) -> None:
        self.peak = max(self.peak, self.in_flight)
        self.in_flight -= cohort.calls
        self.ended.append((cohort, cohort.began_s < self.cut[1], self.in_flight))

    def report(self) -> CallReport:
        paces: dict[Timed, Pace] = {}
        late: dict[Timed, Pace] = {}
        answered = [cohort.calls for cohort, _is_late, _left in self.ended if not cohort.is_refused]
        refused = [(cohort.calls, left) for cohort, _is_late, left in self.ended if cohort.is_refused]
        for cohort, is_late, _left in self.ended:
            if not cohort.is_refused:
                into, timed = late if is_late else paces, Timed(cohort.sort)
                into[timed] = into.get(timed, Pace()).plus(
                    Pace(cohort.calls, cohort.calls * cohort.took_s, cohort.calls * TOKENS))
        seen = CallReport(
            answered=sum(answered), refused=sum(calls for calls, _left in refused), peak=self.peak,
            kept=min((left for _calls, left in refused), default=None), tokens=sum(answered) * TOKENS,
            paces=paces, late=late)
        self.peak, self.ended = 0, []
        return seen


@dataclass
class Provider:
    """Keeps or serves at full pace `most` calls at once; `reply_s` by sort."""

    reply_s: Sequence[float]
    most: float = NEVER
    slows: bool = False

    def takes_s(self, sort: int, in_flight: int) -> float:
        return self.reply_s[sort] * (max(1.0, in_flight / self.most) if self.slows else 1.0)

    def keeps(self, in_flight: int) -> int:
        return 0 if self.slows else max(0, int(min(self.most, 10**9)) - in_flight)


@dataclass
class Model:
    limit: ConcurrencyLimit
    ceiling: int
    provider: Provider
    workers: list[Worker]
    now_s: float = 10_000.0
    waiting: int = 0
    rests_until_s: float = 0.0
    replies: int = 0
    held_back_s: float = 0.0      # while work waited under a limit below its ceiling, after its first replies
    history: list[tuple[float, int]] = field(default_factory=list)

    def run(self, arrivals: Iterator[tuple[float, int]], *, until: "Callable[[Model], bool]") -> None:
        """`arrivals` are pauses and how much work comes after each."""
        events: list[tuple[float, int, str, object]] = []
        order = itertools.count()
        sorts = itertools.cycle(range(len(self.provider.reply_s)))

        def at(time_s: float, what: str, about: object = None) -> None:
            heapq.heappush(events, (time_s, next(order), what, about))

        def next_arrival() -> None:
            pause_s, work = next(arrivals)
            at(self.now_s + pause_s, "arrive", work)

        next_arrival()
        held_since: float | None = None
        while not until(self):
            time_s, _, what, about = heapq.heappop(events)
            if held_since is not None:
                patience_s = max(self.provider.reply_s) + 2 * PULSE_S
                begins = max(self.now_s, held_since + patience_s)
                self.held_back_s += max(0.0, time_s - begins)
            self.now_s = time_s
            if what == "arrive":
                assert isinstance(about, int)
                self.waiting += about
                next_arrival()
            elif what == "end":
                worker, cohort = about     # type: ignore[misc]    # of a call
                worker.end(cohort)
                self.replies += 0 if cohort.is_refused else cohort.calls
                if cohort.is_refused:
                    self.rests_until_s = self.now_s + RESTS_S
                    at(self.rests_until_s, "go on")
                if len(worker.ended) == 1:
                    pulses = (self.now_s - worker.offset_s) // PULSE_S + 1
                    at(worker.offset_s + pulses * PULSE_S, "report", worker)
            elif what == "report":
                assert isinstance(about, Worker)
                running = sum(one.in_flight for one in self.workers)
                before, seen = self.limit.within(self.ceiling), about.report()
                if seen.refused and running and about.in_flight:
                    seen = replace(seen, share=about.in_flight / running)
                self.limit, _ = advance(
                    self.limit, seen, running=running, ceiling=self.ceiling, now_s=self.now_s)
                if about.cut[0] != self.limit.cut_at_s:
                    about.cut = (self.limit.cut_at_s, self.now_s)
                if self.limit.within(self.ceiling) != before:
                    self.history.append((self.now_s, self.limit.within(self.ceiling)))
            self._claim(at, next(sorts))
            is_held = self.waiting > 0 and self.limit.within(self.ceiling) < self.ceiling
            held_since = (self.now_s if held_since is None else held_since) if is_held else None

    def _claim(self, at: Callable[[float, str, object], None], sort: int) -> None:
        running = sum(one.in_flight for one in self.workers)
        room = min(self.waiting, self.limit.within(self.ceiling) - running)
        if room <= 0 or self.now_s < self.rests_until_s:
            return
        self.waiting -= room
        for index, worker in enumerate(sorted(self.workers, key=lambda one: one.in_flight)):
            calls = room // len(self.workers) + (index < room % len(self.workers))
            kept = min(calls, self.provider.keeps(running)) if not self.provider.slows else calls
            for number, is_refused in ((kept, False), (calls - kept, True)):
                if number:
                    took_s = REFUSED_AFTER_S if is_refused else self.provider.takes_s(sort, running + number)
                    worker.begin(number)
                    cohort = Cohort(self.now_s, number, f"kind/{sort}", is_refused, took_s)
                    at(self.now_s + took_s, "end", (worker, cohort))
                    self.waiting += number if is_refused else 0
            running += kept
