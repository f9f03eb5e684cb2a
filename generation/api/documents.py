"""The document and its units, readable as far as they are there."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from ninja import Query, Router

from generation.api import accepts, etags, openapi
from generation.api.auth import caller, job_for
from generation.api.problems import Problem, ProblemCode
from generation.api.schemas import UnitOut
from generation.models import Job
from generation.services.jobs import documents, reviews

router = Router(tags=["documents"])


class Format(StrEnum):
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


MEDIA_TYPES = {"application/json": Format.JSON, "text/markdown": Format.MARKDOWN, "text/html": Format.HTML}


@router.get(
    "/jobs/{job_id}/document", url_name="document",
    openapi_extra={
        "responses": {
            200: {
                "description": "The document as far as it is done; what is missing is named.",
                "headers": openapi.ETAG,
                "content": {
                    "application/json": {"schema": {"type": "object"}},
                    "text/markdown": {"schema": {"type": "string"}},
                    "text/html": {"schema": {"type": "string"}},
                },
            },
            304: {"description": "Nothing has changed.", "headers": openapi.ETAG},
            **openapi.adds(406, 409)["responses"],
        },
    },
)
def get_document(
    request: HttpRequest, job_id: UUID,
    format: Annotated[Format | None, Query(None, description="Instead of the Accept header.")] = None,
) -> HttpResponseBase:
    """The document as JSON, Markdown or HTML, by `format` or by the Accept header."""
    job = job_for(caller(request), job_id)
    wanted = format or _accepted_format(request)
    reviews.check_readable(job, caller(request))
    etag = f'W/"{job.revision}-{wanted}"'
    response = etags.not_modified(request, etag) or _document(request, job, wanted)
    response["ETag"] = etag
    patch_vary_headers(response, ["Accept"])
    return response


@router.get("/jobs/{job_id}/units/{n}", response=UnitOut, url_name="unit", openapi_extra=openapi.adds(409))
def get_unit(request: HttpRequest, job_id: UUID, n: int) -> UnitOut:
    """One unit, as soon as it is done; others may still run."""
    job = job_for(caller(request), job_id)
    unit = documents.unit(job, n)
    reviews.check_readable(job, caller(request))
    return UnitOut.of(job, unit)


def _accepted_format(request: HttpRequest) -> Format:
    preferred = accepts.preferred(request.headers.get("Accept", ""), list(MEDIA_TYPES))
    if preferred is None:
        raise Problem(ProblemCode.NOT_ACCEPTABLE)
    return MEDIA_TYPES[preferred]


def _document(request: HttpRequest, job: Job, wanted: Format) -> HttpResponse:
    match wanted:
        case Format.JSON:
            return JsonResponse(documents.document(job))
        case Format.MARKDOWN:
            return HttpResponse(documents.markdown(job), content_type="text/markdown; charset=utf-8")
        case Format.HTML:
            context = {"job": job, "body": documents.html(job), "language": job.brief.get("language", "en"),
                       "standing": documents.standing(job)}
            return render(request, "generation/document.html", context)
