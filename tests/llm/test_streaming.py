"""A completion in pieces, however a server cuts and writes them."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.reply_text import repeats
from generation.llm.completions import written_in
from generation.llm.streaming import LOOK_EVERY, Pieces, completion_of, is_stream
from generation.llm.usage import read_usage

TEXT = 'Grüße, “Übung” 🏋️ {"a": 1}'
USAGE = {"prompt_tokens": 30, "completion_tokens": 70, "total_tokens": 100}


def event(delta=None, ending=None, **fields):
    choice = {"index": 0, "delta": delta or {}, "finish_reason": ending}
    return {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [choice], **fields}


EVENTS = [
    event({"role": "assistant", "content": ""}), event({"content": TEXT[:9]}), event({"content": TEXT[9:]}),
    event(ending="stop"), {"id": "c1", "model": "m", "choices": [], "usage": USAGE},
]

WHOLE = {"model": "m", "choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}], "usage": USAGE}


def written(events, *, begin="data: ", end="\n\n", done="data: [DONE]\n\n"):
    """The bytes of `events`, in one server's manner."""
    lines = [begin + (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) + end for one in events]
    return ("".join(lines) + done).encode()


def put_together(*pieces):
    stream = Pieces()
    for piece in pieces:
        stream.feed(piece)
    stream.end()
    return stream


def assert_whole(stream):
    completion = stream.completion
    said = written_in(completion)
    assert said is not None
    assert (said.text, said.ending, completion["model"]) == (TEXT, "stop", "m")
    assert read_usage(completion, said.text).output_tokens == 70


BODY = written(EVENTS)


@pytest.mark.parametrize("at", range(0, len(BODY), 7))
def test_stream_may_be_cut_in_two_at_any_byte(at):
    assert_whole(put_together(BODY[:at], BODY[at:]))


def test_stream_may_come_byte_by_byte():
    assert_whole(put_together(*(BODY[n:n + 1] for n in range(len(BODY)))))


@given(st.lists(st.integers(0, len(BODY)), max_size=20))
def test_stream_may_be_cut_anywhere(cuts):
    edges = [0, *sorted(cuts), len(BODY)]
    assert_whole(put_together(*(BODY[start:end] for start, end in itertools.pairwise(edges))))


@pytest.mark.parametrize("body", [
    pytest.param(written(EVENTS, end="\r\n\r\n", done="data: [DONE]\r\n\r\n"), id="CR LF"),
    pytest.param(written(EVENTS, begin="data:", done="data:[DONE]\n\n"), id="no space"),
    pytest.param(written(EVENTS, end="\n", done="data: [DONE]\n"), id="no empty lines"),
    pytest.param(written(EVENTS, done=""), id="no [DONE]"),
    pytest.param(written(EVENTS, done="")[:-2], id="no end of the last line"),
    pytest.param(b": ping\n\n" + written(EVENTS, end="\n\n: keep-alive\n\n"), id="comments"),
    pytest.param(written(EVENTS, begin="id: 7\nevent: message\nretry: 10\ndata: "), id="other fields"),
    pytest.param(written([": OPENROUTER PROCESSING", *EVENTS]), id="comment as data"),
    pytest.param(written(["null", "", *EVENTS, "7", "[]"]), id="data that is no object"),
    pytest.param(written([{**EVENTS[0], "choices": None}, *EVENTS]), id="choices of null"),
    pytest.param(written([*EVENTS[:4], {**EVENTS[3], "usage": USAGE}]), id="usage beside the ending"),
    pytest.param(written([*EVENTS[:3], event(ending="stop", x_groq={"usage": USAGE})]), id="Groq's usage"),
    pytest.param(written([{**one, "usage": USAGE} for one in EVENTS]), id="usage in every event"),
    pytest.param(written([*EVENTS, {**EVENTS[4], "usage": None}]), id="usage of null at the end"),
    pytest.param(written([*EVENTS, event(None)]), id="event behind the last one"),
    pytest.param(written([{**EVENTS[1], "choices": [
        *EVENTS[1]["choices"], {"index": 1, "delta": {"content": "another"}}]}, *EVENTS[2:]]), id="two choices"),
    pytest.param(written([event({"content": [{"type": "text", "text": TEXT}]}), *EVENTS[3:]]), id="parts"),
    pytest.param(written([event(), {"choices": [{"index": 0, "text": TEXT, "finish_reason": "stop"}], "usage": USAGE}]),
                 id="text instead of a delta"),
    pytest.param(written([WHOLE]), id="message in one event"),
    pytest.param(json.dumps(WHOLE).encode(), id="plain JSON"),
    pytest.param(json.dumps(WHOLE, indent=1).encode(), id="JSON in lines"),
    pytest.param(json.dumps([WHOLE]).encode(), id="JSON in a list"),
])
def test_stream_is_read_in_every_server_s_manner(body):
    assert_whole(put_together(body))


def test_thoughts_refusals_and_tools_are_kept_apart():
    stream = put_together(written([
        event({"reasoning_content": "hm "}), event({"reasoning": "hm"}), event({"content": "yes"}),
        event({"refusal": "no"}),
        event({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": '{"a":'}}]}),
        event({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}, "tool_calls"),
    ]))
    said = written_in(stream.completion)
    assert (said.text, said.thoughts, said.refusal, said.calls) == ("yes", "hm hm", "no", '{"a":1}')
    assert said.ending == "tool_calls"
    assert stream.tokens == -(-len("hm hmyesno" + '{"a":1}') // 4)


ERROR = {"message": "worker died", "code": 502}


@pytest.mark.parametrize("end", [
    pytest.param(written([{"error": ERROR}]), id="event"),
    pytest.param(written([{"choices": [], "error": ERROR}]), id="beside no choices"),
    pytest.param(written([event({"content": ""}, "error", error=ERROR)]), id="beside choices"),
    pytest.param(written([{"choices": [{"index": 0, "delta": {}, "finish_reason": "error", "error": ERROR}]}]),
                 id="in the choice"),
    pytest.param(written([{"error": ERROR}], begin="event: error\ndata: "), id="event of its own name"),
    pytest.param(json.dumps({"error": ERROR}).encode(), id="bare line"),
])
@pytest.mark.parametrize("before", [[], EVENTS[:2]], ids=["at once", "in the middle"])
def test_error_in_a_stream_is_seen_and_what_had_come_is_kept(before, end):
    stream = put_together(written(before, done="") + end)
    assert stream.completion["error"] == ERROR
    assert stream.text == (TEXT[:9] if before else "")


@pytest.mark.parametrize("line", ["error: model worker died", "Error in the model"])
def test_error_in_words_is_one(line):
    assert put_together(written([line])).completion["error"] == line


@pytest.mark.parametrize(("body", "expected"), [
    (b"data: {}\n\n", True), (b"\n\ndata:{}", True), (b": ping\n\n", True), (b"event: error\n", True),
    (b"id: 1\n", True),
    (b'{"choices": []}', False), (b"<html>", False), (b"", False), (b'"data: x"', False),
])
def test_stream_is_known_by_its_beginning(body, expected):
    assert is_stream(body) is expected


@pytest.mark.parametrize("body", [b"", b"\n\n", b"data: [DONE]\n\n", b"\xff\xfe\x00", b"<html></html>", b"data: {\n\n"])
def test_stream_without_a_completion_is_empty(body):
    assert completion_of(body) == {"choices": []}


def test_done_ends_it():
    stream = Pieces()
    stream.feed(BODY[:-20])
    assert not stream.is_over
    stream.feed(BODY[-20:])
    assert stream.is_over


def test_model_that_repeats_itself_is_noticed_soon():
    said = "Rest well and drink water. "
    stream, count = Pieces(), 0
    while not stream.is_looping:
        stream.feed(written([event({"content": said})], done=""))
        count += 1
        assert count * len(said) < 10 * LOOK_EVERY
    assert repeats(stream.text)


def test_model_that_writes_a_long_list_is_let_be():
    stream = put_together(written([event({"content": f"Step {n}: lift {n * 7} kg. "}) for n in range(1_000)]))
    assert not stream.is_looping


@pytest.mark.parametrize("index", ["0", [0], {}, None, 0.0, "x"])
def test_piece_is_of_the_first_choice_unless_it_says_that_it_is_of_another(index):
    first = {"choices": [{"index": index, "delta": {"content": TEXT, "tool_calls": [{"index": index}]}}]}
    other = {"choices": [{"index": 1, "delta": {"content": "no"}}, {"index": "2", "delta": {"content": "no"}}]}
    stream = put_together(written([other, first, other, *EVENTS[3:]]))
    assert_whole(stream)


def test_other_choice_may_come_first_in_an_event():
    both = {"choices": [{"index": 1, "delta": {"content": "no"}}, {"index": 0, "delta": {"content": TEXT}}]}
    assert_whole(put_together(written([both, *EVENTS[3:]])))


def test_loop_in_the_arguments_of_a_call_is_counted():
    call = {"choices": [{"index": 0, "delta": {"tool_calls": [{"function": {"arguments": "again "}}]}}]}
    stream = put_together(written([call] * 3_000))
    assert (stream.is_looping, len(stream.all_text)) == (True, 18_000)
    assert "again" in stream.text
