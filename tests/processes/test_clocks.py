"""Workers whose clock is hours off, amid the work: the database's clock counts."""

import signal

import pytest
from django.db import connection

from generation.models import Attempt, Chunk
from generation.services.jobs import submission
from tests.invariants import assert_invariants
from tests.processes.test_crashes import wait_for_end
from tests.support import PROGRAM, limited, used
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

HOUR_S = 3_600


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's clock is that of the one machine it is on")
def test_job_that_goes_through_the_hands_of_clocks_two_hours_fast_and_three_slow_ends_like_any_other(
    ann, route, worker, simulator, tmp_path
):
    limited(requests=3, units=50)
    (tmp_path / "points").mkdir()
    skewed = {"FAILPOINTS": str(tmp_path / "points")}
    simulator.set_faults({"script": [{"fault": "slow", "times": 1_000, "seconds": 0.5}], "seed": 5})
    job = submission.submit(user=ann, kind="training_program", strategy="sequential", brief={
        **PROGRAM, "weeks": 5}).job
    done = Chunk.objects.filter(job=job, state="done")
    for hours, parts in ((2, 1), (-3, 3)):
        (tmp_path / "points" / "skew_clock").write_text(str(hours * HOUR_S))
        off = worker(**skewed)
        wait_until(f"{parts} parts are made {hours} h off", lambda parts=parts: done.count() >= parts, 30)
        off.signal(signal.SIGKILL if hours > 0 else signal.SIGTERM)      # its leases are as good as any
        off.process.wait()
    worker()
    wait_for_end(job)
    assert (job.state, done.count()) == ("completed", 6)
    assert used("units", ann) == (5, 0)
    assert Attempt.objects.filter(job=job, state="lost").count() <= 1, "the one in the hands of whom we killed"
    assert_invariants()
