"""Which addresses deliveries may call.  What an address is, `core/addresses.py` knows; these are the rules for URLs
that somebody else chose."""

from dataclasses import dataclass

from yarl import URL

from generation.core.addresses import Whereabouts, literal_place, place_of_ip, spelling_problem

PORTS = frozenset({443, 8443})
MAX_CHARACTERS = 2_000
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


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
    problem = spelling_problem(text)
    if problem is not None:
        return problem
    url = URL(text)
    if reach.allows_loopback and is_loopback_url(url):
        return None
    if url.scheme != "https" or not url.host:
        return "must start with https://"
    if url.port not in PORTS:
        return f"must use port {' or '.join(map(str, sorted(PORTS)))}"
    return "leads into a private network" if literal_place(text) not in {None, Whereabouts.PUBLIC} else None


def may_connect(ip: str, reach: Reach, *, is_loopback_call: bool) -> bool:
    """The last word, for the address that a socket is about to be opened to."""
    place = place_of_ip(ip)
    if is_loopback_call:
        return reach.allows_loopback and place is Whereabouts.LOOPBACK
    return place is Whereabouts.PUBLIC
