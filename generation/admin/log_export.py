"""The log of one job as a file: JSON lines for programs, CSV for spreadsheets."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse

from generation.core import csvtext
from generation.models import Job, LogEntry

COLUMNS = (
    "at", "severity", "event", "part", "attempt", "request_id", "by", "message", "advice", "data", "trace",
)


def as_json_lines(job: Job) -> HttpResponse:
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in _rows(job))
    return _file(job, text, "application/x-ndjson", "jsonl")


def as_csv(job: Job) -> HttpResponse:
    rows = (
        [value if isinstance(value, int) else json.dumps(value) if isinstance(value, dict) else value or ""
         for value in row.values()]
        for row in _rows(job)
    )
    return _file(job, "".join(csvtext.lines(COLUMNS, rows)), "text/csv", "csv")


def _rows(job: Job) -> Iterator[dict[str, Any]]:     # Any: JSON
    lines = LogEntry.objects.filter(job=job).select_related("chunk", "by").order_by("id")
    for line in lines.only(
        "at", "level", "code", "attempt_id", "request_id", "message", "advice", "data", "trace",
        "chunk__position", "by__username",
    ):
        values = (
            line.at.isoformat(), line.level, line.code, line.chunk.position if line.chunk else None, line.attempt_id,
            line.request_id, line.by.username if line.by else "", line.message, line.advice, line.data, line.trace,
        )
        yield dict(zip(COLUMNS, values, strict=True))


def _file(job: Job, text: str, media_type: str, ending: str) -> HttpResponse:
    return HttpResponse(text, content_type=f"{media_type}; charset=utf-8", headers={
        "Content-Disposition": f'attachment; filename="job-{job.public_id}-log.{ending}"', "Cache-Control": "no-store",
    })
