"""One whole installation for the attacks of a file: database, broker, provider, web process and worker of its own.

Each attack leaves it well: whoever broke something mends it, and nothing is at work any more."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from accounts.models import Policy, Role, User, create_token
from generation.models import Attempt, AttemptState, Job
from generation.services.jobs import control
from generation.simulator.faults import NO_FAULTS
from generation.simulator.settings import SimulatorSettings
from generation.testbed.api_client import ApiClient
from generation.testbed.installation.installation import ScratchInstallation, scratch_installation
from tests.invariants import assert_invariants
from tests.waiting import wait_until

QUICK = {
    "LEASE_S": "4", "PULSE_S": "0.2", "SWEEP_S": "0.3", "BACKOFF_BASE_S": "0.1", "BACKOFF_CAP_S": "0.3",
    "CACHE_SCOPE": "off",
}


@pytest.fixture(scope="module")
def running(django_db_setup: None, django_db_blocker: Any) -> Iterator[ScratchInstallation]:     # Any: pytest-django's
    """This process looks into the installation's database meanwhile, and into no other."""
    provider = SimulatorSettings(plan_s=0.1, unit_s=0.2)
    with django_db_blocker.unblock(), scratch_installation(provider, workers=1, changes=QUICK) as made:
        yield made


@pytest.fixture
def attacked(running: ScratchInstallation, django_db_blocker: Any) -> Iterator[ScratchInstallation]:     # Any: as above
    """The installation without policies; after the attack everything is ended, and the books are compared."""
    with django_db_blocker.unblock():
        Policy.objects.all().delete()
        yield running
        running.simulator.set_faults(NO_FAULTS)
        for job in Job.objects.active():
            control.cancel(job, by=None)
        wait_until("nothing is at work", lambda: not (
            Job.objects.active().exists() or Attempt.objects.filter(state=AttemptState.ASKING).exists()), 30)
        assert_invariants()
        connection.close()


@pytest.fixture
def person(attacked: ScratchInstallation) -> Callable[[str], tuple[User, ApiClient]]:
    """Makes somebody new: the user, and their program at the API."""

    def make(name: str) -> tuple[User, ApiClient]:
        user = User.objects.create_user(name, role=Role.STUDENT)
        return user, ApiClient(f"{attacked.url}/api/v1", create_token(user, "attack")[1])

    return make
