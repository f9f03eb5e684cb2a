"""What llama.cpp answers, and how it is asked."""

import pytest

from generation.core.dialects import BOUNDS, Dialect, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.LLAMA_CPP)

# The reference is github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md. Reported at github.com:
# ggml-org/llama.cpp, oobabooga/textgen, mostlygeek/llama-swap, fedora-copr/logdetective.
ERRORS = [
    pytest.param(Sent(400, {
        "error": {
            "code": 400,
            "message": "request (13392 tokens) exceeds the available context size (8192 tokens), try increasing it",
            "type": "exceed_context_size_error", "n_prompt_tokens": 13392, "n_ctx": 8192,
        },
    }), Failed(CallCode.TOO_LONG, context=8_192), id="llamacpp-exceed-400"),
    pytest.param(Sent(500, {
        "error": {
            "code": 500,
            "message": (
                "the request exceeds the available context size. try increasing the context size or enable context "
                "shift"
            ),
            "type": "exceed_context_size_error", "n_prompt_tokens": 1407, "n_ctx": 256,
        },
    }), Failed(CallCode.TOO_LONG), id="llamacpp-exceed-500"),
    pytest.param(Sent(200, {
        "error": {
            "code": 400,
            "message": (
                "the request exceeds the available context size. try increasing the context size or enable context "
                "shift"
            ),
            "type": "exceed_context_size_error", "n_prompt_tokens": 14429, "n_ctx": 8192,
        },
    }), Failed(CallCode.TOO_LONG, context=8_192), id="llamacpp-exceed-in-200"),
    pytest.param(Sent(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}),
        Failed(CallCode.SERVER_ERROR), id="llamacpp-loading"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 2048 tokens. However, you requested 2285 tokens (2285 in the "
                "messages, None in the completion). Please reduce the length of the"
            ),
            "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
        },
    }), Failed(CallCode.TOO_LONG, context=2_048), id="llama-cpp-python-context"),
    pytest.param(Sent(500, {
        "error": {
            "message": "Requested tokens (2138) exceed context window of 2048", "type": "internal_server_error",
            "param": None, "code": None,
        },
    }), Failed(CallCode.TOO_LONG, context=2_048), id="llama-cpp-python-500"),
    pytest.param(Sent(400, {
        "error": {
            "message": "The model `/models/x.gguf` does not exist", "type": "invalid_request_error", "param": None,
            "code": "model_not_found",
        },
    }), Failed(CallCode.UNKNOWN_MODEL), id="llama-cpp-python-model"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: lidge-jun/opencodex, ggml-org/llama.cpp, am17an/llama.cpp.
GRAMMARS = [
    pytest.param(Sent(400, {
        "error": {
            "code": 400, "message": "Failed to initialize samplers: failed to parse grammar",
            "type": "invalid_request_error",
        },
    }), without(BOUNDS), id="llamacpp-grammar-400"),
    pytest.param(Sent(400, {
        "error": {
            "code": 400,
            "message": (
                'Failed to initialize samplers: Unexpected empty grammar stack after accepting piece: {" (14937)'
            ),
            "type": "invalid_request_error",
        },
    }), without(BOUNDS), id="llamacpp-grammar-stack"),
    pytest.param(Sent(400, {
        "error": {
            "code": 400, "message": "Failed to initialize samplers: std::exception", "type": "invalid_request_error",
        },
    }), without(BOUNDS), id="llamacpp-samplers-exception"),
]


@pytest.mark.parametrize(("sent", "wanted"), GRAMMARS)
def test_grammar_that_it_cannot_make_is_asked_without_bounds(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: hanamorix/companion-emergence.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>\n</s>"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Replied((81, 44)), id="eos-leak"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_plain_completion_is_understood_though_a_stream_was_asked_for(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: gpustack/llama-box.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"chatcmpl-73565c9d420f4e72958e75fd2200eec3","object":"chat.completion.chunk","model":"deepseek'
        '-r1-32b","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"chatcmpl-73565c9d420f4e72958e75fd2200eec3","object":"chat.completion.chunk","model":"deepseek'
        '-r1-32b","choices":[{"index":0,"delta":{"content":"<"},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"chatcmpl-73565c9d420f4e72958e75fd2200eec3","object":"chat.completion.chunk","model":"deepseek'
        '-r1-32b","choices":[{"index":0,"delta":{"content":"think>\\n\\n"},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"chatcmpl-73565c9d420f4e72958e75fd2200eec3","object":"chat.completion.chunk","model":"deepseek'
        '-r1-32b","choices":[{"index":0,"delta":{"content":"</think>\\n\\n<JSON>"},"finish_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="llama-box-think-stream"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000, "stream": True, "stream_options": {"include_usage": True}}
