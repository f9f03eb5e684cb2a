"""How a call can end, in sentences."""

from generation.core.outcomes import CallCode

CALL_CODE_MEANINGS: dict[CallCode, str] = {
    CallCode.OK: "A reply came, and it was good.",
    CallCode.INVALID: "A reply came, but it broke the schema or a rule; the findings say which.",
    CallCode.TRUNCATED: "The reply was cut off at the length limit.",
    CallCode.TOO_LONG: "The request does not fit into the model's context.",
    CallCode.REFUSED: "The model declined to answer.",
    CallCode.FILTERED: "The provider's content filter stopped the reply.",
    CallCode.UNUSABLE: "A completion came and was billed, but it holds no complete document.",
    CallCode.TIMEOUT: "No reply came in time.",
    CallCode.RATE_LIMITED: "The provider asked us to slow down.",
    CallCode.OUT_OF_CREDIT: "The provider account has no credit left.",
    CallCode.AUTH: "The provider refused the key.",
    CallCode.QUOTA_SPENT: "The quota of the day, or of a longer time, is used up.",
    CallCode.KEY_UNBOUND: "Nothing was sent: the key is not set, or not bound to the route's address.",
    CallCode.ADDRESS_REFUSED: "Nothing was sent: the address leads where no call is made.",
    CallCode.NO_ACCESS: "The account may not use this model, or not from this country.",
    CallCode.BLOCKED: "A firewall's page came instead of an answer.",
    CallCode.UNKNOWN_MODEL: "The provider does not know the model.",
    CallCode.WRONG_ADDRESS: "Nothing at this address answers chat completions.",
    CallCode.FIELD_REFUSED: "The server does not know a field of the request; it is left out from then on.",
    CallCode.CAP_REFUSED: "The model cannot write as long a reply as was allowed; less is allowed from then on.",
    CallCode.BAD_REQUEST: "The provider rejected the request as wrong.",
    CallCode.SERVER_ERROR: "The provider failed.",
    CallCode.CONNECTION: "The provider could not be reached.",
    CallCode.MALFORMED: "The answer could not be read as a completion.",
    CallCode.ABANDONED: "We stopped listening: the job was cancelled, or the worker was stopped.",
    CallCode.LOST: "The worker died; whether the provider answered is not known.",
    CallCode.INTERNAL: "Our own program failed.",
}
