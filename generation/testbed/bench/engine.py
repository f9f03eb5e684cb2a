"""How much the engine adds to what the provider takes, and what a crash costs."""

import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from rich.console import Console
from rich.table import Table

from accounts.models import User
from generation.core.states import JobState
from generation.models import Attempt, AttemptState, Job, Origin
from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.bench.programs import (
    BRIEF,
    environment_of,
    make_users,
    ring_on,
    submit,
    submit_many,
    wait_for_end,
)
from generation.testbed.installation.processes import ROOT, Worker, servers_cpu_s
from generation.testbed.installation.provider_log import Call, place_of_call
from generation.testbed.installation.scratch_database import scratch_database
from generation.testbed.installation.waiting import Say, wait_until
from generation.testbed.quantiles import p95

CHUNKS = 13


@dataclass(frozen=True)
class EngineRow:
    """One way to make `programs` programs at once.  Ratios are over the critical path, plan + one week."""

    who: str
    programs: int
    median_ratio: float
    p95_ratio: float
    cpu_ms_per_chunk: float
    servers_cpu_ms_per_chunk: float | None
    peak_mb: float


@dataclass(frozen=True)
class Crash:
    """What `kill -9` of every worker in the middle of the work cost."""

    programs: int
    lost_jobs: int
    calls_after_done: int
    answers_paid_again: int
    answers_used_after_crash: int
    in_flight_at_kill: int


@dataclass
class EngineReport:
    plan_s: float
    unit_s: float
    workers: int
    database: str
    broker: str
    rows: list[EngineRow] = field(default_factory=list)
    doorbell_to_call_ms: dict[str, float] = field(default_factory=dict)
    crash: Crash | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(
    *, sizes: list[int], workers: int, plan_s: float, unit_s: float, say: Say, crash_programs: int = 20
) -> EngineReport:
    """Run everything on a scratch database; the tables' figures."""
    report = EngineReport(
        plan_s, unit_s, workers, settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[1],
        "redis" if settings.CELERY_BROKER_URL.startswith("redis") else settings.CELERY_BROKER_URL,
    )
    limit_s = plan_s + unit_s
    settings_of_provider = SimulatorSettings(plan_s=plan_s, unit_s=unit_s)
    with scratch_database() as url, SimulatorProcess(settings_of_provider) as simulator:
        environment = environment_of(url, simulator, CACHE_SCOPE="off")
        settings.CACHE_SCOPE = "off"      # the same brief again and again
        users = make_users()
        running = [Worker(environment).wait_ready() for _ in range(workers)]
        ring_on(environment["QUEUE_NAME"])
        try:
            say("warming up")
            _run(users, 2)
            say("doorbell to call")
            report.doorbell_to_call_ms = _doorbell_latency(users, simulator)
            for programs in sizes:
                say(f"{programs} programs: this engine")
                report.rows.append(_engine_row(users, programs, running, limit_s))
                for mode, who in (("gather", "asyncio.gather, bare SDK"), ("sequential", "sequential loop, bare SDK")):
                    if mode == "sequential" and programs > 1:
                        continue      # the loops would run side by side: that is its ratio already
                    say(f"{programs} programs: {who}")
                    report.rows.append(_baseline_row(mode, who, programs, simulator.base_url, limit_s))
            say("kill -9")
            report.crash = _crash(users, running, environment, simulator, crash_programs)
        finally:
            for worker in running:
                worker.stop()
    return report


def _run(users: list[User], programs: int) -> list[Job]:
    """Ask for `programs` programs at once and wait for them."""
    ids = submit_many(users, programs)
    wait_for_end(f"{programs} programs end", ids, 300)
    return list(Job.objects.filter(pk__in=ids))


def _engine_row(users: list[User], programs: int, running: list[Worker], limit_s: float) -> EngineRow:
    cpu, servers = sum(worker.cpu_s() for worker in running), servers_cpu_s()
    made = _run(users, programs)
    cpu, servers = sum(worker.cpu_s() for worker in running) - cpu, servers_cpu_s() - servers
    began = min(job.created_at for job in made)
    walls = [(job.finished_at - began).total_seconds() for job in made if job.finished_at]
    assert all(job.state == JobState.COMPLETED for job in made), "every program of a calm run completes"
    chunks = programs * CHUNKS
    return EngineRow(
        "this engine", programs, statistics.median(walls) / limit_s, p95(walls) / limit_s, cpu / chunks * 1000,
        servers / chunks * 1000, max(worker.peak_mb() for worker in running),
    )


def _baseline_row(mode: str, who: str, programs: int, base_url: str, limit_s: float) -> EngineRow:
    done = subprocess.run(
        [sys.executable, "-m", "generation.testbed.bench.baselines", mode, str(programs), json.dumps(BRIEF)],
        cwd=ROOT, env={**os.environ, "OPENAI_BASE_URL": base_url}, capture_output=True, text=True, check=True,
        timeout=300,
    )
    found = json.loads(done.stdout)
    walls = found["walls_s"]
    return EngineRow(
        who, programs, statistics.median(walls) / limit_s, p95(walls) / limit_s,
        found["cpu_s"] / (programs * CHUNKS) * 1000, None, found["peak_mb"],
    )


def _doorbell_latency(users: list[User], simulator: SimulatorProcess, samples: int = 10) -> dict[str, float]:
    """Milliseconds from the commit that accepted a job to the start of its plan call at the provider."""
    waits = []
    for _ in range(samples):
        job = submit(users[0], {"goal": "strength", "weeks": 1})
        job.refresh_from_db()
        call = _wait_for_call(simulator, job)
        waits.append((call["started_at"] - job.created_at.timestamp()) * 1000)
    wait_until("they end", lambda: not Job.objects.active().exists(), 60, 0.1)
    return {"p50": statistics.median(waits), "p95": p95(waits)}


def _wait_for_call(simulator: SimulatorProcess, job: Job) -> Call:
    found: list[Call] = []

    def is_asked() -> bool:
        found.extend(call for call in simulator.calls() if call["cache_key"] == str(job.public_id))
        return bool(found)

    wait_until("the plan is asked for", is_asked, 30, 0.02)
    return found[0]


def _crash(
    users: list[User], running: list[Worker], environment: dict[str, str], simulator: SimulatorProcess, programs: int
) -> Crash:
    simulator.clear_calls()
    ids = submit_many(users, programs)
    half = programs * CHUNKS // 2
    wait_until(
        "half of the calls are answered",
        lambda: Attempt.objects.filter(job__in=ids, state=AttemptState.SETTLED).count() >= half, 120, 0.02,
    )
    for worker in running:
        worker.kill()
    in_flight = Attempt.objects.filter(job__in=ids, state=AttemptState.ASKING).count()
    answered = {
        (str(key), fence, position)
        for key, fence, position in Attempt.objects.filter(job__in=ids, origin=Origin.PROVIDER)
        .exclude(reply="").values_list("job__public_id", "fence", "chunk__position")
    }
    stored = {(key, position) for key, _fence, position in answered}
    calls_before = {call["seq"] for call in simulator.calls()}
    running[:] = [Worker(environment).wait_ready() for _ in running]
    wait_for_end("the programs end after the crash", ids, 180)
    after = [call for call in simulator.calls() if call["seq"] not in calls_before]
    again = sum(place_of_call(call) in stored for call in after)
    return Crash(
        programs=programs,
        lost_jobs=Job.objects.filter(pk__in=ids).exclude(state=JobState.COMPLETED).count(),
        calls_after_done=_calls_after_done(ids, simulator),
        answers_paid_again=again,
        answers_used_after_crash=Attempt.objects.filter(job__in=ids, origin=Origin.STORED).count(),
        in_flight_at_kill=in_flight,
    )


def _calls_after_done(ids: list[int], simulator: SimulatorProcess) -> int:
    done = {
        (str(key), position): finished.timestamp()
        for key, position, finished in Job.objects.filter(pk__in=ids).values_list(
            "public_id", "chunks__position", "chunks__finished_at")
        if finished is not None
    }
    return sum(call["started_at"] > done.get(place_of_call(call), float("inf")) for call in simulator.calls())


def show(console: Console, report: EngineReport) -> None:
    """The tables that people read."""
    limit_s = report.plan_s + report.unit_s
    table = Table(
        title=f"12-week programs over the critical path of {limit_s:g} s "
        f"({report.database}, {report.broker}, {report.workers} workers)"
    )
    for name in ("at once", "who", "median", "p95", "CPU ms/chunk", "servers ms/chunk", "peak MB"):
        table.add_column(name, justify="left" if name == "who" else "right")
    for row in report.rows:
        servers = f"{row.servers_cpu_ms_per_chunk:.1f}" if row.servers_cpu_ms_per_chunk is not None else "—"
        table.add_row(
            str(row.programs), row.who, f"{row.median_ratio:.2f}", f"{row.p95_ratio:.2f}",
            f"{row.cpu_ms_per_chunk:.1f}", servers, f"{row.peak_mb:.0f}",
        )
    console.print(table)
    bell = report.doorbell_to_call_ms
    console.print(f"doorbell to call: p50 {bell['p50']:.0f} ms, p95 {bell['p95']:.0f} ms")
    if report.crash is not None:
        crash = report.crash
        console.print(
            f"kill -9 of all workers amid {crash.programs} programs: {crash.lost_jobs} lost, "
            f"{crash.calls_after_done} calls after done, {crash.answers_paid_again} stored answers paid again, "
            f"{crash.answers_used_after_crash} stored answers used, {crash.in_flight_at_kill} calls were in flight"
        )
