"""One digest for equal inputs, whatever the order of their keys."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:     # Any: whatever json can write
    """Compact JSON with sorted keys: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(*parts: Any) -> str:
    """SHA-256 (hex, 64 characters) over the canonical JSON of `parts`."""
    return hashlib.sha256(canonical_json(list(parts)).encode("utf-8", "surrogatepass")).hexdigest()
