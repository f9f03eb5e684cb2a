"""How fast the web process accepts jobs and shows them, over a floor measured in the same run; and what an identical
request takes the second time."""

import json
import secrets
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from rich.console import Console
from rich.table import Table

from accounts.models import Limit, Policy, Role, User, create_token
from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.api_client import ApiClient
from generation.testbed.bench.programs import ACTIVE, BRIEF, USERS
from generation.testbed.bench.web import WebServer
from generation.testbed.installation.processes import ROOT, Worker, servers_cpu_s
from generation.testbed.installation.scratch_database import database_url, scratch_database
from generation.testbed.installation.waiting import Say, wait_until
from generation.testbed.quantiles import quantile

JOBS = "/api/v1/jobs"
PLENTY = 10**12
ASK, LOOK = "POST /jobs", "GET /jobs/{id}"
GOALS_P99_MS = {ASK: 100.0, LOOK: 50.0}      # with PostgreSQL and Redis
WARM_UP = 60
DOCUMENT_S = 60.0


@dataclass(frozen=True)
class ApiRow:
    """One kind of request at the rate; milliseconds from the scheduled moment to the end of the answer."""

    what: str
    requests: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    sent_late_p99_ms: float          # of the generator itself; part of the latencies
    web_cpu_ms: float                # for one request
    servers_cpu_ms: float


@dataclass(frozen=True)
class Again:
    """Seconds from a request to the complete document, as the requester sees it."""

    first_s: float
    again_s: float
    from_cache: int                  # answers that said so, of `pairs`
    pairs: int


@dataclass
class ApiReport:
    rate: float
    seconds: float
    processes: int
    database: str
    broker: str
    rows: list[ApiRow] = field(default_factory=list)
    again: Again | None = None

    def as_json(self) -> dict[str, Any]:     # Any: JSON
        return asdict(self)


def measure(*, rate: float, seconds: float, processes: int, pairs: int, say: Say) -> ApiReport:
    """Everything on a scratch database, with limits that bind nobody but are counted like any other."""
    report = ApiReport(
        rate, seconds, processes, settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[1],
        "redis" if settings.CELERY_BROKER_URL.startswith("redis") else settings.CELERY_BROKER_URL,
    )
    with SimulatorProcess(SimulatorSettings(plan_s=0.3, unit_s=0.5)) as simulator:
        provider = {"OPENAI_BASE_URL": simulator.base_url, "OPENAI_API_KEY": "bench"}
        with scratch_database():      # without a worker: what waits is shown with its place in the queue
            tokens = _tokens()
            with WebServer(_environment(provider), processes=processes) as web:
                _load(report, web, tokens, say)
        with scratch_database():
            say("the same request twice")
            environment, tokens = _environment(provider), _tokens()
            with WebServer(environment, processes=processes) as web:
                report.again = _twice(environment, web, tokens[0], pairs)
    return report


def _environment(provider: dict[str, str]) -> dict[str, str]:
    """Of a web process and a worker that share this process's scratch database.  The edge counts, and stops nobody."""
    return {
        **provider, "DATABASE_URL": database_url(), "QUEUE_NAME": f"bench-{secrets.token_hex(4)}",
        "API_RATE": "1000000/m",
    }


def _tokens() -> list[str]:
    """Tokens of USERS teachers, whose limits are those of a usual installation, only never reached."""
    for policy in Policy.objects.all():
        policy.max_running_jobs = 1_000_000
        policy.save()
    Limit.objects.update(limit=PLENTY)
    users = [User.objects.create_user(f"user{n}", role=Role.TEACHER) for n in range(USERS)]
    return [create_token(user, "bench")[1] for user in users]


def _load(report: ApiReport, web: WebServer, tokens: list[str], say: Say) -> None:
    count = max(1, round(report.rate * report.seconds))

    def asks(number: int) -> list[dict[str, Any]]:     # Any: JSON
        """Every request is for another document, as people's are."""
        return [
            {"method": "POST", "path": JOBS, "token": tokens[n % USERS], "keep": True, "body": {
                "kind": "training_program",
                "brief": {**BRIEF, "preferences": f"Program {secrets.token_hex(4)} of the load."},
            }}
            for n in range(number)
        ]

    def looks(number: int) -> list[dict[str, Any]]:     # Any: JSON
        return [
            {"method": "GET", "path": f"{JOBS}/{job}", "token": token}
            for token, job in (accepted[n % len(accepted)] for n in range(number))
        ]

    say("warming up")
    accepted: list[list[str]] = _sent(web, report.rate / 2, asks(min(WARM_UP, count)))["answers"]
    assert accepted, "the web process accepted nothing"
    _sent(web, report.rate / 2, looks(min(WARM_UP, count)))
    floor = [{"method": "GET", "path": "/healthz"} for _ in range(count)]
    for what, requests in (("floor: GET /healthz", floor), (LOOK, looks(count)), (ASK, asks(count))):
        say(f"{what}, {report.rate:g} a second for {report.seconds:g} s")
        report.rows.append(_row(what, web, report.rate, requests))


def _sent(web: WebServer, rate: float, requests: list[dict[str, Any]]) -> dict[str, Any]:     # Any: JSON
    plan = {"url": web.url, "rate": rate, "requests": requests}
    done = subprocess.run(
        [sys.executable, "-m", "generation.testbed.bench.load"], cwd=ROOT, input=json.dumps(plan),
        capture_output=True, text=True, check=True, timeout=len(requests) / rate + 120,
    )
    found: dict[str, Any] = json.loads(done.stdout)     # Any: JSON
    return found


def _row(what: str, web: WebServer, rate: float, requests: list[dict[str, Any]]) -> ApiRow:     # Any: JSON
    cpu, servers = web.cpu_s(), servers_cpu_s()
    found = _sent(web, rate, requests)
    count = len(requests)
    cpu, servers = web.cpu_s() - cpu, servers_cpu_s() - servers
    p50, p95, p99 = (quantile(found["latencies_s"], share) * 1_000 for share in (0.50, 0.95, 0.99))
    fine = sum(number for code, number in found["codes"].items() if code in {"200", "202"})
    return ApiRow(
        what, count, p50, p95, p99, count - fine, quantile(found["lateness_s"], 0.99) * 1_000, cpu / count * 1_000,
        servers / count * 1_000,
    )


def _twice(environment: dict[str, str], web: WebServer, token: str, pairs: int) -> Again:
    """`pairs` different requests, each made twice: until the document is complete, over HTTP, with one worker."""
    client = ApiClient(web.url, token)
    worker = Worker(environment).wait_ready()
    first, again, from_cache = [], [], 0
    try:
        for number in range(pairs):
            brief = {**BRIEF, "weeks": 1 + number % 12, "days_per_week": 2 + number // 12 % 4}
            first.append(_completed(client, brief)[0])
            took_s, is_cached = _completed(client, brief)
            again.append(took_s)
            from_cache += is_cached
    finally:
        worker.stop()
    return Again(quantile(first, 0.5), quantile(again, 0.5), from_cache, pairs)


def _completed(client: ApiClient, brief: dict[str, Any]) -> tuple[float, bool]:     # Any: JSON
    """Seconds until the document of `brief` is complete, and whether the job says that it came from a cache."""
    began = time.monotonic()
    found = client.ask("POST", JOBS, {"kind": "training_program", "brief": brief}).json

    def has_ended() -> bool:
        nonlocal found
        if found["state"] in ACTIVE:
            found = client.ask("GET", f"{JOBS}/{found['id']}").json
        return found["state"] not in ACTIVE

    wait_until("the document is complete", has_ended, DOCUMENT_S, 0.02)
    took_s = time.monotonic() - began
    assert found["state"] == "completed", "every program of a calm run completes"
    return took_s, bool(found.get("from_cache"))


def show(console: Console, report: ApiReport) -> None:
    """The tables that people read."""
    table = Table(
        title=f"{report.rate:g} requests a second, open loop, {report.seconds:g} s each; ms from the scheduled moment "
        f"({report.database}, {report.broker}, {report.processes} web process{'es' * (report.processes > 1)})"
    )
    for name in ("what", "p50", "p95", "p99", "p50/floor", "goal p99", "errors", "sent late", "web CPU", "servers CPU"):
        table.add_column(name, justify="left" if name == "what" else "right")
    floor = report.rows[0].p50_ms
    for row in report.rows:
        goal = GOALS_P99_MS.get(row.what)
        table.add_row(
            row.what, f"{row.p50_ms:.1f}", f"{row.p95_ms:.1f}", f"{row.p99_ms:.1f}", f"{row.p50_ms / floor:.1f}",
            f"{goal:g} {'met' if row.p99_ms <= goal else 'missed'}" if goal else "—", str(row.errors),
            f"{row.sent_late_p99_ms:.1f}", f"{row.web_cpu_ms:.1f}", f"{row.servers_cpu_ms:.1f}",
        )
    console.print(table)
    if report.again is not None:
        again = report.again
        console.print(
            f"request to complete document, median of {again.pairs}: first {again.first_s:.2f} s, again "
            f"{again.again_s:.2f} s (ratio {again.again_s / again.first_s:.2f}); {again.from_cache} of {again.pairs} "
            f"came from the cache"
        )
