"""How long a model takes: fixed seconds by stage, or prefill and tokens per second."""

import random

from generation.core.outcomes import TokenUsage
from generation.core.prompting import Stage
from generation.simulator.settings import SimulatorSettings

FIRST_TOKEN_S = 0.3           # a real service's own overhead
FIXED_PREFILL_SHARE = 0.1     # of a fixed latency, until the prompt counts as read


def answer_s(settings: SimulatorSettings, stage: Stage, units: int, usage: TokenUsage, rng: random.Random) -> float:
    """Seconds until the answer is complete.  `units` counts those of a whole document."""
    if settings.realistic:
        seconds = _reading_s(settings, usage) + usage.output_tokens / settings.tokens_per_s
    elif stage is Stage.PLAN:
        seconds = settings.plan_s
    elif stage is Stage.UNIT:
        seconds = settings.unit_s
    else:
        seconds = settings.plan_s + settings.unit_s * units
    if settings.jitter:
        seconds *= 1 + settings.jitter * rng.uniform(-1, 1)
    return seconds / settings.speed


def crowding(settings: SimulatorSettings, in_flight: int) -> float:
    """By what factor a call is slower that begins as one of `in_flight`."""
    if settings.capacity is None or in_flight <= settings.capacity:
        return 1.0
    return float((in_flight / settings.capacity) ** 1.5)


def prefill_s(settings: SimulatorSettings, whole_s: float, usage: TokenUsage) -> float:
    """Seconds of an answer's `whole_s` until its prompt is read; its prefix is warm from then on."""
    return _reading_s(settings, usage) / settings.speed if settings.realistic else whole_s * FIXED_PREFILL_SHARE


def _reading_s(settings: SimulatorSettings, usage: TokenUsage) -> float:
    return FIRST_TOKEN_S + (usage.input_tokens - usage.cached_input_tokens) / settings.prefill_tokens_per_s
