"""The programs that measurements ask for from inside this process: who asks, and the workers that make them."""

import secrets
from collections.abc import Iterable
from typing import Any

from celery import current_app

from accounts.models import Policy, Role, User
from generation.core.states import ACTIVE_JOB_STATES
from generation.models import Job
from generation.services.jobs import submission
from generation.simulator.process import SimulatorProcess
from generation.testbed.installation.waiting import wait_until

BRIEF = {"goal": "strength", "weeks": 12}
USERS = 10
ACTIVE = [state.value for state in ACTIVE_JOB_STATES]


def environment_of(database_url: str, simulator: SimulatorProcess, **changes: str) -> dict[str, str]:
    """Of workers that share this process's scratch database and hear nobody else's doorbell."""
    return {
        "DATABASE_URL": database_url, "OPENAI_BASE_URL": simulator.base_url, "OPENAI_API_KEY": "bench",
        "QUEUE_NAME": f"bench-{secrets.token_hex(4)}", **changes,
    }


def ring_on(queue_name: str) -> None:
    """Let this process ring where the workers of a measurement listen."""
    current_app.conf.task_default_queue = queue_name


def make_users(*names: str) -> list[User]:
    """Teachers without any limit: what is measured is not what a teacher may spend."""
    Policy.objects.all().delete()
    return [User.objects.create_user(name, role=Role.TEACHER) for name in names or [f"user{n}" for n in range(USERS)]]


def submit(user: User, brief: dict[str, Any] = BRIEF, *, fresh: bool = False) -> Job:     # Any: JSON
    return submission.submit(user=user, kind="training_program", brief=brief, fresh=fresh).job


def submit_many(users: list[User], programs: int, *, fresh: bool = False) -> list[int]:
    """Ask for `programs` programs at once, each user in turn; the jobs' keys."""
    return [submit(users[n % len(users)], fresh=fresh).pk for n in range(programs)]


def wait_for_end(what: str, jobs: Iterable[int], timeout_s: float, every_s: float = 0.2) -> None:
    rows = Job.objects.filter(pk__in=list(jobs), state__in=ACTIVE)
    wait_until(what, lambda: not rows.exists(), timeout_s, every_s)
