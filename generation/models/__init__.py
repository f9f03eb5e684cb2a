"""The rows: the only truth about what was asked, done, paid and said."""

from generation.models.alerting import Alert, AlertRule, Watch
from generation.models.attempt import Attempt, AttemptState, Origin
from generation.models.cache import CacheEntry
from generation.models.chunk import Chunk, Flight, UnitVersion
from generation.models.job import Job, Strategy
from generation.models.log import LogEntry, LogLevel
from generation.models.outgoing import Channel, ChannelKind, Delivery, DeliveryState, WebhookEndpoint
from generation.models.pulse import Pulse
from generation.models.route import Route

__all__ = [
    "Alert", "AlertRule", "Attempt", "AttemptState", "CacheEntry", "Channel", "ChannelKind", "Chunk", "Delivery",
    "DeliveryState", "Flight", "Job", "LogEntry", "LogLevel", "Origin", "Pulse", "Route", "Strategy", "UnitVersion",
    "Watch", "WebhookEndpoint",
]
