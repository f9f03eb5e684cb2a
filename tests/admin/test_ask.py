"""Asking for a document from the admin, for every kind that is there and for kinds that are not yet."""

import json
from enum import Enum, StrEnum
from typing import Literal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from pydantic import BaseModel, Field

from generation.admin.briefs import AskForm, readable
from generation.core.kind import BriefModel
from generation.core.text import plain_text
from generation.kinds import all_kinds, get_kind
from generation.models import Job
from generation.services.errors import Refusal, RefusalCode
from tests.support import work_off

ADDRESS = reverse("admin:generation_job_add")
EXAMPLE = all_kinds()["training_program"].example
for_every_kind = pytest.mark.parametrize("kind", all_kinds().values(), ids=all_kinds())


def typed(brief):
    """The brief as a browser sends it."""
    data = {"strategy": "parallel", "token": "t1"}
    for name, value in brief.items():
        is_choice = isinstance(value, list) and name == "equipment"
        data[f"brief-{name}"] = value if is_choice or not isinstance(value, list) else "\r\n".join(value)
    return data


def errors_at(response, name):
    return " ".join(response.context["form"].errors.get(name, []))


def test_first_step_offers_every_kind(root, client_of):
    text = client_of(root).get(ADDRESS).content.decode()

    for slug, kind in all_kinds().items():
        assert f"?kind={slug}" in text
        assert kind.title in text


def test_unknown_kind_leads_back_to_the_choice(root, client_of):
    response = client_of(root).get(ADDRESS, {"kind": "poem"})

    assert response.context["kinds"] == list(all_kinds().values())


@for_every_kind
def test_second_step_has_a_labelled_field_for_everything(kind, root, client_of):
    text = client_of(root).get(ADDRESS, {"kind": kind.slug}).content.decode()

    for name in kind.Brief.model_fields:
        assert f'name="brief-{name}"' in text
        is_group = f'id="id_brief-{name}_0"' in text
        assert is_group or f'<label for="id_brief-{name}">' in text


@for_every_kind
def test_example_can_be_filled_in_and_sent(kind, root, route, client_of):
    client = client_of(root)
    form = client.get(ADDRESS, {"kind": kind.slug, "example": "1"}).context["form"]

    response = client.post(f"{ADDRESS}?kind={kind.slug}", typed(
        {name: form.initial[f"brief-{name}"] for name in kind.example}))

    job = Job.objects.get()
    assert response["Location"] == reverse("admin:generation_job_change", args=[job.pk])
    assert {name: job.brief[name] for name in kind.example} == kind.example
    assert (job.user, job.kind, job.strategy) == (root, kind.slug, "parallel")


def test_pasted_text_is_taken_without_what_came_along_unseen(root, route, client_of):
    brief = {"goal": "strength", "weeks": "1", "limitations": ["\ufeffKnie", "\u200b"], "language": "he",
             "goal_note": "שלום\u200f!", "preferences": "\ufeffKraft\u00adtraining\u200b mit Plan"}
    client_of(root).post(f"{ADDRESS}?kind=training_program", typed({**EXAMPLE, **brief}))

    stored = Job.objects.get().brief
    assert (stored["limitations"], stored["goal_note"]) == (["Knie"], "שלום\u200f!")
    assert stored["preferences"] == "Krafttraining mit Plan"


@for_every_kind
def test_what_is_required_is_asked_for(kind, root, route, client_of):
    response = client_of(root).post(f"{ADDRESS}?kind={kind.slug}", {"strategy": "parallel"})

    for name in kind.Brief.model_json_schema().get("required", ()):
        assert errors_at(response, f"brief-{name}") == "This field is required."
    assert Job.objects.count() == 0


@for_every_kind
@pytest.mark.parametrize("bad", ["-1", "0", "501", "12.5", "twelve", "9" * 400])
def test_bad_numbers_are_told_at_their_field(kind, bad, root, route, client_of):
    schema = kind.Brief.model_json_schema()["properties"]
    name = next(name for name, node in schema.items() if node.get("type") == "integer" and node.get("minimum"))

    response = client_of(root).post(f"{ADDRESS}?kind={kind.slug}", typed({**kind.example, name: bad}))

    assert response.status_code == 200
    assert errors_at(response, f"brief-{name}")
    assert Job.objects.count() == 0


@for_every_kind
@pytest.mark.parametrize("bad", ["x" * 1_000_000, "a\u202eb", "a\x00b", "a\u2066b"])
def test_bad_texts_are_told_at_their_field(kind, bad, root, route, client_of):
    schema = kind.Brief.model_json_schema()["properties"]
    texts = [name for name, node in schema.items() if node.get("type") == "string" and "pattern" not in node]

    for name in texts:
        response = client_of(root).post(f"{ADDRESS}?kind={kind.slug}", typed({**kind.example, name: bad}))

        assert response.status_code == 200
        assert errors_at(response, f"brief-{name}")
    assert texts
    assert Job.objects.count() == 0


def test_bad_line_is_named(root, route, client_of):
    kind = all_kinds()["training_program"]
    brief = {**kind.example, "limitations": ["left knee", "x" * 400]}

    response = client_of(root).post(f"{ADDRESS}?kind=training_program", typed(brief))

    assert errors_at(response, "brief-limitations").startswith("Line 2: ")


def test_rule_across_fields_stands_above_the_form(root, route, client_of):
    kind = all_kinds()["course"]
    brief = {**kind.example, "modules": 12, "lessons_per_module": 10}

    response = client_of(root).post(f"{ADDRESS}?kind=course", typed(brief))

    assert "a course has at most 60" in errors_at(response, "__all__")


@pytest.mark.parametrize(("field", "value"), [
    ("strategy", "magic"), ("brief-goal", "immortality"), ("brief-equipment", "rocket"),
    ("brief-language", "??"),
])
def test_unknown_choices_are_told_at_their_field(field, value, root, route, client_of):
    data = {**typed(all_kinds()["training_program"].example), field: value}

    response = client_of(root).post(f"{ADDRESS}?kind=training_program", data)

    assert errors_at(response, field)
    assert Job.objects.count() == 0


def test_what_was_typed_is_kept_after_an_error(root, route, client_of):
    data = {**typed(all_kinds()["course"].example), "brief-modules": "99", "brief-subject": "Bread & butter"}

    text = client_of(root).post(f"{ADDRESS}?kind=course", data).content.decode()

    assert 'value="Bread &amp; butter"' in text


def test_no_route_is_a_sentence(root, route, client_of):
    type(route).objects.update(is_enabled=False)

    response = client_of(root).post(f"{ADDRESS}?kind=course", typed(all_kinds()["course"].example))

    assert "No model route is enabled." in errors_at(response, "__all__")


def test_empty_optional_fields_get_the_kinds_defaults(root, route, client_of):
    client_of(root).post(f"{ADDRESS}?kind=training_program", {
        "strategy": "sequential", "brief-goal": "strength", "brief-weeks": "", "brief-language": ""})

    job = Job.objects.get()
    assert (job.brief["weeks"], job.brief["language"], job.strategy) == (12, "en", "sequential")


def test_no_box_ticked_means_nothing_there(root, route, client_of):
    client_of(root).post(f"{ADDRESS}?kind=training_program", {"strategy": "parallel", "brief-goal": "strength"})

    assert Job.objects.get().brief["equipment"] == []


def test_form_sent_twice_is_one_job_and_changed_it_is_another(root, route, client_of):
    client, data = client_of(root), typed(all_kinds()["course"].example)

    first = client.post(f"{ADDRESS}?kind=course", data)["Location"]
    second = client.post(f"{ADDRESS}?kind=course", data)["Location"]
    changed = client.post(f"{ADDRESS}?kind=course", {**data, "brief-modules": "2"})["Location"]

    assert first == second != changed
    assert Job.objects.count() == 2


def test_accepted_job_says_so_and_can_be_worked_off(root, route, client_of):
    response = client_of(root).post(f"{ADDRESS}?kind=training_program", {
        "strategy": "parallel", "brief-goal": "strength", "brief-weeks": "3"})

    [message] = get_messages(response.wsgi_request)
    assert str(message).startswith("Accepted: Strength: 3 weeks")
    assert work_off(Job.objects.get()).state == "completed"


# --- Kinds that are not there yet -------------------------------------------------------------


class Size(StrEnum):
    SMALL = "small"
    VERY_LARGE = "very_large"


class Stars(Enum):
    ONE = 1
    TWO = 2


class Author(BaseModel):
    name: str


class OddBrief(BriefModel):
    word: plain_text(20)
    size: Size | None = None
    tone: Literal["warm", "cold"] = "warm"
    stars: Stars = Stars.ONE
    sizes: tuple[Size, ...] = ()
    ages: list[int] = Field(default_factory=list)
    ratio: float = Field(0.5, ge=0, le=1)
    is_public: bool = True
    maximum: int | None = Field(None, ge=1, le=9)
    author: Author | None = None
    strategy: str = "none of the form's"


class OddKind:
    slug, title, Brief = "odd", "Odd", OddBrief
    example = {"word": "hello", "sizes": ["small"], "ages": [3, 4]}


def odd_form(**data):
    sent = {f"brief-{name}": value for name, value in data.items()}
    return AskForm(OddKind, data={"strategy": "parallel", **sent})


def test_any_brief_becomes_a_form():
    form = odd_form(
        word="hi", size="very_large", tone="cold", stars="2", sizes=["small", "very_large"], ages="3\r\n\r\n4",
        ratio="0.25", is_public="on", maximum="7", author=json.dumps({"name": "Ann"}), strategy="mine",
    )

    assert form.is_valid(), form.errors
    assert OddBrief.model_validate(form.brief()) == OddBrief(
        word="hi", size=Size.VERY_LARGE, tone="cold", stars=Stars.TWO, sizes=(Size.SMALL, Size.VERY_LARGE),
        ages=[3, 4], ratio=0.25, is_public=True, maximum=7, author=Author(name="Ann"), strategy="mine",
    )


def test_what_may_be_absent_may_stay_empty():
    form = odd_form(word="hi")

    assert form.is_valid(), form.errors
    assert OddBrief.model_validate(form.brief()) == OddBrief(word="hi", is_public=False)


@pytest.mark.parametrize(("name", "value"), [
    ("ages", "3\nfour"), ("ratio", "much"), ("author", "{"), ("size", "huge"), ("stars", "3"), ("word", ""),
])
def test_what_cannot_be_read_is_told_at_its_field(name, value):
    form = odd_form(**{"word": "hi", name: value})

    assert list(form.errors) == [f"brief-{name}"]


def test_problem_of_an_unknown_place_stands_above_the_form():
    form = odd_form(word="hi")
    assert form.is_valid()

    problems = [("/brief/elsewhere/2", "is odd"), ("/x", "y")]
    form.take(Refusal(RefusalCode.INVALID_BRIEF, "No.", "Mend it.", problems))

    assert form.non_field_errors() == ["Line 3: is odd", "y"]


def test_brief_reads_as_people_write():
    brief = {"gone": 1, "sizes": ["very_large"], "word": "as_it_is"}

    assert list(readable(OddKind, brief).items()) == [
        ("word", "as_it_is"), ("sizes", ["Very large"]), ("gone", 1)]
    assert readable(None, brief) == brief


def test_text_is_counted_as_it_is_kept():
    kind = get_kind("course")
    subject = "\ufeff" + "x" * 200
    typed = AskForm.initial_of(kind, {**kind.example, "subject": subject})
    form = AskForm(kind, data={"strategy": "parallel", **typed})

    assert "brief-subject" not in form.errors
    assert form.cleaned_data["brief-subject"] == "x" * 200
