"""Migrations on filled databases of the state before, forwards and back."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = ("generation", "0003_default_alert_rules")
NOON = dt.datetime(2026, 11, 29, 12, 0, 0, 123_000, tzinfo=dt.UTC)
PACE = {"calls": None, "paces": {"course/unit": 0.01, "course/unit/its clock": 0.002}, "latency_s": 1.5}
Tables = Callable[[str], Any]      # Any: a historical model's manager


def migrate(*targets: tuple[str, str]) -> Tables:
    """The tables as they are at `targets`."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    apps = MigrationExecutor(connection).loader.project_state(list(targets)).apps
    return lambda name: apps.get_model("generation", name).objects


@pytest.fixture
def newest() -> Iterator[tuple[str, str]]:
    """The last migration, to which the database comes back whatever the test did."""
    [target] = [node for node in MigrationExecutor(connection).loader.graph.leaf_nodes() if node[0] == "generation"]
    yield target
    migrate(target)


@pytest.fixture
def before(transactional_db: None, newest: tuple[str, str]) -> Tables:
    return migrate(BEFORE)


def fill(before: Tables) -> int:
    """A row of everything that moves; the id of the route."""
    before("Turn").create(name="incidents", taken_at=NOON, note={"until": "2026-11-29T11:59:00+00:00"})
    before("Turn").create(name="cache", taken_at=NOON)
    before("Watch").update_or_create(id=1, defaults={"taken_at": NOON, "by": "host:1:ab"})
    for name, detail in (("sweeper", {"by": "host:1:ab"}), ("host:1:ab", {"in_flight": 2})):
        before("Pulse").create(name=name, beat_at=NOON, started_at=NOON, detail=detail)
    stored = {name: value for name, value in PACE.items() if name != "calls"}
    route = before("Route").create(
        slug="paced", model="m", input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1,
        concurrency_limit=40, concurrency=stored)
    for stage in ("judge", "unit"):
        before("RouteUse").create(route=route, stage=stage)
    return route.pk


def test_turns_watch_and_the_sweeper_s_pulse_become_elections(before, newest):
    from generation.core.call_reports import Timed
    from generation.models import Election, Pulse, Route, RouteUse

    route_id = fill(before)
    migrate(newest)

    rows = {row.name: (row.won_at, row.by, row.note) for row in Election.objects.all()}
    assert rows == {
        "incidents": (NOON, "", {"until": "2026-11-29T11:59:00+00:00"}), "cache": (NOON, "", {}),
        "alerts": (NOON, "host:1:ab", {}), "sweeper": (NOON, "host:1:ab", {}),
    }
    assert list(Pulse.objects.values_list("name", flat=True)) == ["host:1:ab"]
    limit = Route.objects.get(pk=route_id).limit
    assert limit.paces == {Timed("course/unit"): 0.01, Timed("course/unit", by_provider=True): 0.002}
    assert (limit.calls, limit.latency_s) == (40, 1.5)
    assert list(RouteUse.objects.filter(route=route_id).values_list("stage", flat=True)) == ["unit"]


def test_an_empty_installation_migrates(before, newest):
    from generation.models import Election

    for name in ("Turn", "Watch", "Pulse", "RouteUse"):
        before(name).all().delete()
    migrate(newest)
    assert not Election.objects.exists()


def test_going_back_brings_the_turns_back(before, newest):
    route_id = fill(before)
    migrate(newest)
    again = migrate(BEFORE)

    assert {row.name: row.note for row in again("Turn").all()} == {
        "incidents": {"until": "2026-11-29T11:59:00+00:00"}, "cache": {}}
    assert again("Watch").get().by == "host:1:ab"
    assert {row.name: row.beat_at for row in again("Pulse").all()} == {"sweeper": NOON, "host:1:ab": NOON}
    assert again("Route").get(pk=route_id).concurrency["paces"] == PACE["paces"]
    assert again("Route").get(pk=route_id).batch_percent == 50


def test_ceilings_that_nobody_has_set_follow_the_new_default(transactional_db, newest):
    """Of the two routes that an installation begins with; what people entered stays."""
    routes = migrate(("generation", "0009_limit_low_rule"))("Route")
    prices = {"model": "m", "input_usd_micros": 1, "cached_input_usd_micros": 1, "output_usd_micros": 1}
    for slug, ceiling in (("gpt-4-1-mini", 500), ("gpt-4o", 40), ("own", 500)):
        routes.update_or_create(slug=slug, defaults={**prices, "max_in_flight": ceiling})
    again = migrate(newest)("Route")
    ceilings = dict(again.values_list("slug", "max_in_flight"))
    assert {slug: ceilings[slug] for slug in ("gpt-4-1-mini", "gpt-4o", "own")} == {
        "gpt-4-1-mini": 2_000, "gpt-4o": 40, "own": 500}
    assert again.create(slug="new", **prices).max_in_flight == 2_000
BEFORE_ERRANDS = ("generation", "0009_limit_low_rule")


@pytest.fixture
def before_errands(transactional_db: None, newest: tuple[str, str]) -> Tables:
    return migrate(BEFORE_ERRANDS)


def test_old_retries_stay_the_owner_s_and_the_log_tells_how_long_jobs_were_at_work(before_errands, newest):
    from accounts.models import Reservation, User
    from generation.models import Attempt, Chunk, Errand, Job
    from generation.services import bookkeeping, quotas

    route = before_errands("Route").create(
        slug="r", model="m", input_usd_micros=1, cached_input_usd_micros=1, output_usd_micros=1)
    ann = User.objects.create_user("ann")
    plain, retried, active = (
        before_errands("Job").create(
            user_id=ann.pk, kind="course", kind_revision=1, brief={}, title=title, route=route, unit_total=1,
            request_fingerprint="x", created_at=NOON, **more)
        for title, more in (
            ("plain", {"state": "failed", "reason": "refused", "finished_at": at(40)}),
            ("retried", {
                "state": "failed", "reason": "refused", "finished_at": at(90_020), "calls": 2, "cost_usd_micros": 7,
                "billed_usd_micros": 7}),
            ("active", {}),
        )
    )
    for job in (plain, retried, active):
        over = {"state": "failed", "reason": "refused", "finished_at": at(40)}
        chunk = before_errands("Chunk").create(
            job=job, position=0, stage="plan", **(over if job is not active else {"ready_at": NOON}))
        if job is retried:
            for fence, cost in ((1, 3), (2, 4)):
                before_errands("Attempt").create(
                    job=job, chunk=chunk, fence=fence, route=route, worker="w", state="settled", code="refused",
                    settled_at=NOON, is_booked=True, cost_usd_micros=cost)
            before_errands("Chunk").filter(pk=chunk.pk).update(fence=2)
    for code, seconds in (("submit", 0), ("failed", 40), ("restart", 90_000), ("failed", 90_020)):
        before_errands("LogEntry").create(job=retried, code=code, message="x", at=at(seconds))
    for cost in (3, 4):
        Reservation.objects.create(
            user=ann, reference=str(retried.public_id), requests=1, units=1, usd_micros=9, settled_at=NOON,
            used_requests=1, used_usd_micros=cost)
    migrate(newest)

    found = {job.title: job for job in Job.objects.all()}
    assert {title: job.worked(at(60)).total_seconds() for title, job in found.items()} == {
        "plain": 40, "retried": 60, "active": 60}
    assert not Errand.objects.exists()
    assert {row.errand_id for row in (*Attempt.objects.all(), *Chunk.objects.all())} == {None}
    assert [(share.payer, share.cost_usd_micros) for share in quotas.shares(found["retried"])] == [("ann", 7)]
    Job.objects.filter(title="active").delete()      # of which nobody reserved anything
    books = ("job_sums", "job_bills", "reservations_used", "payers")
    assert [
        difference for one in bookkeeping.COMPARISONS if one.name in books
        for difference in bookkeeping.differences(one)
    ] == []


def at(seconds: float) -> dt.datetime:
    return NOON + dt.timedelta(seconds=seconds)
