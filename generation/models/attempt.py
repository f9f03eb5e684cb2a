"""The ledger: one row for each call to the provider, written before the call."""

from django.db import models
from django.db.models.functions import Now

from generation.core.outcomes import CallCode
from generation.models.chunk import Chunk
from generation.models.errand import Errand
from generation.models.job import Job
from generation.models.route import Route


class AttemptState(models.TextChoices):
    ASKING = "asking", "Asking"
    REPLIED = "replied", "Replied: the answer is stored and not yet judged"
    SETTLED = "settled", "Settled"
    LOST = "lost", "Lost: its worker died, and nobody knows what was answered"


class Origin(models.TextChoices):
    PROVIDER = "provider", "Provider"
    STORED = "stored", "A stored reply, paid for before"


class Attempt(models.Model):
    job = models.ForeignKey(Job, models.CASCADE, related_name="attempts")
    chunk = models.ForeignKey(Chunk, models.CASCADE, related_name="attempts_made")
    errand = models.ForeignKey(
        Errand, models.RESTRICT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The retry or regeneration that it was made for, whose payer pays for it.")
    fence = models.PositiveIntegerField(help_text="The chunk's fencing token while this call was its own.")
    route = models.ForeignKey(Route, models.PROTECT, related_name="+", db_index=False)     # attempt_of_route serves it
    why_route = models.CharField(max_length=200, blank=True, help_text="Why it was asked of this route.")
    model = models.CharField(max_length=120, blank=True)
    worker = models.CharField(max_length=120)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.PROVIDER)
    is_repair = models.BooleanField(
        default=False, db_default=False, help_text="It was asked because a draft was rejected by the checks.")
    state = models.CharField(max_length=8, choices=AttemptState, default=AttemptState.ASKING)
    code = models.CharField(max_length=16, blank=True, choices=[(c.value, c.value) for c in CallCode])
    message = models.TextField(blank=True)

    request_fingerprint = models.CharField(max_length=64, blank=True)
    request_id = models.CharField(max_length=120, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    reply = models.TextField(blank=True)
    findings = models.JSONField(default=list, blank=True)
    input_tokens = models.PositiveIntegerField(default=0)
    cached_input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0)
    cost_usd_micros = models.PositiveBigIntegerField(default=0)
    is_booked = models.BooleanField(default=False, help_text="Its amounts are in the job's sums.")
    is_estimated = models.BooleanField(default=False, help_text="The provider did not say what it counted.")
    is_simulated = models.BooleanField(default=False)
    is_counted = models.BooleanField(default=False, editable=False, help_text="Its end is in the metrics' sums.")
    started_at = models.DateTimeField(db_default=Now())
    replied_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "call"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="attempt_once_per_claim", fields=["chunk", "fence"]),
            models.CheckConstraint(
                name="attempt_settled_iff_over",
                condition=models.Q(state__in=["asking", "replied"], settled_at__isnull=True)
                | models.Q(state__in=["settled", "lost"], settled_at__isnull=False)),
            models.CheckConstraint(
                name="attempt_settled_is_booked",
                condition=~models.Q(state="settled") | models.Q(is_booked=True) | models.Q(origin="stored")),
            models.CheckConstraint(
                name="attempt_over_has_code",
                condition=models.Q(state="asking", code="") | (~models.Q(state="asking") & ~models.Q(code=""))),
        ]
        indexes = [
            models.Index(                                       # counters.count_ended
                name="attempt_uncounted", fields=["id"],
                condition=models.Q(state__in=["settled", "lost"], is_counted=False)),
            models.Index(                                       # claiming._stored_replies, leases._lose_attempts
                name="attempt_open", fields=["chunk"], condition=models.Q(state__in=["asking", "replied"])),
            models.Index(                                       # retention.drop_replies
                name="attempt_has_reply", fields=["settled_at"], condition=~models.Q(reply="")),
            models.Index(                                       # admin: search by the provider's request id
                name="attempt_of_request", fields=["request_id"], condition=~models.Q(request_id="")),
            models.Index(                                       # quotas.shares
                name="attempt_of_errand", fields=["errand"], condition=models.Q(errand__isnull=False)),
            models.Index(                                       # claiming._left_of_minute, estimates._pace
                name="attempt_of_route", fields=["route", "-started_at"]),
        ]

    def __str__(self) -> str:
        return f"call {self.fence} for part {self.chunk_id}"
