"""What to do after a failed call, and after a reply with findings."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.findings import Finding, Severity
from generation.core.outcomes import (
    UNHEALTHY,
    CallCode,
    Failure,
    GiveUp,
    Repair,
    Retry,
    RetryPolicy,
    Snooze,
    decide,
    judge,
)
from generation.core.reasons import Reason

POLICY = RetryPolicy(
    max_attempts=5, max_repairs=2, backoff_base=dt.timedelta(seconds=2), backoff_cap=dt.timedelta(seconds=60),
    longest_snooze=dt.timedelta(minutes=15),
)

# What becomes of the first call that fails like this, and of the last.
RETRIED = {
    CallCode.TIMEOUT: Reason.TIMEOUT,
    CallCode.SERVER_ERROR: Reason.PROVIDER_ERROR,
    CallCode.CONNECTION: Reason.CONNECTION,
    CallCode.MALFORMED: Reason.MALFORMED_REPLY,
    CallCode.UNUSABLE: Reason.UNUSABLE_REPLY,
    CallCode.BLOCKED: Reason.BLOCKED,
}
GIVEN_UP = {
    CallCode.REFUSED: Reason.REFUSED,
    CallCode.FILTERED: Reason.CONTENT_FILTERED,
    CallCode.BAD_REQUEST: Reason.BAD_REQUEST,
    CallCode.INTERNAL: Reason.INTERNAL,
    CallCode.TOO_LONG: Reason.TOO_LONG,
    CallCode.FIELD_REFUSED: Reason.BAD_REQUEST,
    CallCode.CAP_REFUSED: Reason.BAD_REQUEST,
    CallCode.NO_ACCESS: Reason.NO_ACCESS,
    CallCode.UNKNOWN_MODEL: Reason.UNKNOWN_MODEL,
    CallCode.WRONG_ADDRESS: Reason.WRONG_ADDRESS,
}
SNOOZED = {
    CallCode.RATE_LIMITED: Reason.RATE_LIMITED,
    CallCode.OUT_OF_CREDIT: Reason.OUT_OF_CREDIT,
    CallCode.AUTH: Reason.AUTH,
    CallCode.KEY_UNBOUND: Reason.KEY_UNBOUND,
    CallCode.ADDRESS_REFUSED: Reason.ADDRESS_REFUSED,
    CallCode.QUOTA_SPENT: Reason.QUOTA_SPENT,
    CallCode.ABANDONED: Reason.WORKER_STOPPED,
}
FAILURES = [*RETRIED, *GIVEN_UP, *SNOOZED, CallCode.TRUNCATED]
NO_FAILURES = [CallCode.OK, CallCode.INVALID, CallCode.LOST]      # judged by checks, or found by the sweeper


def seconds(number: float) -> dt.timedelta:
    return dt.timedelta(seconds=number)


def after(code: CallCode, attempts: int = 1, *, jitter: float = 0.5, retry_after_s: float | None = None, **policy):
    failure = Failure(code, "it said why", retry_after_s)
    return decide(failure, attempts=attempts, policy=RetryPolicy(**{**vars(POLICY), **policy}), jitter=jitter)


def test_every_call_code_has_its_place_here():
    assert sorted(CallCode) == sorted([*FAILURES, *NO_FAILURES])


@pytest.mark.parametrize("code", RETRIED)
def test_failure_that_may_heal_is_retried_until_the_attempts_are_used_up(code):
    assert after(code, 1) == Retry(seconds(2), Reason.BACKOFF)
    assert after(code, 4) == Retry(seconds(16), Reason.BACKOFF)
    assert after(code, 5) == after(code, 6) == GiveUp(RETRIED[code], "it said why")


@pytest.mark.parametrize(("attempts", "had_largest_cap", "expected"), [
    (1, False, Retry(seconds(2), Reason.BACKOFF)),
    (2, False, Retry(seconds(4), Reason.BACKOFF)),
    (2, True, GiveUp(Reason.TRUNCATED, "it said why")),
    (1, True, GiveUp(Reason.TRUNCATED, "it said why")),
    (5, False, GiveUp(Reason.TRUNCATED, "it said why")),
])
def test_truncated_call_is_tried_again_while_a_larger_cap_is_left(attempts, had_largest_cap, expected):
    failure = Failure(CallCode.TRUNCATED, "it said why")
    found = decide(failure, attempts=attempts, policy=POLICY, jitter=0.5, had_largest_cap=had_largest_cap)
    assert found == expected


@pytest.mark.parametrize("code", GIVEN_UP)
def test_failure_that_would_come_again_ends_at_once(code):
    assert after(code) == GiveUp(GIVEN_UP[code], "it said why")


@pytest.mark.parametrize("code", SNOOZED)
def test_trouble_that_is_not_the_chunks_costs_no_attempt_however_often(code):
    for attempts in (1, 5, 99):
        outcome = after(code, attempts)
        assert isinstance(outcome, Snooze)
        assert outcome.reason is SNOOZED[code]


def test_chunk_of_a_stopped_worker_may_start_again_at_once():
    assert after(CallCode.ABANDONED).after == seconds(0)


@pytest.mark.parametrize("code", NO_FAILURES)
def test_what_is_no_failed_call_is_a_programming_error(code):
    with pytest.raises(AssertionError):
        after(code)


def test_only_what_looks_like_an_outage_counts_against_a_routes_health():
    assert {CallCode.SERVER_ERROR, CallCode.CONNECTION, CallCode.MALFORMED} == UNHEALTHY


@pytest.mark.parametrize("code", [CallCode.FIELD_REFUSED, CallCode.CAP_REFUSED, CallCode.TOO_LONG])
def test_what_the_next_request_does_better_is_asked_again_at_once(code):
    failure = Failure(code, "not so")
    again = decide(failure, attempts=1, policy=POLICY, jitter=0.5, is_news=True, claims=1)
    assert again == Snooze(seconds(0), Reason.LEARNED)
    assert isinstance(decide(failure, attempts=1, policy=POLICY, jitter=0.5, is_news=True, claims=5), GiveUp)


def test_spent_quota_is_waited_for_and_not_for_ever():
    failure = Failure(CallCode.QUOTA_SPENT, "of today")
    assert isinstance(decide(failure, attempts=1, policy=POLICY, jitter=0, claims=4), Snooze)
    assert decide(failure, attempts=1, policy=POLICY, jitter=0, claims=5) == GiveUp(Reason.QUOTA_SPENT, "of today")


def test_provider_that_never_stops_throttling_ends_the_wait():
    failure = Failure(CallCode.RATE_LIMITED, "slower")
    assert isinstance(decide(failure, attempts=59, policy=POLICY, jitter=0, claims=59), Snooze)
    assert decide(failure, attempts=60, policy=POLICY, jitter=0, claims=60).reason is Reason.PROVIDER_ERROR


@pytest.mark.parametrize(("code", "reason"), [
    (CallCode.RATE_LIMITED, Reason.ALWAYS_REFUSED), (CallCode.SERVER_ERROR, Reason.PROVIDER_ERROR),
])
def test_what_the_provider_turns_away_for_one_part_alone_ends_that_part(code, reason):
    ended = decide(Failure(code, "no"), attempts=1, policy=POLICY, jitter=0, is_outage=True, claims=5, is_alone=True)
    assert ended.reason is reason


@pytest.mark.parametrize(("code", "attempts", "retry_after_s", "jitter", "wait_s"), [
    (CallCode.RATE_LIMITED, 1, 30, 0.0, 30),
    (CallCode.RATE_LIMITED, 1, 30, 0.5, 30.5),      # spread, or everybody comes back at once
    (CallCode.RATE_LIMITED, 1, 0, 0.0, 1),          # "at once" is not believed
    (CallCode.RATE_LIMITED, 1, 86_400, 0.5, 900),
    (CallCode.RATE_LIMITED, 3, None, 0.5, 8),
    (CallCode.RATE_LIMITED, 1, None, 0.0, 1),
    (CallCode.SERVER_ERROR, 1, 30, 0.5, 30),
    (CallCode.SERVER_ERROR, 4, 3, 0.5, 16),         # the longer of the two
    (CallCode.SERVER_ERROR, 1, 86_400, 0.5, 900),
])
def test_retry_after_is_honoured_and_bounded(code, attempts, retry_after_s, jitter, wait_s):
    assert after(code, attempts, jitter=jitter, retry_after_s=retry_after_s).after == seconds(wait_s)


@given(
    st.sampled_from(FAILURES), st.integers(1, 1_000), st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 86_400),
)
@settings(max_examples=100, deadline=None)
def test_every_failure_ends_or_waits_a_bounded_time(code, attempts, jitter, retry_after_s):
    match after(code, attempts, jitter=jitter, retry_after_s=retry_after_s):
        case Retry(wait, _):
            assert attempts < POLICY.max_attempts
            assert seconds(0) <= wait <= POLICY.longest_snooze
            assert wait >= seconds(min(retry_after_s or 0, 900))
        case Snooze(wait, _):
            assert seconds(0) <= wait <= POLICY.longest_snooze
        case GiveUp(reason):
            assert reason in Reason


# --- a reply with findings ------------------------------------------------------------------------


def finding(rule: str = "TP-S01", severity: Severity = Severity.ERROR, measured: str = "11") -> Finding:
    return Finding(rule, severity, "/weeks", measured, "12", f"{rule} is broken.", "Mend it.")


ELEVEN, TEN, OTHER = finding(), finding(measured="10"), finding("TP-S02")
WARNING = finding("TP-S06", Severity.WARNING)


def verdict(*findings: Finding, previous: tuple[Finding, ...] = (), repairs: int = 0, attempts: int = 1):
    return judge(findings, previous=previous, repairs=repairs, attempts=attempts, policy=POLICY, draft="the draft")


@pytest.mark.parametrize("findings", [
    (), (WARNING,), (WARNING, finding("TP-X01", Severity.INFO)), (finding("TP-C06", Severity.HUMAN),),
])
def test_reply_without_an_error_is_taken(findings):
    assert verdict(*findings, previous=findings, repairs=2, attempts=5) is None


@pytest.mark.parametrize(("findings", "previous"), [
    ((ELEVEN,), ()),
    ((ELEVEN, WARNING), ()),
    ((TEN,), (ELEVEN,)),              # another number is another finding
    ((ELEVEN, OTHER), (ELEVEN,)),     # worse, but not unchanged
    ((ELEVEN,), (ELEVEN, OTHER)),     # better
    ((ELEVEN,), (WARNING,)),
])
def test_reply_with_errors_is_asked_again_with_all_its_findings(findings, previous):
    assert verdict(*findings, previous=previous, repairs=1, attempts=4) == Repair(findings, "the draft")


@pytest.mark.parametrize(("findings", "previous", "repairs", "attempts", "why"), [
    ((ELEVEN,), (ELEVEN,), 1, 2, "TP-S01 is broken. (1 in all; the same findings came back)"),
    ((ELEVEN, OTHER), (OTHER, ELEVEN), 1, 2, "TP-S01 is broken. (2 in all; the same findings came back)"),
    ((ELEVEN, WARNING), (ELEVEN,), 1, 2, "TP-S01 is broken. (1 in all; the same findings came back)"),
    ((TEN,), (ELEVEN,), 2, 3, "TP-S01 is broken. (1 in all; no repair is left)"),
    ((WARNING, TEN), (), 0, 5, "TP-S01 is broken. (1 in all; no repair is left)"),
])
def test_repair_ends(findings, previous, repairs, attempts, why):
    outcome = verdict(*findings, previous=previous, repairs=repairs, attempts=attempts)
    assert outcome == GiveUp(Reason.INVALID_CONTENT, why, findings, "the draft")
