"""What calls cost: on the attempt as soon as it is known, and exactly once in the job's sums.

`is_booked` says whether an attempt's amounts are in the sums.  They get there in the transaction that
closes the attempt, whoever's chunk it is by then."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet

from generation.core.findings import Finding
from generation.core.outcomes import Answer, CallCode, Failure, Reply
from generation.core.pricing import cost_usd_micros
from generation.models import Attempt, AttemptState, Job, Origin
from generation.models.bulk import RowsUpdate
from generation.services.chunks.claim import Claim

MOST_TOKENS = 2**31 - 1      # what the columns hold; nobody's count is that large in earnest
TOO_LATE = "came too late: the chunk was no longer this worker's"
AMOUNTS = ("input_tokens", "cached_input_tokens", "output_tokens", "cost_usd_micros")
TOLD = (      # of a call by its answer
    "input_tokens", "cached_input_tokens", "output_tokens", "reasoning_tokens", "is_estimated", "cost_usd_micros",
    "model", "request_id", "http_status", "is_simulated",
)
# As long as nothing was recorded of the call.
_keep_replies = RowsUpdate(
    Attempt, ("reply", "request_fingerprint", *TOLD), only="t.state IN ('asking', 'lost')", also=(
        "state = 'replied'", "code = 'ok'", "origin = 'provider'", "message = ''", "settled_at = NULL",
        "is_counted = FALSE", "replied_at = {now}",
    ))
_close_all = RowsUpdate(
    Attempt, ("findings", "settled_at"), only="NOT t.is_booked",
    also=("state = 'settled'", "code = 'ok'", "is_booked = TRUE"))


@dataclass
class Bill:
    """What a transaction adds to its job's sums."""

    calls: int = 0
    amounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(AMOUNTS, 0))
    is_simulated: bool = False

    def add(self, columns: dict[str, Any]) -> None:     # Any: an attempt's column values
        self.calls += 1
        for name in AMOUNTS:
            self.amounts[name] += columns[name]
        self.is_simulated = self.is_simulated or columns["is_simulated"]

    def book(self, attempts: "QuerySet[Attempt]") -> None:
        """Add those of `attempts` whose amounts are known and in no sum yet.  The job is locked."""
        rows = list(attempts.filter(is_booked=False).values("pk", "is_simulated", *AMOUNTS))
        if rows:
            Attempt.objects.filter(pk__in=[row["pk"] for row in rows]).update(is_booked=True)
            for row in rows:
                self.add(row)

    @property
    def columns(self) -> dict[str, Any]:     # Any: column values of a job
        if not self.calls:
            return {}
        sums: dict[str, Any] = {name: F(name) + amount for name, amount in self.amounts.items() if amount}
        if self.is_simulated:
            sums["is_simulated"] = True
        return {"calls": F("calls") + self.calls, **sums}


class ReplyRow(NamedTuple):
    """A reply as it is stored, all of it JSON; `job_key` is the public id of its job."""

    job_key: str
    attempt_id: int
    columns: Sequence[Any]      # Any: column values


def reply_row(claim: Claim, reply: Reply, request_fingerprint: str) -> ReplyRow:
    return ReplyRow(claim.job_key, claim.attempt_id, (reply.text, request_fingerprint, *_values(claim, reply)))


def store_replies(*replies: ReplyRow) -> None:
    """Keep what was paid for, before anything is validated: from here on it is never paid for again.

    All in one statement.  Also when a claim is stale by now: the chunk's next claim then uses the reply."""
    _keep_replies([(row.attempt_id, *row.columns) for row in replies])


def store_left_behind(worker: str, replies: Sequence[ReplyRow]) -> None:
    """`store_replies` of `worker`, which is dead: by now a backup may have been restored, or a person erased."""
    calls = Attempt.objects.filter(pk__in=[row.attempt_id for row in replies], worker=worker)
    jobs = {pk: rest for pk, *rest in calls.values_list("pk", "job__public_id", "job__erased_at")}
    known = []
    for row in replies:
        key, erased_at = jobs.get(row.attempt_id, (None, None))
        if str(key) == row.job_key:
            known.append(row if erased_at is None else row._replace(columns=("", *row.columns[1:])))
    store_replies(*known)


def cost_of(claim: Claim, answer: Answer | None) -> int:
    """What the call behind `answer` cost, in micro-dollars; None stands for the stored reply."""
    if answer is not None:
        return cost_usd_micros(answer.usage, claim.prices)
    assert claim.stored_reply is not None, "only a stored reply comes without a call"
    return claim.stored_reply.cost_usd_micros


def is_simulated(claim: Claim, answer: Answer | None) -> bool:
    """Whether the simulator wrote `answer`; None stands for the stored reply."""
    if answer is not None:
        return answer.receipt.is_simulated
    assert claim.stored_reply is not None, "only a stored reply comes without a call"
    return Attempt.objects.values_list("is_simulated", flat=True).get(pk=claim.stored_reply.attempt_id)


def close(
    claim: Claim, answer: Answer | None, code: CallCode, now: dt.datetime, bill: Bill, *,
    request_fingerprint: str, findings: tuple[Finding, ...], is_ours: bool,
) -> None:
    """Close the claim's attempt, whose job is locked, and those that it made superfluous."""
    mine = Attempt.objects.filter(pk=claim.attempt_id)
    closing: dict[str, Any] = {
        "state": AttemptState.SETTLED, "code": code.value, "settled_at": now,
        "findings": [finding.as_json() for finding in findings],
        **({} if is_ours else {"message": TOO_LATE}),
    }
    match answer:
        case Failure():
            columns = _columns(claim, answer)
            said = {"message": answer.message, "reply": answer.text, "request_fingerprint": request_fingerprint,
                    "origin": Origin.PROVIDER, "is_counted": False}
            if _unheard(claim).update(**{**said, **closing, **columns}, is_booked=True):
                bill.add(columns)
        case Reply():
            if mine.filter(is_booked=False).update(**closing, is_booked=True):
                bill.add(_columns(claim, answer))
            else:
                mine.exclude(state=AttemptState.SETTLED).update(**closing)      # settled before: it stays as it is told
        case None:
            assert claim.stored_reply is not None, "only a stored reply comes without a call"
            # The bill is on the attempt that asked; this one used its reply.
            source = Attempt.objects.filter(pk=claim.stored_reply.attempt_id)
            bill.book(source)
            for attempt in (source, mine):
                attempt.exclude(state=AttemptState.SETTLED).update(**closing)
    if claim.fence > 1:
        _close_superseded(claim, now, bill)


def close_together(
    replies: Iterable[tuple[Claim, Reply, tuple[Finding, ...], Bill]], now: dt.datetime
) -> None:
    """`close` for claims that ended with a valid reply, each with its job's bill: those of the usual kind in one
    statement."""
    usual = {claim.attempt_id: (claim, reply, findings, bill) for claim, reply, findings, bill in replies}
    closed = {attempt_id for attempt_id, in _close_all([
        (attempt_id, [finding.as_json() for finding in findings], now)
        for attempt_id, (_claim, _reply, findings, _bill) in usual.items()
    ])}
    for attempt_id, (claim, reply, findings, bill) in usual.items():
        if attempt_id not in closed:
            close(claim, reply, CallCode.OK, now, bill, request_fingerprint="", findings=findings, is_ours=True)
            continue
        bill.add(_columns(claim, reply))
        if claim.fence > 1:
            _close_superseded(claim, now, bill)


def keep_for_the_next(claim: Claim, now: dt.datetime, bill: Bill) -> None:
    """A late reply to a chunk that is still open: booked, and left for whoever claims the chunk next."""
    mine = Attempt.objects.filter(pk=claim.attempt_id)
    if claim.stored_reply is None:
        bill.book(mine.filter(state=AttemptState.REPLIED))
        return
    bill.book(Attempt.objects.filter(pk=claim.stored_reply.attempt_id, state=AttemptState.REPLIED))
    mine.filter(state=AttemptState.ASKING).update(
        state=AttemptState.SETTLED, code=CallCode.OK.value, settled_at=now, message=TOO_LATE)


def close_unused(chunk_id: int, now: dt.datetime) -> Bill:
    """Close the stored replies of a chunk that the cache has served; what they add to the sums of its job, which
    is locked."""
    bill = Bill()
    unused = Attempt.objects.filter(chunk=chunk_id, state=AttemptState.REPLIED)
    bill.book(unused)
    unused.update(state=AttemptState.SETTLED, settled_at=now, message="not used: the cache had it first")
    return bill


def book_forgotten(job_id: int, attempt_id: int) -> None:
    """Book a stored reply whose worker died, and whose chunk nobody claims any more."""
    with transaction.atomic(durable=True):
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        bill = Bill()
        bill.book(Attempt.objects.filter(pk=attempt_id, state=AttemptState.REPLIED))
        if bill.columns:
            Job.objects.filter(pk=job.pk).update(**bill.columns)


def _unheard(claim: Claim) -> "QuerySet[Attempt]":
    """The claim's attempt, as long as nothing was recorded of its call."""
    return Attempt.objects.filter(pk=claim.attempt_id, state__in=[AttemptState.ASKING, AttemptState.LOST])


def _columns(claim: Claim, answer: Answer) -> dict[str, Any]:     # Any: column values
    return dict(zip(TOLD, _values(claim, answer), strict=True))


def _values(claim: Claim, answer: Answer) -> tuple[Any, ...]:     # Any: of the columns TOLD
    usage, receipt = answer.usage, answer.receipt
    return (
        min(usage.input_tokens, MOST_TOKENS), min(usage.cached_input_tokens, MOST_TOKENS),
        min(usage.output_tokens, MOST_TOKENS), min(usage.reasoning_tokens, MOST_TOKENS),
        usage.is_estimated, cost_usd_micros(usage, claim.prices),
        (receipt.model or claim.model)[:120], receipt.request_id[:120], receipt.http_status, receipt.is_simulated,
    )


def _close_superseded(claim: Claim, now: dt.datetime, bill: Bill) -> None:
    """Replies of earlier claims that nobody will use: the request has changed, or a newer reply came first."""
    superseded = Attempt.objects.filter(
        chunk_id=claim.chunk_id, fence__lt=claim.fence, state=AttemptState.REPLIED
    )
    bill.book(superseded)
    superseded.update(state=AttemptState.SETTLED, settled_at=now, message="not used: another reply came first")
