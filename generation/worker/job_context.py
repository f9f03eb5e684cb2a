"""The shared part of a job's calls, read once for a job and kept while it is in use."""

from collections import OrderedDict
from threading import Lock

from generation.core.kind import JsonObject
from generation.core.prompting import Context, Stage
from generation.kinds import get_kind
from generation.models import Chunk, Job, Strategy, UnitVersion
from generation.services.cache import similar
from generation.services.chunks import cache_lookup
from generation.services.chunks.claim import Claim

KEPT = 256


class JobContexts:
    """A bounded cache: brief and plan of a job never change once its units run."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[int, Context] = OrderedDict()

    def of(self, claim: Claim) -> Context:
        if claim.stage is not Stage.UNIT:
            brief, source_id = Job.objects.values_list("brief", "adapted_from").get(pk=claim.job_id)
            return Context(get_kind(claim.kind), brief, earlier=similar.parts_of(source_id))
        with self._lock:
            context = self._kept.get(claim.job_id)
            if context is not None:
                self._kept.move_to_end(claim.job_id)
                return context
        brief, source_id, plan = Chunk.objects.values_list("job__brief", "job__adapted_from", "content").get(
            job_id=claim.job_id, position=0)
        context = Context(get_kind(claim.kind), brief, plan, similar.parts_of(source_id))
        with self._lock:
            self._kept[claim.job_id] = context
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return context


def earlier_version(claim: Claim) -> JsonObject | None:
    """What the unit said before it was written anew."""
    versions = UnitVersion.objects.filter(chunk=claim.chunk_id).order_by("-number")
    return versions.values_list("content", flat=True).first()


def digests_before(claim: Claim, context: Context) -> list[str]:
    """`sequential`: a line or two about each done unit before this one; nothing for other strategies."""
    if claim.strategy != Strategy.SEQUENTIAL or claim.position < 2:
        return []
    assert context.plan is not None, "the plan comes first"
    return cache_lookup.digests_before(claim.job_id, claim.position, context.kind, context.plan)
