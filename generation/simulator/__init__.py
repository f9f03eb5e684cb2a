"""An OpenAI-compatible endpoint of our own, over real HTTP, for rehearsals and measurements.

It writes plausible documents, keeps time like a model, counts tokens, limits rates, misbehaves on a
script, and keeps a log of its own: an independent witness of what was asked.  Everything that it
answers says that it is simulated."""

from generation.simulator.faults import Fault, FaultScript, Rule, parse_faults
from generation.simulator.process import SimulatorProcess
from generation.simulator.server import Running, running, start
from generation.simulator.serving import serve
from generation.simulator.settings import SimulatorSettings

__all__ = [
    "Fault", "FaultScript", "Rule", "Running", "SimulatorProcess", "SimulatorSettings", "parse_faults",
    "running", "serve", "start",
]
