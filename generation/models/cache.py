"""What was made and found valid before, kept for whoever asks for the same again."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from generation.core.prompting import Stage
from generation.kinds import kind_choices
from generation.models.job import Job


class CacheEntry(models.Model):
    """One plan, one unit, or (strategy `single`) one whole document.  `cache_entries` reads and writes it."""

    key = models.CharField(max_length=64, unique=True, editable=False)
    whose = models.CharField("shared by", max_length=60, help_text="Who is served with it.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="cache_entries", help_text="Who had it made.")
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+", help_text="The job that made it.")
    kind = models.CharField(max_length=40, choices=kind_choices)
    kind_revision = models.PositiveIntegerField()
    stage = models.CharField(max_length=6, choices=[(stage.value, stage.value) for stage in Stage])
    position = models.PositiveSmallIntegerField()
    model = models.CharField(max_length=120)
    content = models.JSONField()
    headline = models.CharField(max_length=200, blank=True)
    findings = models.JSONField(default=list, blank=True)
    size_bytes = models.PositiveIntegerField("size")
    cost_usd_micros = models.PositiveBigIntegerField(help_text="What it cost to make: what each hit saves.")
    is_simulated = models.BooleanField(default=False)
    hits = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "cache entry"
        verbose_name_plural = "cache entries"
        ordering = ["-id"]
        permissions = [("purge_cache", "Can purge the cache")]
        indexes = [
            models.Index(name="cache_expires", fields=["expires_at"]),                 # cache_entries.prune
            models.Index(name="cache_least_used", fields=["last_used_at", "id"]),      # cache_entries.prune
            models.Index(                                                              # cache_entries.selection
                name="cache_of_kind", fields=["kind", "kind_revision"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.stage}{f' {self.position}' if self.position else ''}"

    @property
    def saved_usd_micros(self) -> int:
        return self.hits * self.cost_usd_micros
