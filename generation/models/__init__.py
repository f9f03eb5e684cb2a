"""The rows: the only truth about what was asked, done, paid and said."""

from generation.models.attempt import Attempt, AttemptState, Origin
from generation.models.chunk import Chunk, UnitVersion
from generation.models.incident import Incident, Occurrence, Outcome, Resolution, Treatment
from generation.models.job import Job, Strategy
from generation.models.log import LogEntry, LogLevel
from generation.models.pulse import Pulse
from generation.models.route import Route
from generation.models.turn import Turn

__all__ = [
    "Attempt", "AttemptState", "Chunk", "Incident", "Job", "LogEntry", "LogLevel", "Occurrence", "Origin", "Outcome",
    "Pulse", "Resolution", "Route", "Strategy", "Treatment", "Turn", "UnitVersion",
]
