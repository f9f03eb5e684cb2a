"""What can be rehearsed, by name.  Time runs `SCALE` times as fast as in production: leases, pulses, backoff,
deadlines, calls and the trouble itself are all a tenth as long, so that five minutes take thirty seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generation.services.rehearsals import SCENARIOS, Outline
from generation.simulator.faults import Fault, FaultScript, Rule
from generation.testbed.chaos.faults import ChaosFault
from generation.testbed.chaos.schedule import ScheduledFault

SCALE = 10
TROUBLE_AT_S = 4.0      # when some work is under way
# A tenth of production's defaults, where these are seconds.
SETTINGS = {
    "LEASE_S": "3", "PULSE_S": "0.4", "SWEEP_S": "0.6", "BACKOFF_BASE_S": "0.2", "BACKOFF_CAP_S": "6",
    "DRAIN_S": "3", "LLM_DEADLINE_S": "12",
}
PROVIDER: Mapping[str, Any] = {"plan_s": 0.8, "unit_s": 1.2, "jitter": 0.4}      # Any: SimulatorSettings' fields


@dataclass(frozen=True)
class Scenario:
    """`provider_faults` last until `over_s` after the first request; `faults` come at their second."""

    outline: Outline
    over_s: float
    provider_faults: FaultScript = FaultScript()
    faults: tuple[ScheduledFault, ...] = ()
    needs_redis: bool = False
    provider: Mapping[str, Any] = field(default_factory=dict)      # Any: SimulatorSettings' fields


def _window(fault: Fault, for_s: float, seconds: float | None = None) -> tuple[FaultScript, float]:
    over_s = TROUBLE_AT_S + for_s
    return FaultScript((Rule(fault, from_s=TROUBLE_AT_S, to_s=over_s, seconds=seconds),)), over_s


def _twice(fault: ChaosFault, *, apart_s: float) -> tuple[ScheduledFault, ...]:
    return ScheduledFault(TROUBLE_AT_S, fault), ScheduledFault(TROUBLE_AT_S + apart_s, fault)


def _scenarios() -> dict[str, Scenario]:
    made = {}
    for name, (fault, for_s, seconds) in {
        "rate_limit_storm": (Fault.RATE_LIMIT, 12.0, 1.0),
        "provider_down": (Fault.UNAVAILABLE, 30.0, None),
        "slow_provider": (Fault.SLOW, 20.0, 6.0),
    }.items():
        provider_faults, over_s = _window(fault, for_s, seconds)
        made[name] = Scenario(SCENARIOS[name], over_s, provider_faults)
    for name, rates in {
        "truncation": {Fault.TRUNCATE: 0.3}, "refusals": {Fault.REFUSE: 0.1},
        "nonsense_content": {Fault.NONSENSE: 0.2, Fault.INVALID_JSON: 0.1},
    }.items():
        made[name] = Scenario(SCENARIOS[name], TROUBLE_AT_S, FaultScript((), rates, seed=1))
    made["worker_killed"] = Scenario(
        SCENARIOS["worker_killed"], TROUBLE_AT_S, faults=_twice(ChaosFault.KILL_WORKER, apart_s=5))
    made["redis_lost"] = Scenario(
        SCENARIOS["redis_lost"], TROUBLE_AT_S, needs_redis=True, faults=_twice(ChaosFault.KILL_REDIS, apart_s=4))
    assert made.keys() == SCENARIOS.keys(), "what is offered can be rehearsed"
    return made


ALL = _scenarios()
