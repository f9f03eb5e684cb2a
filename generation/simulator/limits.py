"""Requests and tokens per minute: headers like the real ones, and refusals if wanted.

Buckets refill continuously, as the providers' do: half a minute gives back half the limit."""

from collections.abc import Callable
from dataclasses import dataclass

# What the headers claim when nothing is enforced.
USUAL_RPM = 10_000
USUAL_TPM = 10_000_000


class Bucket:
    """`per_minute` units, refilled continuously."""

    def __init__(self, per_minute: int, now_s: float) -> None:
        self.per_minute = per_minute
        self._level = float(per_minute)
        self._as_of_s = now_s

    def level(self, now_s: float) -> float:
        self._level = min(self.per_minute, self._level + (now_s - self._as_of_s) * self.per_minute / 60)
        self._as_of_s = now_s
        return self._level

    def wait_s(self, amount: float, now_s: float) -> float:
        """Seconds until `amount` is there; an amount over the limit waits for a full bucket."""
        missing = min(amount, self.per_minute) - self.level(now_s)
        return max(0.0, missing * 60 / self.per_minute)

    def take(self, amount: float, now_s: float) -> None:
        self._level = max(0.0, self.level(now_s) - amount)

    def refill_s(self, now_s: float) -> float:
        return (self.per_minute - self.level(now_s)) * 60 / self.per_minute


@dataclass(frozen=True)
class Exceeded:
    """Why a call was not admitted."""

    noun: str       # `requests` or `tokens`
    limit: int
    wait_s: float


class RateLimits:
    """The account's limits.  A limit that is None is shown, not enforced."""

    def __init__(self, rpm: int | None, tpm: int | None, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._requests = Bucket(rpm or USUAL_RPM, clock())
        self._tokens = Bucket(tpm or USUAL_TPM, clock())
        both = (("requests", self._requests, rpm), ("tokens", self._tokens, tpm))
        self._enforced = [(noun, bucket) for noun, bucket, limit in both if limit]

    def admit(self, tokens: int) -> Exceeded | None:
        """Take one request of `tokens`, or say what is exceeded.  A refused request counts nothing."""
        now_s = self._clock()
        for noun, bucket in self._enforced:
            wait_s = bucket.wait_s(1 if noun == "requests" else tokens, now_s)
            if wait_s > 0:
                return Exceeded(noun, bucket.per_minute, wait_s)
        self._requests.take(1, now_s)
        self._tokens.take(tokens, now_s)
        return None

    def headers(self) -> dict[str, str]:
        now_s = self._clock()
        return {
            "x-ratelimit-limit-requests": str(self._requests.per_minute),
            "x-ratelimit-limit-tokens": str(self._tokens.per_minute),
            "x-ratelimit-remaining-requests": str(int(self._requests.level(now_s))),
            "x-ratelimit-remaining-tokens": str(int(self._tokens.level(now_s))),
            "x-ratelimit-reset-requests": duration(self._requests.refill_s(now_s)),
            "x-ratelimit-reset-tokens": duration(self._tokens.refill_s(now_s)),
        }


def duration(seconds: float) -> str:
    """As the real headers write it: `6ms`, `1.5s`, `2m30s`."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    minutes, rest = divmod(round(seconds, 3), 60)
    return f"{int(minutes)}m{rest:g}s" if minutes else f"{rest:g}s"
