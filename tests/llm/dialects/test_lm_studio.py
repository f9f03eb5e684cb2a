"""What LM Studio answers, and how it is asked."""

import pytest

from generation.core.dialects import JSON_OBJECT, JSON_SCHEMA, Dialect, wire_of
from generation.core.outcomes import CallCode
from tests.llm.dialects.reading import Failed, check, request_of, without
from tests.llm.dialects.server import Sent

WIRE = wire_of(Dialect.LM_STUDIO)
OBJECT = WIRE.without([JSON_SCHEMA])

# The reference is lmstudio.ai/docs/developer/openai-compat. Reported at github.com: lmstudio-ai/lmstudio-bug-tracker,
# tinyhumansai/openhuman.
ERRORS = [
    pytest.param(Sent(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
        Failed(CallCode.WRONG_ADDRESS), id="lmstudio-unexpected-endpoint"),
    pytest.param(Sent(400, {
        "error": (
            "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 10247 "
            ">= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter prompt."
        ),
    }), Failed(CallCode.TOO_LONG, context=4_096), id="lmstudio-n-keep"),
]


@pytest.mark.parametrize(("sent", "wanted"), ERRORS)
def test_error_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


# Reported at github.com: LoadShine/tada.
FORMS = [
    pytest.param(Sent(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
        without(JSON_OBJECT), id="lmstudio-rf-type"),
]


@pytest.mark.parametrize(("sent", "wanted"), FORMS)
def test_form_that_it_does_not_know_is_given_up(sent, wanted):
    check(sent, OBJECT, wanted)


# Reported at github.com: cline/cline, anomalyco/opencode.
EVENTS = [
    pytest.param(Sent(200, (
        "event: error\n"
        'data: {"error":{"message":"Trying to keep the first 10136 tokens when context the overflows. However, the '
        "model is loaded with context length of only 7866 tokens, which is not enough. Try to load the model with a "
        'larger context length, or provide a shorter input"}}\n\n'
    )), Failed(CallCode.TOO_LONG, context=7_866), id="lmstudio-keep-first"),
    pytest.param(Sent(200, (
        "data: "
        '{"id":"20260114043705b7f7de19603a48fd","created":1768336625,"object":"chat.completion.chunk","model"'
        ':"glm-4.7","choices":[{"index":0,"delta":{"role":"adata: '
        '{"id":"20260114043917eff1a1dd435a4df0","created":1768336757,"object":"chat.completion.chunk","model"'
        ':"glm-4.7","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Now"}}]}\n\n'
    )), Failed(CallCode.MALFORMED), id="sse-cut-and-glued"),
]


@pytest.mark.parametrize(("sent", "wanted"), EVENTS)
def test_stream_is_understood(sent, wanted):
    check(sent, WIRE, wanted)


def test_request_carries_what_it_knows():
    sent = request_of(WIRE)
    form, _messages = sent.pop("response_format"), sent.pop("messages")
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    assert sent == {"model": "m", "max_tokens": 4000, "stream": True, "stream_options": {"include_usage": True}}
