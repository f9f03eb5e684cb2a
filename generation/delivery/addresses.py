"""Which addresses may be called.  A URL is judged when it is written down and when it is used, an IP address
right before a socket for it exists.

yarl parses here because aiohttp calls what yarl parsed: two parsers would disagree about somebody's trick."""

import ipaddress
import re
from dataclasses import dataclass

from yarl import URL

PORTS = frozenset({443, 8443})
MAX_CHARACTERS = 2_000
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# The standard library's `is_global` changes with its tables; these are refused whatever it says.
_SPECIAL_V4 = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24")))
# Of IPv6 only global unicast is called, and nothing of it that stands for an IPv4 address somewhere else.
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_SPECIAL_V6 = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Reach:
    """How far deliveries go.  `allows_loopback` also lets plain http go to this machine: for rehearsal and tests."""

    allows_loopback: bool = False


def is_loopback_url(url: URL) -> bool:
    return url.scheme == "http" and (url.host or "") in LOOPBACK_NAMES


def problem_with(text: str, reach: Reach = Reach()) -> str | None:
    """Why `text` cannot be a delivery's URL, as the end of a sentence; None if it can.  Asks no name server."""
    if len(text) > MAX_CHARACTERS:
        return f"is longer than {MAX_CHARACTERS} characters"
    if re.search(r"[^\x21-\x7e]", text):
        return "has characters that no URL has; write names in their xn-- form"
    if "\\" in text:
        return "has a backslash"
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError:
        return "is not a URL"
    if "@" in re.split(r"[/?#]", text.partition("://")[2])[0]:      # also an empty one, which yarl drops
        return "must not hold a user name or a password"
    if reach.allows_loopback and is_loopback_url(url):
        return None
    if url.scheme != "https" or not host:
        return "must start with https://"
    if port not in PORTS:
        return f"must use port {' or '.join(map(str, sorted(PORTS)))}"
    return _problem_with_host(host)


def _problem_with_host(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        if re.fullmatch(r"\d+|0x[0-9a-f]*", last, re.IGNORECASE):
            return "names a number that is no IP address in its usual form"      # 127.1, 0x7f000001, 2130706433
        if "%" in host:
            return "names a network interface"
        return None
    return None if is_public(address) else "leads into a private network"


def is_public(address: Address) -> bool:
    """Whether `address` is one of the Internet's, for certain."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id is not None or address not in _GLOBAL_V6:
            return False
    special = _SPECIAL_V4 if address.version == 4 else _SPECIAL_V6
    return address.is_global and not address.is_multicast and not any(address in network for network in special)


def may_connect(ip: str, reach: Reach, *, is_loopback_call: bool) -> bool:
    """The last word, for the address that a socket is about to be opened to."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    if is_loopback_call:
        return reach.allows_loopback and address.is_loopback
    return is_public(address)
