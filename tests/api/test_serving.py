"""What stands between the socket and Django."""

import asyncio
import logging
import socket
import threading
from types import SimpleNamespace

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core import signals
from django.http import StreamingHttpResponse
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from config.http import Http
from config.request_threads import Handler, RequestThreads
from config.turns import RequestTurns
from generation.api.crowding import too_late
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
    async def request(request_threads, threads, meet=None):
        async with request_threads.one():
            threads.append(await sync_to_async(threading.get_ident)())
            threads.append(await sync_to_async(threading.get_ident)())
            if meet is not None:
                await meet.wait()

    async def scenario():
        request_threads, alone, together = RequestThreads(), [], [[], []]
        for _ in range(3):
            await request(request_threads, alone)
        meet = asyncio.Barrier(2)
        await asyncio.gather(*(request(request_threads, threads, meet) for threads in together))
        return alone, together

    alone, (one, other) = asyncio.run(scenario())
    assert len(set(alone)) == 1, "one after another they share a thread"
    assert len(set(one)) == len(set(other)) == 1, "a request stays in its thread"
    assert set(one) != set(other), "at the same time each has its own"


async def ask(handler, path, *, stays=True):
    """Status, headers and body of a GET, as a server would put it to `handler`; the client stays, or is gone."""
    said = [{"type": "http.request", "body": b"", "more_body": False}]
    told = []

    async def receive():
        if not said and stays:
            await asyncio.Event().wait()
        return said.pop(0) if said else {"type": "http.disconnect"}

    async def send(message):
        told.append(message)

    await handler({
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "client": ("127.0.0.1", 5), "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"127.0.0.1"), (b"cookie", b"sessionid=one; messages=two; csrftoken=three")],
    }, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
    return told[0]["status"], headers, b"".join(message.get("body", b"") for message in told[1:])


def test_signals_middleware_and_view_of_a_request_share_one_visit_to_its_thread(monkeypatch):
    visits, handler = [], Handler(None, too_late)
    begun, ended = (lambda **_signal: visits.append("begun")), (lambda **_signal: visits.append("ended"))
    monkeypatch.setattr(handler, "_answered", sync_to_async(lambda *request: (
        visits.append("in"), handler._answer(*request), visits.append("out"))[1]))
    signals.request_started.connect(begun)
    signals.request_finished.connect(ended)
    try:
        status, headers, body = asyncio.run(ask(handler, "/healthz"))
    finally:
        signals.request_started.disconnect(begun)
        signals.request_finished.disconnect(ended)
    assert (status, body) == (200, b'{"status": "alive"}')
    assert headers["x-request-id"]
    assert visits == ["in", "begun", "ended", "out"], "what it used is given back before the client has its answer"


def test_static_files_are_served_and_what_is_none_is_not_found(settings):
    settings.SERVESTATIC_USE_FINDERS = True
    handler = Handler(None, too_late)
    status, headers, body = asyncio.run(ask(handler, "/static/generation/admin.css"))
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert len(body) == int(headers["content-length"]) > 100
    assert asyncio.run(ask(handler, "/static/no-such-file.css"))[0] == 404


def test_stream_ends_when_its_client_leaves(monkeypatch):
    closed = []

    async def endless():
        try:
            while True:
                yield b"more"
                await asyncio.Event().wait()
        finally:
            closed.append(True)

    handler = Handler(None, too_late)
    monkeypatch.setattr(handler, "get_response", lambda _request: StreamingHttpResponse(endless()))
    status, _headers, _body = asyncio.run(asyncio.wait_for(ask(handler, "/", stays=False), 10))
    assert (status, closed) == (200, [True])


def test_thread_of_a_request_that_was_left_is_not_waited_for():
    busy, go_on = threading.Event(), threading.Event()

    def slow():
        busy.set()
        go_on.wait(10)

    async def request(request_threads, work):
        async with request_threads.one():
            await sync_to_async(work)()

    async def scenario():
        request_threads = RequestThreads()
        left = asyncio.create_task(request(request_threads, slow))
        await asyncio.to_thread(busy.wait, 10)
        left.cancel()
        await asyncio.wait([left], timeout=0.1)
        await asyncio.wait_for(request(request_threads, threading.get_ident), 5)
        go_on.set()
        await asyncio.gather(left, return_exceptions=True)

    asyncio.run(scenario())


# --- Turns ----------------------------------------------------------------------------------------


def test_turns_come_in_order_and_so_many_at_once():
    async def scenario():
        turns, order = RequestTurns(2, 10), []

        async def one(name):
            with await turns.one():
                order.append(name)
                await asyncio.sleep(0)

        await asyncio.gather(*(one(name) for name in "abcde"))
        held = [await turns.one(), await turns.one()]
        waiting = asyncio.create_task(turns.one())
        await asyncio.sleep(0)
        assert not waiting.done(), "there are two"
        held[0].close()
        held[0].close()      # ended twice is ended once
        (await waiting).close()
        return order

    assert asyncio.run(scenario()) == list("abcde")


def test_turn_of_who_waits_no_longer_is_the_next_ones():
    async def scenario():
        turns = RequestTurns(1, 10)
        held = await turns.one()
        left, other = asyncio.create_task(turns.one()), asyncio.create_task(turns.one())
        await asyncio.sleep(0)
        held.close()       # to `left`, who is called off before it hears of it
        left.cancel()
        (await asyncio.wait_for(other, 10)).close()
        await asyncio.gather(left, return_exceptions=True)
        (await turns.one()).close()

    asyncio.run(scenario())


@pytest.mark.parametrize(("path", "status", "kind"), [
    ("/api/v1/me/usage", 503, "application/problem+json"), ("/admin/", 503, "text/plain; charset=utf-8"),
    ("/healthz", 200, "application/json"),
])
def test_request_whose_turn_does_not_come_is_told_so_without_a_thread(path, status, kind, caplog):
    turns, threads = RequestTurns(1, 0.01), []
    handler = Handler(turns, too_late)

    def note(**_signal):
        threads.append(threading.get_ident())

    signals.request_started.connect(note)

    async def scenario():
        with await turns.one():
            return await ask(handler, path)

    try:
        answered, headers, _body = asyncio.run(scenario())
    finally:
        signals.request_started.disconnect(note)
    assert (answered, headers["content-type"]) == (status, kind)
    assert len(threads) == (status != 503)
    assert (f"GET {path} waited in vain for its turn" in caplog.text) == (status == 503)
    assert headers["x-request-id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers.get("retry-after") == ("5" if status == 503 else None)


def test_stream_that_is_open_keeps_nobody_waiting(monkeypatch):
    turns = RequestTurns(1, 10)
    handler = Handler(turns, too_late)

    async def meanwhile():
        with await turns.one():
            yield b"it is somebody else's turn"

    monkeypatch.setattr(handler, "get_response", lambda _request: StreamingHttpResponse(meanwhile()))
    assert asyncio.run(ask(handler, "/api/v1/stream"))[2] == b"it is somebody else's turn"


# --- The server itself ----------------------------------------------------------------------------


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
