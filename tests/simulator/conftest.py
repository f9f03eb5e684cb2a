"""A kind of three fields, so that what the simulator does with a kind is seen at a glance."""

import random
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import Field

from generation.core.findings import error
from generation.core.kind import BriefModel, DocumentKind, ReplyModel
from generation.core.prompting import Context


class Topic(BriefModel):
    topic: str
    parts: int = Field(ge=1, le=20)


class Outline(ReplyModel):
    title: str
    parts: list["Heading"]


class Heading(ReplyModel):
    number: int
    name: str


class Part(ReplyModel):
    number: int
    mark: int
    text: str


class NoteKind(DocumentKind[Topic, Outline, Part]):
    slug = "note"
    title = "Note"
    unit_noun = "part"
    revision = 1
    Brief, Plan, Unit = Topic, Outline, Part
    example: ClassVar[dict[str, Any]] = {"topic": "tides", "parts": 4}

    def __init__(self, folder: Path) -> None:
        type(self).folder = folder
        for name in ("rules", "plan", "unit", "whole"):
            (folder / f"{name}.md").write_text(f"The {name}. " * 30, encoding="utf-8")

    def unit_count(self, brief: Topic) -> int:
        return brief.parts

    def working_title(self, brief: Topic) -> str:
        return brief.topic

    def plan_title(self, plan: Outline) -> str:
        return plan.title

    def unit_target(self, brief: Topic, plan: Outline, position: int) -> dict[str, Any]:
        return {"name": plan.parts[position - 1].name}

    def digest(self, plan: Outline, position: int, unit: Part) -> str:
        return unit.text

    def check_plan(self, brief: Topic, plan: Outline) -> list[Any]:
        numbers = [part.number for part in plan.parts]
        return self._unless(numbers == list(range(1, brief.parts + 1)))

    def check_unit(self, brief: Topic, plan: Outline, position: int, unit: Part) -> list[Any]:
        return self._unless(unit.number == position and 1_000 <= unit.mark < 10_000)

    def check_document(self, brief: Topic, document: dict[str, Any]) -> list[Any]:
        return []

    def _unless(self, is_good: bool) -> list[Any]:
        return [] if is_good else [error("R1", "", measured="?", limit="?", message="wrong", advice="mend")]

    def plan_headline(self, plan: Outline) -> str:
        return plan.title

    def unit_headline(self, plan: Outline, position: int, unit: Part) -> str:
        return unit.text

    def unit_title(self, plan: Outline, position: int) -> str:
        return plan.parts[position - 1].name

    def assemble(self, brief: Any, plan: Any, units: dict[int, Any]) -> dict[str, Any]:
        return {"plan": plan, "units": units}

    def markdown(self, document: dict[str, Any]) -> str:
        return ""

    def unit_of(self, document: dict[str, Any], position: int) -> dict[str, Any] | None:
        return document["units"].get(position)

    def unit_markdown(self, document: dict[str, Any], position: int) -> str:
        return ""

    def simulate_plan(self, brief: Topic, rng: random.Random) -> dict[str, Any]:
        parts = [{"number": n, "name": f"part {rng.randrange(10**6)}"} for n in range(1, brief.parts + 1)]
        return {"title": f"{brief.topic} {rng.randrange(10**6)}", "parts": parts}

    def simulate_unit(self, brief: Topic, plan: Outline, position: int, rng: random.Random) -> dict[str, Any]:
        mark = rng.randrange(1_000, 10_000)
        return {"number": position, "mark": mark, "text": f"{brief.topic}, {plan.title}"}


@pytest.fixture(scope="session")
def note(tmp_path_factory: pytest.TempPathFactory) -> NoteKind:
    return NoteKind(tmp_path_factory.mktemp("note"))


@pytest.fixture(scope="session")
def planned(note: NoteKind) -> Context:
    """A job of four parts whose plan is there."""
    brief = note.example
    return Context(note, brief, note.simulate_plan(note.brief(brief), random.Random(5)))
