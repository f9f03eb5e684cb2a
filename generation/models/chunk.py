"""One row of work.  Position 0 is the plan, positions 1..N are the units."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounts.compiled import Given, GivenMany, IsOneOf
from generation.core.prompting import Stage
from generation.core.reasons import EXPLANATIONS, Explanation, Reason, reason_choices
from generation.core.states import ChunkState, Event, sources, target
from generation.models.errand import Errand
from generation.models.job import ACTIVE, Job
from generation.models.route import Route

PENDING, RUNNING, DONE, FAILED, CANCELLED = (state.value for state in ChunkState)


class Flight(models.TextChoices):
    """Several requests for the same part are one flight: one of them leads it, the others wait."""

    NONE = "", "By itself"
    LEADS = "leads", "Is asked, for others too"
    WAITS = "waits", "Waits for the one that is asked"


class ChunkQuerySet(models.QuerySet["Chunk"]):
    def accepting(self, event: Event) -> "ChunkQuerySet":
        """Those whose state allows `event`."""
        return self.filter(state__in=[state.value for state in sources(event)])

    def runnable(self, now: Any) -> "ChunkQuerySet":     # Any: a datetime or a database expression
        """Pending and due.  `ready_at` is null while a chunk waits for the one before it."""
        return self.filter(state=PENDING, ready_at__lte=now).exclude(flight=Flight.WAITS)

    def due_twins(self, now: Any) -> "ChunkQuerySet":     # Any: a datetime or a database expression
        """Those that wait for the same part of another request, and should look again."""
        return self.filter(flight=Flight.WAITS, ready_at__lte=now)

    def of_jobs_at_work(self) -> "ChunkQuerySet":
        """All that is open is: said where many are joined with their jobs, lest the database reads every job for it."""
        return self.filter(job__state__in=ACTIVE)

    def preferring(self, route_id: int | Given) -> "ChunkQuerySet":
        """Those that are to be asked of this route: their own, or else their job's."""
        return self.filter(models.Q(route=route_id) | models.Q(route__isnull=True, job__route=route_id))

    def preferring_one_of(self, routes: GivenMany) -> "ChunkQuerySet":
        """`preferring`, of several routes."""
        of_job = models.Q(models.Q(route__isnull=True), IsOneOf("job__route", routes))
        return self.filter(models.Q(IsOneOf("route", routes)) | of_job)

    def paid_by_one_of(self, roles: GivenMany) -> "ChunkQuerySet":
        """Those that somebody in one of `roles` pays for."""
        of_request = models.Q(models.Q(errand__isnull=True), IsOneOf("job__user__role", roles))
        return self.filter(of_request | models.Q(IsOneOf("errand__payer__role", roles)))

    def running_on(self, route_id: int | Given) -> "ChunkQuerySet":
        """Those whose call is on the route now, also where it stands in for another."""
        return self.filter(state=RUNNING).filter(
            models.Q(stand_in=route_id)
            | models.Q(stand_in__isnull=True, route=route_id)
            | models.Q(stand_in__isnull=True, route__isnull=True, job__route=route_id)
        )

    def units(self) -> "ChunkQuerySet":
        return self.filter(position__gt=0)


class Chunk(models.Model):
    job = models.ForeignKey(Job, models.CASCADE, related_name="chunks")
    position = models.PositiveSmallIntegerField()
    errand = models.ForeignKey(
        Errand, models.RESTRICT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The retry or regeneration that it was asked for last; empty: the request itself.")
    stage = models.CharField(max_length=6, choices=[(stage.value, stage.value) for stage in Stage])
    route = models.ForeignKey(
        Route, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="Where it is asked, if that is not the job's route: a stronger one, or one for plans.")
    why_route = models.CharField(max_length=200, blank=True)
    stand_in = models.ForeignKey(
        Route, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The fallback that its call is on, while its own route is paused.")
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=10, default=PENDING, choices=[(s.value, s.value.title()) for s in ChunkState])
    reason = models.CharField(max_length=30, blank=True, choices=reason_choices)
    reason_detail = models.TextField(blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    fence = models.PositiveIntegerField(default=0, help_text="Raised by every claim and cancellation.")
    attempts = models.PositiveSmallIntegerField(default=0)
    second_looks = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How often checks of the whole document had it mended.")
    repairs = models.PositiveSmallIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0, help_text="How often its worker died.")

    content = models.JSONField(null=True, blank=True)
    headline = models.CharField(max_length=200, blank=True)
    findings = models.JSONField(default=list, blank=True)
    draft = models.TextField(blank=True, help_text="The rejected reply that the next call is shown.")
    instruction = models.TextField(blank=True, help_text="What a person wants of a new version.")
    written_tokens = models.PositiveIntegerField(
        default=0, db_default=0, editable=False,
        help_text="About so many have come of the call that runs, where it is streamed.")
    cost_usd_micros = models.PositiveBigIntegerField(default=0)

    cache_key = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Its name in the cache; empty: not looked for.")
    flight = models.CharField(max_length=5, blank=True, default=Flight.NONE, choices=Flight, editable=False)
    is_fresh = models.BooleanField(default=False, help_text="Must not come from the cache.")
    from_cache = models.BooleanField(default=False)
    saved_usd_micros = models.PositiveBigIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ChunkQuerySet.as_manager()

    class Meta:
        verbose_name = "part"
        ordering = ["job", "position"]
        constraints = [
            models.UniqueConstraint(name="chunk_position_once", fields=["job", "position"]),
            models.CheckConstraint(
                name="chunk_state_known", condition=models.Q(state__in=[s.value for s in ChunkState])),
            models.CheckConstraint(
                name="chunk_content_iff_done",
                condition=models.Q(state=DONE, content__isnull=False)
                | (~models.Q(state=DONE) & models.Q(content__isnull=True))),
            models.CheckConstraint(
                name="chunk_lease_iff_running",
                condition=(models.Q(state=RUNNING, lease_until__isnull=False) & ~models.Q(worker=""))
                | (~models.Q(state=RUNNING) & models.Q(lease_until__isnull=True, worker=""))),
            models.CheckConstraint(
                name="chunk_stand_in_only_running",
                condition=models.Q(stand_in__isnull=True) | models.Q(state=RUNNING)),
            models.CheckConstraint(
                name="chunk_loss_has_reason",
                condition=~models.Q(state__in=[FAILED, CANCELLED]) | ~models.Q(reason="")),
            models.CheckConstraint(
                name="chunk_finished_iff_ended",
                condition=models.Q(state__in=[PENDING, RUNNING], finished_at__isnull=True)
                | models.Q(state__in=[DONE, FAILED, CANCELLED], finished_at__isnull=False)),
            models.CheckConstraint(
                name="chunk_unit_iff_positive",
                condition=models.Q(position=0, stage__in=["plan", "whole"])
                | models.Q(position__gt=0, stage="unit")),
            models.UniqueConstraint(                            # fan_out._insert_leading, single_flight.board
                name="chunk_flight_led_once", fields=["cache_key"], condition=models.Q(flight="leads")),
            models.CheckConstraint(
                name="chunk_flight_is_open",
                condition=models.Q(flight="")
                | (models.Q(flight="leads", state__in=[PENDING, RUNNING]) & ~models.Q(cache_key=""))
                | (models.Q(flight="waits", state=PENDING, ready_at__isnull=False) & ~models.Q(cache_key=""))),
            models.CheckConstraint(
                name="chunk_cached_is_done",
                condition=models.Q(from_cache=False, saved_usd_micros=0) | models.Q(from_cache=True, state=DONE)),
        ]
        indexes = [
            models.Index(                                       # claiming.due_in, sweeper.sweep
                name="chunk_due", fields=["ready_at"], condition=models.Q(state=PENDING)),
            models.Index(                                       # leases.expire, leases.renew, claiming._running_by_user
                name="chunk_leased", fields=["lease_until"], condition=models.Q(state=RUNNING)),
            models.Index(                                       # cache_lookup.serve_due
                name="chunk_twin_due", fields=["ready_at"], condition=models.Q(flight="waits")),
            models.Index(                                       # single_flight.wake
                name="chunk_twins", fields=["cache_key"], condition=models.Q(flight="waits")),
            models.Index(                                       # incidents._group_losses
                name="chunk_lost", fields=["finished_at"], condition=models.Q(state=FAILED)),
        ]

    def __str__(self) -> str:
        return self.title or f"{self.stage} {self.position}"

    @property
    def asked_on_id(self) -> int:
        """The route of its call, or of its next one.  `job` is read."""
        return self.stand_in_id or self.route_id or self.job.route_id

    @property
    def explanation(self) -> Explanation | None:
        return EXPLANATIONS[Reason(self.reason)] if self.reason else None


class UnitVersion(models.Model):
    """What a unit said before it was written anew."""

    chunk = models.ForeignKey(Chunk, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    headline = models.CharField(max_length=200, blank=True)
    findings = models.JSONField(default=list, blank=True)
    from_cache = models.BooleanField(default=False)
    errand = models.ForeignKey(
        Errand, models.RESTRICT, null=True, blank=True, related_name="+", db_index=False,
        help_text="Whose content it was, as on the unit.")
    instruction = models.TextField(blank=True, help_text="What was wanted of the version after this one.")
    is_draft = models.BooleanField(
        default=False, db_default=False,
        help_text="Checks of the whole document rejected it before anybody had it: it is no unit that was made.")
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["chunk", "-number"]
        constraints = [models.UniqueConstraint(name="version_number_once", fields=["chunk", "number"])]

    def __str__(self) -> str:
        return f"{self.chunk} · version {self.number}"


def changes(event: Event, now: Any, **more: Any) -> dict[str, Any]:     # Any: column values
    """The column values of a chunk that `event` moves, so that no UPDATE forgets one."""
    to = target(event)
    is_open = to in {ChunkState.PENDING, ChunkState.RUNNING}
    values: dict[str, Any] = {"state": to.value, "finished_at": None if is_open else now}
    if to is not ChunkState.RUNNING:
        values |= {"lease_until": None, "worker": "", "stand_in": None}
    if to is not ChunkState.DONE:
        values |= {"content": None, "from_cache": False, "saved_usd_micros": 0}
    if not is_open:
        values["flight"] = Flight.NONE      # a flight never outlives the one that leads it
    return values | more
