"""Whose turn it is: work that is due now and then, and that one process shall do at a time."""

from django.db import models


class Turn(models.Model):
    """One row for each kind of upkeep."""

    name = models.CharField(max_length=40, primary_key=True)
    taken_at = models.DateTimeField()
    note = models.JSONField(default=dict, blank=True, help_text="How far it came.")

    def __str__(self) -> str:
        return self.name
