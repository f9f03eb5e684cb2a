"""What a call costs, in integer micro-dollars."""

from dataclasses import dataclass

from generation.core.outcomes import TokenUsage

MOST_USD_MICROS = 10**12      # of one call: a million dollars; nothing that costs more is a count


@dataclass(frozen=True)
class Prices:
    """Micro-dollars for a million tokens; `cached_input` is the discounted price of a warm prefix."""

    input: int
    cached_input: int
    output: int


def cost_usd_micros(usage: TokenUsage, prices: Prices) -> int:
    """The price of `usage`, rounded up, so that a sum never hides spending, and bounded.

    Reasoning tokens are part of the output tokens."""
    fresh = max(0, usage.input_tokens - usage.cached_input_tokens)
    total = (
        fresh * prices.input + usage.cached_input_tokens * prices.cached_input
        + usage.output_tokens * prices.output
    )
    return min(-(-total // 1_000_000), MOST_USD_MICROS)


def dollars(usd_micros: int) -> str:
    """`$0.0021`: four digits, because a unit costs fractions of a cent."""
    return f"${usd_micros / 1_000_000:.4f}"


def estimated_tokens(text: str) -> int:
    """About how many tokens `text` has: four characters a token, the usual rule for English."""
    return -(-len(text) // 4)
