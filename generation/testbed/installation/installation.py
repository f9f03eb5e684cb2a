"""A whole installation of one's own, beside the real one: database, broker, provider, web process and workers.

With SQLite it is one `manage.py up`; with PostgreSQL a web process, workers, and a Redis of its own.  Which of
the two follows DATABASE_URL, as everywhere."""

import contextlib
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from celery import current_app
from django.db import connection

from generation.models import Pulse
from generation.simulator.process import SimulatorProcess
from generation.simulator.settings import SimulatorSettings
from generation.testbed.installation.environment import blank_environment
from generation.testbed.installation.processes import ROOT, celery_arguments, free_port, serves
from generation.testbed.installation.reaper import Reaper
from generation.testbed.installation.redis import OwnRedis
from generation.testbed.installation.scratch_database import scratch_database
from generation.testbed.installation.supervisor import ProcessEnd, Supervisor
from generation.testbed.installation.waiting import wait_until

WEB, UP = "web", "up"
READY_S = 60.0
CANARY = "sk-CANARY0123456789abcdefCANARY"      # the simulator takes any key; this one must turn up nowhere


@dataclass
class ScratchInstallation:
    """Its `workers` are the supervisor's names of who generates; `web` of who answers requests."""

    database_url: str
    queue_name: str
    url: str
    simulator: SimulatorProcess
    redis: OwnRedis | None
    supervisor: Supervisor
    folder: Path
    environment: dict[str, str]
    workers: list[str]
    web: str
    usual_database: str      # of the installation, from where the scratch database can be reached past itself

    @property
    def is_embedded(self) -> bool:
        return self.redis is None

    @property
    def failpoints(self) -> Path:
        """The folder of its workers' fail points."""
        return self.folder / "failpoints"

    def local_folder(self, name: str) -> Path:
        """The LOCAL_DIR of a process, as if each ran on a machine of its own."""
        return Path(self.supervisor.children[name].environment["LOCAL_DIR"])

    @property
    def words(self) -> str:
        return "SQLite, memory://, one process tree" if self.is_embedded else (
            f"PostgreSQL, Redis, {len(self.workers)} workers, a web process")

    def answers(self) -> bool:
        """Whether the web process serves."""
        return serves(self.url)


@contextlib.contextmanager
def scratch_installation(
    provider: SimulatorSettings, *, workers: int = 2, changes: Mapping[str, str], has_failpoints: bool = False,
    on_end: Callable[[ProcessEnd], None] = lambda end: None,
) -> Iterator[ScratchInstallation]:
    """A running installation whose processes see only `changes` of all settings.  Nothing of it is left behind."""
    usual_database = str(connection.settings_dict["NAME"])
    folder = Path(tempfile.mkdtemp(prefix="coursewright-"))
    with contextlib.ExitStack() as ends:
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        url = ends.enter_context(scratch_database())
        reaper = Reaper()
        ends.callback(reaper.dismiss)
        simulator = ends.enter_context(SimulatorProcess(provider))
        redis = None
        if connection.vendor == "postgresql":
            redis = OwnRedis(folder, reaper).start()
            ends.callback(redis.stop)
        queue_name = f"scratch-{secrets.token_hex(4)}"
        environment = {
            **blank_environment(), "APP_ENV": "embedded", "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": url, "REDIS_URL": redis.url if redis else "", "QUEUE_NAME": queue_name,
            "LOCAL_DIR": str(folder), "OPENAI_BASE_URL": simulator.base_url, "OPENAI_API_KEY": CANARY,
            "API_RATE": "100000/m", "SIGN_IN_RATE": "100000/m", **changes,
        }
        if has_failpoints:
            (folder / "failpoints").mkdir()
            environment["FAILPOINTS"] = str(folder / "failpoints")
        ends.enter_context(_broker(redis.url if redis else "memory://", queue_name))
        supervisor = Supervisor(folder, reaper, on_end)
        ends.callback(supervisor.stop)

        def on_its_own(name: str) -> dict[str, str]:
            return {**environment, "LOCAL_DIR": str(folder / "local" / name)}

        port = free_port()
        made = ScratchInstallation(
            url, queue_name, f"http://127.0.0.1:{port}", simulator, redis, supervisor, folder, environment,
            [UP] if redis is None else [f"worker{n}" for n in range(1, workers + 1)], UP if redis is None else WEB,
            usual_database,
        )
        if redis is None:
            supervisor.add(
                UP, [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(port)], on_its_own(UP))
        else:
            supervisor.add(WEB, [
                sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port),
                "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "2",
            ], on_its_own(WEB))
            for name in made.workers:
                supervisor.add(name, celery_arguments(), on_its_own(name))
        wait_until("the scratch installation serves", made.answers, READY_S, 0.1)
        beating = Pulse.objects.all()
        wait_until("its workers beat", lambda: beating.count() >= len(made.workers), READY_S, 0.1)
        yield made


@contextlib.contextmanager
def _broker(url: str, queue_name: str) -> Iterator[None]:
    """Let this process's own rings go to the scratch broker, never to the installation's.  Nothing has rung before."""
    conf = current_app.conf
    before = conf.broker_url, conf.broker_write_url, conf.broker_read_url, conf.task_default_queue
    conf.broker_url = conf.broker_write_url = conf.broker_read_url = url
    conf.task_default_queue = queue_name
    try:
        yield
    finally:
        conf.broker_url, conf.broker_write_url, conf.broker_read_url, conf.task_default_queue = before
