"""What is remembered for a moment: nobody notices, and no change is overlooked for longer than that."""

import threading
from typing import Any

import pytest

from accounts import policies, ttl_cache
from accounts.models import Limit, Override, Pause, Policy, Role, User
from accounts.ttl_cache import once
from generation.models import Route
from generation.services import quotas
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.routing import selection
from tests.support import PROGRAM


@pytest.fixture
def moment(looked_up_anew: None, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of what is remembered, which stands still."""
    now = [1_000.0]
    monkeypatch.setattr(ttl_cache, "REMEMBERED_S", 1.0)
    monkeypatch.setattr("accounts.ttl_cache.time.monotonic", lambda: now[0])
    ttl_cache.forget()
    return now


def _requests_an_hour(user: User) -> list[int]:
    return [ceiling.limit for ceiling in policies.current_terms(user).ceilings]


@pytest.fixture
def limit(route: Route) -> Limit:
    policy = Policy.objects.create(role=Role.STUDENT)
    return Limit.objects.create(policy=policy, metric="requests", window="hour", limit=5, burst=0)


def test_value_is_looked_up_once_in_a_moment(moment):
    looks = []
    for _ in range(3):
        assert once(("a",), lambda: looks.append(1) or len(looks)) == 1
    moment[0] += 1.0
    assert once(("a",), lambda: looks.append(1) or len(looks)) == 2


def test_dear_look_takes_a_twentieth_of_the_time(moment, monkeypatch):
    monkeypatch.setattr(ttl_cache, "LONGEST_S", 15.0)
    looks = []

    def look_for_half_a_second() -> int:
        looks.append(1)
        moment[0] += 0.5
        return len(looks)

    assert once(("lines",), look_for_half_a_second, is_dear=True) == 1
    moment[0] += 9.9
    assert once(("lines",), look_for_half_a_second, is_dear=True) == 1
    moment[0] += 0.1
    assert once(("lines",), look_for_half_a_second, is_dear=True) == 2


def test_one_process_sees_its_own_change_at_once(moment, limit, ann, django_capture_on_commit_callbacks):
    assert _requests_an_hour(ann) == [5]
    with django_capture_on_commit_callbacks(execute=True):
        limit.limit = 2
        limit.save()
    assert _requests_an_hour(ann) == [2]
    with django_capture_on_commit_callbacks(execute=True):
        Override.objects.create(user=ann, reason="exam", max_running_jobs=1)
    assert _requests_an_hour(ann) == [1, 2]
    with django_capture_on_commit_callbacks(execute=True):
        limit.delete()
    assert _requests_an_hour(ann) == [1]


def test_change_of_another_process_is_seen_after_a_moment(moment, limit, ann):
    assert _requests_an_hour(ann) == [5]
    Limit.objects.update(limit=2)      # sends no signal, as the other process's save does not here
    assert _requests_an_hour(ann) == [5]
    moment[0] += 1.0
    assert _requests_an_hour(ann) == [2]


def test_what_was_looked_up_before_a_change_is_not_remembered_after_it(moment):
    looking, changed = threading.Event(), threading.Event()

    def slow_look() -> str:
        looking.set()
        assert changed.wait(10)
        return "old"

    other = threading.Thread(target=lambda: once(("a",), slow_look))
    other.start()
    assert looking.wait(10)
    ttl_cache.forget()
    changed.set()
    other.join(10)
    assert once(("a",), lambda: "new") == "new"


def test_while_one_looks_the_others_go_on_with_what_was_known_for_a_moment_more(moment):
    looking, seen = threading.Event(), threading.Event()

    def slow_look() -> str:
        looking.set()
        assert seen.wait(10)
        return "new"

    once(("a",), lambda: "old")
    moment[0] += 1.0
    other = threading.Thread(target=lambda: once(("a",), slow_look))
    other.start()
    assert looking.wait(10)
    assert once(("a",), lambda: "mine") == "old"
    moment[0] += 1.0
    assert once(("a",), lambda: "mine") == "mine"
    seen.set()
    other.join(10)
    assert once(("a",), lambda: "later") == "new"


def test_look_that_fails_leaves_the_next_one_to_look(moment):
    def fails() -> str:
        raise ConnectionError

    once(("a",), lambda: "old")
    moment[0] += 1.0
    with pytest.raises(ConnectionError):
        once(("a",), fails)
    assert once(("a",), lambda: "new") == "new"


def test_pause_binds_at_once_and_its_end_frees_at_once(moment, db, django_capture_on_commit_callbacks):
    pause = Pause.objects.get_or_create(pk=1)[0]
    assert policies.paused_because() is None
    with django_capture_on_commit_callbacks(execute=True):
        pause.is_on, pause.reason = True, "exams week"
        pause.save()
    with pytest.raises(Refusal) as refused:
        quotas.check_pause()
    assert refused.value.code == RefusalCode.PAUSED
    with django_capture_on_commit_callbacks(execute=True):
        pause.is_on = False
        pause.save()
    assert policies.paused_because() is None


def test_remembered_routes_are_nobody_s_to_change(moment, route, ann):
    def chosen() -> Any:
        return selection.for_job(JobSpec.understood("training_program", PROGRAM, "parallel"))

    chosen().route.model = "scribbled"
    assert chosen().route.model == route.model


def test_memory_is_bounded(moment, monkeypatch):
    monkeypatch.setattr(ttl_cache, "MOST", 10)
    for number in range(35):
        once((number,), lambda: "x")
    assert len(ttl_cache._remembered) <= 10
