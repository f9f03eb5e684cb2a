"""Defects of content: each changes something that its schema still accepts, by script, by rate, and in repairs."""

import json
import random
from collections import Counter

import pytest

from generation.core.findings import error
from generation.core.kind import as_json
from generation.core.prompting import Context, Redo, plan_request, unit_request, whole_request
from generation.kinds import all_kinds
from generation.simulator.asks import Ask
from generation.simulator.content import ContentWriter, write
from generation.simulator.faults import Fault, FaultDraw, FaultScript, Rule, parse_faults

FINDING = error("R1", "/x", measured=1, limit=2, message="wrong", advice="mend")
# What gives some defects something to spoil.
MORE = {
    "training_program": {
        "limitations": ["Left shoulder hurts in wide-grip pressing"], "preferences": "No deadlifts, please.",
        "equipment": ["dumbbells", "bench"], "goal": "general_fitness", "days_per_week": 4,
    },
    "course": {},
}
SLUGS = list(MORE)
NAMES = [(slug, name) for slug in SLUGS for name in all_kinds()[slug].defects]


def context(slug):
    kind = all_kinds()[slug]
    brief = kind.example | MORE[slug]
    return Context(kind, brief, kind.simulate_plan(kind.brief(brief), random.Random(3)))


def parts(of):
    """The plan, and the units that differ in kind: the first ones."""
    kind = of.kind
    yield of.plan
    for position in range(1, 5):
        yield kind.simulate_unit(of.typed_brief, of.typed_plan, position, random.Random(position))


@pytest.mark.parametrize(("slug", "name"), NAMES)
def test_every_defect_has_a_place_and_keeps_the_schema(slug, name):
    of = context(slug)
    kind = of.kind
    changed = [(part, kind.planted(name, of.typed_brief, part, random.Random(1))) for part in parts(of)]
    found = [(before, after) for before, after in changed if after is not None]
    assert found, "no part can have it"
    for before, after in found:
        assert after != before
        read = kind.plan if before is of.plan else kind.unit
        assert as_json(read(after)) == json.loads(json.dumps(after))


@pytest.mark.parametrize("slug", SLUGS)
def test_there_are_about_forty_defects_of_each_kind_under_different_names(slug):
    names = all_kinds()[slug].defects
    assert len(names) == len(set(names)) >= 40
    assert {name[:2] for name in names} == {"TP" if slug == "training_program" else "CR"}


def test_a_kind_without_defects_needs_nothing(note, planned):
    assert note.defects == ()
    assert note.planted("R1:anything", planned.typed_brief, planned.plan, random.Random(1)) is None
    assert note.wished(planned.typed_brief, "shorter") is planned.typed_brief
    messages = (("user", f"<brief>\n{json.dumps(note.example)}\n</brief>"),)
    ask = Ask("m", messages, schema_name="note_plan", schema=note.plan_schema)
    writer = ContentWriter({"note": note}, 0)
    text, _ = writer.write(ask, writer.subject(ask), Fault.DEFECT, writer.rng(ask))
    assert note.plan(json.loads(text))


@pytest.mark.parametrize("slug", SLUGS)
def test_an_answer_has_the_defect_that_is_asked_for(slug):
    of = context(slug)
    name = {"training_program": "TP-T06:link", "course": "CR-C05:invented_link"}[slug]
    request = unit_request(of, 2, Redo())
    good, bad = write(request), write(request, fault=Fault.DEFECT, defect=name)
    assert "example" in bad and "https://" in bad and "https://" not in good
    assert write(request, fault=Fault.DEFECT, defect=name) == bad
    assert write(request, fault=Fault.DEFECT) != good
    whole = json.loads(write(whole_request(of, Redo()), fault=Fault.DEFECT, defect=name))
    assert sum("https://" in json.dumps(unit) for unit in whole["units"]) == 1
    assert write(plan_request(of, Redo()), fault=Fault.DEFECT, defect=name) == write(plan_request(of, Redo()))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_failed_repair_brings_the_draft_once_more(slug):
    of = context(slug)
    repair = unit_request(of, 2, Redo(findings=[FINDING], draft='{"half": "a draft"}'))
    assert write(repair, fault=Fault.REPAIR_FAILS) == '{"half": "a draft"}'
    assert json.loads(write(repair)).keys() == set(repair.schema["required"])
    fresh = unit_request(of, 2, Redo())
    assert write(fresh, fault=Fault.REPAIR_FAILS) == write(fresh)


def test_a_wish_is_followed():
    of = context("training_program")
    rows = write(unit_request(of, 2, Redo(instruction="No rows with one arm, no planks and no push-ups")))
    assert "Plank" not in rows and '"Push-up"' not in rows


def test_repairs_fail_at_a_rate_of_their_own():
    draw = FaultDraw(parse_faults({"repair_fails": 0.4, "seed": 5}), 0.0)
    asked = {"task": "unit 1 of 2", "schema": "x_unit", "cache_key": "k", "now_s": 1.0}
    fresh = [draw.choose(**asked) for _ in range(200)]
    repairs = [draw.choose(**asked, is_repair=True) for _ in range(1_000)]
    assert fresh == [None] * 200
    assert 330 < repairs.count(Rule(Fault.REPAIR_FAILS)) < 470


def test_defects_are_drawn_by_rate_and_survive_json():
    script = parse_faults({
        "script": [{"fault": "defect=CR-Q12:item_twice", "task": "unit 3"}, {"fault": "defect"}],
        "rates": {"defect": 0.2, "defect=TP-T06:link": 0.1, "refuse": 0.1}, "repair_fails": 0.3, "seed": 4,
    })
    assert script.rules == (Rule(Fault.DEFECT, "CR-Q12:item_twice", task="unit 3"), Rule(Fault.DEFECT))
    assert parse_faults(json.loads(json.dumps(script.as_json()))) == script
    draw = FaultDraw(FaultScript(rates=script.rates, seed=4), 0.0)
    found = Counter(draw.choose(task="", schema="", cache_key="", now_s=0.0) for _ in range(2_000))
    assert 330 < found[Rule(Fault.DEFECT)] < 470
    assert 150 < found[Rule(Fault.DEFECT, "TP-T06:link")] < 250
    assert 150 < found[Rule(Fault.REFUSE)] < 250


@pytest.mark.parametrize(("value", "sentence"), [
    ([{"fault": "defect=TP-Z99:nothing"}], "'TP-Z99:nothing' is not a defect; there are "),
    ([{"fault": "hang", "defect": "TP-T06:link"}], "goes with the fault 'defect', not 'hang'"),
    ({"rates": {"defect=x": 0.1}}, "'x' is not a defect"),
    ({"repair_fails": 2}, "repair_fails must be from 0 to 1, not 2"),
])
def test_unknown_defects_are_refused(value, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_faults(value)
