"""The shared part of a job's calls, read once for a job and kept while it is in use."""

from collections import OrderedDict
from threading import Lock

from generation.core.prompting import Context, Stage
from generation.core.states import ChunkState
from generation.kinds import get_kind
from generation.models import Chunk, Job, Strategy
from generation.services.claiming import Claim

KEPT = 256


class Contexts:
    """A bounded cache: brief and plan of a job never change once its units run."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[int, Context] = OrderedDict()

    def of(self, claim: Claim) -> Context:
        if claim.stage is not Stage.UNIT:
            brief = Job.objects.values_list("brief", flat=True).get(pk=claim.job_id)
            return Context(get_kind(claim.kind), brief)
        with self._lock:
            context = self._kept.get(claim.job_id)
            if context is not None:
                self._kept.move_to_end(claim.job_id)
                return context
        brief, plan = Chunk.objects.values_list("job__brief", "content").get(job_id=claim.job_id, position=0)
        context = Context(get_kind(claim.kind), brief, plan)
        with self._lock:
            self._kept[claim.job_id] = context
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return context


def digests_before(claim: Claim, context: Context) -> list[str]:
    """`sequential`: a line or two about each done unit before this one; nothing for other strategies."""
    if claim.strategy != Strategy.SEQUENTIAL or claim.position < 2:
        return []
    done = (
        Chunk.objects.filter(job_id=claim.job_id, position__lt=claim.position, state=ChunkState.DONE.value)
        .units().order_by("position").values_list("position", "content")
    )
    kind = context.kind
    return [
        f"{kind.unit_noun} {position}: {kind.digest(context.typed_plan, position, kind.unit(content))}"
        for position, content in done
        if content is not None
    ]
