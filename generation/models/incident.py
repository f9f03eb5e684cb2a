"""Equal failures as one incident: what it affects, what was done about it, and whether that helped.

Only services/incidents and services/maintenance/remediation write these rows."""

from django.conf import settings
from django.db import models

from generation.core.reasons import EXPLANATIONS, Explanation, Reason, reason_choices
from generation.core.remedies import Remedy
from generation.models.chunk import Chunk
from generation.models.job import Job
from generation.models.route import Route


class Resolution(models.TextChoices):
    GONE = "gone", "Its cause is gone"
    QUIET = "quiet", "Nothing new for a long time"
    PERSON = "person", "A person said so"


class Incident(models.Model):
    key = models.CharField(max_length=200, editable=False, help_text="What failures must have in common.")
    cause = models.CharField(max_length=30, choices=reason_choices)
    route = models.ForeignKey(Route, models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField("first seen")
    last_seen_at = models.DateTimeField("last seen")
    chunks = models.PositiveIntegerField("parts", default=0)
    jobs = models.PositiveIntegerField(default=0)
    users = models.PositiveIntegerField(default=0)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=6, blank=True, choices=Resolution)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "failure"
        ordering = [models.F("resolved_at").desc(nulls_first=True), "-last_seen_at"]
        permissions = [("resolve_incident", "Can say that a failure is over")]
        constraints = [
            models.UniqueConstraint(
                name="incident_open_once", fields=["key"], condition=models.Q(resolved_at__isnull=True)),
            models.CheckConstraint(
                name="incident_resolved_iff_how",
                condition=models.Q(resolved_at__isnull=True, resolution="")
                | (models.Q(resolved_at__isnull=False) & ~models.Q(resolution=""))),
        ]
        indexes = [
            models.Index(name="incident_recent", fields=["key", "-resolved_at"]),      # incidents._opened
        ]

    def __str__(self) -> str:
        subject = " · ".join(filter(None, [self.kind.replace("_", " "), self.route.slug if self.route else ""]))
        return f"{self.explanation.sentence} ({subject})" if subject else self.explanation.sentence

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def explanation(self) -> Explanation:
        return EXPLANATIONS[Reason(self.cause)]


class Occurrence(models.Model):
    """A part of a job that the incident affects."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="occurrences")
    job = models.ForeignKey(Job, models.CASCADE, related_name="+")
    chunk = models.ForeignKey(Chunk, models.CASCADE, related_name="+")
    fence = models.PositiveIntegerField(help_text="The chunk's fencing token when it was last seen here.")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    message = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="occurrence_once", fields=["incident", "chunk"])]

    def __str__(self) -> str:
        return self.message


class TreatmentOutcome(models.TextChoices):
    PENDING = "pending", "Not known"
    WORKED = "worked", "Worked"
    FAILED = "failed", "It came back"
    UNKNOWN = "unknown", "No telling"


class Treatment(models.Model):
    """A remedy that was taken: by whom, when, on what, and what came of it."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="treatments")
    remedy = models.CharField(max_length=10, choices=[(remedy.value, remedy.value) for remedy in Remedy])
    job = models.ForeignKey(Job, models.CASCADE, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=7, choices=TreatmentOutcome, default=TreatmentOutcome.PENDING)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="treatment_decided_iff_known",
                condition=models.Q(outcome="pending", decided_at__isnull=True)
                | (~models.Q(outcome="pending") & models.Q(decided_at__isnull=False))),
        ]
        indexes = [
            models.Index(                                       # incidents.decide
                name="treatment_pending", fields=["id"], condition=models.Q(outcome="pending")),
        ]

    def __str__(self) -> str:
        return f"{self.remedy} on {self.incident_id}"
