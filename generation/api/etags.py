"""Conditional reading: nothing is sent again that the client has.

The tags are weak: equal tags mean the same state, not the same bytes."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """304 if the client said by If-None-Match that it has `etag`."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return HttpResponse(status=304, headers={"ETag": etag}) if etag in known or known == ["*"] else None
