"""A message is a doorbell: whatever else is in it, from whomever, changes nothing and stops nobody."""

import base64
import json
import pickle
import uuid

import pytest
from redis import Redis

from generation.models import Attempt, Chunk
from generation.services.jobs import control, submission
from tests.processes.test_crashes import wait_for_end
from tests.support import PROGRAM
from tests.waiting import wait_until

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

QUEUE = "tampered"


class Trap:
    """Unpickled, it would leave a file behind."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def message(body: bytes, *, task: str = "generation.work", content_type: str = "application/json") -> str:
    """As kombu writes it to Redis."""
    tag = str(uuid.uuid4())
    return json.dumps({
        "body": base64.b64encode(body).decode(), "content-type": content_type, "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": task, "id": tag, "root_id": tag, "parent_id": None, "argsrepr": "()",
                    "kwargsrepr": "{}", "retries": 0, "eta": None, "expires": None, "timelimit": [None, None]},
        "properties": {"correlation_id": tag, "delivery_mode": 2, "delivery_tag": tag, "priority": 0,
                       "delivery_info": {"exchange": "", "routing_key": QUEUE}, "body_encoding": "base64"},
    })


def arguments(*positional: object) -> bytes:
    return json.dumps([positional, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()


def test_forged_messages_change_nothing_and_the_worker_goes_on(ann, route, worker, own_redis, tmp_path):
    trap = tmp_path / "trap"
    done = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    control.cancel(done, by=ann)
    before = list(Chunk.objects.values())
    alive = worker(REDIS_URL=own_redis.url, QUEUE_NAME=QUEUE)
    forged = [
        message(arguments(done.pk)), message(arguments(10**30)), message(arguments("'; DROP TABLE generation_job;")),
        message(arguments("x" * 1_000_000)), message(arguments(), task="generation.erase_everything"),
        message(arguments(), task="celery.backend_cleanup"), message(b"{ half"), message(b"\xff\xfe"),
        message(pickle.dumps(Trap(str(trap))), content_type="application/x-python-serialize"),
        message(arguments()),      # and one that is meant
    ]
    with Redis.from_url(own_redis.url) as client:
        client.lpush(QUEUE, *forged)
        wait_until("all of them are taken", lambda: client.llen(QUEUE) == 0, 30)
    assert list(Chunk.objects.values()) == before
    assert not Attempt.objects.exists() and not trap.exists()

    job = submission.submit(user=ann, kind="training_program", brief=PROGRAM).job
    wait_for_end(job)
    assert job.state == "completed"
    assert alive.process.poll() is None
