"""The simulator over HTTP, asked by a bare client."""

import asyncio
import datetime as dt
import json
import time

import aiohttp
import pytest

from generation.core.outcomes import CallCode, Reply
from generation.core.prompting import Redo, unit_request
from generation.core.reply_text import object_in
from generation.llm.answers import HttpAnswer, read
from generation.simulator import SimulatorSettings, parse_faults, running
from generation.simulator.faults import ODD_CLOTHES

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
KEY = {"Authorization": "Bearer sk-any"}


def simulated(talk, kinds=None, **settings):
    """What `talk(session, url, running)` returns, with a simulator that runs meanwhile."""

    async def run():
        faults = parse_faults(settings.pop("faults", []))
        wanted = SimulatorSettings(**{"plan_s": 0, "unit_s": 0, "faults": faults, **settings})
        async with running(wanted, kinds or {}) as started, aiohttp.ClientSession() as session:
            return await asyncio.wait_for(talk(session, started.url, started), 20)

    return asyncio.run(run())


def body(text="hello", **fields):
    return {"model": "m-1", "messages": [{"role": "user", "content": text}], **fields}


def wire(request, **fields):
    return {
        "model": "m-1", "messages": list(request.messages), **fields,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": request.schema_name, "strict": True, "schema": request.schema}},
    }


async def post(session, url, sent, headers=KEY):
    async with session.post(f"{url}/chat/completions", json=sent, headers=headers) as response:
        return response, json.loads(await response.read())


def test_completion_has_the_providers_shape():
    async def talk(session, url, started):
        return await post(session, url, body())

    response, answer = simulated(talk)
    assert response.status == 200
    assert response.headers["x-coursewright-simulator"] == "1"
    assert 9_990 < int(response.headers["x-ratelimit-remaining-requests"]) <= 10_000      # it fills up meanwhile
    assert response.headers["x-request-id"]
    assert 1 <= int(response.headers["openai-processing-ms"]) < 60_000
    assert (answer["object"], answer["model"]) == ("chat.completion", "m-1")
    assert answer["system_fingerprint"] == "simulator"
    choice, usage = answer["choices"][0], answer["usage"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"] == "This is a simulated answer: no model was asked."
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_every_page_says_that_it_is_simulated():
    async def talk(session, url, started):
        root = url.removesuffix("/v1")
        found = {}
        for path in ("/v1/models", "/healthz", "/simulator/calls", "/nowhere"):
            async with session.get(root + path) as response:
                found[path] = response.status, response.headers.get("x-coursewright-simulator")
        return found

    found = simulated(talk)
    assert [status for status, _ in found.values()] == [200, 200, 200, 404]
    assert {mark for _, mark in found.values()} == {"1"}


@pytest.mark.parametrize(("headers", "status"), [
    ({}, 401), ({"Authorization": "Bearer "}, 401), ({"Authorization": "Bearer sk-bad-1"}, 401), (KEY, 200),
])
def test_any_key_will_do_but_a_bad_one(headers, status):
    async def talk(session, url, started):
        return await post(session, url, body(), headers)

    response, answer = simulated(talk)
    assert response.status == status
    if "bad" in headers.get("Authorization", ""):
        assert "sk-bad-1" in answer["error"]["message"]      # as the real one does


@pytest.mark.parametrize("sent", [
    [], {}, {"model": "m"}, {"messages": [{}]},
    {"model": "m", "messages": []}, {"model": "m", "messages": ["x"]},
    body(response_format={"type": "json_schema"}),
    body(response_format={"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "thing"}}}),
    body(max_completion_tokens=0), body(max_tokens="many"),
])
def test_wrong_request_is_a_400_with_a_sentence(sent):
    async def talk(session, url, started):
        return await post(session, url, sent)

    response, answer = simulated(talk)
    assert response.status == 400
    assert answer["error"]["type"] == "invalid_request_error"
    assert answer["error"]["message"]


def test_faults_are_not_changed_by_a_page_of_another_origin():
    async def talk(session, url, started):
        async with session.post(url.removesuffix("/v1") + "/simulator/faults", data="[]") as response:
            return response.status

    assert simulated(talk) == 415


def test_call_that_crashes_the_simulator_is_in_its_log(note, planned):
    class Broken(type(note)):
        def __init__(self):
            pass

        def simulate_unit(self, *of):
            raise LookupError("a defect of the kind")

    async def talk(session, url, started):
        request = wire(unit_request(planned, 2, Redo()))
        async with session.post(f"{url}/chat/completions", json=request, headers=KEY) as response:
            return response.status, started.simulator.log.as_json()[0]["outcome"]

    assert simulated(talk, {"note": Broken()}) == (500, "crashed")


def test_units_of_a_job_find_their_prefix_warm(note, planned):
    async def talk(session, url, started):
        cached = []
        for position, key in ((1, "job-1"), (2, "job-1"), (3, "job-1"), (3, "job-2")):
            request = unit_request(planned, position, Redo())
            long = [{"role": "system", "content": "rule " * 1_500}, *request.messages]
            sent = {**wire(request, prompt_cache_key=key), "messages": long}
            _, answer = await post(session, url, sent)
            cached.append(answer["usage"]["prompt_tokens_details"]["cached_tokens"])
        return cached

    first, second, third, other = simulated(talk, {"note": note})
    assert first == other == 0
    assert second == third >= 1_024
    assert second % 128 == 0


def test_call_log_is_a_witness(note, planned, tmp_path):
    async def talk(session, url, started):
        began = time.time()
        await post(session, url, wire(unit_request(planned, 3, Redo()), prompt_cache_key="job-1"))
        await post(session, url, wire(unit_request(planned, 4, Redo()), prompt_cache_key="job-1"))
        async with session.get(url.removesuffix("/v1") + "/simulator/calls") as response:
            calls = await response.json()
        async with session.delete(url.removesuffix("/v1") + "/simulator/calls") as response:
            assert response.status == 204
        assert started.simulator.log.as_json() == []
        return began, calls

    path = tmp_path / "calls.jsonl"
    script = [{"fault": "server_error_after_generation", "task": "unit 4"}]
    began, calls = simulated(talk, {"note": note}, unit_s=0.1, faults=script, call_log=path)
    assert [call["seq"] for call in calls] == [1, 2]
    assert [call["task"] for call in calls] == ["unit 3 of 4", "unit 4 of 4"]
    assert [call["outcome"] for call in calls] == ["ok", "server_error_after_generation"]
    assert [call["http_status"] for call in calls] == [200, 500]
    assert {(call["schema_name"], call["cache_key"], call["client_gone"]) for call in calls} == {
        ("note_unit", "job-1", False)}
    assert calls[1]["output_tokens"] > 0      # it was written, and lost
    assert began <= calls[0]["started_at"] <= calls[0]["ended_at"] <= calls[1]["started_at"]
    assert 0.08 <= calls[0]["ended_at"] - calls[0]["started_at"] < 5      # 0.1 by another clock
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    events = [(line["event"], line["seq"]) for line in lines]
    assert events == [("start", 1), ("end", 1), ("start", 2), ("end", 2)]
    assert lines[0]["ended_at"] is None
    assert {**lines[3], "event": None} == {**calls[1], "event": None}


def test_client_that_leaves_is_seen(note):
    async def talk(session, url, started):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(post(session, url, body()), 0.1)
        while (call := started.simulator.log.as_json()[0])["ended_at"] is None:
            await asyncio.sleep(0.01)
        return call

    call = simulated(talk, unit_s=30)
    assert (call["outcome"], call["client_gone"], call["http_status"]) == ("client_gone", True, None)


def test_requests_over_the_limit_are_refused():
    async def talk(session, url, started):
        return [await post(session, url, body()) for _ in range(3)]

    *_, (response, answer) = simulated(talk, rpm=2)
    assert response.status == 429
    assert answer["error"]["code"] == "rate_limit_exceeded"
    assert 29 <= int(response.headers["retry-after"]) <= 30
    assert 29_000 < int(response.headers["retry-after-ms"]) <= 30_000


def test_calls_beyond_the_hidden_limit_are_refused():
    async def talk(session, url, started):
        answers = await asyncio.gather(*(post(session, url, body()) for _ in range(5)))
        return sorted(response.status for response, _ in answers)

    assert simulated(talk, unit_s=0.3, max_in_flight=3) == [200, 200, 200, 429, 429]


def test_fault_script_can_change_at_run_time():
    async def talk(session, url, started):
        faults = url.removesuffix("/v1") + "/simulator/faults"
        seen = []
        for script in ([{"fault": "forbidden"}], [{"fault": "explode"}], []):
            async with session.post(faults, json=script) as response:
                seen.append(response.status)
            response, _ = await post(session, url, body())
            seen.append(response.status)
        return seen

    assert simulated(talk) == [200, 403, 400, 200, 200, 200]


@pytest.mark.parametrize(("fault", "reason", "is_json"), [
    ("truncate", "length", False), ("filter", "content_filter", False), ("invalid_json", "stop", False),
    ("nonsense", "stop", True), ("empty_content", "stop", False),
])
def test_fault_in_the_content(note, planned, fault, reason, is_json):
    async def talk(session, url, started):
        return await post(session, url, wire(unit_request(planned, 2, Redo())))

    _, answer = simulated(talk, {"note": note}, faults=[{"fault": fault}])
    choice = answer["choices"][0]
    assert choice["finish_reason"] == reason
    try:
        json.loads(choice["message"]["content"])
    except ValueError:
        assert not is_json
    else:
        assert is_json


def test_stream_gives_the_same_content_in_pieces(note, planned):
    async def talk(session, url, started):
        sent = wire(unit_request(planned, 2, Redo()))
        _, whole = await post(session, url, sent)
        stream = {**sent, "stream": True, "stream_options": {"include_usage": True}}
        async with session.post(f"{url}/chat/completions", json=stream, headers=KEY) as response:
            assert response.content_type == "text/event-stream"
            text = (await response.read()).decode()
        return whole, [line.removeprefix("data: ") for line in text.split("\n\n") if line]

    whole, events = simulated(talk, {"note": note})
    assert events[-1] == "[DONE]"
    chunks = [json.loads(event) for event in events[:-1]]
    pieces = [chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"]]
    assert "".join(pieces) == whole["choices"][0]["message"]["content"]
    assert len(pieces) > 4
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["usage"]["completion_tokens"] == whole["usage"]["completion_tokens"]


def test_latency_includes_the_writing(note, planned):
    class Slow(type(note)):
        def __init__(self):
            pass

        def simulate_unit(self, *of):
            time.sleep(0.3)
            return super().simulate_unit(*of)

    async def talk(session, url, started):
        began = time.monotonic()
        await post(session, url, wire(unit_request(planned, 2, Redo())))
        return time.monotonic() - began

    assert 0.4 <= simulated(talk, {"note": Slow()}, unit_s=0.4) < 0.65      # and not 0.7


@pytest.mark.parametrize("is_stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("fault", sorted(ODD_CLOTHES))
def test_good_answer_in_odd_clothes_is_read_like_any_other(note, planned, fault, is_stream):
    """By the product's own reader: the same object, and the tokens that the log has."""
    sent = wire(unit_request(planned, 2, Redo()))
    more = {"stream": True, "stream_options": {"include_usage": True}} if is_stream else {}

    async def talk(session, url, started):
        found = []
        for script in ([], [{"fault": fault}]):
            started.simulator.set_faults(parse_faults(script))
            async with session.post(f"{url}/chat/completions", json={**sent, **more}, headers=KEY) as response:
                found.append(HttpAnswer(response.status, {}, await response.read()))
        return found, started.simulator.log.as_json()

    (plain, odd), calls = simulated(talk, {"note": note})
    keys = sent["response_format"]["json_schema"]["schema"]["required"]
    good, worn = (read(http, model="m", now=NOON, keys=keys) for http in (plain, odd))
    assert isinstance(worn, Reply), worn
    assert object_in(worn.text, keys) == object_in(good.text, keys)
    assert odd.body != plain.body
    assert calls[1]["outcome"] == fault
    assert (worn.usage.input_tokens, worn.usage.output_tokens) == (calls[1]["input_tokens"], calls[1]["output_tokens"])
    assert not worn.usage.is_estimated


def test_error_inside_a_200_is_a_refusal_that_nobody_bills(note, planned):
    async def talk(session, url, started):
        sent = wire(unit_request(planned, 2, Redo()))
        async with session.post(f"{url}/chat/completions", json=sent, headers=KEY) as response:
            return HttpAnswer(response.status, {}, await response.read()), started.simulator.log.as_json()

    http, [call] = simulated(talk, {"note": note}, faults=[{"fault": "error_within"}])
    failure = read(http, model="m", now=NOON)
    assert (http.status, failure.code, failure.usage.output_tokens) == (200, CallCode.RATE_LIMITED, 0)
    assert (call["outcome"], call["output_tokens"]) == ("error_within", 0)
