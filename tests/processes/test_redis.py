"""Redis may lose everything that it holds: work is late, never lost."""

import os
import signal

import pytest

from generation.models import Job
from generation.services.jobs import submission
from generation.testbed.chaos.injector import FORGED
from tests.processes.test_crashes import wait_for_end
from tests.support import PROGRAM
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def test_redis_killed_and_restarted_empty_loses_no_job(ann, route, worker, own_redis):
    made = [submission.submit(user=ann, kind="training_program", brief=PROGRAM).job for _ in range(3)]
    alive = worker(REDIS_URL=own_redis.url)
    wait_until("work has begun", lambda: Job.objects.exclude(state="queued").exists(), 20)
    own_redis.kill()
    made.append(submission.submit(user=ann, kind="training_program", brief=PROGRAM).job)
    own_redis.start()
    for job in made:
        wait_for_end(job)
        assert job.state == "completed"
    assert alive.process.poll() is None, "the worker outlives its broker"


def test_worker_hears_the_doorbell_again_after_redis_came_back(ann, route, worker, own_redis):
    from celery import Celery
    from redis import Redis

    alive = worker(REDIS_URL=own_redis.url, PULSE_S="0.6", QUEUE_NAME="after-restart")
    for _ in range(2):
        own_redis.kill()
        own_redis.start()
    with Celery(broker=own_redis.url, set_as_current=False) as app, Redis.from_url(own_redis.url) as client:
        app.conf.task_default_queue = "after-restart"
        app.send_task("generation.work", ignore_result=True)
        wait_until("the message is taken", lambda: client.llen("after-restart") == 0, 30)
    assert alive.process.poll() is None


def test_frozen_redis_does_not_hold_up_the_request(ann, route, own_redis):
    """Publishing happens on a thread of its own, so a broker that hangs cannot."""
    import time

    from celery import current_app

    from generation import queue

    ringer = queue._Ringer()
    with current_app.connection_for_write(own_redis.url):
        os.kill(own_redis.pid, signal.SIGSTOP)
        started = time.monotonic()
        ringer.ring(1)
        assert submission.submit(user=ann, kind="training_program", brief=PROGRAM).is_new
        assert time.monotonic() - started < 3
    os.kill(own_redis.pid, signal.SIGCONT)


def test_forged_messages_are_dropped_and_the_worker_lives(ann, route, worker, own_redis):
    from redis import Redis

    alive = worker(REDIS_URL=own_redis.url, QUEUE_NAME="forged", PULSE_S="0.6")
    with Redis.from_url(own_redis.url) as client:
        client.lpush("forged", *FORGED)
        wait_until("they are taken", lambda: client.llen("forged") == 0, 30)
    made = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    wait_for_end(made)
    assert (made.state, alive.process.poll()) == ("completed", None)
