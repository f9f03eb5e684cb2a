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
