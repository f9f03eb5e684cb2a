"""A completion that comes in pieces: server-sent events, put together into what an unstreamed answer would be."""

import codecs
from collections.abc import Iterator
from typing import Any

from generation.core import bounded_json
from generation.core.reply_text import repeats
from generation.llm.completions import thoughts_of, words_of

LOOK_EVERY = 1_000      # characters; whether the model says one thing over and over
TAIL = 4_500
MOST_LINES = 100_000     # of one event, or that are none: each costs fifty bytes more than its letters
_OPENINGS = (b"data:", b"event:", b": ", b":\n", b"id:", b"retry:")


def is_stream(body: bytes) -> bool:
    """Whether `body` begins as server-sent events do."""
    return body[:200].lstrip().startswith(_OPENINGS)


class Pieces:
    """`feed` what arrives; `completion` is what there is so far.

    Takes what servers send: comments, lines without a space or with CR LF, errors as an event or a bare line, usage in
    any event or none, no `[DONE]`, and plain JSON although a stream was asked for."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._line = ""
        self._data: list[str] = []
        self._raw: list[str] = []        # lines that are no events: a whole JSON answer, or an error
        self._text: list[str] = []
        self._thoughts: list[str] = []
        self._refusal: list[str] = []
        self._calls: list[str] = []
        self._name = ""
        self._tail = ""
        self._unlooked = 0
        self._head: dict[str, Any] = {}
        self._usage: Any = None
        self._ending: Any = None
        self._error: Any = None
        self.characters = 0
        self.is_over = False             # `[DONE]` came
        self.is_looping = False

    def feed(self, piece: bytes) -> None:
        text = self._line + self._decode(piece)
        lines = text.split("\n")
        self._line = lines.pop()
        for line in lines:
            self._take(line.rstrip("\r"))

    def end(self) -> None:
        """Nothing more comes."""
        self._take(self._line.rstrip("\r"))
        self._line = ""
        self._take("")

    @property
    def tokens(self) -> int:
        """About how many were written so far."""
        return -(-self.characters // 4)

    @property
    def text(self) -> str:
        """What people may read of it."""
        return "".join(self._text) or "".join(self._thoughts) or "".join(self._calls)

    @property
    def all_text(self) -> str:
        """All that was counted as output."""
        return "".join((*self._text, *self._thoughts, *self._calls, *self._refusal))

    @property
    def has_ended(self) -> bool:
        """The model is done; what may follow are counts."""
        return self.is_over or bool(self._ending)

    @property
    def completion(self) -> dict[str, Any]:
        """As an unstreamed answer; the lines that were no events, where no event came."""
        has_come = bool(self.characters) or self._ending is not None
        if not has_come and self._error is None and self._usage is None and self._raw:
            whole = _json("\n".join(self._raw))
            if isinstance(whole, list) and whole:
                whole = whole[0]
            if isinstance(whole, dict):
                return whole
        message: dict[str, Any] = {"content": "".join(self._text), "reasoning_content": "".join(self._thoughts)}
        if self._refusal:
            message["refusal"] = "".join(self._refusal)
        if self._calls:
            message["tool_calls"] = [{"function": {"arguments": "".join(self._calls)}}]
        found: dict[str, Any] = dict(self._head)
        if has_come or self._error is None:
            found["choices"] = [{"message": message, "finish_reason": self._ending}] if has_come else []
        if self._usage is not None:
            found["usage"] = self._usage
        if self._error is not None:
            found["error"] = self._error
        return found

    def _take(self, line: str) -> None:
        if not line:
            if self._data:
                self._event("\n".join(self._data))
                self._data = []
            return
        if line.startswith("data:"):
            data = line[5:].removeprefix(" ")
            # No empty line between two events; the first line is looked at once.
            if len(self._data) == 1 and _json(self._data[0]) is not None:
                self._event("\n".join(self._data))
                self._data = []
            if len(self._data) < MOST_LINES:
                self._data.append(data)
        elif line.startswith("event:"):
            self._name = line[6:].strip()
        elif not line.startswith((":", "id:", "retry:")):
            if len(self._raw) < MOST_LINES:
                self._raw.append(line)
            if line.lstrip().startswith('{"error"') and (found := _json(line)) is not None:
                self._piece(found)

    def _event(self, data: str) -> None:
        if data.strip() == "[DONE]":
            self.is_over = True
            return
        found, is_error = _json(data), self._name == "error"
        self._name = ""
        if not isinstance(found, dict) and '"error"' in data:      # a program's own writing of what it wanted to send
            found = _json(data[data.find("{"):data.rfind("}") + 1])
        if is_error and not (isinstance(found, dict) and found.get("error")):
            self._error = self._error or found or data
        elif isinstance(found, dict):
            self._piece(found)
        elif data.lower().startswith("error"):
            self._error = self._error or data

    def _piece(self, found: dict[str, Any]) -> None:
        for name in ("id", "model", "object"):
            if isinstance(found.get(name), str) and found[name]:
                self._head.setdefault(name, found[name])
        if found.get("usage"):
            self._usage = found["usage"]
        elif isinstance(found.get("x_groq"), dict) and found["x_groq"].get("usage"):
            self._usage = found["x_groq"]["usage"]
        choices = found.get("choices")
        if not isinstance(choices, list | dict) or (found.get("error") and not choices):
            error = found.get("error") or (found if found.get("object") == "error" or "detail" in found else None)
            self._error = self._error or error
            return
        for choice in choices if isinstance(choices, list) else [choices]:
            if isinstance(choice, dict) and _is_first(choice):
                self._choice(choice)
        if found.get("error"):
            self._error = self._error or found["error"]

    def _choice(self, choice: dict[str, Any]) -> None:
        delta = choice.get("delta", choice.get("message"))
        if isinstance(delta, dict):
            self._add(self._text, words_of(delta.get("content")))
            self._add(self._thoughts, thoughts_of(delta))
            self._add(self._refusal, words_of(delta.get("refusal")))
            for arguments in _arguments(delta):
                self._add(self._calls, arguments)
        elif isinstance(choice.get("text"), str):
            self._add(self._text, choice["text"])
        for name in ("finish_reason", "stop_reason"):
            if choice.get(name):
                self._ending = choice[name]
        if choice.get("error"):
            self._error = self._error or choice["error"]
        if isinstance(choice.get("usage"), dict):
            self._usage = choice["usage"]

    def _add(self, to: list[str], words: str) -> None:
        if not words:
            return
        to.append(words)
        self.characters += len(words)
        self._tail += words
        self._unlooked += len(words)
        if self._unlooked >= LOOK_EVERY:
            self._tail, self._unlooked = self._tail[-TAIL:], 0
            self.is_looping = self.is_looping or repeats(self._tail)


def completion_of(body: bytes) -> dict[str, Any]:
    """What a whole body of events says."""
    pieces = Pieces()
    pieces.feed(body)
    pieces.end()
    return pieces.completion


def _is_first(place: dict[str, Any]) -> bool:
    """Whether it is of the first choice, or the first call: only of others is it said that they are others."""
    index = place.get("index")
    return not (isinstance(index, int) and index > 0) and not (
        isinstance(index, str) and index.isdecimal() and index.strip("0") != "")


def _arguments(delta: dict[str, Any]) -> Iterator[str]:
    calls = delta.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        function = call.get("function") if isinstance(call, dict) and _is_first(call) else None
        if isinstance(function, dict) and isinstance(function.get("arguments"), str):
            yield function["arguments"]


def _json(text: str) -> Any:     # Any: whatever json can read; None if it cannot
    try:
        return bounded_json.loads(text)
    except (ValueError, RecursionError):
        return None
