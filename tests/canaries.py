"""What must never reach a log: a key and a pupil's words that the whole suite carries with it.

`Witness` formats every line of a process as the product would print it, and remembers those that say too much."""

import json
import logging
import re

from config.logs import JsonLines, Line
from generation.models import Alert, Attempt, Channel, Chunk, Delivery, Job, LogEntry, Route, WebhookEndpoint

KEY = "sk-CANARY-Zq81LmXv52"
PUPIL = "PUPIL-CANARY-7719"
# The canaries, and whatever else looks like a secret of ours.
TELLING = re.compile(rf"\bsk-(?!\[)[A-Za-z0-9_-]{{8,}}|\bcw_[A-Za-z0-9_-]{{30,}}|\bwhsec_[A-Za-z0-9+/=]{{8,}}|{PUPIL}")
COLUMNS = {
    LogEntry: ("message", "advice", "trace", "data", "code"), Attempt: ("message", "worker"),
    Chunk: ("reason_detail",), Job: ("reason_detail",), Route: ("breaker_detail",),
    Alert: ("sentence", "next_step"), Delivery: ("payload", "last_error"), Channel: ("last_result",),
    WebhookEndpoint: ("last_result", "disabled_reason"),
}


class Witness(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.leaks: list[str] = []
        self.seen = 0
        self._formatters = (Line(), JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.seen += 1
        for formatter in self._formatters:
            line = formatter.format(record)
            if TELLING.search(line):
                self.leaks.append(line)

    def taken(self) -> list[str]:
        """The leaks since the last call."""
        leaks, self.leaks = self.leaks, []
        return leaks


def in_the_database() -> list[str]:
    """Where the error and log columns say too much."""
    return [
        f"{model.__name__} {value}"
        for model, columns in COLUMNS.items()
        for row in model._default_manager.values_list(*columns).order_by()
        for value in row
        if value and TELLING.search(value if isinstance(value, str) else json.dumps(value))
    ]
