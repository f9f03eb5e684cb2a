"""Which process does what only one shall do at a time, and when it was last decided."""

import datetime as dt

from django.db import models

SWEEPER = "sweeper"      # what a dead worker held, what somebody forgot
ALERTS = "alerts"        # the evaluation of the alert rules


class ElectionQuerySet(models.QuerySet["Election"]):
    def won_at(self, name: str) -> dt.datetime | None:
        """When `name` was last won; None if it never was."""
        return self.filter(name=name).values_list("won_at", flat=True).first()


class Election(models.Model):
    """One row for each piece of work; `services/elections.py` alone writes it."""

    name = models.CharField(max_length=40, primary_key=True)
    won_at = models.DateTimeField(help_text="By the database's clock.")
    by = models.CharField(max_length=120, blank=True, help_text="Who won it last.")
    note = models.JSONField(default=dict, blank=True, help_text="How far the work came.")

    objects = ElectionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}, last won by {self.by}" if self.by else self.name
