"""What arrived and was not yet stored when its process was killed is neither lost nor paid again."""

import errno
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time

import pytest
from django.db import DataError, OperationalError

from generation.core.outcomes import Reply
from generation.models import Attempt, Job
from generation.services.chunks import attempts
from generation.services.chunks.attempts import ReplyRow
from generation.services.jobs import control, submission
from generation.services.maintenance import erasure
from generation.testbed.installation.processes import ROOT
from generation.testbed.installation.scratch_database import database_url
from generation.worker import database, spool
from generation.worker.reply_backlog import ReplyBacklog
from generation.worker.reply_store import ReplyStore
from generation.worker.spool import KEPT_S, Spool
from tests.support import PROGRAM, USAGE, claim_all, finish
from tests.worker.test_executor import FakeProvider, Line

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = "host.example-1:7:abc"
VICTIM = """
import json, sys, time
import django
django.setup()
from pathlib import Path
from generation.services.chunks.attempts import ReplyRow
from generation.worker.spool import Spool
mine = Spool(Path(sys.argv[1]), sys.argv[2])
mine.open()
for row in json.load(sys.stdin):
    mine.keep(ReplyRow(*row))
print("kept", flush=True)
time.sleep(60)
"""


@pytest.fixture
def claims(ann, route):
    for goal in ("strength", "endurance"):
        submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "goal": goal})
    return claim_all(WORKER)


@pytest.fixture
def rows(claims) -> list[ReplyRow]:
    return [attempts.reply_row(claim, Reply(f"réply {n}", USAGE), "f") for n, claim in enumerate(claims)]


@pytest.fixture
def mine(tmp_path):
    """A spool whose worker lives."""
    one = Spool(tmp_path, WORKER)
    one.open()
    yield one
    one.leave()


@pytest.fixture
def victim(tmp_path):
    """Start a process that keeps rows."""
    started = []

    def start(rows) -> "subprocess.Popen[bytes]":
        one = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(tmp_path), WORKER], cwd=ROOT, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url()})
        started.append(one)
        one.stdin.write(json.dumps(rows).encode())
        one.stdin.close()
        assert one.stdout.readline() == b"kept\n"
        return one

    yield start
    for one in started:
        one.kill()
        one.wait()
        one.stdout.close()


def stored() -> list[str]:
    return sorted(Attempt.objects.filter(state="replied").values_list("reply", flat=True))


def left_by_a_dead_worker(folder, rows, worker=WORKER):
    before = set(folder.iterdir())
    one = Spool(folder, worker)
    one.open()
    for row in rows:
        one.keep(row)
    one.leave()
    [file] = set(folder.iterdir()) - before
    return file


# --- Who stores it --------------------------------------------------------------------------------


def test_what_a_worker_was_killed_with_is_stored_by_another_and_only_then(rows, victim, tmp_path):
    running = victim(rows)
    assert spool.recover(tmp_path) == 0, "it lives, and stores them itself"
    running.kill()
    running.wait()
    assert spool.recover(tmp_path) == len(rows)
    assert stored() == ["réply 0", "réply 1"]
    assert {row.cost_usd_micros > 0 for row in Attempt.objects.all()} == {True}
    assert list(tmp_path.iterdir()) == []


def test_replies_wait_on_the_disk_while_the_database_is_away(rows, tmp_path, monkeypatch):
    left_by_a_dead_worker(tmp_path, rows)
    with monkeypatch.context() as away:
        away.setattr(attempts, "store_replies", raising(OperationalError("gone")))
        with pytest.raises(OperationalError):
            spool.recover(tmp_path)
    assert spool.recover(tmp_path) == 2
    assert stored() == ["réply 0", "réply 1"]


def test_database_that_is_away_for_longer_than_anybody_waits_costs_no_reply(claims, tmp_path, monkeypatch):
    line = Line(FakeProvider())
    questions = [line.executor.question_of(claim) for claim in claims]
    store = ReplyStore(Spool(tmp_path, WORKER), ReplyBacklog(), lambda *_: None, lambda *_: None)
    with monkeypatch.context() as away:
        away.setattr(database, "PERSIST_FOR_S", 0.05)
        away.setattr(attempts, "store_replies", raising(OperationalError("gone")))
        for number, question in enumerate(questions):
            store.put(question, Reply("before it was open", USAGE) if number else Reply("first", USAGE))
        store.start()
        store.put(questions[0], Reply("réply 0", USAGE))
        store.put(questions[1], Reply("réply 1", USAGE))
        store.stop()
    assert spool.recover(tmp_path) >= 2
    assert stored() == ["réply 0", "réply 1"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"worker": "another"}, {"job_key": "5b42c28b-98a2-4b1b-8efd-bfb4104d80cf"}])
def test_reply_to_another_call_with_the_same_number_is_not_taken(rows, tmp_path, change):
    """Where a backup was restored, or the database is another's that was made from it."""
    worker = change.pop("worker", WORKER)
    left_by_a_dead_worker(tmp_path, [rows[0]._replace(**change)], worker)
    left_by_a_dead_worker(tmp_path, [rows[1]])
    spool.recover(tmp_path)
    assert stored() == ["réply 1"]


def test_part_that_was_done_meanwhile_stays_as_it_is(claims, rows, tmp_path):
    left_by_a_dead_worker(tmp_path, rows[:1])
    finish(claims[0])
    before = Attempt.objects.get(pk=rows[0].attempt_id).reply
    spool.recover(tmp_path)
    assert Attempt.objects.get(pk=rows[0].attempt_id).reply == before != "réply 0"


def test_person_who_was_erased_does_not_come_back_from_the_disk(rows, tmp_path):
    left_by_a_dead_worker(tmp_path, rows)
    for job in Job.objects.all():
        control.cancel(job, by=None)
    erasure.erase_jobs(Job.objects.all())
    spool.recover(tmp_path)
    assert set(Attempt.objects.values_list("reply", flat=True)) == {""}
    assert {row.cost_usd_micros > 0 for row in Attempt.objects.all()} == {True}, "what it cost stays"


# --- What may lie there ---------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [
    b"\0" * 4_096, b"\0\0\0\x02[]", b"\0\0\0\x04null", b"\0\0\0\x01\xff", b"\0\0\0\x0c[1,2", b"\xff" * 40,
], ids=["zeros", "another list", "null", "no text", "cut off", "a length without end"])
def test_what_is_whole_before_a_damaged_end_is_stored_and_so_are_other_files(rows, tmp_path, damage):
    file = left_by_a_dead_worker(tmp_path, rows[:1])
    with file.open("ab") as end:
        end.write(damage)
    left_by_a_dead_worker(tmp_path, rows[1:])
    spool.recover(tmp_path)
    assert stored() == ["réply 0", "réply 1"]


def test_record_that_was_cut_off_costs_the_others_nothing(rows, tmp_path):
    file = left_by_a_dead_worker(tmp_path, rows)
    file.write_bytes(file.read_bytes()[:-3])
    assert spool.recover(tmp_path) == 1
    assert stored() == ["réply 0"]


def test_reply_that_no_column_takes_is_dropped_and_the_others_are_stored(rows, tmp_path, monkeypatch):
    left_by_a_dead_worker(tmp_path, rows)
    write = attempts.store_replies

    def refuse_first(*replies):
        if rows[0].attempt_id in {row.attempt_id for row in replies}:
            raise DataError("out of range")
        write(*replies)

    monkeypatch.setattr(attempts, "store_replies", refuse_first)
    spool.recover(tmp_path)
    assert stored() == ["réply 1"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [
    (".replies1", ".replies2"), (".0.", ".0.other-"),
], ids=["another version's", "another database's"])
def test_what_is_not_ours_is_left_to_whom_it_belongs_for_a_week(rows, tmp_path, change):
    left = left_by_a_dead_worker(tmp_path, rows)
    file = left.rename(left.with_name(left.name.replace(*change)))
    assert spool.recover(tmp_path) == 0
    assert file.exists()
    os.utime(file, (0, time.time() - KEPT_S - 60))
    spool.recover(tmp_path)
    assert (file.exists(), stored()) == (False, [])


def test_file_that_nobody_here_may_read_stops_no_other_and_is_told_once(rows, tmp_path, caplog):
    left_by_a_dead_worker(tmp_path, rows)
    theirs = left_by_a_dead_worker(tmp_path, [], "0")
    theirs.unlink()
    theirs.mkdir()
    for _ in range(3):
        spool.recover(tmp_path)
    assert stored() == ["réply 0", "réply 1"]
    assert [record.message.split(":")[0] for record in caplog.records if "left behind" in record.message] == [
        "what a worker left behind cannot be read"]


# --- What lies there ------------------------------------------------------------------------------


def test_what_is_stored_is_on_the_disk_no_longer(rows, tmp_path, mine):
    [file] = tmp_path.iterdir()
    for row in rows:
        mine.keep(row)
    assert b"ply 1" in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0, "it is people's content"
    mine.keep_only([])
    assert file.read_bytes() == b""
    mine.close()
    assert list(tmp_path.iterdir()) == []


def test_long_file_makes_way_for_another_with_what_still_waits(rows, tmp_path, mine, monkeypatch):
    monkeypatch.setattr(spool, "MOST_BYTES", 10)
    for row in rows:
        mine.keep(row)
    mine.keep_only(rows[1:])
    [file] = tmp_path.iterdir()
    assert b"ply 0" not in file.read_bytes()
    mine.leave()
    spool.recover(tmp_path)
    assert stored() == ["réply 1"]


def test_folder_that_vanishes_is_made_again_with_what_waits(rows, tmp_path):
    folder = tmp_path / "replies"
    one = Spool(folder, WORKER)
    one.open()
    shutil.rmtree(folder)
    one.keep(rows[0])
    one.keep_only(rows[:1])
    one.keep(rows[1])
    one.leave()
    spool.recover(folder)
    assert stored() == ["réply 0", "réply 1"]


@pytest.mark.parametrize("is_mended", [False, True])
def test_disk_that_takes_nothing_is_told_once_and_tried_again(rows, tmp_path, caplog, is_mended):
    folder = tmp_path / "replies"
    folder.write_text("no folder")
    one = Spool(folder, WORKER)
    one.open()
    if is_mended:
        folder.unlink()
    for row in rows:
        one.keep(row)
        one.keep_only([])
    one.keep(rows[0])
    assert folder.is_dir() is is_mended
    assert len(caplog.records) == 1
    one.close()


def test_full_disk_is_told_once(rows, mine, monkeypatch, caplog):
    write = os.write
    monkeypatch.setattr(spool.os, "write", lambda descriptor, data: write(descriptor, data[:10]))
    for _ in range(10):
        mine.keep(rows[0])
        mine.keep_only([])
    assert len(caplog.records) == 1


def test_file_system_without_locks_takes_no_descriptors(rows, tmp_path, monkeypatch):
    def no_locks(*_arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    left_by_a_dead_worker(tmp_path, rows)
    monkeypatch.setattr(fcntl, "flock", no_locks)
    before = len(os.listdir("/proc/self/fd"))
    one = Spool(tmp_path, WORKER)
    one.open()
    for _ in range(20):
        one.keep_only([])
        spool.recover(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before


def raising(error):
    def raise_it(*_arguments):
        raise error

    return raise_it
