"""An evaluation for people, as tables, and for machines."""

from collections.abc import Callable, Sequence
from typing import Any

from generation.core.text import counted
from generation.testbed.evaluation.run import Answer, Evaluation, PlacedFinding

HEAD = ("planted", "found", "by another", "missed", "recall", "at the place", "too soft")
MOST_LISTED = 200


def text(evaluation: Evaluation) -> str:
    """All of it: the tables, then one line for everything that is wrong."""
    clean = [document for document in evaluation.documents if document.case.is_clean]
    lines = [
        f"{evaluation.kind}: {counted(len(evaluation.documents), 'document')}, {len(clean)} of them clean, "
        f"{counted(len(evaluation.answers), 'planted defect')}"
        + (f"; {evaluation.of_other_kinds} of other kinds left out" if evaluation.of_other_kinds else ""),
        "", *_table("rule", evaluation.answers, lambda answer: answer.defect.rule or "(none)"),
        "", *_table("kind of defect", evaluation.answers, lambda answer: answer.defect.kind),
        "", *_alarm_table(evaluation),
    ]
    for title, said in _wrong(evaluation).items():
        if said:
            lines += ["", f"{title}:", *(f"  {line}" for line in said[:MOST_LISTED])]
            lines += [f"  and {len(said) - MOST_LISTED} more"] if len(said) > MOST_LISTED else []
    lines += [
        "", f"A unit was checked in {evaluation.mean_unit_ms:.2f} ms of CPU time (mean), "
        f"{evaluation.unit_ms(0.95):.2f} ms (p95), {evaluation.unit_ms(1.0):.2f} ms at most.",
    ]
    return "\n".join(lines)


def as_json(evaluation: Evaluation) -> dict[str, Any]:     # Any: JSON
    return {
        "kind": evaluation.kind, "is_good": evaluation.is_good, "of_other_kinds": evaluation.of_other_kinds,
        "by_rule": _tallies(evaluation.answers, lambda answer: answer.defect.rule or "(none)"),
        "by_kind": _tallies(evaluation.answers, lambda answer: answer.defect.kind),
        "unit_ms": {
            "mean": evaluation.mean_unit_ms, "p95": evaluation.unit_ms(0.95), "most": evaluation.unit_ms(1.0),
        },
        "documents": [
            {
                "name": document.case.name, "is_clean": document.case.is_clean, "broke": document.checked.broke,
                "planted": [
                    {
                        **answer.defect.model_dump(mode="json"), "is_found": answer.is_found,
                        "is_found_by_another": answer.is_found_by_another, "is_exact": answer.is_exact,
                        "is_too_soft": answer.is_too_soft,
                        "findings": [_finding(found) for found in (*answer.own, *answer.others)],
                    }
                    for answer in document.answers
                ],
                "alarms": [_finding(alarm) for alarm in document.alarms],
                "near_misses_reported": [
                    {**near_miss.model_dump(mode="json"), "finding": _finding(found)}
                    for near_miss, found in document.broken_near_misses
                ],
            }
            for document in evaluation.documents
        ],
    }


def _finding(found: PlacedFinding) -> dict[str, Any]:     # Any: JSON
    return {**found.finding.as_json(), "places": list(found.places)}


def _tallies(answers: Sequence[Answer], key: Callable[[Answer], str]) -> dict[str, dict[str, int]]:
    tallies: dict[str, dict[str, int]] = {}
    for name in sorted({key(answer) for answer in answers}):
        of_name = [answer for answer in answers if key(answer) == name]
        tallies[name] = _tally(of_name)
    return tallies


def _tally(answers: Sequence[Answer]) -> dict[str, int]:
    return {
        "planted": len(answers),
        "found": sum(answer.is_found for answer in answers),
        "by_another": sum(answer.is_found_by_another for answer in answers),
        "missed": sum(not answer.is_found for answer in answers),
        "at_the_place": sum(answer.is_exact for answer in answers),
        "too_soft": sum(answer.is_too_soft for answer in answers),
    }


def _table(title: str, answers: Sequence[Answer], key: Callable[[Answer], str]) -> list[str]:
    named = {**_tallies(answers, key), "all": _tally(answers)}
    rows = [
        (name, str(tally["planted"]), str(tally["found"]), str(tally["by_another"]), str(tally["missed"]),
         f"{100 * tally['found'] / tally['planted']:.0f} %" if tally["planted"] else "–", str(tally["at_the_place"]),
         str(tally["too_soft"]))
        for name, tally in named.items()
    ]
    return _aligned([(title, *HEAD), *rows])


def _alarm_table(evaluation: Evaluation) -> list[str]:
    """False alarms by rule: on clean documents, and beside the defects of the others."""
    on_clean: dict[tuple[str, str], int] = {}
    elsewhere: dict[tuple[str, str], int] = {}
    for document in evaluation.documents:
        counts = on_clean if document.case.is_clean else elsewhere
        for alarm in document.alarms:
            key = (alarm.finding.rule, alarm.finding.severity.value)
            counts[key] = counts.get(key, 0) + 1
    rows = [
        (rule, severity, str(on_clean.get((rule, severity), 0)), str(elsewhere.get((rule, severity), 0)))
        for rule, severity in sorted({*on_clean, *elsewhere})
    ]
    if not rows:
        return ["No false alarms."]
    return _aligned([("false alarms of", "severity", "on clean documents", "beside a defect"), *rows])


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Words to the left, numbers to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *(
            cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)
        )]).rstrip()
        for row in rows
    ]


def _wrong(evaluation: Evaluation) -> dict[str, list[str]]:
    return {
        "Checks that broke": [
            f"{document.case.name}: {said}" for document in evaluation.documents for said in document.checked.broke
        ],
        "Missed": [
            f"{document.case.name}: {defect.rule or '(none)'} {defect.kind} at {' or '.join(defect.places)}"
            + (f": {defect.note}" if defect.note else "")
            for document in evaluation.documents for defect in document.missed
        ],
        "Near misses that were reported": [
            f"{document.case.name}: {_line(found)}"
            for document in evaluation.documents for _near_miss, found in document.broken_near_misses
        ],
        "False alarms on clean documents": [
            f"{document.case.name}: {_line(alarm)}"
            for document in evaluation.documents if document.case.is_clean for alarm in document.alarms
        ],
    }


def _line(found: PlacedFinding) -> str:
    return f"{found.finding.rule} ({found.finding.severity}) at {', '.join(found.places)}: {found.finding.message}"
