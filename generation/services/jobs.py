"""What people do to jobs: ask, cancel, retry, have a unit written anew."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction
from pydantic import ValidationError

from accounts import policies
from generation import queue
from generation.core.cache_key import free_text_of, shape_of
from generation.core.findings import pointer
from generation.core.fingerprint import fingerprint
from generation.core.kind import as_json
from generation.core.prompting import Kind, Stage
from generation.core.reasons import Reason
from generation.core.states import ACTIVE_JOB_STATES, OPEN_CHUNK_STATES, ChunkState, Event
from generation.core.text import forbidden_character
from generation.kinds import all_kinds
from generation.models import Chunk, Flight, Job, LogLevel, Strategy, UnitVersion, clock
from generation.models.chunk import changes
from generation.services import adapting, choosing, flights, incidents, serving, spending
from generation.services.choosing import Chosen
from generation.services.deriving import derive
from generation.services.errors import Refusal, RefusalCode
from generation.services.estimating import estimate
from generation.services.reading import check_content
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.ledger import Standing
    from accounts.models import User

MAX_KEY_CHARACTERS = 200
MAX_INSTRUCTION_CHARACTERS = 2_000


@dataclass(frozen=True)
class Submitted:
    job: Job
    is_new: bool       # False: the idempotency key was seen with the same request
    standings: "tuple[Standing, ...]" = ()      # of a new job: where the limits stand that it was accepted under
    chunks: tuple[Chunk, ...] | None = None     # of a new job of which the cache had nothing


@dataclass(frozen=True)
class Asked:
    """A request that has been understood: it could be accepted, as far as its content goes."""

    kind: Kind
    brief: dict[str, Any]      # Any: JSON, as it is stored
    title: str
    units: int


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
    asked = understood(kind, brief, strategy)
    request = _request_fingerprint(kind, strategy, asked.brief, fresh=fresh, adapt=adapt)
    if idempotency_key is not None:
        earlier = _earlier(user, idempotency_key, request)
        if earlier is not None:
            return Submitted(earlier, is_new=False)
    terms = spending.terms_for(user, kind=kind, strategy=strategy, units=asked.units)
    chosen = choosing.for_job(
        kind=asked.kind, strategy=strategy, brief=asked.brief, units=asked.units,
        is_allowed=lambda slug: spending.may_use_route(terms, slug),
    )
    route = chosen.route
    source = adapting.source(user, asked.kind, asked.brief, adapt) if adapt is not None else None
    expected = estimate(kind=kind, strategy=strategy, route=route, brief=asked.brief, units=asked.units)
    try:
        with transaction.atomic(durable=True):
            spending.check_pause()
            # Before the reservation: a second request with the same key ends here, and reserves nothing.
            job = Job.objects.create(
                user=user, kind=kind, kind_revision=asked.kind.revision, strategy=strategy, brief=asked.brief,
                title=asked.title[:200], route=route, why_route=chosen.why[:200], unit_total=asked.units,
                expected_s=expected.seconds_p50,
                idempotency_key=idempotency_key, request_fingerprint=request, is_fresh=fresh, adapted_from=source,
                brief_shape=shape_of(asked.kind, asked.brief), brief_text=free_text_of(asked.kind, asked.brief),
            )
            now = job.created_at      # the database's clock
            stage = Stage.WHOLE if strategy == Strategy.SINGLE else Stage.PLAN
            first = Chunk.objects.create(
                job=job, position=0, stage=stage.value, title="Whole document" if stage is Stage.WHOLE else "Plan",
                ready_at=now, is_fresh=fresh, **_elsewhere(chosen),
            )
            journal.write(
                job, "submit", f"accepted: {asked.kind.title.lower()}, {asked.units} {asked.kind.unit_noun}s", by=user,
                strategy=strategy,
            )
            served = serving.look_up(job, now, [first])
            left = _missing_units(job) if served else job.unit_total
            if served and left:
                expected = estimate(kind=kind, strategy=strategy, route=route, brief=asked.brief, units=left)
            # As late as can be: the rows of everybody's limits stay locked until the commit.
            standings = spending.reserve(
                job, terms, units=left, usd_micros=expected.usd_micros_p90 if left else 0, now=now,
                needs_work=bool(left),
            )
            if served:
                derive(job, now)
            queue.ring()
    except IntegrityError:
        # Another request with the same key won the race between our look and our insert.
        earlier = _earlier(user, idempotency_key, request) if idempotency_key is not None else None
        if earlier is None:
            raise
        return Submitted(earlier, is_new=False)
    return Submitted(job, is_new=True, standings=tuple(standings), chunks=None if served else (first,))


def cancel(job: Job, *, by: "User | None") -> Job:
    """Stop a job: what waits is not asked, calls in flight are dropped, what is done stays readable."""
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        if locked.state not in ACTIVE_JOB_STATES:
            raise Refusal(
                RefusalCode.NOT_ACTIVE, f"The job is {locked.state}; there is nothing to cancel.",
                "Read what is done, or retry what is missing.",
            )
        now = clock.now()
        open_chunks = list(
            Chunk.objects.select_for_update(no_key=True).filter(job=locked).accepting(Event.CANCEL)
        )
        for chunk in open_chunks:
            end_without_content(
                chunk, Event.CANCEL, now, reason=Reason.CANCELLED_BY_USER, detail="", fence=chunk.fence + 1
            )
        flights.wake(chunk.cache_key for chunk in open_chunks if chunk.flight == Flight.LEADS)
        derive(locked, now, reason=Reason.CANCELLED_BY_USER)
        journal.write(
            locked, Event.CANCEL, f"cancelled, {locked.unit_done} of {locked.unit_total} done", by=by,
            level=LogLevel.WARNING,
        )
    return locked


def retry(job: Job, *, by: "User | None") -> Job:
    """Ask again for what failed or was cancelled, and for nothing that is done."""
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        if locked.state in ACTIVE_JOB_STATES:
            raise Refusal(
                RefusalCode.STILL_ACTIVE, f"The job is still {locked.state}.",
                "Wait until it ends, or cancel it first.",
            )
        check_content(locked)
        now = clock.now()
        lost = Chunk.objects.filter(job=locked).accepting(Event.RESTART)
        is_sequential = locked.strategy == Strategy.SEQUENTIAL
        first = lost.order_by("position").first()
        moved = lost.update(
            **changes(
                Event.RESTART, now, ready_at=None if is_sequential else now,
                reason=Reason.WAITS_FOR_PREVIOUS.value if is_sequential else "", reason_detail="",
                attempts=0, repairs=0, crashes=0, findings=[], draft="", started_at=None, cache_key="",
            )
        )
        if not moved:
            raise Refusal(
                RefusalCode.NOTHING_TO_RETRY, "Everything in this job is done.",
                "To change a unit, have it written anew.",
            )
        journal.write(locked, Event.RESTART, f"retry of {moved} missing part{'s' * (moved > 1)}", by=by)
        if is_sequential and first is not None:
            Chunk.objects.filter(pk=first.pk).update(ready_at=now, reason="")
        if not locked.route.is_enabled:
            _choose_again(locked)
        serving.look_up(locked, now)
        left = _missing_units(locked)
        spending.reserve_again(locked, left, now, needs_work=bool(left))
        derive(locked, now)
        incidents.note_retry(locked, now, by=by)
        queue.ring(moved)
    return locked


def regenerate(job: Job, position: int, *, instruction: str, by: "User | None") -> Job:
    """Have one done unit written anew.  The old version is kept, and stays if the new one fails."""
    instruction = instruction.strip()
    _check_instruction(instruction)
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        check_content(locked)
        chunk = Chunk.objects.filter(job=locked, position=position).units().first()
        noun = all_kinds()[locked.kind].unit_noun
        if chunk is None:
            raise Refusal(
                RefusalCode.NO_SUCH_UNIT, f"The job has no {noun} {position}.",
                f"It has 1 to {locked.unit_total}.",
            )
        if chunk.state != ChunkState.DONE:
            raise Refusal(
                RefusalCode.UNIT_NOT_DONE, f"{noun.capitalize()} {position} is {chunk.state}, not done.",
                "Wait until it is done, or retry the job if it failed.",
            )
        now = clock.now()
        spending.reserve_again(locked, 1, now)
        UnitVersion.objects.create(
            chunk=chunk, number=chunk.versions.count() + 1, content=chunk.content, headline=chunk.headline,
            findings=chunk.findings, from_cache=chunk.from_cache, instruction=instruction, replaced_by=by,
        )
        Chunk.objects.filter(pk=chunk.pk).update(
            **changes(
                Event.REGENERATE, now, ready_at=now, reason="", reason_detail="", attempts=0, repairs=0,
                crashes=0, findings=[], draft="", instruction=instruction, started_at=None, is_fresh=True,
                # What comes of a wish is nobody else's.
                **({"cache_key": ""} if instruction else {}),
            )
        )
        if locked.strategy == Strategy.SEQUENTIAL:
            _forget_keys_after(locked, position)
        derive(locked, now)
        journal.write(
            locked, Event.REGENERATE, f"{journal.name_of(locked, chunk.position)} is written anew",
            chunk_id=chunk.pk, unit=chunk.position, by=by,
        )
        queue.ring()
    return locked


def _elsewhere(chosen: Chosen) -> dict[str, Any]:     # Any: column values
    """Of the first chunk, where another route than the job's suits it better."""
    if chosen.first_route == chosen.route:
        return {}
    return {"route": chosen.first_route, "why_route": chosen.first_why[:200]}


def _choose_again(job: Job) -> None:
    """The route of `job`, which is locked, was disabled: what is missing is asked elsewhere."""
    chosen = choosing.for_job(
        kind=all_kinds()[job.kind], strategy=job.strategy, brief=job.brief, units=job.unit_total,
        is_allowed=policies.may_use_routes(job.user.role),
    )
    job.route, job.why_route = chosen.route, chosen.why[:200]
    Job.objects.filter(pk=job.pk).update(route=job.route, why_route=job.why_route)
    Chunk.objects.filter(job=job, state=ChunkState.PENDING.value).update(route=None, why_route="")


def end_without_content(
    chunk: Chunk, event: Event, now: Any, *, reason: Reason, detail: str, **more: Any     # Any: column values
) -> Event:
    """Move `chunk`, whose job is locked, to failed or cancelled; or back to its old version, if it has one.

    Returns the event that happened: `event`, or KEEP."""
    version = chunk.versions.first()      # the newest: only a regeneration leaves a chunk open that has one
    if version is None:
        Chunk.objects.filter(pk=chunk.pk).update(
            **changes(event, now, reason=reason.value, reason_detail=detail, **more)
        )
        return event
    Chunk.objects.filter(pk=chunk.pk).update(
        **changes(
            Event.KEEP, now, content=version.content, headline=version.headline, from_cache=version.from_cache,
            **{"findings": version.findings, "draft": "", "instruction": "",
               "reason": Reason.OLD_VERSION_KEPT.value, "reason_detail": detail or reason.value, **more},
        )
    )
    version.delete()
    return Event.KEEP


def understood(kind: str, brief: Any, strategy: str) -> Asked:     # Any: not yet validated
    """The request, validated.  Raises Refusal as `submit` does."""
    kinds = all_kinds()
    if kind not in kinds:
        raise Refusal(
            RefusalCode.UNKNOWN_KIND, f"There is no document kind “{kind[:60]}”.",
            f"Use one of: {', '.join(kinds)}.", [("/kind", "unknown kind")],
        )
    if strategy not in Strategy.values:
        raise Refusal(
            RefusalCode.UNKNOWN_STRATEGY, f"There is no strategy “{strategy[:60]}”.",
            f"Use one of: {', '.join(Strategy.values)}.", [("/strategy", "unknown strategy")],
        )
    return Asked(kinds[kind], *_validated(kinds[kind], brief))


def _validated(kind: Kind, brief: Any) -> tuple[dict[str, Any], str, int]:
    """The brief as it is stored, the working title and the number of units."""
    try:
        typed = kind.Brief.model_validate(brief)
        return as_json(typed), kind.working_title(typed), kind.unit_count(typed)
    except ValidationError as error:
        problems = [
            (pointer("brief", *item["loc"]), item["msg"].removeprefix("Value error, "))
            for item in error.errors(include_url=False, include_input=False)[:20]
        ]
    raise Refusal(
        RefusalCode.INVALID_BRIEF, "The brief has problems.",
        f"Mend the fields named in errors; GET /api/v1/kinds/{kind.slug} shows the schema and an example.",
        problems,
    )


def _request_fingerprint(
    kind: str, strategy: str, brief: dict[str, Any], *, fresh: bool, adapt: UUID | None     # Any: JSON
) -> str:
    """What makes two requests with one key the same."""
    more = {name: str(value) for name, value in (("fresh", fresh or ""), ("adapt", adapt or "")) if value}
    return fingerprint(kind, strategy, brief, *([more] if more else []))


def _missing_units(job: Job) -> int:
    return job.unit_total - Chunk.objects.filter(job=job, state=ChunkState.DONE.value).units().count()


def _forget_keys_after(job: Job, position: int) -> None:
    """Units after `position` that are under way: what they were sought by is about to change."""
    later = Chunk.objects.filter(job=job, position__gt=position, state__in=OPEN_CHUNK_STATES).exclude(cache_key="")
    flights.wake(later.filter(flight=Flight.LEADS).values_list("cache_key", flat=True))
    later.filter(flight=Flight.WAITS).update(reason="", reason_detail="")
    later.update(cache_key="", flight=Flight.NONE)


def _check_key(key: str | None) -> None:
    if key is not None and (not key.strip() or len(key) > MAX_KEY_CHARACTERS or not key.isprintable()):
        raise Refusal(
            RefusalCode.INVALID_KEY, "The Idempotency-Key cannot be used.",
            f"Send 1 to {MAX_KEY_CHARACTERS} printable characters, for example a UUID.",
        )


def _check_instruction(instruction: str) -> None:
    found = forbidden_character(instruction)
    if found is not None or len(instruction) > MAX_INSTRUCTION_CHARACTERS:
        sentence = f"contains the invisible or control character {found}" if found else "is too long"
        raise Refusal(
            RefusalCode.INVALID_INSTRUCTION, "The instruction cannot be used.",
            f"Send at most {MAX_INSTRUCTION_CHARACTERS} visible characters.", [("/instruction", sentence)],
        )


def _earlier(user: "User", key: str, request: str) -> Job | None:
    job = Job.objects.filter(user=user, idempotency_key=key).first()
    if job is not None and job.request_fingerprint != request:
        raise Refusal(
            RefusalCode.KEY_REUSED, "This Idempotency-Key was used for another request.",
            "Send a new key for a new request.",
        )
    return job
