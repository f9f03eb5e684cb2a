"""Accept a request: understood, priced, reserved and stored, whatever else is away."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.compiled import Insertion
from accounts.ledger import Amounts
from generation import queue
from generation.core.cache_key import free_text_of, shape_of
from generation.core.fingerprint import fingerprint
from generation.core.prompting import Stage
from generation.models import Chunk, Job, Strategy
from generation.services import quotas
from generation.services.cache import similar
from generation.services.chunks import cache_lookup
from generation.services.chunks.job_state import derive, missing_units
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.routing import selection
from generation.services.routing.estimates import estimate
from generation.services.routing.selection import Chosen
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.standings import Standing

MAX_KEY_CHARACTERS = 200

_jobs = Insertion(Job)


@dataclass(frozen=True)
class Submitted:
    job: Job
    is_new: bool       # False: the idempotency key was seen with the same request
    standings: "tuple[Standing, ...]" = ()      # of a new job: where the limits stand that it was accepted under
    chunks: tuple[Chunk, ...] | None = None     # of a new job of which the cache had nothing


def submit(
    *, user: "User", kind: str, brief: Any, strategy: str = Strategy.PARALLEL,     # Any: not yet validated
    idempotency_key: str | None = None, fresh: bool = False, adapt: UUID | None = None,
) -> Submitted:
    """Accept a job: it is stored before this returns, and nothing external decides about it.

    What the cache has of it is there at once, unless it shall be `fresh`.  `adapt` names a similar job, whose
    document the model is given as a draft.

    Raises Refusal for an unknown kind or strategy, a brief that the kind does not accept, a key used
    for another request, what the user's terms or limits do not allow, and when no route is enabled."""
    _check_key(idempotency_key)
    spec = JobSpec.understood(kind, brief, strategy)
    request = _request_fingerprint(spec, fresh=fresh, adapt=adapt)
    if idempotency_key is not None:
        earlier = _earlier(user, idempotency_key, request)
        if earlier is not None:
            return Submitted(earlier, is_new=False)
    terms = quotas.terms_for(user, spec)
    chosen = selection.for_job(spec, is_allowed=lambda slug: quotas.may_use_route(terms, slug))
    spec = replace(spec, route=chosen.route)
    source = similar.source(user, spec, adapt) if adapt is not None else None
    expected = estimate(spec)
    try:
        with transaction.atomic(durable=True):
            quotas.check_pause()
            # Before the reservation: a second request with the same key ends here, and reserves nothing.
            job = Job(
                user=user, kind=spec.kind.slug, kind_revision=spec.kind.revision, strategy=spec.strategy,
                brief=spec.brief, title=spec.title[:200], route=chosen.route, why_route=chosen.why[:200],
                instead_of=chosen.instead_of, unit_total=spec.units, expected_s=expected.seconds_p50,
                idempotency_key=idempotency_key, request_fingerprint=request, is_fresh=fresh, adapted_from=source,
                brief_shape=shape_of(spec.kind, spec.brief), brief_text=free_text_of(spec.kind, spec.brief),
            )
            _jobs.of(job)
            now = job.created_at      # the database's clock
            stage = spec.strategy.first_stage
            first = Chunk(
                job=job, position=0, stage=stage.value, title="Whole document" if stage is Stage.WHOLE else "Plan",
                ready_at=now, is_fresh=fresh, **_elsewhere(chosen),
            )
            line = journal.writing(
                job, "submit", f"accepted: {spec.kind.title.lower()}, {spec.units} {spec.kind.unit_noun}s", by=user,
                strategy=strategy,
            )
            served = cache_lookup.insert_first(job, first, spec, now, line)
            left = missing_units(job) if served else spec.units
            amounts = Amounts(requests=1)      # what the cache serves whole never runs
            if left:
                rest = estimate(replace(spec, units=left)) if served else expected
                amounts = Amounts(requests=1, units=left, usd_micros=rest.usd_micros_p90, jobs=1)
            queue.ring()
            # As late as can be: the rows of everybody's limits stay locked until the commit.
            standings = quotas.reserve(job, terms, amounts, now, is_last=not served)
            if served:
                derive(job, now)
    except IntegrityError:
        # Another request with the same key won the race between our look and our insert.
        earlier = _earlier(user, idempotency_key, request) if idempotency_key is not None else None
        if earlier is None:
            raise
        return Submitted(earlier, is_new=False)
    return Submitted(job, is_new=True, standings=tuple(standings), chunks=None if served else (first,))


def _elsewhere(chosen: Chosen) -> dict[str, Any]:     # Any: column values
    """Of the first chunk, where another route than the job's suits it better."""
    if chosen.first_route == chosen.route:
        return {}
    return {"route": chosen.first_route, "why_route": chosen.first_why[:200]}


def _request_fingerprint(spec: JobSpec, *, fresh: bool, adapt: UUID | None) -> str:
    """What makes two requests with one key the same."""
    more = {name: str(value) for name, value in (("fresh", fresh or ""), ("adapt", adapt or "")) if value}
    return fingerprint(spec.kind.slug, spec.strategy, spec.brief, *([more] if more else []))


def _check_key(key: str | None) -> None:
    if key is not None and (not key.strip() or len(key) > MAX_KEY_CHARACTERS or not key.isprintable()):
        raise Refusal(
            RefusalCode.INVALID_KEY, "The Idempotency-Key cannot be used.",
            f"Send 1 to {MAX_KEY_CHARACTERS} printable characters, for example a UUID.",
        )


def _earlier(user: "User", key: str, request: str) -> Job | None:
    job = Job.objects.filter(user=user, idempotency_key=key).first()
    if job is not None and job.request_fingerprint != request:
        raise Refusal(
            RefusalCode.KEY_REUSED, "This Idempotency-Key was used for another request.",
            "Send a new key for a new request.",
        )
    return job
