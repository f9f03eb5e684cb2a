"""Signs of life of the processes that do the work: `/readyz` and the admin read them."""

from django.db import models


class Pulse(models.Model):
    """One row for each worker process."""

    name = models.CharField(max_length=120, primary_key=True)
    beat_at = models.DateTimeField()
    started_at = models.DateTimeField()
    detail = models.JSONField(default=dict, blank=True, help_text="Calls in flight, slots, kinds it knows.")

    class Meta:
        verbose_name = "worker"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
