"""What every kind must keep.  A third kind is tested here from the day its folder exists."""

import copy
import json
import random
import re
import tracemalloc
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from generation.admin.briefs import LONG_TEXT_CHARACTERS
from generation.core.findings import Finding
from generation.core.fingerprint import canonical_json
from generation.core.kind import JsonObject, as_json
from generation.core.markup import to_html
from generation.core.outcomes import Done, Repair
from generation.core.pricing import estimated_tokens
from generation.core.prompting import DATA_NOTE, Context, Kind
from generation.core.schema import lint
from generation.kinds import all_kinds, get_kind, kind_choices
from generation.services.errors import Refusal, RefusalCode
from generation.services.jobs import submission
from generation.worker.judging import read_plan, read_unit, read_whole
from tests.core.renderers import assert_harmless


@dataclass(frozen=True)
class Sample:
    """A kind with everything that one job of it goes through."""

    kind: Kind
    brief: JsonObject
    plan: JsonObject
    units: dict[int, JsonObject]

    @property
    def context(self) -> Context:
        return Context(self.kind, self.brief, self.plan)

    @property
    def document(self) -> JsonObject:
        return self.kind.assemble(self.brief, self.plan, self.units)

    @property
    def whole(self) -> JsonObject:
        return {"plan": self.plan, "units": list(self.units.values())}


def rehearsed(kind: Kind, brief: JsonObject, seed: int = 7) -> Sample:
    typed = kind.brief(brief)
    plan = kind.simulate_plan(typed, random.Random(seed))
    positions = range(1, kind.unit_count(typed) + 1)
    units = {n: kind.simulate_unit(typed, kind.plan(plan), n, random.Random(seed + n)) for n in positions}
    return Sample(kind, as_json(typed), plan, units)


@pytest.fixture(params=all_kinds(), scope="module")
def sample(request: pytest.FixtureRequest) -> Sample:
    kind = get_kind(request.param)
    return rehearsed(kind, kind.example)


@pytest.fixture
def kind(sample: Sample) -> Kind:
    return sample.kind


def errors(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.is_error]


def resized(kind: Kind, step: int) -> JsonObject:
    """The example, asking for more units (`step` 1) or fewer (-1): by whatever number makes the difference."""
    wanted = kind.unit_count(kind.brief(kind.example))
    for name, value in kind.example.items():
        if type(value) is int:
            other = kind.example | {name: value + step}
            if (kind.unit_count(kind.brief(other)) - wanted) * step > 0:
                return other
    raise AssertionError("no number of the brief decides how many units there are")


def reordered(value: Any) -> Any:
    """`value` with the keys of every object the other way round."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(child) for child in value] if isinstance(value, list) else value


def with_longest_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: "W" * 120 if key in {"title", "name"} else with_longest_names(child) for key, child in value.items()
        }
    return [with_longest_names(child) for child in value] if isinstance(value, list) else value


class Outline(HTMLParser):
    """Checks that every tag is closed in its order, and notes the levels of the headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.levels: list[int] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag not in {"br", "hr"}:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        assert "**" not in data or {"code", "pre"} & set(self.open), f"markup that did not take: {data}"


# --- what a kind is -------------------------------------------------------------------------------


def test_kinds_are_found_by_their_folder():
    assert {"course", "training_program"} <= all_kinds().keys()
    assert kind_choices() == [(slug, kind.title) for slug, kind in sorted(all_kinds().items())]
    with pytest.raises(KeyError):
        get_kind("novel")


def test_slug_is_the_folders_name(kind):
    assert kind.slug == kind.folder.name
    assert re.fullmatch("[a-z][a-z_]{1,30}", kind.slug)
    assert kind.title and kind.unit_noun and kind.revision >= 1


@pytest.mark.parametrize("name", ["rules.md", "plan.md", "unit.md", "whole.md"])
def test_prompt_is_written(kind, name):
    assert len(kind.prompt_of(name)) > 200


def test_rules_fill_the_prefix_that_providers_discount(kind):
    assert estimated_tokens(f"{kind.rules}\n\n{DATA_NOTE}") >= 1_024


@pytest.mark.parametrize("stage", ["plan", "unit", "whole"])
def test_schema_is_strict(kind, stage):
    schema = getattr(kind, f"{stage}_schema")
    assert lint(schema) == []
    assert json.loads(json.dumps(schema)) == schema


# --- the brief ------------------------------------------------------------------------------------


def test_example_is_a_brief_that_survives_storing(kind):
    assert as_json(kind.brief(kind.example)) == as_json(kind.brief(as_json(kind.brief(kind.example))))


def refused(kind: Kind, brief: Any) -> list[str]:
    """The JSON Pointers of what is wrong with `brief`; without a user nothing could be stored."""
    with pytest.raises(Refusal) as refusal:
        submission.submit(user=None, kind=kind.slug, brief=brief)
    assert refusal.value.code is RefusalCode.INVALID_BRIEF
    assert all(sentence for _, sentence in refusal.value.problems)
    return [pointer for pointer, _ in refusal.value.problems]


def texts(value: Any, pointer: str = "/brief") -> list[str]:
    """The JSON Pointers of all texts in `value`."""
    if isinstance(value, str):
        return [pointer]
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, child in pairs for found in texts(child, f"{pointer}/{key}")]


def replaced(brief: JsonObject, pointer: str, text: str) -> JsonObject:
    changed = copy.deepcopy(brief)
    *path, last = (int(step) if step.isdigit() else step for step in pointer.split("/")[2:])
    node: Any = changed
    for step in path:
        node = node[step]
    node[last] = text
    return changed


@pytest.mark.parametrize("text", [
    "a\0b", "a\x1bb", "a\u202eb", "a\u2066b", "a\u2062b", "a\U000e0041b", "a\ud800b", "x" * 1_000_000,
], ids=["nul", "escape", "bidi", "isolate", "invisible_times", "tag", "surrogate", "megabyte"])
def test_text_that_hides_or_floods_is_refused_where_it_stands(kind, text):
    places = texts(kind.example)
    assert places
    assert [refused(kind, replaced(kind.example, place, text)) for place in places] == [[place] for place in places]


def test_what_forms_show_in_one_line_is_kept_as_one(kind):
    """A list stands in a form as one text on each line."""
    fields = kind.Brief.model_json_schema()["properties"]
    brief, single = kind.example, []
    for place in texts(kind.example):
        name, *rest = place.split("/")[2:]
        node = fields[name].get("items", fields[name])
        is_free = node.get("type") == "string" and not {"enum", "pattern"} & node.keys()
        if is_free and (rest or node["maxLength"] <= LONG_TEXT_CHARACTERS):
            brief, single = replaced(brief, place, f" two\r\n\n lines,\u2028{place[-6:]}"), [*single, place]
    assert single
    kept = json.dumps(as_json(kind.brief(brief)), ensure_ascii=False)
    assert [f"two lines, {place[-6:]}" in kept for place in single] == [True] * len(single)


@pytest.mark.parametrize(("name", "pointer"), [("colour", "/brief/colour"), ("a/b~c", "/brief/a~1b~0c")])
def test_unknown_field_is_refused(kind, name, pointer):
    assert refused(kind, kind.example | {name: "red"}) == [pointer]


def test_missing_field_is_named(kind):
    required = {f"/brief/{name}" for name, field in kind.Brief.model_fields.items() if field.is_required()}
    assert required
    assert set(refused(kind, {})) == required


def test_field_of_a_wrong_type_is_refused(kind):
    for name in kind.Brief.model_fields:
        pointers = refused(kind, kind.example | {name: {"x": 1}})
        assert pointers and all(f"{pointer}/".startswith(f"/brief/{name}/") for pointer in pointers)


@pytest.mark.parametrize("brief", [None, [], "text", 7, True])
def test_brief_that_is_no_object_is_refused(kind, brief):
    assert refused(kind, brief) == ["/brief"]


@pytest.mark.parametrize("number", [0, -1, 500, 10**30, 1.5, "3", True, None])
def test_numbers_out_of_bounds_are_refused(kind, number):
    for name, value in kind.example.items():
        if type(value) is int:
            assert refused(kind, kind.example | {name: number}) == [f"/brief/{name}"]


def test_unknown_kind_is_refused():
    with pytest.raises(Refusal) as refusal:
        submission.submit(user=None, kind="novel", brief={})
    assert refusal.value.code is RefusalCode.UNKNOWN_KIND


# --- plan and units -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_rehearsal_passes_every_check(kind, seed):
    made = rehearsed(kind, kind.example, seed)
    brief, plan = kind.brief(made.brief), kind.plan(made.plan)
    assert errors(kind.check_plan(brief, plan)) == []
    for position, unit in made.units.items():
        assert errors(kind.check_unit(brief, plan, position, kind.unit(unit))) == []
    assert errors(kind.check_document(brief, made.document)) == []


def test_rehearsal_repeats_for_a_seed_and_differs_between_seeds_and_units(sample):
    assert rehearsed(sample.kind, sample.brief, 7) == sample
    assert rehearsed(sample.kind, sample.brief, 8).units[1] != sample.units[1]
    assert len({canonical_json(unit) for unit in sample.units.values()}) == len(sample.units)


@pytest.mark.parametrize("step", [1, -1], ids=["fewer_units_than_asked", "more_units_than_asked"])
def test_plan_for_another_number_of_units_is_an_error(sample, step):
    kind = sample.kind
    assert errors(kind.check_plan(kind.brief(resized(kind, step)), kind.plan(sample.plan)))


def test_what_is_stored_is_what_was_written(sample):
    kind = sample.kind
    assert as_json(kind.plan(sample.plan)) == sample.plan
    assert all(as_json(kind.unit(unit)) == unit for unit in sample.units.values())


def test_every_unit_has_a_target_of_its_own(sample):
    kind, brief, plan = sample.kind, sample.context.typed_brief, sample.context.typed_plan
    targets = [canonical_json(kind.unit_target(brief, plan, position)) for position in sample.units]
    assert len(set(targets)) == sample.context.unit_count


def test_titles_fit_and_are_stable(sample):
    kind = sample.kind
    plan = kind.plan(sample.plan)
    titles = [kind.unit_title(plan, position) for position in sample.units]
    assert titles == [kind.unit_title(kind.plan(reordered(sample.plan)), position) for position in sample.units]
    assert len(set(titles)) == len(titles)
    assert 0 < len(kind.working_title(kind.brief(sample.brief))) <= 120
    longest = kind.plan(with_longest_names(sample.plan))
    for title in (kind.plan_title(longest), *(kind.unit_title(longest, position) for position in sample.units)):
        assert 0 < len(title) <= 200


def test_working_title_of_the_longest_texts_fits(kind):
    for place in texts(kind.example):
        for length in (2_000, 1_000, 500, 300, 200, 160):
            try:
                brief = kind.brief(replaced(kind.example, place, "W" * length))
            except ValueError:
                continue
            assert 0 < len(kind.working_title(brief)) <= 120
            break


def test_digest_is_a_line_or_two_and_headlines_are_a_few_words(sample):
    kind, plan = sample.kind, sample.context.typed_plan
    headlines = [kind.plan_headline(plan)]
    for position, unit in sample.units.items():
        digest = kind.digest(plan, position, kind.unit(unit))
        assert 1 <= len(digest.splitlines()) <= 2 and 20 <= len(digest) <= 600
        headlines.append(kind.unit_headline(plan, position, kind.unit(unit)))
    assert all(0 < len(headline) <= 80 and "\n" not in headline for headline in headlines)


# --- the document ---------------------------------------------------------------------------------


def test_document_does_not_depend_on_the_order_of_its_parts(sample):
    other = sample.kind.assemble(reordered(sample.brief), reordered(sample.plan), reordered(sample.units))
    assert canonical_json(other) == canonical_json(sample.document)


def test_assembling_changes_none_of_its_parts(sample):
    before = copy.deepcopy((sample.brief, sample.plan, sample.units))
    sample.kind.markdown(sample.document)
    assert (sample.brief, sample.plan, sample.units) == before


def test_document_names_its_kind_and_title_and_is_plain_json(sample):
    document = sample.document
    assert json.loads(json.dumps(document)) == document
    assert document["kind"] == sample.kind.slug
    assert document["title"] == sample.kind.plan_title(sample.context.typed_plan)
    assert document["missing"] == []


def test_document_reads_well(sample):
    html = to_html(sample.kind.markdown(sample.document))
    levels = Outline(html).levels
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_unit_reads_well_alone(sample):
    for position in sample.units:
        markdown = sample.kind.unit_markdown(sample.document, position)
        levels = Outline(to_html(markdown)).levels
        assert markdown.startswith("## ") and levels[0] == 2 and 1 not in levels


_HOSTILE = "a [x](javascript:y) *b <b>c</b> ![d](https://e.example) `f"


def rewritten(value: Any, text: str) -> Any:
    """`value` with `text` instead of every text of it, as a model that keeps to no vocabulary may write."""
    if isinstance(value, dict):
        return {name: rewritten(part, text) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [rewritten(part, text) for part in value]
    return text if isinstance(value, str) and " " in value else value


def test_what_is_given_out_holds_no_html_and_no_strange_link(sample):
    """For whoever renders it with a renderer that believes everything."""
    hostile = rewritten(sample.document, _HOSTILE)
    assert_harmless(sample.kind.markdown(hostile))
    for position in sample.units:
        assert_harmless(sample.kind.unit_markdown(hostile, position))


def test_texts_with_marks_in_them_read_as_they_were_written(sample):
    text = "do 5*5 of a_b ~3"
    page = to_html(sample.kind.markdown(rewritten(sample.document, text)))
    assert text in page
    assert "<em>" not in page


def test_unit_alone_is_what_it_is_in_the_document(sample):
    kind = sample.kind
    for position, unit in sample.units.items():
        alone = kind.assemble(sample.brief, sample.plan, {position: unit})
        in_document = kind.unit_of(sample.document, position)
        assert in_document is not None
        assert kind.unit_of(alone, position) == in_document
        assert set(unit) <= set(in_document)
    assert kind.unit_of(sample.document, len(sample.units) + 1) is None


def test_gaps_are_listed_and_rendered(sample):
    kind, last = sample.kind, len(sample.units)
    units = {position: unit for position, unit in sample.units.items() if position not in {2, last}}
    document = kind.assemble(sample.brief, sample.plan, units)
    assert document["missing"] == [2, last]
    assert re.search(rf"\b2, {last}\b.*\bmissing\b", kind.markdown(document))
    assert "missing" not in kind.markdown(sample.document)
    assert kind.unit_markdown(document, 2) == ""
    assert kind.unit_markdown(document, 3) == kind.unit_markdown(sample.document, 3) != ""
    assert Outline(to_html(kind.markdown(document))).levels.count(1) == 1


def test_document_without_any_unit_can_be_read(sample):
    document = sample.kind.assemble(sample.brief, sample.plan, {})
    assert document["missing"] == list(sample.units)
    assert Outline(to_html(sample.kind.markdown(document))).levels[0] == 1


# --- replies --------------------------------------------------------------------------------------


def test_whole_reply_gives_what_single_replies_give(sample):
    context = Context(sample.kind, sample.brief)
    whole, findings = read_whole(context, json.dumps(sample.whole))
    plan, plan_findings = read_plan(context, json.dumps(sample.plan))
    units = [read_unit(sample.context, position, json.dumps(unit))[0] for position, unit in sample.units.items()]
    assert whole is not None and plan is not None
    assert (whole.plan, whole.headline, findings) == (plan.content, plan.headline, plan_findings)
    assert list(whole.units) == units
    assert all(isinstance(unit, Done) for unit in units)


BAD_UNITS = {
    "empty": {}, "null": None, "text": "week two", "list": [], "unknown_key": {"extra": 1},
    "nul_in_a_key": {"a\0b": 1}, "endless_key": {"x" * 50_000: 1},
    "half_a_character": {"a": "\ud800"}, "half_a_character_in_a_key": {"\ud800": 1},
}


@pytest.mark.parametrize("bad", BAD_UNITS.values(), ids=BAD_UNITS.keys())
def test_one_bad_unit_is_repaired_alone(sample, bad):
    units = list(sample.units.values())
    whole, findings = read_whole(
        Context(sample.kind, sample.brief), json.dumps(sample.whole | {"units": [units[0], bad, *units[2:]]})
    )
    assert whole is not None and not errors(findings)
    assert [type(unit) for unit in whole.units] == [Done, Repair, *[Done] * (len(units) - 2)]
    repair = whole.units[1]
    assert isinstance(repair, Repair) and errors(repair.findings)
    assert json.loads(repair.draft) == bad
    assert_storable(*repair.findings, draft=repair.draft)


@pytest.mark.parametrize("bad", BAD_UNITS.values(), ids=BAD_UNITS.keys())
def test_bad_unit_alone_has_findings_that_can_be_stored(sample, bad):
    done, findings = read_unit(sample.context, 2, json.dumps(bad))
    assert done is None and errors(findings)
    assert_storable(*findings)


@pytest.mark.parametrize("values", [45_000, 1_000_000])
def test_reply_with_values_without_end_costs_little_and_is_repaired(sample, values):
    """Whether nobody asked for them, or each of them is wrong."""
    name = next(name for name, value in sample.plan.items() if isinstance(value, list))
    context = Context(sample.kind, sample.brief)
    many = f"[{'{},' * (values - 1)}{{}}]"
    for text in (f'{{"x":{many}}}', f'{{"{name}":{many}}}', f'{{"plan":{{"{name}":{many}}},"units":[]}}'):
        tracemalloc.start()
        made, findings = read_whole(context, text) if text.startswith('{"plan') else read_plan(context, text)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert made is None and 0 < len(errors(findings)) <= 20
        assert_storable(*findings)
        assert peak < 80_000_000


def assert_storable(*findings: Finding, draft: str = "") -> None:
    """As a database takes it, without NUL and half characters; and a finding is a sentence, not a flood."""
    for text in (draft, *(value for finding in findings for value in finding.as_json().values())):
        assert "\0" not in text
        assert text.encode("utf-8").decode("utf-8") == text
    assert all(len(value) <= 500 for finding in findings for value in finding.as_json().values())


def test_units_that_are_missing_from_a_whole_are_asked_for(sample):
    short = sample.whole | {"units": sample.whole["units"][:-2]}
    whole, _ = read_whole(Context(sample.kind, sample.brief), json.dumps(short))
    assert whole is not None
    assert whole.units[-2:] == (Repair(()), Repair(()))
    assert all(isinstance(unit, Done) for unit in whole.units[:-2])


def test_units_beyond_the_brief_are_dropped(sample):
    long = sample.whole | {"units": [*sample.whole["units"], sample.units[1]]}
    whole, _ = read_whole(Context(sample.kind, sample.brief), json.dumps(long))
    assert whole is not None and len(whole.units) == len(sample.units)


@pytest.mark.parametrize("text", [
    "", "Here is your plan:", "null", "[]", "{}", '{"plan": {}}', '{"units": []}', '{"plan": null, "units": []}',
    '{"plan": {}, "units": {}}', '{"plan": {"title": "x"}, "units": []}', '{"plan": NaN, "units": []}', "[" * 100_000,
    "9" * 5_000, '"\\ud800"',
], ids=lambda text: text[:20])
def test_whole_reply_without_a_plan_is_rejected_with_findings(sample, text):
    whole, findings = read_whole(Context(sample.kind, sample.brief), text)
    assert whole is None and errors(findings)
    assert_storable(*findings)


def test_whole_reply_that_was_cut_off_is_rejected(sample):
    whole, findings = read_whole(Context(sample.kind, sample.brief), json.dumps(sample.whole)[:-9])
    assert whole is None and errors(findings)


def test_whole_reply_for_another_number_of_units_is_rejected(sample):
    other = rehearsed(sample.kind, resized(sample.kind, 1))
    whole, findings = read_whole(Context(sample.kind, sample.brief), json.dumps(other.whole))
    assert whole is None and errors(findings)
