"""The semantics of a fault script, without a network."""

import json

import pytest

from generation.simulator.faults import Fault, FaultDraw, FaultScript, Rule, parse_faults


def chosen(draw, task="unit 3 of 12", schema="note_unit", cache_key="job-1", at_s=0.0):
    rule = draw.choose(task=task, schema=schema, cache_key=cache_key, now_s=100 + at_s)
    return rule and rule.fault


def drawn(value):
    return FaultDraw(parse_faults(value), 100.0)


def test_rule_happens_once_unless_told_otherwise():
    draw = drawn([{"fault": "hang"}])
    assert [chosen(draw) for _ in range(3)] == [Fault.HANG, None, None]


def test_times_and_after_count_matching_calls():
    draw = drawn([{"fault": "refuse", "task": "unit 3", "after": 1, "times": 2}])
    assert chosen(draw, task="unit 30 of 40") is None
    assert [chosen(draw) for _ in range(5)] == [None, Fault.REFUSE, Fault.REFUSE, None, None]


@pytest.mark.parametrize(("task", "is_match"), [
    ("unit 3 of 12", True), ("unit 3", True),
    ("unit 30 of 40", False), ("plan of 12 units", False), ("", False),
])
def test_task_is_matched_by_whole_words(task, is_match):
    rule = Rule(Fault.HANG, task="unit 3")
    assert rule.matches(task=task, schema="", cache_key="", elapsed_s=0) is is_match


def test_all_conditions_must_hold():
    rule = {"fault": "html", "task": "unit 3", "schema": "note_unit", "cache_key": "job-1"}
    assert chosen(drawn([rule])) is Fault.HTML
    assert chosen(drawn([rule]), schema="note_plan") is None
    assert chosen(drawn([rule]), cache_key="job-2") is None


def test_first_rule_that_is_not_used_up_decides():
    draw = drawn([{"fault": "hang", "task": "unit 3"}, {"fault": "drop", "times": 2}])
    assert [chosen(draw) for _ in range(4)] == [Fault.HANG, Fault.DROP, Fault.DROP, None]


def test_window_takes_every_call_in_it():
    draw = drawn([{"fault": "unavailable", "from_s": 5, "to_s": 25}])
    assert [chosen(draw, at_s=at_s) for at_s in (0, 4.9, 5, 6, 24.9, 25)] == [
        None, None, Fault.UNAVAILABLE, Fault.UNAVAILABLE, Fault.UNAVAILABLE, None]


def test_window_with_times_is_limited():
    draw = drawn([{"fault": "unavailable", "to_s": 25, "times": 1}])
    assert [chosen(draw, at_s=1), chosen(draw, at_s=2)] == [Fault.UNAVAILABLE, None]


def test_rates_are_shares_of_the_calls_and_repeat_with_the_seed():
    value = {"rates": {"server_error": 0.2, "refuse": 0.1}, "seed": 7}
    first, second = drawn(value), drawn(value)
    faults = [chosen(first) for _ in range(2_000)]
    assert faults == [chosen(second) for _ in range(2_000)]
    assert 350 < faults.count(Fault.SERVER_ERROR) < 450
    assert 150 < faults.count(Fault.REFUSE) < 250
    assert len(set(faults)) == 3


def test_script_goes_before_rates():
    draw = drawn({"script": [{"fault": "hang"}], "rates": {"refuse": 1}})
    assert [chosen(draw), chosen(draw)] == [Fault.HANG, Fault.REFUSE]


def test_script_survives_json():
    script = parse_faults({
        "script": [
            {"fault": "hang", "task": "unit 3", "times": 2, "seconds": 5}, {"fault": "drop", "from_s": 1},
        ],
        "rates": {"refuse": 0.5}, "seed": 3,
    })
    assert parse_faults(json.loads(json.dumps(script.as_json()))) == script
    assert parse_faults({}) == FaultScript()


@pytest.mark.parametrize(("value", "sentence"), [
    ("hang", "faults must be a list of rules or an object, not str"),
    ({"scripts": []}, "faults has the unknown field 'scripts'; it may have rates, repair_fails, script, seed"),
    ({"script": {}}, "script must be a list"),
    ([{"fault": "explode"}], r"script\[0\].fault: 'explode' is not a fault; there are rate_limit, "),
    ([{"task": "unit 3"}], r"script\[0\] names no fault"),
    (["hang"], r"script\[0\] must be an object"),
    ([{"fault": "hang", "tims": 1}], r"script\[0\] has the unknown field 'tims'"),
    ([{"fault": "hang"}, {"fault": "hang", "times": "2"}], r"script\[1\].times must be a number, not '2'"),
    ([{"fault": "hang", "times": 1.5}], "times must be a whole number, not 1.5"),
    ([{"fault": "hang", "times": True}], "times must be a number, not True"),
    ([{"fault": "hang", "seconds": -1}], "seconds must be from 0 to inf, not -1"),
    ([{"fault": "hang", "seconds": float("nan")}], "seconds must be from 0 to inf, not nan"),
    ([{"fault": "hang", "task": 3}], "task must be text, not 3"),
    ([{"fault": ["hang"]}], "fault must be text"),
    ({"rates": {"explode": 0.1}}, "'explode' is not a fault"),
    ({"rates": {"hang": 1.5}}, "rates.hang must be from 0 to 1, not 1.5"),
    ({"rates": {"hang": "0.5"}}, "rates.hang must be a number"),
    ({"rates": {"hang": 0.6, "drop": 0.6}}, "rates add up to 1.2"),
    ({"rates": []}, "rates must be an object"),
    ({"seed": "x"}, "seed must be a whole number"),
])
def test_wrong_script_is_refused_with_the_place(value, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_faults(value)
