"""What forty programs of one user do to the single program of another, on a route that carries few calls.

In one run: programs alone, then single ones amid ann's forty, and one alone again.  Every single program is of somebody
who was not served lately; the cache serves nobody.  Ratios are of the times from request to end; the bound is one
unit's time more than alone, for the slowest: no call in flight is broken off, and who comes just after the last one
went out waits for it.  Each comes when the one before has ended, which is that moment."""

import contextlib
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from accounts.models import Role, User
from generation.models import Job, Route
from generation.services.errors import Refusal
from generation.services.jobs import control
from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.bench.programs import ACTIVE, environment_of, make_users, ring_on, submit, wait_for_end
from generation.testbed.installation.processes import Worker
from generation.testbed.installation.scratch_database import scratch_database
from generation.testbed.installation.waiting import Say, wait_until

LONG_S = 300.0
SINGLES = 5
HANDING_OVER = 0.1      # of a unit's time: what ends is settled before what waited is claimed
STAGES = 2      # the plan and, all at once, the units; both take the same time


@dataclass(frozen=True)
class FairnessReport:
    programs: int
    weeks: int
    calls_at_once: int
    unit_s: float
    alone_s: float          # the slower of the two, before and after
    amid_s: float           # the slowest of `singles`
    usual_amid_s: float     # their median
    singles: int
    others_done: int        # of the forty, when the single ones were complete

    @property
    def delay_in_units(self) -> float:
        """How much later than alone, in units' times as they are alone."""
        return (self.amid_s - self.alone_s) / (self.alone_s / STAGES)

    @property
    def is_fair(self) -> bool:
        return self.delay_in_units <= 1 + HANDING_OVER

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        return asdict(self) | {"delay_in_units": self.delay_in_units, "is_fair": self.is_fair}


def measure(*, programs: int, weeks: int, calls_at_once: int, unit_s: float, say: Say) -> FairnessReport:
    """On a scratch database with one worker; every call takes exactly its time."""
    brief = {"goal": "strength", "weeks": weeks}
    provider = SimulatorSettings(plan_s=unit_s, unit_s=unit_s, jitter=0.0)
    with scratch_database() as url, SimulatorProcess(provider) as simulator:
        environment = environment_of(url, simulator, PULSE_S="0.2")
        Route.objects.update(max_in_flight=calls_at_once)
        ann, cy = make_users("ann", "cy")
        worker = Worker(environment).wait_ready()
        ring_on(environment["QUEUE_NAME"])
        try:
            say("the single program, alone")
            _took_s(cy, brief)
            alone_s = _took_s(cy, brief)
            say(f"the same amid {programs} programs of somebody else")
            many = [submit(ann, brief, fresh=True).pk for _ in range(programs)]
            wait_until(
                "their calls fill the route",
                lambda: Job.objects.filter(pk__in=many, is_planned=True).count() >= min(2, programs), LONG_S,
            )
            amid = sorted(
                _took_s(User.objects.create_user(f"bob{n}", role=Role.TEACHER), brief) for n in range(SINGLES))
            done = Job.objects.filter(pk__in=many).exclude(state__in=ACTIVE).count()
            for job in Job.objects.filter(pk__in=many, state__in=ACTIVE):
                with contextlib.suppress(Refusal):      # it has just ended
                    control.cancel(job, by=ann)
            say("and alone again")
            alone_s = max(alone_s, _took_s(cy, brief))
        finally:
            worker.stop()
    return FairnessReport(
        programs, weeks, calls_at_once, unit_s, alone_s, amid[-1], amid[len(amid) // 2], SINGLES, done)


def _took_s(user: User, brief: dict[str, Any]) -> float:     # Any: JSON
    """Seconds from the request to the end, by the database's clock."""
    job = submit(user, brief, fresh=True)
    wait_for_end("the program ends", [job.pk], LONG_S, 0.1)
    job.refresh_from_db()
    assert job.state == "completed" and job.finished_at is not None, "every program of a calm run completes"
    return job.worked(job.finished_at).total_seconds()


def show(console: Console, report: FairnessReport) -> None:
    verdict = "fair" if report.is_fair else "NOT FAIR"
    console.print(
        f"A {report.weeks}-week program on a route with {report.calls_at_once} calls at once of {report.unit_s:g} s: "
        f"alone {report.alone_s:.2f} s, amid {report.programs} of somebody else {report.usual_amid_s:.2f} s, "
        f"the slowest of {report.singles} {report.amid_s:.2f} s "
        f"(ratio {report.amid_s / report.alone_s:.2f}, {report.delay_in_units:+.2f} units' time; {report.others_done} "
        f"of theirs were complete by then): {verdict}, the bound is one unit's time and a tenth for handing over."
    )
