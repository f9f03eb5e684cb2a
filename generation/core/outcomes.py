"""What a provider call can end in, and what to do about it.

Both are values: `Answer` is what came back, `Outcome` what becomes of the chunk.  `decide` turns a
failed answer into an outcome; a reply that arrived is judged by the kind's checks instead."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from generation.core.backoff import full_jitter
from generation.core.dialects import NOTHING_LEARNED, Learned
from generation.core.findings import Finding
from generation.core.reasons import Reason


class CallCode(StrEnum):
    """How one call ended, as the ledger records it."""

    OK = "ok"
    INVALID = "invalid"                 # a reply came, and broke the schema or a rule
    TRUNCATED = "truncated"
    TOO_LONG = "too_long"               # the request does not fit into the model's context
    REFUSED = "refused"
    FILTERED = "filtered"
    UNUSABLE = "unusable"               # a completion came, was billed, and holds no document
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    QUOTA_SPENT = "quota_spent"         # of a day or longer
    OUT_OF_CREDIT = "out_of_credit"
    AUTH = "auth"
    KEY_UNBOUND = "key_unbound"         # ours: the key is not here, or may not go to the route's address
    ADDRESS_REFUSED = "address_refused"      # ours: nothing is sent where the address leads
    NO_ACCESS = "no_access"             # the key is good, and not for this model or country
    BLOCKED = "blocked"                 # a page of a firewall came instead of an answer
    UNKNOWN_MODEL = "unknown_model"
    WRONG_ADDRESS = "wrong_address"
    FIELD_REFUSED = "field_refused"     # the server does not know a field of the request
    CAP_REFUSED = "cap_refused"         # the model cannot write as much as was allowed
    BAD_REQUEST = "bad_request"
    SERVER_ERROR = "server_error"
    CONNECTION = "connection"
    MALFORMED = "malformed"
    ABANDONED = "abandoned"             # we stopped listening: cancelled, drained or fenced off
    LOST = "lost"                       # the worker died; nobody knows whether it was answered
    INTERNAL = "internal"               # our own code failed


@dataclass(frozen=True)
class TokenUsage:
    """Tokens of one call.  `cached_input_tokens` are part of `input_tokens`."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    is_estimated: bool = False


@dataclass(frozen=True)
class Receipt:
    """What is known about a call besides its text: for the ledger, whatever the outcome."""

    model: str = ""
    request_id: str = ""
    http_status: int | None = None
    is_simulated: bool = False
    rate_limits: dict[str, str] = field(default_factory=dict)   # the x-ratelimit-* headers, lower case
    processing_s: float | None = None     # how long the provider says that it took: openai-processing-ms


@dataclass(frozen=True)
class Reply:
    """A completion that is whole.  `text` is what the model wrote, unparsed."""

    text: str
    usage: TokenUsage
    receipt: Receipt = Receipt()


@dataclass(frozen=True)
class Failure:
    """A call without a usable completion.  `usage` is what was paid all the same, if known; `text` what the model
    wrote before it was cut or stopped; `lesson` what the answer taught about its server."""

    code: CallCode
    message: str
    retry_after_s: float | None = None
    usage: TokenUsage = TokenUsage()
    receipt: Receipt = Receipt()
    text: str = ""
    lesson: Learned = NOTHING_LEARNED


Answer = Reply | Failure
OnProgress = Callable[[int], None]      # about how many tokens a call has brought so far


def unheard(tokens: int) -> None:
    """For callers that do not want to know of progress."""


@dataclass(frozen=True)
class Done:
    """The unit is valid: `content` is its JSON object, `headline` a few words for the log."""

    content: dict[str, Any]
    headline: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class DoneWhole:
    """One call wrote the whole document.  `units[n]` is unit n + 1's content and headline, or the
    findings because of which it is asked again by itself."""

    plan: dict[str, Any]
    headline: str
    units: tuple["Done | Repair", ...]


@dataclass(frozen=True)
class Repair:
    """Ask again, showing the findings and the rejected `draft`."""

    findings: tuple[Finding, ...]
    draft: str = ""


@dataclass(frozen=True)
class Retry:
    after: dt.timedelta
    reason: Reason


@dataclass(frozen=True)
class Snooze:
    """Wait without spending the attempt."""

    after: dt.timedelta
    reason: Reason


@dataclass(frozen=True)
class GiveUp:
    """It ends without content.  `draft` is the rejected reply, for a stronger route if there is one."""

    reason: Reason
    message: str
    findings: tuple[Finding, ...] = ()
    draft: str = ""


@dataclass(frozen=True)
class SplitUp:
    """One call for everything did not work out: make the plan, then each unit by itself."""

    message: str


Outcome = Done | DoneWhole | Repair | Retry | Snooze | GiveUp | SplitUp


@dataclass(frozen=True)
class RetryPolicy:
    """How patient the engine is."""

    max_attempts: int = 5
    max_repairs: int = 2
    backoff_base: dt.timedelta = dt.timedelta(seconds=2)
    backoff_cap: dt.timedelta = dt.timedelta(seconds=60)
    longest_snooze: dt.timedelta = dt.timedelta(minutes=15)
    # A chunk whose request itself brings the provider down looks like an outage as long as it is alone.  So
    # many calls, a probe every five minutes in the end, are five hours: then it ends and says so.
    max_claims: int = 60


# Failures of one call that another call may heal, with the reason if they never do.
RETRYABLE = {
    CallCode.TIMEOUT: Reason.TIMEOUT,
    CallCode.SERVER_ERROR: Reason.PROVIDER_ERROR,
    CallCode.CONNECTION: Reason.CONNECTION,
    CallCode.MALFORMED: Reason.MALFORMED_REPLY,
    CallCode.UNUSABLE: Reason.UNUSABLE_REPLY,
    CallCode.BLOCKED: Reason.BLOCKED,
    CallCode.TRUNCATED: Reason.TRUNCATED,
}
# Failures that the same request would meet again.
FINAL = {
    CallCode.REFUSED: Reason.REFUSED,
    CallCode.TOO_LONG: Reason.TOO_LONG,
    CallCode.FILTERED: Reason.CONTENT_FILTERED,
    CallCode.BAD_REQUEST: Reason.BAD_REQUEST,
    CallCode.FIELD_REFUSED: Reason.BAD_REQUEST,
    CallCode.CAP_REFUSED: Reason.BAD_REQUEST,
    CallCode.NO_ACCESS: Reason.NO_ACCESS,
    CallCode.UNKNOWN_MODEL: Reason.UNKNOWN_MODEL,
    CallCode.WRONG_ADDRESS: Reason.WRONG_ADDRESS,
    CallCode.INTERNAL: Reason.INTERNAL,
}
# Failures of the provider or the account: no chunk can help it, so none pays with an attempt.
PROVIDER_WIDE = {
    CallCode.OUT_OF_CREDIT: Reason.OUT_OF_CREDIT,
    CallCode.AUTH: Reason.AUTH,
    CallCode.KEY_UNBOUND: Reason.KEY_UNBOUND,
    CallCode.ADDRESS_REFUSED: Reason.ADDRESS_REFUSED,
    CallCode.QUOTA_SPENT: Reason.QUOTA_SPENT,
}
# What a request itself brought upon it: it says nothing about how the provider is.
OF_THE_REQUEST = frozenset({
    CallCode.TOO_LONG, CallCode.FIELD_REFUSED, CallCode.CAP_REFUSED, CallCode.BAD_REQUEST, CallCode.BLOCKED,
    CallCode.NO_ACCESS, CallCode.UNKNOWN_MODEL, CallCode.WRONG_ADDRESS,
})
# What says nothing about the provider: our own doing.
OURS = frozenset({CallCode.ABANDONED, CallCode.INTERNAL})
# What counts against the health of a route.  A time-out does not: a busy server with few slots is none that is down,
# and whether one was a time-out too many is for people to say, who know the deadline.
UNHEALTHY = frozenset({CallCode.SERVER_ERROR, CallCode.CONNECTION, CallCode.MALFORMED})


def decide(
    failure: Failure, *, attempts: int, policy: RetryPolicy, jitter: float, had_largest_cap: bool = False,
    is_outage: bool = False, claims: int = 0, is_alone: bool = False, is_news: bool = False,
) -> Retry | Snooze | GiveUp:
    """What becomes of a chunk whose `attempts`-th call, and `claims`-th claim, failed.  `jitter` is in [0, 1).

    A truncated call is worth another only while a larger output cap is left to try.  `is_outage` says that
    the route's breaker is open: the failure is the provider's, and the chunk does not pay for it, unless it has
    been claimed too often already.  `is_alone` says that the route turned this chunk away as often as it may be asked,
    and not the others.  `is_news` says that the failure's lesson changes the next request."""
    code = failure.code
    is_patient = claims < policy.max_claims and not is_alone
    if is_news and claims < policy.max_attempts:
        return Snooze(dt.timedelta(), Reason.LEARNED)
    if is_outage and code in UNHEALTHY and is_patient:
        return Snooze(policy.backoff_base, Reason.PROVIDER_UNAVAILABLE)
    if code is CallCode.RATE_LIMITED:
        if not is_patient:
            return GiveUp(
                Reason.ALWAYS_REFUSED if is_alone else Reason.PROVIDER_ERROR,
                f"Refused {claims} times: {failure.message}")
        wait = full_jitter(attempts, policy.backoff_base, policy.backoff_cap, jitter)
        if failure.retry_after_s is not None:
            # A little jitter on top, or everybody comes back in the same instant.
            wait = dt.timedelta(seconds=failure.retry_after_s) + policy.backoff_base * jitter / 2
        return Snooze(min(max(wait, policy.backoff_base / 2), policy.longest_snooze), Reason.RATE_LIMITED)
    if code is CallCode.QUOTA_SPENT and claims >= policy.max_attempts:
        return GiveUp(Reason.QUOTA_SPENT, failure.message)
    if code in PROVIDER_WIDE:
        return Snooze(policy.backoff_base, PROVIDER_WIDE[code])
    if code in FINAL:
        return GiveUp(FINAL[code], failure.message)
    if code is CallCode.ABANDONED:
        return Snooze(dt.timedelta(), Reason.WORKER_STOPPED)
    if code in RETRYABLE:
        if attempts >= policy.max_attempts or is_alone or (code is CallCode.TRUNCATED and had_largest_cap):
            return GiveUp(RETRYABLE[code], failure.message)
        wait = full_jitter(attempts, policy.backoff_base, policy.backoff_cap, jitter)
        if failure.retry_after_s is not None:
            wait = min(max(wait, dt.timedelta(seconds=failure.retry_after_s)), policy.longest_snooze)
        return Retry(wait, Reason.BACKOFF)
    raise AssertionError(f"{code} is not a failure of a call")


def judge(
    findings: tuple[Finding, ...], *, previous: tuple[Finding, ...], repairs: int, attempts: int,
    policy: RetryPolicy, draft: str = "",
) -> Repair | GiveUp | None:
    """What to do about a reply with `findings`: nothing, ask again, or stop.

    Stops when the repairs are used up, or when the same errors came back unchanged: a model that
    ignored the findings once pays for nothing the second time."""
    errors = tuple(finding for finding in findings if finding.is_error)
    if not errors:
        return None
    seen = {finding.identity for finding in previous if finding.is_error}
    is_unchanged = bool(seen) and seen == {finding.identity for finding in errors}
    if is_unchanged or repairs >= policy.max_repairs or attempts >= policy.max_attempts:
        why = "the same findings came back" if is_unchanged else "no repair is left"
        return GiveUp(Reason.INVALID_CONTENT, f"{errors[0].message} ({len(errors)} in all; {why})", findings, draft)
    return Repair(findings, draft)
