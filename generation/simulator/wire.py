"""Answers as they go over the wire, in the provider's words."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generation.core.outcomes import TokenUsage
from generation.simulator.content import REFUSAL, compact
from generation.simulator.faults import ODD_CLOTHES, Fault

JSON = {"Content-Type": "application/json"}
# A text in the words of some routers, whose status is 200.
ERROR_WITHIN = {"error": {"message": "Rate limit exceeded, try again later.", "code": "429", "type": "rate_limit"}}
HTML_PAGE = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>"
STREAM_PIECES = 8
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class WireResponse:
    """One HTTP answer, and what the log calls it.  It is sent over `drip_s` seconds if that is not 0."""

    outcome: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    drip_s: float = 0.0


@dataclass(frozen=True)
class Completion:
    """A finished completion.  `head` is what every piece of it repeats: id, model and the like."""

    head: Mapping[str, Any]
    text: str
    finish_reason: str
    usage: TokenUsage
    fault: Fault | None = None

    @property
    def outcome(self) -> str:
        """What the log calls it; a reply over the caller's own limit is truncated, too."""
        if self.fault is None or self.fault in ODD_CLOTHES:
            return str(Fault.TRUNCATE) if self.finish_reason == "length" else self.fault or "ok"
        return self.fault

    def body(self) -> bytes:
        is_refused = self.fault is Fault.REFUSE
        choice = {
            "index": 0,
            "message": {
                "role": "assistant",
                **({"content": None} if is_refused else self._wearing(self.text)),
                "refusal": REFUSAL if is_refused else None,
            },
            "logprobs": None,
            "finish_reason": self.finish_reason,
        }
        return encoded({
            **self.head,
            "object": "chat.completion",
            "choices": None if self.fault is Fault.NULL_CHOICES else [choice],
            "usage": self._counts,
        })

    def deltas(self) -> list[bytes]:
        """The events that carry the text."""
        pieces: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        if self.fault is Fault.REFUSE:
            pieces.append({"refusal": REFUSAL})
        else:
            size = max(1, math.ceil(len(self.text) / STREAM_PIECES))
            pieces += [self._wearing(self.text[at:at + size]) for at in range(0, len(self.text), size)]
        return [self._event(piece, None) for piece in pieces]

    def ending(self, *, includes_usage: bool) -> Iterator[bytes]:
        """The events after the text."""
        yield self._event({}, self.finish_reason)
        if includes_usage:
            yield self._chunk(choices=[], usage=self._counts)
        yield DONE

    @property
    def _counts(self) -> dict[str, Any]:
        return (_usage_in_other_words if self.fault is Fault.OTHER_USAGE else _usage)(self.usage)

    def _wearing(self, text: str) -> dict[str, Any]:
        """The fields of a message, or of a piece of one, that carry `text`."""
        match self.fault:
            case Fault.PARTS:
                return {"content": [{"type": "thinking", "thinking": ""}, {"type": "text", "text": text}]}
            case Fault.REASONED:
                return {"content": None, "reasoning_content": text}
            case _:
                return {"content": text}

    def _event(self, delta: Mapping[str, Any], finish_reason: str | None) -> bytes:
        return self._chunk(choices=[{"index": 0, "delta": delta, "finish_reason": finish_reason}])

    def _chunk(self, **fields: Any) -> bytes:     # Any: whatever json can write
        return b"data: " + encoded({**self.head, "object": "chat.completion.chunk", **fields}) + b"\n\n"


def encoded(value: Any) -> bytes:     # Any: whatever json can write
    return compact(value).encode("utf-8", "replace")


def error(
    outcome: str, status: int, message: str, *, type_: str, code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> WireResponse:
    body = encoded({"error": {"message": message, "type": type_, "param": None, "code": code}})
    return WireResponse(outcome, status, body, {**JSON, **(headers or {})})


def bad_key(key: str) -> WireResponse:
    """The real one echoes the key, so this one does: nobody may store it."""
    if not key:
        return error("bad_key", 401, "You didn't provide an API key.", type_="invalid_request_error")
    message = (
        f"Incorrect API key provided: {key}. "
        "You can find your API key at https://platform.openai.com/account/api-keys."
    )
    return error("bad_key", 401, message, type_="invalid_request_error", code="invalid_api_key")


def rate_limited(
    outcome: str, noun: str, wait_s: float, headers: Mapping[str, str], limit: int | None = None
) -> WireResponse:
    of = "" if limit is None else f": Limit {limit}"
    message = f"Rate limit reached on {noun}{of}. Please try again in {wait_s:.3g}s."
    # Whole seconds for everybody, milliseconds for those who read them, as OpenAI sends both.
    wait = {"retry-after": str(math.ceil(wait_s)), "retry-after-ms": str(math.ceil(wait_s * 1000))}
    return error(outcome, 429, message, type_=noun, code="rate_limit_exceeded", headers={**headers, **wait})


# Status, type, code and message of the faults that answer with a plain error.
_ERRORS: Mapping[Fault, tuple[int, str, str | None, str]] = {
    Fault.INSUFFICIENT_QUOTA: (
        429, "insufficient_quota", "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details."),
    Fault.FORBIDDEN: (403, "permission_error", None, "You are not allowed to use this model."),
    Fault.SERVER_ERROR: (500, "server_error", None, "The server had an error while processing your request."),
    Fault.SERVER_ERROR_AFTER_GENERATION: (
        500, "server_error", None, "The server had an error while sending your completion."),
    Fault.UNAVAILABLE: (
        503, "server_error", "server_is_overloaded", "The engine is currently overloaded, try again later."),
    Fault.BAD_REQUEST: (
        400, "invalid_request_error", "invalid_value", "Invalid value: a rehearsal."),
}


def faulty(fault: Fault, key: str, headers: Mapping[str, str], wait_s: float) -> WireResponse:
    """The answer that `fault` gives instead of a completion."""
    match fault:
        case Fault.RATE_LIMIT:
            return rate_limited(fault, "requests", wait_s, headers)
        case Fault.BAD_KEY:
            return bad_key(key)
        case Fault.ERROR_WITHIN:
            return WireResponse(fault, 200, encoded(ERROR_WITHIN), {**JSON, **headers})
        case Fault.HTML:
            return WireResponse(fault, 200, HTML_PAGE, {"Content-Type": "text/html; charset=utf-8"})
        case _:
            status, type_, code, message = _ERRORS[fault]
            return error(fault, status, message, type_=type_, code=code, headers=headers)


def _usage(usage: TokenUsage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens, "audio_tokens": 0},
    }


def _usage_in_other_words(usage: TokenUsage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
