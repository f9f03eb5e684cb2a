"""Ask a provider, and note how the call went.  Runs on the event loop, and touches no database."""

import asyncio
import logging
from dataclasses import replace
from typing import Protocol

from generation.core.dialects import Wire
from generation.core.outcomes import Answer, CallCode, Failure, OnProgress, unheard
from generation.core.prompting import Request
from generation.core.routing import Endpoint
from generation.telemetry.redaction import clean
from generation.worker import failpoints, spans
from generation.worker.call_stats import CallStats
from generation.worker.naming import ids_of, named
from generation.worker.question import Question

_logger = logging.getLogger(__name__)


class Asks(Protocol):
    """The providers, as the engine needs them.  `generation.worker.provider` has the real ones."""

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        endpoint: Endpoint, wire: Wire, on_progress: OnProgress,
    ) -> Answer: ...

    async def close(self) -> None: ...


class Asker:
    """Asks `provider`; counts each call in `call_stats`, and records its span."""

    def __init__(self, provider: Asks, call_stats: CallStats) -> None:
        self._provider = provider
        self._call_stats = call_stats

    async def ask(self, question: Question, on_progress: OnProgress = unheard) -> Answer:
        """How the call ended.  Cancelled or failed in the client, it is a Failure that costs what the prompt costs."""
        claim = question.claim
        failpoints.taste(question.context.brief, claim.position)
        failpoints.reach("before_call")
        began, began_ns = self._call_stats.begin(claim.route_id), spans.began()
        answer = await self._answer(question, on_progress)
        if isinstance(answer, Failure):
            answer = replace(answer, message=clean(answer.message))      # from here on it is stored and shown
        self._call_stats.end(claim.route_id, f"{claim.kind}/{claim.stage}", began, answer)
        if answer.usage.is_estimated and not answer.usage.input_tokens:
            usage = replace(answer.usage, input_tokens=question.least_usage.input_tokens)
            answer = replace(answer, usage=usage)
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
