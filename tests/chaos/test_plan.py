"""What chaos is going to do, and that its names are names of faults."""

from collections import Counter

import pytest

from generation.testbed.chaos import schedule
from generation.testbed.chaos.faults import COVERS, EMBEDDED, PRODUCTION, ChaosFault
from generation.worker.failpoints import POISON


@pytest.mark.parametrize("sizes", [schedule.SHORT, schedule.FULL])
@pytest.mark.parametrize(("kind", "steps"), [("embedded", EMBEDDED), ("production", PRODUCTION)])
def test_same_seed_plans_the_same_run_and_another_plans_another(sizes, kind, steps):
    one, same, other = (schedule.plan(seed, sizes[kind], steps) for seed in (7, 7, 8))
    assert one == same
    assert one.asks != other.asks
    assert one.blows != other.blows


@pytest.mark.parametrize("sizes", [schedule.SHORT, schedule.FULL])
def test_about_every_tenth_wish_is_over_a_limit(sizes):
    planned = schedule.plan(1, sizes["production"], PRODUCTION)
    by_person = Counter(ask.person for ask in planned.asks if not ask.is_poisoned)
    over = sum(
        max(0, count - planned.limits.get(schedule.ROLES[person], count)) for person, count in by_person.items())
    assert 0.08 < over / len(planned.asks) < 0.14


def test_hundreds_of_jobs_of_twenty_people_meet_every_blow():
    planned = schedule.plan(1, schedule.FULL["production"], PRODUCTION)
    assert len(planned.asks) > 300
    assert len({ask.person for ask in planned.asks}) == 20
    assert {blow.step for blow in planned.blows} == set(PRODUCTION)
    assert [ask.key for ask in planned.asks if POISON in str(ask.brief)] == ["poison"]
    assert any(ask.copies > 1 for ask in planned.asks)
    assert any(ask.cancel_after_s is not None for ask in planned.asks)


def test_every_step_covers_rows_of_the_fault_table():
    assert COVERS.keys() == {step.value for step in ChaosFault}
    assert all(row in {f"F{n}" for n in range(1, 61)} for rows in COVERS.values() for row in rows)
    assert {*PRODUCTION, *EMBEDDED} <= set(ChaosFault)
