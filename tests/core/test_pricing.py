"""What a call costs."""

import pytest

from generation.core.outcomes import TokenUsage
from generation.core.pricing import Prices, cost_usd_micros, dollars, estimated_tokens

PRICES = Prices(input=400_000, cached_input=100_000, output=1_600_000)


@pytest.mark.parametrize(("usage", "usd_micros"), [
    (TokenUsage(), 0),
    (TokenUsage(input_tokens=1_000_000), 400_000),
    (TokenUsage(input_tokens=1_000_000, cached_input_tokens=1_000_000), 100_000),
    (TokenUsage(input_tokens=1_000, cached_input_tokens=600), 160 + 60),
    (TokenUsage(output_tokens=1_000), 1_600),
    (TokenUsage(output_tokens=1_000, reasoning_tokens=700), 1_600),              # reasoning is part of the output
    (TokenUsage(input_tokens=10, cached_input_tokens=20), 2),                    # a provider that counts oddly
])
def test_price_of_a_call(usage, usd_micros):
    assert cost_usd_micros(usage, PRICES) == usd_micros


@pytest.mark.parametrize(("tokens", "usd_micros"), [(1, 1), (2, 1), (3, 2), (5, 2), (6, 3)])
def test_fractions_of_a_micro_dollar_are_rounded_up(tokens, usd_micros):
    assert cost_usd_micros(TokenUsage(input_tokens=tokens), PRICES) == usd_micros


@pytest.mark.parametrize(("usd_micros", "text"), [
    (0, "$0.0000"), (2_100, "$0.0021"), (2_149, "$0.0021"), (2_151, "$0.0022"), (1_000_000, "$1.0000"),
    (12_345_678, "$12.3457"),
])
def test_dollars_have_four_digits(usd_micros, text):
    assert dollars(usd_micros) == text


@pytest.mark.parametrize(("length", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2), (4_000, 1_000)])
def test_four_characters_are_a_token(length, tokens):
    assert estimated_tokens("x" * length) == tokens
