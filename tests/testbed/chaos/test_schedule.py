"""What chaos is going to do, and that its names are names of faults."""

from collections import Counter

import pytest

from generation.simulator.faults import ODD_CLOTHES, Fault
from generation.testbed.chaos import schedule
from generation.testbed.chaos.faults import COVERS, EMBEDDED, PRODUCTION, ChaosFault
from generation.worker.failpoints import POISON


@pytest.mark.parametrize("sizes", [schedule.SHORT, schedule.FULL])
@pytest.mark.parametrize(("form", "faults"), [("embedded", EMBEDDED), ("production", PRODUCTION)])
def test_same_seed_plans_the_same_run_and_another_plans_another(sizes, form, faults):
    one, same, other = (schedule.plan(seed, sizes[form], faults) for seed in (7, 7, 8))
    assert one == same
    assert one.requests != other.requests
    assert one.faults != other.faults


@pytest.mark.parametrize("sizes", [schedule.SHORT, schedule.FULL])
def test_about_every_tenth_wish_is_over_a_limit(sizes):
    planned = schedule.plan(1, sizes["production"], PRODUCTION)
    by_person = Counter(request.person for request in planned.requests if not request.is_poisoned)
    over = sum(
        max(0, count - planned.limits.get(schedule.ROLES[person], count)) for person, count in by_person.items())
    assert 0.08 < over / len(planned.requests) < 0.14


def test_hundreds_of_jobs_of_twenty_people_meet_every_fault():
    planned = schedule.plan(1, schedule.FULL["production"], PRODUCTION)
    assert len(planned.requests) > 300
    assert len({request.person for request in planned.requests}) == 20
    assert {scheduled.fault for scheduled in planned.faults} == set(PRODUCTION)
    assert [request.key for request in planned.requests if POISON in str(request.brief)] == ["poison"]
    assert any(request.copies > 1 for request in planned.requests)
    assert any(request.cancel_after_s is not None for request in planned.requests)


def test_single_refusal_falls_into_every_stop_of_a_worker_and_one_anywhere():
    planned = schedule.plan(1, schedule.FULL["production"], PRODUCTION)
    stops = [one.at_s for one in planned.faults if one.fault is ChaosFault.STOP_WORKER]
    single = [rule for rule in planned.provider_faults.rules if rule.fault is Fault.RATE_LIMIT]
    assert {rule.most for rule in single} == {1}
    assert len(single) == 1 + len(stops) > 1
    for at_s in stops:
        assert any(at_s < rule.from_s < at_s + schedule.STOPPED_S for rule in single)


def test_odd_replies_come_by_rate_and_stay_few():
    planned = schedule.plan(1, schedule.SHORT["embedded"], EMBEDDED).provider_faults
    assert planned.rates.keys() > {*ODD_CLOTHES, Fault.ERROR_WITHIN, Fault.DEFECT}
    assert sum(planned.rates.values()) < 0.25
    assert 0 < planned.repair_fails < 0.5


def test_every_fault_of_chaos_covers_rows_of_the_fault_table():
    assert COVERS.keys() == {fault.value for fault in ChaosFault}
    assert all(row in {f"F{n}" for n in range(1, 71)} for rows in COVERS.values() for row in rows)
    assert {*PRODUCTION, *EMBEDDED} <= set(ChaosFault)
