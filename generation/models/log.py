"""What happened, in sentences, written in the transaction of the change."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from generation.models.attempt import Attempt
from generation.models.chunk import Chunk
from generation.models.job import Job


class LogLevel(models.TextChoices):
    INFO = "info", "Info"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"


class LogEntry(models.Model):
    job = models.ForeignKey(
        Job, models.CASCADE, null=True, blank=True, related_name="log", help_text="Empty: it concerns all of them.")
    chunk = models.ForeignKey(Chunk, models.CASCADE, null=True, blank=True, related_name="+")
    attempt = models.ForeignKey(Attempt, models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    code = models.CharField(max_length=30, help_text="The verb of the change.")
    level = models.CharField(max_length=7, choices=LogLevel, default=LogLevel.INFO)
    message = models.TextField()
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = "log entry"
        verbose_name_plural = "log entries"

    def __str__(self) -> str:
        return self.message
