"""One real call on a route, as a worker would make it, judged as a worker would judge it.  Nothing is written: what
the server teaches is heeded here, and kept by the worker that is taught the same.

What is asked for is the plan of a document as short as its kind allows: the schema, the rules and the checks are those
of every other plan."""

import asyncio
import time
from functools import cache

from generation.core.dialects import NOTHING_LEARNED, Learned, WireTerms
from generation.core.kind import JsonObject
from generation.core.outcomes import FINAL, PROVIDER_WIDE, RETRYABLE, Answer, CallCode, Failure, Reply
from generation.core.prompting import Context, Kind, Redo, Request, plan_request
from generation.core.reasons import EXPLANATIONS, Reason
from generation.kinds import all_kinds
from generation.llm.client import OPENAI_URL
from generation.management.cli import diagnosis
from generation.management.cli.diagnosis import Diagnosis, Findings, Mark
from generation.models import Route
from generation.services.routing.keys import url_of
from generation.services.routing.sizes import part_sizes
from generation.telemetry.redaction import clean
from generation.worker.judging import read_plan
from generation.worker.provider import provider_from_settings
from generation.worker.question import SHORTEST_REPLY, request_tokens, surely_left

MOST_CALLS = 5      # one, and what the server's refusals teach; more lessons than that are a riddle for people
_REASONS = {**RETRYABLE, **FINAL, **PROVIDER_WIDE, CallCode.RATE_LIMITED: Reason.RATE_LIMITED}


def findings(route: Route) -> Findings:
    """Ask for a plan on `route`, whose row stays as it is; what the server refuses is left out, and asked again."""
    name, where = f"route {route.slug}", f"{route.model} at {url_of(route.endpoint) or OPENAI_URL}"
    context = _smallest()
    request = plan_request(context, Redo())
    what = f"plan of the {context.kind.title.lower()}"
    yield Diagnosis(Mark.ASKING, name, f"{where} is asked for the {what}, for at most {route.patience_s:,.0f} s")
    notes: list[str] = []
    for _ in range(MOST_CALLS):
        tokens = request_tokens(request, route.wire)
        cap = min(route.longest_reply, surely_left(route.room, tokens))
        if route.room - tokens < min(SHORTEST_REPLY, route.longest_reply):
            yield diagnosis.bad(
                name, f"{where}: the {what} does not fit into {route.room:,} tokens",
                "Start the server with more context, and change the route's context length.")
            return
        terms = WireTerms(route.base_url, route.model, route.wire, route.room, route.longest_reply)
        began = time.monotonic()
        answer = _asked(route, request, cap)
        took_s = time.monotonic() - began
        news = terms.news_in(answer.lesson) if isinstance(answer, Failure) else NOTHING_LEARNED
        if not news:
            break
        notes.append(_note(news))
        route.learned = route.lesson.adding(news).as_json()
    learned = "".join(f"; {note}" for note in notes)
    if isinstance(answer, Failure):
        yield _failed(name, where, answer, learned)
    else:
        yield _judged(name, where, answer, context, took_s, learned)


def _asked(route: Route, request: Request, cap: int) -> Answer:
    provider = provider_from_settings()

    async def ask() -> Answer:
        try:
            return await provider.ask(
                request, model=route.model, max_output_tokens=cap, deadline_s=route.patience_s,
                cache_key="verify_setup", endpoint=route.endpoint, wire=route.wire,
            )
        finally:
            await provider.close()

    return asyncio.run(ask())


def _failed(name: str, where: str, failure: Failure, learned: str) -> Diagnosis:
    words = clean(failure.message).rstrip(".")
    reason = _REASONS.get(failure.code)
    if reason is None:
        return diagnosis.bad(name, f"{where}: {failure.code}: {words}{learned}", "Mend that, then try again.")
    explanation = EXPLANATIONS[reason]
    return diagnosis.bad(
        name, f"{where}: {failure.code}: {explanation.sentence.rstrip('.')}: {words}{learned}", explanation.next_step)


def _judged(
    name: str, where: str, reply: Reply, context: Context, took_s: float, learned: str
) -> Diagnosis:
    tokens = reply.usage.input_tokens + reply.usage.output_tokens
    figures = f"({tokens:,} tokens, {took_s:.0f} s)"
    plan = f"a plan of the {context.kind.title.lower()}"
    _plan, found = read_plan(context, reply.text)
    errors = [finding for finding in found if finding.is_error]
    if errors:
        problem = clean(errors[0].message).rstrip(".")
        return diagnosis.doubtful(
            name, f"{where} answered {plan} that does not pass its checks {figures}: {problem}{learned}",
            "A worker shows the model what is wrong, and asks twice more. If it stays so, use a stronger model.")
    state = f"{where} answered {plan} that passes its checks {figures}{learned}"
    if reply.receipt.is_simulated:
        return diagnosis.doubtful(
            name, f"{state}; it is the simulator", "For real documents set OPENAI_API_KEY or add a local model.")
    return diagnosis.good(name, state)


def _note(news: Learned) -> str:
    """What the server does not take, or has less of: what a worker's first call teaches the route."""
    refused = f"its server does not take {', '.join(sorted(news.refused))}" if news.refused else ""
    limits = str(Learned(frozenset(), news.context_tokens, news.output_tokens))
    said = " and ".join(filter(None, [refused, f"its server has {limits}" if limits else ""]))
    return f"{said}, which the route learns at a worker's first call"


@cache
def _smallest() -> Context:
    """The kind with the shortest plan, and the shortest document of it."""
    contexts = [Context(kind, _shortened(kind)) for kind in all_kinds().values()]
    return min(contexts, key=lambda context: part_sizes(context.kind, context.brief).plan)


def _shortened(kind: Kind) -> JsonObject:
    """The kind's example with as few units as its numbers allow."""
    brief = dict(kind.example)
    for name, field in kind.Brief.model_json_schema()["properties"].items():
        if field.get("type") != "integer" or "minimum" not in field:
            continue
        shorter = {**brief, name: field["minimum"]}
        if kind.unit_count(kind.brief(shorter)) < kind.unit_count(kind.brief(brief)):
            brief = shorter
    return brief
