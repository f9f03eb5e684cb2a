"""The counts of tokens in somebody's answer: whatever they are called, as far as they can be true.

Each field is read for itself.  What is missing, zero where something was written, negative or larger than any model's
context is unknown, and estimated; then the whole is marked as an estimate.  Nothing unknown is booked as nothing."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from generation.core.outcomes import TokenUsage
from generation.core.pricing import estimated_tokens

MOST_TOKENS = 20_000_000      # of one call: over the longest context that any model has
LONGEST_TOKEN = 30            # characters on average: no text has so few tokens,
MOST_PIECES = 2               # and such a number is no count of them
_INPUT = ("prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens", "prompt_eval_count", "num_prompt_tokens",
          "inputTokenCount", "prompt_token_count")
_OUTPUT = ("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens", "eval_count",
           "generated_tokens", "num_generated_tokens", "outputTokenCount", "generation_tokens")
_TOTAL = ("total_tokens", "totalTokenCount", "totalTokens", "total_token_count")
_CACHED = ("cached_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens", "cachedContentTokenCount",
           "num_cached_tokens", "cache_read_tokens", "cacheReadInputTokens")
_REASONING = ("reasoning_tokens", "thoughtsTokenCount", "thinking_tokens")
_DETAILS = ("prompt_tokens_details", "input_tokens_details", "promptTokensDetails", "completion_tokens_details",
            "output_tokens_details", "completionTokensDetails", "inputTokensDetails", "outputTokensDetails")
# Anthropic's counts of the input leave out what the cache read and wrote.
_BESIDES_INPUT = ("cache_read_input_tokens", "cache_creation_input_tokens")
_PLACES = ("usage", "usageMetadata", "usage_metadata", "x_groq", "meta", "token_usage", "tokens", "billed_units")
_NUMBER = re.compile(r"\s*\+?(\d{1,3}(?:[,_']\d{3})+|\d+)(?:\.0*)?\s*", re.ASCII)


def read_usage(answer: Mapping[str, Any], text: str) -> TokenUsage:     # Any: somebody's JSON
    """The usage that `answer` states for `text`, which is all that the model wrote.

    Input that is not known is 0 and `is_estimated` set: the caller knows the prompt."""
    stated = _stated(answer)
    least = 1 if text.strip() else 0
    guess = estimated_tokens(text)
    given, total = _first(stated, _INPUT), _first(stated, _TOTAL)
    written = _first(stated, _OUTPUT, least=least)
    reasoned = _first(stated, _REASONING, least=0) or 0
    cached = _first(stated, _CACHED, least=0) or 0
    if given is not None and "prompt_tokens" not in stated and "input_tokens" in stated:
        given += sum(_first(stated, (name,), least=0) or 0 for name in _BESIDES_INPUT)
    if written is not None and _is_too_few(written, text):
        given = written = total = None      # it counts something else: pieces, or nothing
    is_estimated = given is None or written is None
    if written is not None and reasoned > written:
        written += reasoned      # more thoughts than output: they came on top
    if written is None:
        rest = total - (given or 0) if total is not None else 0
        written = rest if rest > 0 and given is not None and not _is_too_few(rest, text) else guess
        written = max(written, reasoned, least)
    elif total is not None and given is not None:
        written = max(written, total - given)
    if given is None and total is not None:
        given = max(total - written, 0)
    given = min(given or 0, MOST_TOKENS)
    return TokenUsage(given, min(cached, given), min(written, MOST_TOKENS), min(reasoned, written), is_estimated)


def _is_too_few(tokens: int, text: str) -> bool:
    """Whether `tokens` counts something else than the tokens of `text`, such as its pieces."""
    return tokens <= MOST_PIECES and tokens * LONGEST_TOKEN < len(text) and (
        tokens * LONGEST_TOKEN < len(" ".join(text.split())))


def states_usage(answer: Mapping[str, Any]) -> bool:     # Any: somebody's JSON
    """Whether `answer` says that something was written."""
    stated = _stated(answer)
    return bool(_first(stated, _OUTPUT) or _first(stated, _TOTAL))


def _stated(answer: Mapping[str, Any]) -> dict[str, Any]:
    """All counts that stand anywhere in `answer` where counts are put; of equal names the outermost."""
    found: dict[str, Any] = {}
    for place in _places(answer):
        for name, value in place.items():
            if not isinstance(value, dict | list):
                found.setdefault(str(name), value)
            elif name in _DETAILS and isinstance(value, dict):
                for inner, count in value.items():
                    found.setdefault(str(inner), count)
    return found


def _places(answer: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    seen = 0
    waiting: list[Any] = [answer.get(name) for name in _PLACES]
    choices = answer.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        waiting.append(choices[0].get("usage"))
    waiting.append({name: answer[name] for name in (*_INPUT, *_OUTPUT, *_TOTAL) if name in answer})
    for place in waiting:
        if isinstance(place, list):
            place = place[-1] if place else None
        if not isinstance(place, dict):
            continue
        yield place
        seen += 1
        if seen < 20:
            waiting += [place[name] for name in _PLACES if name in place]


def _first(stated: Mapping[str, Any], names: tuple[str, ...], least: int = 1) -> int | None:
    """The first of `names` that has a count which can be true."""
    for name in names:
        count = _count(stated.get(name))
        if count is not None and count >= least:
            return count
    return None


def _count(value: Any) -> int | None:     # Any: part of somebody's JSON
    if isinstance(value, str) and (number := _NUMBER.fullmatch(value[:40])):
        value = int(re.sub(r"\D", "", number[1]))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return math.ceil(value) if 0 <= value <= MOST_TOKENS else None
