"""What a check found, as it is stored."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.core.findings import Finding, Severity, error

FINDINGS = st.builds(Finding, st.text(), st.sampled_from(Severity), *[st.text()] * 5)


@given(FINDINGS)
@settings(max_examples=60, deadline=None)
def test_finding_survives_storing(finding):
    assert Finding.from_json(json.loads(json.dumps(finding.as_json()))) == finding


def test_numbers_are_stored_as_people_read_them():
    finding = error("TP-S01", "/weeks", measured=11, limit=12.5, message="m", advice="a")
    assert finding.as_json() == {
        "rule": "TP-S01", "severity": "error", "pointer": "/weeks", "measured": "11", "limit": "12.5",
        "message": "m", "advice": "a",
    }


@pytest.mark.parametrize("severity", Severity)
def test_only_errors_block(severity):
    finding = error("R", "", measured=1, limit=2, message="m", advice="a", severity=severity)
    assert finding.is_error == (severity is Severity.ERROR)


@pytest.mark.parametrize(("change", "is_same"), [
    ({"message": "other"}, True), ({"advice": "other"}, True), ({"limit": 3}, True),
    ({"rule": "S"}, False), ({"pointer": "/a"}, False), ({"measured": 3}, False),
])
def test_findings_are_the_same_by_rule_place_and_measured_value(change, is_same):
    facts = {"rule": "R", "pointer": "", "measured": 1, "limit": 2, "message": "m", "advice": "a"}
    assert (error(**facts).identity == error(**{**facts, **change}).identity) == is_same
