"""One request, understood: from the JSON on the wire to what the writer needs to know.

The engine's prompts tell everything: the task in the first line of the last message, brief and plan in
their blocks.  Requests of other programs have neither, and are answered from their schema alone."""

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generation.core.pricing import estimated_tokens
from generation.core.prompting import IN_PROMPT
from generation.core.schema import Schema

_TASK = "Task: "
_UNIT = re.compile(r"(?:repair of )?unit (\d+) of \d+")


class BadAsk(ValueError):
    """The request is wrong; the message is for its sender."""


@dataclass(frozen=True)
class Ask:
    """What somebody wants written.  `messages` are pairs of role and text."""

    model: str
    messages: tuple[tuple[str, str], ...]
    cache_key: str = ""
    schema_name: str = ""
    schema: Schema | None = None
    max_tokens: int | None = None
    is_stream: bool = False
    includes_usage: bool = False

    @cached_property
    def prompt(self) -> str:
        """All that the model reads, in order: two prompts with a common beginning share a prefix."""
        return "".join(f"{role}\n{text}\n" for role, text in self.messages)

    @cached_property
    def prompt_bytes(self) -> bytes:
        return self.prompt.encode("utf-8", "replace")

    @cached_property
    def digest(self) -> str:
        """Equal for equal requests of one cache key."""
        others = "\0".join((self.model, self.cache_key, self.schema_name, str(self.max_tokens), ""))
        return hashlib.sha256(others.encode("utf-8", "replace") + self.prompt_bytes).hexdigest()

    @cached_property
    def input_tokens(self) -> int:
        return estimated_tokens(self.prompt)

    @cached_property
    def task(self) -> str:
        """`unit 3 of 12`, or nothing."""
        for _, text in reversed(self.messages):
            if text.startswith(_TASK):
                return text[len(_TASK):].partition("\n")[0].strip()
        # All messages in one, as servers want it that know no roles.
        _before, _task, after = self.messages[-1][1].rpartition(f"\n\n{_TASK}")
        return after.partition("\n")[0].strip() if _task else ""

    @property
    def position(self) -> int | None:
        found = _UNIT.fullmatch(self.task)
        return int(found[1]) if found else None

    @property
    def is_repair(self) -> bool:
        """A draft was rejected, and shall be written again."""
        return "\n<findings>\n" in self.messages[-1][1]

    def block(self, tag: str) -> str | None:
        """The JSON text in the first block `tag` of the user's messages."""
        for role, text in self.messages:
            start = text.find(f"<{tag}>\n") if role == "user" else -1
            end = text.find(f"\n</{tag}>", start) if start >= 0 else -1
            if end >= 0:
                return text[start + len(tag) + 3:end]
        return None


def read_ask(body: bytes) -> Ask:
    """The request in `body`; BadAsk with a sentence if it is none."""
    try:
        stated = json.loads(body)
    except (ValueError, RecursionError):
        raise BadAsk("We could not parse the JSON body of your request.") from None
    if not isinstance(stated, dict):
        raise BadAsk("The request must be a JSON object.")
    model, messages = stated.get("model"), stated.get("messages")
    if not isinstance(model, str) or not model:
        raise BadAsk("you must provide a model parameter")
    if not isinstance(messages, list) or not messages:
        raise BadAsk("Missing required parameter: 'messages'.")
    name, schema = _schema(stated.get("response_format"))
    read = tuple(_message(message) for message in messages)
    if schema is None:
        name, schema = _schema_in(read[-1][1])
    key = stated.get("prompt_cache_key")
    most = stated.get("max_completion_tokens", stated.get("max_tokens"))
    if most is not None and (type(most) is not int or most < 1):
        raise BadAsk("'max_completion_tokens' must be an integer of at least 1.")
    options = stated.get("stream_options")
    return Ask(
        model=model,
        messages=read,
        cache_key=key if isinstance(key, str) else "",
        schema_name=name,
        schema=schema,
        max_tokens=most,
        is_stream=stated.get("stream") is True,
        includes_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def _message(stated: Any) -> tuple[str, str]:     # Any: part of somebody's JSON
    if not isinstance(stated, dict) or not isinstance(stated.get("role"), str):
        raise BadAsk("Every message must be an object with a role.")
    content = stated.get("content")
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return stated["role"], "\n".join(text for text in texts if isinstance(text, str))
    return stated["role"], content if isinstance(content, str) else ""


def _schema_in(text: str) -> tuple[str, Schema | None]:
    """The schema that stands at the end of a prompt, for models that take none beside it."""
    found = IN_PROMPT.search(text)
    try:
        schema = json.loads(found[2]) if found else None
    except (ValueError, RecursionError):
        schema = None
    return (found[1], schema) if found and isinstance(schema, dict) else ("", None)


def _schema(stated: Any) -> tuple[str, Schema | None]:
    if not isinstance(stated, dict) or stated.get("type") != "json_schema":
        return "", None
    given = stated.get("json_schema")
    if not isinstance(given, dict) or not isinstance(given.get("name"), str):
        raise BadAsk("Missing required parameter: 'response_format.json_schema.name'.")
    schema = given.get("schema")
    if not isinstance(schema, dict):
        raise BadAsk("Missing required parameter: 'response_format.json_schema.schema'.")
    return given["name"], schema
