"""People, and the settings that make time short.

ann asks, bob is another requester, cy is a stranger, rita reviews (staff), adam administers."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client

from accounts import ttl_cache
from accounts.groups import ADMINISTRATORS, REVIEWERS, grant_permissions
from accounts.models import Policy, Role, User
from generation.models import Job, Route
from generation.services.chunks import backlog
from generation.services.jobs import submission
from generation.telemetry.error_log import Surprise
from tests import canaries
from tests.engines import alone, quick, start
from tests.receiver import receiver
from tests.support import PROGRAM

__all__ = ["alone", "quick", "receiver", "start"]


@pytest.fixture(scope="session")
def witness() -> Iterator[canaries.Witness]:
    """Reads along with the process log, also with what is below the level that is printed."""
    reading, root = canaries.Witness(), logging.getLogger()
    for printing in root.handlers:
        printing.setLevel(root.level)      # what is read here is not printed for that
    yield reading
    root.removeHandler(reading)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:     # Any: pytest-django's
    """PostgreSQL drops no database that somebody is connected to; a process that a test killed may seem to be."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()")
            cursor.fetchall()


@pytest.fixture
def unhurried(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds no free connection waits for one, and is not refused: how fast this machine is does not count."""
    if connection.vendor == "postgresql":
        monkeypatch.setattr(connection.pool, "timeout", 120)


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest, witness: canaries.Witness) -> Iterator[None]:
    """No key and no words of a pupil in the process log, nor in columns that are logs: after every single test."""
    uses_database = request.node.get_closest_marker("django_db") or "db" in request.fixturenames
    if uses_database or "transactional_db" in request.fixturenames:
        request.getfixturevalue("_django_db_helper")      # so that this is over before the rows are gone
    logging.getLogger().addHandler(witness)               # anew, in case a test has set up the log
    logging.getLogger("generation").setLevel(logging.DEBUG)
    yield
    assert witness.taken() == []
    if uses_database or "transactional_db" in request.fixturenames:
        assert canaries.in_the_database() == []


@pytest.fixture(autouse=True)
def surprises(monkeypatch: pytest.MonkeyPatch) -> list[Surprise]:
    """Unexpected errors are collected instead of written; the thread that writes them has tests of its own."""
    collected: list[Surprise] = []

    class Silent:
        def put(self, surprise: Surprise, same: tuple[str, str]) -> None:
            collected.append(surprise)

        def flush(self, timeout_s: float) -> bool:
            return True

    monkeypatch.setattr("generation.telemetry.error_log.writer", Silent())
    return collected


@pytest.fixture(autouse=True)
def uncounted(settings: Any) -> None:
    """Tests ask faster than people; those about the HTTP edge's limits switch them on."""
    settings.RATELIMIT_ENABLE = False


@pytest.fixture(autouse=True)
def uncached(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask for the same again and again; those about the cache use `cached`."""
    settings.CACHE_SCOPE = "off"
    monkeypatch.setenv("CACHE_SCOPE", "off")      # for the processes that a test starts


@pytest.fixture
def cached(uncached: None, settings: Any) -> None:
    settings.CACHE_SCOPE = "user"


@pytest.fixture(autouse=True)
def looked_up_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Terms, routes and places in the queue are remembered for a moment; tests look as soon as something has moved."""
    ttl_cache.forget()
    backlog.forget()
    monkeypatch.setattr("accounts.ttl_cache.REMEMBERED_S", 0.0)
    monkeypatch.setattr("accounts.ttl_cache.LONGEST_S", 0.0)


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:     # Any: pytest-django's settings
    """Making a person takes a quarter of a second otherwise."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_static_files(settings: Any) -> None:     # Any: as above
    """Every new client of Django's builds the middleware, which looks at each static file that there is.  Who serves
    them is a process of its own, here too."""
    settings.SERVESTATIC_USE_FINDERS = settings.SERVESTATIC_USE_STATIC_ROOT = False


@pytest.fixture
def route(db: None) -> Route:
    """The only route; made here because data of migrations does not outlive a flushed test.

    For the same reason nobody has limits: tests that are about limits make their own, and so for other routes."""
    Policy.objects.all().delete()
    Route.objects.all().delete()
    return Route.objects.create(
        slug="gpt-4-1-mini", model="gpt-4.1-mini", priority=10, input_usd_micros=400_000,
        cached_input_usd_micros=100_000, output_usd_micros=1_600_000, max_output_tokens=32_000,
    )


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
    return submission.submit(user=ann, kind="training_program", brief=PROGRAM).job


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
