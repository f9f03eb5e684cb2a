"""From a claim to a request, and from a reply or a failure to an outcome.  Pure but for reading earlier units."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from generation.core import bounded_json
from generation.core.findings import Finding, Severity, error, pointer
from generation.core.kind import JsonObject, as_json
from generation.core.leaks import leaked
from generation.core.outcomes import (
    CallCode,
    Done,
    DoneWhole,
    Failure,
    GiveUp,
    Outcome,
    Repair,
    RetryPolicy,
    SplitUp,
    decide,
    judge,
)
from generation.core.prompting import (
    MAX_DRAFT_CHARACTERS,
    Context,
    Redo,
    Request,
    Stage,
    plan_request,
    repair_request,
    unit_request,
    whole_request,
)
from generation.core.reasons import Reason
from generation.core.reply_text import object_in
from generation.core.surgery import WHOLE_AGAIN, Wound, is_worse, mended, wounds
from generation.core.text import counted
from generation.services.chunks.claim import Claim
from generation.services.chunks.refusals import Past
from generation.worker.job_context import digests_before, earlier_version
from generation.worker.question import output_limit

MAX_SCHEMA_FINDINGS = 20
MOST_PROBLEMS = 1_000      # of which each is listed: they can be listed together only


def request_for(claim: Claim, context: Context) -> Request:
    """What to send for `claim`."""
    findings = _known(claim)
    draft = _draft(claim)
    if draft is not None and (places := _places(claim, context, draft)):
        return repair_request(context, claim.position, draft, places, claim.instruction)
    redo = Redo(findings, claim.draft, claim.instruction)
    match claim.stage:
        case Stage.PLAN:
            return plan_request(context, redo)
        case Stage.WHOLE:
            return whole_request(context, redo)
        case Stage.UNIT:
            return unit_request(context, claim.position, redo, digests_before(claim, context))


def outcome_of(
    claim: Claim, context: Context, text: str, policy: RetryPolicy
) -> tuple[Outcome, CallCode, tuple[Finding, ...]]:
    """What the reply `text` makes of the chunk, how the ledger calls it, and what the checks found."""
    previous = _known(claim)
    draft = _draft(claim)
    if draft is not None and (places := _places(claim, context, draft)):
        whole, problem = _mended(draft, places, text)
        if whole is None:
            return _not_taken(claim, previous, problem, policy)
        text = whole
        made, findings = _read(claim, context, text)
        if is_worse(previous, findings):
            return _not_taken(claim, previous, findings, policy)
    else:
        made, findings = _read(claim, context, text)
    is_wrong = any(finding.is_error for finding in findings)
    verdict = judge(
        findings, previous=previous, repairs=claim.repairs, attempts=claim.attempts, policy=policy,
        draft=(object_in(text) or text) if is_wrong else "",
    )
    match verdict:
        case None:
            assert made is not None, "without an error there is content"
            return made, CallCode.OK, findings
        case GiveUp(message=message) if claim.stage is Stage.WHOLE:
            return SplitUp(message), CallCode.INVALID, findings
        case _:
            return verdict, CallCode.INVALID, findings


def _read(claim: Claim, context: Context, text: str) -> tuple[Done | DoneWhole | None, tuple[Finding, ...]]:
    match claim.stage:
        case Stage.PLAN:
            return read_plan(context, text)
        case Stage.UNIT:
            made, findings = read_unit(context, claim.position, text)
            if made is None or not claim.instruction:
                return made, findings
            findings = (*findings, *_unfulfilled(claim, context, made))
            return replace(made, findings=findings), findings
        case Stage.WHOLE:
            return read_whole(context, text)


def _unfulfilled(claim: Claim, context: Context, made: Done) -> list[Finding]:
    """What of the wish with which a unit is written anew did not come true, as far as code can tell."""
    old, kind = earlier_version(claim), context.kind
    return kind.check_wish(claim.instruction, kind.unit(old), kind.unit(made.content)) if old else []


# --- Repairs of places ------------------------------------------------------------------------


def _known(claim: Claim) -> tuple[Finding, ...]:
    return tuple(Finding.from_json(stored) for stored in claim.findings)


def _draft(claim: Claim) -> JsonObject | None:
    """The rejected draft, where it is an object of which a part can be kept."""
    if not claim.findings or claim.stage is Stage.WHOLE or not 0 < len(claim.draft) <= MAX_DRAFT_CHARACTERS:
        return None
    try:
        draft = bounded_json.loads(claim.draft)
    except (ValueError, RecursionError):
        return None
    return draft if isinstance(draft, dict) else None


def _places(claim: Claim, context: Context, draft: JsonObject) -> tuple[Wound, ...]:
    schema = context.kind.unit_schema if claim.stage is Stage.UNIT else context.kind.plan_schema
    return wounds(draft, schema, _known(claim))


def _mended(draft: JsonObject, places: Sequence[Wound], text: str) -> tuple[str | None, tuple[Finding, ...]]:
    """The draft with the new values that `text` gives; or what is wrong with `text`."""
    try:
        values = bounded_json.loads(object_in(text, frozenset(place.name for place in places)) or text)
    except (ValueError, RecursionError) as problem:
        return None, (_unread(problem),)
    whole = mended(draft, places, values) if isinstance(values, dict) else None
    if whole is None:
        return None, (error(
            "schema", "", measured="places are missing", limit=", ".join(place.name for place in places),
            message="The reply does not give all the places that were asked for.", advice="Keep to the schema.",
        ),)
    # Half a surrogate pair becomes its JSON escape again: the draft is going to be stored.
    return json.dumps(whole, ensure_ascii=False).encode("utf-8", "backslashreplace").decode(), ()


def _not_taken(
    claim: Claim, previous: tuple[Finding, ...], found: tuple[Finding, ...], policy: RetryPolicy
) -> tuple[Outcome, CallCode, tuple[Finding, ...]]:
    """A repair that mends nothing, or breaks something else: the draft stays, and is written again whole next time."""
    worst = next((finding for finding in found if finding.is_error), found[0])
    if claim.repairs >= policy.max_repairs or claim.attempts >= policy.max_attempts:
        message = f"{previous[0].message} ({len(previous)} in all; the last repair broke something else)"
        return GiveUp(Reason.INVALID_CONTENT, message, previous, claim.draft), CallCode.INVALID, found
    note = Finding(
        WHOLE_AGAIN, Severity.INFO, "", worst.message, "the places that were asked for",
        "A repair of these places alone made something else wrong.", "Write it again whole.")
    return Repair((*previous, note), claim.draft), CallCode.INVALID, found


def outcome_after(
    claim: Claim, failure: Failure, policy: RetryPolicy, *, jitter: float, is_outage: bool, past: Past,
    is_news: bool = False,
) -> Outcome:
    """What becomes of a chunk whose call failed."""
    is_throttled = failure.code is CallCode.RATE_LIMITED
    outcome = decide(
        failure, policy=policy, jitter=jitter,
        attempts=past.claims if is_throttled else claim.attempts,      # throttled calls give theirs back
        had_largest_cap=output_limit(claim) == claim.max_output_tokens,
        is_outage=is_outage, claims=past.claims, is_alone=past.is_alone, is_news=is_news,
    )
    if isinstance(outcome, GiveUp) and outcome.reason is Reason.TIMEOUT:
        outcome = replace(outcome, message=(
            f"{failure.message} The route's deadline is {claim.deadline_s:g} s, and it sends up to "
            f"{counted(claim.max_in_flight, 'call')} at once: a server with fewer slots lets the others wait."
        ))
    is_for_split = failure.code in {CallCode.TRUNCATED, CallCode.TIMEOUT}
    if claim.stage is Stage.WHOLE and is_for_split and isinstance(outcome, GiveUp):
        return SplitUp(failure.message)
    return outcome


def read_plan(context: Context, text: str) -> tuple[Done | None, tuple[Finding, ...]]:
    plan, problems, said = _parsed(context.kind.Plan, text)
    if plan is None:
        return None, problems
    findings = (*context.kind.check_plan(context.typed_brief, plan), *leaked(said, context.instructions))
    return Done(as_json(plan), context.kind.plan_headline(plan), findings), findings


def read_unit(context: Context, position: int, text: str) -> tuple[Done | None, tuple[Finding, ...]]:
    unit, problems, said = _parsed(context.kind.Unit, text)
    if unit is None:
        return None, problems
    plan = context.typed_plan
    checked = context.kind.check_unit(context.typed_brief, plan, position, unit)
    findings = (*checked, *leaked(said, context.instructions))
    return Done(as_json(unit), context.kind.unit_headline(plan, position, unit), findings), findings


def read_whole(context: Context, text: str) -> tuple[DoneWhole | None, tuple[Finding, ...]]:
    """The valid parts of a reply that holds everything.  Only the plan can spoil it: each unit that is
    missing or invalid is asked again by itself."""
    try:
        parts = bounded_json.loads(object_in(text, ("plan", "units")) or text)
    except (ValueError, RecursionError) as problem:
        return None, (_unread(problem),)
    if not isinstance(parts, dict) or not isinstance(parts.get("units"), list):
        return None, (error(
            "schema", "", measured="no plan or units", limit="an object with plan and units",
            message="The reply is not an object with plan and units.", advice="Write the whole object of the schema.",
        ),)
    plan, findings = read_plan(context, json.dumps(parts.get("plan")))
    if plan is None or any(finding.is_error for finding in findings):
        return None, findings
    planned = Context(context.kind, context.brief, plan.content)
    units: list[Done | Repair] = []
    for position in range(1, context.unit_count + 1):
        if position > len(parts["units"]):
            units.append(Repair(()))
            continue
        # Half a surrogate pair becomes its JSON escape again: the draft is going to be stored.
        unit_json = json.dumps(parts["units"][position - 1], ensure_ascii=False)
        draft = unit_json.encode("utf-8", "backslashreplace").decode()
        unit, problems = read_unit(planned, position, draft)
        is_valid = unit is not None and not any(problem.is_error for problem in problems)
        units.append(unit if unit is not None and is_valid else Repair(problems, draft))
    return DoneWhole(plan.content, plan.headline, tuple(units)), findings


def _parsed(     # Any: an instance of model
    model: type[BaseModel], text: str
) -> tuple[Any, tuple[Finding, ...], str]:
    """`text` as `model`, and the part of it that says so.  What stands around the object is taken off only where it
    would not do with it.  Of a text with more values than any document none is made, nor is each of them a problem."""
    if bounded_json.holds_too_many(text):
        return None, (_unread(bounded_json.TooManyValues()),), text
    try:
        return model.model_validate_json(text), (), text
    except ValidationError as first:
        problem = first
        plain = plain_object(text, model)
        if plain is not None:
            try:
                return model.model_validate_json(plain), (), plain
            except ValidationError as another:
                problem = another
        if problem.error_count() > MOST_PROBLEMS:
            return None, (error(
                "schema", "", measured=counted(problem.error_count(), "problem"), limit="the schema",
                message=f"The reply breaks the schema in {counted(problem.error_count(), 'place')}.",
                advice="Keep to the schema.",
            ),), plain or text
        return None, tuple(
            error(
                "schema", pointer(*item["loc"]), measured=item["type"], limit="the schema",
                message=f"{pointer(*item['loc'])[1:] or 'The reply'}: {item['msg']}.",
                advice="Keep to the schema.",
            )
            for item in problem.errors(include_url=False, include_input=False)[:MAX_SCHEMA_FINDINGS]
        ), plain or text


def plain_object(text: str, model: type[BaseModel]) -> str | None:
    """The object in `text`, its whole numbers written as such; None if that is `text` itself, or there is none."""
    found = object_in(text, frozenset(model.model_fields))
    if found is None:
        return None
    plain = json.dumps(json.loads(found, parse_float=_number), ensure_ascii=False)
    return plain if plain != text else None


def _number(digits: str) -> int | float:
    """3.0 is 3: some servers write every number so."""
    value = float(digits)
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _unread(problem: Exception) -> Finding:
    if isinstance(problem, bounded_json.TooManyValues):
        return error(
            "schema", "", measured="too many values", limit=f"{bounded_json.MOST_VALUES:,} values",
            message="The reply holds more values than any document.", advice="Keep to the schema.",
        )
    return error(
        "schema", "", measured="invalid JSON", limit="JSON", message=f"The reply is not JSON: {problem}.",
        advice="Write one complete JSON object and nothing else.",
    )
