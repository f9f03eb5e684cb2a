"""What Groq answers, and how it is asked."""

import pytest

from generation.core.dialects import BOUNDS, CACHE_KEY, JSON_SCHEMA, Dialect, Streaming, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.GROQ)
STREAMED = wire_of(Dialect.GROQ, streaming=Streaming.ON)

# The reference is console.groq.com/docs/errors. Reported at github.com: continuedev/continue, ago19800/HomeMind,
# assafelovic/gpt-researcher, thepersonalaicompany/amurex-backend, Alishahryar1/free-claude-code,
# skapadia3214/groq-moa, build-with-groq/g1, cth9191/higgsfield-api-skill.
ERRORS = [
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Rate limit reached for model `llama-3.3-70b-versatile` in organization "
                "`org_01kjh7p9n8f1qs6nz2bz77vy6b` service tier `on_demand` on tokens per day (TPD): Limit 100000, "
                "Used 97050, Requested 3619. Please try again in 9m38.016s. Need more tokens? Upgrade to Dev Tier "
                "today at https://console.groq.com/settings/billing"
            ),
            "type": "tokens", "code": "rate_limit_exceeded",
        },
    }), Failed(CallCode.QUOTA_SPENT, wait_s=578.016), id="groq-tpd"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Rate limit reached for model `llama-3.3-70b-versatile` in organization "
                "`org_01kes94v04f9ramd2n1vj4gjnc` service tier `on_demand` on tokens per minute (TPM): Limit 12000, "
                "Used 2542, Requested 9855. Please try again in 1.984999999s. Need more tokens? Upgrade to Dev Tier "
                "today at https://console.groq.com/settings/billing"
            ),
            "type": "tokens", "code": "rate_limit_exceeded",
        },
    }), Failed(CallCode.RATE_LIMITED, wait_s=...), id="groq-tpm-wait"),
    pytest.param(Sent(413, {
        "error": {
            "message": (
                "Request too large for model `llama-3.1-70b-versatile` in organization "
                "`org_01hw8f0aa0ekmrn70ffm2zkdv1` on tokens per minute (TPM): Limit 6000, Requested 14368, please"
            ),
            "type": "tokens", "code": "rate_limit_exceeded",
        },
    }), Failed(CallCode.TOO_LONG), id="groq-413-tpm"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Please reduce the length of the messages or completion.", "type": "invalid_request_error",
            "param": "messages", "code": "context_length_exceeded",
        },
    }), Failed(CallCode.TOO_LONG), id="groq-context"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "`max_completion_tokens` must be less than or equal to `16384`, the maximum value for "
                "`max_completion_tokens` is less than the `context_window` for this model"
            ),
            "type": "invalid_request_error", "param": "max_completion_tokens",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=16_384), id="groq-cap"),
    pytest.param(Sent(400, {
        "error": {
            "message": "max_tokens for `llama-3.1-8b-instant` must be less than or equal to 8000",
            "type": "invalid_request_error",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=8_000), id="groq-cap-old"),
    pytest.param(Sent(404, {
        "error": {
            "message": "The model `llama3.1-405b` does not exist or you do not have access to it.",
            "type": "invalid_request_error", "code": "model_not_found",
        },
    }), Failed(CallCode.UNKNOWN_MODEL), id="groq-model-404"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Failed to generate JSON. Please adjust your prompt. See 'failed_generation' for more details.",
            "type": "invalid_request_error", "code": "json_validate_failed",
            "failed_generation": (
                '```json\n{\n   "title": "\\u7ed3\\u7b97",\n   "content": "\\u4e3a\\u4e86\\u7b97\\u51fa'
            ),
        },
    }), Failed(CallCode.UNUSABLE, output_tokens=20), id="groq-json-validate-failed"),
    pytest.param(Sent(403, "error code: 1010", {"content-type": "text/plain", "server": "cloudflare"}),
        Failed(CallCode.BLOCKED), id="cloudflare-1010"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: i-am-bee/beeai-framework, vercel/ai, zed-industries/zed.
FIELDS = [
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "invalid schema for response format: response_format/json_schema/next_step: minItems is not supported"
            ),
            "type": "invalid_request_error",
        },
    }), without(BOUNDS), id="groq-schema-minitems"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "'response_format' : one of the following must be satisfied[('response_format.type' : value is not "
                "one of the allowed values ['text']) OR ('response_format.name' :"
            ),
            "type": "invalid_request_error",
        },
    }), without(JSON_SCHEMA), id="groq-response-format-oneof"),
    pytest.param(Sent(400, {
        "error": {"message": "property 'prompt_cache_key' is unsupported", "type": "invalid_request_error"},
    }), without(CACHE_KEY), id="groq-prompt-cache-key"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_field_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# The reference is console.groq.com/docs/errors.
EVENTS = [
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","choices":[{"index":0,"delta":{"content":"<JSON>"},"finish_reason":null}],"x_groq":{"id":'
        '"r"}}\n\n'
        "data: "
        '{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"pr'
        'ompt_tokens":24,"completion_tokens":61,"total_tokens":85}}}\n\n'
        "data: [DONE]\n\n"
    )), Replied((24, 61)), id="x-groq-usage"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_completion_tokens": 4000}
