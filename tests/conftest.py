"""People, and the settings that make time short.

ann asks, bob is another requester, cy is a stranger, rita reviews (staff), adam administers."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.groups import ADMINISTRATORS, REVIEWERS, grant_permissions
from accounts.models import Policy, Role, User
from generation.models import Job, Route
from generation.services import jobs
from tests.support import PROGRAM


@pytest.fixture(autouse=True)
def uncounted(settings: Any) -> None:
    """Tests ask faster than people; those about the HTTP edge's limits switch them on."""
    settings.RATELIMIT_ENABLE = False


@pytest.fixture(autouse=True)
def looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Places in the queue are remembered for a second; tests look as soon as something has moved."""
    monkeypatch.setattr("generation.services.queueing.REMEMBERED_S", 0.0)


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:     # Any: pytest-django's settings
    """Making a person takes a quarter of a second otherwise."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def route(db: None) -> Route:
    """The preferred route; made here because data of migrations does not outlive a flushed test.

    For the same reason nobody has limits: tests that are about limits make their own."""
    Policy.objects.all().delete()
    return Route.objects.get_or_create(
        slug="gpt-4-1-mini",
        defaults={
            "model": "gpt-4.1-mini", "priority": 10, "input_usd_micros": 400_000,
            "cached_input_usd_micros": 100_000, "output_usd_micros": 1_600_000, "max_output_tokens": 32_000,
        },
    )[0]


def _person(name: str, role: Role, *, is_staff: bool = False) -> User:
    return User.objects.create_user(name, password="correct-horse", role=role, is_staff=is_staff)


@pytest.fixture
def ann(db: None) -> User:
    return _person("ann", Role.STUDENT)


@pytest.fixture
def bob(db: None) -> User:
    return _person("bob", Role.TEACHER)


@pytest.fixture
def cy(db: None) -> User:
    return _person("cy", Role.STUDENT)


@pytest.fixture
def rita(db: None) -> User:
    grant_permissions()
    person = _person("rita", Role.TEACHER, is_staff=True)
    person.groups.add(Group.objects.get(name=REVIEWERS))
    return person


@pytest.fixture
def adam(db: None) -> User:
    grant_permissions()
    person = _person("adam", Role.ADMIN, is_staff=True)
    person.groups.add(Group.objects.get(name=ADMINISTRATORS))
    return person


@pytest.fixture
def job(ann: User, route: Route) -> Job:
    """Ann's three-week program, accepted and not begun."""
    return jobs.submit(user=ann, kind="training_program", brief=PROGRAM).job


@pytest.fixture
def as_rita(rita: User) -> Client:
    client = Client()
    client.force_login(rita)
    return client


class SilentBell:
    """Counts rings instead of publishing them; worker processes in tests use the real one."""

    def __init__(self) -> None:
        self.rings = 0

    def ring(self, times: int) -> None:
        self.rings += times

    def flush(self, timeout_s: float) -> bool:
        return True


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> SilentBell:
    silent = SilentBell()
    monkeypatch.setattr("generation.queue._ringer", silent)
    return silent
