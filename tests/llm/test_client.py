"""Every outcome of a call over real HTTP: the simulator misbehaves, or a bare server where it cannot."""

import asyncio
import gzip
import json
import time
import tracemalloc
import zlib

import pytest

from generation.core.dialects import Wire
from generation.core.outcomes import CallCode, Failure, Reply
from generation.llm.client import Provider
from generation.simulator import SimulatorSettings, parse_faults, running

KEY = "sk-test-CANARY-0123456789"


# --- the good call --------------------------------------------------------------------------------


def test_reply_has_text_usage_and_receipt(ask):
    reply, calls = ask()
    assert isinstance(reply, Reply)
    assert set(json.loads(reply.text)) == {"title", "steps"}
    assert reply.usage.input_tokens == calls[0]["input_tokens"] > 0
    assert reply.usage.output_tokens == calls[0]["output_tokens"] > 0
    assert not reply.usage.is_estimated
    assert reply.receipt.model == "gpt-test"
    assert reply.receipt.request_id == "req_simulated_1"
    assert reply.receipt.http_status == 200
    assert reply.receipt.is_simulated
    assert reply.receipt.rate_limits["x-ratelimit-remaining-requests"] == "9999"


def test_request_says_what_it_must(small):
    seen = {}

    async def run():
        async def serve(reader, writer):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            seen.update(json.loads(await reader.readexactly(length)), head=head.decode())
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            provider = Provider(f"http://127.0.0.1:{port}/v1", KEY, connect_timeout_s=2)
            await provider.ask(small, model="m-1", max_output_tokens=321, deadline_s=5, cache_key="job-7")
            await provider.close()

    asyncio.run(run())
    head = seen.pop("head")
    assert head.startswith("POST /v1/chat/completions HTTP/1.1")
    assert f"authorization: bearer {KEY.lower()}\r\n" in head.lower()
    assert seen == {
        "model": "m-1",
        "messages": list(small.messages),
        "max_completion_tokens": 321,
        "prompt_cache_key": "job-7",
        "store": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "note_unit", "strict": True, "schema": small.schema},
        },
    }


def test_calls_after_one_another_share_a_connection(small):
    connections = []

    async def run():
        async def serve(reader, writer):
            connections.append(writer)
            body = json.dumps({"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}]}).encode()
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    await reader.readexactly(int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]))
                    writer.write(_response(body, "Content-Type: application/json"))
            except asyncio.IncompleteReadError:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            provider = Provider(f"http://127.0.0.1:{port}/v1", KEY, connect_timeout_s=2)
            for _ in range(5):
                answer = await provider.ask(small, model="m", max_output_tokens=9, deadline_s=5, cache_key="k")
                assert isinstance(answer, Reply)
            await provider.close()

    asyncio.run(run())
    assert len(connections) == 1


def test_provider_opens_anew_after_close(small):
    async def twice():
        async with running(SimulatorSettings(unit_s=0), kinds={}) as simulator:
            provider = Provider(simulator.url, KEY, connect_timeout_s=2)
            for _ in range(2):
                found = await provider.ask(small, model="m", max_output_tokens=900, deadline_s=5, cache_key="k")
                await provider.close()
            return found

    assert isinstance(asyncio.run(twice()), Reply)


# --- every fault ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("fault", "code", "status"), [
    ("rate_limit", CallCode.RATE_LIMITED, 429),
    ("insufficient_quota", CallCode.OUT_OF_CREDIT, 429),
    ("bad_key", CallCode.AUTH, 401),
    ("forbidden", CallCode.NO_ACCESS, 403),
    ("server_error", CallCode.SERVER_ERROR, 500),
    ("unavailable", CallCode.SERVER_ERROR, 503),
    ("server_error_after_generation", CallCode.SERVER_ERROR, 500),
    ("bad_request", CallCode.BAD_REQUEST, 400),
    ("html", CallCode.MALFORMED, 200),
    ("null_choices", CallCode.UNUSABLE, 200),
    ("empty_content", CallCode.UNUSABLE, 200),
    ("drop", CallCode.CONNECTION, None),
    ("truncate", CallCode.TRUNCATED, 200),
    ("refuse", CallCode.REFUSED, 200),
    ("filter", CallCode.FILTERED, 200),
])
def test_fault_is_a_typed_failure_after_exactly_one_post(ask, fault, code, status):
    failure, calls = ask([{"fault": fault}])
    assert isinstance(failure, Failure)
    assert (failure.code, failure.receipt.http_status) == (code, status)
    assert [call["outcome"] for call in calls] == [fault]
    assert failure.message
    assert len(failure.message) <= 500
    assert KEY not in failure.message


@pytest.mark.parametrize("fault", ["truncate", "refuse", "filter", "null_choices", "empty_content"])
def test_what_was_paid_stays_on_a_failure(ask, fault):
    failure, calls = ask([{"fault": fault}])
    assert failure.usage.input_tokens == calls[0]["input_tokens"] > 0
    assert failure.usage.output_tokens == calls[0]["output_tokens"]
    assert not failure.usage.is_estimated


@pytest.mark.parametrize("fault", ["rate_limit", "bad_key", "server_error", "bad_request"])
def test_refused_call_costs_nothing(ask, fault):
    failure, _ = ask([{"fault": fault}])
    assert failure.usage.input_tokens == 0
    assert not failure.usage.is_estimated


@pytest.mark.parametrize("fault", ["invalid_json", "nonsense"])
def test_content_is_not_judged_here(ask, fault):
    reply, _ = ask([{"fault": fault}])
    assert isinstance(reply, Reply)


def test_longer_than_the_limit_is_truncated(ask):
    failure, _ = ask(max_output_tokens=5)
    assert failure.code is CallCode.TRUNCATED
    assert failure.usage.output_tokens == 5
    assert failure.message == "The reply was cut off after 5 output tokens."


def test_retry_after_is_read(ask):
    failure, _ = ask([{"fault": "rate_limit", "seconds": 7}])
    assert failure.retry_after_s == 7


def test_real_rate_limit_says_how_long(ask):
    failure, calls = ask(rpm=2, times=3)
    assert failure.code is CallCode.RATE_LIMITED
    assert 25 < failure.retry_after_s <= 30
    assert failure.receipt.rate_limits["x-ratelimit-limit-requests"] == "2"
    assert [call["http_status"] for call in calls] == [200, 200, 429]


def test_bad_key_is_not_repeated(ask):
    failure, _ = ask(key="sk-bad-CANARY-12345678")
    assert failure.code is CallCode.AUTH
    assert "CANARY" not in failure.message
    assert failure.message.startswith("The provider answered 401: Incorrect API key provided: [hidden]")


# --- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["hang", "slow", "drip"])
def test_deadline_is_total(ask, fault):
    began = time.monotonic()
    failure, calls = ask([{"fault": fault, "seconds": 30}], deadline_s=0.3)
    assert failure.code is CallCode.TIMEOUT
    assert failure.message == "No complete reply within 0.3 s."
    assert failure.usage.is_estimated
    assert time.monotonic() - began < 3
    assert calls[0]["client_gone"]


def test_dripping_server_is_cut_at_the_deadline(ask_raw):
    async def drip(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    began = time.monotonic()
    failure = ask_raw(drip, deadline_s=0.4)
    assert failure.code is CallCode.TIMEOUT
    assert 0.4 <= time.monotonic() - began < 2


@pytest.mark.parametrize("opening", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"])
def test_cancelling_closes_the_connection_at_once(small, opening):
    async def run():
        gone, asked = asyncio.Event(), asyncio.Event()

        async def serve(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(opening)
            asked.set()
            while await reader.read(65_536):      # b"" when the client closes
                pass
            gone.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            provider = Provider(f"http://127.0.0.1:{port}/v1", KEY, connect_timeout_s=2)
            call = asyncio.ensure_future(
                provider.ask(small, model="m", max_output_tokens=9, deadline_s=60, cache_key="k"))
            await asked.wait()
            await asyncio.sleep(0.05)      # let the opening arrive: the call is then inside the body
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await asyncio.wait_for(gone.wait(), 2)
            await provider.close()

    asyncio.run(run())


def test_simulator_notices_a_cancelled_call(small):
    async def run():
        async with running(SimulatorSettings(unit_s=60), kinds={}) as simulator:
            provider = Provider(simulator.url, KEY, connect_timeout_s=2)
            call = asyncio.ensure_future(
                provider.ask(small, model="m", max_output_tokens=9_000, deadline_s=60, cache_key="k"))
            log = simulator.simulator.log
            async with asyncio.timeout(5):
                while not log.as_json():
                    await asyncio.sleep(0.01)
            call.cancel()
            async with asyncio.timeout(2):
                while log.as_json()[0]["ended_at"] is None:
                    await asyncio.sleep(0.01)
            await provider.close()
            return log.as_json()[0]

    seen = asyncio.run(run())
    assert (seen["outcome"], seen["client_gone"], seen["output_tokens"]) == ("client_gone", True, 0)


def test_many_calls_at_once_share_one_client(small):
    async def run():
        async with running(SimulatorSettings(unit_s=0.3), kinds={}) as simulator:
            provider = Provider(simulator.url, KEY, connect_timeout_s=5)
            found = await asyncio.gather(*(
                provider.ask(small, model="m", max_output_tokens=9_000, deadline_s=20, cache_key=f"k{n}")
                for n in range(150)))
            await provider.close()
            return found

    assert all(isinstance(answer, Reply) for answer in asyncio.run(run()))


# --- what the simulator cannot do -----------------------------------------------------------------


def _response(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(("sent", "code", "is_estimated"), [
    (b"SMTP ready\r\n\r\n", CallCode.MALFORMED, True),
    (_response(b'{"choices": [', length=900), CallCode.CONNECTION, True),
    (_response(b"not gzip at all", "Content-Encoding: gzip"), CallCode.MALFORMED, True),
    (_response(b"", status="204 No Content"), CallCode.MALFORMED, True),
    (_response(b'"a string"'), CallCode.MALFORMED, True),
    (_response(b"[" * 100_000), CallCode.MALFORMED, True),
    (_response(b"", "Location: /elsewhere", status="307 Temporary Redirect"), CallCode.WRONG_ADDRESS, False),
    (_response(b"overloaded", status="529 Overloaded"), CallCode.SERVER_ERROR, False),
    (b"", CallCode.CONNECTION, True),
])
def test_broken_server_is_a_typed_failure(ask_raw, sent, code, is_estimated):
    asked = []

    async def serve(reader, writer):
        asked.append(1)
        writer.write(sent)
        await writer.drain()

    failure = ask_raw(serve)
    assert (failure.code, failure.usage.is_estimated) == (code, is_estimated)
    assert asked == [1]


def test_server_that_is_not_there_is_a_connection_failure_that_cost_nothing(small):
    async def run():
        server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        provider = Provider(f"http://127.0.0.1:{port}/v1", KEY, connect_timeout_s=2)
        answer = await provider.ask(small, model="m", max_output_tokens=9, deadline_s=5, cache_key="k")
        await provider.close()
        return answer

    failure = asyncio.run(run())
    assert failure.code is CallCode.CONNECTION
    assert not failure.usage.is_estimated
    assert failure.message.startswith("The provider could not be reached")


def test_second_loop_is_refused(small):
    async def run(provider):
        await provider.ask(small, model="m", max_output_tokens=9, deadline_s=1, cache_key="k")

    provider = Provider("http://127.0.0.1:9/v1", KEY, connect_timeout_s=1)
    with asyncio.Runner() as first:
        first.run(run(provider))
        with asyncio.Runner() as second, pytest.raises(AssertionError, match="one event loop"):
            second.run(run(provider))
        first.run(provider.close())


def test_faults_can_change_while_calls_run(small):
    async def run():
        async with running(SimulatorSettings(unit_s=0), kinds={}) as simulator:
            provider = Provider(simulator.url, KEY, connect_timeout_s=2)
            found = []
            for script in ([], [{"fault": "unavailable"}], []):
                simulator.simulator.set_faults(parse_faults(script))
                answer = await provider.ask(small, model="m", max_output_tokens=900, deadline_s=5, cache_key="")
                found.append(type(answer))
            await provider.close()
            return found

    assert asyncio.run(run()) == [Reply, Failure, Reply]


# --- what an answer is unpacked to ----------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "500 Oh"])
@pytest.mark.parametrize(("encoding", "pack"), [
    ("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP ", gzip.compress),
])
def test_answer_that_unpacks_to_more_than_any_reply_is_dropped_on_the_way(ask_raw, status, encoding, pack):
    body = pack(b" " * 40_000_000)
    packed = [f"Content-Encoding: {encoding}"] if encoding else []

    async def serve(reader, writer):
        writer.write(_response(body, *packed, status=status))
        await writer.drain()

    tracemalloc.start()
    failure = ask_raw(serve, deadline_s=20)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert failure.code is CallCode.MALFORMED
    assert peak < 30_000_000


def test_answer_that_is_longer_than_any_reply_is_dropped(ask_raw):
    async def serve(reader, writer):
        writer.write(_response(b" " * 9_000_000))
        await writer.drain()

    failure = ask_raw(serve, deadline_s=20)
    assert (failure.code, "longer than 8 MB" in failure.message) == (CallCode.MALFORMED, True)


@pytest.mark.parametrize("wire", [Wire(), Wire(streams=True)], ids=["whole", "streamed"])
@pytest.mark.parametrize("status", ["200 OK", "500 Oh"])
def test_answer_that_only_calls_itself_a_stream_has_no_more_room(ask_raw, status, wire):
    body = gzip.compress(b'{"choices":[{"message":{"content":"{}"}}],"x":["' + b"a" * 30_000_000 + b'"]}')

    async def serve(reader, writer):
        writer.write(_response(body, "Content-Encoding: gzip", "Content-Type: text/event-stream", status=status))
        await writer.drain()

    answer = ask_raw(serve, deadline_s=20, wire=wire)
    if wire.streams and status.startswith("200"):
        assert isinstance(answer, Reply)
    else:
        assert (answer.code, "longer than 8 MB" in answer.message) == (CallCode.MALFORMED, True)


@pytest.mark.parametrize(("wire", "before", "kind"), [
    (Wire(), b"", "application/json"), (Wire(), b"data: ", "application/json"),
    (Wire(streams=True), b"data: ", "text/event-stream"), (Wire(streams=True), b"", "text/event-stream"),
])
def test_answer_of_more_values_than_any_document_is_not_made_into_objects(ask_raw, wire, before, kind):
    body = b'{"choices":[{"message":{"content":"{}"},"finish_reason":"stop"}],"x":[' + b"{}," * 1_000_000 + b"{}]}"

    async def serve(reader, writer):
        writer.write(_response(gzip.compress(before + body), "Content-Encoding: gzip", f"Content-Type: {kind}"))
        await writer.drain()

    tracemalloc.start()
    failure = ask_raw(serve, deadline_s=60, wire=wire)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(failure, Failure)
    assert failure.code in {CallCode.UNUSABLE, CallCode.MALFORMED}
    assert peak < 8 * len(body)


@pytest.mark.parametrize("line", [b"data:ab", b"ab"], ids=["one event", "no event"])
def test_lines_without_end_cost_little(ask_raw, line):
    body = b'data: "' + b"a" * 300_000 + b"\n" + (line + b"\n") * 400_000

    async def serve(reader, writer):
        writer.write(_response(gzip.compress(body), "Content-Encoding: gzip", "Content-Type: text/event-stream"))
        await writer.drain()

    tracemalloc.start()
    failure = ask_raw(serve, deadline_s=60, wire=Wire(streams=True))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert failure.code is CallCode.MALFORMED      # not too late: the first line is read once
    assert peak < 60_000_000


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_packed_answer_is_read(ask_raw, encoding, pack):
    body = json.dumps({"choices": [{"message": {"content": '{"a": 1}'}, "finish_reason": "stop"}]}).encode()

    async def serve(reader, writer):
        writer.write(_response(pack(body), f"Content-Encoding: {encoding}"))
        await writer.drain()

    assert ask_raw(serve).text == '{"a": 1}'


def test_packing_that_was_not_asked_for_is_told(ask_raw):
    async def serve(reader, writer):
        writer.write(_response(b"abc", "Content-Encoding: br"))
        await writer.drain()

    failure = ask_raw(serve)
    assert (failure.code, "packed as br" in failure.message) == (CallCode.MALFORMED, True)


# --- streams that do not end as they should -------------------------------------------------------


def _streamed(*events: dict, done: bool = False) -> bytes:
    lines = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999999\r\n\r\n"
    return head + lines + (b"data: [DONE]\n\n" if done else b"")


WORDS = {"choices": [{"index": 0, "delta": {"content": '{"a": 1}'}, "finish_reason": None}]}
STOP = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
COUNTS = {"choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}


@pytest.mark.parametrize(("events", "is_estimated"), [
    ((WORDS, STOP, COUNTS), False), ((WORDS, STOP), True), ((WORDS,), True),
])
@pytest.mark.parametrize("ending", ["closed", "silent"])
def test_document_that_is_whole_is_a_reply_however_its_stream_ends(ask_raw, monkeypatch, events, is_estimated, ending):
    monkeypatch.setattr("generation.llm.client.TRAILER_S", 0.2)

    async def serve(reader, writer):
        writer.write(_streamed(*events))
        await writer.drain()
        if ending == "silent":
            await reader.read()      # until the client goes

    reply = ask_raw(serve, deadline_s=2, wire=Wire(streams=True))
    assert isinstance(reply, Reply), reply
    assert (reply.text, reply.usage.is_estimated) == ('{"a": 1}', is_estimated)


def test_piece_of_a_document_is_kept_and_counted_when_the_connection_breaks(ask_raw):
    async def serve(reader, writer):
        writer.write(_streamed({"choices": [{"index": 0, "delta": {"content": '{"a": "half of it'}}]}))
        await writer.drain()

    failure = ask_raw(serve, wire=Wire(streams=True))
    assert (failure.code, failure.text) == (CallCode.CONNECTION, '{"a": "half of it')
    assert failure.usage.is_estimated
    assert failure.usage.output_tokens > 0


def test_what_is_kept_of_a_broken_stream_can_be_stored(ask_raw):
    async def serve(reader, writer):
        writer.write(_streamed({"choices": [{"index": 0, "delta": {"content": '{"a": "x\0y\ud800z'}}]}))
        await writer.drain()

    failure = ask_raw(serve, wire=Wire(streams=True))
    assert failure.text == '{"a": "x\N{REPLACEMENT CHARACTER}y\N{REPLACEMENT CHARACTER}z'
