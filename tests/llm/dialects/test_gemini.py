"""What Gemini answers, and how it is asked."""

import pytest

from generation.core.dialects import BOUNDS, CACHE_KEY, STORE, Dialect, Streaming, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.GEMINI)
STREAMED = wire_of(Dialect.GEMINI, streaming=Streaming.ON)

# The reference is ai.google.dev/gemini-api/docs/openai. Reported at github.com: google-gemini/gemini-cli,
# continuedev/continue, FoundationAgents/OpenManus, cequence-io/openai-scala-client, iBUHub/AIStudioToAPI.
ERRORS = [
    pytest.param(Sent(503, {
        "error": {
            "code": 503,
            "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "MODEL_CAPACITY_EXHAUSTED"}],
            "message": "No capacity available for model on the server", "status": "UNAVAILABLE",
        },
    }), Failed(CallCode.SERVER_ERROR), id="gemini-503-capacity"),
    pytest.param(Sent(429, {
        "error": {
            "code": 429,
            "message": (
                "You exceeded your current quota, please check your plan and billing details. For more information "
                "on this error, head to:"
            ),
            "status": "RESOURCE_EXHAUSTED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [
                        {
                            "quotaMetric": (
                                "generativelanguage.googleapis.com/generate_content_free_tier_input_token_count"
                            ),
                            "quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier",
                            "quotaDimensions": {"location": "global", "model": "gemini-2.5-flash-preview-image"},
                        },
                        {
                            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                            "quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier",
                            "quotaDimensions": {"location": "global", "model": "gemini-2.5-flash-preview-image"},
                        },
                        {
                            "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                            "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier",
                            "quotaDimensions": {"model": "gemini-2.5-flash-preview-image", "location": "global"},
                        },
                    ],
                },
                {
                    "@type": "type.googleapis.com/google.rpc.Help",
                    "links": [{"description": "Learn more about Gemini API quotas"}],
                },
            ],
        },
    }), Failed(CallCode.QUOTA_SPENT), id="gemini-429-day-and-minute"),
    pytest.param(Sent(429, [{
        "error": {
            "code": 429,
            "message": (
                "You exceeded your current quota, please check your plan and billing details. For more information "
                "on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current "
                "usage, head to: https://ai.dev/rate-limit. \n* Quota exceeded for metric: "
                "generativelanguage.googleapis.com/generate_content_free_tier_requests, limit: 0, model: "
                "gemini-2.5-pro\nPlease retry in 20.04466179s."
            ),
            "status": "RESOURCE_EXHAUSTED",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.Help",
                    "links": [{"description": "Learn more about Gemini API quotas"}],
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "20s"},
            ],
        },
    }]), Failed(CallCode.NO_ACCESS), id="gemini-429-retry-words"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                '{\n  "error": {\n    "code": 429,\n    "message": "Resource has been exhausted (e.g. check '
                'quota).",\n    "status": "RESOURCE_EXHAUSTED"\n  }\n}\n'
            ),
            "code": 429, "status": "Too Many Requests",
        },
    }), Failed(CallCode.RATE_LIMITED), id="gemini-429-double"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400, "message": "User location is not supported for the API use.", "status": "FAILED_PRECONDITION",
        },
    }]), Failed(CallCode.NO_ACCESS), id="gemini-location-400"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400, "message": "You don't have access to this model or the model name is invalid",
            "errors": [{
                "message": "You don't have access to this model or the model name is invalid", "reason": "badRequest",
            }],
            "status": "INVALID_ARGUMENT",
        },
    }]), Failed(CallCode.NO_ACCESS), id="gemini-model-access-400"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT",
            "details": [
                {
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                    "metadata": {"service": "generativelanguage.googleapis.com"},
                },
                {
                    "@type": "type.googleapis.com/google.rpc.LocalizedMessage", "locale": "en-US",
                    "message": "API key not valid. Please pass a valid API key.",
                },
            ],
        },
    }]), Failed(CallCode.AUTH), id="gemini-bad-key-400"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400,
            "message": "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
            "status": "INVALID_ARGUMENT",
        },
    }]), Failed(CallCode.TOO_LONG, context=1_048_575), id="gemini-input-count"),
    pytest.param(Sent(400, {
        "error": {
            "code": 400,
            "message": (
                "[original: beyond::dependency::INVALID_ARGUMENT] Cannot truncate to 89998, required 355220: "
                "text:355351, control:9,  (inaccurate, last turn truncated by 141 in addition)"
            ),
            "status": "INVALID_ARGUMENT",
        },
    }), Failed(CallCode.TOO_LONG), id="aistudio-cannot-truncate"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: liliMozi/openhanako, ed-donner/agents, leookun/cursor-byok, googleapis/python-genai,
# googleapis/js-genai, vercel/ai.
FIELDS = [
    pytest.param(Sent(400, [{
        "error": {
            "code": 400, "message": 'Invalid JSON payload received. Unknown name "store": Cannot find field.',
            "status": "INVALID_ARGUMENT",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{
                    "description": 'Invalid JSON payload received. Unknown name "store": Cannot find field.',
                }],
            }],
        },
    }]), without(STORE), id="gemini-unknown-store"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400,
            "message": (
                'Invalid JSON payload received. Unknown name "metadata": Cannot find field.\nInvalid JSON payload '
                'received. Unknown name "store": Cannot find field.'
            ),
            "status": "INVALID_ARGUMENT",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [
                    {"description": 'Invalid JSON payload received. Unknown name "metadata": Cannot find field.'},
                    {"description": 'Invalid JSON payload received. Unknown name "store": Cannot find field.'},
                ],
            }],
        },
    }]), without(STORE), id="gemini-unknown-metadata-store"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400,
            "message": 'Invalid JSON payload received. Unknown name "prompt_cache_key": Cannot find field.',
            "status": "INVALID_ARGUMENT",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{
                    "description": 'Invalid JSON payload received. Unknown name "prompt_cache_key": Cannot find field.',
                }],
            }],
        },
    }]), without(CACHE_KEY), id="gemini-prompt-cache-key"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400,
            "message": (
                "The specified schema produces a constraint that has too many states for serving.  Typical causes of "
                "this error are schemas with lots of text (for example, very long"
            ),
            "status": "INVALID_ARGUMENT",
        },
    }]), without(BOUNDS), id="gemini-too-many-states"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400,
            "message": "A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth.",
            "status": "INVALID_ARGUMENT",
        },
    }]), without(BOUNDS), id="gemini-nesting"),
    pytest.param(Sent(400, [{
        "error": {"code": 400, "message": "Request contains an invalid argument.", "status": "INVALID_ARGUMENT"},
    }]), without(BOUNDS), id="gemini-bare-400"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_field_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# Reported at github.com: HKUDS/Vibe-Trading, sugarforever/chat-ollama, NousResearch/hermes-agent, mozilla-ai/any-llm,
# router-for-me/CLIProxyAPI.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "choices": [{"finish_reason": "SAFETY", "index": 0, "message": {"role": "assistant"}}],
        "model": "gemini-2.5-flash", "object": "chat.completion",
        "usage": {"completion_tokens": 0, "prompt_tokens": 19, "total_tokens": 19},
    }), Failed(CallCode.FILTERED), id="gemini-finish-native"),
    pytest.param(Sent(200, {
        "id": "gen-1756408616-RPiCfGwDvtWniLsxA5Jh", "object": "chat.completion",
        "model": "google/gemini-2.5-flash-image-preview:free",
        "choices": [{"index": 0, "finish_reason": "content_filter", "message": {"role": "assistant", "content": ""}}],
        "usage": {
            "prompt_tokens": 1296, "completion_tokens": 0, "total_tokens": 1296, "cost": 0, "is_byok": False,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "cost_details": {
                "upstream_inference_cost": None, "upstream_inference_prompt_cost": 0,
                "upstream_inference_completions_cost": 0,
            },
            "completion_tokens_details": {"reasoning_tokens": 0, "image_tokens": 0},
        },
    }), Failed(CallCode.FILTERED), id="gemini-content-filter-zero"),
    pytest.param(Sent(200, {
        "choices": [{
            "finish_reason": "function_call_filter: MALFORMED_FUNCTION_CALL", "index": 0,
            "message": {"role": "assistant"},
        }],
        "model": "gemini-2.5-flash", "object": "chat.completion",
        "usage": {"prompt_tokens": 2595, "total_tokens": 2595},
    }), Failed(CallCode.UNUSABLE), id="gemini-malformed-call"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623},
    }), Replied((20, 603)), id="gemini-usage-thoughts-missing"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>"}, "finish_reason": "stop"}],
        "usage": {
            "completion_tokens": 0, "total_tokens": 81, "prompt_tokens": 21,
            "completion_tokens_details": {"reasoning_tokens": 60},
        },
    }), Replied(), id="cliproxy-usage-zero-completion"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: farion1231/cc-switch.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"fini'
        'sh_reason":"stop"}]}\r\n'
        "\r\n"
        "data: [DONE]\r\n"
        "\r\n"
    )), Replied(), id="sse-crlf"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_completion_tokens": 4000}
