"""Live progress as server-sent events: whole small snapshots, keyed by the job's revision.

A client that lost its connection says by `Last-Event-ID` what it has, and gets what is newer at once."""

import re
import time
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Header, Router

from generation.api import openapi
from generation.api.auth import Entitlement, caller, entitlement, job_for
from generation.api.hub import Frame, frame_of, hub
from generation.api.problems import Problem, ProblemCode
from generation.models import Job

STREAMS_PER_USER = 20
# Neither ends a block: clients there are (httpx-sse) hand over whatever stands before an empty line as an event.
RETRY = "retry: 2000\n"
HEARTBEAT = ": heartbeat\n"
_EVENT_ID = re.compile(r"(\d{1,18})(\.end)?")

router = Router(tags=["jobs"])
LastEventId = Annotated[
    str | None, Header(None, alias="Last-Event-ID", description="The id of the last event received.")
]


@router.get(
    "/jobs/{job_id}/events", url_name="events",
    openapi_extra={
        "responses": {
            200: {
                "description": (
                    "A stream of `snapshot` events, each with the job's revision as its id, and one `end` "
                    "event when the job has ended. A revision comes again, every two seconds at most, when "
                    "others moved the job's place in the queue. Comments keep the connection alive."
                ),
                "content": {"text/event-stream": {"schema": openapi.EVENT}},
            },
            204: {"description": "The client has seen the `end` event: an EventSource then stops asking."},
            429: openapi.problem(429),
        },
    },
)
async def job_events(
    request: HttpRequest, job_id: UUID,
    last_event_id: LastEventId = None,
) -> HttpResponseBase:
    """Watch a job.  The stream closes after some minutes, and soon after its token, session or permission is gone.

    An EventSource reconnects by itself."""
    with hub.opening(caller(request).pk) as begun:
        if begun > STREAMS_PER_USER:      # before anything is looked at: who opens thousands costs little
            raise Problem(ProblemCode.TOO_MANY_STREAMS)
        entitled, job, frame = await sync_to_async(_look)(request, job_id)
    seen, has_seen_end = _parsed(last_event_id)
    if has_seen_end and frame.is_final and seen == frame.revision:
        return HttpResponse(status=204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    if not isinstance(request, ASGIRequest):
        # A WSGI server would collect the stream before it sends any of it.  One look, then; `retry`
        # makes it polling.
        told = "".join(_told(frame, seen))
        return HttpResponse(RETRY + told if told else "", content_type="text/event-stream", headers=headers)
    return StreamingHttpResponse(
        _stream(job.pk, entitled, frame, seen), content_type="text/event-stream", headers=headers
    )


def _look(request: HttpRequest, job_id: UUID) -> tuple[Entitlement, Job, Frame]:
    """The first look, in the request's own thread.

    It gives its database connection back: the request may last minutes."""
    try:
        job = job_for(caller(request), job_id)
        return entitlement(request, job), job, frame_of(job)
    finally:
        if not connection.in_atomic_block:      # a test's transaction is not ours to end
            connection.close()


def _parsed(last_event_id: str | None) -> tuple[int | None, bool]:
    """The revision that the client has, and whether it knows that it was the last."""
    found = _EVENT_ID.fullmatch(last_event_id or "")
    return (int(found[1]), found[2] is not None) if found else (None, False)


async def _stream(job_id: int, entitled: Entitlement, first: Frame, seen: int | None) -> AsyncIterator[str]:
    if hub.streams(entitled.user_id) >= STREAMS_PER_USER:
        return                  # many were opened at the same instant; this one comes back, and is told 429
    ends_at = time.monotonic() + settings.SSE_LIFETIME_S
    frame: Frame | None = first
    place = first.place
    with hub.listening(job_id, entitled, first.revision) as listener:
        first_line = RETRY
        while True:
            if frame is not None:
                for part in _told(frame, seen, has_moved=frame.place != place):
                    yield first_line + part
                    first_line = ""
                if frame.is_final:
                    return
                seen, place = frame.revision, frame.place
            left_s = ends_at - time.monotonic()
            if left_s <= 0:
                return
            try:
                offered = await listener.next(min(settings.SSE_HEARTBEAT_S, left_s))
            except TimeoutError:
                yield HEARTBEAT
                frame = None
                continue
            if offered is None:
                return
            is_older = seen is not None and offered.revision < seen
            frame = None if is_older or (offered.revision, offered.place) == (seen, place) else offered


def _told(frame: Frame, seen: int | None, *, has_moved: bool = False) -> list[str]:
    """The events that tell of `frame` somebody who has seen revision `seen`; `has_moved`: at another place."""
    parts = []
    if frame.revision != seen or has_moved:
        parts.append(f"id: {frame.revision}\nevent: snapshot\ndata: {frame.data}\n\n")
    if frame.is_final:
        parts.append(f'id: {frame.revision}.end\nevent: end\ndata: {{"state": "{frame.state}"}}\n\n')
    return parts
