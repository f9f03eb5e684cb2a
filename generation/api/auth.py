"""Who asks: an API token first, then the browser's session with its CSRF token.

What somebody may see is a queryset; what somebody may do to a job of others is a permission."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, SessionAuth

from accounts import edge
from accounts.models import ApiToken, User, digest, user_of_token
from generation.api.problems import Problem, ProblemCode
from generation.models import Job


class BearerToken(HttpBearer):
    """`Authorization: Bearer cw_...`.  A token that is not usable is refused, even beside a valid session."""

    def authenticate(self, request: HttpRequest, token: str) -> User:
        user = user_of_token(token)
        if user is None:
            raise AuthenticationError
        _count(request, user)
        return user


class BrowserSession(SessionAuth):
    """Ninja's session check, which wants a CSRF token of every method but GET.

    Who is not signed in at all hears 401, not that a CSRF token is missing."""

    def __call__(self, request: HttpRequest) -> Any:     # Any: as ninja declares it
        if not request.user.is_authenticated:
            return None
        user = super().__call__(request)
        if isinstance(user, User):
            _count(request, user)
        return user


def _count(request: HttpRequest, user: User) -> None:
    """Raises Problem if `user` asks too often, with whatever token or session."""
    wait = edge.wait_s(request, "api", f"user-{user.pk}", settings.API_RATE)
    if wait is not None:
        raise Problem(ProblemCode.THROTTLED, retry_after_s=wait)


AUTH = (BearerToken(), BrowserSession())      # in this order: the session's check raises, and ends the search


def caller(request: HttpRequest) -> User:
    """The user whom `AUTH` found; never `request.user`, which knows nothing of tokens."""
    user = request.auth     # type: ignore[attr-defined]  # ninja sets it
    assert isinstance(user, User)
    return user


def token_of(request: HttpRequest) -> ApiToken | None:
    """The token that the request came with; None for a session."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != BearerToken.openapi_scheme:
        return None
    return ApiToken.objects.filter(sha256=digest(secret)).first()


def job_for(user: User, job_id: UUID) -> Job:
    """The job, if `user` may see it; otherwise it does not exist."""
    job = Job.objects.visible_to(user).select_related("route", "user").filter(public_id=job_id).first()
    if job is None:
        raise Problem(ProblemCode.NOT_FOUND, "There is no such job among those that you may see.")
    return job


def job_to_change(user: User, job_id: UUID, permission: str) -> Job:
    """As `job_for`; a job of somebody else also needs `permission`."""
    job = job_for(user, job_id)
    if job.user_id != user.pk and not user.has_perm(permission):
        raise Problem(ProblemCode.NOT_PERMITTED)
    return job
