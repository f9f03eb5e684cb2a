"""Who looks at a page of the admin: what they may not open is text there instead of a link, and whom they can ask.

Columns and read-only fields are not given the request.  It is remembered beside them for as long as it lasts, as
Django remembers the language."""

from contextvars import ContextVar

from django.contrib import admin
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from unfold.fields import UnfoldAdminReadonlyField

from accounts.groups import ADMINISTRATORS
from accounts.models import User

NAMED = 3
_looking: ContextVar[HttpRequest | None] = ContextVar("looking", default=None)


def begin(request: HttpRequest) -> None:
    _looking.set(request)


def may_open(row: Model | type[Model]) -> bool:
    """Whether who looks may open the page of `row`, or the list of a model; True where nobody looks."""
    request = _looking.get()
    page = admin.site._registry.get(row if isinstance(row, type) else type(row))
    if request is None or page is None:
        return page is not None
    return page.has_view_permission(request, None if isinstance(row, type) else row)


def whom_to_ask() -> str:
    """`Ask an administrator: adam or root.`"""
    able = User.objects.filter(Q(groups__name=ADMINISTRATORS) | Q(is_superuser=True), is_active=True, is_staff=True)
    names = list(able.order_by("username").values_list("username", flat=True).distinct()[:NAMED])
    return f"Ask an administrator: {' or '.join(names)}." if names else "Ask whoever runs this installation."


def refused_page(request: HttpRequest) -> HttpResponse:
    """What stands in place of a page or button that is not for whoever asked for it."""
    user = request.user
    is_superuser = isinstance(user, User) and user.is_superuser
    return TemplateResponse(request, "generation/admin/refused.html", {
        **admin.site.each_context(request), "title": "Not permitted", "is_superuser": is_superuser,
        "whom_to_ask": "" if is_superuser else whom_to_ask(),
    }, status=403)


def install() -> None:
    """The theme leads from every foreign key to its row's page, also those who may not open it."""
    original = UnfoldAdminReadonlyField.get_admin_url

    def get_admin_url(self: UnfoldAdminReadonlyField, remote_field: object, remote_obj: Model) -> SafeString | str:
        if not may_open(remote_obj):
            return str(remote_obj)
        link: SafeString | str = original(self, remote_field, remote_obj)
        return link

    UnfoldAdminReadonlyField.get_admin_url = get_admin_url
