"""What an error of a provider means, and what it teaches about its server.

Each provider, proxy and server has its own status for the same trouble, so words and codes decide first and the
status last.  The questions are asked in order: the first that is answered yes is what the error means."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property

from generation.core.dialects import BOUNDS, JSON_OBJECT, JSON_SCHEMA, LENGTHS, NAMES, ROLES, STRICT, Learned, Wire
from generation.core.outcomes import CallCode
from generation.llm import error_words as words
from generation.llm import waits
from generation.llm.error_body import Said
from generation.llm.quotations import own_words

LEAST_CONTEXT, LEAST_OUTPUT = 2_048, 1_024      # what a server states below that is not believed
_STRICT_ALONE = re.compile(r"json_schema\.strict\b|['\"`]strict['\"`]")
_STATUS_CODES = {
    401: CallCode.AUTH, 402: CallCode.OUT_OF_CREDIT, 403: CallCode.NO_ACCESS,
    404: CallCode.WRONG_ADDRESS, 405: CallCode.WRONG_ADDRESS, 408: CallCode.TIMEOUT,
    409: CallCode.SERVER_ERROR, 425: CallCode.SERVER_ERROR,      # conflict and "too early" pass by themselves
    410: CallCode.UNKNOWN_MODEL, 413: CallCode.TOO_LONG, 429: CallCode.RATE_LIMITED, 498: CallCode.RATE_LIMITED,
    451: CallCode.NO_ACCESS,
}


def is_page(raw: str) -> bool:
    """Whether a web page came, and not an answer of a provider."""
    return words.HTML.match(raw) is not None


def meaning(status: int, said: Said, raw: str, wire: Wire, request: str = "") -> tuple[CallCode, Learned]:
    """What an error of `status` means, and what it teaches about the server.  Status 0: none was stated.

    `request` is what was asked, in lower case: what an error quotes of it says nothing."""
    nothing = Learned()
    heard = _Heard(status, said, own_words(said.words, request), request)
    says, codes = heard.says, heard.codes
    if is_page(raw):
        return _page(status), nothing
    if words.BLOCKED.match(raw):
        return CallCode.RATE_LIMITED if status == 429 else CallCode.BLOCKED, nothing
    if said.text or says(words.INVALID_OUTPUT):
        return CallCode.UNUSABLE, nothing
    if status in {413, 429} or (codes & {"429", "rate_limit_exceeded"} and status < 500):
        return _limited(heard), nothing
    if status not in {401, 402} and heard.is_filtered:
        return CallCode.FILTERED, nothing
    is_context = heard.is_of_context
    if status != 402 and not is_context and says(words.OF_A_DAY) and not heard.is_of_credit:
        return CallCode.QUOTA_SPENT, nothing
    if heard.is_of_credit:
        return CallCode.OUT_OF_CREDIT, nothing
    if status == 402:
        is_quota = words.DAILY.search(" ".join(codes))
        return CallCode.QUOTA_SPENT if is_quota else CallCode.OUT_OF_CREDIT, nothing
    if status == 401 or heard.is_of_key:
        return CallCode.AUTH, nothing
    if status < 500 and (codes & words.COUNTRY_CODES or says(words.COUNTRY)):
        return CallCode.NO_ACCESS, nothing
    if says(words.LOADING):
        return CallCode.SERVER_ERROR, nothing
    if not is_context and says(words.CAP) and not says(words.NO_SUCH_FIELD):
        is_of_this = says(words.OF_THIS_PROMPT)
        limit = None if is_of_this else _stated(words.CAP_NUMBERS, heard.text, LEAST_OUTPUT)
        return CallCode.CAP_REFUSED, Learned(output_tokens=limit)
    refused = _refused(heard, wire)
    of_itself = is_context and not says(words.NO_SUCH_FIELD)
    if status not in {403, 405} and refused and not of_itself and not says(words.MODEL_ONLY):
        return CallCode.FIELD_REFUSED, Learned(refused)
    if is_context:
        return CallCode.TOO_LONG, Learned(context_tokens=_context(heard))
    return _about_the_route(heard), nothing


def _about_the_route(heard: "_Heard") -> CallCode:
    """What speaks of none of the above: the model, the address, the right to use them, or nothing that we know."""
    status, says = heard.status, heard.says
    if says(words.NOT_OPEN_TO_ALL):
        return CallCode.NO_ACCESS
    if says(words.ADDRESS):
        return CallCode.WRONG_ADDRESS
    if status != 403 and (heard.codes & words.MODEL_CODES or says(words.MODEL)):
        return CallCode.UNKNOWN_MODEL
    if status < 500 and status != 404 and says(words.RATE):
        return CallCode.QUOTA_SPENT if says(words.DAILY) else CallCode.RATE_LIMITED
    if "degraded function" in heard.text:
        return CallCode.SERVER_ERROR
    if status < 500 and status != 404 and says(words.ACCESS):
        return CallCode.NO_ACCESS
    return _STATUS_CODES.get(status, CallCode.BAD_REQUEST if 400 <= status < 500 else CallCode.SERVER_ERROR)


@dataclass(frozen=True)
class _Heard:
    """An error as its server meant it: `own` are its words, without those of the request."""

    status: int
    said: Said
    own: str
    request: str

    @cached_property
    def codes(self) -> set[str]:
        """Those of its fields, and of JSON within its words that is not the request's."""
        return self.said.codes | {code for code in self.said.inner_codes if code not in self.request}

    @cached_property
    def text(self) -> str:
        return f"{self.own} {' '.join(sorted(self.codes))}"

    def says(self, pattern: re.Pattern[str]) -> bool:
        return pattern.search(self.text) is not None

    @property
    def is_of_context(self) -> bool:
        """Of this request alone, so a quotation does no harm; a limit that stands in one is not learned."""
        said = words.NO_CONTEXT.sub(" ", f"{self.said.words} {self.text}")
        return bool(self.codes & words.TOO_LONG_CODES) or words.TOO_LONG.search(said) is not None

    @property
    def is_filtered(self) -> bool:
        """A server's own failure may have such words; then only those that cannot mean anything else count."""
        pattern = words.FILTERED if self.status < 500 else words.FILTERED_SURELY
        return bool(self.codes & words.FILTER_CODES) or self.says(pattern)

    @property
    def is_of_credit(self) -> bool:
        """Of a whole account, so loose words count only where the status is of accounts, too."""
        pattern = words.CREDIT if self.status in {402, 403} else words.CREDIT_SURELY
        return bool(self.codes & words.OUT_OF_CREDIT_CODES) or self.says(pattern)

    @property
    def is_of_key(self) -> bool:
        """Likewise."""
        pattern = words.KEY if self.status == 403 else words.KEY_SURELY
        return self.status < 500 and (bool(self.codes & words.KEY_CODES) or self.says(pattern))


def _page(status: int) -> CallCode:
    if status >= 500 or status in {408, 425}:
        return CallCode.SERVER_ERROR
    known = {401: CallCode.AUTH, 402: CallCode.OUT_OF_CREDIT, 403: CallCode.BLOCKED, 413: CallCode.TOO_LONG,
             429: CallCode.RATE_LIMITED, 406: CallCode.BLOCKED, 451: CallCode.NO_ACCESS}
    return known.get(status, CallCode.WRONG_ADDRESS)


def _limited(heard: _Heard) -> CallCode:
    """Of the kinds of "too much": the request itself, the account, the day, or only this minute."""
    text, codes, status = heard.text, heard.codes, heard.status
    numbers = words.REQUESTED.search(text)
    if numbers is not None:
        limit, requested = (int(number.replace(",", "")) for number in numbers.groups())
        if requested > limit:
            return CallCode.TOO_LONG
    if re.search(r"\blimit: 0\b", text):      # Google: not in this tier at all
        return CallCode.NO_ACCESS
    if heard.says(words.TOO_LARGE) or (codes & words.TOO_LONG_CODES and status != 429) or status == 413:
        return CallCode.TOO_LONG
    # Google says "check your plan and billing" of every quota, also of a minute's.
    is_of_credit = heard.says(words.CREDIT) and "resource_exhausted" not in codes
    if codes & words.OUT_OF_CREDIT_CODES or is_of_credit:
        return CallCode.OUT_OF_CREDIT
    if heard.says(words.DAILY):
        return CallCode.QUOTA_SPENT
    return CallCode.TOO_LONG if codes & words.TOO_LONG_CODES else CallCode.RATE_LIMITED


def _refused(heard: _Heard, wire: Wire) -> frozenset[str]:
    """Names that `wire` says and the server will not have."""
    text, fields = heard.text, heard.said.fields
    if words.ROLES.search(text) and (news := wire.news_in({ROLES})):
        return news
    named = set(fields) & NAMES if words.NO_SUCH_FIELD.search(text) else set()
    blamed = words.INSTEAD.sub(" ", text)
    if words.UNKNOWN_FIELD.search(text):
        named |= {name for name in NAMES if re.search(_named(name), blamed)}
        if _STRICT_ALONE.search(blamed):
            return wire.news_in({STRICT})
        if "response_format" in fields or words.FORMAT.search(blamed):
            named |= {JSON_SCHEMA, JSON_OBJECT}
    # Bounds first: without them a schema is one that more servers take.
    is_of_schema = words.SCHEMA.search(text)
    if is_of_schema and wire.sends(LENGTHS) and words.LENGTHS.search(text):
        return frozenset({LENGTHS})
    if is_of_schema and wire.sends(BOUNDS) and words.BOUNDS.search(text):
        return frozenset({BOUNDS})
    if is_of_schema and words.BAD_SCHEMA.search(text):
        return frozenset({BOUNDS}) if wire.sends(BOUNDS) else wire.news_in({JSON_SCHEMA})
    return wire.news_in(named)


def _named(name: str) -> str:
    """How an error says that field: a short name only between quotes or as an item of a list."""
    if name in {"store", "strict", "stream", "bounds", "lengths", "roles"}:
        return (
            rf"['\"`.]{name}(?:['\"`:,\s]|$)"
            rf"|(?:supplied|arguments?|parameters?|params?|fields?|inputs?|keys?):? (?:[\w.]+, ?)*{name}\b"
            rf"|\b{name}: (?:extra|unknown|unexpected|unsupported|property|not)"
            rf"|\b{name} (?:is |was |are )?(?:not|un)[ ]?(?:support|allow|permit|known|recogni|expected)"
        )
    return rf"(?<![\w-]){name}(?![\w-])"


def _context(heard: _Heard) -> int | None:
    """The length of the context that the server stated."""
    for key in ("n_ctx", "max_model_len", "context_length", "max_context_length"):
        value = heard.said.numbers.get(key)
        if value is not None and LEAST_CONTEXT <= value < 1e9:
            return int(value)
    said, request = heard.said.words, heard.request
    summed = words.SUMMED.search(said)      # of request and reply, over what there is
    if summed is not None and summed[0] not in request:
        return int(summed[1])
    return _stated(words.CONTEXT_NUMBERS, said, LEAST_CONTEXT, request)


def _stated(pattern: re.Pattern[str], text: str, least: int, request: str = "") -> int | None:
    for found in pattern.finditer(text):
        if found[0] in request:
            continue
        number = int(next(group for group in found.groups() if group).replace(",", ""))
        if least <= number < 100_000_000 and not words.OTHER_UNITS.match(text, found.end()):
            return number
    return None


def wait_in(said: Said, raw: str, now: dt.datetime) -> float | None:
    """Seconds that the body asks us to wait, from its fields or its words."""
    for key, unit_s in (("retrydelay", 1.0), ("retry_after_ms", 0.001), ("retry_after", 1.0), ("retryafter", 1.0),
                        ("retry_after_seconds", 1.0), ("estimated_time", 1.0)):
        if key in said.numbers:
            return waits.bounded(said.numbers[key] * unit_s)
    reset = said.numbers.get("x-ratelimit-reset")
    if reset is None and (found := re.search(r'"x-ratelimit-reset":\s*"?(\d{10,13})', raw, re.IGNORECASE)):
        reset = float(found[1])
    if reset is not None and reset > 1e9:
        return waits.bounded((reset / 1_000 if reset > 1e11 else reset) - now.timestamp())
    return waits.in_words(said.message or said.words)
