"""Jobs: ask, list, look, cancel, retry, have a unit written anew.

Parse, one service call, schema.  What goes wrong is mapped in `problems`."""

import re
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Header, Query, Router, Status
from pydantic import AfterValidator

from generation.api import etags, openapi, pages, ratelimits
from generation.api.auth import caller, job_for, job_to_change
from generation.api.limits import AgainOut
from generation.api.schemas import RETRY_AFTER_S, JobIn, JobOut, JobPage, RegenerateIn, job_path
from generation.core.states import JobState
from generation.kinds import all_kinds
from generation.models import Chunk, Job, clock
from generation.services import quotas
from generation.services.jobs import control, quotes, submission

router = Router(tags=["jobs"])


def _known_kind(slug: str) -> str:
    if slug not in all_kinds():
        raise ValueError(f"unknown kind; use one of: {', '.join(all_kinds())}")
    return slug


_ESCAPED = re.compile(r'\\(["\\])')
_MOST = submission.MAX_KEY_CHARACTERS
# A bare key holds no comma, which joins a header that was sent twice, and no semicolon, which begins parameters.
_BARE = rf"[!#-+\-.-:<-~][!-+\-.-:<-~]{{0,{_MOST - 1}}}"
_STRING = rf'"(?:[ !#-\[\]-~]|\\["\\]){{1,{_MOST}}}"'
_PARAMETER = r'''; *[a-z*][a-z0-9_.*-]*(?:=(?:"(?:[ !#-\[\]-~]|\\["\\])*"|[A-Za-z0-9*:?.+/=!#$%&'^_`|~-]+))?'''
_ITEM = re.compile(rf"({_BARE}|{_STRING})(?:{_PARAMETER})*")
_LONGEST = 4 * _MOST      # with escapes and parameters
Key = Annotated[
    str | None,
    Header(
        None, alias="Idempotency-Key", min_length=1, max_length=_LONGEST,
        pattern=rf"^(?:{_ITEM.pattern})$",
        description=(
            "The same key with the same body gives the same job; a UUID is a good one. "
            f"1 to {_MOST} visible characters, bare or as a quoted string: `\"k\"` and `k` are one key. "
            "A bare one holds no comma and no semicolon; parameters are ignored."
        ),
    ),
]


def _unquoted(key: str | None) -> str | None:
    """The key itself, of an item as RFC 8941 writes it (draft-ietf-httpapi-idempotency-key-header): a string, or bare.
    Its parameters say nothing."""
    item = _ITEM.fullmatch(key) if key is not None else None
    if item is None:
        return None
    return _ESCAPED.sub(r"\1", item[1][1:-1]) if item[1].startswith('"') else item[1]


@router.post(
    "/jobs", response={202: JobOut}, url_name="jobs",
    openapi_extra=openapi.adds(
        409, 429, headers={202: {
            **openapi.ACCEPTED_HEADERS, **openapi.RATE_LIMIT,
            "Idempotent-Replayed": {
                "description": "`true` if the key was seen before; nothing new was begun.",
                "schema": {"type": "string", "enum": ["true"]}, "required": False,
            },
        }},
    ),
)
def submit_job(
    request: HttpRequest, response: HttpResponse, body: JobIn, idempotency_key: Key = None
) -> Status[JobOut]:
    """Ask for a document.  It is accepted when this returns; watch it by its `events`, or look again.

    What the cache has is there at once, so it may be completed already."""
    submitted = submission.submit(
        user=caller(request), kind=body.kind, brief=body.brief, strategy=body.strategy,
        idempotency_key=_unquoted(idempotency_key), fresh=body.fresh, adapt=body.adapt,
    )
    if submitted.is_new:
        ratelimits.put(response, quotas.own(submitted.standings), submitted.job.created_at)
    else:
        response["Idempotent-Replayed"] = "true"
        ratelimits.put(response, quotas.own_standings(caller(request)), clock.now())
    return _accepted(response, submitted.job, submitted.chunks)


@router.get("/jobs", response=JobPage, url_name="jobs")
def list_jobs(
    request: HttpRequest,
    state: Annotated[list[JobState], Query([], description="Repeat it for several.")],
    kind: Annotated[str | None, AfterValidator(_known_kind), Query(None)] = None,
    mine: Annotated[bool, Query(False, description="Staff: leave out the jobs of others.")] = False,
    cursor: Annotated[UUID | None, Query(None, description="The `next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(pages.DEFAULT, ge=1, le=pages.MOST)] = pages.DEFAULT,
) -> JobPage:
    """Your jobs, newest first; staff with the permission see everybody's."""
    user = caller(request)
    found = Job.objects.visible_to(user)
    if mine:
        found = found.filter(user=user)
    if state:
        found = found.filter(state__in=state)
    if kind is not None:
        found = found.filter(kind=kind)
    return pages.page(found, visible=Job.objects.visible_to(user), cursor=cursor, limit=limit)


@router.get(
    "/jobs/{job_id}", response={200: JobOut, 304: None}, url_name="job",
    openapi_extra=openapi.adds(headers={200: openapi.ETAG, 304: openapi.ETAG}),
)
def get_job(
    request: HttpRequest, response: HttpResponse, job_id: UUID
) -> JobOut | HttpResponseBase:
    """Where a job stands.  With `If-None-Match`, 304 while nothing has changed."""
    job = JobOut.of(job_for(caller(request), job_id))
    # Not the revision alone: a route that closes lets a job wait without touching its row.
    held = f"-{job.waiting.reason}-{job.waiting.until:%s}" if job.waiting and job.waiting.until else ""
    held = held or (f"-{job.waiting.reason}" if job.waiting else "")
    # Nor do the jobs of others that are before it.
    held += f"-{job.queue.ahead}" if job.queue and job.queue.ahead else ""
    response["ETag"] = etag = f'W/"{job.revision}{held}"'
    return etags.not_modified(request, etag) or job


@router.post(
    "/jobs/{job_id}/cancel", response={202: JobOut},
    openapi_extra=openapi.adds(409, headers={202: openapi.ACCEPTED_HEADERS}),
)
def cancel_job(request: HttpRequest, response: HttpResponse, job_id: UUID) -> Status[JobOut]:
    """Stop a job.  What is done stays readable, and `retry` goes on from there."""
    user = caller(request)
    job = job_to_change(user, job_id, "generation.cancel_job")
    return _accepted(response, control.cancel(job, by=user))


@router.post(
    "/jobs/{job_id}/retry", response={202: JobOut},
    openapi_extra=openapi.adds(409, 429, headers={202: openapi.ACCEPTED_HEADERS}),
)
def retry_job(request: HttpRequest, response: HttpResponse, job_id: UUID) -> Status[JobOut]:
    """Ask again for what failed or was cancelled, and for nothing that is done.  Whoever asks pays."""
    user = caller(request)
    job = job_to_change(user, job_id, "generation.retry_job")
    return _accepted(response, control.retry(job, by=user))


@router.get(
    "/jobs/{job_id}/retry", response=AgainOut, tags=["limits"], openapi_extra=openapi.adds(409, 503),
)
def quote_retry(request: HttpRequest, job_id: UUID) -> AgainOut:
    """What a retry would cost, who would pay, and what it would leave of their limits.  Nothing is begun."""
    user = caller(request)
    return AgainOut.of(quotes.of_retry(job_to_change(user, job_id, "generation.retry_job"), by=user))


@router.post(
    "/jobs/{job_id}/units/{n}/regenerate", response={202: JobOut}, tags=["documents"],
    openapi_extra=openapi.adds(409, 429, headers={202: openapi.ACCEPTED_HEADERS}),
)
def regenerate_unit(
    request: HttpRequest, response: HttpResponse, job_id: UUID, n: int, body: RegenerateIn
) -> Status[JobOut]:
    """Have one done unit written anew.  The old version is kept, and stays if the new one fails.  Whoever asks pays."""
    user = caller(request)
    job = job_to_change(user, job_id, "generation.regenerate_unit")
    return _accepted(response, control.regenerate(job, n, instruction=body.instruction, by=user))


@router.get(
    "/jobs/{job_id}/units/{n}/regenerate", response=AgainOut, tags=["limits"], openapi_extra=openapi.adds(409, 503),
)
def quote_regeneration(request: HttpRequest, job_id: UUID, n: int) -> AgainOut:
    """What a new version of a unit would cost, who would pay, and what it would leave.  Nothing is begun."""
    user = caller(request)
    job = job_to_change(user, job_id, "generation.regenerate_unit")
    return AgainOut.of(quotes.of_regeneration(job, n, by=user))


def _accepted(response: HttpResponse, job: Job, chunks: Sequence[Chunk] | None = None) -> Status[JobOut]:
    response["Location"] = job_path(job)
    response["Retry-After"] = str(RETRY_AFTER_S)
    return Status(202, JobOut.of(job, chunks))
