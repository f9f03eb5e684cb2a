"""Group equal failures, see when they are over, and learn which remedy helped.

The sweeper does this every few seconds, apart from the transactions that settle: a failure costs nobody who is
at work a statement.  Every step may run twice."""


import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from accounts.compiled import Given, Presence
from generation.core.reasons import EXPLANATIONS, NEEDS_A_PERSON, Reason
from generation.core.remedies import HOLDING, OF_A_KIND, OF_A_ROUTE, Remedy
from generation.core.states import ChunkState, JobState
from generation.models import (
    Attempt,
    Chunk,
    Incident,
    Job,
    LogLevel,
    Occurrence,
    Resolution,
    Route,
    Treatment,
    TreatmentOutcome,
)
from generation.models.chunk import ChunkQuerySet
from generation.models.job import TERMINAL
from generation.services import elections
from generation.services.elections import Term
from generation.telemetry import heartbeats, journal
from generation.telemetry.redaction import clean

if TYPE_CHECKING:
    from accounts.models import User

OVERLAP = dt.timedelta(minutes=2)           # transactions that commit late: seen twice is recorded once
NOTED_EVERY = dt.timedelta(minutes=1)       # how far it came, where nothing fails
FIRST_LOOK = dt.timedelta(days=7)
REVISION_PATIENCE = dt.timedelta(minutes=1)
REOPENS_WITHIN = dt.timedelta(minutes=10)
QUIET_AFTER = dt.timedelta(days=7)
UNDECIDED_AFTER = dt.timedelta(days=7)
COMES_BACK_AFTER = dt.timedelta(minutes=2)      # calls that were in flight when a setting was changed do not count
BATCH = 500
UNSETTLED = [ChunkState.PENDING.value, ChunkState.RUNNING.value, ChunkState.FAILED.value]


@dataclass(frozen=True)
class Kept:
    """What failures must have in common to be one incident."""

    cause: Reason
    route: Route | None
    kind: str

    @property
    def key(self) -> str:
        return ":".join([self.cause.value, self.kind, self.route.slug if self.route else ""])


_news = Presence(lambda: {
    "failed": _unrecorded(Given("since")), "paused": _pauses_nobody_wants(),
    "overdue": _waiting_parts().filter(ready_at__lt=Given("overdue_before")),
    "open": Incident.objects.filter(resolved_at__isnull=True), "undecided": _undecided(),
})


def bring_up_to_date(term: Term) -> None:
    """Group what failed since the last term, end what is over, decide on treatments."""
    now = term.now
    recorded_until = parse_datetime(term.note.get("until", "")) or now - FIRST_LOOK
    since = recorded_until - OVERLAP
    if not _news.found(since=since, overdue_before=now - REVISION_PATIENCE):
        if now - recorded_until > NOTED_EVERY:
            elections.note(term, until=now.isoformat())
        return
    until = _group_losses(since, now)
    held = _group_held(now)
    elections.note(term, until=until.isoformat())
    resolve(now, held)
    decide(now)


# --- Group --------------------------------------------------------------------------------------


def _common(cause: Reason, route: Route | None, kind: str) -> Kept:
    return Kept(cause, route if cause in OF_A_ROUTE else None, kind if cause in OF_A_KIND else "")


def _unrecorded(since: Any) -> ChunkQuerySet:     # Any: a datetime or the place of one
    """Parts that failed `since`, and stand in no incident."""
    recorded = Occurrence.objects.filter(chunk=OuterRef("pk"), fence=OuterRef("fence"))
    failed = Chunk.objects.filter(~Exists(recorded), state=ChunkState.FAILED.value, finished_at__gte=since)
    return failed.filter(job__erased_at__isnull=True)


def _group_losses(since: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Record the parts that failed `since`; until when all are recorded."""
    # Not the job's route: a part may have been asked of a stronger one, or of one that stood in.
    asked_on = Attempt.objects.filter(chunk=OuterRef("pk")).order_by("-fence").values("route")[:1]
    failed = list(
        _unrecorded(since).annotate(asked_on=Subquery(asked_on))
        .select_related("job").only("fence", "reason", "reason_detail", "finished_at", "job__kind")
        .order_by("finished_at")[:BATCH]
    )
    routes = Route.objects.in_bulk({chunk.asked_on for chunk in failed if chunk.asked_on is not None})
    groups: dict[str, tuple[Kept, list[Chunk]]] = {}
    for chunk in failed:
        common = _common(Reason(chunk.reason), routes.get(chunk.asked_on), chunk.job.kind)
        groups.setdefault(common.key, (common, []))[1].append(chunk)
    for common, chunks in groups.values():
        record(common, chunks, now)
    is_full = len(failed) == BATCH
    return failed[-1].finished_at or now if is_full else now


def _pauses_nobody_wants() -> QuerySet[Route]:
    """What a person paused is no failure."""
    return Route.objects.filter(open_until__isnull=False, is_held=False)


def _waiting_parts() -> ChunkQuerySet:
    return Chunk.objects.filter(state=ChunkState.PENDING.value, ready_at__isnull=False)


def _group_held(now: dt.datetime) -> set[str]:
    """Record what waits for a person or a provider; the keys of what holds it at the moment."""
    held = set()
    open_chunks = _waiting_parts()
    for route in _pauses_nobody_wants():
        common = Kept(Reason(route.breaker_reason), route, "")
        record(common, _not_yet(common, open_chunks.preferring(route.pk)), now, detail=route.breaker_detail)
        held.add(common.key)
    workers = heartbeats.living(now)
    overdue = open_chunks.filter(ready_at__lt=now - REVISION_PATIENCE)
    known = [worker.detail.get("revisions", {}) for worker in workers]
    revisions = overdue.order_by().values_list("job__kind", "job__kind_revision").distinct() if workers else []
    for kind, revision in revisions:
        if not any(revisions_of.get(kind) == revision for revisions_of in known):
            common = Kept(Reason.REVISION_MISSING, None, kind)
            waiting = overdue.filter(job__kind=kind, job__kind_revision=revision)
            record(common, _not_yet(common, waiting), now, detail=f"{kind}, revision {revision}")
            held.add(common.key)
    return held


def _not_yet(common: Kept, chunks: ChunkQuerySet) -> list[Chunk]:
    """Those of `chunks` that the open incident does not have."""
    mine = Occurrence.objects.filter(
        chunk=OuterRef("pk"), incident__key=common.key, incident__resolved_at__isnull=True)
    return list(
        chunks.filter(~Exists(mine)).only("fence", "reason", "reason_detail", "job").order_by("pk")[:BATCH]
    )


def record(common: Kept, chunks: Sequence[Chunk], now: dt.datetime, *, detail: str = "") -> Incident:
    """Add `chunks` to the open incident of what they have in `common`; it is opened if there is none."""
    with transaction.atomic(durable=True):
        incident, is_news = _opened(common, now)
        known = {
            occurrence.chunk_id: occurrence
            for occurrence in Occurrence.objects.filter(incident=incident, chunk__in=[chunk.pk for chunk in chunks])
        }
        for chunk in chunks:
            if chunk.pk in known:
                Occurrence.objects.filter(pk=known[chunk.pk].pk).exclude(fence=chunk.fence).update(
                    fence=chunk.fence, times=F("times") + 1, last_at=now, message=_sample(chunk, detail))
        Occurrence.objects.bulk_create([
            Occurrence(
                incident=incident, job_id=chunk.job_id, chunk=chunk, fence=chunk.fence, first_at=now, last_at=now,
                message=_sample(chunk, detail),
            )
            for chunk in chunks if chunk.pk not in known
        ], ignore_conflicts=True)
        if chunks or is_news:
            counts = Occurrence.objects.filter(incident=incident).aggregate(
                chunks=Count("pk"), jobs=Count("job", distinct=True), users=Count("job__user", distinct=True))
            Incident.objects.filter(pk=incident.pk).update(**counts, last_seen_at=now)
        if is_news:
            explanation = EXPLANATIONS[common.cause]
            journal.write(
                None, "incident", f"failure {incident.pk}: {explanation.sentence} {detail}".strip(),
                level=LogLevel.CRITICAL if common.cause in NEEDS_A_PERSON else LogLevel.ERROR,
                reason=common.cause, incident=incident.pk, cause=common.cause.value, kind=common.kind,
                route=common.route.slug if common.route else "",
            )
    return incident


def _sample(chunk: Chunk, detail: str) -> str:
    return clean(detail or chunk.reason_detail)[:300]


def _opened(common: Kept, now: dt.datetime) -> tuple[Incident, bool]:
    """The open incident, and whether that is news: one that has just ended is opened again."""
    mine = Incident.objects.filter(key=common.key)
    incident = mine.filter(resolved_at__isnull=True).first()
    if incident is not None:
        return incident, False
    ended = mine.filter(resolved_at__gte=now - REOPENS_WITHIN).exclude(resolution=Resolution.PERSON)
    incident = ended.order_by("-resolved_at").first()
    if incident is not None:
        Incident.objects.filter(pk=incident.pk).update(resolved_at=None, resolution="")
        return incident, True
    # Two at once: one of them fails on the constraint, and looks again in the next round.
    return Incident.objects.create(
        key=common.key, cause=common.cause.value, route=common.route, kind=common.kind, opened_at=now,
        last_seen_at=now,
    ), True


# --- Resolve ------------------------------------------------------------------------------------


def resolve(now: dt.datetime, held: set[str]) -> int:
    """Close the incidents whose cause is gone; `held` are the keys of what holds work at the moment."""
    open_ones = Incident.objects.filter(resolved_at__isnull=True)
    unsettled = Occurrence.objects.filter(
        incident=OuterRef("pk"), chunk__state__in=UNSETTLED, chunk__job__erased_at__isnull=True)
    closed = 0
    for incident in open_ones.annotate(is_unsettled=Exists(unsettled)):
        is_there = incident.key in held if incident.cause in HOLDING else incident.is_unsettled
        is_quiet = incident.last_seen_at < now - QUIET_AFTER and incident.cause not in HOLDING
        if not is_there or is_quiet:
            closed += close(incident, Resolution.QUIET if is_there else Resolution.GONE, now)
    return closed


def close(incident: Incident, how: Resolution, now: dt.datetime, *, by: "User | None" = None) -> bool:
    """End an incident; False if it has ended already."""
    with transaction.atomic(durable=True):
        closed = Incident.objects.filter(pk=incident.pk, resolved_at__isnull=True).update(
            resolved_at=now, resolution=how.value, resolved_by=by)
        if closed:
            journal.write(
                None, "resolved", f"failure {incident.pk} is over: {how.label.lower()}", by=by,
                incident=incident.pk, cause=incident.cause,
            )
    return bool(closed)


# --- Learn --------------------------------------------------------------------------------------


def note_retry(job: Job, now: dt.datetime, *, by: "User | None") -> None:
    """`job`, which is locked, is retried: remember that as a treatment of what it suffers from."""
    suffered = Incident.objects.filter(
        pk__in=Occurrence.objects.filter(job=job).values("incident"), resolved_at__isnull=True
    ).exclude(cause__in=[cause.value for cause in HOLDING])
    Treatment.objects.bulk_create([
        Treatment(incident=incident, remedy=Remedy.RETRY.value, job=job, by=by, at=now) for incident in suffered
    ])


def note(
    incident: Incident, remedy: Remedy, now: dt.datetime, *, by: "User | None", job: Job | None = None,
    outcome: TreatmentOutcome = TreatmentOutcome.PENDING,
) -> None:
    Treatment.objects.create(
        incident=incident, remedy=remedy.value, job=job, by=by, at=now, outcome=outcome,
        decided_at=None if outcome is TreatmentOutcome.PENDING else now,
    )


def _undecided() -> QuerySet[Treatment]:
    return Treatment.objects.filter(outcome=TreatmentOutcome.PENDING)


def decide(now: dt.datetime) -> int:
    """Say of treatments whether they worked, as far as that is known by now."""
    pending = _undecided().select_related("incident__route", "job")
    decided: dict[TreatmentOutcome, list[int]] = defaultdict(list)
    for treatment in pending.defer("job__brief", "job__findings").order_by("pk")[:BATCH]:
        outcome = _outcome_of(treatment, now)
        if outcome is not TreatmentOutcome.PENDING:
            decided[outcome].append(treatment.pk)
    for outcome, ids in decided.items():
        Treatment.objects.filter(pk__in=ids).update(outcome=outcome, decided_at=now)
    return sum(map(len, decided.values()))


def _outcome_of(treatment: Treatment, now: dt.datetime) -> TreatmentOutcome:
    incident, job = treatment.incident, treatment.job
    known = TreatmentOutcome.PENDING
    if job is not None:
        if job.state in TERMINAL and job.finished_at is not None and job.finished_at >= treatment.at:
            failed = Chunk.objects.filter(job=job, state=ChunkState.FAILED.value)
            came_back = failed.filter(reason=incident.cause).exists()
            known = TreatmentOutcome.FAILED if came_back else (
                TreatmentOutcome.WORKED if job.state == JobState.COMPLETED else TreatmentOutcome.UNKNOWN)
    elif treatment.remedy == Remedy.RESUME:
        known = _outcome_of_resume(treatment)
    elif incident.last_seen_at > treatment.at + COMES_BACK_AFTER:
        known = TreatmentOutcome.FAILED
    elif incident.resolution == Resolution.GONE:
        known = TreatmentOutcome.WORKED
    if known is TreatmentOutcome.PENDING and treatment.at < now - UNDECIDED_AFTER:
        return TreatmentOutcome.UNKNOWN
    return known


def _outcome_of_resume(treatment: Treatment) -> TreatmentOutcome:
    """The first calls after it tell: one that was answered, or the same pause again."""
    route = treatment.incident.route
    if route is None:
        return TreatmentOutcome.UNKNOWN
    if route.open_until is not None and route.breaker_reason == treatment.incident.cause:
        return TreatmentOutcome.FAILED
    newest = Attempt.objects.filter(route=route).order_by("-pk").values_list("code", "settled_at")[:100]
    answered = any(code in {"ok", "invalid"} and at is not None and at >= treatment.at for code, at in newest)
    return TreatmentOutcome.WORKED if answered else TreatmentOutcome.PENDING


@dataclass(frozen=True)
class RemedyRecord:
    """How often a remedy has worked here, for one cause."""

    worked: int
    cases: int

    @property
    def words(self) -> str:
        return f"worked in {self.worked} of {self.cases} cases here" if self.cases else "not tried here yet"


def records(causes: Iterable[str]) -> dict[tuple[str, str], RemedyRecord]:
    """By cause and remedy, in one query."""
    rows = (
        Treatment.objects.filter(
            incident__cause__in=set(causes), outcome__in=[TreatmentOutcome.WORKED, TreatmentOutcome.FAILED])
        .order_by().values_list("incident__cause", "remedy")
        .annotate(worked=Count("pk", filter=Q(outcome=TreatmentOutcome.WORKED)), cases=Count("pk"))
    )
    return {(cause, remedy): RemedyRecord(worked, cases) for cause, remedy, worked, cases in rows}


def of_job(job: Job) -> list[Incident]:
    """The open incidents that `job` suffers from."""
    mine = Occurrence.objects.filter(job=job).values("incident")
    return list(Incident.objects.filter(pk__in=mine, resolved_at__isnull=True).select_related("route"))
