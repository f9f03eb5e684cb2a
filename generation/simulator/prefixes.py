"""Cached tokens: how much of a prompt's beginning was read before.

Like the providers: from 1,024 tokens on, in steps of 128, for the same cache key, for some minutes
after its last use.  A prefix is warm once the call that brought it has been read."""

import hashlib
from collections import OrderedDict

CHARACTERS_A_TOKEN = 4
FEWEST_TOKENS = 1_024
STEP_TOKENS = 128
KEPT_S = 300.0
MAX_PREFIXES = 50_000


class Prefixes:
    """What was read, by digest of its beginning.  Bounded: the least recently used go first."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[float, float]] = OrderedDict()     # warm from, forgotten at

    def read(self, prompt: bytes, cache_key: str, now_s: float) -> tuple[int, list[bytes]]:
        """How many tokens of `prompt` are warm, and the digests to `remember` once it is read."""
        digests = _digests(prompt, cache_key)
        for position in range(len(digests) - 1, -1, -1):
            known = self._known.get(digests[position])
            if known is not None and known[0] <= now_s < known[1]:
                return FEWEST_TOKENS + position * STEP_TOKENS, digests
        return 0, digests

    def remember(self, digests: list[bytes], *, warm_from_s: float) -> None:
        for digest in digests:
            earlier = self._known.get(digest)
            # A second call on its way does not make a warm prefix cold again.
            warm = warm_from_s if earlier is None or earlier[1] <= warm_from_s else min(earlier[0], warm_from_s)
            self._known[digest] = (warm, warm_from_s + KEPT_S)
            self._known.move_to_end(digest)
        while len(self._known) > MAX_PREFIXES:
            self._known.popitem(last=False)


def _digests(prompt: bytes, cache_key: str) -> list[bytes]:
    """One digest for each prefix that may be cached, shortest first."""
    step = STEP_TOKENS * CHARACTERS_A_TOKEN
    end = FEWEST_TOKENS * CHARACTERS_A_TOKEN
    if len(prompt) < end:
        return []
    running = hashlib.blake2b(cache_key.encode("utf-8", "replace") + b"\0" + prompt[:end], digest_size=16)
    digests = [running.digest()]
    for start in range(end, len(prompt) - step + 1, step):
        running.update(prompt[start:start + step])
        digests.append(running.digest())
    return digests
