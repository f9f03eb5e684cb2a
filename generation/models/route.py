"""A model at a provider: where it is, what it costs, what it can, and whether it answers at the moment."""

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from generation.core.addresses import base_url_problem
from generation.core.breaker import TRIP_AT, TRIP_CALLS, TRIP_PERCENT, Breaker, Outcomes, Thresholds
from generation.core.concurrency import ConcurrencyLimit
from generation.core.dialects import BOUNDS, JSON_SCHEMA, TITLES, Dialect, Learned, Streaming, Wire, dialect_at, wire_of
from generation.core.outcomes import CallCode
from generation.core.pricing import Prices
from generation.core.reasons import Reason, reason_choices
from generation.core.routing import Candidate, Endpoint, SchemaSupport, Use
from generation.kinds import kind_choices

LOOK_EVERY = dt.timedelta(seconds=5)      # while a trial call is out


def check_base_url(value: str) -> None:
    """ValidationError for an address that no provider has.  What it leads to is judged when it is called."""
    problem = base_url_problem(value)
    if problem is not None:
        raise ValidationError(f"The address {problem}.")


def check_languages(value: Any) -> None:     # Any: JSON that a person gave
    if not isinstance(value, list) or not all(isinstance(tag, str) and tag for tag in value):
        raise ValidationError("Give language tags, such as en, de.")


class RouteQuerySet(models.QuerySet["Route"]):
    def enabled(self) -> "RouteQuerySet":
        """In the order that people gave."""
        return self.filter(is_enabled=True).order_by("priority", "id")


class Route(models.Model):
    slug = models.SlugField(max_length=60, unique=True)
    model = models.CharField(max_length=120, help_text="The provider's name for the model.")
    priority = models.PositiveSmallIntegerField(
        "order", default=100, help_text="Of routes that cost the same for a document, the lowest is used.")
    is_enabled = models.BooleanField(
        default=True, help_text="New documents may use it. Documents that were accepted with it go on.")
    base_url = models.CharField(
        "base URL", max_length=300, blank=True, validators=[check_base_url],
        help_text="An OpenAI-compatible service, with its /v1. Empty: OPENAI_BASE_URL. In a network of one's own the "
        "host has to stand in PROVIDER_HOSTS.")
    key_name = models.CharField(
        max_length=40, blank=True,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9_]*$", "Use capitals, digits and underscores.")],
        help_text="GROQ stands for the key in PROVIDER_KEY_GROQ of the workers' environment, which goes to the address "
        "in PROVIDER_URL_GROQ and to no other. "
        "Empty: OPENAI_API_KEY, which is sent to no other base URL than its own. No key is ever stored here.")
    dialect = models.CharField(
        max_length=12, blank=True, default=Dialect.AUTOMATIC.value, db_default="",
        choices=[(dialect.value, title) for dialect, title in TITLES.items()],
        help_text="Which optional fields its server knows. What it refuses by name is left out from then on.")
    streaming = models.CharField(
        max_length=3, blank=True, default=Streaming.AUTOMATIC.value, db_default="", choices=[
            (Streaming.AUTOMATIC.value, "Automatic: on for vLLM, Ollama, llama.cpp and LM Studio"),
            (Streaming.ON.value, "On"), (Streaming.OFF.value, "Off"),
        ], help_text="Progress is seen during a call, and a model that repeats itself is cut. Costs more CPU.")
    deadline_s = models.PositiveIntegerField(
        "deadline", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(86_400)],
        help_text="Seconds that one call may take. Empty: LLM_DEADLINE_S.")
    silence_s = models.PositiveIntegerField(
        "longest silence", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(86_400)],
        help_text="Seconds without a word after which a streamed call is given up. Empty: only the deadline counts.")
    learned = models.JSONField(
        default=dict, db_default={}, blank=True, editable=False,
        help_text="What the server refused or stated as its limit.")
    fallback = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="Asked instead while this route is paused, if it is well and the user may use it. "
        "Empty: work waits.")
    input_usd_micros = models.PositiveIntegerField(
        "input price", help_text="Micro-dollars for a million input tokens.")
    cached_input_usd_micros = models.PositiveIntegerField(
        "cached input price", help_text="Micro-dollars for a million tokens of a warm prefix.")
    output_usd_micros = models.PositiveIntegerField(
        "output price", help_text="Micro-dollars for a million output tokens.")
    max_output_tokens = models.PositiveIntegerField(
        default=16_000, validators=[MinValueValidator(256)], help_text="The longest reply that is asked for.")
    context_tokens = models.PositiveIntegerField(
        "context length", default=128_000, validators=[MinValueValidator(1_024)],
        help_text="Tokens of request and reply together.")
    strength = models.PositiveSmallIntegerField(
        default=10, help_text="A rank: a unit that failed its checks twice is asked of a route with a higher one.")
    schema_support = models.PositiveSmallIntegerField(
        "strict schemas", default=SchemaSupport.FULL, choices=[
            (SchemaSupport.FULL.value, "Full: also patterns, lengths and ranges"),
            (SchemaSupport.SHAPE.value, "Shape only: no patterns, lengths or ranges (fine-tuned models)"),
            (SchemaSupport.NONE.value, "None"),
        ])
    languages = models.JSONField(
        default=list, blank=True, validators=[check_languages],
        help_text='Tags of the languages that it writes well, such as ["en", "de"]. []: all.')
    requests_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)],
        help_text="The account's limit, kept by us so that the provider need not refuse. Empty: its headers tell.")
    tokens_per_minute = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Likewise, request and reply together.")
    max_in_flight = models.PositiveIntegerField(
        "ceiling", default=2_000, validators=[MinValueValidator(1)],
        help_text="Calls at the same time over all workers, at most. The limit below it moves by itself.")
    trip_after = models.PositiveSmallIntegerField(
        "failures in a row", default=TRIP_AT, validators=[MinValueValidator(1)],
        help_text="So many pause the route. Fewer pause it for every hiccup.")
    trip_percent = models.PositiveSmallIntegerField(
        "failures in percent", default=TRIP_PERCENT, validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text="Such a share of a minute's calls pauses it, too: a provider that fails every other call costs "
        "more than a short pause.")
    trip_calls = models.PositiveSmallIntegerField(
        "of at least so many calls", default=TRIP_CALLS, validators=[MinValueValidator(2)],
        help_text="A share of fewer calls would be luck.")

    # The circuit breaker; core/breaker.py says how it moves.
    breaker_failures = models.PositiveIntegerField(default=0, editable=False)
    breaker_cool_down_s = models.FloatField(default=0, editable=False)
    open_until = models.DateTimeField(null=True, blank=True, editable=False)
    probe_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_hard_open = models.BooleanField(
        default=False, editable=False, help_text="A bad key or an empty account: one probe a day, or a person.")
    is_held = models.BooleanField(default=False, editable=False, help_text="A person paused it.")
    outcomes = models.JSONField(default=list, blank=True, editable=False, help_text="Of the last minute, in buckets.")
    throttled_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The provider's Retry-After: no call before.")
    breaker_reason = models.CharField(
        max_length=30, blank=True, editable=False, choices=reason_choices)
    breaker_detail = models.TextField(blank=True, editable=False)
    breaker_code = models.CharField(
        max_length=16, blank=True, default="", db_default="", editable=False,
        choices=[(code.value, code.value) for code in CallCode],
        help_text="How the call ended that paused it.")

    # How many calls at once; core/concurrency.py says how it moves.
    concurrency_limit = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Empty: nothing but the ceiling has limited it.")
    concurrency = models.JSONField(default=dict, blank=True, editable=False, help_text="What is known of its pace.")
    limit_evidence = models.JSONField(
        default=dict, db_default={}, blank=True, editable=False,
        help_text="What was reported since the limit moved; worthless beside another move.")

    objects = RouteQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "id"]
        permissions = [("direct_route", "Can say where a route leads, and with which key")]
        constraints = [
            models.CheckConstraint(
                name="route_open_has_reason",
                condition=models.Q(open_until__isnull=True, breaker_reason="", probe_until__isnull=True)
                | (models.Q(open_until__isnull=False) & ~models.Q(breaker_reason="")),
            ),
            models.CheckConstraint(name="route_carries_calls", condition=models.Q(max_in_flight__gte=1)),
            models.CheckConstraint(
                name="route_limit_carries_calls",
                condition=models.Q(concurrency_limit__isnull=True) | models.Q(concurrency_limit__gte=1)),
            models.CheckConstraint(
                name="route_hard_or_held_is_open",
                condition=models.Q(is_hard_open=False, is_held=False) | models.Q(open_until__isnull=False)),
            models.CheckConstraint(
                name="route_is_not_its_own_fallback",
                condition=models.Q(fallback__isnull=True) | ~models.Q(fallback=models.F("id"))),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def prices(self) -> Prices:
        return Prices(self.input_usd_micros, self.cached_input_usd_micros, self.output_usd_micros)

    def waits_until(self, now: dt.datetime) -> tuple[dt.datetime | None, Reason] | None:
        """Until when, and why, nothing is asked on this route; None while calls flow.

        The time is None while only a person can end it."""
        if self.open_until is not None:
            return None if self.is_held else self._next_look(self.open_until, now), Reason(self.breaker_reason)
        if self.throttled_until is not None and self.throttled_until > now:
            return self.throttled_until, Reason.RATE_LIMITED
        return None

    def _next_look(self, open_until: dt.datetime, now: dt.datetime) -> dt.datetime:
        """When to look again whether calls flow.  A trial call that is out ends when it ends, mostly in seconds; the
        moment is one of a few, so that who watches is not told another at every glance."""
        if self.probe_until is None or self.probe_until <= now or open_until > now:
            return open_until
        looks = (now - open_until) // LOOK_EVERY + 1
        return min(open_until + looks * LOOK_EVERY, self.probe_until)

    @property
    def breaker(self) -> Breaker:
        return Breaker(
            self.breaker_failures, dt.timedelta(seconds=self.breaker_cool_down_s),
            self.open_until, self.probe_until, self.is_hard_open, self.is_held,
        )

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.base_url, self.key_name)

    @property
    def address(self) -> str:
        """Where its calls go; empty for OpenAI's own."""
        address: str = self.base_url or settings.OPENAI_BASE_URL or ""
        return address

    @property
    def spoken(self) -> Dialect:
        """Its dialect, also where its address tells it."""
        if self.dialect:
            return Dialect(self.dialect)
        parts = urlsplit(self.address)
        return dialect_at(parts.hostname or "", parts.port) if self.address else Dialect.OPENAI

    @property
    def lesson(self) -> Learned:
        return Learned.from_json(self.learned)

    @property
    def wire(self) -> Wire:
        """How its requests are written."""
        left_out = {
            SchemaSupport.FULL: (), SchemaSupport.SHAPE: (BOUNDS,), SchemaSupport.NONE: (JSON_SCHEMA,),
        }[SchemaSupport(self.schema_support)]
        return wire_of(
            self.spoken, self.lesson, streaming=Streaming(self.streaming), left_out=left_out,
            silence_s=self.silence_s,
        )

    @property
    def patience_s(self) -> float:
        """Seconds that one call may take."""
        return float(self.deadline_s or settings.LLM_DEADLINE_S)

    @property
    def longest_reply(self) -> int:
        """Output tokens that are asked for at most: what was set, or less if the server said so."""
        return min(self.max_output_tokens, self.lesson.output_tokens or self.max_output_tokens)

    @property
    def room(self) -> int:
        """Tokens of request and reply together: what was set, or less if the server said so."""
        return min(self.context_tokens, self.lesson.context_tokens or self.context_tokens)

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self.trip_after, self.trip_percent, self.trip_calls)

    @property
    def lately(self) -> Outcomes:
        return Outcomes.of(self.outcomes)

    @property
    def limit(self) -> ConcurrencyLimit:
        return ConcurrencyLimit.from_json(self.concurrency_limit, self.concurrency, self.limit_evidence)

    @property
    def carries(self) -> int:
        """Calls that may be in flight at once now."""
        return self.limit.within(self.max_in_flight)

    @property
    def candidate(self) -> Candidate:
        """The route as a value that can be chosen; `uses` are read."""
        return Candidate(
            slug=self.slug, order=self.priority, strength=self.strength, prices=self.prices,
            max_output_tokens=self.longest_reply, context_tokens=self.room,
            schema=SchemaSupport(self.schema_support),
            languages=frozenset(tag.lower() for tag in self.languages), is_well=self.open_until is None,
            weights={(use.kind, use.stage): use.weight for use in self.uses.all()},
        )

    def clean(self) -> None:
        """Two routes may stand in for each other, as those of a new installation do: who looks stops at the second."""
        if self.pk is not None and self.fallback_id == self.pk:
            raise ValidationError({"fallback": "A route cannot fall back to itself."})


class RouteUse(models.Model):
    """How well a route suits a kind and a stage: it counts as that many times cheaper there."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="uses")
    kind = models.CharField(max_length=40, blank=True, choices=kind_choices, help_text="Empty: all kinds.")
    stage = models.CharField(
        max_length=6, blank=True, choices=[(use.value, use.value.title()) for use in Use],
        help_text="Empty: all stages.")
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MaxValueValidator(1_000)],
        help_text="1 is usual; 3 makes the route count as three times cheaper; 0 keeps it away.")

    class Meta:
        verbose_name = "weight"
        ordering = ["kind", "stage"]
        constraints = [models.UniqueConstraint(name="route_use_once", fields=["route", "kind", "stage"])]

    def __str__(self) -> str:
        return f"{self.kind or 'all kinds'}, {self.stage or 'all stages'}"


class RouteMinute(models.Model):
    """What happened on a route in one minute: its limit, and how calls ended.  Kept for two days."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="minutes")
    minute = models.DateTimeField()
    limit = models.PositiveIntegerField(help_text="Calls at once, at the end of the minute.")
    lowest = models.PositiveIntegerField()
    highest = models.PositiveIntegerField()
    running = models.PositiveIntegerField(default=0, help_text="The most calls at once that a report found.")
    answered = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0, help_text="429")
    why = models.CharField(max_length=200, blank=True, help_text="Why the limit moved, last.")

    class Meta:
        ordering = ["route", "minute"]
        constraints = [      # also the index of route_health.history and of the sweeper's pruning
            models.UniqueConstraint(name="route_minute_once", fields=["route", "minute"]),
        ]

    def __str__(self) -> str:
        return f"{self.minute:%H:%M}: {self.limit}"
