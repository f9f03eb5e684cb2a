"""A model at the provider: what it costs, what it may carry, and whether it answers at the moment."""

import datetime as dt

from django.core.validators import MinValueValidator
from django.db import models

from generation.core.breaker import Breaker
from generation.core.pricing import Prices
from generation.core.reasons import Reason, reason_choices


class RouteQuerySet(models.QuerySet["Route"]):
    def enabled(self) -> "RouteQuerySet":
        """In the order in which they are preferred."""
        return self.filter(is_enabled=True).order_by("priority", "id")


class Route(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    model = models.CharField(max_length=120, help_text="The provider's name for the model.")
    priority = models.PositiveSmallIntegerField(default=100, help_text="The lowest enabled one is used.")
    is_enabled = models.BooleanField(default=True)
    input_usd_micros = models.PositiveIntegerField(
        "input price", help_text="Micro-dollars for a million input tokens.")
    cached_input_usd_micros = models.PositiveIntegerField(
        "cached input price", help_text="Micro-dollars for a million tokens of a warm prefix.")
    output_usd_micros = models.PositiveIntegerField(
        "output price", help_text="Micro-dollars for a million output tokens.")
    max_output_tokens = models.PositiveIntegerField(
        default=16_000, validators=[MinValueValidator(256)], help_text="The longest reply that is asked for.")
    max_in_flight = models.PositiveIntegerField(
        default=500, validators=[MinValueValidator(1)], help_text="Calls at the same time, over all workers.")

    # The circuit breaker; core/breaker.py says how it moves.
    breaker_failures = models.PositiveIntegerField(default=0, editable=False)
    breaker_cool_down_s = models.FloatField(default=0, editable=False)
    open_until = models.DateTimeField(null=True, blank=True, editable=False)
    probe_until = models.DateTimeField(null=True, blank=True, editable=False)
    throttled_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The provider's Retry-After: no call before.")
    breaker_reason = models.CharField(
        max_length=30, blank=True, editable=False, choices=reason_choices)
    breaker_detail = models.TextField(blank=True, editable=False)

    objects = RouteQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "id"]
        constraints = [
            models.CheckConstraint(
                name="route_open_has_reason",
                condition=models.Q(open_until__isnull=True, breaker_reason="", probe_until__isnull=True)
                | (models.Q(open_until__isnull=False) & ~models.Q(breaker_reason="")),
            ),
            models.CheckConstraint(name="route_carries_calls", condition=models.Q(max_in_flight__gte=1)),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def prices(self) -> Prices:
        return Prices(self.input_usd_micros, self.cached_input_usd_micros, self.output_usd_micros)

    def waits_until(self, now: dt.datetime) -> tuple[dt.datetime, Reason] | None:
        """Until when, and why, nothing is asked on this route; None while calls flow."""
        if self.open_until is not None:
            return max(self.open_until, self.probe_until or self.open_until), Reason(self.breaker_reason)
        if self.throttled_until is not None and self.throttled_until > now:
            return self.throttled_until, Reason.RATE_LIMITED
        return None

    @property
    def breaker(self) -> Breaker:
        return Breaker(
            self.breaker_failures, dt.timedelta(seconds=self.breaker_cool_down_s),
            self.open_until, self.probe_until,
        )
