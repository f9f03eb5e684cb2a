"""The process log: JSON lines for machines in production, plain lines for people elsewhere.

Both are scrubbed here, at the last place before they leave the process: also what libraries say."""

import datetime as dt
import logging
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from generation.telemetry import request_id
from generation.telemetry.redaction import clean, clean_data


class Line(logging.Formatter):
    """`2026-11-25 09:00:00,000 WARNING generation.journal: … (job 0b6c…, request 4f1d…)`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        where = ", ".join(f"{name} {fields[key]}" for name, key in (("job", "job"), ("request", "request_id"))
                          if fields.get(key))
        text = super().formatMessage(record)
        return f"{text} ({where})" if where else text

    def format(self, record: logging.LogRecord) -> str:
        return clean(super().format(record))


class JsonLines(JsonFormatter):
    """One object for each line; what is not known is left out."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]     # Any: JSON
    ) -> None:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        said = {
            "at": at.isoformat(timespec="milliseconds"), "severity": record.levelname.lower(), "logger": record.name,
            "message": record.getMessage(), **_fields(record),
            "trace": message_dict.get("exc_info") or _fields(record).get("trace"),
        }
        log_data.update({name: clean_data(value) for name, value in said.items() if value not in (None, "", {})})


def _fields(record: logging.LogRecord) -> dict[str, Any]:     # Any: JSON
    """What a line of the journal knows of itself; of other lines, for which request they are."""
    line: dict[str, Any] | None = getattr(record, "line", None)
    return line if line is not None else {"request_id": request_id.current()}
