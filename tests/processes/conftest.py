"""Processes of the product on the test's own database, with time made short.  All end with the test."""

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.installation.processes import ROOT, Worker
from generation.testbed.installation.redis import OwnRedis
from generation.testbed.installation.scratch_database import database_url
from tests.waiting import PATIENCE

QUICK = {
    "LEASE_S": "4", "PULSE_S": "0.2", "SWEEP_S": "0.3", "BACKOFF_BASE_S": "0.1", "BACKOFF_CAP_S": "0.3",
    "DRAIN_S": "10", "LLM_DEADLINE_S": "20",
}


@pytest.fixture
def simulator() -> Iterator[SimulatorProcess]:
    with SimulatorProcess(SimulatorSettings(plan_s=0.1, unit_s=0.2)) as running:
        yield running


@pytest.fixture
def environment(transactional_db: None, simulator: SimulatorProcess, tmp_path: Path) -> dict[str, str]:
    """What a worker process needs to share this test's database."""
    return {
        **QUICK, "DATABASE_URL": database_url(), "OPENAI_BASE_URL": simulator.base_url, "OPENAI_API_KEY": "test",
        "QUEUE_NAME": f"test-{secrets.token_hex(4)}", "LOCAL_DIR": str(settings.LOCAL_DIR),
    }


@pytest.fixture
def worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Start Celery workers; `worker(REDIS_URL=...)` changes their environment."""
    started: list[Worker] = []

    def start(**changes: str) -> Worker:
        log = tmp_path / f"worker{len(started)}.log"
        started.append(Worker({**environment, **changes}, log=log))
        return started[-1].wait_ready(30 * PATIENCE)

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()
        one.close()
    connection.close()


@pytest.fixture
def doomed(environment: dict[str, str]) -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Start a worker that kills itself at a point."""
    started: list[subprocess.Popen[bytes]] = []

    def start(point: str) -> "subprocess.Popen[bytes]":
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "tests.processes.doomed", point], cwd=ROOT,
                env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "config.settings"},
            )
        )
        return started[-1]

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.wait()


@pytest.fixture
def own_redis() -> Iterator[OwnRedis]:
    server = OwnRedis().start()
    yield server
    server.kill()
