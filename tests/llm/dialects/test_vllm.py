"""What vLLM answers, and how it is asked."""

import pytest

from generation.core.dialects import NEW_CAP, Dialect, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.VLLM)

# The reference is docs.vllm.ai/en/latest/serving/openai_compatible_server. Reported at github.com: vllm-project/vllm,
# THUDM/LongBench.
ERRORS = [
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in "
            "the messages, 10000 in the completion). Please reduce the length of"
        ),
        "type": "BadRequestError", "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG, context=16_384), id="vllm-old-requested"),
    pytest.param(Sent(400, {
        "object": "error", "message": "max_tokens must be at least 1, got -186.", "type": "BadRequestError",
        "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG), id="vllm-max-tokens-negative"),
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "'max_tokens' or 'max_completion_tokens' is too large: 2000. This model's maximum context length is 4096 "
            "tokens and your request has 2104 input tokens (2000 > 4096 -"
        ),
        "type": "BadRequestError", "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG, context=4_096), id="vllm-too-large-cap"),
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "This model's maximum context length is 131072 tokens. However, you requested 351430 tokens. Please "
            "reduce the length of the messages or completion."
        ),
        "type": "BadRequestError", "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG, context=131_072), id="vllm-requested-no-split"),
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "This model's maximum context length is 16384 tokens. However, you requested 19591 tokens (9591 in the "
            "messages, 10000 in the completion). Please reduce the length of the"
        ),
        "type": "BadRequestError", "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG, context=16_384), id="vllm-old-none-suffix"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 2048 tokens. However, your request has 8 input tokens plus "
                "2045 'max_tokens'. Please reduce one or the other."
            ),
            "type": "BadRequestError", "param": "input_tokens, max_tokens", "code": 400,
        },
    }), Failed(CallCode.TOO_LONG, context=2_048), id="vllm-plus-max-tokens"),
    pytest.param(Sent(400, {
        "error": {
            "message": "max_tokens must be at least 1, got -7584. (parameter=max_tokens, value=-7584)",
            "type": "BadRequestError", "param": "max_tokens", "code": 400,
        },
    }), Failed(CallCode.TOO_LONG), id="vllm-negative-new"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Input length (11680) exceeds model's maximum context length (4096).", "type": "BadRequestError",
            "param": None, "code": 400,
        },
    }), Failed(CallCode.TOO_LONG, context=4_096), id="vllm-input-exceeds"),
    pytest.param(Sent(404, {
        "object": "error", "message": "The model `Qwen1.5-14B-Chat-GPTQ-Int8` does not exist.", "type": "NotFoundError",
        "param": None, "code": 404,
    }), Failed(CallCode.UNKNOWN_MODEL), id="vllm-model-404"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: 1Panel-dev/MaxKB.
FIELDS = [
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "[{'type': 'extra_forbidden', 'loc': ('body', 'max_completion_tokens'), 'msg': 'Extra inputs are not "
            "permitted', 'input': 800}]"
        ),
        "type": "BadRequestError", "param": None, "code": 400,
    }), without(NEW_CAP), id="vllm-extra-forbidden-repr"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_field_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# Reported at github.com: vllm-project/vllm.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "id": "chatcmpl-17f8a28f909b464f91bd2855e5f1de37", "object": "chat.completion", "model": "helium",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "reasoning_content": "<JSON>", "content": None, "tool_calls": []},
            "finish_reason": "stop", "stop_reason": None,
        }],
        "usage": {"prompt_tokens": 24, "total_tokens": 524, "completion_tokens": 500, "prompt_tokens_details": None},
        "prompt_logprobs": None,
    }), Replied((24, 500)), id="vllm-json-in-reasoning"),
    pytest.param(Sent(200, {
        "id": "cmpl-1", "object": "chat.completion", "model": "llama-2",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "length"}],
        "usage": {"prompt_tokens": 2664, "total_tokens": 2664, "completion_tokens": 0},
    }), Failed(CallCode.TOO_LONG), id="vllm-200-empty-length"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_plain_completion_is_understood_though_a_stream_was_asked_for(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: heurist-network/miner-release.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"cmpl-5b95e0b0571d430883db767ae35a48ae","choices":[{"delta":{"content":null,"role":"assistant"'
        '},"finish_reason":null,"index":0}],"model":"openhermes-2.5-mistral-7b-gptq","object":"chat.completio'
        'n.chunk"}\n\n'
        "data: "
        '{"id":"cmpl-5b95e0b0571d430883db767ae35a48ae","choices":[{"delta":{"content":"<JSON>"},"finish_reaso'
        'n":null,"index":0}],"model":"openhermes-2.5-mistral-7b-gptq","object":"chat.completion.chunk"}\n\n'
        "data: "
        '{"id":"cmpl-5b95e0b0571d430883db767ae35a48ae","choices":[{"delta":{},"finish_reason":"stop","index":'
        '0}],"object":"chat.completion.chunk"}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="vllm-heurist-first-content-null"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000, "stream": True, "stream_options": {"include_usage": True}}
