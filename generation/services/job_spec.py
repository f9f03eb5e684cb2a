"""What a document is asked to be, as one value: for whoever judges, routes, prices, finds or stores it."""

import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from generation.core.findings import pointer
from generation.core.kind import JsonObject, as_json
from generation.core.prompting import Kind
from generation.kinds import all_kinds
from generation.models import Job, Route, Strategy
from generation.services.errors import Refusal, RefusalCode

MOST_PROBLEMS = 20


@dataclass(frozen=True)
class JobSpec:
    """A request that has been understood: it could be accepted, as far as its content goes."""

    kind: Kind
    strategy: Strategy
    brief: JsonObject            # as it is stored
    text: str                    # the brief as JSON, for whoever counts its tokens
    units: int
    title: str                   # the working title, until the plan has a better one
    route: Route | None = None   # once one is chosen

    @classmethod
    def understood(cls, kind: str, brief: Any, strategy: str) -> "JobSpec":     # Any: not yet validated
        """The request, validated; on no route yet.

        Raises Refusal for an unknown kind or strategy, and for a brief that the kind does not accept."""
        kinds = all_kinds()
        if kind not in kinds:
            raise Refusal(
                RefusalCode.UNKNOWN_KIND, f"There is no document kind “{kind[:60]}”.",
                f"Use one of: {', '.join(kinds)}.", [("/kind", "unknown kind")],
            )
        known, understood = kinds[kind], _strategy(strategy)
        try:
            typed = known.Brief.model_validate(brief)
            stored, units, title = as_json(typed), known.unit_count(typed), known.working_title(typed)
        except ValidationError as problem:
            raise _refusal(known, problem) from None      # its words may be those of a pupil
        return cls(known, understood, stored, json.dumps(stored, ensure_ascii=False), units, title)

    @classmethod
    def of(cls, job: Job) -> "JobSpec | None":
        """What `job` was asked to be; None if this process does not know its kind.

        Raises Refusal if it does not know its strategy."""
        kind = all_kinds().get(job.kind)
        if kind is None:
            return None
        return cls(
            kind, _strategy(job.strategy), job.brief, json.dumps(job.brief, ensure_ascii=False), job.unit_total,
            job.title, job.route,
        )


def _strategy(name: str) -> Strategy:
    if name not in Strategy.values:
        raise Refusal(
            RefusalCode.UNKNOWN_STRATEGY, f"There is no strategy “{name[:60]}”.",
            f"Use one of: {', '.join(Strategy.values)}.", [("/strategy", "unknown strategy")],
        )
    return Strategy(name)


def _refusal(kind: Kind, problem: ValidationError) -> Refusal:
    problems = [
        (pointer("brief", *item["loc"]), item["msg"].removeprefix("Value error, "))
        for item in problem.errors(include_url=False, include_input=False)[:MOST_PROBLEMS]
    ]
    return Refusal(
        RefusalCode.INVALID_BRIEF, "The brief has problems.",
        f"Mend the fields named in errors; GET /api/v1/kinds/{kind.slug} shows the schema and an example.",
        problems,
    )
