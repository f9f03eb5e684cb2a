"""The REST API as a stranger's program would use it: over HTTP, with a bearer token and nothing of ours."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO, Any
from urllib.parse import urlsplit

TIMEOUT_S = 30.0          # also between two lines of a stream, whose heartbeat comes more often
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class NoAnswer(Exception):
    """Nobody answered, or broke off; the message says why."""


@dataclass(frozen=True)
class ApiResponse:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:     # Any: JSON
        """The body as JSON; an empty object if it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def problem(self) -> str:
        """What a problem+json says to people; empty for anything else."""
        found = self.json if "problem+json" in self.headers.get("Content-Type", "") else {}
        words = " ".join(str(found[name]) for name in ("detail", "advice") if found.get(name))
        return f"{found.get('title')}: {words}" if words else str(found.get("title", ""))


@dataclass(frozen=True)
class StreamEvent:
    id: str
    name: str
    data: Any     # JSON


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer: following it would turn a POST into a GET."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class ApiClient:
    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token
        # Never through a proxy to ourselves.
        proxies = urllib.request.ProxyHandler({} if urlsplit(url).hostname in LOOPBACK else None)
        self._opener = urllib.request.build_opener(proxies, NoRedirect())

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> ApiResponse:     # Any: JSON
        """The answer, whatever its status."""
        with self._open(method, path, body, headers) as response:
            try:
                return ApiResponse(response.status, response.headers, response.read())
            except (OSError, HTTPException) as error:
                raise NoAnswer(f"{method} {path} broke off: {error}") from error

    def events(self, path: str, last_event_id: str = "") -> Iterator[StreamEvent]:
        """The events of one stream, until it closes."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        with self._open("GET", path, None, headers) as response:
            if response.status != 200:
                return
            fields: dict[str, str] = {}
            try:
                for line in response:
                    text = line.decode().rstrip("\r\n")
                    if not text and "data" in fields:
                        data = json.loads(fields["data"])
                        yield StreamEvent(fields.get("id", ""), fields.get("event", "message"), data)
                    if not text:
                        fields = {}
                    elif not text.startswith(":"):
                        name, _, value = text.partition(":")
                        fields[name] = value.removeprefix(" ")
            except (OSError, HTTPException) as error:
                raise NoAnswer(f"the stream {path} broke off: {error}") from error

    def _open(
        self, method: str, path: str, body: Any, headers: dict[str, str]     # Any: JSON
    ) -> HTTPResponse:
        sent = {"Authorization": f"Bearer {self._token}", "Accept": "application/json", **headers}
        content = None
        if body is not None:
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        request = urllib.request.Request(self._url + path, content, sent, method=method)
        try:
            response: HTTPResponse = self._opener.open(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            return error     # type: ignore[return-value]     # it is a response, too
        except (OSError, HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise NoAnswer(f"nothing usable answers at {self._url}: {reason}") from error
        return response
