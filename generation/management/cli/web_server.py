"""The web server inside `manage.py up`: uvicorn on a socket of ours, without its signal handlers.

uvicorn's own handlers raise the signal again after serving, and what stands behind would never run."""

import contextlib
import errno
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator

import uvicorn
from django.conf import settings

from generation.management.cli.base import BadInput

LAST_REQUESTS_S = 3      # an open event stream never ends by itself
BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else is started.  BadInput says why there is none."""
    if not 0 <= port <= 65_535:
        raise BadInput(f"--port {port}: use a number from 0 to 65535.")
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadInput(f"--host {host}: there is no such address.") from error
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise BadInput(
                f"Port {port} of {host} is taken: stop what uses it, or choose another with --port."
            ) from error
        raise BadInput(f"{host} port {port} cannot be listened on: {error.strerror}.") from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Where a browser on this machine finds it, without a slash at the end."""
    host, port = listening.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:      # every address, so also the one that stays inside
        host = "127.0.0.1" if address.version == 4 else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Serves until `should_exit`; calls `on_started` when the first request could come."""

    def __init__(self, on_started: Callable[[], None]) -> None:
        module, _, name = settings.ASGI_APPLICATION.rpartition(".")
        super().__init__(uvicorn.Config(
            f"{module}:{name}", lifespan="off", log_config=None, access_log=False, log_level="warning",
            timeout_graceful_shutdown=LAST_REQUESTS_S,
            proxy_headers=False,      # who may speak for others is TRUSTED_PROXIES' to say, also on this machine
        ))
        self._on_started = on_started
        # A terminal is no access log: every 404 would be a line in it.  Errors still are.
        logging.getLogger("django.request").setLevel(logging.ERROR)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Streams that are still open get cancelled, each with a traceback that tells nobody anything.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets=sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
