"""What a provider is asked for one claim, and how much room there is for its reply."""

import json
import math
from dataclasses import dataclass
from functools import cached_property

from generation.core.dialects import JsonForm, Wire
from generation.core.outcomes import TokenUsage
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Context, Request, Stage
from generation.services.chunks.claim import Claim, StoredReply

SHORTEST_REPLY = 1_024             # tokens that a context must have room for beside the request
CAUTION = 4 / 3                    # servers count more tokens than four characters make, in some languages and models


@dataclass(frozen=True)
class Question:
    """A claim on its way, with the request that was made for it and what that was made from."""

    claim: Claim
    context: Context
    request: Request

    @property
    def stored_reply(self) -> StoredReply | None:
        """An unjudged reply of an earlier claim, if it answers this very request."""
        stored = self.claim.stored_reply
        return stored if stored is not None and stored.request_fingerprint == self.request.fingerprint else None

    @property
    def room_for_reply(self) -> int:
        """Tokens of the model's context that the request leaves, by our own count."""
        return self.claim.context_tokens - self._tokens

    @property
    def is_too_long(self) -> bool:
        return self.room_for_reply < SHORTEST_REPLY

    @property
    def most_tokens(self) -> int:
        """The longest reply that is asked for."""
        return min(output_limit(self.claim), surely_left(self.claim.context_tokens, self._tokens))

    @property
    def least_usage(self) -> TokenUsage:
        """What a call costs at least of which nobody told us: its prompt."""
        return TokenUsage(input_tokens=self._tokens, is_estimated=True)

    @cached_property
    def _tokens(self) -> int:
        return request_tokens(self.request, self.claim.wire)


def request_tokens(request: Request, wire: Wire) -> int:
    """About how many tokens `request` has; without a schema beside it that stands in the prompt."""
    tokens = sum(estimated_tokens(message["content"]) for message in request.messages)
    return tokens if wire.form is JsonForm.SCHEMA else tokens + estimated_tokens(json.dumps(request.schema))


def surely_left(context_tokens: int, request_tokens: int) -> int:
    """Tokens for a reply that fit also where the server counts more of the request than we do."""
    return max(SHORTEST_REPLY, context_tokens - math.ceil(CAUTION * request_tokens))


def output_limit(claim: Claim) -> int:
    """Half of the route's cap at first, so that a runaway reply is cheap; all of it after a truncation."""
    is_large = claim.stage is Stage.WHOLE or claim.was_truncated
    return claim.max_output_tokens if is_large else max(256, claim.max_output_tokens // 2)
