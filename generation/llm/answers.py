"""What came back, read into a value: bytes and headers to `Reply | Failure`, exceptions to `Failure`.

Whether the text keeps to its schema is not judged here.  Whatever was paid stays on the value: a
truncated, refused or filtered completion carries its usage like a good one."""

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import httpx2

from generation.core.outcomes import Answer, CallCode, Failure, Receipt, Reply, TokenUsage
from generation.core.pricing import estimated_tokens
from generation.core.secret_patterns import scrub

MAX_MESSAGE_CHARACTERS = 500
LONGEST_RETRY_AFTER_S = 86_400.0      # a header of 10**300 s must not overflow a timedelta
SIMULATOR_HEADER = "x-coursewright-simulator"

NOTHING_PAID = TokenUsage()
# Something may have been paid, and nobody told us how much: the caller estimates the input.
UNKNOWN_USAGE = TokenUsage(is_estimated=True)

# help.openai.com 6614457 and 5955604; `error.type` alone is too coarse, so the codes are listed.
OUT_OF_CREDIT_CODES = frozenset({
    "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
})
FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})      # a 400, not a finish reason
TOO_LONG_CODES = frozenset({"context_length_exceeded", "string_above_max_length"})      # likewise
_STATUS_CODES = {
    401: CallCode.AUTH, 402: CallCode.OUT_OF_CREDIT, 403: CallCode.AUTH,
    408: CallCode.TIMEOUT,
    409: CallCode.SERVER_ERROR, 425: CallCode.SERVER_ERROR,      # conflict and "too early" pass by themselves
    429: CallCode.RATE_LIMITED,
}
# The request never left, so nothing was paid.
_NEVER_SENT = (
    aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, httpx2.ConnectError, httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)


@dataclass(frozen=True)
class HttpAnswer:
    """One HTTP response as it arrived; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read(http: HttpAnswer, *, model: str, now: dt.datetime, secrets: Iterable[str] = ()) -> Answer:
    """The value of one HTTP answer, whatever its status.

    `model` is the one that was asked; `secrets` are struck from every message; `now` dates a
    Retry-After of an answer that has no Date."""
    found = _decoded(http.body)
    completion = found if isinstance(found, dict) else {}
    receipt = _receipt(http, completion, model)
    if http.status >= 400:
        return _error(http, http.status, completion, receipt, now, secrets)
    if http.status >= 300:
        return _malformed(f"The provider answered {http.status}, a redirect.", receipt, secrets)
    if not isinstance(found, dict):
        kind = http.headers.get("content-type", "no content type").partition(";")[0]
        message = f"The provider answered {kind} instead of a completion: {_opening(http.body)}"
        return _malformed(message, receipt, secrets, UNKNOWN_USAGE)
    if not completion.get("choices") and isinstance(completion.get("error"), dict):
        # Some routers answer 200 and put the status of the model behind them into the body.
        status = completion["error"].get("code")
        if type(status) is int and 400 <= status < 600:
            return _error(http, status, completion, receipt, now, secrets)
    return _completion(completion, receipt, secrets)


def unanswered(error: BaseException, *, model: str, secrets: Iterable[str] = ()) -> Failure:
    """The failure of a call that raised before an HTTP answer was complete.

    The chain of causes decides, not the SDK's class: its aiohttp transport turns a dropped
    connection into a timeout."""
    causes = list(_causes(error))
    origin = causes[-1]
    receipt = Receipt(model=model)
    said = f"{type(origin).__name__}: {origin}" if str(origin) else type(origin).__name__
    if _any(causes, *_NEVER_SENT):
        message = _sentence(f"The provider could not be reached: {said}", secrets)
        return Failure(CallCode.CONNECTION, message, receipt=receipt)
    if _any(causes, TimeoutError) or (
        _any(causes, httpx2.TimeoutException) and not _any(causes, aiohttp.ClientError)
    ):
        message = _sentence(f"The provider stopped answering: {said}", secrets)
        return Failure(CallCode.TIMEOUT, message, usage=UNKNOWN_USAGE, receipt=receipt)
    if _any(causes, aiohttp.ClientResponseError, httpx2.DecodingError, httpx2.RemoteProtocolError):
        message = f"The provider's answer is not HTTP that can be read: {said}"
        return _malformed(message, receipt, secrets, UNKNOWN_USAGE)
    message = _sentence(f"The connection to the provider broke: {said}", secrets)
    return Failure(CallCode.CONNECTION, message, usage=UNKNOWN_USAGE, receipt=receipt)


def too_late(deadline_s: float, *, model: str) -> Failure:
    """The failure of a call that we stopped at its total deadline."""
    return Failure(
        CallCode.TIMEOUT, f"No complete reply within {deadline_s:g} s.", usage=UNKNOWN_USAGE,
        receipt=Receipt(model=model),
    )


def retry_after_s(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """Seconds that the provider asks us to wait, from `retry-after-ms` or `retry-after`.

    A date counts from the answer's own Date, so that a wrong clock on either side does not matter."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        if not math.isnan(wait_s):
            return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)
    until = _date(headers.get("retry-after"))
    if until is None:
        return None
    wait_s = (until - (_date(headers.get("date")) or now)).total_seconds()
    return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)


# --- an answer that is a completion ---------------------------------------------------------------


def _completion(completion: dict[str, Any], receipt: Receipt, secrets: Iterable[str]) -> Answer:
    choices = completion.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return _malformed("The provider's completion has no choices.", receipt, secrets, _usage(completion, ""))
    content = message.get("content")
    text = _storable(content) if isinstance(content, str) else ""
    usage = _usage(completion, text)
    refusal = message.get("refusal")
    if isinstance(refusal, str) and refusal:
        said = _sentence(f"The model declined: {refusal}", secrets)
        return Failure(CallCode.REFUSED, said, usage=usage, receipt=receipt)
    match choice.get("finish_reason"):
        case "stop" if text.strip():
            return Reply(text, usage, receipt)
        case "stop":
            return _malformed("The provider's completion is empty.", receipt, secrets, usage)
        case "length":
            said = f"The reply was cut off after {usage.output_tokens} output tokens."
            return Failure(CallCode.TRUNCATED, said, usage=usage, receipt=receipt)
        case "content_filter":
            said = "The provider's content filter stopped the reply."
            return Failure(CallCode.FILTERED, said, usage=usage, receipt=receipt)
        case other:
            said = f"The provider's completion ended with the unknown reason {other!r}."
            return _malformed(said, receipt, secrets, usage)


def _usage(completion: dict[str, Any], text: str) -> TokenUsage:
    stated = completion.get("usage")
    if not isinstance(stated, dict) or not stated:
        return TokenUsage(output_tokens=estimated_tokens(text), is_estimated=True)
    given = _count(stated, "prompt_tokens")
    cached = _count(stated.get("prompt_tokens_details"), "cached_tokens")
    return TokenUsage(
        input_tokens=given,
        cached_input_tokens=min(cached, given),
        output_tokens=_count(stated, "completion_tokens"),
        reasoning_tokens=_count(stated.get("completion_tokens_details"), "reasoning_tokens"),
    )


def _count(stated: Any, name: str) -> int:      # Any: part of somebody's JSON
    value = stated.get(name) if isinstance(stated, dict) else None
    return value if type(value) is int and value > 0 else 0


# --- an answer that is an error -------------------------------------------------------------------


def _error(
    http: HttpAnswer, status: int, body: dict[str, Any], receipt: Receipt, now: dt.datetime,
    secrets: Iterable[str],
) -> Failure:
    error = body.get("error", body)
    stated = error if isinstance(error, dict) else {"message": error}
    codes = {name for name in (stated.get("code"), stated.get("type")) if isinstance(name, str)}
    said = stated.get("message")
    words = said if isinstance(said, str) and said else _opening(http.body)
    message = _sentence(f"The provider answered {status}: {words or 'without a word'}", secrets)
    wait_s = retry_after_s(http.headers, now)
    return Failure(_error_code(status, codes), message, wait_s, NOTHING_PAID, receipt)


def _error_code(status: int, codes: set[str]) -> CallCode:
    if status < 500 and codes & OUT_OF_CREDIT_CODES:
        return CallCode.OUT_OF_CREDIT
    if status == 400 and codes & FILTER_CODES:
        return CallCode.FILTERED
    if status in {400, 413} and (codes & TOO_LONG_CODES or status == 413):
        return CallCode.TOO_LONG
    return _STATUS_CODES.get(status, CallCode.SERVER_ERROR if status >= 500 else CallCode.BAD_REQUEST)


def _malformed(message: str, receipt: Receipt, secrets: Iterable[str], usage: TokenUsage = NOTHING_PAID) -> Failure:
    return Failure(CallCode.MALFORMED, _sentence(message, secrets), None, usage, receipt)


# --- parts ----------------------------------------------------------------------------------------


def _decoded(body: bytes) -> Any:      # Any: whatever json can read; None if it cannot
    try:
        return json.loads(body)
    except (ValueError, RecursionError):      # RecursionError: ten thousand opening brackets
        return None


def _receipt(http: HttpAnswer, completion: dict[str, Any], model: str) -> Receipt:
    headers = http.headers
    named = completion.get("model")
    return Receipt(
        model=_storable(named) if isinstance(named, str) and named else model,
        request_id=headers.get("x-request-id", ""),
        http_status=http.status,
        is_simulated=headers.get(SIMULATOR_HEADER) == "1",
        rate_limits={name: value for name, value in headers.items() if name.startswith("x-ratelimit-")},
        processing_s=_processing_s(headers.get("openai-processing-ms", "")),
    )


def _processing_s(milliseconds: str) -> float | None:
    """None for what is no time, or no time that a call could take."""
    is_number = milliseconds.isascii() and milliseconds.isdecimal() and len(milliseconds) < 9
    return int(milliseconds) / 1_000 if is_number and int(milliseconds) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _any(causes: list[BaseException], *types: type[BaseException]) -> bool:
    return any(isinstance(cause, types) for cause in causes)


def _date(value: str | None) -> dt.datetime | None:
    try:
        date = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return date if date is None or date.tzinfo else date.replace(tzinfo=dt.UTC)


def _opening(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace")


def _storable(text: str) -> str:
    """`text` as a database takes it: half a surrogate pair and NUL become U+FFFD."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _sentence(text: str, secrets: Iterable[str]) -> str:
    """One line without secrets or control characters, cut to what a page can show."""
    visible = "".join(character if character.isprintable() else " " for character in text[:20_000])
    line = scrub(" ".join(visible.split()), secrets)
    return line if len(line) <= MAX_MESSAGE_CHARACTERS else line[: MAX_MESSAGE_CHARACTERS - 1] + "…"
