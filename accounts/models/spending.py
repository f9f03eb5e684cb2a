"""What was reserved and spent.  Only `accounts.ledger` writes these rows."""

from django.db import models
from django.db.models.functions import Now

from accounts.models.limits import METRICS, WINDOWS
from accounts.models.people import User
from accounts.windows import Metric, Window


class Usage(models.Model):
    """One metric of one user, or of everybody together, in one window.  The newest row of a kind is the
    current one: a window that was left is not entered again."""

    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="usages", help_text="Empty: everybody together.")
    metric = models.CharField(max_length=10, choices=[*METRICS, (Metric.JOBS.value, "Running jobs")])
    window = models.CharField(max_length=6, choices=[*WINDOWS, (Window.ALWAYS.value, "Always")])
    period_start = models.DateTimeField()
    limit = models.PositiveBigIntegerField(help_text="The limit in force when the row was last reserved from.")
    is_left = models.BooleanField(default=False, help_text="A later window has begun.")
    debt = models.PositiveBigIntegerField(default=0, help_text="What the windows before borrowed from this one.")
    used = models.PositiveBigIntegerField(default=0)
    reserved = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "usage"
        ordering = ["-period_start", "user", "metric"]
        constraints = [
            # Also how ledger finds the current row.
            models.UniqueConstraint(
                name="usage_once", fields=["user", "metric", "window", "period_start"],
                condition=models.Q(user__isnull=False)),
            models.UniqueConstraint(
                name="usage_of_all_once", fields=["metric", "window", "period_start"],
                condition=models.Q(user__isnull=True)),
            models.CheckConstraint(
                name="usage_not_negative",
                condition=models.Q(used__gte=0, reserved__gte=0, debt__gte=0)),
        ]
        indexes = [
            models.Index(                                       # standings.standings, usage_rows.current
                name="usage_current", fields=["user"], condition=models.Q(is_left=False)),
        ]

    def __str__(self) -> str:
        if self.window == Window.ALWAYS:
            return str(self.get_metric_display())
        return f"{self.get_metric_display()} in the {self.window} of {self.period_start:%Y-%m-%d %H:%M}"

    @property
    def taken(self) -> int:
        return self.used + self.reserved + self.debt


class Reservation(models.Model):
    """What a request may cost, until it is known what it did cost."""

    user = models.ForeignKey(User, models.CASCADE, related_name="reservations")
    # Or the reference of an errand: whoever pays for a retry, or for a unit written anew, is the `user` of that.
    reference = models.CharField(max_length=64, help_text="What it is for: the public id of a job.")
    requests = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    usd_micros = models.PositiveBigIntegerField()
    jobs = models.PositiveSmallIntegerField(default=0)
    # Ids of usage rows.  Written and read as one, by this table's service alone, so no table between them.
    charged = models.JSONField(default=list)
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True, blank=True)
    used_requests = models.PositiveIntegerField(default=0)
    used_units = models.PositiveIntegerField(default=0)
    used_usd_micros = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="reservation_open_used_nothing",
                condition=models.Q(settled_at__isnull=False)
                | models.Q(used_requests=0, used_units=0, used_usd_micros=0)),
        ]
        indexes = [
            models.Index(name="reservation_of", fields=["reference"]),                  # ledger.settle_together
            models.Index(                                                               # ledger.unsettled_after
                name="reservation_open", fields=["id"], condition=models.Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"for {self.reference}"
