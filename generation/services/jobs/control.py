"""What people do to accepted jobs: cancel, retry, have a unit written anew."""


import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction

from accounts import policies
from generation import queue
from generation.core.reasons import Reason
from generation.core.states import ACTIVE_JOB_STATES, OPEN_CHUNK_STATES, ChunkState, Event
from generation.core.text import cleaned, counted, forbidden_character
from generation.kinds import all_kinds
from generation.models import Chunk, Errand, Flight, Job, LogLevel, Strategy, Verb, clock
from generation.models.chunk import changes
from generation.services import decisions, incidents, quotas
from generation.services.cache import single_flight
from generation.services.chunks import cache_lookup, holding
from generation.services.chunks.assembly import check_content
from generation.services.chunks.endings import end_without_content, put_aside
from generation.services.chunks.job_state import derive, derive_together, missing_units
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec
from generation.services.routing import selection
from generation.telemetry import journal

if TYPE_CHECKING:
    from accounts.models import User


MAX_INSTRUCTION_CHARACTERS = 2_000


def cancel(job: Job, *, by: "User | None", seen: int | None = None) -> Job:
    """Stop a job: what waits is not asked, calls in flight are dropped, what is done stays readable.

    `seen`, here and below, is the newest that its page knew people did about the job (decisions.newest)."""
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        if locked.state not in ACTIVE_JOB_STATES:
            raise Refusal(
                RefusalCode.NOT_ACTIVE, f"The job is {locked.state}; there is nothing to cancel.",
                "Read what is done, or retry what is missing.",
            )
        decisions.check(locked, seen)
        now = clock.now()
        open_chunks = list(
            Chunk.objects.select_for_update(no_key=True).filter(job=locked).accepting(Event.CANCEL)
        )
        for chunk in open_chunks:
            end_without_content(
                chunk, Event.CANCEL, now, reason=Reason.CANCELLED_BY_USER, detail="", fence=chunk.fence + 1
            )
        single_flight.wake(chunk.cache_key for chunk in open_chunks if chunk.flight == Flight.LEADS)
        derive(locked, now, reason=Reason.CANCELLED_BY_USER)
        journal.write(
            locked, Event.CANCEL, f"cancelled, {locked.unit_done} of {locked.unit_total} done", by=by,
            level=LogLevel.WARNING,
        )
    return locked


def retry(job: Job, *, by: "User | None", seen: int | None = None) -> Job:
    """Ask again for what failed or was cancelled, and for nothing that is done.  Whoever asks pays."""
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        check_retry(locked)
        decisions.check(locked, seen)
        now = clock.now()
        holding.withdraw(locked, now)
        _go_back(locked, by=by)
        errand = _errand(locked, Verb.RETRY, now, by=by)
        lost = Chunk.objects.filter(job=locked).accepting(Event.RESTART)
        is_sequential = locked.strategy == Strategy.SEQUENTIAL
        first = lost.order_by("position").first()
        moved = lost.update(
            **changes(
                Event.RESTART, now, ready_at=None if is_sequential else now,
                reason=Reason.WAITS_FOR_PREVIOUS.value if is_sequential else "", reason_detail="",
                attempts=0, repairs=0, crashes=0, findings=[], draft="", started_at=None, cache_key="",
                errand=errand,
            )
        )
        assert moved, "the job is locked, and something of it was lost"
        journal.write(locked, Event.RESTART, f"retry of {counted(moved, 'missing part')}", by=by)
        if is_sequential and first is not None:
            Chunk.objects.filter(pk=first.pk).update(ready_at=now, reason="")
        may_use = policies.may_use_routes(errand.payer.role)
        if not locked.route.is_enabled or not may_use(locked.route.slug):
            _choose_again(locked, may_use)
        cache_lookup.look_up(locked, now)
        quotas.reserve_errand(errand, missing_units(locked), now)
        derive_together([locked], now, {})
        if locked.is_terminal:
            quotas.settle_errand(errand, now)
        incidents.note_retry(locked, now, by=by)
        queue.ring(moved)
    return locked


def regenerate(
    job: Job, position: int, *, instruction: str, by: "User | None", seen: int | None = None,
) -> Job:
    """Have one done unit written anew.  The old version is kept, and stays if the new one fails.  Whoever asks pays.

    `seen` is about the unit."""
    instruction = cleaned(instruction)
    _check_instruction(instruction)
    with transaction.atomic(durable=True):
        locked = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
        chunk = check_regenerate(locked, position)
        decisions.check(chunk, seen)
        now = clock.now()
        holding.withdraw(locked, now)
        _go_back(locked, by=by)
        errand = _errand(locked, Verb.REGENERATE, now, by=by)
        quotas.reserve_errand(errand, 1, now)
        elsewhere = _allowed_route(locked, chunk, errand)
        put_aside(chunk, instruction=instruction, replaced_by=by)
        Chunk.objects.filter(pk=chunk.pk).update(
            **changes(
                Event.REGENERATE, now, ready_at=now, reason="", reason_detail="", attempts=0, repairs=0,
                crashes=0, second_looks=0, findings=[], draft="", instruction=instruction, started_at=None,
                is_fresh=True, errand=errand, **elsewhere,
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


def check_retry(job: Job) -> None:
    """Raises Refusal if nothing of `job` can be asked again."""
    if job.state in ACTIVE_JOB_STATES:
        raise Refusal(
            RefusalCode.STILL_ACTIVE, f"The job is still {job.state}.", "Wait until it ends, or cancel it first.",
        )
    check_content(job)
    _check_kind(job)
    if not Chunk.objects.filter(job=job).accepting(Event.RESTART).exists():
        raise Refusal(
            RefusalCode.NOTHING_TO_RETRY, "Everything in this job is done.", "To change a unit, have it written anew.",
        )


def has_lost(job: Job) -> bool:
    """Whether `check_retry` has nothing against it, as far as the row of `job` tells."""
    return job.is_terminal and job.unit_done < job.unit_total and job.erased_at is None and job.kind in all_kinds()


def check_regenerate(job: Job, position: int) -> Chunk:
    """The unit at `position`; raises Refusal if it cannot be written anew."""
    check_content(job)
    _check_kind(job)
    chunk = Chunk.objects.filter(job=job, position=position).units().first()
    noun = all_kinds()[job.kind].unit_noun
    if chunk is None:
        raise Refusal(
            RefusalCode.NO_SUCH_UNIT, f"The job has no {noun} {position}.", f"It has 1 to {job.unit_total}.",
        )
    if chunk.state != ChunkState.DONE:
        raise Refusal(
            RefusalCode.UNIT_NOT_DONE, f"{noun.capitalize()} {position} is {chunk.state}, not done.",
            "Wait until it is done, or retry the job if it failed.",
        )
    return chunk


def _errand(job: Job, verb: Verb, now: dt.datetime, *, by: "User | None") -> Errand:
    """What is asked of `job`, which is locked.  If it had ended, it is at work again from now on."""
    quotas.check_pause()
    if job.is_terminal:
        job.earlier_work_ms, job.active_since = round(job.worked(now).total_seconds() * 1_000), now
        Job.objects.filter(pk=job.pk).update(earlier_work_ms=job.earlier_work_ms, active_since=now)
        job.finished_at = None      # should it end at once, that is its end
    return Errand.objects.create(job=job, verb=verb, payer=quotas.payer_of(job, by), asked_at=now)


def _check_kind(job: Job) -> None:
    """No worker of this installation would ever take what a kind that is gone has to write."""
    if job.kind not in all_kinds():
        raise Refusal(
            RefusalCode.UNKNOWN_KIND, f"This installation has no document kind “{job.kind}” any more.",
            "Read what is done, or ask for another kind.",
        )


def _go_back(job: Job, *, by: "User | None") -> None:
    """`job`, which is locked, was accepted while a cheaper route was paused: what is asked from now on goes there."""
    home = job.instead_of
    may_use = policies.may_use_routes(quotas.payer_of(job, by).role)
    if home is None or not home.is_enabled or home.open_until is not None or not may_use(home.slug):
        return
    job.route, job.instead_of = home, None
    job.why_route = "cheapest of the able routes; it was paused when the document was asked for"
    Job.objects.filter(pk=job.pk).update(route=home, instead_of=None, why_route=job.why_route)


def _choose_again(job: Job, may_use: selection.Allowed) -> None:
    """The route of `job`, which is locked, is disabled, or not for whoever pays: what is missing is asked elsewhere."""
    spec = JobSpec.of(job)
    assert spec is not None, "who retries knows the kind"
    chosen = selection.for_job(spec, is_allowed=may_use)
    job.route, job.why_route = chosen.route, chosen.why[:200]
    Job.objects.filter(pk=job.pk).update(route=job.route, why_route=job.why_route)
    Chunk.objects.filter(job=job, state=ChunkState.PENDING.value).update(route=None, why_route="")


def _allowed_route(job: Job, chunk: Chunk, errand: Errand) -> dict[str, Any]:     # Any: column values
    """Where `chunk` is asked, if its own route is not for whoever pays; what else `job` has stays on its route."""
    may_use, own = policies.may_use_routes(errand.payer.role), chunk.route or job.route
    if may_use(own.slug):
        return {}
    spec = JobSpec.of(job)
    assert spec is not None, "who asks again knows the kind"
    chosen = selection.for_job(spec, is_allowed=may_use)
    return {"route": chosen.route, "why_route": chosen.why[:200]}


def _forget_keys_after(job: Job, position: int) -> None:
    """Units after `position` that are under way: what they were sought by is about to change."""
    later = Chunk.objects.filter(job=job, position__gt=position, state__in=OPEN_CHUNK_STATES).exclude(cache_key="")
    single_flight.wake(later.filter(flight=Flight.LEADS).values_list("cache_key", flat=True))
    later.filter(flight=Flight.WAITS).update(reason="", reason_detail="")
    later.update(cache_key="", flight=Flight.NONE)


def _check_instruction(instruction: str) -> None:
    found = forbidden_character(instruction)
    if found is not None or len(instruction) > MAX_INSTRUCTION_CHARACTERS:
        sentence = f"contains the invisible or control character {found}" if found else "is too long"
        raise Refusal(
            RefusalCode.INVALID_INSTRUCTION, "The instruction cannot be used.",
            f"Send at most {MAX_INSTRUCTION_CHARACTERS} visible characters.", [("/instruction", sentence)],
        )
