"""What a service refuses, in closed codes.  The doors map them: problem+json, a sentence, exit code 2."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from accounts.standings import Standing

Row = TypeVar("Row")


class RefusalCode(StrEnum):
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_STRATEGY = "unknown_strategy"
    INVALID_BRIEF = "invalid_brief"
    INVALID_KEY = "invalid_idempotency_key"
    INVALID_INSTRUCTION = "invalid_instruction"
    KEY_REUSED = "idempotency_key_reused"
    NO_ROUTE = "no_route"
    NOT_ACTIVE = "not_active"
    STILL_ACTIVE = "still_active"
    NOTHING_TO_RETRY = "nothing_to_retry"
    NO_SUCH_UNIT = "no_such_unit"
    UNIT_NOT_DONE = "unit_not_done"
    NOT_READY = "not_ready"
    NOT_ADAPTABLE = "not_adaptable"
    ERASED = "erased"
    IN_REVIEW = "in_review"
    REVIEW_REJECTED = "review_rejected"
    REVIEW_DECIDED = "review_decided"
    PAUSED = "paused"
    NOT_ALLOWED = "not_allowed"
    TOO_MANY_UNITS = "too_many_units"
    LIMIT_REACHED = "limit_reached"
    BUDGET_SPENT = "budget_spent"
    CHANGED_MEANWHILE = "changed_meanwhile"
    ALERT_NOT_OPEN = "alert_not_open"
    INVALID_NOTE = "invalid_note"
    INVALID_URL = "invalid_url"
    TOO_MANY_WEBHOOKS = "too_many_webhooks"
    TARGET_DISABLED = "target_disabled"
    INVALID_REHEARSAL = "invalid_rehearsal"
    REHEARSAL_RUNS = "rehearsal_runs"


@dataclass
class Refusal(Exception):
    """`problems` are (JSON Pointer, sentence) pairs where a part of the input is at fault.

    `standing` is the limit that was reached, and `retry_at` when the same request would fit; None if waiting
    does not help."""

    code: RefusalCode
    message: str
    advice: str
    problems: list[tuple[str, str]] = field(default_factory=list)
    standing: "Standing | None" = None
    retry_at: dt.datetime | None = None

    @property
    def limit(self) -> str | None:
        return self.standing.ceiling.slug if self.standing else None

    @property
    def left(self) -> int | None:
        return self.standing.left if self.standing else None

    def __str__(self) -> str:
        details = "; ".join(f"{pointer}: {sentence}" for pointer, sentence in self.problems)
        return f"{self.message} {details}".strip()


def refused_of(act: Callable[[Row], object], rows: Iterable[Row]) -> list[str]:
    """`act` on each of `rows`; a line for each on which it was refused."""
    refused = []
    for row in rows:
        try:
            act(row)
        except Refusal as refusal:
            refused.append(f"{row}: {refusal.message}")
    return refused
