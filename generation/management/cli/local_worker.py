"""The worker of this process, and the simulator as its child where no provider is configured.

`up` and `generate` work with it.  The order matters: the simulator's address must be in the settings
before the engine, which makes its client from them, is started."""

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection

from generation.management.cli.base import BadInput
from generation.models import Route
from generation.services.routing import route_health
from generation.simulator import SimulatorProcess, SimulatorSettings
from generation.worker.embedded import EmbeddedWorker

WATCH_S = 1.0

_logger = logging.getLogger(__name__)

# Weeks take 1.6 to 6.4 s, one after another in view: long enough to watch, short enough to wait.
REHEARSAL = SimulatorSettings(plan_s=1.2, unit_s=4.0, jitter=0.6)


def is_provider_configured() -> bool:
    return bool(settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL)


class LocalWorker:
    """`begin` early, `start` when the database is prepared, `stop` in the end, whatever happened."""

    def __init__(self, simulation: SimulatorSettings = REHEARSAL) -> None:
        self._simulator = None if is_provider_configured() else SimulatorProcess(simulation)
        self._starting: threading.Thread | None = None
        self._trouble: RuntimeError | None = None
        self.worker = EmbeddedWorker()
        self.hears_doorbell = False
        self._is_stopping = threading.Event()
        self._watching: threading.Thread | None = None

    @property
    def is_simulated(self) -> bool:
        return self._simulator is not None

    def begin(self) -> None:
        """Let the simulator start while the caller does something else."""
        if self._simulator is not None:
            self._starting = threading.Thread(target=self._start_simulator, name="simulator-start", daemon=True)
            self._starting.start()

    def start(self) -> None:
        """Work.  BadInput if the simulator does not start."""
        if self._simulator is not None:
            if self._starting is None:
                self.begin()
            assert self._starting is not None
            self._starting.join()
            if self._trouble is not None:
                raise BadInput(f"Nothing can be generated: {self._trouble}.") from self._trouble
            settings.OPENAI_BASE_URL = self._simulator.base_url
            self._watching = threading.Thread(
                target=self._watch, args=(self._simulator,), name="simulator-watch", daemon=True)
            self._watching.start()
        _end_pauses()
        self.hears_doorbell = self.worker.start()

    def stop(self, *, is_urgent: Callable[[], bool] = lambda: False) -> int:
        """Drain, then end the simulator; how many chunks were given back unfinished."""
        try:
            return self.worker.stop(settings.DRAIN_S, is_urgent=is_urgent)
        finally:
            self._is_stopping.set()
            if self._watching is not None:
                self._watching.join()
            if self._starting is not None:
                self._starting.join()
            if self._simulator is not None:
                self._simulator.stop()

    def _watch(self, simulator: SimulatorProcess) -> None:
        """Start the simulator again when it dies; until we stop."""
        while not self._is_stopping.wait(WATCH_S):
            if simulator.is_alive:
                continue
            _logger.error("the simulator has died and is started again")
            try:
                simulator.restart()
                _end_pauses()
            except (RuntimeError, OSError, DatabaseError) as error:
                _logger.warning("the simulator did not start again, and is tried later: %s", error)
            finally:
                connection.close()

    def _start_simulator(self) -> None:
        assert self._simulator is not None
        try:
            self._simulator.start()
        except RuntimeError as error:
            self._trouble = error


def _end_pauses() -> None:
    """Who starts anew has a new key, a new simulator or new hope: no breaker's pause outlasts a start.

    What a person paused stays paused."""
    for route in Route.objects.filter(open_until__isnull=False, is_held=False):
        route_health.resume(route)
