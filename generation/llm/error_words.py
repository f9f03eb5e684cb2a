"""The words and codes by which errors are known, from the references and reports of many providers and servers.

Texts are compared in lower case.  Distances are bounded, so that no text makes a search slow."""

import re


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.DOTALL)


# help.openai.com 6614457 and 5955604, and the references of the others; `type` alone is too coarse.
OUT_OF_CREDIT_CODES = frozenset({
    "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded", "organization_usage_limit_exceeded", "billing_hard_limit_reached",
    "insufficient_balance", "arrearage", "budget_exceeded", "1113", "billing_not_active",
    "exceeded_current_quota_error", "insufficient_credits", "payment_required", "account_overdue",
})
FILTER_CODES = frozenset({
    "content_filter", "content_policy_violation", "responsibleaipolicyviolation", "data_inspection_failed",
    "datainspectionfailed", "prohibited_content", "content_blocked", "moderation_error", "contentfilterblock",
    "cyber_policy_violation", "invalid_prompt", "content_filtered", "guardrail_intervened", "sensitive_content",
})
TOO_LONG_CODES = frozenset({
    "context_length_exceeded", "string_above_max_length", "exceed_context_size_error", "context_window_exceeded",
    "contextwindowexceedederror", "tokens_limit_reached", "request_too_large", "array_above_max_length",
    "input_too_long", "prompt_too_long", "model_max_prompt_tokens_exceeded",
})
KEY_CODES = frozenset({
    "invalid_api_key", "api_key_invalid", "authentication_error", "unauthenticated", "invalid_authentication_error",
    "authentication_failed", "invalidapikey", "account_deactivated", "invalid_key", "api_key_expired",
    "missing_api_key",
    "ip_not_authorized", "api_key_service_blocked", "consumer_suspended", "incorrect_api_key", "unauthorized",
    "token_expired", "invalid_token",
})
MODEL_CODES = frozenset({
    "model_not_found", "model_not_exist", "invalid_model", "unknown_model", "deploymentnotfound", "model_not_available",
    "model_decommissioned", "modelnotfound", "unsupported_model", "model_not_supported", "invalid_model_error",
    "model_not_found_error", "modelnotopen", "model_archived", "model_deprecated",
})
COUNTRY_CODES = frozenset({"unsupported_country_region_territory", "unsupported_country", "region_not_supported"})

FILTERED = _any_of(
    r"\bflagged\b(?! as unhealthy)", r"requires? moderation", r"moderation (?:system|policy|filter|blocked|failed)",
    r"content[ _-]?(?:policy|filter)", r"content management policy", r"inappropriate content", r"content exists risk",
    r"prohibited[ _]content", r"violat\w+ .{0,80}(?:polic|guideline|terms of (?:use|service))",
    r"(?:blocked|rejected|stopped|refused) .{0,60}(?:safety|harm|guardrail)",
    r"safety (?:system|settings|reasons|filter|polic)", r"sensitive (?:content|information|words?)",
    r"unsafe content", r"\bblockreason\b", r"self[ -]harm", r"jailbreak", r"safety check",
    r"usage polic", r"high[ -]risk content",
    r"guardrail .{0,40}(?:intervened|blocked|violat|failed)", r"敏感|违规|不安全|不合规",
)
FILTERED_SURELY = _any_of(r"content[ _-]?policy", r"content management policy", r"responsible ?ai ?policy")
# What can mean nothing but the account; and what means it where the status is of accounts, too.
CREDIT_SURELY = _any_of(
    r"insufficient (?:account )?(?:balance|credits?\b|funds|quota)", r"credit balance (?:is )?(?:too low|insufficient)",
    r"(?:account|team)\w* .{0,30}(?:out of|no|have any|not enough) credits", r"payment required",
    r"billing[ _]hard[ _]limit", r"billing (?:is )?not active", r"\barrearage", r"account .{0,30}overdue",
    r"exceeded your current quota, please check your plan", r"exceeded your monthly included credits",
    r"budget[ _](?:has been )?exceeded", r"exceeded ?budget", r"teams? .{0,40}any credits", r"余额不足|欠费",
)
CREDIT = _any_of(
    CREDIT_SURELY.pattern, r"(?:out of|no|not enough|more|enough) credits?\b(?! were charged)", r"credit balance",
    r"overdue .{0,20}(?:bill|payment)", r"(?:account |wallet )balance", r"enough (?:balance|quota|funds)",
    r"\brecharge\b", r"\btop[ -]?up\b", r"spend(?:ing)? limit", r"prepaid .{0,30}(?:exhausted|depleted)",
    r"free (?:trial|tier) .{0,30}(?:ended|expired)", r"negative (?:credit )?balance", r"(?:have|has) any credits",
    r"purchase (?:more )?credits", r"请充值",
)
KEY_SURELY = _any_of(
    r"api[ _-]?key .{0,30}(?:not valid|invalid|expired|not found|incorrect|revoked|disabled|not exist|leaked"
    r"|not authori[sz]ed|suspended|deactivated|blocked|denied)",
    r"(?:invalid|incorrect|wrong|expired|malformed) (?:provider |bearer |openai )?(?:api[ _-]?key|access token"
    r"|auth(?:entication|orization)? (?:token|header|credentials?))", r"(?:no|missing) api[ _-]?key",
    r"authentication (?:failed|error|fails|required)", r"invalid authentication", r"not authenticated",
    r"\bunauthenticated\b", r"subscription key", r"no auth credentials", r"no cookie auth",
    r"^\s*(?:error: )?unauthori[sz]ed\W*(?:$|\n)",
    r"your account (?:has been |is |was )?(?:deactivated|suspended|banned)",
    r"无效的令牌|令牌已过期|密钥无效",
)
KEY = _any_of(
    KEY_SURELY.pattern, r"api[ _-]?key .{0,20}(?:missing|required)",
    r"\bunauthori[sz]ed\b(?! (?:content|use|topic|words?|text))",
    r"(?:api|access|auth) (?:token|key) (?:has )?(?:been )?(?:expired|revoked|disabled)", r"invalid (?:bearer )?token",
    r"account (?:has been |is |was )?(?:deactivated|suspended|disabled|banned)",
    r"\bip\b .{0,30}not .{0,20}(?:authorized|whitelist)", r"requests? .{0,20}from this referer .{0,30}blocked",
)
COUNTRY = _any_of(
    r"(?:country|region|territory|location) .{0,60}(?:not (?:supported|available|allowed|eligible)|unsupported"
    r"|restricted)",
    r"unsupported_country",
    r"(?:not (?:supported|available|accessible)|unavailable|restricted) in (?:your|this) (?:country|region"
    r"|location)",
)
ACCESS = _any_of(
    r"(?:not|n't) have (?:access|permission)", r"access (?:to (?:this|the) model )?(?:is )?denied",
    r"not (?:allowed|permitted|authorized|entitled|enabled|eligible) (?:to|for)", r"permission[ _]denied",
    r"must be verified", r"gated (?:repo|model)", r"accept the (?:license|terms|model)", r"not .{0,20}subscribed",
    r"\bunpurchased\b", r"(?:requires?|upgrade) .{0,40}(?:plan|tier|subscription)",
    r"model access .{0,30}(?:denied|not)", r"tier .{0,20}not .{0,20}access",
)
MODEL = _any_of(
    r"\bmodels?\b(?:(?!context|response_format|json).){0,120}?(?:not found|(?:does|do)(?: not|n't) exist"
    r"|not exist|not available|no longer|decommissioned|deprecated|not loaded|is not supported|not a valid"
    r"|is invalid|unknown|not served|been shut down|been retired|isn't loaded)",
    r"(?:no such|unknown|invalid|unsupported|unrecognized|not a valid|cannot find|could not find"
    r"|can't find) (?:the )?model",
    r"no endpoints (?:found|available)", r"try pulling it", r"no models? (?:is |are )?(?:currently )?loaded",
    r"deployment .{0,60}(?:not exist|not found)", r"no healthy deployments? .{0,60}model", r"model[ _]not[ _]found",
    r"invalid model name passed", r"no allowed providers", r"function .{0,80}not found for account",
    r"no available channels? for model", r"无可用渠道|模型不存在", r"multiple models are loaded",
    r"failed to load model",
)
TOO_LONG = _any_of(
    r"maximum context length", r"context[ _-]?(?:length|window|size|limit)",
    r"prompt .{0,40}(?:too (?:long|large)|exceed)", r"input .{0,40}too (?:long|large|many)",
    r"input (?:token|length) .{0,60}exceed", r"too many (?:input |prompt )?tokens",
    r"tokens? .{0,80}exceeds? .{0,60}(?:max|limit|allowed|supported)", r"reduce the length",
    r"exceeds? (?:the )?(?:max(?:imum)?|limit).{0,50}tokens", r"larger than the context",
    r"longer than .{0,40}(?:maximum|context|model)", r"range of input length",
    r"request (?:entity|body|payload)? ?(?:is )?too (?:large|long|big)", r"payload too large",
    r"content (?:size|length) .{0,40}exceed", r"\bn_ctx\b", r"tokens to keep from the initial prompt",
    r"`?inputs`? tokens \+ `?max_new_tokens`? must be",
    r"maximum (?:allowed )?(?:number of )?(?:input |prompt )?tokens",
    r"kv cache .{0,60}(?:too small|not enough|insufficient)", r"requested tokens .{0,40}exceed", r"max_prompt_tokens",
    r"sequence length .{0,60}(?:exceed|longer|greater)", r"(?:exceed|over) .{0,30}max_model_len",
    r"max_tokens must be at least 1, got -", r"cannot truncate to", r"max length exceeded", r"token limit: \d",
    r"maximum prompt length", r"超长|超出.{0,20}(?:长度|上限)",
)
CAP = _any_of(
    r"max(?:imum)?_?(?:completion|output|new)?_?tokens?`?'?\"?.{0,100}?(?:too (?:large|high|big)"
    r"|less than or equal|cannot exceed|can't exceed|exceeds?|at most|greater than|maximum (?:value|allowed)"
    r"|valid range|should be (?:in|less)|must be (?:in|less|between|at most)|<= ?\d|out of range|> ?\d"
    r"|above maximum|expected a value <=|is limited)",
    r"range of max_tokens", r"maximum allowed number of output tokens", r"valid range of max_tokens",
    r"supports? at most \d+ (?:completion|output) tokens",
)
CAP_NUMBERS = re.compile(
    r"(?:at most|less than or equal to|cannot exceed|can't exceed|<=|not exceed|less than"
    r"|maximum (?:value|allowed)[^0-9]{0,60}|up to)\s*[`'\"(]?(\d{2,9})"
    r"|[\[(]\s*\d+\s*,\s*(\d{2,9})\s*[\])]|>\s*(\d{2,9})|between \d+ and (\d{2,9})|\b1 ?(?:-|to) ?(\d{3,9})",
    re.DOTALL,
)
CONTEXT_NUMBERS = re.compile(
    r"(?:maximum context length|context (?:length|window|size|limit)|max_model_len|n_ctx|maximum prompt length"
    r"|maximum (?:number of )?(?:input )?tokens(?: allowed)?|max length|token limit)"
    r"(?:(?!n_keep)[^0-9]){0,50}?(\d[\d,]{2,11})"
    r"|exceeds? the limit of (\d[\d,]{2,11})|while limit is (\d[\d,]{2,11})"
    r"|(\d[\d,]{2,11}) maximum context|max_new_tokens`? must be <= ?(\d[\d,]{2,11})"
    r"|>\s*(\d[\d,]{2,11})\s*(?:maximum|tokens)"
    r"|(?:allowed|maximum|supported)[^0-9]{0,20}\(\s*(\d[\d,]{2,11})\s*\)")
OTHER_UNITS = re.compile(r"\s*(?:char|byte|kb|mb|word|letter|symbol)")      # after a number that is none of tokens
# A limit that the request itself left: the next one has another.
OF_THIS_PROMPT = _any_of(
    r"for this (?:prompt|request|input)", r"your (?:prompt|input|messages)", r"remaining", r"subtract")
SUMMED = re.compile(r"\d{1,9} \+ \d{1,9} > (\d{4,9})\b")
REQUESTED = re.compile(r"limit[^0-9a-z]{0,4}(\d[\d,]*)\D.{0,80}?requested[^0-9a-z]{0,4}(\d[\d,]*)", re.DOTALL)
TOO_LARGE = _any_of(
    r"request(?:ed)? (?:is )?too large", r"(?:single|one) request .{0,40}exceed", r"must be reduced in order to run",
    r"(?:can|will) never (?:succeed|be)",
    r"request .{0,30}larger than .{0,30}(?:limit|quota)",
)
DAILY = _any_of(
    r"per[ _-]?day", r"\bdaily\b", r"\b[rt]pd\b", r"perday", r"per[ _-]?(?:month|week)\b",
    r"(?<![a-z])(?:month|week)ly", r"24[ -]?hours?", r"tomorrow", r"today's (?:quota|limit)",
)
RATE = _any_of(
    r"rate[ _-]?limit", r"too many requests", r"resource[ _]exhausted", r"throttl", r"concurrency (?:limit|exceeded)",
    r"capacity exceeded", r"quota exceeded", r"请求过多|频率|速率限制", r"requests? per (?:minute|second)",
    r"tokens per minute", r"slow down", r"try again (?:in|after) [\d.]+ ?(?:s|m)",
)
ROLES = _any_of(
    r"roles? must alternate",
    r"system (?:role|message|prompt|instruction)s? .{0,40}(?:not|n't|un)(?: be)? ?(?:support|allow|enabled)",
    r"only user(?:,)? and assistant roles", r"(?:developer|system) instruction is not enabled",
    r"after the optional system message", r"consecutive (?:user|messages)", r"unexpected role",
    r"does not support system",
)
UNKNOWN_FIELD = _any_of(
    r"unknown", r"unrecogni[sz]ed", r"unsupported", r"unexpected",
    r"(?:not|n't) (?:currently )?(?:be )?(?:support|permit|allow|recogni[sz]|implement|available|exist|valid)",
    r"extra", r"cannot find field", r"unavailable", r"\bforbidden\b", r"no such (?:field|parameter)",
    r"invalid (?:field|parameter|argument|property)", r"must be (?:one of|'?text)", r"not be (?:set|specified|used)",
    r"should be ", r"handle the requested", r"must be ['\"]", r"is invalid", r"no longer", r"not one of",
)
SCHEMA = _any_of(
    r"invalid schema", r"json[ _-]?schema", r"\bgrammar\b",
    r"schema .{0,60}(?:too (?:complex|large|deep|many)|unsupported|invalid|not supported|error)", r"too many states",
    r"regex", r"number of repetitions", r"\b(?:min|max)(?:length|items|properties)\b",
    r"['\"`](?:exclusive)?(?:min|max)imum['\"`]", r"\bpattern\b", r"multipleof", r"guided", r"structured output",
    r"outlines|xgrammar|llguidance", r"failed to initialize samplers", r"nesting depth",
    r"request contains an invalid argument",
)
FORMAT = _any_of(
    r"response[ _]?format", r"json[ _-](?:mode|object|schema|output)", r"json_schema|json_object",
    r"structured[ _]outputs?", r"input should be 'text'", r"handle the requested parameters",
)
INSTEAD = re.compile(
    r"(?:use|try|consider)\s+['\"`]?\w+['\"`]?\s+instead.*|instead,? (?:of|use) ['\"`]?\w+.*"
    r"|(?:expected|must be) one of.*|did you mean.*"
    r"|(?:supported|valid|allowed|available) (?:parameters|fields|values|arguments).*",
    re.DOTALL,
)
# Of a schema: what a server may not know of it, and what speaks against it as a whole.
LENGTHS = _any_of(r"\b(?:min|max)length\b", r"repetition")
BOUNDS = _any_of(
    r"\b(?:min|max)(?:length|items)\b", r"['\"`](?:exclusive)?(?:min|max)imum['\"`]", r"\bpattern\b", r"grammar",
    r"too many states", r"too complex", r"regex", r"multipleof", r"samplers", r"nesting",
    r"contains an invalid argument",
)
BAD_SCHEMA = _any_of(
    r"invalid schema", r"grammar", r"too many states", r"too complex",
    r"schema .{0,60}(?:unsupported|not supported|invalid)",
)
NOT_OPEN_TO_ALL = _any_of(r"data policy", r"guardrail restrictions", r"have access to this model")
OF_A_DAY = _any_of(
    r"(?:daily|weekly|monthly|per[ _-]?(?:day|week|month)|perday|\b[rt]pd\b).{0,60}"
    r"(?:limit|quota|exceeded|used up|exhausted)",
    r"(?:limit|quota|exceeded|used up|exhausted).{0,80}"
    r"(?:per[ _-]?(?:day|week|month)|perday|daily|today|\b[rt]pd\b)",
    r"(?:daily|weekly|monthly)_(?:request|token)",
)
INVALID_OUTPUT = _any_of(
    r"json_validate_failed", r"failed to (?:generate|validate) json", r"generated .{0,40}(?:invalid|not valid) json",
    r"output_parse_failed", r"failed_generation",
)
NO_SUCH_FIELD = _any_of(
    r"unsupported", r"unknown", r"unrecogni[sz]ed", r"extra (?:inputs|fields)", r"unexpected", r"not supported",
    r"not permitted", r"cannot find field",
)
NO_CONTEXT = re.compile(r"less than the ['\"`]?context[ _]window['\"`]? for this model")      # Groq, of its output cap
MODEL_ONLY = _any_of(
    r"no endpoints found for", r"model .{0,60}(?:not found|does not exist)",
)
HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<title|<h1|<center)", re.IGNORECASE)
BLOCKED = re.compile(r"\s*error code: 10\d\d\b", re.IGNORECASE)      # Cloudflare, without its page
LOADING = _any_of(
    r"loading model", r"model .{0,60}(?:is )?(?:currently )?loading", r"is (?:still )?warming up",
)
ADDRESS = _any_of(
    r"unexpected endpoint", r"404 page not found", r"no route matches", r"invalid url",
    r"unknown (?:request )?(?:url|path|endpoint|route)", r"cannot post ", r"route not found", r"not a chat model",
)
