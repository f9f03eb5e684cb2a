"""What stands between the socket and Django."""

import asyncio
import logging
import socket
import threading
from types import SimpleNamespace

from asgiref.sync import sync_to_async
from django.conf import settings
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from config.http import Http
from config.request_threads import RequestThreads
from generation.management.cli import web_server


def test_answers_do_not_wait_for_an_acknowledgement(monkeypatch):
    monkeypatch.setattr(AutoHTTPProtocol, "connection_made", lambda _protocol, _transport: None)
    with (
        socket.create_server(("127.0.0.1", 0)) as listening, socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        Http.__new__(Http).connection_made(SimpleNamespace(get_extra_info=lambda _name: accepted))
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_requests_have_a_thread_each_which_stays_for_the_next():
    async def application(scope, _receive, _send):
        scope["threads"].append(await sync_to_async(threading.get_ident)())
        scope["threads"].append(await sync_to_async(threading.get_ident)())
        if scope.get("meet") is not None:
            await scope["meet"].wait()

    async def scenario():
        request_threads, alone, together = RequestThreads(application), [], [[], []]
        for _ in range(3):
            await request_threads({"type": "http", "threads": alone}, None, None)
        meet = asyncio.Barrier(2)
        await asyncio.gather(*(
            request_threads({"type": "http", "threads": threads, "meet": meet}, None, None) for threads in together))
        return alone, together

    alone, (one, other) = asyncio.run(scenario())
    assert len(set(alone)) == 1, "one after another they share a thread"
    assert len(set(one)) == len(set(other)) == 1, "a request stays in its thread"
    assert set(one) != set(other), "at the same time each has its own"


def test_thread_of_a_request_that_was_left_is_not_waited_for():
    busy, go_on = threading.Event(), threading.Event()

    def slow():
        busy.set()
        go_on.wait(10)

    async def application(scope, _receive, _send):
        await sync_to_async(slow if scope["is_slow"] else threading.get_ident)()

    async def scenario():
        request_threads = RequestThreads(application)
        left = asyncio.create_task(request_threads({"type": "http", "is_slow": True}, None, None))
        await asyncio.to_thread(busy.wait, 10)
        left.cancel()
        await asyncio.wait([left], timeout=0.1)
        await asyncio.wait_for(request_threads({"type": "http", "is_slow": False}, None, None), 5)
        go_on.set()
        await asyncio.gather(left, return_exceptions=True)

    asyncio.run(scenario())


def test_server_believes_no_header_about_who_asks():
    """uvicorn itself believes X-Forwarded-For of whoever is on this machine, before TRUSTED_PROXIES is asked."""
    log = logging.getLogger("django.request")
    level = log.level
    try:
        assert not web_server.Server(lambda: None).config.proxy_headers
    finally:
        log.setLevel(level)
    commands = [
        line for name in ("README.md", "config/deploy/Containerfile", "config/deploy/coursewright-web.service")
        for line in (settings.BASE_DIR / name).read_text().replace("\\\n", "").replace('", "', " ").splitlines()
        if "uvicorn config.asgi:application" in line
    ]
    assert len(commands) == 3
    assert all("--no-proxy-headers" in command for command in commands)
