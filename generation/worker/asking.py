"""Ask a provider, and note how the call went.  Runs on the event loop, and touches no database."""

import asyncio
import logging
from dataclasses import replace
from typing import Protocol

from generation.core.dialects import Wire
from generation.core.outcomes import Answer, CallCode, Failure, OnProgress, TokenUsage, unheard
from generation.core.pricing import estimated_tokens
from generation.core.prompting import Request
from generation.core.routing import Endpoint
from generation.telemetry.redaction import clean
from generation.worker import failpoints, spans
from generation.worker.call_stats import CallStats
from generation.worker.loop_lag import LoopLag
from generation.worker.naming import ids_of, named
from generation.worker.question import Question

_logger = logging.getLogger(__name__)
TIMES = 10      # of what was expected: nobody counts so much in earnest


class Asks(Protocol):
    """The providers, as the engine needs them.  `generation.worker.provider` has the real ones."""

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        endpoint: Endpoint, wire: Wire, on_progress: OnProgress,
    ) -> Answer: ...

    async def close(self) -> None: ...


def believed(usage: TokenUsage, question: Question, text: str) -> TokenUsage:
    """`usage`, as far as this question can have cost so much; what is unknown is the prompt, and what came."""
    asked, longest = question.least_usage.input_tokens, question.claim.context_tokens
    if usage.is_estimated and not usage.input_tokens:
        usage = replace(usage, input_tokens=asked)
    if usage.input_tokens > max(longest, TIMES * asked):
        usage = replace(usage, input_tokens=asked, cached_input_tokens=0, is_estimated=True)
    if usage.output_tokens > max(longest, TIMES * question.most_tokens):
        usage = replace(usage, output_tokens=estimated_tokens(text), reasoning_tokens=0, is_estimated=True)
    return usage


class Asker:
    """Asks `provider`; counts each call in `call_stats`, and records its span."""

    def __init__(self, provider: Asks, call_stats: CallStats) -> None:
        self._provider = provider
        self._call_stats = call_stats
        self._lag = LoopLag()

    async def ask(self, question: Question, on_progress: OnProgress = unheard) -> Answer:
        """How the call ended.  Cancelled or failed in the client, it is a Failure that costs what the prompt costs."""
        claim = question.claim
        failpoints.taste(question.context.brief, claim.position)
        failpoints.reach("before_call")
        sort = f"{claim.kind}/{claim.stage}"
        began, began_ns = self._call_stats.begin(claim.route_id, sort), spans.began()
        self._lag.begin()
        answer = await self._answer(question, on_progress)
        late_s = self._lag.end()
        if isinstance(answer, Failure):
            answer = replace(answer, message=clean(answer.message))      # from here on it is stored and shown
        self._call_stats.end(claim.route_id, sort, began, answer, late_s)
        answer = replace(answer, usage=believed(answer.usage, question, answer.text))
        spans.record(claim, answer, began_ns, question.most_tokens)
        return answer

    async def _answer(self, question: Question, on_progress: OnProgress) -> Answer:
        claim = question.claim
        try:
            return await self._provider.ask(
                question.request, model=claim.model, max_output_tokens=question.most_tokens,
                deadline_s=claim.deadline_s, cache_key=claim.job_key, endpoint=claim.endpoint, wire=claim.wire,
                on_progress=on_progress,
            )
        except asyncio.CancelledError:
            return Failure(
                CallCode.ABANDONED, "we stopped listening before the reply came", usage=question.least_usage)
        except Exception as error:      # a surprise in the client: one chunk fails, the process lives
            _logger.exception("the call for chunk %s failed in the client", claim.chunk_id, extra=ids_of(claim))
            return Failure(CallCode.INTERNAL, named(error), usage=question.least_usage)
