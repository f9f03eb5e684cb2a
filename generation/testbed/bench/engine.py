"""How much the engine adds to what the provider takes, and what a crash costs."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from accounts.models import User
from generation.core.states import JobState
from generation.models import Attempt, AttemptState, Job, Origin, Pulse
from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.bench.engine_report import CHUNKS, THIS_ENGINE, Crash, EngineReport, EngineRow
from generation.testbed.bench.peers.measuring import peer_row, peers_ready, restate_crash
from generation.testbed.bench.peers.restate import Restate
from generation.testbed.bench.programs import (
    BRIEF,
    environment_of,
    make_users,
    ring_on,
    submit,
    submit_many,
    wait_for_end,
)
from generation.testbed.bench.recorded import RecordedProgram
from generation.testbed.installation.processes import ROOT, Worker, cpu_s, servers_cpu_s
from generation.testbed.installation.provider_log import Call, Deliveries, delivered_before, place_of_call
from generation.testbed.installation.scratch_database import scratch_database
from generation.testbed.installation.waiting import Say, wait_until
from generation.testbed.quantiles import p95

BASELINES = {
    "gather": "asyncio.gather, bare SDK", "gather-aiohttp": "asyncio.gather, SDK on aiohttp",
    "sequential": "sequential loop, bare SDK",
}


def measure(
    *, sizes: list[int], workers: int, plan_s: float, unit_s: float, say: Say, kills: int = 1,
    crash_programs: int = 20, peers: bool = False,
) -> EngineReport:
    """Run everything on a scratch database; the tables' figures.  `peers` puts other engines beside this one."""
    program = RecordedProgram(BRIEF)
    report = EngineReport(
        plan_s, unit_s, workers, settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[1],
        "redis" if settings.CELERY_BROKER_URL.startswith("redis") else settings.CELERY_BROKER_URL,
        program.checks_cpu_ms(),
    )
    limit_s = plan_s + unit_s
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(scratch_database())
        call_log = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "calls.jsonl"
        simulator = stack.enter_context(
            SimulatorProcess(SimulatorSettings(plan_s=plan_s, unit_s=unit_s, call_log=call_log)))
        others = stack.enter_context(
            peers_ready(report, program, database_url=url, simulator=simulator, say=say)) if peers else []
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
                say(f"{programs} programs: {THIS_ENGINE}")
                report.rows.append(_engine_row(users, programs, running, simulator, limit_s))
                for mode, who in BASELINES.items():
                    if mode == "sequential" and programs > 1:
                        continue      # the loops would run side by side: that is its ratio already
                    if mode == "gather-aiohttp" and not peers:
                        continue      # the transport that the other engines' programs use
                    say(f"{programs} programs: {who}")
                    report.rows.append(_baseline_row(mode, who, programs, simulator, limit_s))
                for peer in others:
                    say(f"{programs} programs: {peer.name}")
                    report.rows.append(peer_row(peer, programs, simulator, limit_s))
            kept = [found for pulse in Pulse.objects.all() if (found := pulse.detail.get("kept_after_s")) is not None]
            report.reply_kept_ms_p99 = max(kept) * 1000 if kept else None
            for _ in range(kills):
                say(f"kill -9: {THIS_ENGINE}")
                report.crashes.append(_crash(users, running, environment, simulator, call_log, crash_programs))
                for restate in (peer for peer in others if isinstance(peer, Restate)):
                    say(f"kill -9: {restate.name}")
                    report.peer_crashes.append(restate_crash(restate, simulator, call_log, crash_programs))
        finally:
            for worker in running:
                worker.stop()
    return report


def _run(users: list[User], programs: int) -> list[Job]:
    """Ask for `programs` programs at once and wait for them."""
    ids = submit_many(users, programs)
    wait_for_end(f"{programs} programs end", ids, 300)
    return list(Job.objects.filter(pk__in=ids))


def _engine_row(
    users: list[User], programs: int, running: list[Worker], simulator: SimulatorProcess, limit_s: float
) -> EngineRow:
    has_servers = connection.vendor == "postgresql"
    cpu, servers, provider = sum(worker.cpu_s() for worker in running), servers_cpu_s(), cpu_s(simulator.pid)
    made = _run(users, programs)
    cpu, servers = sum(worker.cpu_s() for worker in running) - cpu, servers_cpu_s() - servers
    provider = cpu_s(simulator.pid) - provider
    began = min(job.created_at for job in made)
    walls = [(job.finished_at - began).total_seconds() for job in made if job.finished_at]
    assert all(job.state == JobState.COMPLETED for job in made), "every program of a calm run completes"
    chunks = programs * CHUNKS
    return EngineRow(
        THIS_ENGINE, programs, statistics.median(walls) / limit_s, p95(walls) / limit_s, cpu / chunks * 1000,
        servers / chunks * 1000 if has_servers else None, provider / chunks * 1000,
        sum(worker.peak_mb() for worker in running), chunks / max(walls),
    )


def _baseline_row(mode: str, who: str, programs: int, simulator: SimulatorProcess, limit_s: float) -> EngineRow:
    provider = cpu_s(simulator.pid)
    done = subprocess.run(
        [sys.executable, "-m", "generation.testbed.bench.baselines", mode, str(programs), json.dumps(BRIEF)],
        cwd=ROOT, env={**os.environ, "OPENAI_BASE_URL": simulator.base_url}, capture_output=True, text=True, check=True,
        timeout=300,
    )
    provider = cpu_s(simulator.pid) - provider
    found = json.loads(done.stdout)
    walls, chunks = found["walls_s"], programs * CHUNKS
    return EngineRow(
        who, programs, statistics.median(walls) / limit_s, p95(walls) / limit_s,
        found["cpu_s"] / chunks * 1000, None, provider / chunks * 1000, found["peak_mb"],
        chunks / max(walls),
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
    users: list[User], running: list[Worker], environment: dict[str, str], simulator: SimulatorProcess, call_log: Path,
    programs: int,
) -> Crash:
    simulator.clear_calls()
    deliveries = Deliveries(call_log)
    ids = submit_many(users, programs)
    deliveries.wait_for(programs * CHUNKS // 2)
    killed_at = time.time()
    for worker in running:
        worker.kill()
    before = simulator.calls()
    delivered = delivered_before(before, killed_at)
    in_flight = Attempt.objects.filter(job__in=ids, state=AttemptState.ASKING).count()
    stored = {
        (str(key), position) for key, position in Attempt.objects.filter(job__in=ids, origin=Origin.PROVIDER)
        .exclude(reply="").values_list("job__public_id", "chunk__position")
    }
    seen = {call["seq"] for call in before}
    began = time.time()
    running[:] = [Worker(environment) for _ in running]
    for worker in running:
        worker.wait_ready()
    ready = time.time()
    wait_for_end("the programs end after the crash", ids, 180)
    after = [call for call in simulator.calls() if call["seq"] not in seen]
    return Crash(
        programs=programs,
        lost_jobs=Job.objects.filter(pk__in=ids).exclude(state=JobState.COMPLETED).count(),
        calls_after_done=_calls_after_done(ids, simulator),
        delivered=len(delivered),
        delivered_paid_again=sum(place_of_call(call) in delivered for call in after),
        stored_paid_again=sum(place_of_call(call) in stored for call in after),
        answers_used_after_crash=Attempt.objects.filter(job__in=ids, origin=Origin.STORED).count(),
        in_flight_at_kill=in_flight,
        first_call_after_s=min((call["started_at"] for call in after), default=ready) - began,
    )


def _calls_after_done(ids: list[int], simulator: SimulatorProcess) -> int:
    done = {
        (str(key), position): finished.timestamp()
        for key, position, finished in Job.objects.filter(pk__in=ids).values_list(
            "public_id", "chunks__position", "chunks__finished_at")
        if finished is not None
    }
    return sum(call["started_at"] > done.get(place_of_call(call), float("inf")) for call in simulator.calls())
