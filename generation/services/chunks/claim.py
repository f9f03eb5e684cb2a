"""The right to work on one chunk, as a value."""

from dataclasses import dataclass

from generation.core.dialects import Wire, WireTerms
from generation.core.pricing import Prices
from generation.core.prompting import Stage
from generation.core.routing import Endpoint


@dataclass(frozen=True)
class StoredReply:
    """A reply that was paid for and not judged, because its worker died in between."""

    attempt_id: int
    request_fingerprint: str
    text: str
    cost_usd_micros: int


@dataclass(frozen=True)
class Claim:
    """The right to work on one chunk, as long as `fence` is the chunk's."""

    chunk_id: int
    job_id: int
    position: int
    stage: Stage
    fence: int
    attempt_id: int
    errand_id: int | None       # of whose payer the call is
    attempts: int
    repairs: int
    findings: tuple[dict[str, str], ...]
    draft: str
    instruction: str
    kind: str
    kind_revision: int
    strategy: str
    unit_total: int
    job_key: str                # the provider's prompt_cache_key
    route_id: int
    why_route: str
    is_stand_in: bool           # its own route is paused, and this is the fallback
    endpoint: Endpoint
    model: str
    prices: Prices
    wire: Wire
    deadline_s: float
    max_in_flight: int          # the route's ceiling
    max_output_tokens: int
    context_tokens: int
    was_truncated: bool
    route_is_suspect: bool      # its breaker has counted failures: a success is news
    is_probe: bool              # the one call by which an open breaker learns whether the provider is back
    stored_reply: StoredReply | None

    @property
    def terms(self) -> WireTerms:
        """How the route is asked by this claim."""
        return WireTerms(self.endpoint.base_url, self.model, self.wire, self.context_tokens, self.max_output_tokens)
