"""A completion: what the model wrote, and how that ended, whatever its server calls it."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generation.core.outcomes import Answer, CallCode, Failure, Receipt, Reply, TokenUsage
from generation.core.reply_text import object_in

# Names of endings, in lower case, from the references of the providers; what is in none of them decides nothing.
TRUNCATED = frozenset({
    "length", "max_tokens", "max_output_tokens", "model_length", "token_limit", "max_length",
    "model_context_window_exceeded",
    "max_new_tokens", "context_length", "context_window_exceeded", "truncated", "incomplete", "error_limit", "limit",
    "finish_reason_max_tokens", "length_limit", "max_completion_tokens",
})
FILTERED = frozenset({
    "content_filter", "content_filtered", "content-filter", "safety", "recitation", "prohibited_content", "blocklist",
    "spii", "sensitive", "guardrail_intervened", "moderation", "blocked", "content_blocked", "error_toxic", "censored",
    "image_safety", "content_policy_violation", "risk", "filtered", "finish_reason_safety", "language", "harmful",
})
REFUSED = frozenset({"refusal", "refused"})
STOPPED = frozenset({"stop"})
NO_REFUSAL = frozenset({"", "none", "null", "false"})
# The server gave up in the middle.
BROKEN = frozenset({
    "error", "insufficient_system_resource", "network_error", "abort", "aborted", "cancelled", "canceled", "timeout",
    "malformed_function_call", "engine_error", "server_error",
})
_TEXT_PARTS = frozenset({"", "text", "output_text", "reasoning.text", "summary_text"})


@dataclass(frozen=True)
class Written:
    """What came of a completion.  `text` is for the reader, `thoughts` the model kept to itself, `calls` the arguments
    of a tool that it called instead of answering."""

    text: str
    thoughts: str = ""
    calls: str = ""
    refusal: str = ""
    ending: str = ""

    @property
    def all_text(self) -> str:
        """All that was counted as output."""
        return self.text + self.thoughts + self.calls + self.refusal


def written_in(completion: Mapping[str, Any]) -> Written | None:     # Any: somebody's JSON
    """What the model wrote; None if `completion` has no place for it."""
    choice = _choice(completion)
    if choice is None:
        return None
    ending = _ending(choice)
    message = choice.get("message", choice.get("delta"))
    if not isinstance(message, dict):
        text = message if isinstance(message, str) else choice.get("text")
        if isinstance(text, str):
            return Written(storable(text), ending=ending)
        return Written("", ending=ending) if ending else None
    content = message.get("content") or message.get("parsed")
    refusal = words_of(message.get("refusal")) or "".join(_parts_of(content, frozenset({"refusal"}), "refusal"))
    if refusal.strip().lower() in NO_REFUSAL:
        refusal = ""
    return Written(
        storable(words_of(content)), storable(thoughts_of(message)), storable(_calls(message)), storable(refusal),
        ending,
    )


def ended_as(
    written: Written, usage: TokenUsage, receipt: Receipt, keys: Collection[str] = ()
) -> Answer:
    """A reply if it is whole, else how it failed.  A complete object is a reply whatever its ending is called."""
    text, ending = written.text, written.ending

    def failed(code: CallCode, message: str, kept: str = "") -> Failure:
        return Failure(code, message, None, usage, receipt, kept or text or written.thoughts or written.calls)

    if written.refusal:
        return failed(CallCode.REFUSED, f"The model declined: {written.refusal}", written.refusal)
    if ending in FILTERED:
        return failed(CallCode.FILTERED, "The provider's content filter stopped the reply.")
    if ending in REFUSED:
        return failed(CallCode.REFUSED, f"The model declined: {text[:300] or 'without a word'}")
    if ending in STOPPED and text.strip():
        return Reply(text, usage, receipt)
    for place in (text, written.calls, written.thoughts):
        if (found := object_in(place, keys) if "{" in place else None) is not None:
            return Reply(place if place is text else found, usage, receipt)
    if ending in TRUNCATED and not usage.output_tokens:
        return failed(CallCode.TOO_LONG, "The request left no room for a reply in the model's context.")
    if ending in TRUNCATED:
        return failed(CallCode.TRUNCATED, f"The reply was cut off after {usage.output_tokens} output tokens.")
    if not text.strip():
        has_thought = written.thoughts.strip()
        what = "The model thought and wrote nothing" if has_thought else "The provider's completion is empty"
        return failed(CallCode.UNUSABLE, f"{what} ({_named(ending)}).")
    if ending in BROKEN:
        return failed(CallCode.UNUSABLE, f"The provider broke the reply off ({_named(ending)}).")
    return failed(CallCode.UNUSABLE, f"The reply holds no complete JSON object ({_named(ending)}).")


def thoughts_of(message: Mapping[str, Any]) -> str:     # Any: somebody's JSON
    """What the model wrote for itself.  Some servers send it under two names at once."""
    for name in ("reasoning_content", "reasoning", "thinking", "thought", "reasoning_details"):
        thoughts = words_of(message.get(name))
        if thoughts:
            return thoughts
    return ""


def storable(text: str) -> str:
    """`text` as a database takes it: half a surrogate pair and NUL become U+FFFD."""
    if text.isascii() and "\0" not in text:
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _named(ending: str) -> str:
    return f"it ended with {ending[:60]!r}" if ending else "it does not say how it ended"


def _choice(completion: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The choice that holds the most, in the shape of this dialect, whosever shape it came in."""
    choices = completion.get("choices")
    if isinstance(choices, dict) and ("message" in choices or "text" in choices):
        return choices
    if isinstance(choices, list):
        found = [choice for choice in choices if isinstance(choice, dict)]
        return next(filter(_has_text, found), found[0] if found else None)
    return None if choices is not None else _in_another_dialect(completion)


def _has_text(choice: Mapping[str, Any]) -> bool:
    message = choice.get("message", choice.get("delta"))
    content = message.get("content") if isinstance(message, dict) else message or choice.get("text")
    return bool(words_of(content).strip())


def _in_another_dialect(completion: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The native shapes of Ollama, Anthropic, Gemini and OpenAI's responses, which proxies let through at times."""
    message, ending = completion.get("message"), completion.get("done_reason")
    if isinstance(message, dict):
        return {"message": message, "finish_reason": ending}
    if isinstance(completion.get("response"), str):
        return {"message": {"content": completion["response"]}, "finish_reason": ending}
    if isinstance(completion.get("content"), list | str) and completion.get("role", "assistant") == "assistant":
        return {"message": {"content": completion["content"]}, "finish_reason": completion.get("stop_reason")}
    candidates = completion.get("candidates")
    if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):
        content = candidates[0].get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        return {"message": {"content": parts}, "finish_reason": candidates[0].get("finishReason")}
    output = completion.get("output_text", completion.get("output"))
    if isinstance(output, list):
        output = "".join(words_of(part.get("content")) for part in output if isinstance(part, dict))
    return {"message": {"content": output}, "finish_reason": completion.get("status")} if output else None


def _ending(choice: Mapping[str, Any]) -> str:
    for name in ("finish_reason", "stop_reason", "finishReason"):
        value = choice.get(name)
        if isinstance(value, str) and value:
            return value.strip().lower()
        if isinstance(value, dict) and isinstance(value.get("type"), str):      # TensorRT-LLM and others
            return str(value["type"]).lower()
    return ""


def words_of(content: Any) -> str:     # Any: somebody's JSON
    """The text of a message, or of a piece of one: itself, its parts of text joined, or the object that it is."""
    if isinstance(content, str):
        return content
    if isinstance(content, dict) and content and not {"type", "text"} & content.keys():
        return json.dumps(content, ensure_ascii=False)
    return "".join(_parts_of(content, _TEXT_PARTS, "text"))


def _parts_of(content: Any, types: frozenset[str], key: str) -> Iterator[str]:
    for part in content if isinstance(content, list) else [content] if isinstance(content, dict) else ():
        if isinstance(part, str) and "" in types:
            yield part
        elif isinstance(part, dict) and part.get("type", "") in types:
            text = part.get(key, part.get("content"))
            inner = text.get("value") if isinstance(text, dict) else text
            if isinstance(inner, str):
                yield inner


def _calls(message: Mapping[str, Any]) -> str:
    """The arguments of the first tool that was called: some servers make an object that way."""
    calls = message.get("tool_calls")
    first = calls[0] if isinstance(calls, list) and calls else {"function": message.get("function_call")}
    function = first.get("function") if isinstance(first, dict) else None
    arguments = function.get("arguments") if isinstance(function, dict) else None
    return words_of(arguments)
