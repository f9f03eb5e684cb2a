"""Misbehaviour on a script and by rate.

A script is a list of rules, tried in order for every call; the first one that matches and is not used
up decides.  Calls that no rule takes may meet a fault by chance: `rates` are shares of all calls, drawn
from a seed."""

import dataclasses
import math
import random
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from generation.kinds import all_kinds


class Fault(StrEnum):
    """What goes wrong.  In brackets: what a rule's `seconds` means, and its default."""

    # Refused at once (seconds: delay, 0)
    RATE_LIMIT = "rate_limit"                 # 429 (seconds: its Retry-After, 1)
    INSUFFICIENT_QUOTA = "insufficient_quota"
    BAD_KEY = "bad_key"                       # 401 that echoes the key
    FORBIDDEN = "forbidden"
    SERVER_ERROR = "server_error"             # 500
    UNAVAILABLE = "unavailable"               # 503
    BAD_REQUEST = "bad_request"
    HTML = "html"                             # 200 with a web page, as proxies do
    ERROR_WITHIN = "error_within"             # 200 whose body is the error of a 429, as routers do
    DROP = "drop"                             # the connection closes without an answer
    # Late
    HANG = "hang"                             # no answer (seconds: until the connection drops, 3600)
    SLOW = "slow"                             # a good answer (seconds: extra, 30)
    DRIP = "drip"                             # a good answer, byte by byte (seconds: for all of it, 60)
    SERVER_ERROR_AFTER_GENERATION = "server_error_after_generation"     # 500 after the full latency
    # Answered 200, after the usual latency (seconds: extra, 0)
    TRUNCATE = "truncate"
    REFUSE = "refuse"
    FILTER = "filter"
    INVALID_JSON = "invalid_json"
    NONSENSE = "nonsense"                     # keeps the schema, breaks the kind's checks
    NULL_CHOICES = "null_choices"
    EMPTY_CONTENT = "empty_content"
    EXTRA_UNITS = "extra_units"               # a plan for far more units than the brief asks for
    DEFECT = "defect"                         # one fault of content: `defect=TP-C03:excluded_exercise`, or any
    REPAIR_FAILS = "repair_fails"             # a repair brings the rejected draft once more
    # A good answer in odd clothes, after the usual latency (seconds: extra, 0)
    FENCED = "fenced"                         # between ```json and ```
    PARTS = "parts"                           # the content is a list of parts, thoughts among them
    REASONED = "reasoned"                     # all of it stands in reasoning_content
    ODD_ENDING = "odd_ending"                 # finish_reason is eos_token
    OTHER_USAGE = "other_usage"               # tokens are counted under other names


# They cost one call, like any good answer.
ODD_CLOTHES = frozenset({Fault.FENCED, Fault.PARTS, Fault.REASONED, Fault.ODD_ENDING, Fault.OTHER_USAGE})
DEFAULT_SECONDS = {Fault.RATE_LIMIT: 1.0, Fault.HANG: 3_600.0, Fault.SLOW: 30.0, Fault.DRIP: 60.0}


@dataclass(frozen=True)
class Rule:
    """When a fault happens.

    `task` is the task's words or their beginning (`unit 3`), `after` how many matching calls pass
    first, `times` how many then meet the fault: one by default, or all of them in a window of time.
    The window counts from when the script was set."""

    fault: Fault
    defect: str | None = None
    task: str | None = None
    schema: str | None = None
    cache_key: str | None = None
    times: int | None = None
    after: int = 0
    seconds: float | None = None
    from_s: float | None = None
    to_s: float | None = None

    @property
    def delay_s(self) -> float:
        return DEFAULT_SECONDS.get(self.fault, 0.0) if self.seconds is None else self.seconds

    @property
    def most(self) -> float:
        """How many calls it takes at most."""
        if self.times is not None:
            return self.times
        return 1 if self.from_s is None and self.to_s is None else math.inf

    def matches(self, *, task: str, schema: str, cache_key: str, elapsed_s: float) -> bool:
        return (
            (self.task is None or task == self.task or task.startswith(self.task + " "))
            and (self.schema is None or schema == self.schema)
            and (self.cache_key is None or cache_key == self.cache_key)
            and (self.from_s is None or elapsed_s >= self.from_s)
            and (self.to_s is None or elapsed_s < self.to_s)
        )


@dataclass(frozen=True)
class FaultScript:
    """All faults of a rehearsal.  `rates` are tried in the order given and add up to at most 1; `repair_fails` is a
    share of the repairs that nothing else befalls."""

    rules: tuple[Rule, ...] = ()
    rates: Mapping[str, float] | Mapping[Fault, float] = field(default_factory=dict)      # or of `defect=<name>`
    seed: int = 0
    repair_fails: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "script": [
                {name: value for name, value in dataclasses.asdict(rule).items() if value is not None}
                for rule in self.rules
            ],
            "rates": {str(fault): share for fault, share in self.rates.items()},
            "seed": self.seed,
            **({"repair_fails": self.repair_fails} if self.repair_fails else {}),
        }


NO_FAULTS = FaultScript()
_TEXTS = frozenset({"fault", "defect", "task", "schema", "cache_key"})
_COUNTS = frozenset({"times", "after"})
_SECONDS = frozenset({"seconds", "from_s", "to_s"})


def parse_faults(value: Any) -> FaultScript:     # Any: somebody's JSON
    """The script in `{"script": [...], "rates": {...}, "seed": n, "repair_fails": r}`; a list alone is the script.

    ValueError, with the place and what is allowed there, for anything else."""
    stated: Any = {"script": value} if isinstance(value, list) else value
    _need(isinstance(stated, dict), f"faults must be a list of rules or an object, not {type(value).__name__}")
    _only(stated, {"script", "rates", "seed", "repair_fails"}, "faults")
    script, rates, seed = stated.get("script", []), stated.get("rates", {}), stated.get("seed", 0)
    _need(isinstance(script, list), "script must be a list of rules")
    _need(isinstance(rates, dict), "rates must be an object of fault names and shares")
    _need(type(seed) is int, "seed must be a whole number")
    shares: dict[str, float] = {}
    for name, share in rates.items():
        fault, defect = _named(name, "rates")
        shares[f"{fault}={defect}" if defect else fault] = _number(share, f"rates.{name}", 1)
    _need(sum(shares.values()) <= 1 + 1e-9, f"rates add up to {sum(shares.values()):g}, which is more than 1")
    rules = tuple(_rule(rule, f"script[{n}]") for n, rule in enumerate(script))
    return FaultScript(rules, shares, seed, _number(stated.get("repair_fails", 0), "repair_fails", 1))


def _rule(stated: Any, where: str) -> Rule:
    _need(isinstance(stated, dict), f"{where} must be an object with a fault")
    _only(stated, _TEXTS | _COUNTS | _SECONDS, where)
    _need("fault" in stated, f"{where} names no fault")
    for name, value in stated.items():
        place = f"{where}.{name}"
        if name in _TEXTS:
            _need(isinstance(value, str), f"{place} must be text, not {value!r}")
        else:
            _number(value, place, math.inf)
            _need(name in _SECONDS or type(value) is int, f"{place} must be a whole number, not {value!r}")
    fault, defect = _named(stated["fault"], f"{where}.fault")
    stated_defect = stated.get("defect") or defect
    if stated_defect is not None:
        _need(fault is Fault.DEFECT, f"{where}.defect goes with the fault 'defect', not {fault.value!r}")
        _known_defect(stated_defect, f"{where}.defect")
    return Rule(**{**stated, "fault": fault, "defect": stated_defect})


def _need(is_so: bool, sentence: str) -> None:
    if not is_so:
        raise ValueError(sentence)


def _only(stated: dict[str, Any], allowed: Set[str], where: str) -> None:
    fields = ", ".join(sorted(allowed))
    for name in stated:
        _need(name in allowed, f"{where} has the unknown field {name!r}; it may have {fields}")


def _named(name: Any, where: str) -> tuple[Fault, str | None]:
    """A fault's name, or `defect=` and a defect's."""
    if isinstance(name, str) and name.startswith(f"{Fault.DEFECT}="):
        defect = name.partition("=")[2]
        _known_defect(defect, where)
        return Fault.DEFECT, defect
    return _fault(name, where), None


def _known_defect(name: str, where: str) -> None:
    known = {defect: kind.slug for kind in all_kinds().values() for defect in kind.defects}
    _need(name in known, f"{where}: {name!r} is not a defect; there are {', '.join(known)}")


def _fault(name: Any, where: str) -> Fault:
    try:
        return Fault(name)
    except ValueError:
        raise ValueError(f"{where}: {name!r} is not a fault; there are {', '.join(Fault)}") from None


def _number(value: Any, where: str, most: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    _need(is_number, f"{where} must be a number, not {value!r}")
    _need(0 <= value <= most and value < math.inf, f"{where} must be from 0 to {most:g}, not {value!r}")
    return float(value)


class FaultDraw:
    """A script in use: counts what was matched, and draws the rates."""

    def __init__(self, script: FaultScript, started_s: float) -> None:
        self.script = script
        self._started_s = started_s
        self._matched = [0] * len(script.rules)
        self._rng = random.Random(script.seed)
        self._repairs = random.Random(f"{script.seed}:repairs")

    def choose(
        self, *, task: str, schema: str, cache_key: str, now_s: float, is_repair: bool = False
    ) -> Rule | None:
        """What goes wrong with this call, if anything.  `now_s` is of the clock of `started_s`."""
        elapsed_s = now_s - self._started_s
        for position, rule in enumerate(self.script.rules):
            if rule.matches(task=task, schema=schema, cache_key=cache_key, elapsed_s=elapsed_s):
                if self._matched[position] >= rule.after + rule.most:
                    continue
                self._matched[position] += 1
                if self._matched[position] > rule.after:
                    return rule
        if self.script.rates:
            drawn = self._rng.random()
            for name, share in self.script.rates.items():
                if drawn < share:
                    fault, _, defect = name.partition("=")
                    return Rule(Fault(fault), defect or None)
                drawn -= share
        if is_repair and self.script.repair_fails and self._repairs.random() < self.script.repair_fails:
            return Rule(Fault.REPAIR_FAILS)
        return None
