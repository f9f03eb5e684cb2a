"""What is asked of a job once more, and who pays for it: a retry, or a unit written anew."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from generation.models.job import Job


class Verb(models.TextChoices):
    RETRY = "retry", "Retry"
    REGENERATE = "regenerate", "Written anew"


class Errand(models.Model):
    """Chunks, calls and old versions without one are of the request itself, which the job's owner pays for."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="errands")
    verb = models.CharField(max_length=10, choices=Verb)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="errands")
    reference = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="By it the accounts' ledger knows its reservation.")
    asked_at = models.DateTimeField(db_default=Now())
    # What the accounts' ledger knows of it; kept by services/quotas.py.
    billed_units = models.PositiveIntegerField(default=0, editable=False)
    billed_usd_micros = models.PositiveBigIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="errand_verb_known", condition=models.Q(verb__in=[verb.value for verb in Verb])),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} of {self.job}"
