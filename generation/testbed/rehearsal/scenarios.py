"""What can be rehearsed, by name.  Time runs `SCALE` times as fast as in production: leases, pulses, backoff,
deadlines, calls and the trouble itself are all a tenth as long, so that five minutes take thirty seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from generation.services.rehearsals import SCENARIOS, Outline
from generation.simulator.faults import Fault, FaultScript, Rule
from generation.testbed.chaos.faults import ChaosFault

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
    """`faults` last until `over_s` after the first wish; `blows` come at their second."""

    outline: Outline
    over_s: float
    faults: FaultScript = FaultScript()
    blows: tuple[tuple[float, ChaosFault], ...] = ()
    needs_redis: bool = False
    provider: Mapping[str, Any] = field(default_factory=dict)      # Any: SimulatorSettings' fields


def _window(fault: Fault, for_s: float, seconds: float | None = None) -> tuple[FaultScript, float]:
    over_s = TROUBLE_AT_S + for_s
    return FaultScript((Rule(fault, from_s=TROUBLE_AT_S, to_s=over_s, seconds=seconds),)), over_s


def _scenarios() -> dict[str, Scenario]:
    made = {}
    for name, (fault, for_s, seconds) in {
        "rate_limit_storm": (Fault.RATE_LIMIT, 12.0, 1.0),
        "provider_down": (Fault.UNAVAILABLE, 30.0, None),
        "slow_provider": (Fault.SLOW, 20.0, 6.0),
    }.items():
        faults, over_s = _window(fault, for_s, seconds)
        made[name] = Scenario(SCENARIOS[name], over_s, faults)
    for name, rates in {
        "truncation": {Fault.TRUNCATE: 0.3}, "refusals": {Fault.REFUSE: 0.1},
        "nonsense_content": {Fault.NONSENSE: 0.2, Fault.INVALID_JSON: 0.1},
    }.items():
        made[name] = Scenario(SCENARIOS[name], TROUBLE_AT_S, FaultScript((), rates, seed=1))
    made["worker_killed"] = Scenario(SCENARIOS["worker_killed"], TROUBLE_AT_S, blows=(
        (TROUBLE_AT_S, ChaosFault.KILL_WORKER), (TROUBLE_AT_S + 5, ChaosFault.KILL_WORKER)))
    made["redis_lost"] = Scenario(SCENARIOS["redis_lost"], TROUBLE_AT_S, needs_redis=True, blows=(
        (TROUBLE_AT_S, ChaosFault.KILL_REDIS), (TROUBLE_AT_S + 4, ChaosFault.KILL_REDIS)))
    assert made.keys() == SCENARIOS.keys(), "what is offered can be rehearsed"
    return made


ALL = _scenarios()
