"""What no browser sends, dropped before it reaches the database."""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class DropImpossibleCookies(MiddlewareMixin):
    """A cookie with a NUL in it counts as none: PostgreSQL takes no NUL in text, and would fail looking it up."""

    def process_request(self, request: HttpRequest) -> None:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
