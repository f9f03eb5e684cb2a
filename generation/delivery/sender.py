"""One POST to an address that somebody else chose.

The name is resolved once; if any of its answers is not public nothing is opened, and the socket goes to one of
the answers that were judged, with the name in Host and SNI.  No redirect is followed, no proxy of the environment
is used, and the answer's body is never read: its status is all that matters."""

import asyncio
import datetime as dt
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from generation.core.http_dates import seconds_until
from generation.delivery.addresses import Reach, is_loopback_url, may_connect, problem_with

TIMEOUT_S = 5.0
MAX_BODY_BYTES = 1_000_000      # of what we send; of what comes back the head is read, 8 kB a line
LONGEST_RETRY_AFTER_S = 86_400.0
LONGEST_DIGITS = 20             # of a wait: what is longer is longer than a day
USER_AGENT = "Coursewright-Webhook/1"
Resolve = Callable[[str, int], Awaitable[list[str]]]
AddrInfo = tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]


class Verdict(StrEnum):
    DELIVERED = "delivered"
    REFUSED = "refused"              # it answered, and not with 2xx
    GONE = "gone"                    # 410: it wants nothing more, ever
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"          # not an address that is called


@dataclass(frozen=True)
class DeliveryReceipt:
    """What came of a delivery, in words that hold nothing of the answer but its status."""

    verdict: Verdict
    sentence: str
    status: int | None = None
    took_s: float = 0.0
    retry_after_s: float | None = None

    @property
    def is_delivered(self) -> bool:
        return self.verdict is Verdict.DELIVERED


class _Forbidden(Exception):
    """An address that may not be called; raised before a socket for it exists."""


async def resolve(host: str, port: int) -> list[str]:
    """Every address of `host`, as the system's resolver knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Judged(AbstractResolver):
    """Answers with addresses that may be called, all of them or none."""

    def __init__(self, resolve: Resolve, may_connect: Callable[[str], bool]) -> None:
        self._resolve, self._may_connect = resolve, may_connect

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await self._resolve(host, port)
        if not all(self._may_connect(address) for address in addresses):
            raise _Forbidden
        return [
            ResolveResult(
                hostname=host, host=address, port=port, proto=0, flags=socket.AI_NUMERICHOST,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        return None


class Sender:
    """Stateless but for its reach; a connection is used once."""

    def __init__(self, reach: Reach = Reach(), resolve: Resolve = resolve, timeout_s: float = TIMEOUT_S) -> None:
        self._reach, self._resolve, self._timeout_s = reach, resolve, timeout_s

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> DeliveryReceipt:
        """The end of exactly one POST, within the timeout.  Raises nothing that the network can cause."""
        began = time.monotonic()
        problem = problem_with(url, self._reach)
        if problem is None and len(body) > MAX_BODY_BYTES:
            problem = "would be sent more than 1 MB"
        if problem is not None:
            return DeliveryReceipt(Verdict.FORBIDDEN, f"Not called: the URL {problem}.")
        try:
            async with asyncio.timeout(self._timeout_s):
                verdict, sentence, status, retry_after_s = await self._post(URL(url), body, headers)
        except _Forbidden:
            return DeliveryReceipt(Verdict.FORBIDDEN, "Not called: the name leads into a private network.")
        except TimeoutError:
            verdict, status, retry_after_s = Verdict.TIMEOUT, None, None
            sentence = f"No answer within {self._timeout_s:g} s."
        except aiohttp.ClientConnectorCertificateError:
            verdict, sentence, status, retry_after_s = Verdict.UNREACHABLE, "Its certificate is not valid.", None, None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            verdict, status, retry_after_s = Verdict.UNREACHABLE, None, None
            sentence = f"It cannot be reached ({_kind_of(error)})."
        return DeliveryReceipt(verdict, sentence, status, time.monotonic() - began, retry_after_s)

    async def _post(
        self, url: URL, body: bytes, headers: Mapping[str, str]
    ) -> tuple[Verdict, str, int, float | None]:
        is_loopback_call = self._reach.allows_loopback and is_loopback_url(url)

        def allowed(ip: str) -> bool:
            return may_connect(ip, self._reach, is_loopback_call=is_loopback_call)

        def open_socket(address: AddrInfo) -> socket.socket:
            family, kind, protocol, _name, where = address
            if not allowed(str(where[0])):      # also what no resolver was asked for: an IP address in the URL
                raise _Forbidden
            return socket.socket(family, kind, protocol)

        connector = aiohttp.TCPConnector(
            resolver=_Judged(self._resolve, allowed), use_dns_cache=False, force_close=True,
            socket_factory=open_socket,
        )
        async with (
            aiohttp.ClientSession(
                connector=connector, trust_env=False, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
            ) as session,
            session.post(
                url, data=body, headers={"User-Agent": USER_AGENT, **headers}, allow_redirects=False,
            ) as response,
        ):
            response.close()      # what it says is not ours to read
            return _judged(response.status, _wait_s(response.headers))


def _judged(status: int, wait_s: float | None) -> tuple[Verdict, str, int, float | None]:
    if 200 <= status < 300:
        return Verdict.DELIVERED, f"Delivered: answered with {status}.", status, None
    if status == 410:
        return Verdict.GONE, "It answered with 410: it wants no more deliveries.", status, None
    if 300 <= status < 400:
        return Verdict.REFUSED, f"It answered with {status}, a redirect, which is not followed.", status, None
    return Verdict.REFUSED, f"It answered with {status}.", status, wait_s


def _wait_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that the answer asks us to wait, by a number or a date, a day at the most; None for what is neither."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(min(int(said[:LONGEST_DIGITS]), LONGEST_RETRY_AFTER_S))
    wait_s = seconds_until(said, said_at=headers.get("Date"), now=dt.datetime.now(dt.UTC))
    return None if wait_s is None else min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)


def _kind_of(error: BaseException) -> str:
    """What kind of trouble, without the texts of others."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match cause:
        case socket.gaierror():
            return "its name is not known"
        case ConnectionRefusedError():
            return "connection refused"
        case OSError(strerror=str(text)) if text:
            return text[:60]
        case _:
            return type(cause).__name__
