"""When to call for help, and what was called: rules and their alerts."""


from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from generation.core.alerting import (
    CONDITION_MEANINGS,
    AlertSeverity,
    AlertState,
    Condition,
    QuietHours,
    condition_choices,
    is_time_zone,
)
from generation.models.outgoing import Channel

SEVERITIES = [(severity.value, severity.value.title()) for severity in AlertSeverity]
UNRESOLVED = [AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value]


def check_time_zone(name: str) -> None:
    if not is_time_zone(name):
        raise ValidationError(f"“{name[:60]}” is no time zone; give a name such as Europe/Berlin.")


class AlertRule(models.Model):
    name = models.CharField(max_length=80, unique=True)
    condition = models.CharField(max_length=20, choices=condition_choices)
    threshold = models.FloatField(
        validators=[MinValueValidator(0)], help_text="The table above says in which unit.")
    window_s = models.PositiveIntegerField(
        "window", default=3_600, validators=[MinValueValidator(60), MaxValueValidator(30 * 86_400)],
        help_text="Seconds to look back, where the condition is about what ended lately.")
    severity = models.CharField(max_length=8, choices=SEVERITIES, default=AlertSeverity.WARNING.value)
    is_enabled = models.BooleanField("enabled", default=True)
    resolve_after = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Evaluations in a row without the condition that end an alert.")
    remind_after_s = models.PositiveIntegerField(
        "remind after", default=4 * 3_600,
        help_text="Seconds until an alert that goes on, and that nobody acknowledged, is sent again.  0: never.")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC", validators=[check_time_zone])
    breaks_quiet = models.BooleanField(
        "critical breaks quiet hours", default=True, help_text="If the severity is critical, it is sent at once.")
    channels = models.ManyToManyField(Channel, blank=True, help_text="None chosen: all that are enabled.")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="rule_severity_known", condition=models.Q(severity__in=[one.value for one in AlertSeverity])),
            models.CheckConstraint(name="rule_threshold_counts", condition=models.Q(threshold__gte=0)),
            models.CheckConstraint(name="rule_resolves", condition=models.Q(resolve_after__gte=1)),
            models.CheckConstraint(
                name="rule_quiet_hours_both_or_neither",
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (models.Q(quiet_from__isnull=False, quiet_until__isnull=False)
                   & ~models.Q(quiet_from=models.F("quiet_until")))),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if (self.quiet_from is None) != (self.quiet_until is None):
            empty = "quiet_until" if self.quiet_until is None else "quiet_from"
            raise ValidationError({empty: "Give both, or leave both empty."})
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValidationError({"quiet_until": "They would be over as they begin."})

    @property
    def quiet_hours(self) -> QuietHours | None:
        """None: everything is sent at once."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        if self.breaks_quiet and self.severity == AlertSeverity.CRITICAL:
            return None
        return QuietHours(self.quiet_from, self.quiet_until, self.time_zone)


class AlertQuerySet(models.QuerySet["Alert"]):
    def unresolved(self) -> "AlertQuerySet":
        return self.filter(state__in=UNRESOLVED)


class Alert(models.Model):
    rule = models.ForeignKey(AlertRule, models.PROTECT, related_name="alerts")
    key = models.CharField(max_length=120, blank=True, help_text="What it is about; empty: the installation.")
    severity = models.CharField(max_length=8, choices=SEVERITIES)
    state = models.CharField(
        max_length=12, default=AlertState.OPEN.value, choices=[(s.value, s.value.title()) for s in AlertState])
    value = models.FloatField()
    worst = models.FloatField()
    sentence = models.TextField()
    next_step = models.TextField()
    count = models.PositiveIntegerField(default=1, help_text="Evaluations that found it.")
    clear_rounds = models.PositiveSmallIntegerField(default=0)
    is_silenced = models.BooleanField(
        default=False, help_text="A person resolved it while it went on: it opens no other until it is gone.")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    acknowledge_note = models.CharField(max_length=500, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Empty: it ended by itself.")
    resolve_note = models.CharField(max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("handle_alert", "Can acknowledge and resolve an alert")]
        constraints = [
            models.UniqueConstraint(
                name="alert_open_once", fields=["rule", "key"], condition=models.Q(state__in=UNRESOLVED)),
            models.CheckConstraint(
                name="alert_state_known", condition=models.Q(state__in=[state.value for state in AlertState])),
            models.CheckConstraint(
                name="alert_resolved_iff_resolved",
                condition=models.Q(state="resolved", resolved_at__isnull=False)
                | (~models.Q(state="resolved") & models.Q(resolved_at__isnull=True, is_silenced=False))),
            models.CheckConstraint(
                name="alert_acknowledged_has_time",
                condition=~models.Q(state="acknowledged") | models.Q(acknowledged_at__isnull=False)),
        ]
        indexes = [
            models.Index(                                              # evaluation.evaluate, admin: badge
                name="alert_unresolved", fields=["id"],
                condition=models.Q(state__in=UNRESOLVED) | models.Q(is_silenced=True)),
            models.Index(                                              # handling.prune
                name="alert_ended", fields=["resolved_at"], condition=models.Q(resolved_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.key}" if self.key else str(self.rule)

    @property
    def unit(self) -> str:
        return CONDITION_MEANINGS[Condition(self.rule.condition)].unit
