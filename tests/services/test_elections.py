"""Who asks for work that one process shall do, and how often he has to ask."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.models import Election
from generation.services import elections

pytestmark = pytest.mark.django_db
FIVE = dt.timedelta(seconds=5)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("generation.services.elections.time.monotonic", lambda: now[0])
    return now


def test_who_was_told_that_it_is_not_due_asks_nothing_until_it_can_be(clock):
    patience = elections.Patience()
    assert elections.win("x", FIVE, by="a") is not None
    assert elections.win("x", FIVE, by="a", patience=patience) is None
    with CaptureQueriesContext(connection) as asked:
        assert elections.win("x", FIVE, by="a", patience=patience) is None
    assert len(asked) == 0
    Election.objects.filter(name="x").update(won_at=Election.objects.get(name="x").won_at - FIVE)
    clock[0] += 5
    assert elections.win("x", FIVE, by="a", patience=patience) is not None


def test_who_has_won_asks_nothing_until_it_can_be_due_again(clock):
    patience = elections.Patience()
    elections.win("x", FIVE)
    Election.objects.filter(name="x").update(won_at=Election.objects.get(name="x").won_at - FIVE)
    assert elections.win("x", FIVE, by="a", patience=patience) is not None
    clock[0] += 4
    with CaptureQueriesContext(connection) as asked:
        assert elections.win("x", FIVE, by="a", patience=patience) is None
    assert len(asked) == 0


def test_clock_that_was_set_back_makes_nobody_wait_longer_than_once(clock):
    patience = elections.Patience()
    elections.win("x", FIVE)
    Election.objects.filter(name="x").update(won_at=Election.objects.get(name="x").won_at + dt.timedelta(hours=3))
    assert elections.win("x", FIVE, patience=patience) is None
    clock[0] += 5
    assert patience.is_over
