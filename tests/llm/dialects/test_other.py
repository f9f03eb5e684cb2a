"""What the others answer: DeepSeek, Together, Fireworks, Cerebras, NVIDIA, xAI, Moonshot, DashScope, Zhipu, LiteLLM,
TGI, SGLang, proxies and gateways.  Each is asked only what every server knows."""

import json

import pytest

from generation.core.dialects import (
    BOUNDS,
    CACHE_KEY,
    JSON_OBJECT,
    JSON_SCHEMA,
    LENGTHS,
    OLD_CAP,
    ROLES,
    STORE,
    Dialect,
    Streaming,
    wire_of,
)
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import EVERYTHING, Failed, Replied, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.OTHER)
STREAMED = wire_of(Dialect.OTHER, streaming=Streaming.ON)

# Reported at github.com: netease-youdao/LobsterAI, evalstate/fast-agent, QwenLM/Qwen3, sgl-project/sglang,
# anthropics/claude-code, cline/cline, agentscope-ai/QwenPaw, MoonshotAI/MoonshotAI-Cookbook, opea-project/GenAIInfra,
# BerriAI/litellm.
TOO_LONG = [
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 131072 tokens. However, you requested 141403 tokens (133211 "
                "in the messages, 8192 in the completion). Please reduce the length of"
            ),
            "type": "invalid_request_error", "param": None, "code": "invalid_request_error",
        },
    }), Failed(CallCode.TOO_LONG, context=131_072), id="deepseek-context"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 131072 tokens. However, you requested 131134 tokens (122942 "
                "in the messages, 8192 in the completion). Please reduce the length of"
            ),
            "type": "invalid_request_error", "param": None, "code": "invalid_request_error",
        },
    }), Failed(CallCode.TOO_LONG, context=131_072), id="deepseek-context-by-cap"),
    pytest.param(Sent(400, {
        "object": "error",
        "message": "The input (61709 tokens) is longer than the model's context length (40960 tokens).",
        "type": "BadRequestError", "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG, context=40_960), id="sglang-input-longer"),
    pytest.param(Sent(400, {
        "object": "error",
        "message": (
            "Input length (160062 tokens) exceeds the maximum allowed length (59862 tokens). Use a shorter input or "
            "enable --allow-auto-truncate."
        ),
        "type": "BadRequestError", "param": None, "code": 400,
    }), Failed(CallCode.TOO_LONG), id="sglang-max-allowed"),
    pytest.param(Sent(400, {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "prompt is too long: 201130 tokens > 200000 maximum"},
    }), Failed(CallCode.TOO_LONG, context=200_000), id="anthropic-too-long"),
    pytest.param(Sent(400, {
        "message": (
            "Please reduce the length of the messages or completion. Current length is 42328 while limit is 40000"
        ),
        "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
    }), Failed(CallCode.TOO_LONG, context=40_000), id="cerebras-current-length"),
    pytest.param(Sent(413, "", {"content-type": "text/plain"}), Failed(CallCode.TOO_LONG), id="cerebras-413-nobody"),
    pytest.param(Sent(400, {
        "error": {
            "code": "invalid_parameter_error",
            "message": "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 983616]",
            "param": None, "type": "invalid_request_error",
        },
    }), Failed(CallCode.TOO_LONG), id="dashscope-input-range"),
    pytest.param(Sent(400, {
        "code": "Client specified an invalid argument",
        "error": "This model's maximum prompt length is 131072 but the request contains 136973 tokens.",
    }), Failed(CallCode.TOO_LONG, context=131_072), id="xai-prompt-length"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Invalid request: Your request exceeded model token limit: 262144 (requested: 277003)",
            "type": "invalid_request_error",
        },
    }), Failed(CallCode.TOO_LONG, context=262_144), id="kimi-model-token-limit"),
    pytest.param(Sent(400, {
        "error": {"message": "model max length exceeded, max length:8192", "type": "invalid_request_error"},
    }), Failed(CallCode.TOO_LONG, context=8_192), id="moonshot-max-length"),
    pytest.param(Sent(400, {
        "type": "error",
        "error": {
            "type": "bad_request_error", "message": "invalid params, context window exceeds limit (2013)",
            "http_code": "400",
        },
    }), Failed(CallCode.TOO_LONG), id="minimax-window"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                'litellm.BadRequestError: BedrockException - {"message":"Input is too long for requested model."}'
            ),
            "type": None, "param": None, "code": "400",
        },
    }), Failed(CallCode.TOO_LONG), id="bedrock-input-too-long"),
    pytest.param(Sent(400, {
        "error": {
            "message": "prompt token count of 136973 exceeds the limit of 128000",
            "code": "model_max_prompt_tokens_exceeded",
        },
    }), Failed(CallCode.TOO_LONG, context=128_000), id="copilot-limit"),
    pytest.param(Sent(422, {
        "error": (
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 1887 `inputs` tokens "
            "and 1024 `max_new_tokens`"
        ),
        "error_type": "validation",
    }), Failed(CallCode.TOO_LONG, context=2_048), id="tgi-422"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 80125 `inputs` "
                "tokens and 4096 `max_new_tokens`"
            ),
            "type": "invalid_request_error", "param": "max_tokens", "code": None,
        },
    }), Failed(CallCode.TOO_LONG, context=4_097), id="together-tgi-words"),
]


@pytest.mark.parametrize(("sent", "wanted"), TOO_LONG)
def test_request_that_does_not_fit_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: musistudio/claude-code-router, anomalyco/opencode, yiliqi78/TOKENICODE, Gitlawb/openclaude,
# deepseek-ai/DeepSeek-V3, pollinations/pollinations, AQBot-Desktop/AQBot, huggingface/transformers,
# scaleway/docs-content.
CAPS = [
    pytest.param(Sent(400, {
        "error": {
            "code": "invalid_parameter_error", "param": None,
            "message": "<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]",
            "type": "invalid_request_error",
        },
        "id": "chatcmpl-4b638ae7-4858-966f-95f5-08cbea6ffe34",
    }), Failed(CallCode.CAP_REFUSED, cap=8_192), id="dashscope-max-tokens"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                'Error from provider: {"error":{"code":"invalid_parameter_error","param":null,"message":"<400> '
                "InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, "
                '8192]","type":"invalid_request_error"},"id":"chatcmpl-4b638ae7-4858-966f-95f5-08cbea6ffe34",'
                '"request_id":"4b638ae7-4858-966f-95f5-08cbea6ffe34"}'
            ),
            "type": "api_error", "code": "provider_response_error",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=8_192), id="ccr-dashscope-wrapped"),
    pytest.param(Sent(400, (
        'data: {"error":{"code":"invalid_parameter_error","param":null,"message":"Range of max_tokens should be [1, '
        '131072]","type":"invalid_request_error"},"id":"chatcmpl-4c782706-981b-4ab6-a38e-3478f7c37a7e"}'
    )), Failed(CallCode.CAP_REFUSED, cap=131_072), id="dashscope-data-prefix-error"),
    pytest.param(Sent(400, {
        "error": {
            "code": "InvalidParameter",
            "message": (
                "The parameter max_tokens specified in the request is not valid: integer above maximum value, "
                "expected a value <= 32768, but got 64000 instead. Request id:"
            ),
            "param": "max_tokens", "type": "BadRequest",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=32_768), id="volcengine-max-tokens"),
    pytest.param(Sent(400, {
        "error": {
            "code": "InvalidParameter",
            "message": (
                "The parameter `max_completion_tokens` specified in the request are not valid: integer above maximum "
                "value, expected a value <= 12288, but got 32000 instead. Request id:"
            ),
            "param": "max_completion_tokens", "type": "BadRequest",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=12_288), id="volcengine-mct"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
            "type": "invalid_request_error", "param": None, "code": "invalid_request_error",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=8_192), id="deepseek-max-tokens"),
    pytest.param(Sent(500, {
        "error": "DeepSeek API error: 400 Bad Request", "status": 500,
        "details": {
            "error": {
                "message": "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
                "type": "invalid_request_error", "param": None, "code": "invalid_request_error",
            },
        },
    }), Failed(CallCode.CAP_REFUSED, cap=8_192), id="pollinations-400-in-500"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Param Incorrect", "type": "upstream_error",
            "param": (
                "max_tokens is too large: 1048576. This model supports at most 131072 completion tokens, whereas you "
                "provided 1048576."
            ),
            "code": "400",
        },
    }), Failed(CallCode.CAP_REFUSED, cap=131_072), id="mimo-cap-in-param"),
    pytest.param(Sent(422, {
        "error": "Input validation error: `max_new_tokens` must be <= 192. Given: 200", "error_type": "validation",
    }), Failed(CallCode.CAP_REFUSED), id="tgi-max-new-tokens"),
    pytest.param(Sent(416, {"message": "Range Not Satisfiable - max_completion_tokens is limited for this model"}),
        Failed(CallCode.CAP_REFUSED), id="scaleway-416"),
]


@pytest.mark.parametrize(("sent", "wanted"), CAPS)
def test_cap_that_the_model_does_not_know_is_learned(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: ItzCrazyKns/Vane, agno-agi/agno, musistudio/claude-code-router, irthomasthomas/llm-cerebras,
# Gitlawb/openclaude, zed-industries/zed, sipeed/picoclaw, anomalyco/opencode, dottxt-ai/outlines.
FIELDS = [
    pytest.param(Sent(400, {
        "error": {
            "message": "This response_format type is unavailable now", "type": "invalid_request_error", "param": None,
            "code": "invalid_request_error",
        },
    }), without(JSON_SCHEMA), id="deepseek-rf-unavailable"),
    pytest.param(Sent(400, {
        "error": {
            "code": "InvalidParameter",
            "message": (
                "The parameter `response_format.type` specified in the request are not valid: invalid value: "
                "`json_schema`, supported values are: `json_object` and `text`. Request id:"
            ),
            "param": "response_format.type", "type": "BadRequest",
        },
    }), without(JSON_SCHEMA), id="volcengine-rf"),
    pytest.param(Sent(400, {
        "message": "Unsupported JSON schema fields: {'minItems', 'items'}", "type": "invalid_request_error",
        "param": "response_format", "code": "wrong_api_format",
    }), without(BOUNDS), id="cerebras-schema-set"),
    pytest.param(Sent(400, {
        "message": "type: Input should be 'text'", "type": "invalid_request_error", "param": "validation_error",
        "code": "wrong_api_format",
    }), without(JSON_SCHEMA), id="cerebras-rf-text"),
    pytest.param(Sent(422, {
        "message": "body.store: property 'body.store' is unsupported", "type": "invalid_request_error",
        "param": "validation_error", "code": "wrong_api_format",
    }), without(STORE), id="cerebras-store"),
    pytest.param(Sent(422, {
        "message": "body.prompt_cache_key: property 'body.prompt_cache_key' is unsupported",
        "type": "invalid_request_error", "param": "validation_error", "code": "wrong_api_format",
    }), without(CACHE_KEY), id="cerebras-prompt-cache-key"),
    pytest.param(Sent(400, {
        "error": (
            "[{'type': 'extra_forbidden', 'loc': ('body', 'prompt_cache_key'), 'msg': 'Extra inputs are not "
            "permitted', 'input': 'main'}]"
        ),
    }), without(CACHE_KEY), id="nvidia-prompt-cache-key-repr"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Validation: Unsupported parameter(s): `prompt_cache_key`", "type": "Bad Request", "code": 400,
        },
    }), without(CACHE_KEY), id="nvidia-prompt-cache-key-validation"),
    pytest.param(Sent(500, {
        "detail": (
            "500: Error code: 400 - {'error': {'message': \"Invalid schema for response_format 'default': In "
            "context=(), 'additionalProperties' is required to be supplied and to be"
        ),
    }), without(BOUNDS), id="fastapi-detail-500-400"),
]


@pytest.mark.parametrize(("sent", "wanted"), FIELDS)
def test_refused_field_is_left_out_from_then_on(sent, wanted):
    check(sent, EVERYTHING, wanted)


# Reported at github.com: 666ghj/BettaFish, deepseek-ai/DeepSeek-V2, camel-ai/owl, QwenLM/qwen-code, BerriAI/litellm,
# XiaomiMiMo/MiMo-V2-Flash, Portkey-AI/gateway.
FILTERS = [
    pytest.param(Sent(400, {
        "error": {
            "message": "Content Exists Risk", "type": "invalid_request_error", "param": None,
            "code": "invalid_request_error",
        },
    }), Failed(CallCode.FILTERED), id="deepseek-content-risk"),
    pytest.param(Sent(400, {"detail": "Content Exists Risk"}),
        Failed(CallCode.FILTERED), id="deepseek-content-risk-detail"),
    pytest.param(Sent(400, {
        "error": {
            "code": "data_inspection_failed", "param": None, "message": "Input data may contain inappropriate content.",
            "type": "data_inspection_failed",
        },
        "id": "chatcmpl-deab386b-2562-9a7b-b8fa-0ba9385a5c28",
    }), Failed(CallCode.FILTERED), id="dashscope-inspection"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content."
            ),
            "type": "invalid_request_error", "param": None, "code": "invalid_parameter_error",
        },
    }), Failed(CallCode.FILTERED), id="dashscope-inspection-algo"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "litellm.BadRequestError: litellm.ContentPolicyViolationError: litellm.ContentPolicyViolationError: "
                "AzureException - The response was filtered due to the prompt"
            ),
            "type": None, "param": None, "code": "400",
            "provider_specific_fields": {
                "innererror": {
                    "code": "ResponsibleAIPolicyViolation",
                    "content_filter_result": {
                        "hate": {"filtered": True, "severity": "high"},
                        "jailbreak": {"filtered": False, "detected": False},
                    },
                },
            },
        },
    }), Failed(CallCode.FILTERED), id="litellm-azure-filter"),
    pytest.param(Sent(400, (
        'data:{"error":{"code":"421","message":"Moderation Block","param":"The request was rejected because it was '
        'considered high risk","type":"content_filter"}}'
    )), Failed(CallCode.FILTERED), id="mimo-moderation-data-prefix"),
    pytest.param(Sent(446, {
        "error": {
            "message": (
                "The guardrail checks defined in the config failed. You can find more information in the "
                "`hook_results` object."
            ),
            "type": "hooks_failed", "param": None, "code": None,
        },
        "hook_results": {"before_request_hooks": [], "after_request_hooks": []},
    }), Failed(CallCode.FILTERED), id="portkey-446"),
]


@pytest.mark.parametrize(("sent", "wanted"), FILTERS)
def test_filter_is_no_fault_of_the_route(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: continuedev/continue, anthropics/claude-code, agentscope-ai/QwenPaw, 7836246/cursor2api,
# FoundationAgents/OpenManus, vercel/ai, MoonshotAI/Kimi-K2, griptape-ai/griptape-nodes-engine, OWASP/OpenCRE,
# BerriAI/litellm, songquanpeng/one-api, chaogei/Kiro-account-manager.
ACCOUNTS = [
    pytest.param(Sent(402, {
        "error": {
            "message": "Insufficient Balance", "type": "unknown_error", "param": None, "code": "invalid_request_error",
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="deepseek-402"),
    pytest.param(Sent(400, {
        "type": "error",
        "error": {
            "type": "invalid_request_error",
            "message": (
                "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade "
                "or purchase credits."
            ),
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="anthropic-credit-400"),
    pytest.param(Sent(429, {"error": {"code": "1113", "message": "余额不足或无可用资源包,请充值。"}}),
        Failed(CallCode.OUT_OF_CREDIT), id="zhipu-1113"),
    pytest.param(Sent(429, {
        "error": {"code": "1113", "message": "Insufficient balance or no resource package. Please recharge."},
    }), Failed(CallCode.OUT_OF_CREDIT), id="zai-1113-en"),
    pytest.param(Sent(403, {
        "code": 30011,
        "message": (
            "The selected model requires paid balance. Your paid balance is insufficient. Please top up and try "
            "again."
        ),
        "data": None,
    }), Failed(CallCode.OUT_OF_CREDIT), id="siliconflow-30011"),
    pytest.param(Sent(429, {
        "error": {
            "message": "Insufficient balance or no resource package. Please recharge.", "type": "AI_APICallError",
            "param": {
                "error": "Insufficient balance or no resource package. Please recharge.", "statusCode": 429,
                "name": "AI_APICallError", "message": "Insufficient balance or no resource package. Please recharge.",
                "isRetryable": True, "type": "AI_APICallError",
            },
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="vercel-gateway-param-object"),
    pytest.param(Sent(403, {
        "error": {
            "message": (
                "Your account org-xx<ak-xx> is not active, organization <org-xx> exceeded current quota, please "
                "check your plan and billing details"
            ),
            "type": "exceeded_current_quota_error",
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="moonshot-403-quota"),
    pytest.param(Sent(403, {
        "code": "The caller does not have permission to execute the specified operation",
        "error": (
            "Your newly created teams doesn't have any credits yet. You can purchase credits on "
            "https://console.x.ai/team/c853730f-fe0f-4537-b8a2-0e6e33c8342d."
        ),
    }), Failed(CallCode.OUT_OF_CREDIT), id="xai-no-credit"),
    pytest.param(Sent(429, {
        "code": "Some resource has been exhausted",
        "error": (
            "Your team 16f2151a-40f4-4a80-8ad0-cae00c27e8dd has either used all available credits or reached its "
            "monthly spending limit. To continue making API requests, please"
        ),
    }), Failed(CallCode.OUT_OF_CREDIT), id="xai-credit-429"),
    pytest.param(Sent(429, {
        "error": {
            "message": "LiteLLM User: engineer-1, exceeded budget for model=claude-opus-4-8", "type": "budget_exceeded",
            "param": None, "code": "429",
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="litellm-budget"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Budget has been exceeded! Current cost: 26.075, Max budget: 0.25", "type": "budget_exceeded",
            "param": None, "code": "400",
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="litellm-budget-400"),
    pytest.param(Sent(400, {
        "error": {
            "message": "ExceededBudget: End User=ishaan3 over budget. Spend=0.0008869999999999999, Budget=0.0001",
            "type": "auth_error", "param": "None", "code": 401,
        },
    }), Failed(CallCode.OUT_OF_CREDIT), id="litellm-enduser-budget"),
    pytest.param(Sent(400, {
        "code": "Client specified an invalid argument",
        "error": "Incorrect API key provided: na***ys. You can obtain an API key from https://console.x.ai.",
    }), Failed(CallCode.AUTH), id="xai-bad-key-400"),
    pytest.param(Sent(401, {
        "type": "error", "error": {"type": "authentication_error", "message": "Invalid authentication credentials"},
    }), Failed(CallCode.AUTH), id="anthropic-401"),
    pytest.param(Sent(403, {
        "error": {
            "message": "Country, region, or territory not supported (request id: 2024072510422562564674066306279)",
            "type": "request_forbidden", "param": "", "code": "unsupported_country_region_territory",
        },
    }), Failed(CallCode.NO_ACCESS), id="oneapi-country"),
    pytest.param(Sent(402, {"message": "You have reached the limit.", "reason": "MONTHLY_REQUEST_COUNT"}),
        Failed(CallCode.QUOTA_SPENT), id="kiro-402-monthly"),
]


@pytest.mark.parametrize(("sent", "wanted"), ACCOUNTS)
def test_trouble_of_the_account_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: MoonshotAI/MoonshotAI-Cookbook, harry0703/MoneyPrinterTurbo, anthropics/claude-code,
# FoundationAgents/OpenManus, Gitlawb/openclaude, xtekky/gpt4free, BerriAI/litellm, langgenius/dify,
# cloudbypass/example, decolua/9router, huggingface/unity-api, su-kaka/gcli2api, chubin/wttr.in,
# Jazee6/cloudflare-ai-web, cloudflare/cloudflare-docs.
PASSING = [
    pytest.param(Sent(429, {
        "error": {
            "message": "The engine is currently overloaded, please try again later", "type": "engine_overloaded_error",
        },
    }), Failed(CallCode.RATE_LIMITED), id="moonshot-overloaded"),
    pytest.param(Sent(429, {
        "error": {
            "message": "Your account org-xx<ak-xx> request reached max request: 3, please try again after 1 seconds",
            "type": "rate_limit_reached_error",
        },
    }), Failed(CallCode.RATE_LIMITED, wait_s=1), id="moonshot-rpm-seconds"),
    pytest.param(Sent(429, {
        "type": "error",
        "error": {
            "type": "rate_limit_error",
            "message": "This request would exceed your account's rate limit. Please try again later.",
        },
    }), Failed(CallCode.RATE_LIMITED), id="anthropic-429-account"),
    pytest.param(Sent(429, {
        "error": {
            "code": "rate_limit_error",
            "message": (
                "This request would exceed the rate limit for your organization of 20,000 input tokens per minute. "
                "For details, refer to: https://docs.anthropic.com/en/api/rate-limits."
            ),
            "type": "invalid_request_error", "param": None,
        },
    }), Failed(CallCode.RATE_LIMITED), id="anthropic-compat-429"),
    pytest.param(Sent(429, {
        "error": {
            "message": "Rate limit exceeded: free-models-per-day-high-balance. ", "type": "rate_limit_error",
            "code": "429",
        },
    }), Failed(CallCode.QUOTA_SPENT), id="gateway-free-day-strcode"),
    pytest.param(Sent(500, {
        "error": {
            "message": (
                "500 - Token limit (500,000 per day) exceeded. Used: 508,311 tokens. Sign up at g4f.dev/members.html "
                "for higher limits."
            ),
        },
    }), Failed(CallCode.QUOTA_SPENT), id="g4f-500-daily"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "No deployments available for selected model, Try again in 60 seconds. Passed model=gpt-4o. "
                "pre-call-checks=False, cooldown_list=[]"
            ),
            "type": "None", "param": "None", "code": "429",
        },
    }), Failed(CallCode.RATE_LIMITED, wait_s=60), id="litellm-no-deployments"),
    pytest.param(Sent(429, "error code: 1015", {"content-type": "text/plain", "server": "cloudflare"}),
        Failed(CallCode.RATE_LIMITED), id="cloudflare-1015-text"),
    pytest.param(Sent(429, (
        "<!doctype html><html><head><title>Access denied | portal.ustraveldocs.com used Cloudflare to restrict "
        "access</title></head><body><h1>Error 1015</h1><p>Ray ID:  &bull;"
    ), {"content-type": "text/html", "server": "cloudflare"}),
        Failed(CallCode.RATE_LIMITED), id="cloudflare-1015-html"),
    pytest.param(Sent(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        Failed(CallCode.SERVER_ERROR), id="anthropic-529"),
    pytest.param(Sent(500, {"type": "error", "error": {"type": "api_error", "message": "Overloaded"}}),
        Failed(CallCode.SERVER_ERROR), id="anthropic-500-overloaded"),
    pytest.param(Sent(503, {
        "detail": {"msg": "Server is busy; please try again later.", "type": "service_unavailable"},
    }, {"content-type": "(none sent)"}), Failed(CallCode.SERVER_ERROR), id="koboldcpp-busy"),
    pytest.param(Sent(400, {
        "status": 400, "title": "Bad Request",
        "detail": "Function id '87ea0ddc-cff1-4bca-bf8b-3bd98a35ddd0': DEGRADED function cannot be invoked",
    }, {"content-type": "application/problem+json"}), Failed(CallCode.SERVER_ERROR), id="nvidia-degraded"),
    pytest.param(Sent(503, {"error": "Model meta-llama/Llama-2-13b-chat is currently loading", "estimated_time": 20.0}),
        Failed(CallCode.SERVER_ERROR, wait_s=20), id="hf-loading-503"),
    pytest.param(Sent(200, [{
        "error": "Model echarlaix/tiny-random-mistral is currently loading", "estimated_time": 20.0,
    }]), Failed(CallCode.SERVER_ERROR), id="hf-loading-list"),
    pytest.param(Sent(524, (
        '<!DOCTYPE html>\n<!--[if gt IE 8]><!--> <html class="no-js" lang="en-US"> <!--<![endif]-->\n<head>\n\n'
        "<title>283892.xyz | 524: A timeout occurred</title>\n<meta"
    ), {"content-type": "text/html"}), Failed(CallCode.SERVER_ERROR), id="cf-524"),
    pytest.param(Sent(504, (
        '<html>\n<head><title>504 Gateway Time-out</title></head>\n<body bgcolor="white">\n<center><h1>504 Gateway'
    ), {"content-type": "text/html"}), Failed(CallCode.SERVER_ERROR), id="nginx-504"),
    pytest.param(Sent(500, (
        "<!DOCTYPE html><html><head><title>Worker threw exception | gateway.ai.cloudflare.com | "
        'Cloudflare</title></head><body><div id="cf-wrapper"><h1> <span'
    ), {"content-type": "text/html"}), Failed(CallCode.SERVER_ERROR), id="cloudflare-1101-html"),
    pytest.param(Sent(503, {
        "result": None, "success": False, "errors": [{"code": 7009, "message": "Upstream service unavailable"}],
        "messages": [],
    }), Failed(CallCode.SERVER_ERROR), id="cloudflare-7009"),
]


@pytest.mark.parametrize(("sent", "wanted"), PASSING)
def test_what_passes_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: Blaizzy/mlx-vlm, anomalyco/opencode, jekalmin/extended_openai_conversation,
# continuedev/continue, Alishahryar1/free-claude-code, a37836323/-chatgpt4.0-api-key, songquanpeng/one-api,
# oobabooga/textgen, truefoundry/models, VeNoMouS/cloudscraper, JimmyLaurent/cloudflare-scraper.
ADDRESSES = [
    pytest.param(Sent(405, (
        "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 Not "
        "Allowed</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
    ), {"content-type": "text/html"}), Failed(CallCode.WRONG_ADDRESS), id="nginx-405"),
    pytest.param(Sent(404, {
        "result": None, "success": False,
        "errors": [{
            "code": 7003,
            "message": (
                "Could not route to /client/v4/accounts/$%7BCLOUDFLARE_ACCOUNT_ID%7D/ai/v1/chat/completions, perhaps "
                "your object identifier is invalid?"
            ),
        }],
        "messages": [],
    }), Failed(CallCode.WRONG_ADDRESS), id="cloudflare-7003"),
    pytest.param(Sent(405, {
        "result": None, "success": False, "errors": [{"code": 7001, "message": "GET not supported for requested URI."}],
        "messages": [],
    }), Failed(CallCode.WRONG_ADDRESS), id="cloudflare-405"),
    pytest.param(Sent(404, "404 page not found\n", {"content-type": "text/plain"}),
        Failed(CallCode.WRONG_ADDRESS), id="nvidia-404-text"),
    pytest.param(Sent(404, {
        "status": 404, "title": "Not Found",
        "detail": (
            "Function '23d4f03a-b8a6-4adb-a183-7daa083a09cc': Not found for account "
            "'Qawmu2vUw3rdcREnubcAVqe1c55nUTb1hCogKQx4BCA'"
        ),
    }, {"content-type": "application/problem+json"}), Failed(CallCode.UNKNOWN_MODEL), id="nvidia-function-404"),
    pytest.param(Sent(503, {
        "error": {
            "message": "No available channels for model  in group default (request id: …)",
            "message_zh": "当前分组 default 下对于模型 无可用渠道", "type": "new_api_error",
        },
    }), Failed(CallCode.UNKNOWN_MODEL), id="newapi-no-channel"),
    pytest.param(Sent(503, {
        "error": {
            "message": "当前分组 default 下对于模型  无可用渠道 (request id: 2025121521151664761470129816750)",
            "type": "one_api_error",
        },
    }), Failed(CallCode.UNKNOWN_MODEL), id="oneapi-no-channel"),
    pytest.param(Sent(500, {"error": {"message": "No model loaded.", "code": 500, "type": "APIError", "param": ""}}),
        Failed(CallCode.UNKNOWN_MODEL), id="textgen-no-model"),
    pytest.param(Sent(404, {
        "status": "failure",
        "message": (
            "openrouter error: No endpoints available matching your guardrail restrictions and data policy. "
            "Configure: https://openrouter.ai/settings/privacy"
        ),
        "error": {
            "message": (
                "openrouter error: No endpoints available matching your guardrail restrictions and data policy. "
                "Configure: https://openrouter.ai/settings/privacy"
            ),
            "type": "APIError",
        },
    }), Failed(CallCode.NO_ACCESS), id="truefoundry-openrouter-prefix"),
    pytest.param(Sent(403, (
        '<!DOCTYPE html>\n<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->\n<!--[if gt IE '
        '8]><!--> <html class="no-js" lang="en-US">'
    ), {"content-type": "text/html", "server": "cloudflare"}), Failed(CallCode.BLOCKED), id="cloudflare-html-403"),
    pytest.param(Sent(403, "error code: 1020", {"content-type": "text/plain", "server": "cloudflare"}),
        Failed(CallCode.BLOCKED), id="cloudflare-1020"),
]


@pytest.mark.parametrize(("sent", "wanted"), ADDRESSES)
def test_wrong_address_or_model_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: anomalyco/opencode, genkit-ai/genkit, mudler/LocalAI, BerriAI/litellm,
# perplexityai/api-discussion, mozilla-ai/any-llm, decolua/9router, Nayjest/Gito, Augustas11/macprovider,
# buddingnewinsights/proxypal, openai/openai-node, Portkey-AI/gateway, songquanpeng/one-api.
COMPLETIONS = [
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "sensitive"}],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Failed(CallCode.FILTERED, output_tokens=44), id="finish-sensitive"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1, "b": '},
            "finish_reason": "model_context_window_exceeded",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Failed(CallCode.TRUNCATED, output_tokens=44), id="finish-context-window"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1'}, "finish_reason": "network_error",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Failed(CallCode.UNUSABLE, output_tokens=44), id="finish-network-error"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1'},
            "finish_reason": "insufficient_system_resource",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Failed(CallCode.UNUSABLE, output_tokens=44), id="finish-insufficient-resource"),
    pytest.param(Sent(200, {
        "object": "chat.completion", "model": "ggml-model-q4_0.bin",
        "choices": [{"message": {"role": "assistant", "content": "<JSON>"}}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }), Replied(), id="localai-usage-zero"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": "<think> reasoning tokens </think> <JSON>"},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Replied((81, 44)), id="perplexity-think"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1, "b":'}, "finish_reason": "MAX_TOKENS",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Failed(CallCode.TRUNCATED, output_tokens=44), id="cohere-finish"),
    pytest.param(Sent(200, (
        "\n\n\n\n\n\n"
        '{"id":"c1","object":"chat.completion","created":1776000000,"model":"deepseek-chat","choices":[{"inde'
        'x":0,"message":{"role":"assistant","content":"<JSON>"},"finish_reason":"stop"}],"usage":{"prompt_tok'
        'ens":10,"completion_tokens":5,"total_tokens":15}}'
    )), Replied((10, 5)), id="deepseek-newlines"),
    pytest.param(Sent(200, (
        '{"id":"c1","object":"chat.completion","created":1776000000,"model":"deepseek-chat","choices":[{"inde'
        'x":0,"message":{"role":"assistant","content":"<JSON>"},"finish_reason":"stop"}],"usage":{"prompt_tok'
        'ens":10,"completion_tokens":5,"total_tokens":15}}\n\n'
        "data: [DONE]\n\n"
    )), Replied((10, 5)), id="9router-json-plus-done"),
    pytest.param(Sent(200, {
        "id": "072076ab-aws_uw1", "model": "together-inkling-drop", "object": "chat.completion",
        "choices": [{
            "finish_reason": "stop", "index": 0,
            "message": {
                "content": "<JSON>", "role": "assistant",
                "reasoning_content": "The user wants a summary ... Make sure it's valid JSON, no extra text.",
            },
            "provider_specific_fields": {"matched_stop": 200006},
        }],
        "usage": {"completion_tokens": 129, "prompt_tokens": 44, "total_tokens": 173},
    }), Replied((44, 129)), id="together-litellm-json-and-reasoning"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Looking at the diff, I need to analyze the change carefully.\n...\n```json\n<JSON>\n```",
            },
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Replied((81, 44)), id="prose-then-fence"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": (
                    'analysisWe need to answer "What is 2+2? Answer in one word." The answer is "four".\nWe should '
                    "output only that word. And nothing else.assistantfinal<JSON>"
                ),
            },
            "finish_reason": "stop",
        }],
        "usage": {
            "prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125,
            "macprovider_model_hash_observed": "f2559286...4191f1b1",
        },
    }), Replied((81, 44)), id="harmony-stripped-words"),
    pytest.param(Sent(200, {"choices": [{"message": {"content": None}}]}),
        Failed(CallCode.UNUSABLE), id="bare-minimal-null"),
    pytest.param(Sent(200, ""), Failed(CallCode.MALFORMED), id="empty-body-200"),
    pytest.param(Sent(200, {"html-message": "Network connection lost."}),
        Failed(CallCode.UNUSABLE), id="portkey-html-message-200"),
    pytest.param(Sent(200, (
        '<!doctype html><html lang="zh-CN"><head><title>One API</title><link rel="icon" href="/favicon.ico"/><meta '
        'charset="utf-8"/><meta name="viewport"'
    ), {"content-type": "text/html"}), Failed(CallCode.MALFORMED), id="oneapi-html-200"),
]


@pytest.mark.parametrize(("sent", "wanted"), COMPLETIONS)
def test_completion_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: dataelement/Clawith, theopenco/llmgateway, openclaw/openclaw, sgl-project/mini-sglang,
# pig-mesh/deepseek4j, mudler/LocalAI, Kilo-Org/kilocode, pydantic/pydantic-ai, QwenLM/qwen-code,
# openai/openai-agents-python, foundation-model-stack/fms-guardrails-orchestrator, sgl-project/sglang,
# opea-project/GenAIInfra.
EVENTS = [
    pytest.param(Sent(200, (
        'data:{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},'
        '"finish_reason":"stop"}]}\n\n'
        "data:[DONE]\n\n"
    )), Replied(), id="sse-no-space"),
    pytest.param(Sent(200, (
        "id: 1\n"
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JS"},"finish_'
        'reason":null}]}\n\n'
        ": ping\n\n"
        "id: 2\n"
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"ON>"},"finish_'
        'reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="sse-ping-comment"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"123","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"fin'
        'ish_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="sse-body-as-json-type"),
    pytest.param(Sent(200, (
        '{"id":"c1","object":"chat.completion","created":1776000000,"model":"deepseek-chat","choices":[{"inde'
        'x":0,"message":{"role":"assistant","content":"<JSON>"},"finish_reason":"stop"}],"usage":{"prompt_tok'
        'ens":10,"completion_tokens":5,"total_tokens":15}}'
    )), Replied((10, 5)), id="json-though-stream-true"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"cmpl-1","object":"text_completion.chunk","choices":[{"delta":{"content":"<JSON>"},"index":0,"'
        'finish_reason":null}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="sse-though-stream-false"),
    pytest.param(Sent(200, (
        ": keep-alive\n\n"
        ": keep-alive\n\n"
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","conte'
        'nt":"<JSON>"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_toke'
        'ns":15}}\n\n'
        "data: [DONE]\n\n"
    )), Replied((10, 5)), id="deepseek-keepalive-sse"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"5eab6c1a-e2de-4163-8a69-7f4b760c4803","model":"deepseek-chat","choices":[{"index":0,"delta":{'
        '"content":"<JSON>"},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"5eab6c1a-e2de-4163-8a69-7f4b760c4803","model":"deepseek-chat","choices":[{"index":0,"delta":{'
        '"content":""},"finish_reason":"stop"}],"usage":{"total_tokens":637,"prompt_tokens":5,"prompt_tokens_'
        'details":{"cached_tokens":0},"completion_tokens":632}}\n\n'
    )), Replied((5, 632)), id="deepseek4j-no-done"),
    pytest.param(Sent(200, (
        "data: "
        '{"object":"chat.completion.chunk","id":"5cc56821-fbe8-43a4-873f-cd8d4dc07093","model":"gpt","choices'
        '":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":{"prompt_tokens":0,"completion_tok'
        'ens":0,"total_tokens":0}}\n\n'
        "data: "
        '{"object":"chat.completion.chunk","id":"5cc56821-fbe8-43a4-873f-cd8d4dc07093","model":"gpt","choices'
        '":[{"index":0,"delta":{"content":"<JSON>"}}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total'
        '_tokens":0}}\n\n'
        "data: "
        '{"object":"chat.completion.chunk","id":"5cc56821-fbe8-43a4-873f-cd8d4dc07093","model":"gpt","choices'
        '":[{"finish_reason":"stop","index":0,"delta":{"content":""}}],"usage":{"prompt_tokens":0,"completion'
        '_tokens":0,"total_tokens":0}}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="localai-stream-no-finish"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"msg_01XA3sB1QMS7Kyhp5JqB54A4","object":"chat.completion.chunk","model":"claude-haiku-4-5-2025'
        '1001","choices":[{"delta":{"reasoning_content":"\\n"},"finish_reason":null,"index":0}],"usage":null}\n\n'
        "data: null\n\n"
        "data: "
        '{"id":"msg_01XA3sB1QMS7Kyhp5JqB54A4","object":"chat.completion.chunk","model":"claude-haiku-4-5-2025'
        '1001","choices":[{"delta":{"content":"<JSON>"},"finish_reason":"stop","index":0}],"usage":null}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="stream-data-null"),
    pytest.param(Sent(200, (
        'data: {"id":"c1","object":"chat.completion.chunk","choices":null}\n\n'
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"fini'
        'sh_reason":"stop"}]}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="stream-choices-null"),
    pytest.param(Sent(200, (
        'data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"}}]}\n\n'
        'data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"finish_reason":"stop"}]}\n\n'
    )), Replied(), id="stream-delta-missing"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},"fini'
        'sh_reason":"stop"}]}\n\n'
        "data: "
        '{"id":"c1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":null,"completion_t'
        'okens":null,"total_tokens":null}}\n\n'
        "data: [DONE]\n\n"
    )), Replied(), id="usage-null-fields"),
    pytest.param(Sent(200, (
        "event: error\n"
        'data: {"code":500,"details":"unexpected error occured while processing request"}\n\n'
    )), Failed(CallCode.SERVER_ERROR), id="event-error-500"),
    pytest.param(Sent(200, (
        "data: {\"error\":{\"object\":\"error\",\"message\":\"The input (61709 tokens) is longer than the model's "
        'context length (40960 tokens).","type":"BadRequestError","param":null,"code":400}}\n\n'
        "data: [DONE]\n\n"
    )), Failed(CallCode.TOO_LONG, context=40_960), id="sglang-stream-200-error"),
    pytest.param(Sent(200, (
        "data: b'{\"error\":\"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: "
        "1887 `inputs` tokens and 1024 `max_new_tokens`\",\"error_type\":\"validation\"}'\n\n"
        "data: [DONE]\n\n"
    )), Failed(CallCode.TOO_LONG, context=2_048), id="tgi-error-bytes-in-stream"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, STREAMED, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000}


@pytest.mark.parametrize(("left_out", "form"), [
    ([JSON_SCHEMA], {"type": "json_object"}), ([JSON_SCHEMA, JSON_OBJECT], None),
])
def test_schema_stands_in_the_prompt_where_the_request_has_no_place_for_it(left_out, form):
    sent = request_of(WIRE.without(left_out))
    assert sent.get("response_format") == form
    told = sent["messages"][-1]["content"]
    assert '"steps"' in told and "JSON" in told


@pytest.mark.parametrize(("left_out", "kept"), [
    ([], {"minLength", "minItems"}), ([LENGTHS], {"minItems"}), ([BOUNDS], set()),
])
def test_bounds_of_the_schema_go_as_far_as_the_server_takes_them(left_out, kept):
    form = json.dumps(request_of(WIRE.without(left_out))["response_format"])
    assert {name for name in ("minLength", "minItems") if f'"{name}"' in form} == kept


def test_one_message_of_the_user_says_it_all_where_no_other_role_is_known():
    [message] = request_of(WIRE.without([ROLES]))["messages"]
    assert (message["role"], "Be brief." in message["content"], "Write it." in message["content"]) == (
        "user", True, True)


def test_without_a_name_for_the_cap_none_is_sent():
    assert not {"max_tokens", "max_completion_tokens"} & request_of(WIRE.without([OLD_CAP])).keys()
