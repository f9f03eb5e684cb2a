"""What goes in and out, field by field; nothing leaves because a row happens to have it.

Input refuses unknown fields.  A snapshot is a part of a job: the same names mean the same."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from generation.core.reasons import EXPLANATIONS, Reason
from generation.core.states import ChunkState, JobState
from generation.core.text import cleaned_if_text
from generation.models import Chunk, Job, Strategy
from generation.services import quotas
from generation.services.jobs import documents, progress

JsonObject = dict[str, Any]      # Any: a JSON object
RETRY_AFTER_S = 2                # how long a poller should wait before it looks at an active job again


class InputModel(BaseModel):
    model_config = ConfigDict(extra="forbid")


class JobIn(InputModel):
    """A request for one document."""

    kind: str = Field(description="A slug of GET /kinds.")
    brief: JsonObject = Field(description="What the document is to be; GET /kinds/{slug} has its schema.")
    strategy: Strategy = Field(default=Strategy.PARALLEL, description="How the document is generated.")
    fresh: bool = Field(default=False, description="Make it anew, although the cache may have it.")
    adapt: UUID | None = Field(
        default=None, description="A similar job, of those that a quote offers: its document becomes the draft.",
    )


class RegenerateIn(InputModel):
    """What a person wants of the new version."""

    instruction: Annotated[str, StringConstraints(max_length=2_000), BeforeValidator(cleaned_if_text)] = Field(
        default="", description="In plain words; empty: just another version.",
        examples=["Replace the overhead press, my shoulder hurts."],
    )


class Explained(BaseModel):
    """Why something is as it is, and what to do next."""

    reason: str
    sentence: str
    next_step: str
    detail: str


class WaitingOut(Explained):
    """Why nothing moves at the moment, and until when; null: until somebody acts."""

    until: dt.datetime | None


class PlaceOut(BaseModel):
    """Where an active job stands in the fair queue."""

    ahead: int = Field(description="Parts of other documents that are begun before the next part of this one.")
    finish_at: dt.datetime | None = Field(
        description="When it should end, an estimate; null while nobody can do the work: `waiting` says why.",
    )


class UnitLine(BaseModel):
    position: int
    title: str
    state: ChunkState
    headline: str
    attempts: int
    reason: str | None
    from_cache: bool
    written_tokens: int = Field(description="About so many have come of the call that runs, where it is streamed.")


class FindingCounts(BaseModel):
    """What the checks found and nobody has mended, in the parts and in the whole: as it was when the job last ended."""

    errors: int = Field(description="Points that need correction.")
    warnings: int = Field(description="Points that a careful reader looks at.")
    humans: int = Field(description="Points that wait for a person's decision.")


class SnapshotOut(BaseModel):
    """The progress of a job, small and whole: also what the event stream sends."""

    id: UUID
    trace_id: str = Field(description="Of its spans in a tracing tool; quote it when you report a problem.")
    revision: int = Field(description="Raised by every visible change.")
    state: JobState
    percent: int
    title: str
    phase: str
    units_done: int
    units_total: int
    units: list[UnitLine] = Field(description="Empty until the plan is done.")
    written_tokens: int = Field(
        description="About so many have come of all calls that run, where they are streamed; in no sum yet.")
    waiting: WaitingOut | None
    queue: PlaceOut | None = Field(description="Null once the job has ended.")
    reason: str | None = Field(description="Why a job ended without all its units.")
    explanation: Explained | None = Field(description="The reason in words.")
    findings: FindingCounts
    input_tokens: int
    output_tokens: int
    cost_usd_micros: int = Field(description="Millionths of a US dollar.")
    is_simulated: bool = Field(description="The bundled simulator wrote at least a part of it.")
    from_cache: bool = Field(description="Nothing had to be made: the same was asked for before.")
    cached_parts: int = Field(description="How many of the plan and the units came from the cache.")
    saved_usd_micros: int = Field(description="What these cost when they were made.")
    elapsed_s: float = Field(description="How long it was at work: not from an end to the retry that followed.")


class ShareOut(BaseModel):
    """What one person pays of a job: its owner for the request, others for what they asked of it once more."""

    payer: str
    cost_usd_micros: int


class JobLinks(BaseModel):
    self: str
    events: str
    document: str
    units: list[str] = Field(description="Those that can be read.")
    cancel: str
    retry: str = Field(description="POST retries; GET tells what that would cost, and who would pay.")


class JobOut(SnapshotOut):
    kind: str
    strategy: str = Field(description="As it was asked for: what later versions offer may be another.")
    requested_by: str
    brief: JsonObject
    is_fresh: bool = Field(description="It was asked not to take anything from the cache.")
    adapted_from: UUID | None = Field(description="The job whose document was the draft, if it still exists.")
    units_failed: int
    document_findings: list[JsonObject] = Field(
        description="Of the checks on the whole document; those of the parts stand with them in `links.document`.")
    paid_by: list[ShareOut] = Field(description="Who pays what of the cost, the owner first.")
    calls: int
    cached_input_tokens: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    links: JobLinks

    @classmethod
    def of(cls, job: Job, chunks: Sequence[Chunk] | None = None) -> "JobOut":
        """`chunks` are those of a job that was made just now; others are looked up."""
        snapshot = progress.snapshot(job, chunks)
        base = job_path(job)
        return cls(
            **snapshot,
            kind=job.kind, strategy=job.strategy, requested_by=job.user.get_username(),
            brief=job.brief, is_fresh=job.is_fresh,
            adapted_from=job.adapted_from.public_id if job.adapted_from else None, units_failed=job.unit_failed,
            document_findings=job.findings,
            paid_by=[
                ShareOut(payer=share.payer, cost_usd_micros=share.cost_usd_micros)
                for share in quotas.shares(job, is_new=chunks is not None)
            ],
            calls=job.calls, cached_input_tokens=job.cached_input_tokens,
            created_at=job.created_at, started_at=job.started_at, finished_at=job.finished_at,
            links=JobLinks(
                self=base, events=f"{base}/events", document=f"{base}/document", cancel=f"{base}/cancel",
                retry=f"{base}/retry",
                units=[
                    f"{base}/units/{unit['position']}" for unit in snapshot["units"]
                    if unit["state"] == ChunkState.DONE
                ],
            ),
        )


class JobItem(BaseModel):
    """One line of the list of jobs."""

    id: UUID
    kind: str
    strategy: str
    title: str
    state: JobState
    reason: str | None
    explanation: Explained | None
    revision: int
    percent: int
    units_done: int
    units_total: int
    requested_by: str
    cost_usd_micros: int
    is_simulated: bool
    from_cache: bool
    findings: FindingCounts
    created_at: dt.datetime
    finished_at: dt.datetime | None
    link: str

    @classmethod
    def of(cls, job: Job) -> "JobItem":
        return cls(
            id=job.public_id, kind=job.kind, strategy=job.strategy, title=job.title,
            state=JobState(job.state), reason=job.reason or None,
            explanation=Explained(**explained) if (explained := progress.explained(job)) else None,
            revision=job.revision, percent=job.percent, units_done=job.unit_done, units_total=job.unit_total,
            requested_by=job.user.get_username(), cost_usd_micros=job.cost_usd_micros,
            is_simulated=job.is_simulated, from_cache=job.from_cache,
            findings=FindingCounts(**job.open_findings.as_json()), created_at=job.created_at,
            finished_at=job.finished_at, link=job_path(job),
        )


class JobPage(BaseModel):
    """Newest first."""

    items: list[JobItem]
    next_cursor: UUID | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class VersionOut(BaseModel):
    """A version of a unit that was replaced."""

    number: int
    headline: str
    instruction: str = Field(description="What was wanted of the version after this one.")
    replaced_by: str | None
    replaced_at: dt.datetime


class UnitOut(BaseModel):
    """One unit that can be read; while it is written anew, its old version."""

    job: UUID
    position: int
    title: str
    headline: str
    state: ChunkState = Field(description="`done`, unless a new version is on its way.")
    content: JsonObject
    markdown: str
    findings: list[JsonObject]
    explanation: Explained | None
    is_simulated: bool
    from_cache: bool
    versions: list[VersionOut] = Field(description="Earlier versions, newest first.")

    @classmethod
    def of(cls, job: Job, unit: documents.Unit) -> "UnitOut":
        return cls(
            job=job.public_id, position=unit.chunk.position, title=unit.chunk.title, headline=unit.headline,
            state=ChunkState(unit.chunk.state), content=unit.content, markdown=unit.markdown,
            findings=unit.findings, explanation=explanation_of(unit.chunk.reason, unit.chunk.reason_detail),
            is_simulated=job.is_simulated, from_cache=unit.chunk.from_cache,
            versions=[
                VersionOut(
                    number=version.number, headline=version.headline, instruction=version.instruction,
                    replaced_by=version.replaced_by.get_username() if version.replaced_by else None,
                    replaced_at=version.replaced_at,
                )
                for version in unit.versions
            ],
        )


class KindOut(BaseModel):
    slug: str
    title: str
    unit_noun: str = Field(description="What its units are called: week, lesson.")
    revision: int
    strategies: list[Strategy]
    link: str


class KindDetailOut(KindOut):
    brief_schema: JsonObject = Field(description="JSON Schema of the brief.")
    example: JsonObject = Field(description="A brief that a real user would send.")


class KindList(BaseModel):
    items: list[KindOut]


class TokenOut(BaseModel):
    name: str
    prefix: str
    created_at: dt.datetime
    expires_at: dt.datetime | None


class MeOut(BaseModel):
    username: str
    role: str
    is_staff: bool
    permissions: list[str] = Field(description="What you may do to the jobs of others.")
    token: TokenOut | None = Field(description="The API token that this request came with; null for a session.")


def explanation_of(reason: str, detail: str) -> Explained | None:
    if not reason:
        return None
    return Explained(**EXPLANATIONS[Reason(reason)].as_json(reason, detail))


def job_path(job: Job) -> str:
    return f"{_jobs_path()}/{job.public_id}"


@cache
def _jobs_path() -> str:
    return reverse("api:jobs")
