"""Counts of tokens under whatever name: nothing that was written is ever booked as nothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.core.outcomes import TokenUsage
from generation.core.pricing import estimated_tokens
from generation.llm.usage import MOST_TOKENS, read_usage, states_usage

TEXT = "x" * 400      # about a hundred tokens
U64 = 2**64 - 1


def counted(usage, text=TEXT, **beside):
    """Input, cached, output and reasoning tokens, and whether they are an estimate."""
    found = read_usage({"usage": usage, **beside}, text)
    return (found.input_tokens, found.cached_input_tokens, found.output_tokens, found.reasoning_tokens,
            found.is_estimated)


@pytest.mark.parametrize(("usage", "expected"), [
    pytest.param({"prompt_tokens": 30, "completion_tokens": 70, "total_tokens": 100}, (30, 0, 70, 0, False), id="chat"),
    pytest.param({"input_tokens": 30, "output_tokens": 70}, (30, 0, 70, 0, False), id="responses"),
    pytest.param({"inputTokens": 30, "outputTokens": 70, "totalTokens": 100}, (30, 0, 70, 0, False), id="Bedrock"),
    pytest.param({"num_prompt_tokens": 30, "num_generated_tokens": 70}, (30, 0, 70, 0, False), id="num"),
    pytest.param([{"prompt_tokens": 30, "completion_tokens": 70}], (30, 0, 70, 0, False), id="in a list"),
    pytest.param(
        {"prompt_tokens": 30, "completion_tokens": 70, "prompt_tokens_details": {"cached_tokens": 20},
         "completion_tokens_details": {"reasoning_tokens": 10}}, (30, 20, 70, 10, False), id="details"),
    pytest.param(
        {"input_tokens": 30, "output_tokens": 70, "input_tokens_details": {"cached_tokens": 20},
         "output_tokens_details": {"reasoning_tokens": 10}}, (30, 20, 70, 10, False), id="details of responses"),
    pytest.param(
        {"prompt_tokens": 30, "completion_tokens": 70, "prompt_cache_hit_tokens": 20, "prompt_cache_miss_tokens": 10},
        (30, 20, 70, 0, False), id="DeepSeek's cache"),
    pytest.param(
        {"input_tokens": 10, "cache_read_input_tokens": 15, "cache_creation_input_tokens": 5, "output_tokens": 70},
        (30, 15, 70, 0, False), id="Anthropic's cache comes on top"),
    pytest.param(
        {"prompt_tokens": 30, "completion_tokens": 70, "cache_read_input_tokens": 15}, (30, 15, 70, 0, False),
        id="both families: the input is whole"),
    pytest.param(
        {"prompt_tokens": 30, "completion_tokens": 70, "prompt_tokens_details": None}, (30, 0, 70, 0, False),
        id="details of null"),
    pytest.param({"prompt_tokens": 30, "cached_tokens": 99, "completion_tokens": 70}, (30, 30, 70, 0, False),
                 id="more cached than there was"),
])
def test_counts_are_read_under_whatever_name(usage, expected):
    assert counted(usage) == expected


@pytest.mark.parametrize(("usage", "expected"), [
    pytest.param(
        {"prompt_tokens": 30, "completion_tokens": 70, "total_tokens": 400,
         "completion_tokens_details": {"reasoning_tokens": 300}}, (30, 0, 370, 300, False), id="total has them"),
    pytest.param(
        {"prompt_tokens": 30, "completion_tokens": 70, "completion_tokens_details": {"reasoning_tokens": 300}},
        (30, 0, 370, 300, False), id="more thoughts than output"),
    pytest.param(
        {"promptTokenCount": 30, "candidatesTokenCount": 70, "thoughtsTokenCount": 300, "totalTokenCount": 400},
        (30, 0, 370, 300, False), id="Gemini's own names"),
    pytest.param(
        {"prompt_tokens": 21, "completion_tokens": 0, "total_tokens": 81,
         "completion_tokens_details": {"reasoning_tokens": 60}}, (21, 0, 60, 60, True), id="zero beside thoughts"),
])
def test_thoughts_on_top_are_output(usage, expected):
    assert counted(usage) == expected


@pytest.mark.parametrize(("usage", "expected"), [
    pytest.param(None, (0, 0, 100, 0, True), id="null"),
    pytest.param("many", (0, 0, 100, 0, True), id="text"),
    pytest.param({}, (0, 0, 100, 0, True), id="empty"),
    pytest.param({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, (0, 0, 100, 0, True), id="zeros"),
    pytest.param({"prompt_tokens": None, "completion_tokens": None}, (0, 0, 100, 0, True), id="nulls"),
    pytest.param({"prompt_tokens": -1, "completion_tokens": -1}, (0, 0, 100, 0, True), id="negative"),
    pytest.param({"prompt_tokens": 30, "completion_tokens": U64, "total_tokens": U64}, (30, 0, 100, 0, True), id="u64"),
    pytest.param({"prompt_tokens": U64, "completion_tokens": 70}, (0, 0, 70, 0, True), id="u64 of the input"),
    pytest.param({"prompt_tokens": 30, "completion_tokens": math.inf}, (30, 0, 100, 0, True), id="infinity"),
    pytest.param({"prompt_tokens": math.nan, "completion_tokens": 70}, (0, 0, 70, 0, True), id="not a number"),
    pytest.param({"prompt_tokens": True, "completion_tokens": True}, (0, 0, 100, 0, True), id="booleans"),
    pytest.param({"prompt_tokens": "30", "completion_tokens": "1,070"}, (30, 0, 1_070, 0, False), id="as text"),
    pytest.param({"prompt_tokens": "about 30", "completion_tokens": 70}, (0, 0, 70, 0, True), id="words"),
    pytest.param({"prompt_tokens": 36.0, "completion_tokens": 2.25}, (36, 0, 3, 0, False), id="fractions round up"),
    pytest.param({"prompt_tokens": 30, "total_tokens": 100}, (30, 0, 70, 0, True), id="output from the total"),
    pytest.param({"completion_tokens": 70, "total_tokens": 100}, (30, 0, 70, 0, True), id="input from the total"),
    pytest.param({"total_tokens": 150}, (50, 0, 100, 0, True), id="only the total"),
    pytest.param({"prompt_tokens": 30, "completion_tokens": 10**400}, (30, 0, 100, 0, True), id="longer than a float"),
    pytest.param({"prompt_tokens": [30], "completion_tokens": {"n": 70}}, (0, 0, 100, 0, True), id="lists and objects"),
])
def test_what_cannot_be_true_is_estimated_and_marked(usage, expected):
    assert counted(usage) == expected


@pytest.mark.parametrize(("answer", "expected"), [
    ({"usageMetadata": {"promptTokenCount": 30, "candidatesTokenCount": 70}}, (30, 70)),
    ({"x_groq": {"usage": {"prompt_tokens": 30, "completion_tokens": 70}}}, (30, 70)),
    ({"prompt_eval_count": 30, "eval_count": 70}, (30, 70)),                                # Ollama
    ({"meta": {"tokens": {"input_tokens": 30, "output_tokens": 70}}}, (30, 70)),            # Cohere
    ({"choices": [{"usage": {"prompt_tokens": 30, "completion_tokens": 70}}]}, (30, 70)),   # Moonshot
    ({"usage": None, "x_groq": {"usage": {"prompt_tokens": 30, "completion_tokens": 70}}}, (30, 70)),
])
def test_counts_are_found_where_they_are_put(answer, expected):
    usage = read_usage(answer, TEXT)
    assert ((usage.input_tokens, usage.output_tokens), usage.is_estimated) == (expected, False)


def test_where_nothing_was_written_zero_is_zero():
    assert read_usage({"usage": {"prompt_tokens": 30, "completion_tokens": 0}}, "") == TokenUsage(30)
    assert not states_usage({"usage": {"prompt_tokens": 30, "completion_tokens": 0}})


@pytest.mark.parametrize(("answer", "expected"), [
    ({"usage": {"completion_tokens": 5}}, True), ({"usage": {"total_tokens": 5}}, True),
    ({"usage": {"completion_tokens": 0}}, False), ({}, False), ({"usage": []}, False),
])
def test_answer_says_that_something_was_written(answer, expected):
    assert states_usage(answer) is expected


counts = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
NAMES = ["prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "reasoning_tokens",
         "cached_tokens", "cache_read_input_tokens"]


@given(st.dictionaries(st.sampled_from(NAMES), counts), st.text(max_size=200))
def test_any_counts_give_a_bill_that_can_be_true(usage, text):
    found = read_usage({"usage": usage}, text)
    assert 0 <= found.cached_input_tokens <= found.input_tokens <= MOST_TOKENS
    assert 0 <= found.reasoning_tokens <= found.output_tokens <= MOST_TOKENS
    if text.strip():
        assert found.output_tokens > 0, "what was written is never free"


@given(st.text(min_size=1).filter(str.strip))
def test_without_counts_the_text_is_counted(text):
    assert read_usage({}, text) == TokenUsage(output_tokens=estimated_tokens(text), is_estimated=True)
