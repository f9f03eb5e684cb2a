"""What readers see: the document as far as it is there, and one unit."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.safestring import SafeString

from generation.core.kind import JsonObject
from generation.core.markup import escape, to_html
from generation.core.reasons import EXPLANATIONS, Explanation, Reason
from generation.core.states import ChunkState
from generation.kinds import all_kinds
from generation.models import Chunk, Job, UnitVersion
from generation.services.chunks.assembly import assembled, check_content
from generation.services.errors import Refusal, RefusalCode
from generation.telemetry import journal


def document(job: Job) -> JsonObject:
    """`assembled`, with how it came about and why each gap is one; `is_simulated` documents say so everywhere."""
    return {
        **assembled(job), "gaps": [gap.as_json() for gap in gaps(job)], "job": str(job.public_id), "state": job.state,
        "is_simulated": job.is_simulated,
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
UNREVIEWED_NOTICE = "A language model wrote this. No person has reviewed it."


def markdown(job: Job) -> str:
    """The document for people, headed by a notice of who wrote it."""
    text = all_kinds()[job.kind].markdown(assembled(job))
    return _with_notice(job, text + _gaps_in_words(gaps(job), journal.noun_of(job)))


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


def _with_notice(job: Job, text: str) -> str:
    notice = SIMULATED_NOTICE if job.is_simulated else UNREVIEWED_NOTICE
    title, _, rest = text.partition("\n")
    return f"{title}\n\n> {notice}\n{rest}"


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
    findings = [
        {**finding, "pointer": _place_now(finding["pointer"], written, content)} for finding in readable.findings
    ]
    text = _with_notice(job, kind.unit_markdown(alone, position))
    return Unit(chunk, content, readable.headline, findings, text, versions)


def _place_now(pointer: str, written: Any, given: Any) -> str:     # Any: JSON
    """Where that stands in `given` which `pointer` names in `written`: putting together may reorder a list."""
    parts = pointer.split("/")
    for at, part in enumerate(parts[1:], 1):
        try:
            if isinstance(written, list):
                written = written[int(part)]
                parts[at] = str(given.index(written)) if written in given else part
                given = given[int(parts[at])]
            else:
                written, given = written[part], given[part]
        except (LookupError, TypeError, ValueError, AttributeError):      # of a field that the document has not
            break
    return "/".join(parts)


def _unreadable(name: str, chunk: Chunk | None) -> Refusal:
    words = chunk.explanation if chunk else None
    return Refusal(
        RefusalCode.UNIT_NOT_DONE,
        f"{name} is {chunk.state if chunk else 'not begun'}, not done.{' ' + words.sentence if words else ''}",
        words.next_step if words else "Ask again when the job has made progress.",
    )


