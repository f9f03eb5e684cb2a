"""What Azure answers, and how it is asked."""

import pytest

from generation.core.dialects import CACHE_KEY, Dialect, Streaming, wire_of
from generation.core.outcomes import CallCode
from tests.llm.conftest import KEY
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, asked, check, request_of, without
from tests.llm.dialects.server import Sent, good

WIRE = wire_of(Dialect.AZURE)
STREAMED = wire_of(Dialect.AZURE, streaming=Streaming.ON)

# The reference is learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter. Reported at github.com:
# microsoft/TinyTroupe, vanderschaarlab/climb, DmitryKatson/bc-code-interpreter, dyad-sh/dyad, jasonacox/TinyLLM,
# OpenBMB/AgentVerse, SciSharp/BotSharp, Azure-Samples/azure-sql-db-chatbot.
ERRORS = [
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. "
                "Please modify your prompt and retry. To learn more about our content"
            ),
            "type": None, "param": "prompt", "code": "content_filter", "status": 400,
            "innererror": {
                "code": "ResponsibleAIPolicyViolation",
                "content_filter_result": {
                    "hate": {"filtered": False, "severity": "safe"}, "jailbreak": {"filtered": True, "detected": True},
                    "self_harm": {"filtered": False, "severity": "safe"},
                    "sexual": {"filtered": False, "severity": "safe"},
                    "violence": {"filtered": False, "severity": "safe"},
                },
            },
        },
    }), Failed(CallCode.FILTERED), id="azure-filter-400"),
    pytest.param(Sent(429, {
        "error": {
            "code": "429",
            "message": (
                "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-08-01-preview "
                "have exceeded token rate limit of your current OpenAI S0 pricing tier."
            ),
        },
    }, {"retry-after": "86400"}), Failed(CallCode.QUOTA_SPENT, wait_s=86400), id="azure-429-86400"),
    pytest.param(Sent(429, {
        "error": {
            "code": "429",
            "message": (
                "Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-02-01 have "
                "exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 60 seconds. "
                "Please go here:"
            ),
        },
    }), Failed(CallCode.RATE_LIMITED, wait_s=60), id="azure-429-60"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "litellm.RateLimitError: AzureException RateLimitError - Your requests to gpt-5.1 for gpt-5.1 in "
                "East US 2 have exceeded the token rate limit for your current AIServices S0 pricing tier. This "
                "request was for ChatCompletions_Create under Azure OpenAI API version 2025-03-01-preview. Please "
                "retry after 60 seconds. To"
            ),
            "type": "throttling_error", "param": None, "code": "429",
        },
    }), Failed(CallCode.RATE_LIMITED, wait_s=60), id="azure-429-new-words"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "litellm.RateLimitError: AzureException RateLimitError - Error code: 429 - {'error': {'code': '429', "
                "'message': 'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version "
                "2023-05-15 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry "
                "after 86400 seconds. Please"
            ),
            "type": "throttling_error", "param": None, "code": "429",
        },
    }), Failed(CallCode.QUOTA_SPENT, wait_s=86400), id="litellm-azure-double-repr"),
    pytest.param(Sent(404, {
        "error": {
            "code": "DeploymentNotFound",
            "message": (
                "The API deployment for this resource does not exist. If you created the deployment within the last "
                "5 minutes, please wait a moment and try again."
            ),
        },
    }), Failed(CallCode.UNKNOWN_MODEL), id="azure-deployment-404"),
    pytest.param(Sent(401, {
        "error": {
            "code": "401",
            "message": (
                "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid "
                "key for an active subscription and use a correct regional API endpoint"
            ),
        },
    }), Failed(CallCode.AUTH), id="azure-401"),
    pytest.param(Sent(403, {
        "error": {"code": "403", "message": "Access denied due to Virtual Network/Firewall rules."},
    }), Failed(CallCode.NO_ACCESS), id="azure-403-vnet"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: zed-industries/zed.
FIELDS = [
    pytest.param(Sent(400, {
        "error": {
            "message": "Unrecognized request argument supplied: prompt_cache_key", "type": "invalid_request_error",
            "param": None, "code": None,
        },
    }), without(CACHE_KEY), id="azure-unrecognized-arg"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_field_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# Reported at github.com: microsoft/semantic-kernel.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "id": "chatcmpl-x", "object": "chat.completion", "model": "gpt-35-turbo",
        "prompt_filter_results": [{"prompt_index": 0}],
        "choices": [{"finish_reason": "content_filter", "index": 0, "message": {"role": "assistant"}}],
        "usage": {"prompt_tokens": 40, "completion_tokens": 0, "total_tokens": 40},
    }), Failed(CallCode.FILTERED), id="azure-filter-200"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: AbanteAI/archive-old-cli-mentat, RageAgainstThePixel/OpenAI-DotNet,
# owndev/Open-WebUI-Functions, microsoft/agent-framework.
EVENTS = [
    pytest.param(Sent(200, (
        'data: {"id":"","choices":[],"model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}\n\n'
        "data: "
        '{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"role":"assistant","content":"<JSON>"},"finish_rea'
        'son":null}],"object":"chat.completion.chunk"}\n\n'
        "data: "
        '{"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"object":"chat.completi'
        'on.chunk"}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="azure-empty-first-chunk"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"chatcmpl-8Stix6wnN984nhw0lMdCaAu0jKaLN","object":"chat.completion.chunk","model":"gpt-4","cho'
        'ices":[{"index":0,"finish_reason":null,"delta":{"role":"assistant"},"content_filter_result":{"error"'
        ':{"code":"content_filter_error","message":"The contents are not filtered"}}}]}\n\n'
        "data: "
        '{"id":"chatcmpl-8Stix6wnN984nhw0lMdCaAu0jKaLN","object":"chat.completion.chunk","model":"gpt-4","cho'
        'ices":[{"index":0,"finish_reason":"stop","delta":{"content":"<JSON>"}}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="azure-filter-not-run"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"id","object":"chat.completion.chunk","model":"DeepSeek-V3-0324","choices":[{"index":0,"delta"'
        ':{"role":"assistant","content":null,"tool_calls":null},"finish_reason":null,"matched_stop":null}],"u'
        'sage":null}\n'
        "data: "
        '{"id":"id","object":"chat.completion.chunk","model":"DeepSeek-V3-0324","choices":[{"index":0,"delta"'
        ':{"role":null,"content":"<JSON>","tool_calls":null},"finish_reason":"stop","matched_stop":1}],"usage'
        '":null}\n'
        "data: [DONE]\n"
    )), Replied(), id="azure-deepseek-delta-nulls"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"fini'
        'sh_reason":null}]}\n\n'
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":null,"finish_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="stream-delta-null-finish"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_completion_tokens": 4000, "prompt_cache_key": "job-7", "store": False}


def test_key_stands_in_its_own_header_too():
    _answer, [call] = asked([good()], WIRE)
    assert call.headers["api-key"] == KEY
    _answer, [call] = asked([good()], EVERYTHING)
    assert "api-key" not in call.headers, "nobody else is shown it twice"
    assert call.headers["authorization"] == f"Bearer {KEY}"
