"""The simulator's own log of what it was asked: a witness that shares no code with the ledger."""

import json
import time
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from generation.core.outcomes import TokenUsage

MAX_CALLS = 100_000


@dataclass
class Call:
    """One POST.  Times are seconds since 1970; `outcome` and what follows are set when it ends."""

    seq: int
    started_at: float
    model: str
    schema_name: str
    task: str
    cache_key: str
    request_hash: str
    outcome: str = ""
    http_status: int | None = None
    client_gone: bool = False
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    ended_at: float | None = None

    def bill(self, usage: TokenUsage) -> None:
        """These tokens were read and written, whether the answer arrives or not."""
        self.input_tokens, self.cached_input_tokens = usage.input_tokens, usage.cached_input_tokens
        self.output_tokens = usage.output_tokens


class CallLog:
    """The calls in memory, and in a file as they happen: a line when one starts, a line when it ends."""

    def __init__(self, path: Path | None) -> None:
        self._calls: deque[Call] = deque(maxlen=MAX_CALLS)
        self._file: IO[str] | None = path.open("a", encoding="utf-8") if path else None
        self._last = 0

    def start(self, *, model: str, schema_name: str, task: str, cache_key: str, request_hash: str) -> Call:
        self._last += 1
        call = Call(self._last, time.time(), model, schema_name, task, cache_key, request_hash)
        self._calls.append(call)
        self._write("start", call)
        return call

    def end(self, call: Call, outcome: str, http_status: int | None, *, client_gone: bool = False) -> None:
        """The first end counts."""
        if call.ended_at is None:
            call.ended_at, call.outcome, call.http_status = time.time(), outcome, http_status
            call.client_gone = client_gone
            self._write("end", call)

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(call) for call in self._calls]

    def clear(self) -> None:
        """Forget the calls in memory.  Numbers go on, and the file stays."""
        self._calls.clear()

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _write(self, event: str, call: Call) -> None:
        if self._file:
            self._file.write(json.dumps({"event": event, **asdict(call)}) + "\n")
            self._file.flush()
