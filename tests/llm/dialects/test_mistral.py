"""What Mistral answers, and how it is asked."""

import pytest

from generation.core.dialects import NEW_CAP, STORE, Dialect, Streaming, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.MISTRAL)
STREAMED = wire_of(Dialect.MISTRAL, streaming=Streaming.ON)

# The reference is docs.mistral.ai/api. Reported at github.com: continuedev/continue, raycast/extensions,
# dnakov/anon-kode, agent0ai/agent-zero, coolcline/CoolCline.
ERRORS = [
    pytest.param(Sent(429, {
        "object": "error", "message": "Service tier capacity exceeded for this model.", "type": "invalid_request_error",
        "param": None, "code": None,
    }), Failed(CallCode.RATE_LIMITED), id="mistral-tier-capacity"),
    pytest.param(Sent(429, {
        "object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "param": None, "code": "1300",
        "raw_status_code": 429,
    }), Failed(CallCode.RATE_LIMITED), id="mistral-rate-1300"),
    pytest.param(Sent(429, {"message": "Requests rate limit exceeded"}),
        Failed(CallCode.RATE_LIMITED), id="mistral-requests-rate"),
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "Prompt contains 45065 tokens and 0 draft tokens, too large for model with 32768 maximum context length"
        ),
        "type": "invalid_request_prompt", "param": None, "code": "3051", "raw_status_code": 400,
    }), Failed(CallCode.TOO_LONG, context=32_768), id="mistral-prompt-contains"),
    pytest.param(Sent(401, {"detail": "Unauthorized"}), Failed(CallCode.AUTH), id="mistral-401-detail"),
    pytest.param(Sent(401, {"message": "Unauthorized"}), Failed(CallCode.AUTH), id="mistral-401-message"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: Gitlawb/openclaude, editor-code-assistant/eca, mistralai/platform-docs-public,
# partITech/php-mistral.
FIELDS = [
    pytest.param(Sent(422, {
        "detail": [
            {
                "type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted",
                "input": False,
            },
            {
                "type": "extra_forbidden", "loc": ["body", "max_completion_tokens"],
                "msg": "Extra inputs are not permitted", "input": 8192,
            },
        ],
    }), without(NEW_CAP, STORE), id="mistral-422-detail"),
    pytest.param(Sent(422, {
        "object": "error",
        "message": {
            "detail": [{
                "type": "extra_forbidden", "loc": ["body", "max_completion_tokens"],
                "msg": "Extra inputs are not permitted", "input": 32000,
            }],
        },
        "type": "invalid_request_error", "param": None, "code": None,
    }), without(NEW_CAP), id="mistral-422-message-object"),
    pytest.param(Sent(422, {
        "object": "error",
        "message": (
            '{"detail":[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not '
            'permitted","input":false}]}'
        ),
        "type": "internal_error_proxy", "param": None, "code": "1000",
    }), without(STORE), id="store-in-message-string"),
    pytest.param(Sent(422, {
        "object": "Error",
        "detail": [{
            "type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted",
            "input": False,
        }],
        "message": [{"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted"}],
    }), without(STORE), id="store-in-message-list"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_field_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# Reported at github.com: langchain4j/langchain4j.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "id": "x", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "Let me reason..."}]},
                    {"type": "text", "text": "<JSON>"},
                ],
            },
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }), Replied((10, 5)), id="mistral-content-list"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: agentjido/req_llm, jeremychone/rust-genai.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"x","object":"chat.completion.chunk","model":"magistral-medium-latest","choices":[{"index":0,"'
        'delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Okay"}]}]},"finish_reason":'
        "null}]}\n\n"
        "data: "
        '{"id":"x","object":"chat.completion.chunk","model":"magistral-medium-latest","choices":[{"index":0,"'
        'delta":{"content":"<JSON>"},"finish_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="mistral-delta-list"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","conte'
        'nt":"<JS"},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"ON>"},"finish_'
        'reason":"stop"}],"usage":{"prompt_tokens":10,"total_tokens":15,"completion_tokens":5}}\n\n'
        "data: [DONE]\n\n"
    )), Replied((10, 5)), id="content-in-finish-chunk"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000}
