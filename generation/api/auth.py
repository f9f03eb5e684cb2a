"""Who asks: an API token first, then the browser's session with its CSRF token.

What somebody may see is a queryset; what somebody may do to a job of others is a permission."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, SessionAuth

from accounts import edge
from accounts.compiled import Given, Selection
from accounts.models import ApiToken, User, digest, user_of_token
from generation.api.problems import Problem, ProblemCode
from generation.models import Job, clock
from generation.models.job import sees_all_jobs


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


_job = Selection(lambda: _jobs_by_id())
_own_job = Selection(lambda: _jobs_by_id().filter(user=Given("user_id", models.BigIntegerField())))


def _jobs_by_id() -> QuerySet[Job]:
    return Job.objects.order_by().select_related("route", "user").filter(
        public_id=Given("public_id", models.UUIDField()))


def job_for(user: User, job_id: UUID) -> Job:
    """The job, if `user` may see it; otherwise it does not exist."""
    job = (_job if sees_all_jobs(user) else _own_job).first(public_id=job_id, user_id=user.pk)
    if job is None:
        raise Problem(ProblemCode.NOT_FOUND, "There is no such job among those that you may see.")
    return job


def job_to_change(user: User, job_id: UUID, permission: str) -> Job:
    """As `job_for`; a job of somebody else also needs `permission`."""
    job = job_for(user, job_id)
    if job.user_id != user.pk and not user.has_perm(permission):
        raise Problem(ProblemCode.NOT_PERMITTED)
    return job


@dataclass(frozen=True)
class Entitlement:
    """By what right somebody follows a job after the request was let in: a token or a session, never both."""

    user_id: int
    is_own: bool               # False: theirs is the permission to see everybody's
    token_id: int | None = None
    session_key: str = ""
    session_hash: str = ""     # of the password that the session was opened with


def entitlement(request: HttpRequest, job: Job) -> Entitlement:
    """The right by which `request` may see `job`."""
    user = caller(request)
    token, is_own = token_of(request), job.user_id == user.pk
    if token is not None:
        return Entitlement(user.pk, is_own, token_id=token.pk)
    return Entitlement(
        user.pk, is_own, session_key=request.session.session_key or "",
        session_hash=request.session.get(HASH_SESSION_KEY, ""),
    )


def still_entitled(entitlements: Collection[Entitlement]) -> set[Entitlement]:
    """Those of `entitlements` that a new request would still be let in by.  At most four queries, however many."""
    ids = {one.user_id for one in entitlements}
    users = {user.pk: user for user in User.objects.filter(pk__in=ids, is_active=True).only("password")}
    strangers = {one.user_id for one in entitlements if not one.is_own}
    staff = set(
        User.objects.with_perm("generation.view_job").filter(pk__in=strangers, is_staff=True)
        .values_list("pk", flat=True) if strangers else ()
    )
    by_token = {one.token_id for one in entitlements if one.token_id is not None}
    tokens = set(
        ApiToken.objects.usable().filter(pk__in=by_token).values_list("pk", flat=True) if by_token else ()
    )
    by_session = {one.session_key for one in entitlements if one.token_id is None}
    sessions = set(
        Session.objects.filter(pk__in=by_session, expire_date__gt=clock.now()).values_list("pk", flat=True)
        if by_session else ()
    )
    hashes = {user_id: users[user_id].get_session_auth_hash() for user_id in users} if by_session else {}

    def is_entitled(one: Entitlement) -> bool:
        if one.user_id not in users or not (one.is_own or one.user_id in staff):
            return False
        if one.token_id is not None:
            return one.token_id in tokens
        return one.session_key in sessions and hashes[one.user_id] == one.session_hash

    return {one for one in entitlements if is_entitled(one)}
