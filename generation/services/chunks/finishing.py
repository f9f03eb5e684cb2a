"""Claims whose call is over; and the usual end, a valid reply: what ends so together is moved together."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from generation.core.findings import Finding
from generation.core.outcomes import Answer, CallCode, Done, Outcome
from generation.core.states import Event, sources, target
from generation.models import Chunk
from generation.models.bulk import RowsUpdate
from generation.services.chunks import attempts
from generation.services.chunks.claim import Claim

Place = tuple[int, int]      # a chunk, and the fence of a claim of it


@dataclass(frozen=True)
class Finished:
    """A claim whose call is over.  `answer` is None when a stored reply was used."""

    claim: Claim
    outcome: Outcome
    answer: Answer | None
    code: CallCode
    request_fingerprint: str = ""
    findings: tuple[Finding, ...] = ()


# What `Event.FINISH` writes: see `changes`.
_finish = RowsUpdate(
    Chunk, ("content", "headline", "findings", "finished_at"), given={"fence": "fence", "cost": "cost_usd_micros"},
    only=f"t.fence = v.fence AND t.state IN ({', '.join(repr(state.value) for state in sources(Event.FINISH))})",
    also=(
        f"state = '{target(Event.FINISH).value}'", "cost_usd_micros = t.cost_usd_micros + v.cost", "draft = ''",
        "instruction = ''", "reason = ''", "reason_detail = ''", "lease_until = NULL", "worker = ''",
        "stand_in_id = NULL", "flight = ''",
    ),
    returning=("fence", "cache_key"),
)


def place_of(one: Finished) -> Place:
    return one.claim.chunk_id, one.claim.fence


def finish_together(finished: Iterable[Finished], now: dt.datetime) -> dict[Place, str]:
    """Move the chunks whose reply is valid, in one statement; of those that were ours the name in the cache."""
    rows = []
    for one in finished:
        if isinstance(one.outcome, Done):
            done, claim = one.outcome, one.claim
            rows.append((
                claim.chunk_id, done.content, done.headline[:200], [finding.as_json() for finding in done.findings],
                now, claim.fence, attempts.cost_of(claim, one.answer),
            ))
    return {(chunk_id, fence): key for chunk_id, fence, key in _finish(rows)}
