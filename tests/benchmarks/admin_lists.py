"""How fast the admin's lists are with 100,000 jobs and 1,000,000 log lines, and what a batch of pruning takes.

    python tests/benchmarks/admin_lists.py [--jobs N] [--lines N] [--rounds N]

In a scratch database of the kind that DATABASE_URL names.  Server time: the whole request through Django's
middleware, view and template, without the network.  Filters should stay below 300 ms at p95."""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from generation.models import Attempt, Chunk, Job, LogEntry, Route  # noqa: E402
from generation.services.maintenance import retention  # noqa: E402
from generation.testbed.installation.scratch_database import scratch_database  # noqa: E402

BATCH = 5_000
USERS = 200
DAYS = 120
CODES = ("submit", "finish", "finish", "finish", "finish", "retry", "completed", "release", "give_up", "repair")


def in_batches(rows: Iterator[Any], model: Any) -> list[Any]:     # Any: rows of any model
    made, batch = [], []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            model.objects.bulk_create(batch)
            made += [one.pk for one in batch]
            batch = []
    model.objects.bulk_create(batch)
    return made + [one.pk for one in batch]


def fill(jobs: int, lines: int) -> Job:
    now, route = timezone.now(), Route.objects.order_by("priority")[0]
    User.objects.bulk_create(User(username=f"person-{n}", role="student") for n in range(USERS))
    users = list(User.objects.filter(role="student").values_list("pk", flat=True))

    def job(n: int) -> Job:
        at = now - dt.timedelta(days=DAYS) * (1 - n / jobs)
        state = "completed" if n % 10 else "failed"
        return Job(
            public_id=uuid.uuid4(), user_id=users[n % USERS], kind="training_program" if n % 3 else "course",
            kind_revision=1, brief={"goal": "strength"}, title=f"Strength: program {n}", route=route, unit_total=12,
            unit_done=12 if state == "completed" else 0, state=state, reason="" if n % 10 else "refused",
            request_fingerprint="f" * 64, created_at=at, started_at=at, finished_at=at,
        )

    ids = in_batches((job(n) for n in range(jobs)), Job)
    chunks = in_batches((
        Chunk(job_id=pk, position=0, stage="plan", title="Plan", state="done", content={}, finished_at=now)
        for pk in ids
    ), Chunk)
    in_batches((
        Attempt(
            job_id=pk, chunk_id=chunk, fence=1, route=route, model=route.model, worker="w", state="settled",
            code="ok" if pk % 7 else "timeout", is_booked=True, settled_at=now, request_id=f"req-{pk}",
        ) for pk, chunk in zip(ids, chunks, strict=True)
    ), Attempt)
    with connection.cursor() as cursor:
        cursor.execute(_lines_sql(ids[0], len(ids), users[0], lines))
        cursor.execute("ANALYZE")
    return Job.objects.get(pk=ids[len(ids) // 2])


@dataclass
class Queries:
    """Counts and times what goes to the database."""

    count: int = 0
    ms: float = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:     # Any: Django's
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            self.ms += (time.perf_counter() - started) * 1_000


def _lines_sql(first_job: int, jobs: int, first_user: int, lines: int) -> str:
    """All lines in one statement: a million rows through Python would take longer than what is measured.

    Ids of jobs and users are consecutive; 90 % of the lines are info, 8 % warnings, 2 % errors."""
    age_s = f"({DAYS * 86_400} * (1 - i * 1.0 / {lines}))"
    at = (
        f"now() - {age_s} * interval '1 second'" if connection.vendor == "postgresql"
        else f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || {age_s} || ' seconds')"
    )
    codes = " ".join(f"WHEN {n} THEN '{code}'" for n, code in enumerate(CODES))
    job = f"(CAST(i AS bigint) * {jobs} / {lines})"
    return f"""
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {lines - 1})
        INSERT INTO generation_logentry
            (job_id, user_id, by_id, at, code, level, message, advice, request_id, trace, data)
        SELECT {first_job} + {job}, {first_user} + {job} % {USERS},
            CASE WHEN i % 50 = 0 THEN {first_user} + i / 50 % {USERS} END, {at}, CASE i % {len(CODES)} {codes} END,
            CASE WHEN i * 37 % 100 < 90 THEN 'info' WHEN i * 37 % 100 < 98 THEN 'warning' ELSE 'error' END,
            'week ' || (i % 12 + 1) || ' of 12 complete: build phase, 3 workouts, $0.0021', '', '', '',
            '{{"cost_usd_micros": 2100}}'
        FROM n
    """


def measured(act: Callable[[], object], rounds: int) -> str:
    """Milliseconds of the whole request, of CPU in this process, and of its queries; how many queries."""
    act()
    whole, cpu, database = [], [], []
    for _ in range(rounds):
        queries = Queries()
        started, cpu_started = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(queries):
            act()
        whole.append((time.perf_counter() - started) * 1_000)
        cpu.append((time.process_time() - cpu_started) * 1_000)
        database.append(queries.ms)
    return "".join(
        [f"{statistics.median(times):>8.0f}{p95(times):>8.0f}" for times in (whole, cpu, database)]
    ) + f"{queries.count:>9}"


def p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def pages(job: Job) -> dict[str, str]:
    log, jobs, calls = (reverse(f"admin:generation_{name}_changelist") for name in ("logentry", "job", "attempt"))

    def deepest(address: str, model: Any) -> str:     # Any: of any model
        return f"{address}?p={min(200, model.objects.count() // 50)}"

    day = (timezone.now() - dt.timedelta(days=60)).date()
    return {
        "log: list": log, "log: deepest page": deepest(log, LogEntry),
        "log: errors": f"{log}?level__exact=error", "log: what happened": f"{log}?code=give_up",
        "log: none of a code": f"{log}?code=surprise",
        "log: one job": f"{log}?job_id={job.public_id}", "log: job link": f"{log}?job__id__exact={job.pk}",
        "log: whose job": f"{log}?of={job.user.username}", "log: who did it": f"{log}?who={job.user.username}",
        "log: last hour": f"{log}?since=hour", "log: last 30 days": f"{log}?since=month",
        "log: one day": f"{log}?day={day}",
        "log: errors of a person": f"{log}?level__exact=error&of={job.user.username}",
        "log: errors of a day": f"{log}?level__exact=error&day={day}",
        "log: search": f"{log}?q=week+7", "log: search for nothing": f"{log}?q=zebra",
        "jobs: list": jobs, "jobs: deepest page": deepest(jobs, Job), "jobs: failed": f"{jobs}?state__exact=failed",
        "jobs: search title": f"{jobs}?q=program+77", "jobs: search id": f"{jobs}?q={job.public_id}",
        "jobs: search for nothing": f"{jobs}?q=zebra",
        "calls: list": calls, "calls: deepest page": deepest(calls, Attempt),
        "calls: timeouts": f"{calls}?code__exact=timeout",
        "calls: request id": f"{calls}?q=req-{job.pk}", "calls: search for nothing": f"{calls}?q=zebra",
        "first page": reverse("admin:index"),
        "log of one job as CSV": reverse("admin:generation_job_log_csv", args=[job.pk]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with scratch_database():
        started = time.perf_counter()
        job = fill(options.jobs, options.lines)
        print(f"{connection.vendor}: {options.jobs:,} jobs, {options.jobs:,} calls, {options.lines:,} lines "
              f"in {time.perf_counter() - started:.0f} s\n")
        client = Client()
        client.force_login(User.objects.create_superuser("root", password="only-here"))

        def get(address: str) -> None:
            response = client.get(address)
            assert response.status_code == 200, (address, response.status_code)

        print(f"{'p50 and p95 in ms':<28}{'request':>16}{'CPU':>16}{'database':>16}{'queries':>9}")
        for name, address in pages(job).items():
            print(f"{name:<28}{measured(partial(get, address), options.rounds)}", flush=True)
        prune(timezone.now())


def prune(now: dt.datetime) -> None:
    """Until nothing is too old; each batch is what one turn of the sweeper locks."""
    times, rows = [], 0
    while True:
        started = time.perf_counter()
        pruned = retention.prune_log(now)
        times.append((time.perf_counter() - started) * 1_000)
        rows += pruned
        if not pruned or rows >= 100_000:
            break
    started = time.perf_counter()
    retention.prune_log(now - dt.timedelta(days=DAYS))
    idle_ms = (time.perf_counter() - started) * 1_000
    print(f"\npruned {rows:,} lines in {len(times)} batches: "
          f"p50 {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms; "
          f"a look that finds nothing {idle_ms:.1f} ms")


if __name__ == "__main__":
    main()
