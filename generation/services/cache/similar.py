"""Similar documents: found by their briefs, offered, and given to the model as a draft if the user asks for it.

What is no free text must match exactly.  Nobody is offered what they may not see, and no similar document is
ever served as it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.lookups import TrigramSimilar
from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection
from django.db.models import F, QuerySet, Value
from rapidfuzz import fuzz

from generation.core.cache_key import Scope, free_text_of, shape_of
from generation.core.kind import JsonObject
from generation.core.states import JobState
from generation.models import Chunk, Job
from generation.services.cache import cache_entries
from generation.services.errors import Refusal, RefusalCode
from generation.services.job_spec import JobSpec

if TYPE_CHECKING:
    from accounts.models import User

MOST = 3
CONSIDERED = 200             # the newest ones, on SQLite
WORDS_ALIKE = 60.0           # of 100


@dataclass(frozen=True)
class Similar:
    job: Job
    similarity: float        # 0 to 1; 1: the same words


def similar(user: "User", spec: JobSpec) -> list[Similar]:
    """Completed documents within the cache's scope that `user` may see, most similar first, MOST at most."""
    if cache_entries.scope() is Scope.OFF:
        return []
    text = free_text_of(spec.kind, spec.brief)
    alike = _offered(user).filter(
        kind=spec.kind.slug, state=JobState.COMPLETED.value, brief_shape=shape_of(spec.kind, spec.brief),
        cached_parts__lte=F("unit_total"),      # what came whole from the cache is there already
    )
    found = [Similar(job, 1.0) for job in alike.filter(brief_text=text).order_by("-id")[:MOST]]
    if text:
        found += [Similar(job, similarity) for job, similarity in _with_other_words(alike, text)]
    return found[:MOST]


def _offered(user: "User") -> QuerySet[Job]:
    visible = Job.objects.visible_to(user)
    match cache_entries.scope():
        case Scope.USER:
            return visible.filter(user=user)
        case Scope.ROLE:
            return visible.filter(user__role=user.role)
        case _:
            return visible


def _with_other_words(alike: QuerySet[Job], text: str) -> Iterator[tuple[Job, float]]:
    others = alike.exclude(brief_text=text).exclude(brief_text="")
    if connection.vendor == "postgresql":
        near = others.filter(TrigramSimilar(F("brief_text"), Value(text)))
        for job in near.annotate(nearness=TrigramSimilarity("brief_text", text)).order_by("-nearness", "-id")[:MOST]:
            yield job, round(job.nearness, 2)
        return
    rows = [(fuzz.token_sort_ratio(text, job.brief_text), job) for job in others.order_by("-id")[:CONSIDERED]]
    near_rows = sorted((row for row in rows if row[0] >= WORDS_ALIKE), key=lambda row: -row[0])
    yield from ((job, round(ratio / 100, 2)) for ratio, job in near_rows[:MOST])


def source(user: "User", spec: JobSpec, public_id: UUID) -> Job:
    """The job that `user` wants adapted, or a Refusal if it cannot be."""
    job = Job.objects.visible_to(user).filter(public_id=public_id).first()
    if job is None:
        sentence = "There is no such job, or you may not see it."
    elif job.kind != spec.kind.slug or job.state != JobState.COMPLETED:
        sentence = f"Only a completed {spec.kind.title.lower()} can be adapted."
    elif shape_of(spec.kind, job.brief) != shape_of(spec.kind, spec.brief):
        sentence = "Its brief differs in more than its free text."
    else:
        return job
    raise Refusal(
        RefusalCode.NOT_ADAPTABLE, sentence, "Adapt one that a quote offers under “similar”, or ask without.",
        [("/adapt", sentence)],
    )


def parts_of(job_id: int | None) -> Mapping[int, JsonObject]:
    """The plan and the units of a document, by position; empty without one."""
    if job_id is None:
        return {}
    rows = Chunk.objects.filter(job=job_id, content__isnull=False).values_list("position", "content")
    return {position: content for position, content in rows if content is not None}
