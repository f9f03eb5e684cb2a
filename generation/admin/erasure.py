"""Erasing what somebody said: a page that says what goes and what stays, and asks once more.

Users are not deleted, because what their documents did cost stays on record: the page of deletion leads here."""

from typing import TYPE_CHECKING, Any, Protocol

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.models import User
from generation.admin.records import person
from generation.services.errors import Refusal
from generation.services.maintenance import erasure

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

PERMISSION = "accounts.erase_user"
INSTEAD = (
    "Users who asked for documents are not deleted, because what these did cost stays on record. "
    "Erase their data instead: every text goes, and the account becomes nameless."
)


class KnowsSite(Protocol):
    admin_site: "AdminSite"


def erase_page(model_admin: KnowsSite, request: HttpRequest, user: User) -> HttpResponse:
    """Ask, or erase if that was confirmed.  The caller knows that the one may manage the other."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    by = person(request)
    address = reverse("admin:accounts_user_change", args=[user.pk])
    try:
        erasure.check(user, by=by)
        if request.method == "POST" and request.POST.get("confirmed") == user.username:
            erased = erasure.erase_user(user, by=by, keep_account="keep_account" in request.POST)
            rows = sum(step.rows or 0 for step in erased)
            messages.success(request, f"Erased: {rows} rows. What the documents did cost is unchanged.")
            return HttpResponseRedirect(address)
    except Refusal as refusal:
        messages.warning(request, f"{refusal.message} {refusal.advice}")
        return HttpResponseRedirect(address)
    context: dict[str, Any] = {     # Any: a template's context
        **model_admin.admin_site.each_context(request), "title": f"Erase the data of {user}", "person": user,
        "steps": erasure.preview(user), "back": address,
        "was_wrong": request.method == "POST",
    }
    return TemplateResponse(request, "generation/admin/erase.html", context)
