"""What a run is going to do, drawn from its seed before anything starts: who asks for what and when, what is
broken, how the provider misbehaves.  Pure, so the same seed plans the same run."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from generation.simulator.faults import ODD_CLOTHES, Fault, FaultScript, Rule
from generation.testbed.chaos.faults import ChaosFault
from generation.testbed.installation.clients import ClientRequest
from generation.worker.failpoints import POISON

ROLES = ("student",) * 12 + ("teacher",) * 6 + ("admin",) * 2      # 20 people
REFUSED_SHARE = 0.1
SAME_KEY_SHARE = 0.06
CANCEL_SHARE = 0.06
WATCHED = 6

# Time made short.  A lease is three pulses and more; a hanging call ends after two leases.
SETTINGS = {
    "LEASE_S": "3", "PULSE_S": "0.4", "SWEEP_S": "0.6", "BACKOFF_BASE_S": "0.2", "BACKOFF_CAP_S": "1",
    "DRAIN_S": "3", "LLM_DEADLINE_S": "5", "WORKER_SLOTS": "48",
}
LEASE_S, SWEEP_S = (float(SETTINGS[name]) for name in ("LEASE_S", "SWEEP_S"))
STOPPED_S = LEASE_S + 2 * SWEEP_S


@dataclass(frozen=True)
class ChaosSize:
    """`load_s` of asking and breaking, then at most `quiet_s` until everything has ended (a calm machine needs a
    fifth of that)."""

    jobs: int
    load_s: float
    quiet_s: float
    fault_every_s: tuple[float, float]


SHORT = {"embedded": ChaosSize(40, 14, 150, (2, 3.5)), "production": ChaosSize(60, 18, 150, (1.0, 1.8))}
FULL = {"embedded": ChaosSize(200, 200, 150, (6, 10)), "production": ChaosSize(300, 240, 180, (2.5, 5.5))}


@dataclass(frozen=True)
class ScheduledFault:
    at_s: float
    fault: ChaosFault


@dataclass(frozen=True)
class Schedule:
    seed: int
    size: ChaosSize
    requests: tuple[ClientRequest, ...]
    faults: tuple[ScheduledFault, ...]
    provider_faults: FaultScript
    limits: dict[str, int] = field(default_factory=dict)      # requests a day, by role


def plan(seed: int, size: ChaosSize, kinds: Sequence[ChaosFault]) -> Schedule:
    """The run of `seed`."""
    rng = random.Random(seed)
    per_person = size.jobs // len(ROLES)
    requests = [_request(rng, size, number, number % len(ROLES)) for number in range(per_person * len(ROLES))]
    requests.append(ClientRequest(
        0.5, ROLES.index("admin"), "training_program", "parallel",
        {"goal": "strength", "weeks": 3, "days_per_week": 2, "preferences": POISON}, "poison", is_poisoned=True,
    ))
    teachers = ROLES.count("teacher")
    refused = round(size.jobs * REFUSED_SHARE / teachers)
    faults = tuple(_scheduled(rng, size, kinds))
    stops_s = [one.at_s for one in faults if one.fault is ChaosFault.STOP_WORKER]
    return Schedule(
        seed, size, tuple(sorted(requests, key=lambda request: request.at_s)), faults,
        _provider_faults(rng, size, stops_s),
        {"teacher": max(1, per_person - refused), "student": per_person + 2},
    )


def _request(rng: random.Random, size: ChaosSize, number: int, person: int) -> ClientRequest:
    strategy = rng.choices(("parallel", "sequential", "single"), (8, 1, 1))[0]
    if rng.random() < 0.8:
        kind, brief = "training_program", {
            "goal": rng.choice(("strength", "hypertrophy", "general_fitness")), "weeks": rng.randint(1, 5),
            "days_per_week": rng.randint(1, 3), "preferences": f"Wish number {number}.",
        }
    else:
        kind, brief = "course", {
            "subject": f"Subject number {number}", "modules": rng.randint(1, 2),
            "lessons_per_module": rng.randint(1, 2),
        }
    return ClientRequest(
        rng.uniform(0, size.load_s * 0.85), person, kind, strategy, brief, f"chaos-{number}",
        copies=rng.choice((2, 3)) if rng.random() < SAME_KEY_SHARE else 1,
        cancel_after_s=rng.uniform(0, 6) if rng.random() < CANCEL_SHARE else None, is_watched=number < WATCHED,
    )


def _scheduled(rng: random.Random, size: ChaosSize, kinds: Sequence[ChaosFault]) -> list[ScheduledFault]:
    """Each of `kinds` in turn, in an order of the seed, until the load is over."""
    found: list[ScheduledFault] = []
    at_s, deck = rng.uniform(2, 3.5), list[ChaosFault]()
    while at_s < size.load_s:
        deck = deck or rng.sample(list(kinds), len(kinds))
        found.append(ScheduledFault(at_s, deck.pop()))
        at_s += rng.uniform(*size.fault_every_s)
    return found


def _provider_faults(rng: random.Random, size: ChaosSize, stops_s: Sequence[float]) -> FaultScript:
    """By chance about every fifth call, a third of them faults of content that the checks find, and some repairs fail;
    one outage of everything, one account without credit, and single refusals: one at any time, and one while a worker
    stands still, for each that is stopped at `stops_s`."""
    outage_s = rng.uniform(0.2, 0.3) * size.load_s
    credit_s = rng.uniform(0.55, 0.65) * size.load_s
    rules = (
        Rule(Fault.UNAVAILABLE, from_s=outage_s, to_s=outage_s + max(2.5, size.load_s * 0.08)),
        Rule(Fault.UNAVAILABLE, from_s=outage_s, times=8),      # should nobody have called meanwhile
        Rule(Fault.INSUFFICIENT_QUOTA, from_s=credit_s, times=2),
        Rule(Fault.BAD_KEY, from_s=credit_s + size.load_s * 0.15, times=1),
        Rule(Fault.RATE_LIMIT, from_s=rng.uniform(0.35, 0.9) * size.load_s, times=1),
        *(Rule(Fault.RATE_LIMIT, from_s=at_s + rng.uniform(0.3, STOPPED_S), times=1) for at_s in stops_s),
    )
    rates = {
        Fault.SERVER_ERROR: 0.03, Fault.SERVER_ERROR_AFTER_GENERATION: 0.005, Fault.RATE_LIMIT: 0.004,
        Fault.DROP: 0.01, Fault.HANG: 0.006, Fault.SLOW: 0.003, Fault.TRUNCATE: 0.008, Fault.INVALID_JSON: 0.008,
        Fault.NULL_CHOICES: 0.004, Fault.EMPTY_CONTENT: 0.004, Fault.HTML: 0.004, Fault.NONSENSE: 0.008,
        Fault.REFUSE: 0.004, Fault.FILTER: 0.002, Fault.EXTRA_UNITS: 0.004,
        **dict.fromkeys(sorted(ODD_CLOTHES), 0.01), Fault.ERROR_WITHIN: 0.004, Fault.DEFECT: 0.06,
    }
    return FaultScript(rules, rates, rng.randrange(2**31), repair_fails=0.15)
