"""The corpus: clean documents carry no error, planted defects are found, near misses are left alone.

`tests/README.md` says what the corpus is; `manage.py evaluate KIND --planted tests/content/KIND` prints all of it."""

from functools import cache
from pathlib import Path

import pytest

from generation.core.findings import Severity
from generation.core.json_pointers import NoSuchPlace, value_at
from generation.kinds import all_kinds, get_kind
from generation.testbed.evaluation import planted, run

CONTENT = Path(__file__).parent


@cache
def cases(kind: str) -> dict[str, planted.Case]:
    return {case.name: case for case in planted.read_folder(CONTENT / kind)}


@cache
def evaluated(kind: str) -> dict[str, run.Evaluated]:
    """Each document by its name; the checks run over all of them once."""
    evaluation = run.evaluate(get_kind(kind), cases(kind).values())
    return {document.case.name: document for document in evaluation.documents}


KINDS = sorted(kind for kind in all_kinds() if (CONTENT / kind).is_dir())
EVERY = [(kind, name) for kind in KINDS for name in cases(kind)]
CLEAN = [(kind, name) for kind, name in EVERY if cases(kind)[name].is_clean]
PLANTED = [(kind, name) for kind, name in EVERY if not cases(kind)[name].is_clean]


@pytest.mark.parametrize(("kind", "name"), CLEAN)
def test_a_clean_document_carries_no_error(kind, name):
    blocking = {Severity.ERROR, Severity.HUMAN}
    document = evaluated(kind)[name]
    assert [str(found.finding) for found in document.checked.findings if found.finding.severity in blocking] == []
    assert document.checked.broke == []


@pytest.mark.parametrize(("kind", "name"), [at for at in CLEAN if cases(at[0])[at[1]].document.near_miss])
def test_a_near_miss_is_left_alone(kind, name):
    assert [str(found.finding) for _, found in evaluated(kind)[name].broken_near_misses] == []


@pytest.mark.parametrize(("kind", "name"), PLANTED)
def test_a_planted_defect_is_found(kind, name):
    document = evaluated(kind)[name]
    assert document.checked.broke == []
    missed = [defect for defect in document.missed if defect.rule is not None]
    assert missed == []


@pytest.mark.parametrize("kind", KINDS)
def test_clean_documents_are_of_many_kinds(kind):
    whole = [case.document for case in cases(kind).values() if case.is_clean and case.base is None]
    languages = {document.brief["language"].partition("-")[0] for document in whole}
    assert len(whole) >= 6 and {"en", "de", "es", "fr"} <= languages


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_what_a_document_points_to_is_there(kind, name):
    """A place that was misspelt would let a finding above it count, and nothing else."""
    document = cases(kind)[name].document
    content = {"plan": document.plan, "units": list(document.units)}
    for place in [*(place for defect in document.planted for place in defect.places),
                  *(near.where for near in document.near_miss)]:
        try:
            value_at(content, place)
        except NoSuchPlace:
            pytest.fail(f"{place} is not in the document")


def test_every_folder_holds_what_its_name_says():
    for kind, name in EVERY:
        case = cases(kind)[name]
        folder = name.partition("/")[0]
        assert folder == ("planted" if not case.is_clean else "near" if case.document.near_miss else "clean"), name
        assert (folder == "clean") == (case.base is None), name
