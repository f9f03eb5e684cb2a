"""A worker whose LOCAL_DIR goes away, or is of no use, works on; one that begins without makes it, or says why not."""

import contextlib
import os
import resource
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from generation.models import Chunk, Election, Job, Pulse
from generation.models.election import SWEEPER
from generation.services.jobs import submission
from generation.testbed.installation.processes import ROOT, celery_arguments
from tests.support import PROGRAM
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def gone(folder: Path) -> None:
    shutil.rmtree(folder)


def a_file_now(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("no folder")


def full(folder: Path) -> None:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)], check=False)
    if mounted.returncode:
        pytest.skip("nobody but root mounts a disk that is full")
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4_096)


def shut(folder: Path) -> None:
    folder.chmod(0)


@pytest.mark.parametrize("harm", [gone, a_file_now, full, shut])
def test_worker_without_its_folder_beats_sweeps_and_claims_what_no_doorbell_announced(
    ann, route, worker, tmp_path, harm, request
):
    folder = tmp_path / "local"
    running = worker(LOCAL_DIR=str(folder))
    request.addfinalizer(lambda: subprocess.run(["umount", "-l", str(folder)], stderr=subprocess.DEVNULL, check=False))
    assert folder.is_dir(), "it was made at the start"
    harm(folder)
    since = timezone.now()

    def goes_on() -> bool:
        later = since + timedelta(seconds=1)
        swept_at = Election.objects.won_at(SWEEPER)
        return Pulse.objects.filter(beat_at__gt=later).exists() and swept_at is not None and swept_at > later

    wait_until("it beats and sweeps", goes_on, 20)
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job      # nobody rings: no common broker
    wait_until("the job is made", lambda: Job.objects.get(pk=job.pk).state == "completed", 40)
    assert not Chunk.objects.filter(state="pending").exists()
    [pulse] = Pulse.objects.all()
    assert ("disk_free_mb" in pulse.detail) is not ("folder_problem" in pulse.detail)
    assert running.process.poll() is None
    if folder.is_dir():
        folder.chmod(0o700)


def test_worker_whose_host_takes_no_write_works_on(ann, route, worker):
    """Neither its log nor any other file; on SQLite the database is such a file, and another row of faults."""
    if connection.vendor == "sqlite":
        pytest.skip("the database is a file that the worker writes")
    running = worker()
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    wait_until("the job is made", lambda: Job.objects.get(pk=job.pk).state == "completed", 40)
    assert running.process.poll() is None


def test_worker_whose_folder_cannot_be_made_says_so_and_does_not_start(environment, tmp_path):
    (tmp_path / "file").write_text("no folder")
    done = subprocess.run(
        celery_arguments(), cwd=ROOT, env={**os.environ, **environment, "LOCAL_DIR": str(tmp_path / "file" / "local")},
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"Coursewright cannot start: LOCAL_DIR {tmp_path / 'file' / 'local'} cannot be written: Not a directory.")
