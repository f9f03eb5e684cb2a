"""Event streams beyond what one user may hold, refused from the event loop."""

import asyncio
import json

import pytest

from config.request_threads import Handler
from generation.api import crowding, events
from generation.api.crowding import StreamPlaces, unavailable
from generation.models import Job

BEARER, COOKIE = b"authorization", b"cookie"


class Streams:
    """Streams that stay open until they are told to end, and the places before them."""

    def __init__(self) -> None:
        self.begun = 0
        self.end = asyncio.Event()
        self.places = StreamPlaces(self._stream, Handler(None, unavailable).refuse)

    async def _stream(self, _scope, _receive, send) -> None:
        self.begun += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await self.end.wait()
        await send({"type": "http.response.body"})

    async def ask(self, name, value, *, path="/api/v1/jobs/j/events", method="GET", on_end=lambda: None):
        """Status and body of the answer, once it is complete."""
        told = []

        async def send(message):
            told.append(message)
            if message["type"] == "http.response.body":
                on_end()

        await self.places({
            "type": "http", "method": method, "path": path, "root_path": "", "query_string": b"", "scheme": "http",
            "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5),
            "headers": [(b"host", b"127.0.0.1"), (name, value)],
        }, None, send)
        return told[0]["status"], b"".join(message.get("body", b"") for message in told[1:])

    async def hold(self, count, name, value):
        """So many streams that are under way."""
        tasks = [asyncio.create_task(self.ask(name, value)) for _ in range(count)]
        await asyncio.sleep(0)
        return tasks


@pytest.fixture(autouse=True)
def two_streams_each(monkeypatch):
    monkeypatch.setattr(events, "STREAMS_PER_USER", 2)


@pytest.mark.parametrize(("name", "value", "same", "other"), [
    (BEARER, b"Bearer cw_one", b"bEARER cw_one", b"Bearer cw_two"),
    (COOKIE, b"sessionid=one", b"theme=dark; sessionid=one", b"sessionid=two"),
])
def test_streams_too_many_at_one_instant_are_refused_before_anybody_is_asked(name, value, same, other):
    async def scenario():
        streams = Streams()
        held = await streams.hold(2, name, value)
        status, body = await streams.ask(name, same)
        assert (status, json.loads(body)["code"], streams.begun) == (429, "too_many_streams", 2)
        held += await streams.hold(1, name, other)
        assert streams.begun == 3, "another one has places of their own"
        streams.end.set()
        assert {status for status, _body in await asyncio.gather(*held)} == {200}
        assert (await streams.ask(name, value))[0] == 200, "the places are free again"

    asyncio.run(scenario())


def test_place_is_free_before_the_client_can_know_that_its_stream_has_ended():
    async def scenario():
        streams, again = Streams(), []
        held = await streams.hold(1, BEARER, b"Bearer cw_one")
        held.append(asyncio.create_task(streams.ask(
            BEARER, b"Bearer cw_one",
            on_end=lambda: again.append(asyncio.create_task(streams.ask(BEARER, b"Bearer cw_one"))))))
        await asyncio.sleep(0)
        streams.end.set()
        await asyncio.gather(*held)
        assert (await again[0])[0] == 200

    asyncio.run(scenario())


def test_client_that_left_leaves_its_place():
    async def scenario():
        streams = Streams()
        held = await streams.hold(2, BEARER, b"Bearer cw_one")
        held[0].cancel()
        await asyncio.gather(held[0], return_exceptions=True)
        await streams.hold(1, BEARER, b"Bearer cw_one")
        assert streams.begun == 3

    asyncio.run(scenario())


@pytest.mark.parametrize(("path", "method"), [("/api/v1/jobs/j", "GET"), ("/api/v1/jobs/j/events", "HEAD")])
def test_what_opens_no_stream_takes_no_place(path, method):
    async def scenario():
        streams = Streams()
        await streams.hold(2, BEARER, b"Bearer cw_one")
        streams.end.set()
        assert (await streams.ask(BEARER, b"Bearer cw_one", path=path, method=method))[0] == 200

    asyncio.run(scenario())


def test_refusals_of_one_token_leave_one_after_another_and_keep_nobody_else_waiting(monkeypatch):
    """Who asks again at once would otherwise be refused as fast as the processor can."""
    monkeypatch.setattr(crowding, "REFUSAL_EVERY_S", 0.05)

    async def scenario():
        streams = Streams()
        await streams.hold(2, BEARER, b"Bearer cw_one")
        await streams.hold(2, BEARER, b"Bearer cw_two")
        began, left = asyncio.get_running_loop().time(), []

        async def refused(secret):
            assert (await streams.ask(BEARER, b"Bearer " + secret))[0] == 429
            left.append((secret, asyncio.get_running_loop().time() - began))

        await asyncio.gather(*(refused(b"cw_one") for _ in range(3)), refused(b"cw_two"))
        return left

    left = asyncio.run(scenario())
    assert [secret for secret, _at in left].index(b"cw_two") < 2
    assert [at for secret, at in left if secret == b"cw_one"][2] >= 0.1


@pytest.mark.django_db
def test_refusal_is_as_every_answer_of_the_api(monkeypatch, ann_api, job: Job):
    monkeypatch.setattr(events, "STREAMS_PER_USER", 0)

    async def headers():
        told = []

        async def send(message):
            told.append(message)

        await Streams().places({
            "type": "http", "method": "GET", "path": "/api/v1/jobs/j/events", "root_path": "", "query_string": b"",
            "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5),
            "headers": [(b"host", b"127.0.0.1"), (BEARER, b"Bearer cw_one"), (b"x-request-id", b"my-own-request")],
        }, None, send)
        return {name.decode(): value.decode() for name, value in told[0]["headers"]}

    told, usual = asyncio.run(headers()), ann_api.send("GET", f"/jobs/{job.public_id}/events")
    assert usual.status_code == 429
    assert set(told) == set(usual.headers)
    assert told["X-Request-ID"] == "my-own-request"
    assert {name: value for name, value in told.items() if name not in {"X-Request-ID", "Content-Length"}} == {
        name: value for name, value in usual.headers.items() if name not in {"X-Request-ID", "Content-Length"}}
