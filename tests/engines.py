"""Engines with their real threads, in short time; and one route, whatever the migrations left."""

import pytest
from django.test import override_settings

from generation.models import Route
from generation.worker.engine import Engine
from tests.support import FakeProvider


@pytest.fixture
def alone(route: Route) -> None:
    """The migrations' other route is there in a database that was not flushed yet, and not in others."""
    Route.objects.update(fallback=None, context_tokens=128_000)
    Route.objects.exclude(pk=route.pk).delete()


@pytest.fixture
def quick():
    """The engine's times in hundredths of seconds."""
    with override_settings(
        PULSE_S=0.05, SWEEP_S=0.1, LEASE_S=2, BACKOFF_BASE_S=0.02, BACKOFF_CAP_S=0.05, WORKER_DB_THREADS=2
    ):
        yield


@pytest.fixture
def start():
    """Start engines that are drained at the end of the test."""
    running: list[Engine] = []

    def starter(provider: FakeProvider, **options) -> Engine:
        running.append(Engine(provider, **options).start())
        return running[-1]

    yield starter
    for engine in running:
        engine.drain(0)
