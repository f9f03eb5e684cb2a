"""Keys and passwords never reach a row, a log line or a page: errors of others are scrubbed first."""

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8      # a shorter "key" is a placeholder such as `none`, and would blank out common words

_PATTERNS = (
    # OpenAI and its likes, also half masked by the provider itself: sk-proj-Ab**********xYz
    (re.compile(r"\bsk-[A-Za-z0-9_*.-]{4,}"), HIDDEN),
    (re.compile(r"\b(Bearer)\s+[A-Za-z0-9_~+/=.*-]{4,}", re.IGNORECASE), rf"\1 {HIDDEN}"),
    # Base64 has a digit, a sign or a capital inside; the word after "basic" in a sentence has not.
    (re.compile(r"\b((?i:basic))\s+(?=\w*(?:[0-9+/=]|[a-z][A-Z]))[A-Za-z0-9+/=]{4,}"), rf"\1 {HIDDEN}"),
    # `OPENAI_API_KEY=...`, `"api-key": "..."`, `password: ...`
    (
        re.compile(
            r"""(?<![a-z0-9])((?:api|secret|access)[_-]?key|password|passwd|token)(["']?\s*[=:]\s*["']?)"""
            r"""[^\s"',;&)]{4,}""",
            re.IGNORECASE,
        ),
        rf"\1\2{HIDDEN}",
    ),
    # Our own API tokens, and the secrets of webhooks (Standard Webhooks)
    (re.compile(r"\bcw_[A-Za-z0-9_-]{20,}"), HIDDEN),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]{8,}"), HIDDEN),
    # postgresql://user:password@host
    (re.compile(r"(://[^\s:/@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without what looks like a key, a bearer token or a password, nor any of `secrets`."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
