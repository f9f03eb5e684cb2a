"""One rehearsal of an outage: what was asked for, how far it is, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class RehearsalState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class RehearsalQuerySet(models.QuerySet["Rehearsal"]):
    def running(self) -> "RehearsalQuerySet":
        return self.filter(state=RehearsalState.RUNNING)


class Rehearsal(models.Model):
    scenario = models.CharField(max_length=40)
    users = models.PositiveSmallIntegerField()
    jobs = models.PositiveSmallIntegerField()
    seed = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=9, choices=RehearsalState, default=RehearsalState.RUNNING)
    progress = models.CharField(max_length=300, blank=True)
    is_cancel_wanted = models.BooleanField(default=False)
    report = models.JSONField(default=dict, blank=True)
    problem = models.TextField(blank=True, help_text="Why there is no report.")
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now(), help_text="The last sign of life of its process.")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RehearsalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("run_rehearsal", "Can start and cancel a rehearsal")]
        constraints = [
            models.UniqueConstraint(
                name="rehearsal_one_at_a_time", fields=["state"], condition=models.Q(state="running")),
            models.CheckConstraint(
                name="rehearsal_ended_iff_over",
                condition=models.Q(state="running", ended_at__isnull=True)
                | (~models.Q(state="running") & models.Q(ended_at__isnull=False))),
            models.CheckConstraint(
                name="rehearsal_failed_has_problem", condition=~models.Q(state="failed") | ~models.Q(problem="")),
        ]
        indexes = [
            models.Index(name="rehearsal_of_scenario", fields=["scenario", "-id"]),      # rehearsals.before
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.users} users, {self.jobs} documents"

    @property
    def title(self) -> str:
        return self.scenario.replace("_", " ").capitalize()
