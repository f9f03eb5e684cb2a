"""How a call can end, in sentences."""

from generation.core.outcomes import CallCode

CALL_CODE_MEANINGS: dict[CallCode, str] = {
    CallCode.OK: "A reply came, and it was good.",
    CallCode.INVALID: "A reply came, but it broke the schema or a rule; the findings say which.",
    CallCode.TRUNCATED: "The reply was cut off at the length limit.",
    CallCode.TOO_LONG: "The request does not fit into the model's context.",
    CallCode.REFUSED: "The model declined to answer.",
    CallCode.FILTERED: "The provider's content filter stopped the reply.",
    CallCode.TIMEOUT: "No reply came in time.",
    CallCode.RATE_LIMITED: "The provider asked us to slow down.",
    CallCode.OUT_OF_CREDIT: "The provider account has no credit left.",
    CallCode.AUTH: "The provider refused the key.",
    CallCode.BAD_REQUEST: "The provider rejected the request as wrong.",
    CallCode.SERVER_ERROR: "The provider failed.",
    CallCode.CONNECTION: "The provider could not be reached.",
    CallCode.MALFORMED: "The answer could not be read as a completion.",
    CallCode.ABANDONED: "We stopped listening: the job was cancelled, or the worker was stopped.",
    CallCode.LOST: "The worker died; whether the provider answered is not known.",
    CallCode.INTERNAL: "Our own program failed.",
}
