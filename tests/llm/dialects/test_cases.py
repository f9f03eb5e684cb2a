"""What servers were seen to answer, through the whole engine: what is asked, booked and said, and that nobody else
suffers for it.

The server's own log is the witness of the calls.  Ann meets the oddity; bob asks the same route for something else."""

import asyncio
import json
from dataclasses import dataclass

import pytest

from generation.core.outcomes import CallCode, Reply
from generation.core.pricing import estimated_tokens
from generation.models import Attempt, Chunk, Job, LogEntry, Route, clock
from generation.services.chunks import attempts, settling
from generation.services.jobs import progress, submission
from generation.worker.provider import Providers
from tests.invariants import assert_invariants
from tests.llm.dialects.server import Asked, ScriptedServer, Sent, completion, good, serving
from tests.support import PROGRAM, claim_all
from tests.waiting import wait_until
from tests.worker.test_executor import Line

PARTS = 4      # a plan and three weeks
ANNS, BOBS = '"strength"', '"endurance"'


def has_ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.is_terminal


def is_about(goal: str, body: dict) -> bool:
    return any(goal in message["content"] for message in body["messages"])


def calls_for(server: ScriptedServer, goal: str) -> list[Asked]:
    return [call for call in server.asked if is_about(goal, call.body)]


def for_ann(sent: Sent):
    """`sent` for whatever is ann's, a valid reply for everybody else."""
    return lambda body: sent if is_about(ANNS, body) else good()


def while_it_says(names: set[str], sent: Sent):
    """A server that refuses every request with one of `names`, whoever asks."""
    return lambda body: sent if names & body.keys() else good()


def first(count: int, sent: Sent):
    """`sent` as often as that, then valid replies."""
    said = iter([sent] * count)
    return lambda _body: next(said, good())


def bill(usage: dict | None) -> Sent:
    """A valid reply with that usage."""
    return Sent(200, {"choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>"},
                                   "finish_reason": "stop"}], "usage": usage})


@dataclass(frozen=True)
class Right:
    """What is right: calls for ann's job by their codes in order, its end, what each billed call booked as input and
    output tokens (None: estimated), and words that she reads."""

    codes: tuple[str, ...]
    state: str = "completed"
    reason: str = ""
    booked: tuple[int, int] | None = (2_203, 534)
    told: str = ""


DONE = (CallCode.OK,) * PARTS
THINKING = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "<JSON>"}]
MODERATION = {"error": {
    "code": 403, "message": 'Model requires moderation. Your input was flagged for "violence".',
    "metadata": {"reasons": ["violence"], "provider_name": "Example"},
}}
UNKNOWN_NAME = [{"error": {
    "code": 400, "message": 'Invalid JSON payload received. Unknown name "store": Cannot find field.',
    "status": "INVALID_ARGUMENT",
}}]
FORBIDDEN = {"detail": [
    {"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted"},
    {"type": "extra_forbidden", "loc": ["body", "max_completion_tokens"], "msg": "Extra inputs are not permitted"},
]}
TOO_LARGE = {"error": {
    "message": "Request too large on tokens per min (TPM): Limit 8000, Requested 11648. The input or output tokens "
    "must be reduced in order to run successfully.", "type": "tokens", "param": None, "code": "rate_limit_exceeded",
}}
CONTEXT = {
    "object": "error", "message": "This model's maximum context length is 8192 tokens. However, you requested 11648 "
    "tokens (3648 in the messages, 8000 in the completion).", "type": "BadRequestError", "param": None, "code": 400,
}
IN_A_200 = {"error": {"message": "Rate limit exceeded", "code": "429", "type": "rate_limit"}}
BAD_KEY = [{"error": {
    "code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT",
    "details": [{"reason": "API_KEY_INVALID"}],
}}]
FILTER_ONLY = {"choices": [{
    "index": 0, "finish_reason": "content_filter",
    "content_filter_results": {"violence": {"filtered": True, "severity": "medium"}},
}], "usage": {"prompt_tokens": 2_203, "completion_tokens": 0}}
U64 = 18_446_744_073_709_551_615

CASES = [
    pytest.param(
        lambda: [bill({"input_tokens": 2_203, "output_tokens": 534})], Right(DONE), id="01_usage_responses_names"),
    pytest.param(
        lambda: [bill({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})], Right(DONE, booked=None),
        id="02_usage_zero"),
    pytest.param(
        lambda: [bill({
            "prompt_tokens": 2_203, "completion_tokens": 534, "total_tokens": 11_737,
            "completion_tokens_details": {"reasoning_tokens": 9_000},
        })], Right(DONE, booked=(2_203, 9_534)), id="04_usage_reasoning_on_top"),
    pytest.param(
        lambda: [bill({"prompt_tokens": 2_203, "completion_tokens": U64, "total_tokens": U64})],
        Right(DONE, booked=None), id="05_usage_u64"),
    pytest.param(
        lambda: for_ann(Sent(403, MODERATION)),
        Right((CallCode.FILTERED,), "failed", "content_filtered", (0, 0), "Your input was flagged"),
        id="06_http403_moderation"),
    pytest.param(lambda: [Sent(200, completion(ending=None))], Right(DONE), id="07_finish_reason_null"),
    pytest.param(lambda: [Sent(200, completion(THINKING))], Right(DONE), id="08_content_parts"),
    pytest.param(
        lambda: for_ann(Sent(200, FILTER_ONLY)),
        Right((CallCode.FILTERED,), "failed", "content_filtered", (2_203, 0), "filter stopped the reply"),
        id="10_filter_without_message"),
    pytest.param(
        lambda: for_ann(Sent(429, TOO_LARGE)),
        Right((CallCode.TOO_LONG,), "failed", "too_long", (0, 0), "Limit 8000, Requested 11648"),
        id="11_http429_request_too_large"),
    pytest.param(
        lambda: while_it_says({"store"}, Sent(400, UNKNOWN_NAME)), Right((CallCode.FIELD_REFUSED, *DONE)),
        id="12_http400_unknown_field_list_body"),
    pytest.param(
        lambda: while_it_says({"store", "max_completion_tokens"}, Sent(422, FORBIDDEN)),
        Right((CallCode.FIELD_REFUSED, *DONE)), id="13_http422_extra_forbidden"),
    # It stated its context, so it is asked once more for a shorter reply.
    pytest.param(
        lambda: for_ann(Sent(400, CONTEXT)),
        Right((CallCode.TOO_LONG,) * 2, "failed", "too_long", (0, 0), "maximum context length is 8192"),
        id="17_http400_context_vllm"),
    pytest.param(
        lambda: first(2, Sent(200, IN_A_200)), Right((*(CallCode.RATE_LIMITED,) * 2, *DONE)),
        id="19_http200_error_code_string"),
    pytest.param(lambda: [Sent(200, completion("```json\n<JSON>\n```\n"))], Right(DONE), id="21_fenced_content"),
]
UNBILLED = {CallCode.FIELD_REFUSED, CallCode.RATE_LIMITED, CallCode.TOO_LONG}


def at(server: ScriptedServer) -> None:
    Route.objects.update(base_url=server.url)


def reads(job: Job) -> tuple[str, str]:
    """Where a job stands, or why, as a code and in the words for people."""
    held = progress.waiting(job)
    if held is not None:
        told = held.as_json()
        return str(held.reason), f"{told['sentence']} {told['detail']} {told['next_step']}"
    words = job.explanation
    if words is None:
        return str(job.state), "The document is complete."
    return str(job.reason), f"{words.sentence} {job.reason_detail} {words.next_step}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick", "alone")
@pytest.mark.parametrize(("script", "right"), CASES)
def test_case_costs_says_and_stops_what_is_right(script, right, job, bob, route, start):
    with serving(script()) as server:
        at(server)
        start(Providers())
        wait_until("ann's job ends", lambda: has_ended(job), 30)
        anns = list(Attempt.objects.filter(job=job).order_by("id"))
        assert tuple(call.code for call in anns) == right.codes
        assert len(calls_for(server, ANNS)) == len(right.codes), "the server saw each of them, and no other"
        assert (job.state, job.reason) == (right.state, right.reason)
        for call in anns:
            assert_booked(call, route, right)
        assert job.cost_usd_micros == sum(call.cost_usd_micros for call in anns)
        assert Chunk.objects.filter(job=job, attempts__gt=1).count() == 0
        assert right.told in reads(job)[1]
        bobs = submission.submit(user=bob, kind="training_program", brief={**PROGRAM, "goal": "endurance"}).job
        wait_until("bob's job ends", lambda: has_ended(bobs), 30)
    assert (bobs.state, len(calls_for(server, BOBS))) == ("completed", PARTS)
    after = Route.objects.get(pk=route.pk)
    assert (after.open_until, after.breaker_failures) == (None, 0)
    assert "violence" not in json.dumps([*LogEntry.objects.exclude(job=job).values_list("message", flat=True)])
    assert_invariants()


def assert_booked(call: Attempt, route: Route, right: Right) -> None:
    if call.code in UNBILLED:
        assert (call.input_tokens, call.output_tokens, call.cost_usd_micros) == (0, 0, 0)
        return
    if right.booked is not None:
        assert (call.input_tokens, call.output_tokens, call.is_estimated) == (*right.booked, False)
    else:
        assert call.is_estimated
        assert call.output_tokens >= estimated_tokens(call.reply) > 0
        assert call.input_tokens > 500
    owed = call.input_tokens * route.input_usd_micros + call.output_tokens * route.output_usd_micros
    assert call.cost_usd_micros == -(-owed // 1_000_000)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick", "alone")
def test_moderated_job_s_words_are_read_by_nobody_else(job, bob, route, start):
    with serving(for_ann(Sent(403, MODERATION))) as server:
        at(server)
        start(Providers())
        wait_until("ann's job ends", lambda: has_ended(job), 30)
    assert "flagged" in job.reason_detail, "ann is told what the provider said"
    assert "flagged" not in Route.objects.get(pk=route.pk).breaker_detail


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick", "alone")
def test_lesson_holds_for_everybody_and_is_learned_once(job, bob, route, start):
    with serving(while_it_says({"store", "max_completion_tokens"}, Sent(422, FORBIDDEN))) as server:
        at(server)
        start(Providers())
        wait_until("ann's job ends", lambda: has_ended(job), 30)
    [refused, *taken] = [call.body for call in server.asked]
    assert {"store", "max_completion_tokens"} <= refused.keys()
    for body in taken:
        assert not {"store", "max_completion_tokens"} & body.keys()
        assert body["max_tokens"] > 0
    assert {"store", "max_completion_tokens"} <= set(Route.objects.get(pk=route.pk).learned["refused"])
    assert LogEntry.objects.filter(code="route_learned").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick", "alone")
def test_stated_context_that_a_shorter_reply_fits_costs_one_call(job, route, start):
    """As 17, at a server that means what it says: the cap was too large, and the next one fits."""
    def answers(body):
        return Sent(400, CONTEXT) if body.get("max_completion_tokens", 0) > 8_000 else good()

    with serving(answers) as server:
        at(server)
        start(Providers())
        wait_until("the job ends", lambda: has_ended(job), 30)
    assert (job.state, len(server.asked)) == ("completed", PARTS + 1)
    assert Route.objects.get(pk=route.pk).room == 8_192


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick", "alone")
def test_server_that_counts_more_tokens_than_we_estimate_is_asked_for_a_reply_that_fits(job, route, start):
    """As 17, at a server that counts: three characters a token, of which we take four."""
    def answers(body):
        prompt = sum(len(message["content"]) for message in body["messages"]) // 3
        cap = body["max_completion_tokens"]
        if prompt + cap <= 8_192:
            return good()
        return Sent(400, {**CONTEXT, "message": (
            f"This model's maximum context length is 8192 tokens. However, you requested {prompt + cap} tokens "
            f"({prompt} in the messages, {cap} in the completion).")})

    with serving(answers) as server:
        at(server)
        start(Providers())
        wait_until("the job ends", lambda: has_ended(job), 30)
    assert (job.state, job.reason) == ("completed", ""), reads(job)[1]
    assert len(server.asked) <= 2 * PARTS, "at most one refusal for each part"


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("quick", "alone")
def test_key_that_is_refused_with_400_stops_the_route_and_says_so(job, route, start):
    """Case 15: no call can succeed before somebody has set another key, so no second one is made."""
    with serving([Sent(400, BAD_KEY)]) as server:
        at(server)
        start(Providers())
        wait_until("it is said", lambda: (held := progress.waiting(Job.objects.get(pk=job.pk))) is not None
                   and held.reason == "auth", 20)
        calls = list(Attempt.objects.filter(job=job))
        wait_until("it is settled", lambda: Attempt.objects.filter(job=job, state="settled").count() == 1, 10)
        assert reads(Job.objects.get(pk=job.pk))[0] == "auth"
        assert (len(server.asked), len(calls)) == (1, 1)
    after = Route.objects.get(pk=route.pk)
    assert (after.is_hard_open, after.breaker_reason) == (True, "auth")
    assert LogEntry.objects.filter(code="breaker_hard_open").count() == 1
    job.refresh_from_db()
    assert (job.is_terminal, job.cost_usd_micros) == (False, 0)


# --- Promises about whatever comes ----------------------------------------------------------------

ROUNDS = 12


def driven(job: Job) -> None:
    """All calls of `job` that the engine would make, one after the other and without its threads; waits are over at
    once, pauses of the route stay."""
    providers = Providers()
    line = Line(providers)

    async def answered(question):
        try:
            return await line.asker.ask(question)
        finally:
            await providers.close()

    for _ in range(ROUNDS):
        now = clock.now()
        Chunk.objects.filter(job=job, ready_at__gt=now).update(ready_at=now)
        claims = claim_all()
        if not claims:
            break
        for claim in claims:
            line.executor.begin(claim)
        asked = list(line.asked)
        line.asked.clear()
        for question in asked:
            answer = asyncio.run(answered(question))
            if isinstance(answer, Reply):
                attempts.store_replies(attempts.reply_row(question.claim, answer, question.request.fingerprint))
            line.executor.finish(question, answer)
        settled = list(line.settled)
        line.settled.clear()
        settling.settle(*settled)
    job.refresh_from_db()


@dataclass(frozen=True)
class Ends:
    """How a job of two parts ends, or waits, that meets an oddity with every call."""

    calls: int
    how: str
    is_particular: bool = True      # it is the request's own trouble: the route stays as it is
    has_text: bool = False          # something was written, so something is booked
    asks_longer: bool = False       # it stated a context, and the fallback's is longer


@pytest.fixture
def small_job(ann, route, quick):
    """A plan and one week."""
    Route.objects.exclude(pk=route.pk).delete()
    return submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 1}).job


# The bodies are those of the tables of the dialects beside this file.
ODDITIES = [
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
    }), Ends(1, "content_filtered"), id="openrouter-moderation"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Content Exists Risk", "type": "invalid_request_error", "param": None,
            "code": "invalid_request_error",
        },
    }), Ends(1, "content_filtered"), id="deepseek-content-risk"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "<400> InternalError.Algo.DataInspectionFailed: Input text data may contain inappropriate content."
            ),
            "type": "invalid_request_error", "param": None, "code": "invalid_parameter_error",
        },
    }), Ends(1, "content_filtered"), id="dashscope-inspection-algo"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "Your request was rejected as a result of our safety system. Your prompt may contain text that is "
                "not allowed by our safety system."
            ),
            "type": "invalid_request_error", "param": None, "code": None,
        },
    }), Ends(1, "content_filtered"), id="openai-safety-400"),
    pytest.param(Sent(446, {
        "error": {
            "message": (
                "The guardrail checks defined in the config failed. You can find more information in the "
                "`hook_results` object."
            ),
            "type": "hooks_failed", "param": None, "code": None,
        },
        "hook_results": {"before_request_hooks": [], "after_request_hooks": []},
    }), Ends(1, "content_filtered"), id="portkey-446"),
    pytest.param(Sent(400, (
        'data:{"error":{"code":"421","message":"Moderation Block","param":"The request was rejected because it was '
        'considered high risk","type":"content_filter"}}'
    )), Ends(1, "content_filtered"), id="mimo-moderation-data-prefix"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "sensitive"}],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(1, "content_filtered"), id="finish-sensitive"),
    pytest.param(Sent(200, {
        "choices": [{"finish_reason": "SAFETY", "index": 0, "message": {"role": "assistant"}}],
        "model": "gemini-2.5-flash", "object": "chat.completion",
        "usage": {"completion_tokens": 0, "prompt_tokens": 19, "total_tokens": 19},
    }), Ends(1, "content_filtered"), id="gemini-finish-native"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": None, "refusal": "I'm sorry, I can't assist with that."},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(1, "refused", has_text=True), id="openai-refusal"),
    pytest.param(Sent(403, (
        '<!DOCTYPE html>\n<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->\n<!--[if gt IE '
        '8]><!--> <html class="no-js" lang="en-US">'
    ), {"content-type": "text/html", "server": "cloudflare"}), Ends(5, "blocked"), id="cloudflare-html-403"),
    pytest.param(Sent(403, "error code: 1020", {"content-type": "text/plain", "server": "cloudflare"}),
        Ends(5, "blocked"), id="cloudflare-1020"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>"}, "finish_reason": "end_turn"}],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(2, "completed", has_text=True), id="finish-endturn"),
    pytest.param(Sent(200, {
        "object": "chat.completion", "model": "ggml-model-q4_0.bin",
        "choices": [{"message": {"role": "assistant", "content": "<JSON>"}}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }), Ends(2, "completed", has_text=True), id="localai-usage-zero"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": None, "refusal": None, "reasoning": "<JSON>"},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(2, "completed", has_text=True), id="openrouter-json-in-reasoning"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": "<think> reasoning tokens </think> <JSON>"},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(2, "completed", has_text=True), id="perplexity-think"),
    pytest.param(Sent(200, (
        '{"id":"c1","object":"chat.completion","created":1776000000,"model":"deepseek-chat","choices":[{"inde'
        'x":0,"message":{"role":"assistant","content":"<JSON>"},"finish_reason":"stop"}],"usage":{"prompt_tok'
        'ens":10,"completion_tokens":5,"total_tokens":15}}\n\n'
        "data: [DONE]\n\n"
    )), Ends(2, "completed", has_text=True), id="9router-json-plus-done"),
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
    }), Ends(2, "completed", has_text=True), id="harmony-stripped-words"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "<JSON>"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 198, "total_tokens": 623},
    }), Ends(2, "completed", has_text=True), id="gemini-usage-thoughts-missing"),
    pytest.param(Sent(200, (
        'data:{"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"<JSON>"},'
        '"finish_reason":"stop"}]}\n\n'
        "data:[DONE]\n\n"
    )), Ends(2, "completed", has_text=True), id="sse-no-space"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1, "b": '},
            "finish_reason": "model_context_window_exceeded",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(2, "truncated", has_text=True), id="finish-context-window"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1, "b":'}, "finish_reason": "MAX_TOKENS",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(2, "truncated", has_text=True), id="cohere-finish"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1'}, "finish_reason": "network_error",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(5, "unusable_reply", has_text=True), id="finish-network-error"),
    pytest.param(Sent(200, {
        "id": "chatcmpl-1", "object": "chat.completion", "model": "m",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"a": 1'},
            "finish_reason": "insufficient_system_resource",
        }],
        "usage": {"prompt_tokens": 81, "completion_tokens": 44, "total_tokens": 125},
    }), Ends(5, "unusable_reply", has_text=True), id="finish-insufficient-resource"),
    pytest.param(Sent(200, {
        "id": "gen-mockerror", "object": "chat.completion", "model": "google/gemini-3.1-flash-lite",
        "choices": [{
            "index": 0, "message": {"role": "assistant", "content": '{"events": [{"title": "partial'},
            "finish_reason": "error",
        }],
        "usage": {"prompt_tokens": None, "completion_tokens": None, "total_tokens": 0},
    }), Ends(5, "unusable_reply", has_text=True), id="bifrost-finish-error-null-usage"),
    pytest.param(Sent(200, {
        "id": "gen-1", "object": "chat.completion", "model": "stealth/ox-alpha",
        "choices": [{
            "index": 0, "finish_reason": "stop", "native_finish_reason": "network_error",
            "message": {"role": "assistant", "content": None, "refusal": None},
        }],
    }), Ends(5, "unusable_reply"), id="openrouter-fake-stop"),
    pytest.param(Sent(200, {
        "choices": [{
            "finish_reason": "function_call_filter: MALFORMED_FUNCTION_CALL", "index": 0,
            "message": {"role": "assistant"},
        }],
        "model": "gemini-2.5-flash", "object": "chat.completion",
        "usage": {"prompt_tokens": 2595, "total_tokens": 2595},
    }), Ends(5, "unusable_reply"), id="gemini-malformed-call"),
    pytest.param(Sent(200, {"choices": [{"message": {"content": None}}]}),
        Ends(5, "unusable_reply"), id="bare-minimal-null"),
    pytest.param(Sent(422, {
        "message": "body.store: property 'body.store' is unsupported", "type": "invalid_request_error",
        "param": "validation_error", "code": "wrong_api_format",
    }), Ends(2, "bad_request"), id="cerebras-store"),
    pytest.param(Sent(400, {
        "error": {"message": "property 'prompt_cache_key' is unsupported", "type": "invalid_request_error"},
    }), Ends(2, "bad_request"), id="groq-prompt-cache-key"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Validation: Unsupported parameter(s): `prompt_cache_key`", "type": "Bad Request", "code": 400,
        },
    }), Ends(2, "bad_request"), id="nvidia-prompt-cache-key-validation"),
    pytest.param(Sent(400, [{
        "error": {
            "code": 400,
            "message": (
                "The specified schema produces a constraint that has too many states for serving.  Typical causes of "
                "this error are schemas with lots of text (for example, very long"
            ),
            "status": "INVALID_ARGUMENT",
        },
    }]), Ends(3, "bad_request"), id="gemini-too-many-states"),
    pytest.param(Sent(400, {
        "error": {
            "message": "This response_format type is unavailable now", "type": "invalid_request_error", "param": None,
            "code": "invalid_request_error",
        },
    }), Ends(3, "bad_request"), id="deepseek-rf-unavailable"),
    pytest.param(Sent(404, {
        "error": {
            "message": (
                "No endpoints found that can handle the requested parameters. To learn more about provider routing, "
                "visit: https://openrouter.ai/docs/guides/routing/provider-selection"
            ),
            "code": 404,
        },
    }), Ends(3, "unknown_model"), id="openrouter-404-params"),
    pytest.param(Sent(422, {
        "object": "error",
        "message": {
            "detail": [{
                "type": "extra_forbidden", "loc": ["body", "max_completion_tokens"],
                "msg": "Extra inputs are not permitted", "input": 32000,
            }],
        },
        "type": "invalid_request_error", "param": None, "code": None,
    }), Ends(2, "bad_request"), id="mistral-422-message-object"),
    pytest.param(Sent(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}),
        Ends(3, "bad_request"), id="lmstudio-rf-type"),
    pytest.param(Sent(400, {
        "error": {
            "message": (
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 8202 tokens. "
                "Please reduce the length of the messages."
            ),
            "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
        },
    }), Ends(3, "completed", asks_longer=True), id="openai-context-code"),
    pytest.param(Sent(500, {
        "error": {
            "code": 500,
            "message": (
                "the request exceeds the available context size. try increasing the context size or enable context "
                "shift"
            ),
            "type": "exceed_context_size_error", "n_prompt_tokens": 1407, "n_ctx": 256,
        },
    }), Ends(1, "too_long"), id="llamacpp-exceed-500"),
    pytest.param(Sent(400, {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "prompt is too long: 201130 tokens > 200000 maximum"},
    }), Ends(1, "too_long"), id="anthropic-too-long"),
    pytest.param(Sent(413, "", {"content-type": "text/plain"}), Ends(1, "too_long"), id="cerebras-413-nobody"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 342389. The input or "
                "output tokens must be reduced in order to run successfully."
            ),
            "type": "tokens", "param": None, "code": "rate_limit_exceeded",
        },
    }), Ends(1, "too_long"), id="openai-429-too-large"),
    pytest.param(Sent(413, {
        "error": {
            "message": (
                "Request too large for model `llama-3.1-70b-versatile` in organization "
                "`org_01hw8f0aa0ekmrn70ffm2zkdv1` on tokens per minute (TPM): Limit 6000, Requested 14368, please"
            ),
            "type": "tokens", "code": "rate_limit_exceeded",
        },
    }), Ends(1, "too_long"), id="groq-413-tpm"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Input length (11680) exceeds model's maximum context length (4096).", "type": "BadRequestError",
            "param": None, "code": 400,
        },
    }), Ends(3, "completed", asks_longer=True), id="vllm-input-exceeds"),
    pytest.param(Sent(400, {
        "error": {
            "message": "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
            "type": "invalid_request_error", "param": None, "code": "invalid_request_error",
        },
    }), Ends(2, "bad_request"), id="deepseek-max-tokens"),
    pytest.param(Sent(403, {
        "error": {
            "message": "Project `proj_QRf115YMnQwMUdTI9cu2sWQ8` does not have access to model `gpt-4o-mini`",
            "type": "invalid_request_error", "param": None, "code": "model_not_found",
        },
    }), Ends(1, "no_access"), id="openai-project-model"),
    pytest.param(Sent(404, {
        "object": "error", "message": "The model `Qwen1.5-14B-Chat-GPTQ-Int8` does not exist.", "type": "NotFoundError",
        "param": None, "code": 404,
    }), Ends(1, "unknown_model"), id="vllm-model-404"),
    pytest.param(Sent(405, (
        "<html>\r\n<head><title>405 Not Allowed</title></head>\r\n<body>\r\n<center><h1>405 Not "
        "Allowed</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
    ), {"content-type": "text/html"}), Ends(1, "wrong_address"), id="nginx-405"),
    pytest.param(Sent(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        Ends(5, "completed", is_particular=False), id="anthropic-529"),
    pytest.param(Sent(200, ""), Ends(5, "completed", is_particular=False), id="empty-body-200"),
    pytest.param(Sent(200, (
        ": OPENROUTER PROCESSING\n\n"
        "data: "
        '{"id":"cmpl-abc123","object":"chat.completion.chunk","model":"openai/gpt-4o","provider":"openai","ch'
        'oices":[{"index":0,"delta":{"content":"{\\"a\\":"},"finish_reason":null}]}\n\n'
        "data: "
        '{"id":"cmpl-abc123","object":"chat.completion.chunk","model":"openai/gpt-4o","provider":"openai","er'
        'ror":{"code":"server_error","message":"Provider disconnected '
        'unexpectedly"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}\n\n'
    )), Ends(5, "completed", is_particular=False, has_text=True), id="openrouter-midstream-choice"),
    pytest.param(Sent(429, {
        "error": {
            "message": "Your account org-xx<ak-xx> request reached max request: 3, please try again after 1 seconds",
            "type": "rate_limit_reached_error",
        },
    }), Ends(1, "rate_limited", is_particular=False), id="moonshot-rpm-seconds"),
    pytest.param(Sent(429, {
        "error": {
            "message": (
                "Rate limit reached for model `llama-3.3-70b-versatile` in organization "
                "`org_01kjh7p9n8f1qs6nz2bz77vy6b` service tier `on_demand` on tokens per day (TPD): Limit 100000,"
            ),
            "type": "tokens", "code": "rate_limit_exceeded",
        },
    }), Ends(1, "completed", is_particular=False), id="groq-tpd"),
    pytest.param(Sent(402, {
        "error": {
            "message": "Insufficient Balance", "type": "unknown_error", "param": None, "code": "invalid_request_error",
        },
    }), Ends(1, "completed", is_particular=False), id="deepseek-402"),
    pytest.param(Sent(401, {"detail": "Unauthorized"}),
        Ends(1, "completed", is_particular=False), id="mistral-401-detail"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("words", [
    "Explain how an invalid API key is reported.", "My credit balance is too low for a gym.",
    "My limit of training per day is exceeded.",
])
def test_words_of_a_brief_that_a_server_quotes_close_the_route_for_nobody(words, ann, route, quick):
    """Servers that validate with pydantic quote their input in the message, so users write a part of it."""
    def answers(body):
        quoted = next(message["content"] for message in body["messages"] if words in message["content"])
        return Sent(400, {
            "object": "error", "type": "BadRequestError", "param": None, "code": 400,
            "message": str([{"type": "string_type", "loc": ("body", "messages", 1), "msg": "Input should be a valid "
                             "string", "input": quoted[quoted.index(words) - 80:][:300]}]),
        })

    Route.objects.exclude(pk=route.pk).delete()
    made = submission.submit(user=ann, kind="training_program", brief={**PROGRAM, "weeks": 1, "preferences": words}).job
    with serving(answers) as server:
        at(server)
        driven(made)
    after = Route.objects.get(pk=route.pk)
    assert (after.open_until, after.breaker_reason) == (None, "")
    assert (made.state, made.reason, len(server.asked)) == ("failed", "bad_request", 1)
    assert words not in after.breaker_detail


@pytest.mark.django_db
@pytest.mark.parametrize(("sent", "ends"), ODDITIES)
def test_oddity_with_every_call_is_bounded_billed_and_nobody_else_s(
    sent, ends, small_job, route, settings
):
    with serving([sent]) as server, serving([good()]) as other:
        at(server)
        fallback = Route.objects.create(
            slug="other", model="other", base_url=other.url, input_usd_micros=1, cached_input_usd_micros=1,
            output_usd_micros=1, context_tokens=route.context_tokens, priority=90)
        Route.objects.filter(pk=route.pk).update(fallback=fallback)
        driven(small_job)
    calls = list(Attempt.objects.filter(job=small_job).order_by("id"))
    how, words = reads(small_job)
    assert (len(server.asked), how) == (ends.calls, ends.how), words
    by_route = [call for call in calls if call.route_id == route.pk]
    assert len(by_route) == len(server.asked), "the ledger has what was sent, no more and no less"
    for part in Chunk.objects.filter(job=small_job):
        asked = sum(call.chunk_id == part.pk for call in by_route)
        assert asked <= settings.MAX_ATTEMPTS
    for call in by_route if ends.has_text else ():
        assert call.output_tokens > 0
        assert call.cost_usd_micros > 0
    after = Route.objects.get(pk=route.pk)
    if ends.is_particular:
        assert (after.open_until, after.breaker_failures, after.throttled_until) == (None, 0, None)
        assert bool(other.asked) == ends.asks_longer
    assert_invariants()
