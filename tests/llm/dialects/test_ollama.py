"""What Ollama answers, and how it is asked."""

import pytest

from generation.core.dialects import Dialect, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import Failed, Replied, check, request_of
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.OLLAMA)

# The reference is docs.ollama.com/api/openai-compatibility. Reported at github.com: netease-youdao/QAnything,
# TheBlewish/Automated-AI-Web-Researcher-Ollama, ollama/ollama, continuedev/continue.
ERRORS = [
    pytest.param(Sent(404, {
        "error": {
            "message": 'model "ollama" not found, try pulling it first', "type": "api_error", "param": None,
            "code": None,
        },
    }), Failed(CallCode.UNKNOWN_MODEL), id="ollama-model-404"),
    pytest.param(Sent(404, {"error": "model 'custom-phi3-32k-Q4_K_M' not found"}),
        Failed(CallCode.UNKNOWN_MODEL), id="ollama-native-model-404"),
    pytest.param(Sent(404, "404 page not found", {"content-type": "text/plain"}),
        Failed(CallCode.WRONG_ADDRESS), id="ollama-404-text"),
    pytest.param(Sent(500, {
        "error": {
            "message": "model requires more system memory (5.3 GiB) than is available (3.3 GiB)", "type": "api_error",
            "param": None, "code": None,
        },
    }), Failed(CallCode.SERVER_ERROR), id="ollama-memory"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# The reference is docs.ollama.com/api/openai-compatibility.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": "<JSON>"},
        "done": True, "done_reason": "stop", "prompt_eval_count": 26, "eval_count": 298,
    }), Replied((26, 298)), id="own-shape"),
    pytest.param(Sent(200, {
        "model": "m", "created_at": "2026-01-01T00:00:00Z", "message": {"role": "assistant", "content": '{"title": "A'},
        "done": True, "done_reason": "length", "prompt_eval_count": 26, "eval_count": 298,
    }), Failed(CallCode.TRUNCATED, output_tokens=298), id="own-shape-cut"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_of_its_own_shape_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: open-webui/open-webui.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"reasoning_content":"hm"}'
        ',"finish_reason":"stop"}]}\n\n'
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"fini'
        'sh_reason":null}]}\n\n'
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":null},"finish_r'
        'eason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="finish-before-content"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000, "stream": True, "stream_options": {"include_usage": True}}
