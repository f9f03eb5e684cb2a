"""Answers that leave at once: `uvicorn --http config.http:Http`.

With `--workers`, uvicorn makes the listening socket in a way for which asyncio does not switch Nagle's algorithm off.
A small answer is two writes, and the second then waits 40 ms for the client's delayed acknowledgement of the first."""

import asyncio
import socket

from uvicorn.protocols.http.auto import AutoHTTPProtocol


class Http(AutoHTTPProtocol):     # type: ignore[valid-type, misc]     # chosen when it is imported
    def connection_made(self, transport: asyncio.Transport) -> None:
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
