"""A backup that was made amid the work, restored into another database: every job ends, and the books are exact."""

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from generation.models import Attempt, AttemptState, Chunk
from generation.services.jobs import submission
from generation.testbed.installation.processes import ROOT, celery_arguments
from generation.testbed.installation.scratch_database import database_url
from tests.support import PROGRAM, limited
from tests.waiting import PATIENCE, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

SEED, JOBS, WEEKS = 7, 4, 5


class Copy:
    """The database of the test, backed up and restored as the README says."""

    def __init__(self, folder: Path) -> None:
        self._name = f"{connection.settings_dict['NAME']}_restored_{secrets.token_hex(3)}"
        self._folder = folder
        self.url = database_url()
        if connection.vendor == "postgresql":
            self.url = f"{self.url.rpartition('/')[0]}/{self._name}"
        else:
            self.url = f"sqlite:///{folder / 'restored.sqlite3'}"

    def dump(self) -> None:
        if connection.vendor == "postgresql":
            self._run("pg_dump", "--format", "custom", "--file", str(self._folder / "dump"), database_url())
            return
        source, target = sqlite3.connect(connection.settings_dict["NAME"]), sqlite3.connect(self._folder / "dump")
        with target:
            source.backup(target)
        source.close(), target.close()

    def restore(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{self._name}"')
            self._run("pg_restore", "--no-owner", "--exit-on-error", "--dbname", self.url, str(self._folder / "dump"))
        else:
            shutil.copy(self._folder / "dump", self._folder / "restored.sqlite3")

    def drop(self) -> None:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def _run(self, *arguments: str) -> None:
        subprocess.run(arguments, check=True, capture_output=True, timeout=60 * PATIENCE)


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    if connection.vendor == "postgresql" and not (shutil.which("pg_dump") and shutil.which("pg_restore")):
        pytest.skip("PostgreSQL's client programs are not installed")
    made = Copy(tmp_path)
    yield made
    made.drop()


@pytest.fixture
def restored_worker(environment, copy: Copy, tmp_path: Path):
    """Start a worker on what was restored."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        with (tmp_path / "restored.log").open("wb") as log:
            started.append(subprocess.Popen(
                celery_arguments(), cwd=ROOT, env={**os.environ, **environment, "DATABASE_URL": copy.url},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True))

    yield start
    for one in started:
        one.kill()
        one.wait()


def books_of(url: str, environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """What `verify_books` writes down, and its exit code."""
    report = folder / "books.json"
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "verify_books", "--json", str(report)], cwd=ROOT,
        env={**os.environ, **environment, "DATABASE_URL": url}, capture_output=True, text=True, check=False,
        timeout=60 * PATIENCE)
    assert report.exists(), done.stderr
    return {**json.loads(report.read_text()), "code": done.returncode, "told": done.stdout}


def test_backup_amid_the_work_ends_every_job_with_exact_books_and_pays_again_only_what_was_out(
        ann, route, worker, restored_worker, simulator, environment, copy, tmp_path):
    limited(requests=50, units=500, usd_micros=10**9)
    simulator.set_faults({"script": [{"fault": "slow", "task": "unit 2", "times": 2, "seconds": 15}], "seed": SEED})
    for _ in range(JOBS):
        submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": WEEKS})
    victim = worker()
    asking = Attempt.objects.filter(state=AttemptState.ASKING, chunk__position=2)
    wait_until("some is done and some is out", lambda: asking.count() >= 2 and Chunk.objects.filter(
        position__gt=0, state="done").count() >= 3, 40)
    copy.dump()
    victim.kill()

    copy.restore()
    before = books_of(copy.url, environment, tmp_path)
    out = before["at_work"]["asking"]
    assert before["code"] == 0 and out >= 2

    restored_worker()
    after: dict[str, Any] = {}

    def has_ended() -> bool:
        after.update(books_of(copy.url, environment, tmp_path))
        return after["at_work"]["jobs"] == 0

    wait_until("every job of the backup ends", has_ended, 60)
    assert (after["code"], after["is_in_order"]) == (0, True), after["told"]
    assert after["at_work"] == {
        "jobs": 0, "asking": 0, "replied": 0, "lost": out, "reservations": 0, "reserved_usd_micros": 0}
