"""How claim, settle, sweep, counters and retention fare with a million jobs in the tables and 100,000 parts waiting.

    DATABASE_URL=postgresql://… python tests/benchmarks/scale.py [--jobs N] [--waiting N] [--claimers N] [--rounds N]

In a scratch database, about 6 GB, filled in some minutes.  Jobs that ended, over two years, have a plan, one unit, two
calls and up to three log lines each: of a real program's 13 parts a million would take 40 GB.  Waiting parts are of
active jobs with ten due units each, ten jobs for a user.

A claimer claims four parts, settles them, and rests, as a worker whose calls take their time; `--rest-s 0` measures the
queue for the machine's cores instead."""

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts import ttl_cache  # noqa: E402
from accounts.models import User, create_token  # noqa: E402
from generation.core.outcomes import CallCode, Done, Reply, TokenUsage  # noqa: E402
from generation.kinds import all_kinds  # noqa: E402
from generation.models import Chunk, Job, clock  # noqa: E402
from generation.services import quotas  # noqa: E402
from generation.services.alerts import evaluation  # noqa: E402
from generation.services.chunks import attempts, backlog, cache_lookup, claiming, settling  # noqa: E402
from generation.services.chunks.finishing import Finished  # noqa: E402
from generation.services.jobs import progress  # noqa: E402
from generation.services.maintenance import retention, sweeper  # noqa: E402
from generation.services.outbox import deliveries  # noqa: E402
from generation.telemetry import counters, gauges  # noqa: E402
from generation.testbed.installation.scratch_database import scratch_database  # noqa: E402
from generation.testbed.quantiles import p50_p95  # noqa: E402
from tests.many_rows import fill  # noqa: E402

SLOTS = 4
REVISIONS = {slug: kind.revision for slug, kind in all_kinds().items()}
CONTENT = {"text": "word " * 300}
REPLY = Reply(json.dumps(CONTENT), TokenUsage(input_tokens=1_000, output_tokens=500))
Times = dict[str, list[float]]      # milliseconds, by what was done


def timed(times: Times, what: str, act: Callable[[], object]) -> object:
    started = time.perf_counter()
    found = act()
    times.setdefault(what, []).append((time.perf_counter() - started) * 1_000)
    return found


# --- Claimers -------------------------------------------------------------------------------------


def work(rounds: int, rest_s: float) -> Times:
    """What a worker's transactions take; in a process of its own."""
    settings.CACHE_SCOPE = "off"
    worker, times = f"claimer:{os.getpid()}:0", Times()
    look(worker)      # statements are compiled, and what is remembered is there
    for _ in range(rounds):
        backlog.look_again(backlog.revisions_of(REVISIONS))      # as a worker does beside its claims
        time.sleep(random.uniform(0, 2 * rest_s))
        timed(times, "look for twins that are due", cache_lookup.serve_due)
        batch = timed(times, f"claim of {SLOTS} parts", partial(look, worker))
        assert isinstance(batch, claiming.Batch)
        for claim in batch.claims:
            row = attempts.reply_row(claim, REPLY, "f" * 64)
            timed(times, "reply stored", partial(attempts.store_replies, row))
            done = Finished(claim, Done(CONTENT, "done"), REPLY, CallCode.OK, "f" * 64)
            timed(times, "part settled", partial(settling.settle, done))
    return times


def look(worker: str) -> claiming.Batch:
    return claiming.claim(worker=worker, slots=SLOTS, revisions=REVISIONS)


def work_together(claimers: int, rounds: int, rest_s: float) -> Times:
    times = Times()
    with multiprocessing.get_context("spawn").Pool(claimers) as pool:
        for found in pool.starmap(work, [(rounds, rest_s)] * claimers):
            for what, taken in found.items():
                times.setdefault(what, []).extend(taken)
    return times


# --- One after another ----------------------------------------------------------------------------


def upkeep(rounds: int) -> Times:
    times = Times()
    now = clock.now()
    settings.RETAIN_JOBS_DAYS = 365
    for _ in range(rounds):
        timed(times, "sweep", sweeper.sweep)
        timed(times, "calls and jobs counted", counters.count_ended)
        timed(times, "failures grouped", partial(sweeper.keep_up, "incidents"))
        timed(times, "alerts measured", evaluation.evaluate)
        timed(times, "metrics", gauges.look)
        timed(times, "retention: a batch of log lines", partial(retention.prune_log, now))
        timed(times, "retention: a batch of replies", partial(retention.drop_replies, now))
        timed(times, "retention: a batch of documents", partial(retention.expire_jobs, now))
        timed(times, "retention: a batch of deliveries", deliveries.prune)
        timed(times, "deliveries taken", partial(deliveries.take_due, slots=4, busy={}))
    return times


def questions(rounds: int) -> Times:
    """What people and programs ask, each time anew."""
    times = Times()
    waits = Job.objects.active().order_by("-pk").select_related("user", "route")[0]
    root = User.objects.create_superuser("root", password="only-here")
    staff, owner = Client(), Client(headers={"Authorization": f"Bearer {create_token(waits.user, 'bench')[1]}"})
    staff.force_login(root)

    def get(client: Client, address: str) -> None:
        response = client.get(address)
        assert response.status_code == 200, (address, response.status_code)

    jobs = reverse("admin:generation_job_changelist")
    for _ in range(rounds):
        ttl_cache.forget()
        timed(times, "progress with place in the queue", partial(progress.snapshot, waits))
        timed(times, "limits of a user", partial(quotas.own_standings, waits.user))
        timed(times, "API: own jobs", partial(get, owner, "/api/v1/jobs"))
        timed(times, "API: own jobs that failed", partial(get, owner, "/api/v1/jobs?state=failed"))
        timed(times, "API: own limits", partial(get, owner, "/api/v1/me/usage"))
        timed(times, "admin: first page", partial(get, staff, reverse("admin:index")))
        timed(times, "admin: jobs", partial(get, staff, jobs))
        timed(times, "admin: jobs that failed", partial(get, staff, f"{jobs}?state__exact=failed"))
        timed(times, "admin: calls", partial(get, staff, reverse("admin:generation_attempt_changelist")))
    return times


def show(title: str, times: Times) -> None:
    print(f"\n{title + ', ms':<44}{'p50':>9}{'p95':>9}{'times':>8}")
    for what, taken in times.items():
        p50, p95 = p50_p95(taken) or (0.0, 0.0)
        print(f"{what:<44}{p50:>9.1f}{p95:>9.1f}{len(taken):>8,}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1_000_000, help="that ended (default: 1,000,000)")
    parser.add_argument("--waiting", type=int, default=100_000, help="parts that are due (default: 100,000)")
    parser.add_argument("--claimers", type=int, default=20, help="processes (default: 20)")
    parser.add_argument("--rounds", type=int, default=20, help="of everything (default: 20)")
    parser.add_argument("--rest-s", type=float, default=2.0, help="between two claims of a process (default: 2)")
    options = parser.parse_args()
    if connection.vendor != "postgresql":
        parser.error("DATABASE_URL has to name a PostgreSQL server")
    with scratch_database() as url:
        os.environ["DATABASE_URL"] = url      # of the claimers
        started = time.perf_counter()
        fill(options.jobs, options.waiting)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
            size, = cursor.fetchone()
        due = Chunk.objects.filter(state="pending").count()
        print(f"{Job.objects.count():,} jobs, {due:,} parts due, {size}, filled in "
              f"{time.perf_counter() - started:.0f} s; {os.cpu_count()} cores")
        connection.close_pool()
        show(f"{options.claimers} claimers", work_together(options.claimers, options.rounds, options.rest_s))
        show("upkeep", upkeep(options.rounds))
        show("questions", questions(options.rounds))


if __name__ == "__main__":
    main()
