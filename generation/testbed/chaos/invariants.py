"""I1 to I16: what must hold whatever happened before, each as a function that yields what breaks it.

`at_any_time` holds after every single step, `at_rest` when nothing runs any more.  Both look at rows alone.
`by_the_provider` compares them with the simulator's own log of what it was asked, `by_the_users` with what
people were told: two witnesses that share no code with the ledger."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from pydantic import ValidationError

from generation.core.concurrency import CREEP_S, FEW
from generation.core.outcomes import CallCode
from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import (
    MAX_CRASHES,
    ChunkState,
    Event,
    JobState,
    derive,
)
from generation.core.states import sources as sources_of
from generation.core.states import target as target_of
from generation.kinds import all_kinds
from generation.models import Alert, Attempt, AttemptState, Chunk, Flight, Job, Origin, Strategy, clock
from generation.testbed.chaos import endings
from generation.testbed.chaos.snapshot import Snapshot
from generation.testbed.installation.clients import Observed
from generation.testbed.installation.provider_log import Call, place_of_call

LOST = frozenset({JobState.FAILED, JobState.PARTIAL, JobState.CANCELLED})
GUARDED = frozenset({"requests", "units"})      # never over the limit; dollars may be, by what a call did cost
REQUEST_ID = "req_simulated_"
CLOCKS_S = 0.05
GROWS_WITHIN_S = 2 * CREEP_S      # beside a wall a limit creeps
GROWS_WITH = 10                   # good replies after that: each comes with a report


@dataclass(frozen=True)
class Violation:
    invariant: str
    sentence: str


Check = tuple[str, Callable[[Snapshot], Iterator[str]]]


def at_any_time(snapshot: Snapshot) -> list[Violation]:
    """Also the books: what is moved instead of counted, by the comparisons of `manage.py verify_books`."""
    return [
        *(Violation(one.comparison.promise, f"{one.comparison.name}: {one}") for one in snapshot.differences),
        *_run(ANY_TIME, snapshot),
    ]


def at_rest(snapshot: Snapshot) -> list[Violation]:
    """When everything has ended, all of `at_any_time` and more."""
    return [*at_any_time(snapshot), *_run(AT_REST, snapshot)]


def by_the_provider(snapshot: Snapshot, calls: Sequence[Call]) -> list[Violation]:
    return [
        *(Violation("I2", line) for line in calls_after_done(snapshot, calls)),
        *(Violation("I3", line) for line in calls_without_a_row(snapshot, calls)),
        *(Violation("I3", line) for line in rows_that_differ(snapshot, calls)),
        *(Violation("I15", line) for line in limits_that_stay_down(snapshot, calls)),
    ]


def by_the_users(snapshot: Snapshot, observed: Observed) -> list[Violation]:
    return [
        *(Violation("I1", line) for line in _lost_or_invented(snapshot, observed)),
        *(Violation("I1", f"a request got an answer that nobody should get: {line}") for line in observed.odd),
        *(Violation("I8", line) for line in endings.odd_streams(observed)),
    ]


def _run(checks: Sequence[Check], snapshot: Snapshot) -> list[Violation]:
    return [Violation(code, sentence) for code, check in checks for sentence in check(snapshot)]


# --- I1: no accepted job is lost ------------------------------------------------------------------


def active_jobs_can_move(snapshot: Snapshot) -> Iterator[str]:
    for job in snapshot.jobs:
        can = any(
            chunk.state == ChunkState.RUNNING or (chunk.state == ChunkState.PENDING and chunk.ready_at is not None)
            for chunk in snapshot.chunks_of.get(job.pk, [])
        )
        if not job.is_terminal and not can:
            yield f"job {job.pk} is {job.state}, and nothing of it runs or is due"


def units_are_all_there(snapshot: Snapshot) -> Iterator[str]:
    for job in snapshot.jobs:
        chunks = snapshot.chunks_of.get(job.pk, [])
        positions = [chunk.position for chunk in chunks]
        is_planned = bool(chunks) and chunks[0].state == ChunkState.DONE
        if positions != (list(range(job.unit_total + 1)) if is_planned else [0]):
            yield f"job {job.pk} has the parts {positions} of {job.unit_total}"


def everything_has_ended(snapshot: Snapshot) -> Iterator[str]:
    for job in snapshot.jobs:
        if not job.is_terminal:
            yield f"job {job.pk} is still {job.state}"


def _lost_or_invented(snapshot: Snapshot, observed: Observed) -> Iterator[str]:
    known = {str(job.public_id) for job in snapshot.jobs}
    for key, ids in observed.accepted.items():
        if len(ids) > 1:
            yield f"one Idempotency-Key, {key}, has made {len(ids)} jobs"
        for job in ids - known:
            yield f"job {job} was accepted and is not there"
    for key, sentence in observed.refused.items():
        if key in observed.accepted:
            yield f"the wish {key} was refused ({sentence}) and accepted"
    for job in known - observed.jobs:
        yield f"job {job} is there, and nobody was told that it was accepted"


def nobody_waits_for_nothing(snapshot: Snapshot) -> Iterator[str]:
    """Whoever waits for a twin has one that is asked, or is about to look again."""
    led = {chunk.cache_key for chunk in snapshot.chunks if chunk.flight == Flight.LEADS}
    now = clock.now()
    for chunk in snapshot.chunks:
        is_due = chunk.ready_at is not None and chunk.ready_at <= now
        if chunk.flight == Flight.WAITS and chunk.cache_key not in led and not is_due:
            yield f"chunk {chunk.pk} waits for a twin that nobody asks for"


# --- I2: what is done is never paid for again -----------------------------------------------------


def no_claim_after_done(snapshot: Snapshot) -> Iterator[str]:
    for chunk in snapshot.chunks:
        if chunk.state == ChunkState.DONE and chunk.finished_at is not None:
            for attempt in snapshot.attempts_of.get(chunk.pk, []):
                if attempt.origin == Origin.PROVIDER and attempt.started_at > chunk.finished_at:
                    yield f"chunk {chunk.pk} was claimed again (fence {attempt.fence}) after it was done"


def calls_after_done(snapshot: Snapshot, calls: Sequence[Call]) -> Iterator[str]:
    """By the provider's clock, which is this machine's."""
    for call in calls:
        chunk = snapshot.chunk_at.get(place_of_call(call))
        if chunk is None or chunk.state != ChunkState.DONE or chunk.finished_at is None:
            continue
        late_s = call["started_at"] - chunk.finished_at.timestamp()
        if late_s > CLOCKS_S:
            yield f"call {call['seq']} for chunk {chunk.pk} began {late_s:.2f} s after the chunk was done"


# --- I3: the ledger has every call, and its amounts -----------------------------------------------


def no_attempt_stays_open(snapshot: Snapshot) -> Iterator[str]:
    for attempt in snapshot.attempts:
        if attempt.state == AttemptState.ASKING:
            yield f"call {attempt.pk} of chunk {attempt.chunk_id} is still open"
        if not attempt.is_booked and attempt.cost_usd_micros and attempt.origin == Origin.PROVIDER:
            yield f"call {attempt.pk} cost {attempt.cost_usd_micros} micro-dollars that are in no sum"


def calls_without_a_row(snapshot: Snapshot, calls: Sequence[Call]) -> Iterator[str]:
    """Each call has a row of its own that was there before it: by the request id where the provider's answer
    reached us, otherwise the newest row of its chunk that was not younger than the call."""
    named = {attempt.request_id: attempt for attempt in snapshot.attempts if attempt.request_id}
    free: dict[int, list[Attempt]] = {
        chunk.pk: [attempt for attempt in snapshot.attempts_of.get(chunk.pk, []) if not attempt.request_id]
        for chunk in snapshot.chunks
    }
    for call in sorted(calls, key=lambda call: call["started_at"]):
        place = place_of_call(call)
        chunk = snapshot.chunk_at.get(place)
        attempt = named.get(f"{REQUEST_ID}{call['seq']}")
        if chunk is None:
            yield f"call {call['seq']} was for {place}, which is no chunk of ours"
        elif attempt is not None:
            if attempt.chunk_id != chunk.pk:
                yield f"call {call['seq']} for chunk {chunk.pk} stands in the ledger of chunk {attempt.chunk_id}"
            elif attempt.started_at.timestamp() > call["started_at"] + CLOCKS_S:
                yield f"call {call['seq']} began before its row {attempt.pk} was written"
        else:
            mine = [one for one in free[chunk.pk] if one.started_at.timestamp() <= call["started_at"] + CLOCKS_S]
            if mine:
                free[chunk.pk].remove(mine[-1])
            else:
                yield f"call {call['seq']} ({call['outcome']}) for chunk {chunk.pk} has no row in the ledger"


def rows_that_differ(snapshot: Snapshot, calls: Sequence[Call]) -> Iterator[str]:
    """A row that names a call says what the provider says of it."""
    by_id = {f"{REQUEST_ID}{call['seq']}": call for call in calls}
    for attempt in snapshot.attempts:
        if not attempt.request_id:
            continue
        call = by_id.get(attempt.request_id)
        if call is None:
            yield f"row {attempt.pk} names {attempt.request_id}, of which the provider knows nothing"
        elif attempt.code == CallCode.OK or attempt.output_tokens:
            said = (call["input_tokens"], call["cached_input_tokens"], call["output_tokens"])
            ours = (attempt.input_tokens, attempt.cached_input_tokens, attempt.output_tokens)
            if said != ours:
                yield f"row {attempt.pk} says {ours} tokens, the provider says {said}"


# --- I4: quotas are exact -------------------------------------------------------------------------


def nothing_stays_reserved(snapshot: Snapshot) -> Iterator[str]:
    for usage in snapshot.usage:
        if usage.reserved:
            yield f"{usage} of user {usage.user_id} still has {usage.reserved} reserved"


def no_limit_is_passed(snapshot: Snapshot) -> Iterator[str]:
    """For limits without burst, as chaos sets them."""
    for usage in snapshot.usage:
        if usage.metric in GUARDED and usage.taken > usage.limit:
            yield f"{usage} of user {usage.user_id} has {usage.taken} of {usage.limit} taken"


# --- I5: every loss explains itself ---------------------------------------------------------------


def every_loss_explains_itself(snapshot: Snapshot) -> Iterator[str]:
    rows: list[Job | Chunk] = [*snapshot.jobs, *snapshot.chunks]
    for row in rows:
        is_lost = row.state in LOST if isinstance(row, Job) else row.state in {ChunkState.FAILED, ChunkState.CANCELLED}
        name = f"{'job' if isinstance(row, Job) else 'chunk'} {row.pk}"
        if is_lost and not row.reason:
            yield f"{name} is {row.state} without a reason"
        if row.reason:
            words = EXPLANATIONS[Reason(row.reason)]
            if not (words.sentence and words.next_step):
                yield f"{name} is {row.state} because of {row.reason}, which explains nothing"


# --- I6: only legal transitions -------------------------------------------------------------------


def jobs_are_what_their_chunks_make_them(snapshot: Snapshot) -> Iterator[str]:
    for job in snapshot.jobs:
        chunks = snapshot.chunks_of.get(job.pk, [])
        if not chunks:
            continue      # I1 says so
        units = Counter(ChunkState(unit.state) for unit in snapshot.units_of(job))
        expected = derive(ChunkState(chunks[0].state), chunks[0].attempts, units)
        # A claim shows itself on the job when the job is free; planning may lag behind for an instant.
        lagging = {JobState.QUEUED, JobState.PLANNING}
        is_readable = expected in {JobState.COMPLETED, JobState.PARTIAL}
        if is_readable and (job.state == JobState.IN_REVIEW or job.reason == Reason.REVIEW_REJECTED):
            continue      # I16 looks at these
        if job.state != expected and not {JobState(job.state), expected} <= lagging:
            yield f"job {job.pk} is {job.state}; its parts make it {expected}"


def log_tells_of_legal_moves_only(snapshot: Snapshot) -> Iterator[str]:
    """Each chunk's lines, replayed through the table of transitions.  A claim writes no line, so what is pending
    may have been running."""
    moves = {event.value: event for event in Event}
    for job in snapshot.jobs:
        states: dict[int, ChunkState] = {}
        written_anew: set[int] = set()
        for line in snapshot.log_of.get(job.pk, []):
            event = moves.get(line.code)
            if event in {Event.CANCEL, Event.RESTART}:
                for chunk_id, state in states.items():
                    if state in sources_of(event):      # what has an old version goes back to it
                        states[chunk_id] = target_of(Event.KEEP if chunk_id in written_anew else event)
            elif event is not None and line.chunk_id is not None:
                before = states.get(line.chunk_id, ChunkState.PENDING)
                may_be = {before} | ({ChunkState.RUNNING} if before is ChunkState.PENDING else set())
                if line.chunk_id not in states and job.strategy == Strategy.SINGLE:
                    may_be.add(ChunkState.DONE)      # it came with the whole document, in one line
                if not may_be & sources_of(event):
                    yield f"chunk {line.chunk_id} was {before} when the log says {event.value} (line {line.pk})"
                states[line.chunk_id] = target_of(event)
                written_anew |= {line.chunk_id} if event is Event.REGENERATE else set()


# --- I7: the document is whole --------------------------------------------------------------------


def documents_are_whole(snapshot: Snapshot) -> Iterator[str]:
    """Every part that is done is one of its kind and revision, and together they make a document."""
    for job in snapshot.jobs:
        kind = all_kinds().get(job.kind)
        if kind is None or job.kind_revision != kind.revision:
            yield f"job {job.pk} is of {job.kind}, revision {job.kind_revision}, which nobody here knows"
            continue
        done = {chunk.position: chunk for chunk in snapshot.chunks_of.get(job.pk, []) if chunk.state == ChunkState.DONE}
        try:
            for position, chunk in done.items():
                (kind.unit if position else kind.plan)(chunk.content or {})
            if 0 in done:
                units = {position: chunk.content or {} for position, chunk in done.items() if position}
                kind.assemble(job.brief, done[0].content or {}, units)
        except (ValidationError, AssertionError, KeyError, TypeError) as error:
            yield f"job {job.pk} cannot be read: {type(error).__name__}: {str(error)[:200]}"


# --- I9, I10: fences and attempts -----------------------------------------------------------------


def only_the_newest_fence_finished(snapshot: Snapshot) -> Iterator[str]:
    for chunk in snapshot.chunks:
        attempts = snapshot.attempts_of.get(chunk.pk, [])
        is_kept = chunk.reason == Reason.OLD_VERSION_KEPT or bool(snapshot.versions_of.get(chunk.pk))
        if chunk.state == ChunkState.DONE and chunk.fence and not is_kept and not chunk.from_cache:
            newest = [attempt for attempt in attempts if attempt.fence == chunk.fence]
            if not newest or newest[0].state != AttemptState.SETTLED:
                yield f"chunk {chunk.pk} is done, but the call of its fence {chunk.fence} was not settled"


def attempts_are_bounded(snapshot: Snapshot) -> Iterator[str]:
    """Claims that were not given back, for each time the chunk was begun."""
    most = settings.MAX_ATTEMPTS + MAX_CRASHES
    for chunk in snapshot.chunks:
        lines = snapshot.log_of.get(chunk.job_id, [])
        released = sum(line.code == Event.RELEASE and line.chunk_id == chunk.pk for line in lines)
        again = sum(
            line.code in {Event.RESTART, "split_up"} or (line.code == Event.REGENERATE and line.chunk_id == chunk.pk)
            for line in lines
        )
        counted = len(snapshot.attempts_of.get(chunk.pk, [])) - released
        if lines and counted > most * (1 + again):
            yield f"chunk {chunk.pk} was tried {counted} times, {most} are allowed"
        if chunk.attempts > most or chunk.crashes > MAX_CRASHES:
            yield f"chunk {chunk.pk} counts {chunk.attempts} attempts and {chunk.crashes} crashes"


# --- I13: one alert for one incident --------------------------------------------------------------


def alerts_of_one_thing_follow_each_other(snapshot: Snapshot) -> Iterator[str]:
    """The next opens only after the one before it was resolved."""
    last: dict[tuple[int, str], Alert] = {}
    for alert in snapshot.alerts:
        before = last.get((alert.rule_id, alert.key))
        if before is not None and (before.resolved_at is None or before.resolved_at > alert.first_seen_at):
            yield f"alert {alert.pk} was opened while alert {before.pk}, of the same rule and key, was not resolved"
        last[alert.rule_id, alert.key] = alert


# --- I15: limits on calls at once -----------------------------------------------------------------


def limits_that_stay_down(snapshot: Snapshot, calls: Sequence[Call]) -> Iterator[str]:
    """So few calls at once that they trouble nobody, and no step up although good replies came one after another."""
    for route in snapshot.routes:
        limit = route.limit
        if limit.calls is None or limit.calls >= FEW or not limit.evidence.is_needed:
            continue
        good = [
            call for call in calls if call["model"] == route.model and call["outcome"] == "ok"
            and call["started_at"] > limit.moved_at_s + GROWS_WITHIN_S
        ]
        if len(good) >= GROWS_WITH:
            yield f"{route} takes {limit.calls} calls at once, and {len(good)} good replies did not change that"


ANY_TIME: tuple[Check, ...] = (
    ("I1", active_jobs_can_move), ("I1", units_are_all_there), ("I1", nobody_waits_for_nothing),
    ("I2", no_claim_after_done),
    ("I5", every_loss_explains_itself),
    ("I6", jobs_are_what_their_chunks_make_them), ("I6", log_tells_of_legal_moves_only),
    ("I16", endings.reviews_are_open_while_jobs_wait),
    ("I8", endings.every_end_is_told_once), ("I9", only_the_newest_fence_finished), ("I10", attempts_are_bounded),
)
AT_REST: tuple[Check, ...] = (
    ("I1", everything_has_ended), ("I3", no_attempt_stays_open), ("I4", nothing_stays_reserved),
    ("I4", no_limit_is_passed), ("I7", documents_are_whole), ("I13", alerts_of_one_thing_follow_each_other),
)
