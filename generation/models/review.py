"""What a person has to decide about a document, and decided."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from generation.models.job import Job


class ReviewState(models.TextChoices):
    OPEN = "open", "Open"
    RELEASED = "released", "Released"
    REJECTED = "rejected", "Rejected"


class Review(models.Model):
    """One halt of a job before a person.  `findings` are those of severity human that it is about.

    One that is released by nobody was overtaken: the content was made anew before anybody decided."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=10, default=ReviewState.OPEN, choices=ReviewState)
    findings = models.JSONField(default=list)
    reason = models.TextField(blank=True, help_text="What the person who decided says; its owner reads it.")
    opened_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        ordering = ["-id"]
        permissions = [("decide_review", "Can release or reject a document that waits for a person")]
        constraints = [
            models.CheckConstraint(
                name="review_state_known", condition=models.Q(state__in=[state.value for state in ReviewState])),
            models.CheckConstraint(
                name="review_decided_iff_not_open",
                condition=models.Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | (~models.Q(state="open") & models.Q(decided_at__isnull=False))),
            models.UniqueConstraint(
                name="review_open_once", fields=["job"], condition=models.Q(state="open")),
        ]
        indexes = [
            models.Index(      # admin: the sidebar's count; gauges: reviews_open
                name="review_open", fields=["opened_at"], condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"Review of {self.job}"
