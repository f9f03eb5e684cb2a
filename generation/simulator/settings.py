"""Everything that can be said about a simulator when it starts, and the same as command-line options."""

import argparse
import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation.simulator.faults import NO_FAULTS, FaultScript, parse_faults


@dataclass(frozen=True)
class SimulatorSettings:
    """The defaults are a tenth of a real model's latency, and no limits or faults.

    What each means is said once, in `OPTIONS`."""

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 0
    plan_s: float = 0.5
    unit_s: float = 0.8
    jitter: float = 0.0
    speed: float = 1.0
    realistic: bool = False
    tokens_per_s: float = 90.0
    prefill_tokens_per_s: float = 8_000.0
    rpm: int | None = None
    tpm: int | None = None
    max_in_flight: int | None = None
    capacity: int | None = None
    faults: FaultScript = NO_FAULTS
    call_log: Path | None = None

    def __post_init__(self) -> None:
        for name in ("speed", "tokens_per_s", "prefill_tokens_per_s"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        for name in ("plan_s", "unit_s", "port"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, but is {getattr(self, name)}")
        for name in ("rpm", "tpm", "max_in_flight", "capacity"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter must be between 0 and 1, not {self.jitter}")


def _faults(text: str) -> FaultScript:
    """Faults from JSON text, or from the file after an `@`."""
    return parse_faults(json.loads(Path(text[1:]).read_text("utf-8") if text.startswith("@") else text))


OPTIONS: dict[str, tuple[Callable[[str], Any], str]] = {     # Any: the type of the field
    "host": (str, "address to listen on"),
    "port": (int, "port; 0 takes a free one"),
    "seed": (int, "same seed and same request, same answer"),
    "plan_s": (float, "seconds for a plan"),
    "unit_s": (float, "seconds for a unit; a whole document takes a plan and all its units"),
    "jitter": (float, "share by which these vary, 0 to 1"),
    "speed": (float, "divides every latency"),
    "realistic": (bool, "latency from the tokens instead: prefill, then tokens per second"),
    "tokens_per_s": (float, "output tokens per second, when realistic"),
    "prefill_tokens_per_s": (float, "uncached input tokens per second, when realistic"),
    "rpm": (int, "enforce this many requests a minute"),
    "tpm": (int, "enforce this many tokens a minute"),
    "max_in_flight": (int, "answer 429 to calls beyond this many at once"),
    "capacity": (int, "slow down beyond this many at once: twice as many take almost three times as long"),
    "faults": (_faults, "fault script: JSON, or @file"),
    "call_log": (Path, "append every call to this file, as JSON lines"),
}


EXAMPLE = """\
a fault script: week 3 is refused twice, the plan takes 2 s longer, week 4 has an exercise that the brief excludes;
every tenth call fails by chance, every fifth has some defect, and three repairs of ten bring the same draft again

  cat > faults.json <<'END'
  {"script": [{"fault": "rate_limit", "task": "unit 3", "times": 2, "seconds": 1},
              {"fault": "slow", "task": "plan", "seconds": 2},
              {"fault": "defect=TP-C03:excluded_exercise", "task": "unit 4"}],
   "rates": {"server_error": 0.1, "defect": 0.2, "defect=TP-T06:link": 0.05}, "repair_fails": 0.3, "seed": 7}
  END
  python manage.py simulator --port 9000 --faults @faults.json

and the product on it, in another shell:

  OPENAI_BASE_URL=http://127.0.0.1:9000/v1 python manage.py up --demo

Faults are named in generation/simulator/faults.py, defects in generation/kinds/<kind>/defects.py; while it runs,
POST /simulator/faults takes another script.
"""


def parser() -> argparse.ArgumentParser:
    """One option for each field of the settings."""
    made = argparse.ArgumentParser(
        f"python -m {__package__}", description="An OpenAI-compatible simulator.", epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    for field in dataclasses.fields(SimulatorSettings):
        read, meaning = OPTIONS[field.name]
        if read is bool:
            made.add_argument(_flag(field.name), action="store_true", help=meaning)
        else:
            made.add_argument(_flag(field.name), type=read, default=field.default, help=meaning)
    made.add_argument(
        "--until-stdin-closes", action="store_true", help="end when stdin closes, that is when the parent dies")
    return made


def as_arguments(settings: SimulatorSettings) -> list[str]:
    """The command line that gives `settings` back."""
    arguments: list[str] = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value is True:
            arguments.append(_flag(field.name))
        elif value != field.default:
            text = json.dumps(value.as_json()) if isinstance(value, FaultScript) else str(value)
            arguments.append(f"{_flag(field.name)}={text}")
    return arguments


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")
