"""Running totals that only grow: what the metrics count, also of rows that were deleted since."""

from django.db import models


class Sum(models.Model):
    """One counter with one set of labels."""

    name = models.CharField(max_length=40)
    labels = models.CharField(max_length=200, help_text="Its label values, in the order that the metric names them.")
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="sum_once", fields=["name", "labels"])]

    def __str__(self) -> str:
        return f"{self.name} {self.labels}"
