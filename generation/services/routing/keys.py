"""Where a route's calls go and with which key.  Keys are in the environment, and so is where each may be sent: no row
holds a key, and none decides who gets one."""

from dataclasses import dataclass

from django.conf import settings

from generation.core.addresses import NamedHosts, authority_of, base_url_problem, is_within, literal_place
from generation.core.outcomes import CallCode
from generation.core.routing import Endpoint
from generation.llm.client import OPENAI_URL

NO_KEY = "no-key-set"      # the bundled simulator takes any key; a real service answers with 401, which jobs show
OWN = Endpoint()


@dataclass(frozen=True)
class Stop:
    """Why nothing is sent to an endpoint from here, with the line that would change it."""

    code: CallCode
    sentence: str


def url_of(endpoint: Endpoint) -> str | None:
    """The address; None stands for OpenAI's own."""
    url: str | None = endpoint.base_url or settings.OPENAI_BASE_URL
    return url


def key_of(endpoint: Endpoint) -> str | None:
    """The key itself, which no row holds; None if its name is not known here, or it may not be sent there.

    The installation's own key goes to its own address only: a route with another address names its key, or has none."""
    if endpoint.key_name:
        key: str | None = settings.PROVIDER_KEYS.get(endpoint.key_name)
        return key if _is_bound(endpoint) else None
    if endpoint.base_url and not is_within(endpoint.base_url, settings.OPENAI_BASE_URL or OPENAI_URL):
        return NO_KEY
    return settings.OPENAI_API_KEY or NO_KEY


def stop_of(endpoint: Endpoint) -> Stop | None:
    """Why this process sends nothing to `endpoint`; None if it does.  What names lead to is judged at the socket."""
    url, name = url_of(endpoint) or OPENAI_URL, endpoint.key_name
    if problem := base_url_problem(url):
        return Stop(CallCode.ADDRESS_REFUSED, f"The address {problem}, so nothing is sent there.")
    if name and (name not in settings.PROVIDER_KEYS or not _is_bound(endpoint)):
        bound = ",".join(dict.fromkeys([*settings.PROVIDER_URLS.get(name, ()), url]))
        line = f"PROVIDER_URL_{name}={bound}"
        if name not in settings.PROVIDER_KEYS:
            return Stop(
                CallCode.KEY_UNBOUND,
                f"PROVIDER_KEY_{name} is not set in the environment of the worker. Set it and {line} for web and "
                "workers.")
        return Stop(
            CallCode.KEY_UNBOUND,
            f"The key {name} is not bound to {authority_of(url)}. If it may be sent there, set {line} for web and "
            "workers.")
    hosts, place = named_hosts(), literal_place(url)
    if place is not None and not hosts.allow(_literal(url), url):
        return Stop(CallCode.ADDRESS_REFUSED, hosts.refusal(_literal(url), url))
    return None


def named_hosts() -> NamedHosts:
    """The hosts that the environment names, in whatever setting it does."""
    bound = [url for urls in settings.PROVIDER_URLS.values() for url in urls]
    return NamedHosts(
        tuple(settings.PROVIDER_HOSTS), tuple(filter(None, [settings.OPENAI_BASE_URL or OPENAI_URL, *bound])),
        allows_loopback=not settings.IS_PRODUCTION)


def _is_bound(endpoint: Endpoint) -> bool:
    url = url_of(endpoint) or OPENAI_URL
    return any(is_within(url, bound) for bound in settings.PROVIDER_URLS.get(endpoint.key_name, ()))


def _literal(url: str) -> str:
    return authority_of(url).rpartition(":")[0].strip("[]")
