"""What readers see: the document as far as it is there, and one unit."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.safestring import SafeString

from generation.core.findings import Severity
from generation.core.kind import JsonObject
from generation.core.markup import escape, to_html
from generation.core.reasons import EXPLANATIONS, Explanation, Reason
from generation.core.states import ChunkState
from generation.kinds import all_kinds
from generation.models import Chunk, Job, Review, ReviewState, UnitVersion
from generation.services.chunks.assembly import assembled, check_content
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import open_findings
from generation.services.jobs.open_findings import OpenFinding
from generation.telemetry import journal


def document(job: Job) -> JsonObject:
    """`assembled`, with how it came about, what is open, and why each gap is one; `is_simulated` documents say so
    everywhere."""
    read = whole(job)
    return {
        **read.content, "findings": [one.as_json() for one in open_findings.still_open(job, read.found)],
        "gaps": [gap.as_json() for gap in gaps(job)], "job": str(job.public_id), "state": job.state,
        "is_simulated": job.is_simulated, "review": standing(job).as_json(),
    }


NOT_MADE_YET = Explanation("It is not made yet.", "Nothing to do: it is on its way.")


@dataclass(frozen=True)
class Gap:
    """A unit that is not there, why, and what to do; without a reason it is only not made yet."""

    unit: int
    title: str
    state: str
    reason: str
    detail: str

    @property
    def explanation(self) -> Explanation:
        return EXPLANATIONS[Reason(self.reason)] if self.reason else NOT_MADE_YET

    def as_json(self) -> JsonObject:
        return {
            "unit": self.unit, "title": self.title, "state": self.state,
            **self.explanation.as_json(self.reason or None, self.detail),
        }


def gaps(job: Job) -> list[Gap]:
    """The units that cannot be read, in order.  Reads nothing for a document that is whole."""
    if job.unit_done == job.unit_total:
        return []
    old = UnitVersion.objects.filter(chunk=OuterRef("pk"))      # a new version is on its way; the old one is shown
    rows = (
        Chunk.objects.filter(job=job).units().exclude(state=ChunkState.DONE.value).exclude(Exists(old))
        .order_by("position").values_list("position", "title", "state", "reason", "reason_detail")
    )
    return [Gap(*row) for row in rows]


SIMULATED_NOTICE = "**Simulated document.** The bundled simulator wrote it for rehearsal; do not use it."
WRITER_NOTICE = "A language model wrote this."


@dataclass(frozen=True)
class ReviewStanding:
    """What a person has decided about a document.  By role: readers need no names."""

    decision: ReviewState | None = None      # None: nobody was asked
    role: str = ""
    decided_at: dt.datetime | None = None
    changed_since: bool = False

    @property
    def sentence(self) -> str:
        if self.decision is None:
            return "No person has reviewed it."
        if self.decision is ReviewState.OPEN or self.decided_at is None:
            return "It waits for a person to decide whether it is handed out."
        if self.decision is ReviewState.REJECTED:
            return f"A person ({self.role}) rejected it after review on {self.decided_at:%-d %B %Y}."
        since = " Parts of it were written since then; no person has reviewed these." if self.changed_since else ""
        return f"A person ({self.role}) released it after review on {self.decided_at:%-d %B %Y}.{since}"

    def as_json(self) -> JsonObject:
        return {
            "decision": self.decision and self.decision.value, "role": self.role or None,
            "decided_at": self.decided_at and self.decided_at.isoformat(), "changed_since": self.changed_since,
            "sentence": self.sentence,
        }


def standing(job: Job) -> ReviewStanding:
    """What people last decided about `job`; a review that nobody decided was overtaken, and counts as none."""
    newer = Chunk.objects.filter(job=job, finished_at__gt=OuterRef("decided_at"), state=ChunkState.DONE.value)
    review = (
        Review.objects.filter(Q(decided_by__isnull=False) | Q(state=ReviewState.OPEN), job=job)
        .select_related("decided_by").annotate(has_newer=Exists(newer)).order_by("-id").first()
    )
    if review is None:
        return ReviewStanding()
    role = review.decided_by.get_role_display().lower() if review.decided_by else ""
    return ReviewStanding(ReviewState(review.state), role, review.decided_at, bool(review.has_newer))


@dataclass(frozen=True)
class Whole:
    """The document as far as it is there, and all that was found in it, whatever became of that."""

    content: JsonObject
    found: list[OpenFinding]


def whole(job: Job) -> Whole:
    content = assembled(job)
    return Whole(content, open_findings.all_findings(job, content))


def markdown(job: Job, read: Whole | None = None) -> str:
    """The document for people, headed by a notice of who wrote it and by what has to be corrected.

    `read` is what `whole` gave, for those who need it besides."""
    read = read or whole(job)
    text = all_kinds()[job.kind].markdown(read.content) + _gaps_in_words(gaps(job), journal.noun_of(job))
    return _with_notice(job, text, open_findings.still_open(job, read.found), level=2)


def _gaps_in_words(found: list[Gap], noun: str) -> str:
    """A last section for those who read the document without the job beside it."""
    if not found:
        return ""
    lines = [
        f"- **{escape(f'{noun.capitalize()} {gap.unit}')}**: {escape(gap.explanation.sentence)} "
        f"{escape(gap.explanation.next_step)}"
        for gap in found
    ]
    return "\n\n## What is missing, and why\n\n" + "\n".join(lines) + "\n"


def html(job: Job) -> SafeString:
    """The document as sanitised HTML: the only text of a model that a template may trust."""
    return SafeString(to_html(markdown(job)))


def _with_notice(job: Job, text: str, found: list[OpenFinding], *, level: int) -> str:
    """`text` with who wrote it and what has to be corrected under its title, and the rest of what is open as its last
    section, under a heading of `level`."""
    written_by = SIMULATED_NOTICE if job.is_simulated else f"{WRITER_NOTICE} {standing(job).sentence}"
    title, _, rest = text.partition("\n")
    grave = open_findings.notice(found)
    head = f"{title}\n\n> {written_by}\n" + (f"\n{grave}" if grave else "")
    return f"{head}{rest}".rstrip("\n") + "\n" + open_findings.last_section(found, level).removeprefix("\n")


@dataclass(frozen=True)
class Unit:
    """One unit as the document has it; while it is written anew, that is its old version."""

    chunk: Chunk
    content: JsonObject
    headline: str
    findings: list[JsonObject]
    markdown: str
    versions: list[UnitVersion]      # earlier ones, newest first


def unit(job: Job, position: int) -> Unit:
    """Unit `position` of `job`, readable while others run.

    Raises Refusal if the job has no such unit, while it has nothing to read, and when it was erased."""
    check_content(job)
    kind = all_kinds()[job.kind]
    if not 1 <= position <= job.unit_total:
        raise Refusal(
            RefusalCode.NO_SUCH_UNIT, f"The job has no {kind.unit_noun} {position}.",
            f"It has 1 to {job.unit_total}.",
        )
    rows = {chunk.position: chunk for chunk in Chunk.objects.filter(job=job, position__in=[0, position])}
    chunk, plan = rows.get(position), rows[0].content
    versions = list(UnitVersion.objects.filter(chunk=chunk).select_related("replaced_by")) if chunk else []
    readable = chunk if chunk is not None and chunk.content is not None else versions[0] if versions else None
    if chunk is None or readable is None or plan is None:
        raise _unreadable(f"{kind.unit_noun.capitalize()} {position}", chunk)
    written: JsonObject = readable.content or {}
    alone = kind.assemble(job.brief, plan, {position: written})
    content = kind.unit_of(alone, position)
    assert content is not None, "it was put in"
    found = [open_findings.placed(kind, stored, position, written, content) for stored in readable.findings]
    findings = [one.as_json() for one in found]
    of_readers = [one for one in found if one.finding.severity is not Severity.INFO]
    text = _with_notice(job, kind.unit_markdown(alone, position), of_readers, level=3)
    return Unit(chunk, content, readable.headline, findings, text, versions)


def _unreadable(name: str, chunk: Chunk | None) -> Refusal:
    words = chunk.explanation if chunk else None
    return Refusal(
        RefusalCode.UNIT_NOT_DONE,
        f"{name} is {chunk.state if chunk else 'not begun'}, not done.{' ' + words.sentence if words else ''}",
        words.next_step if words else "Ask again when the job has made progress.",
    )
