"""Errors as RFC 9457 problem+json, mapped here and nowhere else.

`code` is closed and stable: programs branch on it.  `detail` and `advice` are sentences for people.
Nothing of the inside (class names, SQL, stack traces) ever leaves; it goes to the log."""

import datetime as dt
import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import BaseModel, Field

from generation.api import ratelimits
from generation.core.findings import pointer
from generation.models import clock
from generation.services.errors import Refusal, RefusalCode
from generation.telemetry import request_id

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 20
MAX_CHARACTERS = 400      # of a pointer or sentence that the caller's own input may have made long

_logger = logging.getLogger(__name__)


class ProblemCode(StrEnum):
    """What the HTTP edge itself refuses; the services' codes stand beside these."""

    MALFORMED_JSON = "malformed_json"
    UNAUTHENTICATED = "unauthenticated"
    CSRF_FAILED = "csrf_failed"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INVALID_INPUT = "invalid_input"
    THROTTLED = "throttled"
    TOO_MANY_STREAMS = "too_many_streams"
    DATABASE_UNAVAILABLE = "database_unavailable"
    INTERNAL = "internal"
    BAD_REQUEST = "bad_request"


@dataclass(frozen=True)
class ProblemMeaning:
    """What a code stands for, whoever raises it."""

    status: int
    title: str
    detail: str = ""
    advice: str = ""
    retry_after_s: int | None = None


_P, _R = ProblemCode, RefusalCode
PROBLEM_MEANINGS: Mapping[str, ProblemMeaning] = {
    _P.MALFORMED_JSON: ProblemMeaning(
        400, "Malformed JSON", "The body is not JSON.", "Send one JSON object, encoded as UTF-8."),
    _P.BAD_REQUEST: ProblemMeaning(400, "Bad request", "The request cannot be read.", "Compare it with /api/v1/docs."),
    _P.UNAUTHENTICATED: ProblemMeaning(
        401, "Not signed in", "There is no usable API token or session.",
        "Send “Authorization: Bearer <token>”; a token is made in the admin or by `manage.py create_token`."),
    _P.CSRF_FAILED: ProblemMeaning(
        403, "CSRF check failed", "A signed-in browser must prove that the request is its own.",
        "Send the csrftoken cookie's value as X-CSRFToken, or use an API token."),
    _P.NOT_PERMITTED: ProblemMeaning(
        403, "Not permitted", "You may see this job, but not do this to it.",
        "Ask its owner, or an administrator for the permission."),
    _P.NOT_FOUND: ProblemMeaning(
        404, "Not found", "There is nothing here that you may see.",
        "Check the address; GET /api/v1/jobs lists your jobs, /api/v1/docs the operations."),
    _P.METHOD_NOT_ALLOWED: ProblemMeaning(
        405, "Method not allowed", "This address does not take that method.",
        "The Allow header lists what it takes."),
    _P.NOT_ACCEPTABLE: ProblemMeaning(
        406, "Not acceptable", "The document comes in none of the media types that Accept names.",
        "Accept application/json, text/markdown or text/html, or add ?format=json, markdown or html."),
    _P.TOO_LARGE: ProblemMeaning(413, "Body too large", "The body is larger than 2 MB.", "Send less."),
    _P.UNSUPPORTED_MEDIA_TYPE: ProblemMeaning(
        415, "Unsupported media type", "The body is not declared as JSON.",
        "Send Content-Type: application/json."),
    _P.INVALID_INPUT: ProblemMeaning(
        422, "Invalid input", "Some of the input is not as it must be.", "Mend what errors names."),
    _P.THROTTLED: ProblemMeaning(429, "Too many requests", "That was too much at once.", "Wait as Retry-After says."),
    _P.TOO_MANY_STREAMS: ProblemMeaning(
        429, "Too many event streams", "You hold the largest number of event streams already.",
        "Close one, or ask GET /api/v1/jobs/{id} from time to time.", 10),
    _P.INTERNAL: ProblemMeaning(
        500, "Internal error", "The server made a mistake.",
        "Try again; if it stays, tell an administrator the request_id."),
    _P.DATABASE_UNAVAILABLE: ProblemMeaning(
        503, "Database unavailable", "The database does not answer at the moment.",
        "Try again in a few seconds.", 5),
    _R.UNKNOWN_KIND: ProblemMeaning(422, "Unknown document kind"),
    _R.UNKNOWN_STRATEGY: ProblemMeaning(422, "Unknown strategy"),
    _R.INVALID_BRIEF: ProblemMeaning(422, "Invalid brief"),
    _R.INVALID_KEY: ProblemMeaning(422, "Invalid Idempotency-Key"),
    _R.INVALID_INSTRUCTION: ProblemMeaning(422, "Invalid instruction"),
    _R.KEY_REUSED: ProblemMeaning(409, "Idempotency-Key used before"),
    _R.NO_ROUTE: ProblemMeaning(503, "No model route", retry_after_s=60),
    _R.NOT_ACTIVE: ProblemMeaning(409, "The job has ended"),
    _R.STILL_ACTIVE: ProblemMeaning(409, "The job is still active"),
    _R.NOTHING_TO_RETRY: ProblemMeaning(409, "Nothing to retry"),
    _R.NO_SUCH_UNIT: ProblemMeaning(404, "No such unit"),
    _R.UNIT_NOT_DONE: ProblemMeaning(409, "The unit is not done", retry_after_s=2),
    _R.NOT_READY: ProblemMeaning(409, "Nothing to read yet", retry_after_s=2),
    _R.NOT_ADAPTABLE: ProblemMeaning(422, "Not a document to adapt"),
    _R.IN_REVIEW: ProblemMeaning(409, "Waits for a person", retry_after_s=300),
    _R.REVIEW_REJECTED: ProblemMeaning(409, "Not handed out"),
    _R.REVIEW_DECIDED: ProblemMeaning(409, "Already decided"),
    _R.ERASED: ProblemMeaning(410, "The content was erased"),
    _R.PAUSED: ProblemMeaning(503, "Requests are paused", retry_after_s=300),
    _R.NOT_ALLOWED: ProblemMeaning(403, "Not allowed for you"),
    _R.TOO_MANY_UNITS: ProblemMeaning(422, "The document is too long for you"),
    _R.LIMIT_REACHED: ProblemMeaning(429, "Limit reached"),
    _R.BUDGET_SPENT: ProblemMeaning(503, "The limit of everybody together is reached"),
    _R.CHANGED_MEANWHILE: ProblemMeaning(409, "Somebody else was at it meanwhile"),
    _R.ALERT_NOT_OPEN: ProblemMeaning(409, "The alert is not open"),
    _R.INVALID_NOTE: ProblemMeaning(422, "Invalid text"),
    _R.INVALID_URL: ProblemMeaning(422, "URL that is not called"),
    _R.TOO_MANY_WEBHOOKS: ProblemMeaning(409, "Too many webhook endpoints"),
    _R.TARGET_DISABLED: ProblemMeaning(409, "The webhook is switched off"),
    _R.INVALID_REHEARSAL: ProblemMeaning(422, "Invalid rehearsal"),
    _R.REHEARSAL_RUNS: ProblemMeaning(409, "A rehearsal is running"),
}
_CODE_OF_STATUS = {400: _P.BAD_REQUEST, 401: _P.UNAUTHENTICATED, 403: _P.NOT_PERMITTED, 404: _P.NOT_FOUND}


class InputError(BaseModel):
    """One thing that is wrong with the input."""

    pointer: str = Field(
        description="JSON Pointer to the value, within what `in` names.", examples=["/brief/weeks"])
    detail: str
    within: str = Field(alias="in", default="body", description="body, query, path or header")


class ProblemOut(BaseModel):
    """RFC 9457.  `code` is stable; `advice` says what to do next."""

    type: str = Field(description="urn:coursewright:problem:<code>")
    title: str
    status: int
    detail: str
    code: str = Field(json_schema_extra={"enum": [str(code) for code in sorted(PROBLEM_MEANINGS)]})
    advice: str
    errors: list[InputError]
    limit: str | None = Field(
        default=None, description="The limit that was reached, as GET /me/usage names it.", examples=["units-per-day"])
    left: int | None = Field(default=None, description="What it still allows, in its own measure.")
    retry_at: dt.datetime | None = Field(
        default=None, description="When the same request would fit; absent if waiting does not help.")
    request_id: str | None = Field(
        default=None, description="Also in X-Request-ID; tell it when you report the problem.")


@dataclass(eq=False)
class Problem(Exception):
    """A problem that a handler raises by its code; what is left empty comes from the code's meaning."""

    code: str
    detail: str = ""
    advice: str = ""
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    retry_after_s: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)     # Any: JSON; further members of the body

    @property
    def meaning(self) -> ProblemMeaning:
        return PROBLEM_MEANINGS[self.code]


def respond(problem: Problem) -> HttpResponse:
    """The answer that tells of `problem`."""
    meaning = problem.meaning
    body = {
        "type": f"urn:coursewright:problem:{problem.code}", "title": meaning.title, "status": meaning.status,
        "detail": problem.detail or meaning.detail, "code": str(problem.code),
        "advice": problem.advice or meaning.advice, "errors": problem.errors[:MAX_ERRORS],
        **({"request_id": request_id.current()} if request_id.current() else {}), **problem.more,
    }
    response = HttpResponse(
        json.dumps(body), status=meaning.status, content_type=MEDIA_TYPE, headers=dict(problem.headers)
    )
    wait_s = meaning.retry_after_s if problem.retry_after_s is None else problem.retry_after_s
    if wait_s is not None:
        response["Retry-After"] = str(wait_s)
    if meaning.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def input_error(place: str, detail: str, *, within: str = "body") -> dict[str, str]:
    return {"pointer": place[:MAX_CHARACTERS], "detail": detail[:MAX_CHARACTERS], "in": within}


# --- The one mapping ----------------------------------------------------------------------------


def problem_of(error: Exception) -> Problem:
    """What the caller is told about `error`."""
    match error:
        case Problem():
            return error
        case Refusal(code, message, advice, problems):
            errors = [input_error(place, detail) for place, detail in problems]
            return _with_limit(error, Problem(code, message, advice, errors))
        case ValidationError():
            return Problem(_P.INVALID_INPUT, errors=[_input_error_of(item) for item in error.errors])
        case Throttled():
            return Problem(_P.THROTTLED, retry_after_s=error.wait)
        case AuthenticationError():
            return Problem(_P.UNAUTHENTICATED)
        case HttpError(__cause__=Problem() as cause):
            return cause                      # raised by our parser, which ninja turns into its own 400
        case HttpError(status_code=400):
            return Problem(_P.MALFORMED_JSON)
        case HttpError(status_code=403, message="CSRF check Failed"):
            return Problem(_P.CSRF_FAILED)
        case HttpError():
            return Problem(_CODE_OF_STATUS.get(error.status_code, _P.INTERNAL))
        case Http404():
            return Problem(_P.NOT_FOUND)
        case RequestDataTooBig():
            return Problem(_P.TOO_LARGE)
        case RawPostDataException():          # a multipart body, read for its CSRF token
            return Problem(_P.UNSUPPORTED_MEDIA_TYPE)
        case UnreadablePostError() | SuspiciousOperation():
            return Problem(_P.BAD_REQUEST)
        case OperationalError() | InterfaceError():
            return Problem(_P.DATABASE_UNAVAILABLE)
        case _:
            return Problem(_P.INTERNAL)


def _with_limit(refusal: Refusal, problem: Problem) -> Problem:
    """`problem`, with the limit that `refusal` names, if it does."""
    if refusal.standing is None:
        return problem
    now = clock.now()
    problem.more = {"limit": refusal.limit, "left": refusal.left}
    problem.headers = ratelimits.fields([refusal.standing], now)
    if refusal.retry_at is not None:
        problem.more = {**problem.more, "retry_at": refusal.retry_at.isoformat()}
        problem.retry_after_s = max(1, math.ceil((refusal.retry_at - now).total_seconds()))
    return problem


def _input_error_of(item: Mapping[str, Any]) -> dict[str, str]:     # Any: an error of pydantic
    within, *path = item["loc"]
    if within == "body":
        path = path[1:]                       # the name of the handler's argument
    return input_error(pointer(*path), item["msg"].removeprefix("Value error, "), within=within)


def _answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    assert isinstance(error, Exception), "ninja hands over what was raised"
    problem = problem_of(error)
    if problem.meaning.status >= 500 and not isinstance(error, Refusal):
        _logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return respond(problem)


def install(api: NinjaAPI) -> None:
    """Ninja looks a handler up by the error's class and its bases; each of ours leads to the one mapping."""
    for error in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(error, _answer)
