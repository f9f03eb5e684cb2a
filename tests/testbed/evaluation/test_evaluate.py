"""`manage.py evaluate`: what was planted and found, what was not, and files that are none."""

import copy
import json
import random
from pathlib import Path

import pytest
from django.core.management import call_command

from generation.core.document_places import DocumentPlaces
from generation.core.findings import Severity, error
from generation.kinds import all_kinds, get_kind
from generation.management.cli.base import BadInput
from generation.testbed.evaluation import planted, run

PROGRAM = get_kind("training_program")
BRIEF = {"goal": "strength", "weeks": 2, "days_per_week": 2}


def rehearsed(slug: str, brief: dict) -> dict:
    kind = get_kind(slug)
    typed = kind.brief(brief)
    plan = kind.simulate_plan(typed, random.Random(7))
    units = [
        kind.simulate_unit(typed, kind.plan(plan), position, random.Random(position))
        for position in range(1, kind.unit_count(typed) + 1)
    ]
    return {"kind": slug, "brief": brief, "plan": plan, "units": units, "planted": []}


@pytest.fixture(scope="module")
def program() -> dict:
    return rehearsed("training_program", BRIEF)


GAP = {"rule": "TP-S03", "kind": "wrong_phase", "where": "/units/1/phase", "severity": "error"}


def patch(*changes: dict, planted: list | None = None, **more) -> dict:
    return {"base": "clean.json", "changes": changes, "planted": planted or [], **more}


@pytest.fixture
def folder(tmp_path: Path, program: dict):
    """A folder with one clean document, and a function that writes another file beside it."""
    def write(name: str, form: object) -> Path:
        (tmp_path / name).write_text(form if isinstance(form, str) else json.dumps(form))
        return tmp_path

    write("clean.json", program)
    return write


def only(folder: Path, name: str) -> run.Evaluated:
    cases = [case for case in planted.read_folder(folder) if case.name == name]
    [document] = run.evaluate(PROGRAM, cases).documents
    return document


def answer_to(folder: Path, name: str) -> run.Answer:
    [answer] = only(folder, name).answers
    return answer


# --- what counts as found --------------------------------------------------------------------------


def test_defect_is_found_at_its_place(folder):
    made = folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, planted=[GAP]))
    answer = answer_to(made, "gap.json")
    assert (answer.is_found, answer.is_exact, answer.is_found_by_another, answer.is_too_soft) == (
        True, True, False, False)


def test_finding_above_the_place_counts_and_is_told_apart(folder):
    defect = GAP | {"where": "/units/1/phase/deeper"}
    answer = answer_to(
        folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, planted=[defect])), "gap.json")
    assert (answer.is_found, answer.is_exact) == (True, False)


@pytest.mark.parametrize("rule", ["TP-S99", None])
def test_another_rule_finds_it_too(folder, rule):
    defect = GAP | {"rule": rule}
    made = folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, planted=[defect]))
    assert answer_to(made, "gap.json").is_found_by_another


def test_any_of_several_places_will_do(folder):
    defect = GAP | {"where": ["/units/0", "/units/1"]}
    made = folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, planted=[defect]))
    assert answer_to(made, "gap.json").is_found


def test_what_is_found_elsewhere_is_a_false_alarm_and_finds_nothing(folder):
    defect = GAP | {"where": "/units/0/summary"}
    made = only(folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, planted=[defect])), "gap.json")
    assert [defect.kind for defect in made.missed] == ["wrong_phase"]
    assert {alarm.finding.rule for alarm in made.alarms} == {"TP-S03"}


def judged_with(program: dict, defect: dict, *findings, of_base=()) -> run.Evaluated:
    document = planted.PlantedDocument.model_validate(program | {"planted": [defect]})
    return run.judged(planted.Case("x", document), run.Checked(list(findings)), of_base)


def placed(place: str, severity: Severity) -> run.PlacedFinding:
    finding = error("TP-S03", "", measured=1, limit=2, message="m", advice="a", severity=severity)
    return run.PlacedFinding(finding, (place,))


def test_what_the_clean_document_had_before_finds_nothing(program):
    there = placed("/units/1", Severity.WARNING)
    assert judged_with(program, GAP, there, of_base=[there]).missed
    assert not judged_with(program, GAP, there).missed


def test_information_finds_no_error_and_a_warning_is_too_soft_for_one(program):
    assert judged_with(program, GAP, placed("/units/1", Severity.INFO)).missed
    assert judged_with(program, GAP, placed("/units/1", Severity.WARNING)).answers[0].is_too_soft
    assert not judged_with(program, GAP, placed("/units/1", Severity.HUMAN)).answers[0].is_too_soft


def test_a_near_miss_that_is_reported_is_told(folder):
    near = {"rule": "TP-S03", "where": "/units/1/phase"}
    made = folder("near.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, near_miss=[near]))
    assert [finding.finding.rule for _, finding in only(made, "near.json").broken_near_misses][:1] == ["TP-S03"]


def test_part_that_breaks_the_schema_is_found_by_it(folder):
    defect = GAP | {"rule": "schema", "where": "/units/0/workouts/0/exercises/0"}
    made = folder("broken.json", patch(
        {"pointer": "/units/0/workouts/0/exercises/0/sets", "value": "three"}, planted=[defect]))
    assert answer_to(made, "broken.json").own
    plan = defect | {"where": "/plan/title"}
    made = folder("plan.json", patch({"pointer": "/plan/title", "remove": True}, planted=[plan]))
    assert answer_to(made, "plan.json").own


def test_missing_unit_is_found_in_the_document(folder):
    defect = {"rule": "TP-S01", "kind": "missing_unit", "where": "/units/1", "severity": "error"}
    made = only(folder("missing.json", patch({"pointer": "/units/1", "value": None}, planted=[defect])), "missing.json")
    assert not made.missed and not made.checked.broke


def test_course_with_fewer_lessons_than_units_is_no_crash(tmp_path):
    course = rehearsed("course", {"subject": "Tea", "modules": 1, "lessons_per_module": 2})
    course["plan"]["modules"][0]["lessons"].pop()
    (tmp_path / "short.json").write_text(json.dumps(course))
    [document] = run.evaluate(get_kind("course"), planted.read_folder(tmp_path)).documents
    assert "CR-T01" in {alarm.finding.rule for alarm in document.alarms}


# --- where findings about the document lead -----------------------------------------------------------


def test_place_in_the_document_is_that_in_the_unit_also_where_options_are_shuffled():
    course = rehearsed("course", {"subject": "Tea", "modules": 1, "lessons_per_module": 2})
    kind, units = get_kind("course"), dict(enumerate(course["units"], 1))
    document = kind.assemble(course["brief"], course["plan"], units)
    where = DocumentPlaces(kind, document, course["plan"], units)
    assert where.of("/modules/0/lessons/1/summary") == ("/units/1/summary",)
    assert where.of("/modules/0/lessons/1/title") == ("/plan/modules/0/lessons/1/title",)
    assert where.of("/summary") == ("/plan/summary",)
    assert where.of("/modules") == ("/units",)
    assert where.of("/modules/0") == ("/plan/modules/0", "/units")
    assert where.of("/nowhere/7") == ("/document/nowhere/7",)
    assert where.of("/language") == ("/document/language",)
    fewer = kind.assemble(course["brief"], course["plan"], {2: course["units"][1]})
    assert DocumentPlaces(kind, fewer, course["plan"], {2: course["units"][1]}).of("/missing") == ("/units/0",)
    for n, option in enumerate(document["modules"][0]["lessons"][0]["quiz"][0]["options"]):
        [place] = where.of(f"/modules/0/lessons/0/quiz/0/options/{n}/text")
        own = course["units"][0]["quiz"][0]["options"][int(place.split("/")[-2])]
        assert own == option


# --- changes --------------------------------------------------------------------------------------------


def changed(folder, *changes: dict) -> planted.PlantedDocument:
    made = folder("patch.json", patch(*changes))
    return next(case.document for case in planted.read_folder(made) if case.name == "patch.json")


def test_changes_are_made_in_order_and_the_base_stays(folder, program):
    before = copy.deepcopy(program)
    document = changed(
        folder, {"pointer": "/units/1", "copy_of": "/units/0"}, {"pointer": "/units/1/summary", "value": "Hard."},
        {"pointer": "/units/1", "replace": "Hard", "by": "Soft"}, {"pointer": "/units/1/coaching/0", "remove": True},
        {"pointer": "/units/1/coaching/-", "value": "One more."},
        {"pointer": "/plan/title", "swap_with": "/plan/summary"},
    )
    assert document.units[1]["workouts"] == document.units[0]["workouts"]
    assert document.units[1]["summary"] == "Soft."
    assert document.units[1]["coaching"][-1] == "One more."
    assert len(document.units[1]["coaching"]) == len(before["units"][0]["coaching"])
    assert document.plan["title"] == before["plan"]["summary"]
    assert changed(folder, {"pointer": "/plan/title", "value": "x"}).units[1] == before["units"][1]


@pytest.mark.parametrize("change", [
    {"pointer": "/units/7/summary", "value": "x"}, {"pointer": "/units/1", "replace": "no such words", "by": "x"},
    {"pointer": "/units/1/workouts/x", "remove": True}, {"pointer": "/units/0", "copy_of": "/units/" + "9" * 5_000},
    {"pointer": "/units", "value": 7}, {"pointer": "/kind", "value": "course"}, {"pointer": "/units/0"},
])
def test_change_that_cannot_be_made_is_refused_with_its_file(folder, change):
    made = folder("patch.json", patch(change))
    with pytest.raises(planted.UnusableCorpus, match=r"patch\.json"):
        planted.read_folder(made)


# --- the command -------------------------------------------------------------------------------------------


def evaluate(folder: Path, *options: str, kind: str = "training_program") -> int:
    try:
        call_command("evaluate", kind, "--planted", str(folder), *options)
    except SystemExit as end:
        return end.code
    return 0


def test_clean_documents_pass_and_are_written_for_machines(folder, tmp_path, capsys):
    made = folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}, planted=[GAP]))
    assert evaluate(made, "--json", str(tmp_path / "out.txt")) == 0
    said = capsys.readouterr().out
    assert "2 documents, 1 of them clean, 1 planted defect" in said and "ms of CPU time" in said
    written = json.loads((tmp_path / "out.txt").read_text())
    assert written["is_good"] and written["by_kind"]["wrong_phase"]["found"] == 1
    assert {document["name"] for document in written["documents"]} == {"clean.json", "gap.json"}


def test_what_is_missed_ends_with_exit_code_one_and_is_named(folder, capsys):
    defect = GAP | {"where": "/units/0/summary", "note": "Says nothing."}
    made = folder("gap.json", patch({"pointer": "/units/0/coaching/0", "value": "Go."}, planted=[defect]))
    assert evaluate(made) == 1
    assert "gap.json: TP-S03 wrong_phase at /units/0/summary: Says nothing." in capsys.readouterr().out


def test_error_on_a_clean_document_ends_with_exit_code_one(folder, capsys):
    assert evaluate(folder("gap.json", patch({"pointer": "/units/1/phase", "value": "Peak"}))) == 1
    assert "gap.json: TP-S03 (error) at /units/1/phase" in capsys.readouterr().out


def test_documents_of_another_kind_are_left_out(folder, capsys):
    made = folder("tea.json", rehearsed("course", {"subject": "Tea", "modules": 1, "lessons_per_module": 1}))
    assert evaluate(made) == 0
    assert "1 of other kinds left out" in capsys.readouterr().out


@pytest.mark.parametrize("form", [
    "", "nonsense", "[]", "{}", "[" * 100_000, '{"kind": 1}', "1" * 6_000, "[" + "{}," * 200_000 + "{}]",
    " " * (planted.MOST_BYTES + 1), '"\\ud800"',
])
def test_file_that_is_no_document_is_refused_with_its_name(folder, form):
    with pytest.raises(BadInput, match=r"odd\.json"):
        evaluate(folder("odd.json", form))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "odd.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match=r"odd\.json"):
        evaluate(tmp_path)


@pytest.mark.parametrize("base", ["other.json", "../clean.json", "patch.json", "\0", "x" * 5_000])
def test_base_that_is_no_document_of_the_folder_is_refused(folder, base):
    made = folder("patch.json", patch({"pointer": "/plan/title", "value": "x"}) | {"base": base})
    with pytest.raises(BadInput, match=r"patch\.json"):
        evaluate(made)


def test_brief_that_is_refused_is_named(folder, program):
    made = folder("odd.json", program | {"brief": {"goal": "fame"}})
    with pytest.raises(BadInput, match=r"odd\.json: the brief is refused: goal"):
        evaluate(made)


def test_what_is_missing_on_the_command_line_is_said(tmp_path):
    with pytest.raises(BadInput, match="Name the kind"):
        call_command("evaluate", "--planted", str(tmp_path))
    with pytest.raises(BadInput, match="name the folder"):
        call_command("evaluate", "course")
    with pytest.raises(BadInput, match="no folder"):
        evaluate(tmp_path / "nowhere")
    with pytest.raises(BadInput, match="no document of kind"):
        evaluate(tmp_path)


def test_schema_describes_both_forms(capsys):
    call_command("evaluate", "--planted-schema")
    schema = json.loads(capsys.readouterr().out)
    assert [form["$ref"].rpartition("/")[2] for form in schema["anyOf"]] == ["PlantedDocument", "PlantedPatch"]
    assert schema["$defs"]["PlantedPatch"]["required"] == ["planted", "base", "changes"]


@pytest.mark.parametrize("slug", all_kinds())
def test_check_that_breaks_is_told_with_its_document(slug, monkeypatch):
    kind = get_kind(slug)
    plan = rehearsed(slug, kind.example)["plan"]
    case = planted.Case("broken.json", planted.PlantedDocument.model_validate(
        {"kind": slug, "brief": kind.example, "plan": plan, "units": [], "planted": []}))

    def breaks(brief, plan):
        raise IndexError("7")

    monkeypatch.setattr(type(kind), "check_plan", lambda self, brief, plan: breaks(brief, plan))
    made = run.evaluate(kind, [case])
    assert made.documents[0].checked.broke == ["IndexError: 7"] and not made.is_good
