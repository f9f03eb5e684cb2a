"""The checks of a kind, run over documents whose defects are known, and what they found of them."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pydantic import ValidationError

from generation.core import document_places as places
from generation.core.findings import Finding, Severity
from generation.core.json_pointers import is_at_or_below
from generation.core.kind import JsonObject
from generation.core.prompting import Context, Kind
from generation.testbed.evaluation.planted import Case, Defect, NearMiss, PlantedDocument, UnusableCorpus
from generation.testbed.quantiles import quantile
from generation.worker.judging import read_plan, read_unit

ALARMS = frozenset({Severity.ERROR, Severity.WARNING, Severity.HUMAN})


@dataclass(frozen=True)
class PlacedFinding:
    """A finding, and where it points in its file: mostly one place."""

    finding: Finding
    places: tuple[str, ...]

    @property
    def identity(self) -> tuple[str, tuple[str, ...], str]:
        return self.finding.rule, self.places, self.finding.measured

    def is_near(self, place: str) -> bool:
        """At `place`, in it, or above it."""
        return any(is_at_or_below(own, place) or is_at_or_below(place, own) for own in self.places)

    def is_within(self, place: str) -> bool:
        return any(is_at_or_below(own, place) for own in self.places)


@dataclass
class Checked:
    """All that the checks said of one document, in their order."""

    findings: list[PlacedFinding] = field(default_factory=list)
    unit_ms: list[float] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)      # checks that raised: they never may


@dataclass(frozen=True)
class Answer:
    """What became of one defect: the findings near it, those of its own rule apart."""

    defect: Defect
    own: tuple[PlacedFinding, ...]
    others: tuple[PlacedFinding, ...]

    @property
    def is_found(self) -> bool:
        return bool(self.own or self.others)

    @property
    def is_found_by_another(self) -> bool:
        return not self.own and bool(self.others)

    @property
    def is_exact(self) -> bool:
        """A finding stands at the place or in it, not only above it."""
        return any(found.is_within(place) for found in (*self.own, *self.others) for place in self.defect.places)

    @property
    def is_too_soft(self) -> bool:
        """The defect is an error, and whatever found it lets the document pass."""
        blocking = {Severity.ERROR, Severity.HUMAN}
        found = (*self.own, *self.others)
        return self.defect.severity in blocking and bool(found) and not any(
            one.finding.severity in blocking for one in found)


@dataclass(frozen=True)
class Evaluated:
    """One document: its defects, and what was found beside them."""

    case: Case
    answers: tuple[Answer, ...]
    alarms: tuple[PlacedFinding, ...]      # of a clean document all, else what stands elsewhere and not in its base
    broken_near_misses: tuple[tuple[NearMiss, PlacedFinding], ...]
    checked: Checked

    @property
    def missed(self) -> list[Defect]:
        return [answer.defect for answer in self.answers if not answer.is_found]


@dataclass(frozen=True)
class Evaluation:
    """Every document of a corpus that is of one kind."""

    kind: str
    of_other_kinds: int
    documents: tuple[Evaluated, ...]

    @cached_property
    def answers(self) -> list[Answer]:
        return [answer for document in self.documents for answer in document.answers]

    @cached_property
    def false_errors(self) -> list[tuple[str, PlacedFinding]]:
        """Errors on clean documents."""
        return [
            (document.case.name, alarm) for document in self.documents if document.case.is_clean
            for alarm in document.alarms if alarm.finding.is_error
        ]

    @property
    def is_good(self) -> bool:
        return not self.false_errors and all(
            not (document.missed or document.broken_near_misses or document.checked.broke)
            for document in self.documents
        )

    def unit_ms(self, share: float) -> float:
        """The CPU time within which `share` of all units were checked."""
        times = [each for document in self.documents for each in document.checked.unit_ms]
        return quantile(times, share) if times else 0.0

    @property
    def mean_unit_ms(self) -> float:
        times = [each for document in self.documents for each in document.checked.unit_ms]
        return sum(times) / len(times) if times else 0.0


def evaluate(kind: Kind, cases: Iterable[Case]) -> Evaluation:
    """Run every check of `kind` over its `cases`; raises UnusableCorpus for a brief that is refused."""
    of_kind, others = [], 0
    for case in cases:
        if case.document.kind == kind.slug:
            of_kind.append(case)
        else:
            others += 1
    bases: dict[int, list[PlacedFinding]] = {}      # by the identity of the document, which the cases keep alive
    done = []
    for case in of_kind:
        checked = check(kind, case.name, case.document)
        if case.base is not None and id(case.base) not in bases:
            bases[id(case.base)] = check(kind, case.name, case.base).findings
        done.append(judged(case, checked, bases.get(id(case.base), [])))
    return Evaluation(kind.slug, others, tuple(done))


def check(kind: Kind, name: str, document: PlantedDocument) -> Checked:
    """Read and check the parts of `document` as a worker does; what breaks the schema is found by it."""
    context = Context(kind, document.brief)
    try:
        count = context.unit_count
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(map(str, problem["loc"]))
        raise UnusableCorpus(f"{name}: the brief is refused: {where or 'all of it'}: {problem['msg']}.") from error
    checked = Checked()
    try:
        _check(context, count, document, checked)
    except Exception as error:     # a check that raises, whatever it raises, is what this is there to find
        checked.broke.append(f"{type(error).__name__}: {error}"[:300])
    return checked


def _check(context: Context, count: int, document: PlantedDocument, checked: Checked) -> None:
    kind = context.kind
    made, findings = read_plan(context, json.dumps(document.plan))
    checked.findings += [PlacedFinding(finding, places.of_plan(finding.pointer)) for finding in findings]
    if made is None:
        return      # nobody is asked for a unit of a plan that cannot be read
    planned = Context(kind, document.brief, made.content)
    units: dict[int, JsonObject] = {}
    for position, stored in enumerate(document.units[:count], 1):
        if stored is None:
            continue
        unit, findings = read_unit(planned, position, json.dumps(stored))
        checked.findings += [PlacedFinding(one, places.of_unit(position, one.pointer)) for one in findings]
        if unit is not None:
            units[position] = unit.content
            checked.unit_ms.append(_check_ms(planned, position, unit.content))
    assembled = kind.assemble(document.brief, made.content, units)
    where = places.DocumentPlaces(kind, assembled, made.content, units)
    of_document = kind.check_document(context.typed_brief, assembled)
    checked.findings += [PlacedFinding(finding, where.of(finding.pointer)) for finding in of_document]


def _check_ms(context: Context, position: int, stored: JsonObject) -> float:
    unit = context.kind.unit(stored)
    start = time.process_time_ns()
    context.kind.check_unit(context.typed_brief, context.typed_plan, position, unit)
    return (time.process_time_ns() - start) / 1e6


def judged(case: Case, checked: Checked, of_base: Sequence[PlacedFinding]) -> Evaluated:
    """What `checked` found of the defects of `case`; what stands in the document that it differs from found nothing."""
    before = {found.identity for found in of_base}
    new = [found for found in checked.findings if found.identity not in before]
    answers = tuple(_answer(defect, new) for defect in case.document.planted)
    near = {id(found) for answer in answers for found in (*answer.own, *answer.others)}
    broken = tuple(
        (near_miss, found) for near_miss in case.document.near_miss for found in checked.findings
        if found.finding.rule == near_miss.rule and found.finding.severity in ALARMS
        and found.is_within(near_miss.where)
    )
    alarms = tuple(found for found in new if found.finding.severity in ALARMS and id(found) not in near)
    return Evaluated(case, answers, alarms, broken, checked)


def _answer(defect: Defect, findings: Sequence[PlacedFinding]) -> Answer:
    near = list(_near(defect, findings))
    own = tuple(found for found in near if found.finding.rule == defect.rule)
    return Answer(defect, own, tuple(found for found in near if found not in own))


def _near(defect: Defect, findings: Sequence[PlacedFinding]) -> Iterator[PlacedFinding]:
    for found in findings:
        # An information that stands above everything, such as "not checked in this language", finds nothing.
        if found.finding.severity is Severity.INFO and defect.severity is not Severity.INFO:
            continue
        if any(found.is_near(place) for place in defect.places):
            yield found
