"""The training program's own rules.  What every kind must keep is tested over all kinds elsewhere."""

import copy
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from generation.core.findings import Severity
from generation.core.kind import as_json
from generation.core.markup import to_html
from generation.core.pricing import estimated_tokens
from generation.core.schema import lint
from generation.kinds.training_program import KIND
from generation.kinds.training_program.checks import DOCUMENT_RULES, PLAN_RULES, UNIT_RULES
from generation.kinds.training_program.vocabulary import (
    DAYS_PER_WEEK,
    SETS,
    WEEKS,
    Equipment,
    Goal,
    Level,
    Units,
    available,
)

BRIEF = KIND.brief({"goal": "strength", "weeks": 5, "days_per_week": 2})
PLAN_JSON = KIND.simulate_plan(BRIEF, random.Random(7))
PLAN = KIND.plan(PLAN_JSON)
UNITS_JSON = {n: KIND.simulate_unit(BRIEF, PLAN, n, random.Random(n)) for n in range(1, 6)}
BRIEF_JSON = as_json(BRIEF)
REMOVED = object()


def changed(stored: Any, changes: dict[str, Any]) -> Any:
    """A copy of `stored` with the values at some JSON Pointers replaced, or REMOVED."""
    result = copy.deepcopy(stored)
    for pointer, value in changes.items():
        *path, last = (int(step) if step.isdigit() else step for step in pointer.split("/")[1:])
        node = result
        for step in path:
            node = node[step]
        if value is REMOVED:
            del node[last]
        else:
            node[last] = value
    return result


def found(findings: list) -> list[tuple[str, str]]:
    return [(finding.rule, finding.pointer) for finding in findings]


def errors(findings: list) -> list:
    return [finding for finding in findings if finding.is_error]


def of_rules(findings: list, expected: list[tuple[str, str]]) -> list:
    """The errors of the rules that are expected: a fault may break others, too."""
    return [finding for finding in errors(findings) if finding.rule in {rule for rule, _ in expected}]


# --- the brief -----------------------------------------------------------------------------------


def test_a_goal_is_enough_of_a_brief():
    brief = KIND.brief({"goal": "strength"})
    assert (brief.weeks, brief.days_per_week, brief.minutes_per_session) == (12, 3, 60)
    assert (brief.units, brief.language) == (Units.METRIC, "en")


def test_the_example_is_a_full_brief_that_survives_storing():
    assert as_json(KIND.brief(KIND.example)) == KIND.example
    assert KIND.example.keys() == KIND.Brief.model_fields.keys()


def test_every_field_of_the_brief_is_described():
    fields = KIND.Brief.model_json_schema()["properties"]
    assert [name for name, field in fields.items() if not field.get("description")] == []


@pytest.mark.parametrize("value", ["12", 12.5, 12.0, True, None, 0, 25, -1])
def test_weeks_that_are_no_whole_number_from_1_to_24_are_refused(value):
    with pytest.raises(ValidationError):
        KIND.brief({"goal": "strength", "weeks": value})


@pytest.mark.parametrize("change", [
    {"goal": "flying"}, {"goal": None}, {"days_per_week": 8}, {"days_per_week": "3"},
    {"minutes_per_session": 14}, {"minutes_per_session": 181}, {"equipment": ["trampoline"]},
    {"equipment": ["barbell"] * 14}, {"limitations": [""]}, {"limitations": ["knee"] * 11},
    {"limitations": ["x" * 161]}, {"goal_note": "x" * 501}, {"preferences": "x" * 1001},
    {"preferences": "rows\u202e"}, {"units": "cubits"}, {"language": "english please"}, {"language": ""},
    {"language": "en\n"}, {"surprise": 1},
])
def test_a_brief_outside_its_bounds_is_refused(change):
    with pytest.raises(ValidationError):
        KIND.brief({"goal": "strength", **change})


@pytest.mark.parametrize("language", ["en", "de", "pt-BR", "zh-Hant-TW", "es-419"])
def test_a_language_tag_is_accepted(language):
    assert KIND.brief({"goal": "event", "language": language}).language == language


def test_a_full_gym_has_everything_but_road_and_water():
    assert available((Equipment.FULL_GYM,)) == frozenset(Equipment) - {Equipment.BICYCLE, Equipment.POOL}
    assert available((Equipment.FULL_GYM, Equipment.POOL)) >= {Equipment.POOL, Equipment.BARBELL}
    assert available(()) == frozenset()


# --- the checks of a plan ------------------------------------------------------------------------


def test_a_sound_plan_has_no_findings():
    assert KIND.check_plan(BRIEF, PLAN) == []


@pytest.mark.parametrize(("changes", "expected"), [
    # TP-S01
    ({"/weeks/4": REMOVED}, [("TP-S01", "/weeks")]),
    ({"/weeks/0": REMOVED}, [("TP-S01", "/weeks")]),
    ({"/weeks": []}, [("TP-S01", "/weeks")]),
    ({"/weeks/4/number": 6}, [("TP-S01", "/weeks"), ("TP-S01", "/weeks/4/number")]),
    ({"/weeks/2/number": 2}, [("TP-S01", "/weeks"), ("TP-S01", "/weeks/2/number")]),
    ({"/weeks/1/number": 3, "/weeks/2/number": 2}, [("TP-S01", "/weeks/2/number")]),
    ({"/weeks": [*PLAN_JSON["weeks"], {**PLAN_JSON["weeks"][0], "number": 6}]},
     [("TP-S01", "/weeks/5/number")]),
    # TP-S02
    ({"/sessions/1": REMOVED}, [("TP-S02", "/sessions")]),
    ({"/sessions": PLAN_JSON["sessions"] * 2}, [("TP-S02", "/sessions")]),
    # TP-S03: the phases are 1 to 4 and 5 to 5
    ({"/phases/0/first_week": 2}, [("TP-S03", "/phases/0/first_week")]),
    ({"/phases/0/last_week": 3}, [("TP-S03", "/phases/1/first_week")]),
    ({"/phases/1/first_week": 4}, [("TP-S03", "/phases/1/first_week")]),
    ({"/phases/1/last_week": 6}, [("TP-S03", "/phases/1/last_week")]),
    ({"/phases/1": REMOVED}, [("TP-S03", "/phases/0/last_week")]),
    ({"/phases": []}, [("TP-S03", "/phases")]),
    ({"/phases/1/last_week": 4}, [("TP-S03", "/phases/1/last_week")]),
    ({"/phases/1/name": PLAN_JSON["phases"][0]["name"]}, [("TP-S03", "/phases/1/name")]),
    # TP-S05
    ({"/weeks/3/sets_per_workout": 1}, [("TP-S05", "/weeks/3/sets_per_workout")]),
    ({"/weeks/3/sets_per_workout": 41}, [("TP-S05", "/weeks/3/sets_per_workout")]),
    # TP-T03
    ({"/summary": " "}, [("TP-T03", "/summary")]),
    ({"/weeks/0/guidance": "TBD"}, [("TP-T03", "/weeks/0/guidance")]),
    ({"/sessions/1/main_lifts/0": "..."}, [("TP-T03", "/sessions/1/main_lifts/0")]),
    ({"/safety": "As an AI model I cannot see you."}, [("TP-T03", "/safety")]),
])
def test_a_plan_that_breaks_a_rule(changes, expected):
    findings = KIND.check_plan(BRIEF, KIND.plan(changed(PLAN_JSON, changes)))
    assert found(of_rules(findings, expected)) == expected


@pytest.mark.parametrize("weeks", [4, 6])
def test_a_plan_of_another_length_than_the_brief_is_an_error(weeks):
    brief = KIND.brief({**BRIEF_JSON, "weeks": weeks})
    assert {finding.rule for finding in KIND.check_plan(brief, PLAN)} >= {"TP-S01", "TP-S03"}


# --- the checks of a week ------------------------------------------------------------------------

AT = "/workouts/1/exercises/0"
LIFT = {"reps": 5, "seconds": None, "load_kind": "rir", "load": 2.0}
WEEK = changed(UNITS_JSON[3], {f"{AT}/{name}": value for name, value in LIFT.items()})


def check_week(week: dict[str, Any], position: int = 3, **brief_changes: Any) -> list:
    """Of TP-S01 to S06 and T03; what week and plan, person and dose ask for is tested by itself."""
    findings = KIND.check_unit(KIND.brief({**BRIEF_JSON, **brief_changes}), PLAN, position, KIND.unit(week))
    return [finding for finding in findings if finding.rule in SKELETON]


SKELETON = {"TP-S01", "TP-S02", "TP-S03", "TP-S05", "TP-S06", "TP-T03"}


def check_all_of_week(week: dict[str, Any], position: int = 3, **brief_changes: Any) -> list:
    return KIND.check_unit(KIND.brief({**BRIEF_JSON, **brief_changes}), PLAN, position, KIND.unit(week))


def test_a_sound_week_has_no_errors():
    assert errors(check_all_of_week(UNITS_JSON[3])) == []


@pytest.mark.parametrize("changes", [
    {f"{AT}/sets": 10}, {f"{AT}/reps": 50}, {f"{AT}/rest_s": 0}, {f"{AT}/rest_s": 600}, {f"{AT}/load": 0},
    {f"{AT}/load": 4.5}, {f"{AT}/reps": None, f"{AT}/seconds": 10_800}, {f"{AT}/note": ""},
    {f"{AT}/load_kind": "percent_1rm", f"{AT}/load": 30}, {f"{AT}/load_kind": "percent_1rm", f"{AT}/load": 105},
    {f"{AT}/load_kind": "bodyweight", f"{AT}/load": None}, {f"{AT}/load_kind": "kg", f"{AT}/load": 62.5},
    {f"{AT}/load_kind": "lb", f"{AT}/load": 135}, {f"{AT}/load_kind": "rpe", f"{AT}/load": 7.5},
    {"/workouts/0/cool_down": ""}, {"/coaching/0": "Use the wall as an aid. Sobre todo: respira."},
])
def test_a_week_at_the_edge_of_a_rule_has_no_errors(changes):
    assert errors(check_week(changed(WEEK, changes))) == []


@pytest.mark.parametrize(("changes", "expected"), [
    # TP-S02
    ({"/workouts/1": REMOVED}, [("TP-S02", "/workouts")]),
    ({"/workouts": [WEEK["workouts"][0]] * 3}, [("TP-S02", "/workouts")]),
    # TP-S03
    ({"/phase": "Somewhere else"}, [("TP-S03", "/phase")]),
    ({"/is_deload": True}, [("TP-S03", "/is_deload")]),
    # TP-S05
    ({f"{AT}/sets": 0}, [("TP-S05", f"{AT}/sets")]),
    ({f"{AT}/sets": 11}, [("TP-S05", f"{AT}/sets")]),
    ({f"{AT}/reps": 0}, [("TP-S05", f"{AT}/reps")]),
    ({f"{AT}/reps": 51}, [("TP-S05", f"{AT}/reps")]),
    ({f"{AT}/reps": None}, [("TP-S05", f"{AT}/reps")]),
    ({f"{AT}/seconds": 30}, [("TP-S05", f"{AT}/seconds")]),
    ({f"{AT}/reps": None, f"{AT}/seconds": 4}, [("TP-S05", f"{AT}/seconds")]),
    ({f"{AT}/reps": None, f"{AT}/seconds": 10_801}, [("TP-S05", f"{AT}/seconds")]),
    ({f"{AT}/rest_s": -1}, [("TP-S05", f"{AT}/rest_s")]),
    ({f"{AT}/rest_s": 601}, [("TP-S05", f"{AT}/rest_s")]),
    ({f"{AT}/load": 5}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load": 2.25}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load": -0.5}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load": None}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load_kind": "percent_1rm", f"{AT}/load": 29}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load_kind": "percent_1rm", f"{AT}/load": 106}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load_kind": "kg", f"{AT}/load": 501}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load_kind": "lb", f"{AT}/load": 0}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load_kind": "rpe", f"{AT}/load": 10.5}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/load_kind": "bodyweight"}, [("TP-S05", f"{AT}/load")]),
    ({f"{AT}/sets": 11, f"{AT}/rest_s": 900}, [("TP-S05", f"{AT}/sets"), ("TP-S05", f"{AT}/rest_s")]),
    # TP-S06, where it is an error
    ({"/workouts/0/exercises": []}, [("TP-S06", "/workouts/0/exercises")]),
    # TP-T03
    ({f"{AT}/name": ""}, [("TP-T03", f"{AT}/name")]),
    ({"/summary": "…"}, [("TP-T03", "/summary")]),
    ({"/coaching/1": "Breathe out [insert cue here]."}, [("TP-T03", "/coaching/1")]),
    ({f"{AT}/note": "Lorem ipsum dolor"}, [("TP-T03", f"{AT}/note")]),
    ({"/workouts/0/warm_up/0": "Let me think about the hips."}, [("TP-T03", "/workouts/0/warm_up/0")]),
])
def test_a_week_that_breaks_a_rule(changes, expected):
    findings = errors(check_week(changed(WEEK, changes)))
    assert found(findings) == expected


@pytest.mark.parametrize(("changes", "expected"), [
    ({"/workouts/0/warm_up": []}, ("TP-S06", "/workouts/0/warm_up")),
    ({"/workouts/1/exercises": WEEK["workouts"][1]["exercises"][:2]}, ("TP-S06", "/workouts/1/exercises")),
    ({"/workouts/1/exercises": WEEK["workouts"][1]["exercises"][:1] * 11}, ("TP-S06", "/workouts/1/exercises")),
])
def test_a_session_of_odd_shape_is_a_warning(changes, expected):
    findings = check_week(changed(WEEK, changes))
    assert found(findings) == [expected]
    assert findings[0].severity is Severity.WARNING


def test_two_exercises_are_enough_for_twenty_minutes_but_not_for_21():
    short = changed(WEEK, {
        f"/workouts/{day}/exercises": WEEK["workouts"][day]["exercises"][:2] for day in (0, 1)
    })
    assert check_week(short, minutes_per_session=20) == []
    assert len(check_week(short, minutes_per_session=21)) == 2


def test_one_long_bout_is_enough_for_an_endurance_session():
    run = {**WEEK["workouts"][0]["exercises"][0], "name": "Run", "reps": None, "load_kind": "rpe", "load": 4}
    assert check_week(changed(WEEK, {"/workouts/0/exercises": [{**run, "seconds": 600}]})) == []
    assert len(check_week(changed(WEEK, {"/workouts/0/exercises": [{**run, "seconds": 599}]}))) == 1


def test_a_deload_week_that_trains_on_fewer_days_is_an_error():
    findings = check_week(changed(UNITS_JSON[4], {"/workouts/1": REMOVED}), position=4)
    assert found(findings) == [("TP-S02", "/workouts")]
    assert "deload" in findings[0].advice


def test_a_finding_says_what_was_measured_and_what_is_allowed():
    [finding] = errors(check_week(changed(WEEK, {f"{AT}/sets": 11, f"{AT}/name": "Front squat"})))
    assert (finding.measured, finding.limit) == ("11", str(SETS))
    assert finding.message == "The number of sets of 'Front squat' is 11, and must be 1 to 10."
    assert finding.advice == "Choose a value of 1 to 10."


@pytest.mark.parametrize(("pointer", "value"), [
    (f"{AT}/sets", "3"), (f"{AT}/sets", 3.5), (f"{AT}/sets", True), (f"{AT}/load", "2"),
    (f"{AT}/load", float("nan")),
    (f"{AT}/load_kind", "stones"), (f"{AT}/note", None), (f"{AT}/name", "x" * 121), (f"{AT}/note", "nul\x00"),
    (f"{AT}/cue", "an unknown key"), ("/number", 3),
])
def test_a_week_of_another_shape_is_refused(pointer, value):
    with pytest.raises(ValidationError):
        KIND.unit(changed(WEEK, {pointer: value}))


# --- the document --------------------------------------------------------------------------------

WHOLE = KIND.assemble(BRIEF_JSON, PLAN_JSON, UNITS_JSON)


def test_the_document_numbers_its_weeks_and_echoes_the_brief():
    assert [week["number"] for week in WHOLE["weeks"]] == [1, 2, 3, 4, 5]
    assert WHOLE["missing"] == []
    echoed = ("kind", "goal", "level", "units", "language", "days_per_week")
    assert [WHOLE[name] for name in echoed] == ["training_program", "strength", "novice", "metric", "en", 2]
    assert not {finding.rule for finding in KIND.check_document(BRIEF, WHOLE)} & SKELETON


def test_the_document_does_not_depend_on_the_order_or_the_size_of_its_parts():
    assert KIND.assemble({"goal": "strength", "weeks": 5, "days_per_week": 2}, PLAN_JSON, {
        n: UNITS_JSON[n] for n in (5, 3, 1, 2, 4)
    }) == WHOLE


def test_missing_weeks_are_listed_and_not_invented():
    document = KIND.assemble(BRIEF_JSON, PLAN_JSON, {n: UNITS_JSON[n] for n in (1, 4)})
    assert [week["number"] for week in document["weeks"]] == [1, 4]
    assert document["missing"] == [2, 3, 5]
    [finding] = errors(KIND.check_document(BRIEF, document))
    assert (finding.rule, finding.pointer, finding.measured) == ("TP-S01", "/weeks", "1, 4")


@pytest.mark.parametrize(("changes", "expected"), [
    ({"/weeks/2": REMOVED}, [("TP-S01", "/weeks")]),
    ({"/weeks/1/number": 1}, [("TP-S01", "/weeks"), ("TP-S01", "/weeks/1/number")]),
    ({"/weeks/4/number": 9}, [("TP-S01", "/weeks"), ("TP-S01", "/weeks/4/number")]),
    ({"/weeks/3/workouts/0": REMOVED}, [("TP-S02", "/weeks/3/workouts")]),
    ({"/weeks/4/phase": WHOLE["phases"][0]["name"]}, [("TP-S03", "/weeks/4/phase")]),
    ({"/phases/1/first_week": 4}, [("TP-S03", "/phases/1/first_week")]),
])
def test_a_document_that_breaks_a_rule(changes, expected):
    assert found(of_rules(KIND.check_document(BRIEF, changed(WHOLE, changes)), expected)) == expected


def test_every_rule_is_in_one_table_once():
    rules = [*PLAN_RULES, *UNIT_RULES, *DOCUMENT_RULES]
    assert len(set(rules)) == len(rules)


# --- what people read ----------------------------------------------------------------------------


def test_a_document_reads_from_title_over_weeks_to_workouts():
    lines = KIND.markdown(WHOLE).splitlines()
    assert [line for line in lines if line.startswith("# ")] == [f"# {WHOLE['title']}"]
    name, last = PLAN.phases[0].name, PLAN.phases[1].name
    assert [line for line in lines if line.startswith("## ")] == [
        f"## Week 1: {name}", f"## Week 2: {name}", f"## Week 3: {name}", f"## Week 4: {name} (deload)",
        f"## Week 5: {last}",
    ]
    assert len([line for line in lines if line.startswith("### ")]) == 10
    assert "missing" not in KIND.markdown(WHOLE)


def test_missing_weeks_are_named_in_a_visible_line():
    document = KIND.assemble(BRIEF_JSON, PLAN_JSON, {n: UNITS_JSON[n] for n in (1, 4)})
    assert "Weeks 2, 3, 5 are missing:" in KIND.markdown(document)
    assert "<strong>Weeks 2, 3, 5 are missing:</strong>" in to_html(KIND.markdown(document))
    assert "Week 5 is missing:" in KIND.markdown(changed(WHOLE, {"/weeks/4": REMOVED, "/missing": [5]}))
    assert KIND.unit_markdown(document, 2) == ""


def test_a_program_without_any_week_can_still_be_read():
    assert "Weeks 1, 2, 3, 4, 5 are missing:" in KIND.markdown(KIND.assemble(BRIEF_JSON, PLAN_JSON, {}))


def test_a_unit_reads_the_same_alone_and_in_the_document():
    for position in UNITS_JSON:
        alone = KIND.unit_markdown(WHOLE, position)
        assert alone.startswith(f"## {KIND.unit_title(PLAN, position)}\n")
        week, _, how_to_read = alone.partition("\n\n**How to read the tables**\n\n")
        assert week in KIND.markdown(WHOLE)
        assert how_to_read in KIND.markdown(WHOLE)


@pytest.mark.parametrize(("changes", "cells"), [
    ({}, "5 | RIR 2 |"),
    ({f"{AT}/load_kind": "percent_1rm", f"{AT}/load": 77.5}, "5 | 77.5% 1RM |"),
    ({f"{AT}/load_kind": "kg", f"{AT}/load": 60.0}, "5 | 60 kg |"),
    ({f"{AT}/load_kind": "lb", f"{AT}/load": 135}, "5 | 135 lb |"),
    ({f"{AT}/load_kind": "bodyweight", f"{AT}/load": None}, "5 | Body weight |"),
    ({f"{AT}/load_kind": "rpe", f"{AT}/load": 4, f"{AT}/reps": None, f"{AT}/seconds": 90}, "90 s | RPE 4 |"),
    ({f"{AT}/reps": None, f"{AT}/seconds": 1_830}, "30:30 min | RIR 2 |"),
    ({f"{AT}/rest_s": 0}, "| RIR 2 | none |"),
    ({f"{AT}/rest_s": 180}, "| RIR 2 | 3 min |"),
])
def test_a_prescription_reads_well(changes, cells):
    document = KIND.assemble(BRIEF_JSON, PLAN_JSON, {3: changed(WEEK, changes)})
    assert cells in KIND.unit_markdown(document, 3)


HOSTILE = "<script>alert(1)</script> | [x](javascript:alert(2)) **b** ![i](http://e.vil/p.png) `c` # \\"


def poisoned(node: Any) -> Any:
    """`node` with every text replaced by a hostile one, but for the codes of closed enums."""
    if isinstance(node, dict):
        return {name: value if name in {"load_kind", "kind", "goal", "level"} else poisoned(value)
                for name, value in node.items()}
    if isinstance(node, list):
        return [poisoned(value) for value in node]
    return HOSTILE if isinstance(node, str) else node


def test_hostile_texts_are_shown_and_never_become_markup():
    document = poisoned(WHOLE)
    html = to_html(KIND.markdown(document))
    assert "<script" not in html
    assert "<a" not in html
    assert "<img" not in html
    assert "<code" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; | [x](javascript:alert(2)) **b**" in html
    exercises = [e for week in document["weeks"] for workout in week["workouts"] for e in workout["exercises"]]
    clean = to_html(KIND.markdown(WHOLE))
    assert html.count("<td") == clean.count("<td") > 6 * len(exercises)
    assert html.count("<tr") == clean.count("<tr")


# --- what the prompt needs -----------------------------------------------------------------------


def test_the_target_names_only_what_singles_the_week_out():
    target = KIND.unit_target(BRIEF, PLAN, 4)
    assert target["week"] == 4
    assert target["phase"] == PLAN.phases[0].name
    assert target["week_of_phase"] == "4 of 4"
    assert target["is_deload"] is True
    assert (target["workouts"], target["minutes_per_workout"]) == (2, 60)
    assert estimated_tokens(json.dumps(target)) < 150


def test_the_digest_is_short_and_says_what_was_lifted():
    digest = KIND.digest(PLAN, 3, KIND.unit(WEEK))
    assert digest.startswith(f"Week 3: {PLAN.phases[0].name}. Day 1: ")
    assert f"{WEEK['workouts'][1]['exercises'][0]['name']} " in digest
    assert len(digest) <= 400


def test_the_digest_of_a_crowded_week_is_cut():
    crowded = changed(WEEK, {f"{AT}/name": "x" * 120, "/workouts/0/exercises/0/name": "y" * 120})
    crowded["workouts"] *= 3
    assert len(KIND.digest(PLAN, 3, KIND.unit(crowded))) == 400


def test_the_words_of_the_log():
    assert KIND.plan_headline(PLAN) == "2 phases over 5 weeks"
    phase = PLAN.phases[0].name
    assert KIND.unit_headline(PLAN, 4, KIND.unit(UNITS_JSON[4])) == f"{phase} (deload), 2 workouts"
    assert KIND.unit_title(PLAN, 4) == f"Week 4: {phase} (deload)"
    assert KIND.unit_title(PLAN, 9) == "Week 9"
    assert KIND.working_title(BRIEF) == "Strength: 5 weeks, 2 days a week, novice"


def test_the_rules_are_long_enough_to_be_cached():
    # 1,024 tokens are the shortest prefix that providers discount; five characters each is a careful guess.
    assert len(KIND.rules) > 1_024 * 5


def test_no_prompt_has_an_open_slot_or_a_tag_of_the_data_blocks():
    for name in ("rules.md", "plan.md", "unit.md", "whole.md"):
        assert not {"{", "}", "<", ">"} & set(KIND.prompt_of(name)), name


def strings_without_end(node):
    """Texts that a model may write for ever."""
    if isinstance(node, list):
        return [found for item in node for found in strings_without_end(item)]
    if not isinstance(node, dict):
        return []
    is_endless = node.get("type") == "string" and not {"maxLength", "enum", "const"} & node.keys()
    return [node] * is_endless + [found for value in node.values() for found in strings_without_end(value)]


@pytest.mark.parametrize("name", ["plan_schema", "unit_schema", "whole_schema"])
def test_the_strict_schemas_are_clean(name):
    schema = getattr(KIND, name)
    assert lint(schema) == []
    assert "pattern" not in json.dumps(schema)
    assert strings_without_end(schema) == []


def test_the_bounds_of_numbers_reach_the_provider():
    workout = KIND.unit_schema["properties"]["workouts"]["items"]["properties"]
    exercise = workout["exercises"]["items"]["properties"]
    assert (exercise["sets"]["minimum"], exercise["sets"]["maximum"]) == (1, 10)
    assert exercise["reps"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 50}
    weeks = KIND.plan_schema["properties"]["weeks"]
    assert (weeks["minItems"], weeks["maxItems"]) == (1, 24)


# --- rehearsal -----------------------------------------------------------------------------------

BRIEFS = st.fixed_dictionaries({
    "goal": st.sampled_from(Goal),
    "goal_note": st.sampled_from(["", "Half marathon on 4 May", "{0} %s <script>"]),
    "level": st.sampled_from(Level),
    "weeks": st.integers(int(WEEKS.low), int(WEEKS.high)),
    "days_per_week": st.integers(int(DAYS_PER_WEEK.low), int(DAYS_PER_WEEK.high)),
    "minutes_per_session": st.integers(15, 180),
    "equipment": st.lists(st.sampled_from(Equipment), max_size=len(Equipment)),
    "limitations": st.lists(st.just("Sore knee"), max_size=2),
    "units": st.sampled_from(Units),
    "language": st.sampled_from(["en", "de-AT", "es", "fr-CA"]),
}).map(KIND.brief)
FEW = settings(max_examples=60, deadline=None, database=None)


@FEW
@given(brief=BRIEFS, seed=st.integers(0, 999), data=st.data())
def test_whatever_is_asked_the_rehearsal_passes_every_check(brief, seed, data):
    plan_json = KIND.simulate_plan(brief, random.Random(seed))
    plan = KIND.plan(plan_json)
    assert errors(KIND.check_plan(brief, plan)) == []
    assert as_json(plan) == plan_json
    position = data.draw(st.integers(1, brief.weeks))
    unit_json = KIND.simulate_unit(brief, plan, position, random.Random(seed))
    unit = KIND.unit(unit_json)
    assert errors(KIND.check_unit(brief, plan, position, unit)) == []
    assert as_json(unit) == unit_json
    assert KIND.unit(json.loads(json.dumps(unit_json))) == unit
    assert len(KIND.working_title(brief)) <= 120
    assert KIND.unit_target(brief, plan, position)["week"] == position
    names = [[exercise.name for exercise in workout.exercises] for workout in unit.workouts]
    assert all(len(set(day)) == len(day) for day in names)


@FEW
@given(brief=BRIEFS, seed=st.integers(0, 999), gaps=st.sets(st.integers(1, 24)))
def test_whatever_is_missing_the_document_can_be_read(brief, seed, gaps):
    rng = random.Random(seed)
    plan_json = KIND.simulate_plan(brief, rng)
    plan = KIND.plan(plan_json)
    there = [n for n in range(1, brief.weeks + 1) if n not in gaps]
    units = {n: KIND.simulate_unit(brief, plan, n, rng) for n in there[:4]}
    document = KIND.assemble(as_json(brief), plan_json, units)
    rules = {finding.rule for finding in KIND.check_document(brief, document)} & SKELETON
    assert rules == ({"TP-S01"} if document["missing"] else set())
    assert sorted([*units, *document["missing"]]) == list(range(1, brief.weeks + 1))
    assert KIND.markdown(document).count("\n## ") == len(units)


def test_rehearsed_weeks_repeat_for_a_seed_and_differ_between_seeds_and_weeks():
    def week(position, seed):
        return KIND.simulate_unit(BRIEF, PLAN, position, random.Random(seed))

    assert week(2, 5) == week(2, 5)
    texts = {json.dumps(week(position, seed)) for position in (1, 2, 3, 4, 5) for seed in (1, 2, 3)}
    assert len(texts) == 15


def test_a_rehearsed_week_is_about_as_long_as_a_real_one():
    brief = KIND.brief({"goal": "strength"})
    plan = KIND.plan(KIND.simulate_plan(brief, random.Random(1)))
    for position in (1, 4, 11):
        text = json.dumps(KIND.simulate_unit(brief, plan, position, random.Random(1)), separators=(",", ":"))
        assert 1_050 <= estimated_tokens(text) <= 1_800


def test_a_rehearsed_deload_keeps_the_exercises_and_drops_half_the_sets():
    def work(week):
        return [(e["name"], e["sets"]) for workout in week["workouts"] for e in workout["exercises"]]

    hard, easy = work(UNITS_JSON[3]), work(UNITS_JSON[4])
    assert [name for name, _ in hard] == [name for name, _ in easy]
    assert 0.4 <= sum(sets for _, sets in easy) / sum(sets for _, sets in hard) <= 0.7


def test_rehearsed_effort_rises_within_a_block_and_from_block_to_block():
    first_rirs = [UNITS_JSON[n]["workouts"][0]["exercises"][0]["load"] for n in (1, 2, 3, 4, 5)]
    assert first_rirs == [3, 2.5, 2, 4, 2.5]
