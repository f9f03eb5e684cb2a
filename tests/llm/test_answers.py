"""What came back, read into a value: tables, without a network."""

import datetime as dt
import itertools
import json

import aiohttp
import httpx2
import openai
import pytest

from generation.core.dialects import Learned
from generation.core.outcomes import PROVIDER_WIDE, UNHEALTHY, CallCode, Failure, Reply
from generation.core.secret_patterns import scrub
from generation.llm.answers import Asked, HttpAnswer, read, read_asked, unanswered
from generation.llm.waits import retry_after_s

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
USAGE = {
    "prompt_tokens": 3_000, "completion_tokens": 700,
    "prompt_tokens_details": {"cached_tokens": 1_152}, "completion_tokens_details": {"reasoning_tokens": 31},
}


def answered(body, status=200, headers=None, secrets=()):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read(HttpAnswer(status, headers or {}, raw), model="gpt-asked", now=NOON, secrets=secrets)


def completion(**fields):
    choice = {"message": {"content": '{"a":1}', "refusal": None}, "finish_reason": "stop"}
    message = {key: fields.pop(key) for key in ("content", "refusal") if key in fields}
    choice["message"] = {**choice["message"], **message}
    if "finish_reason" in fields:
        choice["finish_reason"] = fields.pop("finish_reason")
    return {"model": "gpt-answered", "choices": [choice], "usage": USAGE, **fields}


# --- completions ----------------------------------------------------------------------------------


def test_stop_is_a_reply_with_all_its_usage():
    headers = {"x-request-id": "req_5", "x-ratelimit-remaining-tokens": "41", "date": "x"}
    reply = answered(completion(), headers=headers)
    assert isinstance(reply, Reply)
    assert reply.text == '{"a":1}'
    usage = reply.usage
    assert (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens) == (3_000, 1_152, 700)
    assert (usage.reasoning_tokens, usage.is_estimated) == (31, False)
    receipt = reply.receipt
    assert (receipt.model, receipt.request_id, receipt.http_status) == ("gpt-answered", "req_5", 200)
    assert receipt.rate_limits == {"x-ratelimit-remaining-tokens": "41"}
    assert not receipt.is_simulated
    assert receipt.processing_s is None


@pytest.mark.parametrize(("header", "seconds"), [
    ("1500", 1.5), ("0", None), ("", None), ("-5", None), ("1.5", None), ("9" * 40, None), ("²", None), ("soon", None),
])
def test_provider_s_own_time_is_read_or_left_out(header, seconds):
    assert answered(completion(), headers={"openai-processing-ms": header}).receipt.processing_s == seconds


@pytest.mark.parametrize(("fields", "code"), [
    ({"finish_reason": "length", "content": '{"a": [1, {"b": 2}'}, CallCode.TRUNCATED),
    ({"finish_reason": "length", "content": ""}, CallCode.TRUNCATED),
    ({"finish_reason": "content_filter"}, CallCode.FILTERED),
    ({"refusal": "No."}, CallCode.REFUSED),
    ({"refusal": "No.", "content": None}, CallCode.REFUSED),
    ({"refusal": "No.", "finish_reason": "content_filter"}, CallCode.REFUSED),
    ({"content": ""}, CallCode.UNUSABLE),
    ({"content": " \n"}, CallCode.UNUSABLE),
    ({"content": None}, CallCode.UNUSABLE),
    ({"content": [7]}, CallCode.UNUSABLE),
    ({"content": '{"a": 1', "finish_reason": None}, CallCode.UNUSABLE),
    ({"content": "soon", "finish_reason": {"a": 1}}, CallCode.UNUSABLE),
    ({"choices": None}, CallCode.UNUSABLE),
    ({"choices": []}, CallCode.UNUSABLE),
    ({"choices": {}}, CallCode.UNUSABLE),
    ({"choices": ["a"]}, CallCode.UNUSABLE),
    ({"choices": [{"finish_reason": "stop"}]}, CallCode.UNUSABLE),
    ({"choices": [{"message": 7}]}, CallCode.UNUSABLE),
])
def test_completion_that_is_no_reply_keeps_its_usage(fields, code):
    failure = answered(completion(**fields))
    assert isinstance(failure, Failure)
    assert failure.code is code
    assert failure.usage.output_tokens == 700
    assert failure.receipt.model == "gpt-answered"


@pytest.mark.parametrize("body", [
    b"", b"<html>Bad Gateway</html>", b'"text"', b"[]", b"null", b"7", b"\xff\xfe\x00", b"[" * 99_999,
])
def test_what_is_not_a_completion_is_malformed(body):
    failure = answered(body, headers={"content-type": "text/html; charset=utf-8"})
    assert failure.code is CallCode.MALFORMED
    assert failure.receipt.model == "gpt-asked"


@pytest.mark.parametrize(("usage", "expected"), [
    (None, (0, 0, 2, True)),      # '{"a":1}' is seven characters
    ("many", (0, 0, 2, True)),
    ({}, (0, 0, 2, True)),
    ({"prompt_tokens": 10, "completion_tokens": 5}, (10, 0, 5, False)),
    ({"prompt_tokens": -3, "completion_tokens": "5"}, (0, 0, 5, True)),
    ({"prompt_tokens": True, "completion_tokens": 2.5}, (0, 0, 3, True)),
    ({"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": None}, (10, 0, 5, False)),
    ({"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 99}}, (10, 10, 2, True)),
])
def test_usage_is_read_with_suspicion(usage, expected):
    found = answered(completion(usage=usage)).usage
    assert (found.input_tokens, found.cached_input_tokens, found.output_tokens, found.is_estimated) == expected


def test_text_can_be_stored():
    # As a provider may send it: a NUL, half a surrogate pair, a whole one.
    reply = answered(completion(content="a\0b\ud800c\ud83d\ude00"))
    assert reply.text == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{GRINNING FACE}"


def test_simulator_says_so():
    assert answered(completion(), headers={"x-coursewright-simulator": "1"}).receipt.is_simulated


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "error", "code"), [
    (400, {"code": "invalid_value"}, CallCode.BAD_REQUEST),
    (400, {"code": "content_filter"}, CallCode.FILTERED),
    (400, {"code": "content_policy_violation"}, CallCode.FILTERED),
    (400, {"code": "billing_hard_limit_reached"}, CallCode.OUT_OF_CREDIT),
    (401, {"code": "invalid_api_key"}, CallCode.AUTH),
    (402, {}, CallCode.OUT_OF_CREDIT),
    (403, {}, CallCode.NO_ACCESS),
    (404, {"code": "model_not_found"}, CallCode.UNKNOWN_MODEL),
    (404, {}, CallCode.WRONG_ADDRESS),
    (405, {}, CallCode.WRONG_ADDRESS),
    (408, {}, CallCode.TIMEOUT),
    (409, {}, CallCode.SERVER_ERROR),
    (413, {}, CallCode.TOO_LONG),
    (422, {}, CallCode.BAD_REQUEST),
    (429, {"code": "rate_limit_exceeded", "type": "requests"}, CallCode.RATE_LIMITED),
    (429, {"code": "slow_down"}, CallCode.RATE_LIMITED),
    (429, {"code": "insufficient_quota"}, CallCode.OUT_OF_CREDIT),
    (429, {"code": "credit_balance_exhausted"}, CallCode.OUT_OF_CREDIT),
    (429, {"code": "organization_spend_limit_exceeded"}, CallCode.OUT_OF_CREDIT),
    (429, {"code": "project_spend_limit_exceeded"}, CallCode.OUT_OF_CREDIT),
    (429, {"code": "organization_usage_limit_exceeded"}, CallCode.OUT_OF_CREDIT),
    (429, {"code": None, "type": "insufficient_quota"}, CallCode.OUT_OF_CREDIT),
    (429, {"code": 429}, CallCode.RATE_LIMITED),
    (500, {}, CallCode.SERVER_ERROR),
    (502, {}, CallCode.SERVER_ERROR),
    (503, {"code": "server_is_overloaded"}, CallCode.SERVER_ERROR),
    (529, {}, CallCode.SERVER_ERROR),
])
def test_status_and_code_decide(status, error, code):
    failure = answered({"error": {"message": "So it is.", **error}}, status)
    assert (failure.code, failure.message) == (code, f"The provider answered {status}: So it is.")
    assert (failure.usage.input_tokens, failure.usage.is_estimated) == (0, False)
    assert failure.receipt.http_status == status


@pytest.mark.parametrize("body", [
    b"", b"oops", b"[]", {"error": "oops"}, {"error": None}, {"error": {"message": 5}},
])
def test_error_of_any_shape_is_a_sentence(body):
    failure = answered(body, 500)
    assert failure.code is CallCode.SERVER_ERROR
    assert failure.message.startswith("The provider answered 500: ")


@pytest.mark.parametrize(("inner", "code"), [
    (429, CallCode.RATE_LIMITED), (402, CallCode.OUT_OF_CREDIT), (502, CallCode.SERVER_ERROR),
    ("429", CallCode.RATE_LIMITED), ("oops", CallCode.SERVER_ERROR), (None, CallCode.SERVER_ERROR),
    (200, CallCode.SERVER_ERROR),
])
def test_error_inside_a_good_status_is_seen(inner, code):
    failure = answered({"error": {"code": inner, "message": "upstream"}})
    assert failure.code is code
    assert "upstream" in failure.message
    assert (failure.usage.input_tokens, failure.usage.is_estimated) == (0, False)


def test_redirect_is_not_followed_and_not_a_reply():
    assert answered(completion(), 307).code is CallCode.WRONG_ADDRESS


@pytest.mark.parametrize(("headers", "expected"), [
    ({}, None),
    ({"retry-after": "7"}, 7),
    ({"retry-after": "1.5"}, 1.5),
    ({"retry-after": "7", "retry-after-ms": "250"}, 0.25),
    ({"retry-after-ms": "soon", "retry-after": "7"}, 7),
    ({"retry-after": "-3"}, 0),
    ({"retry-after": "nan"}, None),
    ({"retry-after": "inf"}, 86_400),
    ({"retry-after": "1e300"}, 86_400),
    ({"retry-after": "Sun, 22 Nov 2026 12:00:40 GMT"}, 40),
    ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
    ({"retry-after": "Sun, 22 Nov 2026 15:00:40 GMT", "date": "Sun, 22 Nov 2026 15:00:10 GMT"}, 30),
    ({"retry-after": "tomorrow"}, None),
    ({"retry-after": ""}, None),
])
def test_retry_after(headers, expected):
    assert retry_after_s(headers, NOON) == expected
    assert answered({"error": {}}, 429, headers).retry_after_s == expected


# --- exceptions -----------------------------------------------------------------------------------


def _raised(*chain):
    """The last of `chain`, each caused by the one before it."""
    for cause, error in itertools.pairwise(chain):
        error.__cause__ = cause
    return chain[-1]


REQUEST = httpx2.Request("POST", "http://127.0.0.1:9/v1")
TIMED_OUT, DISCONNECTED = openai.APITimeoutError, openai.APIConnectionError


@pytest.mark.parametrize(("error", "code", "is_estimated"), [
    (_raised(aiohttp.ConnectionTimeoutError("slow"), httpx2.ConnectTimeout("x"), TIMED_OUT(REQUEST)),
     CallCode.CONNECTION, False),
    # The SDK's transport calls a lost connection a timeout; it is none.
    (_raised(aiohttp.ServerDisconnectedError(), httpx2.ConnectTimeout("x"), TIMED_OUT(REQUEST)),
     CallCode.CONNECTION, True),
    (_raised(aiohttp.ClientOSError(104, "reset"), httpx2.ConnectTimeout("x"), TIMED_OUT(REQUEST)),
     CallCode.CONNECTION, True),
    (_raised(aiohttp.ClientPayloadError("cut"), httpx2.ReadError("x"), DISCONNECTED(request=REQUEST)),
     CallCode.CONNECTION, True),
    (_raised(aiohttp.SocketTimeoutError("late"), httpx2.ReadTimeout("x"), TIMED_OUT(REQUEST)),
     CallCode.TIMEOUT, True),
    (_raised(httpx2.ReadTimeout("x"), TIMED_OUT(REQUEST)), CallCode.TIMEOUT, True),
    (_raised(httpx2.DecodingError("x"), DISCONNECTED(request=REQUEST)), CallCode.MALFORMED, True),
    (DISCONNECTED(request=REQUEST), CallCode.CONNECTION, True),
])
def test_exception_is_classified_by_its_origin(error, code, is_estimated):
    failure = unanswered(error, model="gpt-asked")
    assert (failure.code, failure.usage.is_estimated) == (code, is_estimated)
    assert failure.receipt.model == "gpt-asked"


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [
    "Incorrect API key provided: sk-CANARY1234567890. Find it elsewhere",
    "Incorrect API key provided: sk-proj-CANARY**********wxYZ.",
    "header Authorization: Bearer CANARY.abc-def/123= was refused",
    "authorization: basic CANARYabc=",
    "url ?api_key=CANARY123&x=1",
    '{"api-key": "CANARY123"}',
    "password=CANARY123",
    "cannot connect to postgresql://app:CANARY@db/main",
    "the custom key CANARY-of-another-form was refused",
])
def test_secrets_are_struck(text):
    secrets = ["CANARY-of-another-form"]
    assert "CANARY" not in scrub(text, secrets)
    assert "CANARY" not in answered({"error": {"message": text}}, 401, secrets=secrets).message


@pytest.mark.parametrize("text", [
    "Please try again in 20s.", "the task-list of week 3", "tokens: 4000 of 8000", "https://platform.openai.com/keys",
])
def test_ordinary_words_stay(text):
    assert scrub(text, ["none", "a"]) == text


def test_message_is_one_short_printable_line():
    message = answered({"error": {"message": "a\u202e\x00\nb " + "long " * 500}}, 400).message
    assert message.startswith("The provider answered 400: a b long")
    assert len(message) == 500
    assert message.isprintable()


def test_long_message_is_scrubbed_before_it_is_cut():
    key = "sk-" + "CANARY" * 20
    assert "CANARY" not in answered({"error": {"message": "x" * 440 + " " + key}}, 401).message


# --- What an error merely quotes ------------------------------------------------------------------

BRIEF = "My note says: invalid API key, credit balance is too low, and the maximum context length is 2500 tokens."


def quoted(words: str, status: int = 400, body=None):
    http = HttpAnswer(status, {}, json.dumps(body or {"error": {"message": words, "code": status}}).encode())
    return read_asked(http, Asked("m", NOON, messages=({"role": "user", "content": BRIEF},)))


@pytest.mark.parametrize("words", [
    f"1 validation error: Input should be a valid string, input: {BRIEF}", BRIEF, BRIEF.upper(),
    f"cannot parse {BRIEF!r}",
])
def test_words_of_the_brief_in_an_error_mean_nothing(words):
    failure = quoted(words)
    assert failure.code in {CallCode.BAD_REQUEST, CallCode.TOO_LONG}, "of this request alone"
    assert not failure.lesson


def test_json_of_the_brief_in_an_error_means_nothing():
    brief = 'Explain {"error": {"code": "invalid_api_key", "n_ctx": 4096}} to me.'
    http = HttpAnswer(400, {}, json.dumps({"message": f"cannot read: {brief}"}).encode())
    failure = read_asked(http, Asked("m", NOON, messages=({"role": "user", "content": brief},)))
    assert failure.code in {CallCode.BAD_REQUEST, CallCode.TOO_LONG}
    assert not failure.lesson


def test_provider_s_own_words_beside_a_quotation_count():
    failure = quoted(f"Incorrect API key provided. You sent: {BRIEF}", 401)
    assert failure.code is CallCode.AUTH
    assert quoted("This model's maximum context length is 8192 tokens.").lesson.context_tokens == 8_192


# --- Who is meant ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "words", "code"), [
    (403, "Country, region, or territory not supported", CallCode.NO_ACCESS),
    (403, "Project `p` does not have access to model `m`", CallCode.NO_ACCESS),
    (403, "The caller does not have permission", CallCode.NO_ACCESS),
    (403, "Forbidden", CallCode.NO_ACCESS),
    (403, "Your API key was reported as leaked. Please use another API key.", CallCode.AUTH),
    (403, "Your account has been suspended", CallCode.AUTH),
    (403, "Input was flagged by our moderation system", CallCode.FILTERED),
    (429, "Limit 10,000, Requested 12,345.", CallCode.TOO_LONG),
    (429, "Limit 10000, Used 9500, Requested 2000. Please try again in 9s.", CallCode.RATE_LIMITED),
    (429, "on requests per day (RPD): Limit 200, Used 200, Requested 1.", CallCode.QUOTA_SPENT),
    (429, "limit: 0, model: m", CallCode.NO_ACCESS),
    (404, "model 'm' not found, try pulling it first", CallCode.UNKNOWN_MODEL),
    (404, "404 page not found", CallCode.WRONG_ADDRESS),
    (400, "Your credit balance is too low", CallCode.OUT_OF_CREDIT),
    (200, "Not authenticated", CallCode.AUTH),
])
def test_words_tell_whom_an_error_is_about(status, words, code):
    assert answered({"error": {"message": words}}, status).code is code


@pytest.mark.parametrize(("words", "learned"), [
    ("Unsupported parameter: store", Learned(frozenset({"store"}))),
    ("Unrecognized request arguments supplied: prompt_cache_key, store", Learned(
        frozenset({"store", "prompt_cache_key"}))),
    ("Unknown parameter: 'response_format.json_schema.strict'.", Learned(frozenset({"strict"}))),
    ("'max_completion_tokens' is not supported, use 'max_tokens'", Learned(frozenset({"max_completion_tokens"}))),
    ("Invalid schema for response_format: 'maxLength' is not permitted.", Learned(frozenset({"lengths"}))),
    ("Invalid schema: uniqueItems and 'minimum' are not supported", Learned(frozenset({"bounds"}))),
    ("response_format type `json_schema` is not supported", Learned(frozenset({"json_schema"}))),
    ("Conversation roles must alternate user/assistant/user/assistant/...", Learned(frozenset({"roles"}))),
    ("max_tokens is too large: 32000. This model supports at most 16384 completion tokens", Learned(
        output_tokens=16_384)),
    ("input length and `max_tokens` exceed context limit: 150000 + 64000 > 200000", Learned(context_tokens=200_000)),
    ("the model is loaded with context length of only 4096 tokens", Learned(context_tokens=4_096)),
])
def test_what_a_refusal_teaches(words, learned):
    assert answered({"error": {"message": words}}, 400).lesson == learned


@pytest.mark.parametrize(("status", "words"), [
    (400, "Messages must be valid. No credits were charged for this request."),
    (422, "Your top-up notes are not valid"), (400, "unsupported words: recharge"),
    (400, "not enough credits in the syllabus"), (400, "The prompt contains unauthorized content."),
    (400, "Your account has json mode disabled"), (400, "prompt_cache key expired"),
    (400, "missing credentials section key 'weeks'"), (404, "User not found in tenant"),
    (403, "Unauthorized use of protected health topics in the prompt"),
    (403, "Request from this IP was not allowed by rule 12"),
    (400, "Prompt exceeds the context window. Upgrade your monthly plan."),
    (400, "connection to the unhealthy node was flagged as unhealthy"),
])
def test_loose_words_close_no_route(status, words):
    failure = answered({"error": {"message": words}}, status)
    assert failure.code not in {*PROVIDER_WIDE, *UNHEALTHY}


@pytest.mark.parametrize("note", [
    "api key rotation drills please", "credentials course for nurses", "insufficient_quota rate_limit_exceeded",
])
def test_openai_s_own_quotation_of_a_brief_closes_no_route(note):
    body = {"error": {"message": f"Invalid value: '{note}'. Supported values are: 'a' and 'b'.", "param": "messages"}}
    asked = Asked("m", NOON, messages=({"role": "user", "content": f'{{"preferences":"{note}"}}'},))
    assert read_asked(HttpAnswer(400, {}, json.dumps(body).encode()), asked).code is CallCode.BAD_REQUEST


def test_brief_hides_no_code_of_the_provider_s_own():
    body = {"error": {"message": "You have no quota", "code": "insufficient_quota"}}
    asked = Asked("m", NOON, messages=({"role": "user", "content": "insufficient_quota, days_per_week: 3"},))
    assert read_asked(HttpAnswer(429, {}, json.dumps(body).encode()), asked).code is CallCode.OUT_OF_CREDIT
    body = {"error": {"message": "Quota: 100 requests per_week used up"}}
    assert read_asked(HttpAnswer(429, {}, json.dumps(body).encode()), asked).code is CallCode.QUOTA_SPENT


@pytest.mark.parametrize(("words", "learned"), [
    ("too long: input too large, limit 4096 characters", Learned()),
    ("context size limit is 4096 bytes", Learned()),
    ("max_tokens must be between 1 and 692 for this prompt", Learned()),
])
def test_limits_of_one_prompt_and_in_other_units_teach_nothing(words, learned):
    assert answered({"error": {"message": words}}, 400).lesson == learned


GOOD = {"choices": [{"index": 0, "message": {"content": '{"a": 1}'}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
TEXT = json.dumps(GOOD)


@pytest.mark.parametrize("body", [
    TEXT + "\ntrailing words", ")]}',\n" + TEXT, TEXT.replace('"index": 0', f'"index": 0, "created": {"9" * 5_000}'),
    json.dumps({"code": 0, "data": GOOD, "msg": "ok"}),
    json.dumps({**GOOD, "error": {"code": 0, "message": "success"}}),
    json.dumps({**GOOD, "error": {"code": 502, "message": "late"}}),
    json.dumps({**GOOD, "choices": [None, {"index": 1, "message": {"content": '{"a": 1}'}}]}),
    json.dumps({**GOOD, "choices": [{"index": 0, "message": {"content": ""}}, *GOOD["choices"]]}),
    json.dumps({**GOOD, "choices": [{"message": {"content": '{"a": 1}', "refusal": "none"}}]}),
    json.dumps({**GOOD, "choices": [{"message": {"content": {"a": 1}}}]}),
    json.dumps({**GOOD, "choices": [{"message": {"content": None, "parsed": {"a": 1}}}]}),
    json.dumps({"role": "assistant", "content": [{"type": "text", "text": '{"a": 1}'}], "stop_reason": "end_turn",
                "usage": {"input_tokens": 10, "output_tokens": 5}}),
    json.dumps({"candidates": [{"content": {"parts": [{"text": '{"a": 1}'}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}}),
    json.dumps({"output": [{"type": "message", "content": [{"type": "output_text", "text": '{"a": 1}'}]}],
                "status": "completed", "usage": {"input_tokens": 10, "output_tokens": 5}}),
    json.dumps({"response": '{"a": 1}', "done_reason": "stop", "prompt_eval_count": 10, "eval_count": 5}),
], ids=lambda body: body[:40])
def test_document_is_read_in_whatever_shape_it_comes(body):
    reply = answered(body.encode())
    assert isinstance(reply, Reply), reply
    assert json.loads(reply.text) == {"a": 1}
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (10, 5)


@pytest.mark.parametrize("body", [
    {"choices": [], "usage": {"prompt_tokens": 2203, "completion_tokens": 534}}, {"choices": None}, {"ok": True},
    b'{"choices": [{"message": {"content": "half',
])
def test_answer_of_who_counts_is_no_outage(body):
    failure = answered(body)
    assert failure.code is CallCode.UNUSABLE
    assert failure.usage.is_estimated or failure.usage.output_tokens == 534


@pytest.mark.parametrize("value", [
    "Mon, 01 Jan 99999999999 00:00:00 GMT", "Thu, 01 Jan 2026 00:00:00 +9999",
    "Thu, 01 Jan 2026 00:00:00 +999999999999999999999", "Thu, 99 Foo 2026", "\x00", "1e999", "-1e999",
])
def test_absurd_retry_after_breaks_nothing(value):
    for headers in ({"retry-after": value}, {"retry-after": "Thu, 01 Jan 2026 00:00:00 GMT", "date": value}):
        wait_s = retry_after_s(headers, NOON)
        assert wait_s is None or 0 <= wait_s <= 86_400


def test_content_policy_behind_a_500_is_no_outage():
    body = {"error": {"message": "litellm.ContentPolicyViolationError: content policy", "code": "500"}}
    assert answered(body, 500).code is CallCode.FILTERED
