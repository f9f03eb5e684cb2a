"""The admin as somebody's browser uses it: a session cookie, forms as their pages have them; redirects are answers."""

import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from generation.testbed.api_client import TIMEOUT_S, NoAnswer, NoRedirect
from generation.testbed.page_forms import sign_in_form

SIGN_IN = "/admin/login/"


@dataclass(frozen=True)
class PageAnswer:
    """`leads` is where a redirect points, empty for a page."""

    status: int
    leads: str
    text: str

    @property
    def wants_sign_in(self) -> bool:
        return SIGN_IN in self.leads


class AdminClient:
    """One person at the admin of the installation at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        # Never through a proxy: a scratch installation is on this machine.
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), NoRedirect(), urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self, name: str, password: str) -> PageAnswer:
        """A redirect away from the sign-in page, if the password is right."""
        page = self.get(SIGN_IN)
        if page.status != 200:
            return page
        return self.post(SIGN_IN, {**sign_in_form(page.text), "username": [name], "password": [password]})

    def get(self, path: str) -> PageAnswer:
        return self._ask(urllib.request.Request(self._url + path))

    def post(self, path: str, form: Mapping[str, list[str]]) -> PageAnswer:
        return self._ask(urllib.request.Request(self._url + path, urlencode(form, doseq=True).encode()))

    def _ask(self, request: urllib.request.Request) -> PageAnswer:
        """NoAnswer if nobody answers, or breaks off."""
        try:
            try:
                response = self._opener.open(request, timeout=TIMEOUT_S)
            except urllib.error.HTTPError as error:
                response = error      # it is a response, too
            with response:
                text = response.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise NoAnswer(f"nothing usable answers at {request.full_url}: {error}") from error
        return PageAnswer(response.status, response.headers.get("Location", ""), text)
