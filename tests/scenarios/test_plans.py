"""No statement that is asked all the time reads a whole table: PostgreSQL's plans of what the product itself executes.

On tables of some thousand rows with statistics: there a scan of a table that grows is chosen only where no index
serves.  What is explained is captured while the product runs, with its values."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts import compiled, ttl_cache
from accounts.models import User, create_token
from accounts.server_bound import bound_cursor, in_one_message
from generation.core.outcomes import CallCode, Done, Reply, TokenUsage
from generation.models import Job, bulk, clock
from generation.services import quotas
from generation.services.alerts import evaluation
from generation.services.chunks import attempts, backlog, cache_lookup, claiming, leases, settling
from generation.services.chunks.finishing import Finished
from generation.services.jobs import progress, submission
from generation.services.maintenance import retention, sweeper
from generation.services.outbox import deliveries
from generation.services.usage import Spending
from generation.telemetry import counters, gauges
from tests.many_rows import fill
from tests.support import PROGRAM, REVISIONS, let_leases_run_out

pytestmark = pytest.mark.django_db(transaction=True)

JOBS, WAITING = 6_000, 1_500      # more than a claim looks at
ROWS_OF_A_CLAIM = 500             # of all its statements, of tables that grow
REPLY = Reply(json.dumps({"text": "word"}), TokenUsage(input_tokens=7, output_tokens=5))
Bound = Callable[[str, Any], AbstractContextManager[Any]]      # Any: parameters, a cursor
Plan = dict[str, Any]      # Any: PostgreSQL's JSON


@pytest.fixture(autouse=True)
def full(route, settings):
    if connection.vendor != "postgresql":
        pytest.skip("plans of PostgreSQL")
    settings.RETAIN_JOBS_DAYS = 50
    fill(JOBS, WAITING, days=60)


@pytest.fixture
def growing():
    """The tables with so many rows that nobody would read them all by choice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= 2000")
        return {name for name, in cursor.fetchall()}


@pytest.fixture
def executed(monkeypatch):
    """Statements with their values, and the way they went to the server, as the product executes them."""
    seen: list[tuple[Bound, str, Any]] = []      # Any: parameters

    @contextmanager
    def noting(sql: str, values: Any) -> Iterator[Any]:     # Any: as bound_cursor
        seen.append((bound_cursor, sql, values))
        with bound_cursor(sql, values) as cursor:
            yield cursor

    def noting_all(statements: Any) -> list[list[Any]]:     # Any: as in_one_message
        seen.extend((bound_cursor, sql, values) for sql, values in statements)
        return in_one_message(statements)

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:     # Any: Django's
        seen.append((django_cursor, sql, params))
        return execute(sql, params, many, context)

    for user in (compiled, bulk):
        monkeypatch.setattr(user, "bound_cursor", noting)
    monkeypatch.setattr(compiled, "in_one_message", noting_all)
    with connection.execute_wrapper(note):
        yield seen


@contextmanager
def django_cursor(sql: str, params: Any) -> Iterator[Any]:     # Any: as bound_cursor
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        yield cursor


def plans_of(executed: list[Any], act: Callable[[], object], *, analyze: bool = False) -> list[tuple[str, Plan]]:
    """What `act` executes, each statement with its plan; with `analyze` those that only read, with what they read."""
    ttl_cache.forget()
    executed.clear()
    act()
    verbs = ("SELECT",) if analyze else ("SELECT", "INSERT", "UPDATE", "DELETE")
    options = "ANALYZE, FORMAT JSON" if analyze else "FORMAT JSON"
    found = []
    for way, sql, values in [one for one in executed if one[1].startswith(verbs)]:
        with transaction.atomic(), way(f"EXPLAIN ({options}) {sql}", values) as cursor:
            found.append((sql, cursor.fetchone()[0][0]["Plan"]))
    assert found, "it asked nothing"
    return found


def nodes(plan: Plan) -> list[Plan]:
    return [plan, *(node for part in plan.get("Plans", ()) for node in nodes(part))]


def rows_read(plan: Plan, tables: set[str]) -> int:
    return sum(
        round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
        for node in nodes(plan) if node.get("Relation Name") in tables
    )


def claim(slots: int = 4) -> claiming.Batch:
    return claiming.claim(worker="w1", slots=slots, revisions=REVISIONS)


def settle() -> None:
    done = []
    for one in claim().claims:
        attempts.store_replies(attempts.reply_row(one, REPLY, "f" * 64))
        done.append(Finished(one, Done({"text": "word"}, "done"), REPLY, CallCode.OK, "f" * 64))
    settling.settle(*done)


def expire() -> None:
    claim()
    let_leases_run_out()
    assert leases.expire() >= 4


def take_parcels() -> None:
    deliveries.take_due(slots=4, busy={})


def waiting_job() -> Job:
    return Job.objects.active().order_by("-pk").select_related("user", "route")[0]


def ask() -> None:
    submission.submit(user=waiting_job().user, kind="training_program", brief=PROGRAM)


def let_go() -> None:
    retention.let_go(clock.now())
    deliveries.prune()


def look_at_limits() -> None:
    quotas.own_standings(waiting_job().user)


def look_at_place() -> None:
    progress.snapshot(waiting_job())


def look_at_usage() -> None:
    since = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    Spending(since).by("user")


def staff() -> User:
    return User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("root", password="only-here")


def list_jobs() -> None:
    user = waiting_job().user
    for whose in (user, staff()):
        client = Client(headers={"Authorization": f"Bearer {create_token(whose, whose.username)[1]}"})
        for query in ("", "?state=failed", "?kind=course", "?mine=true"):
            assert client.get(f"/api/v1/jobs{query}").status_code == 200


def list_for_staff() -> None:
    client = Client()
    client.force_login(staff())
    for name in ("index", *(f"generation_{table}_changelist" for table in ("job", "chunk", "attempt", "logentry"))):
        assert client.get(reverse(f"admin:{name}")).status_code == 200


ACTS = (
    claim, settle, expire, cache_lookup.serve_due, take_parcels, ask, sweeper.sweep, counters.count_ended, let_go,
    look_at_limits, look_at_place, look_at_usage, list_jobs, list_for_staff, gauges.look, evaluation.evaluate,
)


def test_no_statement_scans_a_table_that_grows(executed, growing):
    assert growing >= {f"generation_{name}" for name in ("job", "chunk", "attempt", "delivery", "logentry")}
    scanned = {
        (act.__name__, node["Relation Name"], sql) for act in ACTS for sql, plan in plans_of(executed, act)
        for node in nodes(plan) if node["Node Type"] == "Seq Scan" and node["Relation Name"] in growing
    }
    assert scanned == set()


def test_claim_reads_no_more_where_more_wait(executed, growing):
    claim()      # looks
    read = {sql: rows_read(plan, growing) for sql, plan in plans_of(executed, claim, analyze=True)}
    assert sum(read.values()) < ROWS_OF_A_CLAIM, read


def test_look_at_the_backlog_reads_what_waits_and_no_more(executed, growing):
    def look() -> None:
        assert backlog.look(backlog.revisions_of(REVISIONS)) is not None

    for sql, plan in plans_of(executed, look, analyze=True):
        assert rows_read(plan, growing) < 4 * WAITING, sql
