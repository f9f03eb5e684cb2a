"""A database that refuses, blocks or goes away for a moment: nothing half is kept, and nothing is lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.test import Client, RequestFactory
from psycopg_pool import PoolTimeout

from accounts.models import User
from config.urls import failed
from generation.models import Attempt, Chunk, Job
from generation.services.chunks import job_state
from generation.services.errors import Refusal
from generation.services.jobs import control, submission
from generation.worker import database
from generation.worker.database import persistently
from tests.api.calls import ASK, Caller, problem
from tests.invariants import assert_invariants
from tests.support import PROGRAM, chunk, claim_all, finish, work_off
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


# --- Trouble that passes --------------------------------------------------------------------------


@pytest.mark.parametrize("error", [
    OperationalError("database is locked"), OperationalError("deadlock detected"),
    OperationalError("server closed the connection unexpectedly"), InterfaceError("connection already closed"),
], ids=str)
def test_trouble_that_passes_is_outwaited(error):
    tries = [error, error, None]

    def work() -> str:
        if (trouble := tries.pop(0)) is not None:
            raise trouble
        return "done"

    assert persistently(work) == "done"
    assert tries == []


def test_trouble_that_stays_is_told(monkeypatch):
    monkeypatch.setattr(database, "PERSIST_FOR_S", 0.2)

    def work() -> None:
        raise OperationalError("the disk is on fire")

    with pytest.raises(OperationalError, match="on fire"):
        persistently(work)


def test_mistake_of_ours_is_not_tried_again():
    tries = []

    def work() -> None:
        tries.append(1)
        raise IntegrityError("no")

    with pytest.raises(IntegrityError):
        persistently(work)
    assert tries == [1]


def test_transactions_that_block_each_other_are_both_done_in_the_end(ann, bob):
    """PostgreSQL ends one of them, which begins again; SQLite lets one write at a time."""
    both_hold_one = threading.Barrier(2)

    def rename(first: User, second: User, name: str) -> None:
        with transaction.atomic(durable=True):
            User.objects.filter(pk=first.pk).update(first_name=name)
            with suppress(threading.BrokenBarrierError):
                both_hold_one.wait(0.5)
            User.objects.filter(pk=second.pk).update(first_name=name)

    results = at_once(
        lambda: persistently(rename, ann, bob, "one"), lambda: persistently(rename, bob, ann, "two"))
    assert results == [None, None]
    assert len(set(User.objects.filter(pk__in=[ann.pk, bob.pk]).values_list("first_name", flat=True))) == 1


def test_finished_call_is_settled_although_the_connection_is_cut(job, monkeypatch):
    """Once before the commit, and once after it, when nobody knows whether it came through: the fence decides."""
    original, (claim,), cuts, told = job_state.derive_together, claim_all(), ["amid", "after", None], []

    def derive(*arguments: Any, **more: Any) -> Any:
        state = original(*arguments, **more)
        if cuts[:1] == ["amid"]:
            cuts.pop(0)
            cut()
        return state

    def settle() -> None:
        told.append(finish(claim).is_ours)
        if cuts.pop(0) == "after":
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("generation.services.chunks.settling.derive_together", derive)
    persistently(settle)
    assert (told, cuts) == ([True, False], [])
    assert (chunk(job, 0).state, Attempt.objects.count()) == ("done", 1)
    assert work_off(job).state == "completed"
    assert_invariants()


def cut() -> None:
    """Let the connection end in the middle of its transaction."""
    if connection.vendor != "postgresql":
        raise OperationalError("disk I/O error")
    mine = connection.connection.info
    with psycopg.connect(mine.dsn, autocommit=True) as beside:
        beside.execute("SELECT pg_terminate_backend(%s)", [mine.backend_pid])


# --- A full disk ----------------------------------------------------------------------------------


@contextmanager
def full_disk() -> Iterator[None]:
    """No job and no part of one can be written, as the database says it when the disk is full."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")      # what earlier tests have left free would be filled first
            before = cursor.execute("PRAGMA max_page_count").fetchone()[0]
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA max_page_count = {before}")
        return
    tables = [Job._meta.db_table, Chunk._meta.db_table]
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$")
        for table in tables:
            cursor.execute(
                f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION full_disk()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION full_disk() CASCADE")


def test_full_disk_accepts_nothing_loses_nothing_and_is_over_by_itself(job, ann):
    api = Caller(ann)
    before = Job.objects.count()
    long = {**ASK, "brief": {**PROGRAM, "preferences": "Rowing, please. " * 60}}
    with full_disk():
        accepted = 0
        while (answer := api.send("POST", "/jobs", long)).status_code == 202:
            accepted += 1      # a few pages may be free yet
            assert accepted < 40, "the disk was not full"
        problem(answer, 503, "database_unavailable")
        assert int(answer["Retry-After"]) > 0
        assert Job.objects.count() == before + accepted
    assert api.send("POST", "/jobs", long).status_code == 202
    for one in Job.objects.all():
        work_off(one)
    assert set(Job.objects.values_list("state", flat=True)) == {"completed"}
    assert_invariants()


# --- Connections ----------------------------------------------------------------------------------


def test_pool_without_a_free_connection_is_a_503_after_a_bounded_wait(ann, monkeypatch):
    api = Caller(ann)
    if connection.vendor == "sqlite":
        assert issubclass(PoolTimeout, psycopg.OperationalError), "Django makes its own OperationalError of it"
        return
    pool = connection.pool
    assert settings.REQUEST_WAIT_S + pool.timeout < 3, "for a turn first, and then for a connection"
    assert pool.max_size == settings.REQUESTS_AT_ONCE, "whose turn it is need not wait for those of others"
    browser = Client(raise_request_exception=False)
    browser.force_login(ann)
    monkeypatch.setattr(pool, "timeout", 0.3)
    connection.close()
    with suppress(PoolTimeout):
        taken = []
        while True:
            taken.append(pool.getconn(timeout=0.3))
    try:
        problem(api.send("GET", "/me"), 503, "database_unavailable")
        page = browser.get("/admin/login/")
        assert (page.status_code, page["Retry-After"], page["Content-Type"]) == (503, "5", "text/plain; charset=utf-8")
    finally:
        for one in taken:
            pool.putconn(one)
    assert api.send("GET", "/me").status_code == 200


@pytest.mark.parametrize(("error", "status"), [
    (OperationalError("gone"), 503), (InterfaceError("closed"), 503), (ValueError("ours"), 500),
])
def test_page_says_whether_the_database_is_away_or_a_mistake_was_made(error, status):
    try:
        raise error
    except (OperationalError, InterfaceError, ValueError):
        page = failed(RequestFactory().get("/admin/login/"))
    assert (page.status_code, page.get("Retry-After")) == (status, "5" if status == 503 else None)


# --- Cancelling -----------------------------------------------------------------------------------


def test_cancelling_while_the_document_is_assembled_waits_and_is_too_late(ann, route, monkeypatch):
    """The job's row is locked while its last part is settled and the whole is checked."""
    job = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 1}).job
    finish(*claim_all())
    claim, = claim_all()
    is_assembling, may_go_on = threading.Event(), threading.Event()
    original = job_state.assembled

    def assembled(*arguments: Any) -> Any:
        is_assembling.set()
        may_go_on.wait(1)
        return original(*arguments)

    def cancel() -> Any:
        assert is_assembling.wait(30)
        try:
            return control.cancel(job, by=ann)
        except DatabaseError as error:
            return error

    monkeypatch.setattr(job_state, "assembled", assembled)
    settled, cancelled = at_once(lambda: finish(claim), cancel)
    assert settled.is_ours
    assert isinstance(cancelled, Refusal), cancelled
    job.refresh_from_db()
    assert job.state == "completed"
    assert_invariants()
