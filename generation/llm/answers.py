"""What came back, read into a value: bytes and headers to `Reply | Failure`, exceptions to `Failure`.

Whether the text keeps to its schema is not judged here.  Whatever was paid stays on the value: a
truncated, refused or filtered completion carries its usage, and its text, like a good one."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import httpx2

from generation.core import bounded_json
from generation.core.dialects import USUAL, Wire
from generation.core.outcomes import Answer, CallCode, Failure, Receipt, TokenUsage
from generation.core.prompting import Message
from generation.core.reply_text import object_in
from generation.core.secret_patterns import scrub
from generation.llm import errors
from generation.llm.completions import Written, ended_as, storable, written_in
from generation.llm.error_body import said_in
from generation.llm.errors import is_page
from generation.llm.sockets import Forbidden
from generation.llm.streaming import MOST_LINES, Pieces, completion_of, is_stream
from generation.llm.usage import read_usage, states_usage
from generation.llm.waits import retry_after_s

MAX_MESSAGE_CHARACTERS = 500
LONG_WAIT_S = 3_600.0                 # who says so does not speak of a minute's limit
SIMULATOR_HEADER = "x-coursewright-simulator"

NOTHING_PAID = TokenUsage()
# Something may have been paid, and nobody told us how much: the caller estimates the input.
UNKNOWN_USAGE = TokenUsage(is_estimated=True)
_LENIENT = json.JSONDecoder(parse_int=lambda digits: int(digits) if len(digits) < 40 else -1)

# The request never left, so nothing was paid.
_NEVER_SENT = (
    aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, httpx2.ConnectError, httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
)


class TooMuch(Exception):
    """An answer that is longer than any reply could be."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"it is longer than {most_bytes >> 20} MB")


@dataclass(frozen=True)
class HttpAnswer:
    """One HTTP response as it arrived; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Asked:
    """What the reader must know of the question.  `keys` are those of the object that was asked for; `secrets` are
    struck from every message; `now` dates a Retry-After of an answer that has no Date."""

    model: str
    now: dt.datetime
    secrets: tuple[str, ...] = ()
    wire: Wire = USUAL
    keys: frozenset[str] = frozenset()
    messages: tuple[Message, ...] = ()

    @property
    def words(self) -> str:
        """All that was asked, in lower case: what an error quotes of it is not the provider's."""
        return "\n".join(message["content"] for message in self.messages).lower()


def read(
    http: HttpAnswer, *, model: str, now: dt.datetime, secrets: Iterable[str] = (), wire: Wire = USUAL,
    keys: Collection[str] = (),
) -> Answer:
    """The value of one HTTP answer, whatever its status; see `Asked` for the rest."""
    return read_asked(http, Asked(model, now, tuple(secrets), wire, frozenset(keys)))


def read_pieces(http: HttpAnswer, pieces: Pieces, asked: Asked) -> Answer:
    """The value of a stream that is over."""
    completion = pieces.completion
    receipt = receipt_of(http, completion, asked.model)
    if pieces.is_looping:
        said = f"The model said one thing over and over, and was cut off after about {pieces.tokens:,} tokens."
        usage = replace(read_usage(completion, pieces.all_text), is_estimated=True)
        return Failure(CallCode.UNUSABLE, said, None, usage, receipt, storable(pieces.text))
    if not completion or completion == {"choices": []}:
        return _malformed(f"The provider answered {_kind_of(http)} without a completion.", receipt, asked.secrets)
    return completed(http, completion, receipt, asked)


def read_asked(http: HttpAnswer, asked: Asked) -> Answer:
    """The value of one HTTP answer, whatever its status."""
    found = _decoded(http.body)
    completion = found if isinstance(found, dict) else {}
    receipt = receipt_of(http, completion, asked.model)
    if http.status >= 400:
        return _error(http, http.status, found, receipt, asked)
    if http.status >= 300:
        message = _sentence(f"The provider answered {http.status}, a redirect. It is not followed.", asked.secrets)
        return Failure(CallCode.WRONG_ADDRESS, message, receipt=receipt)
    if isinstance(found, list) and len(found) == 1 and isinstance(found[0], dict):
        found = completion = found[0]
    if not isinstance(found, dict):
        message = f"The provider answered {_kind_of(http)} instead of a completion: {_opening(http.body)}"
        if b'"choices"' in http.body:      # it wrote, and counts that, but this cannot be read
            usage = read_usage({}, http.body.decode("utf-8", "replace"))
            return Failure(CallCode.UNUSABLE, _sentence(message, asked.secrets), None, usage, receipt)
        return _malformed(message, receipt, asked.secrets)
    return completed(http, completion, receipt, asked)


def completed(http: HttpAnswer, completion: dict[str, Any], receipt: Receipt, asked: Asked) -> Answer:
    """What the JSON object of a 200 is: a completion, or an error that some router put into one."""
    completion = _unwrapped(completion)
    written = written_in(completion)
    stated = _error_within(completion, written, asked.keys)
    if stated is not None:
        failure = _error(http, _status_within(stated), stated, receipt, asked)
        text = written.all_text if written else ""
        if text.strip() or states_usage(completion):      # it broke off in the middle, or says itself that it counts
            failure = replace(failure, usage=read_usage(completion, text), text=text)
        return failure
    if written is None:
        # JSON without an error: somebody answered who counts, in a shape that nobody knows.
        message = _sentence(f"The provider's completion has no choices: {_opening(http.body)}", asked.secrets)
        return Failure(CallCode.UNUSABLE, message, None, read_usage(completion, ""), receipt)
    usage = read_usage(completion, written.all_text)
    answer = ended_as(written, usage, receipt, asked.keys)
    return replace(answer, message=_sentence(answer.message, asked.secrets)) if isinstance(answer, Failure) else answer


def unanswered(error: BaseException, *, model: str, secrets: Iterable[str] = ()) -> Failure:
    """The failure of a call that raised before an HTTP answer was complete.

    The chain of causes decides, not the SDK's class: its aiohttp transport turns a dropped
    connection into a timeout."""
    causes = list(_causes(error))
    origin = causes[-1]
    receipt = Receipt(model=model)
    forbidden = next((cause for cause in causes if isinstance(cause, Forbidden)), None)
    if forbidden is not None:
        return Failure(CallCode.ADDRESS_REFUSED, _sentence(str(forbidden), secrets), receipt=receipt)
    said = f"{type(origin).__name__}: {origin}" if str(origin) else type(origin).__name__
    if _any(causes, *_NEVER_SENT):
        message = _sentence(f"The provider could not be reached: {said}", secrets)
        return Failure(CallCode.CONNECTION, message, receipt=receipt)
    if _any(causes, TooMuch):
        return _malformed(f"The provider's answer cannot be a completion: {origin}", receipt, secrets)
    if _any(causes, TimeoutError) or (
        _any(causes, httpx2.TimeoutException) and not _any(causes, aiohttp.ClientError)
    ):
        message = _sentence(f"The provider stopped answering: {said}", secrets)
        return Failure(CallCode.TIMEOUT, message, usage=UNKNOWN_USAGE, receipt=receipt)
    if any("Got more than" in str(cause) for cause in causes):      # a header, perhaps of a good answer
        message = _sentence(f"The provider's answer cannot be read: {said}", secrets)
        return Failure(CallCode.UNUSABLE, message, usage=UNKNOWN_USAGE, receipt=receipt)
    if _any(causes, aiohttp.ClientResponseError, httpx2.DecodingError, httpx2.RemoteProtocolError):
        message = f"The provider's answer is not HTTP that can be read: {said}"
        return _malformed(message, receipt, secrets)
    message = _sentence(f"The connection to the provider broke: {said}", secrets)
    return Failure(CallCode.CONNECTION, message, usage=UNKNOWN_USAGE, receipt=receipt)


def too_late(deadline_s: float, *, model: str) -> Failure:
    """The failure of a call that we stopped at its total deadline."""
    return Failure(
        CallCode.TIMEOUT, f"No complete reply within {deadline_s:g} s.", usage=UNKNOWN_USAGE,
        receipt=Receipt(model=model),
    )


# --- an answer that is an error -------------------------------------------------------------------


def _error(http: HttpAnswer, status: int, body: Any, receipt: Receipt, asked: Asked) -> Failure:
    """`body` is what is known of the error, None if that is not JSON.  Status 0: none was stated."""
    raw = http.body[:20_000].decode("utf-8", "replace")
    said = said_in(body, raw)
    code, lesson = errors.meaning(status, said, raw, asked.wire, asked.words)
    words = said.message or (_opening(http.body) if not is_page(raw) else "a web page")
    answered = f"The provider answered {status}" if status else "The provider answered with an error"
    message = _sentence(f"{answered}: {words or 'without a word'}", asked.secrets)
    wait_s = retry_after_s(http.headers, asked.now)
    if wait_s is None and code in {CallCode.RATE_LIMITED, CallCode.QUOTA_SPENT, CallCode.SERVER_ERROR}:
        wait_s = errors.wait_in(said, raw, asked.now)
    if code is CallCode.RATE_LIMITED and wait_s is not None and wait_s >= LONG_WAIT_S:
        code = CallCode.QUOTA_SPENT
    # An error is not billed; but where the model had written before it failed, it was asked and it wrote.
    is_billed = code is CallCode.UNUSABLE
    usage = read_usage(body if isinstance(body, dict) else {}, said.text) if is_billed else NOTHING_PAID
    return Failure(code, message, wait_s, usage, receipt, storable(said.text), lesson)


def _unwrapped(completion: dict[str, Any]) -> dict[str, Any]:
    """The completion that some gateways put into an object of their own."""
    for name in ("data", "result", "response", "body"):
        inner = completion.get(name)
        if "choices" not in completion and isinstance(inner, dict) and "choices" in inner:
            return inner
    return completion


def _error_within(
    completion: dict[str, Any], written: Written | None, keys: Collection[str]
) -> dict[str, Any] | None:
    """The error in the body of a 200, as its own object; None if it is none.

    Beside a whole document an error is nothing, and beside a piece of one it tells why that ends."""
    has_text = written is not None and bool(written.text.strip())
    if written is not None and has_text and (written.ending == "stop" or object_in(written.text, keys) is not None):
        return None
    choices = completion.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
    for place in (completion, choice):
        stated = place.get("error")
        if stated and not (isinstance(stated, dict) and stated.get("code") in (0, "0", "success", "ok")):
            codes = {name: place[name] for name in ("code", "status", "status_code") if name in place}
            return {**codes, "error": stated}
    if "choices" in completion or has_text:
        return None
    is_error = completion.get("object") == "error" or completion.get("type") == "error"
    names = ("detail", "errors", "msg", "error_msg", "errorMessage", "error_message", "message")
    said = {name: completion[name] for name in names if isinstance(completion.get(name), str | list | dict)}
    if is_error or (said and not isinstance(completion.get("message"), dict)):
        return completion
    return None


def _status_within(stated: dict[str, Any]) -> int:
    """The HTTP status that stands in an error; 0 if none does."""
    error = stated.get("error")
    for place in (error, stated):
        for name in ("code", "status", "status_code", "http_status"):
            value = place.get(name) if isinstance(place, dict) else None
            text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
            if text.isascii() and text.isdecimal() and len(text) == 3 and text[0] in "45":
                return int(text)
    return 0


def _malformed(message: str, receipt: Receipt, secrets: Iterable[str]) -> Failure:
    return Failure(CallCode.MALFORMED, _sentence(message, secrets), None, UNKNOWN_USAGE, receipt)


def _kind_of(http: HttpAnswer) -> str:
    """What it says to be: `text/html`."""
    return http.headers.get("content-type", "no content type").partition(";")[0]


# --- parts ----------------------------------------------------------------------------------------


def _decoded(body: bytes) -> Any:      # Any: whatever json can read; None if it cannot
    if is_stream(body):
        return completion_of(body)
    try:
        return bounded_json.loads(body)
    except bounded_json.TooManyValues:
        return None
    except (ValueError, RecursionError):      # RecursionError: ten thousand opening brackets
        pass
    # What stands around it, in front or behind, is not the provider's; so is a number of a thousand digits.
    text = body.decode("utf-8", "replace")
    if text.count("\n") > MOST_LINES:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
        return completion_of(b"".join(b"data: " + line.encode() + b"\n\n" for line in lines))
    start = text.find("{")
    if start < 0 or is_page(text) or bounded_json.holds_too_many(text):
        return None
    try:
        found, _end = _LENIENT.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and ("choices" in found or "error" in found) else None


def receipt_of(http: HttpAnswer, completion: dict[str, Any], model: str) -> Receipt:
    headers = http.headers
    named = completion.get("model")
    return Receipt(
        model=storable(named) if isinstance(named, str) and named else model,
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


def _opening(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace")


def _sentence(text: str, secrets: Iterable[str]) -> str:
    """One line without secrets or control characters, cut to what a page can show."""
    visible = "".join(character if character.isprintable() else " " for character in text[:20_000])
    line = scrub(" ".join(visible.split()), secrets)
    return line if len(line) <= MAX_MESSAGE_CHARACTERS else line[: MAX_MESSAGE_CHARACTERS - 1] + "…"
