"""One request for one document."""

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from generation.core.findings import Counts
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, Explanation, Reason, reason_choices
from generation.core.states import ACTIVE_JOB_STATES, TERMINAL_JOB_STATES, JobState, progress_percent
from generation.kinds import kind_choices
from generation.models.route import Route

if TYPE_CHECKING:
    from accounts.models import User

TERMINAL = sorted(state.value for state in TERMINAL_JOB_STATES)
ACTIVE = sorted(state.value for state in ACTIVE_JOB_STATES)


class Strategy(models.TextChoices):
    PARALLEL = "parallel", "Parallel: a plan, then all units at once"
    SEQUENTIAL = "sequential", "Sequential: each unit sees the ones before"
    SINGLE = "single", "Single: the whole document in one call"

    @property
    def first_stage(self) -> Stage:
        """What the first call is for."""
        return Stage.WHOLE if self is Strategy.SINGLE else Stage.PLAN


def sees_all_jobs(user: "User") -> bool:
    """Everybody sees their own jobs; staff with the permission see all."""
    return user.is_active and user.is_staff and user.has_perm("generation.view_job")


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: "User") -> "JobQuerySet":
        return self if sees_all_jobs(user) else self.filter(user=user)

    def active(self) -> "JobQuerySet":
        return self.filter(state__in=ACTIVE)

    def waiting(self) -> "JobQuerySet":
        """Active ones for which no call is made now: for a worker, for the provider, or for a moment to pass."""
        return self.active().exclude(chunks__state="running")


class Job(models.Model):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    kind = models.CharField(max_length=40, choices=kind_choices)
    kind_revision = models.PositiveIntegerField()
    strategy = models.CharField(max_length=12, choices=Strategy, default=Strategy.PARALLEL)
    brief = models.JSONField()
    title = models.CharField(max_length=200)
    route = models.ForeignKey(Route, models.PROTECT, related_name="jobs")
    why_route = models.CharField(max_length=200, blank=True, editable=False)
    instead_of = models.ForeignKey(
        Route, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, editable=False,
        help_text="The cheaper route that was paused when it was accepted: later rewrites go back there.")
    idempotency_key = models.CharField(max_length=200, null=True, blank=True, editable=False)
    request_fingerprint = models.CharField(max_length=64, editable=False)
    is_fresh = models.BooleanField(default=False, help_text="Asked for anew, although the cache may have it.")
    adapted_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="adaptations",
        help_text="The similar document that the model was given as a draft.")
    # How cache/similar.py finds it.
    brief_shape = models.CharField(max_length=64, blank=True, editable=False)
    brief_text = models.TextField(blank=True, editable=False)

    state = models.CharField(
        max_length=12, default=JobState.QUEUED.value,
        choices=[(s.value, s.value.replace("_", " ").capitalize()) for s in JobState])
    reason = models.CharField(max_length=30, blank=True, choices=reason_choices)
    reason_detail = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="Raised by every visible change.")
    unit_total = models.PositiveSmallIntegerField()
    unit_done = models.PositiveSmallIntegerField(default=0)
    unit_failed = models.PositiveSmallIntegerField(default=0)
    is_planned = models.BooleanField(default=False)
    findings = models.JSONField(default=list, blank=True, help_text="Of the checks on the whole document.")
    # Of these and of all its parts, as they were when it ended: set by services/chunks/job_state.py.
    open_errors = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    open_warnings = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    open_humans = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="Left to a person, who has not released them.")
    expected_s = models.FloatField(
        default=0, editable=False, help_text="How long it should take once it begins, as it was accepted.")

    # Sums over the ledger, kept by the settling transaction.
    calls = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveBigIntegerField(default=0)
    cached_input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    cost_usd_micros = models.PositiveBigIntegerField(default=0)
    # What of it the accounts' ledger knows, errands included; kept by services/quotas.py.
    billed_units = models.PositiveIntegerField(default=0, editable=False)
    billed_usd_micros = models.PositiveBigIntegerField(default=0, editable=False)
    # What of it is in the metrics' sums; kept by telemetry/counters.py.
    is_counted = models.BooleanField(default=False, editable=False)
    counted_units = models.PositiveIntegerField(default=0, editable=False)
    is_simulated = models.BooleanField(default=False, help_text="The simulator wrote at least a part of it.")
    cached_parts = models.PositiveSmallIntegerField(default=0, help_text="Plan and units that the cache had.")
    saved_usd_micros = models.PositiveBigIntegerField(default=0, help_text="What these cost when they were made.")

    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    active_since = models.DateTimeField(
        db_default=Now(), editable=False, help_text="When it was accepted, or last went on after an end.")
    earlier_work_ms = models.PositiveBigIntegerField(
        default=0, db_default=0, editable=False, help_text="How long it was at work until its ends before that.")
    erased_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since then its content is gone; what it cost stays.")

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("retry_job", "Can retry the failed units of a job"),
            ("cancel_job", "Can cancel a job"),
            ("regenerate_unit", "Can have a unit written anew"),
        ]
        constraints = [
            models.CheckConstraint(
                name="job_state_known", condition=models.Q(state__in=[s.value for s in JobState])),
            models.CheckConstraint(
                name="job_finished_iff_terminal",
                condition=models.Q(state__in=TERMINAL, finished_at__isnull=False)
                | models.Q(state__in=ACTIVE, finished_at__isnull=True)),
            models.CheckConstraint(
                name="job_loss_has_reason",
                condition=~models.Q(state__in=["in_review", "partial", "failed", "cancelled"]) | ~models.Q(reason="")),
            models.CheckConstraint(
                name="job_units_add_up",
                condition=models.Q(unit_total__gte=models.F("unit_done") + models.F("unit_failed"))),
            models.CheckConstraint(
                name="job_completed_iff_all_done",
                condition=~models.Q(state="completed") | models.Q(unit_done=models.F("unit_total"))),
            models.CheckConstraint(
                name="job_erased_is_over",
                condition=models.Q(erased_at__isnull=True) | models.Q(state__in=TERMINAL)),
            models.UniqueConstraint(
                name="job_idempotency_key_once", fields=["user", "idempotency_key"],
                condition=models.Q(idempotency_key__isnull=False)),
        ]
        indexes = [
            models.Index(name="job_of_user", fields=["user", "-id"]),      # api: GET /jobs
            models.Index(name="job_by_state", fields=["state", "-id"]),    # admin: the list's filter
            models.Index(name="job_by_kind", fields=["kind", "-id"]),      # api: GET /jobs, admin: the list's filter
            models.Index(name="job_by_time", fields=["created_at"]),       # admin: report on usage, the list's filter
            models.Index(                                                  # admin: the list's filter
                name="job_open_errors", fields=["-id"], condition=models.Q(open_errors__gt=0)),
            models.Index(                                                  # sweeper.stuck_jobs
                name="job_active", fields=["id"], condition=models.Q(state__in=ACTIVE)),
            models.Index(                                                  # counters.count_ended
                name="job_uncounted", fields=["id"], condition=models.Q(state__in=TERMINAL, is_counted=False)),
            models.Index(                                                  # quotas.unbilled
                name="job_unbilled", fields=["id"],
                condition=models.Q(state__in=TERMINAL) & ~models.Q(billed_usd_micros=models.F("cost_usd_micros"))),
            models.Index(                                                  # retention.expire_jobs
                name="job_expires", fields=["finished_at"],
                condition=models.Q(state__in=TERMINAL, erased_at__isnull=True)),
            models.Index(                                                  # erasure.erase_latecomers
                name="job_erased", fields=["erased_at"], condition=models.Q(erased_at__isnull=False)),
            models.Index(                                                  # estimates.estimate
                name="job_completed", fields=["kind", "strategy", "route", "-id"],
                condition=models.Q(state="completed")),
            models.Index(                                                  # similar.similar
                name="job_of_shape", fields=["brief_shape", "-id"],
                condition=models.Q(state="completed") & ~models.Q(brief_shape="")),
            models.Index(              # measurements._failure_rate, fair_order.served_lately
                name="job_ended", fields=["finished_at"], condition=models.Q(state__in=TERMINAL)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_terminal(self) -> bool:
        return self.state in TERMINAL

    def worked(self, now: dt.datetime) -> dt.timedelta:
        """How long it has been at work until `now`: not the time between an end and somebody's retry."""
        lately = max((self.finished_at or now) - self.active_since, dt.timedelta())      # clocks are set back
        return dt.timedelta(milliseconds=self.earlier_work_ms) + lately

    @property
    def open_findings(self) -> Counts:
        """How many were open when it last ended; none before."""
        return Counts(self.open_errors, self.open_warnings, self.open_humans)

    @property
    def from_cache(self) -> bool:
        """Nothing of it had to be made."""
        return self.state == JobState.COMPLETED and self.cached_parts == self.unit_total + 1

    @property
    def percent(self) -> int:
        return progress_percent(
            plan_done=self.is_planned, units_done=self.unit_done, units_total=self.unit_total,
            completed=self.state in {JobState.COMPLETED, JobState.IN_REVIEW} and self.unit_done == self.unit_total,
        )

    @property
    def explanation(self) -> Explanation | None:
        return EXPLANATIONS[Reason(self.reason)] if self.reason else None
