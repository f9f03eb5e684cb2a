"""Whether the moving limit finds what a provider carries, beside constants that somebody guessed.

Each provider has a hidden limit that no header tells.  The same work is done with several constants as the
route's ceiling, and with a ceiling four times too high and the limit that moves; all in one run, so only ratios
count."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from accounts.models import User
from generation.core.states import JobState
from generation.models import Attempt, Chunk, Job, Route, RouteMinute
from generation.services.routing import route_health
from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.bench.programs import BRIEF, environment_of, make_users, submit, submit_many, wait_for_end
from generation.testbed.installation.processes import Worker
from generation.testbed.installation.scratch_database import scratch_database
from generation.testbed.installation.waiting import Say, wait_until

TOO_HIGH = 4      # times the hidden limit: the ceiling under which the moving limit looks for it
SLOTS = 400
MOVING = "moving limit"


@dataclass(frozen=True)
class HiddenLimit:
    """`name` says what it does beyond `most` calls at once."""

    name: str
    most: int
    settings: SimulatorSettings


@dataclass(frozen=True)
class Run:
    """One way to do the same work.  `per_s` counts documents' parts; `late_per_s` those of the last two thirds."""

    who: str
    per_s: float
    late_per_s: float
    refused: int
    ends_at: int


@dataclass
class Comparison:
    provider: str
    most: int
    runs: list[Run] = field(default_factory=list)

    @property
    def best_constant(self) -> Run:
        return max((run for run in self.runs if run.who != MOVING), key=lambda run: run.late_per_s)

    @property
    def moving(self) -> Run:
        return next(run for run in self.runs if run.who == MOVING)

    @property
    def ratio(self) -> float:
        """Of the moving limit's rate, its search included, to the best constant's, which knew from the start."""
        return self.moving.per_s / self.best_constant.per_s

    @property
    def late_ratio(self) -> float:
        """Likewise without the first third."""
        return self.moving.late_per_s / self.best_constant.late_per_s


def providers(most: int, unit_s: float) -> list[HiddenLimit]:
    usual = {"plan_s": unit_s, "unit_s": unit_s, "jitter": 0.2}
    return [
        HiddenLimit("refuses", most, SimulatorSettings(**usual, max_in_flight=most)),     # type: ignore[arg-type]
        HiddenLimit("slows down", most, SimulatorSettings(**usual, capacity=most)),     # type: ignore[arg-type]
    ]


def measure(
    *, most: int, unit_s: float, seconds: float, workers: int, say: Say, constants: Sequence[float] = (0.5, 1, 2, 4),
) -> list[Comparison]:
    """Each provider with each constant, as a multiple of its hidden limit, and with the moving limit."""
    found = []
    with scratch_database() as url:
        users = make_users()
        for provider in providers(most, unit_s):
            comparison = Comparison(provider.name, most)
            ceilings = [(f"constant {max(1, round(share * most))}", max(1, round(share * most))) for share in constants]
            for who, ceiling in [*ceilings, (MOVING, TOO_HIGH * most)]:
                say(f"a provider that {provider.name} beyond {most} calls: {who}")
                comparison.runs.append(
                    _run(provider, who, ceiling, users, url=url, seconds=seconds, workers=workers))
            found.append(comparison)
    return found


def _run(
    provider: HiddenLimit, who: str, ceiling: int, users: list[User], *, url: str, seconds: float, workers: int
) -> Run:
    """Work without end for `seconds`, from a worker that knows nothing but the provider's usual pace."""
    _forget_everything()
    with SimulatorProcess(provider.settings) as simulator:
        environment = environment_of(url, simulator, WORKER_SLOTS=str(SLOTS))
        running = [Worker(environment).wait_ready() for _ in range(workers)]
        try:
            first = submit(users[0], {**BRIEF, "weeks": 3}, fresh=True)
            wait_for_end("one program is made", [first.pk], 60, 0.1)
            # A constant holds whatever is reported: the limit moves below its ceiling only.
            Route.objects.update(max_in_flight=ceiling, trip_after=1_000, trip_percent=100, trip_calls=30_000)
            enough = max(4, round(2 * provider.most * seconds / provider.settings.unit_s / 13))
            submit_many(users, enough, fresh=True)
            done = [(time.monotonic(), _done())]
            while done[-1][0] - done[0][0] < seconds:
                wait_until("a moment passes", _after(0.25), 5, 0.05)
                if who != MOVING:
                    Route.objects.exclude(concurrency_limit=None).update(concurrency_limit=None, concurrency={})
                done.append((time.monotonic(), _done()))
        finally:
            for worker in running:
                worker.kill()
                worker.close()
    (began_s, at_first), (ended_s, at_last) = done[0], done[-1]
    third_s, at_third = next(point for point in done if point[0] - began_s >= seconds / 3)
    return Run(
        who, (at_last - at_first) / (ended_s - began_s), (at_last - at_third) / (ended_s - third_s),
        Attempt.objects.filter(code="rate_limited").count(), _route().carries,
    )


def _after(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() >= until


def _done() -> int:
    return Chunk.objects.filter(state="done").count()


def _route() -> Route:
    found = Route.objects.enabled().get(slug="gpt-4-1-mini")
    assert isinstance(found, Route)
    return found


def _forget_everything() -> None:
    Job.objects.filter(state=JobState.COMPLETED.value).delete()
    Job.objects.all().delete()
    RouteMinute.objects.all().delete()
    for route in Route.objects.all():
        route_health.resume(route)
    Route.objects.update(
        fallback=None, concurrency_limit=None, concurrency={}, throttled_until=None, outcomes=[], max_in_flight=SLOTS)


def as_json(found: list[Comparison]) -> list[dict[str, Any]]:     # Any: JSON
    return [
        {**asdict(one), "ratio": round(one.ratio, 3), "late_ratio": round(one.late_ratio, 3)} for one in found
    ]


def show(console: Console, found: Comparison) -> None:
    best = found.best_constant
    table = Table(title=f"A provider that {found.provider} beyond {found.most} calls at once")
    names = ("calls at once", "parts/s", "of the best constant", "without the first third", "refused", "at the end")
    for name in names:
        table.add_column(name, justify="left" if name == "calls at once" else "right")
    for run in found.runs:
        table.add_row(
            run.who, f"{run.per_s:.1f}", f"{run.per_s / best.per_s:.2f}", f"{run.late_per_s / best.late_per_s:.2f}",
            str(run.refused), str(run.ends_at),
        )
    console.print(table)
