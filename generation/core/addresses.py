"""Where an address leads: how a URL may be spelled, what kind of place an IP address is, which hosts the environment
names, and whether one base URL is within another.

A URL is judged when it is written down and when it is used, an IP address right before a socket for it exists.  yarl
parses here because aiohttp calls what yarl parsed: two parsers would disagree about somebody's trick."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# The standard library's `is_global` changes with its tables; these are refused whatever it says.  The last is where
# Azure's machines ask for their secrets.
_SPECIAL_V4 = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
# Of IPv6 only global unicast is called, and nothing of it that stands for an IPv4 address somewhere else.
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
_SPECIAL_V6 = tuple(map(ipaddress.ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
# Networks of one's own, and the shared one that virtual private networks use.
_PRIVATE = tuple(map(ipaddress.ip_network, (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
# Inside of them, where clouds keep their machines' secrets: Alibaba's, and Amazon's under IPv6.
_SECRETS = tuple(map(ipaddress.ip_network, ("100.100.100.200/32", "fd00:ec2::/32")))


class Whereabouts(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
    NOWHERE = "nowhere"      # link-local, unspecified, multicast, reserved: no provider answers there


def place_of(address: Address) -> Whereabouts:
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return place_of(mapped)
    if getattr(address, "scope_id", None) is not None:
        return Whereabouts.NOWHERE
    if address.is_loopback:
        return Whereabouts.LOOPBACK
    if any(address in network for network in _PRIVATE):
        return Whereabouts.NOWHERE if any(address in network for network in _SECRETS) else Whereabouts.PRIVATE
    if address.version == 6 and address not in _GLOBAL_V6:
        return Whereabouts.NOWHERE
    special = _SPECIAL_V4 if address.version == 4 else _SPECIAL_V6
    is_public = address.is_global and not address.is_multicast and not any(address in network for network in special)
    return Whereabouts.PUBLIC if is_public else Whereabouts.NOWHERE


def place_of_ip(text: str) -> Whereabouts:
    """Of an address as the resolver writes it; what is none leads nowhere."""
    try:
        return place_of(ipaddress.ip_address(text))
    except ValueError:
        return Whereabouts.NOWHERE


# --- How a URL is spelled -------------------------------------------------------------------------


def spelling_problem(text: str) -> str | None:
    """Why `text` cannot be the URL of a server, as the end of a sentence; None if it can.  Asks no name server."""
    if re.search(r"[^\x21-\x7e]", text):
        return "has characters that no URL has; write names in their xn-- form"
    if "\\" in text:
        return "has a backslash"
    try:
        url = URL(text)
        host, _port = url.host, url.port
    except ValueError:
        return "is not a URL"
    if "@" in re.split(r"[/?#]", text.partition("://")[2])[0]:      # also an empty one, which yarl drops
        return "must not hold a user name or a password"
    return host_problem(host) if host else None


def host_problem(host: str) -> str | None:
    """Likewise, of a host: odd spellings of IP addresses are for those who hide where they lead."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        last = host.rstrip(".").rpartition(".")[2]
        if re.fullmatch(r"\d+|0x[0-9a-f]*", last, re.IGNORECASE):
            return "names a number that is no IP address in its usual form"      # 127.1, 0x7f000001, 2130706433
        if "%" in host:
            return "names a network interface"
        return None
    return "names a network interface" if "%" in host else None


def base_url_problem(text: str) -> str | None:
    """Why `text` cannot be the base URL of a provider, whoever it is; None if it can."""
    problem = spelling_problem(text)
    if problem is not None:
        return problem
    url = URL(text)
    if url.scheme not in {"http", "https"} or not url.host:
        return "must be like https://models.example/v1"
    if "?" in text or "#" in text:
        return "must not have a query or a fragment"
    place = literal_place(text)
    return "leads to where no provider answers" if place is Whereabouts.NOWHERE else None


def literal_place(text: str) -> Whereabouts | None:
    """Where a URL with an IP address leads; None for a name."""
    host = URL(text).host or ""
    try:
        return place_of(ipaddress.ip_address(host))
    except ValueError:
        return None


def origin_of(text: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL that is spelled well, each in one form."""
    url = URL(text)
    return url.scheme, _one_form(url.raw_host or ""), url.port or 0


def authority_of(text: str) -> str:
    """`models.example:443`: host and port as settings name them."""
    _scheme, host, port = origin_of(text)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _one_form(host: str) -> str:
    host = host.lower().rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host


def is_within(base_url: str, bound: str) -> bool:
    """Whether `base_url` has the scheme, host and port of `bound`, and its path or one below.

    The path counts, because some hosts serve many by it; one that hides where it leads is within nothing but itself."""
    if base_url.rstrip("/") == bound.rstrip("/"):
        return True
    if base_url_problem(base_url) or base_url_problem(bound) or origin_of(base_url) != origin_of(bound):
        return False
    path, above = _path(base_url), _path(bound)
    if "%" in path or any(step in {".", ".."} for step in path.split("/")):
        return False
    return f"{path}/".startswith(f"{above}/")


def _path(text: str) -> str:
    """As it is written: yarl's has its dots taken out."""
    _, _, rest = text.partition("://")[2].partition("/")
    return f"/{rest}".rstrip("/")


# --- What the environment names -------------------------------------------------------------------


@dataclass(frozen=True)
class NamedHosts:
    """The hosts that the environment names, for providers that may be in one's own network.

    `listed` are those of PROVIDER_HOSTS, as `host` (every port) or `host:port`; `urls` are base URLs of other settings,
    which name their host and port."""

    listed: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    allows_loopback: bool = False

    def name(self, url: str) -> bool:
        """Whether the host of `url`, with its port, is named."""
        _scheme, host, port = origin_of(url)
        if any(origin_of(one)[1:] == (host, port) for one in self.urls):
            return True
        return any(listed in {(host, None), (host, port)} for listed in map(read_host, self.listed))

    def allow(self, ip: str, url: str) -> bool:
        """The last word, for the address that a socket is about to be opened to on behalf of `url`."""
        match place_of_ip(ip):
            case Whereabouts.PUBLIC:
                return True
            case Whereabouts.NOWHERE:
                return False
            case Whereabouts.LOOPBACK if self.allows_loopback:
                return True
        return self.name(url)

    def refusal(self, ip: str, url: str) -> str:
        """Why `allow` said no, with the line that would change that, where one would."""
        authority = authority_of(url)
        place = place_of_ip(ip)
        if place is Whereabouts.NOWHERE:
            return f"{authority} leads to where no provider answers, so nothing is sent there."
        where = "this machine itself" if place is Whereabouts.LOOPBACK else "a private network"
        line = f"PROVIDER_HOSTS={','.join([*self.listed, authority])}"
        return f"{authority} leads into {where}. If a provider of yours is there, set {line} for web and workers."


def read_host(text: str) -> tuple[str, int | None]:
    """Host and port of one entry of PROVIDER_HOSTS; no port stands for all.  ValueError for what is no host."""
    bare = f"[{text}]" if text.count(":") > 1 and not text.startswith("[") else text
    url = URL(f"http://{bare}")
    host = url.raw_host or ""
    if url.path != "/" or url.query_string or url.fragment or "@" in text or not host or spelling_problem(str(url)):
        raise ValueError("no host")
    if literal_place(str(url)) is Whereabouts.NOWHERE:
        raise ValueError("no provider answers there")
    return _one_form(host), url.explicit_port
