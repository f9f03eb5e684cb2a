"""What checks found in a document and nobody has mended: with the place in words, for readers and for machines.

Of a unit that is written anew, what was found in the version that is still shown.  What merely informs is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery

from generation.core.findings import Counts, Finding, Severity
from generation.core.kind import JsonObject
from generation.core.markup import escape
from generation.core.prompting import Kind
from generation.core.prose.wholeness import shortened
from generation.core.text import counted
from generation.kinds import all_kinds
from generation.models import Chunk, Job, UnitVersion
from generation.services.chunks import holding

HEADING = "What checks found"
MOST_LINES = 20
LONGEST_MESSAGE = 400
_old = UnitVersion.objects.filter(chunk=OuterRef("pk")).order_by("-number")


@dataclass(frozen=True)
class OpenFinding:
    """`unit` is 0 for the plan and None for the whole document; the finding's pointer leads into that part."""

    finding: Finding
    unit: int | None
    place: str

    def as_json(self) -> JsonObject:
        return {**self.finding.as_json(), "unit": self.unit, "place": self.place}


def still_open(job: Job, found: Sequence[OpenFinding]) -> list[OpenFinding]:
    """Those of `found` that readers are told of: not what informs, and not what a person has released."""
    return _without_released(job, [one for one in found if one.finding.severity is not Severity.INFO])


def all_findings(job: Job, document: JsonObject) -> list[OpenFinding]:
    """Those of the plan, of the units in order, and of the whole `document`; each place says a thing once."""
    kind = all_kinds()[job.kind]
    found: dict[tuple[str, str, str], OpenFinding] = {}
    for unit, stored, written in _stored(job):
        given = kind.unit_of(document, unit) if unit else written if unit == 0 else document
        for one in (placed(kind, each, unit, written, given) for each in stored):
            found.setdefault((one.finding.rule, one.place, one.finding.message), one)
    return list(found.values())


def placed(
    kind: Kind, stored: JsonObject, unit: int | None, written: JsonObject | None, given: JsonObject | None
) -> OpenFinding:
    """One that was stored of `written`, with its place in `given`, the same part as the document has it."""
    pointer = _place_now(stored["pointer"], written, given) if unit else stored["pointer"]
    finding = Finding.from_json({**stored, "pointer": pointer})
    return OpenFinding(finding, unit, kind.place_in_words(pointer, node=given, position=unit))


def _stored(job: Job) -> Iterator[tuple[int | None, Sequence[JsonObject], JsonObject | None]]:
    """The findings of each part that can be read, and the part as it was written."""
    is_shown = Q(content__isnull=False) & ~Q(findings=[]) | Q(content__isnull=True) & Exists(_old)
    rows = (
        Chunk.objects.filter(is_shown, job=job).order_by("position")
        .annotate(old_findings=Subquery(_old.values("findings")[:1]), old_content=Subquery(_old.values("content")[:1]))
        .values_list("position", "findings", "content", "old_findings", "old_content")
    )
    for position, findings, content, old_findings, old_content in rows:
        yield (position, old_findings, old_content) if content is None else (position, findings, content)
    yield None, job.findings, None


def _without_released(job: Job, found: list[OpenFinding]) -> list[OpenFinding]:
    human = [one.finding.as_json() for one in found if one.finding.is_human]
    if not human:
        return found
    left = holding.without_released({job.pk: human}).get(job.pk, [])
    identities = {Finding.from_json(stored).identity for stored in left}
    return [one for one in found if not one.finding.is_human or one.finding.identity in identities]


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


# --- in words for readers ------------------------------------------------------------------------


def notice(found: Sequence[OpenFinding]) -> str:
    """What has to be mended or decided, to stand under the title; empty if there is nothing."""
    counts = Counts.of(one.as_json() for one in found)
    grave = [one for one in found if one.finding.severity is not Severity.WARNING]
    if not grave:
        return ""
    said = [
        f"{counted(counts.errors, 'point')} {'needs' if counts.errors == 1 else 'need'} correction",
        f"{counted(counts.humans, 'point')} {'waits' if counts.humans == 1 else 'wait'} for a person's decision",
    ]
    headline = "; ".join(words for words, count in zip(said, (counts.errors, counts.humans), strict=True) if count)
    lines = [f"**{HEADING}: {headline}.**", "", *_lines(grave)]
    return "\n".join(f"> {line}".rstrip() for line in lines) + "\n"


def last_section(found: Sequence[OpenFinding], level: int) -> str:
    """What a careful reader looks at, under a heading of `level`; empty if there is nothing."""
    minor = [one for one in found if one.finding.severity is Severity.WARNING]
    if not minor:
        return ""
    noun = "point" if len(minor) == len(found) else "more point"
    intro = f"{counted(len(minor), noun)} that a careful reader should look at:"
    return f"\n\n{'#' * level} {HEADING}\n\n{intro}\n\n" + "\n".join(_lines(minor)) + "\n"


def _lines(found: Sequence[OpenFinding]) -> list[str]:
    lines = [
        f"- **{escape(one.place)}**: {escape(shortened(one.finding.message, LONGEST_MESSAGE))}"
        for one in found[:MOST_LINES]
    ]
    return [*lines, f"- and {len(found) - MOST_LINES} more."] if len(found) > MOST_LINES else lines
