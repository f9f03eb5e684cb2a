"""One span for each call to a provider, in the trace of its job."""

from urllib.parse import urlsplit

from generation.core.outcomes import Answer, CallCode, Reply
from generation.core.prompting import REPAIR_STAGE
from generation.services.chunks.claim import Claim
from generation.telemetry import tracing

OPENAI = "openai"
FINISH_REASONS = {CallCode.TRUNCATED: "length", CallCode.FILTERED: "content_filter", CallCode.REFUSED: "stop"}


def began() -> int:
    """The moment of a call's begin; 0 where nothing is traced."""
    return tracing.now_ns() if tracing.is_on() else 0


def record(claim: Claim, answer: Answer, began_ns: int, max_output_tokens: int) -> None:
    """The call is over.  Costs one comparison where nothing is traced."""
    if not began_ns:
        return
    is_reply = isinstance(answer, Reply)
    code = CallCode.OK if isinstance(answer, Reply) else answer.code
    receipt, usage = answer.receipt, answer.usage
    address = urlsplit(claim.endpoint.base_url or "")
    tracing.record(
        f"chat {claim.model}", kind="CLIENT", parent=tracing.job_span(claim.job_key), started_ns=began_ns,
        ended_ns=tracing.now_ns(), error="" if is_reply else code.value,
        attributes=tracing.call_attributes(
            provider_name=OPENAI, model=claim.model, max_output_tokens=max_output_tokens,
            answered_by=receipt.model if receipt.http_status else "",
            finish_reason="stop" if is_reply else FINISH_REASONS.get(code, ""),
            input_tokens=usage.input_tokens, cached_input_tokens=usage.cached_input_tokens,
            output_tokens=usage.output_tokens,
            **{"job.id": claim.job_key}, kind=claim.kind, position=claim.position,
            stage=REPAIR_STAGE if claim.findings else claim.stage.value,
            attempt=claim.attempts, attempt_id=claim.attempt_id, request_id=receipt.request_id,
            is_simulated=receipt.is_simulated,
        ) | ({"server.address": address.hostname} if address.hostname else {})
        | ({"http.response.status_code": receipt.http_status} if receipt.http_status else {}),
    )
