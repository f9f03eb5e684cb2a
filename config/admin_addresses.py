"""One guard before all pages of the admin: addresses that no link leads to are refused, not looked up; and what
is not for whoever asked for it is answered with a page of the admin."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import InvalidPage
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from generation.admin import sight

_NUMBER = re.compile(r"[+-]?[\d_]+")
_YEAR = re.compile(r"\+?0*[1-9]\d{0,3}")


class GuardAdminAddresses(MiddlewareMixin):
    """400 for a NUL anywhere in the address: PostgreSQL takes none in text, and fails comparing anything with it.
    400 for a year that no calendar has: Django makes a date of it.  404 for a page that a list does not have."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not _is_of_the_admin(request):
            return None
        asked = [(name, text) for name, texts in request.GET.lists() for text in texts]
        if "\0" in request.path_info or any("\0" in name + text for name, text in asked):
            return _answer(400, "The address holds a NUL character.")
        if any(_NUMBER.fullmatch(part) and not _YEAR.fullmatch(part) for part in _years(asked)):
            return _answer(400, "There is no such year.")
        return None

    def process_view(self, request: HttpRequest, *_view: Any) -> None:     # Any: as in Django
        if _is_of_the_admin(request):
            sight.begin(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What Django would answer, too, but with a bare page, and for a refusal with a stack trace in the log."""
        if not _is_of_the_admin(request):
            return None
        if isinstance(exception, InvalidPage):
            return _answer(404, "The list has no such page.")
        return sight.refused_page(request) if isinstance(exception, PermissionDenied) else None


def _is_of_the_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith(_root())


@cache
def _root() -> str:
    return reverse("admin:index")


def _years(asked: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What is compared with a year: `created_at__year=2026`, `created_at__year__in=2025,2026`."""
    for name, text in asked:
        if not {"year", "iso_year"}.isdisjoint(name.split("__")[1:]):
            yield from (part.strip() for part in text.split(","))


def _answer(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence + "\n", status=status, content_type="text/plain; charset=utf-8")
