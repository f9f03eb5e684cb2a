"""What happened, in sentences, written in the transaction of the change."""

import logging

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from generation.models.attempt import Attempt
from generation.models.chunk import Chunk
from generation.models.job import Job


class LogLevel(models.TextChoices):
    DEBUG = "debug", "Debug"
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"
    CRITICAL = "critical", "Critical"

    @property
    def number(self) -> int:
        """As Python's logging counts."""
        return logging.getLevelNamesMapping()[self.name]


class LogEntry(models.Model):
    job = models.ForeignKey(
        Job, models.CASCADE, null=True, blank=True, related_name="log", db_index=False,
        help_text="Empty: it concerns all of them.")
    chunk = models.ForeignKey(Chunk, models.CASCADE, null=True, blank=True, related_name="+")
    attempt = models.ForeignKey(Attempt, models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False,
        help_text="Whose job it is.")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=Now())
    code = models.CharField(max_length=30, help_text="The verb of the change.")
    level = models.CharField("severity", max_length=8, choices=LogLevel, default=LogLevel.INFO)
    message = models.TextField()
    advice = models.TextField(blank=True, help_text="What to do about it.")
    request_id = models.CharField(max_length=64, blank=True, help_text="The HTTP request that it came from.")
    trace = models.TextField("stack trace", blank=True)
    data = models.JSONField(default=dict, blank=True)

    # For the process log alone: the number of the unit, and what people or a model wrote, which it does not repeat.
    unit: int | None = None
    quoting: tuple[str, ...] = ()

    class Meta:
        ordering = ["-id"]
        verbose_name = "log entry"
        verbose_name_plural = "log entries"
        constraints = [
            models.CheckConstraint(name="log_level_known", condition=models.Q(level__in=LogLevel.values)),
        ]
        indexes = [
            models.Index(name="log_of_job", fields=["job", "-id"]),            # admin: job page, filter, export
            models.Index(name="log_by_level", fields=["level", "-id"]),        # retention.prune_log, admin: filter
            models.Index(name="log_by_code", fields=["code", "-id"]),          # admin: filter
            models.Index(name="log_by_time", fields=["at", "id"]),             # admin: TimeFilter
            models.Index(                                                      # erasure._erase_log, admin: filter
                name="log_of_user", fields=["user", "-id"], condition=models.Q(user__isnull=False)),
            models.Index(                                                      # erasure._erase_log, admin: filter
                name="log_by_person", fields=["by", "-id"], condition=models.Q(by__isnull=False)),
            models.Index(                                                      # admin: search by a request's id
                name="log_of_request", fields=["request_id"], condition=~models.Q(request_id="")),
        ]

    def __str__(self) -> str:
        return self.message
