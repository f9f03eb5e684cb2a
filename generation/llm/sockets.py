"""Connections to providers.  Where one leads is judged at its socket, for every address that its name resolves to, so
no spelling, no name server and no second answer of one leads elsewhere.

No redirect is followed by anybody who connects here.  A proxy of the environment carries only calls to hosts that the
environment names: whoever resolves the name judges nothing there, so a route that a person made is called directly."""

import asyncio
import socket
import ssl
import urllib.request
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from generation.core.addresses import NamedHosts, Whereabouts, base_url_problem, origin_of, place_of_ip

AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
Judge = Callable[[str], None]
EMBEDDED = NamedHosts(allows_loopback=True)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Forbidden(Exception):
    """An address where nothing is sent, in a sentence; raised before a socket for it exists."""


def proxy_of(url: str, hosts: NamedHosts) -> str | None:
    """The proxy through which `url` is called, as the environment has it; None: directly."""
    scheme, host, _port = origin_of(url)
    if host in LOOPBACK or not hosts.name(url) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(scheme) or proxies.get("all")


def connector(
    url: str, hosts: NamedHosts, *, limit: int = 100, keepalive_s: float | None = None,
    tls: ssl.SSLContext | bool = True,
) -> aiohttp.TCPConnector:
    """Of calls to `url`.  Forbidden if the URL itself is none; otherwise it is raised out of the call.

    Without `keepalive_s` a connection is used once.  Belongs to the running event loop."""
    problem = base_url_problem(url)
    if problem is not None:
        raise Forbidden(f"The address {problem}, so nothing is sent there.")
    has_proxy = proxy_of(url, hosts) is not None

    def judge(ip: str) -> None:
        if has_proxy:      # the environment chose it, and what it may reach
            is_fine = place_of_ip(ip) is not Whereabouts.NOWHERE
        else:
            is_fine = hosts.allow(ip, url)
        if not is_fine:
            raise Forbidden(hosts.refusal(ip, url))

    def open_socket(address: AddrInfo) -> socket.socket:
        family, kind, protocol, _name, where = address
        judge(str(where[0]))      # also what no resolver was asked for: an IP address in the URL
        return socket.socket(family, kind, protocol)

    once: dict[str, Any] = {"force_close": True} if keepalive_s is None else {"keepalive_timeout": keepalive_s}
    return aiohttp.TCPConnector(
        resolver=_Judged(judge), socket_factory=open_socket, limit=limit, ssl=tls, **once)


class _Judged(AbstractResolver):
    """The system's answers, all of them or none: a name with one forbidden address is nobody's provider."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._inner = aiohttp.ThreadedResolver(asyncio.get_running_loop())

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for one in found:
            self._judge(one["host"])
        return found

    async def close(self) -> None:
        await self._inner.close()
