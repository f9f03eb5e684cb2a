"""What a role may spend, what somebody may spend instead for a while, and the switch that stops everybody.

Kinds, strategies and routes are plain names here: accounts knows nothing of what they stand for."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from accounts.models.people import Role, User
from accounts.windows import Metric, Window, rate_in_words

EVERYBODY = ""      # the role of the policy that binds all users together
METRICS = [
    (Metric.REQUESTS.value, "Requests"), (Metric.UNITS.value, "Units"), (Metric.USD_MICROS.value, "Dollars"),
]
WINDOWS = [(Window.HOUR.value, "An hour"), (Window.DAY.value, "A day"), (Window.MONTH.value, "A month")]


def check_names(value: Any) -> None:     # Any: what a form made of JSON
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise ValidationError("Give a list of names; an empty one allows all.")


class Policy(models.Model):
    """One row for each role, and one for everybody together.  A role without a row has no limits."""

    role = models.CharField(
        max_length=10, unique=True, blank=True, default=EVERYBODY,
        choices=[(EVERYBODY, "Everybody together"), *Role.choices])
    max_running_jobs = models.PositiveIntegerField(
        null=True, blank=True, help_text="Jobs that have not ended, at the same time.  Empty: any number.")
    max_units_per_job = models.PositiveIntegerField(
        null=True, blank=True, help_text="Weeks or lessons of one document.  Empty: any number.")
    kinds = models.JSONField(default=list, blank=True, validators=[check_names], help_text="None ticked: all kinds.")
    strategies = models.JSONField(
        default=list, blank=True, validators=[check_names], help_text="None ticked: all strategies.")
    routes = models.JSONField(
        default=list, blank=True, validators=[check_names], help_text="None ticked: all model routes.")
    weight = models.PositiveSmallIntegerField(
        "scheduling weight", default=1, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="A user of weight 2 is given twice as many calls at the same time as one of weight 1.")

    class Meta:
        verbose_name_plural = "policies"
        ordering = ["role"]
        constraints = [
            models.CheckConstraint(
                name="policy_role_known", condition=models.Q(role__in=[EVERYBODY, *Role.values])),
            models.CheckConstraint(name="policy_weight_counts", condition=models.Q(weight__gte=1)),
        ]

    def __str__(self) -> str:
        return Role(self.role).label if self.role else "Everybody together"


class AbstractLimit(models.Model):
    metric = models.CharField(max_length=10, choices=METRICS)
    window = models.CharField(max_length=6, choices=WINDOWS)
    limit = models.PositiveBigIntegerField(help_text="In one window: a count, or micro-dollars.")
    burst = models.PositiveBigIntegerField(
        default=0, help_text="What a window may take over its limit; the next window has so much less.")

    class Meta:
        abstract = True
        ordering = ["metric", "window"]

    def __str__(self) -> str:
        return rate_in_words(Metric(self.metric), self.limit, Window(self.window))


def _limit_constraints(name: str, owner: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(name=f"{name}_once", fields=[owner, "metric", "window"]),
        models.CheckConstraint(name=f"{name}_metric_known", condition=models.Q(metric__in=list(dict(METRICS)))),
        models.CheckConstraint(name=f"{name}_window_known", condition=models.Q(window__in=list(dict(WINDOWS)))),
    ]


class Limit(AbstractLimit):
    policy = models.ForeignKey(Policy, models.CASCADE, related_name="limits")

    class Meta(AbstractLimit.Meta):
        constraints = _limit_constraints("limit", "policy")


class OverrideQuerySet(models.QuerySet["Override"]):
    def in_force(self, now: Any) -> "OverrideQuerySet":     # Any: a datetime or a database expression
        return self.filter(models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=now))


class Override(models.Model):
    """Other limits for one user.  Where several are in force, the newest that says something counts."""

    user = models.ForeignKey(User, models.CASCADE, related_name="overrides")
    reason = models.CharField(max_length=200)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    author = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    max_running_jobs = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: as the role.")
    max_units_per_job = models.PositiveIntegerField(null=True, blank=True, help_text="Empty: as the role.")

    objects = OverrideQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="override_has_reason", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.reason}"


class LimitOverride(AbstractLimit):
    override = models.ForeignKey(Override, models.CASCADE, related_name="limits")

    class Meta(AbstractLimit.Meta):
        verbose_name = "limit"
        constraints = _limit_constraints("limit_override", "override")


class Pause(models.Model):
    """The switch: while it is on, nobody's request is accepted.  What was accepted before goes on."""

    is_on = models.BooleanField("paused", default=False)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Users see it: say why, and until when if that is known.")

    class Meta:
        verbose_name = verbose_name_plural = "pause"
        constraints = [
            models.CheckConstraint(name="pause_is_one", condition=models.Q(id=1)),
            models.CheckConstraint(name="pause_has_reason", condition=models.Q(is_on=False) | ~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        return "Requests are paused" if self.is_on else "Requests are accepted"
