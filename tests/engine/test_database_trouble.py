"""A database that is full, busy, or at odds with itself: a sentence now, and everything again when it has recovered."""

import threading

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from accounts.models import create_token
from generation.engine.database import persistently
from generation.models import Job
from generation.services import jobs
from tests.invariants import assert_invariants
from tests.support import PROGRAM
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer and no pool")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's disk cannot be filled here")




def post(token: str, key: str, brief: dict):
    return Client().post(
        "/api/v1/jobs", {"kind": "training_program", "brief": brief}, content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key})


def test_finished_call_is_kept_until_the_database_takes_it():
    tries = []

    def store() -> str:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("database or disk is full")
        return "stored"

    assert (persistently(store), len(tries)) == ("stored", 3)


@on_postgresql
def test_deadlock_costs_a_try_and_nothing_else(ann, route):
    one, other = (jobs.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(2))
    crossing = threading.Barrier(2)
    tries = []

    def in_order(first: Job, second: Job):
        def work() -> None:
            tries.append(1)
            with transaction.atomic():
                Job.objects.select_for_update(no_key=True).get(pk=first.pk)
                if len(tries) <= 2:
                    crossing.wait(10)
                Job.objects.filter(pk=second.pk).update(title=f"after {first.pk}")

        return lambda: persistently(work)

    assert at_once(in_order(one, other), in_order(other, one)) == [None, None]
    assert len(tries) == 3      # the one that the database has chosen went again
    assert {Job.objects.get(pk=job.pk).title for job in (one, other)} == {f"after {one.pk}", f"after {other.pk}"}


@on_sqlite
def test_full_disk_refuses_new_jobs_with_a_sentence_and_recovers_by_itself(ann, route):
    token = create_token(ann, "laptop")[1]
    large = {**PROGRAM, "preferences": "x" * 1_000}
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            answers = [post(token, f"full-{n}", large) for n in range(80)]
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    refused = [answer for answer in answers if answer.status_code != 202]
    assert refused, "80 jobs do not fit into the pages that were free"
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(503, "database_unavailable")}
    assert all(answer["Retry-After"] for answer in refused)
    assert Job.objects.count() == len(answers) - len(refused)
    assert post(token, f"full-{len(answers) - 1}", large).status_code == 202
    assert_invariants()


@on_postgresql
def test_exhausted_pool_is_a_503_after_a_bounded_wait(ann, route):
    token = create_token(ann, "laptop")[1]
    pool = connection.pool
    usual, pool.timeout = pool.timeout, 0.2
    taken = []
    try:
        while len(taken) < pool.max_size - 1:
            taken.append(pool.getconn(5))
        answer, = at_once(lambda: post(token, "busy", PROGRAM))
    finally:
        pool.timeout = usual
        for one in taken:
            pool.putconn(one)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert post(token, "busy", PROGRAM).status_code == 202
