"""What dies in an embedded process is replaced: a process that looks alive must be."""

import os
import signal
import urllib.request

import pytest

from generation.management.cli import local_worker
from generation.management.cli.local_worker import LocalWorker
from generation.models import Attempt
from generation.simulator.settings import SimulatorSettings
from generation.worker import embedded, process
from generation.worker.embedded import EmbeddedWorker
from tests.support import FakeProvider
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(autouse=True)
def quick(settings, monkeypatch):
    settings.PULSE_S, settings.LEASE_S, settings.CELERY_BROKER_URL = 0.05, 5.0, "memory://"
    for module in (process, embedded, local_worker):
        monkeypatch.setattr(module, "WATCH_S", 0.05)
    monkeypatch.setattr(process, "provider_from_settings", lambda: FakeProvider(delay_s=0.05))


@pytest.fixture
def worker():
    running = EmbeddedWorker()
    running.start()
    yield running
    running.stop(5)


class Unforeseen(BaseException):
    """What no thread of ours can name, so that it ends by it."""


def fail_once(monkeypatch, where, name):
    original, failed = getattr(where, name), []

    def failing(*arguments, **options):
        if not failed:
            failed.append(True)
            raise Unforeseen
        return original(*arguments, **options)

    monkeypatch.setattr(where, name, failing)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_engine_whose_pulse_died_is_replaced_and_its_work_goes_on(job, worker, monkeypatch):
    first = process._engine
    wait_until("it works", lambda: Attempt.objects.filter(job=job).exists(), 10)
    fail_once(monkeypatch, first._heartbeat, "_beat")
    wait_until("another engine", lambda: process._engine is not first, 10)

    def is_completed() -> bool:
        job.refresh_from_db()
        return job.state == "completed"

    wait_until("the job completes", is_completed, 20)
    assert not process._engine.is_broken


def test_consumer_that_died_is_replaced(worker):
    first = worker._thread
    worker._worker.stop()
    wait_until("another consumer", lambda: worker._thread is not first and worker._thread.is_alive(), 10)


def test_simulator_that_died_is_started_again_where_it_was(settings, transactional_db):
    settings.OPENAI_BASE_URL = settings.OPENAI_API_KEY = None
    room = LocalWorker(SimulatorSettings())
    room.start()
    try:
        url, pid = settings.OPENAI_BASE_URL, room._simulator.pid
        os.kill(pid, signal.SIGKILL)

        def answers() -> bool:
            try:
                with urllib.request.urlopen(url.removesuffix("/v1") + "/simulator/calls", timeout=2):
                    return True
            except OSError:
                return False

        def is_another() -> bool:
            child = room._simulator._child      # None while one is started
            return child is not None and child.pid != pid

        wait_until("it answers again", lambda: is_another() and answers(), 20)
    finally:
        room.stop()
