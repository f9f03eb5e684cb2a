"""The rows: the only truth about what was asked, done, paid and said."""

from generation.models.alerting import Alert, AlertRule
from generation.models.attempt import Attempt, AttemptState, Origin
from generation.models.cache import CacheEntry
from generation.models.chunk import Chunk, Flight, UnitVersion
from generation.models.election import Election
from generation.models.errand import Errand, Verb
from generation.models.incident import Incident, Occurrence, Resolution, Treatment, TreatmentOutcome
from generation.models.job import Job, Strategy
from generation.models.log import LogEntry, LogLevel
from generation.models.outgoing import Channel, ChannelKind, Delivery, DeliveryState, WebhookEndpoint
from generation.models.pulse import Pulse
from generation.models.rehearsal import Rehearsal, RehearsalState
from generation.models.review import Review, ReviewState
from generation.models.route import Route, RouteMinute, RouteUse
from generation.models.sent_form import SentForm
from generation.models.sums import Sum

__all__ = [
    "Alert", "AlertRule", "Attempt", "AttemptState", "CacheEntry", "Channel", "ChannelKind", "Chunk", "Delivery",
    "DeliveryState", "Election", "Errand", "Flight", "Incident", "Job", "LogEntry", "LogLevel", "Occurrence", "Origin",
    "Pulse", "Rehearsal", "RehearsalState", "Resolution", "Review", "ReviewState", "Route", "RouteMinute", "RouteUse",
    "SentForm", "Strategy", "Sum", "Treatment", "TreatmentOutcome", "UnitVersion", "Verb", "WebhookEndpoint",
]
