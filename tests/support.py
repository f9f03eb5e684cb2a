"""What many tests need: a provider that answers by script, and work done without threads."""

import asyncio
import datetime as dt
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Limit, Policy, User
from accounts.models import Usage as Spent
from generation.core.dialects import USUAL, Wire
from generation.core.json_pointers import value_at
from generation.core.outcomes import (
    Answer,
    CallCode,
    Failure,
    OnProgress,
    Reply,
    Snooze,
    TokenUsage,
    unheard,
)
from generation.core.prompting import REPAIR_STAGE, Context, Request, Stage
from generation.core.reasons import Reason
from generation.core.routing import Endpoint
from generation.kinds import all_kinds
from generation.models import Chunk, Job, clock
from generation.services.chunks import attempts, cache_lookup, claiming, refusals, settling
from generation.services.chunks.claim import Claim
from generation.services.chunks.finishing import Finished
from generation.simulator.content import write
from generation.worker.executor import policy
from generation.worker.job_context import JobContexts
from generation.worker.judging import outcome_after, outcome_of, request_for
from generation.worker.route_notes import RouteNotes
from tests.canaries import PUPIL

REVISIONS = {slug: kind.revision for slug, kind in all_kinds().items()}
USAGE = TokenUsage(input_tokens=1_000, cached_input_tokens=400, output_tokens=500)
PROGRAM = {"goal": "strength", "weeks": 3, "days_per_week": 2, "preferences": f"{PUPIL} likes rowing"}


def content_for(claim: Claim, context: Context) -> dict[str, Any]:
    """What the kind itself would simulate for `claim`; of a repair, what the simulator would answer."""
    request = request_for(claim, context)
    if request.schema_name.endswith(f"_{REPAIR_STAGE}"):
        repaired: dict[str, Any] = json.loads(write(request))
        return repaired
    return whole_content_for(claim, context)


def answering(claim: Claim, content: dict[str, Any]) -> Reply:     # Any: JSON
    """A reply with `content`, a whole part, in the form that is asked for: of a repair, what stands in its places."""
    request = request_for(claim, JobContexts().of(claim))
    if request.schema_name.endswith(f"_{REPAIR_STAGE}"):
        content = {place["place"]: value_at(content, place["at"]) for place in places_in(request)}
    return Reply(json.dumps(content), USAGE)


def places_in(request: Request) -> list[dict[str, Any]]:     # Any: JSON
    """The places that a repair asks for, as its model reads them."""
    text = request.messages[-1]["content"]
    listed: list[dict[str, Any]] = json.loads(text.partition("<findings>\n")[2].partition("\n</findings>")[0])
    return listed


def whole_content_for(claim: Claim, context: Context) -> dict[str, Any]:     # Any: JSON
    """What the kind itself would simulate for `claim`."""
    kind, rng = context.kind, random.Random(claim.job_id * 1_000 + claim.position)
    brief = context.typed_brief
    if claim.stage is Stage.UNIT:
        return kind.simulate_unit(brief, context.typed_plan, claim.position, rng)
    plan = kind.simulate_plan(brief, rng)
    if claim.stage is Stage.PLAN:
        return plan
    typed = kind.plan(plan)
    return {
        "plan": plan,
        "units": [kind.simulate_unit(brief, typed, n, rng) for n in range(1, kind.unit_count(brief) + 1)],
    }


def claim_all(worker: str = "w1", slots: int = 100) -> list[Claim]:
    """Everything that can run now, claimed for `worker`, after what the cache has is served: as the engine does."""
    while cache_lookup.serve_due():
        pass
    return list(claiming.claim(worker=worker, slots=slots, revisions=REVISIONS).claims)


def store(claim: Claim) -> tuple[Reply, str]:
    """Keep a valid reply for `claim` that nobody has judged; the reply and the fingerprint of its request."""
    context = JobContexts().of(claim)
    request = request_for(claim, context)
    reply = Reply(json.dumps(content_for(claim, context)), USAGE)
    attempts.store_replies(attempts.reply_row(claim, reply, request.fingerprint))
    return reply, request.fingerprint


def judged(claim: Claim) -> Finished:
    """`claim` with a valid reply, stored and on the point of being settled."""
    reply, fingerprint = store(claim)
    outcome, code, findings = outcome_of(claim, JobContexts().of(claim), reply.text, policy())
    return Finished(claim, outcome, reply, code, fingerprint, findings)


def let_leases_run_out() -> None:
    """Of all chunks that run."""
    Chunk.objects.filter(state="running").update(lease_until=clock.now() - dt.timedelta(seconds=1))


def finish(claim: Claim, answer: Answer | None = None) -> settling.Settled:
    """Settle `claim` with `answer`, or with a valid reply, in this thread."""
    context = JobContexts().of(claim)
    if answer is None:
        answer = Reply(json.dumps(content_for(claim, context)), USAGE)
    if isinstance(answer, Failure):
        outcome = outcome_after(
            claim, answer, policy(), jitter=0.5, is_outage=False, past=refusals.past_of(claim, answer.code),
            is_news=RouteNotes().learned(claim, answer),
        )
        return settling.settle(Finished(claim, outcome, answer, answer.code))[0]
    request = request_for(claim, context)
    attempts.store_replies(attempts.reply_row(claim, answer, request.fingerprint))
    outcome, code, findings = outcome_of(claim, context, answer.text, policy())
    return settling.settle(Finished(claim, outcome, answer, code, request.fingerprint, findings))[0]


def work_off(job: Job, *, stop_after: int | None = None) -> Job:
    """Do the job's due work in this thread with valid replies; `stop_after` counts settled chunks."""
    done = 0
    while True:
        claims = claim_all()
        if not claims:
            break
        for claim in claims:
            if stop_after is not None and done >= stop_after:
                settling.settle(_given_back(claim))
                continue
            finish(claim)
            done += 1
        if stop_after is not None and done >= stop_after:
            break
    job.refresh_from_db()
    return job


def _given_back(claim: Claim) -> Finished:
    return Finished(
        claim, Snooze(dt.timedelta(), Reason.WORKER_STOPPED), Failure(CallCode.ABANDONED, "given back"),
        CallCode.ABANDONED,
    )


def limited(
    role: str = "student", window: str = "day", *, jobs: int | None = None, burst: int = 0, **limits: int
) -> Policy:
    """The policy of `role` (empty: everybody together): `requests`, `units` and `usd_micros` in each `window`."""
    policy, _made = Policy.objects.update_or_create(role=role, defaults={"max_running_jobs": jobs})
    for metric, limit in limits.items():
        Limit.objects.update_or_create(
            policy=policy, metric=metric, window=window, defaults={"limit": limit, "burst": burst})
    return policy


def used(metric: str, user: User | None) -> tuple[int, int]:
    """What `user`, or everybody, has used and reserved, over all windows."""
    rows = Spent.objects.filter(metric=metric, user=user).values_list("used", "reserved")
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def chunk(job: Job, position: int) -> Chunk:
    return Chunk.objects.get(job=job, position=position)


@dataclass
class FakeProvider:
    """Stands at the engine's own seam.  `answers` decides; without it every reply is valid."""

    answers: Callable[[Request], Answer] | None = None
    delay_s: float = 0.0
    asked: list[Request] = field(default_factory=list)

    async def ask(
        self, request: Request, *, model: str, max_output_tokens: int, deadline_s: float, cache_key: str,
        endpoint: Endpoint, wire: Wire = USUAL, on_progress: OnProgress = unheard,
    ) -> Answer:
        self.asked.append(request)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.answers is not None:
            return self.answers(request)
        return Reply(write(request), USAGE)

    async def close(self) -> None:
        return None
