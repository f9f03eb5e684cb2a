"""The body of a request, as the route's wire wants it."""

import json
from typing import Any

from generation.core import schema as schemas
from generation.core.dialects import (
    BOUNDS,
    CACHE_KEY,
    LENGTHS,
    ROLES,
    STORE,
    STREAM,
    STREAM_OPTIONS,
    STRICT,
    JsonForm,
    Wire,
)
from generation.core.prompting import Message, Request, schema_in_prompt
from generation.core.schema import Schema

MAX_SCHEMAS = 64
NO_KEYWORDS = frozenset[str]()


class Bodies:
    """Encodes each schema once, in each form."""

    def __init__(self) -> None:
        self._schemas: dict[tuple[int, frozenset[str]], tuple[Schema, str]] = {}

    def of(self, request: Request, model: str, max_output_tokens: int, cache_key: str, wire: Wire) -> bytes:
        fields: dict[str, Any] = {"model": model, "messages": self._messages(request, wire)}      # Any: JSON
        if wire.cap:
            fields[wire.cap] = max_output_tokens
        if wire.sends(CACHE_KEY):
            fields["prompt_cache_key"] = cache_key
        if wire.sends(STORE):
            fields["store"] = False
        if wire.sends(STREAM):
            fields["stream"] = True
        if wire.sends(STREAM_OPTIONS):
            fields["stream_options"] = {"include_usage": True}
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        match wire.form:
            case JsonForm.SCHEMA:
                strict = '"strict":true,' if wire.sends(STRICT) else ""
                # The schema text is spliced in: encoding it for every call would cost as much as the messages.
                schema = self._encoded(request.schema, NO_KEYWORDS if wire.sends(LENGTHS) else (
                    schemas.LENGTHS if wire.sends(BOUNDS) else schemas.BOUNDS))
                form = (
                    '{"type":"json_schema","json_schema":{"name":' + json.dumps(request.schema_name)
                    + f',{strict}"schema":{schema}}}}}'
                )
            case JsonForm.OBJECT:
                form = '{"type":"json_object"}'
            case JsonForm.PROMPT:
                return text.encode("utf-8", "replace")
        return f'{text[:-1]},"response_format":{form}}}'.encode("utf-8", "replace")

    def _messages(self, request: Request, wire: Wire) -> list[Message]:
        messages = [dict(message) for message in request.messages]
        if wire.form is not JsonForm.SCHEMA:
            told = schema_in_prompt(request.schema_name, self._encoded(request.schema, NO_KEYWORDS))
            messages[-1]["content"] += f"\n\n{told}"
        if not wire.sends(ROLES):
            together = "\n\n".join(message["content"] for message in messages)
            messages = [{"role": "user", "content": together}]
        return messages

    def _encoded(self, schema: Schema, left_out: frozenset[str]) -> str:
        """`schema` as JSON, encoded once for each object and form.  Holding the object keeps its id its own."""
        known = self._schemas.get((id(schema), left_out))
        if known is not None:
            return known[1]
        if len(self._schemas) >= MAX_SCHEMAS:
            self._schemas.pop(next(iter(self._schemas)))
        kept = schemas.without(left_out, schema) if left_out else schema
        text = json.dumps(kept, separators=(",", ":"))
        self._schemas[id(schema), left_out] = (schema, text)
        return text
