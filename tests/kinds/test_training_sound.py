"""Sensible programs of many kinds stay free of errors, and nobody has to decide about them."""

import pytest

from generation.core.findings import Severity
from generation.core.kind import as_json
from generation.kinds.training_program import KIND
from tests.kinds.sound_programs import PROGRAMS

BLOCKING = {Severity.ERROR, Severity.HUMAN}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_sensible_program_has_no_error(name):
    asked, plan_json, weeks = PROGRAMS[name]
    brief, plan = KIND.brief(asked), KIND.plan(plan_json)
    found = [*KIND.check_plan(brief, plan)]
    for position, week in weeks.items():
        found += KIND.check_unit(brief, plan, position, KIND.unit(week))
    found += KIND.check_document(brief, KIND.assemble(as_json(brief), plan_json, weeks))
    assert [str(finding) for finding in found if finding.severity in BLOCKING] == []
