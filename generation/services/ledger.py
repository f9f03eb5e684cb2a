"""What calls cost, recorded exactly once, when it becomes known: on the attempt and on the job's sums.

A reply is booked when it is stored, a failed call when it is settled, whoever's chunk it is by then."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from generation.core.findings import Finding
from generation.core.outcomes import Answer, CallCode, Failure, Reply
from generation.core.pricing import cost_usd_micros
from generation.models import Attempt, AttemptState, Job, Origin
from generation.services.claiming import Claim

TOO_LATE = "came too late: the chunk was no longer this worker's"
_AMOUNTS = ("input_tokens", "cached_input_tokens", "output_tokens", "cost_usd_micros")


def store_reply(claim: Claim, reply: Reply, request_fingerprint: str) -> None:
    """Keep what was paid for, before anything is validated: from here on it is never paid for again.

    Also when the claim is stale by now: the chunk's next claim then uses it."""
    columns = _columns(claim, reply)
    with transaction.atomic(durable=True):
        _add_to_job(claim.job_id, columns)      # first, because everybody locks the job before the attempt
        is_new = _unbooked(claim).update(
            state=AttemptState.REPLIED, code=CallCode.OK.value, reply=reply.text, replied_at=Now(),
            origin=Origin.PROVIDER, settled_at=None, request_fingerprint=request_fingerprint, message="", **columns,
        )
        if not is_new:
            transaction.set_rollback(True)      # stored before: this is a repetition after a lost connection


def cost_of(claim: Claim, answer: Answer | None) -> int:
    """What the call behind `answer` cost, in micro-dollars; None stands for the stored reply."""
    if answer is not None:
        return cost_usd_micros(answer.usage, claim.prices)
    assert claim.stored_reply is not None, "only a stored reply comes without a call"
    return claim.stored_reply.cost_usd_micros


def close(
    claim: Claim, answer: Answer | None, code: CallCode, now: dt.datetime, *, request_fingerprint: str,
    findings: tuple[Finding, ...], is_ours: bool,
) -> None:
    """Close the claim's attempt, whose job is locked, and those that it made superfluous."""
    closing: dict[str, Any] = {
        "state": AttemptState.SETTLED, "code": code.value, "settled_at": now,
        "findings": [finding.as_json() for finding in findings],
        **({} if is_ours else {"message": TOO_LATE}),
    }
    if isinstance(answer, Failure):
        columns = _columns(claim, answer)
        is_new = _unbooked(claim).update(
            **{"message": answer.message, "request_fingerprint": request_fingerprint,
               "origin": Origin.PROVIDER, **closing, **columns}
        )
        if is_new:
            _add_to_job(claim.job_id, columns)
    elif answer is None:
        assert claim.stored_reply is not None, "only a stored reply comes without a call"
        # The bill is on the attempt that asked; this one used its reply.
        Attempt.objects.filter(pk__in=[claim.stored_reply.attempt_id, claim.attempt_id]).update(**closing)
    else:
        Attempt.objects.filter(pk=claim.attempt_id).update(**closing)
    if claim.fence > 1:
        _close_superseded(claim, now)


def _unbooked(claim: Claim) -> Any:     # Any: a queryset of attempts
    """The claim's attempt, as long as its call has not been booked."""
    return Attempt.objects.filter(pk=claim.attempt_id, state__in=[AttemptState.ASKING, AttemptState.LOST])


def _columns(claim: Claim, answer: Answer) -> dict[str, Any]:     # Any: column values
    usage, receipt = answer.usage, answer.receipt
    return {
        "input_tokens": usage.input_tokens, "cached_input_tokens": usage.cached_input_tokens,
        "output_tokens": usage.output_tokens, "reasoning_tokens": usage.reasoning_tokens,
        "is_estimated": usage.is_estimated, "cost_usd_micros": cost_usd_micros(usage, claim.prices),
        "model": receipt.model or claim.model, "request_id": receipt.request_id[:120],
        "http_status": receipt.http_status, "is_simulated": receipt.is_simulated,
    }


def _add_to_job(job_id: int, columns: dict[str, Any]) -> None:     # Any: column values
    sums: dict[str, Any] = {name: F(name) + columns[name] for name in _AMOUNTS if columns[name]}
    if columns["is_simulated"]:
        sums["is_simulated"] = True
    Job.objects.filter(pk=job_id).update(calls=F("calls") + 1, **sums)


def _close_superseded(claim: Claim, now: dt.datetime) -> None:
    """Replies of earlier claims that nobody will use: the request has changed, or a newer reply came first."""
    Attempt.objects.filter(chunk_id=claim.chunk_id, fence__lt=claim.fence, state=AttemptState.REPLIED).update(
        state=AttemptState.SETTLED, settled_at=now, message="not used: another reply came first"
    )
