"""Lessons of many subjects, levels and languages that a teacher would let pass: nothing sends them back."""

import pytest

from generation.core.findings import Severity
from generation.kinds.course import KIND
from tests.kinds.sensible_lessons import LESSONS, SensibleLesson

BLOCKING = {Severity.ERROR, Severity.HUMAN}


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_nothing_sends_a_sensible_lesson_back(one: SensibleLesson) -> None:
    brief, plan, unit = KIND.brief(one.whole_brief), KIND.plan(one.plan), KIND.unit(one.lesson)
    document = KIND.assemble(one.whole_brief, one.plan, {1: one.lesson})
    found = KIND.check_plan(brief, plan) + KIND.check_unit(brief, plan, 1, unit) + KIND.check_document(brief, document)
    assert [(one.rule, one.pointer, one.message) for one in found if one.severity in BLOCKING] == []
