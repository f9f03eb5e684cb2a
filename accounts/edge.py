"""Courtesy limits at the HTTP edge, by django-ratelimit.  They keep one client from crowding out the others; what
may be spent is the ledger's, and holds without them."""

import ipaddress
import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

_logger = logging.getLogger(__name__)
_ENTRY = re.compile(
    r'(?P<quote>"?)(?:\[(?P<bracketed>[^\]%]+)(?:%[^\]]*)?\](?::\d{1,5})?|(?P<v4>[\d.]+):\d{1,5}|(?P<bare>[\d.]+|'
    r'[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:%[^"]*)?)(?P=quote)', re.ASCII)
IPV6_PREFIX = 64      # what one customer of an internet provider has to himself


def client_address(request: HttpRequest) -> str:
    """The address that the nearest of our own proxies saw; for IPv6 its /64.

    With N trusted proxies that is the N-th entry of X-Forwarded-For from the right: entries further to the left
    were sent by the client, and may say anything.  Empty entries are none (RFC 9110, 5.6.1)."""
    hops: int = settings.TRUSTED_PROXIES
    address = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if hops and len(forwarded) >= hops:
        address = forwarded[-hops]
    try:
        parsed = ipaddress.ip_address(_bare(address))
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)


def _bare(entry: str) -> str:
    """The address in `203.0.113.7:50007`, `[2001:db8::1]:443`, `"[2001:db8::1]"`, `fe80::1%eth0`, as proxies write it.

    The port is no part of who somebody is: one client has thousands of them."""
    found = _ENTRY.fullmatch(entry)
    return (found["bracketed"] or found["v4"] or found["bare"]) if found else ""


def wait_s(request: HttpRequest, group: str, key: str, rate: str) -> int | None:
    """Count one request of `key`; how many seconds it must wait, or None if it may pass.

    Without Redis everything passes: refusing all requests would be worse than counting none."""
    try:
        usage = get_usage(request, group=group, key=lambda _group, _request: key, rate=rate, increment=True)
    except (RedisError, OSError) as error:
        _logger.warning("requests are not counted: %s", type(error).__name__)
        return None
    if usage is None or not usage["should_limit"]:
        return None
    return max(1, usage["time_left"])


def limited_sign_in(view: Callable[..., Any]) -> Callable[..., Any]:     # Any: a view
    """`view`, which signs people in, with attempts limited for each address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:     # Any: a view's
        if request.method == "POST":
            wait = wait_s(request, "sign-in", client_address(request), settings.SIGN_IN_RATE)
            if wait is not None:
                return HttpResponse(
                    f"Too many attempts to sign in.  Try again in {wait} seconds.\n", status=429,
                    content_type="text/plain; charset=utf-8", headers={"Retry-After": str(wait)},
                )
        return view(request, *args, **kwargs)

    return guarded
