"""People and their API tokens.  A token's secret is shown once; the database keeps its SHA-256."""

import datetime as dt
import hashlib
import secrets
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models.functions import Now

from accounts.compiled import Given, Selection

TOKEN_PREFIX = "cw_"     # noqa: S105  not a secret
VISIBLE_CHARACTERS = 11      # "cw_" and eight more: enough to recognise, useless to guess
LAST_USED_GRAIN = dt.timedelta(minutes=1)


class Role(models.TextChoices):
    STUDENT = "student", "Student"
    TEACHER = "teacher", "Teacher"
    ADMIN = "admin", "Administrator"


class PeopleManager(UserManager["User"]):
    """Django's own, but for the role of a superuser; equal to it, because nothing of it is in the database."""

    def __eq__(self, other: object) -> bool:      # migrations compare managers
        return isinstance(other, UserManager)

    __hash__ = UserManager.__hash__

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None,
        **more: Any,     # Any: values of columns
    ) -> "User":
        """Who may do everything has the role of an administrator, too, unless another is named."""
        return super().create_superuser(username, email, password, **{"role": Role.ADMIN, **more})


class User(AbstractUser):
    """Somebody who asks for documents.  The role says what may be spent; groups say what may be done."""

    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)

    objects: ClassVar[PeopleManager] = PeopleManager()

    class Meta:
        permissions = [("erase_user", "Can erase a user's data")]
        constraints = [
            models.CheckConstraint(
                name="user_role_known", condition=models.Q(role__in=[role.value for role in Role])
            ),
        ]


def close_account(user_id: int) -> None:
    """Nobody signs in with it any more, and none of its tokens opens anything."""
    User.objects.filter(pk=user_id).update(is_active=False)


def pseudonymise(user_id: int) -> None:
    """Leave of the account only what counts: its id and its role.  What it may do is taken from it, too."""
    user = User.objects.get(pk=user_id)
    user.username, user.first_name, user.last_name, user.email = f"erased-{user_id}", "", "", ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self) -> "ApiTokenQuerySet":
        """Neither revoked nor expired, of an active user; by the database's clock."""
        return self.filter(
            models.Q(expires_at__isnull=True) | models.Q(expires_at__gt=Now()),
            revoked_at__isnull=True, user__is_active=True,
        )


class ApiToken(models.Model):
    """256 random bits for `Authorization: Bearer`.  High entropy, so a plain SHA-256 is enough."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, help_text="Where it is used, so that it can be told apart.")
    prefix = models.CharField(max_length=VISIBLE_CHARACTERS, editable=False)
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it does not expire.")
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "API token"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create_token(
    user: User, name: str, *, expires_at: dt.datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token and its secret, which nothing can show again."""
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name, expires_at=expires_at,
        prefix=secret[:VISIBLE_CHARACTERS], sha256=digest(secret),
    )
    return token, secret


def revoke_token(token: ApiToken) -> bool:
    """The token opens nothing from now on; False if it was revoked before."""
    return bool(ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=Now()))


_token_of = Selection(lambda: ApiToken.objects.order_by().select_related("user").annotate(db_now=Now()).filter(
    sha256=Given("sha256", models.CharField())))


def user_of_token(secret: str) -> User | None:
    """The active user whose usable token `secret` is, noting the use to the minute."""
    token = _token_of.first(sha256=digest(secret))
    if token is None or not token.user.is_active or token.revoked_at is not None:
        return None
    now: dt.datetime = token.db_now
    if token.expires_at is not None and token.expires_at <= now:
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_GRAIN:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user
