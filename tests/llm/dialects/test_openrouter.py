"""What OpenRouter answers, and how it is asked."""

import pytest

from generation.core.dialects import BOUNDS, JSON_SCHEMA, Dialect, Streaming, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.OPENROUTER)
STREAMED = wire_of(Dialect.OPENROUTER, streaming=Streaming.ON)

# The reference is openrouter.ai/docs/api/reference/errors-and-debugging. Reported at github.com: Gitlawb/openclaude,
# astrio-labs/forall, anomalyco/opencode, earendil-works/pi, OpenRouterTeam/openrouter-examples, open-webui/computer,
# unoplat/unoplat-code-confluence, vyancharuk/nodejs-api-boilerplate, apurvsinghgautam/robin.
ERRORS = [
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"
            ),
            "code": 429,
            "metadata": {
                "headers": {
                    "X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1777420800000",
                },
                "provider_name": None,
            },
        },
    }), Failed(CallCode.QUOTA_SPENT, wait_s=...), id="openrouter-free-day"),
    pytest.param(Sent(402, {
        "error": {
            "message": (
                "This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can "
                "only afford 2666. To increase, visit"
            ),
            "code": 402, "metadata": {"provider_name": None},
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="openrouter-402-afford"),
    pytest.param(Sent(402, {
        "error": {
            "message": (
                "Prompt tokens limit exceeded: 230799 > 91442. To increase, visit "
                "https://openrouter.ai/settings/keys and create a key with a higher monthly limit"
            ),
            "code": 402,
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="openrouter-prompt-limit"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This endpoint's maximum context length is 262000 tokens. However, you requested about 263390 tokens "
                "(658 of text input, 732 of tool input, 262000 in the output). Please"
            ),
            "code": 400, "metadata": {"provider_name": None},
        },
    }), Failed(CallCode.TOO_LONG, context=262_000), id="openrouter-context-output-counted"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 8192 tokens, however you requested 8977 tokens (8977 in your "
                "prompt; 0 for the completion). Please reduce your prompt; or"
            ),
            "type": "invalid_request_error", "param": None, "code": None,
        },
    }), Failed(CallCode.TOO_LONG, context=8_192), id="openrouter-legacy-ctx"),
    pytest.param(Sent(429, {
        "error": {
            "message": "Provider returned error", "code": 429,
            "metadata": {
                "raw": (
                    "z-ai/glm-5.3-flash is temporarily rate-limited upstream. Please retry shortly, or add your own "
                    "key to accumulate your rate limits: ..."
                ),
                "provider_name": "BaseTen", "limit_source": "upstream_provider_shared_pool",
                "remedy_hint": "Retry shortly, add your own provider key, or route to another provider",
            },
        },
    }), Failed(CallCode.RATE_LIMITED), id="openrouter-429-raw"),
    pytest.param(Sent(403, {
        "error": {
            "message": (
                'deepinfra requires moderation on openai/gpt-4o. Your input was flagged for "violence". No credits '
                "were charged."
            ),
            "code": 403,
            "metadata": {
                "reasons": ["violence"], "flagged_input": "...", "provider_name": "OpenAI",
                "model_slug": "openai/gpt-4o",
            },
        },
    }), Failed(CallCode.FILTERED), id="openrouter-moderation"),
    pytest.param(Sent(404, {
        "error": {
            "message": (
                "No endpoints found matching your data policy (Paid model training). Configure: "
                "https://openrouter.ai/settings/privacy"
            ),
            "code": 404,
        },
    }), Failed(CallCode.NO_ACCESS), id="openrouter-404-privacy"),
    pytest.param(Sent(404, {
        "error": {"message": "No endpoints found for nousresearch/hermes-3-llama-3.1-405b:free.", "code": 404},
    }), Failed(CallCode.UNKNOWN_MODEL), id="openrouter-404-no-endpoints"),
    pytest.param(Sent(401, {"error": {"message": "No cookie auth credentials found", "code": 401}}),
        Failed(CallCode.AUTH), id="openrouter-401-cookie"),
    pytest.param(Sent(401, {"error": {"message": "User not found.", "code": 401}}),
        Failed(CallCode.AUTH), id="openrouter-401-user"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: dottxt-ai/outlines.
FIELDS = [
    pytest.param(Sent(400, {
        "error": {
            "message": "Provider returned error", "code": 400,
            "metadata": {
                "raw": (
                    "{\n  \"error\": {\n    \"message\": \"Invalid schema for response_format 'default': In "
                    "context=(), 'additionalProperties' is required to be supplied and to be false.\",\n   "
                ),
                "provider_name": "OpenAI",
            },
        },
    }), without(BOUNDS), id="openrouter-schema-raw"),
    pytest.param(Sent(404, {
        "error": {
            "message": (
                "No endpoints found that can handle the requested parameters. To learn more about provider routing, "
                "visit: https://openrouter.ai/docs/guides/routing/provider-selection"
            ),
            "code": 404,
        },
    }), without(JSON_SCHEMA), id="openrouter-404-params"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_form_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# Reported at github.com: Aider-AI/aider, sunholo-data/ailang, maximhq/bifrost, zeitlings/ayai-gpt-nexus,
# chunkhound/chunkhound, mmeyerlein/meclaw.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "error": {
            "message": (
                "This endpoint's maximum context length is 131072 tokens. However, you requested about 141607 tokens "
                "(10535 of text input, 131072 in the output). Please reduce the length"
            ),
            "code": 400, "metadata": {"provider_name": "Chutes"},
        },
    }), Failed(CallCode.TOO_LONG, context=131_072), id="openrouter-context-in-200"),
    pytest.param(Sent(200, {
        "id": "gen-1", "object": "chat.completion", "model": "stealth/ox-alpha",
        "choices": [{
            "index": 0, "finish_reason": "stop", "native_finish_reason": "network_error",
            "message": {"role": "assistant", "content": None, "refusal": None},
        }],
    }), Failed(CallCode.UNUSABLE), id="openrouter-fake-stop"),
    pytest.param(Sent(200, {
        "id": "gen-mockerror", "object": "chat.completion", "model": "google/gemini-3.1-flash-lite",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"events": [{"title": "partial'},
            "finish_reason": "error",
        }],
        "usage": {"prompt_tokens": None, "completion_tokens": None, "total_tokens": 0},
    }), Failed(CallCode.UNUSABLE, output_tokens=8), id="bifrost-finish-error-null-usage"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>"}, "finish_reason": "end_turn"}],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Replied((81, 44)), id="finish-endturn"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": None, "refusal": None, "reasoning": "<JSON>"},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Replied((81, 44)), id="openrouter-json-in-reasoning"),
    pytest.param(Sent(200, {
        "error": {
            "code": 429, "message": "Provider returned error",
            "metadata": {"raw": "temporarily rate-limited upstream. Please retry shortly.", "provider_name": "x"},
        },
    }), Failed(CallCode.RATE_LIMITED), id="meclaw-429-in-200"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: openai/openai-go, use-agent-os/agent-os, dcdpr/jp, diegosouzapw/OmniRoute,
# mnfst/llm-gateway.
EVENTS = [
    pytest.param(Sent(200, (
        ": OPENROUTER PROCESSING\n\n"
        ": OPENROUTER PROCESSING\n\n"
        "data: "
        '{"id":"gen-1739458867-kUKFjpDGCEBBvK6V46PX","provider":"OpenAI","model":"openai/gpt-4o-mini","object'
        '":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_re'
        'ason":null,"native_finish_reason":null}]}\n\n'
        "data: "
        '{"id":"gen-1739458867-kUKFjpDGCEBBvK6V46PX","provider":"OpenAI","model":"openai/gpt-4o-mini","object'
        '":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"<JSON>"},"fin'
        'ish_reason":"stop","native_finish_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="openrouter-comment"),
    pytest.param(Sent(200, (
        ": OPENROUTER PROCESSING\n\n"
        "data: "
        '{"id":"cmpl-abc123","object":"chat.completion.chunk","model":"openai/gpt-4o","provider":"openai","ch'
        'oices":[{"index":0,"delta":{"content":"{\\"a\\":"},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"cmpl-abc123","object":"chat.completion.chunk","model":"openai/gpt-4o","provider":"openai","er'
        'ror":{"code":"server_error","message":"Provider disconnected '
        'unexpectedly"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n'
    )), Failed(CallCode.SERVER_ERROR, output_tokens=2), id="openrouter-midstream-choice"),
    pytest.param(Sent(200, (
        ": OPENROUTER PROCESSING\n\n"
        "data: "
        '{"id":"gen-1","object":"chat.completion.chunk","model":"anthropic/claude","choices":[],"error":{"cod'
        'e":400,"message":"prompt is too long: 1284668 tokens > 1000000 maximum"}}\n\n'
        "data: [DONE]\n\n"
    )), Failed(CallCode.TOO_LONG, context=1_000_000), id="openrouter-midstream-context"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"gen-2","object":"chat.completion.chunk","model":"nvidia/nemotron-3-ultra-550b-a55b:free","cho'
        'ices":[],"error":{"code":502,"message":"Worker local total request limit reached '
        '(33/32)","metadata":{"error_type":"provider_unavailable"}}}\n\n'
    )), Failed(CallCode.SERVER_ERROR), id="openrouter-stream-capacity"),
    pytest.param(Sent(200, (
        "data: : OPENROUTER PROCESSING\n\n"
        "data: "
        '{"id":"gen-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"f'
        'inish_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="gateway-comment-as-data"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000, "prompt_cache_key": "job-7"}
