"""One run of chaos: build an installation, break it, let it rest, and compare what everybody says of it."""

import contextlib
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection

from generation.core.reasons import Reason
from generation.core.states import ChunkState
from generation.models import Attempt, AttemptState, Chunk, Job
from generation.services import quotas
from generation.simulator.faults import NO_FAULTS, ODD_CLOTHES, Fault
from generation.simulator.settings import SimulatorSettings
from generation.testbed.chaos import evidence, invariants, leftovers, schedule
from generation.testbed.chaos.administrators import Administrators
from generation.testbed.chaos.evidence import Death, PaidTwice
from generation.testbed.chaos.faults import EMBEDDED, FAILPOINTS, PRODUCTION, ChaosFault
from generation.testbed.chaos.injector import Injector
from generation.testbed.chaos.invariants import Violation
from generation.testbed.chaos.observer import Observer, patiently
from generation.testbed.chaos.snapshot import Snapshot
from generation.testbed.installation.clients import Clients, Observed
from generation.testbed.installation.installation import ScratchInstallation, scratch_installation
from generation.testbed.installation.provider_log import Call
from generation.testbed.installation.supervisor import ProcessEnd, Supervisor
from generation.testbed.installation.waiting import Say, wait_until
from generation.testbed.quantiles import p50_p95

SWEEPERS = "sweepers"
CALLS_FOR_A_JOB = 3      # as many were made at least when the provider gets well
HALT_S = 40.0      # longer than any pause of a route here
SLOW_S = 15.0


@dataclass
class ChaosReport:
    """Its fields are the keys of the report in JSON."""

    seed: int
    form: str
    installation: str
    took_s: float = 0.0
    jobs: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    losses: list[str] = field(default_factory=list)
    struck: dict[str, int] = field(default_factory=dict)
    blows: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    paid_twice: list[PaidTwice] = field(default_factory=list)
    paid_twice_by_cause: dict[str, int] = field(default_factory=dict)
    deaths: int = 0
    taken_back_s: tuple[float, float] | None = None      # from the death to the end of the lease
    recovery_s: tuple[float, float] | None = None        # and to the next claim
    recovered: int = 0
    bound_s: float = schedule.LEASE_S + schedule.SWEEP_S
    accept_ms: tuple[float, float] | None = None
    slowest_accept_ms: float = 0.0
    unanswered: int = 0
    ended_by_themselves: list[str] = field(default_factory=list)
    staff_resumed: int = 0
    settings: dict[str, int] = field(default_factory=dict)        # what became of the administrators' forms
    lowest_limits: dict[str, int] = field(default_factory=dict)   # calls at once, by route: the fewest,
    limits: dict[str, int] = field(default_factory=dict)          # and at the end
    checked: dict[str, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not self.violations

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        return {**asdict(self), "is_sound": self.is_sound}


def run(*, is_short: bool, seed: int, say: Say) -> ChaosReport:
    """Everything, on a scratch installation; the report says whether an invariant broke."""
    is_embedded = connection.vendor == "sqlite"
    size = (schedule.SHORT if is_short else schedule.FULL)["embedded" if is_embedded else "production"]
    planned = schedule.plan(seed, size, EMBEDDED if is_embedded else PRODUCTION)
    began = time.monotonic()
    deaths: list[Death] = []
    provider = SimulatorSettings(seed=seed, plan_s=0.3, unit_s=0.5, jitter=0.6)
    say("building an installation of its own")
    with contextlib.ExitStack() as ends:
        installation = ends.enter_context(scratch_installation(
            provider, changes=schedule.SETTINGS, has_failpoints=True, on_end=lambda end: note_death(deaths, end)))
        report = ChaosReport(seed, "short" if is_short else "full", installation.words)
        clients = ends.enter_context(Clients(installation.url, planned.requests, schedule.ROLES, planned.limits))
        administrators = Administrators(installation.url, seed)
        ends.callback(administrators.finish)
        observer = Observer(ends_every_pause=is_short)
        injector = Injector(installation, planned.faults, seed)
        installation.supervisor.add(SWEEPERS, [sys.executable, "-m", "generation.testbed.chaos.sweeper"], {
            **installation.environment, "DJANGO_SETTINGS_MODULE": "config.settings",
        })
        (installation.failpoints / "poison").touch()
        observer.start()
        ends.callback(observer.stop)      # also when this is cut off: whoever looks brings a dropped file back
        installation.simulator.set_faults(planned.provider_faults)
        say(f"{len(planned.requests)} wishes and {len(planned.faults)} blows in {size.load_s:g} s")
        clients.begin()
        administrators.begin()
        injector.run()
        clients.join()
        administrators.finish()
        _let_faults_bite(installation, CALLS_FOR_A_JOB * size.jobs)
        say("quiet: healthy provider, no more blows")
        quiet_until = time.monotonic() + size.quiet_s
        installation.simulator.set_faults(NO_FAULTS)
        for point in (*FAILPOINTS.values(), ChaosFault.SKEW_CLOCK.value):      # those that nobody came to
            (installation.failpoints / point).unlink(missing_ok=True)
        _rest(quiet_until)
        say("everybody asks again for what was lost")
        clients.retry_what_was_lost()
        _rest(quiet_until)
        clients.finish(5)
        observer.stop()
        say("reading the books")
        snapshot, calls = patiently(Snapshot.read), installation.simulator.calls()
        report.violations += [
            *invariants.at_rest(snapshot), *invariants.by_the_provider(snapshot, calls),
            *invariants.by_the_users(snapshot, clients.observed),
            *(Violation("I4", f"for a moment: {line}") for line in sorted(observer.passed)),
            *_poison(snapshot, clients), *_settings(administrators),
            *leftovers.secrets_told(installation), *leftovers.still_held(installation),
        ]
        report.settings = dict(sorted(administrators.done.items()))
        report.lowest_limits = observer.lowest
        report.limits = {route.slug: route.limit.within(route.max_in_flight) for route in snapshot.routes}
        _fill(
            report, planned, snapshot, calls, clients.observed, injector, observer, installation.supervisor, deaths)
    report.took_s = time.monotonic() - began
    return report


def note_death(deaths: list[Death], end: ProcessEnd) -> None:
    """Who was killed, and what it held, before anybody takes it over."""
    if end.code >= 0 or end.name == SWEEPERS:
        return
    held = patiently(lambda: list(
        Chunk.objects.filter(state="running", worker__contains=f":{end.pid}:").values_list("pk", "fence")))
    deaths.append(Death(end, tuple(held)))
    connection.close()


def _let_faults_bite(installation: ScratchInstallation, enough: int) -> None:
    """On a slow machine most of the work is yet to come: the provider goes on failing for a part of it."""
    with contextlib.suppress(TimeoutError):
        wait_until("enough calls were made", lambda: len(installation.simulator.calls()) > enough, SLOW_S, 1)


def _rest(until: float) -> None:
    """Wait until everything has ended, or nothing ends any more: a slow machine is no fault, a halt is one.

    Whatever does not come to rest is found by the invariants."""
    ended, ended_at = -1, time.monotonic()
    while time.monotonic() < until and not patiently(is_at_rest):
        now_ended = patiently(Chunk.objects.filter(finished_at__isnull=False).count)
        if now_ended != ended:
            ended, ended_at = now_ended, time.monotonic()
        if time.monotonic() - ended_at > HALT_S:
            return
        time.sleep(0.3)


def is_at_rest() -> bool:
    """Nothing runs, every call is closed, every bill is written."""
    return not (
        Job.objects.active().exists() or Attempt.objects.filter(state=AttemptState.ASKING).exists()
        or Attempt.objects.filter(cost_usd_micros__gt=0, is_booked=False, origin="provider").exists()
        or quotas.unbilled()
    )


def _poison(snapshot: Snapshot, clients: Clients) -> list[Violation]:
    """The unit that kills whoever calls for it has ended, and says that it does."""
    units = [snapshot.chunk_at.get((job, 1)) for job in clients.observed.accepted.get("poison", ())]
    return [
        Violation("I10", f"the poisoned chunk {unit.pk} is {unit.state} after {unit.crashes} deaths: {unit.reason}")
        for unit in units
        if unit is not None and (unit.state, unit.reason) != (ChunkState.FAILED, Reason.CRASHES_WORKER)
    ]


def _settings(administrators: Administrators) -> list[Violation]:
    """No change of a setting was undone unseen, and nobody got an answer that nobody should get."""
    return [
        *(Violation("I14", line) for line in patiently(administrators.lost)),
        *(Violation("I14", f"an administrator got an odd answer: {line}") for line in administrators.odd),
    ]


# --- The report -----------------------------------------------------------------------------------


def _fill(
    report: ChaosReport, planned: schedule.Schedule, snapshot: Snapshot, calls: list[Call], observed: Observed,
    injector: Injector, observer: Observer, supervisor: Supervisor, deaths: list[Death],
) -> None:
    report.jobs = {
        "asked": len(planned.requests), "accepted": len(observed.jobs), "refused": len(observed.refused),
        **{name: count for name, count in sorted(observed.actions.items()) if count},
    }
    report.ended = dict(Counter(job.state for job in snapshot.jobs))
    report.losses = sorted({
        f"{job.state}, {job.explanation.sentence} {job.explanation.next_step}"
        for job in snapshot.jobs if job.state in {"failed", "partial"} and job.explanation
    })
    died_at = Counter(line.split()[1] for line in supervisor.logs().splitlines() if line.startswith("failpoint "))
    outcomes = Counter(call["outcome"] for call in calls)
    odd = sum(outcomes[fault] for fault in (*ODD_CLOTHES, Fault.ERROR_WITHIN))
    report.struck = {
        **Counter(done.fault.value for done in injector.injected if done.fault not in FAILPOINTS),
        **{step.value: died_at[name] for step, name in FAILPOINTS.items() if died_at[name]},
        ChaosFault.POISON.value: died_at["poison"],
        ChaosFault.EXTRA_SWEEPERS.value: 2,
        ChaosFault.PROVIDER_FAULTS.value: len(calls) - outcomes["ok"] - odd,
        ChaosFault.SINGLE_429S.value: outcomes[Fault.RATE_LIMIT],
        ChaosFault.ODD_REPLIES.value: odd,
        ChaosFault.PROVIDER_OUTAGE.value: outcomes["unavailable"],
        ChaosFault.OUT_OF_CREDIT.value: outcomes["insufficient_quota"],
        ChaosFault.SAME_KEY.value: observed.actions["same_key"],
        ChaosFault.CANCEL.value: observed.actions["cancel"],
        ChaosFault.RETRY.value: observed.actions["retry"],
        ChaosFault.OVER_THE_LIMIT.value: len(observed.refused),
        ChaosFault.TWO_ADMINISTRATORS.value: sum(report.settings.values()),
    }
    first = injector.injected[0].at if injector.injected else 0.0
    report.blows = [f"{done.at - first:+7.1f} s  {done.fault.value}: {done.detail}" for done in injector.injected]
    report.calls, report.rows = dict(outcomes.most_common()), len(snapshot.attempts)
    report.paid_twice = evidence.paid_twice(snapshot, calls, deaths)
    report.paid_twice_by_cause = dict(evidence.by_cause(report.paid_twice).most_common())
    report.violations += [
        Violation(
            "I3", f"call {answer.call} for part {answer.position} of job {answer.job} was paid for nothing, and "
            "nothing explains why")
        for answer in report.paid_twice if not answer.cause
    ]
    report.taken_back_s = p50_p95(evidence.taken_back_s(snapshot, deaths))
    waits = evidence.recovery_s(snapshot, deaths, observer.pauses)
    report.deaths, report.recovered = len(deaths), len(waits)
    report.recovery_s = p50_p95(waits)
    report.accept_ms = p50_p95([seconds * 1000 for seconds in observed.accept_s])
    report.slowest_accept_ms = max(observed.accept_s, default=0.0) * 1000
    report.unanswered, report.staff_resumed = observed.unanswered, observer.resumed
    report.ended_by_themselves = [
        f"{end.name}, pid {end.pid}, with {end.code}" for end in supervisor.ends if not end.cause and end.code != -9
    ]
    report.checked = {
        "jobs": len(snapshot.jobs), "chunks": len(snapshot.chunks), "attempts": len(snapshot.attempts),
        "calls": len(calls), "log lines": len(snapshot.log), "reservations": len(snapshot.reservations),
        "samples of limits": observer.samples,
    }
