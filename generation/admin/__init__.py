"""What staff see and do.  Rows are read only; actions are one service call and one sentence.

One module for each subject; importing them registers their pages.  What may be markup is decided in
`rendering` alone, and no page asks a query for each of its rows."""

from generation.admin import (
    alerts,
    attempts,
    cache,
    channels,
    chunks,
    deliveries,
    endpoints,
    erasure,
    incidents,
    jobs,
    limits,
    logs,
    people,
    rehearsals,
    reviews,
    routes,
    sight,
    workers,
)

sight.install()

__all__ = [
    "alerts", "attempts", "cache", "channels", "chunks", "deliveries", "endpoints", "erasure", "incidents", "jobs",
    "limits", "logs", "people", "rehearsals", "reviews", "routes", "sight", "workers",
]
